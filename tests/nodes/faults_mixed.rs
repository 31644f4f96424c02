//! Faults of every kind in a random order, each mended after a while: nodes that are killed or stand still, wires to the store that are
//! cut or carry nothing, a store that crashes.

use super::cluster::Cluster;
use super::support::postgres::Wire;
use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::ops::Range;
use std::time::{Duration, Instant};

/// Milliseconds between two faults.
const PAUSES: Range<u64> = 500..5000;

/// What may happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fault {
    /// SIGKILL, and a start a while later.
    Killed,
    /// SIGSTOP, for less than a lease.
    Stopped,
    /// SIGSTOP, for longer than a lease.
    StoppedForLong,
    /// The wire to the store is cut.
    Cut,
    /// The wire to the store carries nothing.
    Silent,
    /// PostgreSQL ends as it does in a crash, and starts again.
    Crashed,
}

impl Fault {
    /// Every kind.
    const ALL: [Self; 6] = [Self::Killed, Self::Stopped, Self::StoppedForLong, Self::Cut, Self::Silent, Self::Crashed];

    /// How often each kind comes among the others.
    fn share(self) -> usize {
        match self {
            Self::Killed => 9,
            Self::Cut | Self::Silent => 2,
            Self::Stopped | Self::StoppedForLong | Self::Crashed => 1,
        }
    }

    /// How long it lasts, milliseconds.
    fn lasts(self) -> Range<u64> {
        match self {
            Self::Killed => 100..3000,
            Self::Stopped | Self::Cut | Self::Silent => 1000..25_000,
            Self::StoppedForLong => 65_000..75_000,
            Self::Crashed => 0..1,
        }
    }
}

/// What is wrong with a node at present.
#[derive(Clone, Copy)]
struct Harm {
    fault: Fault,
    until: Instant,
}

/// The faults of a trial.
pub(crate) struct Faults {
    /// By it the same faults come again in the same order.
    pub(crate) seed: u64,
    chance: u64,
    wires: Vec<Wire>,
    harmed: Vec<Option<Harm>>,
    /// What comes next, the last one first.
    ahead: Vec<Fault>,
    next: Instant,
    counts: BTreeMap<Fault, usize>,
}

impl Faults {
    /// Of nodes that reach the store by these wires. The seed is the environment's, where it names one.
    pub(crate) fn new(wires: Vec<Wire>) -> Self {
        let given = std::env::var("TRIAL_SEED").ok().map(|seed| seed.parse().expect("a seed is a number"));
        let seed = given.unwrap_or_else(|| RandomState::new().build_hasher().finish() >> 16);
        let harmed = wires.iter().map(|_| None).collect();
        let chance = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        // Each kind once, before they come as often as they do.
        let ahead = Fault::ALL.to_vec();
        let mut faults = Self { seed, chance, wires, harmed, ahead, next: Instant::now(), counts: BTreeMap::new() };
        faults.shuffle();
        faults
    }

    /// Whether each kind came.
    pub(crate) fn were_of_every_kind(&self) -> bool {
        self.counts.len() == Fault::ALL.len()
    }

    fn random(&mut self, range: Range<u64>) -> u64 {
        self.chance ^= self.chance << 13;
        self.chance ^= self.chance >> 7;
        self.chance ^= self.chance << 17;
        range.start + (self.chance >> 11) % (range.end - range.start)
    }

    fn place(&mut self, of: usize) -> usize {
        usize::try_from(self.random(0..u64::try_from(of).unwrap())).unwrap()
    }

    fn shuffle(&mut self) {
        for place in (1..self.ahead.len()).rev() {
            let other = self.place(place + 1);
            self.ahead.swap(place, other);
        }
    }

    /// Mends what lasted long enough, and does harm where it is time to.
    pub(crate) fn go_on(&mut self, cluster: &mut Cluster) {
        self.mend(cluster, |harm| harm.until <= Instant::now());
        if self.next <= Instant::now() {
            self.harm(cluster);
            self.next = Instant::now() + Duration::from_millis(self.random(PAUSES));
        }
    }

    /// Mends everything but nodes that are to stand still for longer; whether there are any.
    pub(crate) fn mend_all(&mut self, cluster: &mut Cluster) -> bool {
        self.mend(cluster, |harm| harm.fault != Fault::StoppedForLong || harm.until <= Instant::now());
        self.harmed.iter().any(Option::is_some)
    }

    /// The next fault, on a node that is well; at least one stays so.
    fn harm(&mut self, cluster: &mut Cluster) {
        if self.ahead.is_empty() {
            self.ahead = Fault::ALL.iter().flat_map(|fault| vec![*fault; fault.share()]).collect();
            self.shuffle();
        }
        let well: Vec<usize> = (0..self.harmed.len()).filter(|node| self.harmed[*node].is_none()).collect();
        if well.len() < 2 {
            return;
        }
        let fault = self.ahead.pop().unwrap();
        let node = well[self.place(well.len())];
        match fault {
            Fault::Killed => cluster.nodes[node].kill(),
            Fault::Stopped | Fault::StoppedForLong => cluster.nodes[node].signal("STOP"),
            Fault::Cut => self.wires[node].cut(true),
            Fault::Silent => self.wires[node].silence(true),
            Fault::Crashed => cluster.server.crash_and_restart(),
        }
        let until = Instant::now() + Duration::from_millis(self.random(fault.lasts()));
        self.harmed[node] = Some(Harm { fault, until });
        *self.counts.entry(fault).or_default() += 1;
    }

    fn mend(&mut self, cluster: &mut Cluster, is_over: impl Fn(Harm) -> bool) {
        for (node, harmed) in self.harmed.iter_mut().enumerate() {
            let Some(harm) = harmed.filter(|harm| is_over(*harm)) else { continue };
            match harm.fault {
                Fault::Killed => {
                    // What it had open is closed, so that nothing piles up.
                    self.wires[node].cut(true);
                    self.wires[node].cut(false);
                    cluster.nodes[node].start();
                }
                Fault::Stopped | Fault::StoppedForLong => cluster.nodes[node].signal("CONT"),
                Fault::Cut => self.wires[node].cut(false),
                Fault::Silent => self.wires[node].silence(false),
                Fault::Crashed => {}
            }
            *harmed = None;
        }
    }
}

impl Display for Faults {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let counts: Vec<String> = self.counts.iter().map(|(fault, count)| format!("{count} {fault:?}")).collect();
        f.write_str(&counts.join(", "))
    }
}
