//! Why a bucket could not be asked: what the store said, and what the operator may do about it.

use super::options::BucketAddress;
use crate::net;
use std::error::Error as StdError;
use thiserror::Error as ThisError;

/// A request to a bucket failed, after it was repeated where that helps.
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum Error {
    /// The client could not be made.
    #[error("the bucket cannot be set up: {0}")]
    Setup(String),
    /// The network client could not be made.
    #[error(transparent)]
    Net(#[from] net::Error),
    /// Who writes is not known.
    #[error("{0}")]
    NoCredentials(String),
    /// A path that can be no key.
    #[error("`{key}` can be no key of a bucket: {reason}")]
    Key {
        /// The key.
        key: String,
        /// Why not.
        reason: String,
    },
    /// There is no such bucket.
    #[error("there is no bucket `{name}` at this endpoint")]
    NoBucket {
        /// Its name.
        name: String,
    },
    /// Not with these credentials.
    #[error("the credentials do not open `{name}`: {said}")]
    Denied {
        /// The bucket's name.
        name: String,
        /// What the store said.
        said: String,
    },
    /// The store leads to another server, to which nothing is sent.
    #[error("the endpoint leads elsewhere ({said}), which is not followed")]
    Elsewhere {
        /// What the store said.
        said: String,
    },
    /// The store answered something else, or not at all.
    #[error("{0}")]
    Failed(String),
}

/// What says that the credentials are wrong, beside 401 and 403.
const DENIALS: [&str; 6] = [
    "AccessDenied",
    "InvalidAccessKeyId",
    "SignatureDoesNotMatch",
    "ExpiredToken",
    "InvalidToken",
    "RequestTimeTooSkewed",
];

impl Error {
    pub(super) fn of(error: &object_store::Error, address: &BucketAddress) -> Self {
        let name = address.name.clone();
        let text = error.to_string();
        let code = element(&text, "Code");
        let said = said(error, code, element(&text, "Message"));
        let is_denied = code.is_some_and(|code| DENIALS.contains(&code));
        match error {
            _ if code == Some("NoSuchBucket") => Self::NoBucket { name },
            object_store::Error::PermissionDenied { .. } | object_store::Error::Unauthenticated { .. } => {
                Self::Denied { name, said }
            }
            _ if is_denied => Self::Denied { name, said },
            _ if text.contains("redirect without LOCATION") || text.contains("status code: 30") => {
                Self::Elsewhere { said }
            }
            _ => Self::Failed(said),
        }
    }

    /// What the operator may do.
    pub fn help(&self) -> &'static str {
        match self {
            Self::NoCredentials(_) => {
                "say who writes there, as the README's step with a bucket shows; the next cycle goes on"
            }
            Self::Setup(_) | Self::Net(_) | Self::Key { .. } => {
                "mend [publish] bucket and [bucket] in the configuration"
            }
            Self::NoBucket { .. } => {
                "make it, or mend [publish] bucket and [bucket] endpoint, region; the next cycle goes on"
            }
            Self::Denied { .. } => {
                "mend the credentials, their rights there (s3:GetObject, s3:PutObject, s3:DeleteObject, and s3:ListBucket, without \
                 which what is not there counts as forbidden), or this machine's clock; the next cycle goes on"
            }
            Self::Elsewhere { .. } => "most often the bucket is in another region: mend [bucket] endpoint and region",
            Self::Failed(_) => "everything is published in the directory; the next cycle goes on with the bucket",
        }
    }

    /// Whether another object would fare no better.
    pub fn is_of_all(&self) -> bool {
        !matches!(self, Self::Key { .. } | Self::Failed(_))
    }
}

/// The text of an element of the store's answer, which stands in the error's text.
fn element<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(&format!("<{name}>"))?;
    rest.split_once(&format!("</{name}>")).map(|(inside, _)| inside)
}

/// In a line what the store said, or else the innermost reason.
fn said(error: &object_store::Error, code: Option<&str>, message: Option<&str>) -> String {
    match (code, message) {
        (Some(code), Some(message)) => return format!("{code}: {message}"),
        (Some(code), None) => return code.to_owned(),
        (None, _) => {}
    }
    let mut last: &dyn StdError = error;
    while let Some(source) = last.source() {
        last = source;
    }
    let text = last.to_string();
    text.lines().next().unwrap_or_default().trim_end_matches([':', ' ']).to_owned()
}
