//! A node as a process: its folder, its configuration, and what it published.

use super::support::binary;
use super::web::Web;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};

/// How long a node may take to start, or to do what is waited for.
const PATIENCE: Duration = Duration::from_mins(2);

/// Waits until something holds of a node.
pub(crate) fn until(node: &Node, what: &str, mut holds: impl FnMut(&Node) -> bool) {
    let began = Instant::now();
    while !holds(node) {
        assert!(began.elapsed() < PATIENCE, "{}: not {what}:\n{}", node.name, node.log());
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// A node.
pub(crate) struct Node {
    pub(crate) name: String,
    folder: PathBuf,
    directory: PathBuf,
    child: Option<Child>,
    /// Variables of its environment.
    pub(crate) environment: Vec<(&'static str, PathBuf)>,
    /// Where it serves readers; 0 while it does not run.
    pub(crate) port: Arc<AtomicU16>,
}

impl Node {
    /// A node with a folder of its own, not started yet.
    pub(crate) fn new(folder: &Path, name: &str, store: &str, web: &Web) -> Self {
        let folder = folder.join(name);
        fs::create_dir_all(&folder).unwrap();
        let root = folder.display();
        let mut text = format!(
            "[site]\ntitle = \"Tests\"\nbase_url = \"https://feeds.example/\"\ntimezone = \"UTC\"\n\
             [store]\nurl = \"{store}\"\nnode = \"{name}\"\n\
             [publish]\ndirectory = \"{root}/feeds\"\nitems_per_feed = 1000\n\
             [serve]\nlisten = \"127.0.0.1:0\"\nadmin = \"127.0.0.1:0\"\n[schedule]\ncycle = \"0 0 1 1 *\"\n\
             [net]\nuser_agent = \"{name}\"\ninterval = \"{}ms\"\nallow_networks = [\"127.0.0.0/8\"]\nresolve = {{ ",
            web.interval.as_millis()
        );
        let hosts: Vec<String> = (0..web.hosts).map(|host| format!("\"h{host}.example\" = [\"127.0.0.1\"]")).collect();
        text += &hosts.join(", ");
        text += " }\n";
        for host in 0..web.hosts {
            write!(
                text,
                "[[inputs]]\nname = \"feed {host}\"\nfeed = \"http://h{host}.example:{}/feed.xml\"\n",
                web.port
            )
            .unwrap();
        }
        #[allow(clippy::disallowed_methods, reason = "a test makes its own files")]
        fs::write(folder.join("wellsourced.toml"), text).unwrap();
        let directory = folder.join("feeds");
        Self { name: name.to_owned(), folder, directory, child: None, environment: Vec::new(), port: Arc::default() }
    }

    fn command(&self) -> Command {
        let mut command = std::env::var_os("TRIAL_PROGRAM").map_or_else(binary, Command::new);
        command.arg("--config").arg(self.folder.join("wellsourced.toml"));
        command.env("WELLSOURCED_LOG", "info,wellsourced=debug").envs(self.environment.iter().cloned());
        command
    }

    /// Starts it, and waits until it listens: before, a signal would end it.
    pub(crate) fn start(&mut self) {
        let path = self.folder.join("log");
        let log = File::options().create(true).append(true).open(&path).unwrap();
        let before = log.metadata().unwrap().len();
        self.child = Some(self.command().stderr(log).stdout(Stdio::null()).spawn().unwrap());
        let began = Instant::now();
        let port = loop {
            let mut said = String::new();
            let mut log = File::open(&path).unwrap();
            log.seek(SeekFrom::Start(before)).unwrap();
            log.read_to_string(&mut said).unwrap();
            if let Some((_, rest)) = said.split_once("listening: http://127.0.0.1:")
                && let Some((port, _)) = rest.split_once('/')
            {
                break port.parse().unwrap();
            }
            assert!(began.elapsed() < PATIENCE, "{} does not start:\n{said}", self.name);
            std::thread::sleep(Duration::from_millis(20));
        };
        self.port.store(port, Ordering::SeqCst);
    }

    /// Whether it ended by itself.
    pub(crate) fn has_ended(&mut self) -> bool {
        self.child.as_mut().is_some_and(|child| child.try_wait().unwrap().is_some())
    }

    /// Runs one cycle by hand.
    pub(crate) fn once(&self) -> std::process::Output {
        self.command().arg("--once").output().unwrap()
    }

    /// Copies a store into another one.
    pub(crate) fn copy_store(&self, from: &str, to: &str) -> std::process::Output {
        self.command().args(["store", "copy", from, to]).output().unwrap()
    }

    /// Somebody removes a published file.
    pub(crate) fn lose(&self, path: &str) {
        fs::remove_file(self.directory.join(path)).unwrap();
    }

    pub(crate) fn status(&self) -> String {
        String::from_utf8(self.command().args(["status", "--json"]).output().unwrap().stdout).unwrap()
    }

    pub(crate) fn signal(&self, signal: &str) {
        if let Some(child) = &self.child {
            let _ = Command::new("kill").arg(format!("-{signal}")).arg(child.id().to_string()).status();
        }
    }

    /// Ends it as a power cut does.
    pub(crate) fn kill(&mut self) {
        self.port.store(0, Ordering::SeqCst);
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// What the operator's listener answers, head and body.
    pub(crate) fn operator(&self, path: &str) -> String {
        let log = self.log();
        let (_, address) = log.rsplit_once("is for readers, http://").unwrap();
        let mut stream = TcpStream::connect(address.split('/').next().unwrap()).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }

    pub(crate) fn is_ready(&self) -> bool {
        self.operator("/readyz").starts_with("HTTP/1.1 200")
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }

    /// Titles of the combined feed, in order; none where it is not there yet.
    pub(crate) fn titles(&self) -> Vec<String> {
        let Ok(text) = fs::read(self.directory.join("feed.json")) else { return Vec::new() };
        let feed: serde_json::Value = serde_json::from_slice(&text).expect("a feed is whole at every moment");
        let items = feed["items"].as_array().unwrap();
        let mut titles: Vec<String> = items.iter().map(|item| item["title"].as_str().unwrap().to_owned()).collect();
        titles.sort();
        titles
    }

    /// Titles of the feeds of all sources, in order: each of the entries is about one source.
    pub(crate) fn titles_by_source(&self) -> Vec<String> {
        let sources = fs::read_dir(self.directory().join("sources")).into_iter().flatten().map(Result::unwrap);
        let mut titles = Vec::new();
        for source in sources {
            let Ok(text) = fs::read(source.path().join("feed.json")) else { continue };
            let feed: serde_json::Value = serde_json::from_slice(&text).expect("a feed is whole at every moment");
            let items = feed["items"].as_array().unwrap().iter();
            titles.extend(items.map(|item| item["title"].as_str().unwrap().to_owned()));
        }
        titles.sort();
        titles
    }

    /// Where it publishes.
    pub(crate) fn directory(&self) -> PathBuf {
        self.directory.clone()
    }

    /// From now on it is to publish elsewhere, below its folder.
    pub(crate) fn move_to(&mut self, directory: &str) {
        let configuration = self.folder.join("wellsourced.toml");
        let directory = self.folder.join(directory);
        let text = fs::read_to_string(&configuration).unwrap();
        let text = text.replace(
            &format!("directory = \"{}\"", self.directory.display()),
            &format!("directory = \"{}\"", directory.display()),
        );
        #[allow(clippy::disallowed_methods, reason = "a test makes its own files")]
        fs::write(configuration, text).unwrap();
        self.directory = directory;
        self.signal("HUP");
    }

    /// Every published file with its bytes.
    pub(crate) fn published(&self) -> BTreeMap<String, Vec<u8>> {
        let mut files = BTreeMap::new();
        gather(&self.directory, "", &mut files);
        files
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.kill();
    }
}

fn gather(folder: &Path, below: &str, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(folder).into_iter().flatten().map(Result::unwrap) {
        let name = format!("{below}{}", entry.file_name().to_str().unwrap());
        if name == ".wellsourced" {
            continue;
        }
        if entry.path().is_dir() {
            gather(&entry.path(), &format!("{name}/"), files);
        } else {
            // It may be replaced while it is read by name.
            files.extend(fs::read(entry.path()).ok().map(|bytes| (name, bytes)));
        }
    }
}
