//! The binary: see [`wellsourced`].
fn main() {}
