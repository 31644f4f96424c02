//! From drafts to what leaves the reader: texts become plain, content is sanitised, authors are inherited.

use super::address::Base;
use super::draft::{Attached, Draft, FeedText};
use super::gathered::Gathered;
use super::lexer::MAX_ATTRIBUTES;
use super::media::media_type;
use super::plain::{Weight, html_of, stripped, text_of};
use super::references::paired;
use crate::collect::html::{Sanitiser, fold};
use crate::model::{Enclosure, UpstreamEntry, UpstreamFeed};
use std::borrow::Cow;
use url::Url;

/// What content may have and still be given to the sanitiser, whose time grows with the products of these.
const MOST: Weight = Weight { tags: 50_000, depth: 100, formats: 20, attributes: MAX_ATTRIBUTES - 1 };

/// Elements that the sanitiser may have to make for one document.
const MOST_ELEMENTS: usize = 10_000_000;

/// What was finished, whether markup had to be given up for it, and whether halves of characters were put together in it.
pub(super) struct Finished {
    pub(super) feed: UpstreamFeed,
    pub(super) flattened: bool,
    pub(super) paired: bool,
}

/// Finishes a feed with its entries, each draft forgotten when it was finished.
pub(super) fn finished(gathered: Gathered) -> Finished {
    let Gathered { feed, inherits_author, entries, asked, base } = gathered;
    let mut bench = Bench::new(base.as_ref().map(Base::as_str).unwrap_or_default());
    let author = feed.author.get().filter(|_| inherits_author).map(String::as_str);
    let inherited = OfFeed { author, language: feed.language.get().map(String::as_str) };
    let entries = entries.into_newest().map(|draft| bench.entry(draft, inherited)).collect();
    let feed = UpstreamFeed {
        title: feed.title.get().map(plain).unwrap_or_default(),
        link: feed.link.get().cloned(),
        description: feed.body.get().map(plain).filter(|text| !text.is_empty()),
        language: feed.language.get().cloned(),
        entries,
        rhythm: asked.into_rhythm(),
        ..UpstreamFeed::default()
    };
    Finished { feed, flattened: bench.flattened, paired: bench.paired }
}

/// What entries have of their feed when they say nothing else.
#[derive(Debug, Clone, Copy)]
struct OfFeed<'f> {
    author: Option<&'f str>,
    language: Option<&'f str>,
}

/// A sanitiser is costly to build and belongs to one base; most entries of a feed have the same.
struct Bench {
    base: String,
    sanitiser: Sanitiser,
    flattened: bool,
    paired: bool,
    /// Made so far.
    elements: usize,
}

impl Bench {
    fn new(base: &str) -> Self {
        let sanitiser = Sanitiser::new(Url::parse(base).ok().as_ref());
        Self { base: base.to_owned(), sanitiser, flattened: false, paired: false, elements: 0 }
    }

    fn entry(&mut self, draft: Draft, inherited: OfFeed<'_>) -> UpstreamEntry {
        let content = draft.body.get().map(|body| match body {
            FeedText::Html(html) => self.clean(html, draft.body_base.as_deref()),
            FeedText::Plain(text) => self.clean(&html_of(text), draft.body_base.as_deref()),
        });
        UpstreamEntry {
            id: draft.id.get().map(|id| id.trim().to_owned()).filter(|id| !id.is_empty()),
            link: draft.link.get().cloned(),
            title: draft.title.get().map(plain).unwrap_or_default(),
            published: draft.published.get().copied(),
            updated: draft.updated.get().copied(),
            author: draft.author.get().map(String::as_str).or(inherited.author).map(fold),
            language: draft.language.get().map(String::as_str).or(inherited.language).map(str::to_owned),
            content: content.unwrap_or_default(),
            tags: draft.tags,
            enclosures: draft.enclosures.into_iter().map(enclosure).collect(),
        }
    }

    fn clean(&mut self, html: &str, base: Option<&str>) -> String {
        let paired = paired(html);
        self.paired |= matches!(paired, Cow::Owned(_));
        let html = &*paired;
        let base = base.unwrap_or_default();
        if base != self.base {
            *self = Self { flattened: self.flattened, paired: self.paired, elements: self.elements, ..Self::new(base) };
        }
        let weight = Weight::of(html);
        let elements = self.elements + weight.tags * (1 + weight.formats);
        let too_heavy = weight.tags > MOST.tags
            || weight.depth > MOST.depth
            || weight.formats > MOST.formats
            || weight.attributes > MOST.attributes;
        if too_heavy || elements > MOST_ELEMENTS {
            self.flattened = true;
            // Escaped text is harmless, and what the sanitiser would make of it.
            return html_of(&stripped(html));
        }
        self.elements = elements;
        self.sanitiser.clean(html.trim()).trim().to_owned()
    }
}

fn enclosure(attached: Attached) -> Enclosure {
    Enclosure {
        media_type: media_type(&attached.media_type, &attached.medium, &attached.url),
        url: attached.url,
        // A number that was grouped for people.
        length: attached.length.replace([',', ' ', '\'', '_'], "").parse().ok().filter(|length| *length > 0),
    }
}

fn plain(text: &FeedText) -> String {
    let plain = match text {
        FeedText::Html(html) => text_of(html),
        FeedText::Plain(text) => text.clone(),
    };
    // XML may hold DEL and its like, but there is nothing to show of them.
    fold(&plain.replace(|c: char| c.is_control() && !c.is_whitespace(), ""))
}
