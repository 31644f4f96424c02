//! A theme in the daemon: a wrong one is refused, at the start and at a reload; a changed one is on every page with the next cycle.

use super::process::{Daemon, QUIET, get};
use super::support::{Site, post};

/// A site whose theme says these words.
fn site(words: &str) -> Site {
    let site = Site::new(QUIET);
    site.write("posts/1.md", post(1, &[1]).markdown());
    site.write("theme/words.zh-CN.toml", words);
    let theme = format!("[publish]\ntheme = \"{}\"\n", site.path("theme").display());
    let text = std::fs::read_to_string(site.path("wellsourced.toml")).unwrap();
    site.write("wellsourced.toml", text.replace("[publish]\n", &theme));
    site
}

#[test]
fn a_wrong_theme_is_refused_at_a_reload_and_a_right_one_holds_from_the_next_cycle_on() {
    let site = site("skip = \"往下\"\n[refusals.404]\nheading = \"没有\"\n");
    let mut daemon = Daemon::start(&site);
    let (public, _) = daemon.addresses();
    daemon.until("cycle: ");
    assert!(get(public, "/").contains(">往下</a>") && get(public, "/nowhere").contains("<h1>没有</h1>"));
    site.write("theme/list.html", "{% extends \"base.html\" %}\n{% block content %}{{ headin }}{% endblock %}\n");
    daemon.signal("HUP");
    let line = daemon.until("ERROR");
    assert!(line.contains("is refused, the old one stays: ") && line.contains("theme/list.html:2: "), "{line}");
    daemon.signal("USR1");
    daemon.until("cycle: ");
    assert!(get(public, "/").contains(">往下</a>"));
    site.remove("theme/list.html");
    site.write("theme/words.zh-CN.toml", "skip = \"下去\"\n[refusals.404]\nheading = \"无\"\n");
    daemon.signal("HUP");
    daemon.until("configuration reloaded");
    daemon.signal("USR1");
    daemon.until("cycle: ");
    assert!(get(public, "/").contains(">下去</a>") && get(public, "/nowhere").contains("<h1>无</h1>"));
    daemon.signal("TERM");
    assert_eq!(daemon.end().code(), Some(0), "{}", daemon.told);
}

#[test]
fn a_daemon_does_not_start_with_a_wrong_theme() {
    let site = site("skipp = \"往下\"\n");
    let mut daemon = Daemon::start(&site);
    assert_eq!(daemon.end().code(), Some(2), "{}", daemon.told);
    assert!(
        daemon.told.contains("words.zh-CN.toml:1: unknown key `skipp`; the nearest known key is `skip`"),
        "{}",
        daemon.told
    );
    assert!(!site.path("feeds").exists() && !site.path("store.db").exists());
}
