//! Checks the links of posts, and says what their checks add up to with those that the store remembers. Records nothing.

use super::reader::StoreReader;
use crate::collect::proof::{self, Edit, Level, PostLink, ProofMark, rules};
use crate::model::{Check, Complaint, Judgement, LinkKey, Place, Verdict};
use crate::net::{self, Client};
use crate::store::History;
use crate::verify::{self, CheckOptions, LinkBefore, Policy, Reach, Target};
use chrono::{DateTime, Utc};
use futures::StreamExt;
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;
use url::Url;

/// How long all links of a check may take together.
const BUDGET: Duration = Duration::from_mins(10);

/// How links are checked and judged.
#[derive(Debug, Clone)]
pub(super) struct LinkOptions {
    pub(super) net: net::Options,
    pub(super) check: CheckOptions,
    pub(super) policy: Policy,
}

/// What stands against a link.
#[derive(Debug, Clone)]
struct Stands {
    judgement: Judgement,
    /// The address that is written in its place: of a page that moved within its site, as was seen often enough.
    instead: Option<String>,
}

/// What stands against links, by their keys.
#[derive(Debug, Default)]
pub(super) struct Verdicts {
    stands: HashMap<LinkKey, Stands>,
    /// Why nothing can be said of them.
    network_down: Option<String>,
}

/// Checks links, each once.
pub(super) async fn check(
    urls: Vec<String>,
    options: &LinkOptions,
    store: &mut StoreReader,
    now: DateTime<Utc>,
) -> anyhow::Result<Verdicts> {
    let mut by_key: BTreeMap<LinkKey, String> = BTreeMap::new();
    for url in urls {
        if let Some(key) = LinkKey::of(&url) {
            by_key.entry(key).or_insert(url);
        }
    }
    let keys: Vec<&str> = by_key.keys().map(LinkKey::as_str).collect();
    let mut histories = store.ask(async |store| store.histories(&keys).await).await;
    let client = Client::new(options.net.clone())?;
    let targets: Vec<Target> = by_key.values().map(Target::new).collect();
    let budget = tokio::time::sleep(BUDGET);
    let mut checks = verify::check_all(&client, &options.check, futures::stream::iter(targets), now, budget);
    let mut reach = Reach::default();
    let mut verdicts = Verdicts::default();
    while let Some(check) = checks.next().await {
        let Some(key) = LinkKey::of(&check.url) else { continue };
        let history = histories.remove(key.as_str());
        reach.note(&check, before(history.as_ref()));
        verdicts.stands.insert(key, judged(check, history, options));
    }
    verdicts.network_down = reach.network_is_down().or_else(|| {
        // One page in the place of many: what stands there is nobody's.
        reach.distrust().filter(|distrust| distrust.is_plain).map(|distrust| distrust.why)
    });
    Ok(verdicts)
}

fn before(history: Option<&History>) -> LinkBefore {
    let was_well = history.and_then(|history| history.checks.last()).is_some_and(|last| last.verdict.is_alive());
    let memory = history.map(|history| &history.beside.memory);
    LinkBefore::new(was_well, memory.and_then(|memory| memory.last.as_ref().or(memory.first.as_ref())))
}

fn judged(check: Check, history: Option<History>, options: &LinkOptions) -> Stands {
    let (mut checks, beside) = history.map(|history| (history.checks, history.beside)).unwrap_or_default();
    checks.push(check);
    let judgement = verify::judge(&checks, &beside, &options.policy).judgement;
    let instead = verify::moved_within_site(&checks, &options.policy);
    let instead = instead.filter(|to| judgement.verdict == Verdict::Moved && judgement.moved_to.as_ref() == Some(to));
    Stands { judgement, instead }
}

impl Verdicts {
    /// What is told of the links of a post.
    pub(super) fn marks(&self, path: &str, text: &str, base: Option<&Url>) -> Vec<ProofMark> {
        if let Some(why) = &self.network_down {
            let message = format!("the network is down here: {why}; nothing is said of the links");
            let complaint = Complaint::warning(Place::file(path), message, "check again once the network is up");
            let mark = ProofMark::of_complaint(rules::NETWORK_DOWN, complaint);
            return vec![ProofMark { level: Level::Note, ..mark }];
        }
        proof::links(path, text, base).iter().filter_map(|link| self.mark(path, text, link)).collect()
    }

    fn mark(&self, path: &str, text: &str, link: &PostLink) -> Option<ProofMark> {
        let Stands { judgement, instead } = self.stands.get(&LinkKey::of(&link.url)?)?;
        let Judgement { verdict, evidence, since, moved_to, .. } = judgement;
        let url = &link.url;
        let since = since.map(|since| format!(" since {}", since.format("%F"))).unwrap_or_default();
        let (rule, level, message, help) = match verdict {
            Verdict::Reachable | Verdict::Unchecked => return None,
            Verdict::Gone => {
                let message = format!("`{url}` is gone{since}, as several checks found: {evidence}");
                (rules::DEAD_LINK, Level::Error, message, "cite another source, or an archived copy".to_owned())
            }
            Verdict::Replaced => {
                let message = format!("something else stands at `{url}`{since}, as several checks found: {evidence}");
                (rules::DEAD_LINK, Level::Error, message, "cite another source, or an archived copy".to_owned())
            }
            Verdict::Failing => {
                let message = format!("`{url}` was not reached: {evidence}");
                let help = "open it in a browser; once is no death, and fails no build".to_owned();
                (rules::FAILING_LINK, Level::Note, message, help)
            }
            Verdict::Blocked => {
                let message = format!("the server of `{url}` does not let us look: {evidence}");
                (rules::BLOCKED_LINK, Level::Note, message, "open it in a browser; its readers may see it".to_owned())
            }
            Verdict::Refused => {
                let message = format!("`{url}` is not contacted: {evidence}");
                let help = "cite an address that everybody can reach".to_owned();
                (rules::LINK, Level::Warning, message, help)
            }
            Verdict::Moved => {
                let to = moved_to.as_deref()?;
                let message = format!("`{url}` moved to `{to}`");
                let help = match instead {
                    Some(_) => format!("write `{to}`; `--fix` does"),
                    None => format!("write `{to}`, if that is the page"),
                };
                (rules::MOVED_LINK, Level::Note, message, help)
            }
        };
        let (place, length) = proof::place_of(path, text, &link.range);
        let edit = instead.as_ref().filter(|_| !link.range.is_empty()).map(|to| with_fragment(to, url));
        let edit = edit.map(|text| Edit { range: link.range.clone(), text });
        Some(ProofMark { rule, level, place, length, message, help, edit })
    }
}

/// The new address with the fragment that the old one had.
fn with_fragment(to: &str, from: &str) -> String {
    match (to.contains('#'), from.split_once('#')) {
        (false, Some((_, fragment))) => format!("{to}#{fragment}"),
        _ => to.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fragment_goes_along() {
        assert_eq!(with_fragment("https://a.example/new", "https://a.example/old#part"), "https://a.example/new#part");
        assert_eq!(with_fragment("https://a.example/new#x", "https://a.example/old#y"), "https://a.example/new#x");
    }
}
