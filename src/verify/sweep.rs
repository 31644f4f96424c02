//! Many URLs, checked fairly: what a [`Round`] does with each link that is due.

use super::attempt::Context;
use super::check;
use super::options::{CheckOptions, HELD_BACK, Target};
use crate::model::{Check, LinkKey, Verdict};
use crate::net::{Client, Job, Round};
use chrono::{DateTime, TimeDelta, Utc};
use futures::stream::{BoxStream, Stream};
use std::future::Future;
use url::Url;

/// Checks every target, each once, until `until` comes true (shutdown, or the budget of a cycle). The caller passes no
/// URL twice. A link whose host asked to be left alone for longer than a round waits comes back as [`HELD_BACK`].
pub fn check_all(
    client: &Client,
    options: &CheckOptions,
    targets: impl Stream<Item = Target> + Send + 'static,
    now: DateTime<Utc>,
    until: impl Future<Output = ()> + Send + 'static,
) -> BoxStream<'static, Check> {
    let sweep = Sweep { context: Context::new(client.clone(), options.clone()) };
    Round::new(sweep, client.options(), targets, now, until).ahead()
}

struct Sweep {
    context: Context,
}

impl Job for Sweep {
    type Task = Target;
    type Outcome = Check;

    /// Refused and malformed URLs have no host: nobody is contacted for them, so nobody is waited for.
    fn host(&self, target: &Target) -> String {
        Url::parse(target.url.trim())
            .ok()
            .filter(|url| !self.context.client.refuses(url))
            .and_then(|url| host_and_port(&url))
            .unwrap_or_default()
    }

    fn not_before(&self, target: &Target, _host: &str) -> Option<DateTime<Utc>> {
        target.not_before
    }

    fn run(&self, target: &Target, at: DateTime<Utc>, retry: bool) -> impl Future<Output = Check> + Send {
        check::run(&self.context, &target.url, at, retry)
    }

    /// The page is only closed to us: nothing is said against it.
    fn broke_down(&self, target: &Target, at: DateTime<Utc>) -> Check {
        let evidence = "what came could not be read without a fault of ours".to_owned();
        Check { reached_http: true, ..not_judged(target.url.clone(), at, "not-judged", evidence) }
    }

    fn held_back(&self, target: Target, at: DateTime<Utc>, until: DateTime<Utc>) -> Check {
        let wait = (until - at).to_std().unwrap_or_default().as_secs();
        let evidence = format!("not asked: the host wants to be left alone for {wait} s");
        Check { retry_after: Some(wait + 1), ..not_judged(target.url, at, HELD_BACK, evidence) }
    }

    fn reached(&self, check: &Check) -> bool {
        check.reached_http || check.verdict == Verdict::Refused
    }

    fn rest(&self, check: &Check, at: DateTime<Utc>) -> Option<(String, DateTime<Utc>)> {
        let wait = i64::try_from(check.retry_after?).ok().and_then(TimeDelta::try_seconds);
        let until = wait.and_then(|wait| at.checked_add_signed(wait)).unwrap_or(DateTime::<Utc>::MAX_UTC);
        Some((host_and_port(&Url::parse(check.url.trim()).ok()?)?, until))
    }
}

/// What one port of a host answers says nothing about another.
fn host_and_port(url: &Url) -> Option<String> {
    let host = LinkKey::host_of(url.as_str())?;
    Some(url.port().map_or(host.clone(), |port| format!("{host}:{port}")))
}

fn not_judged(url: String, at: DateTime<Utc>, rule: &str, evidence: String) -> Check {
    Check {
        url,
        at,
        verdict: Verdict::Blocked,
        rule: rule.to_owned(),
        evidence,
        status: None,
        final_url: None,
        hops: Vec::new(),
        retry_after: None,
        reached_http: false,
        ms: 0,
        portrait: None,
        warning: None,
        face: None,
    }
}
