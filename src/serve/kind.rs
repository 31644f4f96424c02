//! How a published file is answered by what it is: the headers of its kind that only a server can give. What a bucket gives too is
//! `publish::delivery`'s.

pub(super) use crate::publish::layout::{FileKind, kind};
use crate::publish::layout::{ICON, SEARCH_PAGE};
use http::HeaderValue;

/// Pages load the one stylesheet and show pictures from anywhere; nothing else.
const PAGE_POLICY: &str = "default-src 'none'; style-src 'self'; img-src http: https:; base-uri 'none'; \
                           form-action 'none'; frame-ancestors 'none'";

/// The one page with a script, of our own, which reads the index that lies beside it.
const SEARCH_POLICY: &str = "default-src 'none'; style-src 'self'; img-src http: https:; script-src 'self'; \
                             connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// A drawing that is looked at by itself runs and loads nothing.
const DRAWING_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

impl FileKind {
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
