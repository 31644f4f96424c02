//! Text as pages show it: dates and numbers in words, summaries, and the author's HTML made fit for a page.

use super::safe::SafeHtml;
use crate::model::Item;
use crate::publish::characters::{line, push_escaped};
use crate::publish::content;
use crate::publish::options::Site;
use crate::publish::theme::Words;
use std::fmt::Write;

/// Longest summaries in characters: of text in Chinese or Japanese, and of any other.
const SUMMARY: (usize, usize) = (120, 240);

/// The beginning of an item's text without its title, up to the end of a sentence where there is one.
pub(super) fn summary(item: &Item) -> String {
    let text = item.text.trim();
    beginning(text.strip_prefix(item.title.trim()).unwrap_or(text))
}

/// The beginning of a text, up to the end of a sentence where there is one.
pub(super) fn beginning(text: &str) -> String {
    let body = without_gaps(&line(text));
    let wide = body.chars().take(SUMMARY.0).filter(|c| is_wide(*c)).count();
    let most = if wide * 3 > SUMMARY.0.min(body.chars().count()) { SUMMARY.0 } else { SUMMARY.1 };
    let Some((end, _)) = body.char_indices().nth(most) else { return body };
    let (start, rest) = body.split_at(end);
    let ends = |(at, c): (usize, char)| {
        let after = start.get(at + c.len_utf8()..).unwrap_or_default();
        let next = after.chars().next().or_else(|| rest.chars().next());
        let is_end = matches!(c, '。' | '！' | '？' | '…')
            || (matches!(c, '.' | '!' | '?') && next.is_none_or(char::is_whitespace));
        is_end.then_some(at + c.len_utf8())
    };
    let sentence = start.char_indices().filter_map(ends).next_back().filter(|end| *end * 2 > start.len());
    match sentence.and_then(|end| start.get(..end)) {
        Some(sentence) => sentence.to_owned(),
        None => format!("{}…", without_torn_word(start, rest)),
    }
}

/// The beginning of a text less the word that the rest goes on with. Chinese has no blanks, and may be cut anywhere.
fn without_torn_word<'t>(start: &'t str, rest: &str) -> &'t str {
    let is_of_word = |c: char| c.is_alphanumeric() && !is_wide(c);
    let is_torn = rest.starts_with(is_of_word) && start.ends_with(is_of_word);
    let whole = start.trim_end_matches(is_of_word);
    // What is longer than half of it is no word.
    if is_torn && whole.len() * 2 > start.len() { whole.trim_end() } else { start.trim_end() }
}

/// Without the blanks that stand where one Chinese line went on in the next.
fn without_gaps(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let is_gap =
            c == ' ' && out.chars().next_back().is_some_and(is_wide) && chars.peek().copied().is_some_and(is_wide);
        if !is_gap {
            out.push(c);
        }
    }
    out
}

/// Whether a character belongs to Chinese or Japanese text.
fn is_wide(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ff60}' | '\u{20000}'..='\u{3ffff}')
}

/// The remark with the name of who remarks before its first words: what stands in its `<blockquote>`.
pub(super) fn remark(site: &Site, item: &Item, author: Option<&str>) -> Option<SafeHtml> {
    let words = site.words();
    let remark = item.remark_html.trim();
    if remark.is_empty() {
        return None;
    }
    let mut html = String::with_capacity(remark.len() + 64);
    let rest = remark.strip_prefix("<p>");
    html.push_str("<p>");
    if let Some(name) = author.map(line).filter(|name| !name.is_empty()) {
        html.push_str("<cite>");
        push_escaped(&mut html, &name);
        html.push_str("</cite> ");
    }
    if rest.is_none() {
        html.push_str("</p>");
    }
    html.push_str(&fit((words, site.options.pictures), &content::html(words, rest.unwrap_or(remark)), 3));
    Some(SafeHtml(html))
}

/// An item's text below a heading of a level.
pub(super) fn body(site: &Site, item: &Item, level: u8) -> SafeHtml {
    let words = site.words();
    SafeHtml(fit((words, site.options.pictures), &content::html(words, item.body_html.trim()), level))
}

/// Sanitised HTML made fit for a page: headings go on from the level above them, tables and code scroll by themselves and can be
/// reached by the keyboard, pictures are fetched when they are seen and tell their servers nothing, or are told in words.
fn fit((words, has_pictures): (&Words, bool), html: &str, above: u8) -> String {
    let mut out = String::with_capacity(html.len() + 128);
    let highest = (1..=6).find(|level| html.contains(&format!("<h{level}"))).unwrap_or(1);
    let (mut last, mut tables, mut rest) = (above, 0, html);
    while let Some(at) = rest.find('<') {
        let (text, markup) = rest.split_at(at);
        out.push_str(text);
        let Some(end) = markup.find(|c: char| c.is_ascii_whitespace() || c == '>') else { break };
        let (name, after) = markup.split_at(end);
        rest = after;
        match name {
            "<pre" => out.push_str("<pre tabindex=\"0\""),
            "<img" if !has_pictures => rest = picture_in_words(&mut out, words, rest),
            "<img" => out.push_str("<img loading=\"lazy\" referrerpolicy=\"no-referrer\""),
            "<table" => {
                tables += 1;
                // No landmark: a page may have many texts, each with a first table.
                out.push_str("<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"");
                push_escaped(&mut out, &words.table(tables));
                out.push_str("\"><table");
            }
            "</table" => out.push_str("</table></div"),
            "<td" | "<th" => {
                out.push_str(name);
                rest = aligned(&mut out, rest);
            }
            _ => match heading(name) {
                Some((slash, level)) => {
                    if slash.is_empty() {
                        last = (above + 1 + level.saturating_sub(highest)).min(last + 1).min(6);
                    }
                    // Writing to a `String` cannot fail.
                    let _ = write!(out, "<{slash}h{last}");
                }
                None => out.push_str(name),
            },
        }
    }
    out.push_str(rest);
    out
}

/// A picture in words, of what follows its `<img`. Gives what follows the whole tag.
fn picture_in_words<'t>(out: &mut String, words: &Words, rest: &'t str) -> &'t str {
    let mut quotes = 0;
    let end = rest.find(|c| {
        quotes += i32::from(c == '"');
        c == '>' && quotes % 2 == 0
    });
    let (attributes, after) = rest.split_at(end.map_or(rest.len(), |end| end + 1));
    let alt = attributes.split_once(" alt=\"").and_then(|(_, value)| value.split_once('"')).map_or("", |(alt, _)| alt);
    let mark = if alt.trim().is_empty() { "" } else { &words.colon };
    // It is escaped where it stands.
    out.extend([&words.open, &words.illustration, mark, alt, &words.close]);
    after
}

/// The alignment of a cell as a class, in place of an attribute that HTML gave up. Gives what follows.
fn aligned<'t>(out: &mut String, rest: &'t str) -> &'t str {
    for (written, class) in [(" align=\"right\"", "right"), (" align=\"center\"", "center"), (" align=\"left\"", "")] {
        if let Some(after) = rest.strip_prefix(written) {
            if !class.is_empty() {
                out.extend([" class=\"", class, "\""]);
            }
            return after;
        }
    }
    rest
}

/// The slash and the level of a heading's tag.
fn heading(name: &str) -> Option<(&str, u8)> {
    let inner = name.strip_prefix('<')?;
    let (slash, inner) = inner.strip_prefix('/').map_or(("", inner), |inner| ("/", inner));
    let level = inner.strip_prefix('h')?.parse().ok().filter(|level| (1..=6).contains(level))?;
    Some((slash, level))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(title: &str, text: &str) -> Item {
        Item { title: title.to_owned(), text: format!("{title}\n{text}"), ..Item::default() }
    }

    #[test]
    fn a_summary_ends_with_a_sentence_and_has_no_gaps_between_chinese_ones() {
        let sentence = "一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三四五六七八九。";
        let long = format!("{sentence}\n{sentence}\n{sentence}\n{sentence}");
        assert_eq!(summary(&item("题", &long)), sentence.repeat(3));
        assert_eq!(summary(&item("题", "短。\n Linux 6.18 发布")), "短。 Linux 6.18 发布");
        let endless = "字".repeat(300);
        assert_eq!(summary(&item("题", &endless)), format!("{}…", "字".repeat(120)));
        let english = "This is a sentence of some length, version 6.18 of it. ".repeat(8);
        let cut = summary(&item("T", &english));
        assert!(cut.ends_with("of it.") && cut.len() > 150 && cut.len() <= 240, "{cut}");
        let words = summary(&item("T", &"longish words ".repeat(40)));
        assert!(words.ends_with(" words…") && words.len() > 220, "{words}");
        assert_eq!(summary(&item("T", &"x".repeat(300))), format!("{}…", "x".repeat(240)));
    }

    #[test]
    fn headings_go_on_and_what_is_wide_scrolls() {
        let words = Words::default();
        let html = "<h4>a</h4><h6>b</h6><h4>c</h4><pre><code>x</code></pre><table><tr><td align=\"right\">1</td><th align=\"left\">2</th></tr></table><img src=\"x\"> &lt;h1";
        let fitted = fit((&words, true), html, 1);
        assert!(
            fitted.starts_with("<h2>a</h2><h3>b</h3><h2>c</h2><pre tabindex=\"0\"><code>x</code></pre>"),
            "{fitted}"
        );
        assert!(
            fitted.contains("aria-label=\"\"><table><tr><td class=\"right\">1</td><th>2</th></tr></table></div>"),
            "{fitted}"
        );
        assert!(fitted.ends_with("<img loading=\"lazy\" referrerpolicy=\"no-referrer\" src=\"x\"> &lt;h1"), "{fitted}");
        assert_eq!(fit((&words, true), "<hr><header>x</header>", 1), "<hr><header>x</header>");
    }

    #[test]
    fn where_pages_show_no_pictures_their_descriptions_stand_in_their_places() {
        let mut words = Words::default();
        let said = [&mut words.open, &mut words.close, &mut words.illustration, &mut words.colon];
        for (word, text) in said.into_iter().zip(["(", ")", "Picture", ": "]) {
            text.clone_into(word);
        }
        let html = "<p>a<img src=\"x\" alt=\"b > &lt;c&gt;\" title=\"d\">e<img src=\"y\" alt=\"\">f<img src=\"z\"></p>";
        assert_eq!(fit((&words, false), html, 1), "<p>a(Picture: b > &lt;c&gt;)e(Picture)f(Picture)</p>");
    }
}
