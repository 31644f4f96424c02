//! What is answered where the configuration withdrew a format.

use crate::server::Server;
use crate::support::{self, noon, post};
use crate::table::Body::{File, Page};
use crate::table::{Case, get, with};
use wellsourced::serve::Limits;

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
