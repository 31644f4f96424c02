//! robots.txt (RFC 9309), only where the operator wants it respected: asked for once per host and sweep, parsed by
//! `texting_robots`.
//!
//! A host that cannot be reached says nothing of the kind: the link's check then tells of the failure itself.

use super::classify::{self, Finding};
use crate::model::Verdict;
use crate::net::{Client, Failure, FailureKind};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use texting_robots::Robot;
use tokio::time::Instant;
use url::Url;

/// RFC 9309, 2.5: at least 500 KiB are parsed.
const MOST: usize = 500 * 1024;

/// RFC 9309, 2.3.1.2: at least five redirects are followed; behind more of them the file counts as absent.
const MAX_REDIRECTS: usize = 5;

/// How long a host that fails to say what it allows is left alone (RFC 9309, 2.3.1.4 wants a complete disallow).
const LEFT_ALONE: Duration = Duration::from_hours(6);

/// Hosts that are remembered. When there are more it starts anew, which costs a request and nothing else.
const HOSTS: usize = 2048;

/// What a host's robots.txt lets us do.
#[derive(Clone)]
enum Manners {
    /// Everything: there is none, or it says so.
    Free,
    /// What it says.
    Ruled(Arc<Robot>),
    /// Nothing: the host fails to say what. How that looked, and whether it answered in HTTP.
    Closed(String, bool),
    /// Nothing is known: no connection to the host.
    Unreachable(Failure),
}

/// Why a link is not asked for.
#[derive(Debug, Clone)]
pub(super) struct Forbidden {
    pub(super) finding: Finding,
    /// For how long its host is left alone.
    pub(super) wait: Option<Duration>,
    /// Whether the host answered in HTTP.
    pub(super) reached_http: bool,
}

/// The robots.txt of the hosts of one sweep.
#[derive(Default)]
pub(super) struct RobotsMemory {
    known: Mutex<HashMap<String, Arc<tokio::sync::Mutex<Option<KnownManners>>>>>,
}

#[derive(Clone)]
struct KnownManners {
    at: Instant,
    manners: Manners,
}

impl fmt::Debug for RobotsMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RobotsMemory")
    }
}

impl RobotsMemory {
    /// What stands against asking for `url`, if anything.
    pub(super) async fn forbids(&self, client: &Client, url: &Url, deadline: Instant) -> Option<Forbidden> {
        // RFC 9309, 2.2.2: robots.txt itself is always allowed.
        if url.path() == "/robots.txt" {
            return None;
        }
        match self.manners(client, url, deadline).await {
            Manners::Free => None,
            Manners::Ruled(robot) if robot.allowed(url.as_str()) => None,
            Manners::Ruled(_) => Some(Forbidden {
                finding: Finding::new(Verdict::Blocked, "robots", "robots.txt asks us not to look"),
                wait: None,
                reached_http: true,
            }),
            Manners::Closed(why, reached_http) => Some(Forbidden {
                finding: Finding::new(Verdict::Blocked, "robots", why),
                wait: Some(LEFT_ALONE),
                reached_http,
            }),
            Manners::Unreachable(failure) => {
                Some(Forbidden { finding: classify::failure(&failure, &[]), wait: None, reached_http: false })
            }
        }
    }

    /// What is known of a host, or what asking it finds out. Others that want to know wait for it. A failure to connect
    /// is told to those who wait already; who comes later, a second attempt say, asks again.
    async fn manners(&self, client: &Client, url: &Url, deadline: Instant) -> Manners {
        let came = Instant::now();
        let origin = url.origin().ascii_serialization();
        let host = {
            let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            if known.len() >= HOSTS && !known.contains_key(&origin) {
                known.clear();
            }
            Arc::clone(known.entry(origin).or_default())
        };
        let mut host = host.lock().await;
        if let Some(known) = &*host
            && (known.at >= came || !matches!(known.manners, Manners::Unreachable(_)))
        {
            return known.manners.clone();
        }
        let manners = ask(client, url, deadline).await;
        *host = Some(KnownManners { at: Instant::now(), manners: manners.clone() });
        manners
    }
}

/// Asks a host for its robots.txt (RFC 9309, 2.3.1).
async fn ask(client: &Client, url: &Url, deadline: Instant) -> Manners {
    let Ok(address) = url.join("/robots.txt") else { return Manners::Free };
    let mut journey = client.journey(MOST);
    journey.deadline = deadline;
    journey.max_redirects = MAX_REDIRECTS;
    let answer = match client.travel(&mut journey, address).await {
        Ok(answer) => answer,
        Err(failure) => return failed(failure, journey.reached_http),
    };
    match answer.status {
        200..=299 => {
            let body = answer.decoded(MOST).await;
            Robot::new(product(&client.options().user_agent), &body.bytes)
                .map_or(Manners::Free, |robot| Manners::Ruled(Arc::new(robot)))
        }
        500..=599 => Manners::Closed(undefined(&format!("answers {}", answer.status)), true),
        _ => Manners::Free,
    }
}

/// What the lack of an answer means. `answered`: an answer before it led elsewhere.
fn failed(failure: Failure, answered: bool) -> Manners {
    match failure.kind {
        // Too many redirects, or one that leads nowhere.
        FailureKind::Redirect => Manners::Free,
        // It took the connection and then said nothing; or it is another host that fails.
        FailureKind::Timeout => Manners::Closed(undefined("does not answer in time"), answered),
        _ if answered => Manners::Closed(undefined(&format!("cannot be read: {failure}")), answered),
        _ => Manners::Unreachable(failure),
    }
}

fn undefined(what: &str) -> String {
    format!("robots.txt {what}, so that nothing may be asked for (RFC 9309)")
}

/// The product token of a user agent: what stands before the first slash or blank.
fn product(user_agent: &str) -> &str {
    user_agent.split(['/', ' ']).next().unwrap_or(user_agent)
}
