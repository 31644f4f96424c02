//! Runs checks of source links and judges them. Stores nothing.
