//! What programs write where they have nothing to write: no id, no link, no date.

/// In lower case.
const PLACEHOLDERS: [&str; 16] = [
    "n/a",
    "#n/a",
    "n.a.",
    "na",
    "none",
    "null",
    "(null)",
    "<null>",
    "nil",
    "undefined",
    "[object object]",
    "nan",
    "-",
    "--",
    "\u{2013}",
    "\u{2014}",
];

/// Whether a text stands for nothing.
pub(super) fn is_placeholder(written: &str) -> bool {
    let written = written.trim();
    PLACEHOLDERS.iter().any(|known| known.eq_ignore_ascii_case(written))
}

#[cfg(test)]
mod tests {
    use super::is_placeholder;

    #[test]
    fn nothing_is_known_by_its_words() {
        for nothing in ["N/A", " n/a ", "None", "null", "undefined", "-", "NaN", "\u{2014}"] {
            assert!(is_placeholder(nothing), "{nothing}");
        }
        for something in ["n", "0", "none-of-it", "https://a.example/null", "-1", "tag:a,2024:none", ""] {
            assert!(!is_placeholder(something), "{something}");
        }
    }
}
