//! The header of a post in whichever way it is written: YAML, TOML, or lines `Key: value`, as the profile says. Our keys and
//! nothing else, as in [`super::front`].

use super::front::{self, Front, FrontCut, Value};
use super::notes::{Notes, Spot};
use super::profile::HeaderKind;
use super::{foreign, mistake};
use std::ops::Range;

/// A post cut at its header.
pub(super) enum HeaderCut<'t> {
    /// Its header, the Markdown after it, and the number of lines before the Markdown.
    At { front: Box<Front>, body: &'t str, lines: usize },
    /// It is no post: why.
    NoPost(&'static str),
    /// Its header cannot be read, which was told.
    Unreadable,
}

/// Cuts a post at its header.
pub(super) fn cut<'t>(text: &'t str, kind: HeaderKind, notes: &mut Notes<'_>) -> HeaderCut<'t> {
    match kind {
        HeaderKind::Yaml => yaml(text, true, notes),
        HeaderKind::Toml => toml(text, notes).unwrap_or(HeaderCut::NoPost("it has no header between two lines `+++`")),
        HeaderKind::Lines => lines(text).unwrap_or(HeaderCut::NoPost("it does not begin with lines `Key: value`")),
        HeaderKind::None => none(text),
        HeaderKind::Any => match text.lines().next().map(str::trim_end) {
            Some("---") => yaml(text, false, notes),
            Some("+++") => toml(text, notes).unwrap_or_else(|| none(text)),
            _ => lines(text).unwrap_or_else(|| none(text)),
        },
    }
}

fn none(text: &str) -> HeaderCut<'_> {
    HeaderCut::At { front: Box::default(), body: text, lines: 0 }
}

/// `must` tells whether a file without a header is no post.
fn yaml<'t>(text: &'t str, must: bool, notes: &mut Notes<'_>) -> HeaderCut<'t> {
    match front::cut(text) {
        FrontCut::At { yaml, body, lines } => match front::parse(yaml, notes) {
            Some(front) => HeaderCut::At { front: Box::new(front), body, lines },
            None => HeaderCut::Unreadable,
        },
        FrontCut::None => {
            let Some(other) = foreign::front_matter(notes.path(), text) else {
                return HeaderCut::NoPost("it has no front matter");
            };
            other.tell(notes);
            HeaderCut::Unreadable
        }
        // A line above the text and nothing else.
        FrontCut::Unclosed if !must => none(text),
        FrontCut::Unclosed => {
            let help = "close the front matter with a line that holds only `---`";
            notes.error(Spot::new(1, 1), "the front matter that begins here is never closed", help);
            HeaderCut::Unreadable
        }
    }
}

/// The header between two lines `+++`; `None` where there is none.
fn toml<'t>(text: &'t str, notes: &mut Notes<'_>) -> Option<HeaderCut<'t>> {
    let start = text.find('\n')? + 1;
    if text.get(..start)?.trim_end() != "+++" {
        return None;
    }
    let mut end = start;
    for (lines, line) in (2..).zip(text.get(start..)?.split_inclusive('\n')) {
        if line.trim_end() == "+++" {
            let (written, body) = (text.get(start..end)?, text.get(end + line.len()..)?);
            return Some(match of_toml(written) {
                Ok(front) => HeaderCut::At { front: Box::new(front), body, lines },
                Err((spot, message)) => {
                    notes.error(spot, message, "write it as TOML: title = \"…\", date = 2026-05-01, tags = [\"AI\"]");
                    HeaderCut::Unreadable
                }
            });
        }
        end += line.len();
    }
    notes.error(Spot::new(1, 1), "the header that begins here is never closed", "close it with a line `+++`");
    Some(HeaderCut::Unreadable)
}

fn of_toml(written: &str) -> Result<Front, (Spot, String)> {
    let spot = |span: Option<Range<usize>>| {
        let before = written.get(..span.map_or(0, |span| span.start)).unwrap_or_default();
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        Spot::new(before.matches('\n').count() + 2, column)
    };
    let table: toml::Table = written.parse().map_err(|error: toml::de::Error| {
        (spot(error.span()), format!("the header is no TOML: {}", error.message()))
    })?;
    let mut front = Front::default();
    for (key, value) in &table {
        let at = written.lines().position(|line| line.trim_start().trim_start_matches('"').starts_with(key.as_str()));
        let spot = Spot::new(at.unwrap_or_default() + 2, 1);
        for text in texts(value) {
            put(&mut front, key, Value { text, spot });
        }
    }
    // Hugo keeps tags and categories there too.
    if let Some(toml::Value::Table(inner)) = table.get("taxonomies") {
        for (key, value) in inner {
            for text in texts(value) {
                put(&mut front, key, Value { text, spot: Spot::new(2, 1) });
            }
        }
    }
    Ok(front)
}

fn texts(value: &toml::Value) -> Vec<String> {
    match value {
        toml::Value::String(text) => vec![text.trim().to_owned()],
        toml::Value::Array(values) => values.iter().flat_map(texts).collect(),
        toml::Value::Table(_) => Vec::new(),
        other => vec![other.to_string()],
    }
}

/// Lines `Key: value` up to the first empty one or one of dashes; `None` where the first line is none.
fn lines(text: &str) -> Option<HeaderCut<'_>> {
    let mut front = Front::default();
    let (mut end, mut count) = (0, 0);
    let mut last: Option<&str> = None;
    for line in text.split_inclusive('\n') {
        let written = line.trim_end();
        if written.is_empty() || written == "---" {
            if count > 0 {
                end += line.len();
                count += 1;
            }
            break;
        }
        let spot = Spot::new(count + 1, 1);
        if let Some((key, value)) = keyed(written) {
            last = Some(key);
            let value = unquoted(value.trim());
            let is_list = is_list(key) && !value.is_empty();
            let inner = value.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(value);
            let values = if is_list { inner.split([',', '，', ';']).collect() } else { vec![value] };
            for value in values.into_iter().map(|value| unquoted(value.trim())).filter(|value| !value.is_empty()) {
                put(&mut front, key, Value { text: value.to_owned(), spot });
            }
        } else if let Some(value) = last.filter(|key| is_list(key)).and(written.trim_start().strip_prefix("- ")) {
            put(&mut front, last.unwrap_or_default(), Value { text: unquoted(value.trim()).to_owned(), spot });
        } else if !(last.is_some() && written.starts_with([' ', '\t'])) {
            break;
        }
        end += line.len();
        count += 1;
    }
    let is_header = front.title.is_some() || front.date.is_some();
    let body = text.get(end..).filter(|_| is_header)?;
    Some(HeaderCut::At { front: Box::new(front), body, lines: count })
}

/// `Key: value`, the key a word that begins the line.
fn keyed(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once(':')?;
    let is_word = |key: &str| {
        key.starts_with(|c: char| c.is_alphabetic())
            && key.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | ' '))
            && key.chars().count() <= 30
    };
    is_word(key).then_some((key, value))
}

fn is_list(key: &str) -> bool {
    ["tags", "category", "categories"].iter().any(|list| list.eq_ignore_ascii_case(key))
}

fn unquoted(value: &str) -> &str {
    ['"', '\''].into_iter().find_map(|quote| value.strip_prefix(quote)?.strip_suffix(quote)).unwrap_or(value)
}

/// Takes a value of one of our keys, in any case; the first of several counts.
fn put(front: &mut Front, key: &str, value: Value) {
    let key = key.to_ascii_lowercase();
    let slot = match key.as_str() {
        "title" => &mut front.title,
        "date" => &mut front.date,
        "permalink" => &mut front.permalink,
        "largepic" => &mut front.largepic,
        "author" => &mut front.author,
        "draft" => &mut front.draft,
        "published" => &mut front.published,
        "number" => &mut front.number,
        "tags" => return front.tags.push(value),
        "category" | "categories" => return front.categories.push(value),
        // Pelican's word for a draft.
        "status" if matches!(value.text.to_ascii_lowercase().as_str(), "draft" | "hidden" | "skip") => {
            front.draft = Some(Value { text: "true".to_owned(), spot: value.spot });
            return;
        }
        key if mistake::LINKS.contains(&key) => &mut front.link,
        _ => return,
    };
    if slot.is_none() {
        *slot = Some(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, kind: HeaderKind) -> Option<(Front, String, usize)> {
        let mut notes = Notes::new("p.md");
        match cut(text, kind, &mut notes) {
            HeaderCut::At { front, body, lines } => Some((*front, body.to_owned(), lines)),
            HeaderCut::NoPost(_) | HeaderCut::Unreadable => None,
        }
    }

    #[test]
    fn every_kind_gives_the_same_header() {
        let texts = [
            "---\ntitle: 周报\ndate: 2026-05-01\ntags: [AI, 开源]\n---\n正文\n",
            "+++\ntitle = \"周报\"\ndate = 2026-05-01\ntags = [\"AI\", \"开源\"]\n+++\n正文\n",
            "Title: 周报\nDate: 2026-05-01\nTags: AI, 开源\n\n正文\n",
            "title: 周报\ndate: 2026-05-01\ntags:\n- AI\n- 开源\n---\n正文\n",
            "title: \"周报\"\ntags: [AI, 开源]\ndate: 2026-05-01\n\n正文\n",
        ];
        for text in texts {
            let (front, body, lines) = read(text, HeaderKind::Any).unwrap_or_else(|| panic!("{text}"));
            let text_of = |value: &Option<Value>| value.as_ref().map(|value| value.text.clone());
            assert_eq!(text_of(&front.title).as_deref(), Some("周报"), "{text}");
            assert_eq!(text_of(&front.date).as_deref(), Some("2026-05-01"), "{text}");
            assert_eq!(front.tags.iter().map(|tag| tag.text.as_str()).collect::<Vec<_>>(), ["AI", "开源"], "{text}");
            assert_eq!((body.as_str(), text.lines().nth(lines)), ("正文\n", Some("正文")), "{text}");
        }
    }

    #[test]
    fn what_is_no_header_is_text() {
        for text in
            ["# 标题\n\n正文\n", "注意：一\n\n正文\n", "---\n一\n", "Note: x\n\n正文\n", "https://a.example/\n", ""]
        {
            let (front, body, lines) = read(text, HeaderKind::Any).unwrap_or_else(|| panic!("{text}"));
            assert_eq!((front, body.as_str(), lines), (Front::default(), text, 0), "{text}");
        }
        assert!(read("正文", HeaderKind::Lines).is_none() && read("正文", HeaderKind::Toml).is_none());
        assert!(read("+++\ntitle = \n+++\n", HeaderKind::Any).is_none());
        assert!(read("+++\ntitle = 'a'\n", HeaderKind::Any).is_none());
    }

    #[test]
    fn a_draft_of_pelican_is_one() {
        let (front, ..) =
            read("Title: a\nStatus: draft\nLink: https://a.example/\n\nx", HeaderKind::Lines).expect("a header");
        assert_eq!(front.draft.map(|value| value.text).as_deref(), Some("true"));
        assert_eq!(front.link.map(|value| value.text).as_deref(), Some("https://a.example/"));
    }
}
