//! `export`: the feed inputs as a list of subscriptions for other readers.

use super::write_out;
use crate::config::Settings;
use crate::pipeline::{FeedInput, Input};
use anyhow::Context;
use opml::{Body, Head, OPML, Outline};

/// Prints the feed inputs as OPML 2.0.
pub(super) fn run(settings: &Settings) -> anyhow::Result<u8> {
    let feeds = settings.cycle.inputs.iter().filter_map(|input| match input {
        Input::Feed(feed) => Some(outline(feed)),
        Input::Digest(_) => None,
    });
    let list = OPML {
        head: Some(Head { title: Some(visible(&settings.cycle.publish.title)), ..Head::default() }),
        body: Body { outlines: feeds.collect() },
        ..OPML::default()
    };
    let text = list.to_string().context("cannot write the list")?;
    // As it is: names keep every character that XML may hold.
    write_out(format!("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n{text}\n").as_bytes())?;
    Ok(0)
}

fn outline(feed: &FeedInput) -> Outline {
    let name = visible(&feed.name);
    // In the attribute, commas and slashes part tags (OPML 2.0).
    let tags = feed.feed.tags.iter().filter(|tag| !tag.contains([',', '/'])).map(|tag| visible(tag));
    let tags = tags.collect::<Vec<_>>().join(",");
    Outline {
        text: name.clone(),
        title: Some(name),
        r#type: Some("rss".to_owned()),
        xml_url: Some(feed.url.to_string()),
        category: Some(tags).filter(|tags| !tags.is_empty()),
        ..Outline::default()
    }
}

/// One line of what XML may hold; a configuration can name anything.
fn visible(text: &str) -> String {
    crate::collect::html::fold(&crate::collect::html::strip_illegal(text))
}
