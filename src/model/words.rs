//! The words of a line, by which titles are compared.

use std::collections::BTreeSet;

/// The words of a line in lower case, each once. Scripts that are written without spaces have pairs of neighbours for words.
pub fn words_of(line: &str) -> BTreeSet<String> {
    let lower = line.to_lowercase();
    let mut words = BTreeSet::new();
    for word in lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        let chars: Vec<char> = word.chars().collect();
        for run in chars.chunk_by(|a, b| is_unspaced(*a) == is_unspaced(*b)) {
            if run.first().copied().is_some_and(is_unspaced) {
                words.extend(run.windows(run.len().min(2)).map(|pair| pair.iter().collect::<String>()));
            } else {
                words.insert(run.iter().collect());
            }
        }
    }
    words
}

/// Whether a letter is of a script that is written without spaces.
pub fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{eff}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_told_with_and_without_spaces() {
        for (line, words) in [
            ("The Press, the MILL", vec!["mill", "press", "the"]),
            ("打印系统", vec!["印系", "打印", "系统"]),
            ("用Rust写的", vec!["rust", "写的", "用"]),
            ("3.2 版", vec!["2", "3", "版"]),
            ("카지노 사이트", vec!["사이트", "카지노"]),
            (" - ", Vec::new()),
        ] {
            assert_eq!(words_of(line).into_iter().collect::<Vec<_>>(), words, "{line}");
        }
    }
}
