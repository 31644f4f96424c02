//! Somebody who reads what a node publishes over and over, by name and from its server, whatever happens to the node: each document is
//! whole, an item that was there stays where it was, and is the same on every node.

use super::node::Node;
use super::support::assert_whole;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

/// What is read each time; of the sources some.
const ALWAYS: [&str; 11] = [
    "feed.json",
    "rss.xml",
    "atom.xml",
    "index.html",
    "editions/feed.json",
    "editions/index.html",
    "sources/index.html",
    "feeds.opml",
    "sitemap.xml",
    "status.json",
    "status.html",
];

/// Of each source.
const OF_SOURCE: [&str; 4] = ["feed.json", "rss.xml", "atom.xml", "index.html"];

/// Sources read in one go.
const SOURCES: usize = 8;

/// Items of a feed at most, as the nodes are told.
const MOST: usize = 1000;

/// Between two documents: others need the processors too.
const PAUSE: Duration = Duration::from_millis(10);

/// How long an answer is waited for; whoever stands still gives none.
const PATIENCE: Duration = Duration::from_secs(2);

/// What is known of each entry, by its title: it never changes, on no node.
pub(crate) type Known = Arc<Mutex<HashMap<String, Entry>>>;

/// An item of a feed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    id: String,
    date: String,
}

/// What was looked at.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Looks {
    pub(crate) files: usize,
    pub(crate) answers: usize,
}

/// A thread that reads.
pub(crate) struct Watcher {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<Looks>,
}

impl Watcher {
    /// Begins to read what a node publishes about these hosts.
    pub(crate) fn start(node: &Node, hosts: usize, known: &Known) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let reader = Reader {
            name: node.name.clone(),
            directory: node.directory(),
            port: Arc::clone(&node.port),
            known: Arc::clone(known),
            before: BTreeMap::new(),
            looks: Looks::default(),
        };
        let ends = Arc::clone(&stop);
        Self { stop, thread: std::thread::spawn(move || reader.read_on(hosts, &ends)) }
    }

    /// Whether nothing was found yet.
    pub(crate) fn is_content(&self) -> bool {
        !self.thread.is_finished()
    }

    /// Ends, and fails with what was found.
    pub(crate) fn end(self) -> Looks {
        self.stop.store(true, Ordering::SeqCst);
        self.thread.join().unwrap_or_else(|found| std::panic::resume_unwind(found))
    }
}

/// Reads one node's documents.
struct Reader {
    name: String,
    directory: PathBuf,
    port: Arc<AtomicU16>,
    known: Known,
    /// What was there last, by way and path; of what is no feed, that it was there.
    before: BTreeMap<String, Vec<Entry>>,
    looks: Looks,
}

impl Reader {
    fn read_on(mut self, hosts: usize, stop: &AtomicBool) -> Looks {
        let mut first = 0;
        while !stop.load(Ordering::SeqCst) {
            let sources = (first..first + SOURCES.min(hosts)).map(|source| source % hosts);
            let of_source = |host| OF_SOURCE.map(|file| format!("sources/h{host}.example/{file}"));
            let paths: Vec<String> =
                ALWAYS.iter().map(|path| (*path).to_owned()).chain(sources.flat_map(of_source)).collect();
            for path in &paths {
                self.read_file(path);
                self.ask_for(path);
                std::thread::sleep(PAUSE);
            }
            first = (first + SOURCES) % hosts;
        }
        self.looks
    }

    fn read_file(&mut self, path: &str) {
        let way = format!("{}'s file {path}", self.name);
        match fs::read(self.directory.join(path)) {
            Ok(bytes) => {
                self.looks.files += 1;
                self.look_at(way, path, &bytes);
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {
                assert!(!self.before.contains_key(&way), "{way} is gone");
            }
            Err(error) => panic!("{way}: {error}"),
        }
    }

    /// Asks the node's server, if it runs.
    fn ask_for(&mut self, path: &str) {
        let port = self.port.load(Ordering::SeqCst);
        let Some(answer) = (port != 0).then(|| get(port, path)).flatten() else { return };
        let way = format!("{}'s answer to {path}", self.name);
        let (head, body) = answer.split_at(head_of(&answer));
        let head = String::from_utf8_lossy(head).to_ascii_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
        if length != Some(body.len()) {
            // It was killed meanwhile, or stands still.
            assert!(self.has_stopped(port) || body.is_empty(), "{way} is cut off after {} bytes: {head}", body.len());
            return;
        }
        if head.starts_with("http/1.1 200 ") {
            self.looks.answers += 1;
            self.look_at(way, path, body);
        } else {
            assert!(!self.before.contains_key(&way), "{way} is not there any more: {head}");
        }
    }

    fn has_stopped(&self, port: u16) -> bool {
        self.port.load(Ordering::SeqCst) != port
    }

    /// The document is whole, and holds what it held.
    fn look_at(&mut self, way: String, path: &str, bytes: &[u8]) {
        assert_whole(Path::new(&way.replace(' ', "_")).with_file_name(path.replace('/', "_")).as_path(), bytes);
        let mut now = Vec::new();
        if path.ends_with("feed.json") {
            now = self.entries(&way, bytes);
            if let Some(before) = self.before.get(&way) {
                assert_holds(&way, before, &now);
            }
        } else if path.ends_with("rss.xml") || path.ends_with("atom.xml") {
            let text = std::str::from_utf8(bytes).unwrap();
            let ids: Vec<&str> = ["<guid", "<id"].iter().flat_map(|tag| texts(text, tag)).collect();
            let once: BTreeSet<&&str> = ids.iter().collect();
            assert_eq!(once.len(), ids.len(), "{way} has an id twice");
        }
        self.before.insert(way, now);
    }

    /// The items of a JSON feed, each with what every node says of it.
    fn entries(&self, way: &str, bytes: &[u8]) -> Vec<Entry> {
        let feed: Value = serde_json::from_slice(bytes).unwrap();
        let items = feed["items"].as_array().unwrap_or_else(|| panic!("{way} has no items"));
        let text = |item: &Value, key: &str| item[key].as_str().unwrap_or_default().to_owned();
        let mut known = self.known.lock().unwrap();
        let mut entries = Vec::with_capacity(items.len());
        for item in items {
            let entry = Entry { id: text(item, "id"), date: text(item, "date_published") };
            let first = known.entry(text(item, "title")).or_insert_with(|| entry.clone());
            assert_eq!(*first, entry, "{way} has another id or date for {item}");
            entries.push(entry);
        }
        let ids: BTreeSet<&str> = entries.iter().map(|entry| entry.id.as_str()).collect();
        assert_eq!(ids.len(), entries.len(), "{way} has an item twice");
        assert!(entries.is_sorted_by(|one, next| one.date >= next.date), "{way} has items out of order: {entries:?}");
        entries
    }
}

/// Nothing that was there is missing, unless newer items took its place.
fn assert_holds(way: &str, before: &[Entry], now: &[Entry]) {
    let ids: BTreeSet<&str> = now.iter().map(|entry| entry.id.as_str()).collect();
    for entry in before.iter().filter(|entry| !ids.contains(entry.id.as_str())) {
        let oldest = now.last().map(|last| last.date.as_str()).unwrap_or_default();
        let gave_way = now.len() == MOST && entry.date.as_str() <= oldest;
        assert!(gave_way, "{way} had {} items, has {}, and {entry:?} is missing", before.len(), now.len());
    }
}

/// What stands in elements of a kind, whose tags begin like this.
fn texts<'t>(text: &'t str, tag: &str) -> impl Iterator<Item = &'t str> {
    let elements = text.split(tag).skip(1).filter_map(|rest| rest.split_once('>'));
    elements.map(|(_, rest)| rest.split('<').next().unwrap_or_default())
}

/// An answer, as much of it as came; none where nobody listens.
fn get(port: u16, path: &str) -> Option<Vec<u8>> {
    let mut stream = TcpStream::connect_timeout(&([127, 0, 0, 1], port).into(), PATIENCE).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    write!(stream, "GET /{path} HTTP/1.1\r\nHost: feeds.example\r\nConnection: close\r\n\r\n").ok()?;
    let mut answer = Vec::new();
    // What came before it was killed or stood still is looked at, too.
    let _ = stream.read_to_end(&mut answer);
    Some(answer).filter(|answer| !answer.is_empty())
}

/// How long the head of an answer is, the empty line included.
fn head_of(answer: &[u8]) -> usize {
    answer.windows(4).position(|four| four == b"\r\n\r\n").map_or(answer.len(), |place| place + 4)
}
