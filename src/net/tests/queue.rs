//! Turns, slots, intervals and deadlines, with time as a value.

use super::*;

fn drain(queue: &mut Queue<&str>, now: Instant) -> Vec<String> {
    std::iter::from_fn(|| queue.next(now)).map(|turn| turn.what.into()).collect()
}

#[test]
fn hosts_take_turns_and_slots_are_kept() {
    let now = Instant::now();
    let mut queue = Queue::new(2, Duration::ZERO);
    for url in ["s0", "s1", "s2", "s3"] {
        queue.push("slow", url, now);
    }
    for url in ["q0", "q1"] {
        queue.push("quick", url, now);
    }
    assert_eq!(drain(&mut queue, now), ["s0", "q0", "s1", "q1"]);
    assert_eq!(queue.waiting(), 2);
    queue.done(0, true, now);
    assert_eq!(drain(&mut queue, now), ["s2"]);
    queue.done(0, true, now);
    queue.done(0, true, now);
    assert_eq!(drain(&mut queue, now), ["s3"]);
    assert_eq!(queue.waiting(), 0);
}

#[test]
fn starts_on_one_host_keep_their_interval() {
    let now = Instant::now();
    let step = Duration::from_millis(500);
    let mut queue = Queue::new(9, step);
    for url in ["a", "b", "c"] {
        queue.push("host", url, now);
    }
    assert_eq!(drain(&mut queue, now), ["a"]);
    assert_eq!(queue.wake_at(), Some(now + step));
    assert!(drain(&mut queue, now + step / 2).is_empty());
    assert_eq!(drain(&mut queue, now + step), ["b"]);
    assert_eq!(drain(&mut queue, now + step * 2), ["c"]);
}

#[test]
fn a_host_is_left_alone_as_long_as_it_asks() {
    let now = Instant::now();
    let mut queue = Queue::new(2, Duration::ZERO);
    queue.push("host", "a", now);
    queue.push("other", "b", now);
    let until = now + Duration::from_mins(1);
    queue.leave_alone("host", until, now);
    assert_eq!(drain(&mut queue, now), ["b"]);
    assert_eq!(drain(&mut queue, until - Duration::from_secs(1)), Vec::<String>::new());
    let id = queue.id("host", now);
    assert!(queue.held_back(id, until).is_none(), "within the horizon it is waited for");
    assert_eq!(drain(&mut queue, until), ["a"]);
    queue.push("host", "c", until);
    queue.leave_alone("host", until + Duration::from_mins(1), until);
    assert_eq!(queue.held_back(id, until).map(|(url, _)| url), Some("c"));
    assert_eq!(queue.waiting(), 0);
    assert!(drain(&mut queue, until + Duration::from_secs(90)).is_empty());
}

#[test]
fn a_host_that_fails_for_all_its_links_is_not_tried_again_and_again() {
    let now = Instant::now();
    let mut queue = Queue::new(1, Duration::ZERO);
    for url in ["a", "b", "c", "d", "e"] {
        queue.push("host", url, now);
    }
    let mut retries = Vec::new();
    for reached in [false, false, false, true, true] {
        let turn = queue.next(now).unwrap();
        retries.push(turn.retry);
        queue.done(turn.host, reached, now);
    }
    assert_eq!(retries, [true, true, true, false, true]);
}
