//! What the environment says of a bucket, and the secrets of who writes there, from it or from a file.

use crate::bucket::Credentials;
use std::collections::BTreeMap;

/// What is read of the environment, by the names that AWS's programs and `object_store` know.
pub(super) const VARIABLES: [&str; 8] = [
    KEY,
    SECRET,
    SESSION,
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_ENDPOINT_URL_S3",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT",
];

pub(super) const KEY: &str = "AWS_ACCESS_KEY_ID";
pub(super) const SECRET: &str = "AWS_SECRET_ACCESS_KEY";
const SESSION: &str = "AWS_SESSION_TOKEN";

/// What the environment says of a bucket.
#[derive(Debug, Clone, Default)]
pub struct BucketEnvironment {
    /// Those of [`VARIABLES`] that are set.
    pub(super) variables: BTreeMap<String, String>,
    /// The text of the systemd credential `wellsourced.bucket`.
    pub(super) credential: Option<String>,
}

impl BucketEnvironment {
    /// An environment with some variables of these names.
    pub fn with(variables: &[(&str, &str)]) -> Self {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Self { variables, credential: None }
    }

    pub(super) fn first(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| self.variables.get(*name)).map(String::as_str)
    }
}

/// Who writes, by the file that is named, the environment, or systemd's credential. Without any only what needs the bucket fails.
pub(super) fn credentials(file: Option<&str>, given: &BucketEnvironment) -> Result<Credentials, String> {
    if let Some(file) = file {
        let text = std::fs::read_to_string(file).map_err(|error| format!("{file} cannot be read: {error}"))?;
        return of_text(&text).ok_or_else(|| format!("{file} has no line `{KEY} = …` or no line `{SECRET} = …`"));
    }
    let of = |name: &str| given.variables.get(name).cloned();
    if let (Some(key), Some(secret)) = (of(KEY), of(SECRET)) {
        return Ok(Credentials { key, secret, session: of(SESSION) });
    }
    let none = format!(
        "there are no credentials: neither {KEY} and {SECRET} in the environment, nor [bucket] credentials, nor systemd's \
         credential wellsourced.bucket"
    );
    given.credential.as_deref().and_then(of_text).ok_or(none)
}

/// Lines `NAME = value` as in AWS's credentials file or an `EnvironmentFile`; other lines say nothing.
fn of_text(text: &str) -> Option<Credentials> {
    let lines = text.lines().filter_map(|line| line.split_once('='));
    let named: BTreeMap<String, String> = lines
        .map(|(name, value)| (name.trim().to_uppercase(), value.trim().trim_matches('"').to_owned()))
        .filter(|(_, value)| !value.is_empty())
        .collect();
    let of = |name: &str| named.get(name).cloned();
    Some(Credentials { key: of(KEY)?, secret: of(SECRET)?, session: of(SESSION) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_read_from_both_kinds_of_files() {
        for text in [
            "[default]\naws_access_key_id = me\naws_secret_access_key = hidden\n",
            "# a comment\nAWS_ACCESS_KEY_ID=me\nAWS_SECRET_ACCESS_KEY=\"hidden\"\n",
        ] {
            let read = of_text(text).unwrap();
            assert_eq!((read.key.as_str(), read.secret.as_str(), read.session), ("me", "hidden", None), "{text}");
        }
        assert_eq!(of_text("AWS_ACCESS_KEY_ID=me\nAWS_SECRET_ACCESS_KEY=\n"), None);
        assert_eq!(of_text(""), None);
    }
}
