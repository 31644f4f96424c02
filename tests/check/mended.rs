//! `--fix`: what it changes, byte for byte, and what it leaves.

use crate::{Desk, GOOD};
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

/// A post with mistakes of each kind that is mended, and the same without.
fn pair() -> (String, String) {
    let body =
        |text: &str, source: &str| GOOD.replace("跑的是 Linux。", text).replace("https://lwn.example/107", source);
    let before = body(
        "见https://a.example/路?id=1&utm_source=x#y，再看 [t](htps://b.example/x。)和 <https://c.example/？>。\n\n\
         `https://a.example/?utm_source=x。`、<!-- ttps://a.example/ -->、https://A.Example:443/%7Ea/./b?b[]=1 、\n\n\
         ```\nhhttps://a.example/?gclid=1。\n```",
        "ttps://lwn.example/107?fbclid=1",
    );
    let after = body(
        "见https://a.example/路?id=1#y ，再看 [t](https://b.example/x)。和 <https://c.example/>？。\n\n\
         `https://a.example/?utm_source=x。`、<!-- ttps://a.example/ -->、https://A.Example:443/%7Ea/./b?b[]=1 、\n\n\
         ```\nhhttps://a.example/?gclid=1。\n```",
        "https://lwn.example/107",
    );
    (before, after)
}

#[test]
fn only_what_is_wrong_changes_and_a_second_time_nothing() {
    let (before, after) = pair();
    let crlf = |text: &str| text.replace('\n', "\r\n");
    let bom = |text: &str| format!("\u{feff}{text}");
    let open = |text: &str| text.trim_end().to_owned();
    let desk = Desk::new("");
    for (before, after) in [
        (before.clone(), after.clone()),
        (crlf(&before), crlf(&after)),
        (bom(&before), bom(&after)),
        (bom(&crlf(&before)), bom(&crlf(&after))),
        (open(&before), open(&after)),
    ] {
        desk.write("posts/next.md", &before);
        let (told, code) = desk.check(&["--fix", "posts/next.md"]);
        assert_eq!(code, 0, "{told}");
        assert_eq!(String::from_utf8(desk.read("posts/next.md")).unwrap(), after, "{told}");
        assert!(told.contains("Mended 7 mistakes in 1 post."), "{told}");
        let stood = fs::metadata(desk.path("posts/next.md")).unwrap();
        let (told, _) = desk.check(&["--fix", "posts/next.md"]);
        assert!(!told.contains("Mended"), "{told}");
        assert_eq!(stood.ino(), fs::metadata(desk.path("posts/next.md")).unwrap().ino());
    }
}

#[test]
fn posts_that_need_a_person_stay_as_they_are() {
    let desk = Desk::new("");
    let mended = ["scheme-", "glued-", "tracking-", "several-"];
    for path in fs::read_dir(crate::here("mistakes")).unwrap().map(|entry| entry.unwrap().path()) {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.extension().is_none_or(|extension| extension != "md") || name == "cited-before-written-otherwise.md" {
            continue;
        }
        let text = fs::read(&path).unwrap();
        desk.write("posts/next.md", &text);
        desk.check(&["--fix", "posts/next.md"]);
        let is_changed = desk.read("posts/next.md") != text;
        assert_eq!(is_changed, mended.iter().any(|kind| name.starts_with(kind)), "{name}");
    }
}

#[test]
fn the_mode_is_kept_and_nothing_is_left_beside() {
    let desk = Desk::new("");
    desk.write("posts/next.md", pair().0);
    fs::set_permissions(desk.path("posts/next.md"), fs::Permissions::from_mode(0o640)).unwrap();
    desk.check(&["--fix"]);
    assert_eq!(fs::metadata(desk.path("posts/next.md")).unwrap().mode() & 0o777, 0o640);
    assert_eq!(fs::read_dir(desk.path("posts")).unwrap().count(), 7);
}

#[test]
fn nothing_is_written_through_a_link_that_leads_elsewhere() {
    let desk = Desk::new("");
    let (before, after) = pair();
    desk.write("elsewhere/a.md", &before);
    symlink("../elsewhere/a.md", desk.path("posts/next.md")).unwrap();
    let (told, code) = desk.check(&["--fix", "posts/next.md"]);
    assert!(code == 1 && told.contains("not mended, for a link leads to "), "{told}");
    assert_eq!(desk.read("elsewhere/a.md"), before.as_bytes());
    // A folder that leads out of the working directory.
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("b.md"), &before).unwrap();
    symlink(outside.path(), desk.path("linked")).unwrap();
    let (told, code) = desk.check(&["--fix", "linked/b.md"]);
    assert!(code == 1 && told.contains("not mended"), "{told}");
    assert_eq!(fs::read(outside.path().join("b.md")).unwrap(), before.as_bytes());
    // One within its folder is followed, and stays.
    desk.write("posts/real.md", &before);
    fs::remove_file(desk.path("posts/next.md")).unwrap();
    symlink("real.md", desk.path("posts/next.md")).unwrap();
    desk.check(&["--fix", "posts/next.md"]);
    assert_eq!(desk.read("posts/real.md"), after.as_bytes());
    assert!(desk.path("posts/next.md").is_symlink());
}
