//! Whether a cited source can be reached, with evidence: run checks ([`check`], [`check_all`]), judge what one saw
//! (`classify`, rules as tables), and judge over time ([`judge`], [`next_check`], [`Reach`]; pure).
//!
//! It keeps nothing: checks go to the caller, and come back from the caller to be judged. It never publishes, never
//! drops an item and never reads a clock but the one that measures how long things took.

pub mod archive;
mod attempt;
mod charset;
mod check;
mod classify;
mod host_memory;
mod judge;
mod keep;
mod landing;
mod likeness;
mod moved;
mod options;
mod outage;
mod page;
mod phrases;
mod portrait;
mod robots;
mod schedule;
mod signs;
mod spam;
mod sweep;

pub use check::check;
pub use judge::{Weighed, judge};
pub use keep::{KEPT_WHOLE, superfluous};
pub use likeness::is_itself;
pub use moved::moved_within_site;
pub use options::{CheckOptions, HELD_BACK, Policy, Robots, Target};
pub use outage::{Distrust, LinkBefore, Reach};
pub use schedule::next_check;
pub use sweep::check_all;
