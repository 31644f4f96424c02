//! The pages that name all tags and all cited hosts.

use crate::sample::{site, tag};
use std::collections::BTreeSet;
use wellsourced::publish::{CatalogueEntry, Language, Site, source_index, tag_index};

pub(crate) fn named(name: &str, items: u64) -> CatalogueEntry {
    CatalogueEntry { slug: tag(name).slug, name: name.to_owned(), items, is_closed: false }
}

pub(crate) fn host(name: &str, items: u64) -> CatalogueEntry {
    CatalogueEntry { slug: name.to_owned(), ..named(name, items) }
}

fn page(site: &Site, entries: &[CatalogueEntry]) -> String {
    String::from_utf8(tag_index(site, entries).unwrap()).unwrap()
}

/// What stands between two marks, each time.
fn between<'p>(page: &'p str, start: &str, end: &str) -> Vec<&'p str> {
    page.split(start).skip(1).map(|rest| rest.split(end).next().unwrap()).collect()
}

/// The names in order, of the part that goes by name.
fn names(page: &str) -> Vec<&str> {
    let (_, by_name) = page.split_once("id=\"byname\"").unwrap();
    between(by_name, "index.html\">", " <small>")
}

fn many() -> Vec<CatalogueEntry> {
    let names = "AI,安全,奥运,BSD,编译器,C++,存储,Debian,大模型,eBPF,俄罗斯,Firefox,法律,Go,固件,航天,IBM,Java,监管,KDE,开源,Linux,漏洞,\
                 Mozilla,密码,NVIDIA,内核,OpenAI,Python,排版,Qt,.NET,5G";
    (1..).zip(names.split(',')).map(|(items, name)| named(name.trim(), items)).collect()
}

#[test]
fn names_stand_under_their_initials_whatever_order_they_come_in() {
    let mut entries = many();
    let html = page(&site(), &entries);
    let initials = between(&html, "<li><a href=\"#", "\"");
    assert_eq!(initials.len(), 18, "{initials:?}");
    assert_eq!((initials[0], initials[17]), ("a", "other"), "digits and signs come last");
    let heads: Vec<_> = between(&html, "<h3 id=\"", "\"");
    assert_eq!(heads, initials, "each leads somewhere");
    let mut stood: Vec<_> = many().into_iter().map(|entry| entry.name).collect();
    stood.truncate(31);
    assert_eq!(names(&html)[..31], stood, "they are written above as they are to stand");
    entries.reverse();
    assert_eq!(page(&site(), &entries), html, "rule 1");
}

#[test]
fn an_english_site_goes_by_letters_and_has_the_rest_in_one_place() {
    let mut english = site();
    english.options.language = Language::En;
    let html = page(&english, &many());
    assert_eq!(between(&html, "<li><a href=\"#", "\"").len(), 17, "no initial is only that of a Chinese name");
    assert_eq!(names(&html)[..3], ["AI", "BSD", "C++"]);
    assert!(html.contains(">33 tags. Each can") && html.contains(">By name<") && !html.contains("首字母"), "{html}");
}

#[test]
fn few_names_have_no_index_of_initials() {
    let html = |count: usize| page(&site(), &many()[..count]);
    assert!(!html(29).contains("class=\"initials") && html(30).contains("class=\"initials"));
    assert!(html(29).contains("<h3 id=\"a\">A</h3>"));
    let none = page(&site(), &[]);
    assert!(none.contains("目前没有条目。") && !none.contains("<aside>") && !none.contains("<h2"), "{none}");
}

#[test]
fn the_heaviest_stand_by_weight_and_then_by_name() {
    let mut entries = many();
    for entry in &mut entries {
        entry.items = 1;
    }
    entries[32].items = 604;
    entries[20].items = 512;
    let html = page(&site(), &entries);
    let (_, weight) = html.split_once("<ol class=\"weight plain\">").unwrap();
    let (weight, _) = weight.split_once("</ol>").unwrap();
    let names = between(weight, "index.html\">", "</a>");
    assert_eq!((names.len(), &names[..5]), (20, &["5G", "开源", "AI", "安全", "奥运"][..]));
    let lengths = between(weight, "<rect width=\"", "\"");
    assert_eq!(lengths[..3], ["100.0%", "84.7%", "0.1%"]);
    let distinct: BTreeSet<_> = names.iter().collect();
    assert_eq!(distinct.len(), 20);
}

#[test]
fn equal_names_are_told_apart_by_their_folders() {
    let twins =
        [("b", 2), ("a", 2)].map(|(slug, items)| CatalogueEntry { slug: slug.to_owned(), ..named("Twin", items) });
    let html = page(&site(), &twins);
    let mut turned = twins.to_vec();
    turned.reverse();
    assert_eq!(page(&site(), &turned), html);
    let twins = between(&html, "<li><a href=\"", ">Twin");
    let folders: Vec<_> = twins.into_iter().filter(|href| href.len() < 20).collect();
    assert_eq!(folders, ["a/index.html\"", "b/index.html\"", "a/index.html\"", "b/index.html\""]);
}

#[test]
fn a_host_of_which_no_link_opens_is_marked() {
    let closed = CatalogueEntry { is_closed: true, ..host("boehs.org", 2) };
    let html = String::from_utf8(source_index(&site(), &[closed, host("lwn.net", 141)]).unwrap()).unwrap();
    assert!(html.contains("boehs.org <small>2</small></a> <small class=\"verdict\">打不开</small></li>"), "{html}");
    assert!(
        html.contains("lwn.net <small>141</small></a></li>") && html.contains("<ol class=\"weight single plain\">")
    );
}
