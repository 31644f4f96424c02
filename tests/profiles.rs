//! Digests of other forms than the observation column's: what the built-in profiles read, what a configuration changes, and
//! that ids stay what they are.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail where it stands")]

mod support;

use serde_json::Value;
use std::path::Path;
use support::{Site, noon};
use wellsourced::collect::digest::{self, BUILT_IN, DigestOptions, Profile, Reading};
use wellsourced::config::{self, Environment};
use wellsourced::model::Item;

fn read_by(profile: &str, path: &str, text: &str) -> Reading {
    let profile = Box::new(Profile::built_in(profile).expect("a built-in profile"));
    digest::read(path, text.as_bytes(), &DigestOptions { profile, ..DigestOptions::default() })
}

fn items(reading: &Reading) -> Vec<&Item> {
    reading.editions().iter().flat_map(|read| &read.edition.items).collect()
}

/// Title, first source, body's text.
fn told(reading: &Reading) -> Vec<(String, Option<String>, String)> {
    let body = |item: &Item| item.text.split_once('\n').map_or("", |(_, body)| body).trim().to_owned();
    let source = |item: &Item| item.sources.first().map(|source| source.url.clone());
    items(reading).into_iter().map(|item| (item.title.clone(), source(item), body(item))).collect()
}

fn row(title: &str, source: &str, body: &str) -> (String, Option<String>, String) {
    (title.to_owned(), Some(source).filter(|source| !source.is_empty()).map(str::to_owned), body.to_owned())
}

#[test]
fn the_samples_are_read_without_a_complaint() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/profiles");
    for profile in BUILT_IN {
        let posts: Vec<_> =
            std::fs::read_dir(folder.join(profile)).expect(profile).map(|post| post.unwrap().path()).collect();
        assert!(!posts.is_empty(), "{profile}");
        for post in posts {
            let text = std::fs::read_to_string(&post).expect("a post");
            let reading = read_by(profile, &post.display().to_string(), &text);
            assert_eq!(reading.complaints, [], "{}", post.display());
            let items = items(&reading);
            assert!(items.len() >= if profile == "post" { 1 } else { 2 }, "{}", post.display());
            assert!(items.iter().all(|item| !item.sources.is_empty()), "{}", post.display());
        }
    }
}

#[test]
fn the_configurations_of_known_digests_can_be_used() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/profiles");
    let files = std::fs::read_dir(folder).expect("the examples").map(|entry| entry.unwrap().path());
    let configurations: Vec<_> = files.filter(|path| path.extension().is_some_and(|ending| ending == "toml")).collect();
    assert!(configurations.len() >= 8);
    for path in configurations {
        let settings = config::load(&path, &Environment::default()).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!((settings.cycle.inputs.len(), settings.profiles.len()), (1, 1), "{}", path.display());
    }
}

#[test]
fn entries_of_a_list_are_items() {
    let text = "---\ntitle: Issue 12\ndate: 2026-05-01\n---\nHello!\n\n## News\n\n\
        * [A compiler](https://a.example/1) - faster by half\n* [video] [A talk](https://a.example/2)\n\
        * Text before: <https://a.example/3>\n* No link here\n* **[Bold](https://a.example/4)**\n\n  > Somebody says so.\n\n\
        ![](https://a.example/p.png)\n";
    let reading = read_by("list", "p.md", text);
    assert_eq!(
        told(&reading),
        [
            row("A compiler", "https://a.example/1", "faster by half"),
            row("[video] A talk", "https://a.example/2", ""),
            row("Text before", "https://a.example/3", ""),
            row("Bold", "https://a.example/4", "Somebody says so."),
        ],
        "{:?}",
        reading.complaints
    );
    assert_eq!(reading.editions()[0].edition.number, Some(12));
    assert_eq!(items(&reading)[3].images, ["https://a.example/p.png"]);
    let [complaint] = &reading.complaints[..] else { panic!("{:?}", reading.complaints) };
    assert!(complaint.message.contains("this entry has no link") && complaint.message.contains("`No link here`"));
}

#[test]
fn numbered_paragraphs_are_items() {
    let text = "# 周报（第 7 期）：标题\n\n## 工具\n\n1、[2048.cpp](https://a.example/1)\n\n一个游戏。（[via](https://b.example/2)）\n\n\
        2、[第二个](https://a.example/2)（英文）\n\n（[@somebody](https://b.example/u) 投稿）\n\n## 言论\n\n1、\n\n一句话。后一句。\n\n\
        -- [某人](https://a.example/3)\n";
    let reading = read_by("numbered", "2026-05-01.md", text);
    assert_eq!(
        told(&reading),
        [
            row("2048.cpp", "https://a.example/1", "一个游戏。（via）"),
            row("第二个", "https://a.example/2", "（英文） （@somebody 投稿）"),
            row("一句话", "https://a.example/3", "一句话。后一句。 -- 某人"),
        ],
        "{:?}",
        reading.complaints
    );
    let edition = &reading.editions()[0].edition;
    assert_eq!((edition.number, edition.date.to_rfc3339().as_str()), (Some(7), "2026-05-01T00:00:00+08:00"));
    assert_eq!(edition.title, "周报（第 7 期）：标题");
}

#[test]
fn an_address_that_ends_a_line_goes_before_links_within_its_words() {
    let rules = "base = \"numbered\"\n[profiles.own.items]\npattern = '^\\[[^\\]]{1,12}\\]'\nstrip = ['^\\[(?<tag>[^\\]]+)\\]\\s*']\n";
    let text = "[类库] 一个动画库，先看 [演示](https://d.example/demo)：<https://c.example/lib>\n\n\
        [工具] [首先](https://a.example/1)是链接：<https://b.example/2>\n\n[文章] 见 [此处](https://a.example/3)的说明\n\n\
        [视频] 报告：<https://a.example/4>，解读：<https://b.example/5>\n";
    let reading = read_as(rules, text);
    let found: Vec<_> = told(&reading).into_iter().map(|(title, source, _)| (title, source.unwrap())).collect();
    let item = |title: &str, source: &str| (title.to_owned(), source.to_owned());
    assert_eq!(
        found,
        [
            item("一个动画库，先看 演示", "https://c.example/lib"),
            item("首先", "https://a.example/1"),
            item("见 此处的说明", "https://a.example/3"),
            item("报告", "https://a.example/4"),
        ],
        "{:?}",
        reading.complaints
    );
    assert_eq!(items(&reading)[0].body_links[0].url, "https://d.example/demo");
    assert_eq!(reading.complaints, []);
}

/// A post read as a configuration's profile says.
fn read_as(rules: &str, text: &str) -> Reading {
    let site = Site::new("");
    let path = site.path("own.toml");
    let written = format!(
        "[site]\ntitle = \"S\"\nbase_url = \"https://s.example/\"\n\n[[inputs]]\nname = \"D\"\ndigest = \"posts/*.md\"\n\
        profile = \"own\"\n\n[profiles.own]\n{rules}"
    );
    site.write("own.toml", written);
    let settings = config::load(&path, &Environment::default()).unwrap_or_else(|error| panic!("{error}"));
    let profile = Box::new(settings.profiles["own"].profile.clone());
    digest::read("2026-05-01.md", text.as_bytes(), &DigestOptions { profile, ..DigestOptions::default() })
}

#[test]
fn a_remark_and_a_credit_are_what_their_patterns_say() {
    let rules = "base = \"numbered\"\nremark_pattern = '^(?<name>[^：]{1,6})说：'\ncredit_pattern = '^图源：(.+)$'\n";
    let text = "1、[甲](https://a.example/1)\n\n![](https://a.example/p.png)\n\n图源：某人\n\n正文。\n\n小编说：不错。\n\n\
        2、[乙](https://a.example/2)\n\n> 客人说：也好。\n\n正文乙。\n\n> 老王点评：这里不是。\n";
    let reading = read_as(rules, text);
    let found: Vec<_> = items(&reading)
        .into_iter()
        .map(|item| (item.comment_by.as_deref(), item.remark_html.as_str(), item.image_credit.as_deref()))
        .collect();
    assert_eq!(
        found,
        [
            (Some("小编"), "<p>不错。</p>", Some("某人")),
            // What is no remark by the pattern goes on with the one that it follows, as a quote.
            (Some("客人"), "<p>也好。</p>\n<p>老王点评：这里不是。</p>", None)
        ],
        "{:?}",
        reading.complaints
    );
    assert_eq!(reading.complaints, []);
    let without =
        read_as("base = \"numbered\"\nremark = \"none\"\nremark_pattern = '^(?<name>[^：]{1,6})说：'\n", text);
    assert!(items(&without).iter().all(|item| item.remark_html.is_empty()), "{:?}", without.complaints);
}

#[test]
fn pictures_belong_to_the_item_before_or_behind_them() {
    let text = "![](https://a.example/1.png)\n\n1、[甲](https://a.example/1)\n\n正文。\n\n![](https://a.example/2.png)\n\n\
        2、[乙](https://a.example/2)\n\n## 工具\n\n![](https://a.example/3.png)\n\n3、[丙](https://a.example/3)\n";
    let pictures = |before: bool| -> Vec<String> {
        let rules = format!("base = \"numbered\"\n[profiles.own.items]\npictures_before = {before}\n");
        let reading = read_as(&rules, text);
        items(&reading).into_iter().map(|item| item.images.join(" ")).collect()
    };
    assert_eq!(pictures(true), ["https://a.example/1.png", "https://a.example/2.png", "https://a.example/3.png"]);
    assert_eq!(pictures(false), ["https://a.example/2.png", "", ""]);
}

#[test]
fn what_is_no_link_to_markdown_is_named_and_no_source() {
    for (text, source, complaint) in [
        (
            "见 [Red\n\nNotes](http://a.example/Red\\\\_Hat) 后",
            None,
            "ends a link that does not begin in its paragraph",
        ),
        ("[小图\n\n大图](http://a.example/x.png)](http://a.example/y.png)", None, "ends a link"),
        ("尺 http://------ 后", None, ""),
        ("<!-- 旧](http://a.example/old)-->\n\n后 [甲](http://b.example/)", Some("http://b.example/"), ""),
        (
            "看 [甲](http://b.example/) 和 [![](http://a.example/p.png)](http://b.example/)",
            Some("http://b.example/"),
            "",
        ),
        ("[![](http://a.example/p.png)](http://b.example/) 和 [甲](http://c.example/)", Some("http://c.example/"), ""),
        ("glued Routerhttp://a.example/x", Some("http://a.example/x"), ""),
    ] {
        let reading = read_by("post", "p.md", &format!("---\ntitle: 标题\ndate: 2026-05-01\n---\n{text}\n"));
        let found = items(&reading)[0].sources.first().map(|source| source.url.as_str());
        assert_eq!(found, source, "{text} {:?}", reading.complaints);
        assert_eq!(reading.complaints.is_empty(), complaint.is_empty(), "{text} {:?}", reading.complaints);
        assert!(reading.complaints.iter().all(|found| found.message.contains(complaint)), "{text}");
    }
}

#[test]
fn a_source_in_brackets_behind_a_title_is_no_part_of_it() {
    let text = "---\ntitle: Digest\ndate: 2026-05-01\n---\n1、标题一。（[via](https://a.example/1)）\n\n正文。\n\n\
        2、标题二 (via [某处](https://a.example/2))。\n\n3、标题三（[英文](https://a.example/3)）\n\n4、（[via](https://a.example/4)）\n";
    let reading = read_by("numbered", "p.md", text);
    assert_eq!(
        told(&reading)[..3],
        [
            row("标题一。", "https://a.example/1", "正文。"),
            row("标题二", "https://a.example/2", ""),
            row("标题三（英文）", "https://a.example/3", ""),
        ],
        "{:?}",
        reading.complaints
    );
    assert_eq!(items(&reading)[1].sources[0].label, "某处");
    let text = "---\ntitle: Digest\ndate: 2026-05-01\n---\n## 标题（来自 [某处](https://a.example/1)）\n\n正文。\n";
    let reading = read_by("headings", "p.md", text);
    assert_eq!(told(&reading), [row("标题", "https://a.example/1", "正文。")]);
    assert_eq!(reading.complaints, []);
}

#[test]
fn headings_of_two_levels_are_items_or_divide() {
    let text = "+++\ntitle = \"Digest\"\ndate = 2026-05-01\n+++\n## Section\n\n### [One](https://a.example/1)\n\nText.\n\n## Two\n\n\
        More, [from](https://a.example/2) there.\n\n#### Below\n\nStill two.\n";
    let reading = read_by("headings", "p.md", text);
    assert_eq!(
        told(&reading),
        [
            row("One", "https://a.example/1", "Text."),
            row("Two", "https://a.example/2", "More, from there. Below Still two.")
        ],
        "{:?}",
        reading.complaints
    );
}

#[test]
fn a_post_is_its_item() {
    let text = "Title: A thing\nDate: 2026-05-01\nTags: one, two\n\n[![](https://a.example/p.png)](https://a.example/big.png)\n\n\
        It is [there](https://a.example/1), said [him](https://a.example/2).\n\n{ via\n[Her](https://a.example/3) }\n";
    let reading = read_by("post", "p.md", text);
    let [item] = items(&reading)[..] else { panic!("{reading:?}") };
    assert_eq!((item.title.as_str(), item.sources[0].url.as_str()), ("A thing", "https://a.example/3"));
    let links: Vec<&str> = item.body_links.iter().map(|link| link.url.as_str()).collect();
    assert!(links.contains(&"https://a.example/1") && links.contains(&"https://a.example/2"), "{links:?}");
    let without = read_by("post", "p.md", &text.replace("{ via\n[Her](https://a.example/3) }", ""));
    assert_eq!(items(&without)[0].sources[0].url, "https://a.example/1");
}

#[test]
fn what_no_profile_takes_is_named() {
    let text = "---\ntitle: a\ndate: 2026-05-01\n---\n## Links\n\n* [One](https://a.example/1)\n\n## Text\n\nA paragraph with \
        [a link](https://a.example/2).\n";
    let reading = read_by("list", "p.md", text);
    let [complaint] = &reading.complaints[..] else { panic!("{:?}", reading.complaints) };
    assert!(
        complaint.message.contains("under `Text` no item begins") && complaint.message.contains("https://a.example/2")
    );
    let none = read_by("list", "2026-05-01.md", "# Title\n\nOnly text.\n");
    assert!(none.editions().is_empty());
    let unread = read_by("list", "p.md", "---\ntitle: a\ndate: 2026-05-01\n---\nOnly text.\n");
    assert!(unread.complaints.iter().any(|complaint| complaint.message.contains("finds no item")), "{unread:?}");
}

#[test]
fn what_is_left_empty_or_ends_an_item_is_no_item_and_no_text() {
    let text = "# 周报\n\n1、[甲](https://a.example/1)\n\n一。\n\n2、：<>\n\n4、[](https://a.example/4)\n\n3、[乙](https://a.example/2)\n\n二。\n\n<p>上一期</p>\n";
    let mut profile = Profile::built_in("numbered").expect("a built-in profile");
    profile.items.until.push(digest::TextPattern(regex::Regex::new("^上一期").unwrap()));
    let options = DigestOptions { profile: Box::new(profile), ..DigestOptions::default() };
    let reading = digest::read("2026-05-01.md", text.as_bytes(), &options);
    assert_eq!(told(&reading), [row("甲", "https://a.example/1", "一。"), row("乙", "https://a.example/2", "二。")]);
    let untitled = reading.complaints.iter().filter(|complaint| complaint.message.contains("has no title"));
    assert_eq!(untitled.count(), 2, "{reading:?}");
}

/// What may stand in an item, with an address or a word of its own for `N`.
const PIECES: [&str; 14] = [
    "wordN",
    "[wordN](https://a.example/uN)",
    "https://a.example/uN",
    "<https://a.example/uN>",
    "**[wordN](https://a.example/uN)**",
    "（[via](https://a.example/uN)）",
    "（[@wordN](https://a.example/uN) 投稿）",
    "[![wordN](https://a.example/pN.png)](https://a.example/uN)",
    "`wordN`",
    "\n  > wordN [x](https://a.example/uN)\n\n  ",
    "\n  wordN\n  ",
    "来源：[wordN](https://a.example/uN)",
    "\n  * inner wordN <https://a.example/uN>\n\n  ",
    "：",
];

proptest::proptest! {
    /// Rule 4 of the design: each address and word of an item is taken or named, whatever the profile.
    #[test]
    fn nothing_of_an_item_vanishes_in_silence(
        entries in proptest::collection::vec(proptest::collection::vec(0..PIECES.len(), 1..5), 1..5),
        profile in proptest::sample::select(&["list", "numbered", "headings", "post"][..]),
    ) {
        let mut text = "---\ntitle: Digest\ndate: 2026-05-01\n---\n".to_owned();
        let mut count = 10;
        for pieces in entries {
            text.push_str(match profile {
                "list" => "* [start](https://a.example/start) ",
                "numbered" => "1、[start](https://a.example/start) ",
                "headings" => "## start\n\n",
                _ => "",
            });
            for piece in pieces {
                count += 1;
                text = text + &PIECES[piece].replace('N', &count.to_string()) + " ";
            }
            text.push_str("\n\n");
        }
        let reading = read_by(profile, "p.md", &text);
        let told = format!("{:?}{:?}", reading.editions(), reading.complaints);
        let marks = regex::Regex::new(r"(?:word|/u)\d+").unwrap();
        for mark in marks.find_iter(&text) {
            proptest::prop_assert!(told.contains(mark.as_str()), "{}: {}\n{}\n{}", profile, mark.as_str(), text, told);
        }
    }
}

const NEWS: &str = "[profiles.news]\nbase = \"list\"\n[profiles.news.post]\neditions = '每日新闻'\ndate = [\"title\"]\n\
    [profiles.news.items]\nlinked = false\nuntil = ['^编辑']\n";

fn issue(day: &str, items: &[u32]) -> String {
    let items: Vec<String> = items.iter().map(|n| format!("1. 新闻{n} https://a.example/{day}/{n}\n")).collect();
    format!("## 每日新闻（{day}）\n\n{}\n* 编辑: 某人\n\n", items.concat())
}

#[test]
fn a_file_holds_several_editions_each_with_a_life_of_its_own() {
    let site = Site::new(&format!("profile = \"news\"\n{NEWS}"));
    let (one, two) = (issue("2026-05-01", &[1, 2]), issue("2026-05-02", &[3, 4]));
    site.write("posts/week.md", format!("{one}{two}"));
    site.cycle(noon());
    let before = site.ids();
    assert_eq!(before.len(), 4, "{before:?}");
    assert!(site.path("feeds/editions/2026-05-01/index.html").exists());
    assert!(site.path("feeds/editions/2026-05-02/index.html").exists());
    // A third is added, and a day is corrected.
    let three = issue("2026-05-04", &[5]);
    let corrected = two.replace("（2026-05-02）", "（2026-05-03）");
    site.write("posts/week.md", format!("{one}{corrected}{three}"));
    site.cycle(noon());
    let after = site.ids();
    assert_eq!(after.len(), 5);
    assert!(before.iter().all(|(title, id)| after.get(title) == Some(id)), "{before:?} {after:?}");
    // Nothing changed: nothing is written.
    let published = site.published();
    site.cycle(noon());
    assert_eq!(site.published(), published);
    // The first is taken out, the store is lost on the way.
    site.lose_store();
    site.write("posts/week.md", format!("{corrected}{three}"));
    site.cycle(noon());
    let last = site.ids();
    assert_eq!(last.len(), 3, "{last:?}");
    assert!(last.iter().all(|(title, id)| after.get(title) == Some(id)), "{after:?} {last:?}");
}

#[test]
fn another_profile_keeps_the_ids_of_what_both_read() {
    let site = Site::new("profile = \"headings\"\n");
    let text = "---\ntitle: Digest\ndate: 2026-05-01\n---\n## First\n\n[A](https://a.example/1)\n\n## Second\n\n[B](https://a.example/2)\n";
    site.write("posts/a.md", text);
    site.cycle(noon());
    let before = site.ids();
    assert_eq!(before.len(), 2);
    site.configure(
        "",
        "profile = \"mine\"\n[profiles.mine]\nbase = \"headings\"\n[profiles.mine.items]\nskip = ['^First']\n",
    );
    site.cycle(noon());
    let after = site.ids();
    assert_eq!(after.len(), 1);
    assert_eq!(after.get("Second"), before.get("Second"));
}

#[test]
fn mistakes_in_a_profile_name_their_place() {
    for (more, place, said) in [
        ("profile = \"lists\"\n", "14:11", "the nearest is `list`"),
        ("profile = \"mine\"\n[profiles.mine]\nbase = \"mine\"\n", "16:8", "based on itself"),
        ("[profiles.mine.items]\npattern = '('\n", "15:11", "is not a regular expression"),
        ("[profiles.mine.items]\nlevels = [9]\n", "15:10", "levels 1 to 6"),
        ("[profiles.mine.items]\nstrat = []\n", "15:1", "the nearest known key is `start`"),
        ("[profiles.mine.post]\ndate = [\"number\"]\n", "15:8", "counted_from"),
        ("[profiles.mine.post]\nevery = \"7d\"\n", "15:9", "counted_from"),
        ("[profiles.mine.sources]\nunwrap = [\"?target=\"]\n", "15:11", "is no name of a parameter"),
        ("[profiles.mine.sources]\nunwrap = [\"\"]\n", "15:11", "it is \"target\""),
    ] {
        let site = Site::new(more);
        let output = site.binary(&["status"]);
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(2) && text.contains(said), "{more}: {text}");
        assert!(text.contains(&format!("wellsourced.toml:{place}: ")), "{more}: {text}");
    }
}

#[test]
fn a_profile_is_proposed_from_the_posts() {
    let site = Site::new("");
    for day in 1..=3 {
        let text = format!(
            "Title: Issue {day}\nDate: 2026-05-0{day}\n\n## News\n\n* [T{day}](https://a.example/{day}) - text\n"
        );
        site.write(&format!("other/{day}.md"), text);
    }
    let folder = site.path("other").display().to_string();
    let output = site.binary(&["inspect", "--suggest", &folder]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && text.contains("profile = \"list\"\n"), "{text}");
    let json = site.binary(&["--json", "inspect", "--suggest", &folder]);
    let told: Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(told["trials"][0]["profile"], "list");
    assert_eq!(told["trials"][0]["items_with_source"], 3);
    // What it says can be pasted.
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    site.configure("", &lines.join("\n"));
    site.cycle(noon());
    assert_eq!(site.ids().len(), 3);
}

/// Paragraphs with their kind in brackets, dated by their path: read by no built-in profile as it is.
#[test]
fn paragraphs_with_their_kind_in_brackets_are_proposed() {
    let site = Site::new("");
    for day in 1..=4 {
        let text = format!(
            "### 2020.01.0{day} 今天是每日时报陪伴您的第 {day} 天\n\n[工具] 工具{day}：<https://a.example/{day}>\n\n说明。\n\n\
             [文章] 文章{day}：<https://b.example/{day}>\n\n### 配图 - X\n\n![](https://b.example/{day}.png)\n"
        );
        site.write(&format!("时报/2020/01/0{day}.md"), text);
    }
    let folder = site.path("时报").display().to_string();
    let output = site.binary(&["inspect", "--suggest", &folder]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("base = \"numbered\"\n") && text.contains("# skip = ['^配图']"), "{text}");
    let lines: Vec<String> = text
        .lines()
        .filter(|line| !line.starts_with("# ") || line.starts_with("# skip"))
        .map(|line| line.replace("# skip", "skip"))
        .collect();
    site.configure("", &lines.join("\n"));
    site.cycle(noon());
    assert_eq!(site.ids().len(), 8);
    let item = &site.feed("")["items"][0];
    assert_eq!((&item["title"], &item["external_url"]), (&"工具4".into(), &"https://a.example/4".into()));
    assert!(item["tags"].as_array().unwrap().contains(&"工具".into()), "{item}");
}

/// What the posts do not say is left open in the proposal, and refused where somebody leaves it.
#[test]
fn a_proposal_without_its_dates_is_refused() {
    let site = Site::new("");
    for number in 11..=13 {
        let text = format!("# 周报第 {number} 期\n\n1、[T{number}](https://a.example/{number})\n");
        site.write(&format!("weekly/x{number}.md"), text);
    }
    let folder = site.path("weekly").display().to_string();
    let output = site.binary(&["inspect", "--suggest", &folder]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("name = \"周报\"") && text.contains("counted_from = { \"11\" = \"YYYY-MM-DD\" }"), "{text}");
    assert!(!text.contains("\nnumber = "), "{text}");
    let refused = |text: &str| {
        site.configure("", text);
        let output = site.binary(&["status"]);
        assert_eq!(output.status.code(), Some(2));
        String::from_utf8(output.stderr).unwrap()
    };
    let told = refused(&text);
    assert!(told.contains("`?` is neither days nor months: write 7d or 1m"), "{told}");
    let text = text.replace("every = \"?\"", "every = \"7d\"");
    let told = refused(&text);
    assert!(told.contains("`YYYY-MM-DD` is no day: write { \"1\" = 2016-05-28 }"), "{told}");
    site.configure("", &text.replace("\"YYYY-MM-DD\"", "2026-01-03"));
    site.cycle(noon());
    assert_eq!(site.ids().len(), 3);
}
