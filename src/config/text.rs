//! Single values of the configuration file: addresses, durations, crontab expressions; each mistake names its place.

use super::Error;
use crate::model::web_uri;
use crate::schedule::Schedule;
use chrono_tz::Tz;
use regex::{Regex, RegexBuilder};
use std::ops::Range;
use std::time::Duration;
use toml::Spanned;
use url::Url;

/// Longest duration taken: a century, which fits into every type of time.
const LONGEST: Duration = Duration::from_hours(100 * 366 * 24);

/// Largest compiled pattern, bytes: `\w{500}` fits, what would take seconds to compile does not.
const MAX_PATTERN: usize = 1 << 20;

/// The text of a configuration file: reads single values, and says of a wrong one where it stands.
pub(super) struct FileText<'a> {
    path: &'a str,
    text: &'a str,
}

impl<'a> FileText<'a> {
    pub(super) fn new(path: &'a str, text: &'a str) -> Self {
        Self { path, text }
    }

    pub(super) fn wrong(&self, span: &Range<usize>, message: impl Into<String>) -> Error {
        wrong(self.path, self.text, span, message.into())
    }

    /// The address of a folder: it ends in `/` and has neither query nor fragment.
    pub(super) fn url(&self, written: &Spanned<String>) -> Result<Url, Error> {
        let mut url = self.exact_url(written)?;
        if !url.path().ends_with('/') {
            let path = format!("{}/", url.path());
            url.set_path(&path);
        }
        url.set_query(None);
        url.set_fragment(None);
        // Everything below it is linked: it is written as a URI.
        let uri = web_uri(url.as_str()).and_then(|uri| Url::parse(&uri).ok());
        uri.ok_or_else(|| self.wrong(&written.span(), format!("`{}` has a host that none can have", written.as_ref())))
    }

    /// An address as it is, query and all.
    pub(super) fn exact_url(&self, written: &Spanned<String>) -> Result<Url, Error> {
        Url::parse(written.as_ref())
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
            .ok_or_else(|| {
                let message = format!("`{}` is not an absolute http or https URL", written.as_ref());
                self.wrong(&written.span(), message)
            })
    }

    pub(super) fn duration(&self, written: &Spanned<String>) -> Result<Duration, Error> {
        duration(written.as_ref()).ok_or_else(|| {
            let message = format!("`{}` is not a duration; write 500ms, 20s, 10m, 24h or 7d", written.as_ref());
            self.wrong(&written.span(), message)
        })
    }

    /// A crontab expression. What is wrong with it has a place inside the string; behind an escape that place cannot be
    /// told, and the string's own is named.
    pub(super) fn schedule(&self, written: &Spanned<String>, timezone: Tz) -> Result<Schedule, Error> {
        Schedule::parse(written.as_ref(), timezone).map_err(|error| {
            let (span, value) = (written.span(), written.as_ref());
            let raw = self.text.get(span.clone()).unwrap_or_default();
            let start = raw.find(value.as_str()).map_or(span.start, |quote| span.start + quote);
            let before = value.char_indices().nth(error.column - 1).map_or(value.len(), |(place, _)| place);
            let place = if start == span.start { start } else { start + before };
            self.wrong(&(place..place), format!("`{value}`: {}", error.message))
        })
    }

    pub(super) fn at_least_one(&self, written: Option<&Spanned<usize>>, default: usize) -> Result<usize, Error> {
        match written {
            Some(number) if *number.as_ref() == 0 => Err(self.wrong(&number.span(), "must be at least 1")),
            Some(number) => Ok(*number.as_ref()),
            None => Ok(default),
        }
    }
}

/// A number with a unit: ms, s, m, h, d.
fn duration(text: &str) -> Option<Duration> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at_checked(digits)?;
    let number: u64 = number.parse().ok()?;
    let seconds = |each: u64| number.checked_mul(each).map(Duration::from_secs);
    let duration = match unit.trim() {
        "ms" => Some(Duration::from_millis(number)),
        "s" => seconds(1),
        "m" => seconds(60),
        "h" => seconds(3600),
        "d" => seconds(86400),
        _ => None,
    };
    duration.filter(|duration| *duration <= LONGEST)
}

/// A regular expression whose time is linear in the text; the crate knows no other.
pub(super) fn compiled(text: &FileText<'_>, written: &Spanned<String>) -> Result<Regex, Error> {
    RegexBuilder::new(written.as_ref()).size_limit(MAX_PATTERN).build().map_err(|error| {
        let why = match &error {
            regex::Error::CompiledTooBig(_) => "it is too large when compiled".to_owned(),
            // The parser draws the pattern and points into it over several lines; its last one says what is wrong.
            error => error.to_string().lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned(),
        };
        text.wrong(&written.span(), format!("`{}` is not a regular expression: {why}", written.as_ref()))
    })
}

/// An error at a place in the text.
pub(super) fn wrong(path: &str, text: &str, span: &Range<usize>, message: String) -> Error {
    let before = text.get(..span.start).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    Error::Wrong { path: path.to_owned(), line, column, message }
}
