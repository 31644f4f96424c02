//! Serves a published directory without the daemon, for benchmarks: `serve_directory CONFIG [ADDRESS]`.
//!
//! Prints the address once it listens and ends when standard input does. Publishes nothing; a publish by
//! `wellsourced --once` is noticed.

use anyhow::Context;
use std::io::Read as _;
use std::path::PathBuf;
use std::time::Duration;
use tikv_jemallocator::Jemalloc;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use wellsourced::config::{self, Environment};
use wellsourced::serve::{self, Limits, Options, ServedSite};

/// As in the program.
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

#[allow(clippy::print_stdout, reason = "the benchmark reads the address from it")]
#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let path = PathBuf::from(arguments.next().context("serve_directory CONFIG [ADDRESS]")?);
    let address = arguments.next().unwrap_or_else(|| "127.0.0.1:0".to_owned());
    let settings = config::load(&path, &Environment::default())?;
    let options = Options::new(settings.cycle.directory, settings.cycle.publish, Duration::from_mins(15));
    let site = ServedSite::open(options).await?;
    let listener = TcpListener::bind(&address).await?;
    println!("{}", listener.local_addr()?);
    let (ended, shutdown) = oneshot::channel();
    std::thread::spawn(move || {
        // What is read, and how the reading ends, makes no difference: nobody is there any more.
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        let _ = ended.send(());
    });
    serve::public(listener, site, Limits::default(), async { _ = shutdown.await }).await?;
    Ok(())
}
