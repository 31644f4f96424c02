//! Tags of languages as feeds write them to tags of BCP 47, as far as they are meant as such.

/// Ranks of what says it beside elements of its own: the attribute of the whole comes before that of a part.
pub(super) const OF_ALL: u8 = 1;
pub(super) const OF_BODY: u8 = 10;
pub(super) const OF_TITLE: u8 = 11;

/// Most subtags that are kept.
const MAX_SUBTAGS: usize = 8;

/// What says that the language is unknown, none, or several (BCP 47, 4.1).
const UNTOLD: [&str; 5] = ["und", "mul", "zxx", "mis", "xx"];

/// The tag that is meant, as it is usually written: `en_us.UTF-8` means `en-US`. Of several the first; `None` for what
/// names no language.
pub(super) fn tidy(written: &str) -> Option<String> {
    let first = written.trim().split([',', ';', '.', '@', ' ', '\t', '\n', '\r']).next()?;
    let mut subtags = first.split(['-', '_']);
    let primary = subtags.next()?.to_ascii_lowercase();
    let is_language = matches!(primary.len(), 2 | 3) && primary.bytes().all(|byte| byte.is_ascii_alphabetic());
    if !is_language || UNTOLD.contains(&primary.as_str()) {
        return None;
    }
    let mut tag = primary;
    let mut is_extended = false;
    for subtag in subtags.take(MAX_SUBTAGS) {
        let Some(subtag) = tidy_subtag(subtag, is_extended) else { break };
        is_extended |= subtag.len() == 1;
        tag = [&tag, "-", &subtag].concat();
    }
    // A singleton without anything behind it says nothing.
    let length = if tag.as_bytes().iter().nth_back(1) == Some(&b'-') { tag.len() - 2 } else { tag.len() };
    tag.truncate(length);
    Some(tag)
}

/// A script has a capital, a region consists of them, everything else is small (BCP 47, 2.1.1).
fn tidy_subtag(written: &str, is_extended: bool) -> Option<String> {
    if !(1..=8).contains(&written.len()) || !written.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    let small = written.to_ascii_lowercase();
    let is_word = written.bytes().all(|byte| byte.is_ascii_alphabetic());
    Some(match written.len() {
        2 if is_word && !is_extended => small.to_ascii_uppercase(),
        4 if is_word && !is_extended => {
            small.split_at_checked(1).map(|(first, rest)| first.to_ascii_uppercase() + rest)?
        }
        _ => small,
    })
}

#[cfg(test)]
mod tests {
    use super::tidy;

    #[test]
    fn languages_are_written_in_one_way_and_nonsense_is_none() {
        for (written, meant) in [
            ("en", Some("en")),
            (" EN ", Some("en")),
            ("en_US", Some("en-US")),
            ("en-us", Some("en-US")),
            ("zh_hans_cn", Some("zh-Hans-CN")),
            ("zh-HANT", Some("zh-Hant")),
            ("zh-cmn-Hans", Some("zh-cmn-Hans")),
            ("es-419", Some("es-419")),
            ("de-DE-1996", Some("de-DE-1996")),
            ("sl-rozaj", Some("sl-rozaj")),
            ("de_DE.UTF-8", Some("de-DE")),
            ("fr_FR@euro", Some("fr-FR")),
            ("en-US, de", Some("en-US")),
            ("en-u-ca-gregory", Some("en-u-ca-gregory")),
            ("en-", Some("en")),
            ("en-x", Some("en")),
            ("en-US-\"><script>", Some("en-US")),
            ("gsw", Some("gsw")),
            ("English", None),
            ("e", None),
            ("12", None),
            ("\u{4e2d}\u{6587}", None),
            ("und", None),
            ("MUL", None),
            ("", None),
            ("-", None),
            ("N/A", None),
        ] {
            assert_eq!(tidy(written).as_deref(), meant, "{written}");
        }
    }
}
