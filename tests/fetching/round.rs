//! Many inputs at once: each once, fairly, and nobody more than may be.

use crate::server::{Reply, Step, Wire};
use crate::{client, now, options};
use chrono::TimeDelta;
use futures::StreamExt;
use std::collections::{BTreeMap, HashSet};
use std::future::pending;
use std::time::Duration;
use url::Url;
use wellsourced::collect::feed::{Ask, Exchange, FetchOutcome, fetch_all};
use wellsourced::model::PollState;
use wellsourced::net::Client;

fn asks(urls: impl IntoIterator<Item = String>) -> Vec<Ask> {
    let ask =
        |(index, url): (usize, String)| Ask { index, url: Url::parse(&url).unwrap(), state: PollState::default() };
    urls.into_iter().enumerate().map(ask).collect()
}

async fn all(client: &Client, asks: Vec<Ask>) -> Vec<(usize, Exchange)> {
    fetch_all(client, asks, &BTreeMap::new(), now(), pending()).collect().await
}

fn document() -> Reply {
    Reply::with(200, "", "<rss>{path}</rss>")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_host_holds_up_nobody_and_none_is_asked_by_too_many() {
    let wire = Wire::start().await;
    let port = wire.address.port();
    wire.add("slow.test", "*", vec![Reply::steps(vec![Step::Hang])]);
    let hosts: Vec<String> = (0..20).map(|n| format!("quick-{n}.test")).collect();
    for host in &hosts {
        let slowly = Reply { steps: [vec![Step::Wait(5)], document().steps].concat(), if_sent: None };
        wire.add(host, "*", vec![slowly]);
    }
    let mut names: Vec<&str> = hosts.iter().map(String::as_str).collect();
    names.push("slow.test");
    let slow = (0..100).map(|n| format!("http://slow.test:{port}/{n}"));
    let quick = (0..200).map(|n| format!("http://{}:{port}/{n}", hosts[n % hosts.len()]));
    let stream = fetch_all(&client(&names), asks(slow.chain(quick)), &BTreeMap::new(), now(), pending());
    // The slow host never answers: if anything waited for it, this would not end.
    let quick: Vec<(usize, Exchange)> = stream.take(200).collect().await;
    assert_eq!(quick.iter().map(|(index, _)| *index).collect::<HashSet<_>>(), (100..300).collect());
    for (index, exchange) in &quick {
        let FetchOutcome::Body(body) = &exchange.outcome else { panic!("{:?}", exchange.outcome) };
        assert_eq!(body.bytes, format!("<rss>/{}</rss>", index - 100).as_bytes());
    }
    let busy = wire.busy.lock().unwrap();
    assert!(busy.values().all(|(_, most)| *most <= 2), "{busy:?}");
    assert_eq!(wire.visits.lock().unwrap().values().sum::<usize>(), 202, "two wait for the slow one");
}

#[tokio::test]
async fn a_host_that_asks_for_silence_is_asked_once() {
    let wire = Wire::start().await;
    let port = wire.address.port();
    wire.add("busy.test", "*", vec![Reply::with(429, "Retry-After: 7200\r\n", "later")]);
    wire.add("lead.test", "*", vec![Reply::redirect(302, &format!("http://busy.test:{port}/x"))]);
    wire.add("a.test", "*", vec![document()]);
    let mut limits = options(&["busy.test", "a.test", "lead.test"]);
    limits.per_host = 1;
    let client = Client::new(limits).unwrap();
    let urls = (0..40).map(|n| format!("http://busy.test:{port}/{n}")).chain([format!("http://a.test:{port}/")]);
    let exchanges = all(&client, asks(urls)).await;
    assert_eq!(exchanges.len(), 41);
    let held: Vec<_> = exchanges
        .iter()
        .filter_map(|(_, exchange)| match exchange.outcome {
            FetchOutcome::HeldBack(until) => Some(until),
            _ => None,
        })
        .collect();
    assert_eq!(held.len(), 39);
    let promised = now() + TimeDelta::hours(2);
    assert!(held.iter().all(|until| (*until - promised).abs() < TimeDelta::minutes(1)), "{held:?}");
    assert_eq!(exchanges.iter().filter(|(_, exchange)| matches!(exchange.outcome, FetchOutcome::Body(_))).count(), 1);
    // Where a redirect leads counts, and so does what is known from earlier.
    let led = all(&client, asks([format!("http://lead.test:{port}/")])).await;
    let rests = BTreeMap::from_iter(led[0].1.rest());
    assert!(rests.contains_key("busy.test"), "{rests:?}");
    let before = wire.heads.lock().unwrap().len();
    let asks = asks([format!("http://busy.test:{port}/again")]);
    let held: Vec<_> = fetch_all(&client, asks, &rests, now(), pending()).collect().await;
    assert!(matches!(held[0].1.outcome, FetchOutcome::HeldBack(_)));
    assert_eq!(wire.heads.lock().unwrap().len(), before);
}

#[tokio::test]
async fn shutdown_and_dropping_end_it() {
    let wire = Wire::start().await;
    let port = wire.address.port();
    wire.add("a.test", "*", vec![document()]);
    wire.add("slow.test", "*", vec![Reply::steps(vec![Step::Hang])]);
    let client = client(&["a.test", "slow.test"]);
    let urls = [format!("http://a.test:{port}/"), format!("http://slow.test:{port}/")];
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let until = async move {
        let _ = stopped.await;
    };
    let mut stream = fetch_all(&client, asks(urls.clone()), &BTreeMap::new(), now(), until);
    assert_eq!(stream.next().await.map(|(index, _)| index), Some(0));
    stop.send(()).unwrap();
    assert!(stream.next().await.is_none(), "what still runs is dropped and stays due");
    let mut stream = fetch_all(&client, asks(urls), &BTreeMap::new(), now(), pending());
    assert!(stream.next().await.is_some());
    drop(stream);
    assert!(all(&client, Vec::new()).await.is_empty());
}

#[tokio::test]
async fn starts_on_one_host_keep_their_distance() {
    let wire = Wire::start().await;
    let port = wire.address.port();
    wire.add("a.test", "*", vec![document()]);
    let mut limits = options(&["a.test"]);
    limits.interval = Duration::from_millis(60);
    let urls = (0..4).map(|n| format!("http://a.test:{port}/{n}"));
    let began = tokio::time::Instant::now();
    assert_eq!(all(&Client::new(limits).unwrap(), asks(urls)).await.len(), 4);
    assert!(began.elapsed() >= Duration::from_millis(180), "three times the interval");
}
