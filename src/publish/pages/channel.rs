//! What stands at the head of a tag's or a host's page: since when and how many, by month, what goes with it, and how the
//! links of a host are.

use super::plots::{Bars, LinkMonth, Strip, WeightedLink};
use super::views::{Link, SourceView};
use crate::model::{Channel, CitedSource, Tag, web_uri};
use crate::publish::characters::line;
use crate::publish::layout;
use crate::publish::months::Month;
use crate::publish::options::Site;
use chrono::{DateTime, Utc};
use serde::Serialize;

/// Months that plots show, up to that of the newest item.
pub const PLOTTED_MONTHS: u8 = 24;

/// What is known of a channel as a whole. Nothing of it depends on the day on which it is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelFacts {
    /// When its oldest item was published.
    pub oldest: DateTime<Utc>,
    /// When its newest item was published.
    pub newest: DateTime<Utc>,
    /// How many items it has.
    pub items: u64,
    /// How many items each of the [`PLOTTED_MONTHS`] has, oldest first.
    pub months: Vec<u64>,
    /// Tags that stand on the same items, with how often.
    pub beside: Vec<(Tag, u64)>,
    /// Of a host: how its links are.
    pub host: Option<HostFacts>,
}

/// How the links of a cited host are, by their published verdicts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HostFacts {
    /// How many are cited.
    pub links: u64,
    /// How many of them can be read.
    pub open: u64,
    /// How those are that were cited in each of the [`PLOTTED_MONTHS`], oldest first.
    pub months: Vec<LinkMonth>,
    /// Those that readers do not find as cited, the worst first.
    pub trouble: Vec<CitedSource>,
}

/// What templates show of [`ChannelFacts`].
#[derive(Serialize)]
pub(super) struct FactsView {
    about: String,
    latest: String,
    visit: Option<Link>,
    months: Option<Bars>,
    beside: Vec<WeightedLink>,
    reach: Option<Strip>,
    trouble: Vec<SourceView>,
}

impl FactsView {
    /// Of a channel, as its index page shows them.
    pub(super) fn new(site: &Site, root: &str, channel: &Channel, facts: &ChannelFacts) -> Self {
        let (words, zone) = (site.words(), site.options.timezone);
        let last = Month::of(zone, facts.newest);
        let labels: Vec<String> = last.last(PLOTTED_MONTHS).map(|month| words.month_of(month)).collect();
        let since = words.month_of(Month::of(zone, facts.oldest));
        let beside = facts.beside.iter().map(|(tag, count)| (&*tag.name, &*tag.slug, *count));
        let host = facts.host.as_ref();
        // The page is its host's.
        let shown = |link| SourceView { host_href: None, ..SourceView::new(site, root, link) };
        Self {
            about: match host {
                Some(host) => words.source_facts(&since, facts.items, (host.links, host.open)),
                None => words.tag_facts(&since, facts.items),
            },
            latest: words.latest_item(&words.day(facts.newest.with_timezone(&zone).date_naive())),
            visit: host.and_then(|_| visit(site, &channel.name)),
            months: host.is_none().then(|| Bars::of_months(words, &labels, &facts.months)),
            beside: WeightedLink::all(&format!("{root}{}", layout::TAGS), beside),
            reach: host.map(|host| Strip::of_months(words, &line(&channel.name), &labels, &host.months)),
            trouble: host.iter().flat_map(|host| &host.trouble).map(shown).collect(),
        }
    }
}

/// The front page of a host.
fn visit(site: &Site, host: &str) -> Option<Link> {
    let href = web_uri(&format!("https://{host}/"))?.into_owned();
    Some(Link { name: site.words().visit(&line(host)), href })
}
