//! `--since`: a real repository, made in a temporary folder.

use crate::support::binary;
use crate::{Desk, GOOD};
use std::fs;
use std::process::Command;

fn git(desk: &Desk, arguments: &[&str]) {
    let mut command = Command::new("git");
    command.current_dir(desk.folder.path()).args(["-c", "user.name=Editor", "-c", "user.email=editor@example.org"]);
    let output =
        command.args(["-c", "init.defaultBranch=main", "-c", "commit.gpgsign=false"]).args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// A repository in which each post has a mistake.
fn repository() -> Desk {
    let desk = Desk::new("");
    for number in 1..=6 {
        let name = format!("posts/2026-04-0{number}.md");
        let text = String::from_utf8(desk.read(&name)).unwrap();
        desk.write(&name, text.replace("慢慢来。", "慢慢来，见 https://t.co/a 。"));
    }
    git(&desk, &["init", "-q"]);
    git(&desk, &["add", "."]);
    git(&desk, &["commit", "-qm", "posts"]);
    desk
}

fn paths(desk: &Desk, arguments: &[&str]) -> Vec<String> {
    let (told, _) = desk.check(&[&["--format", "json"], arguments].concat());
    let mut paths: Vec<String> = told
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap_or_else(|_| panic!("{told}")))
        .map(|mark| mark["path"].as_str().unwrap().to_owned())
        .collect();
    paths.dedup();
    paths
}

#[test]
fn only_posts_that_changed_are_looked_at() {
    let desk = repository();
    assert_eq!(paths(&desk, &[]).len(), 6);
    assert_eq!(paths(&desk, &["--since", "HEAD"]), [""; 0]);
    let edit = |name: &str| {
        let text = String::from_utf8(desk.read(name)).unwrap();
        desk.write(name, text.replace("只有几句话", "有几句话"));
    };
    // Edited; edited and staged; renamed; new and unknown to git; removed; ignored.
    edit("posts/2026-04-01.md");
    edit("posts/2026-04-02.md");
    git(&desk, &["add", "posts/2026-04-02.md"]);
    git(&desk, &["mv", "posts/2026-04-03.md", "posts/三 月.md"]);
    desk.write("posts/next.md", GOOD.replace("https://lwn.example/107", "https://t.co/b"));
    fs::remove_file(desk.path("posts/2026-04-04.md")).unwrap();
    desk.write(".gitignore", "ignored.md\n");
    desk.write("posts/ignored.md", GOOD.replace("https://lwn.example/107", "https://t.co/c"));
    let changed = ["posts/2026-04-01.md", "posts/2026-04-02.md", "posts/next.md", "posts/三 月.md"];
    assert_eq!(paths(&desk, &["--since", "HEAD"]), changed);
    assert_eq!(paths(&desk, &["--since", "HEAD", "posts/2026-04-05.md", "posts/2026-04-01.md"]), changed[..1]);
    git(&desk, &["add", "."]);
    git(&desk, &["commit", "-qm", "more"]);
    assert_eq!(paths(&desk, &["--since", "HEAD~1"]), changed);
    assert_eq!(paths(&desk, &["--since", "HEAD"]), [""; 0]);
}

#[test]
fn what_a_link_leads_to_is_what_changes() {
    let desk = repository();
    desk.write("elsewhere/a.md", GOOD.replace("https://lwn.example/107", "https://t.co/b"));
    std::os::unix::fs::symlink("../elsewhere/a.md", desk.path("posts/next.md")).unwrap();
    git(&desk, &["add", "."]);
    git(&desk, &["commit", "-qm", "a link"]);
    assert_eq!(paths(&desk, &["--since", "HEAD"]), [""; 0]);
    desk.write("elsewhere/a.md", GOOD.replace("https://lwn.example/107", "https://t.co/c"));
    assert_eq!(paths(&desk, &["--since", "HEAD"]), ["posts/next.md"]);
}

#[test]
fn a_hook_of_another_repository_does_not_mislead() {
    let desk = repository();
    desk.write("posts/next.md", GOOD.replace("https://lwn.example/107", "https://t.co/b"));
    let other = tempfile::tempdir().unwrap();
    let mut command = binary();
    command.current_dir(desk.folder.path()).args([
        "--config",
        "wellsourced.toml",
        "check",
        "--since",
        "HEAD",
        "--format",
        "json",
    ]);
    let output =
        command.env("GIT_DIR", other.path()).env("GIT_INDEX_FILE", other.path().join("index")).output().unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(told.lines().count() == 1 && told.contains("posts/next.md"), "{told}{output:?}", output = output.stderr);
}

#[test]
fn what_git_cannot_say_is_told() {
    let desk = repository();
    for (revision, told) in [("v9", "`v9` is no revision of"), ("--output=x", "`--output=x` is no revision of")] {
        let (said, code) = desk.check(&[&format!("--since={revision}")]);
        assert!(code == 2 && said.contains(told), "{said}");
    }
    assert!(!desk.path("x").exists());
    let alone = Desk::new("");
    let (said, code) = alone.check(&["--since", "HEAD"]);
    let is_in_one = alone.folder.path().ancestors().any(|folder| folder.join(".git").exists());
    assert!(is_in_one || code == 2 && said.contains("stands in no repository of git"), "{said}");
    let empty = tempfile::tempdir().unwrap();
    let mut command = binary();
    command.current_dir(desk.folder.path()).args(["--config", "wellsourced.toml", "check", "--since", "HEAD"]);
    let output = command.env("PATH", empty.path()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.code() == Some(2) && said.contains("needs the program `git`, which is not there"), "{said}");
}
