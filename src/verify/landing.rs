//! What the address a link ended at says by itself: a site's root, a log-in page, a page for missing pages. Pure.

use crate::model::{LinkKey, registrable_domain};
use url::Url;

/// Path segments (without extension) of pages for missing pages.
const MISSING: &[&str] = &[
    "404",
    "404-not-found",
    "404_not_found",
    "404-error",
    "404error",
    "404-page",
    "404page",
    "404notfound",
    "410",
    "error-404",
    "error_404",
    "error404",
    "err404",
    "not-found",
    "not_found",
    "notfound",
    "page-not-found",
    "page_not_found",
    "pagenotfound",
    "file-not-found",
    "filenotfound",
    "content-not-found",
    "missing-page",
    "page404",
    "page-404",
    "custom404",
    "_404",
    "expired-article",
];

/// Path segments of log-in pages.
const LOGIN: &[&str] = &[
    "login",
    "log-in",
    "log_in",
    "signin",
    "sign-in",
    "sign_in",
    "wp-login",
    "logon",
    "sso",
    "auth",
    "authenticate",
    "oauth",
    "visitor",
    "passport",
    "accountlogin",
    "servicelogin",
    "account-login",
    "user_login",
];

/// Hosts that ask who we are (or for consent) before they show anything: a label of the host.
const GATES: &[&str] = &["login", "signin", "passport", "sso", "auth", "accounts", "idp", "consent", "guce"];

/// Path segments behind which shops of captchas stand.
const CAPTCHA: &[&str] =
    &["captcha", "sorry", "challenge", "verify-human", "robot-check", "antispider", "verify_human"];

/// Paths that are a site's root by another name.
const ROOTS: &[&str] = &["", "index", "home", "default", "main", "welcome", "homepage", "start"];

/// Languages and regions that sites name their roots after.
const LANGUAGES: &[&str] = &[
    "ar", "at", "au", "bg", "br", "ca", "ch", "cn", "cs", "da", "de", "el", "en", "es", "eu", "fi", "fr", "gb",
    "global", "he", "hi", "hk", "hu", "id", "in", "int", "it", "ja", "jp", "ko", "kr", "mx", "nb", "nl", "no", "pl",
    "pt", "ro", "ru", "se", "sv", "th", "tr", "tw", "uk", "us", "vi", "zh",
];

/// Parameters that hold where to go on after a gate.
const GO_ON: &[&str] = &[
    "next",
    "continue",
    "return",
    "returnurl",
    "return_to",
    "returnto",
    "redirect",
    "redirect_to",
    "redirect_uri",
    "url",
    "goto",
    "service",
    "target",
    "back",
    "dest",
    "destination",
    "ref",
    "state",
    "client_id",
];

/// Services whose links stand for any page, roots included.
const SHORTENERS: &[&str] = &[
    "t.co",
    "bit.ly",
    "tinyurl.com",
    "goo.gl",
    "ow.ly",
    "buff.ly",
    "is.gd",
    "t.cn",
    "url.cn",
    "dwz.cn",
    "lnkd.in",
    "trib.al",
    "dlvr.it",
    "fb.me",
    "youtu.be",
    "amzn.to",
    "g.co",
    "aka.ms",
    "doi.org",
    "dx.doi.org",
    "purl.org",
    "w3id.org",
    "feedproxy.google.com",
    "feeds.feedburner.com",
    "rebrand.ly",
    "suo.im",
    "git.io",
];

/// Labels of hosts that only send on, to another site, by a path of two segments.
const REDIRECTORS: &[&str] = &["click", "clicks", "go", "l", "link", "links", "r", "s", "t", "to", "u", "url"];

/// Sections that the only part of a site may be: `/blog/` and `/` of it are one.
const SECTIONS: &[&str] =
    &["app", "blog", "blogs", "journal", "news", "portal", "shop", "site", "store", "web", "weblog", "website", "www"];

/// Parts of a query that say where a reader came from, not what they read.
const TRACKING: &[&str] = &["ref", "from", "src", "source", "fbclid", "gclid", "spm", "mc_cid", "mc_eid", "lang", "hl"];

/// Whether the URL is a site's root or the root of one language.
pub(super) fn is_root(url: &Url) -> bool {
    let route = url.fragment().is_some_and(|fragment| fragment.starts_with(['/', '!']) && fragment.len() > 1);
    if route || significant_query(url) {
        return false;
    }
    stems(url).iter().all(|segment| ROOTS.contains(&segment.as_str()) || is_language(segment)) && stems(url).len() <= 3
}

fn significant_query(url: &Url) -> bool {
    url.query_pairs().any(|(name, _)| {
        let name = name.to_lowercase();
        !name.starts_with("utm_") && !TRACKING.contains(&name.as_str())
    })
}

/// `en`, `zh-cn`, `pt_BR`, `zh-hans`. Two letters alone may be a topic (`ai`, `tv`), so those must be known.
fn is_language(segment: &str) -> bool {
    let letters =
        |part: &str, lengths: &[usize]| lengths.contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphabetic());
    match segment.split_once(['-', '_']) {
        Some((language, region)) => letters(language, &[2]) && letters(region, &[2, 4]),
        None => LANGUAGES.contains(&segment),
    }
}

/// Why landing at `end` means that the page asked for is not there.
pub(super) fn lost(asked: &Url, end: &Url) -> Option<String> {
    if let Some(segment) = landed_on(asked, end, MISSING) {
        return Some(format!("it lands on `/{segment}`"));
    }
    let error_query = |url: &Url| {
        url.query_pairs().any(|(name, value)| {
            matches!(&*name, "error" | "err" | "status" | "code" | "e")
                && matches!(&*value, "404" | "notfound" | "not_found")
        })
    };
    if error_query(end) && !error_query(asked) {
        return Some("it lands on an address that says 404".to_owned());
    }
    (is_root(end) && !is_root(asked) && !may_move_to_root(asked, end))
        .then(|| "it lands on the site's home page".to_owned())
}

/// A page may well get a site of its own; a page deep inside an archive does not.
fn may_move_to_root(asked: &Url, end: &Url) -> bool {
    let (Some(from), Some(to)) = (host(asked), host(end)) else { return false };
    if SHORTENERS.contains(&from.as_str()) {
        return true;
    }
    let segments: Vec<String> = stems(asked).into_iter().filter(|segment| !is_language(segment)).collect();
    if from == to {
        return segments.len() == 1 && segments.first().is_some_and(|only| SECTIONS.contains(&only.as_str()));
    }
    let sends_on = from.split('.').next().is_some_and(|label| REDIRECTORS.contains(&label));
    if sends_on && segments.len() <= 2 && !same_site(asked, end) {
        return true;
    }
    let named_in_host =
        segments.iter().any(|segment| segment.len() > 2 && to.split(['.', '-']).any(|label| label == segment));
    named_in_host || (segments.len() <= 1 && !same_site(asked, end))
}

fn same_site(a: &Url, b: &Url) -> bool {
    registrable_domain(a.as_str()) == registrable_domain(b.as_str())
}

/// Why landing at `end` means that somebody must log in, agree or prove something first.
pub(super) fn gate(asked: &Url, end: &Url) -> Option<String> {
    if asked == end || is_gate(asked) {
        return None;
    }
    if let Some(segment) = landed_on(asked, end, LOGIN).filter(|segment| leads_on(end, segment)) {
        return Some(format!("it lands on a log-in page (`/{segment}`)"));
    }
    if let Some(segment) = landed_on(asked, end, CAPTCHA).filter(|segment| leads_on(end, segment)) {
        return Some(format!("it lands on a robot check (`/{segment}`)"));
    }
    let host = host(end)?;
    let label = host.split('.').next().unwrap_or_default();
    GATES.contains(&label).then(|| format!("it lands on {host}"))
}

/// A gate is the page itself, or remembers where to go on; `/docs/auth/overview` is neither.
fn leads_on(end: &Url, segment: &str) -> bool {
    stems(end).last().is_some_and(|last| last == segment)
        || end.query_pairs().any(|(name, _)| GO_ON.contains(&name.to_lowercase().as_str()))
}

/// Whether the link itself cites a log-in page.
pub(super) fn is_gate(url: &Url) -> bool {
    stems(url).iter().any(|segment| LOGIN.contains(&segment.as_str()))
        || host(url).is_some_and(|host| GATES.contains(&host.split('.').next().unwrap_or_default()))
}

/// The segment from `table` that the end has and the link had not.
fn landed_on(asked: &Url, end: &Url, table: &[&str]) -> Option<String> {
    let before = stems(asked);
    stems(end).into_iter().find(|segment| table.contains(&segment.as_str()) && !before.contains(segment))
}

fn host(url: &Url) -> Option<String> {
    LinkKey::host_of(url.as_str())
}

/// Path segments in lower case without extensions and empty ones.
fn stems(url: &Url) -> Vec<String> {
    let segments = url.path_segments().map(|segments| segments.map(str::to_lowercase).collect::<Vec<_>>());
    segments
        .unwrap_or_default()
        .into_iter()
        .filter(|segment| !segment.is_empty())
        .map(|segment| match segment.rsplit_once('.') {
            Some((stem, "html" | "htm" | "php" | "asp" | "aspx" | "jsp" | "shtml" | "do")) => stem.to_owned(),
            _ => segment,
        })
        .collect()
}

#[cfg(test)]
#[path = "tests/landing.rs"]
mod tests;
