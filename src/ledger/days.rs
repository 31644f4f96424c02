//! The editions of days: which one an item of a feed belongs to, made at first sight.

use super::names::Seed;
use super::question::Question;
use super::scope::{EditionState, ItemCount, Scope};
use super::showing::Showing;
use crate::model::{Edition, KnownEdition, Presence};
use chrono::{DateTime, Duration, NaiveDate, NaiveTime, TimeZone, Timelike, Utc};
use chrono_tz::Tz;
use uuid::Uuid;

/// Name of the input that owns the editions of days; the configuration takes no empty one.
pub const DAYS: &str = "";

/// Seconds of a day, less one.
const LAST_SECOND: u32 = 86_399;

/// What holds for every item of a feed.
#[derive(Debug, Clone, Copy)]
pub struct FeedRules {
    /// Where days begin and end.
    pub zone: Tz,
    /// Row of the input that owns the editions of days.
    pub days: i64,
    /// When items are shown.
    pub showing: Showing,
}

impl FeedRules {
    fn date(&self, at: DateTime<Utc>) -> NaiveDate {
        at.with_timezone(&self.zone).date_naive()
    }

    /// The day of an instant, YYYY-MM-DD.
    pub(super) fn day(&self, at: DateTime<Utc>) -> String {
        self.date(at).format("%Y-%m-%d").to_string()
    }
}

/// Asks for what has to be known before an item is placed in its day.
pub(super) fn ask_for_day(question: &mut Question, rules: &FeedRules, published: DateTime<Utc>) {
    let day = rules.day(published);
    if question.days.insert(day.clone()) {
        question.want(Seed::day(DAYS, &day));
        question.slugs.insert(day);
    }
    question.dates_from(published);
}

/// The edition of the day of an instant, and the place that an item of then has in it: the newest first.
pub(super) fn day_of(
    scope: &mut Scope,
    rules: &FeedRules,
    published: DateTime<Utc>,
    now: DateTime<Utc>,
) -> (Uuid, u32) {
    let seconds = published.with_timezone(&rules.zone).num_seconds_from_midnight();
    let position = LAST_SECOND.saturating_sub(seconds);
    let found = scope.day(&rules.day(published)).map(|state| (state.known.id, state.written.is_some()));
    let id = match found {
        Some((id, true)) => id,
        Some((id, false)) => complete(scope, rules, id, published, now),
        None => new_day(scope, rules, published, now),
    };
    (id, position)
}

fn new_day(scope: &mut Scope, rules: &FeedRules, at: DateTime<Utc>, now: DateTime<Utc>) -> Uuid {
    let day = rules.day(at);
    let written = written(rules, at);
    let id = scope.names.id(&Seed::day(DAYS, &day));
    // A digest without a number may have taken the date.
    let slug = scope.names.slug(&day, id);
    // Its last second, so that the date shown is the day's.
    let end = rules.date(at).succ_opt().map(|next| midnight(rules.zone, next));
    let published = end.unwrap_or(at) - Duration::seconds(1);
    let known = KnownEdition {
        id,
        input: DAYS.to_owned(),
        slug,
        path: day.clone(),
        permalink: None,
        number: None,
        title: day,
        date: written.date,
        header_hash: 0,
        published,
        updated: scope.edition_second_from(published),
        presence: Presence::Left,
        shows: None,
        showed: None,
        items: Vec::new(),
    };
    scope.put_edition(EditionState {
        input: rules.days,
        is_listed: published < now,
        known,
        written: Some(written),
        is_day: true,
        items: ItemCount::default(),
    });
    id
}

/// Completes a day of which only the identity is left, after the store was lost.
fn complete(scope: &mut Scope, rules: &FeedRules, id: Uuid, at: DateTime<Utc>, now: DateTime<Utc>) -> Uuid {
    if let Some(mut state) = scope.edition(id).cloned() {
        let written = written(rules, at);
        state.known.title.clone_from(&written.title);
        state.known.date = written.date;
        state.is_listed = state.known.published < now;
        state.written = Some(written);
        scope.put_edition(state);
    }
    id
}

fn written(rules: &FeedRules, at: DateTime<Utc>) -> Edition {
    let day = rules.day(at);
    Edition {
        number: None,
        date: midnight(rules.zone, rules.date(at)).with_timezone(&rules.zone).fixed_offset(),
        title: day.clone(),
        headline: day,
        author: None,
        permalink: None,
        cover: None,
        tags: Vec::new(),
        items: Vec::new(),
    }
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
