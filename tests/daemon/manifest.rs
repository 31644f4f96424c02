//! A manifest that somebody harms under the daemon, or while it is down.

use super::process::{Daemon, QUIET, get};
use super::support::{Site, post};
use percent_encoding::{CONTROLS, utf8_percent_encode};
use std::fs;
use std::net::SocketAddr;

/// Every published file is answered with its bytes.
fn all_are_served(site: &Site, public: SocketAddr) {
    for (path, bytes) in site.bytes() {
        let path = path.strip_prefix(site.path("feeds")).unwrap().to_str().unwrap();
        let answer = get(public, &format!("/{}", utf8_percent_encode(path, CONTROLS)));
        let is_it = answer.starts_with("HTTP/1.1 200") && answer.ends_with(&*String::from_utf8_lossy(&bytes));
        assert!(is_it, "{path}: {answer}");
    }
}

/// Asks until the answer begins so; gives it.
fn until_readyz(admin: SocketAddr, begins: &str) -> String {
    loop {
        let answer = get(admin, "/readyz");
        if answer.starts_with(begins) {
            return answer;
        }
        std::thread::yield_now();
    }
}

#[test]
fn readers_keep_what_a_harmed_manifest_does_not_name_and_the_operator_is_told_once() {
    let site = Site::new(QUIET);
    site.write("posts/1.md", post(1, &[1, 2]).markdown());
    let mut daemon = Daemon::start(&site);
    daemon.until("cycle: ");
    let manifest = site.path("feeds/.wellsourced/manifest.jsonl");
    let whole = fs::read(&manifest).unwrap();
    daemon.signal("TERM");
    daemon.end();
    let half = whole[..whole.len() / 2].to_vec();
    for left in [None, Some(Vec::new()), Some(half), Some(vec![0xff; 5000])] {
        let harm = || match &left {
            None => fs::remove_file(&manifest).unwrap(),
            Some(left) => site.write("feeds/.wellsourced/manifest.jsonl", left),
        };
        // Once while it runs, once before it starts.
        for under_way in [true, false] {
            if !under_way {
                harm();
            }
            let mut daemon = Daemon::start(&site);
            let (public, admin) = daemon.addresses();
            if under_way {
                until_readyz(admin, "HTTP/1.1 200");
                harm();
            }
            let answer = until_readyz(admin, "HTTP/1.1 503");
            assert!(answer.contains("manifest.jsonl has lost"), "{answer}");
            all_are_served(&site, public);
            site.write("feeds/.wellsourced/manifest.jsonl", &whole);
            until_readyz(admin, "HTTP/1.1 200");
            all_are_served(&site, public);
            daemon.signal("TERM");
            daemon.end();
            let told = |words: &str| daemon.told.lines().filter(|line| line.contains(words)).count();
            assert_eq!((told(" ERROR "), told("over: ")), (1, 1), "{}", daemon.told);
        }
    }
}
