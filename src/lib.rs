//! wellsourced: a feed publisher whose items cite sources that were checked.
//!
//! The modules stand in the order of their floors; each may name only modules on floors below (see `ARCHITECTURE.md` and
//! `tests/architecture.rs`). Words, everywhere: an *Input* brings *Editions* of *Items*; an item cites *`SourceLink`s*; a
//! *Check* of a link leads to a *Verdict*; *Channels* publish *Feeds* of *Entries*; what is wrong in an input is a
//! *Complaint*; one pass over everything is a *Cycle*.
//!
//! Invariants: only [`net`] connects out, only [`config`] reads the environment, only [`cli`] prints, only it and
//! `daemon` read the clock, only [`publish`] writes the published directory, only [`store`] speaks SQL. `Err` means that
//! we failed; bad input is a value.

pub mod model;
pub(crate) mod schedule;
pub mod telemetry;

pub mod net;

pub mod bucket;
pub mod collect;
pub mod ledger;
pub mod publish;
pub mod store;
pub mod verify;

pub mod pipeline;
pub mod serve;

pub mod config;

pub(crate) mod daemon;

pub mod cli;
