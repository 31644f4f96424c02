//! An item as Markdown says what its HTML says, and holds nothing that the sanitiser would not let through.

use super::*;
use comrak::{Arena, format_html, parse_document};

fn item_of(markdown: &str) -> Option<crate::model::Item> {
    let reading = read("post.md", format!("{HEAD}### 甲\n\n{markdown}\n").as_bytes(), &base());
    match reading.post {
        Post::Editions(mut read) => read.remove(0).edition.items.into_iter().next(),
        _ => None,
    }
}

/// Markdown as any reader of it would show it, raw HTML and all.
fn shown(markdown: &str) -> String {
    let (arena, options, mut html) = (Arena::new(), tree::options(), String::new());
    format_html(parse_document(&arena, markdown, &options), &options, &mut html).unwrap();
    html
}

fn bare(html: &str) -> String {
    html::text_of(html).split_whitespace().collect()
}

#[test]
fn an_item_stands_as_its_editor_wrote_it() {
    let item = item_of(
        "![图](/a.png)\n\n*（插图：MJ）*\n\n**重点：**第一段，[链接](/rel?a=1&b)。\n\n- 一\n- 二 `code`\n\n\
         > **[消息来源：P](https://p.example/)**\n\n> 老王点评：拭目以待。\n",
    );
    let item = item.unwrap();
    let body = "**重点：**第一段，[链接](https://digest.example/rel?a=1&b)。\n\n- 一\n- 二 `code`";
    assert_eq!((item.body_markdown.as_str(), item.remark_markdown.as_str()), (body, "拭目以待。"));
    assert_eq!(shown(&item.body_markdown).trim(), item.body_html);
}

#[test]
fn raw_html_leaves_its_harmless_rest() {
    for (written, markdown) in [
        ("这是<ruby>二层<rt>layer 2</rt></ruby>。", "这是<ruby>二层<rt>layer 2</rt></ruby>。"),
        ("水 H<sub onclick=\"x()\">2</sub>O", "水 H<sub>2</sub>O"),
        ("一个<a href=\"/x\" onclick='y'>链接</a>", "一个[链接](https://digest.example/x)"),
        ("一个<a href=\"javascript:x\">链接</a>", "一个链接"),
        ("<div>一<b>二</b><p>三 <i>四</i></p>五</div>", "一**二**\n\n三 *四*\n\n五"),
        ("一<span style='x'>二</span>", "一二"),
        ("<center>[x](javascript:alert(1))</center>", "\\[x\\](javascript:alert(1))"),
    ] {
        assert_eq!(item_of(written).unwrap().body_markdown, markdown, "{written}");
    }
}

#[test]
fn audio_and_video_that_an_item_links_to_are_its_files() {
    let item = item_of(
        "听<audio src=\"/1.mp3\"></audio>，读[书](https://b.example/b.pdf)，看[片](https://v.example/v.webm)。",
    );
    let files: Vec<_> =
        item.unwrap().attachments.into_iter().map(|file| (file.url, file.media_type.unwrap())).collect();
    let file = |url: &str, kind: &str| (url.to_owned(), kind.to_owned());
    let heard = file("https://digest.example/1.mp3", "audio/mpeg");
    assert_eq!(files, [heard, file("https://v.example/v.webm", "video/webm")]);
}

/// Pieces of posts, odd ones too.
fn piece() -> impl Strategy<Value = String> {
    let odd = [
        "<u>",
        "</u>",
        "<u>\n",
        "<b>",
        "</b>",
        "<ruby>",
        "<rt>",
        "</rt>",
        "</ruby>",
        "<div>",
        "</div>",
        "\n\n",
        "\n",
        "<img src=x onerror=alert(1)>",
        "\\<img src=x onerror=alert(1)\\>",
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "&lt;script&gt;",
        "<textarea>\n\n",
        "</textarea>",
        "<pre>\n",
        "</pre>",
        "<a href=\"javascript:x\">",
        "</a>",
        "<br>",
        "`",
        "**",
        "> ",
        "- ",
        "1. ",
        "# ",
        "| a | b |\n|---|---|\n| c | <i>d</i> |\n",
        "<!-- x -->",
        "<svg onload=alert(1)>",
        "<details open>",
        "![a](https://i.example/a.png)",
        "[b](https://l.example/b?c&d)",
        "\\",
        "<q>",
        "</q>",
        "    ",
        "[^1]",
        "\n[^1]: 注\n",
    ];
    prop_oneof![2 => proptest::sample::select(odd.to_vec()).prop_map(str::to_owned), 1 => "[a-z中，。<>&*_\\[\\]()!]{0,6}"]
}

proptest! {
    #[test]
    fn nothing_that_runs_gets_out_as_markdown(pieces in proptest::collection::vec(piece(), 0..14)) {
        let Some(item) = item_of(&pieces.concat()) else { return Ok(()) };
        for markdown in [&item.body_markdown, &item.remark_markdown] {
            let html = shown(markdown);
            let clean = Sanitiser::new(None).clean(&html);
            let lower = html.to_lowercase();
            for bad in ["<script", "<img src=\"x\"", "<img src=x", "<svg", "href=\"javascript", "<textarea", "<iframe"] {
                prop_assert!(!lower.contains(bad), "{markdown}\n{html}");
            }
            // What the sanitiser takes away has no words, and no sign of a handler.
            prop_assert_eq!(bare(&clean), bare(&html), "{}", markdown);
        }
    }

    #[test]
    fn plain_markdown_says_the_same_written_anew(words in proptest::collection::vec("[a-z中，。*_#!<>&()\\[\\]\\\\`~|+=.:-]{1,5}", 1..8)) {
        let Some(item) = item_of(&words.join(" ")) else { return Ok(()) };
        prop_assume!(!item.body_html.contains("<!--"));
        let bare_text = |html: &str| bare(html);
        prop_assert_eq!(bare_text(&shown(&item.body_markdown)), bare_text(&item.body_html), "{}", item.body_markdown);
    }
}
