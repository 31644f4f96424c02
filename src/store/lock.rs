//! Who works on a store: locks on files beside the database. The system lets go of them however their process ends.

use super::{Error, Result};
use chrono::{DateTime, Utc};
use rustix::fs::OFlags;
use rustix::io::Errno;
use sqlx::sqlite::SqliteConnectOptions;
use std::fmt::{self, Display};
use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

/// Between two tries for a lock that somebody holds.
const PAUSE: Duration = Duration::from_millis(100);

/// Most that is read of what a holder says of itself, bytes.
const MOST: u64 = 500;

/// What is claimed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// To run a cycle: one at a time.
    Cycle,
    /// To be the daemon of this store, for as long as it lives.
    Daemon,
}

/// A claim that is ours until this is dropped.
#[derive(Debug)]
pub struct Lock {
    /// None: the store is in memory, where nobody else is.
    file: Option<File>,
}

/// Who has what we wanted, in its own words: process, what it does, since when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder(String);

impl Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Lock {
    /// Takes a claim, or tells who has it. `doing` is what others are told.
    pub fn try_take(url: &str, claim: Claim, doing: &str, now: DateTime<Utc>) -> Result<Result<Self, Holder>> {
        let Some(path) = path(url, claim)? else { return Ok(Ok(Self { file: None })) };
        let failed = |source| Error::Lock { path: path.display().to_string(), source };
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(failed)?;
        }
        let mut file = open(&path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {
                let since = now.format("%Y-%m-%d %H:%M:%S UTC");
                let line = format!("process {}, {doing}, since {since}\n", std::process::id());
                file.set_len(0).and_then(|()| file.write_all(line.as_bytes())).map_err(failed)?;
                Ok(Ok(Self { file: Some(file) }))
            }
            Err(TryLockError::WouldBlock) => Ok(Err(holder(&file).map_err(failed)?)),
            Err(TryLockError::Error(source)) => Err(failed(source)),
        }
    }

    /// Takes a claim, waiting for whoever has it.
    pub async fn take(
        url: &str,
        claim: Claim,
        doing: &str,
        patience: Duration,
        now: DateTime<Utc>,
    ) -> Result<Result<Self, Holder>> {
        let mut waited = Duration::ZERO;
        loop {
            let taken = Self::try_take(url, claim, doing, now)?;
            if taken.is_ok() || waited >= patience {
                return Ok(taken);
            }
            tokio::time::sleep(PAUSE).await;
            waited += PAUSE;
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        if let Some(file) = &self.file {
            // What it says is of no use any more. Closing does not let go while a process that is being started has a copy.
            let _ = file.set_len(0);
            let _ = file.unlock();
        }
    }
}

/// Opens the file of a lock, which is written to: never through a link, and never a pipe or a device.
fn open(path: &Path) -> io::Result<File> {
    let refused = || io::Error::other("it is a link or no plain file, and is not written through; move it away");
    let flags = i32::try_from((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits()).unwrap_or_default();
    let mut options = File::options();
    options.read(true).write(true).create(true).truncate(false).custom_flags(flags);
    let file = options.open(path).map_err(|e| match e.raw_os_error().map(Errno::from_raw_os_error) {
        Some(Errno::LOOP | Errno::MLINK | Errno::NXIO | Errno::ISDIR) => refused(),
        _ => e,
    })?;
    if file.metadata()?.is_file() { Ok(file) } else { Err(refused()) }
}

fn holder(file: &File) -> io::Result<Holder> {
    let mut text = Vec::new();
    file.take(MOST).read_to_end(&mut text)?;
    let text = String::from_utf8_lossy(&text);
    let line = text.lines().next().filter(|line| !line.is_empty());
    Ok(Holder(line.unwrap_or("another process").to_owned()))
}

/// Beside the database itself, wherever a link to it is.
fn path(url: &str, claim: Claim) -> Result<Option<PathBuf>> {
    let bad = |e: sqlx::Error| Error::Url { url: url.to_owned(), reason: e.to_string(), form: "as sqlite:PATH" };
    if !url.starts_with("sqlite:") {
        return Err(bad(sqlx::Error::Configuration("locks are files".into())));
    }
    let options = SqliteConnectOptions::from_str(url).map_err(bad)?;
    let database = options.get_filename();
    if database.to_string_lossy().starts_with("file:sqlx-in-memory") || database == Path::new(":memory:") {
        return Ok(None);
    }
    let database = fs::canonicalize(database).unwrap_or_else(|_| database.to_owned());
    let mut name = database.file_name().unwrap_or_default().to_owned();
    name.push(match claim {
        Claim::Cycle => ".lock",
        Claim::Daemon => ".daemon.lock",
    });
    Ok(Some(database.with_file_name(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_at_a_time_and_the_second_is_told_who() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}/var/store.db", folder.path().display());
        let now = "2026-05-01T10:00:00Z".parse().unwrap();
        let take = |doing| Lock::try_take(&url, Claim::Cycle, doing, now).unwrap();
        let first = take("first").unwrap();
        let told = take("second").unwrap_err().to_string();
        assert_eq!(told, format!("process {}, first, since 2026-05-01 10:00:00 UTC", std::process::id()));
        assert!(Lock::try_take(&url, Claim::Daemon, "other", now).unwrap().is_ok(), "the claims are two");
        let patience = Duration::from_mins(1);
        let (waited, ()) = tokio::join!(Lock::take(&url, Claim::Cycle, "second", patience, now), async {
            tokio::task::yield_now().await;
            drop(first);
        });
        let second = waited.unwrap().unwrap();
        assert!(take("third").unwrap_err().to_string().contains("second"));
        drop(second);
        assert!(take("third").is_ok());
    }

    #[test]
    fn a_link_to_the_database_is_the_same_store() {
        let folder = tempfile::tempdir().unwrap();
        File::create(folder.path().join("store.db")).unwrap();
        std::os::unix::fs::symlink(folder.path().join("store.db"), folder.path().join("link.db")).unwrap();
        let now = DateTime::UNIX_EPOCH;
        let take = |name: &str| {
            Lock::try_take(&format!("sqlite:{}/{name}", folder.path().display()), Claim::Cycle, "x", now).unwrap()
        };
        let first = take("link.db").unwrap();
        assert!(take("store.db?mode=rwc").is_err());
        drop(first);
    }

    #[test]
    #[allow(clippy::disallowed_methods, reason = "a test makes its own files")]
    fn nothing_is_written_through_a_link_in_place_of_a_lock() {
        let folder = tempfile::tempdir().unwrap();
        let victim = folder.path().join("victim");
        fs::write(&victim, "keep").unwrap();
        let missing = folder.path().join("missing");
        let url = format!("sqlite:{}/store.db", folder.path().display());
        let take = |claim| Lock::try_take(&url, claim, "x", DateTime::UNIX_EPOCH);
        for (claim, name) in [(Claim::Cycle, "store.db.lock"), (Claim::Daemon, "store.db.daemon.lock")] {
            let at = folder.path().join(name);
            for target in [&victim, &missing] {
                std::os::unix::fs::symlink(target, &at).unwrap();
                let told = take(claim).unwrap_err().to_string();
                assert!(told.contains(name) && told.contains("move it away"), "{told}");
                fs::remove_file(&at).unwrap();
            }
            rustix::fs::mknodat(rustix::fs::CWD, &at, rustix::fs::FileType::Fifo, rustix::fs::Mode::RUSR, 0).unwrap();
            assert!(take(claim).is_err(), "a pipe is no lock");
            fs::remove_file(&at).unwrap();
            fs::create_dir(&at).unwrap();
            assert!(take(claim).unwrap_err().to_string().contains("move it away"));
            fs::remove_dir(&at).unwrap();
        }
        assert_eq!(fs::read(&victim).unwrap(), b"keep");
        assert!(!missing.exists());
    }

    #[test]
    fn a_store_in_memory_is_ours_alone() {
        let take = || Lock::try_take("sqlite::memory:", Claim::Cycle, "x", DateTime::UNIX_EPOCH).unwrap();
        assert!(take().is_ok() && take().is_ok());
    }
}
