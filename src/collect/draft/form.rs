//! How an item of a digest is written: its heading, the line of its source, the remark. Learned from the last post, else as
//! the profile has it.

use super::escape;
use crate::collect::digest::{DigestOptions, ItemStart, Profile};
use crate::model::{Edition, Item, SourceKind};

/// An item to write; what is empty is left for the editor to fill in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DraftItem {
    /// Its title, as text.
    pub title: String,
    /// Where it comes from.
    pub url: String,
    /// What its source is called.
    pub label: String,
    /// What it says, as text.
    pub text: String,
    /// Its tags.
    pub tags: Vec<String>,
}

/// The words of a digest's language.
#[derive(Debug, Clone, Copy)]
pub struct DraftWords {
    /// Before a source, as `消息来源`.
    pub source: &'static str,
    /// Before a remark, with its colon; `None`: a first post has none.
    pub remark: Option<&'static str>,
    /// Before an item's tags, with its colon.
    pub tags: &'static str,
    /// Between tags.
    pub between: &'static str,
}

/// A part of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ItemPart {
    /// As it stands.
    Text(String),
    /// The item's title.
    Title,
    /// The address of its source.
    Url,
    /// The name of its source.
    Label,
    /// Its place in the post, from 1.
    Ordinal,
    /// What it says, behind these signs; nothing where it says nothing.
    Body(String),
}

/// How an item is written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct ItemForm {
    /// The line that it begins with; none where the post is the item.
    pub(super) head: Vec<ItemPart>,
    /// What the lines below begin with, where they must belong to an entry of a list.
    pub(super) indent: &'static str,
    /// The line that names its source, where the heading does not.
    pub(super) source: Option<Vec<ItemPart>>,
    /// What a remark begins with.
    pub(super) remark: Option<String>,
    /// What a line of tags begins with, and what stands between tags; `None`: they are not written.
    pub(super) tags: Option<(&'static str, &'static str)>,
}

impl ItemForm {
    /// The forms to try, the best first: as the last post has it, with its source line alone, and the profile's.
    pub(super) fn all(options: &DigestOptions, words: &DraftWords, last: Option<(&str, &Edition)>) -> Vec<Self> {
        let of_profile = Self::of_profile(options, words);
        let Some((text, edition)) = last else { return of_profile };
        let lines: Vec<&str> = text.lines().collect();
        let blocks: Vec<ItemBlock<'_>> = blocks(&lines, edition);
        let heads: Vec<Vec<ItemPart>> = blocks.iter().filter_map(ItemBlock::head).collect();
        let often = |head: &&Vec<ItemPart>| heads.iter().filter(|other| other == head).count();
        let head = heads.iter().max_by_key(often).cloned();
        let source = blocks.iter().find_map(ItemBlock::source);
        let remark = blocks.iter().find_map(ItemBlock::remark);
        let mut forms = Vec::new();
        for of_profile in of_profile {
            if let Some(head) = head.clone().filter(|_| !of_profile.head.is_empty()) {
                let has_link = head.contains(&ItemPart::Url);
                let source = source.clone().or(if has_link { None } else { of_profile.source.clone() });
                forms.push(Self { head, source, remark: remark.clone(), ..of_profile.clone() });
            }
            let of_post = source.clone().or(of_profile.source.clone());
            forms.push(Self { source: of_post, remark: remark.clone(), ..of_profile.clone() });
            forms.push(Self { remark: remark.clone(), ..of_profile });
        }
        let without_tags: Vec<Self> = forms.iter().map(|form| Self { tags: None, ..form.clone() }).collect();
        forms.extend(without_tags);
        forms
    }

    /// As the input's profile has it: the one place that knows what begins an item there.
    fn of_profile(options: &DigestOptions, words: &DraftWords) -> Vec<Self> {
        let known = options.source_words.iter().any(|word| word == words.source);
        let word = if known { words.source } else { options.source_words.first().map_or(words.source, String::as_str) };
        let colon = if word.is_ascii() { ": " } else { "：" };
        let text = |text: &str| ItemPart::Text(text.to_owned());
        let (title, url) = (ItemPart::Title, ItemPart::Url);
        let source =
            vec![text("> **["), text(word), text(colon), ItemPart::Label, text("]("), url.clone(), text(")**")];
        let below = Self {
            head: Vec::new(),
            indent: "",
            source: Some(source),
            remark: words.remark.map(|remark| format!("> {remark}")),
            tags: Some((words.tags, words.between)),
        };
        let linked = |before: Vec<ItemPart>| Self {
            head: [before, vec![text("["), title.clone(), text("]("), url.clone(), text(")")]].concat(),
            source: None,
            remark: None,
            ..below.clone()
        };
        let Profile { post, items, .. } = &*options.profile;
        if post.is_item {
            return vec![Self { remark: None, ..below }];
        }
        let forms = items.start.iter().flat_map(|start| match start {
            ItemStart::Headings => {
                let level = items.levels.iter().find(|level| items.one_level || **level > 1).copied().unwrap_or(3);
                let signs = text(&format!("{} ", "#".repeat(usize::from(level))));
                let labelled = Self { head: vec![signs.clone(), title.clone()], ..below.clone() };
                vec![labelled, linked(vec![signs])]
            }
            ItemStart::List => vec![Self { indent: "  ", ..linked(vec![text("- ")]) }],
            ItemStart::Ordered => vec![Self { indent: "   ", ..linked(vec![ItemPart::Ordinal, text(". ")]) }],
            ItemStart::Paragraphs => vec![linked(vec![ItemPart::Ordinal, text("、")]), linked(Vec::new())],
        });
        forms.collect()
    }

    /// An item as Markdown, with a blank line behind each block.
    pub(super) fn written(&self, item: &DraftItem, ordinal: usize) -> String {
        let is_inline = self.head.iter().any(|part| matches!(part, ItemPart::Body(_)));
        let mut blocks = Vec::new();
        if !item.text.is_empty() && !is_inline {
            blocks.push(escape::paragraph(&item.text));
        } else if item.title.is_empty() && self.indent.is_empty() {
            // Where the text goes.
            blocks.push(String::new());
        }
        let tags: Vec<&str> = item.tags.iter().map(String::as_str).filter(|tag| is_plain(tag)).collect();
        if let (Some((word, between)), false) = (self.tags, tags.is_empty()) {
            let tags: Vec<String> = tags.into_iter().map(escape::inline).collect();
            blocks.push(format!("{word}{}", tags.join(between)));
        }
        // A source without an address would be a complaint.
        if !item.url.is_empty() || item.title.is_empty() {
            blocks.extend(self.source.as_ref().map(|source| line(source, item, ordinal)));
        }
        blocks.extend(self.remark.clone());
        let blocks =
            blocks.into_iter().map(|block| if block.is_empty() { block } else { format!("{}{block}", self.indent) });
        let head = (!self.head.is_empty()).then(|| line(&self.head, item, ordinal));
        let mut text = head.into_iter().chain(blocks).collect::<Vec<_>>().join("\n\n");
        text.push_str("\n\n");
        text
    }
}

/// Whether a tag can stand in a line of tags.
fn is_plain(tag: &str) -> bool {
    !tag.contains(['、', '，', ',', ';', '；', '。', '！', '？', '：', ':', '#']) && tag.chars().count() <= 60
}

fn line(parts: &[ItemPart], item: &DraftItem, ordinal: usize) -> String {
    let is_link = parts.contains(&ItemPart::Url);
    let mut line = String::new();
    for part in parts {
        match part {
            ItemPart::Text(text) => line.push_str(text),
            ItemPart::Title if is_link => line.push_str(&escape::inline(&item.title)),
            ItemPart::Title => line.push_str(&escape::heading(&item.title)),
            ItemPart::Label => line.push_str(&escape::inline(&item.label)),
            ItemPart::Url if item.url.is_empty() => {}
            ItemPart::Url => line.push_str(&escape::destination(&item.url)),
            ItemPart::Ordinal => line.push_str(&ordinal.to_string()),
            ItemPart::Body(_) if item.text.is_empty() => {}
            ItemPart::Body(signs) => line = line + signs + &escape::inline(&item.text),
        }
    }
    line
}

/// An item of the last post with the lines that it is written in.
struct ItemBlock<'a> {
    item: &'a Item,
    ordinal: usize,
    lines: &'a [&'a str],
}

fn blocks<'a>(lines: &'a [&'a str], edition: &'a Edition) -> Vec<ItemBlock<'a>> {
    let start = |item: &Item| (item.line as usize).saturating_sub(1);
    let ends = edition.items.iter().skip(1).map(start).chain([lines.len()]);
    let blocks =
        edition.items.iter().zip(ends).enumerate().filter_map(|(at, (item, end))| {
            Some(ItemBlock { item, ordinal: at + 1, lines: lines.get(start(item)..end)? })
        });
    blocks.collect()
}

impl ItemBlock<'_> {
    /// The line that the item begins with.
    fn head(&self) -> Option<Vec<ItemPart>> {
        let line = self.lines.first()?.trim_end();
        let (before, after) = line.split_once(self.item.title.as_str()).filter(|_| !self.item.title.is_empty())?;
        let mut parts = self.numbered(before);
        parts.push(ItemPart::Title);
        let url = self.item.sources.first().map(|source| source.url.as_str());
        match url.and_then(|url| after.split_once(url)) {
            Some((between, after)) => {
                // What follows the link is what the item says.
                let end = if after.starts_with('>') { Some(0) } else { after.find(')') };
                let (closing, said) = after.split_at(end.map_or(0, |at| at + 1));
                let signs: String = said.chars().take_while(|c| !c.is_alphanumeric()).collect();
                parts.extend([ItemPart::Text(between.to_owned()), ItemPart::Url, ItemPart::Text(closing.to_owned())]);
                if !said.is_empty() {
                    parts.push(ItemPart::Body(signs));
                }
            }
            None if after.is_empty() => {}
            None => return None,
        }
        Some(parts)
    }

    /// What stands before the title, with the item's place in the place of its number.
    fn numbered(&self, before: &str) -> Vec<ItemPart> {
        let text = |text: &str| ItemPart::Text(text.to_owned());
        let ordinal = self.ordinal.to_string();
        match before.split_once(&ordinal) {
            Some((start, end)) => vec![text(start), ItemPart::Ordinal, text(end)],
            None => vec![text(before)],
        }
    }

    /// The line that names the source.
    fn source(&self) -> Option<Vec<ItemPart>> {
        let source = self.item.sources.first().filter(|_| self.item.source_kind == SourceKind::Labelled)?;
        let line = self.lines.iter().skip(1).find(|line| line.contains(&source.url))?.trim_end();
        let (before, after) = line.rsplit_once(&source.url)?;
        let text = |text: &str| ItemPart::Text(text.to_owned());
        let named = Some(&source.label).filter(|label| !label.is_empty() && !line.starts_with(label.as_str()));
        let mut parts = match named.and_then(|label| before.rsplit_once(label.as_str())) {
            Some((start, between)) => vec![text(start), ItemPart::Label, text(between)],
            None => vec![text(before)],
        };
        parts.extend([ItemPart::Url, text(after)]);
        Some(parts)
    }

    /// What the remark begins with, up to its colon.
    fn remark(&self) -> Option<String> {
        let name = self.item.comment_by.as_deref().filter(|_| !self.item.remark_html.is_empty())?;
        let line = self.lines.iter().skip(1).find(|line| line.contains(name) && line.contains(['：', ':']))?;
        let end = line.find(name)? + name.len();
        let colon = line.get(end..)?.find(['：', ':'])? + end;
        let sign = line.get(colon..)?.chars().next()?;
        let emphasis = line.get(colon + sign.len_utf8()..)?.chars().take_while(|c| *c == '*').count();
        let end = colon + sign.len_utf8() + emphasis;
        Some(format!("{}{}", line.get(..end)?, if sign == ':' { " " } else { "" }))
    }
}
