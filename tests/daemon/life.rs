//! Starting, serving, reloading and ending.

use super::process::{Daemon, QUIET, command, get};
use super::support::{Site, post};
use std::io::ErrorKind;
use std::net::{TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixDatagram;
use std::process::Stdio;
use std::time::Duration;
use wellsourced::store::{Claim, Lock, Store};

fn site() -> Site {
    let site = Site::new(QUIET);
    site.write("posts/1.md", post(1, &[1, 2]).markdown());
    site
}

fn url(site: &Site) -> String {
    format!("sqlite:{}", site.path("store.db").display())
}

#[test]
fn it_runs_a_cycle_at_once_serves_and_ends_well() {
    let site = site();
    let mut daemon = Daemon::start(&site);
    let (public, admin) = daemon.addresses();
    assert!(get(admin, "/livez").starts_with("HTTP/1.1 200"));
    let line = daemon.until("cycle: ");
    assert!(line.contains("2 items, 2 new") && line.contains(" INFO "), "{line}");
    assert!(get(public, "/feed.json").contains("Story 1"));
    assert!(get(admin, "/readyz").starts_with("HTTP/1.1 200"), "{}", get(admin, "/readyz"));
    let page = get(admin, "/status");
    for told in [
        "HTTP/1.1 200",
        "<h1>来源链接还没有检查</h1>",
        "2 items, 2 new",
        ">2027-01-01 00:00</td>",
        "https://feeds.example/\"",
    ] {
        assert!(page.contains(told), "{told}: {page}");
    }
    assert!(get(admin, "/style.css").contains("text/css"));
    let metrics = get(admin, "/metrics");
    assert!(metrics.contains("wellsourced_cycles_total{result=\"published\"} 1"), "{metrics}");
    assert!(metrics.contains("wellsourced_inputs{state=\"well\"} 1"), "{metrics}");
    assert!(get(public, "/readyz").starts_with("HTTP/1.1 404"));
    daemon.signal("TERM");
    assert_eq!(daemon.end().code(), Some(0), "{}", daemon.told);
    assert!(!daemon.told.contains("ERROR") && !daemon.told.contains("panicked"), "{}", daemon.told);
}

/// Names and nicenesses of a process's threads.
fn threads(id: &str) -> Vec<(String, i64)> {
    let told = std::fs::read_dir(format!("/proc/{id}/task")).unwrap().flatten();
    let told = told.filter_map(|thread| std::fs::read_to_string(thread.path().join("stat")).ok());
    let apart = |stat: String| {
        let (name, rest) = stat.split_once('(').and_then(|(_, rest)| rest.rsplit_once(") ")).unwrap();
        (name.to_owned(), rest.split(' ').nth(16).unwrap().parse().unwrap())
    };
    told.map(apart).collect()
}

#[test]
fn the_thread_that_answers_readers_goes_first() {
    let usual = threads("self").iter().map(|(_, niceness)| *niceness).min().unwrap();
    let site = site();
    let mut daemon = Daemon::start(&site);
    let (public, _) = daemon.addresses();
    daemon.until("cycle: ");
    get(public, "/feed.json");
    let threads = threads(&daemon.id().to_string());
    for (name, niceness) in &threads {
        match name.as_str() {
            "serve" => assert_eq!(*niceness, usual, "{threads:?}"),
            name if name == "wellsourced" || name.starts_with("sqlx") => assert!(*niceness >= 10, "{threads:?}"),
            _ => {}
        }
    }
    for name in ["serve", "wellsourced", "sqlx"] {
        assert!(threads.iter().any(|(known, _)| known.starts_with(name)), "{name}: {threads:?}");
    }
}

#[test]
fn a_restart_waits_for_the_next_slot() {
    let site = site();
    let mut daemon = Daemon::start(&site);
    daemon.until("cycle: ");
    daemon.signal("INT");
    assert_eq!(daemon.end().code(), Some(0));
    let mut again = Daemon::start(&site);
    let (public, _) = again.addresses();
    assert!(get(public, "/feed.json").contains("Story 1"));
    again.signal("TERM");
    assert_eq!(again.end().code(), Some(0));
    assert!(!again.told.contains("cycle: "), "{}", again.told);
}

#[test]
fn a_bad_configuration_is_refused_and_a_good_one_taken() {
    let site = site();
    let mut daemon = Daemon::start(&site);
    let (public, _) = daemon.addresses();
    daemon.until("cycle: ");
    let good = std::fs::read_to_string(site.path("wellsourced.toml")).unwrap();
    site.write("wellsourced.toml", good.replace("\"0 0 1 1 *\"", "\"0 0 1 13 *\""));
    daemon.signal("HUP");
    let line = daemon.until("ERROR");
    let place = format!("{}:18:16: ", site.path("wellsourced.toml").display());
    assert!(line.contains(&place) && line.contains("`13` is no month") && line.contains("old one stays"), "{line}");
    assert!(get(public, "/").contains("Tests"));
    site.write(
        "wellsourced.toml",
        good.replace("\"Tests\"", "\"Better\"").replace("listen = \"127.0.0.1:0\"", "listen = \"127.0.0.1:9\""),
    );
    daemon.signal("HUP");
    assert!(daemon.until("restart").contains("[serve]"));
    daemon.until("configuration reloaded");
    daemon.signal("USR1");
    daemon.until("cycle: ");
    assert!(get(public, "/").contains("Better"), "{}", daemon.told);
}

#[test]
fn a_second_daemon_is_refused_and_once_runs_beside_it() {
    let site = site();
    let mut daemon = Daemon::start(&site);
    daemon.until("cycle: ");
    let output = command(&site).output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains(&format!("process {}, the daemon, since ", daemon.id())), "{told}");
    let output = site.binary(&["--once", "--offline"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    // Its claim goes with it, however it goes.
    daemon.signal("KILL");
    daemon.end();
    Daemon::start(&site).addresses();
}

#[test]
fn once_waits_for_a_cycle_of_somebody_else() {
    let site = site();
    let claim = Lock::try_take(&url(&site), Claim::Cycle, "the test", super::support::noon()).unwrap().unwrap();
    let mut command = command(&site);
    let mut waiting = command.arg("--once").stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    assert!(waiting.try_wait().unwrap().is_none());
    drop(claim);
    assert_eq!(waiting.wait().unwrap().code(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_want_to_wait_interrupts_twice() {
    let mut told = Vec::new();
    // A cycle that was told to end before it began to write ends by itself, and shows nothing: then once more.
    for _ in 0..5 {
        let (code, said) = interrupted_twice().await;
        if code == Some(130) {
            return;
        }
        told.push((code, said));
    }
    panic!("{told:#?}");
}

/// Exit code and log of a daemon that is interrupted twice while its cycle cannot end.
async fn interrupted_twice() -> (Option<i32>, String) {
    let site = site();
    let store_url = url(&site);
    let store = Store::open(&store_url).await.unwrap();
    // Somebody writes for long, so that the cycle cannot end.
    let write = store.begin().await.unwrap();
    let ended = tokio::task::spawn_blocking(move || {
        let mut daemon = Daemon::start(&site);
        let (_, admin) = daemon.addresses();
        // Once the cycle has the store it cannot be stopped before it writes.
        site.until_it_holds("store.db.lock", daemon.id());
        daemon.signal("INT");
        // It is ending when nobody is let in any more.
        while TcpStream::connect(admin).is_ok() {
            std::thread::yield_now();
        }
        daemon.signal("INT");
        (daemon.end().code(), daemon.told.clone())
    })
    .await
    .unwrap();
    drop(write);
    ended
}

#[test]
fn the_service_manager_is_told() {
    let site = site();
    let socket = UnixDatagram::bind(site.path("notify")).unwrap();
    socket.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
    let mut command = command(&site);
    command.env("NOTIFY_SOCKET", site.path("notify")).env("WATCHDOG_USEC", "300000");
    let mut daemon = Daemon::spawn(command);
    let until = |words: &str| {
        let mut buffer = [0; 4096];
        loop {
            let length = match socket.recv(&mut buffer) {
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                received => received.unwrap(),
            };
            let told = String::from_utf8_lossy(&buffer[..length]).into_owned();
            if told.contains(words) {
                return told;
            }
        }
    };
    until("READY=1");
    until("WATCHDOG=1");
    let status = until("STATUS=next cycle ");
    assert!(status.contains("-01-01 00:00 +08:00; last: 2 items"), "{status}");
    until("WATCHDOG=1");
    daemon.signal("HUP");
    until("RELOADING=1");
    until("READY=1");
    daemon.signal("TERM");
    until("STOPPING=1");
    assert_eq!(daemon.end().code(), Some(0), "{}", daemon.told);
}

#[test]
fn a_socket_that_is_handed_over_is_listened_on() {
    let site = site();
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    let mut command = command(&site);
    // As standard input, since a test has no safe way to hand over descriptor 3.
    command.stdin(OwnedFd::from(socket)).env("LISTEN_FDS", "1").env("LISTEN_FDS_FIRST_FD", "0");
    command.env("LISTEN_FDNAMES", "http").env_remove("LISTEN_PID");
    let mut daemon = Daemon::spawn(command);
    assert_eq!(daemon.addresses().0, address);
    daemon.until("cycle: ");
    assert!(get(address, "/rss.xml").contains("<rss"));
}

#[test]
fn an_address_in_use_is_named_with_its_key() {
    let site = Site::new("");
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    site.configure("", &QUIET.replace("admin = \"127.0.0.1:0\"", &format!("admin = \"{address}\"")));
    let output = command(&site).output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains(&format!("cannot listen on {address} ([serve] admin)")), "{told}");
}
