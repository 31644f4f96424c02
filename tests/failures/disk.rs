//! Disks that are full or fill up, under the store and under the published directory; the real binary.

use crate::process::once;
use crate::support::{Site, post};
use crate::upstream::{Entry, Upstream, configure};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// A small disk, unmounted when dropped.
pub(crate) struct Disk(PathBuf);

impl Disk {
    /// Mounts one of some KiB; `None` where that is not allowed.
    #[allow(clippy::print_stderr, reason = "a test that is skipped says so")]
    pub(crate) fn mount(at: &Path, kib: u32) -> Option<Self> {
        fs::create_dir_all(at).unwrap();
        let size = format!("size={kib}k");
        let mount =
            Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(at).stderr(Stdio::null()).status();
        if mount.is_ok_and(|status| status.success()) {
            return Some(Self(at.to_owned()));
        }
        eprintln!("*** SKIPPED: a full disk needs the right to mount a tmpfs (run the tests as root)");
        None
    }

    /// Leaves no room on it.
    pub(crate) fn fill(&self) {
        let mut ballast = fs::File::create(self.ballast()).unwrap();
        while ballast.write_all(&[0; 4096]).is_ok() {}
    }

    /// Leaves as much room as is there with so many KiB of the ballast.
    pub(crate) fn lighten(&self, kib: u64) {
        let ballast = fs::File::options().write(true).open(self.ballast()).unwrap();
        ballast.set_len(kib * 1024).unwrap();
    }

    /// How much of the ballast there is, KiB.
    pub(crate) fn filled(&self) -> u64 {
        fs::metadata(self.ballast()).unwrap().len() / 1024
    }

    fn ballast(&self) -> PathBuf {
        self.0.join("ballast")
    }

    fn resize(&self, kib: u32) {
        let mut mount = Command::new("mount");
        assert!(mount.args(["-o", &format!("remount,size={kib}k")]).arg(&self.0).status().unwrap().success());
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let began = Instant::now();
        let unmounted = || Command::new("umount").arg(&self.0).stderr(Stdio::null()).status();
        // A server that had its files there ends a moment later.
        while unmounted().is_ok_and(|status| !status.success()) && began.elapsed() < Duration::from_secs(10) {
            std::thread::yield_now();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_feeds_and_a_full_disk_under_the_store_end() {
    let upstream = Upstream::start().await;
    let site = Site::new("");
    let feeds: Vec<(String, String)> =
        (0..150).map(|n| (format!("feed {n}"), upstream.url(&format!("/{n}")))).collect();
    for n in 0..150 {
        let entries: Vec<Entry> = (1..=5).map(|entry| Entry::number(n * 5 + entry)).collect();
        upstream.serve(&format!("/{n}"), "Alpha", &entries);
    }
    let feeds: Vec<(&str, String)> = feeds.iter().map(|(name, url)| (name.as_str(), url.clone())).collect();
    configure(&site, &feeds, "");
    let text = fs::read_to_string(site.path("wellsourced.toml")).unwrap();
    site.write("wellsourced.toml", text.replace("/store.db", "/var/store.db"));
    let Some(disk) = Disk::mount(&site.path("var"), 1500) else { return };
    site.write("posts/1.md", post(1, &[1, 2]).markdown());
    let (code, told) = once(&site, &["--offline"]);
    assert_eq!(code, 0, "{told}");
    let before = site.published();
    let mut full = 0;
    for kib in (1500..).step_by(250) {
        disk.resize(kib);
        let (code, told) = once(&site, &[]);
        if code == 0 {
            break;
        }
        assert_eq!(code, 1, "{kib} KiB: {told}");
        assert!(told.contains("full"), "{kib} KiB: {told}");
        if told.contains("what was published before") {
            assert!(site.published() == before, "{kib} KiB: {told}");
        }
        site.assert_whole();
        full += 1;
    }
    assert!(full > 5, "{full} times");
    assert_eq!(site.feed("")["items"].as_array().unwrap().len(), 50);
}

#[test]
fn a_disk_that_fills_up_while_publishing_leaves_what_was_there() {
    let site = Site::new("");
    let Some(disk) = Disk::mount(&site.path("feeds"), 600) else { return };
    site.write("posts/1.md", post(1, &[1, 2]).markdown());
    assert_eq!(once(&site, &["--offline"]).0, 0);
    let before = site.published();
    for number in 2..=60 {
        site.write(&format!("posts/{number}.md"), post(number, &[number * 10, number * 10 + 1]).markdown());
    }
    let mut full = 0;
    for kib in (600..).step_by(100) {
        disk.resize(kib);
        let (code, told) = once(&site, &["--offline"]);
        if code == 0 {
            break;
        }
        assert_eq!(code, 1, "{kib} KiB: {told}");
        assert!(told.contains("space"), "{kib} KiB: {told}");
        assert!(site.published() == before, "{kib} KiB: {told}");
        full += 1;
    }
    assert!(full > 5, "{full} times");
    assert_eq!(site.feed("editions")["items"].as_array().unwrap().len(), 50);
    site.assert_whole();
}
