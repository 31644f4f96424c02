//! Which files are posts: each file is one post, whatever names lead to it, and none is lost or doubled in silence.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail where it stands")]

mod copies;
mod globs;
#[path = "../support/mod.rs"]
mod support;

use chrono::{DateTime, Duration, Utc};
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::process::CommandExt;
use std::path::Path;
use support::{Post, Site, noon, post};
use wellsourced::model::Severity;
use wellsourced::pipeline::Report;

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
