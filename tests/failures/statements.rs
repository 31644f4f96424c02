//! A store that fails at the n-th statement, for every n of a cycle that does a little of everything.

use crate::support::{Site, Story, noon, post, story};
use crate::upstream::{A_DAY, Entry, Upstream};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};
use wellsourced::config::{self, Environment};
use wellsourced::pipeline::{self, Report};
use wellsourced::store::Store;
use wellsourced::telemetry::Progress;
use wiremock::ResponseTemplate;

/// Against a cycle that never ends; one that ends takes a fraction of a second.
const PATIENCE: Duration = Duration::from_mins(1);

/// Statements that ended since the count was last set.
static ENDED: AtomicUsize = AtomicUsize::new(0);

/// From so many on, the store fails.
static FAILS_FROM: AtomicUsize = AtomicUsize::new(usize::MAX);

/// Whether it works again after it failed once.
static FAILS_ONCE: AtomicBool = AtomicBool::new(false);

/// Whether it failed.
static FAILED: AtomicBool = AtomicBool::new(false);

/// Counts the statements that end, of which the library that speaks to SQLite logs each.
struct Counter;

impl Subscriber for Counter {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "sqlx::query"
    }

    fn event(&self, _: &Event<'_>) {
        ENDED.fetch_add(1, Ordering::SeqCst);
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

fn works() -> bool {
    let is_due = ENDED.load(Ordering::SeqCst) >= FAILS_FROM.load(Ordering::SeqCst);
    let failed = is_due && FAILED.swap(true, Ordering::SeqCst);
    !is_due || (failed && FAILS_ONCE.load(Ordering::SeqCst))
}

/// Every file of the store and of the published directory.
fn everything(site: &Site) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    gather(&site.path("feeds"), &mut files);
    files.insert(site.path("store.db"), fs::read(site.path("store.db")).unwrap());
    files
}

fn gather(folder: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            gather(&path, files);
        } else {
            files.insert(path.clone(), fs::read(&path).unwrap());
        }
    }
}

fn put_back(site: &Site, files: &BTreeMap<PathBuf, Vec<u8>>) {
    site.lose_store();
    fs::remove_dir_all(site.path("feeds")).unwrap();
    for (path, bytes) in files {
        site.write(path.to_str().unwrap(), bytes);
    }
}

/// A cycle that collects a post and a feed, checks links, publishes, and finds an archived copy.
struct Stage {
    site: Site,
    upstream: Upstream,
}

impl Stage {
    /// The site as it was published before.
    async fn before() -> Self {
        let upstream = Upstream::start().await;
        for page in ["/good", "/other"] {
            upstream.answer(page, ResponseTemplate::new(200).set_body_string("<title>A page</title><p>Text.</p>"));
        }
        let first = Entry::number(1).linked(&upstream.url("/good"));
        upstream.serve("/feed", "Alpha", std::slice::from_ref(&first));
        let site = Site::new("");
        site.configure(
            "",
            &format!(
                "[[inputs]]\nname = \"feed\"\nfeed = \"{}\"\n[net]\nallow_networks = [\"127.0.0.0/8\"]\ninterval = \"0s\"\n\
                 [verify]\nconfirm_gone = {{ checks = 2, over = \"1d\" }}\n[archive]\nurl = \"{}\"\n",
                upstream.url("/feed"),
                upstream.url("/archive/"),
            ),
        );
        let citing = |seed, page: &str| Story { url: Some(upstream.url(page)), ..story(seed) };
        site.write("posts/1.md", crate::support::Post { stories: vec![citing(1, "/dead")], ..post(1, &[]) }.markdown());
        let report = site.cycle_async(noon(), false).await;
        assert_eq!((report.items, report.checks.checked), (2, 2), "{report:?}");
        site.write(
            "posts/2.md",
            crate::support::Post { stories: vec![citing(2, "/other")], ..post(2, &[]) }.markdown(),
        );
        let entries = [Entry::number(2).linked(&upstream.url("/other?2")), first];
        upstream.serve("/feed", "Alpha", &entries);
        Self { site, upstream }
    }

    /// Whether the archive has a copy of the link that is gone.
    fn archive(&self, has_copy: bool) {
        let dead = self.upstream.url("/dead");
        let copy = self.upstream.url(&format!("/archive/web/20260502101112/{dead}"));
        let answer = ResponseTemplate::new(if has_copy { 302 } else { 404 }).insert_header("location", copy.as_str());
        self.upstream.answer(&format!("/archive/web/20260502000000/{dead}"), answer);
    }

    /// The cycle a day later; what came of it, or why it failed.
    async fn cycle(&self) -> Result<Report, String> {
        ENDED.store(0, Ordering::SeqCst);
        let mut settings = config::load(&self.site.path("wellsourced.toml"), &Environment::default()).unwrap();
        settings.cycle.verify.check.backoff = Duration::from_millis(1);
        let cycle = async {
            let store = Store::open_failing(&settings.store_url, works).await.map_err(|error| error.to_string())?;
            let (progress, stop) = (Progress::hidden(), CancellationToken::new());
            let report = pipeline::run(&store, &settings.cycle, &progress, noon() + A_DAY, &stop).await;
            store.close().await;
            report.map_err(|error| error.to_string())
        };
        timeout(PATIENCE, cycle).await.expect("the cycle does not end")
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_statement_fails_the_cycle_ends_and_readers_keep_what_they_had() {
    tracing::subscriber::set_global_default(Counter).unwrap();
    let stage = Stage::before().await;
    let before = everything(&stage.site);
    let mut states = vec![stage.site.bytes()];
    for has_copy in [false, true] {
        put_back(&stage.site, &before);
        stage.archive(has_copy);
        let report = stage.cycle().await.unwrap();
        assert_eq!((report.items, report.failure.as_deref()), (4, None), "{report:?}");
        assert_eq!((report.checks.checked, report.copies), (4, usize::from(has_copy)), "{report:?}");
        states.push(stage.site.bytes());
    }
    let statements = ENDED.load(Ordering::SeqCst);
    assert!(statements > 100, "{statements} statements");
    // It stays broken at every statement, and works again after every third, to save time.
    let faults = (0..statements).flat_map(|at| [(at, false), (at, true)]).filter(|(at, once)| !once || at % 3 == 0);
    for (at, once) in faults {
        put_back(&stage.site, &before);
        FAILED.store(false, Ordering::SeqCst);
        FAILS_ONCE.store(once, Ordering::SeqCst);
        FAILS_FROM.store(at, Ordering::SeqCst);
        let outcome = stage.cycle().await;
        FAILS_FROM.store(usize::MAX, Ordering::SeqCst);
        if !FAILED.load(Ordering::SeqCst) {
            // Which links are checked first, and so how many statements there are, is chance.
            assert!(at + 10 > statements, "{at} of {statements}");
            continue;
        }
        let why = match &outcome {
            Err(why) => why,
            Ok(report) => report.failure.as_ref().unwrap_or_else(|| panic!("{at}: nothing is said of it: {report:?}")),
        };
        assert!(why.contains("the store"), "{at}: {why}");
        let is = stage.site.bytes();
        assert!(states.contains(&is), "{at}: what is published is neither what was nor what comes: {why}");
        if at % 12 == 0 {
            assert_eq!(stage.cycle().await.unwrap().failure, None, "{at}");
            assert!(states[2] == stage.site.bytes(), "{at}: the next cycle does not complete");
        }
    }
}
