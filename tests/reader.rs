//! The feed reader from outside: damaged and odd feeds, each a file with its expectation beside it; bounds; arbitrary bytes.
//!
//! An expectation names what matters of each entry, all repairs by how their words begin, and all complaints by a part of
//! theirs. So a repair that nobody expected fails as much as one that is missing.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail where it stands")]

use chrono_tz::Tz;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use url::Url;
use wellsourced::collect::feed::{Document, MAX_ENTRIES, MAX_FEED_BYTES, Source, inspect_json, read};
use wellsourced::model::{Rhythm, UpstreamFeed};

fn fixtures() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/feeds");
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| !path.to_string_lossy().ends_with(".expected.json"));
    files.sort();
    files
}

#[test]
fn every_damaged_feed_is_read_as_it_is_meant() {
    let files = fixtures();
    assert!(files.len() >= 120, "{} fixtures", files.len());
    let mut wrong = String::new();
    for path in files {
        let expected = fs::read_to_string(path.with_extension("expected.json")).unwrap();
        let expected: Value = serde_json::from_str(&expected).unwrap();
        let problems = problems(&fs::read(&path).unwrap(), &expected["given"], &expected["expect"]);
        if !problems.is_empty() {
            let name = path.file_name().unwrap().to_string_lossy();
            wrong.push_str(&format!("{name}\n  {}\n", problems.join("\n  ")));
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

fn problems(bytes: &[u8], given: &Value, expected: &Value) -> Vec<String> {
    let base = given["base"].as_str().map(|base| Url::parse(base).unwrap());
    let timezone = given["timezone"].as_str().map_or(Tz::UTC, |zone| zone.parse().unwrap());
    let content_type = given["content_type"].as_str();
    let document = read(bytes, &Source { place: "it", base: base.as_ref(), content_type, timezone });
    let read = inspect_json("it", &document);
    let mut problems = Vec::new();
    for (name, meant) in expected.as_object().unwrap() {
        match name.as_str() {
            "entries" => compare_entries(&mut problems, read["entries"].as_array(), meant.as_array().unwrap()),
            "repairs" => compare_words(&mut problems, name, &read[name], meant, |told, meant| told.starts_with(meant)),
            "complaints" => {
                let told = read[name].as_array().map(|all| all.iter().map(|one| one["message"].clone()).collect());
                compare_words(&mut problems, name, &told.unwrap_or(Value::Null), meant, |told, meant| {
                    told.contains(meant)
                });
            }
            "ttl" | "skip_hours" | "skip_days" | "update_period" => {
                let Document::Feed(feed) = &document else { continue };
                compare(&mut problems, name, &rhythm(&feed.rhythm)[name], meant);
            }
            _ => compare(&mut problems, name, &read[name], meant),
        }
    }
    problems
}

fn compare_entries(problems: &mut Vec<String>, read: Option<&Vec<Value>>, meant: &[Value]) {
    let Some(read) = read else { return problems.push("no entries, and no feed".to_owned()) };
    if read.len() != meant.len() {
        let titles: Vec<_> = read.iter().map(|entry| &entry["title"]).collect();
        problems.push(format!("{} entries, not {}: {titles:?}", read.len(), meant.len()));
    }
    for (at, (read, meant)) in read.iter().zip(meant).enumerate() {
        for (name, meant) in meant.as_object().unwrap() {
            compare(problems, &format!("{at}.{name}"), &read[name], meant);
        }
    }
}

/// Each expected once, and nothing else.
fn compare_words(problems: &mut Vec<String>, name: &str, read: &Value, meant: &Value, is: fn(&str, &str) -> bool) {
    let words = |value: &Value| -> Vec<String> {
        let all = value.as_array().cloned().unwrap_or_default();
        all.iter().map(|words| words.as_str().unwrap().to_owned()).collect()
    };
    let (mut read, mut missing) = (words(read), Vec::new());
    for meant in words(meant) {
        match read.iter().position(|told| is(told, &meant)) {
            Some(at) => drop(read.remove(at)),
            None => missing.push(meant),
        }
    }
    if !read.is_empty() || !missing.is_empty() {
        problems.push(format!("{name}: unexpected {read:?}, missing {missing:?}"));
    }
}

fn compare(problems: &mut Vec<String>, name: &str, read: &Value, meant: &Value) {
    if read != meant {
        problems.push(format!("{name}: {read}, not {meant}"));
    }
}

fn rhythm(rhythm: &Rhythm) -> Value {
    json!({
        "ttl": rhythm.ttl.map(|ttl| ttl.as_secs()),
        "skip_hours": rhythm.skip_hours,
        "skip_days": rhythm.skip_days.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "update_period": rhythm.update_period.map(|period| period.as_secs()),
    })
}

fn feed(bytes: &[u8]) -> UpstreamFeed {
    match read(bytes, &source(None)) {
        Document::Feed(feed) => *feed,
        other => panic!("{other:?}"),
    }
}

fn source(content_type: Option<&str>) -> Source<'_> {
    Source { place: "it", base: None, content_type, timezone: Tz::UTC }
}

/// What every reading keeps, whatever came in.
fn assert_bounded(document: &Document) {
    match document {
        Document::Feed(feed) => {
            assert!(feed.entries.len() <= MAX_ENTRIES);
            let mut repairs = feed.repairs.clone();
            repairs.sort();
            repairs.dedup();
            assert_eq!(repairs.len(), feed.repairs.len(), "each repair is told once: {:?}", feed.repairs);
            for entry in &feed.entries {
                let urls = entry.link.iter().chain(entry.enclosures.iter().map(|enclosure| &enclosure.url));
                for url in urls {
                    let parsed = Url::parse(url).unwrap_or_else(|error| panic!("{url}: {error}"));
                    assert!(matches!(parsed.scheme(), "http" | "https"), "{url}");
                }
                assert!(!entry.content.contains("<script"), "{}", entry.content);
                assert!(entry.id.as_ref().is_none_or(|id| !id.trim().is_empty()));
                assert!(entry.title.chars().all(|c| !c.is_control()), "{:?}", entry.title);
            }
        }
        Document::Page(feeds) => assert!(feeds.len() <= 100),
        Document::Unreadable(complaint) => assert!(!complaint.message.is_empty()),
    }
}

const HEAD: &str = "<rss version='2.0'><channel><title>x</title>";

/// `unit` until there are `bytes` of it between head and tail.
fn flood(head: &str, unit: &str, tail: &str, bytes: usize) -> Vec<u8> {
    [head, &unit.repeat(bytes / unit.len()), tail].concat().into_bytes()
}

/// Each would take hours if reading it cost the square of its length; the whole 15 MiB take seconds without optimisation,
/// so that only two cases have them.
#[test]
fn floods_are_read_in_time_that_grows_with_their_length() {
    let entry = format!("{HEAD}<item><title>a</title><description>");
    let section = format!("{HEAD}<item><title>a</title><description><![CDATA[");
    let ends = format!("{HEAD}{}", "<a>".repeat(80));
    let json = r#"{"version":"https://jsonfeed.org/version/1","items":["#;
    let fonts: String = (0..90).map(|size| format!("<font size={size}><p>")).collect();
    let fonts =
        format!("<item><title>t</title><description><![CDATA[{fonts}{}]]></description></item>", "<p>x".repeat(500));
    let divs = format!("<item><title>t</title><description><![CDATA[{}]]></description></item>", "<div>".repeat(600));
    let cases: [(&str, &str, &str); 40] = [
        (HEAD, "<item></item>", ""),
        ("", "<", ""),
        (HEAD, "<item><title>&&&&</title><link>http://a.example/&</link></item>", ""),
        (&entry, "&", "</description></item></channel></rss>"),
        (&entry, "<", "</description></item></channel></rss>"),
        (&entry, "<b>", ""),
        (&section, "<div>", "]]></description></item></channel></rss>"),
        (&section, "<p>", "]]></description></item></channel></rss>"),
        (HEAD, &divs, ""),
        (HEAD, &fonts, ""),
        (HEAD, "<a>", ""),
        (HEAD, "<item a=\"", ""),
        ("<rss><item ", "a=\"b\" ", "><title>t</title></item></rss>"),
        ("<rss><item><link href=\"", "x", "\"/></item></rss>"),
        (HEAD, "<a b=\"<a c='", ""),
        (HEAD, "<![CDATA[", ""),
        (HEAD, "<![CDATA[</item>", "]]>"),
        (HEAD, "<!--", ""),
        (HEAD, "<!-- >", ""),
        (HEAD, "<?x", ""),
        (HEAD, "<!DOCTYPE [", ""),
        (HEAD, "<!DOCTYPE a [>", ""),
        (&ends, "</b>", ""),
        (&entry, "&eacute;", "</description></item></channel></rss>"),
        (&entry, "&eacute", "</description></item></channel></rss>"),
        (HEAD, "<a xmlns:q=\"http://purl.org/dc/elements/1.1/\">", ""),
        ("<rss><item><title>", " ", "</title></item></rss>"),
        ("<rss><item><title>", "&lt;b&gt;", "</title></item></rss>"),
        ("<rss><item><title>t</title>", "<category>a</category>", "</item></rss>"),
        ("<rss><item><title>t</title>", "<enclosure url='http://a.example/b'/>", "</item></rss>"),
        ("<rss><item><author>", "<b@", "</author></item></rss>"),
        (json, "{},", "{}]}"),
        (json, "[", ""),
        ("", "{\"a\":", ""),
        ("{\"items\":[\"", "\"  ", ""),
        ("{\"items\":[{\"tags\":[", "1,", ""),
        ("<html>", "<link rel=alternate type=application/rss+xml href=/a>", ""),
        ("<html>", "<script>", ""),
        ("<html><link rel=alternate ", "a=b ", ">"),
        ("", "\0", ""),
    ];
    for (head, unit, tail) in cases {
        assert_bounded(&read(&flood(head, unit, tail, 1 << 20), &source(None)));
    }
    let items = read(&flood(HEAD, "<item>", "", MAX_FEED_BYTES), &source(None));
    assert_bounded(&items);
    assert!(matches!(items, Document::Feed(feed) if feed.entries.is_empty()));
}

#[test]
fn what_is_beyond_the_bounds_is_left_out_and_told() {
    let entry = |second: usize| {
        let (minute, second) = (second / 60 % 60, second % 60);
        format!(
            "<item><title>{minute}:{second}</title><pubDate>Wed, 03 Jan 2024 10:{minute:02}:{second:02} GMT</pubDate></item>"
        )
    };
    // The newest stand last, where nobody would look for them.
    let entries: String = (0..3_600).chain(0..3_600).map(entry).collect();
    let many = feed(format!("{HEAD}{entries}</channel></rss>").as_bytes());
    assert_eq!(many.entries.len(), MAX_ENTRIES);
    assert!(
        many.complaints.iter().any(|complaint| complaint.message.contains("7200 entries")),
        "{:?}",
        many.complaints
    );
    assert!(many.entries.iter().all(|entry| entry.published >= many.entries[0].published), "the oldest went");

    let text = "<item><title>t</title><description>".to_owned() + &"word ".repeat(400_000) + "</description></item>";
    let long = feed(format!("{HEAD}{text}{}</channel></rss>", entry(1)).as_bytes());
    assert_eq!(long.entries.len(), 2);
    assert!(long.entries[0].content.len() <= 1 << 20);
    assert!(long.complaints[0].message.contains("megabyte"), "{:?}", long.complaints);

    let deep = format!(
        "{HEAD}<item><title>t</title><description><![CDATA[{}deep &amp; down]]></description></item></channel></rss>",
        "<div>".repeat(500)
    );
    let deep = feed(deep.as_bytes());
    assert_eq!(deep.entries[0].content, "deep &amp; down");
    assert!(deep.repairs.iter().any(|repair| repair.contains("nested too deeply")), "{:?}", deep.repairs);

    let mut large = flood(&format!("{HEAD}{}<!--", entry(1)), "x", "-->", MAX_FEED_BYTES);
    large.extend_from_slice(entry(2).as_bytes());
    let large = feed(&large);
    assert_eq!(large.entries.len(), 1, "what stands behind the bound is not read");
    assert!(large.complaints[0].message.contains("more than 15 MiB"), "{:?}", large.complaints);
}

#[test]
fn entries_without_an_id_have_none_at_every_reading() {
    let feed = feed(b"<rss version='2.0'><channel><item><title>a</title></item><item><description>b</description></item></channel></rss>");
    assert!(feed.entries.iter().all(|entry| entry.id.is_none() && entry.link.is_none()));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes_are_bounded(bytes in proptest::collection::vec(any::<u8>(), 0..2_000), http in "[ -~]{0,40}") {
        assert_bounded(&read(&bytes, &source(Some(&http))));
    }

    #[test]
    fn arbitrary_markup_is_bounded(pieces in proptest::collection::vec(piece(), 0..60)) {
        assert_bounded(&read(pieces.concat().as_bytes(), &source(None)));
    }

    #[test]
    fn mutated_feeds_are_bounded(at in any::<proptest::sample::Index>(), cuts in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>(), 0..3_u8), 1..8)) {
        let files = fixtures();
        let mut bytes = fs::read(at.get(&files)).unwrap();
        for (at, byte, how) in cuts {
            if bytes.is_empty() {
                break;
            }
            let at = at.index(bytes.len());
            match how {
                0 => bytes[at] = byte,
                1 => drop(bytes.remove(at)),
                _ => bytes.truncate(at),
            }
        }
        assert_bounded(&read(&bytes, &source(None)));
    }
}

/// Pieces that feeds are made of, and that meet in odd ways.
fn piece() -> impl Strategy<Value = String> {
    let tags = [
        "<rss>",
        "<channel>",
        "<item>",
        "</item>",
        "</channel>",
        "</rss>",
        "<feed>",
        "</feed>",
        "<entry>",
        "</entry>",
        "<rdf:RDF>",
        "<title>",
        "</title>",
        "<link>",
        "</link>",
        "<link href='a'/>",
        "<description>",
        "</description>",
        "<content type='xhtml'>",
        "<content type='image/png'>",
        "</content>",
        "<author>",
        "<name>",
        "</name>",
        "</author>",
        "<![CDATA[",
        "]]>",
        "<!--",
        "-->",
        "<?xml?>",
        "<!DOCTYPE a [",
        "]>",
        "<div>",
        "</div>",
        "<p>",
        "<guid>",
        "http://a.example/b",
        "<pubDate>",
        "2024-01-01",
        "&amp;",
        "&#0;",
        "&x;",
        "<media:group>",
        "<media:content url='http://a.example/c'>",
        "</media:group>",
        "<image>",
        "</image>",
        "{\"items\":[",
        "{\"id\":1}",
        "]}",
        "\"",
        "<html>",
        "<category term='x'/>",
        "xmlns='http://www.w3.org/2005/Atom'",
        "<a xml:base='b/'>",
        "<x:y xmlns:x='http://purl.org/rss/1.0/'>",
    ];
    prop_oneof![
        8 => proptest::sample::select(tags.to_vec()).prop_map(str::to_owned),
        1 => "[ -~\u{e4}\u{4e2d}\u{0}\u{feff}]{0,6}",
    ]
}
