//! What is answered to whom: one table per concern.

use crate::negotiation::NEGOTIATION;
use crate::server::Server;
use crate::support::{self, noon, post};
use crate::table::Body::{Coded, Empty, File, Page, Part};
use crate::table::{Case, get, with};
use wellsourced::serve::Limits;

const FILES: &[Case] = &[
    get(
        "/",
        &[],
        200,
        &[
            "content-type: text/html; charset=utf-8",
            "etag: {tag:index.html}",
            "last-modified: {date:index.html}",
            "cache-control: public, max-age=900",
            "vary: Accept-Encoding",
            "x-content-type-options: nosniff",
            "content-security-policy: ~default-src 'none'; style-src 'self'",
            "accept-ranges: bytes",
            "!access-control-allow-origin",
            "!content-encoding",
            "!set-cookie",
        ],
        File("index.html"),
    ),
    get("/index.html", &[], 200, &["etag: {tag:index.html}"], File("index.html")),
    get(
        "/atom.xml",
        &[],
        200,
        &[
            "content-type: application/atom+xml; charset=utf-8",
            "etag: {tag:atom.xml}",
            "last-modified: {date:atom.xml}",
            "access-control-allow-origin: *",
            "access-control-expose-headers: ~ETag",
            "vary: ~Accept-Encoding",
            "x-content-type-options: nosniff",
            "!content-security-policy",
            "!content-location",
        ],
        File("atom.xml"),
    ),
    get(
        "/rss.xml",
        &[],
        200,
        &["content-type: application/rss+xml; charset=utf-8", "access-control-allow-origin: *"],
        File("rss.xml"),
    ),
    get(
        "/feed.json",
        &[],
        200,
        &["content-type: application/feed+json; charset=utf-8", "access-control-allow-origin: *"],
        File("feed.json"),
    ),
    get(
        "/feeds.opml",
        &[],
        200,
        &["content-type: text/x-opml; charset=utf-8", "access-control-allow-origin: *"],
        File("feeds.opml"),
    ),
    get("/status.json", &[], 200, &["content-type: application/json; charset=utf-8"], File("status.json")),
    get(
        "/style.css",
        &[],
        200,
        &["content-type: text/css; charset=utf-8", "x-content-type-options: nosniff"],
        File("style.css"),
    ),
    get("/status.html", &[], 200, &["content-security-policy: ~default-src 'none'"], File("status.html")),
    get(
        "/search.html",
        &[],
        200,
        &[
            "content-security-policy: ~script-src 'self'; connect-src 'self'",
            "content-security-policy: ~default-src 'none'",
        ],
        File("search.html"),
    ),
    get("/search.js", &[], 200, &["content-type: text/javascript; charset=utf-8"], File("search.js")),
    get("/search.json", &[], 200, &["content-type: application/json; charset=utf-8"], File("search.json")),
    get("/sitemap.xml", &[], 200, &["content-type: application/xml; charset=utf-8"], File("sitemap.xml")),
    get("/robots.txt", &[], 200, &["content-type: text/plain; charset=utf-8"], File("robots.txt")),
    get(
        "/icon.svg",
        &[],
        200,
        &["content-type: image/svg+xml", "content-security-policy: ~sandbox", "x-content-type-options: nosniff"],
        File("icon.svg"),
    ),
    get("/tags/", &[], 200, &[], File("tags/index.html")),
    get("/tags/ai/", &[], 200, &[], File("tags/ai/index.html")),
    get("/tags/ai/rss.xml", &[], 200, &["etag: {tag:tags/ai/rss.xml}"], File("tags/ai/rss.xml")),
    get("/tags/%E5%BC%80%E6%BA%90/atom.xml", &[], 200, &[], File("tags/开源/atom.xml")),
    get("/tags/%e5%bc%80%e6%ba%90/atom.xml", &[], 200, &[], File("tags/开源/atom.xml")),
    get("/%61tom.xml", &[], 200, &[], File("atom.xml")),
    get("/sources/source1.example/", &[], 200, &[], File("sources/source1.example/index.html")),
    get("/editions/", &[], 200, &[], File("editions/index.html")),
    get("/editions/3/", &[], 200, &["etag: {tag:editions/3/index.html}"], File("editions/3/index.html")),
    get("/editions/3/index.html", &[], 200, &[], File("editions/3/index.html")),
    get("/atom.xml?from=reader&x=%00", &[], 200, &[], File("atom.xml")),
    get("http://elsewhere.example/atom.xml", &[], 200, &[], File("atom.xml")),
    get(
        "/atom.xml",
        &["X-Forwarded-For: 127.0.0.1", "Forwarded: for=127.0.0.1", "X-Forwarded-Proto: https"],
        200,
        &["etag: {tag:atom.xml}"],
        File("atom.xml"),
    ),
    with(
        "HEAD",
        get(
            "/atom.xml",
            &[],
            200,
            &[
                "etag: {tag:atom.xml}",
                "content-type: application/atom+xml; charset=utf-8",
                "content-length: ~",
                "last-modified: {date:atom.xml}",
            ],
            Empty,
        ),
    ),
    with("HEAD", get("/", &[], 200, &["etag: {tag:index.html}"], Empty)),
];

const ELSEWHERE: &[Case] = &[
    get("/tags", &[], 308, &["location: tags/"], Empty),
    get("/tags/ai", &[], 308, &["location: ai/"], Empty),
    get(
        "/tags/AI",
        &[],
        308,
        &["location: ai/", "access-control-allow-origin: *", "cache-control: public, max-age=900"],
        Empty,
    ),
    get("/tags/AI/", &[], 308, &["location: ../ai/"], Empty),
    get("/tags/AI/atom.xml", &[], 308, &["location: ../ai/atom.xml"], Empty),
    get("/tags/Ai/feed", &[], 308, &["location: ../ai/feed"], Empty),
    get("/tags/%EF%BC%A1%EF%BC%A9", &[], 308, &["location: ai/"], Empty),
    get("/tags/%E5%BC%80%E6%BA%90", &[], 308, &["location: %E5%BC%80%E6%BA%90/"], Empty),
    get("/sources/SOURCE1.Example/rss.xml", &[], 308, &["location: ../source1.example/rss.xml"], Empty),
    get("/editions/3", &[], 308, &["location: 3/"], Empty),
    get("/editions/3?from=reader&x=%00/../?", &[], 308, &["location: 3/?from=reader&x=%00/../?"], Empty),
    get("/editions/3?", &[], 308, &["location: 3/?"], Empty),
    get("/tags/AI/atom.xml?a=1", &[], 308, &["location: ../ai/atom.xml?a=1"], Empty),
    get("/tags/AI?//elsewhere.example/", &[], 308, &["location: ai/?//elsewhere.example/"], Empty),
    get("/tags/AI?q=开", &[], 308, &["location: ai/?q=%E5%BC%80"], Empty),
    with("HEAD", get("/tags/AI", &[], 308, &["location: ai/"], Empty)),
    get(
        "/nothing",
        &[],
        404,
        &[
            "content-type: text/html; charset=utf-8",
            "content-security-policy: ~default-src 'none'",
            "cache-control: public, max-age=60",
            "!etag",
        ],
        Page("没有这一页"),
    ),
    with("HEAD", get("/nothing", &[], 404, &[], Empty)),
    get("/tags/nothing/", &[], 404, &[], Page("没有这一页")),
    get("/tags/nothing/atom.xml", &[], 404, &[], Page("没有这一页")),
    get("/items/", &[], 404, &[], Page("没有这一页")),
    get("/favicon.ico", &[], 404, &[], Page("没有这一页")),
];

const CONDITIONAL: &[Case] = &[
    get(
        "/atom.xml",
        &["If-None-Match: {tag:atom.xml}"],
        304,
        &[
            "etag: {tag:atom.xml}",
            "cache-control: public, max-age=900",
            "vary: ~Accept-Encoding",
            "access-control-allow-origin: *",
            "!content-type",
            "!content-encoding",
        ],
        Empty,
    ),
    get("/atom.xml", &["If-None-Match: W/{tag:atom.xml}"], 304, &["etag: {tag:atom.xml}"], Empty),
    get("/atom.xml", &["If-None-Match: \"a\", W/\"b,c\" , {tag:atom.xml}"], 304, &[], Empty),
    get("/atom.xml", &["If-None-Match: \"a\"", "If-None-Match: {tag:atom.xml}"], 304, &[], Empty),
    get("/atom.xml", &["If-None-Match: *"], 304, &[], Empty),
    get("/atom.xml", &["If-None-Match: \"a\", \"b\""], 200, &[], File("atom.xml")),
    get("/atom.xml", &["If-None-Match: {tag:rss.xml}"], 200, &[], File("atom.xml")),
    get("/atom.xml", &["If-None-Match: "], 200, &[], File("atom.xml")),
    get("/atom.xml", &["If-None-Match: abc"], 200, &[], File("atom.xml")),
    get(
        "/atom.xml",
        &["If-None-Match: \"a\"", "If-Modified-Since: Sun, 01 Jan 2090 00:00:00 GMT"],
        200,
        &[],
        File("atom.xml"),
    ),
    get(
        "/atom.xml",
        &["If-None-Match: {tag:atom.xml}", "If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT"],
        304,
        &[],
        Empty,
    ),
    get("/atom.xml", &["If-Modified-Since: {date:atom.xml}"], 304, &["etag: {tag:atom.xml}"], Empty),
    get("/atom.xml", &["If-Modified-Since: Sun, 01 Jan 2090 00:00:00 GMT"], 304, &[], Empty),
    get("/atom.xml", &["If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT"], 200, &[], File("atom.xml")),
    get("/atom.xml", &["If-Modified-Since: Sunday, 06-Nov-94 08:49:37 GMT"], 200, &[], File("atom.xml")),
    get("/atom.xml", &["If-Modified-Since: Sun Nov  6 08:49:37 1994"], 200, &[], File("atom.xml")),
    get("/atom.xml", &["If-Modified-Since: Sun Nov  6 08:49:37 2089"], 304, &[], Empty),
    get("/atom.xml", &["If-Modified-Since: soon"], 200, &[], File("atom.xml")),
    get(
        "/atom.xml",
        &["Accept-Encoding: gzip", "If-None-Match: {gz:atom.xml}"],
        304,
        &["etag: {gz:atom.xml}", "vary: ~Accept-Encoding"],
        Empty,
    ),
    get(
        "/atom.xml",
        &["Accept-Encoding: gzip", "If-None-Match: {tag:atom.xml}"],
        200,
        &["etag: {gz:atom.xml}"],
        Coded("atom.xml"),
    ),
    get("/atom.xml", &["If-None-Match: {gz:atom.xml}"], 200, &["etag: {tag:atom.xml}"], File("atom.xml")),
    with("HEAD", get("/atom.xml", &["If-None-Match: {tag:atom.xml}"], 304, &["etag: {tag:atom.xml}"], Empty)),
    get("/", &["If-None-Match: {tag:index.html}"], 304, &["!access-control-allow-origin"], Empty),
    get("/editions/2/", &["If-None-Match: {tag:editions/2/index.html}"], 304, &[], Empty),
    get("/nothing", &["If-None-Match: *"], 404, &[], Page("没有这一页")),
    get("/atom.xml", &["If-Match: {tag:atom.xml}"], 200, &[], File("atom.xml")),
    get("/atom.xml", &["If-Match: *"], 200, &[], File("atom.xml")),
    get("/atom.xml", &["If-Match: \"a\""], 412, &[], Empty),
    get("/atom.xml", &["If-Match: W/{tag:atom.xml}"], 412, &[], Empty),
    get("/atom.xml", &["If-Match: W/\"a\", {tag:atom.xml}"], 200, &[], File("atom.xml")),
    get("/atom.xml", &["If-Match: {tag:atom.xml},W/\"b\""], 200, &[], File("atom.xml")),
    get("/atom.xml", &["If-Match: \"W/\", \"b,W/c\" , {tag:atom.xml}"], 200, &[], File("atom.xml")),
    get("/atom.xml", &["If-Match: \"中\", {tag:atom.xml}"], 200, &[], File("atom.xml")),
    get("/atom.xml", &["If-Match: \"a\"", "If-Match: {tag:atom.xml}"], 200, &[], File("atom.xml")),
    get("/atom.xml", &["If-Match: \"a\", W/{tag:atom.xml}"], 412, &[], Empty),
    get("/atom.xml", &["If-Match: \"a\", *"], 412, &[], Empty),
    get("/atom.xml", &["If-Match: {gz:atom.xml}"], 412, &[], Empty),
    get("/atom.xml", &["If-Match: {gz:atom.xml}", "Accept-Encoding: gzip"], 200, &[], Coded("atom.xml")),
    get("/atom.xml", &["If-Match: {tag:atom.xml}", "If-None-Match: {tag:atom.xml}"], 304, &[], Empty),
    get(
        "/atom.xml",
        &["If-Match: {tag:atom.xml}", "If-Unmodified-Since: Sun, 06 Nov 1994 08:49:37 GMT"],
        200,
        &[],
        File("atom.xml"),
    ),
    with("HEAD", get("/atom.xml", &["If-Match: \"a\""], 412, &[], Empty)),
    get("/editions/2/", &["If-Match: \"a\", {tag:editions/2/index.html}"], 200, &[], File("editions/2/index.html")),
    get("/atom.xml", &["If-Unmodified-Since: Sun, 06 Nov 1994 08:49:37 GMT"], 412, &[], Empty),
    get("/atom.xml", &["If-Unmodified-Since: {date:atom.xml}"], 200, &[], File("atom.xml")),
];

const CODINGS: &[Case] = &[
    get(
        "/atom.xml",
        &["Accept-Encoding: gzip"],
        200,
        &["content-encoding: gzip", "etag: {gz:atom.xml}", "content-type: application/atom+xml; charset=utf-8"],
        Coded("atom.xml"),
    ),
    get(
        "/atom.xml",
        &["Accept-Encoding: br"],
        200,
        &["content-encoding: br", "etag: {br:atom.xml}"],
        Coded("atom.xml"),
    ),
    get(
        "/atom.xml",
        &["Accept-Encoding: zstd"],
        200,
        &["content-encoding: zstd", "etag: {zs:atom.xml}"],
        Coded("atom.xml"),
    ),
    get("/rss.xml", &["Accept-Encoding: gzip, deflate, br, zstd"], 200, &["content-encoding: br"], Coded("rss.xml")),
    get(
        "/rss.xml",
        &["Accept-Encoding: gzip;q=1.0, br;q=0.9, zstd;q=0.8"],
        200,
        &["content-encoding: gzip"],
        Coded("rss.xml"),
    ),
    get("/rss.xml", &["Accept-Encoding: GZIP ; Q=0.5"], 200, &["content-encoding: gzip"], Coded("rss.xml")),
    get(
        "/rss.xml",
        &["Accept-Encoding: br;q=0", "Accept-Encoding: gzip"],
        200,
        &["content-encoding: gzip"],
        Coded("rss.xml"),
    ),
    get("/rss.xml", &["Accept-Encoding: *"], 200, &["content-encoding: br"], Coded("rss.xml")),
    get("/rss.xml", &["Accept-Encoding: x-gzip"], 200, &["content-encoding: gzip"], Coded("rss.xml")),
    get(
        "/rss.xml",
        &["Accept-Encoding: gzip;q=0"],
        200,
        &["!content-encoding", "etag: {tag:rss.xml}", "vary: ~Accept-Encoding"],
        File("rss.xml"),
    ),
    get("/rss.xml", &["Accept-Encoding: gzip;q=0.5, identity;q=0.8"], 200, &["!content-encoding"], File("rss.xml")),
    get("/rss.xml", &["Accept-Encoding: identity;q=0, gzip"], 200, &["content-encoding: gzip"], Coded("rss.xml")),
    get("/rss.xml", &["Accept-Encoding: *;q=0"], 200, &["!content-encoding"], File("rss.xml")),
    get("/rss.xml", &["Accept-Encoding: compress, deflate"], 200, &["!content-encoding"], File("rss.xml")),
    get("/rss.xml", &["Accept-Encoding: "], 200, &["!content-encoding"], File("rss.xml")),
    get(
        "/",
        &["Accept-Encoding: br"],
        200,
        &["content-encoding: br", "content-security-policy: ~default-src"],
        Coded("index.html"),
    ),
    get("/style.css", &["Accept-Encoding: gzip"], 200, &["content-encoding: gzip"], Coded("style.css")),
    get(
        "/status.html",
        &["Accept-Encoding: gzip"],
        200,
        &["!content-encoding", "!vary", "etag: {tag:status.html}"],
        File("status.html"),
    ),
    with(
        "HEAD",
        get("/atom.xml", &["Accept-Encoding: zstd"], 200, &["content-encoding: zstd", "etag: {zs:atom.xml}"], Empty),
    ),
];

const METHODS: &[Case] = &[
    with(
        "POST",
        get(
            "/atom.xml",
            &["Content-Length: 0"],
            405,
            &["allow: GET, HEAD, OPTIONS", "cache-control: no-store"],
            Page("不支持此方法"),
        ),
    ),
    with("PUT", get("/atom.xml", &[], 405, &["allow: GET, HEAD, OPTIONS"], Page("不支持此方法"))),
    with("DELETE", get("/", &[], 405, &[], Page("不支持此方法"))),
    with("PATCH", get("/nothing", &[], 405, &[], Page("不支持此方法"))),
    with("TRACE", get("/", &["X-Secret: s"], 405, &[], Page("不支持此方法"))),
    with("BREW", get("/", &[], 405, &[], Page("不支持此方法"))),
    with("get", get("/", &[], 405, &[], Page("不支持此方法"))),
    with("OPTIONS", get("*", &[], 204, &["allow: GET, HEAD, OPTIONS", "!access-control-allow-origin"], Empty)),
    with("OPTIONS", get("/", &[], 204, &["allow: GET, HEAD, OPTIONS", "!access-control-allow-origin"], Empty)),
    with(
        "OPTIONS",
        get(
            "/atom.xml",
            &[
                "Origin: https://reader.example",
                "Access-Control-Request-Method: GET",
                "Access-Control-Request-Headers: if-none-match",
            ],
            204,
            &[
                "access-control-allow-origin: *",
                "access-control-allow-methods: GET, HEAD",
                "access-control-allow-headers: ~If-None-Match",
                "access-control-max-age: 86400",
            ],
            Empty,
        ),
    ),
    with("OPTIONS", get("/tags/ai/feed", &[], 204, &["access-control-allow-origin: *"], Empty)),
    with("OPTIONS", get("/nothing", &[], 404, &[], Page("没有这一页"))),
];

const RANGES: &[Case] = &[
    get(
        "/atom.xml",
        &["Range: bytes=0-99"],
        206,
        &[
            "content-range: ~bytes 0-99/",
            "content-length: 100",
            "etag: {tag:atom.xml}",
            "content-type: application/atom+xml; charset=utf-8",
        ],
        Part("atom.xml", 0..100),
    ),
    get(
        "/atom.xml",
        &["Range: bytes=1000-1000"],
        206,
        &["content-range: ~bytes 1000-1000/"],
        Part("atom.xml", 1000..1001),
    ),
    get("/status.html", &["Range: bytes=0-9"], 206, &[], Part("status.html", 0..10)),
    get("/atom.xml", &["Range: bytes=99999999-"], 416, &["content-range: ~bytes */", "etag: {tag:atom.xml}"], Empty),
    get("/atom.xml", &["Range: bytes=-0"], 416, &[], Empty),
    get("/atom.xml", &["Range: bytes=0-"], 206, &["content-range: ~bytes 0-"], File("atom.xml")),
    get("/atom.xml", &["Range: bytes=-99999999"], 206, &["content-range: ~bytes 0-"], File("atom.xml")),
    get("/atom.xml", &["Range: bytes=0-1,5-6"], 200, &["!content-range"], File("atom.xml")),
    get("/atom.xml", &["Range: bytes=5-1"], 200, &[], File("atom.xml")),
    get("/atom.xml", &["Range: items=0-1"], 200, &[], File("atom.xml")),
    get("/atom.xml", &["Range: bytes=0-9", "If-Range: {tag:atom.xml}"], 206, &[], Part("atom.xml", 0..10)),
    get("/atom.xml", &["Range: bytes=0-9", "If-Range: \"old\""], 200, &["!content-range"], File("atom.xml")),
    get("/atom.xml", &["Range: bytes=0-9", "If-Range: W/{tag:atom.xml}"], 200, &[], File("atom.xml")),
    get("/atom.xml", &["Range: bytes=0-9", "If-Range: {date:atom.xml}"], 206, &[], Part("atom.xml", 0..10)),
    get("/atom.xml", &["Range: bytes=0-9", "If-Range: Sun, 06 Nov 1994 08:49:37 GMT"], 200, &[], File("atom.xml")),
    get("/atom.xml", &["Range: bytes=0-9", "If-None-Match: {tag:atom.xml}"], 304, &["!content-range"], Empty),
    get(
        "/atom.xml",
        &["Range: bytes=0-99999999", "Accept-Encoding: gzip"],
        206,
        &["content-encoding: gzip", "etag: {gz:atom.xml}"],
        Coded("atom.xml"),
    ),
    with("HEAD", get("/atom.xml", &["Range: bytes=0-9"], 200, &["!content-range"], Empty)),
];

const HOSTILE: &[Case] = &[
    get("/.wellsourced/manifest.jsonl", &[], 404, &[], Page("没有这一页")),
    get("/.wellsourced/ids.jsonl", &[], 404, &[], Page("没有这一页")),
    get("/%2Ewellsourced/ids.jsonl", &[], 404, &[], Page("没有这一页")),
    get("/.wellsourced", &[], 404, &[], Page("没有这一页")),
    get("/../wellsourced.toml", &[], 404, &[], Page("没有这一页")),
    get("/tags/../../wellsourced.toml", &[], 404, &[], Page("没有这一页")),
    get("/%2e%2e/wellsourced.toml", &[], 404, &[], Page("没有这一页")),
    get("/..%2fwellsourced.toml", &[], 404, &[], Page("没有这一页")),
    get("/tags/../atom.xml", &[], 404, &[], Page("没有这一页")),
    get("/./atom.xml", &[], 404, &[], Page("没有这一页")),
    get("//atom.xml", &[], 404, &[], Page("没有这一页")),
    get("//elsewhere.example/%2f..", &[], 404, &["!location"], Page("没有这一页")),
    get("/tags//ai/", &[], 404, &[], Page("没有这一页")),
    get("/tags%2Fai%2Fatom.xml", &[], 404, &[], Page("没有这一页")),
    get("/atom.xml/", &[], 404, &[], Page("没有这一页")),
    get("/atom.xml%00", &[], 404, &[], Page("没有这一页")),
    get("/atom.xml%0d%0aX-Evil:%201", &[], 404, &["!x-evil"], Page("没有这一页")),
    get("/tags/%0d%0aSet-Cookie:%20a", &[], 404, &["!set-cookie"], Page("没有这一页")),
    get("/%ff%fe", &[], 404, &[], Page("没有这一页")),
    get("/%zz", &[], 404, &[], Page("没有这一页")),
    get("/..%5c..%5cwellsourced.toml", &[], 404, &[], Page("没有这一页")),
    get("/notes.txt", &[], 404, &[], Page("没有这一页")),
    get("/link.txt", &[], 404, &[], Page("没有这一页")),
    get("/link/index.html", &[], 404, &[], Page("没有这一页")),
    get("/%3Cscript%3Ealert(1)%3C/script%3E", &[], 404, &[], Page("没有这一页")),
];

#[tokio::test]
async fn every_case_is_answered_as_it_should_be() {
    let server = Server::start("", Limits::default()).await;
    server.files.write("feeds/notes.txt", "not ours");
    std::os::unix::fs::symlink("../wellsourced.toml", server.path("link.txt")).unwrap();
    std::os::unix::fs::symlink("..", server.path("link")).unwrap();
    let tables = [FILES, ELSEWHERE, CONDITIONAL, CODINGS, NEGOTIATION, METHODS, RANGES, HOSTILE];
    let mut wrong = Vec::new();
    for case in tables.iter().flat_map(|table| table.iter()) {
        wrong.extend(case.run(&server).await.err());
    }
    let count: usize = tables.iter().map(|table| table.len()).sum();
    assert!(count >= 80 && wrong.is_empty(), "{} of {count} cases:\n{}", wrong.len(), wrong.join("\n"));
}

const WITHDRAWN: &[Case] = &[
    get("/rss.xml", &[], 410, &["content-type: text/html; charset=utf-8", "!etag"], Page("No longer published")),
    get("/tags/ai/feed.json", &[], 410, &[], Page("No longer published")),
    get("/tags/ai/atom.xml", &[], 200, &[], File("tags/ai/atom.xml")),
    get("/tags/ai/", &[], 200, &[], File("tags/ai/index.html")),
    with("OPTIONS", get("/rss.xml", &[], 410, &[], Page("No longer published"))),
    get(
        "/feed",
        &["Accept: application/rss+xml, application/atom+xml;q=0.5"],
        200,
        &["content-location: atom.xml"],
        File("atom.xml"),
    ),
    get("/feed", &["Accept: application/rss+xml"], 406, &[], Page("No such format")),
    get("/nothing/rss.xml", &[], 404, &[], Page("No such page")),
    get("/editions/3/rss.xml", &[], 404, &[], Page("No such page")),
];

#[tokio::test]
async fn what_the_configuration_withdrew_is_gone() {
    let files = std::sync::Arc::new(support::Site::new(""));
    files.write("posts/1.md", post(1, &[1, 2]).markdown());
    files.cycle_async(noon(), true).await;
    let text = std::fs::read_to_string(files.path("wellsourced.toml")).unwrap();
    files.write("wellsourced.toml", text.replace("[publish]", "[publish]\nformats = [\"atom\"]"));
    files.write("wellsourced.toml", {
        let text = std::fs::read_to_string(files.path("wellsourced.toml")).unwrap();
        text.replace("[site]", "[site]\nlanguage = \"en\"")
    });
    files.cycle_async(noon(), true).await;
    // What was removed is forgotten once the manifest is rewritten; which formats there are is known all the same.
    for rewrite in [false, true] {
        if rewrite {
            let path = files.path("feeds/.wellsourced/manifest.jsonl");
            let text = std::fs::read_to_string(&path).unwrap();
            let living: Vec<&str> =
                text.lines().filter(|l| l.contains("hash") && !l.contains("rss") && !l.contains("feed.json")).collect();
            files.write("feeds/.wellsourced/manifest.jsonl", living.join("\n") + "\n");
        }
        let server = Server::of(&files, Limits::default()).await;
        for case in WITHDRAWN {
            case.run(&server).await.unwrap();
        }
    }
}
