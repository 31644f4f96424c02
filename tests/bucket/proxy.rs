//! Stands between the client and the server: notes every request, and does to it what the test says.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A request that came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Met {
    pub(crate) method: String,
    /// Key, decoded, with the bucket before it.
    pub(crate) path: String,
    /// How many came before it.
    pub(crate) number: usize,
}

/// What is done to a request.
#[derive(Debug, Clone)]
pub(crate) enum Fault {
    None,
    /// It is answered at once: status, headers, body.
    Answer(u16, String, String),
    /// The connection is cut before its answer.
    Cut,
    /// It reaches the server, and its answer does not come back.
    Lost,
    /// It waits before it goes on.
    Slow(Duration),
}

type Spoil = Arc<Mutex<Box<dyn FnMut(&Met) -> Fault + Send>>>;

/// A proxy before an S3 server.
pub(crate) struct Proxy {
    pub(crate) port: u16,
    met: Arc<Mutex<Vec<Met>>>,
    spoil: Spoil,
}

impl Proxy {
    pub(crate) async fn before(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let met = Arc::new(Mutex::new(Vec::new()));
        let spoil: Spoil = Arc::new(Mutex::new(Box::new(|_: &Met| Fault::None)));
        let (noted, fault) = (Arc::clone(&met), Arc::clone(&spoil));
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(carry(client, server, Arc::clone(&noted), Arc::clone(&fault)));
            }
        });
        Self { port, met, spoil }
    }

    /// What happens to requests from now on.
    pub(crate) fn spoil(&self, spoil: impl FnMut(&Met) -> Fault + Send + 'static) {
        *self.spoil.lock().unwrap() = Box::new(spoil);
    }

    pub(crate) fn pass(&self) {
        self.spoil(|_| Fault::None);
    }

    /// The requests since this was asked last.
    pub(crate) fn met(&self) -> Vec<Met> {
        std::mem::take(&mut self.met.lock().unwrap())
    }

    /// The keys of the requests since this was asked last, by method.
    pub(crate) fn keys(&self, method: &str) -> BTreeSet<String> {
        self.met().into_iter().filter(|met| met.method == method).map(|met| met.path).collect()
    }
}

/// One request on one connection.
async fn carry(mut client: TcpStream, server: u16, met: Arc<Mutex<Vec<Met>>>, spoil: Spoil) {
    let Some((head, body)) = request(&mut client).await else { return };
    let mut words = head.split(' ');
    let (method, path) = (words.next().unwrap().to_owned(), words.next().unwrap().to_owned());
    let path = percent_encoding::percent_decode_str(path.trim_start_matches('/')).decode_utf8().unwrap().into_owned();
    let fault = {
        let mut all = met.lock().unwrap();
        let met = Met { method, path, number: all.len() };
        all.push(met.clone());
        (spoil.lock().unwrap())(&met)
    };
    match fault {
        Fault::None => {}
        Fault::Answer(status, headers, body) => {
            let length = body.len();
            let answer =
                format!("HTTP/1.1 {status} x\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n");
            let _ = client.write_all((answer + &body).as_bytes()).await;
            return;
        }
        Fault::Cut => return,
        Fault::Slow(wait) => tokio::time::sleep(wait).await,
        Fault::Lost => {
            let _ = answered(server, &head, &body).await;
            return;
        }
    }
    let answer = answered(server, &head, &body).await;
    let _ = client.write_all(&answer).await;
    let _ = client.shutdown().await;
}

/// Head and body.
async fn request(client: &mut TcpStream) -> Option<(String, Vec<u8>)> {
    let mut bytes = Vec::new();
    let mut part = vec![0; 64 * 1024];
    loop {
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n");
        if let Some(end) = end {
            let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().unwrap())
            });
            if bytes.len() >= end + 4 + length.unwrap_or(0) {
                return Some((head, bytes.split_off(end + 4)));
            }
        }
        match client.read(&mut part).await {
            Ok(0) | Err(_) => return None,
            Ok(read) => bytes.extend_from_slice(&part[..read]),
        }
    }
}

async fn answered(server: u16, head: &str, body: &[u8]) -> Vec<u8> {
    let mut to = TcpStream::connect(("127.0.0.1", server)).await.unwrap();
    let head = format!("{head}\r\nconnection: close\r\n\r\n");
    to.write_all(&[head.as_bytes(), body].concat()).await.unwrap();
    let mut answer = Vec::new();
    let _ = to.read_to_end(&mut answer).await;
    answer
}
