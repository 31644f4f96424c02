//! Languages, as far as two are to be told from each other.

/// The primary subtag of a tag (BCP 47, 2.2.1) in lower case: `zh` of `zh-Hans-CN`. None of what names no language, or says
/// that it is unknown or that there are several.
pub fn primary_language(tag: &str) -> Option<String> {
    let primary = tag.trim().split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
    let is_language = (2..=3).contains(&primary.len()) && primary.bytes().all(|byte| byte.is_ascii_lowercase());
    (is_language && !matches!(primary.as_str(), "und" | "mul" | "mis" | "zxx")).then_some(primary)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_primary_subtag_counts() {
        for (tag, language) in [
            ("zh-Hant-TW", Some("zh")),
            (" pt_BR ", Some("pt")),
            ("EN", Some("en")),
            ("yue", Some("yue")),
            ("und", None),
            ("mul", None),
            ("English", None),
            ("javascript:x", None),
            ("", None),
        ] {
            assert_eq!(primary_language(tag).as_deref(), language, "{tag}");
        }
    }
}
