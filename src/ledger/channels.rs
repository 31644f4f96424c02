//! Where an item stands: the combined channel, its tags, the hosts it cites; and the path of a channel that is new.

use crate::model::{ChannelKind, LinkKey, SourceLink, former_tag_key, is_ignorable, short_hash, slug_of, tag_key};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// A channel that an item stands in, with what it would like to be called where it is new.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelWish {
    /// What it gathers.
    pub kind: ChannelKind,
    /// Case-folded name of a tag; the host.
    pub key: String,
    /// The key that the tag may be known under from before, when characters counted that nobody sees.
    pub former: Option<String>,
    /// Name of the tag as spelled here; the host.
    pub name: String,
    /// The path that it would like.
    pub slug: String,
}

/// A channel that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownChannel {
    /// Its row; `None` where it has none yet.
    pub row: Option<i64>,
    /// Its path.
    pub slug: String,
    /// Its name.
    pub name: String,
}

/// Channels that are known by kind and key, and paths that are taken, as far as they were asked for.
#[derive(Debug, Clone, Default)]
pub struct Channels {
    known: HashMap<(ChannelKind, String), KnownChannel>,
    taken: HashSet<(ChannelKind, String)>,
}

impl ChannelWish {
    /// The channel of everything.
    pub fn combined() -> Self {
        let empty = String::new;
        Self { kind: ChannelKind::Combined, key: empty(), former: None, name: empty(), slug: empty() }
    }

    /// The channel of a tag. `slugs` are configured paths by name.
    pub fn tag(name: &str, slugs: &BTreeMap<String, String>) -> Self {
        let key = tag_key(name);
        let former = name.contains(is_ignorable).then(|| former_tag_key(name)).filter(|former| *former != key);
        let configured = slugs.iter().find(|(tag, _)| tag_key(tag) == key).map(|(_, slug)| slug_of(slug));
        let slug = configured.unwrap_or_else(|| slug_of(name));
        Self { kind: ChannelKind::Tag, key, former, name: name.to_owned(), slug }
    }

    /// The channel of a cited host.
    pub fn source(url: &str) -> Option<Self> {
        let host = LinkKey::host_of(url)?;
        let slug = host.replace(':', "-").replace(['[', ']'], "");
        Some(Self { kind: ChannelKind::Source, key: host.clone(), former: None, name: host, slug })
    }

    /// The channels of an item with these tags and sources, each once, with the ordinal of the tag or source.
    pub fn all(tags: &[&String], sources: &[&SourceLink], slugs: &BTreeMap<String, String>) -> Vec<(Self, i64)> {
        let mut all = vec![(Self::combined(), 0)];
        all.extend((0_i64..).zip(tags).map(|(ordinal, name)| (Self::tag(name, slugs), ordinal)));
        all.extend((0_i64..).zip(sources).filter_map(|(ordinal, source)| Some((Self::source(&source.url)?, ordinal))));
        let mut seen = BTreeSet::new();
        all.retain(|(wish, _)| seen.insert((wish.kind, wish.key.clone())));
        all
    }
}

impl Channels {
    /// A channel that is known.
    pub fn know(&mut self, kind: ChannelKind, key: String, channel: KnownChannel) {
        self.taken.insert((kind, channel.slug.clone()));
        self.known.insert((kind, key), channel);
    }

    /// A path that is taken.
    pub fn know_slug(&mut self, kind: ChannelKind, slug: String) {
        self.taken.insert((kind, slug));
    }

    /// The key and the channel of a wish, where it is known. A tag that was published under a key of old keeps it.
    pub fn find(&self, wish: &ChannelWish) -> Option<(&str, &KnownChannel)> {
        let mut keys = std::iter::once(&wish.key).chain(&wish.former);
        let known = |key: &String| self.known.get_key_value(&(wish.kind, key.clone()));
        keys.find_map(known).map(|((_, key), channel)| (key.as_str(), channel))
    }

    /// Makes a channel for a wish that is not known, and tells its path: a taken one gets a hash of the key.
    pub fn make(&mut self, wish: &ChannelWish) -> String {
        let mut slug = wish.slug.clone();
        if !self.taken.insert((wish.kind, slug.clone())) {
            slug = format!("{slug}-{}", short_hash(&wish.key));
            self.taken.insert((wish.kind, slug.clone()));
        }
        let channel = KnownChannel { row: None, slug: slug.clone(), name: wish.name.clone() };
        self.known.insert((wish.kind, wish.key.clone()), channel);
        slug
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_given_to_one_channel_only() {
        let mut channels = Channels::default();
        let slugs = BTreeMap::from([("人工智能".to_owned(), "ai".to_owned())]);
        channels.know(
            ChannelKind::Tag,
            "ai".to_owned(),
            KnownChannel { row: Some(1), slug: "ai".into(), name: "AI".into() },
        );
        let wish = ChannelWish::tag("人工智能", &slugs);
        assert_eq!(channels.find(&wish), None);
        assert_eq!(channels.make(&wish), format!("ai-{}", short_hash("人工智能")));
        assert_eq!(channels.find(&ChannelWish::tag("ＡＩ", &slugs)).and_then(|(_, known)| known.row), Some(1));
    }

    #[test]
    fn a_tag_keeps_the_key_that_it_was_published_under() {
        let mut channels = Channels::default();
        let wish = ChannelWish::tag("a\u{200b}b", &BTreeMap::new());
        let former = wish.former.clone().unwrap();
        channels.know(
            ChannelKind::Tag,
            former.clone(),
            KnownChannel { row: Some(7), slug: "a-b".into(), name: "ab".into() },
        );
        assert_eq!(channels.find(&wish).map(|(key, _)| key.to_owned()), Some(former));
    }

    #[test]
    fn an_item_stands_once_in_each_channel() {
        let (a, b) = ("AI".to_owned(), "ai".to_owned());
        let source = |url: &str| SourceLink { label: "x".into(), url: url.into() };
        let (first, second) = (source("https://www.a.example/1"), source("https://a.example/2"));
        let all = ChannelWish::all(&[&a, &b], &[&first, &second], &BTreeMap::new());
        let keys: Vec<&str> = all.iter().map(|(wish, _)| wish.key.as_str()).collect();
        assert_eq!(keys, ["", "ai", "a.example"]);
    }
}
