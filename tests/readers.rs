//! The numbers of the readers and of the renderer. A store reads an input again, or publishes everything again, when its options
//! or this number changed; so whoever changes what the same input becomes raises it, and this test says so.
//!
//! `tests/readers.json` holds the numbers, with a hash of what each file of the corpus became under them. `RECORD=1 cargo test
//! --test readers` writes it anew; a result that changed under the same number it does not write.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail where it stands")]

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use url::Url;
use wellsourced::collect::digest::{self, DigestOptions, Post};
use wellsourced::collect::feed::{self, ContentKind, Document, FeedOptions, Origin};
use wellsourced::model::EntryItem;
use wellsourced::publish;

/// Results by file.
type Results = BTreeMap<String, String>;

/// Files that are not part of this repository; where they are absent, what is recorded of them stands.
const ELSEWHERE: &str = "corpus/";

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn hash(result: &Value) -> String {
    publish::content_hash(result.to_string().as_bytes())
}

/// Files below a folder that end so, by name, with their bytes.
fn files(folder: &Path, name: &str, ends: fn(&str) -> bool) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let (path, name) = (entry.path(), format!("{name}{}", entry.file_name().to_string_lossy()));
        if path.is_dir() {
            found.extend(files(&path, &format!("{name}/"), ends));
        } else if ends(&name) {
            found.push((name, fs::read(&path).unwrap()));
        }
    }
    found
}

fn digests() -> Results {
    let is_post = |name: &str| Path::new(name).extension().is_some_and(|extension| extension == "md");
    let mut posts = files(&here("tests/fixtures/digest"), "fixtures/", is_post);
    posts.extend(files(&here("examples/posts"), "examples/", is_post));
    let corpus = ["../shared/corpus", "../../shared/corpus"].map(here).into_iter().find(|path| path.is_dir());
    if let Some(corpus) = corpus {
        posts.extend(files(&corpus.join("linux-cn"), ELSEWHERE, is_post));
    }
    let result = |bytes: &[u8]| {
        let bases = [None, Some(Url::parse("https://digest.example/").unwrap())];
        let read = bases.map(|base_url| {
            let reading = digest::read("post.md", bytes, &DigestOptions { base_url, ..DigestOptions::default() });
            let post = match reading.post {
                Post::Editions(read) if read.len() == 1 => json!(read[0].edition),
                Post::Editions(read) => json!(read.iter().map(|read| &read.edition).collect::<Vec<_>>()),
                other => json!(format!("{other:?}")),
            };
            json!([post, reading.complaints])
        });
        hash(&json!(read))
    };
    posts.into_iter().map(|(name, bytes)| (name, result(&bytes))).collect()
}

fn feeds() -> Results {
    let folder = here("tests/fixtures/feeds");
    let all = files(&folder, "", |name| !name.ends_with(".expected.json"));
    let result = |name: &str, bytes: &[u8]| {
        let expected = fs::read(folder.join(name).with_extension("expected.json")).unwrap();
        let given = serde_json::from_slice::<Value>(&expected).unwrap()["given"].clone();
        let base = given["base"].as_str().map(|base| Url::parse(base).unwrap());
        let timezone = given["timezone"].as_str().map_or(chrono_tz::Tz::UTC, |zone| zone.parse().unwrap());
        let content_type = given["content_type"].as_str();
        let document = feed::read(bytes, &Origin { place: "it", base: base.as_ref(), content_type, timezone });
        let items = match &document {
            Document::Feed(feed) => [ContentKind::Full, ContentKind::Summary].map(|content| {
                let options = FeedOptions { timezone, content, ..FeedOptions::default() };
                let items = feed::entry_items(feed, &feed::label_of(feed, "input"), &options);
                Value::Array(items.iter().map(entry).collect())
            }),
            _ => [Value::Null, Value::Null],
        };
        hash(&json!([items, feed::inspect_json("it", &document)["complaints"]]))
    };
    all.into_iter().map(|(name, bytes)| (name.clone(), result(&name, &bytes))).collect()
}

fn entry(entry: &EntryItem) -> Value {
    let EntryItem { key, link, is_specific, item, published, updated, author } = entry;
    json!([key, link, is_specific, item, published, updated, author])
}

/// What the renderer makes of a sample site stands in the snapshots of the tests of feeds and pages.
fn renderings() -> Results {
    let snapshots = files(&here("tests/feeds/snapshots"), "", |name| {
        Path::new(name).extension().is_some_and(|extension| extension == "snap")
    });
    let shown = |bytes: Vec<u8>| {
        let text = String::from_utf8(bytes).unwrap();
        // Before it stands of which test it is.
        text.splitn(3, "---\n").nth(2).unwrap().to_owned()
    };
    let mut all: Results = snapshots.into_iter().map(|(name, bytes)| (name, hash(&json!(shown(bytes))))).collect();
    all.insert("style".to_owned(), hash(&json!(String::from_utf8_lossy(publish::Theme::default().stylesheet()))));
    all
}

/// What is wrong with a record, if anything; and the record as it should be, where it may be written.
fn judge(number: u32, results: &Results, recorded: &Value) -> (Vec<String>, Option<Value>) {
    let before: Results = serde_json::from_value(recorded["results"].clone()).unwrap_or_default();
    let raised = recorded["number"] != json!(number);
    let mut kept: Results = before
        .iter()
        .filter(|(name, _)| !raised && name.starts_with(ELSEWHERE))
        .map(|(n, h)| (n.clone(), h.clone()))
        .collect();
    kept.extend(results.clone());
    let changed: Vec<String> = results
        .iter()
        .filter(|(name, hash)| !raised && before.get(*name).is_some_and(|before| before != *hash))
        .map(|(name, _)| format!("{name} becomes something else than under {number}"))
        .collect();
    if !changed.is_empty() {
        return (changed, None);
    }
    let is_recorded = !raised && kept == before;
    let problems = if is_recorded { Vec::new() } else { vec![format!("not recorded as of {number}")] };
    (problems, Some(json!({ "number": number, "results": kept })))
}

#[test]
fn who_changes_what_is_read_or_rendered_raises_its_number() {
    let path = here("tests/readers.json");
    let recorded: Value = serde_json::from_slice(&fs::read(&path).unwrap_or_default()).unwrap_or_default();
    let (mut record, mut wrong) = (serde_json::Map::new(), Vec::new());
    for (name, constant, number, results) in [
        ("digest", "READER in src/collect/digest/mod.rs", digest::READER, digests()),
        ("feed", "READER in src/collect/feed/mod.rs", feed::READER, feeds()),
        ("rendering", "RENDERING in src/publish/mod.rs", publish::RENDERING, renderings()),
    ] {
        let (problems, new) = judge(number, &results, &recorded[name]);
        wrong.extend(problems.iter().map(|problem| format!("{name}: {problem}")));
        if new.is_none() {
            wrong.push(format!("{name}: raise {constant}, so that what is stored is made anew"));
        }
        record.insert(name.to_owned(), new.unwrap_or_else(|| recorded[name].clone()));
    }
    if std::env::var_os("RECORD").is_some() {
        let text = serde_json::to_string_pretty(&record).unwrap() + "\n";
        #[allow(clippy::disallowed_methods, reason = "a record of the tests")]
        fs::write(path, text).unwrap();
    }
    assert!(wrong.is_empty(), "\n{}\nthen RECORD=1 cargo test --test readers, twice", wrong.join("\n"));
}

#[test]
fn a_record_is_not_written_over_under_the_same_number() {
    let results = |hash: &str| Results::from([("a.md".to_owned(), hash.to_owned())]);
    let recorded = json!({ "number": 3, "results": { "a.md": "old", "corpus/b.md": "b" } });
    let problems = |number, results: &Results| judge(number, results, &recorded).0.len();
    assert_eq!(problems(3, &results("old")), 0, "what is elsewhere may be absent");
    assert_eq!(judge(3, &results("new"), &recorded).1, None);
    assert_eq!(problems(4, &results("new")), 1, "raised, and to be recorded");
    let (_, new) = judge(4, &results("new"), &recorded);
    assert_eq!(new, Some(json!({ "number": 4, "results": { "a.md": "new" } })));
    let more = Results::from([("a.md".to_owned(), "old".to_owned()), ("c.md".to_owned(), "c".to_owned())]);
    assert_eq!(judge(3, &more, &recorded).1.unwrap()["results"]["c.md"], "c", "a new file raises nothing");
}
