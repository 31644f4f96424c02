//! One URL, checked: parsed, refused or attempted, again where that may help, and written down whatever came of it.

use super::attempt::{Context, Seen};
use super::classify::Finding;
use super::options::CheckOptions;
use crate::model::{Check, Verdict};
use crate::net::Client;
use chrono::{DateTime, TimeDelta, Utc};
use std::time::Duration;
use tokio::time::{Instant, sleep};
use url::Url;

/// Checks one URL now. Never fails: whatever happens is in the check. It ends within the attempts' timeouts and
/// [`CheckOptions::max_wait`].
pub async fn check(client: &Client, options: &CheckOptions, url: &str, now: DateTime<Utc>) -> Check {
    let context = Context::new(client.clone(), options.clone());
    run(&context, url, now, true).await
}

/// The same with what a sweep shares; without `retry` one attempt must do.
pub(super) async fn run(context: &Context, url: &str, at: DateTime<Utc>, retry: bool) -> Check {
    let started = Instant::now();
    let parsed = match Url::parse(url.trim()) {
        Ok(parsed) => parsed,
        Err(error) => {
            let finding = Finding::new(Verdict::Refused, "malformed", format!("not a URL: {error}"));
            return written(url, at, started, refused(finding));
        }
    };
    let options = &context.options;
    let mut wait = options.backoff;
    let mut waited = Duration::ZERO;
    let mut left = if retry { options.retries } else { 0 };
    loop {
        let now = at + TimeDelta::from_std(started.elapsed()).unwrap_or_default();
        let seen = Box::pin(context.attempt(&parsed, now)).await;
        let pause = seen.retry_after.unwrap_or_default().max(wait);
        let patient = pause <= options.patience.max(wait) && waited + pause <= options.max_wait;
        if !seen.finding.retry || left == 0 || !patient {
            return written(url, at, started, seen);
        }
        tracing::debug!(url, why = seen.finding.evidence, "asked again in {:.1} s", pause.as_secs_f64());
        sleep(pause).await;
        waited += pause;
        wait *= 3;
        left -= 1;
    }
}

fn refused(finding: Finding) -> Seen {
    Seen {
        finding,
        hops: Vec::new(),
        reached_http: false,
        status: None,
        final_url: None,
        retry_after: None,
        portrait: None,
        face: None,
    }
}

fn written(url: &str, at: DateTime<Utc>, started: Instant, seen: Seen) -> Check {
    // Only who did not let us look can ask us to come back later; a page that was read has been read.
    let asked_to_wait = matches!(seen.finding.verdict, Verdict::Failing | Verdict::Blocked);
    let retry_after = seen.retry_after.filter(|_| asked_to_wait);
    Check {
        url: url.to_owned(),
        at,
        verdict: seen.finding.verdict,
        rule: seen.finding.rule.into_owned(),
        evidence: seen.finding.evidence,
        status: seen.status,
        final_url: seen.final_url,
        hops: seen.hops,
        retry_after: retry_after.map(|wait| wait.as_secs() + u64::from(wait.subsec_nanos() > 0)),
        reached_http: seen.reached_http,
        ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        portrait: seen.portrait,
        warning: seen.finding.warning,
        face: seen.face,
    }
}
