//! A published site behind the real listener, and a client that sends what it is told.

use crate::support::{self, noon, post};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use wellsourced::config::{self, Environment, Settings};
use wellsourced::serve::{self, Limits, Options, ServedSite};
use wellsourced::store::Store;

/// A site that is served. Ends with the test.
pub(crate) struct Server {
    pub(crate) files: Arc<support::Site>,
    pub(crate) site: Arc<ServedSite>,
    pub(crate) address: SocketAddr,
    pub(crate) stop: CancellationToken,
    pub(crate) served: tokio::task::JoinHandle<std::io::Result<()>>,
}

/// An answer, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    /// Names in lower case; values of a name that comes twice are joined with a comma.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    /// A header; empty when it is not there.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }
}

impl Server {
    /// Publishes some posts and serves them.
    pub(crate) async fn start(more: &str, limits: Limits) -> Self {
        let files = Arc::new(support::Site::new(more));
        for number in 1..=8 {
            let seeds: Vec<u32> = (number * 10..number * 10 + 8).collect();
            files.write(&format!("posts/{number}.md"), post(number, &seeds).markdown());
        }
        files.cycle_async(noon(), true).await;
        Self::of(&files, limits).await
    }

    /// Serves what a site published.
    pub(crate) async fn of(files: &Arc<support::Site>, limits: Limits) -> Self {
        let files = Arc::clone(files);
        let settings = settings(&files);
        let mut options =
            Options::new(settings.cycle.directory.clone(), settings.cycle.publish.clone(), Duration::from_mins(15));
        options.store = Some(Store::open(&settings.store_url).await.unwrap());
        let site = ServedSite::open(options).await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, stop) = (listener.local_addr().unwrap(), CancellationToken::new());
        let shutdown = stop.clone().cancelled_owned();
        let served = tokio::spawn(serve::public(listener, Arc::clone(&site), limits, shutdown));
        Self { files, site, address, stop, served }
    }

    /// A file as it was published.
    pub(crate) fn file(&self, path: &str) -> Vec<u8> {
        std::fs::read(self.path(path)).unwrap()
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.files.path("feeds").join(path)
    }

    /// GET with these header lines.
    pub(crate) async fn get(&self, target: &str, headers: &[&str]) -> Reply {
        self.ask("GET", target, headers).await
    }

    /// Any method with these header lines, on a connection of its own.
    pub(crate) async fn ask(&self, method: &str, target: &str, headers: &[&str]) -> Reply {
        let mut lines = vec![format!("{method} {target} HTTP/1.1"), "Host: feeds.example".to_owned()];
        lines.extend(headers.iter().map(|line| (*line).to_owned()));
        lines.push("Connection: close".to_owned());
        let sent = format!("{}\r\n\r\n", lines.join("\r\n"));
        parse(&self.raw(sent.as_bytes()).await, method == "HEAD")
    }

    /// Sends bytes and reads to the end.
    pub(crate) async fn raw(&self, bytes: &[u8]) -> Vec<u8> {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        // Who is refused early may find the connection closed while sending.
        let _ = stream.write_all(bytes).await;
        let mut read = Vec::new();
        let _ = stream.read_to_end(&mut read).await;
        read
    }
}

/// A connection that is kept.
pub(crate) struct Kept {
    stream: BufReader<TcpStream>,
}

impl Kept {
    pub(crate) async fn to(address: SocketAddr) -> Self {
        Self { stream: BufReader::new(TcpStream::connect(address).await.unwrap()) }
    }

    /// Sends bytes as they are.
    pub(crate) async fn send(&mut self, bytes: &str) -> std::io::Result<()> {
        self.stream.write_all(bytes.as_bytes()).await
    }

    /// GET with these header lines.
    pub(crate) async fn get(&mut self, target: &str, headers: &str) -> Reply {
        self.send(&format!("GET {target} HTTP/1.1\r\nHost: feeds.example\r\n{headers}\r\n")).await.unwrap();
        self.reply().await
    }

    /// The next answer, whole.
    pub(crate) async fn reply(&mut self) -> Reply {
        let mut bytes = Vec::new();
        while !bytes.ends_with(b"\r\n\r\n") {
            let read = self.stream.read_until(b'\n', &mut bytes).await.unwrap();
            assert!(read > 0, "the connection ended within {:?}", String::from_utf8_lossy(&bytes));
        }
        let head = String::from_utf8_lossy(&bytes).to_ascii_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
        let bodiless = head.contains(" 304 ");
        let mut body = vec![0; length.filter(|_| !bodiless).unwrap_or(0)];
        self.stream.read_exact(&mut body).await.unwrap();
        bytes.extend(body);
        parse(&bytes, false)
    }

    /// Nothing more will be sent.
    pub(crate) async fn done(&mut self) {
        let _ = self.stream.shutdown().await;
    }

    /// What comes until the server closes the connection.
    pub(crate) async fn rest(&mut self) -> Vec<u8> {
        let mut rest = Vec::new();
        let _ = self.stream.read_to_end(&mut rest).await;
        rest
    }
}

/// The settings of a test's site.
pub(crate) fn settings(files: &support::Site) -> Settings {
    config::load(&files.path("wellsourced.toml"), &Environment::default()).unwrap()
}

/// Takes an answer apart. Panics where it is not what HTTP/1.1 wants.
pub(crate) fn parse(bytes: &[u8], head_only: bool) -> Reply {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or_else(|| {
        panic!("no end of the head in {:?}", String::from_utf8_lossy(bytes));
    });
    let head = std::str::from_utf8(&bytes[..end]).unwrap();
    let mut lines = head.split("\r\n");
    let status_line = lines.next().unwrap();
    let status = status_line.split(' ').nth(1).unwrap().parse().unwrap();
    let mut headers: BTreeMap<String, String> = BTreeMap::new();
    for line in lines {
        let (name, value) = line.split_once(": ").unwrap();
        let name = name.to_ascii_lowercase();
        headers.entry(name).and_modify(|old| *old = format!("{old}, {value}")).or_insert_with(|| value.to_owned());
    }
    let body = bytes[end + 4..].to_vec();
    let bodiless = head_only || status == 204 || status == 304;
    match headers.get("content-length") {
        _ if bodiless => assert!(body.is_empty(), "{status_line} has a body"),
        Some(length) => assert_eq!(body.len(), length.parse::<usize>().unwrap(), "{status_line}: torn"),
        None => panic!("{status_line}: no length in {head}"),
    }
    Reply { status, headers, body }
}
