//! A server that misbehaves on the wire as told, and a trap on an address that nobody may contact.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What is done with a connection, in order.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    Send(Vec<u8>),
    Wait(u64),
    /// The same for ever.
    Flood(Vec<u8>),
    /// The same for ever, slowly.
    Drip(Vec<u8>, u64),
    /// The connection is torn down with RST.
    Reset,
    /// Nothing more, and the connection stays open.
    Hang,
}

/// One answer; with a header of the request it may depend on.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) steps: Vec<Step>,
    pub(crate) if_sent: Option<(String, Vec<Step>)>,
}

impl Reply {
    pub(crate) fn steps(steps: Vec<Step>) -> Self {
        Self { steps, if_sent: None }
    }

    pub(crate) fn raw(bytes: impl Into<Vec<u8>>) -> Self {
        Self::steps(vec![Step::Send(bytes.into())])
    }

    pub(crate) fn with(status: u16, headers: &str, body: impl AsRef<[u8]>) -> Self {
        let body = body.as_ref();
        let mut bytes =
            format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\nConnection: close\r\n{headers}\r\n", body.len())
                .into_bytes();
        bytes.extend_from_slice(body);
        Self::raw(bytes)
    }

    pub(crate) fn html(status: u16, body: &str) -> Self {
        Self::with(status, "Content-Type: text/html; charset=utf-8\r\n", body)
    }

    pub(crate) fn redirect(status: u16, location: &str) -> Self {
        Self::with(status, &format!("Location: {location}\r\n"), "")
    }

    /// Another answer to requests whose head holds `sent`.
    pub(crate) fn if_sent(mut self, sent: &str, other: Self) -> Self {
        self.if_sent = Some((sent.to_owned(), other.steps));
        self
    }
}

/// Replies by host (without port) and path; the n-th visit gets the n-th, the last repeats. `*` is any other path.
pub(crate) type Site = HashMap<(String, String), Vec<Reply>>;

pub(crate) struct Wire {
    pub(crate) address: SocketAddr,
    pub(crate) trap: SocketAddr,
    /// Where nobody listens.
    pub(crate) closed: SocketAddr,
    pub(crate) trapped: Arc<AtomicUsize>,
    pub(crate) visits: Arc<Mutex<HashMap<(String, String), usize>>>,
    /// The head of each request, as it came.
    pub(crate) heads: Arc<Mutex<Vec<Vec<u8>>>>,
    /// Requests by host whose last step has not begun, now and at most: with it a client may be done sooner than we are.
    pub(crate) busy: Arc<Mutex<HashMap<String, (usize, usize)>>>,
    sites: Arc<Mutex<Site>>,
}

impl Wire {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let trap = TcpListener::bind("127.0.0.2:0").await.unwrap();
        let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        let wire = Self {
            closed,
            address: listener.local_addr().unwrap(),
            trap: trap.local_addr().unwrap(),
            trapped: Arc::default(),
            visits: Arc::default(),
            heads: Arc::default(),
            busy: Arc::default(),
            sites: Arc::default(),
        };
        let seen = Seen {
            sites: Arc::clone(&wire.sites),
            visits: Arc::clone(&wire.visits),
            heads: Arc::clone(&wire.heads),
            busy: Arc::clone(&wire.busy),
        };
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, seen.clone()));
            }
        });
        let trapped = Arc::clone(&wire.trapped);
        tokio::spawn(async move {
            while trap.accept().await.is_ok() {
                trapped.fetch_add(1, Ordering::SeqCst);
            }
        });
        wire
    }

    pub(crate) fn add(&self, host: &str, path: &str, replies: Vec<Reply>) {
        self.sites.lock().unwrap().insert((host.to_owned(), path.to_owned()), replies);
    }
}

#[derive(Clone)]
struct Seen {
    sites: Arc<Mutex<Site>>,
    visits: Arc<Mutex<HashMap<(String, String), usize>>>,
    heads: Arc<Mutex<Vec<Vec<u8>>>>,
    busy: Arc<Mutex<HashMap<String, (usize, usize)>>>,
}

async fn serve(mut stream: TcpStream, seen: Seen) {
    let mut head = Vec::new();
    let mut chunk = [0; 4096];
    while !head.windows(4).any(|window| window == b"\r\n\r\n") {
        match stream.read(&mut chunk).await {
            Ok(n) if n > 0 && head.len() < 65_536 => head.extend_from_slice(&chunk[..n]),
            _ => return,
        }
        // A TLS hello never holds a blank line; somebody speaks https to a plain port.
        if head.first() == Some(&0x16) {
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n").await;
            return;
        }
    }
    seen.heads.lock().unwrap().push(head.clone());
    let head = String::from_utf8_lossy(&head).into_owned();
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    let host =
        head.lines().find_map(|line| line.to_lowercase().strip_prefix("host: ").map(str::to_owned)).unwrap_or_default();
    let host = host.split(':').next().unwrap_or_default().to_owned();
    let key = (host.clone(), path.clone());
    let visit = {
        let mut visits = seen.visits.lock().unwrap();
        let visit = visits.entry(key.clone()).or_default();
        *visit += 1;
        *visit - 1
    };
    let reply = {
        let sites = seen.sites.lock().unwrap();
        let replies = sites.get(&key).or_else(|| sites.get(&(host.clone(), "*".to_owned())));
        replies.and_then(|replies| replies.get(visit).or(replies.last())).cloned()
    };
    let reply = reply.unwrap_or_else(|| Reply::html(404, "<title>no such page</title>"));
    let steps = match reply.if_sent {
        Some((sent, steps)) if head.contains(&sent) => steps,
        _ => reply.steps,
    };
    {
        let mut busy = seen.busy.lock().unwrap();
        let (now, most) = busy.entry(host.clone()).or_default();
        *now += 1;
        *most = (*most).max(*now);
    }
    let last = steps.len().saturating_sub(1);
    for (n, step) in steps.into_iter().enumerate() {
        if n == last
            && let Some((now, _)) = seen.busy.lock().unwrap().get_mut(&host)
        {
            *now -= 1;
        }
        if play(&mut stream, step, &path).await.is_err() {
            return;
        }
    }
    let _ = stream.shutdown().await;
    // What the client still sends is read, so that closing does not turn into a reset.
    let _ = tokio::time::timeout(Duration::from_secs(2), stream.read(&mut chunk)).await;
}

/// Replies may repeat the path that was asked for.
fn with_path(bytes: Vec<u8>, path: &str) -> Vec<u8> {
    match std::str::from_utf8(&bytes) {
        Ok(text) if text.contains("{path}") => relength(&text.replace("{path}", path)).into_bytes(),
        _ => bytes,
    }
}

/// Placeholders change the length of a body whose length was declared honestly (those close the connection).
pub(crate) fn relength(message: &str) -> String {
    let Some((head, body)) = message.split_once("\r\n\r\n") else { return message.to_owned() };
    if !head.contains("Connection: close") {
        return message.to_owned();
    }
    let lines = head.split("\r\n").map(|line| match line.strip_prefix("Content-Length: ") {
        Some(_) => format!("Content-Length: {}", body.len()),
        None => line.to_owned(),
    });
    format!("{}\r\n\r\n{body}", lines.collect::<Vec<_>>().join("\r\n"))
}

async fn play(stream: &mut TcpStream, step: Step, path: &str) -> std::io::Result<()> {
    match step {
        Step::Send(bytes) => stream.write_all(&with_path(bytes, path)).await,
        Step::Wait(ms) => {
            tokio::time::sleep(Duration::from_millis(ms)).await;
            Ok(())
        }
        Step::Flood(bytes) => loop {
            stream.write_all(&bytes).await?;
        },
        Step::Drip(bytes, ms) => loop {
            stream.write_all(&bytes).await?;
            tokio::time::sleep(Duration::from_millis(ms)).await;
        },
        Step::Reset => {
            stream.set_zero_linger()?;
            Err(std::io::ErrorKind::ConnectionReset.into())
        }
        Step::Hang => std::future::pending().await,
    }
}
