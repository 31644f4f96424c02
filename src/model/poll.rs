//! What is remembered of fetching one input: where it moved to, what the server gave to ask again with, how it went, and
//! when it may be asked next.
//!
//! Everything here was found out by us. It is written down as one value of JSON, so that a restart changes nothing.

use super::{Face, Held, Rhythm};
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The state of one input. The default is that of an input that was never asked.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PollState {
    /// The configured address that all this is about; with another one nothing of it holds.
    pub configured: String,
    /// Whether it ever gave an entry. A page is followed to the feeds that it names only before that.
    pub gave_entries: bool,
    /// What it looked like when its entries were last taken over.
    pub face: Option<Face>,
    /// It became a feed of another kind, and nothing of it is taken over.
    pub held: Option<Held>,
    /// The address that is asked instead.
    pub instead: Option<Instead>,
    /// A permanent redirect that is being watched.
    pub moving: Option<Move>,
    /// What to ask again with.
    pub validators: Option<Validators>,
    /// Hash of the last document and its content type.
    pub body_hash: Option<u64>,
    /// Whether that document could not be read as a feed; an unchanged one then is no success.
    pub unreadable: bool,
    /// `max-age` of the last answer that named one, seconds: a 304 without one renews it (RFC 9111, 4.3.4).
    pub max_age: Option<u64>,
    /// How often the last document that was read asks to be fetched.
    pub rhythm: Rhythm,
    /// When its newest entries were published, newest first, close ones together.
    pub updates: Vec<DateTime<Utc>>,
    /// When it was last asked.
    pub asked: Option<DateTime<Utc>>,
    /// When it last went well.
    pub last_success: Option<DateTime<Utc>>,
    /// What was wrong the last time, in words; `None` when it went well.
    pub last_error: Option<String>,
    /// A word for it, as a check's rule is named.
    pub last_rule: Option<String>,
    /// Since when it has failed each time.
    pub failing_since: Option<DateTime<Utc>>,
    /// Failures in a row.
    pub failures: u32,
    /// A host that asked to be left alone.
    pub rest: Option<Rest>,
    /// Not to be asked before; `None` means at once.
    pub next: Option<DateTime<Utc>>,
    /// Why then, for people.
    pub why: String,
    /// Since when it is not asked any more, because it answered 410.
    pub stopped: Option<DateTime<Utc>>,
}

/// An address that is asked instead of the configured one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instead {
    /// The address.
    pub url: String,
    /// Since when.
    pub since: DateTime<Utc>,
    /// Whether the configured address is a page that names this feed; otherwise it moved here for good.
    pub found_in_page: bool,
}

/// A permanent redirect, seen steadily since.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Move {
    /// Where it leads.
    pub to: String,
    /// When it was first seen.
    pub since: DateTime<Utc>,
    /// How often it was seen.
    pub seen: u32,
}

/// A host that asked to be left alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rest {
    /// The host, as links are counted under it.
    pub host: String,
    /// Until when.
    pub until: DateTime<Utc>,
}

/// What a server gave to ask again with, byte for byte. It belongs to the address that gave it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Validators {
    /// The address.
    pub url: String,
    /// `ETag`, quotes and weakness included.
    #[serde(with = "bytes", default)]
    pub etag: Option<Vec<u8>>,
    /// `Last-Modified`, whatever it looks like.
    #[serde(with = "bytes", default)]
    pub last_modified: Option<Vec<u8>>,
}

impl PollState {
    /// The state as far as it is about `configured`: unchanged, or that of an input that was never asked.
    #[must_use]
    pub fn about(self, configured: &str) -> Self {
        if self.configured == configured { self } else { Self { configured: configured.to_owned(), ..Self::default() } }
    }

    /// Makes the next document be read even if it is the same: for when the options of its input, or the reader, changed.
    /// When it is asked next does not change.
    pub fn forget_body(&mut self) {
        self.validators = None;
        self.body_hash = None;
        self.unreadable = false;
    }

    /// What its editor should know, if anything: that it stopped, that it fails, that it is asked elsewhere.
    pub fn notices(&self) -> Vec<String> {
        if let Some(since) = self.stopped {
            let day = since.format("%Y-%m-%d");
            return vec![format!("it answered 410 Gone on {day} and is not asked any more; take it out")];
        }
        let failing = self.last_error.as_ref().map(|error| {
            let since = self.failing_since.map(|since| format!(" (failing since {})", since.format("%Y-%m-%d %H:%MZ")));
            format!("{error}{}", since.unwrap_or_default())
        });
        failing.into_iter().chain(self.instead.as_ref().map(Instead::told)).collect()
    }
}

impl Instead {
    /// Which address is asked instead of the configured one, and why.
    pub fn told(&self) -> String {
        if self.found_in_page {
            format!("it is a page; the feed that it names, {}, is asked instead", self.url)
        } else {
            format!("it moved for good to {}, which is asked instead; change the configuration", self.url)
        }
    }
}

/// Bytes that may be no text, in base64.
mod bytes {
    use super::{Deserialize, Deserializer, STANDARD, Serialize, Serializer};
    use base64::Engine as _;

    #[allow(clippy::ref_option, reason = "serde passes the field as it is")]
    pub(super) fn serialize<S: Serializer>(value: &Option<Vec<u8>>, serializer: S) -> Result<S::Ok, S::Error> {
        value.as_ref().map(|bytes| STANDARD.encode(bytes)).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<u8>>, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        text.map(|text| STANDARD.decode(text)).transpose().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_of_a_validator_comes_back() {
        let etag: Vec<u8> = (0x21..=0xff).filter(|byte| *byte != 0x7f).collect();
        let validators = Validators {
            url: "https://example.org/feed".to_owned(),
            etag: Some(etag),
            last_modified: Some(b"yesterday, \xe4\xbd".to_vec()),
        };
        let state = PollState { validators: Some(validators), body_hash: Some(u64::MAX), ..PollState::default() };
        let text = serde_json::to_string(&state).unwrap();
        assert_eq!(serde_json::from_str::<PollState>(&text).unwrap(), state);
        assert_eq!(serde_json::from_str::<PollState>("{}").unwrap(), PollState::default(), "fields may be added");
    }

    #[test]
    fn that_another_address_is_asked_is_told_beside_what_fails() {
        let since = DateTime::UNIX_EPOCH;
        let instead = Instead { url: "https://b.example/".to_owned(), since, found_in_page: true };
        let well = PollState { instead: Some(instead), ..PollState::default() };
        let failing = PollState { last_error: Some("HTTP 500".to_owned()), failing_since: Some(since), ..well.clone() };
        assert_eq!(well.notices(), ["it is a page; the feed that it names, https://b.example/, is asked instead"]);
        assert_eq!(failing.notices()[0], "HTTP 500 (failing since 1970-01-01 00:00Z)");
        assert_eq!(failing.notices()[1..], well.notices());
        assert_eq!(PollState { stopped: Some(since), ..failing }.notices().len(), 1);
    }

    #[test]
    fn nothing_is_carried_over_to_another_address() {
        let state = PollState { configured: "https://a.example/".to_owned(), failures: 3, ..PollState::default() };
        assert_eq!(state.clone().about("https://a.example/").failures, 3);
        let other = state.about("https://b.example/");
        assert_eq!((other.failures, other.configured.as_str()), (0, "https://b.example/"));
    }
}
