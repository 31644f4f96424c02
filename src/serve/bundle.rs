//! A published file as it is answered: its bytes in every coding with their headers, made once.
//!
//! Body, entity tag and codings of a bundle always stem from the same bytes.

use super::coding::{Accepted, Coding};
use super::delta::Outline;
use super::disk::FileBytes;
use super::kind::{FileKind, kind};
use super::memory::{BundleMemory, Share};
use super::versions::Versions;
use bytes::Bytes;
use http::header::{
    ACCEPT_RANGES, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, CACHE_CONTROL, CONTENT_ENCODING,
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, LAST_MODIFIED, VARY, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderValue};
use httpdate::HttpDate;
use std::io;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Bytes that a bundle takes beside its bodies, about.
const OVERHEAD: usize = 2048;

/// The last second of the year 9999.
const END_OF_9999: Duration = Duration::from_secs(253_402_300_799);

/// A file's bytes in one coding, with the headers of both answers.
#[derive(Debug)]
pub(super) struct Variant {
    pub(super) coding: Coding,
    pub(super) body: Bytes,
    /// Strong, with its quotes.
    pub(super) tag: HeaderValue,
    /// Headers of 200.
    pub(super) whole: HeaderMap,
    /// Headers of 304.
    pub(super) unchanged: HeaderMap,
}

/// A file as it is answered.
#[derive(Debug)]
pub(super) struct Bundle {
    pub(super) kind: FileKind,
    /// The published bytes.
    pub(super) published: Variant,
    compressed: Vec<Variant>,
    /// When the file was put into place, whole seconds.
    pub(super) modified: HttpDate,
    /// The same as a header.
    pub(super) last_modified: HeaderValue,
    /// Where the entries of a feed stand.
    pub(super) outline: Option<Outline>,
    /// Hash of the published bytes.
    pub(super) hash: String,
    /// Its place in memory, given back when nobody holds it any more.
    share: Share,
}

/// What a bundle is made of.
#[derive(Debug)]
pub(super) struct Making<'a> {
    pub(super) path: &'a str,
    pub(super) hash: &'a str,
    pub(super) cache_control: &'a HeaderValue,
    pub(super) memory: &'a BundleMemory,
}

impl Bundle {
    /// Makes the bundle of a file; compresses, so not for a thread that answers requests.
    pub(super) fn make(making: &Making<'_>, found: FileBytes) -> io::Result<Self> {
        let kind = kind(making.path);
        let modified = http_date(found.modified);
        let last_modified = header(&modified.to_string())?;
        let published = Bytes::from(found.bytes);
        let mut bodies = Vec::new();
        if kind.is_worth_compressing(published.len()) {
            for coding in Coding::COMPRESSED {
                bodies.push((coding, Bytes::from(coding.encode(&published)?)));
            }
            bodies.retain(|(_, body)| body.len() < published.len());
        }
        let weight = OVERHEAD + published.len() + bodies.iter().map(|(_, body)| body.len()).sum::<usize>();
        let is_coded = !bodies.is_empty();
        let variant = |(coding, body): (Coding, Bytes)| {
            let tag = header(&format!("\"{}{}\"", making.hash, coding.tag_suffix()))?;
            let mut unchanged = HeaderMap::with_capacity(8);
            unchanged.insert(ETAG, tag.clone());
            unchanged.insert(CACHE_CONTROL, making.cache_control.clone());
            if let Some(vary) = vary(kind, is_coded) {
                unchanged.insert(VARY, HeaderValue::from_static(vary));
            }
            if kind.is_open() {
                unchanged.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
            }
            let whole = whole(&unchanged, kind, making.path, coding, &last_modified);
            Ok(Variant { coding, body, tag, whole, unchanged })
        };
        let compressed = bodies.into_iter().map(&variant).collect::<io::Result<_>>()?;
        let published = variant((Coding::Identity, published))?;
        let (hash, share) = (making.hash.to_owned(), making.memory.share(weight));
        let outline = match kind {
            FileKind::Feed(format) => Outline::of(format, &published.body),
            _ => None,
        };
        Ok(Self { kind, published, compressed, modified, last_modified, outline, hash, share })
    }

    /// The variant that a client wants most; of those it wants alike, the smallest. Who refuses every coding gets the
    /// published bytes after all (RFC 9110, section 12.5.3 allows it).
    pub(super) fn choose(&self, accepted: Accepted) -> &Variant {
        let mut chosen = (&self.published, accepted.weight(Coding::Identity));
        for variant in &self.compressed {
            let weight = accepted.weight(variant.coding);
            let is_smaller = variant.body.len() < chosen.0.body.len();
            if weight > chosen.1 || (weight > 0 && weight == chosen.1 && is_smaller) {
                chosen = (variant, weight);
            }
        }
        chosen.0
    }

    /// Remembers what readers of this version have seen.
    pub(super) fn recorded(self, versions: &Versions) -> Self {
        if let Some(outline) = &self.outline {
            versions.record(&self.hash, outline.prints(&self.published.body));
        }
        self
    }

    /// Bytes that it takes.
    pub(super) fn weight(&self) -> usize {
        self.share.weight()
    }
}

/// What answers depend on beside the address.
pub(super) fn vary(kind: FileKind, is_coded: bool) -> Option<&'static str> {
    match (kind, is_coded) {
        (FileKind::Feed(_), _) => Some("Accept-Encoding, A-IM"),
        (_, true) => Some("Accept-Encoding"),
        (_, false) => None,
    }
}

fn whole(unchanged: &HeaderMap, kind: FileKind, path: &str, coding: Coding, last_modified: &HeaderValue) -> HeaderMap {
    let mut whole = HeaderMap::with_capacity(16);
    whole.insert(CONTENT_TYPE, HeaderValue::from_static(kind.media_type(path)));
    if coding != Coding::Identity {
        whole.insert(CONTENT_ENCODING, HeaderValue::from_static(coding.name()));
    }
    whole.insert(LAST_MODIFIED, last_modified.clone());
    whole.extend(unchanged.clone());
    whole.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    whole.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Some(policy) = kind.content_policy(path) {
        whole.insert(CONTENT_SECURITY_POLICY, policy);
    }
    if kind.is_open() {
        whole.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("ETag, IM"));
    }
    whole
}

/// When a file was put into place, as a header can say it: the years 1970 to 9999. A file's time may lie outside.
fn http_date(modified: SystemTime) -> HttpDate {
    modified.clamp(UNIX_EPOCH, UNIX_EPOCH + END_OF_9999).into()
}

fn header(text: &str) -> io::Result<HeaderValue> {
    HeaderValue::from_str(text).map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_time_of_a_file_is_a_date() {
        let years = |years: u64| Duration::from_secs(years * 365 * 24 * 60 * 60);
        for (modified, date) in [
            (UNIX_EPOCH + Duration::from_millis(784_111_777_999), "Sun, 06 Nov 1994 08:49:37 GMT"),
            (UNIX_EPOCH - years(10), "Thu, 01 Jan 1970 00:00:00 GMT"),
            (UNIX_EPOCH + years(9000), "Fri, 31 Dec 9999 23:59:59 GMT"),
        ] {
            assert_eq!(http_date(modified).to_string(), date);
        }
    }
}
