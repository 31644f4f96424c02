//! Pages that are there: guards against false alarms, and moves.

use super::case::{Case, article};
use super::server::{Reply, Step};
use wellsourced::model::Verdict::{Moved, Reachable};

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for status in [200, 201, 202, 203, 206, 226, 300] {
        cases.push(Case::guard(format!("{status}")).reply(Reply::html(status, "<title>The page</title><p>here")));
    }
    cases.push(Case::guard("204").reply(Reply::raw("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")));
    cases.extend(articles());
    cases.extend(other_pages());
    cases.extend(look_alikes());
    cases.extend(bodies());
    cases.extend(landings());
    cases.extend(moves());
    cases.extend(alike());
    cases
}

fn articles() -> Vec<Case> {
    [
        "404",
        "Page not found",
        "404 Not Found",
        "页面不存在",
        "Just a moment...",
        "Access Denied",
        "Security check",
        "Robot Check",
        "This domain is for sale",
        "域名出售",
        "Account Suspended",
        "Log in",
        "登录",
        "Sorry",
    ]
    .map(|title| {
        Case::guard(format!("an article called {title}")).page(&format!("<title>{title}</title>{}", article()))
    })
    .into()
}

fn other_pages() -> Vec<Case> {
    let form = "<form><input type=password></form>";
    let shell = "<title>App</title><div id=root></div><script src=/app.js></script>";
    vec![
        Case::guard("short and honest").page("<title>Linux 7.0 is out</title><p>Download it from the mirrors.</p>"),
        Case::guard("a title that asks about 404")
            .page("<title>How we designed our page-not-found page</title><p>See.</p>"),
        Case::guard("404 Media").page("<title>404 Media raises money from its readers</title><p>Yes.</p>"),
        Case::guard("an article with a log-in form").page(&format!("<title>News</title>{form}{}", article())),
        Case::guard("a short page with a log-in form at its top")
            .page(&format!("<title>Linux 7.0 is out</title>{form}<h1>Linux 7.0 is out</h1><p>Download it.</p>")),
        Case::guard("an article that loads a captcha for its comments")
            .page(&format!("<title>News</title><script src=https://hcaptcha.com/1/api.js></script>{}", article())),
        Case::guard("an article about parking")
            .page(&format!("<title>News</title><p>sedoparking.com and data-adblockkey= explained</p>{}", article())),
        Case::guard("the site's own root says sorry")
            .link("http://{h}/")
            .at("/", Reply::html(200, "<title>Sorry</title>")),
        Case::guard("the site's own root says 404").link("http://{h}/").at("/", Reply::html(200, "<title>404</title>")),
        Case::guard("a root by another name")
            .link("http://{h}/en/")
            .at("/en/", Reply::html(200, "<title>Page not found</title>")),
        Case::new("drawn by script", Reachable, "script-only").at("*", Reply::html(200, shell)),
        Case::new("drawn by script, says so", Reachable, "script-only")
            .at("*", Reply::html(200, &format!("{shell}<noscript>You need to enable JavaScript.</noscript>"))),
        Case::new("drawn by script, with a hidden 404", Reachable, "script-only")
            .page(&format!("{shell}<template><h1>404</h1></template><div hidden><h1>Page not found</h1></div>")),
        Case::guard("every path says ok").at("*", Reply::html(200, "<title>ok</title>ok")),
        Case::guard("every path says ok in plain text").at("*", Reply::with(200, "Content-Type: text/plain\r\n", "ok")),
        Case::guard("another text than a made-up path's")
            .page("<title>Example</title><p>Version 2.1 fixes a bug in the printer driver.</p>")
            .at("*", Reply::html(200, "<title>Example</title><p>Nothing to be seen under this address.</p>")),
        Case::guard("a long page that is the same everywhere")
            .at("*", Reply::html(200, &format!("<title>One page</title>{}", article()))),
        Case::guard("a link that is itself a log-in page")
            .link("http://{h}/login")
            .at("/login", Reply::html(200, &format!("<title>Log in</title>{form}"))),
        Case::guard("a page that renews itself")
            .page("<title>Live</title><meta http-equiv=refresh content=3><p>Ticker"),
        Case::guard("a refresh after a minute")
            .page("<title>Live</title><meta http-equiv=refresh content='60;url=/b'>x"),
        Case::guard("a refresh for those without scripts")
            .page("<title>The page</title><noscript><meta http-equiv=refresh content='0;url=/404'></noscript><p>here"),
        Case::guard("a title in an icon").page("<svg><title>404</title></svg><title>The page</title><p>here"),
        Case::guard("a 404 in a script").page("<title>The page</title><script>'<h1>404</h1>'</script><p>here is the text of a page that loads a script as well"),
        Case::guard("a server by the name of a firewall").reply(Reply::with(
            200,
            "Server: ddos-guard\r\nx-datadome: protected\r\n",
            "<title>The page</title>",
        )),
    ]
}

fn look_alikes() -> Vec<Case> {
    vec![
        Case::new("drawn by script, with a firewall's script in it", Reachable, "script-only").page(
            "<title>App</title><div id=root></div><script src=/cdn-cgi/challenge-platform/h/b/scripts/jsd/main.js></script>\
             <script>window._pxAppId='x'</script><script src=/_Incapsula_Resource?SWJIYLWA=1></script>",
        ),
        Case::guard("a bicycle for sale").page("<title>Notes</title><p>My old bicycle is for sale, cheap.</p>"),
        Case::guard("a short page with a captcha at its form").page(
            "<title>Contact us</title><script src=https://hcaptcha.com/1/api.js></script><p>Write to the editors of this site here, they read every letter.</p>",
        ),
        Case::guard("a wall that asks for consent before every page")
            .at("*", Reply::html(200, "<title>Example</title><p>We value your privacy. Accept cookies to go on.</p>")),
        Case::guard("old marks that are left open")
            .page(&format!("<title>Page not found</title><a name=top>{}", article())),
        Case::guard("an icon that closes itself").page(&format!("<title>404</title><svg/>{}", article())),
        Case::guard("a product that is no longer sold")
            .page("<title>Windows 10 is no longer available for purchase from Microsoft</title><p>It was time.</p>"),
        Case::guard("a question about bots")
            .page("<title>Pardon our dust: what changes in Fedora</title><p>Read on.</p>"),
    ]
}

fn bodies() -> Vec<Case> {
    let send = |bytes: &[u8]| Step::Send(bytes.to_vec());
    let open = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<title>The page</title>";
    let chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n";
    vec![
        Case::guard("an empty page").reply(Reply::html(200, "")),
        Case::guard("a PDF").reply(Reply::with(200, "Content-Type: application/pdf\r\n", b"%PDF-1.7 404 Not Found")),
        Case::guard("an image").reply(Reply::with(200, "Content-Type: image/png\r\n", [0x89, b'P', b'N', b'G', 0, 1])),
        Case::guard("no media type").reply(Reply::with(200, "", "<title>The page</title><p>here")),
        Case::guard("a body without an end")
            .reply(Reply::steps(vec![send(open), Step::Flood(b"<p>more and more text</p>".repeat(200))])),
        Case::guard("chunks without an end")
            .reply(Reply::steps(vec![send(chunked), Step::Flood(b"5\r\nhello\r\n".repeat(500))])),
        Case::guard("a body that drips").reply(Reply::steps(vec![send(open), Step::Drip(b"x".to_vec(), 30)])).slow(),
        Case::guard("less than was promised")
            .reply(Reply::raw("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n<title>The page</title>")),
        Case::guard("more than was promised")
            .reply(Reply::raw("HTTP/1.1 200 OK\r\nContent-Length: 10\r\nConnection: close\r\n\r\n<p>here is more")),
        Case::guard("a length beyond all measure")
            .reply(Reply::raw("HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n<title>The page</title>")),
        Case::guard("reset within the body").reply(Reply::steps(vec![send(open), Step::Wait(50), Step::Reset])),
        Case::guard("chunks that break off").reply(Reply::raw(&chunked[..])),
        Case::guard("declared as gzip, sent plain").reply(Reply::with(
            200,
            "Content-Encoding: gzip\r\nContent-Type: text/html\r\n",
            "<title>The page</title>",
        )),
        Case::guard("a coding nobody knows").reply(Reply::with(
            200,
            "Content-Encoding: rot13\r\nContent-Type: text/html\r\n",
            "<title>The page</title>",
        )),
        Case::guard("gzip that is none").reply(Reply::with(
            200,
            "Content-Encoding: gzip\r\nContent-Type: text/html\r\n",
            [0x1f, 0x8b, 8, 0, 1, 2],
        )),
        Case::guard("headers folded over lines").reply(Reply::raw(
            "HTTP/1.1 200 OK\r\nX-Long: a\r\n  b\r\nConnection: close\r\n\r\n<title>The page</title>",
        )),
        Case::guard("a header that is none").reply(Reply::raw(
            "HTTP/1.1 200 OK\r\nthis is no header\r\nConnection: close\r\n\r\n<title>The page</title>",
        )),
        Case::guard("HTTP/1.0").reply(Reply::raw("HTTP/1.0 200 OK\r\n\r\n<title>The page</title>")),
        Case::guard("no reason").reply(Reply::raw("HTTP/1.1 200\r\nConnection: close\r\n\r\n<title>The page</title>")),
    ]
}

fn landings() -> Vec<Case> {
    let page = || Reply::html(200, "<title>The page</title><p>here it is");
    let wall = Reply::redirect(302, "/news/2026/article").if_sent("seen=1", page());
    let mut ten = Case::guard("ten redirects").reply(Reply::redirect(302, "/1"));
    for n in 1..10 {
        ten = ten.at(&format!("/{n}"), Reply::redirect(302, &format!("/{}", n + 1)));
    }
    let mut cases = vec![
        ten.at("/10", page()),
        Case::guard("a cookie wall").reply(Reply {
            steps: Reply::with(302, "Set-Cookie: seen=1; Path=/\r\nLocation: /news/2026/article\r\n", "").steps,
            if_sent: wall.if_sent,
        }),
        Case::guard("a shortener to a root")
            .link("http://{s}/abc")
            .shortener("/abc", Reply::redirect(302, "http://landing.test:{port}/")),
        Case::guard("a root to its language")
            .link("http://{h}/")
            .at("/", Reply::redirect(302, "/en/"))
            .at("/en/", page()),
        Case::guard("a project gets its own site")
            .link("http://{h}/tool")
            .at("/tool", Reply::redirect(302, "http://{o}/"))
            .other("/", page()),
        Case::guard("a topic of two letters").reply(Reply::redirect(302, "/ai")).at("/ai", page()),
        Case::guard("a region's root to a language's")
            .link("http://{h}/us/en/")
            .at("/us/en/", Reply::redirect(302, "/"))
            .at("/", page()),
        Case::guard("documentation of log-ins")
            .reply(Reply::redirect(302, "/docs/auth/overview"))
            .at("/docs/auth/overview", page()),
        Case::guard("a root with a route").reply(Reply::redirect(302, "/#/news/article")).at("/", page()),
        Case::guard("300 with a choice").reply(Reply::redirect(300, "/b")).at("/b", page()),
        Case::guard("a meta refresh").page("<meta http-equiv=refresh content='0;url=/b'>").at("/b", page()),
        Case::guard("a Refresh header").reply(Reply::with(200, "Refresh: 0; url=/b\r\n", "<p>")).at("/b", page()),
        Case::guard("a fragment and credentials")
            .link("http://user:secret@{h}/news/2026/article#part")
            .reply(Reply::html(500, "credentials were sent").if_sent("GET /news/2026/article HTTP", page())),
        Case::guard("an article on 404 pages that was renamed")
            .link("http://{h}/404")
            .at("/404", Reply::redirect(302, "/posts/404"))
            .at("/posts/404", page()),
    ];
    for (name, location, path) in [
        ("relative", "other", "/news/2026/other"),
        ("of the same scheme", "//{h}/b", "/b"),
        ("with a query only", "?page=2", "/news/2026/article?page=2"),
        ("in raw UTF-8", "/开源", "/%E5%BC%80%E6%BA%90"),
        ("with blanks", "/a b", "/a%20b"),
        ("with a tab before it", "\t/b", "/b"),
        ("with a backslash", "\\b", "/b"),
        ("up and down", "../../x/./y", "/x/y"),
    ] {
        cases.push(Case::guard(format!("Location {name}")).reply(Reply::redirect(302, location)).at(path, page()));
    }
    cases
}

/// Pages that look like dead ones in one thing.
fn alike() -> Vec<Case> {
    let page = || Reply::html(200, "<title>The page</title><p>here it is");
    vec![
        Case::guard("a blog that is all of its site")
            .link("http://{h}/blog/")
            .at("/blog/", Reply::redirect(302, "/"))
            .at("/", page()),
        Case::guard("an article called so")
            .page(&format!("<title>Page not found: a history of errors</title><h1>Page not found</h1>{}", article())),
        Case::new("a few words drawn by script", Reachable, "script-only")
            .page("<title>App</title><div>Loading the reader</div><script src=a.js></script>"),
    ]
}

fn moves() -> Vec<Case> {
    let page = || Reply::html(200, "<title>The page</title><p>here it is");
    let moved = |name: &str| Case::new(name, Moved, "moved");
    vec![
        moved("301").reply(Reply::redirect(301, "/b")).at("/b", page()),
        moved("308").reply(Reply::redirect(308, "/b")).at("/b", page()),
        moved("301 to another host").reply(Reply::redirect(301, "http://{o}/b")).other("/b", page()),
        moved("301, 308").reply(Reply::redirect(301, "/b")).at("/b", Reply::redirect(308, "/c")).at("/c", page()),
        Case::guard("301, 302").reply(Reply::redirect(301, "/b")).at("/b", Reply::redirect(302, "/c")).at("/c", page()),
        Case::guard("302").reply(Reply::redirect(302, "/b")).at("/b", page()),
        Case::guard("303").reply(Reply::redirect(303, "/b")).at("/b", page()),
        Case::guard("307").reply(Reply::redirect(307, "/b")).at("/b", page()),
        Case::guard("301, then a refresh")
            .reply(Reply::redirect(301, "/b"))
            .at("/b", Reply::html(200, "<meta http-equiv=refresh content='0;url=/c'>"))
            .at("/c", page()),
        moved("301 to a page drawn by script")
            .reply(Reply::redirect(301, "/b"))
            .at("/b", Reply::html(200, "<title>App</title><script src=/x.js></script>")),
    ]
}
