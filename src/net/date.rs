//! Dates in headers: the three forms of RFC 9110, 5.6.7, and what servers make of them. Pure.

use chrono::{DateTime, NaiveDateTime, Utc};

/// Forms that servers made up, without their weekday.
const FORMS: [&str; 2] = ["%d-%b-%Y %H:%M:%S", "%d %b %Y %H:%M:%S"];

/// A date as servers write it; `None` for anything else.
pub fn http_date(text: &str) -> Option<DateTime<Utc>> {
    let text = text.trim();
    if let Ok(date) = httpdate::parse_http_date(text) {
        return Some(date.into());
    }
    if let Ok(date) = DateTime::parse_from_rfc2822(text) {
        return Some(date.to_utc());
    }
    let (weekday, rest) = text.split_once([' ', ','])?;
    if weekday.len() < 3 || !weekday.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return None;
    }
    let rest = rest.trim_start_matches([' ', ',']);
    let rest = ["GMT", "UTC"].iter().find_map(|zone| rest.strip_suffix(zone)).unwrap_or(rest).trim_end();
    FORMS.iter().find_map(|form| NaiveDateTime::parse_from_str(rest, form).ok()).map(|date| date.and_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_the_same_moment() {
        for text in [
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
            "Mon, 06 Nov 1994 08:49:37 GMT",
            "Sun, 06-Nov-1994 08:49:37 GMT",
            " Sun, 6 Nov 1994 09:49:37 +0100 ",
        ] {
            assert_eq!(http_date(text), "1994-11-06T08:49:37Z".parse().ok(), "{text}");
        }
        for text in ["", "0", "-1", "never", "Sun", "Sun, 31 Feb 2020 00:00:00 GMT", "明天", "Sun, "] {
            assert_eq!(http_date(text), None, "{text}");
        }
    }
}
