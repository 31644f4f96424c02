//! Servers that cannot be reached, or do not speak HTTP when they are.

use super::case::Case;
use super::server::{Reply, Step};
use wellsourced::model::Verdict::{Failing, Gone, Reachable};

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for status in [408, 425, 500, 502, 503, 504, 508, 520, 522, 525, 530, 599] {
        cases.push(
            Case::new(format!("{status}"), Failing, format!("http-{status}")).reply(Reply::html(status, "<p>sorry")),
        );
    }
    cases.push(Case::new("503 for an hour", Failing, "http-503").reply(Reply::with(
        503,
        "Retry-After: 3600\r\n",
        "later",
    )));
    cases.push(Case::new("status 601", Failing, "http-601").reply(Reply::html(601, "?")));
    cases.extend(connections());
    cases.extend(clocks());
    cases.extend(redirects());
    cases.extend(second_chances());
    cases
}

fn send(text: &str) -> Step {
    Step::Send(text.as_bytes().to_vec())
}

fn connections() -> Vec<Case> {
    let many_headers = "X-Header: value\r\n".repeat(10_000);
    let megabyte = format!("X-Long: {}\r\n", "x".repeat(1_000_000));
    vec![
        Case::new("nobody listens", Failing, "connect").link("http://{closed}/news"),
        Case::new("no such name", Failing, "dns").link("http://no-such-name.invalid:{port}/news"),
        Case::new("https to a plain port", Failing, "tls").link("https://{h}/news"),
        Case::new("reset before the answer", Failing, "protocol").reply(Reply::steps(vec![Step::Reset])),
        Case::new("closed before the answer", Failing, "protocol").reply(Reply::steps(Vec::new())),
        Case::new("closed within the status line", Failing, "protocol").reply(Reply::raw("HTTP/1.1 20")),
        Case::new("closed within the headers", Failing, "protocol").reply(Reply::raw("HTTP/1.1 200 OK\r\nX: y")),
        Case::new("reset within the headers", Failing, "protocol")
            .reply(Reply::steps(vec![send("HTTP/1.1 200 OK\r\nX"), Step::Reset])),
        Case::new("not HTTP", Failing, "protocol").reply(Reply::raw("220 mail.example ESMTP ready\r\n")),
        Case::new("HTTP/0.9", Failing, "protocol").reply(Reply::raw("<title>page</title>")),
        Case::new("noise", Failing, "protocol").reply(Reply::raw(vec![0xde; 4000])),
        Case::new("ten thousand headers", Failing, "protocol").reply(Reply::with(200, &many_headers, "x")),
        Case::new("a header of a megabyte", Failing, "protocol").reply(Reply::with(200, &megabyte, "x")),
        Case::new("headers without an end", Failing, "protocol")
            .reply(Reply::steps(vec![send("HTTP/1.1 200 OK\r\n"), Step::Flood(b"X-Flood: yes\r\n".repeat(100))])),
        Case::new("two lengths", Failing, "protocol")
            .reply(Reply::raw("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello")),
        Case::new("a length that is none", Failing, "protocol")
            .reply(Reply::raw("HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\nhello")),
        Case::new("headers, then reset", Failing, "protocol").reply(Reply::steps(vec![
            send("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n"),
            Step::Wait(50),
            Step::Reset,
        ])),
        Case::new("headers, then closed", Failing, "protocol")
            .reply(Reply::raw("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n")),
        Case::new("chunks that are none, from the first", Failing, "protocol")
            .reply(Reply::raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")),
    ]
}

fn clocks() -> Vec<Case> {
    vec![
        Case::new("never answers", Failing, "timeout").reply(Reply::steps(vec![Step::Hang])).slow(),
        Case::new("headers drip", Failing, "timeout")
            .reply(Reply::steps(vec![send("HTTP/1.1 200 OK\r\n"), Step::Drip(b"X: y\r\n".to_vec(), 40)]))
            .slow(),
        Case::new("one byte of the status line", Failing, "timeout")
            .reply(Reply::steps(vec![send("H"), Step::Hang]))
            .slow(),
        Case::new("headers, but no body", Failing, "timeout")
            .reply(Reply::steps(vec![send("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n"), Step::Hang]))
            .slow(),
        Case::new("404, but no body", Gone, "http-404")
            .reply(Reply::steps(vec![send("HTTP/1.1 404 No\r\nContent-Length: 500\r\n\r\n"), Step::Hang]))
            .slow(),
        Case::new("a redirect to one that never answers", Failing, "timeout")
            .reply(Reply::redirect(302, "http://{o}/slow"))
            .other("/slow", Reply::steps(vec![Step::Hang]))
            .slow(),
    ]
}

fn redirects() -> Vec<Case> {
    // Browsers follow twenty.
    let mut many = Case::new("twenty-one redirects", Failing, "redirect").reply(Reply::redirect(302, "/1"));
    for n in 1..22 {
        many = many.at(&format!("/{n}"), Reply::redirect(302, &format!("/{}", n + 1)));
    }
    vec![
        many.at("/22", Reply::html(200, "<title>too far</title>")),
        Case::new("a circle of one", Failing, "redirect").reply(Reply::redirect(302, "/news/2026/article")),
        Case::new("a circle of two", Failing, "redirect")
            .reply(Reply::redirect(301, "/b"))
            .at("/b", Reply::redirect(301, "/news/2026/article")),
        Case::new("a circle of refreshes", Failing, "redirect")
            .page("<meta http-equiv=refresh content='0;url=/b'>")
            .at("/b", Reply::html(200, "<meta http-equiv=refresh content='0;url=/news/2026/article'>")),
        Case::new("301 without a Location", Failing, "redirect").reply(Reply::html(301, "moved")),
        Case::new("302 with an empty Location", Failing, "redirect").reply(Reply::redirect(302, "")),
        Case::new("302 to something that is no URL", Failing, "redirect").reply(Reply::redirect(302, "http://[/")),
        Case::new("a redirect to a name that does not exist", Failing, "dns")
            .reply(Reply::redirect(302, "http://no-such-name.invalid:{port}/")),
        Case::new("a redirect to where nobody listens", Failing, "connect")
            .reply(Reply::redirect(302, "http://{closed}/")),
        Case::new("a redirect to 503", Failing, "http-503")
            .reply(Reply::redirect(301, "/b"))
            .at("/b", Reply::html(503, "later")),
    ]
}

/// What fails once or twice and then does not.
fn second_chances() -> Vec<Case> {
    let page = || Reply::html(200, "<title>The page</title><p>here");
    let then = |name: &str, first: Vec<Reply>| {
        let replies = first.into_iter().chain([page()]).collect();
        let mut case = Case::guard(name).each("/news/2026/article", replies);
        case.verdict = Reachable;
        case
    };
    vec![
        then("one 503", vec![Reply::html(503, "later")]),
        then("two 503", vec![Reply::html(503, "later"), Reply::html(503, "later")]),
        then("one 500, one reset", vec![Reply::html(500, "oops"), Reply::steps(vec![Step::Reset])]),
        then("one 429", vec![Reply::html(429, "slow down")]),
        then("one 429 with Retry-After: 0", vec![Reply::with(429, "Retry-After: 0\r\n", "slow down")]),
        then("one 425", vec![Reply::html(425, "early")]),
        then("one connection that is closed", vec![Reply::steps(Vec::new())]),
        Case::new("three 503", Failing, "http-503").each(
            "/news/2026/article",
            vec![Reply::html(503, "l"), Reply::html(503, "l"), Reply::html(503, "l"), page()],
        ),
    ]
}
