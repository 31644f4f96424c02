//! Statements of many rows, since each statement costs two switches between threads.

use super::{Result, Write};
use sqlx::{Any, QueryBuilder};

/// Rows in one statement. Each full one has the same text and is prepared once.
pub(super) const ROWS: usize = 100;

impl Write {
    /// Runs a statement of several rows. A statement that is not full is not kept: there would be one per number of rows,
    /// and each takes a megabyte.
    pub(super) async fn insert(&mut self, mut insert: QueryBuilder<Any>, rows: usize) -> Result<()> {
        insert.build().persistent(rows == ROWS).execute(&mut *self.tx).await?;
        Ok(())
    }
}
