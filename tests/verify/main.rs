//! The verifier through its public face, against real servers on loopback.
#![allow(clippy::unwrap_used, reason = "what these tests set up must work; a panic is the message")]

mod archive_and_tls;
mod blocked;
mod case;
mod failing;
mod gone;
mod reachable;
mod refused;
mod robots;
mod server;
mod sweep;
mod table;
