//! The client: one exchange after another under one deadline, redirects followed by hand so that each hop is guarded.
//!
//! Connections are pooled and shared; cookies live as long as one [`Journey`] and are known to nobody else. No proxy is
//! taken from the environment.

use super::answer::Answer;
use super::failure::{Failure, FailureKind};
use super::gate::Gate;
use super::guard::Guard;
use super::options::{Error, Options};
use super::redirect::{self, without_credentials};
use super::resolver::GuardedResolver;
use super::room::Room;
use cookie_store::CookieStore;
use reqwest::header::{self, HeaderMap, HeaderName, HeaderValue};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};
use url::Url;

use crate::model::Hop;

/// Redirects that are followed on one journey, whatever asks for them.
pub const MAX_REDIRECTS: usize = 20;

/// An address seen this often on one journey is a loop. Twice is not: many sites set a cookie and try again.
const LOOP: usize = 3;

/// What browsers accept; a few servers answer 406 to less.
const ACCEPT: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

/// Share of an attempt's time after which no connection means that there will be none. It ends before the attempt does,
/// so that a host that is not there can be told from one that says nothing.
const CONNECTING: f64 = 0.9;

/// Idle connections are kept this long: enough for the next link of the same host, too short for those of a thousand
/// hosts to use up the file descriptors of the process.
const IDLE: Duration = Duration::from_secs(2);

/// Honest servers send 20 to 60 headers; more than this ends the exchange.
const MAX_HEADERS: usize = 256;

/// Header bytes of an HTTP/2 answer.
const MAX_HEADER_BYTES: u32 = 128 * 1024;

/// The guarded client. Cheap to clone; everybody shares one.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    guard: Arc<Guard>,
    options: Arc<Options>,
    room: Room,
    /// Nobody is asked while it is shut.
    gate: Option<Gate>,
}

/// One attempt: what may be read, until when, and what happened on the way.
#[derive(Debug)]
pub struct Journey {
    /// When it ends at the latest.
    pub deadline: Instant,
    /// How much of the last body is read, as sent.
    pub max_raw: usize,
    /// Whether redirects are followed; otherwise one is an answer like any other.
    pub follow: bool,
    /// How many of them.
    pub max_redirects: usize,
    /// Sent with every request, before the client's own.
    pub headers: HeaderMap,
    /// The answers before the last one.
    pub hops: Vec<Hop>,
    /// Whether any answer in HTTP was seen.
    pub reached_http: bool,
    /// Headers for one address only.
    pub conditional: Option<Conditional>,
    /// Whether the last request carried them.
    pub was_conditional: bool,
    cookies: Option<CookieStore>,
}

/// Headers that only one address may see: what it gave to ask again with means nothing to another one.
#[derive(Debug, Clone)]
pub struct Conditional {
    /// The address; no fragment.
    pub url: Url,
    /// The headers.
    pub headers: HeaderMap,
}

impl Client {
    /// Sets up the client; reads `ca_file` now, so that a mistake in it is found at the start.
    pub fn new(options: Options) -> Result<Self, Error> {
        let guard = Arc::new(Guard::new(options.allow_networks.clone()));
        let user_agent = HeaderValue::from_str(&options.user_agent)
            .map_err(|_invalid| Error::UserAgent(options.user_agent.clone()))?;
        let http = reqwest::Client::builder()
            .user_agent(user_agent)
            .default_headers(ordinary_headers())
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .no_proxy()
            .retry(reqwest::retry::never())
            .dns_resolver(GuardedResolver::new(Arc::clone(&guard), &options.resolve))
            .tls_backend_preconfigured(tls_config(options.ca_file.as_deref())?)
            .connect_timeout(options.timeout.mul_f64(CONNECTING))
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(options.per_host.max(1))
            .http1_max_headers(MAX_HEADERS)
            .http1_allow_obsolete_multiline_headers_in_responses(true)
            .http1_ignore_invalid_headers_in_responses(true)
            .http1_allow_spaces_after_header_name_in_responses(true)
            .http2_max_header_list_size(MAX_HEADER_BYTES)
            .build()?;
        Ok(Self { http, guard, options: Arc::new(options), room: Room::default(), gate: None })
    }

    /// The same client, which asks nobody while a gate is shut.
    #[must_use]
    pub fn behind(&self, gate: Gate) -> Self {
        Self { gate: Some(gate), ..self.clone() }
    }

    /// How it was set up.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// A fresh attempt whose deadline is the configured timeout from now.
    pub fn journey(&self, max_raw: usize) -> Journey {
        Journey {
            deadline: Instant::now() + self.options.timeout,
            max_raw,
            follow: true,
            max_redirects: MAX_REDIRECTS,
            headers: HeaderMap::new(),
            hops: Vec::new(),
            reached_http: false,
            conditional: None,
            was_conditional: false,
            cookies: Some(CookieStore::default()),
        }
    }

    /// Whether a URL is not asked for by policy, as far as it tells by itself.
    pub fn refuses(&self, url: &Url) -> bool {
        self.guard.url(url).is_err()
    }

    /// GETs `url` and follows redirects until there is an answer that is none, the deadline passes or policy forbids.
    /// May be called again on the same journey (a meta refresh): cookies, hops and deadline go on.
    pub async fn travel(&self, journey: &mut Journey, url: Url) -> Result<Answer, Failure> {
        let mut next = url;
        without_credentials(&mut next);
        loop {
            let response = self.exchange(journey, &next).await?;
            let status = response.status().as_u16();
            let target = redirect::target(status, response.headers(), &next).filter(|_| journey.follow);
            match target {
                None => {
                    let room = self.room.another();
                    return Ok(Answer::read(next, response, room, journey.max_raw, journey.deadline).await);
                }
                Some(Err(problem)) => return Err(Failure::new(FailureKind::Redirect, problem)),
                Some(Ok(to)) => {
                    journey.step(&next, status, &to)?;
                    next = to;
                }
            }
        }
    }

    /// One request and the head of its answer.
    async fn exchange(&self, journey: &mut Journey, url: &Url) -> Result<reqwest::Response, Failure> {
        self.guard.url(url)?;
        if self.gate.as_ref().is_some_and(|gate| gate.left().is_none()) {
            let message = "not asked: by now another node may ask this host".to_owned();
            return Err(Failure::new(FailureKind::Ours, message));
        }
        let mut asked = url.clone();
        asked.set_fragment(None);
        let conditional = journey.conditional.as_ref().filter(|conditional| conditional.url == asked);
        let mut headers = journey.headers.clone();
        headers.extend(conditional.into_iter().flat_map(|conditional| conditional.headers.clone()));
        journey.was_conditional = conditional.is_some();
        let mut request = self.http.get(asked).headers(headers);
        if let Some(cookies) = journey.cookies_for(url) {
            request = request.header(header::COOKIE, cookies);
        }
        let response = timeout_at(journey.deadline, request.send())
            .await
            .map_err(|_elapsed| Failure::new(FailureKind::Timeout, format!("no answer from {} in time", place(url))))?;
        let response = response.map_err(|error| match Failure::from(error) {
            failure if failure.kind == FailureKind::NoConnection => {
                Failure::new(failure.kind, format!("no connection to {} in time", place(url)))
            }
            failure => failure,
        })?;
        journey.reached_http = true;
        journey.keep_cookies(url, response.headers());
        Ok(response)
    }
}

impl Journey {
    /// Keeps no cookies, not even from one hop to the next.
    #[must_use]
    pub fn without_cookies(mut self) -> Self {
        self.cookies = None;
        self
    }

    /// Notes an answer that leads elsewhere; fails when there were too many of them.
    pub fn step(&mut self, from: &Url, status: u16, to: &Url) -> Result<(), Failure> {
        self.hops.push(Hop { url: from.as_str().to_owned(), status });
        let seen = self.hops.iter().filter(|hop| hop.url == to.as_str()).count();
        if seen >= LOOP {
            return Err(Failure::new(FailureKind::Redirect, format!("redirects in a circle through {to}")));
        }
        if self.hops.len() > self.max_redirects {
            return Err(Failure::new(FailureKind::Redirect, format!("more than {} redirects", self.max_redirects)));
        }
        Ok(())
    }

    fn cookies_for(&self, url: &Url) -> Option<HeaderValue> {
        let pairs: Vec<String> =
            self.cookies.as_ref()?.get_request_values(url).map(|(name, value)| format!("{name}={value}")).collect();
        if pairs.is_empty() {
            return None;
        }
        HeaderValue::from_str(&pairs.join("; ")).ok()
    }

    fn keep_cookies(&mut self, url: &Url, headers: &HeaderMap) {
        let Some(cookies) = &mut self.cookies else { return };
        for value in headers.get_all(header::SET_COOKIE).iter().take(MAX_COOKIES) {
            if let Ok(text) = std::str::from_utf8(value.as_bytes()) {
                // A cookie that does not parse or belongs to another site is not kept; nothing else depends on it.
                let _ = cookies.parse(text, url);
            }
        }
    }
}

/// Cookies kept of one answer.
const MAX_COOKIES: usize = 50;

/// Host and port, for messages.
pub(super) fn place(url: &Url) -> String {
    match url.port() {
        Some(port) => format!("{}:{port}", url.host_str().unwrap_or_default()),
        None => url.host_str().unwrap_or_default().to_owned(),
    }
}

fn ordinary_headers() -> HeaderMap {
    const HEADERS: [(HeaderName, &str); 3] = [
        (header::ACCEPT, ACCEPT),
        (header::ACCEPT_LANGUAGE, "zh-CN,zh;q=0.9,en;q=0.8,*;q=0.5"),
        (header::ACCEPT_ENCODING, "gzip, deflate, br, zstd"),
    ];
    HEADERS.into_iter().map(|(name, value)| (name, HeaderValue::from_static(value))).collect()
}

/// Bundled roots, so that a machine without certificates works, and the operator's own beside them.
pub(super) fn tls_config(ca_file: Option<&Path>) -> Result<rustls::ClientConfig, Error> {
    let mut roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    if let Some(path) = ca_file {
        let unreadable = |reason: String| Error::CaFile { path: path.to_owned(), reason };
        let certificates = CertificateDer::pem_file_iter(path).map_err(|error| unreadable(error.to_string()))?;
        let mut found = 0;
        for certificate in certificates {
            let certificate = certificate.map_err(|error| unreadable(error.to_string()))?;
            roots.add(certificate).map_err(|error| unreadable(error.to_string()))?;
            found += 1;
        }
        if found == 0 {
            return Err(unreadable("it holds no certificate in PEM".to_owned()));
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}
