//! Fetching manners over time; what belongs to what in a feed.

mod month;
mod parents;
mod personalities;
mod server;
