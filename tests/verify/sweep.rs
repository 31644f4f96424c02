//! Many links at once: fairness, politeness, stopping; and what one link may cost (bombs, floods).

use crate::server::{Reply, Step, Wire};
use chrono::{DateTime, TimeDelta, Utc};
use futures::{Stream, StreamExt};
use std::collections::HashSet;
use std::future::pending;
use std::net::IpAddr;
use std::time::Duration;
use wellsourced::model::{Check, Verdict};
use wellsourced::net::{Client, Options};
use wellsourced::verify::{CheckOptions, HELD_BACK, LinkBefore, Reach, Target, check_all};

fn now() -> DateTime<Utc> {
    "2026-01-01T00:00:00Z".parse().unwrap()
}

fn options(hosts: &[&str]) -> Options {
    let loopback: IpAddr = "127.0.0.1".parse().unwrap();
    Options {
        timeout: Duration::from_secs(30),
        interval: Duration::ZERO,
        allow_networks: vec!["127.0.0.1/32".parse().unwrap()],
        resolve: hosts.iter().map(|host| ((*host).to_owned(), vec![loopback])).collect(),
        ..Options::default()
    }
}

fn client(hosts: &[&str]) -> Client {
    Client::new(options(hosts)).unwrap()
}

fn quick() -> CheckOptions {
    CheckOptions { backoff: Duration::from_millis(5), ..CheckOptions::default() }
}

fn targets(urls: Vec<String>) -> impl Stream<Item = Target> + Send + 'static {
    futures::stream::iter(urls).map(Target::new)
}

fn page() -> Reply {
    Reply::html(200, "<title>The page</title><p>here")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_host_never_holds_up_the_others() {
    let wire = Wire::start().await;
    let port = wire.address.port();
    wire.add("slow.test", "*", vec![Reply::steps(vec![Step::Hang])]);
    let mut urls: Vec<String> = (0..600).map(|n| format!("http://slow.test:{port}/{n}")).collect();
    let hosts: Vec<String> = (0..30).map(|n| format!("quick-{n}.test")).collect();
    for host in &hosts {
        wire.add(host, "*", vec![page()]);
    }
    urls.extend((0..600).map(|n| format!("http://{}:{port}/{n}", hosts[n % hosts.len()])));
    let mut names: Vec<&str> = hosts.iter().map(String::as_str).collect();
    names.push("slow.test");
    let checks = check_all(&client(&names), &quick(), targets(urls), now(), pending());
    // The slow host never answers: if anything waited for it, this would not end.
    let quick: Vec<Check> = checks.take(600).collect().await;
    assert!(quick.iter().all(|check| check.verdict == Verdict::Reachable && check.url.contains("quick")));
    assert!(quick.iter().all(|check| check.at >= now()));
}

#[tokio::test]
async fn every_target_comes_back_once_malformed_ones_too() {
    let wire = Wire::start().await;
    let port = wire.address.port();
    wire.add("a.test", "*", vec![page()]);
    let mut urls: Vec<String> = (0..50).map(|n| format!("http://a.test:{port}/{n}")).collect();
    urls.extend(["not a url", "", "mailto:x@example.org", "http://10.0.0.1/"].map(str::to_owned));
    let checks: Vec<Check> =
        check_all(&client(&["a.test"]), &quick(), targets(urls.clone()), now(), pending()).collect().await;
    let seen: HashSet<&str> = checks.iter().map(|check| check.url.as_str()).collect();
    assert_eq!(checks.len(), urls.len());
    assert_eq!(seen, urls.iter().map(String::as_str).collect());
    assert_eq!(checks.iter().filter(|check| check.verdict == Verdict::Refused).count(), 4);
}

#[tokio::test]
async fn the_budget_and_dropping_end_it() {
    let wire = Wire::start().await;
    let port = wire.address.port();
    wire.add("a.test", "*", vec![page()]);
    wire.add("slow.test", "*", vec![Reply::steps(vec![Step::Hang])]);
    let urls = vec![format!("http://a.test:{port}/"), format!("http://slow.test:{port}/")];
    let client = client(&["a.test", "slow.test"]);
    let (spent, budget) = tokio::sync::oneshot::channel::<()>();
    let until = async move {
        let _ = budget.await;
    };
    let mut checks = check_all(&client, &quick(), targets(urls.clone()), now(), until);
    assert_eq!(checks.next().await.map(|check| check.url), Some(urls[0].clone()));
    spent.send(()).unwrap();
    assert_eq!(checks.next().await, None, "what still runs is dropped");
    let endless = futures::stream::repeat(Target::new(urls[1].clone()));
    let mut checks = check_all(&client, &quick(), targets(urls).chain(endless.take(10)), now(), pending());
    assert!(checks.next().await.is_some());
    drop(checks);
}

#[tokio::test]
async fn one_deadline_per_host_for_retry_after() {
    let wire = Wire::start().await;
    let port = wire.address.port();
    wire.add("busy.test", "*", vec![Reply::with(503, "Retry-After: 7200\r\n", "later")]);
    wire.add("a.test", "*", vec![page()]);
    let mut limits = options(&["busy.test", "a.test"]);
    limits.per_host = 1;
    let urls: Vec<String> =
        (0..40).map(|n| format!("http://busy.test:{port}/{n}")).chain([format!("http://a.test:{port}/")]).collect();
    let checks: Vec<Check> =
        check_all(&Client::new(limits).unwrap(), &quick(), targets(urls), now(), pending()).collect().await;
    assert_eq!(checks.len(), 41);
    let asked: usize =
        wire.visits.lock().unwrap().iter().filter(|((host, _), _)| host == "busy.test").map(|(_, n)| n).sum();
    assert_eq!(asked, 1, "a host that asks for two hours is asked once");
    let held: Vec<&Check> = checks.iter().filter(|check| check.rule == HELD_BACK).collect();
    assert_eq!(held.len(), 39);
    assert!(held.iter().all(|check| check.retry_after.is_some_and(|wait| (7000..=7201).contains(&wait))));
    let late = futures::stream::iter([Target {
        url: format!("http://a.test:{port}/"),
        not_before: Some(now() + TimeDelta::hours(1)),
    }]);
    let checks: Vec<Check> = check_all(&client(&["a.test"]), &quick(), late, now(), pending()).collect().await;
    assert_eq!(checks[0].rule, HELD_BACK, "what is known from earlier is honoured");
}

#[tokio::test]
async fn starts_on_one_host_keep_their_distance() {
    let wire = Wire::start().await;
    let port = wire.address.port();
    wire.add("a.test", "*", vec![page()]);
    let mut limits = options(&["a.test"]);
    limits.interval = Duration::from_millis(60);
    let urls = (0..4).map(|n| format!("http://a.test:{port}/{n}")).collect();
    let mut starts: Vec<DateTime<Utc>> =
        check_all(&Client::new(limits).unwrap(), &quick(), targets(urls), now(), pending())
            .map(|check| check.at)
            .collect()
            .await;
    starts.sort();
    assert!(starts.windows(2).all(|pair| pair[1] - pair[0] >= TimeDelta::milliseconds(60)), "{starts:?}");
}

#[tokio::test]
async fn offline_is_seen_for_what_it_is() {
    let wire = Wire::start().await;
    let closed = wire.closed.port();
    let hosts: Vec<String> = (0..20).map(|n| format!("h{n}.test")).collect();
    let names: Vec<&str> = hosts.iter().map(String::as_str).collect();
    for host in &hosts {
        wire.add(host, "*", vec![page()]);
    }
    let client = client(&names);
    let sweep = async |dead: usize| -> Vec<Check> {
        let port = |n: usize| if n < dead { closed } else { wire.address.port() };
        let urls = hosts.iter().enumerate().map(|(n, host)| format!("http://{host}:{}/", port(n))).collect();
        check_all(&client, &quick(), targets(urls), now(), pending()).collect().await
    };
    let network_is_down = |checks: &[Check]| {
        let mut reach = Reach::default();
        for check in checks {
            reach.note(check, LinkBefore::default());
        }
        reach.network_is_down()
    };
    assert!(network_is_down(&sweep(20).await).is_some());
    let some_down = sweep(2).await;
    assert_eq!(network_is_down(&some_down), None);
    assert_eq!(some_down.iter().filter(|check| check.verdict == Verdict::Failing).count(), 2);
}
