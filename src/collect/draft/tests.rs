//! Whole posts: what is written is read back as the items that were put in, in every form.

use super::*;
use crate::collect::digest::Profile;
use proptest::prelude::*;

fn now() -> DateTime<Utc> {
    "2026-11-27T01:00:00Z".parse().unwrap()
}

fn options() -> DigestOptions {
    DigestOptions::default()
}

const ZH: DraftWords =
    DraftWords { source: "消息来源", remark: Some("编者点评："), tags: "标签：", between: "、" };

fn known(path: &str, text: &str) -> KnownPost {
    known_by(path, text, &options())
}

fn known_by(path: &str, text: &str, options: &DigestOptions) -> KnownPost {
    let reading = digest::read(path, text.as_bytes(), options);
    let Post::Editions(mut read) = reading.post else { panic!("{path}: {:?}", reading.complaints) };
    KnownPost { path: path.to_owned(), text: text.to_owned(), edition: read.remove(0).edition }
}

fn next(posts: &[KnownPost], items: &[DraftItem]) -> NextPost {
    next_by(posts, items, &options())
}

fn next_by(posts: &[KnownPost], items: &[DraftItem], options: &DigestOptions) -> NextPost {
    DraftOf { options, site_title: "每日观察", words: ZH, posts }.next(now(), items)
}

fn post(day: u32, source: &str) -> KnownPost {
    let headline = ["红", "蓝", "绿"][day as usize % 3];
    let text = format!(
        "---\ntitle: '每日观察 #{day} {headline}'\ndate: '2026-11-{day} 20:30:00'\ntags:\n- AI\npermalink: /{day}.html\n---\n\n\
         ### 一\n\n正文。\n\n{source}\n\n> **老王点评**：好。\n\n### 二\n\n正文。\n"
    );
    known(&format!("2026/2026-11-{day}.md"), &text)
}

#[test]
fn the_next_post_is_as_the_last_ones() {
    let source = "> **[消息来源：某处](https://a.example/)**";
    let posts: Vec<KnownPost> = [24, 25, 26].map(|day| post(day, source)).into();
    let next = next(&posts, &[]);
    assert_eq!(next.path, "2026/2026-11-27.md");
    let item = "### \n\n\n\n> **[消息来源：]()**\n\n> **老王点评**：\n\n";
    let expected = format!(
        "---\ntitle: '每日观察 #27'\ndate: '2026-11-27 20:30:00'\ntags:\npermalink: /27.html\n---\n\n{}",
        item.repeat(3).trim_end().to_owned() + "\n"
    );
    assert_eq!(next.text, expected);
}

#[test]
fn what_is_left_empty_is_no_edition_and_told() {
    for posts in [vec![], vec![post(26, "来源：https://a.example/")]] {
        let next = next(&posts, &[]);
        let reading = digest::read(&next.path, next.text.as_bytes(), &options());
        assert_eq!(reading.post, Post::Broken, "{}", next.text);
        let told = reading.complaints.iter().filter(|complaint| complaint.message.contains("no title")).count();
        assert_eq!(told, 3, "{:?}", reading.complaints);
        let filled = next.text.replacen("### \n", "### 标题\n", 1).replacen("]()", "](https://a.example/)", 1);
        let reading = digest::read(&next.path, filled.as_bytes(), &options());
        assert!(matches!(reading.post, Post::Editions(_)), "{filled}: {:?}", reading.complaints);
    }
}

#[test]
fn the_source_is_written_as_in_the_last_post() {
    for source in [
        "> **[消息来源：某处](https://a.example/)**",
        "> 来源：[某处](https://a.example/)",
        "（via [某处](https://a.example/)）",
        "Source: [某处](https://a.example/)",
        "来源：https://a.example/",
    ] {
        let next = next(&[post(26, source)], &[sample("X")]);
        let expected = source.replace("某处", "Label X").replace("https://a.example/", "https://example.org/X");
        assert!(next.text.contains(&format!("\n{expected}\n")), "{source}:\n{}", next.text);
    }
    let headed = known(
        "2026-11-26.md",
        "---\ntitle: 每日观察\ndate: 2026-11-26\n---\n\n#### #1 [一](https://a.example/)\n\n正文。\n\n#### #2 [二](https://b.example/)\n",
    );
    let next = next(&[headed], &[sample("X")]);
    assert!(next.text.contains("\n#### #1 [Title X](https://example.org/X)\n\nText X\n"), "{}", next.text);
    assert!(!next.text.contains("消息来源"), "{}", next.text);
}

/// Digests in every form: the options of each, and its last post.
fn forms() -> Vec<(DigestOptions, Vec<KnownPost>)> {
    let headed = "---\ntitle: 每日观察\ndate: 2026-11-26\n---\n\n### [一](https://a.example/)\n\n正文。\n";
    let of = |profile: &str, text: Option<&str>| {
        let options = DigestOptions { profile: Box::new(Profile::built_in(profile).unwrap()), ..options() };
        let known = text.map(|text| known_by("2026-11-26.md", &format!("{HEAD}{text}"), &options));
        (options, known.into_iter().collect())
    };
    vec![
        (options(), vec![]),
        (options(), vec![post(26, "> **[消息来源：某处](https://a.example/)**")]),
        (options(), vec![post(26, "（via [某处](https://a.example/)）")]),
        (options(), vec![known("2026-11-26.md", headed)]),
        of("headings", None),
        of(
            "headings",
            Some(
                "## 🎉 [一](https://a.example/)\n\n正文。\n\n## [二](https://b.example/)\n\n正文。\n\n## [三](https://c.example/)\n",
            ),
        ),
        of("list", None),
        of("list", Some("## 工具\n\n* [一](https://a.example/) - 正文。\n* [二](https://b.example/) - 正文。\n")),
        of("numbered", None),
        of("numbered", Some("1、[一](https://a.example/)\n\n正文。\n\n2、[二](https://b.example/)\n\n正文。\n")),
    ]
}

const HEAD: &str = "---\ntitle: 每日观察 第 7 期\ndate: 2026-11-26\n---\n\n";

fn item() -> impl Strategy<Value = DraftItem> {
    let text = "[a-zA-Z0-9 <>&;*_`\\[\\]()#~|!.:/\\\\'\"{}^$=+-]{0,20}[一-龥ä🙂ب a-z]{1,8}[<>&;*_`\\[\\]()#~!.\\\\ -]{0,6}[a-z]";
    let url = "https://[a-z]{1,8}\\.example/[a-zA-Z0-9_~.()&=;*-]{0,12}[a-z]";
    let tags = prop::collection::vec("[一-龥A-Z][a-z一-龥 +]{0,6}[a-z]", 0..3);
    (text, url, "[A-Za-z*_<&\\[\\]`-]{0,6}[一-龥a-z]{1,6}", text, tags).prop_map(|(title, url, label, text, tags)| {
        // Numbers and pictures in front of a title, and lines of nothing but `#words`, mean something to the reader, escaped or
        // not.
        let line = |text: String| {
            let text = text.trim_start_matches(|c: char| !c.is_alphabetic());
            text.split_whitespace().collect::<Vec<_>>().join(" ")
        };
        DraftItem {
            title: line(title),
            url,
            label: line(label),
            text: line(text),
            tags: tags.into_iter().map(line).collect(),
        }
    })
}

#[test]
fn a_post_that_is_one_item_begins_with_a_source_line() {
    let options = DigestOptions { profile: Box::new(Profile::built_in("post").unwrap()), ..options() };
    let next = next_by(&[], &[], &options);
    assert!(next.text.ends_with("---\n\n\n\n> **[消息来源：]()**\n"), "{}", next.text);
    let filled =
        next.text.replace("\n\n\n> **[消息来源：]()", "\n\n正文。\n\n> **[消息来源：某处](https://a.example/)");
    let known = known_by(&next.path, &filled, &options);
    let item = &known.edition.items[0];
    assert_eq!((known.edition.items.len(), item.title.as_str()), (1, "每日观察"));
    assert_eq!((item.sources[0].label.as_str(), item.sources[0].url.as_str()), ("某处", "https://a.example/"));
}

/// A digest by a built-in profile with posts of these days and texts; gives the next one's text.
fn after(profile: &str, posts: &[(&str, &str)]) -> String {
    let options = DigestOptions { profile: Box::new(Profile::built_in(profile).unwrap()), ..options() };
    let known: Vec<KnownPost> = posts
        .iter()
        .map(|(day, text)| {
            let head = format!("---\ntitle: 每日观察\ndate: 2026-11-{day}\n---\n\n");
            known_by(&format!("2026-11-{day}.md"), &(head + text), &options)
        })
        .collect();
    let text = next_by(&known, &[], &options).text;
    text.split_once("---\n\n").unwrap().1.to_owned()
}

#[test]
fn the_headings_of_sections_are_written_with_an_item_below_each() {
    let list = "Hello.\n\n## 工具\n\n* [一](https://a.example/1) - 正文。\n\n## 招聘\n\n没有。\n\n# 文章\n\n## 译文\n\n* [二](https://a.example/2) - 正文。\n* [三](https://a.example/3)\n";
    assert_eq!(after("list", &[("26", list)]), "## 工具\n\n* []()\n\n# 文章\n\n## 译文\n\n* []()\n");
    let numbered = "## 工具\n\n1、[一](https://a.example/1)\n\n## 2026-11-26 的事\n\n2、[二](https://a.example/2)\n\n## 文章\n\n```\n## code\n```\n\n3、[三](https://a.example/3)\n";
    assert_eq!(after("numbered", &[("26", numbered)]), "## 工具\n\n1、[]()\n\n\n\n## 文章\n\n2、[]()\n");
    let anew = numbered.replace("3、", "1、");
    assert_eq!(after("numbered", &[("26", &anew)]), "## 工具\n\n1、[]()\n\n\n\n## 文章\n\n1、[]()\n");
    let headed = "## 工具\n\n### [一](https://a.example/1)\n\n#### 细节\n\n正文。\n\n### [二](https://a.example/2)\n";
    assert_eq!(after("headings", &[("26", headed)]), "## 工具\n\n### []()\n");
    let column = "## 今日\n\n### [一](https://a.example/1)\n\n正文。\n\n## 其他\n\n### [二](https://a.example/2)\n";
    assert_eq!(after("observation", &[("26", column)]), "## 今日\n\n### []()\n\n\n\n## 其他\n\n### []()\n");
}

#[test]
fn of_headings_those_stay_that_half_of_the_last_posts_have() {
    let section = |name: &str, at: u32| format!("## {name}\n\n* [T{at}](https://a.example/{at})\n\n");
    let texts = [
        section("工具", 1) + &section("文章", 2),
        section("工具", 3) + &section("文章", 4),
        section("工具", 5) + &section("特刊", 6),
    ];
    let posts: Vec<(&str, &str)> = ["24", "25", "26"].into_iter().zip(texts.iter().map(String::as_str)).collect();
    assert_eq!(after("list", &posts), "## 工具\n\n* []()\n\n## 文章\n\n* []()\n");
}

#[test]
fn a_first_post_has_the_number_that_its_profile_reads() {
    for (profile, title) in
        [("observation", "每日观察 #1"), ("headings", "每日观察 #1"), ("list", "每日观察 #1"), ("post", "每日观察")]
    {
        let options = DigestOptions { profile: Box::new(Profile::built_in(profile).unwrap()), ..options() };
        let next = next_by(&[], &[], &options);
        assert!(next.text.contains(&format!("title: '{title}'\n")), "{profile}: {}", next.text);
    }
    let mut profile = Profile::built_in("list").unwrap();
    profile.post.number.clear();
    let next = next_by(&[], &[], &DigestOptions { profile: Box::new(profile), ..options() });
    assert!(next.text.contains("title: '每日观察'\n"), "{}", next.text);
}

#[test]
fn what_is_left_empty_is_told_in_every_form() {
    for (options, posts) in forms() {
        let next = next_by(&posts, &[], &options);
        let reading = digest::read(&next.path, next.text.as_bytes(), &options);
        assert!(!matches!(reading.post, Post::Editions(_)), "{}\n{:?}", next.text, reading.post);
        assert!(!reading.complaints.is_empty(), "{}", next.text);
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(items in prop::collection::vec(item(), 1..5), form in 0_usize..10) {
        let (options, posts) = forms().swap_remove(form);
        let next = next_by(&posts, &items, &options);
        let reading = digest::read(&next.path, next.text.as_bytes(), &options);
        let Post::Editions(read) = reading.post else { panic!("{:?}\n{}", reading.complaints, next.text) };
        let edition = &read[0].edition;
        prop_assert_eq!(edition.items.len(), items.len(), "{}", next.text);
        for (read, item) in edition.items.iter().zip(&items) {
            prop_assert_eq!(&read.title, &item.title, "{}", next.text);
            prop_assert_eq!(&read.text, &format!("{}\n{}", item.title, item.text), "{}", next.text);
            let sources: Vec<&str> = read.sources.iter().map(|source| source.url.as_str()).collect();
            prop_assert_eq!(&sources, &[item.url.as_str()], "{}", next.text);
            if form < 3 || form == 4 {
                prop_assert_eq!(&read.sources[0].label, &item.label, "{}", next.text);
            }
            for tag in &item.tags {
                prop_assert!(read.tags.contains(tag), "{:?} {}", read.tags, next.text);
            }
        }
    }
}
