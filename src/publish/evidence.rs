//! What was seen of a source, or of a feed that cannot be fetched, in the words of a page's language.
//!
//! Told by the name of the rule that judged it, which is for ever. The evidence beside it is for the log and for data: it is
//! English and holds what servers say.

use super::theme::Words;
use crate::model::Verdict;

/// What stands against a source.
#[derive(Debug, Clone, Copy)]
pub(super) struct SeenSource<'a> {
    /// The verdict as published.
    pub(super) verdict: Verdict,
    /// The rule that judged it.
    pub(super) rule: &'a str,
    /// The day since which it stands, in words, where that is told with it.
    pub(super) since: Option<&'a str>,
    /// Whether an archived copy is known.
    pub(super) has_copy: bool,
}

/// One calm sentence that says what was seen; nothing of what is well.
pub(super) fn evidence_in_words(words: &Words, seen: &SeenSource<'_>) -> String {
    let key = match (seen.verdict, seen.since) {
        (Verdict::Reachable, _) => return String::new(),
        (Verdict::Moved, Some(_)) => "moved_since",
        (Verdict::Gone, _) if !seen.has_copy => "gone_without_copy",
        (Verdict::Blocked, _) if is_closed_to_readers(seen.rule) => "blocked_for_a_reason",
        (verdict, _) => verdict.as_str(),
    };
    let rule = rule_in_words(words, seen.rule);
    capitalised(&words.told(key, |name| match name {
        "seen" => Some(rule.clone()),
        "date" => seen.since.map(str::to_owned),
        _ => None,
    }))
}

/// What a rule saw, as a part of a sentence.
pub(super) fn rule_in_words(words: &Words, rule: &str) -> String {
    let status = rule.strip_prefix("http-").filter(|status| status.len() == 3);
    let general = match status {
        Some(status) if status.starts_with('5') => "http-5xx",
        Some(_) => "http",
        None => "unknown",
    };
    words.seen(rule, general, status.unwrap_or_default())
}

/// Whether a block says more than that checks are turned away.
fn is_closed_to_readers(rule: &str) -> bool {
    matches!(rule, "log-in" | "robots" | "not-judged" | "http-401" | "http-402" | "http-451")
}

/// A sentence with its first letter as one has it.
fn capitalised(sentence: &str) -> String {
    let mut characters = sentence.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publish::theme::{Language, Theme};

    fn told(language: Language, verdict: Verdict, rule: &str, has_copy: bool) -> String {
        let theme = Theme::default();
        evidence_in_words(theme.words(language), &SeenSource { verdict, rule, since: None, has_copy })
    }

    #[test]
    fn each_verdict_is_told_in_a_sentence() {
        for (verdict, rule, has_copy, chinese, english) in [
            (Verdict::Reachable, "ok", false, "", ""),
            (Verdict::Moved, "moved", false, "原地址已转到新地址。", "The old address leads to a new one."),
            (
                Verdict::Failing,
                "timeout",
                false,
                "服务器没有回应；仍在继续检查。",
                "The server does not answer; it is still being checked.",
            ),
            (Verdict::Gone, "http-404", true, "服务器回答“找不到”（404）。", "The server says “not found” (404)."),
            (
                Verdict::Gone,
                "dns",
                false,
                "域名无法解析；没有找到存档副本。",
                "The name does not resolve; no archived copy was found.",
            ),
            (Verdict::Replaced, "replaced", true, "原地址现在是另一个网站的内容。", "Something else stands there now."),
            (
                Verdict::Blocked,
                "http-403",
                false,
                "本站的检查被拒，读者通常可以打开。",
                "Our check is turned away; readers can usually open it.",
            ),
            (
                Verdict::Blocked,
                "log-in",
                false,
                "要登录才能看；本站没有检查。",
                "It wants a log-in; not checked by us.",
            ),
            (
                Verdict::Refused,
                "address",
                false,
                "地址不在公网上，本站不检查。",
                "It is not a public address; not checked.",
            ),
            (Verdict::Unchecked, "unchecked", false, "尚未检查。", "Not checked yet."),
        ] {
            assert_eq!(told(Language::ZhCn, verdict, rule, has_copy), chinese, "{verdict} {rule}");
            assert_eq!(told(Language::En, verdict, rule, has_copy), english, "{verdict} {rule}");
        }
    }

    #[test]
    fn a_move_is_told_with_its_day() {
        let theme = Theme::default();
        let seen = SeenSource { verdict: Verdict::Moved, rule: "moved", since: Some("3 月 1 日"), has_copy: false };
        assert_eq!(evidence_in_words(theme.words(Language::ZhCn), &seen), "3 月 1 日起，原地址转到新地址。");
        let seen = SeenSource { since: Some("1 March"), ..seen };
        assert_eq!(
            evidence_in_words(theme.words(Language::En), &seen),
            "Since 1 March the old address leads to a new one."
        );
    }

    #[test]
    fn statuses_without_words_of_their_own_are_told_by_number() {
        let theme = Theme::default();
        for (rule, chinese, english) in [
            ("http-503", "服务器出错（503）", "the server has an error (503)"),
            ("http-418", "服务器回答 418", "the server answers 418"),
            ("http-429", "服务器嫌请求太多（429）", "the server finds requests too many (429)"),
            ("a rule of the future", "打不开", "it does not open"),
        ] {
            assert_eq!(rule_in_words(theme.words(Language::ZhCn), rule), chinese);
            assert_eq!(rule_in_words(theme.words(Language::En), rule), english);
        }
    }

    #[test]
    fn every_rule_has_words_in_every_language() {
        // As `verify` and the reader of feeds name them.
        let rules = [
            "dns",
            "connect",
            "tls",
            "protocol",
            "timeout",
            "redirect",
            "refused",
            "challenge",
            "log-in",
            "parked",
            "lost",
            "soft-404",
            "robots",
            "not-judged",
            "scheme",
            "port",
            "address",
            "malformed",
            "empty",
            "not-a-feed",
            "a-page",
            "http-304",
        ];
        let theme = Theme::default();
        for language in Language::ALL {
            let words = theme.words(language);
            let unknown = rule_in_words(words, "");
            for rule in rules {
                assert_ne!(rule_in_words(words, rule), unknown, "{rule}");
            }
        }
    }
}
