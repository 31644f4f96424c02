//! The door through which requests to a bucket leave: `object_store` makes and signs them, [`Endpoint`] sends them.

use super::Error;
use crate::net::{self, Endpoint, Failure, FailureKind};
use bytes::Bytes;
use futures::FutureExt;
use futures::future::BoxFuture;
use http_body_util::BodyExt;
use object_store::ClientOptions;
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse, HttpResponseBody, HttpService,
};
use url::Url;

/// Gives `object_store` the one client that there is.
#[derive(Debug)]
pub(super) struct Connector(Endpoint);

impl Connector {
    pub(super) fn new(endpoint: &Url, options: &net::Options) -> Result<Self, Error> {
        Ok(Self(Endpoint::new(endpoint.clone(), options)?))
    }
}

impl HttpConnector for Connector {
    fn connect(&self, _options: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(Door(self.0.clone())))
    }
}

#[derive(Debug)]
struct Door(Endpoint);

// As `async_trait` writes it, which the trait is declared with.
impl HttpService for Door {
    fn call<'s, 'f>(&'s self, request: HttpRequest) -> BoxFuture<'f, Result<HttpResponse, HttpError>>
    where
        's: 'f,
        Self: 'f,
    {
        async move {
            let (head, body) = request.into_parts();
            let body: Bytes = body.collect().await?.to_bytes();
            let answer = self.0.ask(http::Request::from_parts(head, body)).await.map_err(failed)?;
            Ok(answer.map(HttpResponseBody::from))
        }
        .boxed()
    }
}

/// What is worth repeating is told by the kind.
fn failed(failure: Failure) -> HttpError {
    let kind = match failure.kind {
        FailureKind::Dns | FailureKind::Connect | FailureKind::NoConnection => HttpErrorKind::Connect,
        FailureKind::Timeout => HttpErrorKind::Timeout,
        FailureKind::Protocol => HttpErrorKind::Interrupted,
        FailureKind::Refused | FailureKind::Tls | FailureKind::Ours | FailureKind::Redirect => HttpErrorKind::Unknown,
    };
    HttpError::new(kind, failure)
}
