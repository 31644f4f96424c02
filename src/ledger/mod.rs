//! What is known and what came become what changes: which item is which, its id, path, second, story and day.
//!
//! Pure: values and `now` in, values out. A [`Question`] tells what has to be known, the store answers it with a [`Scope`],
//! the functions here change it, and what differs afterwards are the [`Changes`] that the store applies. Here are no store, no
//! network and no clock, so that identity can be tested as tables and properties.

mod carrying;
mod changes;
mod channels;
mod days;
mod editions;
mod entries;
mod inputs;
mod kinds;
mod matching;
mod names;
mod placing;
mod posts;
mod question;
mod recognise;
mod restore;
mod scope;
mod seconds;
mod settling;
mod showing;
pub mod stories;

pub use changes::{ChangedEdition, ChangedItem, Changes, Stand};
pub use channels::{ChannelWish, Channels, KnownChannel};
pub use days::{DAYS, FeedRules};
pub use editions::header_hash;
pub use entries::{MOST_NEW, Plan, ReadDocument, ask_for_documents, plan_documents};
pub use inputs::{InputKind, InputSigns, Renamed, renamed};
pub use kinds::is_another_kind;
pub use names::{Names, Seed, mint_site, mint_store};
pub use placing::Arrivals;
pub use posts::{Change, MOST_ALIKE, Placed, PostAsRead, PostOutcome, ask_for_posts, leave, place_post};
pub use question::{EntriesAsked, Question, Signs};
pub use restore::{lose, part, strange_stories, take_over, take_over_founder};
pub use scope::{EditionState, EntryState, ItemCount, ItemState, Numbered, Says, Scope};
pub use seconds::Seconds;
pub use settling::{ask_for_settling, settle_stories};
pub use showing::{Showing, is_shown, show};

#[cfg(test)]
#[path = "tests/events.rs"]
mod events;
#[cfg(test)]
#[path = "tests/world.rs"]
mod world;
