//! Nothing vanishes: each block and each address that stands under an item is in it, or a complaint names it.

use super::*;

/// The item of a post of one item, and the messages about it.
fn read_item(markdown: &str) -> (crate::model::Item, Vec<String>) {
    let (edition, complaints) = body_of(&format!("### 甲\n\n{markdown}\n"));
    assert!(complaints.iter().all(|c| c.place.line.is_some() && c.place.column.is_some()), "{complaints:?}");
    (edition.items[0].clone(), complaints.into_iter().map(|c| format!("{}: {}", c.place, c.message)).collect())
}

/// Markdown, and what must be told about it.
fn assert_told(cases: &[(&str, &str)]) {
    for (markdown, told) in cases {
        let (item, messages) = read_item(markdown);
        assert_eq!(messages.len(), 1, "{markdown}: {messages:?}\n{}", item.body_html);
        assert!(messages[0].contains(told), "{markdown}: {messages:?}");
    }
}

fn assert_body(cases: &[(&str, &str)]) {
    for (markdown, html) in cases {
        let (item, messages) = read_item(markdown);
        assert_eq!((item.body_html.as_str(), messages), (*html, Vec::new()), "{markdown}");
    }
}

#[test]
fn what_no_rule_takes_is_named_with_its_place() {
    assert_told(&[
        ("正文<script>暗号</script>。", "post.md:9:1: the item does not hold these words of its text: `暗号`"),
        ("<style>p{}</style>", "`p`"),
        (
            "<div data-page=\"https://d.example/x\">正文</div>",
            "post.md:9:17: nothing of the item leads to the address `https://d.example/x`",
        ),
        ("<form action='https://f.example/'>正文</form>", "https://f.example/"),
        ("> 来源：[P](https://p.example/)，编译某人", "`编译某人`"),
        ("正文。\n\n[x]: https://unused.example/y", "https://unused.example/y"),
        ("正文。\n\n[^n]: 没人提到 https://note.example/。", "https://note.example/"),
    ]);
}

#[test]
fn comments_of_the_editor_are_his_own() {
    for markdown in
        ["正文。\n\n<!-- 留着 https://later.example/ -->", "正文<!-- 暗 -->。", "正文。\n\n<!--more-->\n\n> 一句话。"]
    {
        let (item, messages) = read_item(markdown);
        assert_eq!(messages, [""; 0], "{markdown}");
        assert!(!item.body_html.contains("<!--") && (!markdown.contains("一句话") || !item.remark_html.is_empty()));
    }
}

#[test]
fn markdown_of_other_kinds_is_no_loss() {
    assert_body(&[
        ("用[名][1]。\n\n[1]: https://r.example/x", "<p>用<a href=\"https://r.example/x\">名</a>。</p>"),
        ("`https://c.example/`", "<p><code>https://c.example/</code></p>"),
        (
            "[名](https://a.example/x\\_y?a=1&amp;b \"题\")",
            "<p><a href=\"https://a.example/x_y?a=1&amp;b\" title=\"题\">名</a></p>",
        ),
        ("[](https://a.example/x)", "<p><a href=\"https://a.example/x\">https://a.example/x</a></p>"),
        ("**粗**Open**AI**", "<p><strong>粗</strong>Open<strong>AI</strong></p>"),
    ]);
    let (item, messages) = read_item("> 甲点评：一。\n\n> 乙点评：二。");
    assert_eq!((item.comment_by.as_deref(), messages), (Some("甲"), Vec::new()));
    assert!(item.remark_html.contains("乙点评：二"), "{}", item.remark_html);
}

#[test]
fn links_that_would_lead_below_our_own_site_are_complaints() {
    assert_told(&[
        ("[x](www.d.example/x)", "`www.d.example/x` lacks its `https://`"),
        ("[x](d.example/x)", "`d.example/x` lacks"),
        ("[x](“https://d.example/”)", "begins with a quotation mark"),
        ("[x](https//d.example/)", "is no URL"),
        ("> **[消息来源：P](www.p.example/a)**", "www.p.example/a"),
        ("![](www.d.example/x.png)", "www.d.example/x.png"),
    ]);
    let (item, _) = read_item("[x](www.d.example/x) [y](/y.html)");
    assert_eq!(item.sources.iter().map(|s| s.url.as_str()).collect::<Vec<_>>(), ["https://digest.example/y.html"]);
}

#[test]
fn what_looks_like_markdown_and_is_none_is_named() {
    assert_told(&[
        ("![](图 片.png)", "`![](图 片.png)`"),
        ("前 [名](/a b) 后", "`[名](/a b)`"),
        ("[名]（/a）", "`[名]（/a）`"),
        ("{{< youtube abc >}}", "`{{< youtube abc >}}`"),
        ("{% raw %}正文", "`{% raw %}`"),
        ("正文 {{ page.title }}", "`{{ page.title }}`"),
        ("正文[^没有]。", "`[^没有]`"),
        ("Vec<T> 的写法", "`<T>`"),
    ]);
    for markdown in ["`{{ x }}` 与 `[a](b c)`", "```\n{% raw %}\n![](a b)\n```", "[a]（注）与 ] (b)"] {
        let (_, messages) = read_item(markdown);
        assert!(messages.iter().all(|m| m.contains("[a]（注）")), "{messages:?}");
    }
}

#[test]
fn titles_lose_nothing_in_silence() {
    for (heading, title, told) in [
        ("### 甲 {#jia}", "甲", "`{#jia}`"),
        ("### 甲 {.big #jia}", "甲", "`{.big #jia}`"),
        ("### 甲 {{< badge >}}", "甲 {{< badge >}}", "`{{< badge >}}`"),
        ("### Vec<T> 的新写法", "Vec<T> 的新写法", "`<T>`"),
        ("### Option<String>", "Option<String>", "`<String>`"),
    ] {
        let (edition, complaints) = body_of(&format!("{heading}\n\n正文。\n"));
        assert_eq!(edition.items[0].title, title);
        assert_eq!(complaints.len(), 1, "{heading}: {complaints:?}");
        assert!(complaints[0].message.contains(told) && complaints[0].place.line == Some(7), "{complaints:?}");
    }
    let (edition, complaints) = body_of("### 甲 {花括号} <b>粗</b>\n\n正文。\n");
    assert_eq!((edition.items[0].title.as_str(), complaints.len()), ("甲 {花括号} 粗", 0));
}

#[test]
fn footnotes_are_numbered_within_their_item() {
    let list = "<ol>\n<li>见<a href=\"https://n.example/\">注</a>。</li>\n</ol>";
    assert_body(&[(
        "正文[^n]。\n\n[^n]: 见[注](https://n.example/)。",
        &format!("<p>正文<sup>[1]</sup>。</p>\n{list}"),
    )]);
    let (edition, complaints) = body_of(
        "### 甲\n\n一[^b]二[^a]。\n\n> 点评：三[^a]。\n\n### 乙\n\n四[^a]。\n\n[^a]: 注甲。\n[^b]: 注乙，又见[^a]。\n",
    );
    assert_eq!(complaints, []);
    let (first, second) = (&edition.items[0], &edition.items[1]);
    assert!(
        first.body_html.contains("一<sup>[1]</sup>二<sup>[2]</sup>")
            && first.body_html.contains("<li>注乙，又见<sup>[2]</sup>。</li>")
    );
    assert!(first.remark_html.contains("三<sup>[1]</sup>") && first.remark_html.contains("<li>注甲。</li>"));
    assert!(second.body_html.contains("四<sup>[1]</sup>") && second.body_html.contains("<li>注甲。</li>"));
    assert!(!second.body_html.contains("注乙"));
}

#[test]
fn what_a_page_would_play_becomes_a_link() {
    for (raw, url, label) in [
        (
            "<video src=\"https://v.example/a.mp4\" controls></video>",
            "https://v.example/a.mp4",
            "https://v.example/a.mp4",
        ),
        ("看 <audio src='/a.mp3' title='录音'></audio>。", "https://digest.example/a.mp3", "录音"),
        ("<iframe src=\"//v.example/embed/1\"></iframe>", "https://v.example/embed/1", "//v.example/embed/1"),
        (
            "<div>\n<video><source src='https://v.example/b.mp4'></video>\n</div>",
            "https://v.example/b.mp4",
            "https://v.example/b.mp4",
        ),
        ("<embed src=\"https://v.example/c\">", "https://v.example/c", "https://v.example/c"),
    ] {
        let (item, messages) = read_item(raw);
        assert_eq!(messages, [""; 0], "{raw}");
        assert_eq!(item.sources.iter().map(|s| (s.url.as_str(), s.label.as_str())).collect::<Vec<_>>(), [(url, label)]);
        assert!(item.body_html.contains(&format!("<a href=\"{url}\">{label}</a>")), "{}", item.body_html);
    }
}

#[test]
fn fragments_of_raw_links_are_unwrapped() {
    for markdown in ["见 <a href=\"#top\">上文</a>。", "<p>见 <a href='#top'>上文</a>。</p>", "<A HREF=#x>上文</A>"]
    {
        let (item, messages) = read_item(markdown);
        assert!(!item.body_html.contains("href") && item.body_html.contains("上文"), "{}", item.body_html);
        assert_eq!((item.sources.len(), messages.len()), (0, 0));
    }
}

#[test]
fn pictures_keep_their_descriptions_and_their_places() {
    let pictures = |markdown: &str| {
        let (item, messages) = read_item(markdown);
        assert_eq!(messages, [""; 0], "{markdown}");
        (item.images, item.image_alts, item.placed_images, item.body_html)
    };
    let a = || "https://p.example/a.png".to_owned();
    let (images, alts, placed, html) = pictures("![一张图](https://p.example/a.png \"题\")\n\n正文。");
    assert_eq!(
        (images, alts, placed.len(), html.as_str()),
        (vec![a()], vec!["一张图 题".to_owned()], 0, "<p>正文。</p>")
    );
    for markdown in [
        "点 ![按钮](https://p.example/a.png) 开始。",
        "点 <img src=\"https://p.example/a.png\" alt=\"按钮\"> 开始。",
        "一。\n\n![按钮](https://p.example/a.png)\n\n二。",
        "- 点 ![按钮](https://p.example/a.png)",
        "<p>点 <img alt='按钮' src='https://p.example/a.png'></p>",
    ] {
        let (images, alts, placed, html) = pictures(markdown);
        assert_eq!((images, alts, placed), (vec![a()], vec!["按钮".to_owned()], vec![a()]), "{markdown}");
        assert!(html.contains("src=\"https://p.example/a.png\"") && html.contains("alt=\"按钮\""), "{html}");
    }
    for markdown in [
        "正文。\n\n![](https://p.example/a.png)\n\n> 点评：好。",
        "<p align=center><img src='https://p.example/a.png'></p>\n\n正文。",
    ] {
        let (images, _, placed, html) = pictures(markdown);
        assert_eq!((images, placed.len(), html.as_str()), (vec![a()], 0, "<p>正文。</p>"));
    }
    let (_, _, _, html) = pictures("[![大图](https://p.example/a.png)](https://l.example/)\n\n正文。");
    assert_eq!(html, "<p><a href=\"https://l.example/\">大图</a></p>\n<p>正文。</p>");
    let (_, _, _, html) = pictures("*（插图：某人）*\n\n正文。");
    assert!(html.contains("某人"), "a credit without a picture is text: {html}");
}

/// Pieces of posts; `W` stands for a word and `U` for an address that occur once.
const PIECES: [&str; 43] = [
    "W[^n]。

[^n]: W [W](U)",
    "W [W](U) W。",
    "W U（W）。",
    "<U>",
    "[W](U)\nW",
    "> W",
    "> 来源：[W](U)",
    "> **[消息来源：W](U)**",
    "> via U",
    "> [W](U)",
    "> W点评：W [W](U)。",
    "（来源：[W](U)）",
    "来源：W U",
    "###W",
    "##W\nW",
    "![W](U)",
    "W ![W](U \"W\") W",
    "![](W W.png)",
    "<video src=\"U\"></video>",
    "W <audio src='U' title='W'></audio> W",
    "<iframe src=U></iframe>",
    "<div>W <a href=\"U\">W</a></div>",
    "<script>W</script>",
    "[W](www.W.example/W)",
    "[W](“U”)",
    "W[^W]。",
    "[^W]: W [W](U)",
    "### [W](U)",
    "### W {#W}",
    "### W<W>",
    "### #1 [W](U) 与 [W](U)",
    "### W ![W](U)",
    "## W\n\nW [W](U)",
    "标签：W、W",
    "#W #W",
    "[W]: U",
    "{{< W \"U\" >}}",
    "- W\n- [W](U)\n  - U",
    "| W | W |\n| --- | --- |\n| U | [W](U) |",
    "```\nW U\n```",
    "[![W](U)](U)",
    "W **W**W *（插图：W）*",
    "W<W>W</W> \\*W `W`",
];

/// A post of pieces, with each of its words and addresses and the chunk of lines that it stands in.
fn post_of(pieces: &[(usize, bool)]) -> (String, Vec<(String, std::ops::RangeInclusive<u32>)>) {
    let (mut count, mut post, mut marks) = (0, format!("{HEAD}### 标题\n\n"), Vec::new());
    for (piece, joined) in pieces {
        let start = post.len();
        for c in PIECES[piece % PIECES.len()].chars() {
            count += usize::from(matches!(c, 'W' | 'U'));
            let mark = match c {
                'W' => format!("w{count}q"),
                'U' => format!("https://u{count}q.example/p"),
                c => {
                    post.push(c);
                    continue;
                }
            };
            // A description goes with its picture, which is known by its address.
            let describes = post.ends_with("![");
            let known_by = if describes { format!("https://u{}q.example/p", count + 1) } else { mark.clone() };
            marks.push((known_by, start));
            post.push_str(&mark);
        }
        post.push_str(if *joined { "\n" } else { "\n\n" });
    }
    let line_at = |at: usize| u32::try_from(post.get(..at).unwrap().matches('\n').count() + 1).unwrap();
    let chunk = |start: usize| {
        let begin = post.get(..start).unwrap().rfind("\n\n").map_or(0, |at| at + 2);
        let end = post.get(start..).unwrap().find("\n\n").map_or(post.len(), |at| start + at);
        line_at(begin)..=line_at(end)
    };
    let marks = marks.into_iter().map(|(mark, start)| (mark, chunk(start))).collect();
    (post, marks)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]
    #[test]
    fn nothing_vanishes_in_silence(pieces in proptest::collection::vec((0usize..PIECES.len(), any::<bool>()), 1..9)) {
        let (post, marks) = post_of(&pieces);
        let reading = read("post.md", post.as_bytes(), &base());
        let [ReadEdition { edition, .. }] = reading.editions() else { panic!("{post}") };
        let items = serde_json::to_string(&edition.items).unwrap();
        for (mark, lines) in marks {
            let is_named = |c: &Complaint| {
                c.message.contains(&mark) || c.help.contains(&mark) || c.place.line.is_some_and(|line| lines.contains(&line))
            };
            prop_assert!(
                items.contains(&mark) || reading.complaints.iter().any(is_named),
                "{} of\n{}\n{}\n{:#?}", mark, post, items, reading.complaints
            );
        }
    }
}
