//! The pictures of an item: which addresses, under which descriptions, and whether they stand within the text or before it.

use super::links::{LinkReader, MAX_LINKS};
use super::notes::{Notes, shown};
use super::tree;
use crate::collect::html;
use crate::model::web_uri;
use comrak::nodes::{NodeLink, NodeValue};
use comrak::{Arena, Node};

/// The pictures of an item, in the order of the post.
#[derive(Debug, Default)]
pub(super) struct Pictures {
    pub(super) urls: Vec<String>,
    /// What each shows, in words; empty where the author does not say.
    pub(super) alts: Vec<String>,
    /// Those that stand within the text.
    pub(super) placed: Vec<String>,
}

impl Pictures {
    /// Whether there is one that stands before the text.
    pub(super) fn has_leading(&self) -> bool {
        self.urls.len() > self.placed.len()
    }

    /// Takes a picture, where there are not far too many; the same one once.
    fn push(&mut self, url: &str, alt: &str) -> bool {
        if let Some(at) = self.urls.iter().position(|known| known == url) {
            if let Some(known) = self.alts.get_mut(at).filter(|known| known.is_empty()) {
                alt.clone_into(known);
            }
            return true;
        }
        let has_room = self.urls.len() < MAX_LINKS;
        if has_room {
            self.urls.push(url.to_owned());
            self.alts.push(alt.to_owned());
        }
        has_room
    }

    /// Takes the pictures out of a line that is not shown as it stands.
    pub(super) fn displace(&mut self, line: Node<'_>) {
        for node in line.descendants().collect::<Vec<_>>() {
            let NodeValue::Image(image) = node.data().value.clone() else { continue };
            self.placed.retain(|url| web_uri(url).is_none_or(|uri| uri != image.url));
            node.detach();
        }
    }

    fn place(&mut self, url: String) {
        if !self.placed.contains(&url) {
            self.placed.push(url);
        }
    }
}

/// Where the pictures of a block go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Where {
    /// Before the item's text.
    Before,
    /// They stay where they stand.
    Here,
}

/// Takes the pictures of a block, in order. Gives the links that pictures stood in alone, as paragraphs.
pub(super) fn take<'a>(
    arena: &'a Arena<'a>,
    reader: &LinkReader<'_>,
    (block, to): (Node<'a>, Where),
    pictures: &mut Pictures,
    notes: &mut Notes<'_>,
) {
    for node in block.descendants().collect::<Vec<_>>() {
        let NodeValue::Image(image) = node.data().value.clone() else { continue };
        let alt = description(node, &image.title);
        let shown_at = taken(reader, (&image.url, &alt), node, pictures, notes);
        match shown_at {
            Some(url) if to == Where::Here && url.contains("://") => {
                if let NodeValue::Image(image) = &mut node.data_mut().value {
                    // The renderer would percent-encode what is no URI, the host too.
                    image.url = web_uri(&url).unwrap_or_default().into_owned();
                }
                pictures.place(url);
            }
            Some(url) => leave(arena, node, block, (&url, &alt)),
            None if alt.is_empty() => leave(arena, node, block, ("", "")),
            None => {
                node.insert_before(tree::new_node(arena, NodeValue::Text(alt.into())));
                node.detach();
            }
        }
    }
    take_raw(arena, reader, (block, to), pictures, notes);
}

/// The address of a picture that is taken; `None`, with a warning, where it leads nowhere we publish.
fn taken(
    reader: &LinkReader<'_>,
    (written, alt): (&str, &str),
    node: Node<'_>,
    pictures: &mut Pictures,
    notes: &mut Notes<'_>,
) -> Option<String> {
    let Some(url) = reader.image(written) else {
        if !notes.is_full() {
            let message =
                format!("the image address `{}` is not http or https; the image was left out", shown(written));
            notes.warning(reader.source.spot(node), message, "give the image an http or https address");
        }
        return None;
    };
    pictures.push(&url, alt).then_some(url)
}

/// What a picture shows, in the author's words.
fn description(image: Node<'_>, title: &str) -> String {
    let alt = tree::text(image);
    let title = html::fold(&html::strip_illegal(title));
    match (alt.is_empty(), title.is_empty() || alt.contains(&title)) {
        (_, true) => alt,
        (true, false) => title,
        (false, false) => format!("{alt} {title}"),
    }
}

/// Takes a picture out of the tree. A link that it stood in alone stays, called by what the picture shows.
fn leave<'a>(arena: &'a Arena<'a>, node: Node<'a>, block: Node<'a>, (url, alt): (&str, &str)) {
    let alone_in = node.parent().filter(|_| node.next_sibling().is_none() && node.previous_sibling().is_none());
    let link = alone_in.and_then(|parent| match &parent.data().value {
        NodeValue::Link(link) if link.url != url && !link.url.is_empty() => Some(link.url.clone()),
        _ => None,
    });
    match link {
        Some(link) => {
            let label = if alt.is_empty() { link } else { alt.to_owned() };
            node.insert_before(tree::new_node(arena, NodeValue::Text(label.into())));
            node.detach();
        }
        None => tree::detach_with_empty_parents(node, block),
    }
}

/// The pictures of an HTML block. One that is only pictures becomes the links that they stand in.
fn take_raw<'a>(
    arena: &'a Arena<'a>,
    reader: &LinkReader<'_>,
    (block, to): (Node<'a>, Where),
    pictures: &mut Pictures,
    notes: &mut Notes<'_>,
) {
    for node in block.descendants().collect::<Vec<_>>() {
        let NodeValue::HtmlBlock(raw) = node.data().value.clone() else { continue };
        if !tree::is_raw_image(&raw.literal) {
            continue;
        }
        for (src, alt) in html::images(&raw.literal) {
            let url = taken(reader, (&src, &alt), node, pictures, notes);
            if let Some(url) = url.filter(|url| to == Where::Here && url.contains("://")) {
                pictures.place(url);
            }
        }
        if to == Where::Here {
            continue;
        }
        let paragraph = NodeValue::Paragraph;
        let links = html::attributes(&raw.literal, "a[href]", "href");
        let links = links
            .into_iter()
            .map(|(url, _)| url)
            .filter(|url| reader.image(url).is_none_or(|url| !pictures.urls.contains(&url)));
        for url in links {
            let link =
                tree::new_node(arena, NodeValue::Link(Box::new(NodeLink { url: url.clone(), title: String::new() })));
            link.append(tree::new_node(arena, NodeValue::Text(url.into())));
            node.append(link);
        }
        node.data_mut().value = paragraph;
    }
}
