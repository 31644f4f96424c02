//! Reads a post's front matter: our keys and nothing else. Readers' comments, names and addresses, which real posts
//! keep there, are skipped by the parser and never held; messages quote no line of it but those of our keys.
//!
//! A value is the text that its author typed: `3.10`, `no` and `0010` are no numbers and no truth values here.

use super::mistake::{self, KEYS};
use super::notes::{Notes, Spot, shown};
use crate::collect::html;
use serde::Deserialize;
use serde::de::{Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{DuplicateKeyPolicy, Location, NonFiniteFloatPolicy, Options, Spanned};
use std::fmt;

/// Stands for a character that YAML and XML refuse until [`Notes::legal`] removes it with a warning; YAML would refuse
/// the whole post for it.
const REFUSED: char = '\u{fdd0}';

/// How YAML writes that there is no value.
const NULLS: [&str; 4] = ["~", "null", "Null", "NULL"];

/// A file cut at its front matter.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum FrontCut<'a> {
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
    pub(super) draft: Option<Value>,
    pub(super) published: Option<Value>,
    /// The edition's number, where a profile asks for it.
    pub(super) number: Option<Value>,
    /// What a post that is an item is about, likewise.
    pub(super) link: Option<Value>,
    /// Whether all of the title is a comment to YAML, which was told.
    pub(super) lost_title: bool,
}

/// Finds the front matter: between a first line `---` and the next line `---` or `...`.
pub(super) fn cut(text: &str) -> FrontCut<'_> {
    let mut lines = text.split_inclusive('\n');
    let Some(first) = lines.next() else { return FrontCut::None };
    if first.trim_end() != "---" {
        return FrontCut::None;
    }
    let start = first.len();
    let mut end = start;
    for (index, line) in lines.enumerate() {
        if matches!(line.trim_end(), "---" | "...") {
            return match (text.get(start..end), text.get(end + line.len()..)) {
                (Some(yaml), Some(body)) => FrontCut::At { yaml, body, lines: index + 2 },
                _ => FrontCut::Unclosed,
            };
        }
        end += line.len();
    }
    FrontCut::Unclosed
}

/// Reads our keys; `None`, with a complaint, where the YAML cannot be read.
pub(super) fn parse(yaml: &str, notes: &mut Notes<'_>) -> Option<Front> {
    let printable: String = yaml.chars().map(|c| if html::is_legal(c) { c } else { REFUSED }).collect();
    let has_values = printable.lines().any(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'));
    if !has_values {
        return Some(Front::default());
    }
    match serde_saphyr::from_str_with_options::<Wire>(&printable, options()) {
        Ok(wire) => {
            let lost_title = mistake::warn_of_comments(&printable, notes);
            Some(Front { lost_title, ..wire.into_front(&printable, notes) })
        }
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
    // `.inf` is text here, as every number is.
    options.non_finite_float_policy = NonFiniteFloatPolicy::PassThrough;
    options.duplicate_keys = DuplicateKeyPolicy::Error;
    options
}

/// The parser's own messages may quote what it stumbled over, and that may be a reader's comment.
fn complain(error: &serde_saphyr::Error, yaml: &str, notes: &mut Notes<'_>) {
    let location = error.location().unwrap_or(Location::UNKNOWN);
    let spot = spot_of(location);
    if let serde_saphyr::Error::Budget { .. } = error {
        let help = "keep only the post's own keys in it";
        return notes.error(spot, "the front matter is nested too deeply or far too long to be read", help);
    }
    let mistake = match error {
        serde_saphyr::Error::DuplicateMappingKey { key, .. } => Some(mistake::twice(key.as_deref(), yaml, spot)),
        _ => mistake::find(yaml),
    };
    if let Some(mistake) = mistake {
        return mistake.tell(notes);
    }
    let line = usize::try_from(location.line()).ok().and_then(|n| yaml.lines().nth(n.checked_sub(1)?));
    let key = line
        .and_then(|line| KEYS.iter().find(|key| line.strip_prefix(**key).is_some_and(|rest| rest.starts_with(':'))));
    let (message, help) = match key {
        Some(key) => (
            format!("the value of `{key}` in the front matter cannot be read"),
            "write one plain or quoted value, or for tags a list; quote values that hold `: ` or ` #`",
        ),
        None => (
            "the front matter is not valid YAML here".to_owned(),
            "quote values that hold `: ` or ` #`, close every quote and bracket, indent with spaces, name a key once",
        ),
    };
    notes.error(spot, message, help);
}

/// Lines of the YAML count from the line after `---`.
fn spot_of(location: Location) -> Spot {
    let number = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
    Spot::new(number(location.line()).saturating_add(1), number(location.column()))
}

/// The front matter as written.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Wire {
    title: Written<Scalar>,
    tags: Written<Scalars>,
    date: Written<Scalar>,
    permalink: Written<Scalar>,
    largepic: Written<Scalar>,
    author: Written<Scalar>,
    category: Written<Scalars>,
    categories: Written<Scalars>,
    // Hugo takes its keys in any case.
    #[serde(alias = "Draft", alias = "DRAFT")]
    draft: Written<Scalar>,
    #[serde(alias = "Published", alias = "PUBLISHED")]
    published: Written<Scalar>,
    #[serde(alias = "issue")]
    // These are keys of ours in some profiles only; elsewhere they may hold anything.
    number: Written<Lenient>,
    link: Written<Lenient>,
    link_url: Written<Lenient>,
    external_url: Written<Lenient>,
    source_url: Written<Lenient>,
    via: Written<Lenient>,
}

impl Wire {
    fn into_front(self, yaml: &str, notes: &mut Notes<'_>) -> Front {
        // A title may be `null`, as a tag may; elsewhere it says that there is none.
        let set = |written| filled(written, yaml).filter(|value| !NULLS.contains(&value.text.as_str()));
        let mut categories = several(self.category, yaml);
        categories.extend(several(self.categories, yaml));
        Front {
            title: filled(self.title, yaml),
            tags: tags(self.tags, yaml, notes),
            date: set(self.date),
            permalink: set(self.permalink),
            largepic: set(self.largepic),
            author: set(self.author),
            categories,
            draft: set(self.draft),
            published: set(self.published),
            number: set(scalar(self.number)),
            link: [self.link, self.link_url, self.external_url, self.source_url, self.via]
                .into_iter()
                .find_map(|written| set(scalar(written))),
            lost_title: false,
        }
    }
}

/// A value with its place; `None` where its key is missing. An empty value is one, unlike with `Option`.
#[derive(Debug)]
struct Written<T>(Option<Spanned<T>>);

impl<T> Default for Written<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Written<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Spanned::deserialize(deserializer).map(|value| Self(Some(value)))
    }
}

/// The text of a scalar: as the parser read it, or as it stands in the file where YAML sees a number, a truth value or null.
fn text_of(scalar: Scalar, at: Location, yaml: &str) -> String {
    let as_typed = || {
        let start = usize::try_from(at.span().byte_offset()?).ok()?;
        let length = usize::try_from(at.span().byte_len()?).ok()?;
        yaml.get(start..start.checked_add(length)?).map(str::to_owned)
    };
    scalar.0.unwrap_or_else(|| as_typed().unwrap_or_default())
}

/// A value that is not only white space.
fn filled(written: Written<Scalar>, yaml: &str) -> Option<Value> {
    let written = written.0?;
    let spot = spot_of(written.referenced);
    let text = text_of(written.value, written.defined, yaml).trim().to_owned();
    (!text.is_empty()).then_some(Value { text, spot })
}

/// The values of a list, or one.
fn several(written: Written<Scalars>, yaml: &str) -> Vec<Value> {
    let Some(written) = written.0 else { return Vec::new() };
    match written.value {
        Scalars::One(scalar) => {
            let one = Spanned::new(scalar, written.referenced, written.defined);
            filled(Written(Some(one)), yaml).into_iter().collect()
        }
        Scalars::Many(values) => values
            .into_iter()
            .map(|value| Value {
                spot: spot_of(value.referenced),
                text: text_of(value.value, value.defined, yaml).trim().to_owned(),
            })
            .collect(),
    }
}

/// The tags of a list, or of one text: `tags: AI, 开源` means two.
fn tags(written: Written<Scalars>, yaml: &str, notes: &mut Notes<'_>) -> Vec<Value> {
    let is_text = matches!(&written.0, Some(Spanned { value: Scalars::One(_), .. }));
    let values = several(written, yaml);
    let ([Value { text, spot }], true) = (values.as_slice(), is_text) else { return values };
    let trimmed = |names: Vec<&str>| -> Vec<String> {
        names.into_iter().map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
    };
    let names = trimmed(text.split([',', '，', '、']).collect());
    let parts = trimmed(text.split(|c: char| c.is_whitespace() || matches!(c, ';' | '；' | '|')).collect());
    if NULLS.contains(&text.as_str()) {
        notes.warning(*spot, format!("`{text}` is taken as a tag's name"), "leave `tags:` empty where there is none");
    } else if names.len() == 1 && parts.len() > 1 {
        let message = format!("`{}` is taken as one tag: several are separated by commas", shown(text));
        notes.warning(*spot, message, &as_list_or_one(&parts, text));
    }
    names.into_iter().map(|text| Value { text, spot: *spot }).collect()
}

/// How several tags are written, and how one with a blank.
fn as_list_or_one(parts: &[String], whole: &str) -> String {
    let list = mistake::list_of(parts.iter().map(String::as_str));
    format!("if these are several, write {list}; if it is one, a line of its own below `tags:`: - {}", shown(whole))
}

/// A value that may be anything; `None` where it is no scalar.
#[derive(Debug)]
struct Lenient(Option<Scalar>);

impl<'de> Deserialize<'de> for Lenient {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LenientVisitor)
    }
}

/// The scalar of a value that is one.
fn scalar(written: Written<Lenient>) -> Written<Scalar> {
    let spanned = written.0.and_then(|written| {
        let Spanned { value, referenced, defined } = written;
        Some(Spanned::new(value.0?, referenced, defined))
    });
    Written(spanned)
}

/// A scalar as text; `None` where YAML takes it for something else than text.
#[derive(Debug)]
struct Scalar(Option<String>);

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarVisitor)
    }
}

/// A scalar or a list of scalars.
#[derive(Debug)]
enum Scalars {
    One(Scalar),
    Many(Vec<Spanned<Scalar>>),
}

impl<'de> Deserialize<'de> for Scalars {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarsVisitor)
    }
}

/// What YAML takes for something else than text is read from the file.
macro_rules! visit_scalars {
    ($made:ty, $make:expr) => {
        fn visit_str<E>(self, text: &str) -> Result<$made, E> {
            Ok($make(Scalar(Some(text.to_owned()))))
        }
        visit_scalars!($made, $make, visit_bool(bool), visit_i64(i64), visit_i128(i128), visit_u64(u64));
        visit_scalars!($made, $make, visit_u128(u128), visit_f64(f64));
        fn visit_unit<E>(self) -> Result<$made, E> {
            Ok($make(Scalar(None)))
        }
        fn visit_none<E>(self) -> Result<$made, E> {
            Ok($make(Scalar(None)))
        }
    };
    ($made:ty, $make:expr, $($visit:ident($kind:ty)),+) => {
        $(fn $visit<E>(self, _: $kind) -> Result<$made, E> {
            Ok($make(Scalar(None)))
        })+
    };
}

struct ScalarVisitor;

impl Visitor<'_> for ScalarVisitor {
    type Value = Scalar;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    visit_scalars!(Scalar, std::convert::identity);
}

struct LenientVisitor;

impl<'de> Visitor<'de> for LenientVisitor {
    type Value = Lenient;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    visit_scalars!(Lenient, |scalar| Lenient(Some(scalar)));

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Lenient, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Lenient(None))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Lenient, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Lenient(None))
    }
}

struct ScalarsVisitor;

impl<'de> Visitor<'de> for ScalarsVisitor {
    type Value = Scalars;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value or a list of values")
    }

    visit_scalars!(Scalars, Scalars::One);

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Scalars, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = seq.next_element()? {
            values.push(value);
            if values.len() > 1000 {
                return Err(A::Error::custom("too many values"));
            }
        }
        Ok(Scalars::Many(values))
    }
}
