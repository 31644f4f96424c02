//! What is put, and in which order.

use crate::shop::{PREFIX, PRIVATE, Shop, With, differing, edited, of_bucket};
use crate::support::{post, story};
use async_compression::tokio::bufread::GzipDecoder;
use std::collections::BTreeSet;
use tokio::io::AsyncReadExt;

#[tokio::test(flavor = "multi_thread")]
async fn the_bucket_is_the_directory_byte_for_byte_and_then_nothing_is_asked() {
    let Some(shop) = Shop::open().await else { return };
    let report = shop.cycle(0).await;
    assert_eq!((report.exit_code(false), report.count(wellsourced::model::Severity::Error)), (0, 0));
    let (files, objects) = (shop.files(), shop.public().await);
    assert!(files.len() > 40 && files.contains_key("tags/开源/rss.xml"), "{:?}", files.keys());
    assert_eq!(differing(&files, &objects), BTreeSet::new());
    let told = of_bucket(&report);
    assert_eq!((told.put, told.behind, told.failed, told.removed), (files.len(), 0, 0, 0));
    assert_eq!(told.bytes, files.values().map(|bytes| bytes.len() as u64).sum::<u64>());
    shop.proxy.met();
    let again = shop.cycle(1).await;
    assert_eq!((shop.proxy.met(), of_bucket(&again).put), (Vec::new(), 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn objects_have_the_headers_that_the_server_gives() {
    let Some(shop) = Shop::open().await else { return };
    shop.cycle(0).await;
    let objects = shop.objects().await;
    let header = |path: &str, name: &str| objects[path].headers.get(name).cloned().unwrap_or_default();
    for (path, media_type) in [
        ("rss.xml", "application/rss+xml; charset=utf-8"),
        ("tags/ai/atom.xml", "application/atom+xml; charset=utf-8"),
        ("feed.json", "application/feed+json; charset=utf-8"),
        ("index.html", "text/html; charset=utf-8"),
        ("style.css", "text/css; charset=utf-8"),
        ("icon.svg", "image/svg+xml"),
    ] {
        assert_eq!(header(path, "content-type"), media_type, "{path}");
        assert_eq!(header(path, "cache-control"), "public, max-age=900", "{path}");
        assert_eq!(header(path, "content-encoding"), "", "{path}");
    }
    assert_eq!(header(".wellsourced/ids.jsonl", "cache-control"), "private, no-store");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_changed_is_put() {
    let Some(shop) = Shop::open().await else { return };
    shop.cycle(0).await;
    let before = shop.files();
    shop.write(3, &edited());
    shop.proxy.met();
    let report = shop.cycle(1).await;
    let after = shop.files();
    let changed = differing(&before, &after);
    assert!(changed.len() > 5 && changed.len() < before.len() / 2, "{changed:?}");
    assert_eq!(shop.asked("PUT"), changed);
    assert_eq!(of_bucket(&report).put, changed.len());
    assert_eq!(shop.public().await, after);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_come_before_feeds_and_these_before_what_lists_them() {
    let Some(shop) = Shop::open().await else { return };
    shop.cycle(0).await;
    let before = format!("{}/{PREFIX}", shop.bucket);
    let met = shop.proxy.met().into_iter().filter(|met| met.method == "PUT");
    let paths: Vec<String> = met.map(|met| met.path.strip_prefix(&before).unwrap().to_owned()).collect();
    let rank = |path: &str| match path {
        path if path.starts_with(PRIVATE) => 0,
        path if path.starts_with("items/") => 1,
        path if ["rss.xml", "atom.xml", "feed.json"].iter().any(|feed| path.ends_with(feed)) => 2,
        "index.html" | "tags/index.html" | "sources/index.html" | "sitemap.xml" => 3,
        _ => 9,
    };
    let ranks: Vec<_> = paths.iter().map(|path| rank(path)).filter(|rank| *rank < 9).collect();
    assert!(ranks.is_sorted() && (0..4).all(|rank| ranks.contains(&rank)), "{paths:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_left_is_removed_a_cycle_after_nothing_links_to_it() {
    let Some(shop) = Shop::open().await else { return };
    shop.cycle(0).await;
    let before = shop.files();
    shop.site.remove("posts/1.md");
    shop.proxy.met();
    let left = shop.cycle(1).await;
    let gone: BTreeSet<String> = before.keys().filter(|path| !shop.files().contains_key(*path)).cloned().collect();
    assert!(gone.iter().any(|path| path.starts_with("items/")), "{gone:?}");
    assert_eq!(shop.asked("DELETE"), BTreeSet::new());
    assert_eq!((of_bucket(&left).removed, of_bucket(&left).behind), (0, 0));
    assert!(gone.iter().all(|path| before.contains_key(path)));
    let objects = shop.public().await;
    assert!(gone.iter().all(|path| objects.get(path) == before.get(path)), "they stand until the next cycle");
    let removed = shop.cycle(2).await;
    assert_eq!(of_bucket(&removed).removed, gone.len());
    assert_eq!(shop.public().await, shop.files());
    shop.proxy.met();
    shop.cycle(3).await;
    assert_eq!(shop.proxy.met(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_left_and_came_back_is_not_removed() {
    let Some(shop) = Shop::open().await else { return };
    shop.cycle(0).await;
    shop.site.remove("posts/1.md");
    shop.cycle(1).await;
    shop.write(1, &post(1, &[10, 11]));
    shop.cycle(2).await;
    shop.cycle(3).await;
    assert_eq!(shop.public().await, shop.files());
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_are_stored_in_gzip_where_that_is_wanted_and_pays() {
    let Some(shop) = Shop::open().await else { return };
    shop.cycle(0).await;
    shop.configure(With { in_bucket: "compress = \"gzip\"", ..With::default() });
    shop.proxy.met();
    shop.cycle(1).await;
    let (files, objects) = (shop.files(), shop.objects().await);
    let packed: BTreeSet<String> = objects
        .iter()
        .filter(|(path, stored)| !path.starts_with(PRIVATE) && stored.headers.contains_key("content-encoding"))
        .map(|(path, _)| path.clone())
        .collect();
    assert!(packed.contains("rss.xml") && packed.contains("style.css") && packed.len() < files.len(), "{packed:?}");
    assert_eq!(shop.asked("PUT"), packed, "those that are stored as before are not put again");
    for (path, bytes) in &files {
        let stored = &objects[path];
        let mut plain = Vec::new();
        match stored.headers.get("content-encoding").map(String::as_str) {
            Some("gzip") => _ = GzipDecoder::new(&stored.bytes[..]).read_to_end(&mut plain).await.unwrap(),
            other => {
                assert_eq!(other, None);
                plain.clone_from(&stored.bytes);
            }
        }
        assert_eq!(&plain, bytes, "{path}");
    }
    shop.proxy.met();
    shop.cycle(2).await;
    assert_eq!(shop.proxy.met(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_alone_is_followed_from_a_folder_beside_the_store() {
    let Some(shop) = Shop::open().await else { return };
    shop.write_configuration(With::default(), "");
    let report = shop.cycle(0).await;
    assert!(of_bucket(&report).put > 40 && !shop.site.path("feeds").exists());
    assert!(shop.site.path("published/index.html").exists());
    shop.write(4, &post(4, &[40]));
    assert_eq!(story(40).title, "Story 40");
    shop.cycle(1).await;
    let feed = shop.public().await.remove("feed.json").unwrap();
    assert!(String::from_utf8(feed).unwrap().contains("Story 40"));
}
