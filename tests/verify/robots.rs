//! robots.txt by RFC 9309: what a host's file says, and what its absence, its silence and its death mean.

use crate::server::{Reply, Step, Wire};
use chrono::{DateTime, Utc};
use futures::StreamExt;
use std::future::pending;
use std::net::IpAddr;
use std::time::Duration;
use tokio::net::{TcpSocket, TcpStream};
use wellsourced::model::{Check, Verdict};
use wellsourced::net::{Client, Options};
use wellsourced::verify::{CheckOptions, HELD_BACK, LinkBefore, Reach, Robots, Target, check, check_all};

const HOUR: u64 = 3600;

fn now() -> DateTime<Utc> {
    "2026-01-01T00:00:00Z".parse().unwrap()
}

fn client(hosts: &[&str], timeout: Duration) -> Client {
    let loopback: IpAddr = "127.0.0.1".parse().unwrap();
    Client::new(Options {
        timeout,
        interval: Duration::ZERO,
        per_host: 1,
        allow_networks: vec!["127.0.0.1/32".parse().unwrap()],
        resolve: hosts.iter().map(|host| ((*host).to_owned(), vec![loopback])).collect(),
        ..Options::default()
    })
    .unwrap()
}

fn respect() -> CheckOptions {
    CheckOptions { robots: Robots::Respect, backoff: Duration::from_millis(5), ..CheckOptions::default() }
}

fn text(body: impl AsRef<[u8]>) -> Reply {
    Reply::with(200, "Content-Type: text/plain\r\n", body)
}

/// What a check of `/private/x` says where robots.txt is answered like this.
async fn private_page(wire: &Wire, replies: Vec<(&str, Reply)>, timeout: Duration) -> Check {
    wire.add("a.test", "*", vec![Reply::html(200, "<title>The page</title><p>here")]);
    for (path, reply) in replies {
        wire.add("a.test", path, vec![reply]);
    }
    let link = format!("http://a.test:{}/private/x", wire.address.port());
    check(&client(&["a.test"], timeout), &respect(), &link, now()).await
}

#[tokio::test]
async fn what_a_file_says_is_done() {
    let padded =
        |kib: usize| "# a long comment line\n".repeat(kib * 1024 / 22) + "User-agent: *\nDisallow: /private/\n";
    for (name, file, allowed) in [
        ("by name", "User-agent: wellsourced\nDisallow: /private/\n".to_owned(), false),
        ("by name in other letters", "user-agent: WellSourced\ndisallow: /private/\n".to_owned(), false),
        ("for everybody", "User-agent: *\nDisallow: /\n".to_owned(), false),
        ("for somebody else", "User-agent: otherbot\nDisallow: /\n".to_owned(), true),
        (
            "its own group stands before everybody's",
            "User-agent: *\nDisallow: /\n\nUser-agent: wellsourced\nDisallow: /other\n".to_owned(),
            true,
        ),
        (
            "groups of one name are one",
            "User-agent: wellsourced\nDisallow: /a\n\nUser-agent: wellsourced\nDisallow: /private/\n".to_owned(),
            false,
        ),
        ("the longest rule", "User-agent: *\nDisallow: /private/\nAllow: /private/x\n".to_owned(), true),
        ("as long: allowed", "User-agent: *\nDisallow: /private/x\nAllow: /private/x\n".to_owned(), true),
        ("wildcards", "User-agent: *\nDisallow: /*/x$\n".to_owned(), false),
        ("another path", "User-agent: *\nDisallow: /public/\n".to_owned(), true),
        ("nothing", String::new(), true),
        ("a page instead", "<!doctype html><title>hello</title>".to_owned(), true),
        ("a rule within 490 KiB", padded(490), false),
        ("a rule behind 500 KiB", padded(520), true),
    ] {
        let wire = Wire::start().await;
        let check = private_page(&wire, vec![("/robots.txt", text(file))], Duration::from_secs(30)).await;
        let expected = if allowed { (Verdict::Reachable, "ok") } else { (Verdict::Blocked, "robots") };
        assert_eq!((check.verdict, check.rule.as_str()), expected, "{name}: {}", check.evidence);
        assert!(check.reached_http, "{name}: its host answered");
    }
}

#[tokio::test]
async fn statuses_and_redirects() {
    let rules = || text("User-agent: *\nDisallow: /private/\n");
    let chain = |hops: usize| {
        let paths = ["/robots.txt", "/1", "/2", "/3", "/4", "/5", "/6"];
        let mut replies: Vec<(&str, Reply)> =
            (0..hops).map(|n| (paths[n], Reply::redirect(302, paths[n + 1]))).collect();
        replies.push((paths[hops], rules()));
        replies
    };
    let answer = |status| vec![("/robots.txt", Reply::html(status, "oops"))];
    for (name, replies, rule, alone) in [
        ("401: none", answer(401), "ok", false),
        ("403: none", answer(403), "ok", false),
        ("404: none", answer(404), "ok", false),
        ("410: none", answer(410), "ok", false),
        ("429: none", answer(429), "ok", false),
        ("500: everything", answer(500), "robots", true),
        ("503: everything", answer(503), "robots", true),
        ("five redirects", chain(5), "robots", false),
        ("six redirects: none", chain(6), "ok", false),
        ("a circle: none", vec![("/robots.txt", Reply::redirect(302, "/robots.txt"))], "ok", false),
        (
            "redirected to 503",
            vec![("/robots.txt", Reply::redirect(302, "/1")), ("/1", Reply::html(503, ""))],
            "robots",
            true,
        ),
    ] {
        let wire = Wire::start().await;
        let check = private_page(&wire, replies, Duration::from_secs(30)).await;
        assert_eq!(check.rule, rule, "{name}: {}", check.evidence);
        assert_eq!(check.verdict, if rule == "ok" { Verdict::Reachable } else { Verdict::Blocked }, "{name}");
        assert_eq!(check.retry_after.is_some_and(|wait| wait >= HOUR), alone, "{name}: {:?}", check.retry_after);
        assert!(check.reached_http, "{name}: its host answered");
    }
}

#[tokio::test]
async fn silence_is_a_disallow_and_death_is_failing() {
    let wire = Wire::start().await;
    let silent = vec![("/robots.txt", Reply::steps(vec![Step::Hang]))];
    let check_silent = private_page(&wire, silent, Duration::from_millis(600)).await;
    assert_eq!((check_silent.verdict, check_silent.rule.as_str()), (Verdict::Blocked, "robots"));
    assert!(check_silent.retry_after.is_some_and(|wait| wait >= HOUR), "{check_silent:?}");
    // Nobody takes the connection: the queue of this listener is full.
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let full = listener.local_addr().unwrap();
    let _waiting = [TcpStream::connect(full).await.unwrap(), TcpStream::connect(full).await.unwrap()];
    let wire = Wire::start().await;
    wire.add("reset.test", "*", vec![Reply::steps(vec![Step::Reset])]);
    wire.add("noise.test", "*", vec![Reply::raw("hello there\r\n\r\n")]);
    let client = client(&["reset.test", "noise.test", "a.test"], Duration::from_millis(600));
    let (open, closed) = (wire.address.port(), wire.closed.port());
    for (link, rule) in [
        (format!("http://reset.test:{open}/x"), "protocol"),
        (format!("http://noise.test:{open}/x"), "protocol"),
        (format!("http://a.test:{closed}/x"), "connect"),
        (format!("https://a.test:{open}/x"), "tls"),
        ("http://nowhere.invalid/x".to_owned(), "dns"),
        (format!("http://a.test:{}/x", full.port()), "timeout"),
    ] {
        let check = check(&client, &respect(), &link, now()).await;
        assert_eq!((check.verdict, check.rule.as_str()), (Verdict::Failing, rule), "{link}: {}", check.evidence);
        assert_eq!((check.retry_after, check.reached_http), (None, false), "{link}");
    }
    let refused = check(&client, &respect(), "http://10.0.0.1/x", now()).await;
    assert_eq!((refused.verdict, refused.rule.as_str()), (Verdict::Refused, "address"));
}

#[tokio::test]
async fn a_host_that_comes_back_is_asked_again() {
    let wire = Wire::start().await;
    wire.add("a.test", "*", vec![Reply::html(200, "<title>The page</title><p>here")]);
    wire.add("a.test", "/robots.txt", vec![Reply::steps(vec![Step::Reset]), text("User-agent: *\nDisallow: /b\n")]);
    let client = client(&["a.test"], Duration::from_secs(30));
    let link = |path| format!("http://a.test:{}/{path}", wire.address.port());
    let first = check(&client, &respect(), &link("a"), now()).await;
    assert_eq!((first.verdict, first.rule.as_str()), (Verdict::Reachable, "ok"), "{}", first.evidence);
    assert_eq!(check(&client, &respect(), &link("b"), now()).await.rule, "robots");
}

#[tokio::test]
async fn one_host_that_fails_to_say_holds_up_no_other_and_is_no_outage() {
    let wire = Wire::start().await;
    let port = wire.address.port();
    let closed = ["c1.test", "c2.test", "c3.test", "c4.test", "c5.test", "c6.test"];
    for host in closed {
        wire.add(host, "*", vec![Reply::html(200, "<p>here")]);
        wire.add(host, "/robots.txt", vec![Reply::html(503, "oops")]);
    }
    wire.add("well.test", "*", vec![Reply::html(200, "<p>here")]);
    let links = closed.iter().flat_map(|host| (0..5).map(move |n| format!("http://{host}:{port}/{n}")));
    let links: Vec<Target> = links.chain([format!("http://well.test:{port}/x")]).map(Target::new).collect();
    let client = client(&[&closed[..], &["well.test"]].concat(), Duration::from_secs(30));
    let checks: Vec<Check> =
        check_all(&client, &respect(), futures::stream::iter(links), now(), pending()).collect().await;
    let with = |rule: &str| checks.iter().filter(|check| check.rule == rule).count();
    assert_eq!((with("ok"), with("robots"), with(HELD_BACK)), (1, 6, 24));
    let asked: usize =
        wire.visits.lock().unwrap().iter().filter(|((host, _), _)| host != "well.test").map(|(_, n)| n).sum();
    assert_eq!(asked, closed.len(), "each is asked for its robots.txt, once, and for nothing else");
    let mut reach = Reach::default();
    for check in &checks {
        reach.note(check, LinkBefore::default());
    }
    assert_eq!(reach.network_is_down(), None);
}

#[tokio::test]
async fn it_is_not_asked_for_unless_that_is_wanted() {
    let wire = Wire::start().await;
    wire.add("a.test", "*", vec![Reply::html(200, "<p>here")]);
    wire.add("a.test", "/robots.txt", vec![text("User-agent: *\nDisallow: /\n")]);
    let link = format!("http://a.test:{}/x", wire.address.port());
    let check = check(&client(&["a.test"], Duration::from_secs(30)), &CheckOptions::default(), &link, now()).await;
    assert_eq!(check.rule, "ok");
    assert_eq!(wire.visits.lock().unwrap().len(), 1);
}
