//! Whatever text an input brings, the feeds stay well-formed and say the same in every format.

use crate::sample::{channel, item, site, source, tag};
use crate::xml::{elements, text};
use proptest::prelude::*;
use serde_json::Value;
use wellsourced::model::{ChannelKind, Verdict};
use wellsourced::publish::{self, Format};

/// Text with more than its share of what breaks markup.
fn nasty() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        any::<String>(),
        "[ -~]{0,12}",
        Just("]]>".to_owned()),
        Just("<![CDATA[".to_owned()),
        Just("&#8;&amp;<!--".to_owned()),
        Just("\u{8}\u{fffe}\u{ffff}\r\n\u{1f}\u{85}\u{2028}".to_owned()),
    ];
    prop::collection::vec(pieces, 0..4).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) })]

    #[test]
    fn feeds_stay_well_formed_and_agree(title in nasty(), label in nasty(), url in nasty(), name in nasty()) {
        let mut odd = item(0, &title);
        odd.item.text = format!("{title}\n{label}");
        odd.item.body_html = label.replace('&', "&amp;").replace('<', "&lt;");
        odd.item.remark_html = "<p>x</p>".to_owned();
        odd.item.comment_by = Some(name.clone());
        odd.item.image_credit = Some(label.clone());
        odd.item.images = vec![url.clone(), format!("https://img.example/{url}")];
        odd.tags = vec![tag(&name)];
        odd.sources = vec![source(&label, &format!("https://x.example/{url}"), Verdict::Gone), source("", &url, Verdict::Failing)];
        let feed = publish::feed(&site(), &channel(ChannelKind::Tag, &name), &[odd], None);
        let json: Value = serde_json::from_str(&text(&feed, Format::Json)).unwrap();
        let entry = &json["items"][0];
        for (format, content, category) in [(Format::Rss, "content:encoded", None), (Format::Atom, "content", Some("term"))] {
            let found = elements(&text(&feed, format));
            let last = |name: &str| found.iter().rfind(|e| e.name == name).map(|e| e.text.as_str());
            // In RSS a blank of no width stands where a tag would begin.
            let title = last("title").map(|title| title.replace("<\u{200b}", "<"));
            prop_assert_eq!(title.as_deref(), entry["title"].as_str());
            prop_assert_eq!(last(content), entry["content_html"].as_str());
            let tags: Vec<String> = found.iter().filter(|e| e.name == "category").map(|e| match category {
                Some(term) => e.attributes.iter().find(|(name, _)| name == term).unwrap().1.clone(),
                None => e.text.clone(),
            }).collect();
            prop_assert_eq!(tags, vec![entry["tags"][0].as_str().unwrap().to_owned()]);
            let sources: Vec<_> = found.iter().filter(|e| e.name == "ws:source").collect();
            for (xml, json) in sources.iter().zip(entry["_wellsourced"]["sources"].as_array().unwrap()) {
                for (name, value) in &xml.attributes {
                    let member = if name == "href" { "url" } else { name };
                    prop_assert_eq!(json[member].as_str(), Some(value.as_str()));
                }
            }
        }
    }
}
