//! What is read of pages.

use super::*;
use crate::verify::signs;

#[test]
fn title_headings_and_text_are_found() {
    let page = Page::read(
        "<!doctype html><html><head><title>\n A &amp; B\t</title><style>p{}</style><script>var t='<title>x</title>'</script>\
         </head><body><svg><title>icon</title></svg><nav><a href=/>Home</a></nav><h1>The <em>head</em></h1>\
         <p>Text one<br>two</p><footer>Foot</footer><noscript>Turn it on</noscript></body></html>",
    );
    assert_eq!(page.title, "A & B");
    assert_eq!(page.headings, ["The head"]);
    assert_eq!(page.text, "Home The head Text one two Foot");
    assert_eq!(page.scripts, 1);
    assert!(page.noscript);
    assert_eq!(page.prose, weight("The head Text one two"));
}

#[test]
fn what_is_hidden_is_not_read() {
    let page = Page::read(
        "<p>seen</p><div hidden><div>no</div><h1>404</h1></div><div style='display: none'>no</div>\
         <template><h1>404</h1></template><p>seen too</p>",
    );
    assert_eq!(page.text, "seen seen too");
    assert!(page.headings.is_empty());
}

#[test]
fn refreshes_are_read_as_browsers_read_them() {
    for (content, expected) in [
        ("0;url=/b", Some((0.0, "/b"))),
        ("3; URL='/b c'", Some((3.0, "/b c"))),
        ("1,url=\"b\"x", Some((1.0, "b"))),
        ("0.5; b", Some((0.0, "b"))),
        ("5", None),
        ("", None),
        ("soon; url=b", None),
        ("0; url=", None),
    ] {
        assert_eq!(refresh(content), expected.map(|(delay, to)| (delay, to.to_owned())), "{content}");
    }
    assert_eq!(Page::read("<meta http-equiv=Refresh content='0; url=/b'>").refresh, Some((0.0, "/b".to_owned())));
    assert_eq!(Page::read("<noscript><meta http-equiv=refresh content='0; url=/b'></noscript>").refresh, None);
}

#[test]
fn of_an_article_the_rest_is_left_unread() {
    let article = format!("<title>News</title><h1>News</h1>{}", "<p>A sentence of an article. </p>".repeat(60));
    let whole = Page::read(&article);
    assert!(whole.is_article());
    assert_eq!((whole.title.as_str(), whole.source.as_str()), ("News", ""));
    let long = Page::read(&format!("{article}{}", "<p>More of the same. </p>".repeat(1000)));
    assert_eq!(long, whole, "nothing of the rest was counted");
    // Whatever leads on is found all the same.
    for tag in ["<META Http-Equiv=refresh content='0; url=/b'>", "<p><meta http-equiv=refresh content='0; url=/b'>"] {
        assert_eq!(Page::read(&format!("{article}{tag}")).refresh, Some((0.0, "/b".to_owned())), "{tag}");
    }
    assert_eq!(Page::read(&format!("{article}<Base href=/b>")).base, Some("/b".to_owned()));
    let late = format!("{}<TITLE>Late</TITLE>", "<p>A sentence of an article. </p>".repeat(60));
    assert_eq!(Page::read(&late).title, "Late");
}

#[test]
fn hostile_pages_cost_little() {
    for page in [
        "<div>".repeat(50_000),
        "<a href='".repeat(20_000),
        "<h1>".repeat(50_000),
        "<title>".repeat(30_000),
        "<script>".repeat(30_000),
        "<".repeat(250_000),
        "&#x".repeat(80_000),
        "<b ".repeat(60_000),
    ] {
        let read = Page::read(&page);
        assert!(read.headings.len() <= KEPT_HEADINGS && read.title.len() <= KEPT_HEADING * 4);
    }
}

proptest::proptest! {
    #[test]
    fn nothing_that_is_served_panics(
        bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..400),
        pieces in proptest::collection::vec(0..PIECES.len(), 0..60),
    ) {
        let text = crate::verify::charset::text(&bytes, Some("text/html; charset=gb18030"));
        Page::read(&text);
        let page = pieces.into_iter().map(|at| PIECES[at]).collect::<String>();
        let page = Page::read(&(page + &text));
        proptest::prop_assert!(page.prose <= page.shown);
        let _ = (signs::missing_page(&page), signs::parked(&page, "example.org"), signs::login_page(&page));
        let _ = (signs::challenge_page(&page), signs::is_suspicious(&page), signs::drawn_by_script(&page));
    }
}

const PIECES: [&str; 26] = [
    "<a href=x>",
    "</a>",
    "<div hidden>",
    "</div>",
    "<title>",
    "</title>",
    "<script>",
    "</script>",
    "<h1>",
    "</h1>",
    "<svg/>",
    "<svg>",
    "</svg>",
    "<template>",
    "</template>",
    "404",
    "页面不存在",
    "<meta http-equiv=refresh content='",
    "0;url=",
    "\"'>",
    "<!--",
    "-->",
    "<p style='display: none'>",
    "İ",
    "</p>",
    "<input type=password>",
];

#[test]
fn weight_counts_what_is_said() {
    assert_eq!(weight("a b"), 2);
    assert_eq!((weight("\t\r\n\x0b\x0c "), weight("\u{85}\u{a0}\u{3000}"), weight("\x1c\x1f")), (0, 0, 2));
    assert_eq!(weight("开源"), 6);
}
