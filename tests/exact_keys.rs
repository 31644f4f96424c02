//! `[publish] exact_keys`: every address that is published names a file that is there, for hosts that know no page of a folder.

#![allow(clippy::unwrap_used, reason = "a test may fail where it stands")]

mod support;

use std::collections::BTreeSet;
use std::fs;
use support::{Site, noon, post};

const BASE: &str = "https://feeds.example/";

/// The paths below the site's address that a text names, decoded.
fn named(text: &str) -> BTreeSet<String> {
    let addresses = text.split(BASE).skip(1).map(|rest| {
        let path = rest.split(|c: char| c.is_whitespace() || "\"'<>)#\\&".contains(c)).next().unwrap_or_default();
        percent_encoding::percent_decode_str(path).decode_utf8().unwrap().into_owned()
    });
    addresses.collect()
}

/// Addresses, in whatever is published, at which no file stands.
fn without_a_file(site: &Site) -> BTreeSet<String> {
    let root = site.path("feeds");
    let is_file = |path: &String| root.join(path).is_file();
    let texts = site.bytes().into_values().map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    texts.flat_map(|text| named(&text)).filter(|path| !is_file(path)).collect()
}

fn publish(in_publish: &str) -> Site {
    let site = Site::new("");
    let text = fs::read_to_string(site.path("wellsourced.toml")).unwrap();
    site.write("wellsourced.toml", text.replace("[publish]\n", &format!("[publish]\n{in_publish}\n")));
    for number in 1..4 {
        site.write(&format!("posts/{number}.md"), post(number, &[number, number + 10]).markdown());
    }
    site.cycle(noon());
    site
}

#[test]
fn every_address_names_a_file_and_ids_stay() {
    let (usual, exact) = (publish(""), publish("exact_keys = true"));
    // What names tags (`scheme` of Atom, `domain` of RSS) and what the index says that it is of are no links.
    let no_links = BTreeSet::from([String::new(), "tags/".to_owned()]);
    let missing: BTreeSet<String> = without_a_file(&exact).difference(&no_links).cloned().collect();
    assert_eq!(missing, BTreeSet::new());
    assert!(without_a_file(&usual).len() > 10, "the test sees those that name a folder");
    assert_eq!(exact.ids(), usual.ids());
    let (before, after) = (usual.feed(""), exact.feed(""));
    assert_eq!(after["home_page_url"], format!("{BASE}index.html"));
    let link = |feed: &serde_json::Value| feed["items"][0]["url"].as_str().unwrap().to_owned();
    assert_eq!(link(&after), format!("{}index.html", link(&before)));
}

#[test]
fn turned_on_and_off_the_site_is_as_it_was() {
    let site = publish("");
    let before = site.bytes();
    let text = fs::read_to_string(site.path("wellsourced.toml")).unwrap();
    site.write("wellsourced.toml", text.replace("[publish]\n", "[publish]\nexact_keys = true\n"));
    let report = site.cycle(noon());
    assert_eq!((report.failure, report.complaints.len()), (None, 0));
    assert_ne!(site.bytes(), before);
    // A store that is lost meanwhile knows the pages again, however they are linked.
    site.lose_store();
    fs::remove_file(site.path("feeds/.wellsourced/manifest.jsonl")).unwrap();
    site.write("wellsourced.toml", text);
    site.cycle(noon());
    assert_eq!(site.bytes(), before);
}
