//! `feeds.opml`: every feed, for a feed reader to import (OPML 2.0). Only renders.

use super::compose::channel_title;
use super::xml::legal;
use super::{Error, Format, Site};
use crate::model::{Channel, ChannelKind};
use opml::{Head, OPML, Outline};

/// The list of feeds; the format first configured, except JSON Feed, which few readers import.
pub fn opml(site: &Site, channels: &[Channel]) -> Result<Vec<u8>, Error> {
    let format = site.options.formats.iter().copied().find(|format| *format != Format::Json).unwrap_or(Format::Json);
    let labels = site.options.language.labels();
    let of = |kind: ChannelKind| channels.iter().filter(move |channel| channel.kind == kind);
    let outlines = |kind| of(kind).map(|channel| outline(site, channel, format)).collect::<Vec<_>>();
    let mut document = OPML {
        head: Some(Head { title: Some(legal(&site.options.title).into_owned()), ..Head::default() }),
        ..OPML::default()
    };
    document.body.outlines = outlines(ChannelKind::Combined);
    document.body.outlines.extend(outlines(ChannelKind::Editions));
    for (kind, name) in [(ChannelKind::Tag, labels.tags), (ChannelKind::Source, labels.sources)] {
        let outlines = outlines(kind);
        if !outlines.is_empty() {
            document.body.outlines.push(Outline { text: name.to_owned(), outlines, ..Outline::default() });
        }
    }
    let mut text = document.to_string().map_err(|e| Error::render("OPML", e))?;
    text.push('\n');
    Ok(text.into_bytes())
}

fn outline(site: &Site, channel: &Channel, format: Format) -> Outline {
    let folder = channel.folder();
    let title = legal(&channel_title(site, channel)).into_owned();
    Outline {
        text: title.clone(),
        title: Some(title),
        r#type: Some(if format == Format::Atom { "atom" } else { "rss" }.to_owned()),
        xml_url: Some(site.url(&format!("{folder}{}", format.file_name()))),
        html_url: Some(site.url(&folder)),
        ..Outline::default()
    }
}
