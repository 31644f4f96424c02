//! Tags: when two names are one, and the path a name gets.

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
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

/// Names with equal keys are one tag: NFKC and case folding, white space folded.
pub fn tag_key(name: &str) -> String {
    let folded: String = caseless::default_case_fold_str(&name.nfkc().collect::<String>()).nfkc().collect();
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The slug that a name gets when nothing else holds it: Unicode letters and digits, case-folded after NFKC; `+` and
/// `#` spelled out; runs of anything else one `-`. Empty and reserved results get a short hash of the name.
pub fn slug_of(name: &str) -> String {
    let key = tag_key(name);
    let mut slug = String::with_capacity(key.len());
    for c in key.chars() {
        match c {
            '+' => slug.push_str("plus"),
            '#' => slug.push_str("sharp"),
            c if c.is_alphanumeric() => slug.push(c),
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
    }

    #[test]
    fn slugs_keep_letters_and_cannot_leave_the_directory() {
        for (name, slug) in
            [("开源", "开源"), ("C++", "cplusplus"), ("C#", "csharp"), ("AI/ML", "ai-ml"), ("X.Org", "x-org")]
        {
            assert_eq!(slug_of(name), slug);
        }
        assert_eq!(slug_of("../../etc/passwd"), "etc-passwd");
        for odd in ["🚀", "..", "", "index", &"长".repeat(500), "\u{0}", "/"] {
            let slug = slug_of(odd);
            assert!(!slug.is_empty() && slug.len() <= 140 && !slug.contains(['/', '.', '\0']), "{odd:?} -> {slug:?}");
        }
    }
}
