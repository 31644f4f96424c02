//! What a page shows and a feed cannot, in a form that a feed can: players and frames become links, pictures get the address
//! that a script would give them, formulas and drawings leave their text. One pass over the parsed tree, which is written out
//! again for the sanitiser.
//!
//! Refuses to judge what is harmless: that is the sanitiser's, who reads what comes out of here.

mod glance;
mod writer;

use super::{is_own_fragment, pictures};
use ego_tree::iter::Edge;
use ego_tree::{NodeId, NodeRef};
use html5ever::ns;
use scraper::Node;
use scraper::node::Element;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use url::Url;

/// How many children of a `picture` are looked at for its sources.
const MOST_SOURCES: usize = 64;

/// `html` with everything that a feed cannot show replaced. Relative addresses count where there is a `base`.
pub(super) fn settled<'h>(html: &'h str, base: Option<&Url>) -> Cow<'h, str> {
    if glance::is_concerned(html, base) { Cow::Owned(writer::written(html, base)) } else { Cow::Borrowed(html) }
}

/// What an address leads to, where it may be published.
fn address(written: &str, base: Option<&Url>) -> Option<Url> {
    let written = written.trim();
    if is_own_fragment(written) {
        return None;
    }
    let url = Url::parse(written).or_else(|error| base.map_or(Err(error), |base| base.join(written))).ok()?;
    (matches!(url.scheme(), "http" | "https") && url.has_host()).then_some(url)
}

/// A picture's address as written, and what it leads to.
#[derive(Clone)]
struct ShownPicture<'t> {
    written: &'t str,
    url: String,
}

/// What is known of a document's pictures before it is written.
struct SeenPictures<'t> {
    pictures: HashMap<NodeId, ShownPicture<'t>>,
    /// Addresses that stand outside of `noscript`.
    addresses: HashSet<String>,
    /// What pictures that have an address are said to show.
    alts: HashSet<&'t str>,
}

impl<'t> SeenPictures<'t> {
    fn of(root: NodeRef<'t, Node>, base: Option<&Url>) -> Self {
        let mut seen = Self { pictures: HashMap::new(), addresses: HashSet::new(), alts: HashSet::new() };
        let mut noscripts = 0_usize;
        for edge in root.traverse() {
            let (Edge::Open(node) | Edge::Close(node)) = edge;
            let Some(element) = node.value().as_element() else { continue };
            if element.name() == "noscript" {
                noscripts = if matches!(edge, Edge::Open(_)) { noscripts + 1 } else { noscripts.saturating_sub(1) };
            }
            if !matches!(edge, Edge::Open(_)) || !is_picture(element) {
                continue;
            }
            let Some(picture) = picture(node, base) else { continue };
            seen.alts.extend(element.attr("alt").map(str::trim));
            if noscripts == 0 {
                seen.addresses.insert(picture.url.clone());
            }
            seen.pictures.insert(node.id(), picture);
        }
        seen
    }
}

/// Whether an element shows a picture.
fn is_picture(element: &Element) -> bool {
    match element.name() {
        // Without an `img` a browser shows nothing of a `picture`; a page's script would add one.
        "img" | "picture" | "amp-img" | "amp-anim" => true,
        "image" => is_foreign(element),
        "input" => element.attr("type").is_some_and(|kind| kind.trim().eq_ignore_ascii_case("image")),
        _ => false,
    }
}

/// The picture that an element shows.
fn picture<'t>(node: NodeRef<'t, Node>, base: Option<&Url>) -> Option<ShownPicture<'t>> {
    let written = picture_address(node, &|written| address(written, base).is_some())?;
    Some(ShownPicture { written, url: address(written, base)?.into() })
}

/// The address of the picture that an element shows, as written, among those that are `usable`.
pub(super) fn picture_address<'t>(node: NodeRef<'t, Node>, usable: &dyn Fn(&str) -> bool) -> Option<&'t str> {
    let element = node.value().as_element()?;
    if is_foreign(element) {
        return element.attrs().find(|(name, value)| *name == "href" && usable(value)).map(|(_, value)| value.trim());
    }
    let around = if element.name() == "picture" { Some(node) } else { node.parent() };
    let around = around.filter(|around| name_of(*around) == "picture");
    let beside = around.into_iter().flat_map(|around| around.children().take(MOST_SOURCES));
    let beside = beside.filter_map(|node| node.value().as_element());
    let sources: Vec<&Element> = beside.filter(|element| element.name() == "source").collect();
    pictures::address(element, &sources, usable)
}

fn is_foreign(element: &Element) -> bool {
    element.name.ns != ns!(html)
}

fn name_of(node: NodeRef<'_, Node>) -> &str {
    node.value().as_element().map_or("", Element::name)
}

#[cfg(test)]
mod tests;
