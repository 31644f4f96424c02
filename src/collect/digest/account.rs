//! Accounts for everything that an editor wrote under an item: each block and each http(s) address is in the item that was
//! read, or a complaint names it. Compares what goes in with what comes out, and knows nothing of how an item is read.

use super::address;
use super::bare;
use super::notes::{Notes, Spot, shown};
use super::profile::Profile;
use super::source::SourceWords;
use super::tags;
use super::tree::PostLines;
use crate::collect::html;
use crate::model::{Item, LinkKey};
use comrak::Node;
use comrak::nodes::NodeValue;
use std::collections::{BTreeSet, HashSet};

/// Words that lead or mark something, and are no part of what an item says.
const MARKS: [&str; 4] = ["点评", "點評", "插图", "插圖"];

/// Most words of an item for which more is done than to look them up.
const MAX_SOUGHT: usize = 500;

/// What stands under an item, before anything is made of it.
#[derive(Debug)]
pub(super) struct Account {
    blocks: Vec<WrittenBlock>,
    addresses: Vec<(Spot, String, bool)>,
    /// How many complaints there were.
    complaints: usize,
}

/// The words of a block that holds no other block.
#[derive(Debug)]
struct WrittenBlock {
    spot: Spot,
    text: String,
}

impl Account {
    /// Takes stock of the blocks of an item.
    pub(super) fn of(blocks: &[Node<'_>], source: &PostLines<'_>, notes: &Notes<'_>) -> Self {
        let mut account = Self { blocks: Vec::new(), addresses: Vec::new(), complaints: notes.len() };
        let mut lines = BTreeSet::new();
        let mut commented = String::new();
        for block in blocks {
            let position = block.data().sourcepos;
            lines.extend(position.start.line..=position.end.line);
            for node in block.descendants() {
                account.add(node, source);
                push_comments(node, &mut commented);
            }
        }
        for line in lines {
            let written = line.checked_sub(1).and_then(|index| source.lines.get(index)).copied().unwrap_or_default();
            account.add_addresses(written, line + source.offset);
        }
        account.addresses.retain(|(_, address, _)| commented.is_empty() || !commented.contains(address.as_str()));
        account
    }

    fn add(&mut self, node: Node<'_>, source: &PostLines<'_>) {
        let more: Vec<String> = match &node.data().value {
            // The text of a bare address is accounted for as an address.
            NodeValue::Text(text) if is_address_of_link(node, text) => return,
            NodeValue::Text(text) => vec![text.clone().into_owned()],
            NodeValue::Code(code) => vec![code.literal.clone()],
            NodeValue::CodeBlock(block) => vec![block.literal.clone()],
            NodeValue::HtmlBlock(block) => vec![html::text_of(&block.literal)],
            NodeValue::Link(link) if link.title != link.url => vec![link.title.clone()],
            NodeValue::Image(image) => vec![image.title.clone()],
            NodeValue::Paragraph | NodeValue::Heading(_) | NodeValue::TableCell => Vec::new(),
            _ => return,
        };
        if node.data().value.block() || self.blocks.is_empty() {
            self.blocks.push(WrittenBlock { spot: source.spot(node), text: String::new() });
        }
        let Some(block) = self.blocks.last_mut() else { return };
        for text in more {
            // Each by itself: what stands between two texts may become a tag.
            block.text.push_str(&html::strip_illegal(&text));
            block.text.push(' ');
        }
    }

    /// Addresses are sought in the lines as they were written, so that none is overlooked with what it stands in.
    fn add_addresses(&mut self, line: &str, number: usize) {
        let mut done = 0;
        while let Some(range) = line.get(done..).and_then(bare::find) {
            let (start, end) = (done + range.start, done + range.end);
            let (Some(before), Some(url), Some(after)) = (line.get(..start), line.get(start..end), line.get(end..))
            else {
                return;
            };
            done = end;
            let goes_on = !after.is_empty() && !after.starts_with([' ', ')', '>', '"', '\'', ']', '<']);
            self.addresses.push((Spot::new(number, before.chars().count() + 1), unescaped(url), goes_on));
        }
    }

    /// The sources of the item, each with the line on which its address stands; the item's own, where none does.
    pub(super) fn cited(&self, item: &Item) -> Vec<(LinkKey, u32)> {
        let line_of = |key: &LinkKey| {
            let found = self.addresses.iter().find(|(_, address, _)| LinkKey::of(address).as_ref() == Some(key));
            found.map_or(item.line, |(spot, ..)| spot.line)
        };
        item.sources
            .iter()
            .filter_map(|source| LinkKey::of(&source.url))
            .map(|key| (key.clone(), line_of(&key)))
            .collect()
    }

    /// Names what was taken stock of and is not in the item. `marks` are the words that lead to sources.
    pub(super) fn settle(self, item: &Item, marks: SourceWords<'_>, profile: &Profile, notes: &mut Notes<'_>) {
        let said = notes.since(self.complaints);
        let taken = Taken::of(item, marks.0);
        let mut sought = 0;
        for block in &self.blocks {
            let labels = labels(&block.text, profile);
            let is_missing = |word: &&str| {
                if labels.contains(word) {
                    return false;
                }
                if taken.words.contains(word) || taken.marks.iter().any(|mark| mark.eq_ignore_ascii_case(word)) {
                    return false;
                }
                sought += 1;
                sought > MAX_SOUGHT || !(taken.plain.contains(word) || said.contains(word))
            };
            let missing: Vec<&str> = words(&block.text).filter(is_missing).collect();
            if !missing.is_empty() {
                let message =
                    format!("the item does not hold these words of its text: `{}`", shown(&missing.join(" ")));
                notes.warning(block.spot, message, "write them as plain Markdown, or remove them");
            }
        }
        for (spot, address, goes_on) in &self.addresses {
            let inner = address::unwrapped(address, &profile.sources.unwrap);
            let is_taken = |address: &str| taken.has(address, *goes_on);
            if !is_taken(address)
                && !inner.is_some_and(|inner| is_taken(&inner))
                && !said.contains(shown(address).as_str())
            {
                let message =
                    format!("nothing of the item leads to the address `{}`; it is not published", shown(address));
                notes.warning(*spot, message, "write it as a link, [NAME](URL), or remove it");
            }
        }
    }
}

/// What an item holds.
struct Taken<'i> {
    words: HashSet<&'i str>,
    /// Words that lead to a source, a remark, a credit or tags.
    marks: Vec<&'i str>,
    /// All that it says, for words between which there was a link or a sign and now is none.
    plain: String,
    html: String,
    addresses: BTreeSet<String>,
}

impl<'i> Taken<'i> {
    fn of(item: &'i Item, marks: &'i [String]) -> Self {
        let names = item.sources.iter().chain(&item.body_links).map(|link| link.label.as_str());
        let plain: Vec<&str> = std::iter::once(item.title.as_str())
            .chain(names)
            .chain(item.image_alts.iter().chain(&item.tags).map(String::as_str))
            .chain(item.comment_by.as_deref())
            .chain(item.image_credit.as_deref())
            .collect();
        let texts = plain.iter().copied().chain([item.body_html.as_str(), &item.remark_html]);
        let marks = marks.iter().map(String::as_str).chain(MARKS).chain(tags::WORDS).flat_map(words).collect();
        let words = texts.flat_map(words).collect();
        let mut plain = plain.join("\n");
        plain.extend(["\n", item.text.as_str(), "\n", &html::text_of_clean(&item.remark_html)]);
        plain.extend(item.number.map(|number| format!("\n{number}")));
        if let Some(name) = &item.comment_by {
            plain.extend(MARKS.map(|mark| format!("\n{name}{mark}")));
        }
        let links = item.sources.iter().chain(&item.body_links).map(|link| link.url.clone());
        let written = attributes(&item.body_html).chain(attributes(&item.remark_html));
        let addresses = links.chain(item.images.iter().cloned()).chain(written);
        let addresses = addresses.filter_map(|url| Some(LinkKey::of(&url)?.as_str().to_owned())).collect();
        Self { words, marks, plain, html: format!("{}\n{}", item.body_html, item.remark_html), addresses }
    }

    /// Whether an address is taken. Where more of it follows that ends addresses in text, one that begins so will do.
    fn has(&self, address: &str, goes_on: bool) -> bool {
        let Some(key) = LinkKey::of(address) else { return true };
        let mut from = self.addresses.range(key.as_str().to_owned()..);
        let is_known =
            from.next().is_some_and(|next| if goes_on { next.starts_with(key.as_str()) } else { next == key.as_str() });
        let before = || self.addresses.range(..key.as_str().to_owned()).next_back();
        // `https://a.example/x**粗**`: the address ends at the sign.
        let is_longer = || {
            before()
                .and_then(|known| key.as_str().strip_prefix(known.as_str()))
                .is_some_and(|rest| rest.starts_with(['*', '_', '~', '|']))
        };
        is_known || is_longer() || self.html.contains(&address.replace('&', "&amp;"))
    }
}

/// The addresses in HTML that was written by us or the sanitiser.
fn attributes(html: &str) -> impl Iterator<Item = String> {
    let values = [" href=\"", " src=\"", " cite=\""].into_iter().flat_map(move |name| html.split(name).skip(1));
    values.filter_map(|rest| Some(rest.split_once('"')?.0.replace("&amp;", "&")))
}

fn is_address_of_link(node: Node<'_>, text: &str) -> bool {
    node.parent().is_some_and(|parent| matches!(&parent.data().value, NodeValue::Link(link) if link.url == text))
}

/// The words by which the profile's patterns know a remark or a credit, but for what they take of them.
fn labels<'t>(text: &'t str, profile: &Profile) -> Vec<&'t str> {
    let mut labels = Vec::new();
    for pattern in [&profile.remark_pattern, &profile.credit_pattern].into_iter().flatten() {
        let Some(found) = pattern.0.captures(text.trim()) else { continue };
        let taken: Vec<&str> = found.iter().skip(1).flatten().flat_map(|group| words(group.as_str())).collect();
        labels
            .extend(found.get(0).into_iter().flat_map(|all| words(all.as_str())).filter(|word| !taken.contains(word)));
    }
    labels
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

/// What stands in comments: an editor's notes to himself, which nobody expects to be published.
fn push_comments(node: Node<'_>, commented: &mut String) {
    match &node.data().value {
        NodeValue::HtmlInline(raw) if raw.starts_with("<!--") => commented.push_str(raw),
        NodeValue::HtmlBlock(block) => {
            for comment in block.literal.split("<!--").skip(1) {
                commented.push_str(comment.split("-->").next().unwrap_or_default());
                commented.push('\n');
            }
        }
        _ => {}
    }
}

/// An address without Markdown's escapes.
fn unescaped(written: &str) -> String {
    written.replace("&amp;", "&").replace('\\', "")
}
