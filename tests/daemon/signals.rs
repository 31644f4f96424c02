//! Signals to the real binary: none is lost, and the one to end is heard at once, whatever came before it.

use super::process::{Daemon, QUIET, get};
use super::support::{Site, post};
use std::fs::File;
use std::time::{Duration, Instant};

/// Far more than ending takes when nothing is under way, and less than what it waits for at most.
const AT_ONCE: Duration = Duration::from_secs(10);

fn site() -> Site {
    let site = Site::new(QUIET);
    site.write("posts/1.md", post(1, &[1, 2]).markdown());
    site
}

/// Sends a hundred SIGHUPs, while the configuration is a good and a bad one by turns.
fn reload_a_hundred_times(site: &Site, daemon: &Daemon) {
    let good = std::fs::read_to_string(site.path("wellsourced.toml")).unwrap();
    for time in 0..100 {
        let text = if time % 2 == 0 { good.replace("\"Tests\"", "\"Better\"") } else { format!("{good}nonsense\n") };
        site.write("wellsourced.toml", text);
        daemon.signal("HUP");
    }
    site.write("wellsourced.toml", good.replace("\"Tests\"", "\"Last\""));
    daemon.signal("HUP");
}

#[test]
fn a_hundred_reloads_do_not_hold_up_the_end() {
    let site = site();
    let mut daemon = Daemon::start(&site);
    daemon.until("cycle: ");
    reload_a_hundred_times(&site, &daemon);
    daemon.signal("TERM");
    let sent = Instant::now();
    assert_eq!(daemon.end().code(), Some(0), "{}", daemon.told);
    assert!(sent.elapsed() < AT_ONCE, "after {:?}: {}", sent.elapsed(), daemon.told);
    assert!(!daemon.told.contains("panicked") && !daemon.told.contains("in time"), "{}", daemon.told);
}

#[test]
fn a_cycle_behind_a_hundred_reloads_runs_with_the_last_configuration() {
    let site = site();
    let mut daemon = Daemon::start(&site);
    let (public, _) = daemon.addresses();
    daemon.until("cycle: ");
    reload_a_hundred_times(&site, &daemon);
    daemon.signal("USR1");
    daemon.until("cycle: ");
    assert!(get(public, "/").contains("Last"), "{}", daemon.told);
    let read = daemon.told.matches("reloaded").count() + daemon.told.matches("is refused").count();
    assert!((1..=101).contains(&read), "{}", daemon.told);
}

#[test]
fn a_configuration_that_cannot_be_read_is_not_called_refused() {
    let site = site();
    let mut daemon = Daemon::start(&site);
    daemon.until("cycle: ");
    site.remove("wellsourced.toml");
    daemon.signal("HUP");
    let line = daemon.until("ERROR");
    assert!(line.contains("was not reloaded, the old one stays") && line.contains("wellsourced.toml"), "{line}");
}

#[test]
fn it_can_be_ended_before_it_is_ready() {
    let site = site();
    assert_eq!(site.binary(&["--once", "--offline"]).status.code(), Some(0));
    // A publish that somebody else has under way is waited for at the start, ten seconds.
    let publishing = File::open(site.path("feeds/.wellsourced/lock")).unwrap();
    publishing.lock().unwrap();
    let mut daemon = Daemon::start(&site);
    daemon.until("listening");
    daemon.signal("TERM");
    let sent = Instant::now();
    assert_eq!(daemon.end().code(), Some(0), "{}", daemon.told);
    assert!(sent.elapsed() < Duration::from_secs(8), "after {:?}: {}", sent.elapsed(), daemon.told);
}
