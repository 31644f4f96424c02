//! The headings of sections under which the last posts have their items: tags, or groups. Works on lines, as an editor's eye does.

use super::KnownPost;
use super::pieces::{TextPiece, pieces};
use crate::collect::digest::DigestOptions;

/// How many of the last posts are asked which headings are usual.
const ASKED: usize = 5;

/// The headings between two items, as lines; with the item that follows they begin a section, or several.
pub(super) type SectionHeadings = Vec<String>;

/// A heading that is open.
struct OpenHeading<'t> {
    level: usize,
    line: &'t str,
    /// Whether an item stands below it.
    is_told: bool,
}

/// The headings that the next post has: those of the last one that half of the last ones have, then what only the others
/// have.
pub(super) fn usual(posts: &[KnownPost], options: &DigestOptions) -> Vec<SectionHeadings> {
    let asked = posts.get(posts.len().saturating_sub(ASKED)..).unwrap_or_default();
    let all: Vec<Vec<SectionHeadings>> = asked.iter().map(|post| of(post, options)).collect();
    let is_usual = |line: &String| {
        let count = all.iter().filter(|sections| sections.iter().flatten().any(|other| other == line)).count();
        count * 2 >= all.len()
    };
    let mut usual: Vec<SectionHeadings> = Vec::new();
    for section in all.iter().rev().flatten() {
        let is_new = |line: &&String| is_usual(line) && !usual.iter().flatten().any(|known| known == *line);
        let new: SectionHeadings = section.iter().filter(is_new).cloned().collect();
        // Where one is missing between two of these, nobody knows its place: it comes last, on its own level.
        if !new.is_empty() && (usual.is_empty() || new.len() == section.len()) {
            usual.push(new);
        }
    }
    usual
}

/// Whether items are counted anew in each section, by the lines of the last post.
pub(super) fn count_anew(post: &KnownPost, options: &DigestOptions) -> bool {
    let sections = of(post, options).len();
    let lines: Vec<&str> = post.text.lines().collect();
    let numbers = post.edition.items.iter().filter_map(|item| lines.get((item.line as usize).checked_sub(1)?));
    let is_first = |line: &&&str| {
        let line = line.trim_start_matches(|c: char| !c.is_alphanumeric());
        line.strip_prefix('1').is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_digit()))
    };
    sections > 1 && numbers.filter(is_first).count() > 1
}

/// The headings of a post under which items stand, in order.
fn of(post: &KnownPost, options: &DigestOptions) -> Vec<SectionHeadings> {
    let mut items = post.edition.items.iter().map(|item| item.line as usize).peekable();
    let mut open: Vec<OpenHeading<'_>> = Vec::new();
    let mut sections = Vec::new();
    let mut fence = None;
    for (number, line) in (1..).zip(post.text.lines()) {
        if items.next_if_eq(&number).is_some() {
            // Deeper headings stand within an item that is one itself.
            let own = level(line).unwrap_or(usize::MAX);
            let new = open.iter_mut().filter(|heading| !heading.is_told && heading.level < own);
            let lines: SectionHeadings = new
                .map(|heading| {
                    heading.is_told = true;
                    heading.line.to_owned()
                })
                .collect();
            if !lines.is_empty() {
                sections.push(lines);
            }
            continue;
        }
        let sign = ["```", "~~~"].into_iter().find(|sign| line.trim_start().starts_with(sign));
        if let Some(sign) = sign.filter(|sign| fence.is_none_or(|fence| fence == *sign)) {
            fence = if fence.is_some() { None } else { Some(sign) };
        }
        let Some(level) = level(line).filter(|_| fence.is_none()) else { continue };
        open.retain(|heading| heading.level < level);
        if is_of_sections(line, post, options) {
            open.push(OpenHeading { level, line: line.trim_end(), is_told: false });
        }
    }
    sections
}

fn level(line: &str) -> Option<usize> {
    let level = line.bytes().take_while(|byte| *byte == b'#').count();
    ((1..=6).contains(&level) && line.get(level..)?.starts_with(' ')).then_some(level)
}

/// Whether a heading may stand in the next post as well: it is no title, begins no edition, and names no day or number.
fn is_of_sections(line: &str, post: &KnownPost, options: &DigestOptions) -> bool {
    let text = line.trim_matches(['#', ' ']);
    let begins_edition = options.profile.post.editions.as_ref().is_some_and(|pattern| pattern.0.is_match(text));
    let moves = pieces(text, post.mark(options)).iter().any(TextPiece::moves);
    !text.is_empty() && text != post.edition.title.trim() && !begins_edition && !moves
}
