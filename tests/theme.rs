//! Themes: what a folder puts in the place of built-in templates, stylesheet and words; what is published anew for it; what
//! of it is wrong, and where.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail where it stands")]

mod support;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use support::{Site, noon, post};
use wellsourced::publish::{Theme, load_theme};

/// A site of some posts, in a language.
fn site(language: &str) -> Site {
    let site = Site::new("");
    site.configure(&format!("language = \"{language}\""), "");
    for number in 1..=3 {
        site.write(&format!("posts/{number}.md"), post(number, &[number * 10, number * 10 + 1]).markdown());
    }
    site
}

/// Names the theme's folder in the configuration.
fn with_theme(site: &Site) {
    let theme = format!("[publish]\ntheme = \"{}\"\n", site.path("theme").display());
    let text = std::fs::read_to_string(site.path("wellsourced.toml")).unwrap();
    site.write("wellsourced.toml", text.replace("[publish]\n", &theme));
}

fn page(site: &Site, path: &str) -> String {
    std::fs::read_to_string(site.path("feeds").join(path)).unwrap()
}

/// The built-in files by name.
fn built_in() -> BTreeMap<String, String> {
    let folder = tempfile::tempdir().unwrap();
    let paths = Theme::export(folder.path()).unwrap();
    paths.iter().map(|path| (name(path), std::fs::read_to_string(path).unwrap())).collect()
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}

/// A folder with these files.
fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        #[allow(clippy::disallowed_methods, reason = "a test makes its own theme")]
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

/// What is said of a theme of these files, less its folder.
fn refused(files: &[(&str, &[u8])]) -> String {
    let folder = folder(files);
    match load_theme(folder.path()) {
        Ok(_) => String::new(),
        Err(error) => error.to_string().replace(&format!("{}/", folder.path().display()), ""),
    }
}

#[test]
fn what_is_exported_is_what_is_built_in_and_nothing_is_overwritten() {
    let site = site("zh-CN");
    site.cycle(noon());
    let before = site.published();
    let output = site.binary(&["theme", "export", site.path("theme").to_str().unwrap()]);
    assert!(output.status.success(), "{output:?}");
    let told = String::from_utf8(output.stdout).unwrap();
    let paths: Vec<PathBuf> = told.lines().map(PathBuf::from).collect();
    assert!(paths.len() >= 13 && paths.iter().all(|path| path.is_file()), "{told}");
    with_theme(&site);
    let report = site.cycle(noon());
    assert_eq!((report.published.pages, report.published.feeds), (0, 0));
    assert_eq!(site.published(), before, "no byte and no time moves");
    site.write("theme/item.html", "mine");
    let output = site.binary(&["theme", "export", site.path("theme").to_str().unwrap()]);
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(1) && told.contains("is there already"), "{told}");
    assert_eq!(std::fs::read_to_string(site.path("theme/item.html")).unwrap(), "mine");
    let one = folder(&[("style.css", b"mine")]);
    assert!(Theme::export(one.path()).is_err() && std::fs::read_dir(one.path()).unwrap().count() == 1);
}

#[test]
fn a_changed_theme_is_on_every_page_and_an_unchanged_one_writes_nothing() {
    let site = site("en");
    with_theme(&site);
    site.write("theme/style.css", "body { color: red }\n");
    site.write(
        "theme/words.en.toml",
        "skip = \"Down <there>\"\nsubscribe_how = \"By <hand>\"\nsource = \"By <b> & *all*\"\n",
    );
    site.write("theme/README.md", "notes");
    site.cycle(noon());
    let first = site.published();
    assert_eq!(page(&site, "style.css"), "body { color: red }\n");
    for path in ["index.html", "editions/1/index.html", "tags/index.html", "status.html"] {
        assert!(page(&site, path).contains(">Down &#60;there&#62;</a>"), "{path}");
    }
    assert!(page(&site, "tags/ai/index.html").contains(">By &#60;hand&#62;</label>"));
    assert!(page(&site, "editions/index.html").contains("<p class=\"lead\">3 editions</p>"), "others stay");
    let entry = &site.feed("")["items"][0]["content_html"];
    assert!(entry.as_str().unwrap().contains("<p>By &lt;b&gt; &amp; *all*: <a "), "{entry}");
    assert!(page(&site, "rss.xml").contains(r"By \&#x3C;b\&gt; \&#x26; \*all\*: ["), "Markdown is escaped as such");
    let report = site.cycle(noon());
    assert_eq!((report.published.pages, report.published.feeds), (0, 0));
    assert_eq!(site.published(), first, "an unchanged theme writes nothing");
    let base = built_in()["base.html"].replace("<footer", "{% include \"mine.html\" %}<footer");
    site.write("theme/base.html", base);
    site.write("theme/mine.html", "<aside>{{ site.author }} {{ site.url }}</aside>");
    let report = site.cycle(noon());
    let pages = first.keys().filter(|path| path.extension().is_some_and(|extension| extension == "html")).count();
    assert_eq!((report.published.pages, report.published.feeds), (pages, 0));
    for path in first.keys().filter(|path| path.extension().is_some_and(|extension| extension == "html")) {
        let html = std::fs::read_to_string(path).unwrap();
        assert!(html.contains("<aside>Tests https://feeds.example/</aside><footer class"), "{html}");
    }
    std::fs::remove_dir_all(site.path("theme")).unwrap();
    let plain = self::site("en");
    plain.cycle(noon());
    site.write("theme/notes.txt", "no file of a theme");
    site.cycle(noon());
    let below = |site: &Site| -> BTreeMap<PathBuf, Vec<u8>> {
        let root = site.path("feeds");
        site.bytes().into_iter().map(|(path, bytes)| (path.strip_prefix(&root).unwrap().to_owned(), bytes)).collect()
    };
    assert_eq!(below(&site), below(&plain), "without a theme all is as if there had never been one");
}

/// Each wrong file with what is said of it.
fn assert_refused(files: &[(&str, &str, &str)]) {
    for (name, text, told) in files {
        let said = refused(&[(name, text.as_bytes())]);
        assert!(said.contains(told), "{name} {text:?}: {said:?}, and not {told:?}");
        assert!(said.contains("; "), "how to mend it: {said}");
    }
}

#[test]
fn a_wrong_template_is_told_with_its_place_and_how_to_mend_it() {
    let deep = (&*"{% if true %}".repeat(9999), &*format!("{{{{ {} }}}}", "(".repeat(9999)));
    for (content, told) in [
        ("{% if %}", "syntax error: "),
        ("{% if item %}", "syntax error: "),
        (deep.0, "syntax error: "),
        (deep.1, "syntax error: "),
        ("{{ item.titel }}", "`item.titel` is undefined; the README tells"),
        ("{% if itme %}x{% endif %}", "`itme` is undefined; "),
        ("{{ item.html|nice }}", "unknown filter: "),
        ("{% include \"no.html\" %}", "template not found: "),
        ("{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}", ""),
        ("{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}", "engine ran out of fuel; "),
        ("{{ words.more|fill(m=1) }}", "missing argument: "),
        ("{{ words.items|fill(n=1, m=1) }}", ""),
    ] {
        let text = format!("{{% extends \"base.html\" %}}\n\n{{% block content %}}{content}{{% endblock %}}\n");
        assert_refused(&[("item.html", &text, &format!("item.html:3: {told}"))]);
    }
    assert_refused(&[
        ("status.html", "\n{{ words.nothing }}", "status.html:2: `words.nothing` is undefined"),
        ("refusal.html", "\n{{ item.title }}", "refusal.html:2: `item` is undefined"),
        ("parts.html", "{% macro tags(list) %}{% endmacro %}", "(built in):"),
        ("base.html", "{% extends \"base.html\" %}", "base.html:1: "),
        ("parts.html", "\n{% include \"parts.html\" %}", "parts.html:2: "),
        ("itm.html", "", "itm.html: is no file of a theme, and no template of it names it; the nearest is item.html"),
        ("styles.css", "", "no template of it names it; the nearest is style.css"),
        ("words.de.toml", "", "words.de.toml: is no file of a theme"),
    ]);
    let large = vec![b' '; 600 * 1024];
    let said = refused(&[("style.css", &large)]);
    assert!(said.starts_with("style.css: is larger than 512 KiB"), "{said}");
    let said = refused(&[("style.css", b"a\nb\n\xff")]);
    assert!(said.starts_with("style.css:3: what stands here is not UTF-8"), "{said}");
    let folder = folder(&[]);
    std::fs::create_dir(folder.path().join("style.css")).unwrap();
    assert!(load_theme(folder.path()).unwrap_err().to_string().contains("style.css: is no file"));
}

#[test]
fn a_wrong_text_is_told_with_its_place_and_how_to_mend_it() {
    for (text, told) in [
        ("\nskip = ", "2: "),
        ("\nskpi = \"a\"", "2: unknown key `skpi`; the nearest known key is `skip`"),
        ("\n\nsince = \"{verdict} {dte}\"", "3: `since` lacks {date}; "),
        ("since = \"{verdict} {date} {n}\"", "1: nothing fills {n} in `since`"),
        ("skip = \"{n}\"", "1: nothing fills {n} in `skip`"),
        ("page = \"Page\"", "1: `page` lacks {n}"),
        ("page = { one = \"Page\" }", "1: a form of `page` is missing"),
        ("page = { one = \"a\", two = \"b\" }", "1: `page.two` is no form"),
        ("page = { one = \"a\", other = \"b\" }", "1: `page.other` lacks {n}"),
        ("skip = { one = \"a\" }", "1: `skip` is a text"),
        ("skip = 1", "1: `skip` is a text"),
        ("verdicts = \"a\"", "1: `verdicts` is a table of texts"),
        ("[verdicts]\ngon = \"a\"", "2: unknown key `verdicts.gon`"),
        ("skip = \"a\\nb\"", "1: `skip` holds a control character"),
    ] {
        for name in ["words.en.toml", "words.zh-CN.toml"] {
            assert_refused(&[(name, text, &format!("{name}:{told}"))]);
        }
    }
}

#[test]
fn what_may_be_otherwise_is_taken() {
    for (name, text) in [
        ("words.zh-CN.toml", "items = { one = \"一条\", other = \"共 {n} 条\" }\n[verdicts]\ngone = \"没了\"\n"),
        ("words.en.toml", "\u{feff}edition_count = \"Editions: {n}\"\r\n[refusals.404]\r\ntext = \"Away.\"\r\n"),
        (
            "item.html",
            "{% extends \"base.html\" %}{% block content %}{{ item.lang }}{{ item.number is defined }}{% endblock %}",
        ),
        ("notes.md", "{{ nonsense }}"),
        (".item.html.swp", "{{ nonsense }}"),
    ] {
        assert_eq!(refused(&[(name, text.as_bytes())]), "", "{name}");
    }
}

/// A template with each name that it prints or asks for misspelt in turn, and the line of it.
fn misspelt(text: &str) -> Vec<(String, usize)> {
    let mut found = Vec::new();
    for sign in ["{{ ", "{% if not ", "{% if "] {
        for (start, _) in text.match_indices(sign) {
            let (before, rest) = text.split_at(start + sign.len());
            let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "_.".contains(c))).unwrap();
            let (name, after) = rest.split_at(end);
            if name != "not" {
                found.push((format!("{before}{name}_{after}"), before.matches('\n').count() + 1));
            }
        }
    }
    found
}

/// Each name in each template is given in the trial: where one is misspelt, that is told with its line before anything is
/// published.
#[test]
fn every_misspelt_name_is_found_out_at_the_start() {
    let mut tried = 0;
    for (name, text) in built_in() {
        for (wrong, line) in misspelt(&text) {
            let said = refused(&[(&name, wrong.as_bytes())]);
            assert!(said.starts_with(&format!("{name}:{line}: ")), "{name}:{line}: {said:?}\n{wrong}");
            tried += 1;
        }
    }
    assert!(tried > 80, "{tried}");
}

#[test]
fn nothing_is_written_by_a_run_with_a_wrong_theme() {
    let site = site("zh-CN");
    with_theme(&site);
    for command in [vec!["--once", "--offline"], vec!["check"], vec!["status"]] {
        let output = site.binary(&command);
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(2) && told.contains("wellsourced.toml:"), "{command:?}: {told}");
        assert!(told.contains("is no folder; `wellsourced theme export FOLDER` makes one"), "{told}");
    }
    site.write("theme/item.html", "{{ item.titel }}");
    for command in [vec!["--once", "--offline"], vec!["check"], vec!["status"]] {
        let output = site.binary(&command);
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(
            output.status.code() == Some(2) && told.contains("theme/item.html:1: `item.titel` is undefined"),
            "{told}"
        );
    }
    assert!(!site.path("feeds").exists() && !site.path("store.db").exists());
}
