//! `watch`: an edit is on the page soon after, and it ends when it is told to.

use crate::support::{Site, binary, post};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

/// Nothing here takes long; a test that waits for more has failed.
const PATIENCE: Duration = Duration::from_mins(1);

const QUIET: &str = "[serve]\nlisten = \"127.0.0.1:0\"\nadmin = \"127.0.0.1:0\"\n[schedule]\ncycle = \"0 0 1 1 *\"\n";

/// A running `watch`.
struct Watching {
    child: Child,
    lines: BufReader<ChildStdout>,
    told: String,
}

impl Watching {
    fn start(site: &Site, arguments: &[&str]) -> Self {
        let mut command = binary();
        command.arg("--config").arg(site.path("wellsourced.toml")).arg("watch").args(arguments);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        Self { child, lines, told: String::new() }
    }

    /// Reads what it tells until a line holds some words; gives that line.
    fn until(&mut self, words: &str) -> String {
        loop {
            let mut line = String::new();
            let read = self.lines.read_line(&mut line).unwrap();
            self.told.push_str(&line);
            if read == 0 {
                let errors = self.errors();
                panic!("it ended without {words:?}:\n{}{errors}", self.told);
            }
            if line.contains(words) {
                return line;
            }
        }
    }

    fn errors(&mut self) -> String {
        let mut errors = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
        errors
    }

    /// The address that it serves at.
    fn address(&mut self) -> String {
        let line = self.until("http://");
        line.split("http://").nth(1).unwrap().split('/').next().unwrap().to_owned()
    }

    /// Sends a signal, and waits for the end.
    fn end(&mut self, signal: &str) -> Option<i32> {
        let sent = Command::new("kill").arg(format!("-{signal}")).arg(self.child.id().to_string()).status().unwrap();
        assert!(sent.success());
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            assert!(began.elapsed() < PATIENCE, "it does not end:\n{}", self.told);
            std::thread::yield_now();
        }
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn get(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn an_edit_is_on_its_page_and_a_mistake_is_told_with_its_place() {
    let site = Site::new(QUIET);
    site.write("posts/1.md", post(1, &[1]).markdown());
    let mut watching = Watching::start(&site, &[]);
    let address = watching.address();
    watching.until("Offline: ");
    watching.until("Watching 1 post and ");
    let edited = post(1, &[1]).markdown().replace("Story 1", "Story one");
    site.write("posts/1.md", &edited);
    let line = watching.until("posts/1.md: ");
    let page = line.trim_end().rsplit(&format!("http://{address}")).next().unwrap().to_owned();
    assert_eq!(page, "/editions/1/", "{line}");
    assert!(get(&address, &page).contains("Story one"));
    site.write("posts/1.md", edited.replace("### ", "###"));
    watching.until("posts/1.md: ");
    let line = watching.until("posts/1.md:");
    assert!(line.contains("error: ") || line.contains("warning: "), "{line}");
    assert!(get(&address, &page).contains("Story one"), "what was published stays");
    site.write("posts/2.md", post(2, &[2]).markdown());
    watching.until(&format!("posts/2.md: http://{address}/editions/2/"));
    site.remove("posts/2.md");
    watching.until("posts/2.md: gone");
    assert_eq!(watching.end("TERM"), Some(0), "{}", watching.told);
}

#[test]
fn a_changed_configuration_holds_at_once_and_a_wrong_one_is_told() {
    let site = Site::new(QUIET);
    site.write("posts/1.md", post(1, &[1]).markdown());
    let mut watching = Watching::start(&site, &["--listen", "127.0.0.1:0"]);
    let address = watching.address();
    watching.until("Watching");
    let good = std::fs::read_to_string(site.path("wellsourced.toml")).unwrap();
    site.write("wellsourced.toml", good.replace("\"Tests\"", "\"Better\""));
    watching.until("wellsourced.toml: published anew");
    assert!(get(&address, "/").contains("Better"));
    site.write("wellsourced.toml", format!("{good}nonsense\n"));
    watching.until("wellsourced.toml: refused");
    assert!(get(&address, "/").contains("Better"));
    assert_eq!(watching.end("INT"), Some(0), "{}", watching.told);
    let errors = watching.errors();
    assert!(errors.contains("the configuration as it was stays") && errors.contains("wellsourced.toml:"), "{errors}");
}

#[test]
fn an_edit_of_the_theme_is_on_every_page_and_a_mistake_in_it_is_told() {
    let site = Site::new(QUIET);
    site.write("posts/1.md", post(1, &[1]).markdown());
    site.write("theme/words.zh-CN.toml", "skip = \"往下\"\n");
    let theme = format!("theme = \"{}\"\n", site.path("theme").display());
    let text = std::fs::read_to_string(site.path("wellsourced.toml")).unwrap();
    site.write("wellsourced.toml", text.replace("[publish]\n", &format!("[publish]\n{theme}")));
    let mut watching = Watching::start(&site, &[]);
    let address = watching.address();
    watching.until("Watching");
    assert!(get(&address, "/").contains(">往下</a>"));
    site.write("theme/item.html", "<p>{{ item.titel }}</p>");
    watching.until("theme/item.html: refused");
    assert!(get(&address, "/").contains(">往下</a>"));
    site.remove("theme/item.html");
    watching.until("theme/item.html: published anew");
    site.write("theme/words.zh-CN.toml", "skip = \"下去\"\n");
    watching.until("theme/words.zh-CN.toml: published anew");
    assert!(get(&address, "/").contains(">下去</a>"));
    assert_eq!(watching.end("INT"), Some(0), "{}", watching.told);
    let errors = watching.errors();
    assert!(errors.contains("theme/item.html:1: `item.titel` is undefined"), "{errors}");
}

#[test]
fn it_leaves_a_store_alone_that_has_a_daemon() {
    let site = Site::new(QUIET);
    site.write("posts/1.md", post(1, &[1]).markdown());
    let mut first = Watching::start(&site, &[]);
    first.until("Watching");
    let output = site.binary(&["watch"]);
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(told.contains("has a daemon already") && told.contains(&format!("process {}", first.child.id())), "{told}");
    assert_eq!(first.end("TERM"), Some(0));
}

#[test]
fn an_address_that_is_taken_is_told() {
    let site = Site::new(QUIET);
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = site.binary(&["watch", "--listen", &address]);
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(1) && told.contains(&address) && told.contains("--listen"), "{told}");
}
