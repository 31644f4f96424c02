//! The head of a tag's and of a host's page.

use crate::sample::{at, channel, items, site, source, tag};
use wellsourced::model::{ChannelKind, Verdict};
use wellsourced::publish::{ChannelFacts, HostFacts, Language, LinkMonth, Newer, Paging, Site, list_page};

const NEWEST: Paging = Paging { number: None, older: None, newer: Newer::None, total: 326 };

fn facts() -> ChannelFacts {
    let months = [4, 6, 3, 5, 8, 9, 7, 12, 10, 14, 11, 9, 13, 0, 12, 15, 19, 17, 22, 18, 21, 25, 23, 17];
    ChannelFacts {
        oldest: at("2019-12-31T16:00:00Z"),
        newest: at("2026-11-26T11:30:00Z"),
        items: 326,
        months: months.to_vec(),
        beside: vec![(tag("开源"), 88), (tag("C++"), 61)],
        host: None,
    }
}

fn host() -> ChannelFacts {
    let mut months = vec![LinkMonth::Open; 24];
    (months[2], months[9], months[10]) = (LinkMonth::Unknown, LinkMonth::Mixed, LinkMonth::Closed);
    let mut trouble = [Verdict::Replaced, Verdict::Failing, Verdict::Moved]
        .map(|verdict| source(verdict.as_str(), &format!("https://openwall.com/{verdict}"), verdict));
    trouble[0].archive = Some("https://archive.example/1".to_owned());
    trouble[0].since = Some(at("2024-02-08T00:00:00Z"));
    trouble[2].moved_to = Some("https://new.example/".to_owned());
    let host = HostFacts { links: 57, open: 54, months, trouble: trouble.to_vec() };
    ChannelFacts { host: Some(host), ..facts() }
}

fn page(site: &Site, kind: ChannelKind, name: &str, facts: &ChannelFacts) -> String {
    let page = list_page(site, &channel(kind, name), &items()[..1], &NEWEST, Some(facts));
    String::from_utf8(page.unwrap()).unwrap()
}

/// What stands before the first item.
fn head(page: &str) -> String {
    let (_, content) = page.split_once("<main id=\"content\">").unwrap();
    content.split("</aside>").next().unwrap().to_owned()
}

#[test]
fn a_tag_tells_since_when_how_many_and_what_goes_with_it() {
    insta::assert_snapshot!(head(&page(&site(), ChannelKind::Tag, "AI", &facts())));
}

#[test]
fn a_host_tells_how_its_links_are() {
    insta::assert_snapshot!(head(&page(&site(), ChannelKind::Source, "openwall.com", &host())));
}

#[test]
fn heads_are_in_english_on_a_site_in_english() {
    let mut english = site();
    english.options.language = Language::En;
    let tag = head(&page(&english, ChannelKind::Tag, "AI", &facts()));
    for told in [
        "326 items since January 2020.",
        "aria-label=\"Items per month from December 2024 to November 2026: most in September 2026, 25; in November 2026, 17.\"",
        "<title>December 2024: 4 items</title>",
        ">Often together with</h2>",
    ] {
        assert!(tag.contains(told), "{told}: {tag}");
    }
    let host = head(&page(&english, ChannelKind::Source, "openwall.com", &host()));
    for told in [
        "Cited since January 2020. Items: 326. Links: 57, of which 54 open.",
        "all of 21 months, some of 1, none of 1; 1 without links or checks.",
        "<a href=\"https://archive.example/1\" data-originalurl=\"https://openwall.com/replaced\">replaced (archived copy)</a>",
        "<a href=\"https://openwall.com/moved\">moved</a> <span class=\"verdict\">new address <a href=\"https://new.example/\">new.example</a></span>",
        "<a href=\"https://openwall.com/failing\">failing</a> <span class=\"verdict\">does not open at present</span>",
        "<a href=\"https://openwall.com/\">Visit openwall.com</a>",
    ] {
        assert!(host.contains(told), "{told}: {host}");
    }
    assert!(![tag, host].concat().contains(|c: char| ('\u{4e00}'..='\u{9fff}').contains(&c) && !"开源".contains(c)));
}

#[test]
fn a_month_without_items_has_no_bar_and_every_other_one_is_seen() {
    let few = ChannelFacts { months: [&[1; 23][..], &[5000]].concat(), ..facts() };
    let html = page(&site(), ChannelKind::Tag, "AI", &few);
    assert_eq!(html.matches("height=\"1\"").count(), 23, "{html}");
    assert_eq!(page(&site(), ChannelKind::Tag, "AI", &facts()).matches("class=\"p-main\"").count(), 23);
    let (at_edge, at_other) = ("text-anchor=\"end\">5000<", "text-anchor=\"start\">5000<");
    let first = ChannelFacts { months: [&[5000][..], &[1; 23]].concat(), ..facts() };
    assert!(html.contains(at_edge) && page(&site(), ChannelKind::Tag, "AI", &first).contains(at_other));
}

#[test]
fn a_numbered_page_has_no_head() {
    let numbered = Paging { number: Some(3), older: Some(2), newer: Newer::Page(4), total: 371 };
    let page = list_page(&site(), &channel(ChannelKind::Tag, "AI"), &items(), &numbered, None).unwrap();
    let page = String::from_utf8(page).unwrap();
    assert!(!page.contains("class=\"plot\"") && !page.contains("<aside>"), "{page}");
}
