//! Reads a list of subscriptions (OPML 1.0 to 2.0): the feeds it names, and the folders they lie in. Pure.
//!
//! Lists come from other programs, in every state of repair: it reads tags one after another and builds no tree, so that
//! neither nesting nor an entity that expands to gigabytes costs anything. Judges no address.

use super::html::{fold, strip_illegal};
use encoding_rs::{Encoding, WINDOWS_1252};
use html5ever::interface::TokenizerResult;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};
use std::borrow::Cow;
use std::cell::RefCell;

/// Largest list that is read. One of a thousand feeds has 200 kB.
pub(crate) const MAX_OPML_BYTES: u64 = 8 * 1024 * 1024;

/// Most subscriptions that are taken from one list.
pub(crate) const MAX_SUBSCRIPTIONS: usize = 5000;

/// Most folders of one subscription, the outermost ones.
const MAX_FOLDERS: usize = 20;

/// Longest name in characters.
const MAX_NAME: usize = 100;

/// A feed that a list names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// What it is called there; empty where it is called nothing.
    pub title: String,
    /// Its address as written.
    pub url: String,
    /// The folders it lies in, outermost first, and its categories.
    pub folders: Vec<String>,
}

/// A list of subscriptions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Subscriptions {
    /// What it names, in its order.
    pub feeds: Vec<Subscription>,
    /// How many more it names than are taken.
    pub left_out: usize,
    /// Whether it ends before its end tag.
    pub is_cut: bool,
}

/// Reads a list; `None` where it is none.
pub(crate) fn read(bytes: &[u8]) -> Option<Subscriptions> {
    let text = decoded(bytes);
    let tokenizer = Tokenizer::new(OutlineSink(RefCell::new(OutlineReader::default())), TokenizerOpts::default());
    let input = BufferQueue::default();
    input.push_back(StrTendril::from_slice(&text));
    while !matches!(tokenizer.feed(&input), TokenizerResult::Done) {}
    tokenizer.end();
    let reader = tokenizer.sink.0.into_inner();
    let list = Subscriptions { is_cut: !reader.has_ended, ..reader.list };
    (reader.is_opml == Some(true)).then_some(list)
}

/// The text: by its mark, as UTF-8, as declared, else as most old programs wrote.
fn decoded(bytes: &[u8]) -> Cow<'_, str> {
    if let Some((marked, _)) = Encoding::for_bom(bytes) {
        return marked.decode(bytes).0;
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    let start = String::from_utf8_lossy(bytes.get(..200).unwrap_or(bytes)).into_owned();
    let declared = start.split("encoding=").nth(1).and_then(|rest| rest.split(['"', '\'']).nth(1));
    declared.and_then(|label| Encoding::for_label(label.as_bytes())).unwrap_or(WINDOWS_1252).decode(bytes).0
}

struct OutlineSink(RefCell<OutlineReader>);

impl TokenSink for OutlineSink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        if let Token::TagToken(tag) = token {
            self.0.borrow_mut().tag(&tag);
        }
        TokenSinkResult::Continue
    }
}

#[derive(Debug, Default)]
struct OutlineReader {
    list: Subscriptions,
    /// Whether the first tag was the one that opens a list.
    is_opml: Option<bool>,
    has_ended: bool,
    /// Open outlines: whether each is a folder with a name.
    open: Vec<bool>,
    /// Names of the open folders.
    folders: Vec<String>,
}

impl OutlineReader {
    fn tag(&mut self, tag: &Tag) {
        match (&*tag.name, tag.kind) {
            ("opml", TagKind::EndTag) => self.has_ended = true,
            ("outline", TagKind::StartTag) if self.is_opml == Some(true) => self.outline(tag),
            ("outline", TagKind::EndTag) => self.close(),
            (name, TagKind::StartTag) if self.is_opml.is_none() => self.is_opml = Some(name == "opml"),
            _ => {}
        }
    }

    fn close(&mut self) {
        if self.open.pop() == Some(true) {
            self.folders.pop();
        }
    }

    fn outline(&mut self, tag: &Tag) {
        let attribute = |name: &str| tag.attrs.iter().find(|attr| &*attr.name.local == name).map(|attr| &*attr.value);
        let title =
            [attribute("title"), attribute("text")].into_iter().flatten().map(name).find(|name| !name.is_empty());
        let url = attribute("xmlurl").map(str::trim).filter(|url| !url.is_empty());
        let is_folder = url.is_none() && title.is_some();
        match url {
            Some(_) if self.list.feeds.len() >= MAX_SUBSCRIPTIONS => self.list.left_out += 1,
            Some(url) => {
                let categories = attribute("category").unwrap_or_default().split([',', '/']).map(name);
                let folders = self.folders.iter().cloned().chain(categories).filter(|name| !name.is_empty());
                self.list.feeds.push(Subscription {
                    title: title.unwrap_or_default(),
                    url: url.to_owned(),
                    folders: folders.take(MAX_FOLDERS).collect(),
                });
            }
            None if tag.self_closing => {}
            None => self.folders.extend(title),
        }
        if !tag.self_closing {
            self.open.push(is_folder);
        }
    }
}

/// A name as it may be shown.
fn name(written: &str) -> String {
    let visible: String = strip_illegal(written).chars().filter(|c| !c.is_control() || c.is_whitespace()).collect();
    fold(&visible).chars().take(MAX_NAME).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(body: &str) -> Vec<(String, String, String)> {
        let text = format!(
            "<?xml version=\"1.0\"?><opml version=\"2.0\"><head><title>x</title></head><body>{body}</body></opml>"
        );
        let list = read(text.as_bytes()).expect("a list");
        assert!(!list.is_cut);
        list.feeds.into_iter().map(|feed| (feed.title, feed.url, feed.folders.join("|"))).collect()
    }

    fn feed(title: &str, url: &str, folders: &str) -> (String, String, String) {
        (title.to_owned(), url.to_owned(), folders.to_owned())
    }

    #[test]
    fn feeds_and_their_folders_are_found() {
        let body = "<outline text='Tech &amp; more'><outline text=\"A\" title='B' type='rss' xmlUrl='https://a.example/?x=1&amp;y'/>\
                    <outline title='Linux'><outline XMLURL='https://b.example/'></outline></outline></outline>\
                    <outline text='C' xmlurl=' https://c.example/ ' category='/one/two,three'/><outline text='empty'/>\
                    <outline text='D' xmlUrl='https://d.example/?a&b'/>";
        assert_eq!(
            list(body),
            [
                feed("B", "https://a.example/?x=1&y", "Tech & more"),
                feed("", "https://b.example/", "Tech & more|Linux"),
                feed("C", "https://c.example/", "one|two|three"),
                feed("D", "https://d.example/?a&b", ""),
            ]
        );
    }

    #[test]
    fn what_is_no_list_is_none() {
        for text in
            ["", "text", "<html><outline xmlUrl='https://a.example/'/></html>", "<rss><opml></opml></rss>", "{}"]
        {
            assert_eq!(read(text.as_bytes()), None, "{text}");
        }
        let cut =
            read(b"<opml><body><outline xmlUrl='https://a.example/'/><outline xmlUrl='https://b.exa").expect("a list");
        assert_eq!((cut.feeds.len(), cut.is_cut), (1, true));
    }

    #[test]
    fn lists_are_read_in_the_encodings_they_come_in() {
        let list =
            "<?xml version='1.0' encoding='gbk'?><opml><outline text='开源' xmlUrl='https://a.example/'/></opml>";
        let (gbk, _, _) = encoding_rs::GBK.encode(list);
        let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(list.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        for bytes in [list.as_bytes(), &gbk, &utf16, format!("\u{feff}{list}").as_bytes()] {
            assert_eq!(read(bytes).expect("a list").feeds[0].title, "开源");
        }
        let latin = b"<opml><outline text='caf\xe9' xmlUrl='https://a.example/'/></opml>";
        assert_eq!(read(latin).expect("a list").feeds[0].title, "caf\u{e9}");
    }

    #[test]
    fn hostile_lists_are_bounded() {
        let entities = "<!DOCTYPE opml [<!ENTITY a 'x'><!ENTITY b '&a;&a;&a;&a;'>]><opml><outline text='&b;' xmlUrl='https://a.example/'/></opml>";
        assert_eq!(read(entities.as_bytes()).expect("a list").feeds[0].title, "&b;");
        let deep = format!("<opml>{}", "<outline text='a' ><outline xmlUrl='https://a.example/'>".repeat(100_000));
        let list = read(deep.as_bytes()).expect("a list");
        assert_eq!((list.feeds.len(), list.left_out), (MAX_SUBSCRIPTIONS, 95_000));
        assert!(list.feeds.iter().all(|feed| feed.folders.len() <= MAX_FOLDERS));
        let odd = format!("<opml><outline text='a\u{8}\u{9b}b\n c{}' xmlUrl='https://a.example/'/>", "d".repeat(1000));
        let title = read(odd.as_bytes()).expect("a list").feeds.remove(0).title;
        assert!(title.starts_with("ab cd") && title.chars().count() == 100, "{title}");
    }
}
