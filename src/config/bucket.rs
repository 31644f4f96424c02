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
    use super::super::bucket_environment::{BucketEnvironment, KEY, SECRET};
    use super::*;

    /// What a configuration with these lines says, the part from `[publish]` on.
    fn meant(lines: &str, variables: &[(&str, &str)]) -> Result<Options, String> {
        let text = format!("[site]\ntitle = \"T\"\nbase_url = \"https://a.example/\"\n[publish]\n{lines}");
        let file = file::parse("c.toml", &text).map_err(|error| error.to_string())?;
        let environment = Environment { bucket: BucketEnvironment::with(variables), ..Environment::default() };
        let schedule = Schedule::parse("@hourly", chrono_tz::Tz::UTC).unwrap();
        let meant = mean(&FileText::new("c.toml", &text), &file, &schedule, &environment);
        meant.map(|meant| meant.unwrap().place).map_err(|error| error.to_string())
    }

    #[test]
    fn where_a_bucket_is() {
        let aws = [("AWS_REGION", "eu-central-1"), (KEY, "me"), (SECRET, "hidden"), ("AWS_SESSION_TOKEN", "lent")];
        let (bucket, dotted) = ("bucket = \"s3://feeds/a\"\n", "bucket = \"s3://feeds.example\"\n");
        let own = "bucket = \"s3://feeds/a\"\n[bucket]\nendpoint = \"http://minio.lan:9000\"\nregion = \"here\"\n";
        let by_variables = [("AWS_ENDPOINT_URL", "https://x.example"), ("AWS_ENDPOINT_URL_S3", "https://s3.example")];
        for (lines, variables, endpoint, has_name_in_host, region) in [
            (bucket, &aws[..], "https://feeds.s3.eu-central-1.amazonaws.com/", true, "eu-central-1"),
            (dotted, &aws[..], "https://s3.eu-central-1.amazonaws.com/", false, "eu-central-1"),
            (own, &aws[..], "http://minio.lan:9000/", false, "here"),
            (bucket, &by_variables[..], "https://s3.example/", false, "us-east-1"),
        ] {
            let options = meant(lines, variables).unwrap();
            let found = (options.endpoint.as_str(), options.has_name_in_host, options.region.as_str());
            assert_eq!(found, (endpoint, has_name_in_host, region), "{lines}");
            assert_eq!(options.credentials.is_ok(), variables.len() == aws.len(), "{lines}");
        }
        let credentials = meant(bucket, &aws).unwrap().credentials.unwrap();
        assert_eq!((credentials.key.as_str(), credentials.session.as_deref()), ("me", Some("lent")));
        for (lines, variables, told) in [
            (bucket, &[][..], "c.toml:5:10: where is it? Write [bucket] region"),
            ("bucket = \"feeds\"\n", &aws[..], "a bucket is written s3://name/prefix"),
            (bucket, &[("AWS_ENDPOINT", "minio:9000")][..], "AWS_ENDPOINT_URL: not an absolute http or https URL"),
            (
                "bucket = \"s3://feeds\"\n[bucket]\nendpoint = \"minio\"\n",
                &aws[..],
                "is not an absolute http or https URL",
            ),
        ] {
            let error = meant(lines, variables).unwrap_err();
            assert!(error.contains(told), "{error}");
        }
    }

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
