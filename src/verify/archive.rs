//! Archived copies of pages that are gone, from a Wayback Machine: `GET <base>/web/<time>/<url>` answers with a redirect
//! to the snapshot nearest to that time, or 404.
//!
//! Fails quietly (an archive that does not answer is no news about the link) and asks slowly: one request at a time, an
//! interval between them.

use crate::net::{Client, repaired, status_name};
use chrono::{DateTime, Utc};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep_until};
use url::Url;

/// Nothing is read of a snapshot but that it is there.
const MAX_RAW: usize = 1024;

/// Redirects within the archive that are followed.
const MOST_HOPS: usize = 4;

/// What the archive knows of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ArchivedCopy {
    /// The address of the copy nearest to the time asked for.
    Found(String),
    /// There is none.
    None,
    /// The archive could not be asked; ask another time.
    Unknown(String),
}

/// An archive, and when it may be asked again.
#[derive(Debug, Clone)]
pub struct Archive {
    client: Client,
    base: Url,
    interval: Duration,
    next: Arc<Mutex<Instant>>,
}

impl Archive {
    /// An archive at `base` (`https://web.archive.org/`), asked at most once per `interval`.
    pub fn new(client: Client, base: Url, interval: Duration) -> Self {
        Self { client, base, interval, next: Arc::new(Mutex::new(Instant::now())) }
    }

    /// Looks for the snapshot of `url` nearest to `near`.
    pub async fn find(&self, url: &str, near: DateTime<Utc>) -> ArchivedCopy {
        let path = format!("web/{}/{url}", near.format("%Y%m%d%H%M%S"));
        self.ask(&path).await
    }

    /// Asks the archive to save `url` now. `Found` holds the new copy where the archive names it.
    pub async fn save(&self, url: &str) -> ArchivedCopy {
        self.ask(&format!("save/{url}")).await
    }

    async fn ask(&self, path: &str) -> ArchivedCopy {
        // The lock is held while asking: one request at a time is part of being polite.
        let mut next = self.next.lock().await;
        sleep_until(*next).await;
        let result = self.request(path).await;
        *next = Instant::now() + self.interval;
        result
    }

    /// The redirect is the answer: what the copy itself replies with (pages are replayed with their status) does not
    /// matter, so it is not asked for. Redirects that lead elsewhere in the archive (to https, say) are followed.
    async fn request(&self, path: &str) -> ArchivedCopy {
        let address = format!("{}/{path}", self.base.as_str().trim_end_matches('/'));
        let Ok(mut address) = Url::parse(&address) else {
            return ArchivedCopy::Unknown(format!("`{address}` is not a URL"));
        };
        for _ in 0..MOST_HOPS {
            let mut journey = self.client.journey(MAX_RAW);
            journey.follow = false;
            let answer = match self.client.travel(&mut journey, address.clone()).await {
                Ok(answer) => answer,
                Err(failure) => return ArchivedCopy::Unknown(failure.message),
            };
            match answer.status {
                404 => return ArchivedCopy::None,
                200..=299 if is_snapshot(address.as_str()) => return ArchivedCopy::Found(address.into()),
                300..=399 => {}
                other => return ArchivedCopy::Unknown(format!("the archive answered {}", status_name(other))),
            }
            let location = answer.headers.get("location").map(|value| repaired(value.as_bytes())).unwrap_or_default();
            match address.join(&location) {
                Ok(to) if is_snapshot(to.as_str()) && to != address => return ArchivedCopy::Found(to.into()),
                Ok(to) => address = to,
                Err(_) => break,
            }
        }
        ArchivedCopy::Unknown("the archive redirects without an end".to_owned())
    }
}

/// `…/web/20260102030405/https://…`, with or without the two-letter flags after the time.
fn is_snapshot(url: &str) -> bool {
    let time = url.split("/web/").nth(1).unwrap_or_default().split('/').next().unwrap_or_default();
    time.len() >= 14 && time.bytes().take(14).all(|b| b.is_ascii_digit())
}
