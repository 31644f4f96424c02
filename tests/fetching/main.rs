//! Fetching feeds through its public face, against real servers on loopback.
#![allow(clippy::unwrap_used, reason = "what these tests set up must work; a panic is the message")]

mod fetch;
mod round;
#[allow(dead_code, reason = "the other tests use the rest")]
#[path = "../verify/server.rs"]
mod server;

use chrono::{DateTime, Utc};
use std::net::IpAddr;
use std::time::Duration;
use wellsourced::collect::feed::manners::{Occasion, Pace, after};
use wellsourced::collect::feed::{Exchange, FetchOutcome};
use wellsourced::model::{PollState, Rhythm};
use wellsourced::net::{Client, Options};

fn now() -> DateTime<Utc> {
    "2026-01-01T00:00:00Z".parse().unwrap()
}

fn options(hosts: &[&str]) -> Options {
    let loopback: IpAddr = "127.0.0.1".parse().unwrap();
    Options {
        timeout: Duration::from_secs(30),
        interval: Duration::ZERO,
        allow_networks: vec!["127.0.0.1/32".parse().unwrap()],
        resolve: hosts.iter().map(|host| ((*host).to_owned(), vec![loopback])).collect(),
        ..Options::default()
    }
}

fn client(hosts: &[&str]) -> Client {
    Client::new(options(hosts)).unwrap()
}

/// What is remembered when a document was read.
fn remembered(state: &PollState, exchange: &Exchange) -> PollState {
    let rhythm = Rhythm::default();
    let read = matches!(exchange.outcome, FetchOutcome::Body(_)).then_some(Pace {
        rhythm: &rhythm,
        has_entries: true,
        dates: &[],
    });
    after(state, exchange, &Occasion { input: "a", read, slot: None })
}

/// Why there was no document.
fn why(exchange: &Exchange) -> String {
    match &exchange.outcome {
        FetchOutcome::Failed(trouble) => trouble.why.clone(),
        other => panic!("{other:?}"),
    }
}
