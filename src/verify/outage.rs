//! Whether it is us: many hosts that fail below HTTP at once mean that the network is down here. Pure.

use crate::model::{Check, LinkKey, Verdict};
use std::collections::HashMap;

/// Fewer hosts than this are too few to tell a broken network from broken hosts.
const MANY_HOSTS: usize = 5;

/// Which hosts of a sweep gave an answer in HTTP, noted as its checks come in. Refused and held-back links were not
/// tried and do not count; a host counts once, as reached when anything of it was.
#[derive(Debug, Clone, Default)]
pub struct Reach {
    hosts: HashMap<String, bool>,
    reached: usize,
    tried: usize,
}

impl Reach {
    /// Notes what one check says of its host.
    pub fn note(&mut self, check: &Check) {
        if !was_tried(check) {
            return;
        }
        self.tried += 1;
        let host = self.hosts.entry(LinkKey::host_of(&check.url).unwrap_or_default()).or_default();
        self.reached += usize::from(check.reached_http && !*host);
        *host |= check.reached_http;
    }

    /// Whether anything was reached.
    pub fn any(&self) -> bool {
        self.reached > 0
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

    /// Whether the network cannot turn out to be down any more, whatever the rest of the sweep says: half of all its
    /// `hosts` were reached.
    pub fn is_sure(&self, hosts: usize) -> bool {
        self.any() && self.reached * 2 >= hosts.max(self.hosts.len())
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
