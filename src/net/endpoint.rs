//! A client for the one server that the operator named, for a protocol that `net` does not know: requests come made and signed,
//! answers go back whole.
//!
//! It reaches that scheme, host and port, and nothing else: no redirect is followed and no proxy is taken from the environment.
//! The server may stand in a network of the operator's own, since it was named; this opens that network to no other request.

use super::client::{place, tls_config};
use super::failure::{Failure, FailureKind};
use super::guard::Guard;
use super::options::{Error, Options};
use super::resolver::GuardedResolver;
use bytes::{Bytes, BytesMut};
use http::{Request, Response};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};
use url::Url;

/// Bytes of an answer; what is read of ours is far smaller.
const MOST: usize = 256 * 1024 * 1024;

/// A second more is given for so many bytes of a request: 100 kB/s.
const SLOWEST: usize = 100 * 1024;

/// Idle connections are kept this long: from one object to the next.
const IDLE: Duration = Duration::from_secs(10);

/// Connections that are kept for the next request.
const KEPT: usize = 16;

/// A client for one server.
#[derive(Debug, Clone)]
pub struct Endpoint {
    http: reqwest::Client,
    base: Url,
    timeout: Duration,
}

impl Endpoint {
    /// For the server of an address; of the options count the user agent, the timeout, `resolve` and `ca_file`.
    pub fn new(base: Url, options: &Options) -> Result<Self, Error> {
        let anywhere = ["0.0.0.0/0", "::/0"].iter().filter_map(|network| network.parse().ok()).collect();
        let guard = Arc::new(Guard::new(anywhere));
        let http = reqwest::Client::builder()
            .user_agent(options.user_agent.as_str())
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .no_proxy()
            .retry(reqwest::retry::never())
            .dns_resolver(GuardedResolver::new(guard, &options.resolve))
            .tls_backend_preconfigured(tls_config(options.ca_file.as_deref())?)
            .connect_timeout(options.timeout)
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(KEPT)
            .build()?;
        Ok(Self { http, base, timeout: options.timeout })
    }

    /// Whether an address is this server's.
    fn is_here(&self, url: &Url) -> bool {
        let of = |url: &Url| (url.scheme().to_owned(), url.host_str().map(str::to_owned), url.port_or_known_default());
        of(url) == of(&self.base)
    }

    /// Sends a request and reads the answer, whatever its status. It ends within the timeout and a second per 100 kB that are sent.
    pub async fn ask(&self, request: Request<Bytes>) -> Result<Response<Bytes>, Failure> {
        let (head, body) = request.into_parts();
        let refused = |what: String| Failure::new(FailureKind::Refused, what);
        let url = Url::parse(&head.uri.to_string()).map_err(|error| refused(error.to_string()))?;
        if !self.is_here(&url) {
            return Err(refused(format!("{} is not {}, and is not contacted", place(&url), place(&self.base))));
        }
        let more = u64::try_from(body.len() / SLOWEST).unwrap_or(u64::MAX);
        let until = Instant::now() + self.timeout.saturating_add(Duration::from_secs(more));
        let late = || Failure::new(FailureKind::Timeout, format!("no whole answer from {} in time", place(&self.base)));
        let mut request = reqwest::Request::new(head.method, url);
        *request.headers_mut() = head.headers;
        *request.body_mut() = Some(body.into());
        let mut answer = timeout_at(until, self.http.execute(request)).await.map_err(|_elapsed| late())??;
        let mut whole = BytesMut::new();
        while let Some(part) = timeout_at(until, answer.chunk()).await.map_err(|_elapsed| late())?? {
            if whole.len() + part.len() > MOST {
                let what = format!("{} sends more than {MOST} bytes", place(&self.base));
                return Err(Failure::new(FailureKind::Protocol, what));
            }
            whole.extend_from_slice(&part);
        }
        let mut response = Response::new(whole.freeze());
        *response.status_mut() = answer.status();
        *response.headers_mut() = std::mem::take(answer.headers_mut());
        Ok(response)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    /// A server that answers every connection with one text, and tells how many came.
    async fn server(answer: String) -> (Url, Arc<std::sync::atomic::AtomicUsize>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
        let met = Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let count = Arc::clone(&met);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                let mut head = [0; 4096];
                let _ = stream.read(&mut head).await;
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        });
        (base, met)
    }

    fn get(url: &str) -> Request<Bytes> {
        Request::get(url).body(Bytes::new()).unwrap()
    }

    #[tokio::test]
    async fn no_other_server_is_reached_asked_for_or_led_to() {
        let (other, met) = server("HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".to_owned()).await;
        let away =
            format!("HTTP/1.1 307 Elsewhere\r\nlocation: {other}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        let (base, _) = server(away).await;
        let endpoint = Endpoint::new(base.clone(), &Options::default()).unwrap();
        let led = endpoint.ask(get(base.as_str())).await.unwrap();
        assert_eq!(led.status(), 307);
        assert_eq!(endpoint.ask(get(other.as_str())).await.unwrap_err().kind, FailureKind::Refused);
        let secure = base.as_str().replace("http:", "https:");
        assert_eq!(endpoint.ask(get(&secure)).await.unwrap_err().kind, FailureKind::Refused);
        assert_eq!(met.load(std::sync::atomic::Ordering::Relaxed), 0);
    }

    #[tokio::test]
    async fn an_answer_that_is_cut_is_a_failure() {
        let cut = "HTTP/1.1 200 OK\r\ncontent-length: 10\r\nconnection: close\r\n\r\nhalf".to_owned();
        let (base, _) = server(cut).await;
        let endpoint = Endpoint::new(base.clone(), &Options::default()).unwrap();
        assert_eq!(endpoint.ask(get(base.as_str())).await.unwrap_err().kind, FailureKind::Protocol);
    }
}
