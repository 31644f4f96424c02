//! What we remember: SQLite. Every write in a transaction; no SQL anywhere else.
