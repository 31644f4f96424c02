//! A web on loopback: each case has host names of its own, and answers by the day.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use wellsourced::model::Verdict;
use wiremock::matchers::method;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

/// What a case's hosts answer: day, which host (`old`, `new`, `casino`), path.
type Serve = Arc<dyn Fn(i64, &str, &str) -> Answer + Send + Sync>;

/// A link and what becomes of it.
#[derive(Clone)]
pub(crate) struct Case {
    pub(crate) name: &'static str,
    /// Path of the link at the old host.
    pub(crate) path: &'static str,
    /// Title of the item that cites it; empty: one that says nothing.
    pub(crate) cited: &'static str,
    /// Whether its hosts show the same whatever path is asked for.
    shows_any_path: bool,
    serve: Serve,
    /// From which day on which verdict is published.
    pub(crate) expected: Vec<(i64, Verdict)>,
}

/// What is answered.
#[derive(Clone)]
pub(crate) enum Answer {
    Page(String),
    Sends(u16, String),
    Status(u16),
    /// Bytes that are no page.
    File,
}

impl Case {
    pub(crate) fn new(
        name: &'static str,
        expected: &[(i64, Verdict)],
        serve: impl Fn(i64, &str, &str) -> Answer + Send + Sync + 'static,
    ) -> Self {
        Self {
            name,
            path: "/2026/press",
            cited: "",
            shows_any_path: false,
            serve: Arc::new(serve),
            expected: expected.to_vec(),
        }
    }

    pub(crate) fn path(self, path: &'static str) -> Self {
        Self { path, ..self }
    }

    pub(crate) fn for_any_path(self) -> Self {
        Self { shows_any_path: true, ..self }
    }

    pub(crate) fn cited(self, cited: &'static str) -> Self {
        Self { cited, ..self }
    }
}

/// The host names of a case.
pub(crate) fn hosts(n: usize) -> [String; 4] {
    ["old", "new", "casino", "www.old"].map(|host| format!("{host}{n}.test"))
}

pub(crate) struct Web {
    server: MockServer,
    hour: Arc<AtomicI64>,
}

impl Web {
    pub(crate) async fn start(cases: Vec<Case>) -> Self {
        let server = MockServer::builder().start().await;
        let hour = Arc::new(AtomicI64::new(0));
        let (now, port) = (Arc::clone(&hour), server.address().port());
        Mock::given(method("GET"))
            .respond_with(move |request: &Request| {
                let host = request.headers["host"].to_str().unwrap().split(':').next().unwrap().to_owned();
                let name = host.trim_end_matches(".test");
                let digits = name.find(|c: char| c.is_ascii_digit()).unwrap();
                let (host, n) = name.split_at(digits);
                let n = n.parse::<usize>().unwrap();
                let answer = (cases[n].serve)(now.load(Ordering::SeqCst) / 24, host, request.url.path());
                // Nobody has a path that was made up, but where a server shows the same for each.
                let last = request.url.path().trim_end_matches('/').rsplit('/').next().unwrap();
                let is_made_up = last.len() == 16 && last.bytes().all(|b| b.is_ascii_hexdigit());
                let answer = if is_made_up && !cases[n].shows_any_path { Answer::Status(404) } else { answer };
                reply(answer, n, port)
            })
            .mount(&server)
            .await;
        Self { server, hour }
    }

    pub(crate) fn set_hour(&self, hour: i64) {
        self.hour.store(hour, Ordering::SeqCst);
    }

    /// The link of a case.
    pub(crate) fn url(&self, n: usize, path: &str) -> String {
        format!("http://old{n}.test:{}{path}", self.server.address().port())
    }
}

/// In addresses `{new}` and the like stand for the hosts of the case, `{portal}` for one of the first's.
fn reply(answer: Answer, n: usize, port: u16) -> ResponseTemplate {
    let filled = |text: &str| {
        let fill = |text: String, host: &str| text.replace(&format!("{{{host}}}"), &format!("{host}{n}.test:{port}"));
        let text = text.replace("{portal}", &format!("new0.test:{port}"));
        ["old", "new", "casino", "www.old"].into_iter().fold(text, fill)
    };
    match answer {
        Answer::Page(html) => ResponseTemplate::new(200).set_body_raw(filled(&html), "text/html; charset=utf-8"),
        Answer::Sends(status, to) => ResponseTemplate::new(status).insert_header("Location", filled(&to)),
        Answer::Status(status) => ResponseTemplate::new(status),
        Answer::File => ResponseTemplate::new(200).set_body_raw(b"%PDF-1.7".to_vec(), "application/pdf"),
    }
}

/// A page: its language, title, what else stands in its head, and its text.
pub(crate) fn page(language: &str, title: &str, head: &str, text: &str) -> Answer {
    Answer::Page(format!(
        "<!doctype html><html lang='{language}'><head><title>{title}</title>{head}</head><body><p>{text}</p></body></html>"
    ))
}

/// What an article says.
pub(crate) const TEXT: &str = "The press in the old mill turns again. Three neighbours took it apart over the winter, cleaned \
    every gear, and put it together without one bolt left over. On Saturdays they print what people of the valley bring.";

/// The article that is cited.
pub(crate) fn article() -> Answer {
    page("en", "The press in the mill - Valley Paper", "", TEXT)
}
