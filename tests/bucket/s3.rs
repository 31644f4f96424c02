//! A real S3 server: moto's, started once, which ends with this process. Where Python or moto is not there, the tests are skipped
//! loudly; `./test` installs it.

use reqwest::{Client, Method, Response};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::OnceLock;

/// Serves until its standard input ends, which it does with whoever started it.
const SERVE: &str = "
import os, sys, threading
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
from werkzeug.serving import make_server
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
app = DomainDispatcherApplication(create_backend_app)
server = make_server('127.0.0.1', 0, app, threaded=True)
print(server.server_port, flush=True)
server.serve_forever()
";

const SIGNED: &str =
    "AWS4-HMAC-SHA256 Credential=me/20260601/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=x";

/// An S3 server.
pub(crate) struct S3 {
    pub(crate) port: u16,
    /// Ends the server when it is dropped.
    _alive: ChildStdin,
    _process: Child,
}

/// What stands at a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stored {
    pub(crate) bytes: Vec<u8>,
    pub(crate) headers: BTreeMap<String, String>,
}

/// The one server of these tests; `None` where there can be none.
pub(crate) fn s3() -> Option<&'static S3> {
    static SERVER: OnceLock<Option<S3>> = OnceLock::new();
    SERVER.get_or_init(|| S3::start(&[])).as_ref()
}

/// Python with moto: the one that `./test` made, or the first one found.
fn python() -> Option<String> {
    let made = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/moto/bin/python");
    let has_moto = |python: &String| {
        let asked = Command::new(python).args(["-c", "import moto.server"]).stderr(Stdio::null()).status();
        asked.is_ok_and(|status| status.success())
    };
    [made.display().to_string(), "python3".to_owned()].into_iter().find(has_moto)
}

impl S3 {
    /// Starts a server of its own.
    pub(crate) fn start(environment: &[(&str, &str)]) -> Option<Self> {
        let Some(python) = python() else {
            eprintln!("*** SKIPPED: a bucket needs an S3 server, moto's (pip install 'moto[server]', or run ./test)");
            return None;
        };
        let mut process = Command::new(python)
            .args(["-c", SERVE])
            .envs(environment.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let alive = process.stdin.take().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port = line.trim().parse().unwrap_or_else(|_| panic!("moto's server did not start: {line:?}"));
        Some(Self { port, _alive: alive, _process: process })
    }

    /// A request as it is, which moto takes for signed without a look at the signature.
    pub(crate) async fn ask(&self, method: Method, path: &str, body: &str) -> Response {
        // A client of its own wants one, though it speaks no TLS.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder().no_proxy().build().unwrap();
        let url = format!("http://127.0.0.1:{}/{path}", self.port);
        client.request(method, url).header("authorization", SIGNED).body(body.to_owned()).send().await.unwrap()
    }

    pub(crate) async fn make(&self, bucket: &str) {
        assert_eq!(self.ask(Method::PUT, bucket, "").await.status(), 200);
    }

    /// Puts somebody else's object.
    pub(crate) async fn put(&self, bucket: &str, key: &str, body: &str) {
        assert_eq!(self.ask(Method::PUT, &format!("{bucket}/{}", encoded(key)), body).await.status(), 200);
    }

    pub(crate) async fn get(&self, bucket: &str, key: &str) -> Option<Stored> {
        let answer = self.ask(Method::GET, &format!("{bucket}/{}", encoded(key)), "").await;
        if answer.status() == 404 {
            return None;
        }
        assert_eq!(answer.status(), 200, "{key}");
        let headers = answer
            .headers()
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()));
        let headers = headers.collect();
        Some(Stored { bytes: answer.bytes().await.unwrap().to_vec(), headers })
    }

    pub(crate) async fn delete(&self, bucket: &str, key: &str) {
        assert_eq!(self.ask(Method::DELETE, &format!("{bucket}/{}", encoded(key)), "").await.status(), 204);
    }

    /// Every key of a bucket.
    pub(crate) async fn keys(&self, bucket: &str) -> Vec<String> {
        let (mut keys, mut after) = (Vec::new(), String::new());
        loop {
            let asked = format!("{bucket}?list-type=2&start-after={}", encoded(&after));
            let text = self.ask(Method::GET, &asked, "").await.text().await.unwrap();
            let found = text.split("<Key>").skip(1).map(|rest| rest.split("</Key>").next().unwrap_or_default());
            keys.extend(found.map(str::to_owned));
            if !text.contains("<IsTruncated>true") {
                return keys;
            }
            after.clone_from(keys.last().unwrap());
        }
    }
}

/// A key as it stands in a path.
fn encoded(key: &str) -> String {
    percent_encoding::utf8_percent_encode(key, percent_encoding::NON_ALPHANUMERIC).to_string().replace("%2F", "/")
}
