//! Pages: their look, their links, and what must not be in them.

use crate::catalogue::{host, named};
use crate::sample::{at, channel, edition, header, item, items, site, source, tag};
use std::collections::BTreeSet;
use wellsourced::model::{
    ChannelKind, CitingItem, EditionHeader, EditionNeighbours, Home, NeighbourEdition, StoredItem, Verdict,
};
use wellsourced::publish::{
    self, CycleLine, FailingSite, InputStatus, Language, LinksOfAge, Month, Newer, OperatorView, PageNeighbour, Paging,
    PlannedRun, StatusView, TroubledLink,
};

const NEWEST: Paging = Paging { number: None, older: Some(7), newer: Newer::None, total: 371 };

fn text(page: Result<Vec<u8>, publish::Error>) -> String {
    String::from_utf8(page.unwrap()).unwrap()
}

fn status() -> StatusView {
    let input = |name: &str| InputStatus { name: name.to_owned(), items: 1036, ..InputStatus::default() };
    let trouble = |verdict: Verdict, host: &str, rule: &str| TroubledLink {
        url: format!("https://{host}/x"),
        label: "一处来源".to_owned(),
        host: host.to_owned(),
        verdict,
        since: Some(at("2022-02-28T18:00:00Z")),
        rule: rule.to_owned(),
        evidence: "404 \u{8}<Not Found>".to_owned(),
        moved_to: None,
        archive: None,
        items: vec![CitingItem { title: "一条 & 一条".to_owned(), short_id: "item1".to_owned(), home: Home::Page }],
    };
    let gone = TroubledLink {
        label: String::new(),
        archive: Some("https://web.archive.org/web/20200401120000/https://gone.example/x".to_owned()),
        items: vec![
            CitingItem { title: "一条 & 一条".to_owned(), short_id: "item1".to_owned(), home: Home::Page },
            CitingItem { title: "某日一条".to_owned(), short_id: "item9".to_owned(), home: of_day(Some(2)) },
        ],
        ..trouble(Verdict::Gone, "gone.example", "http-404")
    };
    let dead =
        TroubledLink { since: Some(at("2023-04-29T18:00:00Z")), ..trouble(Verdict::Gone, "dead.example", "dns") };
    let moved = TroubledLink {
        moved_to: Some("https://www.new.example/x/".to_owned()),
        ..trouble(Verdict::Moved, "old.example", "moved")
    };
    let failing = InputStatus {
        failing_since: Some("2023-05-01".parse().unwrap()),
        last_success: Some("2022-12-31".parse().unwrap()),
        rule: Some("tls".to_owned()),
        ..input("取不到的 feed")
    };
    let host = FailingSite {
        host: "dead.example".to_owned(),
        slug: Some("例子.example".to_owned()),
        links: 5,
        failing: 4,
        since: Some("2023-04-30".parse().unwrap()),
        rule: "timeout".to_owned(),
    };
    StatusView {
        inputs: vec![InputStatus { editions: 12, ..input("硬核 <观察>") }, failing],
        links: vec![(Verdict::Reachable, 1930), (Verdict::Moved, 1), (Verdict::Gone, 102), (Verdict::Replaced, 1)],
        troubled: vec![trouble(Verdict::Replaced, "other.example", "replaced"), gone, dead.clone(), moved],
        newly_lost: vec![TroubledLink { items: Vec::new(), ..dead }],
        ages: vec![
            LinksOfAge { from_years: 0, links: 1500, lost: 3 },
            LinksOfAge { from_years: 3, links: 534, lost: 100 },
        ],
        hosts: vec![host],
        newest: Some(at("2023-05-05T12:50:03Z")),
    }
}

/// Where an item of a feed stands.
fn of_day(page: Option<u32>) -> Home {
    Home::Day { slug: "2023-05-05".to_owned(), page }
}

fn months() -> [Month; 2] {
    [Month { year: 2022, month: 12 }, Month { year: 2023, month: 5 }]
}

/// The editions beside one: one with a title, one without.
fn neighbours() -> EditionNeighbours {
    let edition = |number: u32, headline: &str| NeighbourEdition {
        slug: number.to_string(),
        headline: headline.to_owned(),
        number: Some(number),
        published: at("2023-05-06T20:00:00Z"),
    };
    EditionNeighbours { older: Some(edition(991, "上一期 <的标题>")), newer: Some(edition(993, "")) }
}

/// Items of feeds: one with sources, in trouble, and one without.
fn items_of_day() -> Vec<StoredItem> {
    let header =
        EditionHeader { slug: "2023-05-05".to_owned(), title: "2023-05-05".to_owned(), number: None, ..header() };
    let items = items().into_iter().skip(1);
    items.map(|item| StoredItem { home: of_day(Some(3)), edition: header.clone(), ..item }).collect()
}

/// Every page with its path.
fn pages() -> Vec<(&'static str, String)> {
    let site = site();
    let combined = channel(ChannelKind::Combined, "");
    let numbered = Paging { number: Some(3), older: Some(2), newer: Newer::Page(4), total: 371 };
    let EditionNeighbours { older, newer } = neighbours();
    let [older, newer] = [&older, &newer].map(|edition| edition.as_ref().map(PageNeighbour::Edition));
    let last = Paging { number: Some(7), older: Some(6), newer: Newer::Index, total: 371 };
    vec![
        (
            "items/item0/index.html",
            text(publish::item_page(&site, &items()[0], [older, Some(PageNeighbour::Item(&items()[1]))])),
        ),
        (
            "items/item1/index.html",
            text(publish::item_page(&site, &items()[1], [Some(PageNeighbour::Item(&items()[0])), newer])),
        ),
        ("editions/992/index.html", text(publish::edition_page(&site, &edition(), &items(), &neighbours()))),
        ("editions/2023-05-05/page/3/index.html", {
            let items = items_of_day();
            text(publish::day_page(&site, &items[0].edition, &items, &numbered))
        }),
        ("index.html", text(publish::list_page(&site, &combined, &items(), &NEWEST, None))),
        ("page/7/index.html", text(publish::list_page(&site, &combined, &items_of_day(), &last, None))),
        ("tags/开源/page/3/index.html", {
            text(publish::list_page(&site, &channel(ChannelKind::Tag, "开源"), &items(), &numbered, None))
        }),
        ("editions/index.html", text(publish::editions_page(&site, &[(edition(), items())], &NEWEST, &months()))),
        ("editions/page/7/index.html", text(publish::editions_page(&site, &[(edition(), items())], &last, &months()))),
        ("editions/month/2023-05/index.html", {
            text(publish::month_page(&site, months()[1], &[(edition(), items())]))
        }),
        (
            "front.html",
            text(publish::front_page(
                &site,
                &publish::FrontPage {
                    editions: &[(edition(), items()), (edition(), items())],
                    edition_count: 371,
                    day: Some(&(
                        wellsourced::model::StoredEdition {
                            header: items_of_day()[0].edition.clone(),
                            more: 9,
                            ..edition()
                        },
                        items_of_day(),
                    )),
                    tags: &[tag("AI"), tag("<C++>")],
                    paging: NEWEST,
                },
            )),
        ),
        ("tags/index.html", text(publish::tag_index(&site, &[named("AI", 5), named("<C++>", 1)]))),
        ("sources/index.html", text(publish::source_index(&site, &[host("例子.example", 2)]))),
        ("status.html", text(publish::status_page(&site, &status()))),
        ("404.html", text(publish::refusal_page(&site.options, 404))),
    ]
}

#[test]
fn each_page_looks_as_before() {
    for (path, html) in pages() {
        insta::assert_snapshot!(path.replace("开源", "kaiyuan").replace('/', "_"), html);
    }
    insta::assert_snapshot!("status_json", text(publish::status_json(&status())));
}

#[test]
fn the_status_says_first_whether_all_is_well() {
    let mut site = site();
    let told = |site: &publish::Site, status: &StatusView| {
        let page = text(publish::status_page(site, status));
        let banner = page.split("<header class=\"banner").nth(1).unwrap().split("</header>").next().unwrap();
        banner.replace('\n', "")
    };
    let well = StatusView { links: vec![(Verdict::Reachable, 1), (Verdict::Blocked, 1)], ..StatusView::default() };
    let failing =
        InputStatus { name: "a".to_owned(), failing_since: "2024-01-01".parse().ok(), ..InputStatus::default() };
    let of_feed = StatusView { inputs: vec![failing], ..well.clone() };
    assert_eq!(
        told(&site, &well),
        " well\"><h1>一切正常</h1><p>共 2 个来源链接，其中 1 个可以打开（50.0%）。没有一个要你处理；各处输入都能取到。</p>"
    );
    assert_eq!(
        told(&site, &of_feed),
        "\"><h1>1 处输入需要看看</h1><p>共 2 个来源链接，其中 1 个可以打开（50.0%）。1 处输入取不到。</p>"
    );
    assert_eq!(
        told(&site, &status()),
        "\"><h1>104 个来源需要看看</h1><p>共 2,034 个来源链接，其中 1,931 个可以打开（94.9%）。最近新失效 1 个。1 处输入取不到。</p>"
    );
    let unchecked = |checked: u64| StatusView {
        links: vec![(Verdict::Reachable, checked), (Verdict::Unchecked, 3)],
        ..StatusView::default()
    };
    assert_eq!(
        told(&site, &unchecked(0)),
        "\"><h1>来源链接还没有检查</h1><p>3 个来源链接尚未检查。</p>",
        "of what nothing is known nothing is said"
    );
    assert_eq!(
        told(&site, &unchecked(1)),
        " well\"><h1>一切正常</h1><p>共 4 个来源链接，其中 1 个可以打开（25.0%）。3 个来源链接尚未检查。没有一个要你处理；各处输入都能取到。</p>"
    );
    assert_eq!(told(&site, &StatusView::default()), " well\"><h1>一切正常</h1><p>还没有来源链接。</p>");
    site.options.language = Language::En;
    assert_eq!(
        told(&site, &status()),
        "\"><h1>104 sources need a look</h1><p>1,931 of 2,034 source links open (94.9%). 1 newly dead. 1 input cannot be fetched.</p>"
    );
}

#[test]
fn a_large_edition_is_cut_on_the_front_page_and_one_of_a_day_in_lists() {
    let site = site();
    let many: Vec<StoredItem> = (0..50).map(|n| item(n, &format!("Title {n}"))).collect();
    let mut dated = edition();
    (dated.header.slug, dated.headline) = ("2023-05-20".to_owned(), "An editor's own".to_owned());
    let of_day: Vec<StoredItem> = many.iter().map(|item| StoredItem { home: of_day(None), ..item.clone() }).collect();
    let editions = [(dated.clone(), many.clone()), (dated.clone(), many.clone())];
    let front = publish::FrontPage { editions: &editions, edition_count: 2, day: None, tags: &[], paging: NEWEST };
    let front = text(publish::front_page(&site, &front));
    assert_eq!(front.matches("<section class=\"item\"").count(), 40);
    assert!(front.contains("还有 10 条，见本期页面") && front.contains("还有 38 条，见本期页面"), "{front}");
    // A date as its path does not make an editor's edition a day's.
    assert!(front.contains(">An editor&#39;s own</a></h2>") && front.contains("<b>An editor&#39;s own</b>"), "{front}");
    let list =
        |items: &[StoredItem]| text(publish::editions_page(&site, &[(dated.clone(), items.to_vec())], &NEWEST, &[]));
    assert!(list(&many).contains(">Title 49</a>") && list(&many).contains("An editor&#39;s own"));
    assert!(!list(&of_day).contains(">Title 10</a>") && !list(&of_day).contains("An editor&#39;s own"));
    let page = text(publish::edition_page(&site, &dated, &many, &EditionNeighbours::default()));
    let about = page.split("name=\"description\" content=\"").nth(1).unwrap().split('"').next().unwrap();
    assert!(about.starts_with("Title 0; Title 1") || about.starts_with("Title 0；Title 1"), "{about}");
    assert!(about.chars().count() <= 241, "{about}");
}

#[test]
fn the_operators_page_has_what_only_operators_see() {
    let site = site();
    let place = wellsourced::model::Place::at("posts/<1>.md", 7, 2);
    let operator = OperatorView {
        posts: vec![("https://gone.example/x".to_owned(), vec![place.clone()])],
        complaints: vec![wellsourced::model::Complaint::error(place, "it has no <title>", "write one")],
        complaint_count: 1201,
        cycles: vec![CycleLine {
            began: at("2024-01-01T00:00:00Z"),
            ended: at("2024-01-01T00:01:05Z"),
            failed: true,
            told: "2 items".to_owned(),
        }],
        planned: vec![PlannedRun { input: Some("news".to_owned()), at: None, why: "a <why>".to_owned() }],
        nodes: vec![("node-<1>".to_owned(), "waits".to_owned())],
    };
    let page = text(publish::operator_page(&site.options, &status(), &operator));
    for told in [
        "posts/&#60;1&#62;.md:7:2</code></th>",
        "node-&#60;1&#62;</th>",
        "<strong>it has no &#60;title&#62;</strong><br><small>write one</small>",
        "<small>1,201</small>",
        ">2024-01-01 08:00</th><td class=\"number\">1:05</td>",
        "没有发布</span>：2 items",
        ">news</th><td>下一轮</td><td class=\"words\">a &#60;why&#62;</td>",
        "104 个来源需要看看",
        "href=\"https://observe.example.org/news/items/item1/index.html\"",
    ] {
        assert!(page.contains(told), "{told}: {page}");
    }
    assert!(!page.contains("<script") && !page.contains("style="), "{page}");
    let public = text(publish::status_page(&site, &status()));
    assert!(!public.contains("posts/") && !public.contains("2024-01-01"), "{public}");
}

#[test]
fn english_pages_have_no_chinese_label() {
    let mut site = site();
    site.options.language = Language::En;
    site.options.title = "Observations".to_owned();
    site.options.author = "Observer".to_owned();
    let mut story = item(0, "A title");
    story.edition.title = "Edition 1".to_owned();
    story.edition.author = Some("Author".to_owned());
    story.item.body_html = "<p>Body.</p>".to_owned();
    story.item.text = "A title\nBody.".to_owned();
    story.item.remark_html = "<p>Hm.</p>".to_owned();
    story.item.comment_by = Some("Wang".to_owned());
    story.item.images = vec!["https://img.example/a.jpg".to_owned()];
    story.item.image_credit = Some("MJ".to_owned());
    story.sources =
        Verdict::ALL.map(|verdict| source("Label", &format!("https://{verdict}.example/"), verdict)).to_vec();
    for source in &mut story.sources {
        source.since = Some(at("2024-01-01T00:00:00Z"));
        source.moved_to = Some("https://new.example/".to_owned());
        source.archive = Some("https://archive.example/".to_owned());
    }
    let mut all = vec![
        text(publish::item_page(&site, &story, [None; 2])),
        text(publish::status_page(&site, &StatusView::default())),
    ];
    for kind in [ChannelKind::Combined, ChannelKind::Tag, ChannelKind::Source, ChannelKind::Editions] {
        let feed = publish::feed(&site, &channel(kind, "name"), std::slice::from_ref(&story), None);
        all.push(text(publish::render(&feed, publish::Format::Json)));
        all.push(text(publish::list_page::<StoredItem>(&site, &channel(kind, "name"), &[], &NEWEST, None)));
    }
    for page in &all {
        assert!(page.chars().all(|c| !('\u{3000}'..='\u{9fff}').contains(&c) && c != '：'), "{page}");
    }
    assert!(all[0].contains("gone since 1 January 2024") && all[2].contains("Source: <a href"), "{all:#?}");
}

#[test]
fn relative_links_lead_to_what_is_published() {
    let site = site();
    let root = site.options.base_url.clone();
    let mut there: BTreeSet<String> = pages().iter().map(|(path, _)| root.join(path).unwrap().to_string()).collect();
    for file in ["rss.xml", "atom.xml", "feed.json"] {
        for folder in ["", "editions/", "tags/开源/"] {
            there.insert(root.join(&format!("{folder}{file}")).unwrap().to_string());
        }
    }
    let others = [
        "style.css",
        "icon.svg",
        "search.html",
        "status.json",
        "feeds.opml",
        "items/item2/index.html",
        "tags/ai/index.html",
        "tags/cplusplus/index.html",
    ];
    let lists = [
        "tags/开源/index.html",
        "tags/x-org/index.html",
        "tags/c-plusplus/index.html",
        "sources/例子.example/index.html",
    ];
    let numbered = [
        "page/1/index.html",
        "page/6/index.html",
        "page/7/index.html",
        "tags/开源/page/1/index.html",
        "tags/开源/page/2/index.html",
        "tags/开源/page/4/index.html",
    ];
    let editions = [
        "editions/991/index.html",
        "editions/993/index.html",
        "editions/month/2022-12/index.html",
        "editions/page/1/index.html",
        "editions/2023-05-05/page/1/index.html",
        "editions/page/6/index.html",
        "editions/2023-05-05/index.html",
        "editions/2023-05-05/page/2/index.html",
        "editions/2023-05-05/page/4/index.html",
    ];
    for path in others.iter().chain(&lists).chain(&numbered).chain(&editions) {
        there.insert(root.join(path).unwrap().to_string());
    }
    for (path, html) in pages() {
        let here = root.join(path).unwrap();
        for href in html.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap()) {
            let target = here.join(&href.replace("&amp;", "&")).unwrap();
            let canonical = html.contains(&format!("rel=\"canonical\" href=\"{href}\""));
            if target.as_str().starts_with(root.as_str()) && !canonical {
                let bare = target.as_str().split('#').next().unwrap().to_owned();
                let anchor = target.fragment().filter(|_| bare == here.as_str());
                assert!(anchor.is_none_or(|anchor| html.contains(&format!("id=\"{anchor}\""))), "{path}: {href}");
                // Every host that is cited has a page.
                let of_host = bare.starts_with(root.join("sources/").unwrap().as_str());
                assert!(there.contains(&bare) || bare.contains("cplusplus") || of_host, "{path}: {href} → {bare}");
            }
        }
    }
}

#[test]
fn what_input_brings_is_escaped() {
    let attack = "\"><script>alert(1)</script><a href=\"javascript:x\u{8}";
    let mut odd = item(0, attack);
    odd.edition.title = attack.to_owned();
    odd.edition.author = Some(attack.to_owned());
    odd.edition.permalink = Some("javascript:alert(1)".to_owned());
    odd.item.image_credit = Some(attack.to_owned());
    odd.item.images = vec!["javascript:alert(1)".to_owned(), format!("https://x.example/{attack}")];
    odd.item.comment_by = Some(attack.to_owned());
    odd.item.remark_html = "<p>ok</p>".to_owned();
    odd.item.text = attack.to_owned();
    odd.tags = vec![tag(attack)];
    odd.sources = vec![source(attack, "javascript:alert(1)", Verdict::Refused), source("", attack, Verdict::Gone)];
    odd.sources[1].archive = Some("javascript:alert(1)".to_owned());
    let mut edition = edition();
    edition.header = odd.edition.clone();
    edition.cover = Some("javascript:alert(1)".to_owned());
    let mut site = site();
    site.options.title = attack.to_owned();
    let items = [odd];
    let combined = publish::feed(&site, &channel(ChannelKind::Tag, attack), &items, None);
    for html in [
        text(publish::item_page(&site, &items[0], [None; 2])),
        text(publish::edition_page(&site, &edition, &items, &neighbours())),
        text(publish::list_page(&site, &channel(ChannelKind::Tag, attack), &items, &NEWEST, None)),
        text(publish::editions_page(&site, &[(edition.clone(), items.to_vec())], &NEWEST, &months())),
        text(publish::tag_index(&site, &[named(attack, 1)])),
        text(publish::source_index(&site, &[named(attack, 1)])),
        combined.entries[0].content_html.clone(),
    ] {
        // Of an item's page: data, which nothing runs.
        let html = html.replacen("<script type=\"application/ld+json\">", "", 1);
        assert!(
            !html.contains("<script") && !html.contains("href=\"javascript") && !html.contains("src=\"javascript"),
            "{html}"
        );
        assert!(!html.contains('\u{8}') && !html.contains("&quot;\""), "{html}");
    }
}

#[test]
fn old_pages_do_not_change_when_new_items_come() {
    let site = site();
    let page = |total| {
        let paging = Paging { number: Some(1), older: None, newer: Newer::Page(2), total };
        publish::list_page(&site, &channel(ChannelKind::Tag, "AI"), &items(), &paging, None).unwrap()
    };
    assert_eq!(page(100), page(101));
    assert_eq!(header(), items()[0].edition);
}

#[test]
fn the_stylesheet_is_plain() {
    let theme = publish::Theme::default();
    let css = std::str::from_utf8(theme.stylesheet()).unwrap();
    assert!(css.contains("prefers-color-scheme: dark") && !css.contains("url(") && !css.contains("@import"));
}
