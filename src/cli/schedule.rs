//! `schedule`: when each job runs next, with zone and offset, since what a clock shows is changed twice a year.

use super::args::{Args, Next};
use super::{now, print};
use crate::config::Settings;
use crate::schedule::Schedule;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;

/// Tells the next slots of each job.
pub(super) fn run(args: &Args, next: &Next, settings: &Settings) -> anyhow::Result<u8> {
    let now = now();
    let told: Vec<_> =
        settings.jobs().map(|(name, schedule)| (name, schedule, slots(schedule, now, next.next))).collect();
    if args.json {
        let jobs: Vec<_> = told.iter().map(|(name, schedule, slots)| json(name, schedule, slots)).collect();
        print(&serde_json::json!({ "now": now, "jobs": jobs }).to_string())?;
        return Ok(0);
    }
    for (name, schedule, slots) in told {
        print(&format!("{name}: {schedule}  ({})", schedule.timezone()))?;
        for slot in slots {
            print(&format!("  {}", slot.format("%a %Y-%m-%d %H:%M:%S %:z")))?;
        }
    }
    Ok(0)
}

fn slots(schedule: &Schedule, now: DateTime<Utc>, count: usize) -> Vec<DateTime<Tz>> {
    let next = |from: &DateTime<Utc>| schedule.next_after(*from);
    let slots = std::iter::successors(next(&now), next).take(count);
    slots.map(|slot| slot.with_timezone(&schedule.timezone())).collect()
}

fn json(name: &str, schedule: &Schedule, slots: &[DateTime<Tz>]) -> serde_json::Value {
    serde_json::json!({
        "name": name,
        "schedule": schedule.to_string(),
        "timezone": schedule.timezone().name(),
        "next": slots.iter().map(DateTime::to_rfc3339).collect::<Vec<_>>(),
    })
}
