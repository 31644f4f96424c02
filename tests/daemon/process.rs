//! A daemon as a process: started, listened to, and ended whatever the test does.

use super::support::{Site, binary};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// Nothing here takes long; a test that waits for more has failed.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// Sockets that the system chooses, and a schedule that never comes by itself while a test runs.
pub(crate) const QUIET: &str =
    "[serve]\nlisten = \"127.0.0.1:0\"\nadmin = \"127.0.0.1:0\"\n[schedule]\ncycle = \"0 0 1 1 *\"\n";

/// A running daemon.
pub(crate) struct Daemon {
    child: Child,
    lines: BufReader<ChildStderr>,
    /// What it logged so far.
    pub(crate) told: String,
}

/// The binary as a daemon of a site, offline.
pub(crate) fn command(site: &Site) -> Command {
    let mut command = binary();
    command.arg("--config").arg(site.path("wellsourced.toml")).arg("--offline");
    command
}

impl Daemon {
    pub(crate) fn start(site: &Site) -> Self {
        Self::spawn(command(site))
    }

    pub(crate) fn spawn(mut command: Command) -> Self {
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap());
        Self { child, lines, told: String::new() }
    }

    /// Reads its log until a line holds some words; gives that line.
    pub(crate) fn until(&mut self, words: &str) -> String {
        loop {
            let mut line = String::new();
            let read = self.lines.read_line(&mut line).unwrap();
            assert!(read > 0, "it ended without {words:?}:\n{}", self.told);
            self.told.push_str(&line);
            if line.contains(words) {
                return line;
            }
        }
    }

    /// The addresses for everybody and for the operator.
    pub(crate) fn addresses(&mut self) -> (SocketAddr, SocketAddr) {
        let line = self.until("listening");
        let address = |name: &str| {
            let value = line.split(&format!("{name}=")).nth(1).unwrap();
            value.split_whitespace().next().unwrap().parse().unwrap()
        };
        (address("public"), address("admin"))
    }

    pub(crate) fn signal(&self, signal: &str) {
        let sent = Command::new("kill").arg(format!("-{signal}")).arg(self.child.id().to_string()).status().unwrap();
        assert!(sent.success());
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits for its end; the rest of its log is in `told`.
    pub(crate) fn end(&mut self) -> ExitStatus {
        self.lines.read_to_string(&mut self.told).unwrap();
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(began.elapsed() < PATIENCE, "it does not end:\n{}", self.told);
            std::thread::yield_now();
        }
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The answer to a request, head and body.
pub(crate) fn get(address: SocketAddr, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}
