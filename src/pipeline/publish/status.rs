//! Gathers what the status tells, from the store alone: nothing here depends on when it is asked.

use crate::model::Held;
use crate::pipeline::Error;
use crate::publish::layout;
use crate::publish::{
    self, FailingSite, HeldInput, InputStatus, LinksOfAge, Site, StatusView, TroubledLink, content_hash,
};
use crate::store::{FailingFeed, LinkState, Store};
use chrono::{DateTime, Months, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;

/// Links told of each verdict.
const TROUBLED: u32 = 100;

/// Items told that cite each of them, the newest.
const CITING: u32 = 10;

/// Links told that were lost lately.
const NEWLY_LOST: u32 = 50;

/// A loss that lies so far behind the newest item is no news.
const LONG_AGO: TimeDelta = TimeDelta::days(31);

/// Failing sites told.
const HOSTS: u32 = 50;

/// Where the store keeps a hash of what the published status tells, as far as no mark says that it changed.
pub(super) const TOLD: &str = "status_told";

/// Where ages of links begin, years.
const AGES: [u32; 5] = [0, 1, 2, 3, 5];

/// What the status tells; days are those of a zone.
pub async fn status(store: &Store, zone: Tz) -> Result<StatusView, Error> {
    let status = unmarked(store, zone).await?;
    Ok(StatusView { ages: ages(store, status.newest).await?, ..status })
}

/// The same but for what is counted of every link there is, which changes only with what is marked.
async fn unmarked(store: &Store, zone: Tz) -> Result<StatusView, Error> {
    let newest = store.newest_item().await?;
    let day = |at: DateTime<Utc>| at.with_timezone(&zone).date_naive();
    Ok(StatusView {
        inputs: inputs(store, day).await?,
        links: store.link_counts().await?,
        troubled: store.troubled_links(TROUBLED, CITING).await?.into_iter().map(troubled).collect(),
        newly_lost: newly_lost(store, newest).await?,
        ages: Vec::new(),
        hosts: hosts(store, day).await?,
        newest,
    })
}

async fn inputs(store: &Store, day: impl Fn(DateTime<Utc>) -> NaiveDate) -> Result<Vec<InputStatus>, Error> {
    let mut held = store.held_feeds().await?;
    let mut failing = store.failing_feeds().await?;
    let input = |(name, editions, items): (String, u64, u64)| {
        let held = held.remove(&name).map(|Held { now, before, .. }| HeldInput { now, before });
        let mut status = InputStatus { editions, items, held, ..InputStatus::default() };
        if let Some(FailingFeed { since, last_success, rule }) = failing.remove(&name) {
            (status.failing_since, status.last_success, status.rule) = (Some(day(since)), last_success.map(&day), rule);
        }
        InputStatus { name, ..status }
    };
    Ok(store.input_counts().await?.into_iter().map(input).collect())
}

/// What was lost in the week before the newest loss, where that is not long ago by the newest item.
async fn newly_lost(store: &Store, newest: Option<DateTime<Utc>>) -> Result<Vec<TroubledLink>, Error> {
    let found = store.newly_lost(NEWLY_LOST).await?;
    let latest = found.first().and_then(|link| link.since);
    let is_news = latest.zip(newest).is_some_and(|(latest, newest)| newest - latest <= LONG_AGO);
    Ok(found.into_iter().filter(|_| is_news).map(troubled).collect())
}

fn troubled(link: LinkState) -> TroubledLink {
    TroubledLink {
        url: link.url,
        label: link.label,
        host: link.host,
        verdict: link.verdict,
        since: link.since.filter(|_| link.verdict.shows_since()),
        rule: link.rule,
        evidence: link.evidence,
        moved_to: link.moved_to,
        archive: link.archive,
        items: link.items,
    }
}

/// Links by their age when the newest item was published.
async fn ages(store: &Store, newest: Option<DateTime<Utc>>) -> Result<Vec<LinksOfAge>, Error> {
    let Some(newest) = newest else { return Ok(Vec::new()) };
    let [_, bounds @ ..] = AGES.map(|years| newest.checked_sub_months(Months::new(years * 12)).unwrap_or_default());
    let of_age = |age: crate::store::AgedLinks| {
        let from_years = AGES.get(age.class).copied().unwrap_or_default();
        LinksOfAge { from_years, links: age.links, lost: age.lost }
    };
    Ok(store.link_ages(bounds).await?.into_iter().map(of_age).collect())
}

async fn hosts(store: &Store, day: impl Fn(DateTime<Utc>) -> NaiveDate) -> Result<Vec<FailingSite>, Error> {
    let site = |host: crate::store::FailingHost| FailingSite {
        host: host.host,
        slug: host.slug,
        links: host.links,
        failing: host.failing,
        since: host.since.map(&day),
        rule: host.rule,
    };
    Ok(store.failing_hosts(HOSTS).await?.into_iter().map(site).collect())
}

/// The files of the status with their paths.
pub(super) fn status_files(site: &Site, status: &StatusView) -> Result<[(&'static str, Vec<u8>); 2], publish::Error> {
    Ok([
        (layout::STATUS_PAGE, publish::status_page(site, status)?),
        (layout::STATUS_DATA, publish::status_json(status)?),
    ])
}

/// A hash of what the status tells without any mark: it shows inputs without items and what checks saw. Kept under [`TOLD`].
pub(super) async fn told(store: &Store, zone: Tz) -> Result<String, Error> {
    Ok(content_hash(format!("{:?}", unmarked(store, zone).await?).as_bytes()))
}
