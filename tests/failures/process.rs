//! The real binary, which must end in time.

use crate::support::{Site, binary};
use std::process::{Child, Output, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// Against a process that never ends.
const PATIENCE: Duration = Duration::from_mins(1);

/// Exit code of one cycle, and what it said.
pub(crate) fn once(site: &Site, arguments: &[&str]) -> (i32, String) {
    let mut command = binary();
    command.arg("--config").arg(site.path("wellsourced.toml")).arg("--once").args(arguments);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let output = ended(child, PATIENCE);
    (output.status.code().expect("killed"), told(&output))
}

/// Everything that a process said.
pub(crate) fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// Waits for the end of a process; one that does not end in time is killed, and fails the test.
pub(crate) fn ended(child: Child, patience: Duration) -> Output {
    let id = child.id();
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || sender.send(child.wait_with_output().unwrap()));
    receiver.recv_timeout(patience).unwrap_or_else(|_| {
        let _ = std::process::Command::new("kill").arg("-KILL").arg(id.to_string()).status();
        panic!("it does not end: {}", told(&receiver.recv().unwrap()));
    })
}
