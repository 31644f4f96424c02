//! The published directory under crashes, foreign files and links.

use super::*;
use std::os::unix::fs::symlink;
use std::time::SystemTime;

fn put(root: &Path, path: &str, text: &str) {
    fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
    File::create(root.join(path)).unwrap().write_all(text.as_bytes()).unwrap();
}

fn read(root: &Path, path: &str) -> Option<String> {
    fs::read_to_string(root.join(path)).ok()
}

fn publish(root: &Path, files: &[(&str, &str)], removed: &[&str]) {
    let mut writer = Writer::open(root).unwrap();
    for (path, text) in files {
        writer.stage(path, text.as_bytes()).unwrap();
    }
    for path in removed {
        writer.remove(path);
    }
    writer.commit().unwrap();
}

#[test]
fn files_appear_change_and_go_with_their_empty_folders() {
    let folder = tempfile::tempdir().unwrap();
    let root = &folder.path().join("deep/feeds");
    publish(root, &[("index.html", "1"), ("tags/开源/rss.xml", "2"), ("items/a/index.html", "3")], &[]);
    assert_eq!(read(root, "tags/开源/rss.xml").as_deref(), Some("2"));
    put(root, "items/mine.txt", "of somebody else");
    publish(root, &[("index.html", "4")], &["tags/开源/rss.xml", "items/a/index.html", "never/was.xml"]);
    assert_eq!(read(root, "index.html").as_deref(), Some("4"));
    assert!(!root.join("tags").exists() && !root.join("items/a").exists());
    assert_eq!(read(root, "items/mine.txt").as_deref(), Some("of somebody else"));
    assert!(!root.join(".wellsourced/staging").exists());
}

#[test]
fn what_was_not_committed_never_was() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    publish(root, &[("rss.xml", "old")], &[]);
    let mut writer = Writer::open(root).unwrap();
    writer.stage("rss.xml", b"new").unwrap();
    writer.remove("rss.xml");
    writer.stage("rss.xml", b"newer").unwrap();
    drop(writer);
    assert_eq!(read(root, "rss.xml").as_deref(), Some("old"));
    // A killed run cannot even clear up after itself.
    put(root, ".wellsourced/staging/0", "half");
    publish(root, &[("atom.xml", "whole")], &[]);
    assert_eq!(read(root, "rss.xml").as_deref(), Some("old"));
    assert_eq!(read(root, "atom.xml").as_deref(), Some("whole"));
    assert!(!root.join(".wellsourced/staging").exists());
}

#[test]
fn a_publish_that_breaks_off_leaves_each_file_old_or_new() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    publish(root, &[("items/a/index.html", "old"), ("index.html", "old"), ("gone.html", "old")], &[]);
    put(root, "rss.xml/in-the-way", "a folder where the feed should be");
    let mut writer = Writer::open(root).unwrap();
    for path in ["index.html", "rss.xml", "items/a/index.html"] {
        writer.stage(path, b"new").unwrap();
    }
    writer.remove("gone.html");
    assert!(matches!(writer.commit(), Err(Error::Io { action: "put into place", .. })));
    assert_eq!(read(root, "items/a/index.html").as_deref(), Some("new"));
    assert_eq!(read(root, "index.html").as_deref(), Some("old"));
    assert_eq!(read(root, "gone.html").as_deref(), Some("old"));
    assert!(!root.join(".wellsourced/staging").exists());
}

#[test]
fn what_could_not_be_written_is_not_put_into_place() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    publish(root, &[("rss.xml", "old")], &[]);
    let mut writer = Writer::open(root).unwrap();
    writer.stage("atom.xml", b"new").unwrap();
    fs::create_dir(root.join(".wellsourced/staging/1")).unwrap();
    assert!(writer.stage("rss.xml", b"new").is_err());
    writer.commit().unwrap();
    assert_eq!(read(root, "atom.xml").as_deref(), Some("new"));
    assert_eq!(read(root, "rss.xml").as_deref(), Some("old"));
}

#[test]
fn nothing_to_do_touches_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    publish(root, &[("rss.xml", "old")], &[]);
    let times = || -> Vec<SystemTime> {
        [".", "rss.xml", ".wellsourced", ".wellsourced/lock"]
            .map(|path| fs::metadata(root.join(path)).unwrap().modified().unwrap())
            .into()
    };
    let before = times();
    let writer = Writer::open(root).unwrap();
    assert!(writer.holds("rss.xml", b"old") && !writer.holds("rss.xml", b"odd") && !writer.is_free("rss.xml"));
    writer.commit().unwrap();
    assert_eq!(times(), before);
}

#[test]
fn no_path_leaves_the_directory() {
    let folder = tempfile::tempdir().unwrap();
    let root = &folder.path().join("feeds");
    let mut writer = Writer::open(root).unwrap();
    for path in ["", "/etc/passwd", "../x", "a/../../x", "a//b", "./a", "a/", "a\0b", "a\\b", ".wellsourced/ids.jsonl"]
    {
        assert!(matches!(writer.stage(path, b"x"), Err(Error::Path { .. })), "{path:?}");
        assert!(!writer.is_free(path), "{path:?}");
        writer.remove(path);
    }
    writer.commit().unwrap();
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn links_are_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    let (root, outside) = (&folder.path().join("feeds"), &folder.path().join("outside"));
    put(outside, "index.html", "keep");
    fs::create_dir(root).unwrap();
    symlink(outside, root.join("tags")).unwrap();
    symlink(outside.join("index.html"), root.join("index.html")).unwrap();
    symlink("nowhere", root.join("dangling")).unwrap();
    put(root, "sources", "a file where a folder should be");
    let mut writer = Writer::open(root).unwrap();
    for path in ["tags/index.html", "tags/new", "index.html", "dangling", "sources/x/rss.xml"] {
        assert!(!writer.is_free(path), "{path}");
    }
    assert!(!writer.holds("index.html", b"keep") && !writer.holds("tags/index.html", b"keep"));
    assert!(writer.is_free("items/a/index.html"));
    writer.remove("tags/index.html");
    writer.stage("tags/index.html", b"overwrite").unwrap();
    assert!(matches!(writer.commit(), Err(Error::Path { .. })));
    let mut writer = Writer::open(root).unwrap();
    writer.remove("tags/index.html");
    writer.commit().unwrap();
    assert_eq!(read(outside, "index.html").as_deref(), Some("keep"));
}

#[test]
fn what_is_linked_comes_before_what_links_to_it() {
    let mut paths = [
        "index.html",
        "editions/index.html",
        "editions/page/1/index.html",
        "rss.xml",
        "tags/ai/feed.json",
        "feeds.opml",
        "status.json",
        "status.html",
        "editions/992/index.html",
        "items/a/index.html",
        "style.css",
    ];
    paths.sort_by_key(|path| Phase::of(path));
    let phases = paths.map(Phase::of);
    assert_eq!(phases[..3], [Phase::Page; 3]);
    assert_eq!(phases[3..7], [Phase::Feed; 4]);
    assert_eq!(phases[7..], [Phase::Index; 4]);
}

#[test]
fn one_directory_has_one_writer() {
    let folder = tempfile::tempdir().unwrap();
    let first = Writer::open(folder.path()).unwrap();
    assert!(matches!(Writer::open(folder.path()), Err(Error::Busy { .. })));
    drop(first);
    Writer::open(folder.path()).unwrap();
}

#[test]
fn a_full_disk_is_told_in_words() {
    let error = Error::io("write", Path::new("feeds/rss.xml"))(io::ErrorKind::StorageFull.into());
    assert!(matches!(error, Error::Full { .. }));
    let message = error.to_string();
    assert!(
        message.contains("no space") && message.contains("feeds/rss.xml") && message.contains("free some"),
        "{message}"
    );
}
