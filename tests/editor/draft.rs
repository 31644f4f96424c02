//! `draft`: what feeds brought since the last post, as a post that is read back as it came.

use crate::said;
use crate::upstream::{Entry, Upstream};
use serde_json::Value;

const LAST: &str = "---\ntitle: '每日观察 #7 红'\ndate: '2020-05-01 20:30:00'\ntags:\n- AI\n---\n\n### 一\n\n正文。\n\n\
                    > 来源：[某处](https://news.example/1)\n";

#[tokio::test(flavor = "multi_thread")]
async fn what_feeds_brought_is_read_back_as_it_came() {
    let upstream = Upstream::start().await;
    let mut odd =
        Entry::number(2).titled("&amp;lt;b&amp;gt;Bold&amp;lt;/b&amp;gt; *stars* [x](y) https://x.example/ #");
    odd.text = "The U.S. said *this*. And that.".to_owned();
    upstream.serve("/news", "The *News*", &[Entry::number(3).tagged(&["Rust", "开源"]), odd, Entry::number(1)]);
    let site = upstream.site(&["/news"], "");
    site.write("posts/7.md", LAST);
    let (code, _, told) = said(&site, &["draft"]);
    assert!(code == 1 && told.contains("there is no store yet"), "{told}");
    let (code, told, _) = said(&site, &["--once"]);
    assert_eq!(code, 0, "{told}");
    let (code, path, told) = said(&site, &["draft"]);
    assert_eq!(code, 0, "{told}");
    assert!(path.trim_end().ends_with("posts/8.md"), "{path}");
    let (code, read, _) = said(&site, &["inspect", "--json", path.trim_end()]);
    assert_eq!(code, 0, "{read}");
    let read: Value = serde_json::from_str(&read).unwrap();
    let items = read["editions"][0]["items"].as_array().unwrap();
    // What the digest cites already is left out; the newest comes last.
    let titles: Vec<&str> = items.iter().map(|item| item["title"].as_str().unwrap()).collect();
    let text = std::fs::read_to_string(path.trim_end()).unwrap();
    assert_eq!(titles, ["<b>Bold</b> *stars* [x](y) https://x.example/ #", "News 3"], "{text}");
    assert!(text.contains("> 来源：[The \\*News\\*](https://news.example/2)\n"), "{text}");
    assert!(text.contains("\nThe U.S. said \\*this\\*.\n"), "{text}");
    assert_eq!(items[1]["sources"][0]["url"], "https://news.example/3");
    assert_eq!(items[1]["sources"][0]["label"], "The *News*");
    assert_eq!(items[1]["tags"], serde_json::json!(["Rust", "开源"]));
    assert_eq!(read["editions"][0]["number"], 8);
    let (code, _, told) = said(&site, &["draft"]);
    assert!(code == 1 && told.contains("nothing that `digest` does not cite yet"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_has_as_many_items_as_a_post_may_have() {
    let upstream = Upstream::start().await;
    let entries: Vec<Entry> = (0..230).map(Entry::number).collect();
    upstream.serve("/news", "News", &entries);
    let site = upstream.site(&["/news"], "");
    assert_eq!(said(&site, &["--once"]).0, 0);
    let (code, path, told) = said(&site, &["draft"]);
    assert!(code == 0 && told.contains("the newest 200 items") && told.contains("30 older ones left out"), "{told}");
    let text = std::fs::read_to_string(path.trim_end()).unwrap();
    assert!(!text.contains("### News 29\n") && text.contains("### News 30\n") && text.contains("### News 229\n"));
    let (_, read, _) = said(&site, &["inspect", "--json", path.trim_end()]);
    let read: Value = serde_json::from_str(&read).unwrap();
    assert_eq!(read["editions"][0]["items"].as_array().unwrap().len(), 200);
}
