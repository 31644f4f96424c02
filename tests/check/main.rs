//! `check` through the real binary: mistakes that editors make, each with what is told of it; the formats, what is mended, what
//! changed, and the links.

#![allow(clippy::unwrap_used, reason = "a test may fail where it stands")]
#![allow(clippy::disallowed_methods, reason = "a test sets up its own files")]

#[path = "../support/mod.rs"]
mod support;

mod changed;
mod formats;
mod golden;
mod links;
mod mended;
mod others;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use support::binary;

/// A folder with posts that are well, and a configuration for them.
struct Desk {
    folder: tempfile::TempDir,
}

/// A file of these tests.
fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/check").join(path)
}

/// A post without a mistake.
const GOOD: &str = "---\ntitle: '每日观察 #107 路由器里的小系统'\ndate: '2026-04-07 20:00:00'\ntags:\n- Linux\n---\n\n\
    ### 路由器里的小系统\n\n跑的是 Linux。\n\n> **[消息来源：LWN](https://lwn.example/107)**\n\n> 小满点评：好。\n";

impl Desk {
    /// `more` is appended to the configuration.
    fn new(more: &str) -> Self {
        let desk = Self { folder: tempfile::tempdir().unwrap() };
        support::copy(&here("usual"), &desk.path("posts"));
        let text = format!(
            "[site]\ntitle = \"Tests\"\nbase_url = \"https://feeds.example/\"\ntimezone = \"Asia/Shanghai\"\n\
             [store]\nurl = \"sqlite:store.db\"\n[publish]\ndirectory = \"feeds\"\n\
             [[inputs]]\nname = \"每日观察\"\ndigest = \"posts\"\n\
             [tags]\nslugs = {{ \"Kubernetes\" = \"k8s\" }}\n{more}"
        );
        desk.write("wellsourced.toml", text);
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        fs::write(self.path(name), bytes).unwrap();
    }

    fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap()
    }

    /// Runs the binary in the folder.
    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = binary();
        command.current_dir(self.folder.path()).args(["--config", "wellsourced.toml"]).args(arguments);
        command.output().unwrap()
    }

    /// Runs `check`: what it prints, and its exit code.
    fn check(&self, arguments: &[&str]) -> (String, i32) {
        let output = self.run(&[&["check"], arguments].concat());
        let told = String::from_utf8(output.stdout).unwrap();
        let errors = String::from_utf8(output.stderr).unwrap();
        (format!("{told}{errors}"), output.status.code().unwrap())
    }

    /// What `check` finds, by rule and line.
    fn found(&self, arguments: &[&str]) -> Vec<(String, u64)> {
        let (told, _) = self.check(&[&["--format", "json"], arguments].concat());
        let lines = told.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        lines
            .map(|mark| (mark["rule"].as_str().unwrap().to_owned(), mark["line"].as_u64().unwrap_or_default()))
            .collect()
    }
}

#[test]
fn posts_that_are_well_are_well() {
    let desk = Desk::new("");
    desk.write("posts/next.md", GOOD);
    let (told, code) = desk.check(&["--strict"]);
    assert_eq!((told.as_str(), code), ("Checked 7 posts: 0 errors, 0 warnings.\n", 0));
}
