//! Answers without a file: what is not there, not any more, or not to be had that way. Nothing a client sent is repeated.

use crate::publish::{self, refusal_page};
use bytes::Bytes;
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_MAX_AGE,
    ALLOW, CACHE_CONTROL, CONTENT_RANGE, CONTENT_TYPE, LOCATION, RETRY_AFTER, VARY, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use http_body_util::Full;

/// An answer on its way.
pub(super) type Answer = Response<Full<Bytes>>;

/// Methods that are understood.
const METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD, OPTIONS");

/// The pages of refusals, made once.
#[derive(Debug)]
pub(super) struct Refusals {
    pages: Vec<(StatusCode, Bytes)>,
}

impl Refusals {
    /// The pages in the language of a site.
    pub(super) fn make(site: &publish::Options) -> Result<Self, publish::Error> {
        let told = [
            StatusCode::BAD_REQUEST,
            StatusCode::NOT_FOUND,
            StatusCode::METHOD_NOT_ALLOWED,
            StatusCode::NOT_ACCEPTABLE,
            StatusCode::GONE,
            StatusCode::SERVICE_UNAVAILABLE,
        ];
        let page = |status: StatusCode| Ok((status, Bytes::from(refusal_page(site, status.as_u16())?)));
        Ok(Self { pages: told.into_iter().map(page).collect::<Result<_, publish::Error>>()? })
    }

    /// A refusal with its page.
    pub(super) fn answer(&self, status: StatusCode) -> Answer {
        let page = self.pages.iter().find(|(told, _)| *told == status).map(|(_, page)| page.clone());
        let mut answer = Response::new(Full::new(page.unwrap_or_default()));
        *answer.status_mut() = status;
        let headers = answer.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        if let Some(policy) = super::kind::FileKind::Page.content_policy("") {
            headers.insert(http::header::CONTENT_SECURITY_POLICY, policy);
        }
        let keep = match status {
            // What is not there may be published in a minute.
            StatusCode::NOT_FOUND | StatusCode::GONE => "public, max-age=60",
            _ => "no-store",
        };
        headers.insert(CACHE_CONTROL, HeaderValue::from_static(keep));
        match status {
            StatusCode::METHOD_NOT_ALLOWED => headers.insert(ALLOW, METHODS),
            StatusCode::NOT_ACCEPTABLE => headers.insert(VARY, HeaderValue::from_static("Accept")),
            StatusCode::SERVICE_UNAVAILABLE => headers.insert(RETRY_AFTER, HeaderValue::from_static("5")),
            _ => None,
        };
        answer
    }
}

/// The file is elsewhere, for ever; `location` is a relative reference, percent-encoded.
pub(super) fn moved(location: &str, cache_control: &HeaderValue) -> Answer {
    let mut answer = empty(StatusCode::PERMANENT_REDIRECT);
    if let Ok(location) = HeaderValue::from_str(location) {
        answer.headers_mut().insert(LOCATION, location);
    }
    answer.headers_mut().insert(CACHE_CONTROL, cache_control.clone());
    // Lest a script's request for a feed ends at the redirect.
    answer.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    answer
}

/// What may be asked, also by scripts of other sites where that is `open` to them.
pub(super) fn options(open: bool) -> Answer {
    let mut answer = empty(StatusCode::NO_CONTENT);
    let headers = answer.headers_mut();
    headers.insert(ALLOW, METHODS);
    if open {
        let asked = "A-IM, If-Modified-Since, If-None-Match, If-Range, Range";
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, HEAD"));
        headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(asked));
        headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
    }
    answer
}

/// A range that the file does not have.
pub(super) fn beyond(length: usize, unchanged: &HeaderMap) -> Answer {
    let mut answer = empty(StatusCode::RANGE_NOT_SATISFIABLE);
    answer.headers_mut().extend(unchanged.clone());
    if let Ok(range) = HeaderValue::from_str(&format!("bytes */{length}")) {
        answer.headers_mut().insert(CONTENT_RANGE, range);
    }
    answer
}

/// An answer without a body.
pub(super) fn empty(status: StatusCode) -> Answer {
    let mut answer = Response::new(Full::default());
    *answer.status_mut() = status;
    answer
}
