//! A table: policy, verdict, whether shown before, hours since first sight, shown now.

use super::*;
use chrono::TimeZone;

#[test]
fn an_item_is_shown_as_the_policy_says() {
    let withhold = Showing::Withhold { at_most: TimeDelta::hours(24) };
    let first_seen = Utc.with_ymd_and_hms(2026, 1, 1, 0, 0, 0).unwrap();
    let mut cases = vec![
        (withhold, None, false, 0, true),
        (withhold, Some(Verdict::Unchecked), false, 0, false),
        (withhold, Some(Verdict::Unchecked), false, 23, false),
        (withhold, Some(Verdict::Unchecked), false, 24, true),
        (withhold, Some(Verdict::Reachable), false, 0, true),
        (withhold, Some(Verdict::Moved), false, 0, true),
        (withhold, Some(Verdict::Blocked), false, 0, true),
        (withhold, Some(Verdict::Failing), false, 1, false),
        (withhold, Some(Verdict::Failing), false, 25, true),
        (withhold, Some(Verdict::Gone), false, 1, false),
        (withhold, Some(Verdict::Refused), false, 1, false),
        // Released is released.
        (withhold, Some(Verdict::Failing), true, 1, true),
        // A clock set back keeps waiting, and does not overflow.
        (withhold, Some(Verdict::Unchecked), false, -5, false),
        (Showing::Drop, None, true, 0, true),
    ];
    for verdict in Verdict::ALL {
        for shown in [true, false] {
            cases.push((Showing::Annotate, Some(verdict), shown, 0, true));
            cases.push((Showing::Drop, Some(verdict), shown, 0, !matches!(verdict, Verdict::Gone | Verdict::Replaced)));
        }
    }
    for (showing, source, was_shown, hours, expected) in cases {
        let now = first_seen + TimeDelta::hours(hours);
        let got = is_shown(showing, source, was_shown, first_seen, now);
        assert_eq!(got, expected, "{showing:?} {source:?} shown before: {was_shown}, after {hours} h");
    }
}
