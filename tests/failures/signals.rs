//! A signal at any moment, whatever hangs: the store, a disk, a peer or whoever reads what is said. The process ends in time.

use crate::process::{ended, once, told};
use crate::support::{Site, Story, binary, post, story};
use std::fs::File;
use std::io::Read;
use std::net::TcpListener;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};
use wellsourced::store::Store;

/// What a process has to end, and the slowness of a machine that does many things at once.
const IN_TIME: Duration = Duration::from_secs(10 + 5);

/// The ways to run cycles, and what the exit code is.
const WAYS: [(&[&str], i32); 2] = [(&["--once"], 130), (&[], 0)];

const DAEMON: &str = "[serve]\nlisten = \"127.0.0.1:0\"\nadmin = \"127.0.0.1:0\"\n[schedule]\ncycle = \"0 0 1 1 *\"\n";

fn start(site: &Site, arguments: &[&str]) -> Child {
    let mut command = binary();
    command.arg("--config").arg(site.path("wellsourced.toml")).args(arguments);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Sends SIGTERM and waits for the end.
fn terminate(child: Child) -> Output {
    assert!(Command::new("kill").arg("-TERM").arg(child.id().to_string()).status().unwrap().success());
    ended(child, IN_TIME)
}

fn url(site: &Site) -> String {
    format!("sqlite:{}", site.path("store.db").display())
}

fn fifo(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

/// A peer that takes connections and never says a word.
fn silent_peer() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    (listener, url)
}

/// With patience for peers that outlasts every test.
const PATIENT: &str = "[net]\nallow_networks = [\"127.0.0.0/8\"]\ntimeout = \"1h\"\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_hangs() {
    for (arguments, code) in WAYS {
        let site = Site::new(DAEMON);
        site.write("posts/1.md", post(1, &[1]).markdown());
        let store = Store::open(&url(&site)).await.unwrap();
        // Somebody writes for long, so that the cycle gets no further than its first statement that writes.
        let write = store.begin().await.unwrap();
        let output = tokio::task::spawn_blocking(move || {
            let child = start(&site, &[arguments, &["--offline"]].concat());
            site.until_it_holds("store.db.lock", child.id());
            let output = terminate(child);
            assert!(!site.path("feeds/rss.xml").exists());
            output
        });
        let output = output.await.unwrap();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", told(&output));
        drop(write);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_is_another_programs_alone() {
    use sqlx::{ConnectOptions, sqlite};
    let site = Site::new(DAEMON);
    Store::open(&url(&site)).await.unwrap().close().await;
    let options = url(&site).parse::<sqlite::SqliteConnectOptions>().unwrap();
    let mut other = options.locking_mode(sqlite::SqliteLockingMode::Exclusive).connect().await.unwrap();
    sqlx::query("CREATE TABLE theirs (x)").execute(&mut other).await.unwrap();
    tokio::task::spawn_blocking(move || {
        let child = start(&site, &["--once", "--offline"]);
        site.until_it_holds("store.db.lock", child.id());
        let output = terminate(child);
        assert_eq!(output.status.code(), Some(130), "{}", told(&output));
        let daemon = start(&site, &["--offline"]);
        site.until_it_holds("store.db.daemon.lock", daemon.id());
        let output = terminate(daemon);
        assert_eq!(output.status.code(), Some(0), "{}", told(&output));
        let output = terminate(start(&site, &["status"]));
        assert_eq!(output.status.signal(), Some(15), "{}", told(&output));
    })
    .await
    .unwrap();
}

#[test]
fn a_peer_that_hangs() {
    for (arguments, code) in [WAYS[0], WAYS[1]] {
        for is_feed in [false, true] {
            let (peer, url) = silent_peer();
            let site = Site::new("");
            let feed = if is_feed { format!("[[inputs]]\nname = \"feed\"\nfeed = \"{url}\"\n") } else { String::new() };
            site.configure("", &format!("{feed}{PATIENT}{DAEMON}"));
            let cited = if is_feed { None } else { Some(url) };
            let stories = vec![Story { url: cited, ..story(1) }];
            site.write("posts/1.md", crate::support::Post { stories, ..post(1, &[]) }.markdown());
            let child = start(&site, arguments);
            let _held = peer.accept().unwrap();
            let output = terminate(child);
            let told = told(&output);
            // What was collected is published all the same.
            let expected = if code == 130 { 0 } else { code };
            assert_eq!(output.status.code(), Some(expected), "{arguments:?}: {told}");
            assert_eq!(site.feed("")["items"].as_array().unwrap().len(), 1, "{arguments:?}: {told}");
            site.assert_whole();
        }
    }
}

#[test]
fn a_peer_that_hangs_when_it_is_asked_by_hand() {
    for command in ["verify", "inspect"] {
        let (peer, url) = silent_peer();
        let site = Site::new(PATIENT);
        let child = start(&site, &[command, &url]);
        let _held = peer.accept().unwrap();
        let output = terminate(child);
        assert_eq!(output.status.signal(), Some(15), "{command}: {}", told(&output));
        assert_eq!(told(&output), "");
    }
}

#[test]
fn a_disk_that_hangs() {
    for (arguments, code) in WAYS {
        let site = Site::new("");
        let certificates = site.path("ca.pem");
        fifo(&certificates);
        site.configure("", &format!("[net]\nca_file = \"{}\"\n{DAEMON}", certificates.display()));
        site.write("posts/1.md", post(1, &[1]).markdown());
        let child = start(&site, arguments);
        // Opened once it reads: from here on it waits for bytes that do not come.
        let _held = File::options().write(true).open(&certificates).unwrap();
        let output = terminate(child);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", told(&output));
    }
}

#[test]
fn nobody_reads_what_it_says() {
    let site = Site::new("");
    for number in 1..=500 {
        // Posts without items, of each of which is told that it was skipped.
        site.write(&format!("posts/{}{number}.md", "long".repeat(50)), post(number, &[]).markdown());
    }
    let mut child = start(&site, &["--once", "--offline", "--json"]);
    // Its first byte is there, the rest does not fit into the pipe.
    let mut said = child.stdout.take().unwrap();
    said.read_exact(&mut [0]).unwrap();
    let output = terminate(child);
    assert_eq!(output.status.code(), Some(130), "{}", told(&output));
    site.assert_whole();
}

#[test]
fn any_moment() {
    let fill = |site: &Site| {
        for number in 1..=12 {
            site.write(&format!("posts/{number}.md"), post(number, &[number * 10, number * 10 + 1]).markdown());
        }
    };
    let bytes = |site: &Site| -> Vec<(PathBuf, Vec<u8>)> {
        let relative = |path: PathBuf| path.strip_prefix(site.folder.path()).unwrap().to_path_buf();
        site.bytes().into_iter().map(|(path, bytes)| (relative(path), bytes)).collect()
    };
    let undisturbed = Site::new("");
    fill(&undisturbed);
    let began = Instant::now();
    assert_eq!(once(&undisturbed, &["--offline"]).0, 0);
    let whole_run = began.elapsed();
    let expected = bytes(&undisturbed);
    for round in 0..16 {
        let site = Site::new("");
        fill(&site);
        let child = start(&site, &["--once", "--offline"]);
        let (_sender, clock) = mpsc::channel::<()>();
        // Nothing is ever sent: the channel is a clock that may be awaited.
        let _ = clock.recv_timeout(whole_run * (round * 7919 % 100) / 100);
        let output = terminate(child);
        let (code, signal) = (output.status.code(), output.status.signal());
        let is_known = matches!((code, signal), (Some(0 | 130), _) | (_, Some(15)));
        assert!(is_known, "round {round}: {code:?}, {signal:?}: {}", told(&output));
        site.assert_whole();
        let (code, told) = once(&site, &["--offline"]);
        assert_eq!(code, 0, "round {round}: {told}");
        assert!(bytes(&site) == expected, "round {round}: the next run does not complete");
    }
}
