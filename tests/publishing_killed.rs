//! Rule 3, whole or not at all: a process that is killed at any moment, and a disk that is full, leave the last good feeds, and
//! the next run completes to the same bytes.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail where it stands")]

mod support;

use std::fs;
use std::process::{Command, Stdio};
use std::time::Duration;
use support::{Site, binary, post};

/// How often the process is killed; `WELLSOURCED_KILLS` asks for more.
fn kills() -> u32 {
    std::env::vars_os()
        .find(|(name, _)| name == "WELLSOURCED_KILLS")
        .and_then(|(_, kills)| kills.into_string().ok()?.parse().ok())
        .unwrap_or(40)
}

fn fill(site: &Site, posts: u32) {
    for number in 1..=posts {
        let seeds: Vec<u32> = (0..3).map(|n| number * 10 + n).collect();
        site.write(&format!("posts/{number}.md"), post(number, &seeds).markdown());
    }
}

fn relative(site: &Site) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let root = site.path("feeds");
    site.bytes().into_iter().map(|(path, bytes)| (path.strip_prefix(&root).unwrap().to_path_buf(), bytes)).collect()
}

#[test]
fn a_killed_process_leaves_whole_feeds_and_the_next_run_completes() {
    let undisturbed = Site::new("");
    fill(&undisturbed, 12);
    let began = std::time::Instant::now();
    assert!(undisturbed.binary(&["--once", "--offline"]).status.success());
    let whole_run = began.elapsed().max(Duration::from_millis(40));
    let expected = relative(&undisturbed);
    for round in 0..kills() {
        let site = Site::new("");
        fill(&site, if round % 2 == 0 { 12 } else { 11 });
        if round % 2 == 1 {
            // The second half of the moments lies in a run that adds a post to what is published.
            assert!(site.binary(&["--once", "--offline"]).status.success());
            fill(&site, 12);
        }
        let mut child = binary()
            .arg("--config")
            .arg(site.path("wellsourced.toml"))
            .args(["--once", "--offline"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let moment = whole_run * (round * 7919 % 1000) / 1000;
        let (done, waited) = std::sync::mpsc::channel::<()>();
        // Nothing is ever sent: the channel is a clock that may be awaited.
        let _ = waited.recv_timeout(moment);
        drop(done);
        let _ = child.kill();
        child.wait().unwrap();
        site.assert_whole();
        let output = site.binary(&["--once", "--offline"]);
        assert!(output.status.success(), "round {round}: {}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(relative(&site), expected, "round {round}, killed after {moment:?}");
        let leftovers = fs::read_dir(site.path("feeds/.wellsourced/staging")).map_or(0, Iterator::count);
        assert_eq!(leftovers, 0, "round {round}: staged files are left over");
    }
}

#[test]
fn a_full_disk_leaves_the_old_feeds_and_says_so() {
    let site = Site::new("");
    fill(&site, 2);
    fs::create_dir_all(site.path("feeds")).unwrap();
    let mounted = Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=600k", "tmpfs"])
        .arg(site.path("feeds"))
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if !mounted {
        eprintln!("*** SKIPPED: a full disk needs the right to mount a tmpfs (run the tests as root)");
        return;
    }
    let outcome = std::panic::catch_unwind(|| {
        assert!(site.binary(&["--once", "--offline"]).status.success());
        let before = site.published();
        fill(&site, 200);
        let output = site.binary(&["--once", "--offline"]);
        let told = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!([1, 3].contains(&output.status.code().unwrap()), "{told}");
        assert!(told.contains("space") || told.contains("full"), "{told}");
        assert_eq!(site.published(), before, "readers still get what was published before");
        site.assert_whole();
        let larger = Command::new("mount").args(["-o", "remount,size=64m"]).arg(site.path("feeds")).status();
        assert!(larger.unwrap().success());
        assert!(site.binary(&["--once", "--offline"]).status.success());
        assert_eq!(site.feed("editions")["items"].as_array().unwrap().len(), 50);
    });
    let _ = Command::new("umount").arg(site.path("feeds")).status();
    if let Err(panic) = outcome {
        std::panic::resume_unwind(panic);
    }
}
