//! The order of names as people look for them: Chinese by pinyin on a site in Chinese, Latin by its letters without their
//! marks, whatever else behind both.
//!
//! A character has one reading here, its commonest: 重构 stands under Z. The order is total, so that the same names always
//! stand in the same order.

use super::theme::Language;
use pinyin::ToPinyin;
use std::cmp::Ordering;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Under what a name stands in an index of initials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Initial {
    /// A letter from A to Z.
    Letter(char),
    /// Digits, signs and other scripts.
    Other,
}

/// What a name is compared by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct CollationKey {
    initial: Initial,
    /// Each character with how it is read. A letter reads as itself, so that it comes before every syllable that begins with it.
    readings: Vec<(ReadAs, char)>,
    /// Names that read alike are told apart as they are written.
    name: String,
}

/// How a character is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ReadAs {
    /// As itself.
    Plain(char),
    /// A syllable with its tone behind it.
    Syllable(&'static str),
}

impl Ord for ReadAs {
    fn cmp(&self, other: &Self) -> Ordering {
        let of = |reading: &Self| match *reading {
            Self::Plain(c) => (c, "", 0),
            Self::Syllable(syllable) => (syllable.chars().next().unwrap_or_default(), syllable, 1),
        };
        of(self).cmp(&of(other))
    }
}

impl PartialOrd for ReadAs {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl CollationKey {
    /// The key of a name in a language's order.
    pub(super) fn of(language: Language, name: &str) -> Self {
        let folded = name.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase);
        let read = |c: char| match language {
            Language::ZhCn => c.to_pinyin().map(|read| ReadAs::Syllable(read.with_tone_num_end())),
            Language::En => None,
        };
        let readings: Vec<_> = folded.map(|c| (read(c).unwrap_or(ReadAs::Plain(c)), c)).collect();
        let first = readings.first().and_then(|(reading, _)| match *reading {
            ReadAs::Plain(c) => Some(c),
            ReadAs::Syllable(syllable) => syllable.nfkd().next(),
        });
        let letter = first.filter(char::is_ascii_alphabetic).map(|c| Initial::Letter(c.to_ascii_uppercase()));
        Self { initial: letter.unwrap_or(Initial::Other), readings, name: name.to_owned() }
    }

    /// Under what the name stands.
    pub(super) fn initial(&self) -> Initial {
        self.initial
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(language: Language, names: &[&'static str]) -> Vec<&'static str> {
        let mut names = names.to_vec();
        names.sort_by_cached_key(|name| CollationKey::of(language, name));
        names
    }

    #[test]
    fn chinese_stands_by_pinyin_among_letters_on_a_site_in_chinese() {
        let names = [
            "5G",
            "Zig",
            "隐私",
            "ARM",
            "开源",
            "安全",
            "AI",
            "俄罗斯",
            "ﬁle",
            "奥运",
            "Élan",
            ".NET",
            "αβγ",
            "arch",
            "AI芯片",
        ];
        let zh = [
            "AI",
            "AI芯片",
            "arch",
            "ARM",
            "安全",
            "奥运",
            "Élan",
            "俄罗斯",
            "ﬁle",
            "开源",
            "隐私",
            "Zig",
            ".NET",
            "5G",
            "αβγ",
        ];
        assert_eq!(sorted(Language::ZhCn, &names), zh);
        let en = [
            "AI",
            "AI芯片",
            "arch",
            "ARM",
            "Élan",
            "ﬁle",
            "Zig",
            ".NET",
            "5G",
            "αβγ",
            "俄罗斯",
            "奥运",
            "安全",
            "开源",
            "隐私",
        ];
        assert_eq!(sorted(Language::En, &names), en);
    }

    #[test]
    fn tones_decide_among_equal_syllables_and_writing_among_equal_readings() {
        assert_eq!(sorted(Language::ZhCn, &["骂", "马", "妈", "麻", "mb", "码"]), ["mb", "妈", "麻", "码", "马", "骂"]);
        assert_eq!(sorted(Language::ZhCn, &["Ａ", "a", "A", "á"]), ["A", "a", "á", "Ａ"]);
    }

    #[test]
    fn a_name_stands_under_its_initial() {
        for (name, zh, en) in [
            ("linux", Initial::Letter('L'), Initial::Letter('L')),
            ("Ｑ＆Ａ", Initial::Letter('Q'), Initial::Letter('Q')),
            ("漏洞", Initial::Letter('L'), Initial::Other),
            ("4K", Initial::Other, Initial::Other),
            ("Ελ", Initial::Other, Initial::Other),
            ("かな", Initial::Other, Initial::Other),
            ("", Initial::Other, Initial::Other),
        ] {
            assert_eq!(CollationKey::of(Language::ZhCn, name).initial(), zh, "{name}");
            assert_eq!(CollationKey::of(Language::En, name).initial(), en, "{name}");
        }
    }
}
