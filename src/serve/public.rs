//! The listener for everybody: plain HTTP/1.1, without a layer between the protocol and the prepared answers.

use super::connections;
use super::options::Limits;
use super::refusal::Answer;
use super::respond::{Outcome, respond};
use super::site::Site;
use super::watch::Watch;
use futures::future::{BoxFuture, Either, Ready, ready};
use hyper::Request;
use hyper::body::Incoming;
use hyper::service::Service;
use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;

/// How often it is looked whether another process published.
const LOOK: Duration = Duration::from_secs(1);

/// Serves a site until `shutdown`; answers under way are finished then. Looks now and then whether another process
/// published.
pub async fn public(
    listener: TcpListener,
    site: Arc<Site>,
    limits: Limits,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    let looking = tokio::spawn(look(Arc::clone(&site)));
    let service = |watch| Connection { site: Arc::clone(&site), watch };
    connections::serve(listener, &limits, shutdown, service).await;
    looking.abort();
    Ok(())
}

async fn look(site: Arc<Site>) {
    let mut again = tokio::time::interval(LOOK);
    again.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
    loop {
        again.tick().await;
        if site.is_outdated()
            && let Err(error) = site.reload().await
        {
            tracing::error!(%error, "what was published cannot be read; the last publish goes on being served");
        }
    }
}

/// What answers the requests of one connection.
struct Connection {
    site: Arc<Site>,
    watch: Arc<Watch>,
}

impl Service<Request<Incoming>> for Connection {
    type Response = Answer;
    type Error = Infallible;
    type Future = Either<Ready<Result<Answer, Infallible>>, BoxFuture<'static, Result<Answer, Infallible>>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        self.watch.asked();
        match respond(&self.site, &request) {
            Outcome::Ready(answer, _) => {
                self.watch.answered();
                Either::Left(ready(Ok(answer)))
            }
            Outcome::Cold(cold) => {
                let (site, watch) = (Arc::clone(&self.site), Arc::clone(&self.watch));
                Either::Right(Box::pin(async move {
                    let (answer, _) = cold.respond(&site).await;
                    watch.answered();
                    Ok(answer)
                }))
            }
        }
    }
}
