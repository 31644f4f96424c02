//! The large trial: rounds in which every feed and a share of the links is due, new entries come, and faults of every kind at moments
//! that a printed seed decides. A round stands for five minutes, since the clock of the nodes is the machine's.
//!
//! What must hold at every moment is judged by others meanwhile: the web, the watchers and the store's own audit.

use super::audit;
use super::cluster::{Cluster, Round};
use super::faults_mixed::Faults;
use super::node::Node;
use super::support::postgres::{Server, Wire};
use super::watcher::{Known, Looks, Watcher};
use super::web::Web;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// How large a trial is.
struct Size {
    nodes: usize,
    hosts: usize,
    rounds: usize,
    /// Entries that each feed has in the end.
    entries: usize,
    /// One of so many links is due in a round; all in the last one.
    shares: usize,
    /// For how long faults come in a round.
    faults: Duration,
    /// After so many rounds everything is put right, and looked at.
    rests: usize,
    /// Between two starts on a host.
    interval: Duration,
    /// How long it may take until everybody has everything.
    patience: Duration,
}

const LARGE: Size = Size {
    nodes: 4,
    hosts: 1000,
    rounds: 24,
    entries: 20,
    shares: 8,
    faults: Duration::from_secs(30),
    rests: 6,
    interval: Duration::from_millis(500),
    patience: Duration::from_mins(8),
};

const SMALL: Size = Size {
    nodes: 4,
    hosts: 16,
    rounds: 3,
    entries: 3,
    shares: 2,
    faults: Duration::from_secs(10),
    rests: 3,
    interval: Duration::from_millis(200),
    patience: Duration::from_mins(4),
};

/// Pages that take a while, so that several of a host would meet.
const SLOW: Duration = Duration::from_millis(900);

/// Requests of one node to one host at once, as nodes do by default.
const PER_HOST: usize = 2;

/// Between two looks at what goes on.
const PAUSE: Duration = Duration::from_millis(100);

/// Nodes are asked for a cycle again after this, while faults come: who was killed does not remember.
const ASKED_ON: Duration = Duration::from_secs(5);

/// And where all is well and something is not there yet.
const ASKED_AGAIN: Duration = Duration::from_secs(20);

/// Feeds are due again where something is not there after this: what was asked just before a round began was asked too early.
const DUE_AGAIN: Duration = Duration::from_secs(90);

#[test]
fn faults_of_every_kind_at_random_moments_are_made_up_for() {
    run(&SMALL);
}

#[test]
#[ignore = "half an hour: cargo test --release --test nodes -- --ignored --nocapture two_virtual_hours"]
fn two_virtual_hours_of_a_thousand_feeds() {
    run(&LARGE);
}

fn run(size: &Size) {
    let Some(mut trial) = Trial::begin(size) else { return };
    for number in 1..size.rounds {
        trial.round(number);
    }
    trial.last_round();
    trial.end();
}

struct Trial<'s> {
    size: &'s Size,
    cluster: Cluster,
    faults: Faults,
    watchers: Vec<Watcher>,
    looks: Looks,
    began: Instant,
}

impl<'s> Trial<'s> {
    /// Everybody runs and has the first entries.
    fn begin(size: &'s Size) -> Option<Self> {
        let server: &Server = Box::leak(Box::new(Server::start()?));
        let web = Web::with(size.hosts, size.interval, SLOW);
        let mut cluster = Cluster::around(server, web);
        let mut wires = Vec::new();
        for number in 0..size.nodes {
            let (name, role, wire) = (format!("node-{number}"), format!("node_{number}"), Wire::to(server));
            audit::admit(server, &role);
            let through = cluster.store.replacen(&format!(":{}/", server.port()), &format!(":{}/", wire.port()), 1);
            let node = cluster.another(&name, &through.replacen("feeds@", &format!("{role}@"), 1));
            cluster.nodes.push(node);
            wires.push(wire);
        }
        let faults = Faults::new(wires);
        eprintln!("{} nodes, {} hosts, {} rounds, seed {}", size.nodes, size.hosts, size.rounds, faults.seed);
        let mut trial =
            Self { size, cluster, faults, watchers: Vec::new(), looks: Looks::default(), began: Instant::now() };
        trial.cluster.begin(Round { grows: true, links: (0, 1) });
        trial.cluster.nodes[0].start();
        audit::begin(server, trial.cluster.schema());
        let known = Known::default();
        for node in &mut trial.cluster.nodes[1..] {
            node.start();
        }
        trial.watchers = trial.cluster.nodes.iter().map(|node| Watcher::start(node, size.hosts, &known)).collect();
        trial.cluster.ask();
        trial.until_all_is_there("the first entries");
        Some(trial)
    }

    /// New entries, and faults for a while.
    fn round(&mut self, number: usize) {
        let Size { rounds, entries, shares, .. } = *self.size;
        // Spread evenly over the rounds.
        let grows = number * entries / rounds > (number - 1) * entries / rounds;
        self.cluster.begin(Round { grows, links: (number % shares, shares) });
        self.cluster.ask();
        let (began, mut asked) = (Instant::now(), Instant::now());
        let is_last = number + 1 == rounds;
        while began.elapsed() < self.size.faults || (is_last && !self.faults.were_of_every_kind()) {
            self.faults.go_on(&mut self.cluster);
            if asked.elapsed() > ASKED_ON {
                self.cluster.ask();
                asked = Instant::now();
            }
            self.look();
            std::thread::sleep(PAUSE);
        }
        if number.is_multiple_of(self.size.rests) {
            self.rest(&format!("round {number}"));
        }
    }

    /// The last entries come, and every link is due once more.
    fn last_round(&mut self) {
        self.rest("before the last round");
        while self.cluster.entries < self.size.entries {
            self.cluster.begin(Round { grows: true, links: (0, 1) });
            self.cluster.ask();
            self.until_all_is_there("the last entries");
        }
        self.cluster.begin(Round { grows: false, links: (0, 1) });
        self.cluster.ask();
        self.until_all_is_there("everything once more");
    }

    /// Nobody is harmed any more, and everybody has everything.
    fn rest(&mut self, when: &str) {
        while self.faults.mend_all(&mut self.cluster) {
            self.look();
            std::thread::sleep(PAUSE);
        }
        self.cluster.ask();
        self.until_all_is_there(when);
    }

    /// Nobody found a fault, and nobody ended who was not killed.
    fn look(&mut self) {
        if let Some(place) = self.watchers.iter().position(|watcher| !watcher.is_content()) {
            self.watchers.swap_remove(place).end();
        }
        for node in &mut self.cluster.nodes {
            assert!(!node.has_ended(), "{} ended by itself:\n{}", node.name, node.log());
        }
    }

    fn until_all_is_there(&mut self, when: &str) {
        let (began, mut asked, mut due) = (Instant::now(), Instant::now(), Instant::now());
        loop {
            let lacking = self.lacking();
            let Some(lacking) = lacking else { break };
            self.look();
            assert!(began.elapsed() < self.size.patience, "{when}: {lacking} after {:?}", began.elapsed());
            if due.elapsed() > DUE_AGAIN {
                self.cluster.make_feeds_due();
                due = Instant::now();
            }
            // Whoever is at work will see.
            if asked.elapsed() > ASKED_AGAIN && !lacking.contains(" is at work") {
                self.cluster.ask();
                asked = Instant::now();
            }
            std::thread::sleep(PAUSE);
        }
        let (seconds, took) = (self.began.elapsed().as_secs(), began.elapsed().as_secs());
        eprintln!("{seconds:5} s: {when}, {} entries, all there after {took} s; {}", self.cluster.entries, self.faults);
        self.judge();
    }

    /// What is not as it is to be yet: first what the store knows of, then what each node published.
    fn lacking(&self) -> Option<String> {
        let undone = self.ask_store(
            "SELECT told FROM (
                 SELECT format('%s links are due', COUNT(*)) AS told, COUNT(*) AS count FROM links
                     WHERE next_check <= extract(epoch FROM now())
                 UNION ALL SELECT format('%s feeds are due', COUNT(*)), COUNT(*) FROM polls
                     WHERE CAST(state AS JSONB) -> 'next' IS NULL
                 UNION ALL SELECT format('%s marks', COUNT(*)), COUNT(*) FROM
                     (SELECT item_id FROM dirty_items UNION ALL SELECT edition_id FROM dirty_editions) AS marks
                 UNION ALL SELECT format('%s is at work: %s', name, doing), 1 FROM nodes WHERE doing <> ''
                 UNION ALL SELECT format('%s lacks %s files', name, behind), 1 FROM nodes
                     WHERE CAST(generation AS TEXT) <> (SELECT value FROM meta WHERE key = 'generation')
             ) AS undone WHERE count > 0",
        );
        if !undone.is_empty() {
            return Some(undone.join(", "));
        }
        let wanted = self.cluster.web.titles(self.cluster.entries);
        let lacks = |node: &&Node| node.titles_by_source() != wanted;
        if let Some(node) = self.cluster.nodes.iter().find(lacks) {
            let (has, wants) = (node.titles_by_source().len(), wanted.len());
            return Some(format!("{} has {has} of {wants} entries", node.name));
        }
        let first = self.cluster.nodes[0].published();
        let other = self.cluster.nodes.iter().find(|node| node.published() != first)?;
        Some(format!("{} has other files than the first", other.name))
    }

    fn ask_store(&self, sql: &str) -> Vec<String> {
        audit::rows(self.cluster.server, self.cluster.schema(), sql)
    }

    /// Nobody asked or wrote what was not his to.
    fn judge(&self) {
        self.cluster.assert_polite();
        let (most, closest) = self.cluster.web.by_one_node();
        assert!(most <= PER_HOST, "one node asked {most} things of one host at once");
        // Three intervals, less what one may come late that was under way when its node stood still.
        assert!(closest >= self.size.interval, "one node made four starts on a host in {closest:?}");
        audit::assert_nothing_stale(self.cluster.server, self.cluster.schema());
    }

    fn end(mut self) {
        for watcher in std::mem::take(&mut self.watchers) {
            let looks = watcher.end();
            self.looks.files += looks.files;
            self.looks.answers += looks.answers;
        }
        self.judge();
        let asked: BTreeMap<String, usize> = self.cluster.web.asked().into_iter().collect();
        let (most, closest) = self.cluster.web.by_one_node();
        eprintln!(
            "{} s; {}; requests {asked:?}, at most {most} at once, four in {closest:?}; judged {:?}; looked at {:?}",
            self.began.elapsed().as_secs(),
            self.faults,
            audit::judged(self.cluster.server, self.cluster.schema()),
            self.looks,
        );
        let began = Instant::now();
        self.cluster.assert_as_undisturbed_but_for_moments();
        eprintln!("the same bytes as one node that nothing happened to, which took {} s", began.elapsed().as_secs());
    }
}
