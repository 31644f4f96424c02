//! Where the next post of a digest belongs: the path that the others have, with its own date and number.

use super::pieces::{Mark, TextPiece, is_short, pieces, shape, text_of};

/// How many of the last posts are asked.
const ASKED: usize = 8;

/// Names of files that say nothing of their post, which is told by their folder.
const OF_FOLDERS: [&str; 3] = ["index.", "_index.", "README."];

/// A path in two: up to the last part that moves with the post, and what follows.
struct PathParts<'p> {
    written: &'p str,
    head: Vec<TextPiece>,
    tail: String,
}

/// The path of the next post, by those of the last ones (the oldest first), all below the same folder.
pub(super) fn next(posts: &[(&str, Mark)], mark: Mark) -> String {
    let asked = posts.get(posts.len().saturating_sub(ASKED)..).unwrap_or_default();
    let paths: Vec<PathParts<'_>> = asked.iter().map(|(path, mark)| PathParts::new(path, *mark)).collect();
    let Some(newest) = paths.last() else { return dated(mark, ".md") };
    let alike = |path: &PathParts<'_>| paths.iter().filter(|other| shape(&other.head) == shape(&path.head)).count();
    // Of several the last one, which is the newest.
    let usual = paths.iter().max_by_key(|path| alike(path)).unwrap_or(newest);
    let same: Vec<&PathParts<'_>> = paths.iter().filter(|path| shape(&path.head) == shape(&usual.head)).collect();
    let is_short = same.iter().any(|path| is_short(&path.head));
    let head = if usual.head.is_empty() { None } else { text_of(&usual.head, mark, is_short) };
    if let Some(head) = head {
        return head + &tail(&same, mark);
    }
    let (folder, _) = newest.written.rsplit_once('/').unwrap_or(("", newest.written));
    let slash = if folder.is_empty() { "" } else { "/" };
    format!("{folder}{slash}{}", dated(mark, ending(newest.written)))
}

impl<'p> PathParts<'p> {
    fn new(written: &'p str, mark: Mark) -> Self {
        let mut head = pieces(written, mark);
        let end = head.iter().rposition(TextPiece::moves).map_or(0, |last| last + 1);
        let tail = head.split_off(end).into_iter().map(|piece| match piece {
            TextPiece::Text(text) => text,
            _ => String::new(),
        });
        Self { written, tail: tail.collect(), head }
    }
}

/// What follows the date or number: what all have; of words that each has of its own nothing.
fn tail(same: &[&PathParts<'_>], mark: Mark) -> String {
    let Some(newest) = same.last() else { return String::new() };
    let tails: Vec<&str> = same.iter().map(|path| path.tail.as_str()).collect();
    let all_have = |of: fn(&str) -> &str| tails.iter().all(|tail| of(tail) == of(&newest.tail));
    if tails.len() > 1 && all_have(|tail| tail) {
        return newest.tail.clone();
    }
    let below = |tail: &'_ str| tail.split_once('/').map_or("", |(_, below)| below).to_owned();
    let kept = kept_of_name(&tails);
    match newest.tail.split_once('/') {
        None => kept + ending(&newest.tail),
        Some((_, file)) => {
            let is_same = tails.len() > 1 && tails.iter().all(|tail| below(tail) == file);
            if is_same || OF_FOLDERS.iter().any(|name| file.starts_with(name)) {
                format!("{kept}/{file}")
            } else {
                format!("{kept}/{}", dated(mark, ending(file)))
            }
        }
    }
}

/// What of the name itself follows the date or number in all of them, as `期` in `第302期-标题.md`.
fn kept_of_name(tails: &[&str]) -> String {
    let name = |tail: &'_ str| {
        let name = tail.split('/').next().unwrap_or_default();
        if tail.contains('/') { name.to_owned() } else { name.strip_suffix(ending(name)).unwrap_or(name).to_owned() }
    };
    let names: Vec<String> = tails.iter().map(|tail| name(tail)).collect();
    let Some(first) = names.first() else { return String::new() };
    let is_common = |(at, c): &(usize, char)| names.iter().all(|name| name.chars().nth(*at) == Some(*c));
    let common: String = first.chars().enumerate().take_while(is_common).map(|(_, c)| c).collect();
    let signs = ['-', '_', ' ', '.'];
    // One name alone does not tell where the words of its own begin, but for a sign.
    let common = if names.len() == 1 { common.split(signs).next().unwrap_or_default() } else { &common };
    common.trim_end_matches(signs).to_owned()
}

/// The ending of a file's name, with its dot.
fn ending(name: &str) -> &str {
    let name = name.rsplit('/').next().unwrap_or_default();
    name.rfind('.').and_then(|dot| name.get(dot..)).filter(|ending| !ending.is_empty()).unwrap_or(".md")
}

/// The name of a post where nothing is known of others.
pub(super) fn dated(mark: Mark, ending: &str) -> String {
    format!("{}{ending}", mark.day.format("%Y-%m-%d"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The next path where the last posts are a day and a number apart, the last one of 2026-11-26 and number 301.
    fn after(paths: &[&str]) -> String {
        let last: chrono::NaiveDate = "2026-11-26".parse().unwrap();
        let count = u32::try_from(paths.len()).unwrap();
        let mark = |at: u32| Mark {
            day: last - chrono::Days::new(u64::from(count - 1 - at)),
            number: Some(301 - (count - 1 - at)),
        };
        let posts: Vec<(&str, Mark)> = (0..).map(mark).zip(paths).map(|(mark, path)| (*path, mark)).collect();
        next(&posts, Mark { day: "2026-12-01".parse().unwrap(), number: Some(302) })
    }

    #[test]
    fn the_next_path_is_as_the_last_ones() {
        for (paths, expected) in [
            (&["2026/2026-11-25.md", "2026/2026-11-26.md"][..], "2026/2026-12-01.md"),
            (&["2026/2026-11-26.md"], "2026/2026-12-01.md"),
            (&["issue-300.md", "issue-301.md"], "issue-302.md"),
            (&["issue-301.md"], "issue-302.md"),
            (&["2026-11-25-red.md", "2026-11-26-blue.md"], "2026-12-01.md"),
            (&["2026-11-26-blue.md"], "2026-12-01.md"),
            (&["2026-11-25-daily.md", "2026-11-26-daily.md"], "2026-12-01-daily.md"),
            (&["202611/25.md", "202611/26.md"], "202612/01.md"),
            (&["2026/11/red.md", "2026/11/blue.md"], "2026/12/2026-12-01.md"),
            (&["2026-11-25-red/index.md", "2026-11-26-blue/index.md"], "2026-12-01/index.md"),
            (&["2026-11-26-blue/index.md"], "2026-12-01/index.md"),
            (&["第300期-红.md", "第301期-蓝.md"], "第302期.md"),
            (&["2026-11-25-issue-300.markdown", "2026-11-26-issue-301.markdown"], "2026-12-01-issue-302.markdown"),
            (&["notes/red.md", "notes/blue.md"], "notes/2026-12-01.md"),
            (&["blue.md"], "2026-12-01.md"),
            (&["2026-11-25.zh.md", "2026-11-26.zh.md"], "2026-12-01.zh.md"),
            (&[], "2026-12-01.md"),
            // One that is called otherwise does not change what is usual.
            (&["301-1.md", "2026-11-24.md", "2026-11-25.md", "extra.md"], "2026-12-01.md"),
        ] {
            assert_eq!(after(paths), expected, "{paths:?}");
        }
    }
}
