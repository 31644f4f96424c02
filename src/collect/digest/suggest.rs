//! Proposes a profile for posts: tries the built-in ones and what is often changed of them, and tells which reads most of the posts
//! with least left over.

use super::profile::{BUILT_IN, Counting, DateFrom, Every, Profile, TextPattern};
use super::{DigestOptions, Post, Reading, read};
use std::collections::BTreeMap;

/// How the variant is called whose items are paragraphs with their kind in brackets before the title.
const KINDS: &str = "numbered, [kind]";

/// What such a paragraph begins with, and what of it is a tag.
const KIND_PATTERN: &str = r"^\[[^\[\]]{1,12}\]\s*[^(\[:\s]";
const KIND_PREFIX: &str = r"^\[(?<tag>[^\]]+)\]\s*";

/// Most sections that are proposed to be left out.
const MOST_SKIPPED: usize = 8;

/// How a profile did with some posts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trial {
    /// The profile's name.
    pub profile: &'static str,
    /// The built-in profile that it is, or changes.
    pub base: &'static str,
    /// Files in which it found something.
    pub files: usize,
    /// Items that it found.
    pub items: usize,
    /// Those of them that have a source.
    pub sourced: usize,
    /// Addresses and blocks that it left over, each a complaint.
    pub complaints: usize,
}

/// What is proposed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// How each profile did, the best first.
    pub trials: Vec<Trial>,
    /// The rules to change, as TOML lines behind `base = "…"`, each with its table.
    pub rules: Vec<(&'static str, String)>,
    /// What the titles of the posts begin with, where they have a name in common.
    pub name: Option<String>,
}

/// A profile that is tried.
struct TriedProfile {
    name: &'static str,
    base: &'static str,
    profile: Profile,
    /// How it is written.
    rules: Vec<(&'static str, String)>,
}

/// Tries every built-in profile on posts, each with its path.
pub fn suggest(posts: &[(String, Vec<u8>)], options: &DigestOptions) -> Suggestion {
    let mut tried: Vec<(Trial, TriedProfile, Vec<Reading>)> =
        candidates().into_iter().map(|candidate| tried(candidate, posts, options)).collect();
    tried.sort_by_key(|(trial, ..)| std::cmp::Reverse(worth(trial, posts.len())));
    let best = tried.first();
    let rules = best.map(|(_, best, readings)| {
        [best.rules.clone(), sections_without_items(readings), dates(best, posts, options)].concat()
    });
    let name = best.and_then(|(_, _, readings)| name(readings));
    let mut rules = rules.unwrap_or_default();
    // The lines of one table stand together.
    rules.sort_by_key(|(table, _)| *table);
    Suggestion { rules, name, trials: tried.into_iter().map(|(trial, ..)| trial).collect() }
}

fn candidates() -> Vec<TriedProfile> {
    let built_in = BUILT_IN.into_iter().filter_map(|name| {
        let profile = Profile::built_in(name)?;
        Some(TriedProfile { name, base: name, profile, rules: Vec::new() })
    });
    built_in.chain(with_kinds()).collect()
}

/// `[工具] 标题：https://…`, a paragraph each.
fn with_kinds() -> Option<TriedProfile> {
    let mut profile = Profile::built_in("numbered")?;
    profile.items.pattern = TextPattern::new(KIND_PATTERN);
    profile.items.strip = TextPattern::new(KIND_PREFIX).into_iter().collect();
    let rules = vec![
        ("items", format!("pattern = '{KIND_PATTERN}'")),
        ("items", format!("strip = ['{KIND_PREFIX}']   # the kind of an item in brackets is its tag")),
    ];
    Some(TriedProfile { name: KINDS, base: "numbered", profile, rules })
}

/// What a profile is worth: posts that are read at all, then items with sources. A post that is one item is the last resort, and
/// what is left over counts against a profile.
fn worth(trial: &Trial, posts: usize) -> (bool, i64, usize) {
    let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX / 4);
    // Of equals the one that asks most of a post.
    let narrow = ["post", "headings", "list", "numbered", KINDS, "observation"];
    let narrow = narrow.iter().position(|name| *name == trial.profile).unwrap_or_default();
    let reads_most = trial.items > 0 && trial.files * 10 >= posts * 8;
    let whole = if trial.profile == "post" { count(trial.sourced) / 2 } else { count(trial.sourced) };
    (reads_most, whole * 2 - count(trial.items - trial.sourced) - count(trial.complaints), narrow)
}

fn tried(
    candidate: TriedProfile,
    posts: &[(String, Vec<u8>)],
    options: &DigestOptions,
) -> (Trial, TriedProfile, Vec<Reading>) {
    let options = with_any_date(candidate.profile.clone(), options, r"(\d{1,6})");
    let readings: Vec<Reading> = posts.iter().map(|(path, bytes)| read(path, bytes, &options)).collect();
    let mut trial =
        Trial { profile: candidate.name, base: candidate.base, files: 0, items: 0, sourced: 0, complaints: 0 };
    for reading in &readings {
        trial.files += usize::from(matches!(reading.post, Post::Editions(_)));
        let items = || reading.editions().iter().flat_map(|read| &read.edition.items);
        trial.items += items().count();
        trial.sourced += items().filter(|item| !item.sources.is_empty()).count();
        trial.complaints += reading.complaints.len();
    }
    (trial, candidate, readings)
}

/// The profile with a date for every post: whether one is found is asked by itself. `number` gives the number where the profile
/// finds none.
fn with_any_date(mut profile: Profile, options: &DigestOptions, number: &str) -> DigestOptions {
    if !profile.is_column() {
        profile.post.date.push(DateFrom::Number);
        profile.post.number.extend(TextPattern::new(number));
        profile.post.counting =
            Some(Counting { from: BTreeMap::from([(1, chrono::NaiveDate::default())]), every: Every::Days(1) });
    }
    DigestOptions { profile: Box::new(profile), ..options.clone() }
}

/// Sections without items, by what the complaints say: they may be meant to be left out. A comment, since only an editor knows.
fn sections_without_items(readings: &[Reading]) -> Vec<(&'static str, String)> {
    let mut found: BTreeMap<String, usize> = BTreeMap::new();
    for complaint in readings.iter().flat_map(|reading| &reading.complaints) {
        let heading = complaint.message.strip_prefix("under `").and_then(|rest| rest.split('`').next());
        let word = heading.map(|heading| heading.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default());
        if let Some(word) = word.filter(|word| !word.is_empty()) {
            *found.entry(word.to_owned()).or_default() += 1;
        }
    }
    let mut often: Vec<(String, usize)> = found.into_iter().filter(|(_, count)| *count > 1).collect();
    often.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let often: Vec<String> = often.into_iter().take(MOST_SKIPPED).map(|(word, _)| format!("'^{word}'")).collect();
    if often.is_empty() {
        return Vec::new();
    }
    vec![(
        "items",
        format!(
            "# skip = [{}]   # sections in which no item begins: take `#` away to leave them out",
            often.join(", ")
        ),
    )]
}

/// What the titles of posts begin with, up to the number or date in which they differ.
fn name(readings: &[Reading]) -> Option<String> {
    let mut titles = readings.iter().flat_map(Reading::editions).map(|read| read.edition.title.as_str());
    let first = titles.next()?;
    let mut shared: Vec<char> = first.chars().collect();
    for title in titles {
        let same = shared.iter().zip(title.chars()).take_while(|(a, b)| *a == b).count();
        shared.truncate(same);
    }
    let shared: String = shared.into_iter().collect();
    let shared = shared.trim_start_matches(|c: char| !c.is_alphanumeric());
    let shared = shared.trim_end_matches(|c: char| !c.is_alphabetic() || c == '第');
    let is_word = shared.chars().filter(|c| c.is_alphabetic()).count() > 1;
    is_word.then(|| shared.to_owned())
}

/// The rules that posts need for their date beyond those of the profile.
fn dates(best: &TriedProfile, posts: &[(String, Vec<u8>)], options: &DigestOptions) -> Vec<(&'static str, String)> {
    let own = DigestOptions { profile: Box::new(best.profile.clone()), ..options.clone() };
    let undated = |(path, bytes): &&(String, Vec<u8>)| {
        let reading = read(path, bytes, &own);
        reading.complaints.iter().any(|complaint| complaint.message.contains("no date"))
    };
    let undated: Vec<_> = posts.iter().filter(undated).collect();
    if undated.is_empty() {
        return Vec::new();
    }
    // Names of pictures often begin so: `bg20240522.webp`.
    let dated = regex::Regex::new(r"\b([a-z]{1,6})20\d{6}").ok();
    let sign = |(_, bytes): &&(String, Vec<u8>)| {
        let text = String::from_utf8_lossy(bytes);
        dated.as_ref().and_then(|pattern| Some(pattern.captures(&text)?.get(1)?.as_str().to_owned()))
    };
    let signs: Vec<String> = undated.iter().filter_map(sign).collect();
    if let Some(found) = signs.first().filter(|_| signs.len() * 10 >= undated.len() * 8) {
        return vec![
            ("post", "date = [\"text\"]".to_owned()),
            ("post", format!("date_pattern = '\\b{found}(20\\d{{6}})'")),
        ];
    }
    counted(best, &undated, options)
}

/// Dates counted by number. What the posts do not say is left open, and refused until somebody writes it.
fn counted(
    best: &TriedProfile,
    undated: &[&(String, Vec<u8>)],
    options: &DigestOptions,
) -> Vec<(&'static str, String)> {
    let numbers = |pattern: &str| -> Vec<u32> {
        let options = with_any_date(best.profile.clone(), options, pattern);
        let readings = undated.iter().map(|(path, bytes)| read(path, bytes, &options));
        readings.filter_map(|reading| reading.editions().first()?.edition.number).collect()
    };
    let known = numbers("[^\\s\\S]");
    let has_own = known.len() * 10 >= undated.len() * 8;
    let first = if has_own { known } else { numbers(r"(\d+)") }.into_iter().min().unwrap_or(1);
    let mut lines = vec![
        "# No date is found: name where it stands (header, title, heading, path, text), or count it by the number."
            .to_owned(),
        "date = [\"number\"]".to_owned(),
    ];
    lines.extend((!has_own).then(|| "number = ['(\\d+)']".to_owned()));
    lines.push(format!("counted_from = {{ \"{first}\" = \"YYYY-MM-DD\" }}   # write the day of that edition"));
    lines.push("every = \"?\"   # write 7d for each week, 1m for each month".to_owned());
    lines.into_iter().map(|line| ("post", line)).collect()
}
