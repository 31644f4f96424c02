//! Random histories over 400 days, pruned every now and then: judged and scheduled as if nothing was forgotten.

use super::*;
use crate::model::Beside;
use crate::verify::{Policy, judge, next_check};
use chrono::TimeZone;
use proptest::prelude::*;

fn start() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2025, 1, 1, 0, 0, 0).unwrap()
}

fn look(hours: i64, kind: u8) -> Check {
    let (verdict, rule) = match kind {
        0..=3 => (Verdict::Reachable, "ok"),
        4 | 5 => (Verdict::Moved, "moved"),
        6 => (Verdict::Gone, "not-found"),
        7 => (Verdict::Failing, "connect"),
        8 => (Verdict::Blocked, "forbidden"),
        9 => (Verdict::Blocked, HELD_BACK),
        10 => (Verdict::Gone, "http-410"),
        _ => (Verdict::Refused, "address"),
    };
    Check {
        url: "https://example.org/".to_owned(),
        at: start() + TimeDelta::hours(hours),
        verdict,
        rule: rule.to_owned(),
        evidence: format!("at {hours}"),
        status: None,
        final_url: (verdict == Verdict::Moved).then(|| format!("https://example.org/{kind}")),
        hops: Vec::new(),
        retry_after: (rule == HELD_BACK).then_some(3600),
        reached_http: true,
        ms: 1,
        portrait: None,
        warning: None,
        face: None,
    }
}

fn prune(checks: &mut Vec<Check>, now: DateTime<Utc>) -> usize {
    let gone = superfluous(checks, now);
    for place in gone.iter().rev() {
        checks.remove(*place);
    }
    gone.len()
}

/// Where only the evidence of a living page differs, nothing published does.
fn compare(all: &[Check], kept: &[Check], now: DateTime<Utc>) {
    let policy = Policy::default();
    let (whole, pruned) = (judge(all, &Beside::default(), &policy), judge(kept, &Beside::default(), &policy));
    assert_eq!(whole.judgement, pruned.judgement);
    assert_eq!(next_check(&whole, all, start(), &policy, now), next_check(&pruned, kept, start(), &policy, now));
}

proptest! {
    #[test]
    fn what_is_kept_is_judged_as_the_whole(
        runs in prop::collection::vec((0_u8..12, 1_usize..40, 1_i64..72), 1..30),
    ) {
        let (mut all, mut kept) = (Vec::new(), Vec::new());
        let mut hours = 0;
        for (kind, looks, apart) in runs {
            for _ in 0..looks {
                hours += apart;
                all.push(look(hours, kind));
                kept.push(look(hours, kind));
                if hours > 400 * 24 {
                    break;
                }
            }
            let now = start() + TimeDelta::hours(hours);
            prune(&mut kept, now);
            compare(&all, &kept, now);
            let later = now + TimeDelta::days(200);
            let mut late = kept.clone();
            prune(&mut late, later);
            compare(&all, &late, later);
        }
    }
}

#[test]
fn a_living_link_keeps_one_check_a_month_and_those_of_90_days() {
    let mut checks: Vec<Check> = (0..400).map(|day| look(day * 24, 0)).collect();
    let now = start() + TimeDelta::days(399);
    assert!(prune(&mut checks, now) > 280);
    let old = checks.iter().filter(|check| now - check.at > KEPT_WHOLE).count();
    assert!((10..=12).contains(&old), "{old}");
    assert_eq!(checks.len() - old, 91);
    assert_eq!(prune(&mut checks, now), 0);
}

#[test]
fn every_change_of_verdict_is_kept() {
    let kinds = [0, 0, 0, 8, 8, 8, 0, 0, 7, 0, 0, 0, 4, 4, 4, 5, 5, 5];
    let mut checks: Vec<Check> = (0..).zip(kinds).map(|(hour, kind)| look(hour, kind)).collect();
    prune(&mut checks, start() + TimeDelta::days(300));
    let kept: Vec<String> = checks.iter().map(|check| check.evidence.clone()).collect();
    let expected = [0, 2, 3, 5, 6, 7, 8, 9, 11, 12, 14, 15, 17].map(|hour| format!("at {hour}"));
    assert_eq!(kept, expected);
}
