//! By what is told whether something stored was made with these options, and by what we are now: a number that whoever changes
//! the result for the same input raises (`tests/readers.rs` sees to it), and the options' values.

use crate::publish::content_hash;
use serde::Serialize;

/// The fingerprint of a result. Each option stands beside its name, in order of the names: how the structs are written, and
/// of which version the program is, changes nothing.
pub(super) fn fingerprint(number: u32, options: &impl Serialize) -> String {
    // The keys of a JSON object of `serde_json` are sorted.
    let told = match serde_json::to_value(options) {
        Ok(options) => serde_json::json!({ "number": number, "options": options }),
        Err(error) => serde_json::json!({ "number": number, "error": error.to_string() }),
    };
    content_hash(told.to_string().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::fingerprint;
    use crate::collect::digest::DigestOptions;
    use crate::collect::feed::{ContentKind, FeedOptions, Filter, TagRule};
    use crate::publish::{Format, ItemLink, Language, Options, Site, Theme};
    use regex::Regex;
    use std::collections::BTreeMap;
    use uuid::Uuid;

    fn digest() -> DigestOptions {
        DigestOptions {
            base_url: Some("https://linux.cn/".parse().unwrap()),
            tags: vec!["AI".to_owned()],
            aliases: BTreeMap::from([("人工智能".to_owned(), "AI".to_owned())]),
            source_words: vec!["来源".to_owned()],
            ..DigestOptions::default()
        }
    }

    fn feed() -> FeedOptions {
        let regex = |pattern| Regex::new(pattern).unwrap();
        FeedOptions {
            filter: Filter { include: vec![regex("a")], exclude: vec![regex("(?i)sponsored")] },
            rules: vec![TagRule { pattern: regex("linux"), tag: "Linux".to_owned() }],
            ..FeedOptions::default()
        }
    }

    fn site() -> Site {
        Site {
            id: Uuid::from_u128(1),
            options: Options {
                title: "Tests".to_owned(),
                base_url: "https://feeds.example/".parse().unwrap(),
                language: Language::En,
                author: String::new(),
                timezone: chrono_tz::Tz::UTC,
                formats: Format::ALL.to_vec(),
                items_per_feed: 50,
                item_link: ItemLink::Page,
                exact_keys: false,
                theme: Theme::default(),
                icon: crate::publish::Icon::default(),
                pictures: true,
            },
        }
    }

    /// These stand in stores: who moves or renames a field, or updates a crate, must not have everything read again.
    #[test]
    fn what_it_is_made_of_stays() {
        let told = |options: serde_json::Value| options.to_string();
        assert_eq!(
            told(serde_json::to_value(digest()).unwrap()),
            r#"{"aliases":{"人工智能":"AI"},"base_url":"https://linux.cn/","category":null,"source_words":["来源"],"tags":["AI"],"timezone":"Asia/Shanghai"}"#
        );
        assert_eq!(
            told(serde_json::to_value(feed()).unwrap()),
            r#"{"aliases":{},"content":"summary","filter":{"exclude":["(?i)sponsored"],"include":["a"]},"rules":[{"pattern":"linux","tag":"Linux"}],"strip_tracking":false,"tags":[],"timezone":"UTC"}"#
        );
        assert_eq!(
            told(serde_json::to_value(site()).unwrap()),
            r#"{"id":"00000000-0000-0000-0000-000000000001","options":{"author":"","base_url":"https://feeds.example/","formats":["rss","atom","json"],"item_link":"page","items_per_feed":50,"language":"en","timezone":"UTC","title":"Tests"}}"#
        );
    }

    #[test]
    fn another_number_or_value_is_another_fingerprint() {
        let plain = fingerprint(1, &feed());
        assert_eq!(plain, fingerprint(1, &feed()));
        assert_ne!(plain, fingerprint(2, &feed()));
        let pattern = Filter { exclude: vec![Regex::new("b").unwrap()], ..feed().filter };
        for other in [
            FeedOptions { content: ContentKind::Full, ..feed() },
            FeedOptions { filter: pattern, ..feed() },
            FeedOptions { timezone: chrono_tz::Asia::Shanghai, ..feed() },
            FeedOptions { strip_tracking: true, ..feed() },
        ] {
            assert_ne!(plain, fingerprint(1, &other));
        }
        assert_ne!(
            fingerprint(1, &digest()),
            fingerprint(1, &DigestOptions { category: Some("x".to_owned()), ..digest() })
        );
    }
}
