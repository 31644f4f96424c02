//! Pages that tell of many others: months of editions, neighbours of an edition, heads of tags and hosts. What changes them
//! is composed with them, and a publish of everything says the same.

#![allow(clippy::unwrap_used, reason = "a test may fail where it stands")]

mod support;

use support::{Post, Site, noon, post};
use wellsourced::config::{self, Environment};
use wellsourced::model::{Judgement, LinkKey, LinkMemory, Verdict};
use wellsourced::store::{Judged, Store};

fn dated(number: u32, date: &str) -> Post {
    Post { date: format!("{date} 08:00:00"), ..post(number, &[number * 10, number * 10 + 1]) }
}

fn put(site: &Site, post: &Post) {
    site.write(&format!("posts/{}.md", post.number.unwrap()), post.markdown());
}

fn site() -> Site {
    let site = Site::new("");
    for (number, date) in
        [(1, "2025-11-30"), (2, "2025-12-01"), (3, "2026-03-10"), (4, "2026-03-31"), (5, "2026-05-09")]
    {
        put(&site, &dated(number, date));
    }
    site.cycle(noon());
    site
}

fn page(site: &Site, path: &str) -> String {
    std::fs::read_to_string(site.path("feeds").join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// What was published step by step is what a publish of everything writes.
fn assert_whole(site: &Site) {
    let steps = site.bytes();
    site.remove("feeds/index.html");
    site.cycle(noon());
    let whole = site.bytes();
    let paths = |bytes: &std::collections::BTreeMap<_, _>| bytes.keys().cloned().collect::<Vec<std::path::PathBuf>>();
    assert_eq!(paths(&steps), paths(&whole));
    for (path, bytes) in whole {
        let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert_eq!(said(&steps[&path]), said(&bytes), "{}", path.display());
    }
}

#[test]
fn months_have_their_editions_and_follow_them() {
    let site = site();
    let index = page(&site, "editions/index.html");
    for month in ["2025-11", "2025-12", "2026-03", "2026-05"] {
        assert!(index.contains(&format!("<a href=\"../editions/month/{month}/index.html\"")), "{month}: {index}");
    }
    assert!(index.contains("<dt>2026</dt>") && index.find("<dt>2026").unwrap() < index.find("<dt>2025").unwrap());
    assert!(index.contains("month/2026-05/index.html\" aria-current=\"true\">5 月"), "{index}");
    let march = page(&site, "editions/month/2026-03/index.html");
    let of = |number: u32| format!("href=\"../../../editions/{number}/index.html\"");
    assert!(march.contains(&of(3)) && march.contains(&of(4)) && march.contains("Story 30"), "{march}");
    assert!(!march.contains(&of(2)) && !march.contains(&of(5)) && march.contains("href=\"../../atom.xml\""));
    let before = site.published();
    put(&site, &dated(6, "2026-06-01"));
    site.cycle(noon());
    let june = page(&site, "editions/month/2026-06/index.html");
    assert!(june.contains(&of(6)), "{june}");
    let march = site.path("feeds/editions/month/2026-03/index.html");
    assert_eq!(site.published()[&march], before[&march], "another month is not touched");
    // One says that it is of another day, one leaves and takes its month with it.
    put(&site, &dated(4, "2026-04-01"));
    site.remove("posts/2.md");
    site.cycle(noon());
    assert!(!page(&site, "editions/month/2026-03/index.html").contains(&of(4)), "it stands where it is dated now");
    assert!(page(&site, "editions/month/2026-04/index.html").contains(&of(4)));
    assert!(!site.path("feeds/editions/month/2025-12/index.html").exists());
    assert!(!page(&site, "editions/index.html").contains("2025-12"));
    assert_whole(&site);
}

#[test]
fn an_edition_names_those_beside_it_as_they_are_now() {
    let site = site();
    let named = |number: u32| {
        let page = page(&site, &format!("editions/{number}/index.html"));
        let of = |rel: &str| {
            let (_, rest) = page.split_once(&format!("rel=\"{rel}\" href=\"../../"))?;
            let (way, rest) = rest.split_once("\"><span>")?;
            let (_, rest) = rest.split_once("</span>")?;
            Some((way.to_owned(), rest.split('<').next()?.to_owned()))
        };
        (of("prev"), of("next"))
    };
    let edition = |number: u32, title: &str| Some((format!("editions/{number}/index.html"), title.to_owned()));
    assert_eq!(named(1), (None, edition(2, "Edition 2")));
    assert_eq!(named(3), (edition(2, "Edition 2"), edition(4, "Edition 4")));
    assert_eq!(named(5), (edition(4, "Edition 4"), None));
    put(&site, &dated(6, "2026-06-01"));
    put(&site, &Post { title: "Another title".to_owned(), ..dated(3, "2026-03-10") });
    site.cycle(noon());
    assert_eq!(named(5), (edition(4, "Edition 4"), edition(6, "Edition 6")));
    assert_eq!((named(2).1, named(4).0), (edition(3, "Another title"), edition(3, "Another title")));
    site.remove("posts/3.md");
    site.cycle(noon());
    assert_eq!((named(2).1, named(4).0), (edition(4, "Edition 4"), edition(2, "Edition 2")));
    assert_whole(&site);
    let before = site.published();
    site.cycle(noon());
    assert_eq!(site.published(), before);
}

#[test]
fn an_item_names_what_stands_beside_it_as_it_is_now() {
    let site = site();
    let named = |seed: u32| {
        let pages = std::fs::read_dir(site.path("feeds/items")).unwrap();
        let pages = pages.map(|item| std::fs::read_to_string(item.unwrap().path().join("index.html")).unwrap());
        let title = format!("<h1>Story {seed}</h1>");
        let page = pages.into_iter().find(|page| page.contains(&title)).unwrap();
        let of = |rel: &str| {
            let (_, rest) = page.split_once(&format!("rel=\"{rel}\" href=\"../../"))?;
            let (way, rest) = rest.split_once("\"><span>")?;
            assert!(site.path("feeds").join(way).is_file(), "{way}");
            let (_, rest) = rest.split_once("</span>")?;
            Some(rest.split('<').next()?.to_owned())
        };
        (of("prev"), of("next"))
    };
    let some = |title: &str| Some(title.to_owned());
    assert_eq!(named(10), (None, some("Story 11")), "the first of all");
    assert_eq!(named(11), (some("Story 10"), some("Edition 2")), "the last of its edition is followed by the next one");
    assert_eq!(named(30), (some("Edition 2"), some("Story 31")));
    assert_eq!(named(51), (some("Story 50"), None), "the last of all");
    let before = site.published();
    put(&site, &dated(6, "2026-06-01"));
    put(&site, &Post { date: "2026-03-10 08:00:00".to_owned(), ..post(3, &[31, 32, 30]) });
    site.cycle(noon());
    assert_eq!(named(51), (some("Story 50"), some("Edition 6")));
    assert_eq!(named(31), (some("Edition 2"), some("Story 32")));
    assert_eq!((named(32), named(30)), ((some("Story 31"), some("Story 30")), (some("Story 32"), some("Edition 4"))));
    let written = site.published().into_iter().filter(|(path, state)| {
        path.to_string_lossy().contains("/items/") && before.get(path).is_some_and(|before| before != state)
    });
    assert_eq!(written.count(), 3, "Story 30 and 31 moved, Story 51 has an edition after it: no other page is touched");
    put(&site, &Post { date: "2026-03-10 08:00:00".to_owned(), ..post(3, &[31, 30]) });
    site.remove("posts/4.md");
    site.cycle(noon());
    assert_eq!((named(31).1, named(30)), (some("Story 30"), (some("Story 31"), some("Edition 5"))));
    assert_whole(&site);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_tells_of_a_verdict_that_turned() {
    let site = tokio::task::spawn_blocking(site).await.unwrap();
    let host = "sources/source1.example/index.html";
    assert!(page(&site, host).contains("条引用了这里的 3 个链接，其中 0 个可以打开。"), "{}", page(&site, host));
    assert!(!page(&site, "sources/index.html").contains("打不开</small>"));
    let settings = config::load(&site.path("wellsourced.toml"), &Environment::default()).unwrap();
    let store = Store::open(&settings.store_url).await.unwrap();
    let mut write = store.begin().await.unwrap();
    let keys = [10, 31, 40].map(|seed| LinkKey::of(&format!("https://source1.example/{seed}")).unwrap());
    let judged = |(key, verdict): (&'_ LinkKey, Verdict)| {
        let judgement = Judgement {
            verdict,
            since: Some(noon()),
            last_reached: None,
            rule: "rule".to_owned(),
            evidence: "seen".to_owned(),
            moved_to: None,
        };
        (key.as_str().to_owned(), judgement)
    };
    let all: Vec<_> = keys.iter().zip([Verdict::Reachable, Verdict::Gone, Verdict::Reachable]).map(judged).collect();
    let rows: Vec<Judged<'_>> = all
        .iter()
        .map(|(key, judgement)| Judged {
            key,
            judgement: judgement.clone(),
            next_check: noon(),
            memory: LinkMemory::default(),
        })
        .collect();
    write.judge_links(&rows).await.unwrap();
    write.commit().await.unwrap();
    store.close().await;
    site.cycle_async(noon(), true).await;
    let told = page(&site, host);
    assert!(told.contains("其中 2 个可以打开。") && told.contains("<title>2026 年 3 月：有的打不开</title>"), "{told}");
    assert!(told.contains("<a href=\"https://source1.example/31\">Somewhere</a>"), "{told}");
    tokio::task::spawn_blocking(move || assert_whole(&site)).await.unwrap();
}
