//! The day editions: which one an item of a feed belongs to, made at first sight, and when it enters the list.

use crate::collect::reconcile::mint_edition;
use crate::model::{Edition, KnownEdition, Presence, short_hash};
use crate::pipeline::{Error, identify};
use crate::store::{DAYS, Write};
use chrono::{DateTime, Duration, NaiveDate, NaiveTime, TimeZone, Timelike, Utc};
use chrono_tz::Tz;
use std::collections::{BTreeSet, HashMap, HashSet};
use uuid::Uuid;

/// Seconds of a day, less one.
const LAST_SECOND: u32 = 86_399;

/// The day editions met in a cycle.
#[derive(Debug)]
pub(super) struct Days {
    zone: Tz,
    met: HashMap<NaiveDate, Uuid>,
    /// Those whose `updated` needs not move any more in this cycle.
    dated: HashSet<Uuid>,
}

impl Days {
    pub(super) fn new(zone: Tz) -> Self {
        Self { zone, met: HashMap::new(), dated: HashSet::new() }
    }

    /// The edition of the day of an instant, and the place that an item of then has in it: the newest first.
    pub(super) async fn of(
        &mut self,
        write: &mut Write,
        published: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<(Uuid, u32), Error> {
        let there = published.with_timezone(&self.zone);
        let position = LAST_SECOND.saturating_sub(there.num_seconds_from_midnight());
        let date = there.date_naive();
        if let Some(id) = self.met.get(&date) {
            return Ok((*id, position));
        }
        let path = date.format("%Y-%m-%d").to_string();
        let id = match write.day(&path).await? {
            Some(day) if !day.is_bare => day.id,
            found => {
                let (known, written) = self.edition(write, date, &path, found.map(|day| (day.id, day.slug))).await?;
                write.put_day(&known, &written, known.published < now).await?;
                self.dated.insert(known.id);
                known.id
            }
        };
        self.met.insert(date, id);
        Ok((id, position))
    }

    async fn edition(
        &self,
        write: &mut Write,
        date: NaiveDate,
        path: &str,
        found: Option<(Uuid, String)>,
    ) -> Result<(KnownEdition, Edition), Error> {
        let begins = midnight(self.zone, date);
        // Its last second, so that the date shown is the day's.
        let published = midnight(self.zone, date.succ_opt().unwrap_or(date)) - Duration::seconds(1);
        let written = Edition {
            number: None,
            date: begins.with_timezone(&self.zone).fixed_offset(),
            title: path.to_owned(),
            headline: path.to_owned(),
            author: None,
            permalink: None,
            cover: None,
            tags: Vec::new(),
            items: Vec::new(),
        };
        let (id, slug) = match found {
            Some(found) => found,
            None => new_identity(write, path, &written).await?,
        };
        let known = KnownEdition {
            id,
            input: DAYS.to_owned(),
            slug,
            path: path.to_owned(),
            permalink: None,
            number: None,
            title: path.to_owned(),
            date: written.date,
            header_hash: 0,
            published,
            updated: later_edition_second(write, published).await?,
            presence: Presence::Left,
            items: Vec::new(),
        };
        Ok((known, written))
    }

    /// Brings day editions up to date with their items, whose content changed.
    pub(super) async fn settle(
        &mut self,
        write: &mut Write,
        days: &BTreeSet<Uuid>,
        now: DateTime<Utc>,
    ) -> Result<(), Error> {
        for day in days {
            if self.dated.insert(*day) {
                touch(write, *day, now).await?;
            } else {
                write.settle_day(*day, None).await?;
            }
        }
        Ok(())
    }
}

/// Brings one day edition up to date with its items, whose content changed. Until its day has ended it is dated ahead.
pub(in crate::pipeline) async fn touch(write: &mut Write, day: Uuid, now: DateTime<Utc>) -> Result<(), Error> {
    let listed = write.day_is_listed(day).await?;
    let updated = if listed { Some(identify::free_edition_second(write, now).await?) } else { None };
    Ok(write.settle_day(day, updated).await?)
}

async fn new_identity(write: &mut Write, path: &str, written: &Edition) -> Result<(Uuid, String), Error> {
    let mut ordinal = 0;
    let id = loop {
        let id = mint_edition(DAYS, path, written, ordinal);
        if !write.id_is_taken(id).await? {
            break id;
        }
        ordinal += 1;
    };
    // A digest without a number may have taken the date.
    let taken = write.edition_slug_is_taken(path).await?;
    let slug = if taken { format!("{path}-{}", short_hash(&id.to_string())) } else { path.to_owned() };
    Ok((id, slug))
}

/// The nearest second at or after an instant at which no edition changed: nothing is updated before it is published.
async fn later_edition_second(write: &mut Write, at: DateTime<Utc>) -> Result<DateTime<Utc>, Error> {
    let mut free = at;
    while write.edition_updated_is_taken(free.timestamp()).await? {
        free += Duration::seconds(1);
    }
    Ok(free)
}

/// When a day begins: at midnight, or where the clock skips it, at the first hour after.
fn midnight(zone: Tz, date: NaiveDate) -> DateTime<Utc> {
    let mut hours = (0..24).filter_map(|hour| NaiveTime::from_hms_opt(hour, 0, 0));
    let first = hours.find_map(|hour| zone.from_local_datetime(&date.and_time(hour)).earliest());
    first.map_or_else(|| date.and_time(NaiveTime::MIN).and_utc(), |first| first.with_timezone(&Utc))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_begin_where_the_clock_lets_them() {
        let date = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap();
        for (zone, date, begins) in [
            (chrono_tz::Asia::Shanghai, date(2026, 6, 1), "2026-05-31T16:00:00+00:00"),
            (chrono_tz::America::Havana, date(2026, 3, 8), "2026-03-08T05:00:00+00:00"),
            (chrono_tz::Pacific::Apia, date(2011, 12, 30), "2011-12-30T00:00:00+00:00"),
        ] {
            assert_eq!(midnight(zone, date).to_rfc3339(), begins, "{zone} {date}");
        }
    }
}
