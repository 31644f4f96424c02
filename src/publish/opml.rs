//! `feeds.opml`: every channel's subscription in one OPML 2.0 list, for readers that import them.
//!
//! No dates: the list changes when the channels do, and only then.

use super::Error;
use super::address::{in_channel, of_channel};
use super::characters::line;
use super::compose::channel_title;
use super::options::{Format, Site};
use crate::model::{Channel, ChannelKind};
use ::opml::{Body, Head, OPML, Outline};

/// The list of all channels: combined and editions first, then the tags and the sources, each in a group.
pub fn opml(site: &Site, channels: &[Channel]) -> Result<Vec<u8>, Error> {
    let words = site.words();
    let of_kind = |kind| -> Vec<Outline> {
        channels.iter().filter(|channel| channel.kind == kind).map(|channel| outline(site, channel)).collect()
    };
    let mut outlines = of_kind(ChannelKind::Combined);
    outlines.extend(of_kind(ChannelKind::Editions));
    for (title, kind) in [(&words.tags, ChannelKind::Tag), (&words.sources, ChannelKind::Source)] {
        let members = of_kind(kind);
        if !members.is_empty() {
            outlines.push(Outline { text: title.clone(), outlines: members, ..Outline::default() });
        }
    }
    let list = OPML {
        head: Some(Head { title: Some(line(&site.options.title)), ..Head::default() }),
        body: Body { outlines },
        ..OPML::default()
    };
    let mut bytes = b"<?xml version=\"1.0\" encoding=\"utf-8\"?>\n".to_vec();
    bytes.extend_from_slice(list.to_string()?.as_bytes());
    bytes.push(b'\n');
    Ok(bytes)
}

fn outline(site: &Site, channel: &Channel) -> Outline {
    let format = site.options.formats.iter().min().copied().unwrap_or(Format::Rss);
    let title = channel_title(site, channel);
    Outline {
        text: title.clone(),
        title: Some(title),
        r#type: Some("rss".to_owned()),
        xml_url: Some(in_channel(site, channel, format.file_name())),
        html_url: Some(of_channel(site, channel)),
        language: Some(site.options.language.tag().to_owned()),
        ..Outline::default()
    }
}
