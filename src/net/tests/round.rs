//! The engine itself, with jobs that contact nobody: what is handed out, what is not started, who waits for whom.

use super::*;
use std::collections::BTreeMap;
use std::future::pending;
use std::sync::Mutex;
use tokio::task::yield_now;

/// What a task's host does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Does {
    Answers,
    Fails,
    Panics,
    /// Never ends.
    Hangs,
    /// Wants to be left alone for so many seconds.
    Rests(i64),
    /// The same, said about another host.
    Speaks(&'static str, i64),
    /// Asked in an earlier round to be left alone for so many seconds.
    Rested(i64),
}
use Does::*;

type Task = (&'static str, Does);

/// How a task ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    Ran,
    RanWithoutRetry,
    Broke,
    /// For so many seconds.
    Held(i64),
}
use End::*;

#[derive(Debug, Default)]
struct Busy {
    /// Running now, and the most that ran at once, by host; all hosts together under "".
    hosts: BTreeMap<&'static str, (usize, usize)>,
    started: usize,
}

#[derive(Debug, Default)]
struct Script {
    busy: Arc<Mutex<Busy>>,
}

/// Counts a running task for as long as it lives.
struct Running(Arc<Mutex<Busy>>, &'static str);

impl Running {
    fn new(busy: &Arc<Mutex<Busy>>, host: &'static str) -> Self {
        let mut all = busy.lock().unwrap();
        all.started += 1;
        for name in [host, ""] {
            let (now, most) = all.hosts.entry(name).or_default();
            *now += 1;
            *most = (*most).max(*now);
        }
        Self(Arc::clone(busy), host)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let mut all = self.0.lock().unwrap();
        for name in [self.1, ""] {
            all.hosts.get_mut(name).unwrap().0 -= 1;
        }
    }
}

fn start() -> DateTime<Utc> {
    "2026-01-01T00:00:00Z".parse().unwrap()
}

impl Job for Script {
    type Task = Task;
    type Outcome = (Task, End);

    fn host(&self, task: &Task) -> String {
        task.0.to_owned()
    }

    fn not_before(&self, task: &Task, host: &str) -> Option<DateTime<Utc>> {
        assert_eq!(host, task.0);
        match task.1 {
            Rested(seconds) => Some(start() + TimeDelta::seconds(seconds)),
            _ => None,
        }
    }

    async fn run(&self, task: &Task, at: DateTime<Utc>, retry: bool) -> (Task, End) {
        assert!(at >= start());
        let _running = Running::new(&self.busy, task.0);
        yield_now().await;
        match task.1 {
            Panics => panic!("a fault of a parser"),
            Hangs => pending().await,
            _ => (*task, if retry { Ran } else { RanWithoutRetry }),
        }
    }

    fn broke_down(&self, task: &Task, _at: DateTime<Utc>) -> (Task, End) {
        (*task, Broke)
    }

    fn held_back(&self, task: Task, at: DateTime<Utc>, until: DateTime<Utc>) -> (Task, End) {
        // Rounded up: some of the time has passed.
        (task, Held((until - at + TimeDelta::milliseconds(999)).num_seconds()))
    }

    fn reached(&self, (task, _): &(Task, End)) -> bool {
        task.1 != Fails
    }

    fn rest(&self, (task, _): &(Task, End), at: DateTime<Utc>) -> Option<(String, DateTime<Utc>)> {
        match task.1 {
            Rests(seconds) => Some((task.0.to_owned(), at + TimeDelta::try_seconds(seconds)?)),
            Speaks(host, seconds) => Some((host.to_owned(), at + TimeDelta::try_seconds(seconds)?)),
            _ => None,
        }
    }
}

fn limits(concurrency: usize, per_host: usize) -> Options {
    Options { concurrency, per_host, interval: Duration::ZERO, ..Options::default() }
}

fn round(tasks: &[Task], limits: &Options) -> (Round<Script>, Arc<Mutex<Busy>>) {
    let script = Script::default();
    let busy = Arc::clone(&script.busy);
    (Round::new(script, limits, stream::iter(tasks.to_vec()), start(), pending()), busy)
}

#[tokio::test]
async fn each_task_is_handed_out_once_and_tells_how_it_ended() {
    let day = 24 * 3600;
    let table: &[(&str, &[Task], &[End])] = &[
        ("nothing", &[], &[]),
        ("each host its own", &[("a", Answers), ("b", Answers)], &[Ran, Ran]),
        ("a panic costs its task only", &[("a", Panics), ("a", Answers), ("b", Answers)], &[Broke, Ran, Ran]),
        (
            "a host that failed three times is not tried again and again",
            &[("a", Fails); 4],
            &[Ran, Ran, Ran, RanWithoutRetry],
        ),
        ("an answer mends that", &[("a", Fails), ("a", Fails), ("a", Answers), ("a", Fails)], &[Ran; 4]),
        ("a fault of ours says nothing of a host", &[("a", Panics); 4], &[Broke; 4]),
        (
            "a host that rests",
            &[("a", Rests(day)), ("b", Answers), ("a", Answers), ("a", Answers)],
            &[Ran, Ran, Held(day), Held(day)],
        ),
        (
            "who was told of another host",
            &[("a", Speaks("b", day)), ("a", Answers), ("b", Answers)],
            &[Ran, Ran, Held(day)],
        ),
        ("what was known before", &[("a", Rested(day)), ("a", Answers), ("b", Answers)], &[Held(day), Held(day), Ran]),
        ("a rest that is over", &[("a", Rested(-day)), ("a", Rests(-1)), ("a", Rests(0)), ("a", Answers)], &[Ran; 4]),
        ("no host at all", &[("", Answers), ("", Answers)], &[Ran, Ran]),
    ];
    for (what, tasks, expected) in table {
        // Of one host one at a time, so that what the first says is known when the next one could start.
        let (one_by_one, _) = round(tasks, &limits(1, 1));
        let (ahead, _) = round(tasks, &limits(1, 1));
        let mut wanted: Vec<(Task, End)> = tasks.iter().copied().zip(expected.iter().copied()).collect();
        wanted.sort_by_key(|(task, end)| (task.0, *end));
        for outcomes in [one_by_one.one_by_one(), ahead.ahead()] {
            let mut outcomes: Vec<(Task, End)> = outcomes.collect().await;
            outcomes.sort_by_key(|(task, end)| (task.0, *end));
            let short = |all: &[(Task, End)]| all.iter().map(|(task, end)| (task.0, *end)).collect::<Vec<_>>();
            assert_eq!(short(&outcomes), short(&wanted), "{what}");
        }
    }
}

#[tokio::test]
async fn hosts_take_turns_and_neither_limit_is_passed() {
    let tasks: Vec<Task> = ["a", "a", "a", "a", "a", "a", "b", "c", "b", "c"].map(|host| (host, Answers)).to_vec();
    for (concurrency, per_host, most) in [(1, 1, 1), (2, 1, 2), (3, 2, 2), (64, 2, 2), (0, 0, 1)] {
        let (round, busy) = round(&tasks, &limits(concurrency, per_host));
        let ended: Vec<&str> = round.one_by_one().map(|(task, _)| task.0).collect().await;
        assert_eq!(ended.len(), tasks.len());
        if concurrency == 1 {
            assert_eq!(ended.last(), Some(&"a"), "the others need not wait for the host with most: {ended:?}");
        }
        let busy = busy.lock().unwrap();
        for (host, (now, at_once)) in &busy.hosts {
            let limit = if host.is_empty() { concurrency.max(1) } else { per_host.max(1) };
            assert_eq!(*now, 0);
            assert!(*at_once <= limit, "{at_once} of `{host}` under {concurrency}, {per_host}");
        }
        assert!(busy.hosts["a"].1 <= most);
    }
}

#[tokio::test]
async fn a_short_rest_is_waited_for() {
    let script = Script::default();
    let soon = [("a", Rested(0)), ("a", Rests(29)), ("b", Answers)];
    let mut round = Round::new(script, &limits(1, 1), stream::iter(soon), start(), pending());
    for _ in soon {
        assert_eq!(round.next().await.map(|(_, end)| end), Some(Ran));
    }
    // Within the patience of a round nothing is held back: the task waits for its time.
    round.take(("a", Answers));
    assert!(round.next().now_or_never().is_none());
    assert!(round.queue.wake_at().is_some_and(|at| at > Instant::now()));
    assert_eq!(round.queue.waiting(), 1);
}

#[tokio::test]
async fn nothing_survives_the_end_of_a_round() {
    for drops in [false, true] {
        let script = Script::default();
        let busy = Arc::clone(&script.busy);
        let (end, ended) = tokio::sync::oneshot::channel::<()>();
        let tasks = stream::iter([("a", Answers), ("b", Hangs), ("c", Hangs)]).chain(stream::pending());
        let until = async move { ended.await.unwrap_or_default() };
        let mut outcomes = Round::new(script, &limits(64, 2), tasks, start(), until).ahead();
        assert_eq!(outcomes.next().await.map(|(task, _)| task.0), Some("a"));
        if drops {
            drop(outcomes);
        } else {
            end.send(()).unwrap();
            assert!(outcomes.next().await.is_none(), "what hangs is not handed out");
        }
        // Aborted tasks end at their next turn.
        while busy.lock().unwrap().hosts[""].0 > 0 {
            yield_now().await;
        }
        assert_eq!(busy.lock().unwrap().started, 3);
    }
}

#[tokio::test]
async fn tasks_without_end_are_taken_only_as_there_is_room() {
    let taken = Arc::new(Mutex::new(0));
    let counted = Arc::clone(&taken);
    let tasks = stream::repeat_with(move || {
        *counted.lock().unwrap() += 1;
        ("a", Hangs)
    });
    let mut round = Round::new(Script::default(), &limits(64, 2), tasks, start(), pending());
    for _ in 0..3 {
        assert!(round.next().now_or_never().is_none());
    }
    assert_eq!(*taken.lock().unwrap(), MOST_WAITING + 2);
    assert_eq!(round.running.len(), 2);
}

#[tokio::test]
async fn nothing_is_started_for_a_caller_who_does_not_ask() {
    let (round, busy) = round(&vec![("a", Answers); 1000], &limits(1, 1));
    let mut outcomes = round.one_by_one();
    assert!(outcomes.next().await.is_some());
    for _ in 0..100 {
        yield_now().await;
    }
    assert_eq!(busy.lock().unwrap().started, 1);
    drop(outcomes);

    let (round, busy) = self::round(&vec![("a", Answers); 1000], &limits(1, 1));
    let outcomes = round.ahead();
    for _ in 0..10_000 {
        yield_now().await;
    }
    let most = TOGETHER * (AT_ONCE + 1) + 1;
    assert!(busy.lock().unwrap().started <= most);
    assert_eq!(outcomes.count().await, 1000);
}

#[tokio::test]
#[should_panic(expected = "a fault of whoever names the tasks")]
async fn a_fault_of_the_source_is_the_callers() {
    let tasks = stream::repeat_with(|| -> Task { panic!("a fault of whoever names the tasks") });
    let _: Vec<_> = Round::new(Script::default(), &limits(1, 1), tasks, start(), pending()).ahead().collect().await;
}
