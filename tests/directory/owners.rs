//! A directory has one store. Another one is refused, with a way to take over on purpose.

use crate::support::{Site, post};
use std::fs;
use std::process::Output;

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn run(site: &Site, more: &[&str]) -> (i32, String) {
    let output = site.binary(&[&["--once", "--offline"], more].concat());
    (output.status.code().unwrap(), out(&output))
}

/// Two sites, the second of which publishes into the first one's directory.
fn two() -> (Site, Site) {
    let (first, second) = (Site::new(""), Site::new(""));
    first.write("posts/1.md", post(1, &[11, 12]).markdown());
    second.write("posts/2.md", post(2, &[21]).markdown());
    (first, second)
}

fn share(first: &Site, second: &Site) {
    let config = fs::read_to_string(second.path("wellsourced.toml")).unwrap();
    let (own, other) = (second.path("feeds"), first.path("feeds"));
    second.write("wellsourced.toml", config.replace(own.to_str().unwrap(), other.to_str().unwrap()));
}

#[test]
fn another_store_is_refused_until_it_takes_over_on_purpose() {
    for was_used in [false, true] {
        let (first, second) = two();
        if was_used {
            assert_eq!(run(&second, &[]).0, 0, "it published elsewhere before");
        }
        assert_eq!(run(&first, &[]).0, 0);
        share(&first, &second);
        let before = first.published();
        let (code, told) = run(&second, &[]);
        assert_eq!((code, first.published()), (1, before), "{told}");
        for said in ["belongs to another store", &first.store_name(), "owner.jsonl", "--take-over"] {
            assert!(told.contains(said), "{said} in {told}");
        }
        // On purpose: what the first one wrote leaves, and the first one is refused from now on.
        let (code, told) = run(&second, &["--take-over"]);
        assert_eq!(code, 0, "{told}");
        assert_eq!(first.ids().keys().collect::<Vec<_>>(), ["Story 21"], "{told}");
        let pages = fs::read_dir(first.path("feeds/items")).unwrap().count();
        assert_eq!(pages, 1, "what the first one wrote has left");
        assert_eq!(run(&second, &[]).0, 0);
        let before = first.published();
        let (code, told) = run(&first, &[]);
        assert_eq!((code, first.published()), (1, before), "{told}");
        assert_eq!(run(&first, &["--take-over"]).0, 0);
        assert_eq!(first.ids().len(), 2);
    }
}

#[test]
fn taking_over_is_for_once() {
    let (first, _) = two();
    let output = first.binary(&["--take-over"]);
    assert_eq!(output.status.code(), Some(2), "{}", out(&output));
}

#[test]
fn a_lost_store_a_restored_one_and_a_lost_mark_remain_the_owners() {
    let (first, second) = two();
    assert_eq!(run(&first, &[]).0, 0);
    let owner = first.path("feeds/.wellsourced/owner.jsonl");
    let mark = fs::read(&owner).unwrap();
    let backup = first.path("backup");
    first.keep_store(&backup);
    let before = first.published();
    first.lose_store();
    let (code, told) = run(&first, &[]);
    assert_eq!((code, first.published()), (0, before.clone()), "lost and rebuilt: {told}");
    assert_eq!(fs::read(&owner).unwrap(), mark);
    first.restore_store(&backup);
    let (code, told) = run(&first, &[]);
    assert_eq!((code, first.published()), (0, before.clone()), "from a backup: {told}");
    fs::remove_file(&owner).unwrap();
    let (code, told) = run(&first, &[]);
    assert_eq!((code, first.published()), (0, before.clone()), "the mark was lost: {told}");
    assert_eq!(fs::read(&owner).unwrap(), mark);
    fs::File::create(&owner).unwrap();
    assert_eq!((run(&first, &[]).0, first.published()), (0, before), "the mark was emptied");
    share(&first, &second);
    assert_eq!(run(&second, &[]).0, 1);
    // A second store may have the directory once the first one is gone for good, which nobody can say of one on a server.
    first.lose_store();
    let is_seen_gone = first.store_url().starts_with("sqlite:");
    assert_eq!(run(&second, &[]).0, i32::from(!is_seen_gone));
    assert_eq!(run(&second, &["--take-over"]).0, 0);
}
