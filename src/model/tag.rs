//! Tags: when two names are one, and the path a name gets.

use super::is_ignorable;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use xxhash_rust::xxh3::xxh3_64;

/// Longest slug in bytes; file systems take 255 for a name.
const MAX_SLUG: usize = 120;

/// Names that would collide with files the publisher writes beside the slugs.
const RESERVED: [&str; 8] = ["index.html", "index", "page", "feed", "rss.xml", "atom.xml", "feed.json", "con"];

/// A tag's name as shown and its path below `tags/`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Tag {
    /// The name, spelled as in its earliest edition.
    pub name: String,
    /// The path, for ever.
    pub slug: String,
}

/// Names with equal keys are one tag: NFKC and case folding, white space folded, without what nobody sees.
pub fn tag_key(name: &str) -> String {
    let key = former_tag_key(name);
    if !key.contains(is_ignorable) {
        return key;
    }
    let seen: String = key.chars().filter(|c| !is_ignorable(*c)).collect();
    seen.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The key that a store may still hold of a tag whose name has characters that nobody sees: they once counted.
pub fn former_tag_key(name: &str) -> String {
    let folded: String = caseless::default_case_fold_str(&name.nfkc().collect::<String>()).nfkc().collect();
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The slug that a name gets when nothing else holds it: Unicode letters with their marks and digits, case-folded after
/// NFKC; `+` and `#` spelled out; runs of anything else one `-`. Empty and reserved results get a short hash of the name.
pub fn slug_of(name: &str) -> String {
    let key = tag_key(name);
    let mut slug = String::with_capacity(key.len());
    for c in key.chars() {
        match c {
            '+' => slug.push_str("plus"),
            '#' => slug.push_str("sharp"),
            c if c.is_alphanumeric() => slug.push(c),
            c if is_mark(c) && slug.ends_with(|c: char| c.is_alphanumeric() || is_mark(c)) => slug.push(c),
            _ if slug.ends_with('-') || slug.is_empty() => {}
            _ => slug.push('-'),
        }
    }
    while slug.len() > MAX_SLUG {
        slug.pop();
    }
    let too_long = slug.len() + 4 > MAX_SLUG;
    let slug = slug.trim_end_matches('-').to_owned();
    if slug.is_empty() || too_long || RESERVED.contains(&slug.as_str()) {
        let dash = if slug.is_empty() { "" } else { "-" };
        return format!("{slug}{dash}{}", short_hash(&key));
    }
    slug
}

/// Whether a character goes with the letter before it, as the vowels of Devanagari do. What encloses it is decoration.
fn is_mark(c: char) -> bool {
    let encloses = matches!(c, '\u{488}' | '\u{489}' | '\u{1abe}' | '\u{20d0}'..='\u{20ff}' | '\u{a670}'..='\u{a672}');
    is_combining_mark(c) && !encloses
}

/// Eight hexadecimal digits that tell names apart where their slugs would collide.
pub fn short_hash(name: &str) -> String {
    format!("{:08x}", xxh3_64(name.as_bytes()) >> 32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_equal_after_folding_are_one_tag() {
        assert_eq!(tag_key("ＡＩ"), tag_key("ai"));
        assert_eq!(tag_key("X.Org  "), tag_key("x.org"));
        assert_ne!(tag_key("C"), tag_key("C#"));
        for same in ["AI\u{200b}", "\u{feff}AI", "A\u{ad}I", "AI\u{fe0f}", " AI \u{2060} "] {
            assert_eq!(tag_key(same), "ai", "{same:?}");
        }
        assert_eq!(tag_key("\u{3164}\u{200b}"), "");
    }

    #[test]
    fn slugs_keep_letters_and_cannot_leave_the_directory() {
        for (name, slug) in
            [("开源", "开源"), ("C++", "cplusplus"), ("C#", "csharp"), ("AI/ML", "ai-ml"), ("X.Org", "x-org")]
        {
            assert_eq!(slug_of(name), slug);
        }
        for (name, slug) in [
            ("हिन्दी", "हिन्दी"),
            ("தமிழ்", "தமிழ்"),
            ("ภาษาไทยที่", "ภาษาไทยที\u{e48}"),
            ("עִבְרִית", "עִבְרִית"),
            ("AI\u{200b}", "ai"),
        ] {
            assert_eq!(slug_of(name), slug);
        }
        assert_eq!(slug_of("\u{301}a"), "a");
        assert_eq!(slug_of("../../etc/passwd"), "etc-passwd");
        for odd in ["🚀", "..", "", "index", &"长".repeat(500), "\u{0}", "/"] {
            let slug = slug_of(odd);
            assert!(!slug.is_empty() && slug.len() <= 140 && !slug.contains(['/', '.', '\0']), "{odd:?} -> {slug:?}");
        }
    }
}
