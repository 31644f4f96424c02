//! The web around the nodes: hosts with a feed and pages each, on one port of loopback. It judges who asks: a host must not be
//! asked by two nodes at once, nor by a second one sooner than the interval after the first. What one node by itself asks of a
//! host is told, for tests that say how near its starts may come.

use std::collections::{HashMap, VecDeque};
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Between two starts on a host, as the nodes are told.
const INTERVAL: Duration = Duration::from_millis(100);

/// Starts of one node on one host that are looked at together: one by itself may come here late, and the next one in time.
const STARTS: usize = 4;

/// Connections that wait to be accepted: so many nodes ask at once, and who is not heard comes again a second later.
const BACKLOG: i32 = 4096;

/// The hosts.
#[derive(Clone)]
pub(crate) struct Web {
    pub(crate) port: u16,
    pub(crate) hosts: usize,
    /// Between two starts on a host, as the nodes are told.
    pub(crate) interval: Duration,
    /// How long some pages take.
    slow: Duration,
    /// Entries that each feed has at present.
    entries: Arc<AtomicUsize>,
    /// How often the texts of all entries were corrected.
    corrected: Arc<AtomicUsize>,
    /// Nobody is answered.
    is_away: Arc<AtomicBool>,
    seen: Arc<Mutex<Seen>>,
}

/// What was asked of whom.
#[derive(Default)]
struct Seen {
    hosts: HashMap<String, HostSeen>,
    /// Requests by node.
    asked: HashMap<String, usize>,
    violations: Vec<String>,
    /// Most requests of one node to one host at once.
    most_at_once: usize,
    /// The shortest time in which one node made [`STARTS`] starts on one host.
    closest: Option<Duration>,
}

#[derive(Default)]
struct HostSeen {
    active: Vec<String>,
    last: Option<(String, Instant)>,
    /// The last starts of whoever asked last.
    started: VecDeque<(String, Instant)>,
}

impl Web {
    pub(crate) fn start(hosts: usize) -> Self {
        Self::with(hosts, INTERVAL, Duration::ZERO)
    }

    /// With another interval, and some pages that take a while.
    pub(crate) fn with(hosts: usize, interval: Duration, slow: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        rustix::net::listen(&listener, BACKLOG).unwrap();
        let port = listener.local_addr().unwrap().port();
        let web = Self {
            port,
            hosts,
            interval,
            slow,
            entries: Arc::default(),
            corrected: Arc::default(),
            is_away: Arc::default(),
            seen: Arc::default(),
        };
        let ours = web.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let web = ours.clone();
                std::thread::spawn(move || web.answer(stream));
            }
        });
        web
    }

    /// Each feed has one entry more.
    pub(crate) fn grow(&self) -> usize {
        self.entries.fetch_add(1, Ordering::SeqCst) + 1
    }

    /// The text of each entry is another one.
    pub(crate) fn correct(&self) {
        self.corrected.fetch_add(1, Ordering::SeqCst);
    }

    /// From now on nobody is answered.
    pub(crate) fn go_away(&self) {
        self.is_away.store(true, Ordering::SeqCst);
    }

    /// Begins anew, with no entries.
    pub(crate) fn reset(&self) {
        self.entries.store(0, Ordering::SeqCst);
    }

    pub(crate) fn violations(&self) -> Vec<String> {
        self.seen.lock().unwrap().violations.clone()
    }

    /// The most requests of one node to one host at once, and the shortest time in which it made [`STARTS`] starts there.
    pub(crate) fn by_one_node(&self) -> (usize, Duration) {
        let seen = self.seen.lock().unwrap();
        (seen.most_at_once, seen.closest.unwrap_or(Duration::MAX))
    }

    /// Requests by node.
    pub(crate) fn asked(&self) -> HashMap<String, usize> {
        self.seen.lock().unwrap().asked.clone()
    }

    /// Every title that a feed of this many entries has.
    pub(crate) fn titles(&self, entries: usize) -> Vec<String> {
        let mut titles: Vec<String> =
            (0..self.hosts).flat_map(|host| (0..entries).map(move |entry| title(host, entry))).collect();
        titles.sort();
        titles
    }

    fn answer(&self, mut stream: TcpStream) {
        if self.is_away.load(Ordering::SeqCst) {
            return;
        }
        let mut lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
        let Some(first) = lines.next() else { return };
        let mut headers: HashMap<String, String> = HashMap::new();
        for line in lines.by_ref().take_while(|line| !line.is_empty()) {
            if let Some((name, value)) = line.split_once(':') {
                headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
            }
        }
        let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
        let host = headers.get("host").cloned().unwrap_or_default();
        let node = headers.get("user-agent").cloned().unwrap_or_default();
        self.begin(&host, &node, &path);
        // As much as an answer takes, so that several would meet.
        std::thread::sleep(Duration::from_millis(10) + if is_slow(&path) { self.slow } else { Duration::ZERO });
        let body = self.body(&host, &path, headers.get("if-none-match").map(String::as_str));
        // Ours ends before theirs.
        self.end(&host, &node);
        let _ = stream.write_all(body.as_bytes());
    }

    fn begin(&self, host: &str, node: &str, path: &str) {
        let mut seen = self.seen.lock().unwrap();
        *seen.asked.entry(node.to_owned()).or_default() += 1;
        let now = Instant::now();
        let Seen { hosts, most_at_once, closest, .. } = &mut *seen;
        let of_host = hosts.entry(host.to_owned()).or_default();
        let mut violations = Vec::new();
        if of_host.active.iter().any(|other| other != node) {
            violations.push(format!("{host}{path} is asked by {node} beside {:?}", of_host.active));
        }
        if let Some((other, at)) = &of_host.last
            && other != node
            && now - *at < self.interval
        {
            violations.push(format!("{host}{path} is asked by {node} {:?} after {other}", now - *at));
        }
        // A path that is made up belongs to the check of the page before.
        if path == "/feed.xml" || is_page(path) {
            of_host.started.retain(|(other, _)| other == node);
            of_host.started.push_back((node.to_owned(), now));
            if let Some((_, first)) = (of_host.started.len() == STARTS).then(|| of_host.started.pop_front()).flatten() {
                let took = now - first;
                *closest = Some(closest.map_or(took, |closest| closest.min(took)));
            }
        }
        of_host.active.push(node.to_owned());
        *most_at_once = (*most_at_once).max(of_host.active.len());
        of_host.last = Some((node.to_owned(), now));
        seen.violations.extend(violations);
    }

    fn end(&self, host: &str, node: &str) {
        let mut seen = self.seen.lock().unwrap();
        if let Some(of_host) = seen.hosts.get_mut(host)
            && let Some(place) = of_host.active.iter().position(|other| other == node)
        {
            of_host.active.remove(place);
        }
    }

    fn body(&self, host: &str, path: &str, matched: Option<&str>) -> String {
        let number: usize =
            host.trim_start_matches('h').split('.').next().and_then(|number| number.parse().ok()).unwrap_or_default();
        let entries = self.entries.load(Ordering::SeqCst);
        if path != "/feed.xml" && !is_page(path) {
            return "HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n".to_owned();
        }
        if path != "/feed.xml" {
            let page = format!("<!doctype html><title>{path}</title><p>The page {path} of {host}.</p>");
            return answer("text/html", "", &page);
        }
        let tag = format!("\"{entries} {}\"", self.corrected.load(Ordering::SeqCst));
        if matched == Some(&tag) {
            return format!("HTTP/1.1 304 Not Modified\r\nConnection: close\r\nETag: {tag}\r\n\r\n");
        }
        answer("application/rss+xml", &format!("ETag: {tag}\r\n"), &self.feed(number, entries))
    }

    fn feed(&self, number: usize, entries: usize) -> String {
        let (port, corrections) = (self.port, ", corrected".repeat(self.corrected.load(Ordering::SeqCst)));
        let mut feed = format!(
            "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>Feed {number}</title>\
             <link>http://h{number}.example:{port}/</link><description>d</description>"
        );
        for entry in (0..entries).rev() {
            // Each leads to another host.
            let (title, host) = (title(number, entry), (number * 7 + entry * 3 + 1) % self.hosts);
            let date =
                format!("{:02} May 2026 {:02}:{:02}:{:02} GMT", 1 + entry % 27, entry % 24, number % 60, number / 60);
            write!(
                feed,
                "<item><title>{title}</title><link>http://h{host}.example:{port}/p/{number}/{entry}</link>\
                 <guid isPermaLink=\"false\">{number}-{entry}</guid><pubDate>{date}</pubDate>\
                 <description>About {title}{corrections}</description></item>"
            )
            .unwrap();
        }
        feed + "</channel></rss>"
    }
}

fn is_page(path: &str) -> bool {
    path.strip_prefix("/p/").and_then(|rest| rest.split_once('/')).is_some_and(|(feed, entry)| {
        [feed, entry].iter().all(|number| number.len() < 5 && number.parse::<usize>().is_ok())
    })
}

fn is_slow(path: &str) -> bool {
    is_page(path) && path.ends_with('7')
}

fn title(host: usize, entry: usize) -> String {
    format!("Entry {entry} of {host}")
}

fn answer(kind: &str, more: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: {kind}; charset=utf-8\r\n{more}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}
