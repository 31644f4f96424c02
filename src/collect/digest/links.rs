//! Links of an item: which addresses are taken, in which order, under which label. Contacts nothing.

use super::address::{self, Address};
use super::notes::{Notes, shown};
use super::tree::{self, PostLines};
use crate::collect::html;
use crate::model::{LinkKey, SourceLink, is_blank, web_uri};
use comrak::nodes::NodeValue;
use comrak::{Arena, Node};
use url::Url;

/// Most links and most images of an item.
pub(super) const MAX_LINKS: usize = 200;

/// What the links of an item are read with.
#[derive(Debug, Clone, Copy)]
pub(super) struct LinkReader<'o> {
    pub(super) base: Option<&'o Url>,
    /// Parameters of redirecting addresses whose value is meant.
    pub(super) unwrap: &'o [String],
    pub(super) source: PostLines<'o>,
}

impl LinkReader<'_> {
    /// An image's or a cover's address; site-relative ones stay as written where no base is known.
    pub(super) fn image(&self, written: &str) -> Option<String> {
        if address::begins_as_host(written) {
            return None;
        }
        match address::of(written, self.base) {
            Address::Web(url) => Some(url),
            Address::Relative => Some(html::strip_illegal(written.trim()).into_owned()),
            Address::Fragment | Address::Odd => None,
        }
    }

    /// What a link comes to, were it taken.
    pub(super) fn meant(&self, written: &str) -> Option<String> {
        match address::of(written, self.base) {
            Address::Web(url) if address::slip(written).is_none() => {
                Some(address::unwrapped(&url, self.unwrap).unwrap_or(url))
            }
            _ => None,
        }
    }

    /// The links below a node, in order. Their addresses become absolute in the tree; a link that leads nowhere we
    /// publish becomes plain text, with a warning.
    pub(super) fn take_links<'a>(&self, arena: &'a Arena<'a>, node: Node<'a>, notes: &mut Notes<'_>) -> Links {
        let mut found = Links::default();
        for node in node.descendants().collect::<Vec<_>>() {
            let written = match &node.data().value {
                NodeValue::Link(link) => vec![(link.url.clone(), tree::text(node))],
                NodeValue::HtmlInline(raw) => raw_links(raw, Some(node)),
                NodeValue::HtmlBlock(raw) => raw_links(&raw.literal, None),
                _ => continue,
            };
            for (url, label) in written {
                let taken = self.take(&url, label, node, notes);
                if label_is_missing(node) {
                    node.append(tree::new_node(arena, NodeValue::Text(url.clone().into())));
                }
                found.dropped |= taken.is_none() && !matches!(address::of(&url, self.base), Address::Fragment);
                rewrite(node, taken.as_ref());
                found.links.extend(taken);
            }
        }
        found
    }

    fn take(&self, written: &str, label: String, node: Node<'_>, notes: &mut Notes<'_>) -> Option<SourceLink> {
        let slip = address::slip(written);
        let (problem, help) = match address::of(written, self.base) {
            Address::Web(_) | Address::Relative | Address::Odd if slip.is_some() => slip.unwrap_or_default(),
            Address::Web(url) => {
                let url = address::unwrapped(&url, self.unwrap).unwrap_or(url);
                let label = if is_blank(&label) { LinkKey::host_of(&url).unwrap_or_default() } else { label };
                return Some(SourceLink { label, url });
            }
            Address::Fragment => return None,
            Address::Relative => {
                ("is relative and the input has no base_url", "write the whole URL, or give the input a base_url")
            }
            Address::Odd => ("is not an http or https URL", "link to an http or https page"),
        };
        let named = if is_blank(&label) { String::new() } else { format!(": `{}`", shown(&label)) };
        let message = format!("the link `{}` {problem}; it was dropped{named}", shown(written));
        notes.warning(self.source.spot(node), message, help);
        None
    }
}

/// Puts the address that was taken into the tree, or unwraps a link that was not.
fn rewrite(node: Node<'_>, taken: Option<&SourceLink>) {
    match (&mut node.data_mut().value, taken) {
        (NodeValue::Link(link), Some(taken)) => {
            // Early posts repeat the address as the title.
            if link.title == link.url {
                link.title.clear();
            }
            // The renderer would percent-encode what is no URI, the host too.
            link.url = web_uri(&taken.url).unwrap_or_default().into_owned();
            return;
        }
        (NodeValue::Link(_), None) => {}
        _ => return,
    }
    tree::unwrap(node);
}

/// Links in the order they stand.
#[derive(Debug, Default)]
pub(super) struct Links {
    pub(super) links: Vec<SourceLink>,
    /// Whether one was dropped, with a warning.
    pub(super) dropped: bool,
}

/// The same link twice is one link; nobody reads hundreds of them.
pub(super) fn push_new(links: &mut Vec<SourceLink>, new: Vec<SourceLink>) {
    for link in new {
        if links.len() < MAX_LINKS && !links.iter().any(|known| known.url == link.url) {
            links.push(link);
        }
    }
}

/// Whether a link shows nothing that a reader could follow.
fn label_is_missing(node: Node<'_>) -> bool {
    matches!(node.data().value, NodeValue::Link(_)) && tree::text(node).is_empty() && !tree::has_image(node)
}

/// Links written as HTML. An inline tag stands alone in the tree: its text is what follows up to `</a>`.
fn raw_links(raw: &str, inline: Option<Node<'_>>) -> Vec<(String, String)> {
    let opens = raw.as_bytes().windows(2).any(|bytes| bytes.eq_ignore_ascii_case(b"<a"));
    if !opens {
        return Vec::new();
    }
    let mut links = html::attributes(raw, "a[href]", "href");
    if let (Some(node), Some((_, label))) = (inline, links.first_mut()) {
        let closes = |n: &Node<'_>| matches!(&n.data().value, NodeValue::HtmlInline(raw) if raw.trim().eq_ignore_ascii_case("</a>"));
        let inside: String =
            node.following_siblings().skip(1).take(64).take_while(|n| !closes(n)).map(|n| tree::raw_text(n)).collect();
        *label = html::fold(&html::strip_illegal(&inside));
    }
    links
}
