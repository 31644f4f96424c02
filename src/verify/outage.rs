//! Whether it is us: many hosts that fail below HTTP at once mean that the network is down here, many that show the same that
//! somebody answers in their place (a log-in of a hotel, a provider's notice). Pure.

use super::judge;
use crate::model::{Check, LinkKey, Portrait, Verdict, registrable_domain};
use std::collections::{BTreeSet, HashMap};
use xxhash_rust::xxh3::xxh3_64;

/// Fewer hosts than this are too few to tell a broken network from broken hosts.
const MANY_HOSTS: usize = 5;

/// So many unrelated sites do not show the same by chance.
const UNRELATED: usize = 3;

/// Which hosts of a sweep gave an answer in HTTP, noted as its checks come in, and what they showed. Refused and held-back
/// links were not tried and do not count; a host counts once, as reached when anything of it was.
#[derive(Debug, Clone, Default)]
pub struct Reach {
    hosts: HashMap<String, HostReach>,
    /// By what was shown: the sites that showed it.
    shown: HashMap<Shown, BTreeSet<String>>,
    reached: usize,
    tried: usize,
}

#[derive(Debug, Clone, Default)]
struct HostReach {
    reached: bool,
    /// Links of it that were well before.
    well: usize,
    /// Those of them that are not any more.
    turned: usize,
    /// Whether one showed what it had shown before.
    is_itself: bool,
    /// What it showed.
    shows: BTreeSet<Shown>,
}

/// How a link was before it was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LinkBefore {
    was_well: bool,
    /// Hash of what its page looked like.
    looks: Option<u64>,
}

impl LinkBefore {
    /// Of a link that was alive or not, and of which it is known what its page looked like or not.
    pub fn new(was_well: bool, portrait: Option<&Portrait>) -> Self {
        Self { was_well, looks: portrait.map(looks) }
    }
}

/// What a page is called and where it stands.
fn looks(portrait: &Portrait) -> u64 {
    xxh3_64(format!("{}\n{}", portrait.domain, portrait.title).as_bytes())
}

/// What an answer shows of who gave it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Shown {
    /// Another site that it leads to: a registrable domain.
    Site(String),
    /// The page itself: a hash of it.
    Page(u64),
}

/// Why the answers of a sweep are not to be trusted as they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Distrust {
    /// What was seen, in words.
    pub why: String,
    /// Whether that is enough by itself; else links elsewhere that were well are to be looked at.
    pub is_plain: bool,
}

impl Reach {
    /// Notes what one check says of its host.
    pub fn note(&mut self, check: &Check, before: LinkBefore) {
        if !was_tried(check) {
            return;
        }
        self.tried += 1;
        let host = self.hosts.entry(LinkKey::host_of(&check.url).unwrap_or_default()).or_default();
        self.reached += usize::from(check.reached_http && !host.reached);
        host.reached |= check.reached_http;
        host.well += usize::from(before.was_well);
        host.turned += usize::from(before.was_well && check.reached_http && !check.verdict.is_alive());
        host.is_itself |= before.looks.is_some() && before.looks == check.portrait.as_ref().map(looks);
        let site = registrable_domain(&check.url).unwrap_or_default();
        let leads_to = judge::elsewhere(check).map(Shown::Site);
        for shown in leads_to.into_iter().chain(check.face.map(Shown::Page)) {
            self.shown.entry(shown.clone()).or_default().insert(site.clone());
            host.shows.insert(shown);
        }
    }

    /// Whether anything was reached.
    pub fn any(&self) -> bool {
        self.reached > 0
    }

    /// The hosts that were tried.
    pub fn hosts(&self) -> impl Iterator<Item = &str> {
        self.hosts.keys().map(String::as_str)
    }

    /// Why the network seems to be down here, for the summary; `None` when it is not.
    pub fn network_is_down(&self) -> Option<String> {
        let all = self.hosts.len();
        let down = all - self.reached;
        if self.tried > 0 && down == all {
            let (links, hosts) = (plural(self.tried, "link"), plural(all, "host"));
            return Some(format!("no answer in HTTP from {hosts} ({links} tried)"));
        }
        if all >= MANY_HOSTS && down * 2 > all {
            return Some(format!(
                "{down} of {all} hosts gave no answer in HTTP ({} tried)",
                plural(self.tried, "link")
            ));
        }
        None
    }

    /// Why somebody else may have answered in the place of these hosts; `None` when they speak for themselves.
    pub fn distrust(&self) -> Option<Distrust> {
        let (all, well) = (self.hosts.len(), self.hosts.values().filter(|host| host.well > 0).count());
        let alike = self.hosts.values().filter(|host| self.is_like_others(host));
        let (alike, alike_well) = alike.fold((0, 0), |(n, well), host| (n + 1, well + usize::from(host.well > 0)));
        if alike >= UNRELATED && alike * 2 > all {
            let why = format!("{alike} of {all} hosts show the same page or lead to one site");
            return Some(Distrust { why, is_plain: alike_well >= UNRELATED });
        }
        let turned = self.hosts.values().filter(|host| host.turned > 0).count();
        if turned * 2 > well {
            let why = format!("{turned} of {} that were well answer otherwise all at once", plural(well, "host"));
            return Some(Distrust { why, is_plain: false });
        }
        None
    }

    /// Whether neither can come out any more, whatever the rest of the sweep says: half of all its `hosts` were reached
    /// and speak for themselves.
    pub fn is_sure(&self, hosts: usize) -> bool {
        let all = hosts.max(self.hosts.len());
        if !self.any() || self.reached * 2 < all {
            return false;
        }
        let speaks =
            |host: &&HostReach| host.is_itself || host.reached && host.turned == 0 && !self.is_like_others(host);
        self.hosts.values().filter(speaks).count() * 2 >= all
    }

    fn is_like_others(&self, host: &HostReach) -> bool {
        !host.is_itself
            && host.shows.iter().any(|shown| self.shown.get(shown).is_some_and(|sites| sites.len() >= UNRELATED))
    }
}

fn was_tried(check: &Check) -> bool {
    let untouched = matches!(check.verdict, Verdict::Refused | Verdict::Unchecked) || check.rule == super::HELD_BACK;
    check.reached_http || !untouched
}

fn plural(n: usize, word: &str) -> String {
    if n == 1 { format!("1 {word}") } else { format!("{n} {word}s") }
}

#[cfg(test)]
#[path = "tests/outage.rs"]
mod tests;
