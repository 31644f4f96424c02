//! The feed reader against floods, arbitrary bytes and mutated feeds: bounded, in time and in what comes out, and no panic.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail where it stands")]

use async_compression::tokio::bufread::{BrotliEncoder, DeflateEncoder, GzipEncoder, ZlibEncoder, ZstdEncoder};
use chrono_tz::Tz;
use proptest::prelude::*;
use std::fs;
use std::path::{Path, PathBuf};
use url::Url;
use wellsourced::collect::feed::{Document, MAX_ENTRIES, MAX_FEED_BYTES, Origin, read};
use wellsourced::model::UpstreamFeed;

fn fixtures() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/feeds");
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| !path.to_string_lossy().ends_with(".expected.json"));
    files.sort();
    files
}

fn feed(bytes: &[u8]) -> UpstreamFeed {
    match read(bytes, &source(None)) {
        Document::Feed(feed) => *feed,
        other => panic!("{other:?}"),
    }
}

fn source(content_type: Option<&str>) -> Origin<'_> {
    Origin { place: "it", base: None, content_type, timezone: Tz::UTC }
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
                for tag in ["<script", "<style", "<iframe", "<video", "<object", "<svg", "<math", "<img>"] {
                    assert!(!entry.content.contains(tag), "{}", entry.content);
                }
                assert!(entry.id.as_ref().is_none_or(|id| !id.trim().is_empty()));
                assert!(entry.title.chars().all(|c| !c.is_control()), "{:?}", entry.title);
            }
        }
        Document::Page { root, title, feeds } => {
            assert!(feeds.len() <= 100 && title.chars().count() <= 101 && root.chars().count() <= 40);
        }
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
    let fonts: Vec<String> = (0..90).map(|size| format!("<font size={size}><p>")).collect();
    let fonts = fonts.concat();
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
        assert_bounded(&read(&flood(head, unit, tail, 1 << 19), &source(None)));
    }
    let items = read(&flood(HEAD, "<item>", "", MAX_FEED_BYTES), &source(None));
    assert_bounded(&items);
    assert!(matches!(items, Document::Feed(feed) if feed.entries.is_empty()));
}

/// What is replaced before the sanitiser sees it costs no more than its length, however it is nested.
#[test]
fn floods_of_what_a_feed_cannot_show_are_bounded() {
    let section = format!("{HEAD}<item><title>a</title><description><![CDATA[");
    let within = format!("{section}<picture>{}", "<source srcset='/a 1x'>".repeat(2_000));
    let many = (0..60_000).map(|at| format!("a{at}")).collect::<Vec<_>>().join(" ");
    let framed = "&lt;b&gt;&lt;p&gt;".repeat(9_000);
    let cases: [(&str, &str, &str); 16] = [
        (&section, "<noscript>", ""),
        (&section, "<noscript></noscript>", ""),
        (&section, "<iframe src=//e.org>", ""),
        (&section, "<iframe src=//e.org/></iframe>x", ""),
        (&section, "<iframe srcdoc='", ""),
        (&section, "<video><source src=/a>", ""),
        (&section, "<object data=/a>", ""),
        (&section, "<svg><g>", ""),
        (&section, "<math><mi>x", ""),
        (&section, "<img src=https://e.org/a ", ">"),
        (&section, "<img srcset='", ""),
        (&section, "<picture><img>", ""),
        (&within, "<img>", ""),
        (&section, "<template shadowrootmode=open>", ""),
        (&section, "<a href=/><embed src=/a>", ""),
        (&section, "<img src='data:,' data-a='/b.png'", ">"),
    ];
    for (head, unit, tail) in cases {
        assert_bounded(&read(&flood(head, unit, tail, 1 << 17), &source(None)));
    }
    for tag in [format!("<img {many}>"), format!("<iframe srcdoc='{framed}'></iframe>"), format!("<svg {many}>")] {
        let document = feed(format!("{section}{tag}]]></description></item></channel></rss>").as_bytes());
        assert!(document.repairs.iter().any(|repair| repair.contains("nested too deeply")), "{:?}", document.repairs);
    }
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
fn floods_of_entities_are_read_in_time_that_grows_with_their_length() {
    let own = "<!DOCTYPE rss [<!ENTITY a 'aaaaaaaaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'><!ENTITY c '&b;&b;&b;&b;&b;'>]>";
    let own = format!("{own}{HEAD}<item><title>t</title><description>");
    let items = format!("<!DOCTYPE rss [<!ENTITY a '{}'>]>{HEAD}", "<item><title>t</title></item>".repeat(1_000));
    let entry = format!("{HEAD}<item><title>a</title><description>");
    let section = format!("{entry}<![CDATA[");
    let cases: [(&str, &str, &str); 13] = [
        (&own, "&c;", "</description></item></channel></rss>"),
        (&own, "<b c='&c;'>&c;", "</description></item></channel></rss>"),
        (&items, "&a;", "</channel></rss>"),
        ("<!DOCTYPE rss [", "<!ENTITY a 'b'>", "]><rss><item><title>&a;</title></item></rss>"),
        ("<!DOCTYPE rss [", "<!ENTITY a 'b'", "]><rss><item><title>&a;</title></item></rss>"),
        ("<!DOCTYPE rss [<!ENTITY a '", "&a;", "'>]><rss><item><title>&a;</title></item></rss>"),
        ("<!DOCTYPE rss [<!ENTITY a '", "&#38;", "'>]><rss><item><title>&a;</title></item></rss>"),
        ("<!DOCTYPE rss [<!ENTITY a '", "&#xD83D;", "'>]><rss><item><title>&a;</title></item></rss>"),
        ("", "<!DOCTYPE rss [<!-- ", ""),
        (&entry, "&undeclared;", "</description></item></channel></rss>"),
        (&section, "&", "]]></description></item></channel></rss>"),
        (&entry, "&#xD83D;", "</description></item></channel></rss>"),
        (&section, "&#xD83D;&#xDE00;", "]]></description></item></channel></rss>"),
    ];
    for (head, unit, tail) in cases {
        // For each ampersand of a text html5ever's serializer looks through the rest of it: half a megabyte of them takes a
        // minute where nothing is optimised.
        let bytes = if unit.starts_with("&u") { 1 << 16 } else { 1 << 19 };
        assert_bounded(&read(&flood(head, unit, tail, bytes), &source(None)));
    }
}

/// Bytes in one of the codings of HTTP.
#[tokio::main(flavor = "current_thread")]
async fn packed(bytes: &[u8], how: usize) -> Vec<u8> {
    use tokio::io::AsyncReadExt;
    let mut out = Vec::new();
    match how % 5 {
        0 => GzipEncoder::new(bytes).read_to_end(&mut out).await.unwrap(),
        1 => ZlibEncoder::new(bytes).read_to_end(&mut out).await.unwrap(),
        2 => ZstdEncoder::new(bytes).read_to_end(&mut out).await.unwrap(),
        3 => BrotliEncoder::new(bytes).read_to_end(&mut out).await.unwrap(),
        _ => DeflateEncoder::new(bytes).read_to_end(&mut out).await.unwrap(),
    };
    out
}

#[test]
fn packed_feeds_are_read_and_bombs_are_cut() {
    let small = format!("{HEAD}<item><title>\u{4e2d}</title></item></channel></rss>").repeat(20);
    let bomb = flood(&format!("{HEAD}<item><title>t</title></item><!--"), " ", "", MAX_FEED_BYTES + 1_000_000);
    for how in 0..5 {
        assert_eq!(feed(&packed(small.as_bytes(), how)).entries[0].title, "\u{4e2d}", "{how}");
    }
    for how in 0..3 {
        let bomb = packed(&bomb, how);
        assert!(bomb.len() < 40_000, "{how}");
        let cut = feed(&bomb);
        assert_eq!(cut.entries.len(), 1, "{how}");
        assert!(cut.complaints.iter().any(|told| told.message.contains("more than 15 MiB")), "{:?}", cut.complaints);
    }
    let twice = feed(&packed(&packed(&bomb, 0), 0));
    assert!(twice.complaints.iter().any(|told| told.message.contains("more than 15 MiB")), "{:?}", twice.complaints);
}

/// Sixty entities, each of three of the one before: three to the sixtieth, were it not for the bounds.
#[test]
fn laughs_stay_few() {
    let laughs: Vec<String> = (1..60).map(|n| format!("<!ENTITY a{n} '&a{0};&a{0};&a{0};'>", n - 1)).collect();
    let laughs = laughs.concat();
    let item = "<item><title>&a59;</title><link>https://a.example/?&a58;</link><description>&a3;</description></item>";
    let bomb = format!("<!DOCTYPE rss [<!ENTITY a0 'ha'>{laughs}]>{HEAD}{}</channel></rss>", item.repeat(100));
    let read = feed(bomb.as_bytes());
    assert_eq!((read.entries.len(), read.entries[0].title.as_str()), (100, "&a59;"));
    assert_eq!(read.entries[0].content, "ha".repeat(27), "what stays small is what it says");
    assert!(
        read.complaints.iter().any(|complaint| complaint.message.contains("as XML bombs do")),
        "{:?}",
        read.complaints
    );
    let long = format!("<!DOCTYPE rss [<!ENTITY a '{}'>]>{HEAD}", "ha".repeat(30_000));
    let read = feed(
        format!(
            "{long}{}</channel></rss>",
            "<item><title>t</title><description>&a;</description></item>".repeat(2_000)
        )
        .as_bytes(),
    );
    let content: usize = read.entries.iter().map(|entry| entry.content.len()).sum();
    assert!((1 << 20..3 << 20).contains(&content), "{content}");
    assert!(
        read.complaints.iter().any(|complaint| complaint.message.contains("2 MiB longer")),
        "{:?}",
        read.complaints
    );
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
    fn mutated_packings_are_bounded(how in 0..5_usize, again in 0..6_usize, at in any::<proptest::sample::Index>(), byte in any::<u8>(), cut in any::<bool>()) {
        let text = format!("{HEAD}{}</channel></rss>", "<item><title>t</title></item>".repeat(9));
        let mut bytes = packed(text.as_bytes(), how);
        if again < 5 {
            bytes = packed(&bytes, again);
        }
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if cut {
            bytes.truncate(at);
        }
        assert_bounded(&read(&bytes, &source(None)));
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
const PIECES: &str = "
    <rss> <channel> <item> </item> </channel> </rss> <feed> </feed> <entry> </entry> <rdf:RDF> <title> </title> <link> </link>
    <link\u{a0}href='a'/> <description> </description> <content\u{a0}type='xhtml'> <content\u{a0}type='image/png'> </content> <author>
    <name> </name> </author> <![CDATA[ ]]> <!-- --> <?xml?> <!DOCTYPE\u{a0}a\u{a0}[ ]> <div> </div> <p> <guid> http://a.example/b <pubDate>
    2024-01-01 &amp; &#0; &x; <media:group> <media:content\u{a0}url='http://a.example/c'> </media:group> <image> </image> {\"items\":[
    {\"id\":1} ]} \" <html> <!DOCTYPE\u{a0}a\u{a0}[<!ENTITY\u{a0}x\u{a0}'&y;<item>'><!ENTITY\u{a0}y\u{a0}\"&x;&y;\">]> <!ENTITY\u{a0}x\u{a0}\"y\">
    &y; &#xD83D; &#xDE00; <opml> <template> <category\u{a0}term='x'/> xmlns='http://www.w3.org/2005/Atom' <a\u{a0}xml:base='b/'>
    <x:y\u{a0}xmlns:x='http://purl.org/rss/1.0/'>";

fn piece() -> impl Strategy<Value = String> {
    let pieces: Vec<String> = PIECES.split_ascii_whitespace().map(|piece| piece.replace('\u{a0}', " ")).collect();
    prop_oneof![
        8 => proptest::sample::select(pieces),
        1 => "[ -~\u{e4}\u{4e2d}\u{0}\u{feff}]{0,6}",
    ]
}
