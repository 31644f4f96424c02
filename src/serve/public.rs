//! The listener for everybody: plain HTTP/1.1, without a layer between the protocol and the prepared answers.

use super::connections;
use super::niceness;
use super::options::Limits;
use super::refusal::Answer;
use super::respond::{Reply, respond};
use super::site::{self, ServedSite};
use super::watch::Watch;
use crate::telemetry::metrics::{self, Requests};
use futures::FutureExt;
use futures::future::{BoxFuture, Either, Ready, ready};
use hyper::Request;
use hyper::body::Incoming;
use hyper::service::Service;
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// Threads for what may have to wait for a disk: the site's own, and one to see whether somebody published.
const THREADS: usize = site::AT_ONCE + 2;

/// How often it is looked whether another process published.
const LOOK: Duration = Duration::from_secs(1);

/// Serves a site until `shutdown`; answers under way are finished then. Looks now and then whether another process
/// published.
///
/// All connections live on one thread of their own: a request is then never handed from thread to thread, which would cost
/// more than answering it, and a cycle that keeps the other threads busy does not keep readers waiting: on Linux all other
/// threads of the process give way to it from now on.
pub async fn public(
    listener: TcpListener,
    site: Arc<ServedSite>,
    limits: Limits,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    let listener = listener.into_std()?;
    let (stop, stopped) = oneshot::channel::<()>();
    let (end, mut ended) = oneshot::channel();
    let serving = move || {
        niceness::go_first();
        // Nobody to tell means that the caller is gone, and then so is the reason to serve.
        let _ = end.send(on_this_thread(listener, &site, &limits, stopped));
    };
    std::thread::Builder::new().name("serve".to_owned()).spawn(serving)?;
    tokio::select! {
        outcome = &mut ended => return outcome.unwrap_or_else(died),
        () = shutdown => drop(stop),
    }
    ended.await.unwrap_or_else(died)
}

fn died(_: oneshot::error::RecvError) -> io::Result<()> {
    Err(io::Error::other("the thread that serves died"))
}

/// Serves until the other end of `stopped` is dropped.
fn on_this_thread(
    listener: std::net::TcpListener,
    site: &Arc<ServedSite>,
    limits: &Limits,
    stopped: oneshot::Receiver<()>,
) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().max_blocking_threads(THREADS).build()?;
    let outcome = runtime.block_on(async {
        let listener = TcpListener::from_std(listener)?;
        let looking = tokio::spawn(look(Arc::clone(site)));
        let requests = Arc::new(Requests::new());
        let protocol = connections::protocol(limits);
        let speak = |io, watch| {
            let connection = PublicService { site: Arc::clone(site), requests: Arc::clone(&requests), watch };
            // How a connection breaks off is the client's affair.
            protocol.serve_connection(TokioIo::new(io), connection).map(drop)
        };
        connections::serve(listener, limits, stopped.map(drop), speak, metrics::connections).await;
        looking.abort();
        Ok(())
    });
    // A read that the disk keeps waiting must not hold up the end.
    runtime.shutdown_background();
    outcome
}

async fn look(site: Arc<ServedSite>) {
    let mut again = tokio::time::interval(LOOK);
    again.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
    loop {
        metrics::served(site.files(), site.memory());
        again.tick().await;
        // It tells of trouble itself.
        let _ = site.reload().await;
        site.calm_down();
    }
}

/// What answers the requests of one connection.
struct PublicService {
    site: Arc<ServedSite>,
    requests: Arc<Requests>,
    watch: Arc<Watch>,
}

impl Service<Request<Incoming>> for PublicService {
    type Response = Answer;
    type Error = Infallible;
    type Future = Either<Ready<Result<Answer, Infallible>>, BoxFuture<'static, Result<Answer, Infallible>>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        self.watch.asked();
        match respond(&self.site, &request) {
            Reply::Ready(answer, kind) => {
                self.requests.count(kind, answer.status().as_u16());
                self.watch.answered();
                Either::Left(ready(Ok(answer)))
            }
            Reply::Cold(cold) => self.later(|site| async move { cold.respond(&site).await }),
            Reply::Former(former) => self.later(|site| async move { former.respond(&site).await }),
        }
    }
}

impl PublicService {
    /// An answer that has to be waited for.
    fn later<F>(&self, respond: impl FnOnce(Arc<ServedSite>) -> F) -> <Self as Service<Request<Incoming>>>::Future
    where
        F: Future<Output = (Answer, &'static str)> + Send + 'static,
    {
        let (watch, requests) = (Arc::clone(&self.watch), Arc::clone(&self.requests));
        let responding = respond(Arc::clone(&self.site));
        Either::Right(Box::pin(async move {
            let (answer, kind) = responding.await;
            requests.count(kind, answer.status().as_u16());
            watch.answered();
            Ok(answer)
        }))
    }
}
