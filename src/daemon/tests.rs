//! A simulated year of the loop: a clock that is stepped, cycles that only take time, and everything that happens to a machine.
//!
//! What is right is told from what the clock on the wall did, second by second: a cycle is owed when it passes a slot; one that
//! is owed begins when the loop has next woken, when none runs; one that is not owed does not begin.

#![allow(clippy::unwrap_used, reason = "a test may fail where it stands")]

use super::agenda::Agenda;
use super::clock::Clock;
use super::scheduler::{self, Ended, LONGEST, Running, Task, Work};
use super::signals::{Signal, Signals};
use crate::schedule::Schedule;
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio::sync::{Notify, oneshot};
use tokio::task::{JoinError, JoinHandle};

const YEAR: i64 = 365 * 24 * 3600;

/// What happens to the machine and its clock.
#[derive(Debug, Clone, Copy)]
enum Event {
    /// The clock is set, or the machine slept: what it shows moves by seconds, and nothing else does.
    Moved(i64),
    /// The daemon is told to end and starts again; what runs is cut off.
    Restarted,
    /// The daemon is down for seconds.
    Down(i64),
    /// Somebody asks for a cycle.
    Asked,
    /// The configuration is to be read again, several times over; perhaps somebody asks for a cycle behind that.
    Reloaded { asked: bool },
}

/// The machine.
#[derive(Debug, Default)]
struct State {
    /// Seconds that the machine has run.
    running_for: i64,
    /// What the clock shows beside that.
    shift: i64,
    sleepers: BTreeMap<(i64, u64), oneshot::Sender<()>>,
    count: u64,
    /// The cycle under way.
    cycle: Option<DateTime<Utc>>,
    /// The slot that the store remembers.
    stored: Option<DateTime<Utc>>,
    /// Since when a cycle is owed.
    owed: Option<i64>,
    /// The slot after an instant, so that it is not searched every second.
    upcoming: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// Until when a clock that was set back may not have been noticed.
    unnoticed: i64,
    begun: u32,
    done: u32,
}

#[derive(Debug, Clone)]
struct World {
    schedule: Schedule,
    longest: Duration,
    state: Arc<Mutex<State>>,
}

impl World {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// How late the loop may notice something, seconds.
    fn patience(&self) -> i64 {
        self.longest.as_secs().cast_signed()
    }

    /// The clock has moved from `before`: sees which slots it passed.
    fn pass(&self, before: DateTime<Utc>) {
        let now = self.now();
        let mut state = self.state();
        let Some(last) = state.cycle.or(state.stored) else { return };
        if now < before {
            // What was owed for slots that lie ahead again is owed no more.
            let still = self.schedule.latest_at(now).is_some_and(|slot| last <= now && slot > last);
            state.owed = state.owed.filter(|_| still);
            state.unnoticed = state.running_for + self.patience();
            return;
        }
        if state.upcoming.is_some_and(|(after, slot)| after <= before && now < slot) {
            return;
        }
        let passed = self.schedule.latest_at(now).filter(|slot| *slot > before);
        // The last slot does not come twice when the clock was set back a little; set back far, those before it count.
        let counts = passed.is_some_and(|slot| slot != last && (last > now || slot > last));
        let is_noticed = last <= now || state.running_for > state.unnoticed;
        if counts && is_noticed && state.owed.is_none() {
            state.owed = Some(state.running_for);
        }
        state.upcoming = self.schedule.next_after(now).map(|next| (now, next));
    }
}

impl Clock for World {
    fn now(&self) -> DateTime<Utc> {
        let state = self.state();
        let start: DateTime<Utc> = "2026-01-01T00:00:07Z".parse().unwrap();
        start + TimeDelta::seconds(state.running_for + state.shift)
    }

    async fn sleep(&self, time: Duration) {
        let awake = {
            let mut state = self.state();
            let (sender, awake) = oneshot::channel();
            state.count += 1;
            let seconds = i64::try_from(time.as_millis().div_ceil(1000)).unwrap();
            let key = (state.running_for + seconds, state.count);
            state.sleepers.insert(key, sender);
            awake
        };
        // A sleeper that is forgotten sleeps for ever.
        if awake.await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// Cycles that only take time.
struct Fake {
    world: World,
    /// Whether one more cycle than are owed is right: the first, one cut off, one asked for.
    free: Arc<Mutex<bool>>,
    lengths: Arc<Mutex<Random>>,
}

impl Work for Fake {
    fn start(&self, slot: DateTime<Utc>) -> JoinHandle<Ended> {
        let world = self.world.clone();
        let now = world.now();
        {
            let mut state = world.state();
            assert_eq!(state.cycle, None, "cycles overlap at {now}");
            let is_free = std::mem::take(&mut *self.free.lock().unwrap());
            let is_owed = state.owed.take().is_some() || state.running_for <= state.unnoticed;
            assert!(is_owed || is_free, "nobody is owed a cycle at {now}, slot {slot}, {state:?}");
            assert_eq!(Some(slot), world.schedule.latest_at(now));
            state.cycle = Some(slot);
            state.begun += 1;
        }
        // Most are short; one in fifty takes longer than an interval.
        let length = match self.lengths.lock().unwrap().below(50) {
            0 => 2000,
            length => length,
        };
        tokio::spawn(async move {
            world.sleep(Duration::from_secs(length.unsigned_abs())).await;
            let mut state = world.state();
            (state.stored, state.cycle) = (state.cycle, None);
            state.done += 1;
            let running_for = state.running_for;
            // It could not begin while this one ran.
            state.owed = state.owed.map(|_| running_for);
            Ended::Done
        })
    }

    fn reload(&self) -> JoinHandle<Option<Schedule>> {
        let schedule = self.world.schedule.clone();
        tokio::spawn(async move { Some(schedule) })
    }

    fn broke_off(&self, task: Task, error: &JoinError) {
        panic!("{task:?}: {error}");
    }

    fn round(&mut self, _: Option<DateTime<Utc>>) {}
}

/// xorshift64: the same year every time.
#[derive(Debug)]
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> i64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        i64::try_from(self.0 % bound).unwrap()
    }

    /// Something happens every eleven hours or so.
    fn events(&mut self) -> Vec<(i64, Event)> {
        let mut events = Vec::new();
        let mut at = 3600;
        while at < YEAR {
            events.push((
                at,
                match self.below(14) {
                    0 | 1 => Event::Moved(self.below(12 * 3600)),
                    2 => Event::Moved(-self.below(5)),
                    3 => Event::Moved(-self.below(900)),
                    4 => Event::Moved(-self.below(3 * 3600)),
                    5 => Event::Moved(self.below(40 * 24 * 3600)),
                    6 => Event::Moved(-self.below(40 * 24 * 3600)),
                    7 | 8 => Event::Down(self.below(6 * 3600)),
                    9 => Event::Asked,
                    12 => Event::Reloaded { asked: false },
                    13 => Event::Reloaded { asked: true },
                    _ => Event::Restarted,
                },
            ));
            at += 1 + self.below(22 * 3600);
        }
        events
    }
}

/// A daemon's loop at work.
struct Daemon {
    signals: Arc<Signals>,
    task: JoinHandle<Option<Running>>,
}

impl Daemon {
    fn start(world: &World, free: &Arc<Mutex<bool>>, lengths: &Arc<Mutex<Random>>) -> Self {
        let signals = Arc::<Signals>::default();
        let heard = Arc::clone(&signals);
        let (clock, free, lengths) = (world.clone(), Arc::clone(free), Arc::clone(lengths));
        let stored = world.state().stored;
        let task = tokio::spawn(async move {
            let mut agenda = Agenda::new(clock.schedule.clone(), stored);
            let mut work = Fake { world: clock.clone(), free, lengths };
            scheduler::run(&clock, &mut work, &mut agenda, &heard, clock.longest).await
        });
        Self { signals, task }
    }

    /// Ends it; a cycle under way is cut off.
    async fn end(self, world: &World, free: &Mutex<bool>) {
        self.signals.raise(Signal::Terminate);
        if let Some(running) = self.task.await.unwrap() {
            running.task.abort();
            let _ = running.task.await;
        }
        let mut state = world.state();
        *free.lock().unwrap() |= state.cycle.take().is_some();
        state.sleepers.clear();
    }
}

/// Lets everything run that can.
async fn settle() {
    for _ in 0..5 {
        tokio::task::yield_now().await;
    }
}

/// A year of a loop that wakes at least this often; gives how many cycles were done.
async fn year(expression: &str, seed: u64, longest: Duration) -> u32 {
    let schedule = Schedule::parse(expression, Tz::Europe__Berlin).unwrap();
    let world = World { schedule, longest, state: Arc::default() };
    let mut random = Random(seed);
    let mut events = random.events().into_iter().peekable();
    let (free, lengths) = (Arc::new(Mutex::new(true)), Arc::new(Mutex::new(random)));
    let mut daemon = Some(Daemon::start(&world, &free, &lengths));
    settle().await;
    while world.state().running_for < YEAR {
        let before = world.now();
        let next = world.state().sleepers.first_key_value().map(|(key, _)| *key).unwrap();
        match events.next_if(|(at, _)| *at <= next.0) {
            None => {
                let sleeper = {
                    let mut state = world.state();
                    state.running_for = next.0;
                    state.sleepers.remove(&next)
                };
                world.pass(before);
                let _ = sleeper.unwrap().send(());
            }
            Some((at, event)) => {
                {
                    let mut state = world.state();
                    state.running_for = state.running_for.max(at);
                }
                world.pass(before);
                happen(event, &world, &mut daemon, &free, &lengths).await;
            }
        }
        settle().await;
        let state = world.state();
        let is_late =
            state.cycle.is_none() && state.owed.is_some_and(|owed| state.running_for > owed + world.patience());
        assert!(!is_late, "a cycle is missed: {state:?}");
    }
    let state = world.state();
    assert!(state.begun >= state.done);
    state.done
}

async fn happen(
    event: Event,
    world: &World,
    daemon: &mut Option<Daemon>,
    free: &Arc<Mutex<bool>>,
    lengths: &Arc<Mutex<Random>>,
) {
    let move_by = |seconds: i64| {
        let before = world.now();
        world.state().shift += seconds;
        world.pass(before);
    };
    match event {
        Event::Moved(seconds) => move_by(seconds),
        Event::Asked => {
            *free.lock().unwrap() = true;
            daemon.as_ref().unwrap().signals.raise(Signal::Now);
        }
        Event::Reloaded { asked } => {
            let signals = &daemon.as_ref().unwrap().signals;
            (0..100).for_each(|_| signals.raise(Signal::Reload));
            if asked {
                *free.lock().unwrap() = true;
                signals.raise(Signal::Now);
            }
        }
        Event::Restarted | Event::Down(_) => {
            daemon.take().unwrap().end(world, free).await;
            if let Event::Down(seconds) = event {
                move_by(seconds);
            }
            owe_after_start(world);
            *daemon = Some(Daemon::start(world, free, lengths));
        }
    }
}

/// Slots behind the one that the store remembers are owed by a daemon that starts; when that one lies ahead, none is.
fn owe_after_start(world: &World) {
    let now = world.now();
    let mut state = world.state();
    let owes =
        state.stored.is_none_or(|last| last <= now && world.schedule.latest_at(now).is_some_and(|slot| slot > last));
    state.owed = owes.then_some(state.running_for);
}

#[tokio::test]
async fn a_year_of_quarters_of_an_hour() {
    // 35,040 quarters; days on which the machine was down or asleep have fewer.
    let done = year("*/15 * * * *", 1, LONGEST).await;
    assert!((20_000..36_000).contains(&done), "{done} cycles");
}

/// Cycles and reloads that end when the test says so.
#[derive(Debug, Default)]
struct Held {
    log: Arc<Mutex<Vec<&'static str>>>,
    end: Arc<Notify>,
}

impl Held {
    fn under_way<T: Send + 'static>(&self, name: &'static str, ended: T) -> JoinHandle<T> {
        self.log.lock().unwrap().push(name);
        let end = Arc::clone(&self.end);
        tokio::spawn(async move {
            end.notified().await;
            ended
        })
    }
}

impl Work for Held {
    fn start(&self, _: DateTime<Utc>) -> JoinHandle<Ended> {
        self.under_way("cycle", Ended::Done)
    }

    fn reload(&self) -> JoinHandle<Option<Schedule>> {
        self.under_way("reload", None)
    }

    fn broke_off(&self, task: Task, error: &JoinError) {
        panic!("{task:?}: {error}");
    }

    fn round(&mut self, _: Option<DateTime<Utc>>) {}
}

#[tokio::test]
async fn a_signal_is_heard_whatever_is_under_way() {
    let schedule = Schedule::parse("*/15 * * * *", Tz::UTC).unwrap();
    let world = World { schedule: schedule.clone(), longest: LONGEST, state: Arc::default() };
    let (signals, mut work) = (Arc::<Signals>::default(), Held::default());
    let (log, end, heard) = (Arc::clone(&work.log), Arc::clone(&work.end), Arc::clone(&signals));
    let ran = world.now();
    let daemon = tokio::spawn(async move {
        let mut agenda = Agenda::new(schedule, Some(ran));
        scheduler::run(&world, &mut work, &mut agenda, &heard, LONGEST).await
    });
    let reload = || (0..100).for_each(|_| signals.raise(Signal::Reload));
    reload();
    settle().await;
    assert_eq!(*log.lock().unwrap(), ["reload"]);
    reload();
    signals.raise(Signal::Now);
    settle().await;
    assert_eq!(*log.lock().unwrap(), ["reload"], "one reads the configuration, and a cycle waits for what it says");
    end.notify_one();
    settle().await;
    assert_eq!(*log.lock().unwrap(), ["reload", "reload"], "those that wait are one");
    end.notify_one();
    settle().await;
    assert_eq!(*log.lock().unwrap(), ["reload", "reload", "cycle"]);
    reload();
    settle().await;
    assert_eq!(*log.lock().unwrap(), ["reload", "reload", "cycle", "reload"], "beside the cycle");
    signals.raise(Signal::Now);
    reload();
    signals.raise(Signal::Terminate);
    settle().await;
    assert!(daemon.is_finished(), "nothing under way holds up the end");
    assert!(daemon.await.unwrap().is_some(), "the cycle under way is given back");
}

#[tokio::test]
async fn years_of_other_schedules() {
    for (expression, seed) in [("30 2 * * *", 2), ("0 */6 * * *", 3), ("0,30 1-3 * * 1-5", 4)] {
        let done = year(expression, seed, 10 * LONGEST).await;
        assert!(done > 150, "{done} cycles of {expression}");
    }
}
