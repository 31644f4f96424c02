//! robots.txt (RFC 9309), only where the operator wants it respected: asked once per host, parsed by `texting_robots`.

use crate::net::{Client, FailureKind};
use std::fmt;
use std::sync::Arc;
use texting_robots::Robot;
use tokio::time::Instant;
use url::Url;

/// RFC 9309, 2.5: at least 500 KiB are parsed. Ours are product names, which stand early; this is enough.
const MOST: usize = 128 * 1024;

/// What a host's robots.txt lets us do.
#[derive(Clone)]
pub(super) enum Manners {
    /// Everything: there is none, or it says so.
    Free,
    /// What it says.
    Ruled(Arc<Robot>),
    /// Nothing: the server fails to say what (RFC 9309, 2.3.1.4).
    Closed,
}

impl fmt::Debug for Manners {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Free => "Free",
            Self::Ruled(_) => "Ruled",
            Self::Closed => "Closed",
        })
    }
}

impl Manners {
    /// Whether the link may be asked for.
    pub(super) fn allow(&self, url: &Url) -> bool {
        match self {
            Self::Free => true,
            Self::Ruled(robot) => robot.allowed(url.as_str()),
            Self::Closed => false,
        }
    }
}

/// Asks a host for its robots.txt. Where it cannot be reached at all the link's own check says so better.
pub(super) async fn ask(client: &Client, url: &Url, deadline: Instant) -> Manners {
    let Ok(address) = url.join("/robots.txt") else { return Manners::Free };
    let mut journey = client.journey(MOST);
    journey.deadline = deadline;
    let answer = match client.travel(&mut journey, address).await {
        Ok(answer) => answer,
        Err(failure) if failure.kind == FailureKind::Protocol => return Manners::Closed,
        Err(_) => return Manners::Free,
    };
    match answer.status {
        200..=299 => {
            let body = answer.decoded(MOST).await;
            Robot::new(product(&client.options().user_agent), &body.bytes)
                .map_or(Manners::Free, |robot| Manners::Ruled(Arc::new(robot)))
        }
        500..=599 => Manners::Closed,
        _ => Manners::Free,
    }
}

/// The product token of a user agent: what stands before the first slash or blank.
fn product(user_agent: &str) -> &str {
    user_agent.split(['/', ' ']).next().unwrap_or(user_agent)
}
