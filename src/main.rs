//! The binary: see the library's documentation.

use std::process::ExitCode;
use tikv_jemallocator::Jemalloc;

/// Gives back what a publish took, where glibc's keeps most of it for each thread. `.cargo/config.toml` sets it up.
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

fn main() -> ExitCode {
    wellsourced::cli::main()
}
