//! Which of an edition's tags belong to which of its items, and which tag names are odd.

use super::front::Value;
use super::notes::{Notes, shown};
use super::reading::TagReason;
use super::{DigestOptions, tree};
use crate::model::{short_hash, slug_of, tag_key, visible_name};
use comrak::Node;
use comrak::nodes::NodeValue;

/// A longer name is a sentence, not a tag.
const MAX_NAME: usize = 60;

/// Words that begin a line of tags.
pub(super) const WORDS: [&str; 5] = ["标签", "標籤", "標簽", "Tags", "Tag"];

/// A tag with why the item has it.
pub(super) type Reasoned = (String, TagReason);

/// What an item says, folded as tag keys are, and the tags that it names itself.
#[derive(Debug)]
pub(super) struct ItemWords {
    body: String,
    remark: String,
    own: Vec<Reasoned>,
}

impl ItemWords {
    pub(super) fn new(title_and_body: &str, remark: &str, own: Vec<Reasoned>) -> Self {
        Self { body: tag_key(title_and_body), remark: tag_key(remark), own }
    }

    /// Why it has a tag that it names itself.
    fn names(&self, key: &str) -> Option<TagReason> {
        self.own.iter().find(|(own, _)| tag_key(own) == key).map(|(_, why)| *why)
    }
}

/// The tags of a paragraph that holds nothing else.
pub(super) fn own(block: Node<'_>) -> Option<Vec<String>> {
    let is_paragraph = matches!(block.data().value, NodeValue::Paragraph);
    if is_paragraph { of_line(&block.children().collect::<Vec<_>>()) } else { None }
}

/// The tags of a line that holds nothing else: `标签：AI、Rust`, `Tags: …`, `#AI #Rust`.
pub(super) fn of_line(nodes: &[Node<'_>]) -> Option<Vec<String>> {
    if nodes.iter().any(|node| tree::has_link(node) || tree::has_image(node) || tree::has_raw_html(node)) {
        return None;
    }
    let text: String = nodes.iter().map(|node| tree::raw_text(node)).collect();
    named_in(&text)
}

fn named_in(text: &str) -> Option<Vec<String>> {
    let text = text.trim();
    let word = WORDS.iter().find(|word| text.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word)));
    let listed = word.and_then(|word| text.get(word.len()..)?.trim_start().strip_prefix(['：', ':']));
    let is_hash = |name: &str| {
        name.strip_prefix('#')
            .is_some_and(|name| !name.starts_with('#') && name.contains(|c: char| !c.is_ascii_digit()))
    };
    let names: Vec<&str> = match listed {
        Some(list) if list.contains(['、', '，', ',', ';', '；']) => {
            list.split(['、', '，', ',', ';', '；']).collect()
        }
        Some(list) if list.split_whitespace().all(is_hash) => list.split_whitespace().collect(),
        Some(list) => vec![list],
        None => {
            let names: Vec<&str> =
                text.split([' ', '\t', '\u{3000}', '、', '，', ',']).filter(|name| !name.is_empty()).collect();
            names.iter().all(|name| is_hash(name)).then_some(names)?
        }
    };
    let names: Vec<String> = names
        .into_iter()
        .map(|name| name.trim().trim_start_matches('#').trim().to_owned())
        .filter(|name| !name.is_empty())
        .collect();
    let is_name = |name: &String| name.chars().count() <= MAX_NAME && !name.contains(['。', '！', '？', '：', ':']);
    (!names.is_empty() && names.iter().all(is_name)).then_some(names)
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
    } else if name.starts_with(['#', '＃']) {
        Some(("begins with `#`".to_owned(), "write the name without `#`: tags: [AI, 开源]"))
    } else if slug.ends_with(&short_hash(key)) {
        Some((format!("gives no path of its own; its page is `tags/{slug}/`"), help))
    } else if name.contains(['/', '\\']) || name.contains("..") {
        Some((format!("looks like a path; its page is `tags/{slug}/`"), help))
    } else {
        None
    }
}

/// The tags of each item, with why: its own, and those of the edition that it names so or that its title or body mentions; a
/// tag that none mentions there goes to the items whose remark does, else to all. Aliases count as mentions and give way
/// to the canonical name.
pub(super) fn assign(edition: &[String], items: &[ItemWords], options: &DigestOptions) -> Vec<Vec<Reasoned>> {
    let mut assigned: Vec<Vec<Reasoned>> = vec![Vec::new(); items.len()];
    for name in edition {
        let canonical = canonical(name, options);
        let mut keys = vec![tag_key(name), tag_key(&canonical)];
        keys.dedup();
        let mentioned = |text: &str| keys.iter().any(|key| mentions(text, key));
        let in_text = |said: &ItemWords| {
            let own = keys.iter().find_map(|key| said.names(key));
            own.or_else(|| mentioned(&said.body).then_some(TagReason::Text))
        };
        let mut reasons: Vec<Option<TagReason>> = items.iter().map(in_text).collect();
        if reasons.iter().all(Option::is_none) {
            reasons = items.iter().map(|said| mentioned(&said.remark).then_some(TagReason::Remark)).collect();
        }
        if reasons.iter().all(Option::is_none) {
            reasons.fill(Some(TagReason::All));
        }
        for (tags, reason) in assigned.iter_mut().zip(reasons) {
            if let Some(reason) = reason {
                push_new(tags, canonical.clone(), reason);
            }
        }
    }
    for (tags, said) in assigned.iter_mut().zip(items) {
        for (name, why) in &said.own {
            push_new(tags, canonical(name, options), *why);
        }
        for name in &options.tags {
            push_new(tags, canonical(name, options), TagReason::Input);
        }
    }
    assigned
}

fn push_new(tags: &mut Vec<Reasoned>, name: String, reason: TagReason) {
    let key = tag_key(&name);
    if !key.is_empty() && !tags.iter().any(|(known, _)| tag_key(known) == key) {
        tags.push((name, reason));
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

    fn names(given: Vec<Vec<Reasoned>>) -> Vec<Vec<String>> {
        given.into_iter().map(|tags| tags.into_iter().map(|(name, _)| name).collect()).collect()
    }

    fn said(body: &str, remark: &str) -> ItemWords {
        ItemWords::new(body, remark, Vec::new())
    }

    #[test]
    fn tags_fall_to_body_then_remark_then_all() {
        let said = [said("谷歌的 AI", "开源会赢"), said("X.Org 与开源", ""), said("天气", "超算")];
        let edition = ["AI", "开源", "超算", "月球"].map(str::to_owned);
        let given = assign(&edition, &said, &DigestOptions::default());
        let reasons: Vec<Vec<TagReason>> =
            given.iter().map(|tags| tags.iter().map(|(_, reason)| *reason).collect()).collect();
        assert_eq!(
            reasons,
            [[TagReason::Text, TagReason::All], [TagReason::Text, TagReason::All], [TagReason::Remark, TagReason::All]]
        );
        assert_eq!(names(given), [vec!["AI", "月球"], vec!["开源", "月球"], vec!["超算", "月球"]]);
    }

    #[test]
    fn an_item_that_names_a_tag_has_it_alone() {
        let own = |names: &[&str]| names.iter().map(|&name| (name.to_owned(), TagReason::Own)).collect();
        let items = [
            ItemWords::new("路由器", "", own(&["ai", "Rust"])),
            said("天气", ""),
            ItemWords::new("AI", "", own(&["月球"])),
        ];
        let given = assign(&["AI".to_owned(), "开源".to_owned()], &items, &DigestOptions::default());
        assert_eq!(
            given[0],
            [("AI".into(), TagReason::Own), ("开源".into(), TagReason::All), ("Rust".into(), TagReason::Own)]
        );
        assert_eq!(given[1], [("开源".into(), TagReason::All)]);
        assert_eq!(given[2][0], ("AI".into(), TagReason::Text));
    }

    #[test]
    fn lines_of_nothing_but_tags_are_recognised() {
        for (line, tags) in [
            ("标签：AI、Rust", vec!["AI", "Rust"]),
            ("標籤: AI，开源", vec!["AI", "开源"]),
            ("Tags: Open Source, Rust", vec!["Open Source", "Rust"]),
            ("tags：AI", vec!["AI"]),
            ("标签：#AI #Rust", vec!["AI", "Rust"]),
            ("#AI #Rust", vec!["AI", "Rust"]),
            ("#开源", vec!["开源"]),
            ("#AI、#C#", vec!["AI", "C#"]),
        ] {
            assert_eq!(named_in(line), Some(tags.into_iter().map(str::to_owned).collect()), "{line}");
        }
        for line in ["标签很多", "#AI 是什么", "##二", "#12", "标签：这是一句话。", "Tagsüber: x", "", "标签："]
        {
            assert_eq!(named_in(line), None, "{line}");
        }
    }

    #[test]
    fn aliases_and_the_inputs_tags_are_applied() {
        let options = DigestOptions {
            tags: vec!["日报".into(), "ai".into()],
            aliases: [("人工智能".to_owned(), "AI".to_owned())].into(),
            ..DigestOptions::default()
        };
        let said = [said("AI 芯片", ""), said("人工智能", ""), said("天气", "")];
        let given = assign(&["人工智能".to_owned()], &said, &options);
        assert_eq!(names(given), [vec!["AI", "日报"], vec!["AI", "日报"], vec!["日报", "ai"]]);
    }
}
