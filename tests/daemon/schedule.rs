//! `wellsourced schedule`, and what is said of an expression in the configuration that cannot be used.

use super::support::Site;
use chrono::{DateTime, FixedOffset};
use serde_json::Value;

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn the_next_slots_are_shown_with_zone_and_offset() {
    let site = Site::new("[schedule]\ncycle = \"30 8 * * mon-fri\"\n");
    let output = site.binary(&["schedule"]);
    let told = text(&output.stdout);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(told.starts_with("cycle: 30 8 * * mon-fri  (Asia/Shanghai)\n"), "{told}");
    assert_eq!(told.lines().filter(|line| line.ends_with(" 08:30:00 +08:00")).count(), 5, "{told}");
    let output = site.binary(&["schedule", "--next", "3", "--json"]);
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    let job = &told["jobs"][0];
    assert_eq!((&job["name"], &job["timezone"]), (&Value::from("cycle"), &Value::from("Asia/Shanghai")));
    let next: Vec<DateTime<FixedOffset>> = serde_json::from_value(job["next"].clone()).unwrap();
    assert_eq!(next.len(), 3);
    assert!(next.is_sorted() && next.iter().all(|slot| slot.to_rfc3339().contains("T08:30:00+08:00")), "{told}");
}

#[test]
fn without_a_schedule_it_is_every_quarter_of_an_hour() {
    let told = text(&Site::new("").binary(&["schedule", "--next", "1"]).stdout);
    assert!(told.starts_with("cycle: */15 * * * *  (Asia/Shanghai)\n"), "{told}");
}

#[test]
fn a_wrong_expression_is_told_with_its_place_inside_the_string() {
    for (written, column, words) in [
        ("\"0 25 * * *\"", 12, "`25` is no hour; write 0 to 23"),
        ("'0 0 31 2 *'", 14, "would never come"),
        ("\"每 * * * *\"", 10, "is no minute"),
        ("\"* 每 九 * *\"", 12, "is no hour"),
        // What is written with escapes is named by its beginning.
        ("\"0\\t25 * * *\"", 9, "is no hour"),
        ("\"\"", 9, "write five fields"),
        ("\"* * * *\"", 17, "4 fields"),
    ] {
        let site = Site::new(&format!("[schedule]\ncycle = {written}\n"));
        let output = site.binary(&["schedule"]);
        let told = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{told}");
        assert!(told.contains(&format!("wellsourced.toml:15:{column}: ")) && told.contains(words), "{written}: {told}");
    }
}
