//! Nodes on one store, driven round by round: each round every feed has an entry more and everything is due.

use super::audit::rows;
use super::node::Node;
use super::support::postgres::{SERVER, Server};
use super::web::Web;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Nothing here takes so long; who waits for more has failed.
const PATIENCE: Duration = Duration::from_mins(3);

/// What a round begins with.
#[derive(Clone, Copy)]
pub(crate) struct Round {
    /// Each feed has one entry more.
    pub(crate) grows: bool,
    /// Every feed is due, and which links: this one of so many shares.
    pub(crate) links: (usize, usize),
}

/// Each feed has one entry more, and everything is due.
const WHOLE: Round = Round { grows: true, links: (0, 1) };

/// The right to publish.
const PUBLISHER: &str = "name = 'publisher'";

/// The store's clock, as leases have it.
const NOW: &str = "CAST(unixepoch('subsec') * 1000 AS BIGINT)";

/// Some nodes on one store.
pub(crate) struct Cluster {
    pub(crate) nodes: Vec<Node>,
    pub(crate) web: Web,
    pub(crate) server: &'static Server,
    pub(crate) store: String,
    pub(crate) entries: usize,
    rounds: Vec<Round>,
    folder: Option<TempDir>,
}

impl Cluster {
    /// As many nodes, and hosts around them; none where PostgreSQL is not installed. Nobody runs yet.
    pub(crate) fn new(nodes: usize, hosts: usize) -> Option<Self> {
        Some(Self::on(SERVER.as_ref()?, nodes, hosts))
    }

    /// The same, of which all run and have published a first round.
    pub(crate) fn running(nodes: usize, hosts: usize) -> Option<Self> {
        let mut cluster = Self::new(nodes, hosts)?;
        cluster.grow();
        cluster.start();
        Some(cluster)
    }

    /// Starts every node, and waits until all have what there is.
    pub(crate) fn start(&mut self) {
        for node in &mut self.nodes {
            node.start();
        }
        self.until_all_have_it(&(0..self.nodes.len()).collect::<Vec<_>>());
    }

    /// The same on a server that nobody else needs.
    pub(crate) fn on(server: &'static Server, nodes: usize, hosts: usize) -> Self {
        let mut cluster = Self::around(server, Web::start(hosts));
        cluster.nodes = (0..nodes).map(|number| cluster.another(&format!("node-{number}"), &cluster.store)).collect();
        cluster
    }

    /// A store and a web without nodes.
    pub(crate) fn around(server: &'static Server, web: Web) -> Self {
        let (store, folder) = (server.place(), Some(tempfile::tempdir().unwrap()));
        Self { nodes: Vec::new(), web, server, store, entries: 0, rounds: Vec::new(), folder }
    }

    /// A node of this store whose address of the store, or of the web, is another one.
    pub(crate) fn another(&self, name: &str, store: &str) -> Node {
        Node::new(self.folder.as_ref().unwrap().path(), name, store, &self.web)
    }

    /// Each feed has one entry more, and everything is due, as soon as nobody publishes. Whoever publishes from then on knows what is
    /// due, and waits for whoever asks it: a day is published whole.
    pub(crate) fn grow(&mut self) {
        self.entries = self.web.grow();
        self.rounds.push(WHOLE);
        let began = Instant::now();
        while !make_due(self.server, self.schema(), WHOLE, &format!("{PUBLISHER} AND until <= {NOW}")) {
            assert!(began.elapsed() < PATIENCE, "somebody publishes all the time");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The same in the midst of whatever goes on: who publishes then may publish a part of a day, and the rest later.
    pub(crate) fn grow_amid(&mut self) {
        self.begin(WHOLE);
    }

    /// Begins a round, in the midst of whatever goes on.
    pub(crate) fn begin(&mut self, round: Round) {
        if round.grows {
            self.entries = self.web.grow();
        }
        self.rounds.push(round);
        make_due(self.server, self.schema(), round, PUBLISHER);
    }

    /// Everything is due.
    pub(crate) fn make_due(&self) {
        make_due(self.server, self.schema(), WHOLE, PUBLISHER);
    }

    /// Every feed is due.
    pub(crate) fn make_feeds_due(&self) {
        make_due(self.server, self.schema(), Round { grows: false, links: (1, 1) }, PUBLISHER);
    }

    /// The schema of the store.
    pub(crate) fn schema(&self) -> &str {
        schema(&self.store)
    }

    /// What one node publishes that nothing happens to, round by round, is what these have.
    pub(crate) fn assert_as_undisturbed(self) {
        self.compare(&|_, bytes| bytes);
    }

    /// The same but for when a day changed: one of which a part was published while somebody had the rest, and the rest later, was
    /// changed then.
    pub(crate) fn assert_as_undisturbed_but_for_moments(self) {
        self.compare(&without_changes_of_days);
    }

    /// Compares what is left of each file, given with its path.
    fn compare(mut self, left: &dyn Fn(&str, Vec<u8>) -> Vec<u8>) {
        let published = |node: &Node| -> BTreeMap<String, Vec<u8>> {
            let files = node.published().into_iter();
            files
                .map(|(path, bytes)| {
                    let bytes = left(&path, bytes);
                    (path, bytes)
                })
                .collect()
        };
        let had = published(&self.nodes[0]);
        self.nodes.clear();
        let store = self.server.place();
        let alone = self.another("alone", &store);
        self.web.reset();
        for round in &self.rounds {
            if round.grows {
                self.web.grow();
            }
            make_due(self.server, schema(&store), *round, PUBLISHER);
            let done = alone.once();
            assert!(done.status.success(), "{done:?}");
        }
        let has = published(&alone);
        let differing: Vec<&String> =
            had.keys().chain(has.keys()).filter(|path| had.get(*path) != has.get(*path)).collect();
        if let Some(first) = differing.first() {
            let of = |files: &BTreeMap<String, Vec<u8>>| {
                files.get(*first).map(|bytes| String::from_utf8_lossy(bytes).into_owned()).unwrap_or_default()
            };
            let (ours, theirs) = (of(&had), of(&has));
            let line = ours.lines().zip(theirs.lines()).find(|(one, other)| one != other);
            panic!("{} of {} files differ, {differing:?}: {line:?}", differing.len(), had.len());
        }
    }
}

/// The schema of a store.
pub(crate) fn schema(store: &str) -> &str {
    store.rsplit("%3D").next().unwrap()
}

/// Runs statements in the store of a cluster.
pub(crate) fn in_store(cluster: &Cluster, sql: &str) {
    cluster.server.run("feeds", "feeds", &format!("SET search_path TO {}; {sql}", cluster.schema()));
}

/// Without the moment when a day changed last, which stands in the feeds of the editions and in `sitemap.xml`.
pub(crate) fn without_changes_of_days(path: &str, bytes: Vec<u8>) -> Vec<u8> {
    if !["editions/atom.xml", "editions/rss.xml", "editions/feed.json", "sitemap.xml"].contains(&path) {
        return bytes;
    }
    let moment = r#"(<(?:atom:)?(?:updated|lastmod|lastBuildDate)>|"(?:date_modified|updated)": ?")[^<"]*"#;
    let moment = regex::bytes::Regex::new(moment).unwrap();
    moment.replace_all(&bytes, &b"$1"[..]).into_owned()
}

/// What is due in a round is due in a store, if it has a lease of which this holds. Nobody takes it meanwhile.
fn make_due(server: &Server, schema: &str, round: Round, lease: &str) -> bool {
    if !rows(server, schema, "SELECT 'nobody ran' WHERE to_regclass('leases') IS NULL").is_empty() {
        return true;
    }
    let (share, of) = round.links;
    let due = format!(
        "WITH lease AS MATERIALIZED (SELECT 'due' AS due FROM leases WHERE {lease} FOR UPDATE),
             polled AS (UPDATE polls SET state = CAST(CAST(state AS jsonb) - 'next' - 'rest' AS TEXT) FROM lease),
             checked AS (UPDATE links SET next_check = 0 FROM lease
                         WHERE abs(CAST(hashtext(key) AS BIGINT)) % {of} = {share})
         SELECT due FROM lease"
    );
    !rows(server, schema, &due).is_empty()
}

impl Cluster {
    /// Asks every node for a cycle.
    pub(crate) fn ask(&self) {
        for node in &self.nodes {
            node.signal("USR1");
        }
    }

    /// Waits until every one of these nodes has published everything, and the same.
    pub(crate) fn until_all_have_it(&self, which: &[usize]) {
        let (began, wanted) = (Instant::now(), self.web.titles(self.entries));
        let nodes: Vec<&Node> = which.iter().map(|number| &self.nodes[*number]).collect();
        loop {
            let have = |node: &&Node| node.titles() == wanted;
            if nodes.iter().all(have) {
                let first = nodes[0].published();
                if nodes.iter().all(|node| node.published() == first) {
                    return;
                }
            }
            if began.elapsed() > PATIENCE {
                let told: Vec<String> = nodes
                    .iter()
                    .map(|node| {
                        format!("{}: {} titles, {} files", node.name, node.titles().len(), node.published().len())
                    })
                    .collect();
                let logs: Vec<String> = nodes.iter().map(|node| tail(&node.log())).collect();
                panic!("{} titles wanted, {told:?}\n{}", wanted.len(), logs.join("\n---\n"));
            }
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    /// No host was asked by two nodes at once or too soon.
    pub(crate) fn assert_polite(&self) {
        let violations = self.web.violations();
        assert!(
            violations.is_empty(),
            "{} violations: {:#?}",
            violations.len(),
            &violations[..violations.len().min(10)]
        );
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if std::thread::panicking()
            && let Some(folder) = self.folder.take()
        {
            eprintln!("what the nodes logged and published is kept in {}", folder.keep().display());
        }
    }
}

fn tail(log: &str) -> String {
    let lines: Vec<&str> = log.lines().collect();
    lines[lines.len().saturating_sub(40)..].join("\n")
}
