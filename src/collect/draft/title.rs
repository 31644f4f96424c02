//! The title of the next post in the digest's form: what the titles of the last ones share, with its own number and date. The
//! headline of the day is the editor's.

use super::pieces::{Mark, TextPiece, is_short, pieces, shape, text_of};

/// How many of the last posts are asked.
const ASKED: usize = 5;

/// Words that count what stands before them, as in `第 301 期`.
const COUNTERS: [char; 9] = ['期', '号', '號', '回', '周', '週', '日', '卷', '辑'];

/// The title of the next post; empty where the last ones share nothing.
pub(super) fn next(titles: &[(&str, Mark)], site_title: &str, mark: Mark) -> String {
    let asked = titles.get(titles.len().saturating_sub(ASKED)..).unwrap_or_default();
    let Some((newest, _)) = asked.last() else { return site_title.to_owned() };
    let all = alike(asked.iter().map(|(title, mark)| pieces(title, *mark)).collect());
    let last = all.last().map_or(&[][..], Vec::as_slice);
    let is_short = all.iter().any(|pieces| is_short(pieces));
    let write = |pieces: &[TextPiece]| text_of(pieces, mark, is_short).unwrap_or_default();
    let shapes: Vec<Vec<TextPiece>> = all.iter().map(|pieces| shape(pieces)).collect();
    let is_one = shapes.windows(2).all(|pair| matches!(pair, [a, b] if a == b));
    if is_one && (all.len() > 1 || ends_with_mark(last)) {
        return write(last);
    }
    let start = shared_start(&shapes, last);
    if moves(&start) {
        return write(&up_to_mark(start)).trim_end_matches(is_separator).to_owned();
    }
    let end = shared_end(&shapes, last);
    if moves(&end) {
        return write(&from_separator(end, last)).trim_start_matches(is_separator).to_owned();
    }
    if newest.starts_with(site_title) {
        return site_title.to_owned();
    }
    if all.len() > 1 { name_of_digest(&write(&start)).to_owned() } else { String::new() }
}

/// The titles whose numbers and dates stand as in the newest one; where that has none, as in most, if most have some.
fn alike(mut titles: Vec<Vec<TextPiece>>) -> Vec<Vec<TextPiece>> {
    let marks =
        |pieces: &[TextPiece]| -> Vec<TextPiece> { shape(pieces).into_iter().filter(TextPiece::moves).collect() };
    let count = |of: &[TextPiece]| titles.iter().filter(|title| marks(title) == marks(of)).count();
    let is_model = |title: &&Vec<TextPiece>| moves(title) && count(title) * 2 > titles.len();
    let newest = titles.last().filter(|newest| moves(newest));
    let model = newest.or_else(|| titles.iter().find(is_model)).or(titles.last()).map(|model| marks(model));
    titles.retain(|title| Some(marks(title)) == model);
    titles
}

fn moves(pieces: &[TextPiece]) -> bool {
    pieces.iter().any(TextPiece::moves)
}

fn ends_with_mark(pieces: &[TextPiece]) -> bool {
    pieces.last().is_some_and(TextPiece::moves)
}

/// The pieces that all titles begin with, of the newest one; of the text that differs what it begins with in all.
fn shared_start(shapes: &[Vec<TextPiece>], newest: &[TextPiece]) -> Vec<TextPiece> {
    let mut shared = Vec::new();
    for (at, piece) in newest.iter().enumerate() {
        let others: Vec<Option<&TextPiece>> = shapes.iter().map(|shape| shape.get(at)).collect();
        let shape = shape(std::slice::from_ref(piece));
        if others.iter().all(|other| *other == shape.first()) {
            shared.push(piece.clone());
            continue;
        }
        if let TextPiece::Text(text) = piece {
            let begins = |c: &(usize, char)| {
                others
                    .iter()
                    .all(|other| matches!(other, Some(TextPiece::Text(other)) if other.chars().nth(c.0) == Some(c.1)))
            };
            let text: String = text.chars().enumerate().take_while(begins).map(|(_, c)| c).collect();
            if !text.is_empty() {
                shared.push(TextPiece::Text(text));
            }
        }
        break;
    }
    shared
}

/// The pieces that all titles end with, likewise.
fn shared_end(shapes: &[Vec<TextPiece>], newest: &[TextPiece]) -> Vec<TextPiece> {
    let reversed = |pieces: &[TextPiece]| -> Vec<TextPiece> {
        let turned = pieces.iter().rev().map(|piece| match piece {
            TextPiece::Text(text) => TextPiece::Text(text.chars().rev().collect()),
            other => other.clone(),
        });
        turned.collect()
    };
    let shapes: Vec<Vec<TextPiece>> = shapes.iter().map(|shape| reversed(shape)).collect();
    reversed(&shared_start(&shapes, &reversed(newest)))
}

/// Up to the last number or date, and what closes it: `期）`.
fn up_to_mark(mut pieces: Vec<TextPiece>) -> Vec<TextPiece> {
    let end = pieces.iter().rposition(TextPiece::moves).map_or(0, |last| last + 1);
    let after = pieces.split_off(end);
    if let Some(TextPiece::Text(text)) = after.first() {
        let closes = |c: &char| !c.is_alphanumeric() || COUNTERS.contains(c);
        pieces.push(TextPiece::Text(text.chars().take_while(closes).collect()));
    }
    pieces
}

/// A common end without the last words of a headline that happen to be the same.
fn from_separator(mut end: Vec<TextPiece>, newest: &[TextPiece]) -> Vec<TextPiece> {
    let at = newest.len().saturating_sub(end.len());
    if let (Some(TextPiece::Text(text)), whole) = (end.first_mut(), newest.get(at))
        && whole != Some(&TextPiece::Text(text.clone()))
    {
        let own = text.find(is_separator).unwrap_or(0);
        *text = text.get(own..).unwrap_or_default().to_owned();
    }
    end
}

/// What stands between the digest's name and the headline.
fn is_separator(c: char) -> bool {
    c.is_whitespace() || matches!(c, '|' | '｜' | ':' | '：' | '-' | '—' | '–' | '·' | '/' | ',' | '，')
}

/// The part of a common beginning that is a name of its own: up to the last separator.
fn name_of_digest(start: &str) -> &str {
    start.rfind(is_separator).and_then(|end| start.get(..end)).unwrap_or_default().trim_end_matches(is_separator)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(titles: &[&str]) -> String {
        let last: chrono::NaiveDate = "2026-11-26".parse().unwrap();
        let count = u32::try_from(titles.len()).unwrap();
        let mark = |at: u32| Mark {
            day: last - chrono::Days::new(u64::from(count - 1 - at)),
            number: Some(301 - (count - 1 - at)),
        };
        let titles: Vec<(&str, Mark)> = (0..).map(mark).zip(titles).map(|(mark, title)| (*title, mark)).collect();
        next(&titles, "每日观察", Mark { day: "2026-11-27".parse().unwrap(), number: Some(302) })
    }

    #[test]
    fn the_next_title_is_in_the_form_of_the_last_ones() {
        for (titles, expected) in [
            (&["每日观察 #300 AI 来了", "每日观察 #301 AI 走了"][..], "每日观察 #302"),
            (&["每日观察 #301 新年第一件事"], "每日观察 #302"),
            (&["科技爱好者周刊（第 300 期）：红", "科技爱好者周刊（第 301 期）：蓝"], "科技爱好者周刊（第 302 期）"),
            (&["This Week in Rust 300", "This Week in Rust 301"], "This Week in Rust 302"),
            (&["This Week in Rust 301"], "This Week in Rust 302"),
            (&["谷歌发布 - 日报 #300", "微软发布 - 日报 #301"], "日报 #302"),
            (&["Links for November 25, 2026", "Links for November 26, 2026"], "Links for November 27, 2026"),
            (&["GoCN 每日新闻(2026-11-25)", "GoCN 每日新闻(2026-11-26)"], "GoCN 每日新闻(2026-11-27)"),
            (&["硬核观察 | 红", "硬核观察 | 蓝"], "硬核观察"),
            (&["每日观察", "每日观察"], "每日观察"),
            (&["每日观察"], "每日观察"),
            (&["红的一天", "蓝的一天"], ""),
            (&["红的一天"], ""),
            (&["每日观察 | 红", "每日观察 #300 绿", "每日观察 #301 蓝"], "每日观察 #302"),
            (&["每日观察 #299 红", "每日观察 #300 绿", "特刊"], "每日观察 #302"),
            (&[], "每日观察"),
        ] {
            assert_eq!(after(titles), expected, "{titles:?}");
        }
    }
}
