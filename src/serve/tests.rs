//! Snapshots under publishes, broken-off publishes and little memory: what no request alone would show.

use super::options::Options;
use super::site::{Fetched, Site};
use crate::publish::{self, Journal, ManifestLine, Writer, content_hash};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

fn options(directory: &Path) -> Options {
    let site = publish::Options {
        title: "Tests".to_owned(),
        base_url: url::Url::parse("https://feeds.example/").unwrap(),
        language: publish::Language::En,
        author: "Tests".to_owned(),
        timezone: chrono_tz::Tz::UTC,
        formats: publish::Format::ALL.to_vec(),
        items_per_feed: 50,
        item_link: publish::ItemLink::Page,
    };
    Options::new(directory.to_owned(), site, Duration::from_mins(1))
}

/// Publishes as a cycle does: claimed in the manifest while the writer is at work, then put into place.
fn publish(directory: &Path, files: &[(String, String)]) {
    let mut writer = Writer::open(directory).unwrap();
    for (path, text) in files {
        writer.stage(path, text.as_bytes()).unwrap();
    }
    claim(directory, files);
    writer.commit().unwrap();
}

fn claim(directory: &Path, files: &[(String, String)]) {
    let line = |(path, text): &(String, String)| ManifestLine {
        path: path.clone(),
        hash: Some(content_hash(text.as_bytes())),
    };
    let lines: Vec<ManifestLine> = files.iter().map(line).collect();
    Journal::open(Writer::manifest(directory)).append(&lines).unwrap();
}

/// Twenty feeds, and as many pages that are not kept in memory, all of one number.
fn files(number: u32) -> Vec<(String, String)> {
    let feed = |tag: u32| (format!("tags/t{tag}/atom.xml"), format!("<feed><entry>{number}</entry></feed>"));
    let page = |item: u32| (format!("items/i{item}/index.html"), format!("<html>{number}</html>"));
    (0..20).map(feed).chain((0..20).map(page)).collect()
}

fn number(text: &[u8]) -> u32 {
    let digits: String = String::from_utf8_lossy(text).chars().filter(char::is_ascii_digit).collect();
    digits.parse().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_snapshot_never_mixes_two_publishes() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().to_owned();
    publish(&root, &files(0));
    let site = Site::open(options(&root)).await.unwrap();
    let ended = Arc::new(AtomicBool::new(false));
    let publishing = {
        let (root, ended) = (root.clone(), Arc::clone(&ended));
        std::thread::spawn(move || {
            (1..=60).for_each(|number| publish(&root, &files(number)));
            ended.store(true, Ordering::Relaxed);
        })
    };
    let (mut seen, mut last) = (BTreeSet::new(), 0);
    while !ended.load(Ordering::Relaxed) {
        site.reload().await.unwrap();
        let snapshot = site.snapshot();
        let prepared = (0..20).filter_map(|tag| snapshot.entry(&format!("tags/t{tag}/atom.xml"))?.bundle());
        let numbers: BTreeSet<u32> = prepared.map(|bundle| number(&bundle.published.body)).collect();
        assert_eq!(numbers.len(), 1, "mixed: {numbers:?}");
        seen.extend(numbers.iter().copied());
        last = last.max(*numbers.first().unwrap());
        // What is read from the disk is whole, and at least as new.
        let page = snapshot.entry(&format!("items/i{}/index.html", seen.len() % 20)).unwrap();
        let Fetched::Bundle(bundle) = site.fetch(page).await.unwrap() else { panic!("{page:?} cannot be had") };
        assert_eq!(content_hash(&bundle.published.body), bundle.hash);
        assert!(number(&bundle.published.body) >= *numbers.first().unwrap());
    }
    publishing.join().unwrap();
    site.reload().await.unwrap();
    let feed = site.snapshot().entry("tags/t3/atom.xml").unwrap().bundle().unwrap();
    assert_eq!(number(&feed.published.body), 60);
    assert!(last > 0 && !site.reload().await.unwrap(), "nothing changed since");
}

#[tokio::test]
async fn a_publish_that_broke_off_leaves_what_was_served_before() {
    let folder = tempfile::tempdir().unwrap();
    publish(folder.path(), &files(1));
    let site = Site::open(options(folder.path())).await.unwrap();
    let (feed, page) = ("tags/t1/atom.xml", "items/i1/index.html");
    // Claimed, and then the power went.
    claim(folder.path(), &files(2));
    assert!(site.reload().await.unwrap());
    assert_eq!(number(&site.snapshot().entry(feed).unwrap().bundle().unwrap().published.body), 1);
    let old = site.snapshot();
    let Fetched::Bundle(bundle) = site.fetch(old.entry(page).unwrap()).await.unwrap() else { panic!("{page}") };
    assert_eq!(number(&bundle.published.body), 1);
    // Who starts now finds the bytes of an earlier publish, under their own tag.
    let started = Site::open(options(folder.path())).await.unwrap();
    let entry = Arc::clone(started.snapshot().entry(feed).unwrap());
    let Fetched::Bundle(bundle) = started.fetch(&entry).await.unwrap() else { panic!("{feed}") };
    assert_eq!((number(&bundle.published.body), bundle.hash != entry.hash), (1, true));
    publish(folder.path(), &files(2));
    for site in [site, started] {
        assert!(site.reload().await.unwrap());
        assert_eq!(number(&site.snapshot().entry(feed).unwrap().bundle().unwrap().published.body), 2);
    }
}

#[tokio::test]
async fn while_a_publish_is_under_way_the_last_one_is_served() {
    let folder = tempfile::tempdir().unwrap();
    publish(folder.path(), &files(1));
    let site = Site::open(options(folder.path())).await.unwrap();
    let mut writer = Writer::open(folder.path()).unwrap();
    for (path, text) in files(2) {
        writer.stage(&path, text.as_bytes()).unwrap();
    }
    claim(folder.path(), &files(2));
    assert!(site.is_outdated() && !site.reload().await.unwrap());
    let page = Arc::clone(site.snapshot().entry("items/i1/index.html").unwrap());
    let Fetched::Bundle(bundle) = site.fetch(&page).await.unwrap() else { panic!("{page:?}") };
    assert_eq!(number(&bundle.published.body), 1);
    page.let_go();
    writer.commit().unwrap();
    // In place, but not read yet: new bytes under their own tag.
    let Fetched::Bundle(bundle) = site.fetch(&page).await.unwrap() else { panic!("{page:?}") };
    assert_eq!((number(&bundle.published.body), bundle.hash.clone()), (2, content_hash(b"<html>2</html>")));
    assert!(site.reload().await.unwrap());
    assert_eq!(site.snapshot().entry("items/i1/index.html").unwrap().hash, bundle.hash);
}

#[tokio::test]
async fn what_somebody_altered_is_not_served() {
    let folder = tempfile::tempdir().unwrap();
    publish(folder.path(), &files(1));
    #[allow(clippy::disallowed_methods, reason = "somebody else writes here")]
    for path in ["tags/t1/atom.xml", "items/i1/index.html"] {
        std::fs::write(folder.path().join(path), "<script>").unwrap();
    }
    std::fs::remove_file(folder.path().join("items/i2/index.html")).unwrap();
    let site = Site::open(options(folder.path())).await.unwrap();
    let snapshot = site.snapshot();
    for path in ["tags/t1/atom.xml", "items/i1/index.html"] {
        assert!(matches!(site.fetch(snapshot.entry(path).unwrap()).await.unwrap(), Fetched::Differs), "{path}");
    }
    assert!(matches!(site.fetch(snapshot.entry("items/i2/index.html").unwrap()).await.unwrap(), Fetched::Missing));
}

#[tokio::test]
async fn what_is_not_kept_gives_its_memory_back() {
    let folder = tempfile::tempdir().unwrap();
    let large = |item: u32| (format!("items/i{item}/index.html"), "x".repeat(6000 + item as usize));
    publish(folder.path(), &(0..100).map(large).collect::<Vec<_>>());
    let site = Site::open(Options { budget: 40_000, ..options(folder.path()) }).await.unwrap();
    let snapshot = site.snapshot();
    for item in (0..100_u32).chain(0..100) {
        let entry = snapshot.entry(&format!("items/i{item}/index.html")).unwrap();
        let Fetched::Bundle(bundle) = site.fetch(entry).await.unwrap() else { panic!("{entry:?}") };
        assert_eq!(bundle.published.body.len(), 6000 + item as usize);
        drop(bundle);
        assert!(site.memory() <= 50_000, "{}", site.memory());
    }
}

#[tokio::test]
async fn other_options_hold_for_every_answer_from_then_on() {
    let folder = tempfile::tempdir().unwrap();
    publish(folder.path(), &files(1));
    let site = Site::open(options(folder.path())).await.unwrap();
    let cached = |site: &Site| {
        let bundle = site.snapshot().entry("tags/t1/atom.xml").unwrap().bundle().unwrap();
        bundle.published.whole[http::header::CACHE_CONTROL].clone()
    };
    assert_eq!(cached(&site), "public, max-age=60");
    site.configure(Options { max_age: Duration::from_mins(5), ..options(folder.path()) }).await.unwrap();
    assert_eq!(cached(&site), "public, max-age=300");
    assert!(!site.reload().await.unwrap());
}
