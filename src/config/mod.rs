//! The configuration: TOML as written becomes what the program does ([`Settings`]), in one place.
//!
//! The only module that reads the environment. A mistake names file, line, column and the way to mend it.

mod bucket;
mod bucket_environment;
mod file;
mod inputs;
mod profiles;
mod replace;
mod settings;
mod subscribe;
mod text;
mod zones;

pub use bucket_environment::BucketEnvironment;
pub use profiles::MeantProfile;
pub use replace::replace;
pub use settings::{Listeners, Settings};
pub use subscribe::{Added, Subscribed, subscribe};

use std::path::{Path, PathBuf};

/// Where a configuration is looked for when none is named.
const PLACES: [&str; 2] = ["config/wellsourced.toml", "/etc/wellsourced/wellsourced.toml"];

/// The credential that holds the store's URL, which may have a password in it.
const STORE_URL_CREDENTIAL: &str = "wellsourced.store-url";

/// The credential that says who writes into the bucket.
const BUCKET_CREDENTIAL: &str = "wellsourced.bucket";

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is none.
    #[error("no configuration: neither {} nor {} is there; name one with --config FILE or in WELLSOURCED_CONFIG", PLACES[0], PLACES[1])]
    Missing,
    /// An environment variable is wrong.
    #[error("{name}: {message}")]
    Environment {
        /// The variable.
        name: &'static str,
        /// What, and how to mend it.
        message: &'static str,
    },
    /// It cannot be read.
    #[error("{path}: cannot be read: {source}")]
    Unreadable {
        /// The file.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// It cannot be written.
    #[error("{path}: cannot be written: {source}")]
    Unwritable {
        /// The file.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// The theme that it names is wrong.
    #[error("{0}")]
    Theme(#[from] crate::publish::ThemeError),
    /// Something in it is wrong.
    #[error("{path}:{line}:{column}: {message}")]
    Wrong {
        /// The file.
        path: String,
        /// Line, from 1.
        line: usize,
        /// Column in characters, from 1.
        column: usize,
        /// What, and how to mend it.
        message: String,
    },
}

/// The environment's say: only here is it read.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    /// `WELLSOURCED_CONFIG`.
    pub config: Option<PathBuf>,
    /// `WELLSOURCED_STORE_URL`, or the systemd credential `wellsourced.store-url`.
    pub store_url: Option<String>,
    /// `AWS_*`, and the systemd credential `wellsourced.bucket`.
    pub bucket: BucketEnvironment,
    /// `WELLSOURCED_LOG`.
    pub log: Option<String>,
    /// `JOURNAL_STREAM`, by which systemd tells that stderr goes to the journal.
    pub journal_stream: Option<String>,
    /// `LISTEN_FDNAMES`: systemd's names of the sockets that it hands over.
    pub listen_names: Option<String>,
    /// Whether `NO_COLOR` asks for none.
    pub no_color: bool,
    /// `HOME`, the folder that `~` means.
    pub home: Option<PathBuf>,
}

impl Environment {
    /// What the process was given.
    pub fn read() -> Self {
        let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty());
        // A secret from a file: what systemd's LoadCredential hands over.
        let credential = |name| {
            let file = Path::new(&variable("CREDENTIALS_DIRECTORY")?).join(name);
            Some(std::fs::read_to_string(file).ok()?.trim().to_owned()).filter(|secret| !secret.is_empty())
        };
        let text = |name| variable(name).and_then(|value| value.into_string().ok());
        Self {
            config: variable("WELLSOURCED_CONFIG").map(PathBuf::from),
            store_url: text("WELLSOURCED_STORE_URL").or_else(|| credential(STORE_URL_CREDENTIAL)),
            bucket: BucketEnvironment {
                variables: bucket_environment::VARIABLES
                    .into_iter()
                    .filter_map(|name| Some((name.to_owned(), text(name)?)))
                    .collect(),
                credential: credential(BUCKET_CREDENTIAL),
            },
            log: text("WELLSOURCED_LOG"),
            journal_stream: text("JOURNAL_STREAM"),
            listen_names: text("LISTEN_FDNAMES"),
            no_color: variable("NO_COLOR").is_some(),
            home: variable("HOME").map(PathBuf::from),
        }
    }
}

/// The configuration file to use: the one named, the environment's, or the first that is there.
pub fn find(named: Option<&Path>, environment: &Environment) -> Result<PathBuf, Error> {
    if let Some(path) = named.map(Path::to_path_buf).or_else(|| environment.config.clone()) {
        return Ok(path);
    }
    PLACES.iter().map(PathBuf::from).find(|path| path.exists()).ok_or(Error::Missing)
}

/// Reads a configuration file.
pub fn load(path: &Path, environment: &Environment) -> Result<Settings, Error> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|source| Error::Unreadable { path: name.clone(), source })?;
    let file = file::parse(&name, &text)?;
    settings::mean(&name, &text, &file, environment)
}
