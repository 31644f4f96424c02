//! A store that cannot be used, under a daemon: what was published goes on being served, and the way out works.

use super::process::{Daemon, QUIET, command, get};
use super::support::{Site, noon, post};
use std::fs;
use wellsourced::store::{Claim, Lock, Store};

fn site() -> Site {
    let site = Site::new(QUIET);
    site.write("posts/1.md", post(1, &[1, 2]).markdown());
    assert!(command(&site).arg("--once").output().unwrap().status.success());
    site
}

/// Everything but the first page becomes noise, in the log too.
fn damage(site: &Site) {
    for (file, kept) in [("store.db", 4096), ("store.db-wal", 32)] {
        let Ok(mut bytes) = fs::read(site.path(file)) else { continue };
        for byte in bytes.iter_mut().skip(kept) {
            *byte = !*byte;
        }
        site.write(file, bytes);
    }
}

fn is_served(daemon: &mut Daemon, public: std::net::SocketAddr) {
    assert!(get(public, "/atom.xml").starts_with("HTTP/1.1 200"), "{}", daemon.told);
}

/// Waits until a daemon has claimed the site's store, which it does before it opens it.
fn begun(site: &Site) {
    while !fs::read_to_string(site.path("store.db.daemon.lock")).is_ok_and(|holder| holder.contains("the daemon")) {
        std::thread::yield_now();
    }
}

#[test]
fn a_store_that_is_damaged_under_it() {
    let site = site();
    let mut daemon = Daemon::start(&site);
    let (public, admin) = daemon.addresses();
    daemon.signal("USR1");
    daemon.until("cycle: ");
    damage(&site);
    site.write("posts/2.md", post(2, &[3]).markdown());
    daemon.signal("USR1");
    let line = daemon.until("ERROR");
    // Who reads it while it is written finds it short, which may be the disk's fault as well.
    let what = ["store.db is damaged (", "store.db fails ("].iter().any(|what| line.contains(what));
    assert!(what && line.contains("store.db-wal and") && line.contains("away"), "{line}");
    is_served(&mut daemon, public);
    let ready = get(admin, "/readyz");
    let told = ["store.db is damaged (", "store.db fails ("].iter().any(|what| ready.contains(what));
    assert!(ready.starts_with("HTTP/1.1 503") && told, "{ready}");
    daemon.signal("TERM");
    assert!(daemon.end().success(), "{}", daemon.told);
}

#[test]
fn a_store_that_is_damaged_when_it_starts() {
    let site = site();
    let ids = site.ids();
    damage(&site);
    site.write("posts/2.md", post(2, &[3]).markdown());
    let mut daemon = Daemon::start(&site);
    let (public, admin) = daemon.addresses();
    let line = daemon.until("ERROR");
    assert!(line.contains("store.db is damaged (") && line.contains("move "), "{line}");
    is_served(&mut daemon, public);
    assert!(get(admin, "/readyz").starts_with("HTTP/1.1 503"));
    // It never opened the file to write, so that it need not even be stopped.
    for file in ["store.db", "store.db-wal", "store.db-shm"] {
        let _ = fs::rename(site.path(file), site.path(&format!("{file}.aside")));
    }
    daemon.signal("USR1");
    daemon.until("cycle: 3 items");
    is_served(&mut daemon, public);
    let ready = get(admin, "/readyz");
    assert!(ready.starts_with("HTTP/1.1 200"), "{ready}");
    assert!(ids.iter().all(|(title, id)| site.ids()[title] == *id));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_store_is_brought_up_to_date_when_no_cycle_runs_on_it() {
    static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("src/store/migrations");
    let site = Site::new(QUIET);
    let url = format!("sqlite:{}", site.path("store.db").display());
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(site.path("store.db")).create_if_missing(true);
    let mut old = sqlx::ConnectOptions::connect(&options).await.unwrap();
    MIGRATIONS.run_to(1, &mut old).await.unwrap();
    sqlx::Connection::close(old).await.unwrap();
    let claim = Lock::try_take(&url, Claim::Cycle, "a cycle of the test", noon()).unwrap().unwrap();
    let mut daemon = Daemon::start(&site);
    begun(&site);
    assert!(!Store::is_current(&url).await.unwrap());
    drop(claim);
    tokio::task::spawn_blocking(move || daemon.addresses()).await.unwrap();
    assert!(Store::is_current(&url).await.unwrap());
}

#[test]
fn a_daemon_that_waits_for_a_cycle_to_end_can_be_ended() {
    let site = Site::new(QUIET);
    let url = format!("sqlite:{}", site.path("store.db").display());
    let _claim = Lock::try_take(&url, Claim::Cycle, "a cycle of the test", noon()).unwrap().unwrap();
    let mut daemon = Daemon::start(&site);
    begun(&site);
    daemon.signal("TERM");
    assert!(daemon.end().success(), "{}", daemon.told);
}
