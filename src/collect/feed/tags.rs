//! The tags of an entry: the input's, those that rules give, its own categories through the aliases.

use super::FeedOptions;
use super::filter::EntryWords;
use crate::collect::html::{fold, strip_illegal};
use crate::model::{tag_key, visible_name};
use std::collections::{HashMap, HashSet};

/// Most tags of an item; some publishers list every word.
const MAX_TAGS: usize = 20;

/// Longest tag in characters; what is longer is a sentence.
const MAX_NAME: usize = 100;

/// The canonical names and the input's own tags, folded once for a whole feed.
#[derive(Debug)]
pub(super) struct Tagger<'a> {
    options: &'a FeedOptions,
    aliases: HashMap<String, &'a str>,
}

impl<'a> Tagger<'a> {
    pub(super) fn new(options: &'a FeedOptions) -> Self {
        let aliases = options.aliases.iter().map(|(alias, name)| (tag_key(alias), name.as_str())).collect();
        Self { options, aliases }
    }

    /// What an entry is about: tags of rules, then its categories; without the input's own, which say nothing of it.
    pub(super) fn topics(&self, categories: &[String], said: EntryWords<'_>) -> Vec<String> {
        let rules = self.options.rules.iter().filter(|rule| rule.applies(said)).map(|rule| &rule.tag);
        self.named(rules.chain(categories))
    }

    /// All tags of an item whose topics are these.
    pub(super) fn all(&self, topics: &[String]) -> Vec<String> {
        if self.options.tags.is_empty() { topics.to_vec() } else { self.named(self.options.tags.iter().chain(topics)) }
    }

    /// The names as they are published: canonical, each once, without what is no tag.
    fn named<'n>(&self, names: impl Iterator<Item = &'n String>) -> Vec<String> {
        let mut keys = HashSet::new();
        let mut tags = Vec::new();
        // Of a flood only its beginning is looked at.
        for name in names.take(10 * MAX_TAGS) {
            let name = fold(&visible_name(&strip_illegal(name)));
            let key = tag_key(&name);
            if key.is_empty() || is_address(&key) || name.chars().nth(MAX_NAME).is_some() {
                continue;
            }
            let canonical = self.aliases.get(&key).map_or(name, |canonical| (*canonical).to_owned());
            if tags.len() < MAX_TAGS && keys.insert(tag_key(&canonical)) {
                tags.push(canonical);
            }
        }
        tags
    }
}

/// Whether a category is an address, such as that of a vocabulary, and so no name.
fn is_address(key: &str) -> bool {
    key.starts_with("http://") || key.starts_with("https://") || key.starts_with("urn:")
}
