//! Whether it is us: many hosts that fail below HTTP at once mean that the network is down here. Pure.

use crate::model::{Check, LinkKey, Verdict};
use std::collections::BTreeMap;

/// Fewer hosts than this are too few to tell a broken network from broken hosts.
const MANY_HOSTS: usize = 5;

/// Why the network seems to be down here, for the summary; `None` when it is not. Refused and held-back links were
/// not tried and do not count; a host counts once, and only when nothing of it was reached.
pub fn network_is_down(checks: &[Check]) -> Option<String> {
    let mut hosts: BTreeMap<String, bool> = BTreeMap::new();
    let mut tried = 0_usize;
    for check in checks.iter().filter(|check| was_tried(check)) {
        tried += 1;
        let host = LinkKey::host_of(&check.url).unwrap_or_default();
        *hosts.entry(host).or_default() |= check.reached_http;
    }
    let down = hosts.values().filter(|reached| !**reached).count();
    let all = hosts.len();
    if tried > 0 && down == all {
        let (links, hosts) = (plural(tried, "link"), plural(all, "host"));
        return Some(format!("no answer in HTTP from {hosts} ({links} tried)"));
    }
    if all >= MANY_HOSTS && down * 2 > all {
        return Some(format!("{down} of {all} hosts gave no answer in HTTP ({} tried)", plural(tried, "link")));
    }
    None
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
