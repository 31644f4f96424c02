//! What stands before a post's text: of which kind it is, which keys it has, and the same for the next post. Works on lines, as an
//! editor's eye does: what a key holds over several lines is not understood, and readers' comments are never taken over.

use super::pieces::{Mark, TextPiece, is_short, pieces, shape, text_of};
use crate::collect::digest::HeaderKind;
use chrono::{DateTime, FixedOffset};

/// Keys whose value belongs to the digest and not to one post.
const OF_DIGEST: [&str; 16] = [
    "layout",
    "type",
    "author",
    "authors",
    "category",
    "categories",
    "lang",
    "language",
    "comments",
    "toc",
    "template",
    "theme",
    "math",
    "mermaid",
    "draft",
    "published",
];

/// Keys that an editor fills in for each post.
const OF_POST: [&str; 8] = ["largepic", "description", "summary", "subtitle", "excerpt", "cover", "image", "thumbnail"];

/// Keys that are known to follow the date or number when there is one post to learn from.
const MOVING: [&str; 6] = ["permalink", "url", "slug", "number", "issue", "id"];

/// How keys are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HeaderForm {
    /// YAML between two lines `---`.
    Yaml,
    /// TOML between two lines `+++`.
    Toml,
    /// Lines `Key: value`, ended by a blank line or by `---`.
    Lines {
        /// Whether a line `---` ends them.
        is_ruled: bool,
    },
    /// There is none.
    None,
}

/// A key with its value as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
struct HeaderKey {
    key: String,
    value: String,
    /// The lines that belong to it as well.
    below: Vec<String>,
}

/// A header as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PostHeader {
    pub(super) kind: HeaderForm,
    entries: Vec<HeaderKey>,
    /// Lines of the file up to the text.
    pub(super) lines: usize,
}

/// What the next post's header says.
pub(super) struct NewValues<'a> {
    pub(super) title: &'a str,
    pub(super) mark: Mark,
    pub(super) date: DateTime<FixedOffset>,
}

/// A post to learn from.
pub(super) struct KnownHeader {
    pub(super) header: PostHeader,
    pub(super) mark: Mark,
    pub(super) date: DateTime<FixedOffset>,
}

impl PostHeader {
    /// The header of a file.
    pub(super) fn of(text: &str) -> Self {
        let text = text.trim_start_matches('\u{feff}');
        let first = text.lines().next().unwrap_or_default().trim_end();
        let (kind, skipped, is_end): (_, _, fn(&str) -> bool) = match first {
            "---" => (HeaderForm::Yaml, 1, |line| matches!(line, "---" | "...")),
            "+++" => (HeaderForm::Toml, 1, |line| line == "+++"),
            line if key_of(line, ':').is_some() => {
                (HeaderForm::Lines { is_ruled: false }, 0, |line| matches!(line, "" | "---"))
            }
            _ => return Self { kind: HeaderForm::None, entries: Vec::new(), lines: 0 },
        };
        let sign = if kind == HeaderForm::Toml { '=' } else { ':' };
        let mut header = Self { kind, entries: Vec::new(), lines: skipped };
        for line in text.lines().skip(skipped) {
            header.lines += 1;
            let line = line.trim_end();
            if is_end(line) {
                if matches!(kind, HeaderForm::Lines { .. }) {
                    header.kind = HeaderForm::Lines { is_ruled: line == "---" };
                }
                break;
            }
            match (key_of(line, sign), header.entries.last_mut()) {
                (Some((key, value)), _) => {
                    header.entries.push(HeaderKey { key: key.to_owned(), value: value.to_owned(), below: Vec::new() });
                }
                (None, Some(entry)) => entry.below.push(line.to_owned()),
                (None, None) => {}
            }
        }
        header
    }

    /// Whether a key is there, in any case.
    pub(super) fn has(&self, key: &str) -> bool {
        self.entries.iter().any(|entry| entry.key.eq_ignore_ascii_case(key))
    }

    /// The header of a digest's first post.
    pub(super) fn first(kind: HeaderForm, category: Option<&str>) -> Self {
        let entry = |key: &str, value: String| HeaderKey { key: key.to_owned(), value, below: Vec::new() };
        let mut entries = vec![entry("title", String::new()), entry("date", String::new())];
        entries.extend(category.map(|category| entry("category", kind.quoted(category))));
        entries.push(entry("tags", String::new()));
        Self { kind, entries, lines: 0 }
    }

    fn find(&self, key: &str) -> Option<&HeaderKey> {
        self.entries.iter().find(|entry| entry.key == key)
    }
}

impl HeaderForm {
    /// How the header of a first post is written.
    pub(super) fn of(kind: HeaderKind) -> Self {
        match kind {
            HeaderKind::Any | HeaderKind::Yaml => Self::Yaml,
            HeaderKind::Toml => Self::Toml,
            HeaderKind::Lines => Self::Lines { is_ruled: false },
            HeaderKind::None => Self::None,
        }
    }

    /// A text as a value that is read as it is.
    fn quoted(self, text: &str) -> String {
        match self {
            Self::Yaml => format!("'{}'", text.replace('\'', "''")),
            Self::Toml => format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")),
            Self::Lines { .. } | Self::None => text.to_owned(),
        }
    }

    fn line(self, key: &str, value: &str) -> String {
        match self {
            Self::Toml => format!("{key} = {value}\n"),
            _ if value.is_empty() => format!("{key}:\n"),
            _ => format!("{key}: {value}\n"),
        }
    }
}

/// A line's key and value; the key begins the line and is one word.
fn key_of(line: &str, sign: char) -> Option<(&str, &str)> {
    let (key, value) = line.split_once(sign)?;
    let key = key.strip_suffix(' ').unwrap_or(key);
    let is_word = !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
    (is_word && (sign == '=' || value.is_empty() || value.starts_with([' ', '\t']))).then(|| (key, value.trim()))
}

/// The header of the next post, as the last one has it. `before` is the one before the last: what both have alike stays.
pub(super) fn next(last: &KnownHeader, before: Option<&KnownHeader>, new: &NewValues<'_>) -> String {
    let PostHeader { kind, entries, .. } = &last.header;
    let mut lines = String::new();
    for entry in entries {
        let earlier = before.map(|before| (before.header.find(&entry.key), before.mark));
        lines.push_str(&line_of(*kind, entry, last, earlier, new).unwrap_or_default());
    }
    closed(*kind, &lines)
}

/// The header of a first post.
pub(super) fn first(header: &PostHeader, new: &NewValues<'_>) -> String {
    let lines: String = header
        .entries
        .iter()
        .map(|entry| match entry.key.as_str() {
            "title" => header.kind.line("title", &header.kind.quoted(new.title)),
            "date" => header.kind.line("date", &plain_date(header.kind, new)),
            "tags" => header.kind.line("tags", no_tags(header.kind, "")),
            key => header.kind.line(key, &entry.value),
        })
        .collect();
    closed(header.kind, &lines)
}

fn closed(kind: HeaderForm, lines: &str) -> String {
    match kind {
        HeaderForm::Yaml => format!("---\n{lines}---\n"),
        HeaderForm::Toml => format!("+++\n{lines}+++\n"),
        HeaderForm::Lines { is_ruled: true } => format!("{lines}---\n"),
        HeaderForm::Lines { is_ruled: false } => lines.to_owned(),
        HeaderForm::None => String::new(),
    }
}

/// A line of the next header; `None` where the key belonged to the last post alone.
fn line_of(
    kind: HeaderForm,
    entry: &HeaderKey,
    last: &KnownHeader,
    earlier: Option<(Option<&HeaderKey>, Mark)>,
    new: &NewValues<'_>,
) -> Option<String> {
    let key = entry.key.as_str();
    let lower = key.to_lowercase();
    match lower.as_str() {
        "title" => return Some(kind.line(key, &kind.quoted(new.title))),
        "date" => return Some(kind.line(key, &redated(kind, &entry.value, &last.date, new))),
        "tags" | "tag" => return Some(kind.line(key, no_tags(kind, &entry.value))),
        _ => {}
    }
    let is_of_digest = OF_DIGEST.contains(&lower.as_str());
    let stays = match earlier {
        Some((Some(earlier), _)) => earlier == entry && (entry.below.is_empty() || is_of_digest),
        Some((None, _)) => false,
        None => is_of_digest,
    };
    if stays {
        let below = entry.below.iter().fold(String::new(), |below, line| below + line + "\n");
        return Some(kind.line(key, &entry.value) + &below);
    }
    if entry.below.is_empty()
        && let Some(value) = moved(entry, last.mark, earlier, new.mark)
    {
        return Some(kind.line(key, &value));
    }
    OF_POST.contains(&lower.as_str()).then(|| kind.line(key, &kind.quoted("")))
}

/// A value that follows the date or number, for the next post: as it does in the post before, or by its key.
fn moved(entry: &HeaderKey, mark: Mark, earlier: Option<(Option<&HeaderKey>, Mark)>, new: Mark) -> Option<String> {
    let value = pieces(&entry.value, mark);
    let is_known = match earlier {
        Some((earlier, before)) => {
            earlier.is_some_and(|earlier| shape(&pieces(&earlier.value, before)) == shape(&value))
        }
        None => MOVING.contains(&entry.key.to_lowercase().as_str()),
    };
    if is_known && value.iter().any(TextPiece::moves) { text_of(&value, new, is_short(&value)) } else { None }
}

fn no_tags(kind: HeaderForm, value: &str) -> &'static str {
    if kind == HeaderForm::Toml || value.starts_with('[') { "[]" } else { "" }
}

/// A date in the form of the last one; where that is not understood, in the usual form.
fn redated(kind: HeaderForm, written: &str, last: &DateTime<FixedOffset>, new: &NewValues<'_>) -> String {
    let mark = |date: &DateTime<FixedOffset>| Mark { day: date.date_naive(), number: None };
    let date = new.date.with_timezone(last.offset());
    let mut pieces = pieces(written, mark(last));
    let has = |like: fn(&TextPiece) -> bool| pieces.iter().any(like);
    let is_whole = has(|piece| matches!(piece, TextPiece::Year { .. }))
        && has(|piece| matches!(piece, TextPiece::Month { .. } | TextPiece::MonthName { .. }))
        && has(|piece| matches!(piece, TextPiece::Day { .. }));
    let short = is_short(&pieces);
    for piece in &mut pieces {
        if let TextPiece::Text(text) = piece {
            *text = retimed(text, last, &date);
        }
    }
    let text = text_of(&pieces, mark(&date), short).filter(|_| is_whole);
    text.unwrap_or_else(|| plain_date(kind, new))
}

/// A text with one time of the day in the place of another.
fn retimed(text: &str, last: &DateTime<FixedOffset>, new: &DateTime<FixedOffset>) -> String {
    for form in ["%H:%M:%S", "%-H:%M:%S", "%H:%M", "%-H:%M"] {
        let old = last.format(form).to_string();
        if let Some((before, after)) = text.split_once(&old) {
            return format!("{before}{}{after}", new.format(form));
        }
    }
    text.to_owned()
}

fn plain_date(kind: HeaderForm, new: &NewValues<'_>) -> String {
    kind.quoted(&new.date.format("%Y-%m-%d %H:%M:%S").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The next header after that of 2026-11-26 20:30:00+08:00, number 301, and perhaps the one of the day before.
    fn after(last: &str, before: Option<&str>) -> String {
        let date = |text: &str| DateTime::parse_from_rfc3339(text).unwrap();
        let (last_date, before_date) = (date("2026-11-26T20:30:00+08:00"), date("2026-11-25T20:30:00+08:00"));
        let mark = |date: &DateTime<FixedOffset>, number| Mark { day: date.date_naive(), number: Some(number) };
        let last = KnownHeader { header: PostHeader::of(last), mark: mark(&last_date, 301), date: last_date };
        let before = before.map(|text| KnownHeader {
            header: PostHeader::of(text),
            mark: mark(&before_date, 300),
            date: before_date,
        });
        let new = date("2026-11-27T08:05:00+08:00");
        next(&last, before.as_ref(), &NewValues { title: "It's #302", mark: mark(&new, 302), date: new })
    }

    #[test]
    fn a_header_is_as_the_last_one() {
        let yaml = |day, number, pic| {
            format!(
                "---\nlayout: post\nauthor: 老王\ntitle: '#{number} x'\ndate: '2026-11-{day} 20:30:00'\n\
            tags:\n- AI\n- Rust\ncategories:\n- 观察\npermalink: /2026/{number}.html\nlargepic: /{pic}.jpg\nviews: {pic}1\n\
            comments_data:\n- date: '2026'\n  username: somebody\n---\n\ntext\n"
            )
        };
        assert_eq!(
            after(&yaml(26, 301, 7), Some(&yaml(25, 300, 8))),
            "---\nlayout: post\nauthor: 老王\ntitle: 'It''s #302'\ndate: '2026-11-27 08:05:00'\ntags:\ncategories:\n- 观察\n\
             permalink: /2026/302.html\nlargepic: ''\n---\n"
        );
        assert_eq!(after(&yaml(26, 301, 7), None), after(&yaml(26, 301, 7), Some(&yaml(25, 300, 8))));
    }

    #[test]
    fn every_kind_of_header_is_written() {
        assert_eq!(
            after("+++\ntitle = \"x\"\ndate = 2026-11-26T20:30:00+08:00\ntags = [\"a\"]\n+++\ntext\n", None),
            "+++\ntitle = \"It's #302\"\ndate = 2026-11-27T08:05:00+08:00\ntags = []\n+++\n"
        );
        assert_eq!(
            after("Title: x\nDate: 2026-11-26 20:30\nTags: a, b\nNumber: 301\n\ntext: y\n", None),
            "Title: It's #302\nDate: 2026-11-27 08:05\nTags:\nNumber: 302\n"
        );
        assert_eq!(after("title: x\ndate: 2026/11/26\n---\ntext\n", None), "title: It's #302\ndate: 2026/11/27\n---\n");
        assert_eq!(after("# Title\n\ntext\n", None), "");
    }

    #[test]
    fn dates_keep_their_form() {
        for (written, expected) in [
            ("2026-11-26", "2026-11-27"),
            ("2026-11-26 20:30", "2026-11-27 08:05"),
            ("'2026-11-26T20:30:00+08:00'", "'2026-11-27T08:05:00+08:00'"),
            ("2026年11月26日", "2026年11月27日"),
            ("26 Nov 2026 20:30", "27 Nov 2026 08:05"),
            ("yesterday", "'2026-11-27 08:05:00'"),
        ] {
            let header = after(&format!("---\ndate: {written}\n---\n"), None);
            assert_eq!(header, format!("---\ndate: {expected}\n---\n"), "{written}");
        }
    }
}
