//! Compares the digest reader with twelve real posts whose content was written down by hand, in every field that the
//! expectations and `inspect --json` share. The posts are not part of this repository (their licence differs); where
//! they are absent the test says so and passes.

#![expect(clippy::expect_used, reason = "a test fails by panicking, its helpers too")]

use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use url::Url;
use wellsourced::collect::digest::{self, DigestOptions};

fn corpus() -> Option<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    ["../shared/corpus", "../../shared/corpus"].iter().map(|path| here.join(path)).find(|path| path.is_dir())
}

fn posts(corpus: &Path) -> Vec<PathBuf> {
    let mut posts: Vec<PathBuf> = std::fs::read_dir(corpus.join("linux-cn"))
        .expect("the corpus")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect();
    posts.sort();
    posts
}

/// `inspect --json` of a post without and with `--base https://linux.cn/`.
fn inspect(path: &Path) -> (Value, Value) {
    let bytes = std::fs::read(path).expect("a readable post");
    let inspect = |base_url: Option<Url>| {
        let options = DigestOptions { base_url, ..DigestOptions::default() };
        digest::inspect_json("post.md", &digest::read("post.md", &bytes, &options))
    };
    (inspect(None), inspect(Some(Url::parse("https://linux.cn/").expect("a URL"))))
}

fn compare_item(path: &Path, read: &Value, expected: &Value) {
    for field in ["title", "sources", "source_kind", "comment_by", "images", "tags"] {
        assert_eq!(read[field], expected[field], "{}: {field} of {}", path.display(), expected["title"]);
    }
    for (field, absent) in [
        ("number", Value::Null),
        ("image_credit", Value::Null),
        ("body_links", json!([])),
        ("comment_links", json!([])),
    ] {
        let expected = expected.get(field).unwrap_or(&absent);
        assert_eq!(&read[field], expected, "{}: {field} of {}", path.display(), read["title"]);
    }
}

#[test]
fn real_posts_are_read_as_a_person_reads_them() {
    let Some(corpus) = corpus() else {
        println!("SKIPPED: the corpus of real posts is not here (looked for ../shared/corpus)");
        return;
    };
    let posts = posts(&corpus);
    assert_eq!(posts.len(), 12);
    for path in posts {
        let expected = std::fs::read(path.with_extension("expected.json")).expect("an expectation");
        let expected: Value = serde_json::from_slice(&expected).expect("JSON");
        let (plain, based) = inspect(&path);
        assert_eq!(plain["complaints"], json!([]), "{}", path.display());
        let edition = &plain["editions"][0];
        for (ours, theirs) in [
            ("number", "edition"),
            ("date", "date"),
            ("title", "title"),
            ("headline", "headline"),
            ("author", "author"),
        ] {
            assert_eq!(edition[ours], expected[theirs], "{}: {ours}", path.display());
        }
        for field in ["cover", "tags"] {
            assert_eq!(edition[field], expected[field], "{}: {field}", path.display());
        }
        assert_eq!(based["editions"][0]["permalink"], expected["url"], "{}", path.display());
        let (read, expected) = (edition["items"].as_array(), expected["items"].as_array());
        let (read, expected) = (read.expect("items"), expected.expect("items"));
        assert_eq!(read.len(), expected.len(), "{}", path.display());
        for (read, expected) in read.iter().zip(expected) {
            compare_item(&path, read, expected);
        }
    }
}

#[test]
fn remarks_and_bodies_of_real_posts_are_kept_apart() {
    let Some(corpus) = corpus() else {
        println!("SKIPPED: the corpus of real posts is not here (looked for ../shared/corpus)");
        return;
    };
    for path in posts(&corpus) {
        let expected = std::fs::read(path.with_extension("expected.json")).expect("an expectation");
        let expected: Value = serde_json::from_slice(&expected).expect("JSON");
        let bytes = std::fs::read(&path).expect("a readable post");
        let reading = digest::read("post.md", &bytes, &DigestOptions::default());
        let [read] = reading.editions() else { panic!("{} is an edition", path.display()) };
        let edition = &read.edition;
        for (item, expected) in edition.items.iter().zip(expected["items"].as_array().expect("items")) {
            let has_remark = expected["comment"] != "none";
            assert_eq!(!item.remark_html.is_empty(), has_remark, "{}: {}", path.display(), item.title);
            assert!(!item.remark_html.contains("点评：") && !item.body_html.contains("消息来源"), "{}", item.title);
            assert!(!item.body_html.contains("<img") && !item.body_html.contains("插图"), "{}", item.title);
            assert!(item.body_html.starts_with("<p>") && item.body_html.ends_with("</p>"), "{}", item.body_html);
            for link in expected["comment_links"].as_array().into_iter().flatten() {
                let url = link["url"].as_str().expect("a URL");
                assert!(item.remark_html.contains(url) && !item.body_html.contains(url), "{}", item.title);
            }
        }
    }
}

#[test]
fn the_example_posts_read_without_complaint() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/posts");
    let mut count = 0;
    for year in std::fs::read_dir(folder).expect("the examples") {
        for post in std::fs::read_dir(year.expect("a year").path()).expect("a folder per year") {
            let path = post.expect("a post").path();
            let reading = digest::read("post.md", &std::fs::read(&path).expect("readable"), &DigestOptions::default());
            assert_eq!(reading.complaints, [], "{}", path.display());
            let [read] = reading.editions() else { panic!("{} is an edition", path.display()) };
            let edition = &read.edition;
            assert!(edition.items.len() >= 3 && edition.items.iter().all(|item| !item.tags.is_empty()));
            count += 1;
        }
    }
    assert!(count >= 4);
}
