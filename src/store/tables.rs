//! Whose tables there are, and of which version.

use super::connection::named;
use super::error::{StoreTrouble, Unusable};
use super::{Error, Result};
use sqlx::migrate::{MigrateError, Migrator};
use std::cmp::Ordering;
use std::sync::Arc;

/// Where sqlx writes down which migrations ran.
const APPLIED: &str = "_sqlx_migrations";

/// Tables that no other program has together.
const OURS: [&str; 3] = ["inputs", "memberships", "dirty_channels"];

/// What stands in a store's place.
pub(super) enum StoreTables {
    Nothing,
    /// A store of an older wellsourced, with the version of its tables.
    Older(i64),
    Current,
}

/// The tables that there are, by name, and the migrations that made them: version and checksum.
pub(super) struct TableList<'a> {
    pub(super) file: &'a Arc<str>,
    pub(super) tables: Vec<String>,
    pub(super) applied: Vec<(i64, Vec<u8>)>,
}

impl TableList<'_> {
    /// Whether the migrations are written down that ran.
    pub(super) fn has_versions(&self) -> bool {
        self.tables.iter().any(|table| table == APPLIED)
    }

    /// What it is; an error where it is not ours.
    pub(super) fn found(&self, migrations: &Migrator) -> Result<StoreTables> {
        if self.tables.is_empty() {
            return Ok(StoreTables::Nothing);
        }
        let Some((version, _)) = self.applied.last() else {
            return if self.tables == [APPLIED] { Ok(StoreTables::Older(0)) } else { Err(self.not_ours()) };
        };
        let first = migrations.iter().next();
        let is_first = |(version, checksum): &(i64, Vec<u8>)| {
            first.is_some_and(|first| first.version == *version && *first.checksum == **checksum)
        };
        if !self.applied.first().is_some_and(is_first) {
            return Err(self.not_ours());
        }
        let current = current(migrations);
        match version.cmp(&current) {
            Ordering::Less => Ok(StoreTables::Older(*version)),
            Ordering::Equal => Ok(StoreTables::Current),
            Ordering::Greater => {
                let reason = format!("its tables are of version {version}, this one knows {current}");
                Err(self.unusable(StoreTrouble::Newer, reason))
            }
        }
    }

    fn not_ours(&self) -> Error {
        if OURS.iter().all(|ours| self.tables.iter().any(|table| table == ours)) {
            return self.unusable(StoreTrouble::Damaged, "it does not say of which version they are".to_owned());
        }
        let some: Vec<&str> = self.tables.iter().map(String::as_str).take(3).collect();
        self.unusable(StoreTrouble::Foreign, format!("it has other tables than ours: {}", some.join(", ")))
    }

    fn unusable(&self, trouble: StoreTrouble, reason: String) -> Error {
        let during = "reading its list of tables".to_owned();
        Error::Unusable(Unusable { file: Arc::clone(self.file), trouble, during, reason })
    }
}

/// The version that tables have when all migrations ran.
pub(super) fn current(migrations: &Migrator) -> i64 {
    migrations.iter().map(|migration| migration.version).max().unwrap_or_default()
}

/// Why tables could not be brought up to date.
pub(super) fn not_migrated(error: MigrateError, file: &Arc<str>) -> Error {
    let during = "bringing its tables up to date";
    match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => match named(error, file, during) {
            error @ sqlx::Error::AnyDriverError(_) => error.into(),
            error => Error::Migration(MigrateError::Execute(error)),
        },
        error => Error::Migration(error),
    }
}
