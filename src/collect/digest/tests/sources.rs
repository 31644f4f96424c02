//! Which links become sources, however editors write them.

use super::*;

/// The source links of each item.
fn sources(markdown: &str) -> Vec<Vec<(String, String)>> {
    let (edition, complaints) = body_of(markdown);
    assert_eq!(complaints, [], "{markdown}");
    let pairs = |item: &crate::model::Item| {
        item.sources.iter().map(|source| (source.label.clone(), source.url.clone())).collect::<Vec<_>>()
    };
    edition.items.iter().map(pairs).collect()
}

fn source(label: &str, url: &str) -> (String, String) {
    (label.to_owned(), url.to_owned())
}

#[test]
fn the_link_of_a_heading_is_a_source() {
    for (heading, title, expected) in [
        ("### [内核发布](https://k.example/6)", "内核发布", vec![source("k.example", "https://k.example/6")]),
        ("### #2 [内核发布](https://k.example/6)", "内核发布", vec![source("k.example", "https://k.example/6")]),
        ("### [#2 内核发布](https://k.example/6)", "内核发布", vec![source("k.example", "https://k.example/6")]),
        (
            "### [甲](https://a.example/1) 与 [乙](https://b.example/2)",
            "甲 与 乙",
            vec![source("甲", "https://a.example/1"), source("乙", "https://b.example/2")],
        ),
        ("### ![图](/p.png) [甲](https://a.example/1)", "甲", vec![source("a.example", "https://a.example/1")]),
        (
            "### 见 https://a.example/x。",
            "见 https://a.example/x。",
            vec![source("https://a.example/x", "https://a.example/x")],
        ),
    ] {
        let (edition, complaints) = body_of(&format!("{heading}\n\n正文，见[旁证](https://c.example/)。\n"));
        let item = &edition.items[0];
        let found: Vec<_> = item.sources.iter().map(|s| source(&s.label, &s.url)).collect();
        assert_eq!((item.title.as_str(), found, item.source_kind), (title, expected, SourceKind::Heading), "{heading}");
        assert_eq!((item.body_links.len(), complaints.len()), (1, 0), "{heading}");
    }
    let both = sources("### [甲](https://a.example/1)\n\n正文。\n\n> via [乙](https://b.example/2)\n");
    assert_eq!(both, [[source("a.example", "https://a.example/1"), source("乙", "https://b.example/2")]]);
}

#[test]
fn source_lines_are_recognised_in_many_words() {
    for line in [
        "来源：[P](https://s.example/a)",
        "**来源：[P](https://s.example/a)**",
        "**[来源：P](https://s.example/a)**",
        "來源: [P](https://s.example/a)",
        "出处：[P](https://s.example/a)",
        "原文：[P](https://s.example/a)",
        "原文链接：[P](https://s.example/a)",
        "链接: [P](https://s.example/a)",
        "via：[P](https://s.example/a)",
        "Via [P](https://s.example/a)",
        "SOURCE: [P](https://s.example/a)",
        "From: [P](https://s.example/a)",
        "Link: [P](https://s.example/a)",
        "【来源】[P](https://s.example/a)",
        "（来源：[P](https://s.example/a)）",
        "(via [P](https://s.example/a))",
        "[来源：P](https://s.example/a)",
        "[原文] [P](https://s.example/a)",
        "消息来源：P（https://s.example/a）",
        "消息来源：P https://s.example/a",
        "来源：P，[原文](https://s.example/a)",
        "[P](https://s.example/a)",
    ] {
        for (item, before) in [("### 甲\n\n正文。\n\n", "> "), ("### 甲\n\n正文。\n\n> 老王点评：好。\n\n", "> ")]
        {
            let (edition, complaints) = body_of(&format!("{item}{before}{line}\n"));
            let item = &edition.items[0];
            let found: Vec<_> = item.sources.iter().map(|s| source(&s.label, &s.url)).collect();
            assert_eq!(found, [source("P", "https://s.example/a")], "{line}");
            assert_eq!((item.source_kind, complaints.len()), (SourceKind::Labelled, 0), "{line} {complaints:?}");
            assert_eq!(item.body_html, "<p>正文。</p>", "{line}");
            assert!(item.remark_html.is_empty() || item.remark_html == "<p>好。</p>", "{line}: {}", item.remark_html);
        }
    }
}

#[test]
fn source_lines_stand_outside_quotes_and_within_paragraphs_too() {
    let expected = [[source("P", "https://s.example/a")]];
    for markdown in [
        "### 甲\n\n正文。\n\n来源：[P](https://s.example/a)\n",
        "### 甲\n\n正文。\n来源：[P](https://s.example/a)\n",
        "### 甲\n\n正文。\n\nvia [P](https://s.example/a)\n",
        "### 甲\n\n> 来源：\n> [P](https://s.example/a)\n> 一句话。\n",
    ] {
        assert_eq!(sources(markdown), expected, "{markdown}");
    }
    let (edition, _) = body_of("### 甲\n\n正文。\n\n> 来源：[P](https://s.example/a)\n> 一句话。\n");
    assert_eq!(edition.items[0].remark_html, "<p>一句话。</p>");
}

#[test]
fn what_only_resembles_a_source_line_stays() {
    let long = "原文：他在[博客](https://b.example/)里写了很长的一段话，说他如何在一个周末里把整套系统从头到尾重写了一遍，又如何后悔。";
    for line in [
        long,
        "Viable [P](https://s.example/a) 与其他",
        "From what I saw [here](https://s.example/a) it works",
        "原文：某某说。",
    ] {
        let (edition, complaints) = body_of(&format!("### 甲\n\n正文。\n\n> {line}\n"));
        let item = &edition.items[0];
        assert_eq!((item.sources.len(), complaints.len()), (0, 0), "{line}");
        assert!(!item.remark_html.is_empty(), "{line}");
    }
    let (edition, complaints) = body_of("### 甲\n\n正文。\n\n> 消息来源：某某网站\n");
    assert_eq!(edition.items[0].sources, []);
    assert!(complaints[0].message.contains("某某网站"), "{complaints:?}");
    // A quote of nothing but a link with text behind it is part of the text.
    let (edition, _) = body_of("### 甲\n\n> [P](https://s.example/a)\n\n正文。\n\n> 来源：[Q](https://q.example/)\n");
    assert_eq!((edition.items[0].sources.len(), edition.items[0].body_links.len()), (1, 1));
}

#[test]
fn bare_addresses_are_links() {
    assert_eq!(
        sources("### 甲\n\n正文。\n\n> 消息来源：https://c.example/news/3。\n"),
        [[source("https://c.example/news/3", "https://c.example/news/3")]]
    );
    for (text, url) in [
        ("详见 https://b.example/docs（说明）了解更多。", "https://b.example/docs"),
        ("「https://b.example/a_b_c」", "https://b.example/a_b_c"),
        ("**https://b.example/x**。", "https://b.example/x"),
        ("https://b.example/_next_/x 后", "https://b.example/_next_/x"),
        ("https://b.example/*x*/y", "https://b.example/*x*/y"),
        ("https://b.example/路径/页", "https://b.example/路径/页"),
        ("- https://b.example/list", "https://b.example/list"),
        ("| 甲 |\n| --- |\n| https://b.example/cell |", "https://b.example/cell"),
    ] {
        let (edition, complaints) = body_of(&format!("### 甲\n\n{text}\n"));
        let item = &edition.items[0];
        assert_eq!(item.sources.iter().map(|s| s.url.as_str()).collect::<Vec<_>>(), [url], "{text}");
        assert_eq!((item.source_kind, complaints.len()), (SourceKind::Inline, 0), "{text}");
    }
    let (edition, _) =
        body_of("### 甲\n\n`https://a.example/` 与 <a href='https://b.example/'>https://b.example/</a>\n");
    assert_eq!(edition.items[0].sources.len(), 1);
}

#[test]
fn links_of_remarks_stay_in_the_remark() {
    for remark in [
        "老王点评：见[旧文](https://old.example/x)。",
        "老王点评：见 https://old.example/x。",
        "老王点评：好。\n>\n> 又见 <https://old.example/x>。",
        "没有署名，见[旧文](https://old.example/x)。",
    ] {
        let (edition, complaints) =
            body_of(&format!("### 甲\n\n正文。\n\n> 来源：[P](https://s.example/a)\n\n> {remark}\n"));
        let item = &edition.items[0];
        assert!(item.remark_html.contains("href=\"https://old.example/x\""), "{remark}: {}", item.remark_html);
        assert_eq!((item.sources.len(), item.body_links.len(), complaints.len()), (1, 0, 0), "{remark}");
    }
}

#[test]
fn a_remark_of_which_only_the_label_is_written_is_none() {
    let (edition, complaints) = body_of("### a\n\n一。\n\n> 编者点评：\n\n### b\n\n二。\n\n> 编者点评：\n\n> 好。\n");
    let remarks: Vec<_> =
        edition.items.iter().map(|item| (item.remark_html.as_str(), item.comment_by.as_deref())).collect();
    assert_eq!((remarks[0], remarks[1].1), (("", None), Some("编者")));
    assert!(remarks[1].0.contains("好。"));
    let [complaint] = &complaints[..] else { panic!("{complaints:?}") };
    assert_eq!(complaint.message, "the remark `编者点评：` is empty; it was left out");
    assert_eq!(complaint.place.line, Some(11));
}
