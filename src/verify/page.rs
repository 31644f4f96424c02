//! What a page says and shows, as far as judging it needs: title, headings, text, forms, scripts, refresh. Pure.
//!
//! Only HTML's tokenizer is run, no tree is built: a tree of hostile depth costs quadratic time, and nothing here needs
//! one. Every collection is bounded. Of an article only the beginning is read: no rule looks at the rest.

use html5ever::interface::TokenizerResult;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};
use std::cell::RefCell;

/// Characters of text that are kept for comparing; the weights count on.
const KEPT_TEXT: usize = 16 * 1024;
/// Characters of one title or heading that are kept.
const KEPT_HEADING: usize = 300;
/// Headings that are kept.
const KEPT_HEADINGS: usize = 6;
/// Characters of prose that are kept for a portrait.
const KEPT_PROSE: usize = 4 * 1024;
/// Other languages of a page that are kept.
const KEPT_ALTERNATES: usize = 8;
/// Characters of the source that are kept for finding marks.
const KEPT_SOURCE: usize = 64 * 1024;

/// Weight of prose above which a page is an article, whatever its title says.
pub(super) const SHORT: usize = 900;

/// Elements whose text nobody reads as the page's own prose.
const ASIDE: [&str; 9] = ["a", "nav", "footer", "aside", "select", "button", "option", "label", "menu"];
/// Elements whose text is not shown.
const UNSEEN: [&str; 5] = ["noscript", "template", "svg", "datalist", "object"];

/// A page, read. Of one whose prose is more than [`SHORT`] only the title, the refresh and the base are complete; what
/// is shown and in which elements no longer matters then, and is that of its beginning.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Page {
    pub(super) title: String,
    /// `h1` and `h2`, in order.
    pub(super) headings: Vec<String>,
    /// What a short page shows, white space folded, at most [`KEPT_TEXT`].
    pub(super) text: String,
    /// Weight of all text that is shown ([`weight`]).
    pub(super) shown: usize,
    /// Weight of the text outside links, menus and controls.
    pub(super) prose: usize,
    pub(super) scripts: usize,
    pub(super) noscript: bool,
    pub(super) password_fields: usize,
    /// Seconds and reference of a meta refresh.
    pub(super) refresh: Option<(f64, String)>,
    pub(super) base: Option<String>,
    /// The source of a short page in lower case, at most [`KEPT_SOURCE`].
    pub(super) source: String,
    /// The beginning of the prose.
    pub(super) prose_text: String,
    /// What the head says of the page.
    pub(super) head: Head,
}

/// What a page's head says of it, as written.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Head {
    /// `html lang`.
    pub(super) language: Option<String>,
    /// `og:site_name`, `application-name`.
    pub(super) site_name: Option<String>,
    pub(super) generator: Option<String>,
    pub(super) description: Option<String>,
    /// `link rel=canonical`, `og:url`.
    pub(super) canonical: Option<String>,
    /// `prerender-status-code`, for those who draw pages for robots.
    pub(super) prerender_status: Option<String>,
    /// `link rel=alternate hreflang`.
    pub(super) alternates: Vec<String>,
}

/// How much a text says: a character of the CJK scripts says about as much as three letters.
pub(super) fn weight(text: &str) -> usize {
    if text.is_ascii() {
        // The same without decoding characters.
        return text.bytes().filter(|b| !matches!(b, b'\t'..=b'\r' | b' ')).count();
    }
    text.chars().filter(|c| !c.is_whitespace()).map(|c| if c >= '\u{2e80}' { 3 } else { 1 }).sum()
}

impl Page {
    /// Reads HTML.
    pub(super) fn read(html: &str) -> Self {
        let tokenizer = Tokenizer::new(PageSink(RefCell::new(PageReader::default())), TokenizerOpts::default());
        let input = BufferQueue::default();
        input.push_back(StrTendril::from_slice(html));
        loop {
            match tokenizer.feed(&input) {
                TokenizerResult::Done => {
                    tokenizer.end();
                    break;
                }
                // The sink has seen an article.
                TokenizerResult::Script(()) => {
                    let mut reader = tokenizer.sink.0.borrow_mut();
                    if !reader.needs(rest(html, &input)) {
                        break;
                    }
                    reader.reads_on = true;
                }
                TokenizerResult::EncodingIndicator(_) => {}
            }
        }
        let mut page = tokenizer.sink.0.into_inner().page;
        if !page.is_article() {
            page.source = html.chars().take(KEPT_SOURCE).flat_map(char::to_lowercase).collect();
        }
        page.title = folded(&page.title);
        for heading in &mut page.headings {
            *heading = folded(heading);
        }
        page.headings.retain(|heading| !heading.is_empty());
        page.prose_text = folded(&page.prose_text);
        page.text = if page.is_article() { String::new() } else { folded(&page.text) };
        page
    }

    /// Whether it says so much that no title and no sign in it can make it anything else.
    pub(super) fn is_article(&self) -> bool {
        self.prose > SHORT
    }
}

/// White space folded to single blanks.
pub(super) fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.push_str(word);
    }
    folded
}

/// What of `html` the tokenizer has left in `input`; that is emptied and filled again.
fn rest<'a>(html: &'a str, input: &BufferQueue) -> &'a str {
    let pieces: Vec<StrTendril> = std::iter::from_fn(|| input.pop_front()).collect();
    let left: usize = pieces.iter().map(|piece| piece.len()).sum();
    for piece in pieces {
        input.push_back(piece);
    }
    html.len().checked_sub(left).and_then(|read| html.get(read..)).unwrap_or(html)
}

/// Whether a tag of this name may stand in `html`.
fn may_hold(html: &str, tag: &str) -> bool {
    let mut starts = html.match_indices('<').filter_map(|(at, _)| html.as_bytes().get(at + 1..)?.get(..tag.len()));
    starts.any(|name| name.eq_ignore_ascii_case(tag.as_bytes()))
}

struct PageSink(RefCell<PageReader>);

impl TokenSink for PageSink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut reader = self.0.borrow_mut();
        match token {
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => reader.start(&tag),
            Token::TagToken(tag) => {
                reader.end(&tag);
                TokenSinkResult::Continue
            }
            Token::CharacterTokens(text) => {
                reader.characters(&text);
                TokenSinkResult::Continue
            }
            _ => TokenSinkResult::Continue,
        }
    }
}

/// What the characters that come next belong to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Into {
    #[default]
    Text,
    Title,
    Heading,
    Nowhere,
}

#[derive(Debug, Default)]
struct PageReader {
    page: Page,
    into: Into,
    kept: usize,
    aside: [usize; ASIDE.len()],
    unseen: [usize; UNSEEN.len()],
    /// A hidden element that is open: its name and how many of that name are.
    hidden: Option<(String, usize)>,
    /// An article, but something in the rest of it matters.
    reads_on: bool,
}

impl PageReader {
    fn start(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        let name: &str = &tag.name;
        // `<svg/>` closes itself, and an `a` without an address is an old mark that is often left open.
        if !(name == "svg" && tag.self_closing || name == "a" && attribute(tag, "href").is_none()) {
            self.count(name, true);
        }
        self.hide(tag);
        match name {
            "title" if self.unseen.iter().all(|n| *n == 0) => {
                self.into = if self.page.title.is_empty() { Into::Title } else { Into::Nowhere };
                TokenSinkResult::RawData(RawKind::Rcdata)
            }
            "textarea" => {
                self.into = Into::Nowhere;
                TokenSinkResult::RawData(RawKind::Rcdata)
            }
            "script" => {
                self.page.scripts += 1;
                self.into = Into::Nowhere;
                TokenSinkResult::RawData(RawKind::ScriptData)
            }
            "style" | "xmp" | "iframe" | "noembed" | "noframes" => {
                self.into = Into::Nowhere;
                TokenSinkResult::RawData(RawKind::Rawtext)
            }
            "h1" | "h2" if self.is_seen() && self.page.headings.len() < KEPT_HEADINGS => {
                self.page.headings.push(String::new());
                self.into = Into::Heading;
                TokenSinkResult::Continue
            }
            "meta" => self.meta(tag),
            "html" => {
                self.page.head.language = self.page.head.language.take().or_else(|| attribute(tag, "lang"));
                TokenSinkResult::Continue
            }
            "link" => self.link(tag),
            "base" => {
                self.page.base = self.page.base.take().or_else(|| attribute(tag, "href"));
                TokenSinkResult::Continue
            }
            "input" => {
                let password = attribute(tag, "type").is_some_and(|kind| kind.trim().eq_ignore_ascii_case("password"));
                self.page.password_fields += usize::from(password && self.is_seen());
                TokenSinkResult::Continue
            }
            // The tokenizer stops for a script; here it is told to for good.
            _ if self.page.is_article() && !self.reads_on => TokenSinkResult::Script(()),
            _ => {
                self.gap();
                TokenSinkResult::Continue
            }
        }
    }

    /// Whether the rest of an article may hold what matters in every page: its title, or where it sends its readers.
    fn needs(&self, rest: &str) -> bool {
        self.page.title.is_empty() && may_hold(rest, "title") || may_hold(rest, "meta") || may_hold(rest, "base")
    }

    fn end(&mut self, tag: &Tag) {
        let name: &str = &tag.name;
        self.count(name, false);
        if let Some((hidden, open)) = &mut self.hidden
            && hidden.as_str() == name
        {
            *open -= 1;
            if *open == 0 {
                self.hidden = None;
            }
        }
        if matches!(
            name,
            "title" | "textarea" | "script" | "style" | "xmp" | "iframe" | "noembed" | "noframes" | "h1" | "h2"
        ) {
            self.into = Into::Text;
        }
        self.gap();
    }

    fn characters(&mut self, text: &str) {
        match self.into {
            Into::Nowhere => {}
            Into::Title => extend(&mut self.page.title, text, KEPT_HEADING),
            Into::Text => self.shown(text),
            Into::Heading => {
                if let Some(heading) = self.page.headings.last_mut() {
                    extend(heading, text, KEPT_HEADING);
                }
                self.shown(text);
            }
        }
    }

    fn shown(&mut self, text: &str) {
        if !self.is_seen() {
            return;
        }
        let weight = weight(text);
        self.page.shown += weight;
        if self.aside.iter().all(|open| *open == 0) {
            self.page.prose += weight;
            if self.page.prose_text.len() < KEPT_PROSE {
                extend(&mut self.page.prose_text, text, KEPT_PROSE);
            }
        }
        if self.kept < KEPT_TEXT && !self.page.is_article() {
            self.page.text.push_str(text);
            self.kept += text.chars().count();
        }
    }

    /// Elements separate words.
    fn gap(&mut self) {
        for text in [&mut self.page.text, &mut self.page.prose_text] {
            if !text.ends_with(' ') {
                text.push(' ');
            }
        }
    }

    fn is_seen(&self) -> bool {
        self.hidden.is_none() && self.unseen.iter().all(|open| *open == 0)
    }

    fn count(&mut self, name: &str, opens: bool) {
        let (names, counts): (&[&str], &mut [usize]) =
            if UNSEEN.contains(&name) { (&UNSEEN, &mut self.unseen) } else { (&ASIDE, &mut self.aside) };
        if let Some(open) = names.iter().position(|known| *known == name).and_then(|at| counts.get_mut(at)) {
            *open = if opens { *open + 1 } else { open.saturating_sub(1) };
        }
        // `a` and `option` do not nest: an opening tag closes the one before.
        if let Some(open) = self.aside.first_mut() {
            *open = (*open).min(1);
        }
        self.page.noscript |= name == "noscript";
    }

    fn hide(&mut self, tag: &Tag) {
        const VOID: [&str; 8] = ["input", "img", "br", "hr", "meta", "link", "source", "embed"];
        let name: &str = &tag.name;
        match &mut self.hidden {
            Some((hidden, open)) if hidden.as_str() == name => *open += 1,
            Some(_) => {}
            None if VOID.contains(&name) || tag.self_closing || matches!(name, "html" | "body" | "head") => {}
            None => {
                let style = attribute(tag, "style").unwrap_or_default().to_ascii_lowercase().replace(' ', "");
                if attribute(tag, "hidden").is_some() || style.contains("display:none") {
                    self.hidden = Some((name.to_owned(), 1));
                }
            }
        }
    }

    fn link(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        let rel = attribute(tag, "rel").unwrap_or_default().to_ascii_lowercase();
        let head = &mut self.page.head;
        if rel == "canonical" {
            head.canonical = attribute(tag, "href").or_else(|| head.canonical.take());
        } else if rel == "alternate" && head.alternates.len() < KEPT_ALTERNATES {
            head.alternates.extend(attribute(tag, "hreflang"));
        }
        TokenSinkResult::Continue
    }

    /// What the head says of the page in `meta`; the first of a kind counts.
    fn describe(&mut self, tag: &Tag) {
        let Some(name) = attribute(tag, "property").or_else(|| attribute(tag, "name")) else { return };
        let head = &mut self.page.head;
        let field = match name.trim().to_ascii_lowercase().as_str() {
            "og:site_name" | "application-name" => &mut head.site_name,
            "generator" => &mut head.generator,
            "description" | "og:description" => &mut head.description,
            "og:url" => &mut head.canonical,
            "prerender-status-code" => &mut head.prerender_status,
            _ => return,
        };
        if field.is_none() {
            *field = attribute(tag, "content");
        }
    }

    fn meta(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        self.describe(tag);
        let refreshes = attribute(tag, "http-equiv").is_some_and(|kind| kind.trim().eq_ignore_ascii_case("refresh"));
        // What stands in `noscript` is for readers without scripts; ours have them.
        if refreshes && self.is_seen() && self.page.refresh.is_none() {
            self.page.refresh = attribute(tag, "content").and_then(|content| refresh(&content));
        }
        TokenSinkResult::Continue
    }
}

/// `5; url='…'` as the HTML standard reads it (4.2.4.6), leniently.
pub(super) fn refresh(content: &str) -> Option<(f64, String)> {
    let content = content.trim();
    let digits = content.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(content.len());
    let (delay, rest) = content.split_at_checked(digits)?;
    let delay: f64 = delay.split('.').next()?.parse().ok()?;
    let rest = rest.trim_start_matches(|c: char| c == ';' || c == ',' || c.is_whitespace());
    let rest = match rest.get(..3) {
        Some(key) if key.eq_ignore_ascii_case("url") => {
            rest.get(3..)?.trim_start().strip_prefix('=').map_or(rest, str::trim_start)
        }
        _ => rest,
    };
    let reference = match rest.chars().next() {
        Some(quote @ ('"' | '\'')) => rest.get(1..)?.split(quote).next()?,
        _ => rest,
    };
    let reference = reference.trim();
    (!reference.is_empty()).then(|| (delay, reference.to_owned()))
}

fn attribute(tag: &Tag, name: &str) -> Option<String> {
    tag.attrs.iter().find(|attribute| &*attribute.name.local == name).map(|attribute| attribute.value.to_string())
}

fn extend(kept: &mut String, text: &str, most: usize) {
    if kept.len() < most {
        kept.extend(text.chars().take(most - kept.len()));
    }
}

#[cfg(test)]
#[path = "tests/page.rs"]
mod tests;
