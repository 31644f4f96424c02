//! Tries a theme before it is used: every kind of page is made with it, full of everything that a page can show and with nothing
//! at all, in each language. So a name that nobody gives is told with file and line at the start, not by a cycle.

use super::error::Error;
use super::icon::Icon;
use super::months::Month;
use super::options::{Format, ItemLink, Options, Site};
use super::pages::{
    CatalogueEntry, ChannelFacts, CycleLine, FailingSite, FrontPage, HeldInput, HostFacts, InputStatus, LinkMonth,
    LinksOfAge, Newer, OperatorView, PLOTTED_MONTHS, PageNeighbour, Paging, PlannedRun, StatusView, TroubledLink,
    day_page, edition_page, editions_page, front_page, item_page, list_page, month_page, operator_page, refusal_page,
    search_page, source_index, status_page, tag_index,
};
use super::theme::{Language, Theme, ThemeError};
use crate::model::{
    Attachment, Channel, ChannelKind, CitedSource, CitingItem, Complaint, EditionHeader, EditionNeighbours, Face, Home,
    Item, NeighbourEdition, Place, SourceLink, StoredEdition, StoredItem, Tag, Verdict,
};
use chrono::{DateTime, Utc};
use std::path::Path;
use url::Url;
use uuid::Uuid;

/// Work that a page of the trial may take; the built-in templates need less than a fifth of it.
const FUEL: u64 = 50_000;

/// The pages of a list: the only one, the index of several, one among several.
const PAGINGS: [Paging; 3] = [
    Paging { number: None, older: None, newer: Newer::None, total: 0 },
    Paging { number: None, older: Some(2), newer: Newer::None, total: 150 },
    Paging { number: Some(2), older: Some(1), newer: Newer::Page(3), total: 150 },
];

/// Reads the theme in a folder and tries it.
pub fn load_theme(folder: &Path) -> Result<Theme, ThemeError> {
    let theme = Theme::read(folder)?;
    match tried(&theme.with_fuel(FUEL)) {
        Err(Error::Theme(error)) => Err(error),
        // Nothing else is done than making pages.
        Ok(()) | Err(_) => Ok(theme),
    }
}

/// Makes every kind of page, in each language.
fn tried(theme: &Theme) -> Result<(), Error> {
    let base_url = Url::parse("https://feeds.example/").ok();
    for (base_url, language) in base_url.iter().flat_map(|url| Language::ALL.map(|language| (url, language))) {
        let options = Options {
            title: "A title".to_owned(),
            base_url: base_url.clone(),
            language,
            author: "An author".to_owned(),
            timezone: chrono_tz::Tz::UTC,
            formats: Format::ALL.to_vec(),
            items_per_feed: 50,
            item_link: ItemLink::Page,
            exact_keys: false,
            theme: theme.clone(),
            icon: Icon::default(),
            pictures: true,
        };
        let site = Site { id: Uuid::nil(), options };
        for is_full in [true, false] {
            pages(&site, is_full)?;
        }
        refusal_page(&site.options, 404)?;
    }
    Ok(())
}

/// Makes every kind of page, with everything or with nothing on it.
fn pages(site: &Site, is_full: bool) -> Result<(), Error> {
    let items = if is_full { vec![item(true, Home::Page), item(false, Home::Page)] } else { Vec::new() };
    let home = || Home::Day { slug: "2026-01-01".to_owned(), page: None };
    let of_day: Vec<_> = items.iter().map(|item| StoredItem { home: home(), ..item.clone() }).collect();
    let edition = edition(is_full);
    let EditionNeighbours { older, newer } = neighbours(is_full);
    let sides = [older.as_ref().map(PageNeighbour::Edition), newer.as_ref().map(PageNeighbour::Edition)];
    item_page(site, &item(is_full, Home::Page), sides)?;
    item_page(
        site,
        &item(is_full, Home::Page),
        [items.first(), items.last()].map(|item| item.map(PageNeighbour::Item)),
    )?;
    edition_page(site, &edition, &items, &neighbours(is_full))?;
    let unnamed = StoredEdition { headline: String::new(), ..edition.clone() };
    edition_page(site, &unnamed, &items, &neighbours(is_full))?;
    month_page(site, Month { year: 2026, month: 1 }, &[])?;
    for paging in &PAGINGS {
        day_page(site, &edition.header, &of_day, paging)?;
        for kind in [ChannelKind::Combined, ChannelKind::Tag, ChannelKind::Source] {
            let channel = Channel { kind, slug: "a".to_owned(), name: "A".to_owned() };
            let facts = facts(kind).filter(|_| is_full && paging.number.is_none());
            list_page(site, &channel, &items, paging, facts.as_ref())?;
        }
        // Called by its day, since its title is that of an item.
        let unnamed = StoredEdition { headline: "An item".to_owned(), ..edition.clone() };
        let editions = [unnamed.clone(), edition.clone(), unnamed].map(|edition| (edition, items.clone()));
        let editions = if is_full { editions.to_vec() } else { Vec::new() };
        let front = FrontPage {
            editions: &editions,
            edition_count: 3,
            day: editions.first(),
            tags: &edition.tags,
            paging: *paging,
        };
        front_page(site, &front)?;
        editions_page(site, &editions, paging, if is_full { &MONTHS } else { &[] })?;
    }
    let names = entries(is_full);
    tag_index(site, &names)?;
    source_index(site, &names)?;
    let status = if is_full { status() } else { StatusView::default() };
    status_page(site, &status)?;
    operator_page(&site.options, &status, &if is_full { operator() } else { OperatorView::default() })?;
    search_page(site, 2, &tags(is_full))?;
    Ok(())
}

/// Enough of them that there is an index of initials.
fn entries(is_full: bool) -> Vec<CatalogueEntry> {
    let entry = |n: u64| CatalogueEntry {
        name: format!("A {n}"),
        slug: format!("a-{n}"),
        items: n,
        is_closed: n.is_multiple_of(2),
    };
    (0..40).filter(|_| is_full).map(entry).collect()
}

const MONTHS: [Month; 2] = [Month { year: 2026, month: 1 }, Month { year: 2026, month: 2 }];

fn neighbours(is_full: bool) -> EditionNeighbours {
    let edition = |headline: &str| {
        let (slug, headline) = ("1".to_owned(), headline.to_owned());
        NeighbourEdition { slug, headline, number: Some(1), published: DateTime::UNIX_EPOCH }
    };
    let [older, newer] = ["A headline", ""].map(|headline| is_full.then(|| edition(headline)));
    EditionNeighbours { older, newer }
}

/// What is known of a tag or a host.
fn facts(kind: ChannelKind) -> Option<ChannelFacts> {
    let states = [LinkMonth::Open, LinkMonth::Mixed, LinkMonth::Closed, LinkMonth::Unknown];
    let host = HostFacts {
        links: 2,
        open: 1,
        months: states.into_iter().cycle().take(PLOTTED_MONTHS.into()).collect(),
        trouble: sources(Verdict::Gone).to_vec(),
    };
    let facts = ChannelFacts {
        oldest: DateTime::UNIX_EPOCH,
        newest: DateTime::UNIX_EPOCH,
        items: 2,
        months: (0..u64::from(PLOTTED_MONTHS)).collect(),
        beside: tags(true).into_iter().map(|tag| (tag, 2)).collect(),
        host: (kind == ChannelKind::Source).then_some(host),
    };
    (kind != ChannelKind::Combined).then_some(facts)
}

fn tags(is_full: bool) -> Vec<Tag> {
    let names = if is_full { ["A", "B"].as_slice() } else { &[] };
    names.iter().map(|name| Tag { name: (*name).to_owned(), slug: name.to_lowercase() }).collect()
}

fn header(is_full: bool) -> EditionHeader {
    let given = |text: &str| is_full.then(|| text.to_owned());
    EditionHeader {
        slug: "1".to_owned(),
        title: "An edition".to_owned(),
        number: is_full.then_some(1),
        date: DateTime::UNIX_EPOCH.fixed_offset(),
        author: given("A person"),
        permalink: given("https://a.example/1"),
    }
}

fn edition(is_full: bool) -> StoredEdition {
    StoredEdition {
        id: Uuid::nil(),
        header: header(is_full),
        headline: "A headline".to_owned(),
        cover: is_full.then(|| "https://a.example/cover.png".to_owned()),
        tags: tags(is_full),
        published: DateTime::UNIX_EPOCH,
        updated: DateTime::UNIX_EPOCH,
        more: if is_full { 3 } else { 0 },
    }
}

fn item(is_full: bool, home: Home) -> StoredItem {
    let bare = || Item { title: "An item".to_owned(), text: "An item".to_owned(), ..Item::default() };
    let files = ["https://a.example/a.mp3", "https://a.example/a"];
    let full = || Item {
        text: "An item Its text.".to_owned(),
        body_html: "<p>Its text.</p>".to_owned(),
        remark_html: "<p>A remark.</p>".to_owned(),
        comment_by: Some("A person".to_owned()),
        author: Some("A person".to_owned()),
        images: vec!["https://a.example/a.png".to_owned()],
        image_credit: Some("A person".to_owned()),
        language: Some("de".to_owned()),
        attachments: files.iter().filter_map(|url| Attachment::of(url, None, None)).collect(),
        ..bare()
    };
    StoredItem {
        id: Uuid::nil(),
        short_id: "1".to_owned(),
        home,
        edition: header(is_full),
        position: 0,
        item: if is_full { full() } else { bare() },
        tags: tags(is_full),
        sources: if is_full { Verdict::ALL.iter().flat_map(|verdict| sources(*verdict)).collect() } else { Vec::new() },
        published: DateTime::UNIX_EPOCH,
        updated: DateTime::UNIX_EPOCH,
    }
}

/// A source with all that can be known of it, and one that leads nowhere.
fn sources(verdict: Verdict) -> [CitedSource; 2] {
    let source = |url: &str, known: Option<&str>| CitedSource {
        link: SourceLink { label: "A source".to_owned(), url: url.to_owned() },
        host: "a.example".to_owned(),
        verdict,
        rule: known.map(|_| "http-404".to_owned()).unwrap_or_default(),
        since: known.map(|_| DateTime::<Utc>::UNIX_EPOCH),
        moved_to: known.map(str::to_owned),
        archive: known.map(|known| format!("{known}web/20260101000000/")),
    };
    [source("https://a.example/", Some("https://b.example/")), source("nowhere", None)]
}

fn status() -> StatusView {
    let face = Face { title: "A feed".to_owned(), entries: vec!["An entry".to_owned()], ..Face::default() };
    let input = |is_well: bool| InputStatus {
        name: "An input".to_owned(),
        editions: 1,
        items: 2,
        failing_since: (!is_well).then_some(DateTime::<Utc>::UNIX_EPOCH.date_naive()),
        last_success: (!is_well).then_some(DateTime::<Utc>::UNIX_EPOCH.date_naive()),
        rule: (!is_well).then(|| "dns".to_owned()),
        held: (!is_well).then(|| HeldInput { now: face.clone(), before: face.clone() }),
    };
    let citing = |home| CitingItem { title: "An item".to_owned(), short_id: "1".to_owned(), home };
    let trouble = |verdict: Verdict, url: &str, items: Vec<CitingItem>| TroubledLink {
        url: url.to_owned(),
        label: "A source".to_owned(),
        host: "a.example".to_owned(),
        verdict,
        since: Some(DateTime::UNIX_EPOCH),
        rule: "http-404".to_owned(),
        evidence: "404".to_owned(),
        moved_to: (verdict == Verdict::Moved).then(|| "https://b.example/".to_owned()),
        archive: (verdict == Verdict::Gone).then(|| "https://a.example/copy".to_owned()),
        items,
    };
    let host = |slug: Option<&str>| FailingSite {
        host: "a.example".to_owned(),
        slug: slug.map(str::to_owned),
        links: 2,
        failing: 2,
        since: slug.map(|_| DateTime::UNIX_EPOCH.date_naive()),
        rule: "timeout".to_owned(),
    };
    StatusView {
        inputs: vec![input(true), input(false)],
        links: Verdict::ALL.iter().map(|verdict| (*verdict, 1000)).collect(),
        troubled: vec![
            trouble(Verdict::Gone, "https://a.example/", vec![citing(Home::Page), citing(Home::Page)]),
            trouble(Verdict::Moved, "https://c.example/", vec![citing(Home::Page)]),
            trouble(Verdict::Replaced, "nowhere", Vec::new()),
        ],
        newly_lost: vec![
            trouble(Verdict::Gone, "https://a.example/", Vec::new()),
            trouble(Verdict::Gone, "nowhere", Vec::new()),
        ],
        ages: vec![LinksOfAge { from_years: 0, links: 3, lost: 1 }],
        hosts: vec![host(Some("a.example")), host(None)],
        newest: Some(DateTime::UNIX_EPOCH),
    }
}

fn operator() -> OperatorView {
    let place = || Place::at("a.md", 1, 1);
    let at = DateTime::UNIX_EPOCH;
    let cycle = |failed| CycleLine { began: at, ended: at, failed, told: "told".to_owned() };
    let run = |input: Option<&str>| PlannedRun {
        at: input.map(|_| at),
        input: input.map(str::to_owned),
        why: "by the schedule".to_owned(),
    };
    OperatorView {
        posts: vec![("https://a.example/".to_owned(), vec![place(), place()])],
        complaints: vec![Complaint::error(place(), "wrong", "mend it"), Complaint::warning(place(), "odd", "")],
        complaint_count: 2,
        cycles: vec![cycle(false), cycle(true)],
        planned: vec![run(None), run(Some("An input"))],
        nodes: vec![("one".to_owned(), "waits".to_owned())],
    }
}
