//! What was visible stays visible: tables of every kind, and random trees of all of them.

use crate::collect::html::{images, sanitise, text_of};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use url::Url;

fn clean(html: &str) -> String {
    sanitise(html, Some(&Url::parse("https://example.org/a/").expect("a URL")))
}

fn assert_clean(cases: &[(&str, &str)]) {
    for (html, cleaned) in cases {
        assert_eq!(clean(html), *cleaned, "{html}");
        assert_eq!(clean(cleaned), *cleaned, "once more: {html}");
    }
}

#[test]
fn a_picture_is_shown_from_where_scripts_would_take_it() {
    assert_clean(&[
        ("<img alt=a src=data:x data-src=/r.jpg>", "<img src=\"https://example.org/r.jpg\" alt=\"a\">"),
        ("<img src=/blank.gif width=1 height=1 data-src=r.jpg>", "<img src=\"https://example.org/a/r.jpg\">"),
        ("<img src=//e.org/r.jpg width=9 data-src=/s.jpg>", "<img src=\"https://e.org/r.jpg\" width=\"9\">"),
        ("<img srcset='/a.jpg 1x, /b.jpg 2x'>", "<img src=\"https://example.org/b.jpg\">"),
        (
            "<picture><source type=image/webp srcset='/a.webp'><source srcset=/a.jpg><img alt=x></picture>",
            "<img src=\"https://example.org/a.jpg\" alt=\"x\">",
        ),
        ("<picture><source srcset=/a.jpg></picture>", "<img src=\"https://example.org/a.jpg\">"),
        ("<p>x</p><img src=data:image/gif;base64,R0>", "<p>x</p>"),
        ("<img><img src><img src='#'><img src=ftp://e.org/i>x", "x"),
        ("<img src=data:x alt='A view'>", "A view"),
        ("<img src='https://[x' alt=>y", "y"),
        ("<amp-img src=/r.jpg width=3></amp-img>", "<img src=\"https://example.org/r.jpg\" width=\"3\">"),
        ("<input type=image src=/r.jpg alt=go>", "<img src=\"https://example.org/r.jpg\" alt=\"go\">"),
    ]);
    assert_eq!(sanitise("<img src=/relative.jpg>x", None), "x");
}

#[test]
fn what_stands_in_noscript_is_markup_and_shown_once() {
    assert_clean(&[
        ("<noscript><img src=/n.jpg alt=n></noscript>", "<img src=\"https://example.org/n.jpg\" alt=\"n\">"),
        (
            "<img src=data:x data-src=/r.jpg alt=r><noscript><a href=/p><img src=https://example.org/r.jpg></a></noscript>",
            "<img src=\"https://example.org/r.jpg\" alt=\"r\">",
        ),
        (
            "<img src=data:x alt=r><noscript><img src=/r.jpg alt=r></noscript>",
            "<img src=\"https://example.org/r.jpg\" alt=\"r\">",
        ),
        ("<figure><noscript><p>a <b>b</b></noscript></figure>", "<figure><p>a <b>b</b></p></figure>"),
        ("a<noscript><img src=https://e.org/count width=1 height=1></noscript>b", "ab"),
        ("a<noscript><iframe src=https://e.org/ns.html style='display: none'></iframe></noscript>b", "ab"),
        (
            "<noscript><figure><video poster=/p.jpg><source src=/v.mp4></video></figure></noscript>",
            "<figure><a href=\"https://example.org/v.mp4\"><img src=\"https://example.org/p.jpg\" alt=\"\"></a></figure>",
        ),
    ]);
}

#[test]
fn a_player_or_frame_becomes_a_link() {
    assert_clean(&[
        (
            "<p>See</p><iframe src=https://www.youtube.com/embed/a1B2c3D4e5F></iframe>",
            "<p>See</p><p><a href=\"https://www.youtube.com/watch?v=a1B2c3D4e5F\">youtube.com/watch?v=a1B2c3D4e5F</a></p>",
        ),
        (
            "<p>a<iframe title='A  film' data-src=//player.vimeo.com/video/5></iframe>b</p>",
            "<p>a <a href=\"https://vimeo.com/5\">A film</a> b</p>",
        ),
        (
            "<figure><video poster=/p.jpg title=Talk src=v.mp4>No video here.</video><figcaption>c</figcaption></figure>",
            "<figure><a href=\"https://example.org/a/v.mp4\"><img src=\"https://example.org/p.jpg\" alt=\"Talk\"></a> \
             <figcaption>c</figcaption></figure>",
        ),
        (
            "<span><audio><source src=blob:x><source src=/%E9%9F%B3.ogg><source src=/b.mp3></audio></span>",
            "<span><a href=\"https://example.org/%E9%9F%B3.ogg\">example.org/音.ogg</a></span>",
        ),
        ("<video>Take <a href=/v.mp4>this</a></video>", "Take <a href=\"https://example.org/v.mp4\">this</a>"),
        ("<embed src=/e.swf>", "<p><a href=\"https://example.org/e.swf\">example.org/e.swf</a></p>"),
        ("<embed src=/e.png>", "<img src=\"https://example.org/e.png\">"),
        (
            "<object data=/d.pdf><p>Read <a href=/d.pdf>it</a></p></object>",
            "<p>Read <a href=\"https://example.org/d.pdf\">it</a></p>",
        ),
        (
            "<object><param name=movie value=/m.swf><embed src=/m.swf></object>",
            "<a href=\"https://example.org/m.swf\">example.org/m.swf</a>",
        ),
        ("<object data=/d.svg type=image/svg+xml>no</object>", "<img src=\"https://example.org/d.svg\">"),
        (
            "<a href=/p>x<iframe src=/f></iframe></a>y",
            "<a href=\"https://example.org/p\">x</a> <a href=\"https://example.org/f\">example.org/f</a>y",
        ),
        (
            "<lite-youtube videoid=a1B2c3D4e5F playlabel=Play></lite-youtube>",
            "<p><a href=\"https://www.youtube.com/watch?v=a1B2c3D4e5F\">Play</a></p>",
        ),
        ("a<iframe src=about:blank></iframe><iframe src=javascript:x></iframe><iframe>no</iframe>b", "ab"),
        (
            "<span>a<iframe src='/f'/><b>c</b></span>",
            "<span>a <a href=\"https://example.org/f\">example.org/f</a> <b>c</b></span>",
        ),
    ]);
}

#[test]
fn a_document_in_a_frame_is_shown() {
    assert_clean(&[
        (
            "<iframe src=/f srcdoc='<p>In &amp;amp; <img src=/i.png><script>x()</script></p>'></iframe>b",
            "<p>In &amp; <img src=\"https://example.org/i.png\"></p>b",
        ),
        ("<iframe srcdoc='<iframe srcdoc=&quot;deep&quot;></iframe>'></iframe>", "deep"),
    ]);
    let mut nested = "x".to_owned();
    for _ in 0..20 {
        nested = format!("<iframe srcdoc=\"{}\"></iframe>", nested.replace('&', "&amp;").replace('"', "&quot;"));
    }
    assert_eq!(clean(&nested), "");
}

#[test]
fn drawings_and_formulas_leave_their_text() {
    assert_clean(&[
        (
            "<svg><title>Rain</title><style>x{}</style><defs><text>no</text></defs><g><text x=1>May</text><text>June\
             <tspan>!</tspan></text></g></svg>after",
            "Rain May June! after",
        ),
        (
            "<p>Let <math><semantics><mrow><mi>x</mi><mo>=</mo><mn>1</mn></mrow><annotation>x=1</annotation></semantics>\
             </math>.</p>",
            "<p>Let x=1.</p>",
        ),
        (
            "<svg><image xlink:href=/i.png /><a xlink:href=/l><text>l</text></a><foreignObject><p>h</p></foreignObject></svg>",
            "<img src=\"https://example.org/i.png\"><a href=\"https://example.org/l\">l </a><p>h</p>",
        ),
        ("<svg><image href=data:x /><script>x()</script></svg>", ""),
        ("<math><mtext><b>bold</b><script>x()</script></mtext></math>", "<b>bold</b>"),
    ]);
}

#[test]
fn other_elements_keep_what_browsers_show() {
    assert_clean(&[
        ("<template><p>a</p></template>b", "b"),
        ("<x-card><template shadowrootmode=open><p>a</p></template>b</x-card>", "<p>a</p>b"),
        (
            "<details><summary>s</summary><video src=/v></video></details>",
            "<details><summary>s</summary><p>\
            <a href=\"https://example.org/v\">example.org/v</a></p></details>",
        ),
        ("<noembed><b>a</b></noembed><noframes><b>b</b></noframes><svg></svg>c", "c"),
        ("<xmp><b>a</b></xmp><audio></audio>", "<pre>&lt;b&gt;a&lt;/b&gt;</pre>"),
        ("<audio></audio><plaintext>a</b>", "<pre>a&lt;/b&gt;</pre>"),
    ]);
    assert_eq!(clean("<pre>\n\na</pre><svg></svg>"), "<pre>\na</pre>");
}

/// A piece of a page.
#[derive(Debug, Clone)]
enum Piece {
    Word,
    Picture(usize),
    Player(usize),
    Unseen(usize),
    Within(usize, Vec<Piece>),
}

const PICTURES: [&str; 12] = [
    "<img src=U alt=x>",
    "<img src=data:image/gif;base64,R0 data-src=U onerror=run()>",
    "<img class=lazy data-original='U'>",
    "<img src='' data-lazy-src=\"U\" data-src=true>",
    "<img src=/img/spacer.gif data-strange=U>",
    "<img srcset='data:x 9x, U 2x, /small.png 1x'>",
    "<img src=data:x data-srcset='/small.png 10w,U 20w'>",
    "<picture><source srcset=U><img></picture>",
    "<picture><source type=image/webp data-srcset='/s.png 1w, U 2w'></picture>",
    "<svg><image xlink:href=U onload=run() /></svg>",
    "<input type=image src=U>",
    "<amp-img src=U></amp-img>",
];

const PLAYERS: [&str; 8] = [
    "<iframe src=U onload=run()>hN</iframe>",
    "<iframe data-src=U></iframe>",
    "<iframe src=U />",
    "<video controls src=U>hN</video>",
    "<video><source src=blob:x><source src=U><track src=/t></video>",
    "<audio preload><source src=U>hN</audio>",
    "<embed src=U>",
    "<object data=U><param name=x value=hN></object>",
];

const UNSEEN: [&str; 9] = [
    "<script>hN run()</script>",
    "<style>hN{}</style>",
    "<template><b>hN</b></template>",
    "<!-- hN -->",
    "<noembed>hN</noembed>",
    "<svg><style>hN</style><script>hN</script><desc>hN</desc></svg>",
    "<math><annotation>hN</annotation></math>",
    "<img src=data:image/png;base64,x>",
    "<noscript><img src=https://e.org/hN width=1 height=1></noscript>",
];

/// Around `…`; what stands in an `srcdoc` is escaped.
const AROUND: [&str; 14] = [
    "<div onclick=run()>…</div>",
    "<p style='background:url(javascript:run())'>…</p>",
    "<span>…</span>",
    "<a href='javascript:run()'>…</a>",
    "<a href=https://e.org/l>…</a>",
    "<figure>…</figure>",
    "<noscript>…</noscript>",
    "<details><summary>…</summary></details>",
    "<x-card>…</x-card>",
    "<object data=data:x>…</object>",
    "<video src=blob:x>…</video>",
    "<template shadowrootmode=open>…</template>",
    "<svg><foreignObject>…</foreignObject></svg>",
    "<iframe srcdoc=\"…\"></iframe>",
];

fn piece() -> impl Strategy<Value = Piece> {
    let leaf = prop_oneof![
        2 => Just(Piece::Word),
        1 => (0..PICTURES.len()).prop_map(Piece::Picture),
        1 => (0..PLAYERS.len()).prop_map(Piece::Player),
        1 => (0..UNSEEN.len()).prop_map(Piece::Unseen),
    ];
    leaf.prop_recursive(5, 40, 5, |within| {
        ((0..AROUND.len()), prop::collection::vec(within, 0..5))
            .prop_map(|(around, pieces)| Piece::Within(around, pieces))
    })
}

/// What of a page is to be seen.
#[derive(Default)]
struct Page {
    words: Vec<String>,
    pictures: BTreeSet<String>,
    players: BTreeSet<String>,
    made: usize,
}

impl Page {
    fn html(&mut self, piece: &Piece) -> String {
        self.made += 1;
        let number = self.made;
        let fill = |form: &str, url: &str| form.replace('U', url).replace("hN", &format!("h{number}"));
        match piece {
            Piece::Word => {
                self.words.push(format!("w{number}"));
                format!(" w{number} &lt; ")
            }
            Piece::Picture(form) => {
                let url = format!("https://e.org/p{number}.png");
                self.pictures.insert(url.clone());
                fill(PICTURES[*form], &url)
            }
            Piece::Player(form) => {
                let url = format!("https://e.org/v{number}");
                self.players.insert(url.clone());
                fill(PLAYERS[*form], &url)
            }
            Piece::Unseen(form) => fill(UNSEEN[*form], ""),
            Piece::Within(around, pieces) => {
                let mut within = String::new();
                for piece in pieces {
                    write!(within, "{}", self.html(piece)).expect("a string");
                }
                let form = AROUND[*around];
                if form.contains("srcdoc") {
                    within = within.replace('&', "&amp;").replace('"', "&quot;");
                }
                form.replace('…', &within)
            }
        }
    }
}

proptest! {
    #[test]
    fn what_was_visible_stays_visible(pieces in prop::collection::vec(piece(), 1..6)) {
        let mut page = Page::default();
        let html: String = pieces.iter().map(|piece| page.html(piece)).collect();
        let cleaned = clean(&html);
        let text = text_of(&cleaned);
        let words: Vec<&str> = text.split_whitespace().filter(|word| word.starts_with('w')).collect();
        prop_assert_eq!(&words, &page.words, "{}\n{}", html, cleaned);
        prop_assert!(!text.split_whitespace().any(|word| word.starts_with('h')), "{}\n{}", html, cleaned);
        let pictures: BTreeSet<String> = images(&cleaned).into_iter().map(|(url, _)| url).collect();
        prop_assert_eq!(pictures, page.pictures, "{}\n{}", html, cleaned);
        let links: BTreeSet<String> =
            crate::collect::html::attributes(&cleaned, "a", "href").into_iter().map(|(url, _)| url).collect();
        prop_assert!(page.players.is_subset(&links), "{}\n{}", html, cleaned);
        for runs in ["<script", "run()", "javascript:", "data:", "blob:", "<style", "style=", " on", "<iframe", "srcdoc"] {
            prop_assert!(!cleaned.contains(runs), "{}: {}\n{}", runs, html, cleaned);
        }
        prop_assert_eq!(clean(&cleaned), cleaned.as_str(), "{}", html);
    }
}
