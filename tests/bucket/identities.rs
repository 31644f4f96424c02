//! The ids in the bucket outlive a machine that is lost with its store and its directory.

use crate::proxy::Fault;
use crate::shop::{PRIVATE, Shop, of_bucket};
use crate::support::post;
use std::fs;

/// A machine with nothing but the posts and the configuration.
fn lost(shop: &Shop) {
    shop.site.lose_store();
    fs::remove_dir_all(shop.site.path("feeds")).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_that_is_lost_goes_on_with_the_same_ids_and_bytes() {
    let Some(shop) = Shop::open().await else { return };
    shop.cycle(0).await;
    // Written anew, so that its ids are not those that it would get now.
    let mut renamed = post(3, &[30, 31]);
    "Another title".clone_into(&mut renamed.stories[0].title);
    renamed.stories[0].url = Some("https://source0.example/elsewhere".to_owned());
    shop.write(3, &renamed);
    shop.site.remove("posts/1.md");
    shop.cycle(1).await;
    let (ids, files) = (shop.site.ids(), shop.files());
    lost(&shop);
    shop.proxy.met();
    let restored = shop.cycle(2).await;
    assert_eq!((shop.site.ids(), shop.files()), (ids, files));
    assert_eq!(of_bucket(&restored).put, 0, "what stands there is known by its marks");
    let left = shop.cycle(3).await;
    assert_eq!(of_bucket(&left).removed, 3, "an edition and its items, which the lost machine had not removed yet");
    assert_eq!(shop.public().await, shop.files());
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_published_under_new_ids_while_the_bucket_cannot_be_asked() {
    let Some(shop) = Shop::open().await else { return };
    shop.cycle(0).await;
    let ids = shop.site.ids();
    lost(&shop);
    shop.proxy.spoil(|_| Fault::Answer(403, String::new(), "<Error><Code>AccessDenied</Code></Error>".to_owned()));
    let output = shop.site.binary(&["--once"]);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("keeps the ids") && told.contains("--offline") && told.contains("AccessDenied"), "{told}");
    assert!(!shop.site.path("feeds/rss.xml").exists());
    shop.proxy.pass();
    shop.cycle(1).await;
    assert_eq!(shop.site.ids(), ids);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_private_files_are_packed_and_follow() {
    let Some(shop) = Shop::open().await else { return };
    shop.cycle(0).await;
    let objects = shop.objects().await;
    let private: Vec<&String> = objects.keys().filter(|path| path.starts_with(PRIVATE)).collect();
    assert_eq!(private, [".wellsourced/ids.jsonl", ".wellsourced/manifest.jsonl", ".wellsourced/owner.jsonl"]);
    for path in private {
        let kept = fs::read(shop.site.path("feeds").join(path)).unwrap();
        let unpacked = wellsourced::net::unpacked(&objects[path].bytes, usize::MAX).unwrap();
        assert_eq!(unpacked.bytes, kept, "{path}");
    }
    shop.write(4, &post(4, &[40]));
    shop.cycle(1).await;
    let kept = fs::read(shop.site.path("feeds/.wellsourced/ids.jsonl")).unwrap();
    let stored = &shop.objects().await[".wellsourced/ids.jsonl"];
    assert_eq!(wellsourced::net::unpacked(&stored.bytes, usize::MAX).unwrap().bytes, kept);
}
