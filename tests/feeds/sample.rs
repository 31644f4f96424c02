//! A small site with everything that can differ between entries.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;
use wellsourced::model::{
    Channel, ChannelKind, CitedSource, EditionHeader, Home, Item, LinkKey, SourceKind, SourceLink, StoredEdition,
    StoredItem, Tag, Verdict, slug_of,
};
use wellsourced::publish::{Format, Icon, ItemLink, Language, Options, Site, Theme};

pub(crate) fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

pub(crate) fn site() -> Site {
    Site {
        id: Uuid::from_u128(0x5eed),
        options: Options {
            title: "每日观察".to_owned(),
            base_url: "https://observe.example.org/news/".parse().unwrap(),
            language: Language::ZhCn,
            author: "观察员".to_owned(),
            timezone: chrono_tz::Asia::Shanghai,
            formats: Format::ALL.to_vec(),
            items_per_feed: 50,
            item_link: ItemLink::Page,
            pictures: true,
            exact_keys: false,
            theme: Theme::default(),
            icon: Icon::default(),
        },
    }
}

pub(crate) fn channel(kind: ChannelKind, name: &str) -> Channel {
    let slug = if kind == ChannelKind::Tag { slug_of(name) } else { name.to_owned() };
    Channel { kind, slug, name: name.to_owned() }
}

pub(crate) fn tag(name: &str) -> Tag {
    Tag { name: name.to_owned(), slug: slug_of(name) }
}

pub(crate) fn source(label: &str, url: &str, verdict: Verdict) -> CitedSource {
    CitedSource {
        link: SourceLink { label: label.to_owned(), url: url.to_owned() },
        host: LinkKey::host_of(url).unwrap_or_default(),
        verdict,
        rule: String::new(),
        since: None,
        moved_to: None,
        archive: None,
    }
}

pub(crate) fn header() -> EditionHeader {
    EditionHeader {
        slug: "992".to_owned(),
        title: "硬核观察 #992 开源 AI 会是赢家吗？".to_owned(),
        number: Some(992),
        date: DateTime::parse_from_rfc3339("2023-05-05T20:50:03+08:00").unwrap(),
        author: Some("硬核老王".to_owned()),
        permalink: Some("https://linux.example/article-15784-1.html".to_owned()),
    }
}

/// An item with a body and nothing else; each number is a second older.
pub(crate) fn item(number: u32, title: &str) -> StoredItem {
    let published = at("2023-05-05T12:50:03Z") - TimeDelta::seconds(i64::from(number));
    StoredItem {
        id: Uuid::from_u128(0x100 + u128::from(number)),
        short_id: format!("item{number}"),
        home: Home::Page,
        edition: header(),
        position: number,
        item: Item {
            title: title.to_owned(),
            body_html: format!("<p>正文 {number}。</p>"),
            text: format!("{title}\n正文 {number}。"),
            source_kind: SourceKind::None,
            ..Item::default()
        },
        tags: Vec::new(),
        sources: Vec::new(),
        published,
        updated: published,
    }
}

/// Three items of one edition: everything at once; a dead, a moved and a blocked source; no source at all.
pub(crate) fn items() -> Vec<StoredItem> {
    let mut full = item(0, "谷歌内部备忘录：“开源 AI” <会是> 赢家 & 更多");
    full.item.images = vec!["https://img.example/a.jpg?x=1&y=2".to_owned(), "/relative.png".to_owned()];
    full.item.image_credit = Some("MJ：<AI>".to_owned());
    full.item.body_html =
        String::from("<p>正文，<a href=\"https://other.example/\">链接</a>。</p>\n<p>A &amp; B ]]&gt; C</p>");
    full.item.text = format!("{} 正文，链接。\nA & B ]]> C", full.item.title);
    full.item.remark_html = String::from("<p>拭目以待。</p>");
    full.item.comment_by = Some("老王".to_owned());
    full.item.body_markdown = String::from("正文，[链接](https://other.example/)。\n\nA & B \\]\\]\\> C");
    full.item.remark_markdown = String::from("拭目以待。");
    full.tags = vec![tag("AI"), tag("开源"), tag("C++")];
    full.sources = vec![
        source("Semi \"Analysis\" <blog>", "https://www.semianalysis.example/p/google?a=1&b=2", Verdict::Reachable),
        source("", "https://例子.example/路径", Verdict::Unchecked),
    ];
    full.updated = at("2023-05-06T01:02:03Z");
    let mut troubled = item(1, "X.Org 基金会接受 SFC 的管理");
    troubled.item.remark_html = String::from("<ul><li>没有名字</li></ul>");
    troubled.tags = vec![tag("X.Org")];
    let mut gone = source("死链", "https://gone.example/x", Verdict::Gone);
    gone.since = Some(at("2024-02-29T18:00:00Z"));
    gone.archive = Some("https://archive.example/web/2023/https://gone.example/x".to_owned());
    let mut moved = source("搬家", "https://old.example/x", Verdict::Moved);
    moved.since = Some(at("2024-01-01T00:00:00Z"));
    moved.moved_to = Some("https://new.example/x".to_owned());
    let mut failing = source("时好时坏", "https://flaky.example/x", Verdict::Failing);
    failing.since = Some(at("2024-01-01T00:00:00Z"));
    troubled.sources = vec![gone, moved, failing, source("门卫", "https://blocked.example/x", Verdict::Blocked)];
    vec![full, troubled, item(2, "没有来源的一条")]
}

pub(crate) fn edition() -> StoredEdition {
    StoredEdition {
        id: Uuid::from_u128(0x992),
        header: header(),
        headline: "开源 AI 会是赢家吗？".to_owned(),
        cover: Some("https://img.example/cover.jpg".to_owned()),
        tags: vec![tag("AI"), tag("开源"), tag("X.Org")],
        published: at("2023-05-05T12:50:03Z"),
        updated: at("2023-05-06T01:02:03Z"),
        more: 0,
    }
}
