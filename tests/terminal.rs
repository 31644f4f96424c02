//! What comes from outside never commands the terminal that a summary is printed on, nor breaks its line.

#![allow(clippy::unwrap_used, reason = "a test may fail where it stands")]

mod support;

use std::io::Write;
use std::process::{Output, Stdio};
use support::{Site, binary};

/// Escape sequences in both spellings, a bell, DEL, text turned around.
const HOSTILE: &str = "\u{1b}[2J\u{9b}31m\u{7}\u{7f}\u{202e}";

fn told(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap() + std::str::from_utf8(&output.stderr).unwrap()
}

fn assert_harmless(text: &str) {
    let harmful = |c: char| (c.is_control() && c != '\n' && c != '\t') || c == '\u{202e}';
    assert!(!text.contains(harmful), "{text:?}");
}

fn hostile_site() -> Site {
    let site = Site::new("");
    let post = format!(
        "---\ntitle: \"Digest #7 \\e[2J\\x9b31m\\x7f\"\ndate: '2026-05-01 20:30:00'\ntags:\n- \"AI\\x9b31m\"\npermalink: /7.html\n---\n\n\
         ### A title{HOSTILE}\n\nText of AI{HOSTILE}.\n\n> **[消息来源：Label{HOSTILE}](https://example.org/?{HOSTILE})**\n"
    );
    site.write("posts/7.md", &post);
    site.write(&format!("posts/8{HOSTILE}\nTo mend: nothing.md"), post.replace("#7", "#8").replace("### ", "plain "));
    site
}

#[test]
fn a_cycle_tells_titles_paths_and_complaints_without_commands() {
    let site = hostile_site();
    let text = told(&site.binary(&["--once", "--offline"]));
    assert_harmless(&text);
    assert!(text.contains("A title") && !text.contains("\nTo mend: nothing"), "{text}");
    assert_harmless(&told(&site.binary(&["status"])));
    let json = told(&site.binary(&["--once", "--offline", "--json"]));
    assert_harmless(&json);
    serde_json::from_str::<serde_json::Value>(&json).unwrap();
}

#[test]
fn posts_inspected_and_urls_verified_are_told_without_commands() {
    let site = hostile_site();
    for json in [&["--json"][..], &[]] {
        let post = site.path("posts/7.md");
        let output = binary().args(["inspect"]).args(json).arg(post).arg(format!("nowhere{HOSTILE}")).output().unwrap();
        assert_harmless(&told(&output));
        let mut verify =
            binary().args(["verify", "-"]).args(json).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        writeln!(verify.stdin.take().unwrap(), "ftp://example.org/{HOSTILE}").unwrap();
        let output = verify.wait_with_output().unwrap();
        assert!(!output.stdout.is_empty());
        assert_harmless(&told(&output));
    }
}

#[test]
fn a_feed_inspected_is_told_without_commands() {
    let site = Site::new("");
    let text = "&#10;forged &#x9b;31m&#x7f;&#x202e;";
    let feed = format!(
        "<rss version='2.0'><channel><title>Feed{text}</title><link>https://example.org/{text}</link><description>d{text}</description>\
         <item><guid>g{text}</guid><title>Entry{text}</title><link>https://example.org/1?{text}</link>\
         <category>c{text}</category><author>a{text}</author><description>x{text}</description></item></channel></rss>"
    );
    site.write("feed.xml", feed);
    for json in [&["--json"][..], &[]] {
        let output = binary().arg("inspect").args(json).arg(site.path("feed.xml")).output().unwrap();
        let text = told(&output);
        assert_harmless(&text);
        assert!(text.contains("Entry") && !text.contains("\nforged"), "{text}");
    }
}

#[test]
fn a_mistake_is_told_without_commands() {
    let output = binary().args(["--once", "--config", &format!("nowhere{HOSTILE}\nforged")]).output().unwrap();
    assert_harmless(&told(&output));
    assert_eq!(told(&output).lines().count(), 1);
}
