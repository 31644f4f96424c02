//! What an exchange brought, read off the async threads.

use crate::collect::feed::manners::{self, Occasion, Pace};
use crate::collect::feed::{Body, Document, Exchange, FetchOutcome, Origin, entry_items, face_of, label_of, read};
use crate::model::{Complaint, EntryItem, Face, PollState, UpstreamFeed};
use crate::net::Room;
use crate::pipeline::{Error, FeedInput};
use chrono::{DateTime, Utc};
use std::sync::Arc;
use url::Url;
use xxhash_rust::xxh3::xxh3_64;

/// Most characters of an address in a message.
const MAX_ADDRESS: usize = 100;

/// What reading the document of an input needs.
#[derive(Debug, Clone)]
pub(super) struct Reader {
    pub(super) input: Arc<FeedInput>,
    pub(super) state: PollState,
}

/// What came of asking an input.
#[derive(Debug)]
pub(super) struct Arrived {
    pub(super) index: usize,
    pub(super) came: Came,
    /// Whether any answer in HTTP was seen.
    pub(super) reached: bool,
    /// Held until it is saved, so that only a few large documents are in memory.
    pub(super) room: Option<Room>,
}

/// What came.
#[derive(Debug)]
pub(super) enum Came {
    /// A feed, with what is to be remembered.
    Feed(Box<PollState>, ReadFeed),
    /// Nothing to read; remembered all the same: unchanged, gone for good, held back, unreadable.
    Same(Box<PollState>),
    /// A page that names feeds, and what is remembered if none of them is one.
    Page { found: Vec<Url>, unread: Box<PollState> },
    /// No answer that says anything, which may be the network's fault.
    Nothing(Box<Exchange>),
    /// It was saved.
    Saved,
}

/// A feed as it is taken over. The parts of an entry stand at the same place in each list.
#[derive(Debug, Default)]
pub(super) struct ReadFeed {
    pub(super) entries: Vec<EntryItem>,
    /// Hashes of their items as JSON.
    pub(super) hashes: Vec<u64>,
    /// Whether its document was cut, so that entries may be missing.
    pub(super) is_cut: bool,
    /// What is wrong with it.
    pub(super) complaints: Vec<Complaint>,
    /// What it looks like.
    pub(super) face: Face,
    /// What is to be remembered if it is held; `None` where no other feed is known.
    pub(super) if_held: Option<Box<PollState>>,
}

impl Came {
    /// Whether it only has to be saved.
    pub(super) fn is_done(&self) -> bool {
        matches!(self, Self::Feed(..) | Self::Same(_))
    }
}

impl Arrived {
    /// A remark that something was saved.
    pub(super) fn done(index: usize, reached: bool) -> Self {
        Self { index, came: Came::Saved, reached, room: None }
    }
}

impl Reader {
    /// Reads what came, if there is something to read.
    pub(super) async fn read(self, index: usize, mut exchange: Exchange) -> Result<Arrived, Error> {
        let reached = exchange.reached_http;
        let room = match &exchange.outcome {
            FetchOutcome::Body(body) => Some(body.room.clone()),
            FetchOutcome::Failed(_) => {
                return Ok(Arrived { index, came: Came::Nothing(Box::new(exchange)), reached, room: None });
            }
            FetchOutcome::Unchanged | FetchOutcome::Gone | FetchOutcome::HeldBack(_) => None,
        };
        if room.is_none() {
            let state = self.after(&exchange, None);
            return Ok(Arrived { index, came: Came::Same(Box::new(state)), reached, room: None });
        }
        let came = tokio::task::spawn_blocking(move || {
            let nothing = Body { bytes: Vec::new(), content_type: None, room: Room::default() };
            let body = match &mut exchange.outcome {
                FetchOutcome::Body(body) => std::mem::replace(body, nothing),
                _ => nothing,
            };
            self.document(&body, &exchange)
        })
        .await?;
        // Of a page nothing is kept but addresses, until the end of the round: others need the room.
        let room = room.filter(|_| came.is_done());
        Ok(Arrived { index, came, reached, room })
    }

    fn document(&self, body: &Body, exchange: &Exchange) -> Came {
        let base = exchange.final_url.as_ref().unwrap_or(&exchange.asked);
        let source = Origin {
            place: self.input.url.as_str(),
            base: Some(base),
            content_type: body.content_type.as_deref(),
            timezone: self.input.feed.timezone,
        };
        match read(&body.bytes, &source) {
            // A part of a document is no document: the rest is still to be fetched.
            Document::Feed(feed) if feed.is_cut => self.feed(*feed, &exchange.clone().forgotten()),
            Document::Feed(feed) => self.feed(*feed, exchange),
            // To an input that is known to be a feed a page is a failure, and is followed nowhere.
            Document::Page { title, .. } if self.state.gave_entries => {
                let why = page_in_place(&title, exchange);
                Came::Same(Box::new(self.after(&exchange.without_document(why), None)))
            }
            Document::Page { feeds, .. } if !feeds.is_empty() => {
                let found = feeds.iter().filter_map(|feed| Url::parse(&feed.url).ok()).collect();
                let mut unread = self.after(exchange, None);
                unread.last_error =
                    Some("it is a page, not a feed, and none of the feeds it names can be read".to_owned());
                unread.last_rule = Some("a-page".to_owned());
                Came::Page { found, unread: Box::new(unread) }
            }
            Document::Page { .. } => {
                let state = self.unreadable(exchange, "it is a page, not a feed");
                Came::Same(Box::new(PollState { last_rule: Some("a-page".to_owned()), ..state }))
            }
            // It may have been cut before anything in it meant something.
            Document::Unreadable(complaint) => {
                Came::Same(Box::new(self.unreadable(&exchange.clone().forgotten(), &complaint.message)))
            }
        }
    }

    fn feed(&self, feed: UpstreamFeed, exchange: &Exchange) -> Came {
        let dates: Vec<DateTime<Utc>> =
            feed.entries.iter().filter_map(|entry| entry.published.or(entry.updated)).collect();
        let pace = Pace { rhythm: &feed.rhythm, has_entries: !feed.entries.is_empty(), dates: &dates };
        let state = self.after(exchange, Some(pace));
        let label = label_of(&feed, &self.input.name);
        let mut entries = entry_items(&feed, &label, &self.input.feed);
        for entry in &mut entries {
            entry.item.author = entry.author.take();
        }
        let json = |entry: &EntryItem| serde_json::to_string(&entry.item).unwrap_or_default();
        let hashes = entries.iter().map(|entry| xxh3_64(json(entry).as_bytes())).collect();
        let face = face_of(&feed);
        let if_held = self.state.face.is_some().then(|| Box::new(self.after_held(exchange)));
        let UpstreamFeed { is_cut, complaints, .. } = feed;
        Came::Feed(Box::new(state), ReadFeed { entries, hashes, is_cut, complaints, face, if_held })
    }

    fn unreadable(&self, exchange: &Exchange, why: &str) -> PollState {
        let mut state = self.after(exchange, None);
        state.last_error = Some(why.to_owned());
        state
    }

    fn after_held(&self, exchange: &Exchange) -> PollState {
        let occasion = Occasion { input: &self.input.name, read: None, slot: self.input.slot_after(exchange.at) };
        manners::after_held(&self.state, exchange, &occasion)
    }

    fn after(&self, exchange: &Exchange, read: Option<Pace<'_>>) -> PollState {
        let slot = self.input.slot_after(exchange.at);
        let occasion = Occasion { input: &self.input.name, read, slot };
        manners::after(&self.state, exchange, &occasion)
    }
}

/// What is wrong with a page that came from an input that is known to be a feed: what it is called, and where it came from if
/// that is another host.
fn page_in_place(title: &str, exchange: &Exchange) -> String {
    let from = exchange.final_url.as_ref().unwrap_or(&exchange.asked);
    // What follows the path may be a session's own.
    let address = format!("{}{}", from.host_str().unwrap_or_default(), from.path());
    let elsewhere = from.host_str() != exchange.asked.host_str() || from.port() != exchange.asked.port();
    match (title, elsewhere) {
        ("", _) => format!("a page came in place of the feed: {}", bounded(&address)),
        (title, true) => format!("a page came in place of the feed: {title} (from {})", bounded(&address)),
        (title, false) => format!("a page came in place of the feed: {title}"),
    }
}

/// The beginning of an address that is too long for a message.
fn bounded(address: &str) -> String {
    address.chars().take(MAX_ADDRESS).collect()
}
