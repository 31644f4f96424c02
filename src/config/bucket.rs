//! The bucket as meant: where it is, who writes there, how.
//!
//! What the configuration says stands before the environment's `AWS_*`, which may be meant for other programs.

use super::bucket_environment::credentials;
use super::file::{self, File};
use super::text::FileText;
use super::{Environment, Error};
use crate::bucket::{BucketAddress, Options};
use crate::pipeline::BucketOptions;
use crate::schedule::Schedule;
use std::path::{Path, PathBuf};
use std::time::Duration;
use url::Url;

/// The region that requests to other stores than AWS are signed for when nothing says so: most take any.
const REGION: &str = "us-east-1";

/// How long a cycle carries files when nothing says so.
const BUDGET: Duration = Duration::from_mins(5);

/// Where a site is made that is published in a bucket only, when no store's folder says where.
const WORKING: &str = "var/published";

/// What a configuration file says of a bucket.
pub(super) fn mean(
    text: &FileText<'_>,
    file: &File,
    schedule: &Schedule,
    environment: &Environment,
) -> Result<Option<BucketOptions>, Error> {
    let (Some(written), table) = (&file.publish.bucket, &file.bucket) else { return Ok(None) };
    let address = BucketAddress::parse(written.as_ref())
        .map_err(|why| text.wrong(&written.span(), format!("`{}`: {why}", written.as_ref())))?;
    let given = &environment.bucket;
    let endpoint = match &table.endpoint {
        Some(written) => Some(text.url(written)?),
        None => match given.first(&["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT"]) {
            Some(url) => Some(web_url(url)?),
            None => None,
        },
    };
    let region = table.region.as_deref().or(given.first(&["AWS_REGION", "AWS_DEFAULT_REGION"]));
    let (endpoint, has_name_in_host) = match (endpoint, region) {
        (Some(endpoint), _) => (endpoint, false),
        (None, Some(region)) => amazon(text, written, &address, region)?,
        (None, None) => {
            let message = "where is it? Write [bucket] region for AWS, or [bucket] endpoint for another store";
            return Err(text.wrong(&written.span(), message));
        }
    };
    let budget = table.budget.as_ref().map_or(Ok(BUDGET), |budget| text.duration(budget))?;
    let region = region.unwrap_or(REGION).to_owned();
    let credentials = credentials(table.credentials.as_deref(), given);
    Ok(Some(BucketOptions {
        place: Options { address, endpoint, has_name_in_host, region, credentials },
        is_gzip: matches!(table.compress, file::WrittenCompression::Gzip),
        budget,
        schedule: schedule.clone(),
    }))
}

/// Where a bucket of AWS is. A name with dots is in no certificate, and begins the path.
fn amazon(
    text: &FileText<'_>,
    written: &toml::Spanned<String>,
    address: &BucketAddress,
    region: &str,
) -> Result<(Url, bool), Error> {
    let is_in_host = !address.name.contains('.');
    let name = if is_in_host { format!("{}.", address.name) } else { String::new() };
    let url = Url::parse(&format!("https://{name}s3.{region}.amazonaws.com/"));
    url.map(|url| (url, is_in_host)).map_err(|error| text.wrong(&written.span(), format!("region `{region}`: {error}")))
}

fn web_url(url: &str) -> Result<Url, Error> {
    let url = Url::parse(url).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    let message =
        "not an absolute http or https URL; it is where [publish] bucket is, unless [bucket] endpoint says so";
    url.ok_or(Error::Environment { name: "AWS_ENDPOINT_URL", message })
}

/// Where a site is made whole that is published in a bucket only: beside the store.
pub(super) fn working_folder(store_url: &str) -> PathBuf {
    let file = store_url.strip_prefix("sqlite:").map(|file| file.trim_start_matches("//"));
    let file = file.map(|file| file.split('?').next().unwrap_or_default()).filter(|file| !file.starts_with(':'));
    file.and_then(|file| Path::new(file).parent()).map_or_else(|| PathBuf::from(WORKING), |home| home.join("published"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_for_a_bucket_only_is_made_beside_the_store() {
        for (url, folder) in [
            ("sqlite:var/wellsourced.db", "var/published"),
            ("sqlite:///srv/a/store.db?mode=rwc", "/srv/a/published"),
            ("sqlite:wellsourced.db", "published"),
            ("sqlite::memory:", "var/published"),
            ("postgres://host/name", "var/published"),
        ] {
            assert_eq!(working_folder(url), Path::new(folder), "{url}");
        }
    }
}
