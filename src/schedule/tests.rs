//! Expressions, their errors, and days on which clocks are changed.

#![allow(clippy::unwrap_used, reason = "a test may fail where it stands")]

mod zones;

use super::{Error, Schedule};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// The next slots after an instant, as the zone's clock shows them.
fn slots(expression: &str, zone: Tz, after: &str, count: usize) -> Vec<String> {
    let schedule = Schedule::parse(expression, zone).unwrap();
    let next = |from: &DateTime<Utc>| schedule.next_after(*from);
    let slots = std::iter::successors(next(&at(after)), next);
    slots.take(count).map(|slot| slot.with_timezone(&zone).format("%m-%d %H:%M:%S%:z").to_string()).collect()
}

/// The same in UTC, without seconds.
fn in_utc(expression: &str, after: &str, count: usize) -> Vec<String> {
    let slots = slots(expression, Tz::UTC, after, count);
    slots.into_iter().map(|slot| slot.get(..11).unwrap().to_owned()).collect()
}

fn refused(expression: &str) -> (usize, String) {
    let Error { column, message } = Schedule::parse(expression, Tz::UTC).unwrap_err();
    (column, message)
}

#[test]
fn ranges_lists_steps_and_names() {
    let from = "2026-05-01T00:00:00Z"; // A Friday.
    assert_eq!(in_utc("*/20 * * * *", from, 3), ["05-01 00:20", "05-01 00:40", "05-01 01:00"]);
    assert_eq!(in_utc("5-30/10,50 4 * * *", from, 4), ["05-01 04:05", "05-01 04:15", "05-01 04:25", "05-01 04:50"]);
    assert_eq!(in_utc("0 0 * JUN,aug *", from, 1), ["06-01 00:00"]);
    assert_eq!(in_utc("0 9 * * mon-Wed", from, 4), ["05-04 09:00", "05-05 09:00", "05-06 09:00", "05-11 09:00"]);
    assert_eq!(in_utc("  0\t9  1 *  * ", from, 1), ["05-01 09:00"]);
    assert_eq!(in_utc("59 23 31 12 *", from, 1), ["12-31 23:59"]);
}

#[test]
fn seven_is_sunday_and_a_week_may_end_on_it() {
    let from = "2026-05-01T00:00:00Z";
    let sundays = ["05-03 00:00", "05-10 00:00"];
    for expression in ["0 0 * * 0", "0 0 * * 7", "0 0 * * sun", "0 0 * * SUN-0", "@weekly"] {
        assert_eq!(in_utc(expression, from, 2), sundays, "{expression}");
    }
    for expression in ["0 0 * * 6-7", "0 0 * * sat-sun", "0 0 * * 0,6"] {
        assert_eq!(in_utc(expression, from, 3), ["05-02 00:00", "05-03 00:00", "05-09 00:00"], "{expression}");
    }
    assert_eq!(in_utc("0 0 * * 5-7/2", from, 3), ["05-03 00:00", "05-08 00:00", "05-10 00:00"]);
    assert_eq!(in_utc("0 0 * * 0-7", from, 3), ["05-02 00:00", "05-03 00:00", "05-04 00:00"]);
}

#[test]
fn a_day_that_matches_either_when_both_are_given_without_a_star() {
    let from = "2026-05-01T00:00:00Z";
    assert_eq!(in_utc("0 0 13 * 5", from, 3), ["05-08 00:00", "05-13 00:00", "05-15 00:00"]);
    assert_eq!(in_utc("0 0 13 * *", from, 2), ["05-13 00:00", "06-13 00:00"]);
    // As in crontab(5): with a `*` in one of them both must match.
    assert_eq!(in_utc("0 0 */2 * 5", from, 3), ["05-15 00:00", "05-29 00:00", "06-05 00:00"]);
    // Both given, so that the weekday alone will do; the 31st never comes.
    assert_eq!(in_utc("0 0 31 2 1", from, 1), ["02-01 00:00"]);
}

#[test]
fn nicknames() {
    let from = "2026-05-01T10:30:00Z";
    for (name, slot) in [
        ("@hourly", "05-01 11:00"),
        ("@daily", "05-02 00:00"),
        ("@Midnight", "05-02 00:00"),
        ("@weekly", "05-03 00:00"),
        ("@monthly", "06-01 00:00"),
        ("@yearly", "01-01 00:00"),
        ("@annually", "01-01 00:00"),
    ] {
        assert_eq!(in_utc(name, from, 1), [slot], "{name}");
    }
}

#[test]
fn a_leap_day_is_waited_for() {
    assert_eq!(in_utc("0 0 29 2 *", "2096-03-01T00:00:00Z", 1), Vec::<String>::new());
    assert_eq!(
        Schedule::parse("0 0 29 2 *", Tz::UTC).unwrap().next_after(at("1896-03-01T00:00:00Z")),
        Some(at("1904-02-29T00:00:00Z"))
    );
    assert_eq!(Schedule::parse("0 0 29 2 *", Tz::UTC).unwrap().latest_at(at("1903-01-01T00:00:00Z")), None);
}

#[test]
fn errors_name_the_column_and_what_is_meant() {
    for (expression, column, words) in [
        ("", 1, "write five fields"),
        ("*/15 * * *", 11, "4 fields instead of five"),
        ("0 0 * * * *", 11, "6 fields instead of five"),
        ("60 * * * *", 1, "`60` is no minute; write 0 to 59"),
        ("0 24 * * *", 3, "`24` is no hour; write 0 to 23"),
        ("0 0 0 * *", 5, "`0` is no day of the month; write 1 to 31"),
        ("0 0 * 1,13 *", 9, "`13` is no month; write 1 to 12, or jan to dec"),
        ("0 0 * * 8", 9, "`8` is no weekday; write 0 to 7, or sun to sat"),
        ("0 0 * * monday", 9, "`monday` is no weekday"),
        ("0 0 * mon *", 7, "`mon` is no month"),
        ("0 0 L * *", 5, "`L` is no day of the month"),
        ("0 0 ? * 1", 5, "`?` is no day of the month"),
        ("0 22-3 * * *", 3, "the range 22-3 runs backwards; write 22-23,0-3"),
        ("0 0 * * fri-tue", 9, "write 5-6,0-2"),
        ("0 5/2 * * *", 3, "write 5-23/2"),
        ("0 9,*/0 * * *", 7, "`0` is no step of a hour; write 1 to 23"),
        ("*/60 * * * *", 3, "`60` is no step of a minute; write 1 to 59"),
        ("*/ * * * *", 3, "`` is no step"),
        ("1, * * * *", 3, "`` is no minute"),
        ("-5 * * * *", 1, "`` is no minute"),
        ("+5 * * * *", 1, "`+5` is no minute"),
        ("99999999999 * * * *", 1, "is no minute"),
        ("五 * * * *", 1, "`五` is no minute"),
        ("0 五 九 * *", 3, "`五` is no hour"),
        ("@reboot", 1, "`@reboot` is not known; there are @hourly, @daily"),
        ("0 0 31 2 *", 5, "no month of these has a day 31: it would never come"),
        ("0 0 30,31 feb *", 5, "never come"),
        ("0 0 31 4,6,9,11 *", 5, "never come"),
        ("0 0 30 2 */2", 5, "never come"),
    ] {
        let (found, message) = refused(expression);
        assert_eq!(found, column, "{expression}: {message}");
        assert!(message.contains(words), "{expression}: {message}");
    }
}

#[test]
fn a_skipped_time_comes_at_the_first_moment_after() {
    let (zone, before) = (Tz::Europe__Berlin, "2026-03-28T12:00:00Z");
    assert_eq!(slots("30 2 * * *", zone, before, 2), ["03-29 03:00:00+02:00", "03-30 02:30:00+02:00"]);
    // What comes to one instant fires once; 3:00 is met by 2:15 and 2:45.
    assert_eq!(slots("15,45 2 * * *", zone, before, 2), ["03-29 03:00:00+02:00", "03-30 02:15:00+02:00"]);
    assert_eq!(slots("0 2,3 * * *", zone, before, 2), ["03-29 03:00:00+02:00", "03-30 02:00:00+02:00"]);
    assert_eq!(
        slots("*/30 1-2 * * *", zone, before, 3),
        ["03-29 01:00:00+01:00", "03-29 01:30:00+01:00", "03-29 03:00:00+02:00"]
    );
    assert_eq!(
        slots("30 * 29 3 *", zone, before, 3),
        ["03-29 00:30:00+01:00", "03-29 01:30:00+01:00", "03-29 03:30:00+02:00"]
    );
    assert_eq!(slots("0 */2 * * *", zone, "2026-03-29T00:00:00Z", 2), ["03-29 04:00:00+02:00", "03-29 06:00:00+02:00"]);
}

#[test]
fn a_repeated_time_comes_the_first_time_and_an_interval_both_times() {
    let (zone, before) = (Tz::Europe__Berlin, "2026-10-24T23:59:00Z");
    assert_eq!(slots("30 2 * * *", zone, before, 2), ["10-25 02:30:00+02:00", "10-26 02:30:00+01:00"]);
    let all = [
        "10-25 02:00:00+02:00",
        "10-25 02:30:00+02:00",
        "10-25 02:00:00+01:00",
        "10-25 02:30:00+01:00",
        "10-25 03:00:00+01:00",
    ];
    assert_eq!(slots("*/30 * * * *", zone, before, 5), all);
    assert_eq!(
        slots("0,30 2,3 * * *", zone, before, 3),
        ["10-25 02:00:00+02:00", "10-25 02:30:00+02:00", "10-25 03:00:00+01:00"]
    );
}

#[test]
fn half_an_hour_at_lord_howe() {
    let zone = Tz::Australia__Lord_Howe;
    assert_eq!(slots("15 2 * * *", zone, "2026-10-03T12:00:00Z", 1), ["10-04 02:30:00+11:00"]);
    assert_eq!(
        slots("0,30 2 * * *", zone, "2026-10-03T12:00:00Z", 2),
        ["10-04 02:30:00+11:00", "10-05 02:00:00+11:00"]
    );
    let both = ["04-05 01:30:00+11:00", "04-05 01:30:00+10:30", "04-05 02:00:00+10:30"];
    assert_eq!(slots("*/30 * * * *", zone, "2026-04-04T14:00:00Z", 3), both);
}

#[test]
fn a_day_that_does_not_exist_has_no_slots() {
    let zone = Tz::Pacific__Apia;
    let around = ["12-29 12:00:00-10:00", "12-31 12:00:00+14:00", "01-01 12:00:00+14:00"];
    assert_eq!(slots("0 12 * * *", zone, "2011-12-29T12:00:00Z", 3), around);
    assert_eq!(slots("0 0 30 12 *", zone, "2011-12-29T12:00:00Z", 1), ["12-30 00:00:00+14:00"]);
    assert_eq!(
        slots("0 */6 30,31 12 *", zone, "2011-12-29T12:00:00Z", 2),
        ["12-31 00:00:00+14:00", "12-31 06:00:00+14:00"]
    );
}

#[test]
fn midnight_that_is_skipped_belongs_to_its_own_day() {
    // Clocks went from 23:59 to 01:00 of the next day.
    let zone = Tz::America__Sao_Paulo;
    let nights = ["11-03 00:00:00-03:00", "11-04 01:00:00-02:00", "11-05 00:00:00-02:00"];
    assert_eq!(slots("0 0 * * *", zone, "2018-11-02T12:00:00Z", 3), nights);
    // Dhaka, 19 June 2009: 23:00 became midnight. The slot of the 19th comes at the first moment of the 20th.
    let last = ["06-18 23:30:00+06:00", "06-20 00:00:00+07:00", "06-20 23:30:00+07:00"];
    assert_eq!(slots("30 23 * * *", Tz::Asia__Dhaka, "2009-06-18T00:00:00Z", 3), last);
    assert_eq!(
        slots("0 0,23 * * *", Tz::Asia__Dhaka, "2009-06-19T00:00:00Z", 2),
        ["06-20 00:00:00+07:00", "06-20 23:00:00+07:00"]
    );
}

#[test]
fn a_clock_set_back_over_midnight() {
    // Sao Paulo, 18 February 2018: midnight became 23:00 of the 17th.
    let zone = Tz::America__Sao_Paulo;
    let all = ["02-17 23:30:00-02:00", "02-17 23:00:00-03:00", "02-17 23:30:00-03:00", "02-18 00:00:00-03:00"];
    assert_eq!(slots("*/30 * * * *", zone, "2018-02-18T01:00:00Z", 4), all);
    assert_eq!(slots("30 23 * * *", zone, "2018-02-17T12:00:00Z", 2), ["02-17 23:30:00-02:00", "02-18 23:30:00-03:00"]);
}

#[test]
fn offsets_with_seconds() {
    // Monrovia, 7 January 1972: from -0:44:30 to 0.
    let zone = Tz::Africa__Monrovia;
    assert_eq!(slots("30 0 * * *", zone, "1972-01-06T02:00:00Z", 2), ["01-07 00:44:30+00:00", "01-08 00:30:00+00:00"]);
    // Dublin, 1910: 25 minutes and 21 seconds behind.
    let schedule = Schedule::parse("*/30 * * * *", Tz::Europe__Dublin).unwrap();
    assert_eq!(schedule.next_after(at("1910-01-01T00:00:00Z")), Some(at("1910-01-01T00:25:21Z")));
}

#[test]
fn latest_is_at_or_before() {
    let schedule = Schedule::parse("30 2 * * *", Tz::Europe__Berlin).unwrap();
    let slot = at("2026-03-29T01:00:00Z");
    assert_eq!(schedule.latest_at(slot), Some(slot));
    assert_eq!(schedule.latest_at(at("2026-03-29T00:59:59Z")), Some(at("2026-03-28T01:30:00Z")));
    assert_eq!(schedule.latest_at(at("2026-03-30T00:29:59Z")), Some(slot));
}

#[test]
fn years_beyond_those_known_end_the_search() {
    let schedule = Schedule::parse("0 * * * *", Tz::Asia__Shanghai).unwrap();
    assert_eq!(schedule.next_after(DateTime::<Utc>::MAX_UTC), None);
    assert_eq!(schedule.latest_at(DateTime::<Utc>::MIN_UTC), None);
    assert!(schedule.next_after(at("1000-01-01T00:00:00Z")).is_some());
    assert!(schedule.latest_at(at("3000-01-01T00:00:00Z")).is_some());
    assert!(schedule.next_after(at("2100-12-31T10:00:00Z")).is_some());
}

#[test]
fn shown_as_written() {
    assert_eq!(Schedule::parse(" @daily ", Tz::UTC).unwrap().to_string(), "@daily");
}
