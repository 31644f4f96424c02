//! Says what is wrong with a front matter, in words of its own for the mistakes that editors make.
//!
//! Looks only at lines of our keys and at the names in their lists: what other lines hold, readers' comments among them, is
//! neither examined nor quoted.

use super::notes::{Notes, Spot, shown};

/// Our keys, as messages name them.
pub(in crate::collect) const KEYS: [&str; 10] =
    ["title", "tags", "date", "permalink", "largepic", "author", "category", "categories", "draft", "published"];

/// Keys by which programs for link blogs name what a post is about.
pub(super) const LINKS: [&str; 6] = ["link", "link_url", "external_url", "externalurl", "source_url", "via"];

/// Keys whose value is text that people write with a number sign.
const TEXTS: [&str; 3] = ["title", "tags", "author"];

/// Keys that hold several names.
const LISTS: [&str; 3] = ["tags", "category", "categories"];

/// What is wrong, where, and how to mend it.
#[derive(Debug)]
pub(super) struct Mistake {
    pub(super) spot: Spot,
    pub(super) message: String,
    pub(super) help: String,
    /// Whether it is a front matter of another kind rather than a broken one of ours.
    pub(super) is_foreign: bool,
}

impl Mistake {
    /// A front matter of another kind is a warning: nothing of ours is wrong.
    pub(super) fn tell(self, notes: &mut Notes<'_>) {
        if self.is_foreign {
            notes.warning(self.spot, self.message, &self.help);
        } else {
            notes.error(self.spot, self.message, &self.help);
        }
    }
}

/// A value of ours as it stands in its line.
#[derive(Debug)]
struct KeyLine<'y> {
    /// From 0.
    index: usize,
    key: &'static str,
    /// Whether it is a name in the key's list.
    is_name: bool,
    /// Behind the colon or the dash, from its first character on.
    value: &'y str,
    /// Characters before it.
    before: usize,
}

impl KeyLine<'_> {
    fn spot(&self, bytes: usize) -> Spot {
        let inside = self.value.get(..bytes).map_or(0, |head| head.chars().count());
        // The first line of the file is `---`.
        Spot::new(self.index + 2, self.before + inside + 1)
    }
}

/// The values of our keys, line by line.
fn lines(yaml: &str) -> Vec<KeyLine<'_>> {
    let mut found = Vec::new();
    let mut list = None;
    for (index, text) in yaml.lines().enumerate() {
        let inside = text.trim_start();
        let (key, is_name, value) = if let Some((key, value)) = keyed(text) {
            list = Some(key).filter(|key| LISTS.contains(key));
            (key, false, value)
        } else if let (Some(key), Some(value)) = (list, inside.strip_prefix("- ")) {
            (key, true, value)
        } else {
            if !text.starts_with([' ', '\t', '-', '#']) && !text.is_empty() {
                list = None;
            }
            continue;
        };
        let value = value.trim_start();
        let before = text.strip_suffix(value).map_or(0, |head| head.chars().count());
        found.push(KeyLine { index, key, is_name, value: value.trim_end(), before });
    }
    found
}

/// A line that begins with one of our keys, and what stands behind its colon.
fn keyed(line: &str) -> Option<(&'static str, &str)> {
    KEYS.iter().find_map(|key| Some((*key, line.strip_prefix(key)?.trim_start().strip_prefix(':')?)))
}

/// Where a comment begins within a value: `#` at its start or behind white space, outside of quotes.
fn comment(value: &str) -> Option<usize> {
    let from = match closed(value) {
        Quoted::Until(end) => end,
        Quoted::Open => return None,
        Quoted::No => 0,
    };
    let rest = value.get(from..)?;
    let begins = |at: usize| at == 0 || value.get(..at).is_some_and(|head| head.ends_with(char::is_whitespace));
    rest.match_indices('#').map(|(at, _)| from + at).find(|at| begins(*at))
}

/// The quoted text that a value begins with.
enum Quoted {
    /// It begins with none.
    No,
    /// It is never closed.
    Open,
    /// Bytes up to what follows its closing quote.
    Until(usize),
}

fn closed(value: &str) -> Quoted {
    let Some(quote) = value.chars().next().filter(|c| matches!(c, '\'' | '"')) else { return Quoted::No };
    let mut chars = value.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if c == '\\' && quote == '"' {
            chars.next();
        } else if c == quote {
            if quote == '\'' && chars.peek().is_some_and(|(_, next)| *next == '\'') {
                chars.next();
            } else {
                return Quoted::Until(at + 1);
            }
        }
    }
    Quoted::Open
}

/// Warns where YAML takes a part of a text for a comment. Whether the whole title is one, which is an error.
pub(super) fn warn_of_comments(yaml: &str, notes: &mut Notes<'_>) -> bool {
    let mut no_title = false;
    for line in lines(yaml).iter().filter(|line| TEXTS.contains(&line.key)) {
        let Some(at) = comment(line.value) else { continue };
        let (kept, lost) = line.value.split_at(at);
        let is_remark = lost.trim_start_matches('#').is_empty() || lost.starts_with("# ");
        let is_quoted_or_list = kept.starts_with(['\'', '"', '[', '{']);
        if is_quoted_or_list || (is_remark && line.key != "title") {
            continue;
        }
        let lost = shown(lost);
        match (line.key, kept.is_empty()) {
            ("title", true) => {
                no_title = true;
                let message = format!("the title is empty: YAML takes `{lost}` as a comment");
                notes.error(line.spot(at), message, "put the title in quotes: title: '#N …'");
            }
            ("title", false) => {
                let message = format!("the title ends here: YAML takes `{lost}` as a comment");
                notes.warning(line.spot(at), message, "put the title in quotes: title: '… #N …'");
            }
            ("tags", _) => {
                let message = format!("the tags end here: YAML takes `{lost}` as a comment");
                let names = line.value.split_whitespace().map(|name| name.trim_matches(['#', ',']));
                let help = format!("tags are written without `#`: {}", list_of(names.filter(|name| !name.is_empty())));
                notes.warning(line.spot(at), message, &help);
            }
            (key, _) => {
                let message = format!("`{key}` ends here: YAML takes `{lost}` as a comment");
                notes.warning(line.spot(at), message, &format!("put the value in quotes: {key}: '… #…'"));
            }
        }
    }
    no_title
}

/// The first mistake in the lines of our keys; asked where the YAML cannot be read.
pub(super) fn find(yaml: &str) -> Option<Mistake> {
    let lines = lines(yaml);
    let colon = full_width_colon(yaml);
    let first = lines.iter().find_map(|line| in_value(line, yaml));
    match (colon, first) {
        (Some(colon), Some(first)) if first.spot.line < colon.spot.line => Some(first),
        (Some(colon), _) => Some(colon),
        (None, first) => first,
    }
}

/// A key that is written twice: the first place is told with the second.
pub(super) fn twice(key: Option<&str>, yaml: &str, spot: Spot) -> Mistake {
    let ours = KEYS.into_iter().find(|ours| Some(*ours) == key);
    let first = ours.and_then(|key| lines(yaml).into_iter().find(|line| line.key == key && !line.is_name));
    let message = match (ours, first) {
        (Some(key), Some(first)) => format!("`{key}` is written twice: first in line {}", first.index + 2),
        _ => "this key is written twice".to_owned(),
    };
    mistake(spot, message, "remove one of the two lines; several tags are one list: tags: [AI, 开源]")
}

/// A list of tags as it is written.
pub(super) fn list_of<'n>(names: impl Iterator<Item = &'n str>) -> String {
    format!("tags: [{}]", shown(&names.collect::<Vec<_>>().join(", ")))
}

fn mistake(spot: Spot, message: impl Into<String>, help: impl Into<String>) -> Mistake {
    Mistake { spot, message: message.into(), help: help.into(), is_foreign: false }
}

/// `title：…`: to YAML that is no key.
fn full_width_colon(yaml: &str) -> Option<Mistake> {
    yaml.lines().enumerate().find_map(|(index, line)| {
        let (name, value) = line.split_once('：')?;
        let key = KEYS.into_iter().find(|key| name.trim_end().eq_ignore_ascii_case(key))?;
        let spot = Spot::new(index + 2, name.chars().count() + 1);
        let message = format!("`{key}` is followed by a full-width colon, so that YAML sees no `{key}` here");
        let help = format!("write an ASCII colon and a blank: {key}: {}", shown(value.trim()));
        Some(Mistake { is_foreign: true, ..mistake(spot, message, help) })
    })
}

fn in_value(line: &KeyLine<'_>, yaml: &str) -> Option<Mistake> {
    let KeyLine { key, value, is_name, .. } = *line;
    let what = if is_name { "the name in the list" } else { "the value" };
    let quoted = if is_name { "- '…'".to_owned() } else { format!("{key}: '…'") };
    let first = value.chars().next()?;
    match first {
        '\'' | '"' => in_quotes(line, first, yaml),
        '@' | '`' => Some(mistake(
            line.spot(0),
            format!("{what} of `{key}` begins with `{first}`, which YAML reserves"),
            format!("put it in quotes: {quoted}"),
        )),
        '[' | '{' if is_name || !LISTS.contains(&key) => Some(mistake(
            line.spot(0),
            format!("{what} of `{key}` begins with `{first}`, which begins a list or map in YAML"),
            format!("put it in quotes: {}", quoted.replace('…', "[…] …")),
        )),
        '[' if !value.contains(']') || comment(value).is_some() => Some(unclosed_list(line)),
        '*' | '&' | '!' | '%' | ',' | ']' | '}' => Some(mistake(
            line.spot(0),
            format!("{what} of `{key}` begins with `{first}`, which means something else in YAML"),
            format!("put it in quotes: {quoted}"),
        )),
        '|' | '>' if value.chars().nth(1).is_some_and(|c| !matches!(c, '+' | '-' | '0'..='9')) => Some(mistake(
            line.spot(0),
            format!("{what} of `{key}` begins with `{first}`, which begins text of several lines in YAML"),
            format!("put it in quotes: {quoted}"),
        )),
        '[' | '{' => None,
        _ => {
            let at = value.find(": ").or_else(|| value.strip_suffix(':').map(str::len))?;
            let message = format!("{what} of `{key}` holds `: `, which ends a key in YAML");
            Some(mistake(line.spot(at), message, format!("put it in quotes: {}", quoted.replace('…', "…: …"))))
        }
    }
}

fn unclosed_list(line: &KeyLine<'_>) -> Mistake {
    let key = line.key;
    match line.value.char_indices().find(|(at, c)| *c == '#' && line.value.get(..*at).is_some_and(ends_word)) {
        Some((at, _)) => mistake(
            line.spot(at),
            format!("`#` begins a comment here, so that the list of `{key}` is never closed"),
            format!("write the names without `#`, or in quotes: {key}: ['C #', AI]"),
        ),
        None => mistake(
            line.spot(0),
            format!("the list of `{key}` that begins here is never closed"),
            format!("close it with `]`: {key}: [AI, 开源]"),
        ),
    }
}

fn ends_word(head: &str) -> bool {
    head.ends_with([' ', '\t', '[', ','])
}

fn in_quotes(line: &KeyLine<'_>, quote: char, yaml: &str) -> Option<Mistake> {
    let key = line.key;
    match closed(line.value) {
        Quoted::No => None,
        Quoted::Open => {
            let goes_on = yaml.lines().skip(line.index + 1).take_while(|next| keyed(next).is_none());
            let ends_below =
                goes_on.filter(|next| !next.trim_start().starts_with("- ")).any(|next| next.contains(quote));
            (!ends_below).then(|| {
                let message = format!("the quote {quote} that begins here is never closed");
                mistake(line.spot(0), message, format!("close it at the end of the line: {key}: {quote}…{quote}"))
            })
        }
        Quoted::Until(end) => {
            let rest = line.value.get(end..)?;
            let at = end + rest.find(|c: char| !c.is_whitespace())?;
            if line.value.get(at..)?.starts_with('#') {
                return None;
            }
            let help = if quote == '\'' {
                "put the whole text in quotes, and double a ' within it: 'It''s …'"
            } else {
                "put the whole text in quotes, and write \\\" for a quote within it: \"… \\\"…\\\"\""
            };
            Some(mistake(line.spot(at), format!("text stands behind the closing quote {quote} of `{key}`"), help))
        }
    }
}
