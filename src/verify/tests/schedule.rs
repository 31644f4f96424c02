//! Due moments by verdict, age and what hosts ask for.

use super::*;
use crate::model::Beside;
use crate::verify::judge;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn look(when: &str, verdict: Verdict) -> Check {
    Check {
        url: "https://example.org/a".to_owned(),
        at: at(when),
        verdict,
        rule: "rule".to_owned(),
        evidence: String::new(),
        status: None,
        final_url: None,
        hops: Vec::new(),
        retry_after: None,
        reached_http: true,
        ms: 1,
        portrait: None,
        warning: None,
        face: None,
    }
}

fn due(checks: &[Check]) -> DateTime<Utc> {
    let policy = Policy::default();
    next_check(
        &judge(checks, &Beside::default(), &policy),
        checks,
        at("2026-01-01T00:00:00Z"),
        &policy,
        at("2026-06-01T00:00:00Z"),
    )
}

#[test]
fn a_new_link_is_due_now() {
    assert_eq!(due(&[]), at("2026-06-01T00:00:00Z"));
}

#[test]
fn a_good_link_follows_the_ages() {
    for (last, expected) in [
        ("2026-01-01T00:05:00Z", "2026-01-02T00:00:00Z"),
        ("2026-01-02T00:05:00Z", "2026-01-08T00:00:00Z"),
        ("2026-01-08T00:05:00Z", "2026-01-31T00:00:00Z"),
        ("2026-01-31T00:05:00Z", "2026-04-01T00:00:00Z"),
        ("2026-04-01T00:05:00Z", "2026-06-30T00:00:00Z"),
        ("2025-12-31T00:00:00Z", "2026-01-02T00:00:00Z"),
    ] {
        for verdict in [Verdict::Reachable, Verdict::Moved, Verdict::Blocked, Verdict::Refused] {
            assert_eq!(due(&[look(last, verdict)]), at(expected), "{verdict} at {last}");
        }
    }
}

#[test]
fn failing_links_back_off_to_about_a_day() {
    let mut checks = Vec::new();
    for (failure, hours) in [1, 2, 4, 8, 16, 21, 21].into_iter().enumerate() {
        checks.push(look("2026-01-01T00:00:00Z", Verdict::Failing));
        assert_eq!(due(&checks), at("2026-01-01T00:00:00Z") + TimeDelta::hours(hours), "failure {failure}");
    }
}

#[test]
fn a_suspicion_is_confirmed_within_the_days_of_the_policy() {
    assert_eq!(due(&[look("2026-01-01T00:00:00Z", Verdict::Gone)]), at("2026-01-01T09:00:00Z"));
}

#[test]
fn retry_after_is_honoured_without_a_cap() {
    let mut busy = look("2026-01-01T00:00:00Z", Verdict::Failing);
    busy.retry_after = Some(40 * 86_400);
    assert_eq!(due(&[busy.clone()]), at("2026-02-10T00:00:00Z"));
    busy.retry_after = Some(u64::MAX);
    assert!(due(&[busy.clone()]) > at("2026-06-01T00:00:00Z"));
    busy.retry_after = Some(7200);
    busy.rule = HELD_BACK.to_owned();
    assert_eq!(due(&[look("2025-01-01T00:00:00Z", Verdict::Failing), busy]), at("2026-01-01T02:00:00Z"));
}

#[test]
fn odd_policies_do_not_hang_or_panic() {
    let policy = Policy { recheck: vec![TimeDelta::zero()], failing_first: TimeDelta::MAX, ..Policy::default() };
    for verdict in [Verdict::Reachable, Verdict::Failing, Verdict::Gone] {
        let checks = [look("2026-01-01T00:00:00Z", verdict)];
        let due = next_check(
            &judge(&checks, &Beside::default(), &policy),
            &checks,
            at("2025-01-01T00:00:00Z"),
            &policy,
            at("2026-01-01T00:00:00Z"),
        );
        assert!(due > at("2026-01-01T00:00:00Z"), "{verdict}");
    }
}
