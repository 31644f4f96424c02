//! The words of wellsourced as values: items, editions, checks, tags, channels, feeds.
//!
//! Nothing here does I/O, reads a clock or logs. What an author wrote ([`Item`], [`Edition`]) and what we found
//! out and decided ([`StoredItem`], [`StoredEdition`], [`Judgement`]) are different structs.

mod attachment;
mod channel;
mod check;
mod complaint;
mod face;
mod feed;
mod invisible;
mod item;
mod known;
mod language;
mod link;
mod poll;
mod portrait;
mod sketch;
mod stored;
mod tag;
mod tracking;
mod upstream;
mod uri;
mod words;

pub use attachment::{Attachment, MAX_ATTACHMENTS, Medium, type_by_ending};
pub use channel::{Channel, ChannelKind};
pub use check::{Check, Hop, Judgement, Verdict};
pub use complaint::{Complaint, Place, Severity};
pub use face::{Face, Held};
pub use feed::{Category, Entry, Feed, FeedIcon, FeedUrls};
pub use invisible::{is_blank, is_ignorable, looks_like, visible_name};
pub use item::{Edition, Item, Joined, SourceKind, SourceLink, file_of, part_path};
pub use known::{Founder, KnownEdition, KnownItem, Presence};
pub use language::primary_language;
pub use link::{LinkKey, registrable_domain, registrable_domain_of};
pub use poll::{Instead, Move, PollState, Rest, Validators};
pub use portrait::{Beside, Citation, Lately, LinkMemory, Portrait};
pub use sketch::Sketch;
pub use stored::{
    CitedSource, CitingItem, EditionHeader, EditionNeighbours, Home, NeighbourEdition, SearchItem, StoredEdition,
    StoredItem,
};
pub use tag::{Tag, former_tag_key, short_hash, slug_of, tag_key};
pub use tracking::{compare_key, is_specific, is_tracking, without_tracking};
pub use upstream::{Enclosure, EntryItem, Rhythm, UpstreamEntry, UpstreamFeed};
pub use uri::web_uri;
pub use words::{is_unspaced, words_of};
