//! Why the store could not do what was asked, and what to do about it.
//!
//! What SQLite or PostgreSQL says becomes an [`Unusable`] here where somebody has to do something: it names the store and the
//! way out.

use sqlx::migrate::MigrateError;
use std::fmt;
use std::sync::Arc;

/// Why the store could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The URL is not one we understand.
    #[error("the store's url `{url}` cannot be used: {reason}; write it {form}")]
    Url {
        /// As configured.
        url: String,
        /// What is wrong with it.
        reason: String,
        /// How it is written.
        form: &'static str,
    },
    /// The folder of the database could not be made.
    #[error("cannot make the folder {path} for the store: {source}")]
    Folder {
        /// The folder.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// The lock beside the database could not be had.
    #[error("cannot lock {path}: {source}")]
    Lock {
        /// The file of the lock.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// Its file cannot be used before somebody does something about it.
    #[error(transparent)]
    Unusable(Unusable),
    /// SQLite failed.
    #[error("the store failed: {0}")]
    Database(sqlx::Error),
    /// The tables could not be brought up to date.
    #[error("the store's tables could not be brought up to date: {0}")]
    Migration(#[from] MigrateError),
    /// Everything was to be copied into a store that has something already.
    #[error("the store {file} is not empty, and nothing was changed in it; name one that is not there yet")]
    NotEmpty {
        /// Its file or database.
        file: String,
    },
    /// What was copied is not what was there.
    #[error(
        "{table} would not be the same in the copy {file}: somebody wrote meanwhile, or the disk fails; nothing was copied, try again"
    )]
    CopyDiffers {
        /// The table.
        table: &'static str,
        /// The copy.
        file: String,
    },
    /// Another node has what we wrote under.
    #[error(
        "another node publishes by now, since this one was cut off from the store, or stood still, for longer than its lease; \
         nothing of what it did since was written, and that node does it"
    )]
    Stale,
    /// A row holds what we would never write.
    #[error(
        "the store holds something unreadable in {place}: {reason}; restore it from a backup, or move it away: it is rebuilt from the posts and the published directory"
    )]
    Damaged {
        /// Table and column.
        place: &'static str,
        /// What is wrong.
        reason: String,
    },
}

/// Result of the store.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A store's file that cannot be used as it is: which, what was done with it, what is wrong, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unusable {
    /// The file.
    pub file: Arc<str>,
    /// What is wrong with it.
    pub trouble: StoreTrouble,
    /// What was read or written, as `reading links`.
    pub during: String,
    /// In the words of whoever found it.
    pub reason: String,
}

/// What may be wrong with a store's file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreTrouble {
    /// It was a store, and is one no longer.
    Damaged,
    /// It is no database at all.
    NoDatabase,
    /// It is another program's database.
    Foreign,
    /// A newer wellsourced wrote it.
    Newer,
    /// There is no room on its disk.
    Full,
    /// It may only be read.
    ReadOnly,
    /// It cannot be opened.
    Closed,
    /// Its disk fails.
    Disk,
    /// Another program keeps it locked.
    Locked,
    /// Its server cannot be reached, or does not take us.
    Unreachable,
    /// There is no such database.
    Absent,
    /// We may not do what we have to.
    NoRights,
    /// Its server is too old.
    OldServer,
}

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, during, reason, .. } = self;
        match self.trouble {
            StoreTrouble::Damaged => {
                write!(f, "the store {file} is damaged ({during}: {reason}): ")?;
                self.write_way_out(f)
            }
            StoreTrouble::NoDatabase => {
                write!(f, "{file} is no store, and nothing was changed in it ({during}: {reason}): ")?;
                f.write_str("if it is another program's, name another file in [store] url; if it was the store, ")?;
                self.write_way_out(f)
            }
            StoreTrouble::Foreign => write!(
                f,
                "{file} is another program's database, and nothing was changed in it ({reason}): name another file in \
                 [store] url"
            ),
            StoreTrouble::Newer => write!(
                f,
                "the store {file} was written by a newer wellsourced ({reason}): install that one again, or restore the \
                 backup that was made before it"
            ),
            StoreTrouble::Full => write!(
                f,
                "the disk of the store {file} is full ({during}: {reason}): make room on it; the next cycle goes on"
            ),
            StoreTrouble::ReadOnly => write!(
                f,
                "the store {file} cannot be written ({during}: {reason}): let the user that runs wellsourced write the \
                 file and its folder, and look whether the disk is mounted read-only"
            ),
            StoreTrouble::Closed => write!(
                f,
                "the store {file} cannot be opened ({during}: {reason}): look whether its folder is there, and let the \
                 user that runs wellsourced read and write both"
            ),
            StoreTrouble::Disk => {
                write!(f, "the disk of the store {file} fails ({during}: {reason}): look into the system's log; ")?;
                f.write_str("if the disk is well, the store is damaged: ")?;
                self.write_way_out(f)
            }
            StoreTrouble::Locked => write!(
                f,
                "the store {file} is locked by another program ({during}: {reason}): find it with `fuser {file}` and \
                 end it; the next cycle goes on"
            ),
            _ => self.write_of_server(f),
        }
    }
}

impl std::error::Error for Unusable {}

impl Unusable {
    /// What may be wrong with a store that is a server's.
    fn write_of_server(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, during, reason, .. } = self;
        match self.trouble {
            StoreTrouble::Unreachable => write!(
                f,
                "the store {file} cannot be reached ({during}: {reason}): look whether its server runs, and whether [store] \
                 url names it, its user and its password; the next cycle tries again"
            ),
            StoreTrouble::Absent => write!(
                f,
                "the store {file} is not there ({during}: {reason}): make it with `createdb`, owned by the user that \
                 [store] url names, or name another one there"
            ),
            StoreTrouble::NoRights => write!(
                f,
                "the store {file} does not let us ({during}: {reason}): let the user that [store] url names own the \
                 database, or give it all rights on its schema"
            ),
            _ => write!(
                f,
                "the store {file} cannot be used ({during}: {reason}): move it to a newer server (pg_dump, psql)"
            ),
        }
    }

    /// What README says about a store that is lost, in one line.
    fn write_way_out(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = &self.file;
        if file.starts_with("postgres") {
            return f.write_str(
                "restore the database from a backup, or name an empty one in [store] url; the store is rebuilt from the \
                 posts and the published directory, with the same ids",
            );
        }
        write!(
            f,
            "stop wellsourced, move {file}, {file}-wal and {file}-shm away, and start it again; the store is rebuilt from \
             the posts and the published directory, with the same ids"
        )
    }

    /// What an error of SQLite means for a file; `None` where it is a fault of ours, or nothing that somebody can mend.
    pub(super) fn of(error: &sqlx::Error, file: &Arc<str>, during: &str) -> Option<Self> {
        let new = |trouble, reason: String| Self { file: Arc::clone(file), trouble, during: during.to_owned(), reason };
        let sqlx::Error::Database(database) = error else {
            let is_served = file.starts_with("postgres");
            return match error {
                sqlx::Error::Io(error) if is_served => Some(new(StoreTrouble::Unreachable, error.to_string())),
                sqlx::Error::Io(error) => Some(new(StoreTrouble::Closed, error.to_string())),
                sqlx::Error::Tls(_) | sqlx::Error::PoolTimedOut | sqlx::Error::Protocol(_) if is_served => {
                    Some(new(StoreTrouble::Unreachable, error.to_string()))
                }
                _ => None,
            };
        };
        let reason = database.message().to_owned();
        let code = database.code()?;
        if code.len() == STATE {
            return Some(new(of_state(&code)?, reason));
        }
        // https://www.sqlite.org/rescode.html; the lowest byte is the primary code.
        let code: i32 = code.parse().ok()?;
        let trouble = match code & 0xff {
            // A table or column of ours is missing: every migration ran, and the file has lost it since.
            1 if reason.starts_with("no such ") => StoreTrouble::Damaged,
            // We write no other; something else stands in the row by now.
            1 if reason == "malformed JSON" => StoreTrouble::Damaged,
            5 | 6 => StoreTrouble::Locked,
            8 => StoreTrouble::ReadOnly,
            10 => StoreTrouble::Disk,
            11 => StoreTrouble::Damaged,
            13 => StoreTrouble::Full,
            3 | 14 | 23 => StoreTrouble::Closed,
            26 => StoreTrouble::NoDatabase,
            _ => return None,
        };
        Some(new(trouble, reason))
    }
}

/// Characters of an SQLSTATE; SQLite's codes are shorter.
const STATE: usize = 5;

/// What an SQLSTATE of PostgreSQL means (its documentation, appendix A); `None` where it is a fault of ours.
fn of_state(state: &str) -> Option<StoreTrouble> {
    Some(match state {
        // A table, a column or a function of ours is missing, though every migration ran; what is to be JSON is none.
        "42P01" | "42703" | "42883" | "3F000" | "22P02" | "XX001" | "XX002" => StoreTrouble::Damaged,
        "3D000" => StoreTrouble::Absent,
        "42501" => StoreTrouble::NoRights,
        "25006" => StoreTrouble::ReadOnly,
        "53100" => StoreTrouble::Full,
        "55P03" => StoreTrouble::Locked,
        "58030" => StoreTrouble::Disk,
        // No password or a wrong one, too many connections, shutting down or starting, cut off for having hung.
        _ if ["08", "28", "57"].iter().any(|class| state.starts_with(class)) => StoreTrouble::Unreachable,
        "53300" | "25P03" => StoreTrouble::Unreachable,
        _ => return None,
    })
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match error {
            // What `connection` made of it.
            sqlx::Error::AnyDriverError(inner) => match inner.downcast::<Unusable>() {
                Ok(unusable) => Self::Unusable(*unusable),
                Err(inner) => Self::Database(sqlx::Error::AnyDriverError(inner)),
            },
            sqlx::Error::ColumnDecode { source, .. } | sqlx::Error::Decode(source) => {
                Self::Damaged { place: "a row", reason: source.to_string() }
            }
            other => Self::Database(other),
        }
    }
}

impl Error {
    /// The same, with the name of the file, where only a place in it is known.
    #[must_use]
    pub fn in_file(self, file: &str) -> Self {
        match self {
            Self::Damaged { place, reason } => Self::Unusable(Unusable {
                file: Arc::from(file),
                trouble: StoreTrouble::Damaged,
                during: format!("reading {place}"),
                reason,
            }),
            other => other,
        }
    }

    /// Whether somebody has to do something about the store's file; to start again alone does not help.
    pub fn needs_somebody(&self) -> bool {
        matches!(self, Self::Unusable(_) | Self::Damaged { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_trouble_names_the_file_and_a_way_out() {
        for trouble in [
            StoreTrouble::Damaged,
            StoreTrouble::NoDatabase,
            StoreTrouble::Foreign,
            StoreTrouble::Newer,
            StoreTrouble::Full,
            StoreTrouble::ReadOnly,
            StoreTrouble::Closed,
            StoreTrouble::Disk,
            StoreTrouble::Locked,
            StoreTrouble::Unreachable,
            StoreTrouble::Absent,
            StoreTrouble::NoRights,
            StoreTrouble::OldServer,
        ] {
            let unusable = Unusable {
                file: "var/store.db".into(),
                trouble,
                during: "reading links".to_owned(),
                reason: "the reason".to_owned(),
            };
            let told = unusable.to_string();
            assert!(told.contains("var/store.db") && told.contains("the reason"), "{told}");
            assert!(told.split("): ").nth(1).is_some_and(|what_to_do| what_to_do.len() > 20), "{told}");
        }
    }
}
