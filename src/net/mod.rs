//! The only door to the network: a guarded, bounded HTTP client that every other module asks through, and an [`Endpoint`] for
//! the one server that a bucket is kept on.
//!
//! It refuses what must not be contacted (schemes, ports, addresses that are not public, on every hop), never follows
//! more than [`MAX_REDIRECTS`] redirects, never reads more than it was told to and never outlives a deadline. It does
//! not retry or judge what it saw: that is `verify`'s and `collect`'s business, whose tasks get their turns in a [`Round`].

mod address;
mod answer;
mod client;
mod date;
mod decode;
mod endpoint;
mod failure;
mod gate;
mod guard;
mod options;
mod queue;
mod redirect;
mod resolver;
mod room;
mod round;
mod trust;

pub use address::not_public;
pub use answer::{Answer, Ending, Whole, retry_after, status_name};
pub use client::{Client, Conditional, Journey, MAX_REDIRECTS};
pub use date::http_date;
pub use decode::{Decoded, unpacked};
pub use endpoint::Endpoint;
pub use failure::{Failure, FailureKind};
pub use gate::Gate;
pub use guard::Refusal;
pub use options::{Error, Options};
pub use redirect::{repaired, resolve};
pub use reqwest::header::{HeaderMap, HeaderValue};
pub use room::Room;
pub use round::{Job, Round};
