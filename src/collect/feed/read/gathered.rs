//! A feed and its entries as they were gathered from any format.

use super::address::Base;
use super::draft::Draft;
use super::kept::KeptEntries;
use super::rhythm::AskedRhythm;

/// A feed, gathered from any format.
#[derive(Debug)]
pub(super) struct Gathered {
    pub(super) feed: Draft,
    /// Whether its author is that of entries without one.
    pub(super) inherits_author: bool,
    pub(super) entries: KeptEntries,
    pub(super) asked: AskedRhythm,
    /// What relative addresses in content are relative to.
    pub(super) base: Option<Base>,
}
