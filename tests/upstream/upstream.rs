//! Feeds on loopback as a test wants them, and a site that subscribes to them.

use crate::support::{Site, noon};
use chrono::{DateTime, Duration, Utc};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};
use wellsourced::pipeline::Report;
use wiremock::matchers::method;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

/// Long enough that every feed is due again.
pub(crate) const A_DAY: Duration = Duration::hours(26);

/// An entry as a publisher writes it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Entry {
    pub(crate) id: Option<String>,
    pub(crate) link: Option<String>,
    pub(crate) title: String,
    pub(crate) text: String,
    pub(crate) date: Option<DateTime<Utc>>,
    pub(crate) tags: Vec<String>,
    /// Further elements.
    pub(crate) more: String,
}

impl Entry {
    /// An entry of a day before noon, the higher the number the newer.
    pub(crate) fn number(number: u32) -> Self {
        Self {
            id: Some(format!("urn:entry:{number}")),
            link: Some(format!("https://news.example/{number}")),
            title: format!("News {number}"),
            text: format!("What happened as number {number}."),
            date: Some(noon() - Duration::hours(10) + Duration::minutes(i64::from(number))),
            tags: Vec::new(),
            more: String::new(),
        }
    }

    pub(crate) fn linked(self, link: &str) -> Self {
        Self { link: Some(link.to_owned()), ..self }
    }

    pub(crate) fn titled(self, title: &str) -> Self {
        Self { title: title.to_owned(), ..self }
    }

    pub(crate) fn dated(self, date: DateTime<Utc>) -> Self {
        Self { date: Some(date), ..self }
    }

    pub(crate) fn tagged(self, tags: &[&str]) -> Self {
        Self { tags: tags.iter().map(|tag| (*tag).to_owned()).collect(), ..self }
    }
}

/// A feed of some entries, as RSS.
pub(crate) fn rss(title: &str, entries: &[Entry]) -> String {
    let mut text = format!("<rss version=\"2.0\"><channel><title>{title}</title><link>https://news.example/</link>");
    for entry in entries {
        write!(text, "<item><title>{}</title><description>{}</description>", entry.title, entry.text).unwrap();
        if let Some(id) = &entry.id {
            write!(text, "<guid isPermaLink=\"false\">{id}</guid>").unwrap();
        }
        if let Some(link) = &entry.link {
            write!(text, "<link>{}</link>", link.replace('&', "&amp;")).unwrap();
        }
        if let Some(date) = entry.date {
            write!(text, "<pubDate>{}</pubDate>", date.to_rfc2822()).unwrap();
        }
        for tag in &entry.tags {
            write!(text, "<category>{tag}</category>").unwrap();
        }
        text.push_str(&entry.more);
        text.push_str("</item>");
    }
    text.push_str("</channel></rss>");
    text
}

type Answers = Arc<Mutex<HashMap<String, ResponseTemplate>>>;

/// A server whose answers may be changed, and which counts what it is asked.
pub(crate) struct Upstream {
    server: MockServer,
    answers: Answers,
}

struct Responder(Answers);

impl Respond for Responder {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let answers = self.0.lock().unwrap();
        answers.get(request.url.path()).cloned().unwrap_or_else(|| ResponseTemplate::new(404))
    }
}

impl Upstream {
    pub(crate) async fn start() -> Self {
        // Not from the pool of servers, which go on listening when they are dropped.
        let server = MockServer::builder().start().await;
        let answers = Answers::default();
        Mock::given(method("GET")).respond_with(Responder(Arc::clone(&answers))).mount(&server).await;
        Self { server, answers }
    }

    pub(crate) fn answer(&self, path: &str, answer: ResponseTemplate) {
        self.answers.lock().unwrap().insert(path.to_owned(), answer);
    }

    /// Serves a feed from now on.
    pub(crate) fn serve(&self, path: &str, title: &str, entries: &[Entry]) {
        self.answer(path, ResponseTemplate::new(200).set_body_raw(rss(title, entries), "application/rss+xml"));
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.server.uri())
    }

    /// How often a path was asked for.
    pub(crate) async fn asked(&self, path: &str) -> usize {
        let requests = self.server.received_requests().await.unwrap();
        requests.iter().filter(|request| request.url.path() == path).count()
    }

    /// What a header said each time a path was asked for; nothing where it was not sent.
    pub(crate) async fn sent(&self, path: &str, header: &str) -> Vec<String> {
        let requests = self.server.received_requests().await.unwrap();
        let value = |request: &Request| request.headers.get(header).map(|value| value.to_str().unwrap().to_owned());
        requests.iter().filter(|request| request.url.path() == path).map(|r| value(r).unwrap_or_default()).collect()
    }

    /// The paths that were asked for.
    pub(crate) async fn paths(&self) -> Vec<String> {
        let requests = self.server.received_requests().await.unwrap();
        let paths: BTreeSet<String> = requests.iter().map(|request| request.url.path().to_owned()).collect();
        paths.into_iter().collect()
    }

    /// A site that subscribes to some paths, each an input of that name; `more` goes behind the inputs.
    pub(crate) fn site(&self, paths: &[&str], more: &str) -> Site {
        let site = Site::new("");
        self.configure(&site, paths, more);
        site
    }

    pub(crate) fn configure(&self, site: &Site, paths: &[&str], more: &str) {
        let inputs: Vec<(&str, String)> = paths.iter().map(|path| (*path, self.url(path))).collect();
        configure(site, &inputs, more);
    }
}

/// Lets a site subscribe to addresses by name.
pub(crate) fn configure(site: &Site, inputs: &[(&str, String)], more: &str) {
    let mut text = String::new();
    for (name, url) in inputs {
        write!(text, "[[inputs]]\nname = \"{}\"\nfeed = \"{url}\"\n", name.trim_start_matches('/')).unwrap();
    }
    site.configure(
        "",
        &format!(
            "{text}{more}\n[net]\nallow_networks = [\"127.0.0.0/8\"]\ninterval = \"0s\"\ntimeout = \"2s\"\n\
             [verify]\nbudget = \"0s\"\n[archive]\nurl = \"http://127.0.0.1:9/\"\n"
        ),
    );
}

/// A cycle that may use the network.
pub(crate) async fn cycle(site: &Site, now: DateTime<Utc>) -> Report {
    site.cycle_async(now, false).await
}

/// Titles of the combined feed with one of its fields.
pub(crate) fn by_title(site: &Site, field: &str) -> BTreeMap<String, String> {
    let feed = site.feed("");
    let items = feed["items"].as_array().unwrap().iter();
    items.map(|item| (item["title"].as_str().unwrap().to_owned(), item[field].to_string())).collect()
}

/// Titles of a feed, in its order.
pub(crate) fn titles(site: &Site, folder: &str) -> Vec<String> {
    let feed = site.feed(folder);
    feed["items"].as_array().unwrap().iter().map(|item| item["title"].as_str().unwrap().to_owned()).collect()
}

/// Labels of the sources of an item of the combined feed.
pub(crate) fn carriers(site: &Site, title: &str) -> Vec<String> {
    let feed = site.feed("");
    let item = feed["items"].as_array().unwrap().iter().find(|item| item["title"] == title).unwrap();
    let sources = item["_wellsourced"]["sources"].as_array().unwrap();
    sources.iter().map(|source| source["label"].as_str().unwrap().to_owned()).collect()
}

/// Messages of a report's complaints, but for the one that there are no posts.
pub(crate) fn complaints(report: &Report) -> Vec<String> {
    let told = report.complaints.iter().map(|complaint| format!("{}: {}", complaint.place, complaint.message));
    told.filter(|told| !told.contains("no file matches")).collect()
}
