//! The index in which readers search, in their browsers: files that only the search page asks for.
//!
//! Titles and texts lie in files of their own, for titles are looked through at each key and texts only then. Each file holds
//! the items of a year, of a month or of a day, whichever is small enough, so that a new item changes the newest ones only.
//! The text is kept as it reads: the browser folds it and looks for the words in it, which Chinese needs no cutting for.

use super::Error;
use super::address::link_to_found;
use super::characters::line;
use super::layout;
use super::options::Site;
use crate::model::SearchItem;
use serde::Serialize;

/// The script of the search page, the only one there is.
pub const SEARCH_SCRIPT: &[u8] = include_bytes!("../../templates/search.js");

/// Items in a file of titles at most, unless a day has more.
const TITLES: u64 = 2000;

/// Items in a file of texts at most, unless a day has more.
const TEXTS: u64 = 300;

/// Characters of an item's text that are searched.
const LONGEST: usize = 600;

/// What a file of the index holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IndexKind {
    /// Address, title, day and language.
    Titles,
    /// Text and remark, in the order of the titles.
    Texts,
}

/// A file of the index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexPart {
    /// What it holds.
    pub kind: IndexKind,
    /// The year, month or day (UTC) whose items it holds: `2026`, `2026-11` or `2026-11-27`.
    pub period: String,
    /// How many.
    pub count: u64,
}

impl IndexPart {
    /// Its path below the published directory.
    pub fn path(&self) -> String {
        match self.kind {
            IndexKind::Titles => layout::search_titles(&self.period),
            IndexKind::Texts => layout::search_texts(&self.period),
        }
    }

    /// Whether it holds the items of a day.
    pub fn holds(&self, day: &str) -> bool {
        day.starts_with(&self.period)
    }
}

/// A file of the index, or the list of them; it says whose it is.
#[derive(Serialize)]
struct IndexFile<'a, T> {
    wellsourced: &'a str,
    #[serde(flatten)]
    holds: T,
}

#[derive(Serialize)]
struct Rows<T> {
    rows: Vec<T>,
}

#[derive(Serialize)]
struct PartLists<'a> {
    titles: Vec<(&'a str, u64)>,
    texts: Vec<(&'a str, u64)>,
}

/// The files of an index of items by their days, newest first: titles, then texts. `days` are given newest first.
pub fn index_parts(days: &[(String, u64)]) -> Vec<IndexPart> {
    let mut parts = Vec::new();
    for (kind, most) in [(IndexKind::Titles, TITLES), (IndexKind::Texts, TEXTS)] {
        cut(days, (kind, most), &["YYYY".len(), "YYYY-MM".len(), "YYYY-MM-DD".len()], &mut parts);
    }
    parts
}

/// Cuts days into periods of so many characters of their names; what is too large there, into shorter ones.
fn cut(days: &[(String, u64)], (kind, most): (IndexKind, u64), lengths: &[usize], parts: &mut Vec<IndexPart>) {
    let Some((length, shorter)) = lengths.split_first() else { return };
    let period = |(day, _): &(String, u64)| day.get(..*length).unwrap_or(day).to_owned();
    for days in days.chunk_by(|a, b| period(a) == period(b)) {
        let count = days.iter().map(|(_, count)| count).sum();
        if count > most && !shorter.is_empty() {
            cut(days, (kind, most), shorter, parts);
        } else if let Some(first) = days.first() {
            parts.push(IndexPart { kind, period: period(first), count });
        }
    }
}

/// A file of the index. `items` are those of its period, newest first.
pub fn index_part(site: &Site, kind: IndexKind, items: &[SearchItem]) -> Result<Vec<u8>, Error> {
    match kind {
        IndexKind::Titles => file(site, Rows { rows: items.iter().map(|item| title(site, item)).collect() }),
        IndexKind::Texts => file(site, Rows { rows: items.iter().map(text).collect() }),
    }
}

/// The list of the files, `search.json`.
pub fn index_list(site: &Site, parts: &[IndexPart]) -> Result<Vec<u8>, Error> {
    let of = |kind| parts.iter().filter(move |part| part.kind == kind);
    let rows = |kind| of(kind).map(|part| (part.period.as_str(), part.count)).collect();
    file(site, PartLists { titles: rows(IndexKind::Titles), texts: rows(IndexKind::Texts) })
}

fn file<T: Serialize>(site: &Site, holds: T) -> Result<Vec<u8>, Error> {
    let mut bytes = serde_json::to_vec(&IndexFile { wellsourced: site.options.base_url.as_str(), holds })?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// Address, title, day in the site's zone, and the language where it is another than the site's.
fn title(site: &Site, item: &SearchItem) -> Vec<String> {
    let day = super::content::day(site.options.timezone, item.published);
    let mut row = vec![link_to_found(item), line(&item.title), day];
    let language = item.language.clone();
    row.extend(language.filter(|tag| !tag.eq_ignore_ascii_case(site.options.language.tag())));
    row
}

/// What is searched beside the title: text and remark.
fn text(item: &SearchItem) -> String {
    let text = item.text.trim();
    let body = text.strip_prefix(item.title.trim()).unwrap_or(text);
    let text = line(&format!("{body} {}", plain(&item.remark_html)));
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => text.split_at(end).0.trim_end().to_owned(),
        None => text,
    }
}

/// The text of sanitised HTML, in which every `<` that is none of a tag is escaped.
fn plain(html: &str) -> String {
    let (mut text, mut quote, mut is_tag) = (String::with_capacity(html.len()), None, false);
    for c in html.chars() {
        match (is_tag, quote) {
            (false, _) if c == '<' => {
                is_tag = true;
                text.push(' ');
            }
            (false, _) => text.push(c),
            (true, Some(open)) if c == open => quote = None,
            (true, None) if c == '"' || c == '\'' => quote = Some(c),
            (true, None) if c == '>' => is_tag = false,
            (true, _) => {}
        }
    }
    // The ampersand last, lest what it escapes is read twice.
    let escapes = [("&nbsp;", " "), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
    escapes.into_iter().fold(text, |text, (escape, meant)| text.replace(escape, meant))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(counts: &[(&str, u64)]) -> Vec<(String, u64)> {
        counts.iter().map(|(day, count)| ((*day).to_owned(), *count)).collect()
    }

    fn told(parts: &[IndexPart], kind: IndexKind) -> Vec<(&str, u64)> {
        parts.iter().filter(|part| part.kind == kind).map(|part| (part.period.as_str(), part.count)).collect()
    }

    #[test]
    fn a_period_that_is_too_large_is_cut_into_shorter_ones() {
        let parts = index_parts(&days(&[
            ("2026-11-27", 301),
            ("2026-11-26", 1),
            ("2026-10-31", 300),
            ("2026-10-01", 0),
            ("2025-12-31", 150),
            ("2025-01-01", 150),
        ]));
        assert_eq!(told(&parts, IndexKind::Titles), [("2026", 602), ("2025", 300)]);
        let texts = told(&parts, IndexKind::Texts);
        assert_eq!(texts, [("2026-11-27", 301), ("2026-11-26", 1), ("2026-10", 300), ("2025", 300)]);
        let paths: Vec<String> = parts.iter().map(IndexPart::path).collect();
        assert_eq!(paths[0], "search/titles/2026.json");
        assert_eq!(paths[2], "search/texts/2026-11-27.json");
        assert!(paths.iter().all(|path| layout::is_known(path)), "{paths:?}");
        assert!(parts[0].holds("2026-03-04") && !parts[0].holds("2025-03-04"));
        assert_eq!(index_parts(&[]), []);
    }

    #[test]
    fn markup_is_no_text() {
        assert_eq!(line(&plain("<p>a<b>c</b> &lt;d&gt; &amp;lt;</p><a title=\"x>y\">e</a>")), "a c <d> &lt; e");
    }

    #[test]
    fn text_is_searched_without_its_title_and_to_its_bound() {
        let item = SearchItem {
            title: "标题".to_owned(),
            text: format!("标题\n{}", "字".repeat(700)),
            remark_html: "<p>点评</p>".to_owned(),
            ..SearchItem::default()
        };
        assert_eq!(text(&item), "字".repeat(600));
        assert_eq!(text(&SearchItem { text: "标题\n正文".to_owned(), ..item }), "正文 点评");
    }
}
