//! Snapshots under publishes, broken-off publishes and little memory: what no request alone would show.

use super::entry::FileTrouble;
use super::options::{Limits, Options};
use super::public;
use super::site::{AT_ONCE, ServedSite};
use crate::publish::{self, Journal, ManifestLine, Writer, content_hash};
use std::collections::BTreeSet;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

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
        pictures: true,
        exact_keys: false,
        theme: publish::Theme::default(),
        icon: publish::Icon::default(),
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

fn wait_for(count: &AtomicU32, at_least: u32) {
    while count.load(Ordering::Relaxed) < at_least {
        std::thread::yield_now();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_snapshot_never_mixes_two_publishes() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().to_owned();
    publish(&root, &files(0));
    let site = ServedSite::open(options(&root)).await.unwrap();
    let (ended, rounds) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU32::new(0)));
    let publishing = {
        let (root, ended, rounds) = (root.clone(), Arc::clone(&ended), Arc::clone(&rounds));
        std::thread::spawn(move || {
            for number in 1..=60 {
                publish(&root, &files(number));
                // Now and then it stands long enough to be read, however busy the machine is.
                let more = 2 * u32::from(number % 10 == 0);
                wait_for(&rounds, rounds.load(Ordering::Relaxed) + more);
            }
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
        let bundle = site.fetch(page).await.unwrap();
        assert_eq!(content_hash(&bundle.published.body), bundle.hash);
        assert!(number(&bundle.published.body) >= *numbers.first().unwrap());
        rounds.fetch_add(1, Ordering::Relaxed);
    }
    publishing.join().unwrap();
    site.reload().await.unwrap();
    let feed = site.snapshot().entry("tags/t3/atom.xml").unwrap().bundle().unwrap();
    assert_eq!(number(&feed.published.body), 60);
    assert!(seen.len() > 1 && last > 0, "no publish was seen but the first and the last");
    assert!(!site.reload().await.unwrap(), "nothing changed since");
}

#[tokio::test]
async fn a_publish_that_broke_off_leaves_what_was_served_before() {
    let folder = tempfile::tempdir().unwrap();
    publish(folder.path(), &files(1));
    let site = ServedSite::open(options(folder.path())).await.unwrap();
    let (feed, page) = ("tags/t1/atom.xml", "items/i1/index.html");
    // Claimed, and then the power went.
    claim(folder.path(), &files(2));
    assert!(site.reload().await.unwrap());
    assert_eq!(number(&site.snapshot().entry(feed).unwrap().bundle().unwrap().published.body), 1);
    let old = site.snapshot();
    let bundle = site.fetch(old.entry(page).unwrap()).await.unwrap();
    assert_eq!(number(&bundle.published.body), 1);
    // Who starts now finds the bytes of an earlier publish, under their own tag.
    let started = ServedSite::open(options(folder.path())).await.unwrap();
    let entry = Arc::clone(started.snapshot().entry(feed).unwrap());
    let bundle = started.fetch(&entry).await.unwrap();
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
    let site = ServedSite::open(options(folder.path())).await.unwrap();
    let mut writer = Writer::open(folder.path()).unwrap();
    for (path, text) in files(2) {
        writer.stage(&path, text.as_bytes()).unwrap();
    }
    claim(folder.path(), &files(2));
    assert!(site.is_outdated().await && !site.reload().await.unwrap());
    let page = Arc::clone(site.snapshot().entry("items/i1/index.html").unwrap());
    let bundle = site.fetch(&page).await.unwrap();
    assert_eq!(number(&bundle.published.body), 1);
    page.let_go();
    writer.commit().unwrap();
    // In place, but not read yet: new bytes under their own tag.
    let bundle = site.fetch(&page).await.unwrap();
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
    let site = ServedSite::open(options(folder.path())).await.unwrap();
    let snapshot = site.snapshot();
    for path in ["tags/t1/atom.xml", "items/i1/index.html"] {
        assert!(matches!(site.fetch(snapshot.entry(path).unwrap()).await, Err(FileTrouble::Differs)), "{path}");
    }
    assert!(matches!(site.fetch(snapshot.entry("items/i2/index.html").unwrap()).await, Err(FileTrouble::Missing)));
}

#[allow(clippy::disallowed_methods, reason = "somebody else writes here")]
fn alter(directory: &Path, path: &str, text: &str) {
    std::fs::write(directory.join(path), text).unwrap();
}

/// Writes over a file in a way that its stamp does not show.
fn alter_unseen(path: &Path) {
    let before = std::fs::metadata(path).unwrap();
    let mut file = std::fs::OpenOptions::new().write(true).open(path).unwrap();
    file.write_all(&vec![b' '; usize::try_from(before.len()).unwrap()]).unwrap();
    file.set_modified(before.modified().unwrap()).unwrap();
}

#[tokio::test]
async fn what_is_wrong_with_a_file_is_found_once() {
    let folder = tempfile::tempdir().unwrap();
    let (root, page) = (folder.path(), "items/i1/index.html");
    publish(root, &files(1));
    let site = ServedSite::open(Options { look_again: Duration::ZERO, ..options(root) }).await.unwrap();
    let entry = Arc::clone(site.snapshot().entry(page).unwrap());
    alter(root, page, "<script>");
    assert!(matches!(site.fetch(&entry).await, Err(FileTrouble::Differs)));
    // Neither the manifest nor the file is read for it again: both would show something else now.
    let (manifest, aside) = (Writer::manifest(root), root.join("aside"));
    std::fs::rename(&manifest, &aside).unwrap();
    std::fs::create_dir(&manifest).unwrap();
    alter_unseen(&root.join(page));
    assert!(matches!(site.fetch(&entry).await, Err(FileTrouble::Differs)));
    // Altered once more it is looked at, for the manifest may know these bytes.
    alter(root, page, "<script><script>");
    assert!(matches!(site.fetch(&entry).await, Err(FileTrouble::Failed(_))));
    std::fs::remove_dir(&manifest).unwrap();
    std::fs::rename(&aside, &manifest).unwrap();
    assert!(matches!(site.fetch(&entry).await, Err(FileTrouble::Differs)));
    // What is put right is served.
    alter(root, page, "<html>1</html>");
    assert_eq!(site.fetch(&entry).await.unwrap().hash, entry.hash);
}

#[tokio::test]
async fn a_file_with_trouble_is_left_alone_for_a_while_or_until_the_next_publish() {
    let folder = tempfile::tempdir().unwrap();
    let (root, page) = (folder.path(), "items/i1/index.html");
    publish(root, &files(1));
    let site = ServedSite::open(Options { look_again: Duration::from_hours(1), ..options(root) }).await.unwrap();
    let entry = Arc::clone(site.snapshot().entry(page).unwrap());
    std::fs::remove_file(root.join(page)).unwrap();
    assert!(matches!(site.fetch(&entry).await, Err(FileTrouble::Missing)));
    alter(root, page, "<html>1</html>");
    assert!(matches!(site.fetch(&entry).await, Err(FileTrouble::Missing)));
    publish(root, &files(2));
    assert!(site.reload().await.unwrap());
    assert_eq!(number(&site.fetch(site.snapshot().entry(page).unwrap()).await.unwrap().published.body), 2);
}

#[tokio::test]
async fn the_manifest_is_read_once_for_all_files_of_an_earlier_publish() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    publish(root, &files(1));
    // Claimed, and then the power went: every file holds the bytes of the publish before.
    claim(root, &files(2));
    let site = ServedSite::open(options(root)).await.unwrap();
    let snapshot = site.snapshot();
    for item in 0..10 {
        let bundle = site.fetch(snapshot.entry(&format!("items/i{item}/index.html")).unwrap()).await.unwrap();
        assert_eq!(number(&bundle.published.body), 1);
        if item == 0 {
            alter_unseen(&Writer::manifest(root));
        }
    }
}

#[tokio::test]
async fn many_who_ask_at_once_share_one_reading_and_one_cutting() {
    let folder = tempfile::tempdir().unwrap();
    let feed = |number: u32| {
        let text = format!("<feed><entry>0</entry><entry>{number}</entry></feed>");
        [("tags/t/atom.xml".to_owned(), text), ("items/i/index.html".to_owned(), "<html>".repeat(5000))]
    };
    publish(folder.path(), &feed(1));
    let site = ServedSite::open(options(folder.path())).await.unwrap();
    let of = |path: &str| Arc::clone(site.snapshot().entry(path).unwrap());
    let before = of("tags/t/atom.xml").hash.clone();
    publish(folder.path(), &feed(2));
    assert!(site.reload().await.unwrap());
    let page = of("items/i/index.html");
    let read = futures::future::join_all((0..500).map(|_| site.fetch(&page))).await;
    let first = Arc::clone(read[0].as_ref().unwrap());
    assert!(read.iter().all(|bundle| Arc::ptr_eq(bundle.as_ref().unwrap(), &first)));
    let whole = of("tags/t/atom.xml").bundle().unwrap();
    let cut = futures::future::join_all((0..500).map(|_| site.delta(&whole, "tags/t/atom.xml", &before))).await;
    let first = cut[0].as_ref().unwrap().clone().unwrap();
    assert_eq!(&*first.published.body, b"<feed><entry>2</entry></feed>");
    assert!(cut.iter().all(|bundle| Arc::ptr_eq(bundle.as_ref().unwrap().as_ref().unwrap(), &first)));
}

/// The head of the answer to a request on a connection of its own.
async fn ask(address: SocketAddr, path: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET /{path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut read = Vec::new();
    stream.read_to_end(&mut read).await.unwrap();
    String::from_utf8_lossy(&read).split("\r\n\r\n").next().unwrap().to_ascii_lowercase()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_hangs_keeps_no_prepared_answer_waiting() {
    let folder = tempfile::tempdir().unwrap();
    publish(folder.path(), &files(1));
    let site =
        ServedSite::open(Options { patience: Duration::from_millis(20), ..options(folder.path()) }).await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, (stop, stopped)) = (listener.local_addr().unwrap(), oneshot::channel::<()>());
    let serving = public(listener, Arc::clone(&site), Limits::default(), async { drop(stopped.await) });
    let serving = tokio::spawn(serving);
    // Every read that may be under way is, and none comes to its end.
    let mut hanging = Vec::new();
    for number in 0..AT_ONCE {
        let (go, gone) = mpsc::channel::<()>();
        let hang = move || {
            let _ = gone.recv();
            Err(FileTrouble::Missing)
        };
        assert!(site.reads.join(format!("hang {number}"), hang).await.is_err());
        hanging.push(go);
    }
    for round in 0..50 {
        let cold = ask(address, &format!("items/i{}/index.html", round % 20)).await;
        assert!(cold.starts_with("http/1.1 503") && cold.contains("\r\nretry-after: 5"), "{cold}");
        assert!(ask(address, "tags/t1/atom.xml").await.starts_with("http/1.1 200"));
    }
    drop(hanging);
    while !ask(address, "items/i1/index.html").await.starts_with("http/1.1 200") {}
    drop(stop);
    serving.await.unwrap().unwrap();
}

/// What an operator, or a disk, makes of a manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Damage {
    Removed,
    Emptied,
    CutWithinALine,
    CutBetweenLines,
    Noise,
    AFolder,
}

impl Damage {
    fn harm(self, manifest: &Path) {
        let bytes = std::fs::read(manifest).unwrap();
        let half = &bytes[..bytes.len() / 2];
        let between = half.iter().rposition(|byte| *byte == b'\n').unwrap() + 1;
        std::fs::remove_file(manifest).unwrap();
        let left = match self {
            Self::Removed => return,
            Self::AFolder => return std::fs::create_dir(manifest).unwrap(),
            Self::Emptied => Vec::new(),
            Self::CutWithinALine => half[..between - 9].to_vec(),
            Self::CutBetweenLines => half[..between].to_vec(),
            Self::Noise => bytes.iter().map(|byte| byte.wrapping_mul(181) ^ 0xa5).collect(),
        };
        std::fs::File::create(manifest).unwrap().write_all(&left).unwrap();
    }
}

#[tokio::test]
async fn a_damaged_manifest_takes_nothing_from_readers() {
    use Damage::{AFolder, CutBetweenLines, CutWithinALine, Emptied, Noise, Removed};
    for damage in [Removed, Emptied, CutWithinALine, CutBetweenLines, Noise, AFolder] {
        let folder = tempfile::tempdir().unwrap();
        let (root, manifest) = (folder.path(), Writer::manifest(folder.path()));
        publish(root, &files(1));
        let site = ServedSite::open(options(root)).await.unwrap();
        assert_eq!(site.trouble(), None);
        let all_are_served = async |number_of: &dyn Fn(&str) -> u32| {
            let snapshot = site.snapshot();
            for (path, _) in files(1) {
                let entry = snapshot.entry(&path).unwrap_or_else(|| panic!("{damage:?}: {path} is lost"));
                let bundle =
                    site.fetch(entry).await.unwrap_or_else(|trouble| panic!("{damage:?}: {path}: {trouble:?}"));
                assert_eq!(number(&bundle.published.body), number_of(&path), "{damage:?}: {path}");
            }
        };
        damage.harm(&manifest);
        // Told once, and looked at once while it stays as it is, unless it cannot even be read.
        let reloads = [site.reload().await.is_ok_and(|new| new), site.reload().await.is_ok_and(|new| new)];
        assert_eq!(reloads, [damage != AFolder, false], "{damage:?}");
        let trouble = site.trouble().unwrap_or_else(|| panic!("{damage:?}: nothing is told"));
        assert!(trouble.contains("manifest.jsonl"), "{damage:?}: {trouble}");
        all_are_served(&|_| 1).await;
        if damage == AFolder {
            std::fs::remove_dir(&manifest).unwrap();
        }
        // Somebody publishes one feed over it: what it then names is new, the rest stays.
        publish(root, &[("tags/t0/atom.xml".to_owned(), "<feed><entry>2</entry></feed>".to_owned())]);
        assert!(site.reload().await.unwrap());
        assert!(site.trouble().is_some(), "{damage:?}");
        all_are_served(&|path| if path == "tags/t0/atom.xml" { 2 } else { 1 }).await;
        // Made anew, it is believed: what it does not name and the directory does not hold is gone.
        let mut anew = files(3);
        anew.retain(|(path, _)| path != "items/i7/index.html");
        std::fs::remove_file(root.join("items/i7/index.html")).unwrap();
        publish(root, &anew);
        assert!(site.reload().await.unwrap());
        assert_eq!(site.trouble(), None, "{damage:?}");
        assert_eq!(site.files(), files(1).len() - 1, "{damage:?}");
    }
}

#[tokio::test]
async fn other_options_are_not_lost_to_a_publish_under_way() {
    let folder = tempfile::tempdir().unwrap();
    publish(folder.path(), &files(1));
    let site = ServedSite::open(options(folder.path())).await.unwrap();
    let mut writer = Writer::open(folder.path()).unwrap();
    for (path, text) in files(2) {
        writer.stage(&path, text.as_bytes()).unwrap();
    }
    claim(folder.path(), &files(2));
    site.configure(Options { max_age: Duration::from_mins(5), ..options(folder.path()) }).await.unwrap();
    writer.commit().unwrap();
    assert!(site.reload().await.unwrap());
    assert_eq!(site.snapshot().rules.cache_control, "public, max-age=300");
    assert!(!site.reload().await.unwrap());
}

#[tokio::test]
async fn what_is_not_kept_gives_its_memory_back() {
    let folder = tempfile::tempdir().unwrap();
    let large = |item: u32| (format!("items/i{item}/index.html"), "x".repeat(6000 + item as usize));
    publish(folder.path(), &(0..100).map(large).collect::<Vec<_>>());
    let site = ServedSite::open(Options { budget: 40_000, ..options(folder.path()) }).await.unwrap();
    let snapshot = site.snapshot();
    for item in (0..100_u32).chain(0..100) {
        let entry = snapshot.entry(&format!("items/i{item}/index.html")).unwrap();
        let bundle = site.fetch(entry).await.unwrap();
        assert_eq!(bundle.published.body.len(), 6000 + item as usize);
        drop(bundle);
        assert!(site.memory() <= 50_000, "{}", site.memory());
    }
}

#[tokio::test]
async fn other_options_hold_for_every_answer_from_then_on() {
    let folder = tempfile::tempdir().unwrap();
    publish(folder.path(), &files(1));
    let site = ServedSite::open(options(folder.path())).await.unwrap();
    let cached = |site: &ServedSite| {
        let bundle = site.snapshot().entry("tags/t1/atom.xml").unwrap().bundle().unwrap();
        bundle.published.whole[http::header::CACHE_CONTROL].clone()
    };
    assert_eq!(cached(&site), "public, max-age=60");
    site.configure(Options { max_age: Duration::from_mins(5), ..options(folder.path()) }).await.unwrap();
    assert_eq!(cached(&site), "public, max-age=300");
    assert!(!site.reload().await.unwrap());
}
