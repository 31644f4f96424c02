//! Nodes whose clocks are an hour off: they say so and go by the store's.

use super::cluster::Cluster;
use super::support::postgres::SERVER;
use super::support::{Post, Site, post};
use chrono::{DateTime, TimeDelta, Utc};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

/// What a clock is off, seconds.
const HOUR: i64 = 3600;

/// Nothing here takes so long.
const PATIENCE: Duration = Duration::from_mins(1);

/// A clock that the tests move.
struct MovedClock {
    folder: tempfile::TempDir,
}

impl MovedClock {
    /// None where there is no C compiler, which is said.
    fn new() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clock.c");
        let mut compile = Command::new("cc");
        compile.args(["-shared", "-fPIC", "-O1", "-o"]).arg(folder.path().join("clock.so")).arg(source);
        if compile.status().is_ok_and(|status| status.success()) {
            return Some(Self { folder });
        }
        eprintln!("*** SKIPPED: a clock is moved by a library that takes a C compiler (Debian: gcc)");
        None
    }

    /// The environment of a process whose clock is so many seconds ahead; who has the same name has the same clock.
    fn ahead(&self, name: &str, seconds: i64) -> Vec<(&'static str, PathBuf)> {
        let file = self.folder.path().join(name);
        #[allow(clippy::disallowed_methods, reason = "a test makes its own files")]
        std::fs::write(&file, seconds.to_string()).unwrap();
        vec![("LD_PRELOAD", self.folder.path().join("clock.so")), ("CLOCK_SHIFT", file)]
    }
}

#[test]
fn nodes_whose_clocks_are_an_hour_off_go_by_the_stores_and_say_so_once() {
    let Some(clock) = MovedClock::new() else { return };
    let Some(mut cluster) = Cluster::new(3, 8) else { return };
    cluster.nodes[0].environment = clock.ahead("fast", HOUR);
    cluster.nodes[1].environment = clock.ahead("slow", -HOUR);
    cluster.grow();
    // The fast one publishes first, and goes on doing so.
    for node in &mut cluster.nodes {
        node.start();
    }
    cluster.until_all_have_it(&[0, 1, 2]);
    for _ in 0..2 {
        cluster.grow();
        cluster.ask();
        cluster.until_all_have_it(&[0, 1, 2]);
    }
    let [fast, slow, right] = [0, 1, 2].map(|number| &cluster.nodes[number]);
    for (node, told) in [(fast, "ahead of the store's"), (slow, "behind the store's")] {
        let log = node.log();
        let lines: Vec<&str> = log.lines().filter(|line| line.contains("this machine's clock is")).collect();
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert!(lines[0].contains(told) && lines[0].contains("timedatectl"), "{lines:?}");
    }
    assert!(!right.log().contains("clock is"), "{}", right.log());
    let ahead = |status: &str| {
        let status: serde_json::Value = serde_json::from_str(status).unwrap();
        status["nodes"]["clock_ahead_seconds"].as_i64().unwrap()
    };
    let status = right.status();
    assert!(
        status.contains("; its clock is 1 h 0 min ahead") || status.contains("; its clock is 59 min ahead"),
        "{status}"
    );
    assert!(status.contains("behind the store's") && ahead(&status) == 0, "{status}");
    assert!((ahead(&fast.status()) - HOUR).abs() < 60 && (ahead(&slow.status()) + HOUR).abs() < 60);
    // Somebody sets it.
    clock.ahead("fast", 0);
    let began = Instant::now();
    while !fast.log().contains("this machine's clock is the store's again") {
        assert!(began.elapsed() < PATIENCE, "{}", fast.log());
        std::thread::sleep(Duration::from_millis(100));
    }
    cluster.assert_polite();
    cluster.assert_as_undisturbed();
}

/// A cycle by hand on a site whose store is this one.
fn once(site: &Site, store: &str, environment: &[(&'static str, PathBuf)]) -> Output {
    let mut command = super::support::binary();
    command.arg("--config").arg(site.path("wellsourced.toml")).args(["--once", "--offline"]);
    command.env("WELLSOURCED_STORE_URL", store).envs(environment.iter().cloned()).output().unwrap()
}

#[test]
fn what_is_edited_on_a_machine_whose_clock_is_off_is_dated_right() {
    let (Some(clock), Some(server)) = (MovedClock::new(), SERVER.as_ref()) else { return };
    let (site, store) = (Site::new(""), server.place());
    let mut edited: Post = post(1, &[1, 2]);
    for (name, ahead) in [("right", 0), ("fast", HOUR), ("slow", -HOUR)] {
        edited.stories[0].text.push_str(name);
        site.write("posts/1.md", edited.markdown());
        let before = Utc::now();
        let done = once(&site, &store, &clock.ahead(name, ahead));
        let told = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{done:?}");
        assert_eq!(told.matches("this machine's clock is").count(), usize::from(ahead != 0), "{told}");
        let feed = site.feed("");
        let modified = feed["items"][0]["date_modified"].as_str().unwrap().parse::<DateTime<Utc>>().unwrap();
        if name != "right" {
            let off = modified - before;
            assert!(off.abs() < TimeDelta::minutes(5), "{name}: {modified}, and not {before}");
        }
    }
}
