//! The binary: see the library's documentation.

use std::process::ExitCode;

/// glibc keeps heaps per thread and gives little of them back: a daemon that serves and collects grew by hundreds of
/// megabytes with it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    wellsourced::cli::main()
}
