//! Fetching manners over time.

mod month;
mod personalities;
mod server;
