//! What stands in a person, in another feed's data or in something unknown is not the entry's and not the feed's: every field
//! in every such parent, before and after the entry's own fields, in every format.

use crate::collect::feed::{Document, Origin, read};
use crate::model::UpstreamFeed;
use chrono_tz::Tz;

/// Namespaces, the same in each format.
const SPACES: &str = "xmlns:a='http://www.w3.org/2005/Atom' xmlns:dc='http://purl.org/dc/elements/1.1/' \
    xmlns:dcterms='http://purl.org/dc/terms/' xmlns:content='http://purl.org/rss/1.0/modules/content/' \
    xmlns:media='http://search.yahoo.com/mrss/' xmlns:itunes='http://www.itunes.com/dtds/podcast-1.0.dtd' \
    xmlns:sy='http://purl.org/rss/1.0/modules/syndication/' xmlns:activity='http://activitystrea.ms/spec/1.0/' \
    xmlns:gd='http://schemas.google.com/g/2005' xmlns:sx='http://feedsync.org/2007/feedsync' \
    xmlns:thr='http://purl.org/syndication/thread/1.0' xmlns:georss='http://www.georss.org/georss' xmlns:x='urn:x:own'";

/// A format: what stands before its feed's fields, between them and the first entry's, between entries, and behind them.
struct Format {
    head: &'static str,
    feed: [&'static str; 2],
    between: &'static str,
    /// Around an entry's fields, and these: all that there may be, or next to none.
    entry: [&'static str; 2],
    own: [&'static str; 2],
    tail: &'static str,
}

const ATOM: Format = Format {
    head: "<feed xmlns='http://www.w3.org/2005/Atom' SPACES>",
    feed: [
        "<id>urn:f</id><title>Own feed</title><subtitle>d</subtitle><link href='https://own.example/'/><author><name>Ada</name></author>",
        "<title>Own feed</title>",
    ],
    between: "",
    entry: ["<entry>", "</entry>"],
    own: [
        "<id>urn:N</id><title>Own N</title><link href='https://own.example/N'/><content type='html'>own</content>\
            <author><name>Ada</name></author><published>2024-01-02T00:00:00Z</published><updated>2024-01-03T00:00:00Z</updated>",
        "<title>Own N</title>",
    ],
    tail: "</feed>",
};

const RSS: Format = Format {
    head: "<rss version='2.0' SPACES><channel>",
    feed: [
        "<title>Own feed</title><link>https://own.example/</link><description>d</description><ttl>60</ttl>",
        "<title>Own feed</title>",
    ],
    between: "",
    entry: ["<item>", "</item>"],
    own: [
        "<guid isPermaLink='false'>urn:N</guid><title>Own N</title><link>https://own.example/N</link>\
            <description>own</description><author>ada@own.example (Ada)</author><pubDate>Tue, 02 Jan 2024 00:00:00 GMT</pubDate>",
        "<title>Own N</title>",
    ],
    tail: "</channel></rss>",
};

const RDF: Format = Format {
    head: "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/' SPACES>\
        <channel rdf:about='https://own.example/'>",
    feed: [
        "<title>Own feed</title><link>https://own.example/</link><description>d</description>",
        "<title>Own feed</title>",
    ],
    between: "</channel>",
    entry: ["<item rdf:about='urn:N'>", "</item>"],
    own: [
        "<title>Own N</title><link>https://own.example/N</link><description>own</description><dc:creator>Ada</dc:creator>\
            <dc:date>2024-01-02T00:00:00Z</dc:date>",
        "<title>Own N</title>",
    ],
    tail: "</rdf:RDF>",
};

const FORMATS: [&Format; 3] = [&ATOM, &RSS, &RDF];

const FIELDS: [&str; 46] = [
    "<id>urn:foreign</id>",
    "<a:id>urn:foreign</a:id>",
    "<guid>https://foreign.example/guid</guid>",
    "<link>https://foreign.example/</link>",
    "<link href='https://foreign.example/'/>",
    "<a:link rel='alternate' type='text/html' href='https://foreign.example/'/>",
    "<link rel='enclosure' href='https://foreign.example/f.mp3'/>",
    "<link rel='self' href='https://foreign.example/feed'/>",
    "<title>Foreign</title>",
    "<a:title type='html'>Foreign</a:title>",
    "<dc:title>Foreign</dc:title>",
    "<itunes:title>Foreign</itunes:title>",
    "<description>foreign</description>",
    "<summary>foreign</summary>",
    "<subtitle>foreign</subtitle>",
    "<content type='html'>&lt;p&gt;foreign&lt;/p&gt;</content>",
    "<content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'><p>foreign</p></div></content>",
    "<div xmlns='http://www.w3.org/1999/xhtml'>foreign</div>",
    "<content:encoded>foreign</content:encoded>",
    "<a:content src='https://foreign.example/c'/>",
    "<body>foreign</body>",
    "<author><name>Foreign</name><uri>https://foreign.example/me</uri></author>",
    "<author>foreign@foreign.example</author>",
    "<dc:creator>Foreign</dc:creator>",
    "<itunes:author>Foreign</itunes:author>",
    "<name>Foreign</name>",
    "<email>foreign@foreign.example</email>",
    "<category>foreign</category>",
    "<category term='foreign'/>",
    "<dc:subject>foreign</dc:subject>",
    "<itunes:keywords>foreign</itunes:keywords>",
    "<itunes:category text='foreign'><itunes:category text='more'/></itunes:category>",
    "<pubDate>Mon, 01 Jan 2001 00:00:00 GMT</pubDate>",
    "<published>2001-01-01T00:00:00Z</published>",
    "<updated>2025-01-01T00:00:00Z</updated>",
    "<dc:date>2001-01-01</dc:date>",
    "<dcterms:modified>2025-01-01</dcterms:modified>",
    "<language>fr</language>",
    "<dc:language>fr</dc:language>",
    "<enclosure url='https://foreign.example/f.mp3' type='audio/mpeg' length='1'/>",
    "<media:group><media:title>Foreign</media:title><media:content url='https://foreign.example/f.mp4'/></media:group>",
    "<media:content url='https://foreign.example/f.jpg' medium='image'/>",
    "<media:keywords>foreign</media:keywords>",
    "<ttl>5</ttl>",
    "<skipHours><hour>5</hour></skipHours>",
    "<sy:updatePeriod>hourly</sy:updatePeriod>",
];

/// Parents whose fields are their own; the author is the one that entries have anyway.
const PARENTS: [(&str, &str); 20] = [
    ("<author><name>Ada</name>", "</author>"),
    ("<a:author><a:name>Ada</a:name>", "</a:author>"),
    ("<contributor>", "</contributor>"),
    ("<activity:object>", "</activity:object>"),
    ("<activity:actor>", "</activity:actor>"),
    ("<gd:when startTime='2030-01-01'>", "</gd:when>"),
    ("<source>", "</source>"),
    ("<a:source>", "</a:source>"),
    ("<sx:sync><sx:conflicts>", "</sx:conflicts></sx:sync>"),
    ("<thr:in-reply-to>", "</thr:in-reply-to>"),
    ("<textInput>", "</textInput>"),
    ("<image>", "</image>"),
    ("<cloud>", "</cloud>"),
    ("<rights>", "</rights>"),
    ("<generator>", "</generator>"),
    ("<georss:where>", "</georss:where>"),
    ("<media:credit>", "</media:credit>"),
    ("<itunes:owner>", "</itunes:owner>"),
    ("<x:unknown>", "</x:unknown>"),
    ("<track xmlns='urn:x:list'><x:inner>", "</x:inner></track>"),
];

/// Where something foreign stands: around the own fields of the feed, or of each entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Nowhere,
    BeforeFeed,
    BehindFeed,
    BeforeEntry,
    BehindEntry,
}

const PLACES: [Place; 4] = [Place::BeforeFeed, Place::BehindFeed, Place::BeforeEntry, Place::BehindEntry];

fn feed(document: &str) -> UpstreamFeed {
    let origin = Origin { place: "it", base: None, content_type: None, timezone: Tz::UTC };
    match read(document.as_bytes(), &origin) {
        Document::Feed(feed) => *feed,
        other => panic!("{other:?}: {document}"),
    }
}

/// A feed with two entries of many or few fields, and something foreign in one place.
fn document(format: &Format, sparse: usize, place: Place, foreign: &str) -> String {
    let around = |own: &str, before: Place, behind: Place| {
        let at = |here| if place == here { foreign } else { "" };
        [at(before), own, at(behind)].concat()
    };
    let entry = |number: &str| {
        let own = around(format.own[sparse], Place::BeforeEntry, Place::BehindEntry);
        [format.entry[0], &own, format.entry[1]]
            .concat()
            .replace("urn:N", &["urn:", number].concat())
            .replace(" N<", &[" ", number, "<"].concat())
    };
    let feed = around(format.feed[sparse], Place::BeforeFeed, Place::BehindFeed);
    [format.head, &feed, format.between, &entry("1"), &entry("2"), format.tail].concat().replace("SPACES", SPACES)
}

/// Each field, put into something else, leaves a document what it is without. A person has a name.
fn assert_fields_count_for_nothing(is_person: bool, without: &str, within: &dyn Fn(&str) -> String) {
    let meant = if is_person { feed(&within("")) } else { feed(without) };
    assert_eq!(meant.entries.len(), 2);
    let is_its = |field: &&str| is_person && (field.starts_with("<name") || field.starts_with("<email"));
    for field in FIELDS.iter().filter(|field| !is_its(field)) {
        let document = within(field);
        assert_eq!(feed(&document), meant, "{field} in {document}");
    }
}

#[test]
fn what_stands_in_something_else_is_neither_the_entrys_nor_the_feeds() {
    for format in FORMATS {
        for sparse in [0, 1] {
            for (open, close) in PARENTS {
                let is_person = open.contains("author");
                for place in PLACES {
                    let within = |inside: &str| document(format, sparse, place, &[open, inside, close].concat());
                    let without = document(format, sparse, place, "");
                    assert_fields_count_for_nothing(is_person, &without, &within);
                }
            }
        }
    }
}

#[test]
fn entries_in_something_of_an_entry_are_no_entries() {
    for format in FORMATS {
        let meant = feed(&document(format, 0, Place::Nowhere, ""));
        let entry =
            "<item><title>Conflict</title><guid>c</guid></item><entry><id>c</id><title>Conflict</title></entry>";
        let whole = ["<feed><title>Replies</title>", entry, "</feed>"].concat();
        for (open, close) in PARENTS.into_iter().filter(|(open, _)| !open.contains("author")) {
            for place in [Place::BeforeEntry, Place::BehindEntry] {
                for foreign in [entry, &whole] {
                    let document = document(format, 0, place, &[open, foreign, close].concat());
                    assert_eq!(feed(&document), meant, "{open} at {place:?} of {document}");
                }
            }
        }
    }
}

#[test]
fn something_without_end_takes_nothing_along() {
    for format in FORMATS {
        let whole = feed(&document(format, 0, Place::Nowhere, ""));
        for (open, _) in PARENTS {
            for place in PLACES {
                let document = document(format, 0, place, open);
                let read = feed(&document);
                let seen = (&read.title, &read.link, &read.description, &read.entries, &read.rhythm);
                let meant = (&whole.title, &whole.link, &whole.description, &whole.entries, &whole.rhythm);
                if open.contains("author") && place != Place::BeforeEntry && place != Place::BehindEntry {
                    assert_eq!((seen.0, seen.1, seen.2, seen.3.len()), (meant.0, meant.1, meant.2, 2), "{document}");
                } else {
                    assert_eq!(seen, meant, "{open} at {place:?} of {document}");
                }
            }
        }
    }
}

#[test]
fn entries_behind_something_without_end_are_found_again() {
    let item =
        |number: usize| format!("<item><title>{number}</title><x:open><link>https://own.example/{number}</link>");
    // Neither the element nor the entry has an end.
    let none = (1..=40).map(item).collect::<Vec<_>>().concat();
    let document = format!("<rss version='2.0'><channel><title>t</title>{none}</channel></rss>");
    let titles = |document: &str| feed(document).entries.into_iter().map(|entry| entry.title).collect::<Vec<_>>();
    assert_eq!(titles(&document), (1..=40).map(|number| number.to_string()).collect::<Vec<_>>());
    // The first only, and no end of the feed either.
    let rest = (2..=9).map(|number| format!("<item><title>{number}</title></item>")).collect::<Vec<_>>().concat();
    let document = format!("<rss version='2.0'><channel><title>t</title>{}{rest}", item(1));
    assert_eq!(titles(&document), (1..=9).map(|number| number.to_string()).collect::<Vec<_>>());
    let links: Vec<_> = feed(&document).entries.into_iter().map(|entry| entry.link).collect();
    assert_eq!(links[0].as_deref(), Some("https://own.example/1"));
}
