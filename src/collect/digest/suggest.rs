//! Proposes a profile for posts: tries the built-in ones, and tells which reads most of them with least left over.

use super::profile::{BUILT_IN, Profile};
use super::{DigestOptions, Post, read};
use std::collections::BTreeMap;

/// How a profile did with some posts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trial {
    /// The profile's name.
    pub profile: &'static str,
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
}

/// Tries every built-in profile on posts, each with its path.
pub fn suggest(posts: &[(String, Vec<u8>)], options: &DigestOptions) -> Suggestion {
    let mut trials: Vec<Trial> = BUILT_IN.into_iter().filter_map(|name| trial(name, posts, options)).collect();
    trials.sort_by_key(|trial| std::cmp::Reverse(worth(trial, posts.len())));
    let rules = trials.first().map(|best| rules(best, posts, options)).unwrap_or_default();
    Suggestion { trials, rules }
}

/// What a profile is worth: posts that are read at all, then items with sources. A post that is one item is the last resort, and
/// what is left over counts against a profile.
fn worth(trial: &Trial, posts: usize) -> (bool, i64, usize) {
    let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX / 4);
    // Of equals the one that asks most of a post.
    let narrow = ["post", "headings", "list", "numbered", "observation"].iter().position(|name| *name == trial.profile);
    let narrow = narrow.unwrap_or_default();
    let reads_most = trial.items > 0 && trial.files * 10 >= posts * 8;
    let whole = if trial.profile == "post" { count(trial.sourced) / 2 } else { count(trial.sourced) };
    (reads_most, whole * 2 - count(trial.items - trial.sourced) - count(trial.complaints), narrow)
}

fn trial(profile: &'static str, posts: &[(String, Vec<u8>)], options: &DigestOptions) -> Option<Trial> {
    let options = with_any_date(Profile::built_in(profile)?, options);
    let mut trial = Trial { profile, files: 0, items: 0, sourced: 0, complaints: 0 };
    for (path, bytes) in posts {
        let reading = read(path, bytes, &options);
        trial.files += usize::from(matches!(reading.post, Post::Editions(_)));
        let items = || reading.editions().iter().flat_map(|read| &read.edition.items);
        trial.items += items().count();
        trial.sourced += items().filter(|item| !item.sources.is_empty()).count();
        trial.complaints += reading.complaints.len();
    }
    Some(trial)
}

/// The profile with a date for every post: whether one is found is asked by itself.
fn with_any_date(mut profile: Profile, options: &DigestOptions) -> DigestOptions {
    if !profile.is_column() {
        profile.post.date.push(super::DateFrom::Number);
        profile.post.number.extend(super::TextPattern::new(r"(\d{1,6})"));
        profile.post.counting = Some(super::Counting {
            from: BTreeMap::from([(1, chrono::NaiveDate::default())]),
            every: super::Every::Days(1),
        });
    }
    DigestOptions { profile: Box::new(profile), ..options.clone() }
}

/// The rules that posts need beyond those of the profile: where their date stands, if nowhere that it looks.
fn rules(best: &Trial, posts: &[(String, Vec<u8>)], options: &DigestOptions) -> Vec<(&'static str, String)> {
    let Some(profile) = Profile::built_in(best.profile) else { return Vec::new() };
    let options = DigestOptions { profile: Box::new(profile), ..options.clone() };
    let undated = |(path, bytes): &&(String, Vec<u8>)| {
        let reading = read(path, bytes, &options);
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
    vec![
        (
            "post",
            "# No date is found: name where it stands (header, title, heading, path, text), or count it by number."
                .to_owned(),
        ),
        ("post", "date = [\"number\"]".to_owned()),
        ("post", "number = ['(\\d+)']".to_owned()),
        ("post", "counted_from = { \"1\" = 2020-01-01 }   # the day of the first edition".to_owned()),
        ("post", "every = \"7d\"".to_owned()),
    ]
}
