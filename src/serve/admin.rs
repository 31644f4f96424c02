//! The listener for the operator: whether it lives, whether it is ready, its metrics, the links that are not well with
//! the posts that cite them, and a page of all that. Not for the public.
//!
//! Who asks makes no difference to what is answered; no header is trusted.

use super::connections;
use super::options::Limits;
use super::watch::Watch;
use axum::Router;
use axum::http::{StatusCode, header};
use axum::routing::get;
use futures::FutureExt;
use futures::future::BoxFuture;
use hyper::Request;
use hyper::body::Incoming;
use hyper::service::Service;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use std::fmt;
use std::future::Future;
use std::io;
use std::sync::Arc;
use tokio::net::TcpListener;

/// Media type of Prometheus' text format.
const METRICS: &str = "text/plain; version=0.0.4; charset=utf-8";

const NO_STORE: [(header::HeaderName, &str); 1] = [(header::CACHE_CONTROL, "no-store")];

/// With the operator's page: it runs nothing, and loads nothing but its stylesheet.
const PAGE: [(header::HeaderName, &str); 3] = [
    (header::CONTENT_TYPE, "text/html; charset=utf-8"),
    (header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
];

/// The same where it cannot be made.
const TEXT: [(header::HeaderName, &str); 3] = [
    (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
    (header::CONTENT_SECURITY_POLICY, "default-src 'none'"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
];

/// What there is to ask for.
const ENDPOINTS: &str = "\
/livez    whether the process answers
/readyz   whether what is served is whole and young enough, or why not
/metrics  for Prometheus
/links    source links that are not well, with the posts that cite them
/status   a page for people: the public status, posts to mend, the last cycles and the next
";

/// What the operator is told.
#[derive(Clone)]
pub struct Health {
    /// Whether it is ready, or why not: one line.
    pub ready: Arc<dyn Fn() -> BoxFuture<'static, Result<(), String>> + Send + Sync>,
    /// The operator's page as HTML, or why it cannot be made: one line.
    pub page: Arc<dyn Fn() -> BoxFuture<'static, Result<Vec<u8>, String>> + Send + Sync>,
    /// Its stylesheet.
    pub style: Arc<dyn Fn() -> Vec<u8> + Send + Sync>,
    /// The metrics as text.
    pub metrics: Arc<dyn Fn() -> String + Send + Sync>,
    /// The links that are not well as text, or why they cannot be told: one line.
    pub links: Arc<dyn Fn() -> BoxFuture<'static, Result<String, String>> + Send + Sync>,
}

impl fmt::Debug for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Health").finish_non_exhaustive()
    }
}

/// Serves the operator until `shutdown`.
pub async fn admin(
    listener: TcpListener,
    health: Health,
    limits: Limits,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    let router = router(health);
    let protocol = connections::protocol(&limits);
    let speak = |io, watch| {
        let connection = AdminService { router: TowerToHyperService::new(router.clone()), watch };
        protocol.serve_connection(TokioIo::new(io), connection).map(drop)
    };
    connections::serve(listener, &limits, shutdown, speak, |_| {}).await;
    Ok(())
}

fn router(health: Health) -> Router {
    let Health { ready, metrics, links, page, style } = health;
    let readyz = move || async move {
        match ready().await {
            Ok(()) => (StatusCode::OK, NO_STORE, "ready\n".to_owned()),
            Err(reason) => {
                (StatusCode::SERVICE_UNAVAILABLE, NO_STORE, format!("not ready: {}\n", reason.escape_debug()))
            }
        }
    };
    let links = move || async move {
        match links().await {
            Ok(links) => (StatusCode::OK, NO_STORE, links),
            Err(reason) => (StatusCode::SERVICE_UNAVAILABLE, NO_STORE, format!("{}\n", reason.escape_debug())),
        }
    };
    let page = move || async move {
        match page().await {
            Ok(page) => (StatusCode::OK, NO_STORE, PAGE, page),
            Err(reason) => {
                (StatusCode::SERVICE_UNAVAILABLE, NO_STORE, TEXT, format!("{}\n", reason.escape_debug()).into_bytes())
            }
        }
    };
    let style = move || async move { (NO_STORE, [(header::CONTENT_TYPE, "text/css; charset=utf-8")], style()) };
    let metrics = move || async move { ([(header::CONTENT_TYPE, METRICS)], NO_STORE, metrics()) };
    Router::new()
        .route("/", get(async || (NO_STORE, ENDPOINTS)))
        .route("/links", get(links))
        .route("/livez", get(async || (NO_STORE, "alive\n")))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics))
        .route("/status", get(page))
        .route("/style.css", get(style))
}

/// What answers the requests of one connection.
struct AdminService {
    router: TowerToHyperService<Router>,
    watch: Arc<Watch>,
}

impl Service<Request<Incoming>> for AdminService {
    type Response = axum::response::Response;
    type Error = std::convert::Infallible;
    type Future = BoxFuture<'static, Result<Self::Response, Self::Error>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        self.watch.asked();
        let (answer, watch) = (self.router.call(request), Arc::clone(&self.watch));
        Box::pin(async move {
            let answer = answer.await;
            watch.answered();
            answer
        })
    }
}
