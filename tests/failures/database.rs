//! The disk of a PostgreSQL server that is full: a real one, under the tables or under everything.

use crate::daemon::{Daemon, QUIET, command, get};
use crate::disk::Disk;
use crate::process::once;
use crate::support::postgres::Server;
use crate::support::{Site, post};
use std::fs;

/// A server whose tables stand on a small disk, and a site that it keeps, to be dropped in this order; none where one of them
/// cannot be had.
fn on_a_small_disk(more: &str) -> Option<(Site, Disk, Server)> {
    let server = Server::start()?;
    let site = Site::new(more);
    let tables = site.path("tables");
    let disk = Disk::mount(&tables, 64 * 1024)?;
    fs::set_permissions(site.folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    server.give(&tables);
    server.admin(&format!("CREATE TABLESPACE small LOCATION '{}'", tables.display()));
    server.admin("ALTER DATABASE feeds SET TABLESPACE small");
    keep_in(&site, &server.place());
    Some((site, disk, server))
}

/// The site's store is there.
fn keep_in(site: &Site, store: &str) {
    let text = fs::read_to_string(site.path("wellsourced.toml")).unwrap();
    site.write("wellsourced.toml", text.replace(&site.store_url(), store));
}

/// More posts than there is room for.
fn write_many(site: &Site) {
    for number in 2..=60 {
        site.write(&format!("posts/{number}.md"), post(number, &[number * 10, number * 10 + 1]).markdown());
    }
}

/// What a site that nothing happened to publishes of the same posts.
fn assert_as_undisturbed(site: &Site) {
    let other = Site::new("");
    other.write("posts/1.md", post(1, &[1, 2]).markdown());
    assert_eq!(once(&other, &["--offline"]).0, 0);
    write_many(&other);
    assert_eq!(once(&other, &["--offline"]).0, 0);
    let relative = |site: &Site| -> Vec<_> {
        let feeds = site.path("feeds");
        site.bytes().into_iter().map(|(path, bytes)| (path.strip_prefix(&feeds).unwrap().to_owned(), bytes)).collect()
    };
    let (had, has) = (relative(site), relative(&other));
    let differing: Vec<_> = had.iter().zip(&has).filter(|(one, other)| one != other).map(|(one, _)| &one.0).collect();
    assert!(had.len() == has.len() && differing.is_empty(), "{differing:?}");
}

#[test]
fn a_full_disk_under_the_tables_is_told_and_loses_nothing() {
    let Some((site, disk, _server)) = on_a_small_disk("") else { return };
    site.write("posts/1.md", post(1, &[1, 2]).markdown());
    assert_eq!(once(&site, &["--offline"]).0, 0);
    let before = site.published();
    write_many(&site);
    disk.fill();
    let (mut full, mut ballast) = (0, disk.filled());
    loop {
        let (code, told) = once(&site, &["--offline"]);
        if code == 0 {
            break;
        }
        assert_eq!(code, 1, "{told}");
        assert!(told.contains("the disk of the store postgres://") && told.contains("is full"), "{told}");
        assert!(told.contains("make room on it; the next cycle goes on"), "{told}");
        // What comes after publishing may fail too.
        assert!(!told.contains("what was published before") || site.published() == before, "{told}");
        site.assert_whole();
        full += 1;
        ballast = ballast.saturating_sub(400);
        disk.lighten(ballast);
    }
    assert!(full > 2, "{full} times");
    site.assert_whole();
    assert_as_undisturbed(&site);
}

#[test]
fn a_daemon_whose_database_is_full_serves_on_and_comes_back() {
    let Some((site, disk, _server)) = on_a_small_disk(QUIET) else { return };
    site.write("posts/1.md", post(1, &[1, 2]).markdown());
    let mut daemon = Daemon::spawn(command(&site));
    let (public, operator) = daemon.addresses();
    daemon.until("cycle: ");
    let before = get(public, "/feed.json");
    write_many(&site);
    disk.fill();
    daemon.signal("USR1");
    let told = daemon.until("is full");
    assert!(told.contains("make room on it"), "{told}");
    assert!(get(operator, "/readyz").contains("is full"), "{}", get(operator, "/readyz"));
    assert_eq!(get(public, "/feed.json").lines().last(), before.lines().last());
    disk.lighten(0);
    daemon.signal("USR1");
    daemon.until("cycles publish again");
    assert!(get(operator, "/readyz").starts_with("HTTP/1.1 200"), "{}", get(operator, "/readyz"));
    daemon.signal("TERM");
    assert!(daemon.end().success());
    site.assert_whole();
    assert_as_undisturbed(&site);
}

#[test]
fn a_server_that_a_full_disk_ended_is_come_back_to() {
    let site = Site::new(QUIET);
    let folder = site.path("server");
    let Some(disk) = Disk::mount(&folder, 160 * 1024) else { return };
    fs::set_permissions(site.folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let Some(server) = Server::start_in(&folder) else { return };
    keep_in(&site, &server.place());
    site.write("posts/1.md", post(1, &[1, 2]).markdown());
    let mut daemon = Daemon::spawn(command(&site));
    let (public, operator) = daemon.addresses();
    daemon.until("cycle: ");
    let before = get(public, "/feed.json");
    write_many(&site);
    disk.fill();
    // Of the log there is a part of a file that is there already: it is used up first.
    daemon.signal("USR1");
    let told = daemon.until("ERROR");
    assert!(told.contains("is full") || told.contains("cannot be reached"), "{told}");
    assert!(get(operator, "/readyz").starts_with("HTTP/1.1 503"), "{}", get(operator, "/readyz"));
    assert_eq!(get(public, "/feed.json").lines().last(), before.lines().last());
    disk.lighten(0);
    server.crash_and_restart();
    daemon.signal("USR1");
    daemon.until("cycles publish again");
    daemon.signal("TERM");
    assert!(daemon.end().success());
    site.assert_whole();
    assert_as_undisturbed(&site);
}
