//! How a published file is answered by what it is: its media type and the headers of its kind.

use crate::publish::Format;
pub(super) use crate::publish::layout::{FileKind, kind};
use crate::publish::layout::{ICON, SEARCH_PAGE};
use http::HeaderValue;

/// From so many bytes on a page is worth compressing; below, a packet or two carry it anyway.
const LARGE_PAGE: usize = 8 * 1024;

/// From so many bytes on anything else is.
const LARGE: usize = 1024;

/// Pages load the one stylesheet and show pictures from anywhere; nothing else.
const PAGE_POLICY: &str = "default-src 'none'; style-src 'self'; img-src http: https:; base-uri 'none'; \
                           form-action 'none'; frame-ancestors 'none'";

/// The one page with a script, of our own, which reads the index that lies beside it.
const SEARCH_POLICY: &str = "default-src 'none'; style-src 'self'; img-src http: https:; script-src 'self'; \
                             connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// A drawing that is looked at by itself runs and loads nothing.
const DRAWING_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

impl FileKind {
    /// The media type of a file of this kind at a path, with its charset.
    pub(in crate::serve) fn media_type(self, path: &str) -> HeaderValue {
        let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
        HeaderValue::from_static(match (self, extension) {
            (Self::Feed(Format::Rss), _) => "application/rss+xml; charset=utf-8",
            (Self::Feed(Format::Atom), _) => "application/atom+xml; charset=utf-8",
            (Self::Feed(Format::Json), _) => "application/feed+json; charset=utf-8",
            (Self::Page, _) => "text/html; charset=utf-8",
            (Self::Data, "opml") => "text/x-opml; charset=utf-8",
            (Self::Data, _) => "application/json; charset=utf-8",
            (Self::Other, "css") => "text/css; charset=utf-8",
            (Self::Other, "js") => "text/javascript; charset=utf-8",
            (Self::Other, "txt") => "text/plain; charset=utf-8",
            (Self::Other, "xml") => "application/xml; charset=utf-8",
            (Self::Other, "svg") => "image/svg+xml",
            (Self::Other, "png") => "image/png",
            (Self::Other, "ico") => "image/x-icon",
            (Self::Other, _) => "application/octet-stream",
        })
    }

    /// Whether so many bytes of this kind are kept compressed.
    pub(in crate::serve) fn is_worth_compressing(self, length: usize) -> bool {
        length >= if self == Self::Page { LARGE_PAGE } else { LARGE }
    }

    /// Whether scripts of other sites may read it: what subscribers' programs fetch is for everybody.
    pub(in crate::serve) fn is_open(self) -> bool {
        matches!(self, Self::Feed(_) | Self::Data)
    }

    /// What a browser may do with the file of this kind at a path.
    pub(in crate::serve) fn content_policy(self, path: &str) -> Option<HeaderValue> {
        let policy = match self {
            Self::Page if path == SEARCH_PAGE => SEARCH_POLICY,
            Self::Page => PAGE_POLICY,
            Self::Other if path == ICON => DRAWING_POLICY,
            Self::Feed(_) | Self::Data | Self::Other => return None,
        };
        Some(HeaderValue::from_static(policy))
    }

    /// The word for it in metrics.
    pub(in crate::serve) fn as_str(self) -> &'static str {
        match self {
            Self::Feed(_) => "feed",
            Self::Page => "page",
            Self::Data | Self::Other => "other",
        }
    }
}
