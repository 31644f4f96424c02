//! Keys of the front matter that are not read, and look like ones that are. What else stands there, readers' comments among it,
//! is neither examined nor quoted.

use super::rules;
use super::sheet::Sheet;
use crate::collect::digest::KEYS;

/// Shortest key of which two letters may be wrong.
const LONG: usize = 6;

/// Keys of other programs that are near to ours and mean something else.
const OTHERS: [&str; 5] = ["data", "slug", "state", "taxonomies", "subtitle"];

pub(super) fn mark(sheet: &mut Sheet<'_>) {
    let keys: Vec<(usize, &str)> = sheet.page.header().filter_map(|line| Some((line.start, key(line.text)?))).collect();
    for &(start, written) in &keys {
        let Some(meant) = meant(written) else {
            continue;
        };
        let message = format!("`{written}` is no key that is read; the nearest one is `{meant}`");
        sheet.warn(
            rules::UNKNOWN_KEY,
            start..start + written.len(),
            message,
            format!("write `{meant}`, if that is meant"),
        );
    }
}

/// The key that a line begins with.
fn key(line: &str) -> Option<&str> {
    let (key, _) = line.split_once([':', '='])?;
    let key = key.trim_end();
    let is_key = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    (!key.is_empty() && key.chars().all(is_key)).then_some(key)
}

/// The key of ours that was meant by another.
fn meant(written: &str) -> Option<&'static str> {
    if KEYS.contains(&written) || OTHERS.contains(&written) {
        return None;
    }
    let folded = written.to_ascii_lowercase();
    // Hugo takes these two in any case, and so do we.
    if matches!(folded.as_str(), "draft" | "published") {
        return None;
    }
    let allowed = if folded.len() < LONG { 1 } else { 2 };
    let distance = |key: &&str| strsim::osa_distance(&folded, key);
    KEYS.into_iter().min_by_key(distance).filter(|key| distance(key) <= allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_keys_are_told_and_those_of_others_are_not() {
        for (written, near) in [
            ("tag", Some("tags")),
            ("Title", Some("title")),
            ("catgories", Some("categories")),
            ("permlink", Some("permalink")),
            ("larg_pic", Some("largepic")),
            ("dates", Some("date")),
            ("auther", Some("author")),
            ("title", None),
            ("Draft", None),
            ("data", None),
            ("comments_data", None),
            ("id", None),
            ("pic", None),
            ("updated", None),
            ("thumb", None),
            ("layout", None),
        ] {
            assert_eq!(meant(written), near, "{written}");
        }
    }
}
