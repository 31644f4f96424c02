//! A site in a temporary folder: posts, configuration, store and published directory, run through the library or the
//! real binary.

#![allow(dead_code, reason = "every test file uses a part of it")]
#![allow(clippy::unwrap_used, reason = "a test may fail where it stands")]

pub(crate) mod postgres;

use chrono::{DateTime, TimeZone, Utc};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use tokio_util::sync::CancellationToken;
use wellsourced::config::{self, Environment};
use wellsourced::pipeline::{self, Report};
use wellsourced::store::Store;
use wellsourced::telemetry::Progress;

/// A day long after every post of the tests.
pub(crate) fn noon() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 6, 1, 12, 0, 0).unwrap()
}

/// The server that tests run on which are about no engine, when the environment asks for it: what they expect, bytes
/// included, is the same.
fn on_postgres() -> Option<&'static postgres::Server> {
    std::env::var_os("ON_POSTGRES")?;
    let server = postgres::SERVER.as_ref();
    assert!(server.is_some(), "PostgreSQL is not installed");
    server
}

/// A site in a temporary folder.
pub(crate) struct Site {
    pub(crate) folder: tempfile::TempDir,
}

impl Site {
    /// An empty site; `more` is appended to its configuration.
    pub(crate) fn new(more: &str) -> Self {
        let site = Self { folder: tempfile::tempdir().unwrap() };
        fs::create_dir_all(site.path("posts")).unwrap();
        site.configure("", more);
        site
    }

    /// Writes the configuration; `in_site` goes into `[site]`.
    pub(crate) fn configure(&self, in_site: &str, more: &str) {
        let (root, store) = (self.folder.path().display(), self.store_url());
        let text = format!(
            "[site]\ntitle = \"Tests\"\nbase_url = \"https://feeds.example/\"\ntimezone = \"Asia/Shanghai\"\n{in_site}\n\
             [store]\nurl = \"{store}\"\n[publish]\ndirectory = \"{root}/feeds\"\n\
             [[inputs]]\nname = \"digest\"\ndigest = \"{root}/posts/**/*.md\"\nbase_url = \"https://digest.example/\"\n{more}"
        );
        self.write("wellsourced.toml", &text);
    }

    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.folder.path().join(relative)
    }

    /// Waits until a process has a lock of the store: its file says who. Taking the lock to find out would turn it away.
    pub(crate) fn until_it_holds(&self, lock: &str, process: u32) {
        let began = std::time::Instant::now();
        let line = format!("process {process},");
        while !fs::read_to_string(self.path(lock)).is_ok_and(|text| text.starts_with(&line)) {
            assert!(began.elapsed().as_secs() < 60, "process {process} never took {lock}");
            std::thread::yield_now();
        }
    }

    pub(crate) fn write(&self, relative: &str, text: impl AsRef<[u8]>) {
        let path = self.path(relative);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        #[allow(clippy::disallowed_methods, reason = "a test makes its own posts")]
        fs::write(path, text).unwrap();
    }

    pub(crate) fn remove(&self, relative: &str) {
        fs::remove_file(self.path(relative)).unwrap();
    }

    /// The store: a file of SQLite, or with `ON_POSTGRES` set a schema of PostgreSQL, which is made.
    pub(crate) fn store_url(&self) -> String {
        let Some(server) = on_postgres() else { return format!("sqlite:{}", self.path("store.db").display()) };
        server.run("feeds", "feeds", &format!("CREATE SCHEMA IF NOT EXISTS {}", self.schema()));
        server.address(&self.schema())
    }

    /// The name of the folder as that of a schema.
    fn schema(&self) -> String {
        let name = self.folder.path().file_name().unwrap().as_encoded_bytes();
        name.iter().fold("site_".to_owned(), |name, byte| format!("{name}{byte:02x}"))
    }

    /// What its store is called where it is told.
    pub(crate) fn store_name(&self) -> String {
        on_postgres().map_or_else(|| self.path("store.db").display().to_string(), |_| self.schema())
    }

    pub(crate) fn lose_store(&self) {
        if let Some(server) = on_postgres() {
            let schema = self.schema();
            return server.run("feeds", "feeds", &format!("DROP SCHEMA {schema} CASCADE; CREATE SCHEMA {schema}"));
        }
        for file in ["store.db", "store.db-wal", "store.db-shm"] {
            let _ = fs::remove_file(self.path(file));
        }
    }

    /// Backs the store up to a file.
    pub(crate) fn keep_store(&self, file: &Path) {
        match on_postgres() {
            Some(server) => server.dump(&self.schema(), file),
            None => fs::copy(self.path("store.db"), file).map(|_| ()).unwrap(),
        }
    }

    /// Puts a store back that was backed up, in place of the one that is there.
    pub(crate) fn restore_store(&self, file: &Path) {
        self.lose_store();
        let Some(server) = on_postgres() else { return fs::copy(file, self.path("store.db")).map(|_| ()).unwrap() };
        server.run("feeds", "feeds", &format!("DROP SCHEMA {}", self.schema()));
        server.restore(file);
    }

    /// One offline cycle through the library.
    pub(crate) fn cycle(&self, now: DateTime<Utc>) -> Report {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(self.cycle_async(now, true))
    }

    /// One cycle through the library.
    pub(crate) async fn cycle_async(&self, now: DateTime<Utc>, offline: bool) -> Report {
        let mut settings = config::load(&self.path("wellsourced.toml"), &Environment::default()).unwrap();
        settings.cycle.offline = offline;
        settings.cycle.verify.check.backoff = std::time::Duration::from_millis(1);
        let store = Store::open(&settings.store_url).await.unwrap();
        let stop = CancellationToken::new();
        let report = pipeline::run(&store, &settings.cycle, &Progress::hidden(), now, &stop).await.unwrap();
        store.close().await;
        report
    }

    /// The real binary on this site.
    pub(crate) fn binary(&self, arguments: &[&str]) -> std::process::Output {
        binary().arg("--config").arg(self.path("wellsourced.toml")).args(arguments).output().unwrap()
    }

    /// A published JSON Feed.
    pub(crate) fn feed(&self, folder: &str) -> serde_json::Value {
        let path = self.path("feeds").join(folder).join("feed.json");
        serde_json::from_slice(&fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))).unwrap()
    }

    /// Title → id of the combined feed.
    pub(crate) fn ids(&self) -> BTreeMap<String, String> {
        let feed = self.feed("");
        let items = feed["items"].as_array().unwrap();
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        items.iter().map(|item| (text(&item["title"]), text(&item["id"]))).collect()
    }

    /// Every published file with its bytes and modification time.
    pub(crate) fn published(&self) -> BTreeMap<PathBuf, (Vec<u8>, SystemTime)> {
        let mut files = BTreeMap::new();
        gather(&self.path("feeds"), &mut files);
        files
    }

    /// Every published file with its bytes.
    pub(crate) fn bytes(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        self.published().into_iter().map(|(path, (bytes, _))| (path, bytes)).collect()
    }

    /// Every published file is a whole document.
    pub(crate) fn assert_whole(&self) {
        if !self.path("feeds").exists() {
            return;
        }
        for (path, bytes) in self.bytes() {
            assert_whole(&path, &bytes);
        }
    }
}

/// A document is there to its end.
pub(crate) fn assert_whole(path: &Path, bytes: &[u8]) {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("xml" | "opml") => {
            let mut reader = quick_xml::Reader::from_reader(bytes);
            let mut depth = 0_i32;
            loop {
                match reader.read_event().unwrap_or_else(|e| panic!("{}: {e}", path.display())) {
                    quick_xml::events::Event::Start(_) => depth += 1,
                    quick_xml::events::Event::End(_) => depth -= 1,
                    quick_xml::events::Event::Eof => break,
                    _ => {}
                }
            }
            assert_eq!(depth, 0, "{} is cut off", path.display());
        }
        Some("json") => {
            let parsed = serde_json::from_slice::<serde_json::Value>(bytes);
            assert!(parsed.is_ok(), "{}: {parsed:?}", path.display());
        }
        Some("html") => assert!(bytes.trim_ascii_end().ends_with(b"</html>"), "{} is cut off", path.display()),
        _ => {}
    }
}

/// The real binary.
pub(crate) fn binary() -> std::process::Command {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_wellsourced"));
    for name in ["WELLSOURCED_CONFIG", "WELLSOURCED_STORE_URL", "WELLSOURCED_LOG"] {
        command.env_remove(name);
    }
    command
}

/// Copies a folder with everything in it.
pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

fn gather(folder: &Path, files: &mut BTreeMap<PathBuf, (Vec<u8>, SystemTime)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let path = entry.path();
        if entry.file_name() == ".wellsourced" {
            continue;
        }
        if path.is_dir() {
            gather(&path, files);
        } else {
            let modified = entry.metadata().unwrap().modified().unwrap();
            files.insert(path.clone(), (fs::read(&path).unwrap(), modified));
        }
    }
}

/// A story as a test writes it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Story {
    pub(crate) title: String,
    pub(crate) url: Option<String>,
    pub(crate) text: String,
}

/// A post as a test writes it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Post {
    pub(crate) number: Option<u32>,
    pub(crate) title: String,
    pub(crate) date: String,
    pub(crate) tags: Vec<String>,
    pub(crate) stories: Vec<Story>,
}

impl Post {
    /// The post as Markdown, in the form that digests have today.
    pub(crate) fn markdown(&self) -> String {
        let number = self.number.map(|number| format!("#{number} ")).unwrap_or_default();
        let tags = self.tags.iter().fold(String::new(), |tags, tag| tags + "- " + tag + "\n");
        let mut text =
            format!("---\ntitle: '每日观察 {number}{}'\ndate: '{}'\ntags:\n{tags}---\n\n", self.title, self.date);
        for story in &self.stories {
            write!(text, "### {}\n\n{}\n\n", story.title, story.text).unwrap();
            if let Some(url) = &story.url {
                write!(text, "> **[消息来源：Somewhere]({url})**\n\n").unwrap();
            }
            text.push_str("> 编者点评：再看看。\n\n");
        }
        text
    }
}

/// A story with a source, distinct from those of other seeds.
pub(crate) fn story(seed: u32) -> Story {
    Story {
        title: format!("Story {seed}"),
        url: Some(format!("https://source{}.example/{seed}", seed % 3)),
        text: prose(seed),
    }
}

/// Text of some sixty words, unlike that of any other seed.
pub(crate) fn prose(seed: u32) -> String {
    let mut state = u64::from(seed).wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(1);
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let mut word = || char::from_u32(0x4e00 + u32::try_from(next() % 0x4000).unwrap()).unwrap();
    (0..60).map(|_| word()).collect()
}

/// A post of some stories.
pub(crate) fn post(number: u32, seeds: &[u32]) -> Post {
    Post {
        number: Some(number),
        title: format!("Edition {number}"),
        date: format!("2026-05-{:02} 08:00:00", number % 28 + 1),
        tags: vec!["AI".into(), "开源".into()],
        stories: seeds.iter().map(|seed| story(*seed)).collect(),
    }
}
