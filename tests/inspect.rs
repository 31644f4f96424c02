//! `inspect` through the real binary: posts, feeds and pages in the order given, from files and from the network.

#![allow(clippy::unwrap_used, reason = "what these tests set up must work; a panic is the message")]

mod support;

use serde_json::Value;
use std::process::Command;
use support::Site;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

const FEED: &str = "<rss version='2.0'><channel><title>Feed</title><item><title>One & only</title><link>/1</link></item></channel></rss>";

/// Standard output and exit code.
fn run(site: &Site, arguments: &[&str]) -> (String, i32) {
    let output = Command::new(env!("CARGO_BIN_EXE_wellsourced"))
        .arg("--config")
        .arg(site.path("wellsourced.toml"))
        .args(arguments)
        .output()
        .unwrap();
    (String::from_utf8(output.stdout).unwrap(), output.status.code().unwrap())
}

fn json(site: &Site, arguments: &[&str]) -> (Vec<Value>, i32) {
    let (output, code) = run(site, &[&["inspect", "--json"], arguments].concat());
    (output.lines().map(|line| serde_json::from_str(line).unwrap()).collect(), code)
}

#[test]
fn posts_feeds_and_pages_are_told_apart_and_keep_their_order() {
    let site = Site::new("");
    let post = "---\ntitle: '#1 Post'\ndate: 2024-01-02 03:04:05\n---\n### Item\n\nText.\n";
    site.write("a.xml", FEED);
    site.write("b.md", post);
    site.write("post-without-extension", post);
    site.write("c.html", "<html><link rel=alternate type=application/rss+xml href=https://a.example/feed>");
    site.write("d", "nothing");
    let names = ["a.xml", "b.md", "missing", "post-without-extension", "c.html", "d", "a.xml"];
    let paths = names.map(|name| site.path(name).display().to_string());
    let arguments: Vec<&str> = paths.iter().map(String::as_str).collect();
    let (lines, code) = json(&site, &[&["--base", "https://a.example/x/"], arguments.as_slice()].concat());
    assert_eq!(code, 3);
    let kinds: Vec<_> = lines.iter().map(|line| line["kind"].as_str().unwrap_or("error")).collect();
    assert_eq!(kinds, ["feed", "digest", "error", "digest", "page", "error", "feed"]);
    assert!(lines.iter().zip(&paths).all(|(line, path)| line["path"] == path.as_str()));
    let members: Vec<_> = lines[0].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        members,
        ["complaints", "description", "entries", "kind", "language", "link", "path", "repairs", "title"]
    );
    assert_eq!(lines[0]["entries"][0]["link"], "https://a.example/1");
    assert_eq!(lines[4]["feeds"][0]["url"], "https://a.example/feed");
    assert_eq!((&lines[4]["root"], &lines[4]["title"]), (&"html".into(), &"".into()));

    let (text, _) = run(&site, &["inspect", &paths[0], &paths[4]]);
    assert!(text.contains("One & only") && text.contains("repaired: an ampersand"), "{text}");
    assert!(text.contains("a page with 1 feed"), "{text}");
}

#[tokio::test]
async fn a_packed_file_is_read_and_another_is_named() {
    use tokio::io::AsyncReadExt;
    let site = Site::new("");
    for (name, text) in [("feed.xml.gz", FEED), ("words.gz", "only words")] {
        let mut packed = Vec::new();
        let mut encoder = async_compression::tokio::bufread::GzipEncoder::new(text.as_bytes());
        encoder.read_to_end(&mut packed).await.unwrap();
        site.write(name, packed);
    }
    site.write("book.pdf", "%PDF-1.7\n<rdf:RDF>");
    let paths = ["feed.xml.gz", "words.gz", "book.pdf"].map(|name| site.path(name).display().to_string());
    let (text, code) = run(&site, &["inspect", &paths[0], &paths[1], &paths[2]]);
    for told in ["One & only", "repaired: the document was packed", "it is a gzip file", "it is a PDF"] {
        assert!(code == 3 && text.contains(told), "{told}: {text}");
    }
}

#[test]
fn what_a_reader_gets_is_shown() {
    let site = Site::new("");
    let post = "---\ntitle: '#1 Post'\ndate: 2024-01-02 03:04:05\n---\n### Item\n\nText with a [link](https://b.example/).\n\n\
        > **[消息来源：A](https://a.example/1)**\n\n> 编者点评：好。\n";
    site.write("a.md", post);
    site.write("b.html", "<!doctype html><html><title>Closed &amp; gone</title><p>No feed is named here.");
    let paths = ["a.md", "b.html"].map(|name| site.path(name).display().to_string());
    let (text, code) = run(&site, &["inspect", "--base", "https://c.example/", &paths[0], &paths[1]]);
    for told in [
        "      Text with a link.\n",
        "      title by: a heading of level 3\n",
        "      remark by: quote with a name (`编者点评：`)\n      remark of 编者: 好。\n",
        "      source by: a line or quote that begins with a source word: A — https://a.example/1\n",
        "      no picture; it shows none\n",
        "  no cover: the post has no picture\n",
        "      link: link — https://b.example/\n",
        "a page that names no feed",
        "  its root element is <html>, its title is \"Closed & gone\"",
    ] {
        assert!(code == 0 && text.contains(told), "{told}: {text}");
    }
    assert!(!text.contains("a guess"), "{text}");
}

#[tokio::test]
async fn a_page_on_the_network_is_left_for_its_first_feed() {
    let server = MockServer::start().await;
    let answer = |body: &str, kind: &str| ResponseTemplate::new(200).set_body_raw(body.as_bytes().to_vec(), kind);
    let page = "<html><link rel=alternate type=application/rss+xml href=/gone><link rel=alternate type=application/rss+xml href=feed>";
    for (at, body, kind) in [
        ("/blog/", page, "text/html"),
        ("/blog/feed", FEED, "text/xml"),
        ("/bare", "<html><p>", "text/html"),
        ("/rss.xml", FEED, "text/xml"),
    ] {
        Mock::given(method("GET")).and(path(at)).respond_with(answer(body, kind)).mount(&server).await;
    }
    let site = Site::new("[net]\nallow_networks = [\"127.0.0.0/8\"]\n");
    let address = |path: &str| format!("{}{path}", server.uri());
    let (blog, bare, gone) = (address("/blog/"), address("/bare"), address("/gone"));
    let (lines, code) = json(&site, &[&blog, &bare, &gone]);
    assert_eq!(code, 1);
    assert_eq!(lines[0]["entries"][0]["link"], address("/1"));
    let told =
        format!("the address is that of a page; the first of its feeds that can be read: {}", address("/blog/feed"));
    assert_eq!(lines[0]["repairs"][0], told.as_str());
    assert!(lines[1]["repairs"][0].as_str().unwrap().ends_with(&address("/rss.xml")), "{}", lines[1]);
    assert_eq!(lines[2]["error"], "the server answered 404 Not Found");

    let (text, code) = run(&site, &["--offline", "inspect", &blog]);
    assert!(code == 1 && text.contains("--offline"), "{text}");
}

#[test]
fn the_tags_of_an_item_are_told_with_why_it_has_them() {
    let site = Site::new("");
    let post = "---\ntitle: '#1 Post'\ndate: 2024-01-02 03:04:05\ntags: [AI, Linux, Space]\n---\n### Router with AI\n\nText.\n\nTags: Net\n\n> 点评：Linux.\n\n### Weather\n\nText.\n";
    site.write("b.md", post);
    let path = site.path("b.md").display().to_string();
    let (lines, _) = json(&site, &[&path]);
    let items = &lines[0]["editions"][0]["items"];
    assert_eq!(items[0]["tags"], serde_json::json!(["AI", "Linux", "Space", "Net"]));
    let reasons = serde_json::json!({"AI": "text", "Linux": "remark", "Space": "all", "Net": "own"});
    assert_eq!(items[0]["tag_reasons"], reasons);
    assert_eq!(items[1]["tag_reasons"], serde_json::json!({"Space": "all"}));
    let (text, _) = run(&site, &["inspect", &path]);
    for told in ["AI: in title or text", "Linux: in the remark", "Space: no item mentions it", "Net: its own line"] {
        assert!(text.contains(told), "{text}");
    }
    assert!(!text.contains("Tags:"), "{text}");
}

/// Which rule took what, and which one came closest to what was not found, as text and as JSON.
#[test]
fn each_item_tells_which_rule_took_what() {
    let site = Site::new("");
    let post = "---\ntitle: '#1 Post'\ndate: 2024-01-02 03:04:05\nlargepic: /other.png\n---\n![](https://a.example/p.png)\n\n\
        ### #1 One\n\nText ![](https://a.example/q.png) here, [photo](https://a.example/r.png).\n\n> Somebody said so.\n\nMore text.\n\n\
        ### [Two](https://a.example/2)\n\n（插图：DA）\n\n> 编者：好。\n\nText.\n\n### Three\n\n点评：Not quoted.\n\n\
        ### Four\n\nText.\n\n> 点评：see [there](https://a.example/4).\n\n### Five\n\nhttps://a.example/5\n\n> The last word.\n";
    site.write("a.md", post);
    let path = site.path("a.md").display().to_string();
    let (lines, _) = json(&site, &[&path]);
    let edition = &lines[0]["editions"][0];
    assert_eq!(
        edition["cover_reason"],
        "closest: `https://a.example/p.png` at line 6; the header's `largepic` is another one"
    );
    let reasons: Vec<&Value> = edition["items"].as_array().unwrap().iter().map(|item| &item["reasons"]).collect();
    let [one, two, three, four, five] = reasons[..] else { panic!("{edition}") };
    assert_eq!(one["sources"], serde_json::json!(["body"]));
    assert_eq!(
        one["no_remark"],
        "closest: the quote at line 12 (no name before a colon, and it does not end the item)"
    );
    assert_eq!(one["pictures"], serde_json::json!(["alone, before or behind the text", "within the text"]));
    assert_eq!((&two["sources"], &two["title"]), (&serde_json::json!(["heading"]), &"a heading of level 3".into()));
    assert_eq!(two["no_remark"], "closest: the quote at line 20 (`编者` before its colon does not end with 点评)");
    assert_eq!(three["no_remark"], "closest: the text at line 26 (it begins as a remark does, and is no quote)");
    assert_eq!((&three["no_source"], &three["no_picture"]), (&"it has no link at all".into(), &"it shows none".into()));
    assert_eq!(four["no_source"], "closest: `https://a.example/4`, a link of the remark, which is never a source");
    assert_eq!(four["remark"], "quote that begins with 点评");
    assert_eq!(five["remark"], "last quote; none has a name");
    let (text, _) = run(&site, &["inspect", &path]);
    for told in [
        "  no cover: closest: `https://a.example/p.png` at line 6",
        "      no remark; closest: the quote at line 20",
        "      no source; it has no link at all\n",
        "      source by: a link of the text, since nothing else names a source: https://a.example/5 — https://a.example/5\n",
        "      picture by: within the text — https://a.example/q.png\n",
    ] {
        assert!(text.contains(told), "{told}: {text}");
    }
}

#[test]
fn by_a_profile_each_item_tells_its_line_and_its_section() {
    let site = Site::new("");
    let more = "[profiles.mine]\nbase = \"numbered\"\n[profiles.mine.items]\nsection_tags = true\nstrip_tags = ['项目$']\n\
        strip = ['^\\d+、', '^\\[(?<tag>[^\\]]+)\\]\\s*']\n[profiles.mine.sources]\nways = [\"line\"]\n";
    site.configure("", more);
    let post = "# Issue 7\n\n## 工具项目\n\n1、[One](https://a.example/1)\n\n> 甲：好。\n\n2、[译] Two: https://a.example/2\n\n\
        3、Three\n\nSee [here](https://a.example/3), [P](https://a.example/p.png).\n";
    site.write("2026-05-01.md", post);
    let path = site.path("2026-05-01.md").display().to_string();
    let (text, code) = run(&site, &["inspect", "--profile", "mine", &path]);
    for told in [
        "  • One  [工具: its section's heading `工具项目`]\n      title by: the first link of a paragraph or line that matches `^\\d+\\s*[、．.，]`, without `1、` (`strip`)\n",
        "  • Two  [译: before its title, 工具: its section's heading `工具项目`]\n      title by: what stands before the address of a paragraph",
        "      source by: the first link of the item's line: a.example — https://a.example/2\n",
        "      no remark; closest: the quote at line 7 (`甲` before its colon does not end with 点评)\n",
        "      no source; closest: `https://a.example/3`, a link of the text; the profile's `ways` have neither `first` nor `body`\n",
        "      no picture; closest: `https://a.example/p.png`, a link; `![](URL)` shows it\n",
    ] {
        assert!(code == 0 && text.contains(told), "{told}:\n{text}");
    }
}
