//! The rules against a real server on loopback that misbehaves on the wire: what it does, what one check must say.

use crate::case::{Case, host_name};
use crate::server::{Reply, Wire};
use futures::StreamExt;
use std::net::IpAddr;
use std::sync::atomic::Ordering;
use std::time::Duration;
use wellsourced::model::Check;
use wellsourced::net::{Client, Options};
use wellsourced::verify::{CheckOptions, check};

fn all() -> Vec<Case> {
    use crate::{blocked, failing, gone, reachable, refused};
    [refused::cases(), blocked::cases(), gone::cases(), failing::cases(), reachable::cases()].concat()
}

fn client(cases: usize, timeout: Duration) -> Client {
    let loopback: IpAddr = "127.0.0.1".parse().unwrap();
    let mut options = Options { timeout, allow_networks: vec!["127.0.0.1/32".parse().unwrap()], ..Options::default() };
    for n in 0..cases {
        for host in ['h', 'o', 's'] {
            options.resolve.insert(host_name(host, n), vec![loopback]);
        }
    }
    options.resolve.insert("landing.test".to_owned(), vec![loopback]);
    options.resolve.insert("example.test".to_owned(), vec![loopback]);
    options.resolve.insert("trap.test".to_owned(), vec!["127.0.0.2".parse().unwrap()]);
    Client::new(options).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_case_gets_its_verdict_and_nobody_else_is_contacted() {
    let cases = all();
    let guards = cases.iter().filter(|case| case.guard || case.rule == "script-only").count();
    assert!(cases.len() >= 150 && guards >= 40, "{} cases, {guards} guards", cases.len());
    let wire = Wire::start().await;
    wire.add("landing.test", "/", vec![Reply::html(200, "<title>The page</title><p>here it is")]);
    let patient = client(cases.len(), Duration::from_mins(1));
    let hasty = client(cases.len(), Duration::from_millis(600));
    let options = CheckOptions { backoff: Duration::from_millis(5), ..CheckOptions::default() };
    let (wire, options) = (&wire, &options);
    let checks: Vec<(&Case, Check)> = futures::stream::iter(cases.iter().enumerate())
        .map(|(n, case)| {
            let client = if case.slow { &hasty } else { &patient };
            async move {
                let link = case.install(wire, n);
                let now = "2026-01-01T00:00:00Z".parse().unwrap();
                (case, check(client, options, &link, now).await)
            }
        })
        .buffer_unordered(16)
        .collect()
        .await;
    let wrong: Vec<String> = checks
        .iter()
        .filter(|(case, check)| check.verdict != case.verdict || check.rule != case.rule)
        .map(|(case, check)| {
            format!(
                "{}: {}/{} ({}), not {}/{}",
                case.name, check.verdict, check.rule, check.evidence, case.verdict, case.rule
            )
        })
        .collect();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
    assert_eq!(wire.trapped.load(Ordering::SeqCst), 0, "the trap was contacted");
}
