//! An archive that is slow: it is asked when everything is published, and not for ever.

use crate::support::{Post, Site, Story, noon, post, story};
use crate::upstream::{A_DAY, Upstream};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::Duration;
use tokio::time::timeout;
use wellsourced::model::Verdict;

/// Against a cycle that never ends.
const PATIENCE: Duration = Duration::from_mins(1);

/// A site whose next cycle finds that a link is gone, and a new post.
async fn with_a_dead_link(upstream: &Upstream, archive: &TcpListener, budget: &str) -> Site {
    let site = Site::new(&format!(
        "[net]\nallow_networks = [\"127.0.0.0/8\"]\ninterval = \"0s\"\ntimeout = \"1h\"\n\
         [verify]\nconfirm_gone = {{ checks = 2, over = \"1d\" }}\n\
         [archive]\nurl = \"http://{}/\"\nbudget = \"{budget}\"\n",
        archive.local_addr().unwrap()
    ));
    let dead = Story { url: Some(upstream.url("/dead")), ..story(1) };
    site.write("posts/1.md", Post { stories: vec![dead], ..post(1, &[]) }.markdown());
    site.cycle_async(noon(), false).await;
    site.write("posts/2.md", Post { stories: vec![Story { url: None, ..story(2) }], ..post(2, &[]) }.markdown());
    site
}

fn archived(site: &Site) -> Option<String> {
    let feed = site.feed("");
    let item = feed["items"].as_array().unwrap().iter().find(|item| item["title"] == "Story 1").unwrap();
    let source = &item["_wellsourced"]["sources"][0];
    assert_eq!(source["verdict"], "gone");
    source["archive"].as_str().map(str::to_owned)
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_asked_when_everything_is_published() {
    let (upstream, archive) = (Upstream::start().await, TcpListener::bind("127.0.0.1:0").unwrap());
    let site = std::sync::Arc::new(with_a_dead_link(&upstream, &archive, "1h").await);
    let cycle = timeout(PATIENCE, site.cycle_async(noon() + A_DAY, false));
    let asked = std::sync::Arc::clone(&site);
    let answering = tokio::task::spawn_blocking(move || {
        let (mut stream, _) = archive.accept().unwrap();
        let read = stream.read(&mut [0; 4096]).unwrap();
        assert!(read > 0);
        assert_eq!(asked.ids().len(), 2, "the new post is published before the archive has answered");
        assert_eq!(archived(&asked), None);
        let answer = "HTTP/1.1 302 Found\r\nLocation: /web/20260502101112/http://dead.example/\r\nContent-Length: 0\r\n\
                      Connection: close\r\n\r\n";
        stream.write_all(answer.as_bytes()).unwrap();
    });
    let (report, answered) = tokio::join!(cycle, answering);
    answered.unwrap();
    let report = report.expect("the cycle does not end");
    assert_eq!((report.copies, report.items, report.failure), (1, 2, None));
    assert!(archived(&site).is_some_and(|copy| copy.ends_with("/web/20260502101112/http://dead.example/")));
    let published = site.published();
    site.cycle_async(noon() + A_DAY, true).await;
    assert!(site.published() == published, "nothing is left for the next cycle");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_has_a_time_of_its_own() {
    let (upstream, archive) = (Upstream::start().await, TcpListener::bind("127.0.0.1:0").unwrap());
    let site = with_a_dead_link(&upstream, &archive, "50ms").await;
    let report = timeout(PATIENCE, site.cycle_async(noon() + A_DAY, false)).await.expect("the cycle does not end");
    assert_eq!((report.copies, report.items, report.failure), (0, 2, None));
    assert_eq!(archived(&site), None);
    // It was too slow this once: nothing is held against it.
    let settings =
        wellsourced::config::load(&site.path("wellsourced.toml"), &wellsourced::config::Environment::default())
            .unwrap();
    let store = wellsourced::store::Store::open(&settings.store_url).await.unwrap();
    assert_eq!(
        store.links_without_copy(&[Verdict::Gone], noon() + A_DAY, 20).await.unwrap().len(),
        1,
        "it is asked again"
    );
}
