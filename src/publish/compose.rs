//! From stored items to the format-neutral [`Feed`] of a channel. Pure: values in, values out.
//!
//! Which items a channel gathers and in what order is the caller's business; here they become entries. Nothing in a feed
//! but its addresses depends on `base_url`: ids come from the site's and the items' own.

use super::address::{absolute, edition_folder, in_channel, of_channel, of_item, of_page};
use super::characters::{escaped, line};
use super::content;
use super::icon::IconKind;
use super::layout;
use super::options::{Format, ItemLink, Site};
use super::{attached, markdown};
use crate::model::{
    Attachment, Category, Channel, ChannelKind, CitedSource, Entry, Feed, FeedIcon, FeedUrls, Item, Medium,
    StoredEdition, StoredItem, Tag, web_uri,
};
use chrono::{DateTime, SubsecRound, Utc};
use std::borrow::Borrow;
use std::collections::HashSet;
use std::fmt::Write as _;
use uuid::Uuid;

/// Items that an edition's entry shows in full; fifty entries of a hundred each are enough for one feed.
const MOST_IN_ENTRY: usize = 100;

/// An edition with its items in the order of the post.
pub type EditionWithItems = (StoredEdition, Vec<StoredItem>);

/// The feed of a channel of items, newest first. `emptied` dates a feed whose last item left.
pub fn feed<I: Borrow<StoredItem>>(
    site: &Site,
    channel: &Channel,
    items: &[I],
    emptied: Option<DateTime<Utc>>,
) -> Feed {
    let entries = items.iter().take(site.options.items_per_feed).map(|item| item_entry(site, item.borrow())).collect();
    frame(site, channel, entries, emptied)
}

/// The feed with one entry per edition, newest first.
pub fn editions_feed(site: &Site, editions: &[EditionWithItems], emptied: Option<DateTime<Utc>>) -> Feed {
    let channel = editions_channel();
    let newest = editions.iter().take(site.options.items_per_feed);
    let entries = newest.map(|(edition, items)| edition_entry(site, edition, items)).collect();
    frame(site, &channel, entries, emptied)
}

/// The one channel whose entries are editions.
pub(super) fn editions_channel() -> Channel {
    Channel { kind: ChannelKind::Editions, slug: String::new(), name: String::new() }
}

fn frame(site: &Site, channel: &Channel, entries: Vec<Entry>, emptied: Option<DateTime<Utc>>) -> Feed {
    // A site that never had an item has no date to show; the epoch is at least the same on every run.
    let updated = entries.iter().map(|entry| entry.updated).max().or(emptied).unwrap_or(DateTime::UNIX_EPOCH);
    Feed {
        id: urn(feed_id(site, channel)),
        title: channel_title(site, channel),
        subtitle: subtitle(site, channel),
        language: site.options.language.tag().to_owned(),
        author: author(site),
        home_url: of_channel(site, channel),
        icon: icon(site),
        urls: FeedUrls {
            rss: in_channel(site, channel, Format::Rss.file_name()),
            atom: in_channel(site, channel, Format::Atom.file_name()),
            json: in_channel(site, channel, Format::Json.file_name()),
        },
        updated: updated.trunc_subsecs(0),
        entries,
    }
}

/// The icon that the operator gave the site; of the built-in one feeds say nothing.
fn icon(site: &Site) -> Option<FeedIcon> {
    let icon = Some(&site.options.icon).filter(|icon| !icon.is_built_in())?;
    let kind = icon.kind();
    let (is_picture, is_small) = (kind == IconKind::Png, kind == IconKind::Ico);
    Some(FeedIcon { url: absolute(site, icon.path()), is_picture, is_small })
}

/// A feed's id: of the site and the channel only, so that it outlives a move to another address.
fn feed_id(site: &Site, channel: &Channel) -> Uuid {
    Uuid::new_v5(&site.id, format!("{}/{}", channel.kind.as_str(), channel.slug).as_bytes())
}

fn urn(id: Uuid) -> String {
    id.urn().to_string()
}

/// The site's author; Atom demands one (RFC 4287, 4.1.1), so an empty one gives way to the title.
fn author(site: &Site) -> String {
    let author = line(&site.options.author);
    if author.is_empty() { line(&site.options.title) } else { author }
}

/// What a channel is called.
pub(super) fn channel_title(site: &Site, channel: &Channel) -> String {
    let title = line(&site.options.title);
    let words = site.words();
    let part = match channel.kind {
        ChannelKind::Combined => return title,
        ChannelKind::Editions => words.editions.clone(),
        ChannelKind::Tag | ChannelKind::Source => line(&channel.name),
    };
    format!("{part} · {title}")
}

/// What a channel offers, in a line.
pub(super) fn subtitle(site: &Site, channel: &Channel) -> String {
    let words = site.words();
    let label = match channel.kind {
        ChannelKind::Combined => return words.combined_subtitle.clone(),
        ChannelKind::Editions => return words.editions.clone(),
        ChannelKind::Tag => &words.tag,
        ChannelKind::Source => &words.source_host,
    };
    format!("{label}{}{}", words.colon, line(&channel.name))
}

fn item_entry(site: &Site, stored: &StoredItem) -> Entry {
    let primary = stored.sources.first().and_then(|source| web_uri(&source.link.url));
    let link = match (site.options.item_link, &primary) {
        (ItemLink::Source, Some(url)) => url.to_string(),
        _ => of_item(site, stored),
    };
    let attachments = attached::of_item(&stored.item);
    let first_picture = stored.item.images.iter().find_map(|image| web_uri(image)).map(String::from);
    let enclosed = || attachments.iter().find(|file| file.medium == Medium::Image).map(|file| file.url.clone());
    Entry {
        id: urn(stored.id),
        title: line(&stored.item.title),
        link,
        published: stored.published.trunc_subsecs(0),
        updated: stored.updated.trunc_subsecs(0),
        author: stored
            .item
            .author
            .as_ref()
            .or(stored.edition.author.as_ref())
            .map(|name| line(name))
            .filter(|name| !name.is_empty()),
        content_html: content::of_item(site, stored),
        summary: content::summary(&stored.item),
        categories: categories(site, &stored.tags),
        image: first_picture.or_else(enclosed),
        attachments,
        language: language(site, &stored.item).map(str::to_owned),
        markdown: markdown::of_item(site, stored),
        external_url: primary.map(String::from),
        sources: stored.sources.clone(),
    }
}

/// The language of an item, where it is another than the site's.
pub(super) fn language<'a>(site: &Site, item: &'a Item) -> Option<&'a str> {
    item.language.as_deref().filter(|tag| !tag.eq_ignore_ascii_case(site.options.language.tag()))
}

fn edition_entry(site: &Site, edition: &StoredEdition, items: &[StoredItem]) -> Entry {
    let permalink = edition.header.permalink.as_deref().and_then(web_uri).map(String::from);
    let cover = edition.cover.as_deref().and_then(web_uri).map(String::from);
    Entry {
        id: urn(edition.id),
        title: line(&edition.header.title),
        link: of_page(site, &edition_folder(edition)),
        published: edition.published.trunc_subsecs(0),
        updated: edition.updated.trunc_subsecs(0),
        author: edition.header.author.as_deref().map(line).filter(|name| !name.is_empty()),
        content_html: edition_content(site, cover.as_deref(), edition, items),
        summary: items.iter().map(|stored| line(&stored.item.title)).collect::<Vec<_>>().join(" · "),
        categories: categories(site, &edition.tags),
        attachments: attached::as_published(cover.as_deref().and_then(Attachment::picture).into_iter()),
        image: cover,
        language: None,
        markdown: edition_markdown(site, edition, items),
        external_url: permalink,
        sources: all_sources(items),
    }
}

fn edition_content(site: &Site, cover: Option<&str>, edition: &StoredEdition, items: &[StoredItem]) -> String {
    let mut html = String::new();
    if let Some(cover) = cover {
        html = format!("<figure><img src=\"{}\" alt=\"\"></figure>\n", escaped(cover));
    }
    for stored in items.iter().take(MOST_IN_ENTRY) {
        html.push_str("<h3><a href=\"");
        html.push_str(&escaped(&of_item(site, stored)));
        html.push_str("\">");
        html.push_str(&escaped(&line(&stored.item.title)));
        html.push_str("</a></h3>\n");
        html.push_str(&content::of_item(site, stored));
        html.push('\n');
    }
    let more = edition.more + u64::try_from(items.len().saturating_sub(MOST_IN_ENTRY)).unwrap_or(u64::MAX);
    if more > 0 {
        let (href, words) = (of_page(site, &edition_folder(edition)), site.words());
        // Writing to a String cannot fail.
        let _ = writeln!(html, "<p><a href=\"{href}\">{}</a></p>", escaped(&words.more(more)));
    }
    html
}

/// An edition whose items are all written in Markdown, and all there.
fn edition_markdown(site: &Site, edition: &StoredEdition, items: &[StoredItem]) -> Option<String> {
    if items.is_empty() || edition.more > 0 || items.len() > MOST_IN_ENTRY {
        return None;
    }
    let cover = edition.cover.as_deref().and_then(web_uri).map(|cover| format!("![]({})", markdown::address(&cover)));
    let mut blocks: Vec<String> = cover.into_iter().collect();
    for stored in items {
        blocks.push(markdown::heading(&stored.item.title, &of_item(site, stored)));
        blocks.push(markdown::of_item(site, stored)?);
    }
    blocks.retain(|block| !block.is_empty());
    Some(blocks.join("\n\n"))
}

/// Every link that the items cite, once.
fn all_sources(items: &[StoredItem]) -> Vec<CitedSource> {
    let mut seen = HashSet::new();
    let cited = items.iter().flat_map(|stored| &stored.sources);
    cited.filter(|source| seen.insert(source.link.url.as_str())).cloned().collect()
}

fn categories(site: &Site, tags: &[Tag]) -> Vec<Category> {
    let scheme = absolute(site, layout::TAGS);
    tags.iter().map(|tag| Category { term: line(&tag.name), scheme: scheme.clone() }).collect()
}
