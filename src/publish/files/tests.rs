//! The published directory under crashes, foreign files and links.

use super::*;
use crate::publish::layout::Phase;
use crate::publish::{Journal, ManifestLine};
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

type Make = fn(&Path, &Path);

/// What may stand where something of ours belongs, made at a path below the directory; `outside` is where links lead.
const ODD: [(&str, Make); 5] = [
    ("a folder", |at, _| fs::create_dir_all(at.join("of/somebody")).unwrap()),
    ("a symbolic link", |at, outside| symlink(outside, at).unwrap()),
    ("a symbolic link", |at, outside| symlink(outside.join("index.html"), at).unwrap()),
    ("a named pipe", |at, _| special(at, rustix::fs::FileType::Fifo)),
    ("a socket", |at, _| special(at, rustix::fs::FileType::Socket)),
];

fn special(at: &Path, kind: rustix::fs::FileType) {
    rustix::fs::mknodat(rustix::fs::CWD, at, kind, Mode::from_raw_mode(0o600), 0).unwrap();
}

/// Whatever is in the way of one path, before the check or after it, is told with its place; all else is put into place.
#[test]
fn an_object_in_the_way_stops_one_path() {
    let paths = ["items/a/index.html", "items/b/index.html", "tags/x/rss.xml", "atom.xml", "index.html"];
    for (what, make) in ODD {
        for at in ["items/a/index.html", "items/a", "items", "tags", "atom.xml", "index.html", "old/gone.html", "old"] {
            for late in [false, true] {
                // A folder is where a folder belongs.
                if what == "a folder" && !at.contains('.') {
                    continue;
                }
                let folder = tempfile::tempdir().unwrap();
                let (root, outside) = (&folder.path().join("feeds"), &folder.path().join("outside"));
                put(outside, "index.html", "keep");
                publish(root, &[("old/gone.html", "old"), ("rss.xml", "old")], &[]);
                let obstruct = || {
                    let _ = fs::remove_dir_all(root.join(at)).or_else(|_| fs::remove_file(root.join(at)));
                    fs::create_dir_all(root.join(at).parent().unwrap()).unwrap();
                    make(&root.join(at), outside);
                };
                if !late {
                    obstruct();
                }
                let mut writer = Writer::open(root).unwrap();
                for path in paths {
                    let standing = writer.standing(path, b"new").unwrap();
                    let held = !late && (path == at || path.starts_with(&format!("{at}/")));
                    assert_eq!(matches!(standing, Standing::Blocked(_)), held, "{what} at {at}: {standing:?}");
                    writer.stage(path, b"new").unwrap();
                }
                writer.remove("old/gone.html");
                if late {
                    obstruct();
                }
                let obstacles = writer.commit().unwrap();
                for path in paths {
                    let held = path == at || path.starts_with(&format!("{at}/"));
                    let told = obstacles.iter().find(|obstacle| obstacle.path == path);
                    assert_eq!(told.is_some(), held, "{what} at {at}, {path}: {obstacles:?}");
                    assert!(told.is_none_or(|told| told.at == at && told.what.contains(what)), "{obstacles:?}");
                    assert!(held || read(root, path).as_deref() == Some("new"), "{what} at {at}, {path}");
                }
                assert_eq!(fs::read_dir(outside).unwrap().count(), 1, "{what} at {at}");
                assert_eq!(read(outside, "index.html").as_deref(), Some("keep"), "{what} at {at}");
                assert!(fs::symlink_metadata(root.join(at)).is_ok(), "{what} at {at} stays");
                assert!(!root.join(".wellsourced/staging").exists());
            }
        }
    }
}

/// Nothing of our own is written, truncated, created or removed through a link: the lock, the journals, the staging folder.
#[test]
fn our_own_files_are_not_written_through_links() {
    for name in ["lock", "manifest.jsonl", "manifest.new", "ids.jsonl", "staging", ""] {
        for target in ["there", "missing", "folder"] {
            let folder = tempfile::tempdir().unwrap();
            let (root, outside) = (&folder.path().join("feeds"), &folder.path().join("outside"));
            put(outside, "there", "keep");
            put(outside, "folder/0", "keep too");
            fs::create_dir_all(root).unwrap();
            if !name.is_empty() {
                fs::create_dir(root.join(".wellsourced")).unwrap();
            }
            symlink(outside.join(target), root.join(".wellsourced").join(name).components().as_path()).unwrap();
            let told = Writer::open(root).and_then(|mut writer| {
                writer.stage("index.html", b"new")?;
                for path in [Writer::manifest(root), Writer::ids(root)] {
                    let journal = Journal::<ManifestLine>::open(path);
                    journal.append(&[ManifestLine { path: "index.html".to_owned(), hash: None }])?;
                    journal.rewrite(&journal.read()?)?;
                }
                writer.commit()
            });
            let is_made_anew = ["staging", "manifest.new"].contains(&name);
            assert_eq!(told.is_ok(), is_made_anew, "{name} → {target}: {told:?}");
            assert!(told.is_ok() || matches!(&told, Err(Error::Private { .. })), "{name} → {target}: {told:?}");
            assert_eq!(read(outside, "there").as_deref(), Some("keep"), "{name} → {target}");
            assert_eq!(read(outside, "folder/0").as_deref(), Some("keep too"), "{name} → {target}");
            assert_eq!(fs::read_dir(outside).unwrap().count(), 2, "{name} → {target}");
            assert_eq!(fs::read_dir(outside.join("folder")).unwrap().count(), 1, "{name} → {target}");
        }
    }
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
    assert_eq!(writer.standing("rss.xml", b"old").unwrap(), Standing::Same);
    assert_eq!(writer.standing("rss.xml", b"odd").unwrap(), Standing::Other);
    assert_eq!(writer.standing("atom.xml", b"old").unwrap(), Standing::Free);
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
        assert!(matches!(writer.standing(path, b"x").unwrap(), Standing::Blocked(_)), "{path:?}");
        writer.remove(path);
    }
    writer.commit().unwrap();
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
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
    paths.sort_by_key(|path| phase(path));
    let phases = paths.map(phase);
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
