//! Reads a post's front matter: our keys and nothing else. Readers' comments, names and addresses, which real posts
//! keep there, are skipped by the parser and never held; messages quote no line of it.

use super::notes::{Notes, Spot};
use crate::collect::html;
use serde::Deserialize;
use serde::de::{Deserializer, Error as _, SeqAccess, Visitor};
use serde_saphyr::{DuplicateKeyPolicy, Location, Options, Spanned};
use std::fmt;

/// Stands for a character that YAML and XML refuse until [`Notes::legal`] removes it with a warning; YAML would refuse
/// the whole post for it.
const REFUSED: char = '\u{fdd0}';

/// Our keys, as messages name them.
const KEYS: [&str; 8] = ["title", "tags", "date", "permalink", "largepic", "author", "category", "categories"];

/// A file cut at its front matter.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Cut<'a> {
    /// The file does not begin with `---`.
    None,
    /// It begins with `---` and no line closes it.
    Unclosed,
    /// The YAML, the Markdown after it, and the number of lines before the Markdown.
    At { yaml: &'a str, body: &'a str, lines: usize },
}

/// A scalar and where it stands in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Value {
    pub(super) text: String,
    pub(super) spot: Spot,
}

/// The front matter as far as it concerns us.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Front {
    pub(super) title: Option<Value>,
    pub(super) tags: Vec<Value>,
    pub(super) date: Option<Value>,
    pub(super) permalink: Option<Value>,
    pub(super) largepic: Option<Value>,
    pub(super) author: Option<Value>,
    pub(super) categories: Vec<Value>,
}

/// Finds the front matter: between a first line `---` and the next line `---` or `...`.
pub(super) fn cut(text: &str) -> Cut<'_> {
    let mut lines = text.split_inclusive('\n');
    let Some(first) = lines.next() else { return Cut::None };
    if first.trim_end() != "---" {
        return Cut::None;
    }
    let start = first.len();
    let mut end = start;
    for (index, line) in lines.enumerate() {
        if matches!(line.trim_end(), "---" | "...") {
            return match (text.get(start..end), text.get(end + line.len()..)) {
                (Some(yaml), Some(body)) => Cut::At { yaml, body, lines: index + 2 },
                _ => Cut::Unclosed,
            };
        }
        end += line.len();
    }
    Cut::Unclosed
}

/// Reads our keys; `None`, with a complaint, where the YAML cannot be read.
pub(super) fn parse(yaml: &str, notes: &mut Notes<'_>) -> Option<Front> {
    let printable: String = yaml.chars().map(|c| if html::is_legal(c) { c } else { REFUSED }).collect();
    let has_values = printable.lines().any(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'));
    if !has_values {
        return Some(Front::default());
    }
    match serde_saphyr::from_str_with_options::<Wire>(&printable, options()) {
        Ok(wire) => Some(wire.into_front()),
        Err(error) => {
            complain(&error, &printable, notes);
            None
        }
    }
}

/// A front matter is a few keys and perhaps some hundred comments; anything far beyond that is an attack.
fn options() -> Options {
    let mut options = Options::default();
    options.budget = serde_saphyr::budget! {
        max_depth: 24,
        flow_nesting_limit: 24,
        max_nodes: 20_000,
        max_events: 60_000,
        max_aliases: 64,
        max_anchors: 64,
        max_recorded_anchor_events: 4_096,
        max_recorded_anchor_bytes: 256 * 1024,
        max_merge_keys: 16,
        max_documents: 1,
    };
    options.with_snippet = false;
    options.emit_comments = false;
    options.duplicate_keys = DuplicateKeyPolicy::Error;
    options
}

/// The parser's own messages may quote what it stumbled over, and that may be a reader's comment.
fn complain(error: &serde_saphyr::Error, yaml: &str, notes: &mut Notes<'_>) {
    let location = error.location().unwrap_or(Location::UNKNOWN);
    let spot = spot_of(location);
    let line = usize::try_from(location.line()).ok().and_then(|n| yaml.lines().nth(n.checked_sub(1)?));
    let key = line
        .and_then(|line| KEYS.iter().find(|key| line.strip_prefix(**key).is_some_and(|rest| rest.starts_with(':'))));
    match (error, key) {
        (serde_saphyr::Error::Budget { .. }, _) => notes.error(
            spot,
            "the front matter is nested too deeply or far too long to be read",
            "keep only the post's own keys in it",
        ),
        (_, Some(key)) => notes.error(
            spot,
            format!("the value of `{key}` in the front matter cannot be read"),
            "write one plain or quoted value, or for tags a list; quote values that hold `: ` or ` #`; name a key once",
        ),
        _ => notes.error(
            spot,
            "the front matter is not valid YAML here",
            "quote values that hold `: ` or ` #`, close every quote and bracket, indent with spaces, name a key once",
        ),
    }
}

/// Lines of the YAML count from the line after `---`.
fn spot_of(location: Location) -> Spot {
    let number = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
    Spot::new(number(location.line()).saturating_add(1), number(location.column()))
}

/// The front matter as written.
#[derive(Debug, Deserialize)]
struct Wire {
    #[serde(default)]
    title: Option<Spanned<String>>,
    #[serde(default)]
    tags: Option<Spanned<OneOrMany>>,
    #[serde(default)]
    date: Option<Spanned<String>>,
    #[serde(default)]
    permalink: Option<Spanned<String>>,
    #[serde(default)]
    largepic: Option<Spanned<String>>,
    #[serde(default)]
    author: Option<Spanned<String>>,
    #[serde(default)]
    category: Option<Spanned<OneOrMany>>,
    #[serde(default)]
    categories: Option<Spanned<OneOrMany>>,
}

impl Wire {
    fn into_front(self) -> Front {
        let mut categories = many(self.category, false);
        categories.extend(many(self.categories, false));
        Front {
            title: filled(self.title),
            tags: many(self.tags, true),
            date: filled(self.date),
            permalink: filled(self.permalink),
            largepic: filled(self.largepic),
            author: filled(self.author),
            categories,
        }
    }
}

/// A value that is not only white space.
fn filled(written: Option<Spanned<String>>) -> Option<Value> {
    let written = written?;
    (!written.value.trim().is_empty())
        .then(|| Value { text: written.value.trim().to_owned(), spot: spot_of(written.referenced) })
}

/// The values of a list, or of one string: `tags: AI, 开源` means two.
fn many(written: Option<Spanned<OneOrMany>>, separated: bool) -> Vec<Value> {
    let Some(written) = written else { return Vec::new() };
    let spot = spot_of(written.referenced);
    match written.value {
        OneOrMany::One(text) if separated => text
            .split([',', '，', '、'])
            .map(str::trim)
            .filter(|name| !name.is_empty())
            .map(|name| Value { text: name.to_owned(), spot })
            .collect(),
        OneOrMany::One(text) => vec![Value { text, spot }],
        OneOrMany::Many(values) => values
            .into_iter()
            .map(|value| Value { spot: spot_of(value.referenced), text: value.value.unwrap_or_default() })
            .collect(),
    }
}

/// A scalar or a list of scalars.
#[derive(Debug)]
enum OneOrMany {
    One(String),
    Many(Vec<Spanned<Option<String>>>),
}

impl<'de> Deserialize<'de> for OneOrMany {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OneOrManyVisitor)
    }
}

struct OneOrManyVisitor;

impl<'de> Visitor<'de> for OneOrManyVisitor {
    type Value = OneOrMany;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value or a list of values")
    }

    fn visit_str<E>(self, text: &str) -> Result<OneOrMany, E> {
        Ok(OneOrMany::One(text.to_owned()))
    }

    fn visit_bool<E>(self, value: bool) -> Result<OneOrMany, E> {
        Ok(OneOrMany::One(value.to_string()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<OneOrMany, E> {
        Ok(OneOrMany::One(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<OneOrMany, E> {
        Ok(OneOrMany::One(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<OneOrMany, E> {
        Ok(OneOrMany::One(value.to_string()))
    }

    fn visit_unit<E>(self) -> Result<OneOrMany, E> {
        Ok(OneOrMany::Many(Vec::new()))
    }

    fn visit_none<E>(self) -> Result<OneOrMany, E> {
        Ok(OneOrMany::Many(Vec::new()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<OneOrMany, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = seq.next_element()? {
            values.push(value);
            if values.len() > 1000 {
                return Err(A::Error::custom("too many values"));
            }
        }
        Ok(OneOrMany::Many(values))
    }
}
