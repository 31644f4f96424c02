//! Verdicts over simulated days and months.

use super::*;
use crate::verify::next_check;
use chrono::TimeDelta;

fn start() -> DateTime<Utc> {
    "2026-01-01T00:00:00Z".parse().unwrap()
}

fn look(hours: i64, verdict: Verdict) -> Check {
    let rule = match verdict {
        Gone => "http-404",
        Failing => "dns",
        Blocked => "http-403",
        _ => "ok",
    };
    Check {
        url: "https://example.org/a".to_owned(),
        at: start() + TimeDelta::hours(hours),
        verdict,
        rule: rule.to_owned(),
        evidence: "seen".to_owned(),
        status: None,
        final_url: Some("https://example.org/b".to_owned()),
        hops: Vec::new(),
        retry_after: None,
        reached_http: true,
        ms: 1,
        portrait: None,
        warning: None,
        face: None,
    }
}

/// What checks add up to when nothing is known beside them.
fn judged(checks: &[Check], policy: &Policy) -> Judgement {
    judge(checks, &Beside::default(), policy).judgement
}

fn after(looks: &[(i64, Verdict)]) -> Judgement {
    let checks: Vec<Check> = looks.iter().map(|(hours, verdict)| look(*hours, *verdict)).collect();
    judged(&checks, &Policy::default())
}

use crate::model::Verdict::{Blocked, Failing, Gone, Moved, Reachable, Refused, Unchecked};

/// Name, looks by hour, verdict.
type Expectation<'a> = (&'a str, &'a [(i64, Verdict)], Verdict);

#[test]
fn what_looks_add_up_to() {
    let cases: &[Expectation<'_>] = &[
        ("nothing is known", &[], Unchecked),
        ("seen", &[(0, Reachable)], Reachable),
        ("moved needs one look", &[(0, Reachable), (24, Moved)], Moved),
        ("blocked needs one look", &[(0, Blocked)], Blocked),
        ("refused needs one look", &[(0, Refused)], Refused),
        ("one look never says dead", &[(0, Reachable), (24, Gone)], Failing),
        ("three looks in one day are too close", &[(0, Gone), (8, Gone), (24, Gone)], Failing),
        ("two looks are too few", &[(0, Gone), (80, Gone)], Failing),
        ("three looks over three days", &[(0, Gone), (36, Gone), (72, Gone)], Gone),
        ("a success resets", &[(0, Gone), (36, Gone), (50, Reachable), (72, Gone)], Failing),
        ("a success brings back", &[(0, Gone), (36, Gone), (72, Gone), (99, Reachable)], Reachable),
        ("failures between looks say nothing", &[(0, Gone), (36, Failing), (50, Gone), (72, Gone)], Gone),
        ("blocks between looks say nothing", &[(0, Gone), (36, Blocked), (50, Gone), (72, Gone)], Gone),
        ("a suspicion ends in a block", &[(0, Gone), (36, Gone), (72, Blocked)], Blocked),
        ("confirmed stays so when the server dies", &[(0, Gone), (36, Gone), (72, Gone), (99, Failing)], Gone),
        ("confirmed stays so behind a firewall", &[(0, Gone), (36, Gone), (72, Gone), (99, Blocked)], Gone),
        ("failing", &[(0, Reachable), (24, Failing)], Failing),
        ("six days of failing", &[(0, Failing), (72, Failing), (144, Failing)], Failing),
        ("two failures in a week", &[(0, Failing), (170, Failing)], Failing),
        ("a week of failing", &[(0, Failing), (72, Failing), (168, Failing)], Gone),
        ("a block ends a run of failures", &[(0, Failing), (72, Blocked), (168, Failing), (170, Failing)], Failing),
        ("a success ends it too", &[(0, Failing), (72, Reachable), (168, Failing), (200, Failing)], Failing),
    ];
    for (name, looks, expected) in cases {
        assert_eq!(after(looks).verdict, *expected, "{name}");
    }
}

#[test]
fn four_hundred_and_ten_needs_one_look_less() {
    let mut checks = vec![look(0, Gone), look(72, Gone)];
    assert_eq!(judged(&checks, &Policy::default()).verdict, Failing);
    checks[1].rule = "http-410".to_owned();
    assert_eq!(judged(&checks, &Policy::default()).verdict, Gone);
    let hasty = Policy { confirm_gone_checks: 1, confirm_gone_over: TimeDelta::zero(), ..Policy::default() };
    assert_eq!(judged(&checks[..1], &hasty).verdict, Failing, "one look never says dead");
}

#[test]
fn a_judgement_carries_its_reasons() {
    let gone = after(&[(0, Reachable), (24, Gone), (60, Gone), (96, Gone)]);
    assert_eq!(gone.since, Some(start() + TimeDelta::hours(24)));
    assert_eq!(gone.last_reached, Some(start()));
    assert_eq!(gone.rule, "http-404");
    let suspected = after(&[(0, Reachable), (24, Gone)]);
    assert!(suspected.evidence.contains("look 1 of 3"), "{}", suspected.evidence);
    let blocked = after(&[(0, Reachable), (24, Blocked), (48, Blocked)]);
    assert_eq!(blocked.since, Some(start() + TimeDelta::hours(24)));
    assert_eq!(blocked.last_reached, Some(start()));
    assert_eq!(after(&[(0, Moved)]).moved_to.as_deref(), Some("https://example.org/b"));
    assert_eq!(after(&[(0, Reachable)]).moved_to, None);
    let hidden = after(&[(0, Gone), (36, Gone), (72, Gone), (99, Blocked)]);
    assert_eq!(hidden.rule, "http-404", "the rule is that of the look that confirmed it");
}

#[test]
fn what_was_held_back_says_nothing() {
    let mut held = look(24, Blocked);
    held.rule = HELD_BACK.to_owned();
    assert_eq!(judged(&[look(0, Reachable), held.clone()], &Policy::default()).verdict, Reachable);
    assert_eq!(judged(&[held], &Policy::default()).verdict, Unchecked);
}

/// Steps `now` by quarters of an hour for `days`; a link that is due is looked at and answers what `server` says.
fn live(days: i64, server: impl Fn(i64) -> Verdict) -> (Vec<Check>, Vec<(i64, Verdict)>) {
    let policy = Policy::default();
    let (mut checks, mut published): (Vec<Check>, Vec<(i64, Verdict)>) = (Vec::new(), Vec::new());
    for quarter in 0..days * 96 {
        let now = start() + TimeDelta::minutes(15 * quarter);
        let weighed = judge(&checks, &Beside::default(), &policy);
        if next_check(&weighed, &checks, start(), &policy, now) > now {
            continue;
        }
        let mut check = look(0, server(quarter / 96));
        check.at = now;
        checks.push(check);
        let verdict = judged(&checks, &policy).verdict;
        if published.last().is_none_or(|(_, last)| *last != verdict) {
            published.push((quarter / 96, verdict));
        }
    }
    (checks, published)
}

#[test]
fn a_dead_link_is_gone_on_the_day_the_rule_says() {
    let (_, published) = live(120, |day| if day < 20 { Reachable } else { Gone });
    assert_eq!(published, [(0, Reachable), (30, Failing), (33, Gone)]);
    let (_, published) = live(120, |day| if day < 5 { Reachable } else { Failing });
    assert_eq!(published, [(0, Reachable), (7, Failing), (14, Gone)]);
}

#[test]
fn a_flapping_link_is_never_gone_and_a_blocked_one_neither() {
    let (_, published) = live(400, |day| if day % 3 == 0 { Reachable } else { Gone });
    assert!(published.iter().all(|(_, verdict)| *verdict != Gone), "{published:?}");
    let (_, published) = live(400, |day| if day % 5 == 0 { Reachable } else { Failing });
    assert!(published.iter().all(|(_, verdict)| *verdict != Gone), "{published:?}");
    let (checks, published) = live(400, |_| Blocked);
    assert_eq!(published, [(0, Blocked)]);
    assert_eq!(checks.len(), 8, "at 0, 1, 7, 30, 90, 180, 270 and 360 days");
}

#[test]
fn a_gone_link_is_still_looked_at_and_comes_back() {
    let (_, published) = live(400, |day| if day < 100 { Gone } else { Reachable });
    assert_eq!(published.first(), Some(&(0, Failing)));
    assert_eq!(published.get(1), Some(&(3, Gone)));
    assert!(matches!(published.get(2), Some((100..=130, Reachable))), "{published:?}");
}
