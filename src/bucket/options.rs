//! Where a bucket is and who may write there, as meant (the configuration fills it in).

use std::fmt;
use url::Url;

/// A bucket and the part of it that is ours: `s3://name/prefix`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BucketAddress {
    /// The bucket's name.
    pub name: String,
    /// Begins every key; empty, or ends in `/`.
    pub prefix: String,
}

impl BucketAddress {
    /// Reads `s3://name/prefix`; otherwise says why it is none.
    pub fn parse(written: &str) -> Result<Self, &'static str> {
        let Some(rest) = written.strip_prefix("s3://") else { return Err("a bucket is written s3://name/prefix") };
        let (name, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        let is_of_names = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || ['-', '.', '_'].contains(&c);
        if !(3..=63).contains(&name.len()) || !name.chars().all(is_of_names) || name.starts_with(['.', '-']) {
            return Err("a bucket's name has 3 to 63 small letters, digits, `-` and `.`");
        }
        let prefix = prefix.trim_end_matches('/');
        let is_part = |part: &str| !["", ".", ".."].contains(&part) && !part.contains(char::is_control);
        if !prefix.is_empty() && !prefix.split('/').all(is_part) {
            return Err("a prefix is made of names with single slashes between them");
        }
        let prefix = if prefix.is_empty() { String::new() } else { format!("{prefix}/") };
        Ok(Self { name: name.to_owned(), prefix })
    }
}

impl fmt::Display for BucketAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s3://{}/{}", self.name, self.prefix)
    }
}

/// Who writes. A secret is not shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// `AWS_ACCESS_KEY_ID`.
    pub key: String,
    /// `AWS_SECRET_ACCESS_KEY`.
    pub secret: String,
    /// `AWS_SESSION_TOKEN`, where they are lent for a time.
    pub session: Option<String>,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("key", &self.key).finish_non_exhaustive()
    }
}

/// How a bucket is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The bucket, and the part of it that is ours.
    pub address: BucketAddress,
    /// The server that is asked, the only one.
    pub endpoint: Url,
    /// Whether the bucket's name is in the endpoint's host already; otherwise it begins every path.
    pub has_name_in_host: bool,
    /// The region that requests are signed for.
    pub region: String,
    /// Who writes; otherwise why that is not known.
    pub credentials: Result<Credentials, String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read() {
        let read = |written| BucketAddress::parse(written).map(|address| address.to_string());
        assert_eq!(read("s3://feeds"), Ok("s3://feeds/".to_owned()));
        assert_eq!(read("s3://feeds/"), Ok("s3://feeds/".to_owned()));
        assert_eq!(read("s3://feeds.example.org/a/开源/"), Ok("s3://feeds.example.org/a/开源/".to_owned()));
        for wrong in
            ["feeds", "https://feeds/", "s3://", "s3://ab", "s3://Feeds", "s3://feeds//a", "s3://feeds/../a", "s3:///a"]
        {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_secret_is_not_shown() {
        let credentials =
            Credentials { key: "me".to_owned(), secret: "hidden".to_owned(), session: Some("lent".to_owned()) };
        let shown = format!("{credentials:?}");
        assert!(shown.contains("me") && !shown.contains("hidden") && !shown.contains("lent"), "{shown}");
    }
}
