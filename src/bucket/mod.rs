//! A bucket of an S3-compatible store, as a place where published files are put, looked at, read and removed.
//!
//! Plain requests only, each of which may be repeated: no conditional put (some stores answer 501), no list, no multipart upload.
//! What belongs there is decided in `pipeline`. The requests are made and signed here and sent through [`crate::net::Endpoint`],
//! which reaches the configured endpoint and no other server; so no credentials are asked for elsewhere either.

mod door;
mod error;
mod options;

pub use error::Error;
pub use options::{BucketAddress, Credentials, Options};

use crate::net;
use bytes::Bytes;
use door::Connector;
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::path::Path;
use object_store::{
    Attribute, Attributes, BackoffConfig, GetOptions, ObjectStore, ObjectStoreExt, PutOptions, PutPayload, RetryConfig,
};
use std::borrow::Cow;
use std::time::Duration;

/// How often a request is repeated that failed for the moment (no connection, a cut one, 5xx, 429).
const RETRIES: usize = 4;

/// For how long.
const RETRYING: Duration = Duration::from_secs(30);

/// Waiting before the first repetition; each waits longer, up to [`LONGEST_WAIT`].
const FIRST_WAIT: Duration = Duration::from_millis(200);
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// The name of the metadata by which an object is known as ours.
const MARK: &str = "wellsourced";

/// An open bucket. Nothing was asked yet.
#[derive(Debug)]
pub struct Bucket {
    store: AmazonS3,
    address: BucketAddress,
}

/// What is put into a bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// As they are stored.
    pub bytes: Bytes,
    /// `Content-Type`.
    pub media_type: String,
    /// `Cache-Control`.
    pub cache_control: String,
    /// `Content-Encoding`, where the bytes are in one.
    pub coding: Option<&'static str>,
    /// By what it is known again: the hash of the published bytes.
    pub mark: String,
}

/// What stands at a path of a bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ObjectThere {
    /// Nothing.
    None,
    /// An object of ours, with its mark.
    Ours(String),
    /// Somebody else's.
    Foreign,
}

impl Bucket {
    /// Opens a bucket; of the options for the network count those that [`net::Endpoint`] takes.
    pub fn open(options: &Options, net: &net::Options) -> Result<Self, Error> {
        let Options { address, endpoint, has_name_in_host, region, credentials } = options;
        let credentials = credentials.as_ref().map_err(|why| Error::NoCredentials(why.clone()))?;
        let builder = AmazonS3Builder::new()
            .with_http_connector(Connector::new(endpoint, net)?)
            .with_bucket_name(&address.name)
            .with_endpoint(endpoint.as_str().trim_end_matches('/'))
            .with_virtual_hosted_style_request(*has_name_in_host)
            .with_region(region)
            .with_access_key_id(&credentials.key)
            .with_secret_access_key(&credentials.secret)
            .with_disable_bulk_delete(true)
            .with_retry(RetryConfig {
                backoff: BackoffConfig { init_backoff: FIRST_WAIT, max_backoff: LONGEST_WAIT, base: 2.0 },
                max_retries: RETRIES,
                retry_timeout: RETRYING,
            });
        let builder = match &credentials.session {
            Some(session) => builder.with_token(session),
            None => builder,
        };
        let store = builder.build().map_err(|error| Error::Setup(error.to_string()))?;
        Ok(Self { store, address: address.clone() })
    }

    /// The key of a path, as it is: what is read at it is asked for by this name.
    fn key(&self, path: &str) -> Result<Path, Error> {
        let key = format!("{}{path}", self.address.prefix);
        Path::parse(&key).map_err(|error| Error::Key { key, reason: error.to_string() })
    }

    /// Puts an object, over whatever stands there.
    pub async fn put(&self, path: &str, object: Object) -> Result<(), Error> {
        let mut attributes = Attributes::from_iter([
            (Attribute::ContentType, object.media_type),
            (Attribute::CacheControl, object.cache_control),
            (Attribute::Metadata(Cow::Borrowed(MARK)), object.mark),
        ]);
        if let Some(coding) = object.coding {
            attributes.insert(Attribute::ContentEncoding, coding.into());
        }
        let (key, payload) = (self.key(path)?, PutPayload::from_bytes(object.bytes));
        let put = self.store.put_opts(&key, payload, PutOptions::from(attributes)).await;
        put.map(drop).map_err(|error| self.failed(&error))
    }

    /// What stands at a path, without its bytes.
    pub async fn look(&self, path: &str) -> Result<ObjectThere, Error> {
        let asked = GetOptions { head: true, ..GetOptions::default() };
        match self.store.get_opts(&self.key(path)?, asked).await {
            Ok(there) => {
                let mark = there.attributes.get(&Attribute::Metadata(Cow::Borrowed(MARK)));
                Ok(mark.map_or(ObjectThere::Foreign, |mark| ObjectThere::Ours(mark.to_string())))
            }
            Err(object_store::Error::NotFound { .. }) => Ok(ObjectThere::None),
            Err(error) => Err(self.failed(&error)),
        }
    }

    /// The stored bytes of a path; `None` where nothing stands.
    pub async fn read(&self, path: &str) -> Result<Option<Bytes>, Error> {
        let found = match self.store.get(&self.key(path)?).await {
            Ok(found) => found.bytes().await,
            Err(error) => Err(error),
        };
        match found {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) => match (self.failed(&error), error) {
                (Error::Failed(_), object_store::Error::NotFound { .. }) => Ok(None),
                (failed, _) => Err(failed),
            },
        }
    }

    /// Removes what stands at a path; nothing there is no failure.
    pub async fn remove(&self, path: &str) -> Result<(), Error> {
        match self.store.delete(&self.key(path)?).await {
            Err(object_store::Error::NotFound { .. }) | Ok(()) => Ok(()),
            Err(error) => Err(self.failed(&error)),
        }
    }

    fn failed(&self, error: &object_store::Error) -> Error {
        Error::of(error, &self.address)
    }
}
