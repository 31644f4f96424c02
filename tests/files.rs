//! Which files are posts: each file is one post, whatever names lead to it, and none is lost or doubled in silence.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail where it stands")]

mod support;

use chrono::{DateTime, Duration, Utc};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::process::CommandExt;
use std::path::Path;
use support::{Post, Site, noon, post};
use wellsourced::model::Severity;
use wellsourced::pipeline::{Glob, PostFiles, Report};

fn hours(hours: i64) -> DateTime<Utc> {
    noon() + Duration::hours(hours)
}

/// What a cycle complains of: severity, place and message in a line each.
fn told(report: &Report) -> Vec<String> {
    let severity = |severity| if severity == Severity::Error { "error" } else { "warning" };
    report.complaints.iter().map(|c| format!("{} {}: {}", severity(c.severity), c.place, c.message)).collect()
}

/// How many entries the combined feed has.
fn entries(site: &Site) -> usize {
    site.feed("")["items"].as_array().unwrap().len()
}

#[test]
fn a_file_is_one_post_however_many_links_lead_to_it() {
    type Links = &'static [(&'static str, &'static str)];
    let kinds: [(&str, Links); 8] = [
        ("a folder in itself", &[(".", "posts/self")]),
        ("the parent folder", &[("..", "posts/2024/up")]),
        ("folders in each other", &[("../2025", "posts/2024/next"), ("../2024", "posts/2025/last")]),
        ("a link to the newest", &[("2025/b.md", "posts/latest.md")]),
        ("a name before the real one", &[("2024/a.md", "posts/0.md"), ("2024", "posts/1"), ("1", "posts/0")]),
        ("a link to a link", &[("2025/b.md", "posts/x.md"), ("x.md", "posts/w.md")]),
        ("an absolute link", &[("/posts-of-the-test", "posts/all")]),
        ("the same folder thrice", &[("2024", "posts/a"), ("2024", "posts/b"), ("2024", "posts/c")]),
    ];
    for (kind, links) in kinds {
        let site = Site::new("");
        site.write("posts/2024/a.md", post(1, &[1, 2]).markdown());
        site.write("posts/2025/b.md", post(2, &[3]).markdown());
        for (target, link) in links {
            let absolute = site.path("posts");
            let target = if target.starts_with('/') { absolute.as_path() } else { Path::new(target) };
            symlink(target, site.path(link)).unwrap();
        }
        let report = site.cycle(noon());
        assert_eq!((told(&report), entries(&site), report.inputs[0].posts), (Vec::new(), 3, 2), "{kind}");
        let told: Vec<_> = report.inputs[0].editions.iter().map(|edition| &edition.path).collect();
        assert!(
            told.iter().all(|path| path.ends_with("posts/2024/a.md") || path.ends_with("posts/2025/b.md")),
            "{told:?}"
        );
        // And when the links come later or go, nothing changes.
        let (ids, bytes) = (site.ids(), site.bytes());
        for (_, link) in links {
            fs::remove_file(site.path(link)).unwrap();
        }
        site.cycle(hours(1));
        assert_eq!((site.ids(), site.bytes()), (ids, bytes), "{kind}");
    }
}

#[test]
fn a_known_name_stays_whatever_becomes_of_the_real_one() {
    let site = Site::new("");
    site.write("posts/2024/a.md", Post { number: None, ..post(1, &[1, 2]) }.markdown());
    site.write("posts/b.md", post(2, &[3]).markdown());
    site.cycle(noon());
    let (ids, bytes) = (site.ids(), site.bytes());
    // The folder becomes a link to where it is now, inside and outside the input's.
    for (hour, to) in [(1, "posts/archive"), (2, "elsewhere")] {
        fs::rename(fs::canonicalize(site.path("posts/2024")).unwrap(), site.path(to)).unwrap();
        let _ = fs::remove_file(site.path("posts/2024"));
        symlink(site.path(to), site.path("posts/2024")).unwrap();
        let report = site.cycle(hours(hour));
        assert_eq!((told(&report), report.inputs[0].read), (Vec::new(), 0), "{to}");
        assert_eq!((site.ids(), site.bytes()), (ids.clone(), bytes.clone()), "{to}");
    }
    // A hard link, before and behind the known name.
    fs::hard_link(site.path("posts/b.md"), site.path("posts/a.md")).unwrap();
    fs::hard_link(site.path("posts/b.md"), site.path("posts/c.md")).unwrap();
    let report = site.cycle(hours(3));
    assert_eq!((told(&report), report.inputs[0].read, site.bytes()), (Vec::new(), 0, bytes.clone()));
    // The known name goes: another one of the same file takes over.
    site.remove("posts/b.md");
    site.cycle(hours(4));
    site.remove("posts/a.md");
    site.cycle(hours(5));
    assert_eq!((site.ids(), site.bytes()), (ids.clone(), bytes.clone()));
    // A name in other letters only.
    fs::rename(site.path("posts/c.md"), site.path("posts/C.md")).unwrap();
    site.cycle(hours(6));
    assert_eq!((site.ids(), site.bytes()), (ids, bytes));
}

#[test]
fn links_doubled_by_an_older_version_are_published_once() {
    let site = Site::new("");
    site.write("posts/a.md", post(1, &[1]).markdown());
    // Two posts, as two names of a file once were.
    site.write("posts/b.md", post(2, &[2]).markdown());
    site.cycle(noon());
    let ids = site.ids();
    site.remove("posts/b.md");
    symlink("a.md", site.path("posts/b.md")).unwrap();
    let report = site.cycle(hours(1));
    assert_eq!((told(&report), entries(&site)), (Vec::new(), 1));
    assert!(ids.values().any(|id| *id == site.ids()["Story 1"]));
}

#[test]
fn names_that_begin_with_a_dot_are_no_posts() {
    let site = Site::new("");
    for (number, path) in (2..).zip([
        ".trash/b.md",
        ".git/refs/c.md",
        ".d.md",
        "2024/.obsidian/e.md",
        "._a.md",
        ".stversions/2024/a~20240501.md",
        "..data/f.md",
    ]) {
        site.write(&format!("posts/{path}"), post(number, &[number]).markdown());
    }
    site.write("posts/._z.md", b"\0\x05\x16\x07Mac OS X\xb0");
    // An editor's lock is a link that leads nowhere.
    symlink("editor@host.1234", site.path("posts/.#a.md")).unwrap();
    site.write("posts/a.md", post(1, &[1]).markdown());
    let report = site.cycle(noon());
    assert_eq!((told(&report), entries(&site), report.inputs[0].posts), (Vec::new(), 1, 1));
    // Behind a link with another name they are posts: so a Kubernetes volume shows its files.
    symlink("..data/f.md", site.path("posts/f.md")).unwrap();
    site.cycle(hours(1));
    assert_eq!(site.ids().keys().collect::<Vec<_>>(), ["Story 1", "Story 8"]);
}

#[test]
fn a_name_that_is_not_utf8_is_named_in_an_error() {
    let site = Site::new("");
    site.write("posts/a.md", post(1, &[1]).markdown());
    let text = post(2, &[2]).markdown();
    let gbk = |bytes: &[u8]| site.path("posts").join(OsStr::from_bytes(bytes));
    fs::create_dir(gbk(b"\xc0\xfa")).unwrap();
    let files: [&[u8]; 4] = [b"\xb9\xdb.md", b"\xc0\xfa/1.md", b"\xc0\xfa/2.md", b"\xb9\xdb.txt"];
    for file in files {
        fs::File::create(gbk(file)).and_then(|mut file| std::io::Write::write_all(&mut file, text.as_bytes())).unwrap();
    }
    let report = site.cycle(noon());
    let errors = told(&report);
    assert_eq!((errors.len(), report.exit_code(false), entries(&site)), (2, 3, 1), "{errors:?}");
    assert!(errors.iter().all(|error| error.starts_with("error ") && error.contains("not UTF-8")), "{errors:?}");
    assert!(
        errors[0].contains("posts/\u{fffd}\u{fffd}:") && errors[1].contains("posts/\u{fffd}\u{fffd}.md:"),
        "{errors:?}"
    );
}

#[test]
fn a_link_that_leads_nowhere_is_named_and_withdraws_nothing() {
    let site = Site::new("");
    fs::create_dir(site.path("elsewhere")).unwrap();
    for (number, path) in
        [(1, "posts/a.md"), (2, "elsewhere/b.md"), (3, "elsewhere/2024/c.md"), (4, "elsewhere/2024/d.md")]
    {
        site.write(path, post(number, &[number]).markdown());
    }
    symlink("../elsewhere/b.md", site.path("posts/b.md")).unwrap();
    symlink("../elsewhere/2024", site.path("posts/2024")).unwrap();
    symlink("loop.md", site.path("posts/loop.md")).unwrap();
    symlink("nowhere", site.path("posts/cover.jpg")).unwrap();
    let report = site.cycle(noon());
    assert_eq!((told(&report).len(), report.exit_code(false)), (1, 0), "{:?}", told(&report));
    assert!(told(&report)[0].starts_with("warning ") && told(&report)[0].contains("posts/loop.md:"));
    let bytes = site.bytes();
    fs::rename(site.path("elsewhere"), site.path("unmounted")).unwrap();
    let report = site.cycle(hours(1));
    let errors: Vec<_> = told(&report).into_iter().filter(|line| line.starts_with("error ")).collect();
    assert_eq!((errors.len(), report.exit_code(false)), (2, 3), "{errors:?}");
    assert!(errors[0].contains("posts/2024: the link leads nowhere") && errors[0].contains("(posts: 2)"), "{errors:?}");
    assert!(errors[1].contains("posts/b.md: the link leads nowhere"), "{errors:?}");
    assert_eq!(site.bytes(), bytes);
    // A removed link withdraws its post.
    site.remove("posts/b.md");
    site.cycle(hours(2));
    assert_eq!(site.ids().keys().collect::<Vec<_>>(), ["Story 1", "Story 3", "Story 4"]);
}

/// A cycle of the real binary, as a user to whom rights mean something: exit code and what it printed.
fn cycle_as_nobody(site: &Site) -> (Option<i32>, String) {
    let mut binary = support::binary();
    if rustix::process::geteuid().is_root() {
        give_away(site.folder.path());
        binary.uid(65_534).gid(65_534);
    }
    let output =
        binary.arg("--config").arg(site.path("wellsourced.toml")).args(["--once", "--offline"]).output().unwrap();
    (output.status.code(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
}

fn give_away(path: &Path) {
    std::os::unix::fs::lchown(path, Some(65_534), Some(65_534)).unwrap();
    if path.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            give_away(&entry.unwrap().path());
        }
    }
}

#[test]
fn what_cannot_be_read_is_named_and_stays_published() {
    let site = Site::new("");
    for (number, path) in
        (1..).zip(["posts/a.md", "posts/locked/b.md", "posts/locked/2024/c.md", "posts/d.md", "posts/list/e.md"])
    {
        site.write(path, post(number, &[number]).markdown());
    }
    let (code, told) = cycle_as_nobody(&site);
    assert_eq!((code, entries(&site)), (Some(0), 5), "{told}");
    let bytes = site.bytes();
    let rights = |path: &str, mode| fs::set_permissions(site.path(path), fs::Permissions::from_mode(mode)).unwrap();
    // So that the file without rights is looked at.
    fs::File::open(site.path("posts/d.md"))
        .and_then(|file| file.set_modified(std::time::SystemTime::UNIX_EPOCH))
        .unwrap();
    for (path, mode) in [("posts/locked", 0o000), ("posts/d.md", 0o000), ("posts/list", 0o100)] {
        rights(path, mode);
    }
    let (code, told) = cycle_as_nobody(&site);
    assert_eq!((code, site.bytes()), (Some(3), bytes.clone()), "{told}");
    for expected in [
        "posts/locked: error: cannot be read: Permission denied (os error 13); what was published from it stays (posts: 2)",
        "posts/d.md: error: cannot be read: Permission denied",
        // Its known file can be reached, new ones are not seen.
        "posts/list: warning: cannot be read: Permission denied",
    ] {
        assert!(told.contains(expected), "{expected}: {told}");
    }
    for (path, mode) in [("posts/locked", 0o700), ("posts/d.md", 0o600), ("posts/list", 0o700)] {
        rights(path, mode);
    }
    let (code, told) = cycle_as_nobody(&site);
    assert_eq!((code, site.bytes()), (Some(0), bytes), "{told}");
}

#[test]
fn files_with_the_same_content_are_one_post() {
    let site = Site::new("");
    let first = Post { number: None, ..post(1, &[1, 2]) }.markdown();
    site.write("posts/b.md", &first);
    site.cycle(noon());
    let (ids, bytes) = (site.ids(), site.bytes());
    for copy in ["posts/a.md", "posts/b (conflicted copy).md", "posts/2024/b.md"] {
        site.write(copy, &first);
    }
    let report = site.cycle(hours(1));
    let warnings = told(&report);
    assert_eq!((warnings.len(), report.exit_code(false), report.exit_code(true)), (3, 0, 4), "{warnings:?}");
    assert!(
        warnings.iter().all(|w| w.starts_with("warning ") && w.contains("/posts/b.md, to the byte")),
        "{warnings:?}"
    );
    assert_eq!(site.bytes(), bytes);
    // It is said until it is mended, and nothing is read again meanwhile.
    let report = site.cycle(hours(2));
    assert_eq!((told(&report), report.inputs[0].read), (warnings, 0));
    // The one that counts goes: the first of the others takes over as itself.
    site.remove("posts/b.md");
    let report = site.cycle(hours(3));
    assert_eq!((told(&report).len(), site.ids(), site.bytes()), (2, ids.clone(), bytes.clone()), "{:?}", told(&report));
    assert!(
        told(&report).iter().all(|warning| warning.contains("/posts/2024/b.md, to the byte")),
        "{:?}",
        told(&report)
    );
    site.remove("posts/2024/b.md");
    site.remove("posts/a.md");
    site.cycle(hours(4));
    assert_eq!((site.ids(), site.bytes()), (ids, bytes));
    site.remove("posts/b (conflicted copy).md");
    let report = site.cycle(hours(5));
    assert!(told(&report).iter().any(|line| line.contains("no file matches any more")), "{:?}", told(&report));
}

#[test]
fn at_first_sight_the_first_of_equal_files_counts_and_files_that_are_no_posts_may_be_equal() {
    let site = Site::new("");
    for path in ["posts/b.md", "posts/a.md", "posts/a/a.md"] {
        site.write(path, post(1, &[1]).markdown());
    }
    for path in ["posts/README.md", "posts/2024/README.md", "posts/_index.md", "posts/2024/_index.md"] {
        site.write(path, if path.contains("README") { "# How we write\n" } else { "" });
    }
    let report = site.cycle(noon());
    assert_eq!(report.inputs[0].editions.len(), 1);
    assert!(report.inputs[0].editions[0].path.ends_with("posts/a.md"));
    assert_eq!((told(&report).len(), report.inputs[0].skipped.len(), entries(&site)), (2, 4, 1), "{:?}", told(&report));
    assert_eq!(site.cycle(hours(1)).inputs[0].read, 0);
}

/// The files of a site's inputs other than its first, relative to its folder.
fn found(site: &Site, keys: &str) -> Vec<String> {
    let root = site.folder.path().display().to_string();
    site.configure("", "");
    let config = fs::read_to_string(site.path("wellsourced.toml")).unwrap();
    let digest = config.lines().find(|line| line.starts_with("digest = ")).unwrap();
    site.write("wellsourced.toml", config.replace(digest, &keys.replace("ROOT", &root)));
    let binary = site.binary(&["--once", "--offline", "--json"]);
    let report: serde_json::Value = serde_json::from_slice(&binary.stdout)
        .unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&binary.stderr)));
    let editions = report["inputs"][0]["editions"].as_array().unwrap();
    let path = |edition: &serde_json::Value| edition["path"].as_str().unwrap().trim_start_matches(&root).to_owned();
    let mut paths: Vec<String> = editions.iter().map(path).collect();
    paths.sort();
    site.lose_store();
    let _ = fs::remove_dir_all(site.path("feeds"));
    paths
}

#[test]
fn a_digest_is_a_glob_a_folder_or_a_list_and_may_exclude() {
    let site = Site::new("");
    for (number, path) in
        (1..).zip(["posts/a.md", "posts/2024/b.md", "notes/c.md", "posts/drafts/d.md", "posts/2024/_e.md"])
    {
        site.write(path, post(number, &[number]).markdown());
    }
    site.write("posts/README.md", "# How we write\n");
    let all = ["/posts/2024/_e.md", "/posts/2024/b.md", "/posts/a.md", "/posts/drafts/d.md"];
    for (keys, expected) in [
        ("digest = \"ROOT/posts\"", &all[..]),
        ("digest = \"ROOT/posts/\"", &all[..]),
        ("digest = [\"ROOT/posts/**/*.md\", \"ROOT/posts\"]", &all[..]),
        ("digest = [\"ROOT/posts/*.md\", \"ROOT/notes\"]", &["/notes/c.md", "/posts/a.md"]),
        ("digest = \"ROOT/{posts/2024,notes}/*.md\"", &["/notes/c.md", "/posts/2024/_e.md", "/posts/2024/b.md"]),
        ("digest = \"ROOT/posts\"\nexclude = [\"drafts\", \"_*\"]", &["/posts/2024/b.md", "/posts/a.md"]),
        ("digest = \"ROOT/posts\"\nexclude = [\"ROOT/posts/{2024,drafts}/**\"]", &["/posts/a.md"]),
        ("digest = \"ROOT/posts\"\nexclude = [\"posts/20??\", \"d.md\"]", &["/posts/a.md"]),
        // What the configuration itself writes out is not excluded by its own folder's name.
        ("digest = \"ROOT/posts/drafts/*.md\"\nexclude = [\"drafts\"]", &["/posts/drafts/d.md"]),
    ] {
        assert_eq!(found(&site, keys), expected, "{keys}");
    }
}

#[test]
fn the_home_folder_is_written_as_a_tilde() {
    let site = Site::new("");
    site.write("home/posts/a.md", post(1, &[1]).markdown());
    let config = fs::read_to_string(site.path("wellsourced.toml")).unwrap();
    let digest = config.lines().find(|line| line.starts_with("digest = ")).unwrap();
    site.write("wellsourced.toml", config.replace(digest, "digest = \"~/posts/**/*.md\""));
    let config = site.path("wellsourced.toml");
    let mut binary = support::binary();
    let run = binary.env("HOME", site.path("home")).arg("--config").arg(config).args(["--once", "--offline"]);
    assert_eq!(run.output().unwrap().status.code(), Some(0));
    assert_eq!(entries(&site), 1);
}

#[test]
fn a_file_excluded_later_leaves_and_returns_as_itself() {
    let site = Site::new("");
    site.write("posts/a.md", post(1, &[1]).markdown());
    site.write("posts/drafts/b.md", post(2, &[2]).markdown());
    site.cycle(noon());
    let ids = site.ids();
    site.configure("", "exclude = [\"drafts\"]\n");
    site.cycle(hours(1));
    assert_eq!(site.ids().len(), 1);
    site.configure("", "");
    site.cycle(hours(2));
    assert_eq!(site.ids(), ids);
}

#[test]
fn each_glob_of_a_list_keeps_what_it_published_when_all_its_files_are_gone() {
    let site = Site::new("");
    let root = site.folder.path().display().to_string();
    let config = fs::read_to_string(site.path("wellsourced.toml")).unwrap();
    let glob = format!("\"{root}/posts/**/*.md\"");
    site.write("wellsourced.toml", config.replace(&glob, &format!("[{glob}, \"{root}/old\", \"{root}/new/*.md\"]")));
    site.write("posts/a.md", post(1, &[1]).markdown());
    site.write("old/b.md", post(2, &[2]).markdown());
    site.write("old/c.md", post(3, &[3]).markdown());
    let report = site.cycle(noon());
    assert_eq!(told(&report).len(), 1, "{:?}", told(&report));
    assert!(
        told(&report)[0].starts_with("warning ") && told(&report)[0].contains("/new/*.md: `digest`: no file matches")
    );
    let (ids, bytes) = (site.ids(), site.bytes());
    fs::rename(site.path("old"), site.path("unmounted")).unwrap();
    let report = site.cycle(hours(1));
    assert!(
        told(&report).iter().any(|line| line.starts_with("error ") && line.contains("/old: `digest`")),
        "{report:?}"
    );
    assert_eq!((report.exit_code(false), site.bytes()), (3, bytes.clone()));
    // They were not unmounted but moved into another one's folder: they are the same posts, and nothing is missing.
    fs::rename(site.path("unmounted"), site.path("posts/old")).unwrap();
    let report = site.cycle(hours(2));
    assert_eq!((report.exit_code(false), site.ids(), site.bytes()), (0, ids, bytes), "{:?}", told(&report));
}

#[test]
fn inspect_takes_a_folder() {
    let site = Site::new("");
    site.write("posts/2024/b.md", post(2, &[2]).markdown());
    site.write("posts/a.md", post(1, &[1]).markdown());
    site.write("posts/.trash/c.md", post(3, &[3]).markdown());
    site.write("posts/broken.md", "---\ntitle: 'x\n---\n### a\n");
    symlink(".", site.path("posts/self")).unwrap();
    let folder = site.path("posts").display().to_string();
    let output = site.binary(&["inspect", "--json", &folder]);
    let lines = String::from_utf8(output.stdout).unwrap();
    let paths: Vec<_> = lines
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["path"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(paths, ["2024/b.md", "a.md", "broken.md"].map(|name| format!("{folder}/{name}")));
    assert_eq!(output.status.code(), Some(3));
    let text = String::from_utf8(site.binary(&["inspect", &format!("{folder}/")]).stdout).unwrap();
    assert!(text.contains(&format!("{folder}/a.md:\n")) && text.contains("Story 2"), "{text}");
    fs::create_dir(site.path("empty")).unwrap();
    let empty = site.binary(&["inspect", &site.path("empty").display().to_string()]);
    assert_eq!(empty.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&empty.stdout).contains("no post"));
}

#[test]
fn another_version_of_a_post_is_named_in_an_error_whichever_of_the_two_is_edited() {
    let site = Site::new("");
    let text = |edited: &str| post(1, &[1, 2, 3]).markdown().replace("编者", edited);
    site.write("posts/b.md", text("编者"));
    site.cycle(noon());
    let ids = site.ids();
    // A program that synchronises folders puts the older version aside, before the known name and behind it.
    for (hour, aside) in [(1, "posts/a (conflicted copy).md"), (4, "posts/b (conflicted copy).md")] {
        for (later, (kept, put_aside)) in (0..).zip([("编者二", "编者一"), ("编者一", "编者二"), ("编者三", "编者二")])
        {
            site.write("posts/b.md", text(kept));
            site.write(aside, text(put_aside));
            let report = site.cycle(hours(hour + later));
            let errors = told(&report);
            assert_eq!((errors.len(), report.exit_code(false)), (1, 3), "{errors:?}");
            assert!(errors[0].starts_with("error ") && errors[0].contains(aside), "{errors:?}");
            assert!(
                errors[0].contains("another version of the post in") && errors[0].contains("posts/b.md;"),
                "{errors:?}"
            );
            assert_eq!(site.ids(), ids);
            assert!(site.feed("").to_string().contains(kept));
        }
        site.remove(aside);
        assert_eq!(told(&site.cycle(hours(hour + 20))), Vec::<String>::new());
    }
    // Nor over a lost store.
    site.write("posts/a.md", text("编者五"));
    site.lose_store();
    let report = site.cycle(hours(30));
    assert_eq!((told(&report).len(), site.ids()), (1, ids.clone()), "{:?}", told(&report));
    assert!(told(&report)[0].contains("posts/a.md: holds another version"), "{:?}", told(&report));
    site.remove("posts/a.md");
    // The editor goes on with the other one and deletes the first: it is the same post.
    site.write("posts/c.md", text("编者四"));
    site.cycle(hours(40));
    site.remove("posts/b.md");
    let report = site.cycle(hours(41));
    assert_eq!((told(&report), site.ids()), (Vec::new(), ids));
    assert!(site.feed("").to_string().contains("编者四"));
}

#[test]
fn a_copy_of_which_the_first_was_edited_is_not_published_beside_it() {
    let site = Site::new("");
    site.write("posts/a.md", post(1, &[1, 2]).markdown());
    site.write("posts/copy.md", post(1, &[1, 2]).markdown());
    site.cycle(noon());
    let ids = site.ids();
    site.write("posts/a.md", post(1, &[1, 2]).markdown().replace("编者", "笔者"));
    let report = site.cycle(hours(1));
    assert_eq!((told(&report).len(), report.exit_code(false), site.ids()), (1, 3, ids), "{:?}", told(&report));
}

#[test]
fn a_file_that_is_written_anew_each_day_leaves_its_old_post_to_the_copy_of_it() {
    for (archive, in_the_evening) in
        [("posts/archive/1.md", true), ("posts/archive/1.md", false), ("posts/z/1.md", true), ("posts/z/1.md", false)]
    {
        let site = Site::new("");
        let today = |day: u32| post(day, &[day * 10, day * 10 + 1]).markdown();
        site.write("posts/today.md", today(1));
        site.cycle(noon());
        let ids = site.ids();
        site.write(archive, today(1));
        if in_the_evening {
            assert_eq!(told(&site.cycle(hours(1))).len(), 1);
        }
        site.write("posts/today.md", today(2));
        let report = site.cycle(hours(2));
        assert_eq!((told(&report), site.ids().len()), (Vec::new(), 4), "{archive}");
        assert!(ids.iter().all(|(title, id)| site.ids().get(title) == Some(id)), "{archive}");
        // The old post is in its copy by now: it leaves with it, and only it.
        site.remove(archive);
        site.cycle(hours(3));
        assert_eq!(site.ids().keys().collect::<Vec<_>>(), ["Story 20", "Story 21"], "{archive}");
    }
}

#[test]
fn posts_that_share_a_number_and_little_else_are_two() {
    let site = Site::new("");
    site.write("posts/a.md", post(1, &[1, 2, 3, 4]).markdown());
    site.write("posts/b.md", post(1, &[1, 5, 6, 7]).markdown());
    let report = site.cycle(noon());
    assert_eq!((told(&report).len(), entries(&site)), (1, 8), "{:?}", told(&report));
    assert!(told(&report)[0].starts_with("warning ") && told(&report)[0].contains("#1 is also that of"));
}

/// A site with further digest inputs.
fn with_inputs(inputs: &[(&str, &str)]) -> Site {
    let site = Site::new("");
    configure_inputs(&site, inputs);
    site
}

fn configure_inputs(site: &Site, inputs: &[(&str, &str)]) {
    let root = site.folder.path().display().to_string();
    let more = |(name, keys): &(&str, &str)| {
        let keys = keys.replace("ROOT", &root);
        format!("[[inputs]]\nname = \"{name}\"\nbase_url = \"https://{name}.example/\"\n{keys}\n")
    };
    site.configure("", "");
    let config = fs::read_to_string(site.path("wellsourced.toml")).unwrap();
    let (shared, _) = config.split_once("[[inputs]]").unwrap();
    site.write("wellsourced.toml", format!("{shared}{}", inputs.iter().map(more).collect::<String>()));
}

#[test]
fn a_file_that_two_inputs_name_is_published_once() {
    let all = ("all", "digest = \"ROOT/posts\"");
    for other in
        ["digest = \"ROOT/posts/2024/*.md\"", "digest = \"ROOT/posts/../posts/2024\"", "digest = \"ROOT/link\""]
    {
        let site = with_inputs(&[("some", other), all]);
        site.write("posts/2024/a.md", post(1, &[1, 2]).markdown());
        site.write("posts/b.md", post(2, &[3]).markdown());
        symlink("posts/2024", site.path("link")).unwrap();
        let report = site.cycle(noon());
        assert_eq!((entries(&site), told(&report).len(), report.exit_code(false)), (3, 1, 0), "{:?}", told(&report));
        let told_of = "posts/2024/a.md is a post of `some` too";
        assert!(told(&report)[0].starts_with("warning ") && told(&report)[0].contains(told_of), "{:?}", told(&report));
        let (ids, bytes) = (site.ids(), site.bytes());
        assert_eq!((told(&site.cycle(hours(1))), site.bytes()), (told(&report), bytes));
        // Whose it is does not depend on the order; an edit is the owner's.
        configure_inputs(&site, &[all, ("some", other)]);
        site.write("posts/2024/a.md", post(1, &[1, 2]).markdown().replace("编者", "笔者"));
        let report = site.cycle(hours(2));
        assert_eq!((site.ids(), report.inputs[1].revised_items), (ids, 2), "{:?}", told(&report));
        // The owner goes: it is the other one's.
        configure_inputs(&site, &[all]);
        let report = site.cycle(hours(3));
        assert_eq!((entries(&site), told(&report)), (3, Vec::new()));
    }
}

#[test]
fn two_inputs_may_share_a_folder_and_part_it_by_category() {
    let keys = |category: &str| format!("digest = \"ROOT/posts\"\ncategory = \"{category}\"");
    let site = with_inputs(&[("news", &keys("news")), ("essays", &keys("essays"))]);
    let of = |category: &str, post: Post| post.markdown().replace("tags:\n", &format!("category: {category}\ntags:\n"));
    site.write("posts/a.md", of("news", post(1, &[1])));
    site.write("posts/b.md", of("essays", post(2, &[2])));
    let report = site.cycle(noon());
    assert_eq!((entries(&site), told(&report)), (2, Vec::new()));
    // It moves from one to the other, and back as itself.
    let ids = site.ids();
    for (hour, category) in [(1, "essays"), (3, "news")] {
        site.write("posts/a.md", of(category, post(1, &[1])));
        site.cycle(hours(hour));
        let report = site.cycle(hours(hour + 1));
        assert_eq!((entries(&site), told(&report)), (2, Vec::new()), "{category}");
    }
    assert_eq!(site.ids(), ids);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Configurations were written for the `glob` crate, and paths are what posts are known by.
    #[test]
    fn what_a_glob_finds_is_what_the_glob_crate_finds(
        files in prop::collection::btree_set("(posts|notes|a)(/[ab1]|/2024)?/(a|b|ab)(\\.md|\\.txt)", 1..12),
        pattern in "(\\./|\\.\\./ROOT/|/)?((posts|notes)/(\\*\\*/|\\*/|a/|\\./|\\.\\./posts/|/)?|(\\*|\\*\\*|[pn]\\*|\\[!p\\]\\*)/(\\*\\*/|\\*/|a/)?)(\\*\\.md|\\?b\\.\\*|a\\.md|\\[ab\\]\\.md|\\*)",
    ) {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        for file in &files {
            fs::create_dir_all(root.join(file).parent().unwrap()).unwrap();
            fs::File::create(root.join(file)).unwrap();
        }
        // Relative globs are tried as absolute ones: tests share their working directory.
        let name = root.file_name().unwrap().to_str().unwrap();
        let pattern = format!("{}/{}", root.display(), pattern.trim_start_matches('/').replace("ROOT", name));
        let theirs = glob::glob(&pattern).unwrap().map(Result::unwrap).filter(|path| path.is_file());
        let theirs: BTreeSet<String> = theirs.map(|path| path.to_str().unwrap().to_owned()).collect();
        let ours = PostFiles { globs: vec![Glob::of_posts(&pattern, None).unwrap()], exclude: Vec::new() };
        let ours: BTreeSet<String> = ours.list(std::iter::empty()).files.into_iter().map(|file| file.path).collect();
        prop_assert_eq!(ours, theirs, "{}", pattern);
    }
}

#[test]
fn the_examples_have_the_paths_they_always_had() {
    for pattern in
        ["examples/posts/**/*.md", "./examples/posts/**/*.md", "examples/posts/*/*.md", "examples//posts/./**/*.md"]
    {
        let theirs: Vec<String> =
            glob::glob(pattern).unwrap().map(|path| path.unwrap().to_str().unwrap().to_owned()).collect();
        let ours = PostFiles { globs: vec![Glob::of_posts(pattern, None).unwrap()], exclude: Vec::new() };
        let ours: Vec<String> = ours.list(std::iter::empty()).files.into_iter().map(|file| file.path).collect();
        assert!(ours.len() > 4 && ours == theirs, "{pattern}: {ours:?} {theirs:?}");
    }
}
