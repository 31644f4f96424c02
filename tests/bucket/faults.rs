//! What goes wrong on the way: the directory is published all the same, the reason is told, and the next cycle goes on.

use crate::proxy::{Fault, Proxy};
use crate::s3::S3;
use crate::shop::{PREFIX, Shop, With, of_bucket};
use crate::support::post;
use std::collections::BTreeSet;
use std::time::Duration;
use tokio::net::TcpListener;
use wellsourced::model::Severity;
use wellsourced::pipeline::Report;

/// The one error of a report that published all the same.
fn only_error(report: &Report) -> &wellsourced::model::Complaint {
    let errors: Vec<_> = report.complaints.iter().filter(|one| one.severity == Severity::Error).collect();
    let [error] = errors[..] else { panic!("{errors:#?}") };
    assert_eq!((report.exit_code(false), report.failure.as_deref()), (3, None));
    assert!(report.published.feeds > 10, "the directory is published");
    assert!(error.place.path.starts_with("s3://") && !error.help.is_empty(), "{error:?}");
    error
}

/// A site that is published once already, so that its ids are known, and was changed since.
async fn published() -> Option<Shop> {
    let shop = Shop::without_bucket().await?;
    shop.site.cycle_async(crate::shop::at(-1), true).await;
    shop.site.remove("posts/1.md");
    shop.site.lose_store();
    Some(shop)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_in_trouble_is_asked_again() {
    let Some(shop) = Shop::open().await else { return };
    let mut failed = BTreeSet::new();
    shop.proxy.spoil(move |met| match (met.number % 7, failed.insert((met.method.clone(), met.path.clone()))) {
        (0, true) => Fault::Answer(503, String::new(), "<Error><Code>SlowDown</Code></Error>".to_owned()),
        (1, true) => Fault::Cut,
        (2, true) => Fault::Lost,
        _ => Fault::None,
    });
    let report = shop.cycle(0).await;
    assert_eq!((of_bucket(&report).failed, of_bucket(&report).behind), (0, 0), "{:?}", report.complaints);
    assert_eq!(shop.public().await, shop.files());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_follow_that_was_cut_is_completed_by_the_next() {
    let Some(shop) = Shop::open().await else { return };
    let mut put = 0;
    shop.proxy.spoil(move |met| {
        put += usize::from(met.method == "PUT");
        if put < 12 { Fault::None } else { Fault::Cut }
    });
    let cut = shop.cycle(0).await;
    let error = only_error(&cut);
    assert!(error.message.contains("the directory is published all the same"), "{error:?}");
    let told = of_bucket(&cut);
    assert!(told.put > 5 && told.behind > 5 && told.failed > 0, "{told:?}");
    assert_eq!(told.put + told.behind, shop.files().len());
    let there = shop.public().await;
    assert!(!there.contains_key("rss.xml") && !there.contains_key("index.html"), "no feed before all pages are there");
    shop.proxy.pass();
    shop.proxy.met();
    let completed = shop.cycle(1).await;
    let rest = of_bucket(&completed);
    assert!(rest.put <= told.behind && rest.behind == 0, "{rest:?}");
    assert_eq!(shop.public().await, shop.files());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_put_and_not_remembered_is_not_put_again() {
    let Some(shop) = Shop::open().await else { return };
    shop.cycle(0).await;
    // As on a machine that was lost after it had put everything.
    shop.site.lose_store();
    shop.proxy.met();
    let again = shop.cycle(1).await;
    assert_eq!((of_bucket(&again).put, of_bucket(&again).behind), (0, 0));
    assert_eq!(shop.public().await, shop.files());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_put_without_our_knowing_is_removed_when_it_was_withdrawn() {
    let Some(shop) = Shop::open().await else { return };
    shop.cycle(0).await;
    shop.write(4, &post(4, &[40]));
    shop.proxy.spoil(
        |met| {
            if met.method == "PUT" && !met.path.contains(".wellsourced") { Fault::Lost } else { Fault::None }
        },
    );
    let report = shop.cycle(1).await;
    assert!(of_bucket(&report).problem.is_some());
    assert!(shop.public().await.contains_key("editions/4/index.html"));
    shop.proxy.pass();
    shop.site.remove("posts/4.md");
    for number in 2..5 {
        shop.cycle(number).await;
    }
    assert_eq!(shop.public().await, shop.files());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_only_fails_is_left_alone_soon() {
    let Some(shop) = published().await else { return };
    shop.s3.make(&shop.bucket).await;
    shop.proxy.spoil(|met| match met.method.as_str() {
        "PUT" => Fault::Answer(
            500,
            String::new(),
            "<Error><Code>InternalError</Code><Message>Sorry.</Message></Error>".to_owned(),
        ),
        _ => Fault::None,
    });
    let report = shop.cycle(0).await;
    let error = only_error(&report);
    assert!(error.message.contains("InternalError: Sorry."), "{error:?}");
    let asked = shop.proxy.met().len();
    assert!(asked < 12, "{asked} requests");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_slow_server_does_not_take_in_time_waits_for_the_next_cycle() {
    let Some(shop) = Shop::open().await else { return };
    shop.configure(With { in_bucket: "budget = \"1s\"", ..With::default() });
    shop.proxy.spoil(|met| if met.number < 20 { Fault::None } else { Fault::Slow(Duration::from_hours(1)) });
    let slow = shop.cycle(0).await;
    assert_eq!((slow.exit_code(false), slow.exit_code(true)), (0, 4));
    let told = of_bucket(&slow);
    assert!(told.behind > 20 && told.problem.as_ref().unwrap().contains("[bucket] budget"), "{told:?}");
    shop.proxy.pass();
    shop.configure(With::default());
    assert_eq!(of_bucket(&shop.cycle(1).await).behind, 0);
    assert_eq!(shop.public().await, shop.files());
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_that_open_nothing_are_told() {
    let Some(shop) = published().await else { return };
    // This server knows no key; it lets one request through unsigned, which makes the bucket.
    let Some(strict) = S3::start(&[("INITIAL_NO_AUTH_ACTION_COUNT", "1")]) else { return };
    strict.make(&shop.bucket).await;
    let endpoint = format!("http://127.0.0.1:{}/", strict.port);
    shop.configure(With { endpoint: Some(&endpoint), ..With::default() });
    let report = shop.cycle(0).await;
    let error = only_error(&report);
    assert!(
        error.message.contains("the credentials do not open") && error.message.contains("InvalidAccessKeyId"),
        "{error:?}"
    );
    assert!(!format!("{report:?}").contains("not-to-be-told"));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_credentials_no_bucket_and_no_server_are_told_too() {
    let Some(shop) = published().await else { return };
    let none = shop.cycle(0).await;
    assert!(only_error(&none).message.contains("there is no bucket"), "{:?}", none.complaints);
    shop.site.remove("credentials");
    touch(&shop, 1);
    let unknown = shop.cycle(1).await;
    assert!(only_error(&unknown).message.contains("credentials cannot be read"), "{:?}", unknown.complaints);
    shop.site.write("credentials", "AWS_ACCESS_KEY_ID=me\nAWS_SECRET_ACCESS_KEY=not-to-be-told\n");
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    shop.configure(With { endpoint: Some(&format!("http://{closed}/")), ..With::default() });
    touch(&shop, 2);
    let down = shop.cycle(2).await;
    assert!(only_error(&down).message.contains("refused"), "{:?}", down.complaints);
    shop.configure(With::default());
    shop.s3.make(&shop.bucket).await;
    assert_eq!(of_bucket(&shop.cycle(3).await).behind, 0);
    assert_eq!(shop.public().await, shop.files());
}

/// Changes something, so that there is something to publish.
fn touch(shop: &Shop, number: u32) {
    shop.write(9, &post(9, &[90 + number]));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_led_elsewhere() {
    let Some(shop) = published().await else { return };
    let elsewhere = Proxy::before(shop.s3.port).await;
    let to = format!("location: http://127.0.0.1:{}/{}/{PREFIX}\r\n", elsewhere.port, shop.bucket);
    for status in [301, 307] {
        let body = if status == 301 { "<Error><Code>PermanentRedirect</Code></Error>" } else { "" };
        let answer = Fault::Answer(status, to.clone(), body.to_owned());
        shop.proxy.spoil(move |_| answer.clone());
        touch(&shop, status.into());
        let report = shop.cycle(i32::from(status)).await;
        let error = only_error(&report);
        assert!(error.message.contains("leads elsewhere") && error.help.contains("region"), "{status}: {error:?}");
    }
    assert_eq!(elsewhere.met(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn offline_nothing_is_asked() {
    let Some(shop) = Shop::open().await else { return };
    let report = shop.site.cycle_async(crate::shop::at(0), true).await;
    assert_eq!((report.published.bucket, shop.proxy.met()), (None, Vec::new()));
    assert!(shop.cycle(1).await.published.bucket.unwrap().put > 40);
}
