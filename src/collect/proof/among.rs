//! What a post says and other posts say too, or say otherwise: numbers, dates, sources, tags.

use super::ProofOptions;
use super::mark::ProofMark;
use super::neighbours::{Neighbours, dated, is_lately, story};
use super::rules;
use super::sheet::Sheet;
use crate::collect::digest::{ReadEdition, Reading, TagReason, shown};
use crate::model::{Complaint, LinkKey, Place, tag_key};
use chrono::{DateTime, FixedOffset, TimeDelta};
use std::collections::HashMap;

/// How far ahead a post may be dated; until then it is held.
const AHEAD: TimeDelta = TimeDelta::days(7);

/// Shortest tags of which a letter may be wrong, in characters; of scripts whose characters are words, and of others.
const SHORTEST: (usize, usize) = (3, 5);

/// A post among its neighbours.
#[derive(Debug, Clone, Copy)]
pub(super) struct Among<'a> {
    pub(super) reading: &'a Reading,
    pub(super) neighbours: &'a Neighbours,
    /// The post itself among them.
    pub(super) own: Option<usize>,
    pub(super) options: &'a ProofOptions<'a>,
}

impl Among<'_> {
    pub(super) fn mark(self, sheet: &mut Sheet<'_>) {
        for edition in self.reading.editions() {
            self.number(sheet, edition);
            self.date(sheet, edition);
            self.tags(sheet, edition);
        }
        self.sources(sheet);
    }

    fn complain(sheet: &mut Sheet<'_>, rule: rules::Rule, complaint: Complaint) {
        sheet.marks.push(ProofMark::of_complaint(rule, complaint));
    }

    fn number(self, sheet: &mut Sheet<'_>, read: &ReadEdition) {
        let (Self { neighbours, own, .. }, edition) = (self, &read.edition);
        let Some(number) = edition.number else { return };
        let place = place_of_number(sheet, read, number);
        if let Some(other) = neighbours.with_number(number, own) {
            let message = format!("number #{number} is also that of {other}");
            let complaint = Complaint::warning(place, message, "correct the number in the title of one of them");
            return Self::complain(sheet, rules::NUMBER_TWICE, complaint);
        }
        let own_dates = self.reading.editions().iter().map(|other| (other.edition.date, other.edition.number));
        let own_before = own_dates.filter(|(date, number)| *date < edition.date && number.is_some()).max();
        let other = neighbours.before(edition.date, own).find(|dated| dated.number.is_some());
        let before = match (own_before, other) {
            (Some((date, _)), Some(other)) if date >= other.date => return,
            (_, Some(other)) => other,
            (_, None) => return,
        };
        let (Some(last), true) = (before.number, neighbours.counts_by_one(edition.date, own)) else { return };
        // A count that begins anew is no slip.
        if number != last.saturating_add(1) && number > 1 {
            let path = neighbours.path(before.post);
            let message = format!("number #{number} does not follow #{last}, that of the post before it, {path}");
            let help = format!("write #{} in the title, or correct the date", last.saturating_add(1));
            Self::complain(sheet, rules::NUMBER_SEQUENCE, Complaint::warning(place, message, help));
        }
    }

    fn date(self, sheet: &mut Sheet<'_>, read: &ReadEdition) {
        let (edition, place) = (&read.edition, read.date_at.clone());
        let day = edition.date.format("%Y-%m-%d");
        if edition.date.to_utc() > self.options.now + AHEAD {
            let message = format!("`date` is {day}, more than seven days ahead");
            let help = "correct `date` in the front matter; up to seven days ahead a post is held until then";
            return Self::complain(sheet, rules::DATE_AHEAD, Complaint::error(place, message, help));
        }
        if let Some(other) = self.neighbours.dated_alike(edition.date, self.own) {
            let message = format!("the date {day} is also that of {other}");
            let help = "correct `date` in the front matter of one of them";
            Self::complain(sheet, rules::DATE_TWICE, Complaint::warning(place, message, help));
        }
    }

    fn sources(self, sheet: &mut Sheet<'_>) {
        let mut seen: HashMap<String, (u32, DateTime<FixedOffset>)> = HashMap::new();
        for (key, line, date) in dated(self.reading) {
            let Some(story) = story(key) else { continue };
            let is_again = |(first, then): &&(u32, DateTime<FixedOffset>)| *first != line && is_lately(*then, date);
            let found = match self.neighbours.cited_before(key, date, self.own) {
                Some((path, other)) => Some(format!("{path}:{other}")),
                None => seen.get(&story).filter(is_again).map(|(first, _)| format!("line {first} of this post")),
            };
            if let Some(found) = found {
                let (place, length) = place_of_address(sheet, key, line);
                let message = format!("the source `{}` was cited already, in {found}", shown(key.as_str()));
                let help = "cite what is new about it, or leave the item out";
                let mark = ProofMark::of_complaint(rules::CITED_BEFORE, Complaint::warning(place, message, help));
                sheet.marks.push(ProofMark { length, ..mark });
            }
            seen.entry(story).or_insert((line, date));
        }
    }

    fn tags(self, sheet: &mut Sheet<'_>, read: &ReadEdition) {
        for tag in &read.edition.tags {
            let Some((message, help)) = self.odd_spelling(tag, read) else { continue };
            if let Some(range) = place_of_tag(sheet, tag) {
                sheet.warn(rules::TAG_SPELLING, range, message, help);
            } else {
                let complaint = Complaint::warning(Place::file(sheet.page.path()), message, help);
                Self::complain(sheet, rules::TAG_SPELLING, complaint);
            }
        }
    }

    /// What is odd about the spelling of a tag: another than the others', or a letter away from another tag.
    fn odd_spelling(self, tag: &str, read: &ReadEdition) -> Option<(String, String)> {
        let Self { neighbours, own, options, .. } = self;
        let key = tag_key(tag);
        let spellings = neighbours.spellings(&key, own);
        let of_options = || options.tags.iter().map(String::as_str).find(|known| tag_key(known) == key);
        if spellings.iter().any(|(known, _)| *known == tag) || of_options() == Some(tag) {
            return None;
        }
        if let Some((usual, count)) = spellings.first() {
            let posts =
                if *count == 1 { "another post spells".to_owned() } else { format!("{count} other posts spell") };
            return Some((
                format!("the tag `{}` is one that {posts} `{usual}`", shown(tag)),
                format!("write `{usual}`"),
            ));
        }
        if let Some(usual) = of_options() {
            return Some((
                format!("the tag `{}` is spelled `{usual}` in the configuration", shown(tag)),
                format!("write `{usual}`"),
            ));
        }
        if is_meant(tag, read) {
            return None;
        }
        let near = |known: &str| is_a_letter_away(&key, known);
        let known =
            neighbours.tag_keys().filter(|known| near(known)).flat_map(|known| neighbours.spellings(known, own));
        // One that a single post has may be the mistake itself.
        let known = known.filter(|(_, count)| *count > 1).max_by(|a, b| a.1.cmp(&b.1).then_with(|| b.0.cmp(a.0)));
        let usual = known
            .map(|(name, _)| name)
            .or_else(|| options.tags.iter().map(String::as_str).find(|known| near(&tag_key(known))))?;
        let message = format!("no other post has the tag `{}`; it is a letter away from `{usual}`", shown(tag));
        Some((message, format!("write `{usual}`, if that is meant")))
    }
}

/// Where the number stands in the title, or the title.
fn place_of_number(sheet: &Sheet<'_>, read: &ReadEdition, number: u32) -> Place {
    let title = read.title_at.clone();
    let line = title.line.and_then(|line| sheet.page.lines().nth(usize::try_from(line).ok()?.checked_sub(1)?));
    let at = line.and_then(|line| Some(line.start + line.text.find(&format!("#{number}"))?));
    at.map_or(title, |at| sheet.page.place(at))
}

/// Whether an item mentions a tag: then it is spelled as its author wants it.
fn is_meant(tag: &str, read: &ReadEdition) -> bool {
    let is_mention = |why: &TagReason| matches!(why, TagReason::Text | TagReason::Remark);
    read.edition
        .items
        .iter()
        .zip(&read.tag_reasons)
        .any(|(item, reasons)| item.tags.iter().zip(reasons).any(|(name, why)| name == tag && is_mention(why)))
}

/// Whether one letter makes one key of the other; digits are versions.
fn is_a_letter_away(key: &str, known: &str) -> bool {
    let count = key.chars().count();
    let shortest = if key.is_ascii() { SHORTEST.1 } else { SHORTEST.0 };
    let other = known.chars().count();
    if count < shortest || other < shortest || count.abs_diff(other) > 1 || strsim::osa_distance(key, known) != 1 {
        return false;
    }
    let digits = |name: &str| name.chars().filter(char::is_ascii_digit).collect::<String>();
    digits(key) == digits(known)
}

/// Where an address stands on a line, and how long it is.
fn place_of_address(sheet: &Sheet<'_>, key: &LinkKey, line: u32) -> (Place, u32) {
    let number = usize::try_from(line).unwrap_or(usize::MAX);
    let found = super::address::all(&sheet.page).into_iter().find(|address| {
        let place = sheet.page.place(address.range.start);
        place.line == Some(line) && LinkKey::of(&address.url()).as_ref() == Some(key)
    });
    if let Some(address) = found {
        let length = u32::try_from(address.text.chars().count()).unwrap_or_default();
        return (sheet.page.place(address.range.start), length);
    }
    let start = sheet.page.lines().nth(number.saturating_sub(1)).map_or(0, |line| line.start);
    (sheet.page.place(start), 0)
}

/// The bytes of a tag's name in the front matter: behind `tags`, and no part of another word.
fn place_of_tag(sheet: &Sheet<'_>, tag: &str) -> Option<std::ops::Range<usize>> {
    let of_tags = |text: &str| text.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("tags"));
    let mut lines = sheet.page.header().skip_while(|line| !of_tags(line.text));
    lines.find_map(|line| {
        let found = line.text.match_indices(tag).find(|(at, _)| {
            let before = line.text.get(..*at).and_then(|head| head.chars().next_back());
            let after = line.text.get(at + tag.len()..).and_then(|rest| rest.chars().next());
            let is_part = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
            !is_part(before) && !is_part(after)
        });
        found.map(|(at, _)| line.start + at..line.start + at + tag.len())
    })
}

#[cfg(test)]
mod tests {
    use super::is_a_letter_away;

    #[test]
    fn a_letter_away_is_no_other_version_and_no_short_name() {
        for (a, b, near) in [
            ("人工只能", "人工智能", true),
            ("fedroa", "fedora", true),
            ("chrom", "chrome", true),
            ("python 3", "python 2", false),
            ("ai", "ar", false),
            ("开源", "开原", false),
            ("linux", "linux", false),
            ("浏览器", "浏览", false),
        ] {
            assert_eq!(is_a_letter_away(a, b), near, "{a} {b}");
        }
    }
}
