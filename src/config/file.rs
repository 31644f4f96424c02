//! The configuration as written: its keys, their types and defaults. Unknown keys are errors with the nearest known one.

use super::Error;
use super::profiles::ProfileTable;
use super::text::wrong;
use serde::Deserialize;
use serde::de::{Deserializer, SeqAccess, Visitor};
use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;
use toml::Spanned;

// What a message calls a table (`expecting`) is not what its type is called here.

/// A configuration file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) site: SiteTable,
    #[serde(default)]
    pub(super) store: StoreTable,
    #[serde(default)]
    pub(super) inputs: Vec<InputTable>,
    #[serde(default)]
    pub(super) profiles: BTreeMap<String, ProfileTable>,
    #[serde(default)]
    pub(super) schedule: ScheduleTable,
    #[serde(default)]
    pub(super) tags: TagsTable,
    #[serde(default)]
    pub(super) net: NetTable,
    #[serde(default)]
    pub(super) verify: VerifyTable,
    #[serde(default)]
    pub(super) archive: ArchiveTable,
    #[serde(default)]
    pub(super) publish: PublishTable,
    #[serde(default)]
    pub(super) bucket: BucketTable,
    #[serde(default)]
    pub(super) serve: ServeTable,
    #[serde(default)]
    pub(super) log: LogTable,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub(super) struct SiteTable {
    pub(super) title: String,
    pub(super) base_url: Spanned<String>,
    #[serde(default)]
    pub(super) language: WrittenLanguage,
    #[serde(default)]
    pub(super) author: Option<String>,
    #[serde(default)]
    pub(super) timezone: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) icon: Option<Spanned<String>>,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
pub(super) enum WrittenLanguage {
    #[default]
    #[serde(rename = "zh-CN")]
    ZhCn,
    #[serde(rename = "en")]
    En,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub(super) struct StoreTable {
    pub(super) url: Option<Spanned<String>>,
    pub(super) node: Option<Spanned<String>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub(super) struct InputTable {
    pub(super) name: Spanned<String>,
    pub(super) digest: Option<Spanned<OneOrMore>>,
    pub(super) feed: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) tags: Vec<String>,
    // Globs for a digest, regular expressions for a feed.
    pub(super) exclude: Option<Spanned<Vec<Spanned<String>>>>,
    // Of digests only.
    pub(super) base_url: Option<Spanned<String>>,
    pub(super) category: Option<Spanned<String>>,
    pub(super) profile: Option<Spanned<String>>,
    // Of feeds only.
    pub(super) schedule: Option<Spanned<String>>,
    pub(super) content: Option<Spanned<WrittenContent>>,
    pub(super) include: Option<Spanned<Vec<Spanned<String>>>>,
    pub(super) strip_tracking: Option<Spanned<bool>>,
}

/// One text, or a list of them.
#[derive(Debug, Clone)]
pub(super) enum OneOrMore {
    One(String),
    More(Vec<Spanned<String>>),
}

// By hand: what serde derives for such a choice loses the places.
impl<'de> Deserialize<'de> for OneOrMore {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Texts;

        impl<'de> Visitor<'de> for Texts {
            type Value = OneOrMore;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text or a list of texts")
            }

            fn visit_str<E>(self, text: &str) -> Result<OneOrMore, E> {
                Ok(OneOrMore::One(text.to_owned()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<OneOrMore, A::Error> {
                let mut texts = Vec::new();
                while let Some(text) = list.next_element()? {
                    texts.push(text);
                }
                Ok(OneOrMore::More(texts))
            }
        }

        deserializer.deserialize_any(Texts)
    }
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum WrittenContent {
    Full,
    Summary,
    None,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub(super) struct ScheduleTable {
    pub(super) cycle: Option<Spanned<String>>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub(super) struct TagsTable {
    #[serde(default)]
    pub(super) aliases: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) slugs: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) rules: Vec<TagRuleTable>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub(super) struct TagRuleTable {
    pub(super) pattern: Spanned<String>,
    pub(super) tag: Spanned<String>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub(super) struct NetTable {
    pub(super) user_agent: Option<Spanned<String>>,
    pub(super) timeout: Option<Spanned<String>>,
    pub(super) concurrency: Option<Spanned<usize>>,
    pub(super) per_host: Option<Spanned<usize>>,
    pub(super) interval: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) allow_networks: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) resolve: BTreeMap<String, Addresses>,
    pub(super) ca_file: Option<String>,
}

/// One address of a name, or several.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged, expecting = "an IP address, or a list of them")]
pub(super) enum Addresses {
    One(IpAddr),
    Several(Vec<IpAddr>),
}

impl Addresses {
    pub(super) fn to_vec(&self) -> Vec<IpAddr> {
        match self {
            Self::One(address) => vec![*address],
            Self::Several(addresses) => addresses.clone(),
        }
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub(super) struct VerifyTable {
    #[serde(default)]
    pub(super) policy: WrittenPolicy,
    pub(super) withhold_for: Option<Spanned<String>>,
    pub(super) budget: Option<Spanned<String>>,
    pub(super) recheck: Option<Vec<Spanned<String>>>,
    pub(super) confirm_gone: Option<Confirm>,
    pub(super) confirm_moved: Option<Confirm>,
    #[serde(default)]
    pub(super) robots: WrittenRobots,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum WrittenPolicy {
    #[default]
    Annotate,
    Withhold,
    Drop,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Confirm {
    pub(super) checks: u32,
    pub(super) over: Spanned<String>,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum WrittenRobots {
    #[default]
    Ignore,
    Respect,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub(super) struct ArchiveTable {
    pub(super) url: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) save: bool,
    pub(super) budget: Option<Spanned<String>>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub(super) struct PublishTable {
    pub(super) directory: Option<String>,
    pub(super) formats: Option<Vec<WrittenFormat>>,
    pub(super) items_per_feed: Option<Spanned<usize>>,
    #[serde(default)]
    pub(super) item_link: WrittenItemLink,
    pub(super) theme: Option<Spanned<String>>,
    pub(super) pictures: Option<bool>,
    pub(super) bucket: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) exact_keys: bool,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub(super) struct BucketTable {
    pub(super) endpoint: Option<Spanned<String>>,
    pub(super) region: Option<String>,
    pub(super) credentials: Option<String>,
    #[serde(default)]
    pub(super) compress: WrittenCompression,
    pub(super) budget: Option<Spanned<String>>,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum WrittenCompression {
    #[default]
    None,
    Gzip,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub(super) struct ServeTable {
    pub(super) listen: Option<Spanned<String>>,
    pub(super) admin: Option<Spanned<String>>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum WrittenFormat {
    Rss,
    Atom,
    Json,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum WrittenItemLink {
    #[default]
    Page,
    Source,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub(super) struct LogTable {
    #[serde(default)]
    pub(super) format: WrittenLogFormat,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum WrittenLogFormat {
    #[default]
    Auto,
    Text,
    Json,
}

/// Parses a configuration file.
pub(super) fn parse(path: &str, text: &str) -> Result<File, Error> {
    toml::from_str(text).map_err(|error| {
        let message = with_nearest_key(error.message());
        wrong(path, text, &error.span().unwrap_or(0..0), message)
    })
}

/// serde lists the known keys in backticks behind the unknown one; the nearest is what was meant.
fn with_nearest_key(message: &str) -> String {
    let mut names = message.split('`').skip(1).step_by(2);
    if !message.starts_with("unknown field") {
        return message.to_owned();
    }
    let unknown = names.next().unwrap_or_default();
    let nearest = names.max_by(|a, b| strsim::jaro_winkler(unknown, a).total_cmp(&strsim::jaro_winkler(unknown, b)));
    match nearest.filter(|nearest| strsim::jaro_winkler(unknown, nearest) > 0.8) {
        Some(nearest) => format!("unknown key `{unknown}`; the nearest known key is `{nearest}`"),
        None => format!("unknown key `{unknown}`; config/wellsourced.toml of the sources explains all there are"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEFAULT: &str = include_str!("../../config/wellsourced.toml");

    /// The keys that a table knows, as serde names them when it meets an unknown one.
    fn keys(header: &str) -> Vec<String> {
        let error = toml::from_str::<File>(&format!("{header}\nzzz = 1\n")).expect_err("an unknown key");
        let names: Vec<String> = error.message().split('`').skip(1).step_by(2).map(str::to_owned).collect();
        assert_eq!(names.first().map(String::as_str), Some("zzz"), "{}", error.message());
        names.into_iter().skip(1).collect()
    }

    #[test]
    fn every_key_that_parses_stands_in_the_default_configuration() {
        let stands = |key: &str| {
            DEFAULT.lines().map(|line| line.trim_start_matches("# ")).any(|line| {
                [format!("{key} = "), format!("[{key}]"), format!("[[{key}]]")]
                    .iter()
                    .any(|form| line.starts_with(form))
            })
        };
        let root = keys("");
        assert!(root.len() > 5 && root.iter().all(|key| stands(key) || key == "profiles"), "{root:?}");
        for table in root {
            let header = match table.as_str() {
                "inputs" => "[[inputs]]".to_owned(),
                "profiles" => continue,
                table => format!("[{table}]"),
            };
            let missing: Vec<String> =
                keys(&header).into_iter().filter(|key| !stands(key) && !stands(&format!("{table}.{key}"))).collect();
            assert!(missing.is_empty(), "{table}: {missing:?}");
        }
        let profiles =
            ["[profiles.x]", "[profiles.x.post]", "[profiles.x.items]", "[profiles.x.sources]"].map(keys).concat();
        assert!(profiles.len() > 30);
        for key in profiles.iter().filter(|key| !["post", "items", "sources"].contains(&key.as_str())) {
            assert!(stands(key), "{key}");
        }
        for key in keys("[[tags.rules]]") {
            assert!(stands(&key), "{key}");
        }
    }
}
