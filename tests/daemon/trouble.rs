//! A trouble is told once, then when it changes or ends; a cycle that failed is counted, and readiness says so at once.

use super::process::{Daemon, PATIENCE, QUIET, get};
use super::support::{Site, post};
use std::fs;
use std::path::Path;
use std::time::Instant;

/// Something that stands in the way of a file, so that nobody can open it, root neither.
fn obstruct(path: &Path) {
    let _ = fs::remove_file(path);
    fs::create_dir(path).unwrap();
}

fn cycles(metrics: &str, result: &str) -> u64 {
    let series = format!("wellsourced_cycles_total{{result=\"{result}\"}} ");
    metrics.lines().find_map(|line| line.strip_prefix(&series)).unwrap().parse().unwrap()
}

#[test]
fn a_cycle_that_cannot_run_is_told_once_counted_and_makes_it_unready() {
    let site = Site::new(QUIET);
    site.write("posts/1.md", post(1, &[1, 2]).markdown());
    let mut daemon = Daemon::start(&site);
    let (public, admin) = daemon.addresses();
    daemon.until("cycle: ");
    // The lock of cycles cannot be taken, as on a disk that is full or read-only.
    obstruct(&site.path("store.db.lock"));
    let failed = |count| {
        daemon.signal("USR1");
        let asked = Instant::now();
        while cycles(&get(admin, "/metrics"), "failed") < count {
            assert!(asked.elapsed() < PATIENCE, "it is not counted");
        }
    };
    (1..=3).for_each(failed);
    let ready = get(admin, "/readyz");
    assert!(ready.starts_with("HTTP/1.1 503") && ready.contains("the last cycle failed"), "{ready}");
    assert!(ready.contains("store.db.lock"), "{ready}");
    assert!(get(public, "/feed.json").contains("Story 1"), "what was published is served");
    fs::remove_dir(site.path("store.db.lock")).unwrap();
    daemon.signal("USR1");
    let over = daemon.until("cycles publish again");
    assert!(over.contains("lasted="), "{over}");
    daemon.until("cycle: ");
    assert!(get(admin, "/readyz").starts_with("HTTP/1.1 200"), "{}", get(admin, "/readyz"));
    assert_eq!(daemon.told.matches("a cycle could not run").count(), 1, "{}", daemon.told);
    assert_eq!(cycles(&get(admin, "/metrics"), "published"), 2);
}

#[test]
fn a_publish_that_fails_is_told_once_and_counted() {
    let site = Site::new(QUIET);
    site.write("posts/1.md", post(1, &[1, 2]).markdown());
    let mut daemon = Daemon::start(&site);
    let (_, admin) = daemon.addresses();
    daemon.until("cycle: ");
    obstruct(&site.path("feeds/.wellsourced/lock"));
    for number in 2..4 {
        site.write(&format!("posts/{number}.md"), post(number, &[number * 2, number * 2 + 1]).markdown());
        daemon.signal("USR1");
        daemon.until("cycle: ");
    }
    assert_eq!(daemon.told.matches("ERROR").count(), 1, "{}", daemon.told);
    assert_eq!(cycles(&get(admin, "/metrics"), "failed"), 2);
    let ready = get(admin, "/readyz");
    assert!(ready.starts_with("HTTP/1.1 503") && ready.contains("the last cycle failed"), "{ready}");
    fs::remove_dir(site.path("feeds/.wellsourced/lock")).unwrap();
    daemon.signal("USR1");
    daemon.until("cycles publish again");
}

#[test]
fn what_was_wrong_with_a_post_is_told_to_be_mended() {
    let site = Site::new(QUIET);
    site.write("posts/1.md", post(1, &[1, 2]).markdown());
    site.write("posts/2.md", "---\ntitle: [\n---\n");
    let mut daemon = Daemon::start(&site);
    daemon.until("2.md");
    daemon.until("cycle: ");
    daemon.signal("USR1");
    daemon.until("cycle: ");
    assert_eq!(daemon.told.matches("2.md").count(), 1, "{}", daemon.told);
    site.write("posts/2.md", post(2, &[3]).markdown());
    daemon.signal("USR1");
    let line = daemon.until("no more: ");
    assert!(line.contains("2.md") && line.contains("lasted="), "{line}");
}
