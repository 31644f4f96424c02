//! Web pages that are given instead of feeds: what they are called, and which feeds they offer.

use super::address::{self, Base};
use super::fields::attribute;
use super::lexer::{Lexer, StartTag, Token};
use super::notes::FeedNotes;
use super::plain::{text_of, unseen};
use super::{FeedKind, FoundBy, FoundFeed, Origin};
use crate::collect::feed::summary::cut;
use crate::collect::html::strip_illegal;
use crate::model::is_blank;
use url::Url;

/// Most feeds of one page.
const MAX_FOUND: usize = 100;

/// Most characters of a page's title.
const MAX_TITLE: usize = 100;

/// Where feeds often stand, for pages that link to none.
const WELL_KNOWN: [(&str, Option<FeedKind>); 9] = [
    ("/feed", None),
    ("/feed.xml", None),
    ("/rss.xml", Some(FeedKind::Rss)),
    ("/atom.xml", Some(FeedKind::Atom)),
    ("/index.xml", None),
    ("/feed.json", Some(FeedKind::Json)),
    ("/rss", Some(FeedKind::Rss)),
    ("/feeds/posts/default", Some(FeedKind::Atom)),
    ("/blog/feed", None),
];

/// What a page calls itself, as a line; empty where it has no title, or none to see.
pub(super) fn title(html: &str) -> String {
    let mut lexer = Lexer::new(html);
    while let Some(token) = lexer.next() {
        let Token::Start(tag) = token else { continue };
        if tag.name.eq_ignore_ascii_case("title") {
            let from = lexer.position();
            lexer.skip_to("</title");
            let title = text_of(&strip_illegal(html.get(from..lexer.position()).unwrap_or_default()));
            return if is_blank(&title) { String::new() } else { cut(&title, MAX_TITLE).into_owned() };
        }
        if let Some(end) = unseen(tag.name) {
            lexer.skip_to(end);
        }
    }
    String::new()
}

/// The feeds that a page links to, those of comments last; where it links to none, the usual places.
pub(super) fn feeds(html: &str, origin: &Origin<'_>) -> Vec<FoundFeed> {
    let mut found = linked(html, origin);
    if found.is_empty()
        && let Some(base) = origin.base
    {
        let at = |(path, kind): (&str, Option<FeedKind>)| {
            let url = base.join(path).ok()?.into();
            Some(FoundFeed { url, title: None, kind, how: FoundBy::WellKnown })
        };
        found = WELL_KNOWN.into_iter().filter_map(at).collect();
    }
    found
}

fn linked(html: &str, origin: &Origin<'_>) -> Vec<FoundFeed> {
    let mut base = origin.base.cloned().map(Base::given);
    let mut found: Vec<FoundFeed> = Vec::new();
    let mut lexer = Lexer::new(html);
    // Templates that are open: what stands within is no part of the page.
    let mut templates = 0_usize;
    while let Some(token) = lexer.next() {
        let is_template = |name: &str| name.eq_ignore_ascii_case("template");
        let tag = match token {
            Token::Start(tag) => tag,
            Token::End(name) if is_template(name) => {
                templates = templates.saturating_sub(1);
                continue;
            }
            _ => continue,
        };
        if let Some(end) = unseen(tag.name).or_else(|| apart(&tag)) {
            lexer.skip_to(end);
        } else if is_template(tag.name) {
            templates += 1;
        } else if templates == 0 && tag.name.eq_ignore_ascii_case("base") {
            base = own_base(&tag, origin.base).or(base);
        } else if templates == 0 && tag.name.eq_ignore_ascii_case("link") {
            let feed = offered(&tag, base.as_ref());
            found.extend(
                feed.filter(|feed| found.len() < MAX_FOUND && !found.iter().any(|known| known.url == feed.url)),
            );
        }
    }
    found.sort_by_key(is_aside);
    found
}

/// The end of an element whose inside is text to browsers, or is not looked at by those that run scripts.
fn apart(tag: &StartTag<'_>) -> Option<&'static str> {
    const APART: [(&str, &str); 7] = [
        ("noscript", "</noscript"),
        ("textarea", "</textarea"),
        ("title", "</title"),
        ("iframe", "</iframe"),
        ("noembed", "</noembed"),
        ("noframes", "</noframes"),
        ("xmp", "</xmp"),
    ];
    APART.iter().find(|(name, _)| !tag.closed && tag.name.eq_ignore_ascii_case(name)).map(|(_, end)| *end)
}

fn own_base(tag: &StartTag<'_>, around: Option<&Url>) -> Option<Base> {
    Base::within(around.cloned().map(Base::given).as_ref(), &attribute(tag, "href")?)
}

fn offered(tag: &StartTag<'_>, base: Option<&Base>) -> Option<FoundFeed> {
    let rel = attribute(tag, "rel")?.to_ascii_lowercase();
    let relations: Vec<&str> = rel.split_ascii_whitespace().collect();
    if relations.contains(&"stylesheet") || !(relations.contains(&"alternate") || relations.contains(&"feed")) {
        return None;
    }
    let href = attribute(tag, "href")?;
    let declared = attribute(tag, "type").unwrap_or_default().to_ascii_lowercase();
    let kind = match declared.split(';').next().unwrap_or_default().trim() {
        "application/rss+xml" | "application/rdf+xml" | "text/rss" | "text/rss+xml" | "application/x-rss+xml" => {
            Some(FeedKind::Rss)
        }
        "application/atom+xml" => Some(FeedKind::Atom),
        "application/feed+json" => Some(FeedKind::Json),
        // Any JSON may be an alternate of a page; few are feeds.
        "application/json" if href.contains("feed") => Some(FeedKind::Json),
        "application/xml" | "text/xml" => None,
        "" if relations.contains(&"feed") || looks_like_feed(&href) => None,
        _ => return None,
    };
    // Without an address of the page a relative one still says more than nothing.
    let url = address::web(&href, base, &mut FeedNotes::new("")).or(Some(href).filter(|_| base.is_none()))?;
    let title = attribute(tag, "title").map(|title| text_of(&title)).filter(|title| !title.is_empty());
    Some(FoundFeed { url, title, kind, how: FoundBy::Link })
}

fn looks_like_feed(href: &str) -> bool {
    let path = href.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase();
    [".rss", ".atom", ".rdf", ".xml", "/feed", "/feed/", "/rss", "/atom", "feed.json"]
        .iter()
        .any(|end| path.ends_with(end))
}

/// Feeds of comments and of single posts are not what a page is read for.
fn is_aside(feed: &FoundFeed) -> bool {
    let title = feed.title.as_deref().unwrap_or_default().to_lowercase();
    let path = feed.url.to_ascii_lowercase();
    ["comment", "\u{8bc4}\u{8bba}", "\u{8a55}\u{8ad6}", "kommentar", "comentario", "commentaire"]
        .iter()
        .any(|word| title.contains(word))
        || path.contains("/comments/")
        || path.contains("comments=")
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::Tz;

    fn found(html: &str, base: Option<&str>) -> Vec<String> {
        let base = base.map(|base| Url::parse(base).expect("a URL"));
        let origin = Origin { place: "page", base: base.as_ref(), content_type: None, timezone: Tz::UTC };
        feeds(html, &origin).into_iter().map(|feed| feed.url).collect()
    }

    #[test]
    fn links_are_found_wherever_they_stand() {
        for (html, url) in [
            ("<link rel=alternate type=application/rss+xml href=/feed>", "https://example.org/feed"),
            ("<LINK REL='Alternate' TYPE='application/atom+xml' HREF='atom.xml'/>", "https://example.org/a/atom.xml"),
            ("<p>no head</p><link rel='feed' href='f.json'>", "https://example.org/a/f.json"),
            (
                "<base href='https://cdn.example.net/x/'><link rel='alternate feed' type='text/xml' href='r'>",
                "https://cdn.example.net/x/r",
            ),
            (
                "<link rel=alternate type='application/feed+json; charset=utf-8' href='?a=1&amp;b=2'>",
                "https://example.org/a/?a=1&b=2",
            ),
            ("<link rel=alternate href=//example.net/index.rss>", "https://example.net/index.rss"),
        ] {
            assert_eq!(found(html, Some("https://example.org/a/")), [url], "{html}");
        }
    }

    #[test]
    fn a_page_has_a_title_of_one_bounded_line() {
        let long = format!("<title>{}</title>", "Wartung ".repeat(100_000));
        for (html, called) in [
            ("<!doctype html><html><head><title>\n Log in &amp; go\n on </title>", "Log in & go on"),
            ("<script>'<title>no</title>'</script><TITLE lang=de>Wartung</TITLE><title>Second</title>", "Wartung"),
            ("<title>\u{200b} </title><title>Second</title>", ""),
            ("<title>never ends", "never ends"),
            ("<p>no title", ""),
        ] {
            assert_eq!(title(html), called, "{html}");
        }
        assert!((50..=101).contains(&title(&long).chars().count()), "{}", title(&long));
    }

    #[test]
    fn what_is_no_feed_is_left_out_and_comments_come_last() {
        let html = "<!-- <link rel=alternate type=application/rss+xml href=/commented-out> -->
            <script>\"<link rel=alternate type=application/rss+xml href=/script>\"</script>
            <template><link rel=alternate type=application/rss+xml href=/template><base href=https://elsewhere.example/>
            <template><p></template><link rel=alternate type=application/rss+xml href=/outer-template></template>
            <noscript><link rel=alternate type=application/rss+xml href=/noscript></noscript>
            <textarea><link rel=alternate type=application/rss+xml href=/textarea></textarea>
            <title><link rel=alternate type=application/rss+xml href=/title></title>
            <![CDATA[<link rel=alternate type=application/rss+xml href=/section>]]>
            <!--[if IE]><link rel=alternate type=application/rss+xml href=/conditional><![endif]-->
            <link rel=stylesheet href=/feed.xml><link rel=alternate hreflang=de href=/de/>
            <link rel=alternate type='application/json+oembed' href=/oembed?feed>
            <link rel=alternate type=application/json href=/wp-json/wp/v2/posts/1>
            <link rel=alternate type=application/rss+xml title='Site &raquo; Comments' href=/comments/feed/>
            <link rel=alternate type=application/rss+xml href=/feed/>
            <link rel=alternate type=application/rss+xml href=/feed/>";
        let base = Some("https://example.org/");
        assert_eq!(found(html, base), ["https://example.org/feed/", "https://example.org/comments/feed/"]);
    }

    #[test]
    fn pages_without_links_are_tried_at_the_usual_places() {
        let guesses = found("<html><p>hello", Some("https://example.org/about/us"));
        assert_eq!(guesses.first().map(String::as_str), Some("https://example.org/feed"));
        assert_eq!(guesses.len(), WELL_KNOWN.len());
        assert!(found("<html><p>hello", None).is_empty());
        assert_eq!(found("<link rel=alternate type=application/rss+xml href=/feed>", None), ["/feed"]);
    }
}
