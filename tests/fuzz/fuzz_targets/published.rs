//! What was read as feeds and pages.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use url::Url;
use uuid::Uuid;
use wellsourced::model::{
    Channel, ChannelKind, CitedSource, Edition, EditionHeader, Home, Item, LinkKey, StoredEdition, StoredItem, Tag,
    Verdict, slug_of,
};
use wellsourced::publish::{self, Format, ItemLink, Language, Options, Site, Theme};

/// Every format's feeds, the edition's page and each item's.
pub fn everywhere(edition: &Edition) {
    let site = site();
    let header = header(edition);
    let stored: Vec<_> = edition.items.iter().enumerate().map(|(index, item)| stored(item, index, &header)).collect();
    let combined = Channel { kind: ChannelKind::Combined, slug: String::new(), name: String::new() };
    let entry = stored_edition(edition, header);
    for item in &stored {
        publish::item_page(&site, item, [None; 2]).expect("an item's page");
    }
    publish::edition_page(&site, &entry, &stored).expect("an edition's page");
    let feeds =
        [publish::feed(&site, &combined, &stored, None), publish::editions_feed(&site, &[(entry, stored)], None)];
    for feed in &feeds {
        for format in Format::ALL {
            assert!(!publish::render(feed, format).expect("a feed").is_empty());
        }
    }
}

fn site() -> Site {
    let options = Options {
        title: "每日观察".to_owned(),
        base_url: Url::parse("https://observe.example.org/").expect("an address"),
        language: Language::ZhCn,
        author: String::new(),
        timezone: Tz::Asia__Shanghai,
        formats: Format::ALL.to_vec(),
        items_per_feed: 50,
        item_link: ItemLink::Page,
        pictures: true,
        exact_keys: false,
                theme: Theme::default(),
                icon: wellsourced::publish::Icon::default(),
    };
    Site { id: Uuid::nil(), options }
}

fn header(edition: &Edition) -> EditionHeader {
    EditionHeader {
        slug: "1".to_owned(),
        title: edition.title.clone(),
        number: edition.number,
        date: edition.date,
        author: edition.author.clone(),
        permalink: edition.permalink.clone(),
    }
}

fn tags(names: &[String]) -> Vec<Tag> {
    names.iter().map(|name| Tag { name: name.clone(), slug: slug_of(name) }).collect()
}

fn stored(item: &Item, index: usize, header: &EditionHeader) -> StoredItem {
    let date = header.date.with_timezone(&Utc);
    let cited = |link: &wellsourced::model::SourceLink| CitedSource {
        link: link.clone(),
        host: LinkKey::host_of(&link.url).unwrap_or_default(),
        verdict: Verdict::Unchecked,
        rule: String::new(),
        since: None,
        moved_to: None,
        archive: None,
    };
    StoredItem {
        id: Uuid::from_u128(index as u128),
        short_id: format!("{index:08x}"),
        home: Home::Page,
        edition: header.clone(),
        position: u32::try_from(index).unwrap_or(u32::MAX),
        item: item.clone(),
        tags: tags(&item.tags),
        sources: item.sources.iter().map(cited).collect(),
        published: date,
        updated: date,
    }
}

fn stored_edition(edition: &Edition, header: EditionHeader) -> StoredEdition {
    let date: DateTime<Utc> = header.date.with_timezone(&Utc);
    StoredEdition {
        id: Uuid::nil(),
        header,
        headline: edition.headline.clone(),
        cover: edition.cover.clone(),
        tags: tags(&edition.tags),
        published: date,
        updated: date,
        more: 0,
    }
}
