//! From a request to its answer: what is prepared is answered at once, the rest after a look at the disk.

use super::accept;
use super::bundle::{Bundle, Variant};
use super::coding::Accepted;
use super::conditional::{is_refused, is_unchanged, tags};
use super::entry::{FileEntry, FileTrouble};
use super::flights::Busy;
use super::host;
use super::kind::kind;
use super::quality::weighted;
use super::range::{Wanted, wanted};
use super::refusal::{self, Answer};
use super::route::{Route, route};
use super::site::ServedSite;
use super::snapshot::SiteSnapshot;
use crate::publish::reference;
use http::header::{
    ACCEPT, ACCEPT_ENCODING, ACCEPT_RANGES, CACHE_CONTROL, CONTENT_LOCATION, CONTENT_RANGE, IF_NONE_MATCH, RANGE, VARY,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::Full;
use percent_encoding::{CONTROLS, utf8_percent_encode};
use std::sync::Arc;

/// Which parts of a feed a reader takes (RFC 3229, section 10.5.3), and which it got.
const A_IM: HeaderName = HeaderName::from_static("a-im");
const IM: HeaderName = HeaderName::from_static("im");

/// What an answer without a file is about.
const NO_FILE: &str = "other";

/// An answer, or what it takes to give one.
#[derive(Debug)]
pub(super) enum Reply {
    /// The answer, and what it is about, for metrics.
    Ready(Answer, &'static str),
    /// The file is not in memory, or only a part of it may be wanted.
    Cold(Cold),
    /// An item is asked for that has no page of its own.
    Former(Former),
}

/// An item by the address under which it would have a page of its own, as those of feeds once had.
#[derive(Debug)]
pub(super) struct Former {
    short_id: String,
    /// The way up to the root from the address.
    up: String,
    query: Option<String>,
}

/// A file that takes more than looking into memory.
#[derive(Debug)]
pub(super) struct Cold {
    entry: Arc<FileEntry>,
    asked: FileRequest,
    headers: HeaderMap,
}

/// How a file is asked for, beside the headers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct FileRequest {
    /// By a URL that answers in several forms.
    negotiated: bool,
    /// Only its headers.
    head: bool,
}

/// Answers a request; its body, if it has one, is not looked at.
pub(super) fn respond<B>(site: &ServedSite, request: &Request<B>) -> Reply {
    let snapshot = site.snapshot();
    let refuse = |status| Reply::Ready(snapshot.rules.refusals.answer(status), NO_FILE);
    if !host::is_well_said(request.version(), request.uri(), request.headers()) {
        return refuse(StatusCode::BAD_REQUEST);
    }
    let head = match *request.method() {
        Method::GET => false,
        Method::HEAD => true,
        Method::OPTIONS => return options(&snapshot, request.uri().path()),
        _ => return refuse(StatusCode::METHOD_NOT_ALLOWED),
    };
    match route(&snapshot, request.uri().path()) {
        Route::File(entry) => file(entry, FileRequest { negotiated: false, head }, request.headers()),
        Route::Channel(folder) => {
            let at = |form: accept::Form| snapshot.entry(&format!("{folder}{}", form.file_name()));
            let accepted: Vec<&str> = texts(request.headers(), &ACCEPT).collect();
            let form = accept::choose(&accepted, |form| at(form).is_some());
            match form.and_then(at) {
                Some(entry) => file(entry, FileRequest { negotiated: true, head }, request.headers()),
                None => refuse(StatusCode::NOT_ACCEPTABLE),
            }
        }
        Route::Moved(location) => {
            let location = with_query(location, request.uri().query());
            Reply::Ready(refusal::moved(&location, &snapshot.rules.cache_control), NO_FILE)
        }
        Route::Item(short_id) => {
            let up = "../".repeat(depth(request.uri().path(), &snapshot));
            Reply::Former(Former { short_id, up, query: request.uri().query().map(str::to_owned) })
        }
        Route::Gone => refuse(StatusCode::GONE),
        Route::Unknown => refuse(StatusCode::NOT_FOUND),
    }
}

/// How many folders below the root an address is.
fn depth(path: &str, snapshot: &SiteSnapshot) -> usize {
    let base = snapshot.rules.options.site.base_url.path();
    let below = path.strip_prefix(base).unwrap_or(path.trim_start_matches('/'));
    below.matches('/').count()
}

impl Former {
    /// Leads to where the item stands in the edition of its day.
    pub(super) async fn respond(self, site: &ServedSite) -> (Answer, &'static str) {
        let snapshot = site.snapshot();
        let answer = match site.place_in_day(&self.short_id).await {
            Ok(Some(home)) => {
                let (folder, anchor) = reference(&self.short_id, &home);
                let mut location = with_query(format!("{}{folder}", self.up), self.query.as_deref());
                if let Some(anchor) = anchor {
                    location.push('#');
                    location.push_str(&anchor);
                }
                refusal::moved(&location, &snapshot.rules.cache_control)
            }
            Ok(None) => snapshot.rules.refusals.answer(StatusCode::NOT_FOUND),
            Err(Busy) => snapshot.rules.refusals.answer(StatusCode::SERVICE_UNAVAILABLE),
        };
        (answer, NO_FILE)
    }
}

/// A reference with the query of the request it answers: what was asked for is the same thing under another path.
fn with_query(location: String, query: Option<&str>) -> String {
    match query {
        None => location,
        // The parser of requests lets through what no header may hold.
        Some(query) => format!("{location}?{}", utf8_percent_encode(query, CONTROLS)),
    }
}

fn options(snapshot: &SiteSnapshot, path: &str) -> Reply {
    let answer = match route(snapshot, path) {
        // `OPTIONS *` asks about the server.
        _ if path == "*" => refusal::options(false),
        Route::File(entry) => refusal::options(kind(&entry.path).is_open()),
        Route::Channel(_) | Route::Moved(_) | Route::Item(_) => refusal::options(true),
        Route::Gone => snapshot.rules.refusals.answer(StatusCode::GONE),
        Route::Unknown => snapshot.rules.refusals.answer(StatusCode::NOT_FOUND),
    };
    Reply::Ready(answer, NO_FILE)
}

fn file(entry: &Arc<FileEntry>, asked: FileRequest, headers: &HeaderMap) -> Reply {
    match entry.bundle().filter(|_| !headers.contains_key(&A_IM)) {
        Some(bundle) => Reply::Ready(answer(&bundle, &entry.path, asked, headers), bundle.kind.as_str()),
        None => Reply::Cold(Cold { entry: Arc::clone(entry), asked, headers: headers.clone() }),
    }
}

impl Cold {
    /// Answers with what is on the disk.
    pub(super) async fn respond(self, site: &ServedSite) -> (Answer, &'static str) {
        let kind = kind(&self.entry.path).as_str();
        let trouble = match site.fetch(&self.entry).await {
            Ok(bundle) => return (self.with(site, &bundle).await, kind),
            Err(trouble) => trouble,
        };
        let (path, status) = (self.entry.path.as_str(), StatusCode::SERVICE_UNAVAILABLE);
        let status = match trouble {
            FileTrouble::Missing => StatusCode::NOT_FOUND,
            FileTrouble::Busy => status,
            FileTrouble::Differs => {
                if self.entry.is_news() {
                    tracing::warn!(path, "somebody altered a published file; it is not served");
                }
                status
            }
            FileTrouble::Failed(error) => {
                if self.entry.is_news() {
                    tracing::error!(path, %error, "a published file cannot be served");
                }
                status
            }
        };
        (site.snapshot().rules.refusals.answer(status), kind)
    }
}

impl Cold {
    /// Answers with a bundle, or with that of it which the reader has not seen (RFC 3229).
    async fn with(&self, site: &ServedSite, bundle: &Arc<Bundle>) -> Answer {
        let whole = answer(bundle, &self.entry.path, self.asked, &self.headers);
        if whole.status() != StatusCode::OK || !wants_delta(&self.headers) {
            return whole;
        }
        for base in bases(&self.headers) {
            match site.delta(bundle, &self.entry.path, base).await {
                Ok(Some(delta)) => {
                    let cache_control = &site.snapshot().rules.delta_cache_control;
                    return as_delta(answer(&delta, &self.entry.path, self.asked, &self.headers), cache_control);
                }
                Ok(None) => {}
                Err(error) => tracing::error!(path = self.entry.path, %error, "a feed cannot be cut down"),
            }
        }
        whole
    }
}

/// Whether a reader takes a feed without what it has.
fn wants_delta(headers: &HeaderMap) -> bool {
    texts(headers, &A_IM).flat_map(weighted).any(|(name, weight)| name.eq_ignore_ascii_case("feed") && weight > 0)
}

/// Hashes of the versions that a reader has.
fn bases(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    texts(headers, &IF_NONE_MATCH)
        .flat_map(tags)
        .map(|tag| tag.trim_matches('"'))
        .map(|tag| tag.split('-').next().unwrap_or_default())
}

/// Marks an answer as a part. Only caches that know of deltas may keep it (RFC 3229, section 10.8.3).
fn as_delta(mut answer: Answer, cache_control: &HeaderValue) -> Answer {
    *answer.status_mut() = StatusCode::IM_USED;
    let headers = answer.headers_mut();
    headers.insert(IM, HeaderValue::from_static("feed"));
    headers.insert(CACHE_CONTROL, cache_control.clone());
    headers.append(VARY, HeaderValue::from_static("If-None-Match"));
    headers.remove(ACCEPT_RANGES);
    answer
}

/// Answers with a bundle.
fn answer(bundle: &Bundle, path: &str, asked: FileRequest, headers: &HeaderMap) -> Answer {
    let accepted = match headers.get(ACCEPT_ENCODING) {
        None => Accepted::PLAIN,
        Some(_) => Accepted::read(texts(headers, &ACCEPT_ENCODING)),
    };
    let variant = bundle.choose(accepted);
    if is_refused(headers, &variant.tag, bundle.modified) {
        return refusal::empty(StatusCode::PRECONDITION_FAILED);
    }
    let mut answer = if is_unchanged(headers, &variant.tag, &bundle.last_modified, bundle.modified) {
        with_headers(StatusCode::NOT_MODIFIED, &variant.unchanged)
    } else {
        changed(bundle, variant, asked, headers)
    };
    if asked.negotiated {
        let name = path.rsplit('/').next().unwrap_or_default();
        if let Ok(name) = HeaderValue::from_str(name) {
            answer.headers_mut().insert(CONTENT_LOCATION, name);
        }
        answer.headers_mut().insert(VARY, HeaderValue::from_static("Accept, Accept-Encoding, A-IM"));
    }
    answer
}

fn changed(bundle: &Bundle, variant: &Variant, asked: FileRequest, headers: &HeaderMap) -> Answer {
    // A range is asked for by GET only (RFC 9110, section 14.2).
    let range = if asked.head || !headers.contains_key(RANGE) {
        Wanted::Whole
    } else {
        wanted(headers, variant.body.len(), &variant.tag, &bundle.last_modified)
    };
    match range {
        Wanted::Whole => {
            let mut answer = with_headers(StatusCode::OK, &variant.whole);
            *answer.body_mut() = Full::new(variant.body.clone());
            answer
        }
        Wanted::Part(part) => {
            let mut answer = with_headers(StatusCode::PARTIAL_CONTENT, &variant.whole);
            let range = format!("bytes {}-{}/{}", part.start, part.end - 1, variant.body.len());
            if let Ok(range) = HeaderValue::from_str(&range) {
                answer.headers_mut().insert(CONTENT_RANGE, range);
            }
            *answer.body_mut() = Full::new(variant.body.slice(part));
            answer
        }
        Wanted::Beyond => refusal::beyond(variant.body.len(), &variant.unchanged),
    }
}

fn with_headers(status: StatusCode, headers: &HeaderMap) -> Answer {
    let mut answer = Response::new(Full::default());
    *answer.status_mut() = status;
    answer.headers_mut().clone_from(headers);
    answer
}

/// The values of a header that are text.
fn texts<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    headers.get_all(name).iter().filter_map(|value| value.to_str().ok())
}
