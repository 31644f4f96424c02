//! Gathers what the heads of channels' pages tell, for many channels at once.

use super::compose::Composer;
use crate::model::ChannelKind;
use crate::pipeline::Error;
use crate::publish::{ChannelFacts, HostFacts, LinkMonth, Month, PLOTTED_MONTHS};
use crate::store::{ChannelState, Span};
use std::collections::HashMap;

/// The newest items of a channel among which is looked what goes with it: enough to tell, and no more work in years to come.
const LOOKED_AT: u32 = 500;

/// Tags that are told to go with a channel.
const BESIDE: u32 = 6;

/// Links of a host that are told to need a look.
const TROUBLE: u32 = 10;

impl Composer<'_> {
    /// What is told of tags and hosts, each with how many items it has; nothing of those that have none.
    pub(super) async fn facts(&self, part: &[(&ChannelState, u64)]) -> Result<HashMap<i64, ChannelFacts>, Error> {
        let of = |kind: ChannelKind| {
            let wanted = part.iter().filter(move |(state, items)| state.channel.kind == kind && *items > 0);
            wanted.map(|(state, items)| (state.id, *items)).collect::<Vec<_>>()
        };
        let (tags, hosts) = (of(ChannelKind::Tag), of(ChannelKind::Source));
        let all: Vec<i64> = tags.iter().chain(&hosts).map(|(id, _)| *id).collect();
        let (ages, mut beside) =
            (self.store.channel_ages(&all).await?, self.store.tags_beside(&all, LOOKED_AT, BESIDE).await?);
        let zone = self.site.options.timezone;
        let newest = |id: &i64| ages.get(id).map(|(_, newest)| Month::of(zone, *newest));
        let spans = |channels: &[(i64, u64)]| -> Vec<Span> {
            let months = channels.iter().filter_map(|(id, _)| Some((*id, newest(id)?)));
            let span =
                |id: i64, month: Month| (id, month.start(zone).timestamp(), month.plus(1).start(zone).timestamp());
            months.flat_map(|(id, month)| month.last(PLOTTED_MONTHS).map(move |month| span(id, month))).collect()
        };
        let counts = self.store.members_within(&spans(&tags)).await?;
        let mut of_hosts = self.host_facts(&hosts, &spans(&hosts)).await?;
        let mut facts = HashMap::new();
        for (id, items) in tags.into_iter().chain(hosts) {
            let Some((oldest, newest)) = ages.get(&id).copied() else { continue };
            let month = |month: Month| counts.get(&(id, month.start(zone).timestamp())).copied().unwrap_or_default();
            let months = Month::of(zone, newest).last(PLOTTED_MONTHS).map(month).collect();
            let beside = beside.remove(&id).unwrap_or_default();
            let beside = beside.into_iter().filter_map(|(tag, items)| Some((self.tags.get(&tag)?.clone(), items)));
            let (beside, host) = (beside.collect(), of_hosts.remove(&id));
            facts.insert(id, ChannelFacts { oldest, newest, items, months, beside, host });
        }
        Ok(facts)
    }

    /// How the links of hosts are.
    async fn host_facts(&self, hosts: &[(i64, u64)], spans: &[Span]) -> Result<HashMap<i64, HostFacts>, Error> {
        let ids: Vec<i64> = hosts.iter().map(|(id, _)| *id).collect();
        let links = self.store.host_links(&ids).await?;
        let months = self.store.host_links_within(spans).await?;
        let mut trouble = self.store.host_trouble(&ids, TROUBLE).await?;
        let mut facts: HashMap<i64, HostFacts> = HashMap::new();
        for id in ids {
            let links = links.get(&id).copied().unwrap_or_default();
            let trouble = trouble.remove(&id).unwrap_or_default();
            facts.insert(id, HostFacts { links: links.all, open: links.open, months: Vec::new(), trouble });
        }
        for (id, from, _) in spans {
            let month = months.get(&(*id, *from)).copied().unwrap_or_default();
            if let Some(host) = facts.get_mut(id) {
                host.months.push(LinkMonth::of(month.open, month.closed));
            }
        }
        Ok(facts)
    }
}
