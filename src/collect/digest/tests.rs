//! Tests of the whole reader: fixtures with their expectations beside them, bad input, and properties.

mod account;
mod front;
mod markdown;
mod outline;
mod sources;

use super::*;
use crate::collect::html::{self, Sanitiser};
use crate::model::{Complaint, Edition, Severity, SourceKind};
use proptest::prelude::*;
use serde_json::Value as Json;
use std::path::{Path, PathBuf};

const HEAD: &str = "---\ntitle: '观察 #3 标题'\ndate: 2024-02-03 04:05:06\ntags: [AI]\n---\n\n";

fn base() -> DigestOptions {
    DigestOptions { base_url: Some(Url::parse("https://digest.example/").unwrap()), ..DigestOptions::default() }
}

fn edition_of(post: &str) -> (Edition, Vec<Complaint>) {
    let reading = read("post.md", post.as_bytes(), &base());
    match reading.post {
        Post::Editions(mut read) if read.len() == 1 => (read.remove(0).edition, reading.complaints),
        other => panic!("{other:?}: {:?}", reading.complaints),
    }
}

fn body_of(markdown: &str) -> (Edition, Vec<Complaint>) {
    edition_of(&format!("{HEAD}{markdown}"))
}

fn fixtures() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/digest");
    let mut posts: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    posts.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    posts.sort();
    posts
}

/// What `inspect --json` shows, with the HTML that it leaves out.
fn seen(reading: &Reading) -> Json {
    let mut seen = inspect_json("post.md", reading);
    if let [read] = reading.editions() {
        for (index, item) in read.edition.items.iter().enumerate() {
            seen["editions"][0]["items"][index]["body_html"] = item.body_html.clone().into();
            seen["editions"][0]["items"][index]["remark_html"] = item.remark_html.clone().into();
            seen["editions"][0]["items"][index]["text"] = item.text.clone().into();
        }
    }
    seen
}

#[test]
fn fixtures_read_as_expected() {
    assert!(fixtures().len() >= 2);
    for path in fixtures() {
        let reading = read("post.md", &std::fs::read(&path).unwrap(), &base());
        let expected = std::fs::read_to_string(path.with_extension("expected.json")).unwrap_or_default();
        let expected: Json = serde_json::from_str(&expected).unwrap_or_default();
        let seen = seen(&reading);
        assert_eq!(seen, expected, "{}:\n{seen:#}", path.display());
    }
}

#[test]
fn bad_input_is_a_complaint_with_its_place() {
    let head = |title: &str, date: &str| format!("---\ntitle: {title}\ndate: {date}\n---\n### a\n\nb\n");
    for (post, place, message) in [
        ("---\ntitle: a\n\n### b\n".to_owned(), "p:1:1", "never closed"),
        (head("x", "0000-00-00 00:00:00"), "p:3:7", "`0000-00-00 00:00:00` is not a date"),
        (head("x", "''"), "p:1:1", "no date"),
        (head("''", "2024-01-01"), "p:1:1", "no title"),
        (head("[a, b]", "2024-01-01"), "p:2:8", "`title`"),
        (head("a: b: c", "2024-01-01"), "p:2:9", "`title` holds `: `"),
        (format!("---\ntitle: {}\n---\n### a\n", "[".repeat(40_000)), "p:2:8", "`title`"),
        (format!("{HEAD}### a\n\n{} b\n", ">".repeat(500)), "p:9:1", "nested"),
        (format!("{HEAD}{}", "### a\n\n".repeat(1001)), "p:6:1", "1001 item headings"),
        (format!("{HEAD}###\n\nb\n"), "p:7:1", "no title"),
    ] {
        let reading = read("p", post.as_bytes(), &base());
        assert_eq!(reading.post, Post::Broken, "{message}");
        let found = reading.complaints.iter().find(|c| c.severity == Severity::Error && c.message.contains(message));
        let found = found.unwrap_or_else(|| panic!("{message}: {:?}", reading.complaints));
        assert!(found.place.to_string().starts_with(place), "{} for {}", found.place, found.message);
        assert!(!found.help.is_empty());
    }
}

#[test]
fn the_first_wrong_byte_is_named() {
    let reading = read("p", "---\ntitle: 标题\n\u{4e00}\u{4e8c}".as_bytes().split_last().unwrap().1, &base());
    assert_eq!(reading.post, Post::Broken);
    assert_eq!(reading.complaints[0].place.to_string(), "p:3:2");
    assert!(reading.complaints[0].message.contains("0xE4"), "{}", reading.complaints[0].message);
}

#[test]
fn large_files_are_not_read() {
    let reading = read("p", &vec![b'a'; 2 << 20], &base());
    assert_eq!(reading, too_large("p", 2 << 20));
    assert_eq!(reading.complaints[0].severity, Severity::Error);
}

#[test]
fn files_that_are_no_posts_are_skipped() {
    let category = DigestOptions { category: Some("硬核观察".into()), ..base() };
    let with = |category: &str| format!("---\ntitle: a\ndate: 2024-01-01\n{category}\n---\n### a\n");
    for (post, options, why) in [
        ("# README\n\n### Usage\n".to_owned(), base(), Some("no front matter")),
        ("---\ntitle: a\n---\n# 长文\n\n## 一\n".to_owned(), base(), Some("no item heading")),
        (String::new(), base(), Some("no front matter")),
        (with("category: 技术"), category.clone(), Some("`技术`")),
        (with("author: b"), category.clone(), Some("no category")),
        (with("category: 硬核观察"), category.clone(), None),
        (with("categories: [新闻, 硬核观察]"), category, None),
    ] {
        let reading = read("p", post.as_bytes(), &options);
        match (&reading.post, why) {
            (Post::Skipped { why } | Post::KeptOut { why }, Some(expected)) => assert!(why.contains(expected), "{why}"),
            (Post::Editions(_), None) => {}
            other => panic!("{other:?} {:?}", reading.complaints),
        }
        assert_eq!(reading.complaints, []);
    }
}

#[test]
fn odd_characters_are_stripped_with_a_warning() {
    for title in ["\"标题\\b ]]> 完\"", "标题\u{8} ]]> 完"] {
        let post = format!(
            "---\ntitle: {title}\ndate: 2024-01-01\ntags: [\"A\\u0001I\"]\n---\n### a\u{8}b ]]>\n\nc\u{1b}&#8;d\n"
        );
        let (edition, complaints) = edition_of(&post);
        assert_eq!((edition.title.as_str(), edition.items[0].title.as_str()), ("标题 ]]> 完", "ab ]]>"));
        assert_eq!(edition.tags, ["AI"]);
        assert_eq!(edition.items[0].body_html, "<p>cd</p>");
        let places: Vec<_> = complaints.iter().map(|c| (c.severity, c.place.line)).collect();
        assert_eq!(places, [2, 4, 6].map(|line| (Severity::Warning, Some(line))), "{complaints:?}");
    }
}

#[test]
fn odd_tags_are_warned_of() {
    let tags = "[C, C#, C++, AI/ML, ai, AI, 🚀, '', ../../etc/passwd, X.Org]";
    let (edition, complaints) =
        edition_of(&format!("---\ntitle: a\ndate: 2024-01-01\ntags: {tags}\n---\n### C++ 与 AI\n\nb\n"));
    assert_eq!(edition.tags, ["C", "C#", "C++", "AI/ML", "ai", "🚀", "../../etc/passwd", "X.Org"]);
    let messages: Vec<_> = complaints.iter().map(|c| c.message.as_str()).collect();
    for (message, part) in
        messages.iter().zip(["`AI/ML` looks like", "`AI` is the same", "`🚀` gives no", "no name", "etc-passwd"])
    {
        assert!(message.contains(part), "{message}");
    }
    assert_eq!(messages.len(), 5, "{messages:?}");
    assert!(edition.items[0].tags.contains(&"C++".to_owned()) && edition.items[0].tags.contains(&"ai".to_owned()));
}

#[test]
fn sources_that_lead_nowhere_are_dropped_with_a_warning() {
    let (edition, complaints) =
        body_of("### a\n\n[b](https://e.example/)\n\n> **[消息来源：坏](javascript:alert(1))**\n");
    let item = &edition.items[0];
    assert_eq!((item.sources.len(), item.source_kind, item.body_links.len()), (0, SourceKind::None, 1));
    assert_eq!(complaints.len(), 1, "{complaints:?}");
    assert_eq!((complaints[0].severity, complaints[0].place.to_string()), (Severity::Warning, "post.md:11:5".into()));
    let (edition, complaints) = body_of("### a\n\n[b](data:text/html,x) <a href='javascript:1'>c</a> [d](#e)\n");
    assert_eq!(edition.items[0].sources, []);
    assert!(!edition.items[0].body_html.contains("href"), "{}", edition.items[0].body_html);
    assert_eq!(complaints.len(), 2, "{complaints:?}");
}

#[test]
fn a_forgotten_source_is_warned_of_only_where_others_name_one() {
    let labelled = "### a\n\nb\n\n> **[消息来源：C](https://c.example/)**\n\n";
    let (_, complaints) = body_of(&format!("{labelled}### d\n\ne\n"));
    assert_eq!(complaints.len(), 1, "{complaints:?}");
    assert!(complaints[0].message.contains("`d` names no source"));
    assert_eq!(body_of("### a\n\nb\n\n### d\n\n[e](https://e.example)\n").1, []);
}

#[test]
fn raw_html_is_sanitised_and_its_links_count() {
    let (edition, _) = body_of(
        "### a\n\n文<script>alert(1)</script>字 <a href=\"/x\">旧 **站**</a> <img src=/i.png>\n\n<div onclick=x><iframe src=https://e.example></iframe>块</div>\n",
    );
    let item = &edition.items[0];
    let link = |label: &str, url: &str| crate::model::SourceLink { label: label.into(), url: url.into() };
    assert_eq!(
        item.sources,
        [link("旧 站", "https://digest.example/x"), link("https://e.example", "https://e.example")]
    );
    assert_eq!(item.images, ["https://digest.example/i.png"]);
    for bad in ["script", "alert", "onclick", "iframe"] {
        assert!(!item.body_html.contains(bad), "{}", item.body_html);
    }
    assert!(item.text.contains("文字 旧 站") && item.text.ends_with('块'), "{}", item.text);
}

#[test]
fn the_hash_follows_the_author_not_the_settings() {
    let markdown = "### a\n\n正文 [b](/c)\n\n![](/d.png)\n\n> 老王点评：好\n";
    let hash = |markdown: &str, options: &DigestOptions| {
        let reading = read("p", format!("{HEAD}{markdown}").as_bytes(), options);
        let edition = &reading.editions()[0].edition;
        edition.items[0].content_hash
    };
    let first = hash(markdown, &base());
    assert_eq!(first, hash(markdown, &DigestOptions::default()));
    assert_eq!(first, hash(&markdown.replace('\n', "\r\n"), &base()));
    assert_eq!(first, hash(&markdown.replace("> 老王", "> \n> 老王").replace("好\n", "好\n> \n> "), &base()));
    for (from, to) in [("### a", "### b"), ("正文", "正 文"), ("/c", "/e"), ("d.png", "f.png"), ("：好", "：坏")]
    {
        assert_ne!(first, hash(&markdown.replace(from, to), &base()), "{from}");
    }
}

#[test]
fn loose_text_is_warned_of() {
    let (edition, complaints) = body_of("引言\n\n### a\n\nb\n\n## 栏目\n\n无主\n\n### c\n\nd\n");
    assert_eq!(edition.items.len(), 2);
    assert!(!edition.items[0].text.contains("无主"));
    let lines: Vec<_> = complaints.iter().map(|complaint| complaint.place.line).collect();
    assert_eq!(lines, [Some(7), Some(15)], "{complaints:?}");
}

#[test]
fn a_million_brackets_are_read_in_bounded_time() {
    for body in
        ["[".repeat(1_000_000), "> ".repeat(500_000), "<div>".repeat(200_000), "[a](javascript:b) ".repeat(50_000)]
    {
        let reading = read("p", format!("{HEAD}### a\n\n{body}").as_bytes(), &base());
        assert!(reading.complaints.len() <= 100);
        assert!(!matches!(reading.post, Post::Skipped { .. }));
    }
}

/// Everything that a reading could ever bring to light.
fn everything(reading: &Reading) -> String {
    format!("{reading:?}{}", inspect_json("p", reading))
}

proptest! {
    #[test]
    fn nothing_panics(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let _ = read("p", &bytes, &base());
    }

    #[test]
    fn no_markdown_panics_and_html_is_clean(body in r"([#>*_\-`\[\]()!<>a中：\n |~1.&;/]|点评：|消息来源：|https://e.example/|### |<ruby>|<a href='x'>|\n\n> |javascript:){0,80}") {
        let reading = read("p", format!("{HEAD}### a\n\n{body}").as_bytes(), &base());
        for ReadEdition { edition, .. } in reading.editions() {
            for item in &edition.items {
                for written in [&item.body_html, &item.remark_html] {
                    let once = Sanitiser::new(None).clean(written);
                    prop_assert_eq!(&once, &Sanitiser::new(None).clean(&once));
                    prop_assert_eq!(html::text_of(&once), html::text_of(written));
                    let links = |html: &str| html::attributes(html, "a", "href");
                    prop_assert_eq!(links(&once), links(written));
                }
            }
        }
    }

    #[test]
    fn mutated_posts_neither_panic_nor_betray_readers(which in 0usize..8, at in any::<prop::sample::Index>(), cut in 0usize..40, put in ".{0,6}") {
        let paths = fixtures();
        let post = std::fs::read_to_string(&paths[which % paths.len()]).unwrap();
        let mut chars: Vec<char> = post.chars().collect();
        let at = at.index(chars.len());
        chars.splice(at..(at + cut).min(post.chars().count()), put.chars());
        let mutated: String = chars.into_iter().collect();
        let reading = read("p", mutated.as_bytes(), &base());
        // A cut that closes the front matter early makes the rest of it text that the author seems to publish.
        if mutated.matches("\n---").count() == 1 && !mutated.contains("\n...") {
            let everything = everything(&reading);
            prop_assert!(!everything.contains("SECRET") && !everything.contains("203.0.113"), "{}", everything);
        }
    }
}
