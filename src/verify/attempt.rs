//! One attempt: travel, read the page, follow a meta refresh, and where a short page is suspicious ask for a path that
//! cannot exist. Thin; what it sees is judged in [`super::classify`].

use super::classify::{self, Finding, Landing};
use super::host_memory::Once;
use super::options::{CheckOptions, Robots};
use super::page::Page;
use super::robots::{self, Forbidden};
use super::{charset, landing, portrait, signs};
use crate::model::{Hop, Portrait, Verdict};
use crate::net::{Answer, Client, Failure, Journey, resolve};
use chrono::{DateTime, Utc};
use std::time::Duration;
use url::Url;
use xxhash_rust::xxh3::xxh3_64;

/// Bytes read of a page, as sent.
const MAX_RAW: usize = 64 * 1024;
/// Bytes of a page after decoding.
const MAX_DECODED: usize = 256 * 1024;
/// Seconds up to which a meta refresh is a redirect and not a page that renews itself.
const REFRESH_SOON: f64 = 5.0;

/// What checks of one sweep share.
#[derive(Debug)]
pub(super) struct Context {
    pub(super) client: Client,
    pub(super) options: CheckOptions,
    robots: robots::RobotsMemory,
    made_up: Once<Option<u64>>,
}

/// What one attempt saw.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) finding: Finding,
    pub(super) hops: Vec<Hop>,
    pub(super) reached_http: bool,
    pub(super) status: Option<u16>,
    pub(super) final_url: Option<String>,
    pub(super) retry_after: Option<Duration>,
    pub(super) portrait: Option<Portrait>,
    pub(super) face: Option<u64>,
}

impl Context {
    pub(super) fn new(client: Client, options: CheckOptions) -> Self {
        Self { client, options, robots: robots::RobotsMemory::default(), made_up: Once::default() }
    }

    /// Looks at `url` once, within the client's timeout. `now` is for dates in `Retry-After`.
    pub(super) async fn attempt(&self, url: &Url, now: DateTime<Utc>) -> Seen {
        let mut journey = self.client.journey(MAX_RAW);
        if let Some(forbidden) = self.forbidden(url, &journey).await {
            return Seen::not_asked(forbidden);
        }
        match self.travel(&mut journey, url).await {
            Err(failure) => Seen::without_answer(classify::failure(&failure, &journey.hops), journey),
            Ok((answer, page)) => {
                let landing = Landing { asked: url, answer: &answer, page: page.as_ref(), hops: &journey.hops };
                let mut finding = classify::answer(&landing);
                let portrait = portrait_of(&landing, &finding);
                let face = face_of(&landing);
                if let Some(better) = self.compared(&landing, &finding, &journey).await {
                    finding = better;
                }
                let seen = portrait.as_ref().filter(|_| finding.verdict.is_seen());
                if let Some(doubtful) = seen.and_then(|seen| classify::doubtful(&landing, &finding, seen)) {
                    finding = doubtful;
                }
                Seen {
                    finding,
                    status: Some(answer.status),
                    final_url: Some(answer.url.as_str().to_owned()),
                    retry_after: answer.retry_after(now),
                    reached_http: journey.reached_http,
                    hops: journey.hops,
                    portrait,
                    face,
                }
            }
        }
    }

    /// To the last answer, meta refreshes included.
    async fn travel(&self, journey: &mut Journey, url: &Url) -> Result<(Answer, Option<Page>), Failure> {
        let mut next = url.clone();
        loop {
            let answer = self.client.travel(journey, next).await?;
            let page = read(&answer).await;
            let Some(to) = page.as_ref().and_then(|page| refreshed(page, &answer)) else {
                return Ok((answer, page));
            };
            journey.step(&answer.url, answer.status, &to)?;
            next = to;
        }
    }

    /// What robots.txt has against this link.
    async fn forbidden(&self, url: &Url, journey: &Journey) -> Option<Forbidden> {
        if self.options.robots == Robots::Ignore {
            return None;
        }
        // Seldom asked, and larger than the rest of an attempt: not a part of each.
        Box::pin(self.robots.forbids(&self.client, url, journey.deadline)).await
    }

    /// Compares a short page with what its host says about a path that nobody has.
    async fn compared(&self, landing: &Landing<'_>, finding: &Finding, journey: &Journey) -> Option<Finding> {
        let page = landing.page?;
        let page_is_there = matches!(finding.verdict, Verdict::Reachable | Verdict::Moved);
        let asked_for_more = !landing::is_root(landing.asked) && !landing::is_root(&landing.answer.url);
        if !self.options.made_up_path || !page_is_there || !asked_for_more || !signs::is_suspicious(page) {
            return None;
        }
        let made_up = made_up(&landing.answer.url)?;
        let answer = Box::pin(self.made_up.get(made_up.as_str(), self.fingerprint_of(&made_up, journey))).await?;
        (answer == fingerprint(page, &landing.answer.url)).then(|| classify::same_as_made_up(&made_up))
    }

    async fn fingerprint_of(&self, made_up: &Url, journey: &Journey) -> Option<u64> {
        let mut own = self.client.journey(MAX_RAW);
        own.deadline = journey.deadline;
        let answer = self.client.travel(&mut own, made_up.clone()).await.ok()?;
        let page = read(&answer).await?;
        // Only short pages are compared, and nothing short reads like an article.
        (answer.status == 200 && !page.is_article()).then(|| fingerprint(&page, made_up))
    }
}

impl Seen {
    fn not_asked(forbidden: Forbidden) -> Self {
        let Forbidden { finding, wait, reached_http } = forbidden;
        Self {
            finding,
            hops: Vec::new(),
            reached_http,
            status: None,
            final_url: None,
            retry_after: wait,
            portrait: None,
            face: None,
        }
    }

    fn without_answer(finding: Finding, journey: Journey) -> Self {
        let status = journey.hops.last().map(|hop| hop.status);
        let reached_http = journey.reached_http;
        Self {
            finding,
            hops: journey.hops,
            reached_http,
            status,
            final_url: None,
            retry_after: None,
            portrait: None,
            face: None,
        }
    }
}

/// What the page looked like that was found.
fn portrait_of(landing: &Landing<'_>, finding: &Finding) -> Option<Portrait> {
    let is_there = finding.verdict.is_seen() && (200..300).contains(&landing.answer.status);
    portrait::of(landing.page.filter(|_| is_there)?, &landing.answer.url)
}

/// What a page that was served as one shows, whoever served it.
fn face_of(landing: &Landing<'_>) -> Option<u64> {
    let page = landing.page.filter(|_| (200..300).contains(&landing.answer.status))?;
    let host = landing.answer.url.host_str().unwrap_or_default();
    let shown = format!("{}\n{}", page.title, page.prose_text).replace(host, "");
    (!shown.trim().is_empty()).then(|| xxh3_64(shown.as_bytes()))
}

/// The page, where the answer is HTML or does not say what it is and looks like it.
async fn read(answer: &Answer) -> Option<Page> {
    let declared = answer.media_type();
    let html = matches!(declared.as_str(), "text/html" | "application/xhtml+xml");
    let open = matches!(declared.as_str(), "" | "application/octet-stream" | "unknown/unknown");
    if !html && !open {
        return None;
    }
    let body = answer.decoded(MAX_DECODED).await.bytes;
    let looks_like_html = body.trim_ascii_start().first() == Some(&b'<');
    (html || looks_like_html).then(|| Page::read(&charset::text(&body, answer.header("content-type").as_deref())))
}

/// Where a page sends its readers within seconds, unless it is back to itself.
fn refreshed(page: &Page, answer: &Answer) -> Option<Url> {
    let header = answer.header("refresh").and_then(|value| super::page::refresh(&value));
    let (delay, reference) = header.or_else(|| page.refresh.clone())?;
    if delay > REFRESH_SOON || !(200..300).contains(&answer.status) {
        return None;
    }
    let base = page.base.as_deref().and_then(|base| answer.url.join(base).ok());
    let to = resolve(base.as_ref().unwrap_or(&answer.url), &reference)?;
    let plain = |url: &Url| {
        let mut url = url.clone();
        url.set_fragment(None);
        url
    };
    (plain(&to) != plain(&answer.url)).then_some(to)
}

/// A sibling of the page that nobody has: the same folder and extension, so that the same part of the site answers.
fn made_up(url: &Url) -> Option<Url> {
    let path = url.path();
    let (folder, last) = path.trim_end_matches('/').rsplit_once('/')?;
    let extension = last.rsplit_once('.').map(|(_, extension)| format!(".{extension}")).unwrap_or_default();
    let name = format!("{:016x}", xxh3_64(format!("{folder} made up").as_bytes()));
    let mut made_up = url.clone();
    made_up.set_fragment(None);
    made_up.set_query(None);
    made_up.set_path(&format!("{folder}/{name}{extension}{}", if path.ends_with('/') { "/" } else { "" }));
    Some(made_up)
}

/// Title and text, less the address that a page may repeat.
fn fingerprint(page: &Page, url: &Url) -> u64 {
    let last = url.path().trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let without = |text: &str| {
        let text = text.replace(url.as_str(), "").replace(url.path(), "");
        if last.len() > 3 { text.replace(last, "") } else { text }
    };
    xxh3_64(format!("{}\n{}", without(&page.title), without(&page.text)).as_bytes())
}
