//! Pages to portraits.

use super::*;

fn portrait(html: &str, at: &str) -> Option<Portrait> {
    of(&Page::read(html), &Url::parse(at).unwrap())
}

#[test]
fn a_portrait_has_what_a_page_says_of_itself() {
    let html = r#"<!doctype html><html lang="en-GB"><head><title> Printing gets
        simpler - Paper </title><meta property="og:site_name" content="Paper &amp; Ink"><meta name=generator content="Hugo 0.120">
        <link rel=canonical href="https://www.ink.example/printing"><link rel=alternate hreflang=de href=/de/>
        <link rel=alternate hreflang=zh-Hans href=/zh/></head>
        <body><nav>menu</nav><h1>Printing</h1><p>The drivers are gone, and nobody misses them.</p></body></html>"#;
    let seen = portrait(html, "https://news.paper.example/printing").unwrap();
    let sketch = Sketch::of("Printing The drivers are gone, and nobody misses them.");
    let expected = Portrait {
        title: "Printing gets simpler - Paper".to_owned(),
        language: Some("en".to_owned()),
        site_name: Some("Paper & Ink".to_owned()),
        generator: Some("Hugo".to_owned()),
        domain: "paper.example".to_owned(),
        canonical: Some("ink.example".to_owned()),
        front: false,
        alternates: vec!["de".to_owned(), "zh".to_owned()],
        sketch,
        spam: None,
    };
    assert_eq!(seen, expected);
    let text = serde_json::to_string(&seen).unwrap();
    assert_eq!(serde_json::from_str::<Portrait>(&text).unwrap(), seen);
}

#[test]
fn the_script_says_more_than_the_declaration() {
    for (html, language) in [
        ("<html lang=en><title>打印系统发布新版</title><p>不再需要驱动，网络上的打印机都能用。", Some("zh")),
        ("<html lang=en><title>\u{65b0}しいプリンタ</title><p>ドライバはもういりません", Some("ja")),
        ("<title>Новая версия</title><p>Драйверы больше не нужны", Some("ru")),
        ("<html lang=pt-BR><title>Impress\u{e3}o</title>", Some("pt")),
        ("<html lang=''><title>Printing</title>", None),
        ("<html lang='javascript:x'><title>Printing</title>", None),
    ] {
        let seen = portrait(html, "https://paper.example/a").unwrap();
        assert_eq!(seen.language.as_deref(), language, "{html}");
    }
}

#[test]
fn pages_before_pages_have_none_and_none_is_large() {
    for html in ["", "<title>Cookie consent</title><p>We use cookies", "<div id=app></div><script src=a.js></script>"] {
        assert_eq!(portrait(html, "https://paper.example/"), None, "{html}");
    }
    let long = "a \u{4e2d}b ".repeat(20_000);
    let html = format!(
        "<html lang={long}><title>{long}</title><meta name=generator content='{long}'><meta property=og:site_name content='{long}'>
         {}<p>{long}", "<link rel=alternate hreflang=de>".repeat(5000)
    );
    let seen = serde_json::to_string(&portrait(&html, "https://paper.example/").unwrap()).unwrap();
    assert!(seen.len() < 1500, "{}", seen.len());
}

#[test]
fn what_is_advertised_is_told_by_the_phrase_of_the_table() {
    let html = "<title>Situs Slot Gacor</title><meta name=description content='Judi Online & RTP slot'>";
    assert!(portrait(html, "https://paper.example/").unwrap().spam.is_some());
    let article = "<title>Why online casinos advertise</title><p>A report on sports betting and free spins.";
    assert_eq!(portrait(article, "https://paper.example/").unwrap().spam, None);
}
