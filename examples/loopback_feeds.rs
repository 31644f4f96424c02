//! Many feeds on loopback, for benchmarks: `loopback_feeds --port P [--hosts N] [--feeds N] [--entries N] [--seconds S]
//! [--delay MS] [--spread MS]`.
//!
//! Listens on 127.0.1.1, 127.0.1.2, … (250 to a block); feed F is `/feed/F` on host F mod N. Validators are honoured, and
//! answers are delayed by `--delay` and up to `--spread` more, by feed. `/change/P` gives every feed of P percent a new
//! entry, `/served` lists title and link of every entry that any feed has, and `/counts` tells, as JSON, how often feeds
//! were asked, and how often without a condition after the first time. Ends by itself: after `--seconds`, or when standard
//! input ends. Not a web server for anything else.

use anyhow::{Context, bail};
use std::fmt::Write as _;
use std::io::Read as _;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

/// Requests are a few hundred bytes; more than this is no request of a feed reader.
const MOST_HEAD: usize = 16 * 1024;

/// Seconds between two entries of a feed: fifty of them are a month.
const APART: u64 = 51_840;

/// What the entries are about.
const TAGS: [&str; 24] = [
    "Linux",
    "Rust",
    "AI",
    "Chips",
    "Security",
    "Kernel",
    "Desktop",
    "Games",
    "Cloud",
    "Science",
    "Space",
    "Privacy",
    "Law",
    "Money",
    "Phones",
    "Networks",
    "Databases",
    "Compilers",
    "Browsers",
    "Robots",
    "Energy",
    "Cars",
    "Music",
    "Films",
];

#[derive(Debug, Clone, Copy)]
struct Settings {
    port: u16,
    hosts: u32,
    feeds: u32,
    entries: u32,
    seconds: Option<u64>,
    delay: u64,
    spread: u64,
}

impl Settings {
    fn from_arguments() -> anyhow::Result<Self> {
        let mut settings = Self { port: 8089, hosts: 50, feeds: 1000, entries: 50, seconds: None, delay: 0, spread: 0 };
        let mut arguments = std::env::args().skip(1);
        while let Some(name) = arguments.next() {
            let value = arguments.next().with_context(|| format!("{name} needs a number"))?;
            let number: u32 = value.parse().with_context(|| format!("{name} is `{value}`, not a number"))?;
            match name.as_str() {
                "--port" => settings.port = u16::try_from(number)?,
                "--hosts" => settings.hosts = number.clamp(1, 5000),
                "--feeds" => settings.feeds = number,
                "--entries" => settings.entries = number,
                "--seconds" => settings.seconds = Some(number.into()),
                "--delay" => settings.delay = number.into(),
                "--spread" => settings.spread = number.into(),
                _ => bail!("`{name}` is not understood"),
            }
        }
        Ok(settings)
    }
}

/// A feed as it stands.
#[derive(Debug, Default)]
struct Feed {
    /// New entries since the beginning.
    added: AtomicU32,
    asked: AtomicU64,
}

/// What is served, and what was asked for.
#[derive(Debug)]
struct Site {
    settings: Settings,
    began: u64,
    feeds: Vec<Feed>,
    fetched: AtomicU64,
    unchanged: AtomicU64,
    /// Asked again without a condition.
    unconditional: AtomicU64,
    changes: Mutex<u64>,
}

impl Site {
    #[allow(clippy::disallowed_methods, reason = "its feeds are as of now; it is no part of the program")]
    fn new(settings: Settings) -> Self {
        let began = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let feeds = (0..settings.feeds).map(|_| Feed::default()).collect();
        let zero = AtomicU64::default;
        Self {
            settings,
            began,
            feeds,
            fetched: zero(),
            unchanged: zero(),
            unconditional: zero(),
            changes: Mutex::default(),
        }
    }

    fn address(host: u32) -> Ipv4Addr {
        let [block, last] = [host / 250 + 1, host % 250 + 1].map(|part| u8::try_from(part).unwrap_or(u8::MAX));
        Ipv4Addr::new(127, 0, block, last)
    }

    /// Title and link of an entry. The numbers of a feed's entries rise with time.
    fn entry(&self, feed: u32, number: u32) -> (String, String) {
        let Settings { port, hosts, .. } = self.settings;
        let title = format!("Story {number} of feed {feed}: a change to the scheduler was merged");
        (title, format!("http://{}:{port}/story/{feed}/{number}", Self::address(feed % hosts)))
    }

    /// The numbers of the entries that a feed has at present, newest first.
    fn numbers(&self, feed: u32) -> impl Iterator<Item = u32> {
        let added = self.feeds.get(feed as usize).map_or(0, |feed| feed.added.load(Ordering::SeqCst));
        (added..added + self.settings.entries).rev()
    }

    fn document(&self, feed: u32) -> String {
        let mut text = format!(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<rss version=\"2.0\"><channel><title>Feed {feed}</title>\
             <link>http://feed{feed}.example/</link><description>News of every kind</description>\n"
        );
        for number in self.numbers(feed) {
            let (title, link) = self.entry(feed, number);
            let newest = u64::from(self.settings.entries);
            let age = (newest.saturating_sub(u64::from(number) + 1)) * APART + u64::from(feed % 3600) + 60;
            let date = chrono::DateTime::from_timestamp(i64::try_from(self.began - age).unwrap_or_default(), 0);
            let date = date.unwrap_or_default().to_rfc2822();
            let tag = |step: u32| TAGS[(feed.wrapping_mul(7) + number * step) as usize % TAGS.len()];
            // Writing to a String cannot fail.
            let _ = writeln!(
                text,
                "<item><title>{title}</title><link>{link}</link><guid isPermaLink=\"false\">{feed}-{number}</guid>\
                 <pubDate>{date}</pubDate><category>{}</category><category>{}</category><description>&lt;p&gt;The \
                 maintainers merged change {number} after a review of four weeks. It was proposed a year ago, and measured \
                 by three groups since.&lt;/p&gt;&lt;p&gt;Those who build their own can try it now; &lt;a \
                 href=\"{link}#more\"&gt;the announcement&lt;/a&gt; tells how, and what is still to be done before the \
                 next release in number {feed}.&lt;/p&gt;</description></item>",
                tag(1),
                tag(5),
            );
        }
        text.push_str("</channel></rss>\n");
        text
    }

    /// Every entry that any feed has, a line each.
    fn served(&self) -> String {
        let mut lines = String::new();
        for feed in 0..self.settings.feeds {
            for number in self.numbers(feed) {
                let (title, link) = self.entry(feed, number);
                let _ = writeln!(lines, "{title}\t{link}");
            }
        }
        lines
    }

    /// Gives some feeds a new entry; other ones each time.
    fn change(&self, percent: u64) -> String {
        let mut changes = self.changes.lock().unwrap_or_else(PoisonError::into_inner);
        *changes += 1;
        let mut more = 0;
        for (number, feed) in self.feeds.iter().enumerate() {
            if (number as u64 + *changes) % 100 < percent {
                feed.added.fetch_add(1, Ordering::SeqCst);
                more += 1;
            }
        }
        format!("{more} feeds have a new entry\n")
    }

    fn counts(&self) -> String {
        let of = |count: &AtomicU64| count.load(Ordering::SeqCst);
        let (fetched, unchanged, again) = (of(&self.fetched), of(&self.unchanged), of(&self.unconditional));
        format!("{{\"fetched\":{fetched},\"unchanged\":{unchanged},\"unconditional_again\":{again}}}\n")
    }

    fn feed(&self, number: u32, head: &str) -> Vec<u8> {
        let Some(feed) = self.feeds.get(number as usize) else { return answer("404 Not Found", "", "No such feed") };
        let etag = format!("\"{number}-{}\"", feed.added.load(Ordering::SeqCst));
        let condition =
            head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("if-none-match:").map(str::to_owned));
        let again = feed.asked.fetch_add(1, Ordering::SeqCst) > 0;
        if again && condition.is_none() {
            self.unconditional.fetch_add(1, Ordering::SeqCst);
        }
        if condition.is_some_and(|condition| condition.trim() == etag) {
            self.unchanged.fetch_add(1, Ordering::SeqCst);
            return format!("HTTP/1.1 304 Not Modified\r\nETag: {etag}\r\n\r\n").into_bytes();
        }
        self.fetched.fetch_add(1, Ordering::SeqCst);
        answer("200 OK", &format!("Content-Type: application/rss+xml\r\nETag: {etag}\r\n"), &self.document(number))
    }

    async fn answer(&self, head: &str) -> Vec<u8> {
        let path = head.split(' ').nth(1).unwrap_or_default();
        let (kind, rest) = path.trim_start_matches('/').split_once('/').unwrap_or((path.trim_start_matches('/'), ""));
        let number = rest.parse().unwrap_or(u32::MAX);
        match kind {
            "feed" => {
                let Settings { delay, spread, .. } = self.settings;
                let delay = delay + u64::from(number).wrapping_mul(7919) % (spread + 1);
                tokio::time::sleep(Duration::from_millis(delay)).await;
                self.feed(number, head)
            }
            "story" => answer("200 OK", "Content-Type: text/html\r\n", "<title>A story</title><p>Some text.</p>"),
            "change" => answer("200 OK", "", &self.change(number.into())),
            "served" => answer("200 OK", "", &self.served()),
            "counts" => answer("200 OK", "", &self.counts()),
            _ => answer("404 Not Found", "", "There is nothing here"),
        }
    }
}

fn answer(status: &str, headers: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

/// One request after another, until the client leaves.
async fn serve(mut stream: TcpStream, site: Arc<Site>) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut head: Vec<u8> = Vec::with_capacity(1024);
    loop {
        while let Some(end) = head.windows(4).position(|four| four == b"\r\n\r\n") {
            let one: Vec<u8> = head.drain(..end + 4).collect();
            let answer = site.answer(&String::from_utf8_lossy(&one)).await;
            stream.write_all(&answer).await?;
        }
        if head.len() > MOST_HEAD || stream.read_buf(&mut head).await? == 0 {
            return Ok(());
        }
    }
}

async fn listen(listener: TcpListener, site: Arc<Site>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                tokio::spawn(serve(stream, Arc::clone(&site)));
            }
            // Out of file descriptors, most likely; trying again at once would burn a core.
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}

/// Comes true when the time is up, or without one when standard input ends.
async fn the_end(seconds: Option<u64>) {
    if let Some(seconds) = seconds {
        tokio::time::sleep(Duration::from_secs(seconds)).await;
        return;
    }
    let (ended, end) = oneshot::channel();
    std::thread::spawn(move || {
        let mut ignored = [0; 256];
        while std::io::stdin().read(&mut ignored).is_ok_and(|read| read > 0) {}
        let _ = ended.send(());
    });
    let _ = end.await;
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let settings = Settings::from_arguments()?;
    let site = Arc::new(Site::new(settings));
    for host in 0..settings.hosts {
        let address = SocketAddrV4::new(Site::address(host), settings.port);
        let listener = TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address}"))?;
        tokio::spawn(listen(listener, Arc::clone(&site)));
    }
    the_end(settings.seconds).await;
    Ok(())
}
