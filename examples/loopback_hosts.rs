//! Many small web hosts on loopback, for benchmarks: `loopback_hosts --port P [--hosts N] [--seconds S] [--delay MS]
//! [--missing PERCENT] [--bytes N]`.
//!
//! Listens on 127.0.1.1, 127.0.1.2, … (250 to a block), keeps connections alive, answers GET only, looks at the path and
//! nothing else. Ends by itself: after `--seconds`, or when standard input ends. Not a web server for anything else.

use anyhow::{Context, bail};
use std::io::Read as _;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

/// Requests are a few hundred bytes; more than this is no request of a link checker.
const MOST_HEAD: usize = 16 * 1024;

struct Settings {
    port: u16,
    hosts: u16,
    seconds: Option<u64>,
    delay: Duration,
    missing: u64,
    bytes: usize,
}

impl Settings {
    fn from_arguments() -> anyhow::Result<Self> {
        let mut settings =
            Self { port: 8088, hosts: 50, seconds: None, delay: Duration::ZERO, missing: 0, bytes: 4096 };
        let mut arguments = std::env::args().skip(1);
        while let Some(name) = arguments.next() {
            let value = arguments.next().with_context(|| format!("{name} needs a number"))?;
            let number: u64 = value.parse().with_context(|| format!("{name} is `{value}`, not a number"))?;
            match name.as_str() {
                "--port" => settings.port = u16::try_from(number)?,
                "--hosts" => settings.hosts = u16::try_from(number)?,
                "--seconds" => settings.seconds = Some(number),
                "--delay" => settings.delay = Duration::from_millis(number),
                "--missing" => settings.missing = number,
                "--bytes" => settings.bytes = usize::try_from(number)?,
                _ => bail!("`{name}` is not understood"),
            }
        }
        Ok(settings)
    }
}

/// What is answered, built once.
struct Answers {
    found: Vec<u8>,
    missing: Vec<u8>,
    delay: Duration,
    percent: u64,
}

impl Answers {
    fn new(settings: &Settings) -> Self {
        let sentence = "<p>The maintainers merged the change after a review of four weeks and two benchmarks.</p>\n";
        let text = sentence.repeat(settings.bytes / sentence.len() + 1);
        Self {
            found: answer("200 OK", &page("A change to the scheduler", &text)),
            missing: answer("404 Not Found", &page("Not found", "<p>There is nothing here.</p>")),
            delay: settings.delay,
            percent: settings.missing,
        }
    }

    /// The same path is always there, or always missing.
    fn to(&self, path: &[u8]) -> &[u8] {
        let hash = path
            .iter()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
        if (hash >> 16) % 100 < self.percent { &self.missing } else { &self.found }
    }
}

fn page(title: &str, text: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title></head>\n<body><h1>{title}</h1>\n{text}</body></html>\n"
    )
}

fn answer(status: &str, body: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// One request after another, until the client leaves.
async fn serve(mut stream: TcpStream, answers: Arc<Answers>) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut head: Vec<u8> = Vec::with_capacity(1024);
    loop {
        while let Some(end) = head.windows(4).position(|four| four == b"\r\n\r\n") {
            if !answers.delay.is_zero() {
                tokio::time::sleep(answers.delay).await;
            }
            let path = head.split(|byte| *byte == b' ').nth(1).unwrap_or_default();
            stream.write_all(answers.to(path)).await?;
            head.drain(..end + 4);
        }
        if head.len() > MOST_HEAD || stream.read_buf(&mut head).await? == 0 {
            return Ok(());
        }
    }
}

async fn listen(listener: TcpListener, answers: Arc<Answers>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                tokio::spawn(serve(stream, Arc::clone(&answers)));
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
    let answers = Arc::new(Answers::new(&settings));
    for host in 0..settings.hosts {
        let [block, last] = [host / 250 + 1, host % 250 + 1].map(|part| u8::try_from(part).unwrap_or(u8::MAX));
        let address = SocketAddrV4::new(Ipv4Addr::new(127, 0, block, last), settings.port);
        let listener = TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address}"))?;
        tokio::spawn(listen(listener, Arc::clone(&answers)));
    }
    the_end(settings.seconds).await;
    Ok(())
}
