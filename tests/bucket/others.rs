//! What others put into the bucket stays, and a bucket is one store's.

use crate::shop::{PREFIX, Shop, of_bucket};
use std::fs;
use wellsourced::model::Severity;

#[tokio::test(flavor = "multi_thread")]
async fn foreign_objects_stay() {
    let Some(shop) = Shop::open().await else { return };
    for key in ["news/notes.txt", "elsewhere/index.html", "news/index.html", "news/robots.txt"] {
        shop.s3.put(&shop.bucket, key, "somebody else's").await;
    }
    for number in 0..3 {
        let report = shop.cycle(number).await;
        let errors: Vec<_> = report.complaints.iter().filter(|one| one.severity == Severity::Error).collect();
        let [error] = errors[..] else { panic!("{errors:#?}") };
        assert_eq!(error.place.path, format!("s3://{}/{PREFIX}index.html", shop.bucket));
        assert_eq!(report.exit_code(false), 3);
    }
    shop.site.remove("posts/1.md");
    shop.cycle(3).await;
    shop.cycle(4).await;
    for key in ["news/notes.txt", "elsewhere/index.html", "news/index.html", "news/robots.txt"] {
        assert_eq!(shop.s3.get(&shop.bucket, key).await.unwrap().bytes, b"somebody else's", "{key}");
    }
    shop.s3.delete(&shop.bucket, "news/index.html").await;
    let report = shop.cycle(5).await;
    assert_eq!((report.count(Severity::Error), of_bucket(&report).put), (0, 1));
    assert_eq!(shop.public().await["index.html"], shop.files()["index.html"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_store_is_refused_unless_it_takes_over() {
    let Some(shop) = Shop::open().await else { return };
    shop.cycle(0).await;
    let before = shop.public().await;
    // The first one is still there; the second has a store and a directory of its own.
    let root = shop.site.folder.path().to_owned();
    let text = fs::read_to_string(shop.site.path("wellsourced.toml")).unwrap();
    let other = text.replace("store.db", "other.db").replace("/feeds\"", "/other\"").replace("/posts/**", "/others/**");
    shop.site.write("others/1.md", crate::support::post(1, &[70]).markdown());
    // Made offline first: otherwise it would take the ids, and with them the bucket, for its own.
    shop.site.write("wellsourced.toml", other);
    shop.site.cycle_async(crate::shop::at(1), true).await;
    let refused = shop.cycle(2).await;
    let told = of_bucket(&refused).problem.clone().unwrap();
    assert!(told.contains("belongs to another store") && told.contains("store.db"), "{told}");
    assert_eq!((refused.exit_code(false), shop.public().await), (3, before));
    let taken = shop.site.binary(&["--once", "--take-over", "-q"]);
    assert_eq!(taken.status.code(), Some(0), "{}", String::from_utf8_lossy(&taken.stdout));
    let feed = shop.public().await.remove("rss.xml").unwrap();
    assert_eq!(feed, fs::read(root.join("other/rss.xml")).unwrap());
}
