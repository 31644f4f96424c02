//! Which of an edition's tags belong to which of its items, and which tag names are odd.

use super::DigestOptions;
use super::front::Value;
use super::notes::{Notes, shown};
use crate::model::{short_hash, slug_of, tag_key, visible_name};

/// A longer name is a sentence, not a tag.
const MAX_NAME: usize = 60;

/// What an item says, folded as tag keys are.
#[derive(Debug)]
pub(super) struct Said {
    body: String,
    remark: String,
}

impl Said {
    pub(super) fn new(title_and_body: &str, remark: &str) -> Self {
        Self { body: tag_key(title_and_body), remark: tag_key(remark) }
    }
}

/// The edition's tags verbatim: without empty ones, repeated ones and characters that XML refuses, each with a warning.
pub(super) fn names(written: &[Value], notes: &mut Notes<'_>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for value in written {
        let name = visible_name(&notes.legal(&value.text, "the tag", value.spot)).trim().to_owned();
        let key = tag_key(&name);
        if key.is_empty() {
            notes.warning(value.spot, "a tag has no name; it was left out", "remove the tag or write its name");
            continue;
        }
        if let Some(known) = names.iter().find(|known| tag_key(known) == key) {
            let message = format!("the tag `{}` is the same as `{}`; it was taken once", shown(&name), shown(known));
            notes.warning(value.spot, message, "keep one of the two");
            continue;
        }
        if let Some((odd, help)) = oddity(&name, &key) {
            notes.warning(value.spot, format!("the tag `{}` {odd}", shown(&name)), help);
        }
        names.push(name);
    }
    names
}

/// What is odd about a name, and what to do about it.
fn oddity(name: &str, key: &str) -> Option<(String, &'static str)> {
    let slug = slug_of(name);
    let help = "choose another name, or a path for it under [tags] slugs in the configuration";
    if name.chars().count() > MAX_NAME {
        Some((format!("is longer than {MAX_NAME} characters"), "use a shorter name"))
    } else if slug.ends_with(&short_hash(key)) {
        Some((format!("gives no path of its own; its page is `tags/{slug}/`"), help))
    } else if name.contains(['/', '\\']) || name.contains("..") {
        Some((format!("looks like a path; its page is `tags/{slug}/`"), help))
    } else {
        None
    }
}

/// The tags of each item: those of the edition that its title or body mentions; a tag that none mentions there goes
/// to the items whose remark does, else to all. Aliases count as mentions and give way to the canonical name.
pub(super) fn assign(edition: &[String], items: &[Said], options: &DigestOptions) -> Vec<Vec<String>> {
    let mut assigned: Vec<Vec<String>> = vec![Vec::new(); items.len()];
    for name in edition {
        let canonical = canonical(name, options);
        let mut keys = vec![tag_key(name), tag_key(&canonical)];
        keys.dedup();
        let mentioned = |text: &str| keys.iter().any(|key| mentions(text, key));
        let mut chosen: Vec<bool> = items.iter().map(|said| mentioned(&said.body)).collect();
        if !chosen.contains(&true) {
            chosen = items.iter().map(|said| mentioned(&said.remark)).collect();
        }
        let all = !chosen.contains(&true);
        for (tags, _) in assigned.iter_mut().zip(chosen).filter(|(_, chosen)| *chosen || all) {
            push_new(tags, canonical.clone());
        }
    }
    for tags in &mut assigned {
        for name in &options.tags {
            push_new(tags, canonical(name, options));
        }
    }
    assigned
}

fn push_new(tags: &mut Vec<String>, name: String) {
    let key = tag_key(&name);
    if !key.is_empty() && !tags.iter().any(|known| tag_key(known) == key) {
        tags.push(name);
    }
}

fn canonical(name: &str, options: &DigestOptions) -> String {
    if options.aliases.is_empty() {
        return name.to_owned();
    }
    let key = tag_key(name);
    let alias = options.aliases.iter().find(|(alias, _)| tag_key(alias) == key);
    alias.map_or(name, |(_, canonical)| canonical).to_owned()
}

/// Whether folded text mentions a folded name: an ASCII name as a word of its own (its neighbours are not ASCII letters
/// or digits, so `AI时` holds `AI` and `OpenAI` does not; `C` is not in `C++`), any other wherever it stands.
fn mentions(text: &str, key: &str) -> bool {
    if key.is_empty() {
        return false;
    }
    if !key.is_ascii() {
        return text.contains(key);
    }
    let ends_in_sign = key.ends_with(['+', '#']);
    text.match_indices(key).any(|(at, found)| {
        let before = text.get(..at).and_then(|head| head.chars().next_back());
        let after = text.get(at + found.len()..).and_then(|tail| tail.chars().next());
        let is_word = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
        let is_sign = !ends_in_sign && after.is_some_and(|c| matches!(c, '+' | '#'));
        !is_word(before) && !is_word(after) && !is_sign
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ascii_names_are_words_and_others_are_found_anywhere() {
        for (text, name, found) in [
            ("AI时代", "AI", true),
            ("OpenAI 发布", "AI", false),
            ("openai, ai", "AI", true),
            ("用 C++ 写成", "C", false),
            ("用 C++ 写成", "C++", true),
            ("C# 与 .NET", "C", false),
            ("C# 与 .NET", "C#", true),
            ("C、C++", "C", true),
            ("X.Org基金会", "X.Org", true),
            ("FreeX.Org", "X.Org", false),
            ("Doom 游戏", "DOOM", true),
            ("全角ＡＩ模型", "AI", true),
            ("开源软件", "开源", true),
            ("软件", "开源", false),
        ] {
            assert_eq!(mentions(&tag_key(text), &tag_key(name)), found, "{name} in {text}");
        }
    }

    #[test]
    fn tags_fall_to_body_then_remark_then_all() {
        let said = [Said::new("谷歌的 AI", "开源会赢"), Said::new("X.Org 与开源", ""), Said::new("天气", "超算")];
        let names = ["AI", "开源", "超算", "月球"].map(str::to_owned);
        let given = assign(&names, &said, &DigestOptions::default());
        assert_eq!(given, [vec!["AI", "月球"], vec!["开源", "月球"], vec!["超算", "月球"]]);
    }

    #[test]
    fn aliases_and_the_inputs_tags_are_applied() {
        let options = DigestOptions {
            tags: vec!["日报".into(), "ai".into()],
            aliases: [("人工智能".to_owned(), "AI".to_owned())].into(),
            ..DigestOptions::default()
        };
        let said = [Said::new("AI 芯片", ""), Said::new("人工智能", ""), Said::new("天气", "")];
        let given = assign(&["人工智能".to_owned()], &said, &options);
        assert_eq!(given, [vec!["AI", "日报"], vec!["AI", "日报"], vec!["日报", "ai"]]);
    }
}
