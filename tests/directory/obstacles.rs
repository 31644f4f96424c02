//! One object in the way stops one path.

use crate::support::{Site, binary, post};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Output;

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn run(site: &Site) -> (i32, String) {
    let output = site.binary(&["--once", "--offline"]);
    (output.status.code().unwrap(), out(&output))
}

/// A site of two posts, published, and one more post that was not yet.
fn site() -> Site {
    let site = Site::new("");
    site.write("posts/1.md", post(1, &[11, 12]).markdown());
    site.write("posts/2.md", post(2, &[21]).markdown());
    assert_eq!(run(&site).0, 0);
    site.write("posts/3.md", post(3, &[31]).markdown());
    site
}

fn relative(site: &Site) -> Vec<(String, Vec<u8>)> {
    let root = site.path("feeds");
    let name = |path: &Path| path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
    site.bytes().into_iter().map(|(path, bytes)| (name(&path), bytes)).collect()
}

/// The pages of items.
fn pages(site: &Site) -> Vec<String> {
    let paths = relative(site).into_iter().map(|(path, _)| path);
    paths.filter(|path| path.starts_with("items/")).collect()
}

#[test]
fn what_is_in_the_way_is_told_and_all_else_is_published() {
    let undisturbed = site();
    let before = pages(&undisturbed);
    run(&undisturbed);
    // The new item's.
    let page = pages(&undisturbed).into_iter().find(|page| !before.contains(page)).unwrap();
    let expected = relative(&undisturbed);
    let item = page.trim_end_matches("/index.html");
    for (at, make) in [
        (page.as_str(), "folder"),
        ("rss.xml", "folder"),
        ("index.html", "link"),
        ("tags/ai/feed.json", "pipe"),
        (item, "link"),
        (item, "pipe"),
        ("tags", "link"),
        ("tags", "file"),
    ] {
        let site = site();
        let (path, elsewhere) = (site.path("feeds").join(at), site.path("elsewhere"));
        fs::create_dir(&elsewhere).unwrap();
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let _ = fs::rename(&path, site.path("was"));
        match make {
            "folder" => fs::create_dir_all(path.join("of/mine")).unwrap(),
            "link" => symlink(&elsewhere, &path).unwrap(),
            "pipe" => assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success()),
            _ => site.write(&format!("feeds/{at}"), "mine"),
        }
        let (code, told) = run(&site);
        assert_eq!(code, 3, "{make} at {at}: {told}");
        let place = format!("{}: error: a ", path.display());
        let said =
            told.lines().find(|line| line.starts_with(&place)).unwrap_or_else(|| panic!("{make} at {at}: {told}"));
        assert!(said.contains("in the way of") && said.contains("everything else is published"), "{said}");
        let found: std::collections::BTreeMap<String, Vec<u8>> =
            if make == "pipe" { [].into() } else { relative(&site).into_iter().collect() };
        for (name, bytes) in &expected {
            let held = name == at || name.starts_with(&format!("{at}/"));
            assert!(held || make == "pipe" || found.get(name) == Some(bytes), "{make} at {at}: {name}");
        }
        assert_eq!(fs::read_dir(&elsewhere).unwrap().count(), 0, "{make} at {at}");
        // It is told until it is gone, and then everything is as it should be.
        assert_eq!(run(&site).0, 3, "{make} at {at}");
        let _ = fs::remove_file(&path).or_else(|_| fs::remove_dir_all(&path));
        let (code, told) = run(&site);
        assert_eq!((code, relative(&site)), (0, expected.clone()), "{make} at {at}: {told}");
    }
}

#[test]
fn a_file_that_may_not_be_changed_stops_one_path() {
    let site = site();
    let chattr = |sign: &str| {
        let output = std::process::Command::new("chattr").arg(sign).arg(site.path("feeds/tags/ai/rss.xml")).output();
        output.is_ok_and(|output| output.status.success())
    };
    if !chattr("+i") {
        eprintln!("*** SKIPPED: a file that may not be changed needs chattr, root and a file system that knows it");
        return;
    }
    let (code, told) = run(&site);
    assert!(chattr("-i"));
    assert_eq!(code, 3, "{told}");
    assert!(told.contains("tags/ai/rss.xml: error: something that the system does not let us change"), "{told}");
    assert!(site.ids().contains_key("Story 31"));
    assert_eq!(run(&site).0, 0);
    assert!(fs::read_to_string(site.path("feeds/tags/ai/rss.xml")).unwrap().contains("Story 31"));
}

#[test]
fn nothing_of_our_own_is_written_through_a_link() {
    for at in [
        "store.db.lock",
        "feeds/.wellsourced/lock",
        "feeds/.wellsourced/manifest.jsonl",
        "feeds/.wellsourced/ids.jsonl",
    ] {
        let site = site();
        site.write("victim", "keep");
        let _ = fs::remove_file(site.path(at));
        symlink(site.path("victim"), site.path(at)).unwrap();
        let before = site.published();
        let (code, told) = run(&site);
        assert_eq!(code, 1, "{at}: {told}");
        assert!(told.contains(at) && told.contains("move it away"), "{at}: {told}");
        assert_eq!(fs::read(site.path("victim")).unwrap(), b"keep", "{at}");
        assert_eq!(site.published(), before, "{at}");
        site.remove(at);
        assert_eq!(run(&site).0, 0, "{at}");
    }
    let site = site();
    site.write("victim", "keep");
    symlink(site.path("victim"), site.path("store.db.daemon.lock")).unwrap();
    let output = binary().arg("--config").arg(site.path("wellsourced.toml")).output().unwrap();
    assert!(!output.status.success() && out(&output).contains("store.db.daemon.lock"), "{}", out(&output));
    assert_eq!(fs::read(site.path("victim")).unwrap(), b"keep");
}
