//! Tests of the front matter: values as they were typed, and what is said of mistakes.

use super::*;

/// Front matter with a date, one item below, and `lines` in it.
fn with(lines: &str) -> String {
    format!("---\ndate: '2024-02-03 04:05:06'\n{lines}\n---\n\n### 一\n\n正文\n")
}

fn post(lines: &str) -> Reading {
    read("posts/p.md", with(lines).as_bytes(), &base())
}

fn edition(lines: &str) -> Edition {
    let reading = post(lines);
    match reading.post {
        Post::Editions(mut read) => read.remove(0).edition,
        other => panic!("{lines}: {other:?} {:?}", reading.complaints),
    }
}

/// What YAML takes for numbers, truth values, null or dates.
const TYPED: [&str; 24] = [
    "3.10",
    "1.0",
    ".5",
    "1e3",
    "1_000",
    "0010",
    "0o17",
    "0x1F",
    "+1",
    "-0",
    "12:30:45",
    "99999999999999999999999",
    ".inf",
    ".NaN",
    "no",
    "NO",
    "yes",
    "off",
    "True",
    "y",
    "~",
    "null",
    "Null",
    "2024-01-01",
];

#[test]
fn tags_and_titles_are_what_was_typed() {
    for text in TYPED {
        let tags = |lines: &str| edition(&format!("title: a\n{lines}")).tags;
        assert_eq!(tags(&format!("tags: {text}")), [text]);
        assert_eq!(tags(&format!("tags: [AI, {text}, b]")), ["AI", text, "b"]);
        assert_eq!(tags(&format!("tags:\n- {text}\n- '{text}x'")), [text, &format!("{text}x")]);
        assert_eq!(tags(&format!("tags: '{text}'")), [text]);
        assert_eq!(edition(&format!("title: {text}")).title, text);
        assert_eq!(edition(&format!("title: {text} # 注")).title, text);
        assert_eq!(edition(&format!("title: a\nauthor: \"{text}\"")).author.as_deref().unwrap_or(text), text);
        assert_eq!(tags(&format!("other: &x {text}\ntags: *x")), [text]);
    }
    for none in ["tags:", "tags: ''", "tags: []", "other: 1"] {
        assert_eq!(edition(&format!("title: a\n{none}")).tags, [""; 0], "{none}");
    }
    for author in ["author:", "author: ~", "author: null"] {
        assert_eq!(edition(&format!("title: a\n{author}")).author, None);
    }
}

#[test]
fn tags_that_may_be_meant_otherwise_are_warned_of() {
    for (lines, tags, place, message, help) in [
        ("tags: a b c", &["a b c"][..], 4, "`a b c` is taken as one tag", "tags: [a, b, c]"),
        ("tags: AI；开源", &["AI；开源"], 4, "taken as one tag", "tags: [AI, 开源]"),
        ("tags: AI　开源", &["AI　开源"], 4, "taken as one tag", "tags: [AI, 开源]"),
        ("tags: #AI #开源", &[], 4, "YAML takes `#AI #开源` as a comment", "tags: [AI, 开源]"),
        ("tags: AI #开源", &["AI"], 4, "YAML takes `#开源` as a comment", "tags: [AI, 开源]"),
        ("tags:\n- #AI\n- 开源", &["开源"], 5, "YAML takes `#AI` as a comment", "tags: [AI]"),
        ("tags: ['#AI', 开源]", &["#AI", "开源"], 4, "begins with `#`", "without"),
        ("tags: null", &["null"], 4, "taken as a tag's name", "leave `tags:` empty"),
    ] {
        let reading = post(&format!("title: a\n{lines}"));
        let [ReadEdition { edition, .. }] = reading.editions() else { panic!("{lines}: {reading:?}") };
        assert_eq!(edition.tags, tags, "{lines}");
        let found = reading.complaints.iter().find(|c| c.message.contains(message));
        let found = found.unwrap_or_else(|| panic!("{lines}: {:?}", reading.complaints));
        assert_eq!((found.severity, found.place.line), (Severity::Warning, Some(place)), "{lines}");
        assert!(found.help.contains(help), "{}", found.help);
    }
    for quiet in [
        "tags: AI, Open Source",
        "tags: AI，开源",
        "tags: [Open Source]",
        "tags:\n- Open Source",
        "tags: [AI] # 待补",
        "tags: AI # 待补",
        "tags: C#",
    ] {
        assert_eq!(post(&format!("title: a\n{quiet}")).complaints, [], "{quiet}");
    }
}

#[test]
fn each_mistake_has_its_own_message() {
    let cases = [
        // A number sign that begins a comment.
        ("title: 观察 #7 头条", "3:11", "YAML takes `#7 头条` as a comment", "'… #N …'"),
        ("title: #7 头条", "3:8", "the title is empty", "'#N …'"),
        ("title: a\nauthor: 老王 #1", "4:12", "`author` ends here", "author: '… #…'"),
        ("title: a\ntags: [AI, #开源]", "4:12", "the list of `tags` is never closed", "without `#`"),
        // A sign that YAML reserves.
        ("title: @老王 说", "3:8", "begins with `@`", "title: '…'"),
        ("title: a\nauthor: @wxy", "4:9", "begins with `@`", "author: '…'"),
        ("title: a\ntags:\n- AI\n- @x", "6:3", "the name in the list of `tags` begins with `@`", "- '…'"),
        ("title: `code` 的一天", "3:8", "begins with `` ` ``", "quotes"),
        // A quote that is never closed, or closed too early.
        ("title: '观察 #7", "3:8", "the quote ' that begins here is never closed", "close it"),
        ("title: \"观察 #7\ntags: [AI]", "3:8", "the quote \" that begins here is never closed", "close it"),
        ("title: a\nauthor: \"老王", "4:9", "never closed", "author: \"…\""),
        ("title: 'It's here'", "3:12", "behind the closing quote '", "double a '"),
        ("title: \"观察\" 第 7 期", "3:13", "behind the closing quote \"", "\\\""),
        // Brackets that begin a list.
        ("title: [每周观察] 第 7 期", "3:8", "begins with `[`", "title: '[…] …'"),
        ("title: [每周观察]", "3:8", "begins with `[`", "quotes"),
        ("title: {重磅} 消息", "3:8", "begins with `{`", "quotes"),
        ("title: a\nauthor: [老王]", "4:9", "the value of `author` begins with `[`", "author:"),
        ("title: a\ntags: [AI, 开源", "4:7", "the list of `tags` that begins here is never closed", "`]`"),
        // A key twice.
        ("title: a\ntitle: b", "4:1", "`title` is written twice: first in line 3", "remove one"),
        (
            "title: a\ntags: [AI]\nauthor: b\ntags: [开源]",
            "6:1",
            "`tags` is written twice: first in line 4",
            "one list",
        ),
        ("title: a\ndate: '2024-02-03'", "4:1", "`date` is written twice: first in line 2", "remove one"),
        ("title: a\nother: SECRET\nother: SECRET", "5:1", "this key is written twice", "remove one"),
        // And others.
        ("title: 观察: 今天: 的", "3:10", "holds `: `", "quotes"),
        ("title: *重磅* 消息", "3:8", "begins with `*`", "quotes"),
        ("title: > 引用", "3:8", "begins with `>`", "quotes"),
    ];
    for (lines, place, message, help) in cases {
        let reading = post(lines);
        let message = message.replace("`` ` ``", "```");
        let found = reading.complaints.iter().find(|c| c.message.contains(&message));
        let found = found.unwrap_or_else(|| panic!("{lines}: {:?}", reading.complaints));
        assert!(found.place.to_string().starts_with(&format!("posts/p.md:{place}")), "{lines}: {}", found.place);
        assert!(found.help.contains(help) && !found.help.is_empty(), "{lines}: {}", found.help);
        assert!(!everything(&reading).contains("SECRET"));
        assert!(reading.complaints.len() == 1, "{lines}: {:?}", reading.complaints);
    }
}

#[test]
fn full_width_colons_are_told() {
    for (post, place) in [
        ("---\ntitle：观察\ndate: 2024-01-01\n---\n### 一\n", "p:2:6"),
        ("---\ntitle: a\ndate：2024-01-01\n---\n### 一\n", "p:3:5"),
        ("---\ntitle: a\ndate: 2024-01-01\ntags ： AI\n---\n### 一\n", "p:4:6"),
        ("---\nTitle：观察\n---\n### 一\n", "p:2:6"),
    ] {
        let reading = read("p", post.as_bytes(), &base());
        assert_eq!(reading.post, Post::Broken, "{post}");
        let [complaint] = reading.complaints.as_slice() else { panic!("{post}: {:?}", reading.complaints) };
        assert_eq!((complaint.severity, complaint.place.to_string().as_str()), (Severity::Warning, place));
        assert!(complaint.message.contains("full-width colon") && complaint.help.contains(": "), "{complaint:?}");
    }
}

#[test]
fn drafts_are_skipped_in_any_spelling() {
    for line in [
        "draft: true",
        "draft: True",
        "draft: yes",
        "draft: 'true'",
        "draft: on",
        "draft: 1",
        "Draft: true",
        "DRAFT: TRUE",
        "published: false",
        "published: no",
        "published: 'False'",
        "published: 0",
        "Published: off",
    ] {
        match post(&format!("title: a\n{line}")).post {
            Post::KeptOut { why } => assert!(why.contains(line.split(' ').nth(1).unwrap().trim_matches('\'')), "{why}"),
            other => panic!("{line}: {other:?}"),
        }
    }
    for line in [
        "draft: false",
        "draft:",
        "draft: ~",
        "published: true",
        "published: 2024-01-01",
        "published: 'no'\npublish: x",
    ] {
        let is_edition = matches!(post(&format!("title: a\n{line}")).post, Post::Editions(_));
        assert_eq!(is_edition, !line.contains("'no'"), "{line}");
    }
    for line in ["draft: maybe", "published: 也许"] {
        let reading = post(&format!("title: a\n{line}"));
        assert_eq!(reading.post, Post::Broken);
        assert!(reading.complaints[0].message.contains("neither true nor false"), "{:?}", reading.complaints);
    }
    // A draft is not looked at closely: it need not be whole.
    assert!(matches!(read("p", b"---\ndraft: true\n---\n", &base()).post, Post::KeptOut { .. }));
}

#[test]
fn front_matter_of_another_kind_is_a_warning() {
    for text in [
        "+++\ntitle = \"a\"\n+++\n\n### 一\n",
        "{\"title\": \"a\"}\n\n### 一\n",
        "Title: a\nDate: 2024-01-01\n\n### 一\n",
    ] {
        let reading = read("p", text.as_bytes(), &base());
        assert_eq!(reading.post, Post::Broken);
        let [complaint] = reading.complaints.as_slice() else { panic!("{:?}", reading.complaints) };
        assert_eq!((complaint.severity, complaint.place.line), (Severity::Warning, Some(1)));
        assert!(complaint.help.contains("begin the file with a line `---`"), "{}", complaint.help);
    }
    let reading = read("posts/2026-05-09.md", "# 观察\n\n### 一\n".as_bytes(), &base());
    assert!(reading.complaints[0].message.contains("a date in its name"), "{:?}", reading.complaints);
}

#[test]
fn half_done_merges_are_errors() {
    for text in [
        format!("<<<<<<< HEAD\n{}", with("title: a")),
        with("<<<<<<< HEAD\ntitle: a\n=======\ntitle: b\n>>>>>>> other"),
        with("title: a") + "\n<<<<<<< HEAD\n甲\n=======\n乙\n>>>>>>> other\n",
        with("title: a") + "\n```\n<<<<<<<\n```\n",
        with("title: a") + "\n甲\n=======\n乙\n>>>>>>> other\n",
    ] {
        let reading = read("p", text.as_bytes(), &base());
        assert_eq!(reading.post, Post::Broken, "{text}");
        let [complaint] = reading.complaints.as_slice() else { panic!("{:?}", reading.complaints) };
        assert!(complaint.severity == Severity::Error && complaint.message.contains("merge"), "{complaint:?}");
    }
    assert!(matches!(
        read("p", (with("title: a") + "\n甲\n=======\n\n乙\n").as_bytes(), &base()).post,
        Post::Editions(_)
    ));
}

#[test]
fn a_date_may_come_from_the_files_name() {
    let text = "---\ntitle: a\n---\n### 一\n\n正文\n";
    for (path, date) in [
        ("posts/2026-05-09-x.md", Some("2026-05-09T00:00:00+08:00")),
        ("posts/20260509.md", Some("2026-05-09T00:00:00+08:00")),
        ("2026-05-09.md", Some("2026-05-09T00:00:00+08:00")),
        ("posts/x.md", None),
    ] {
        let reading = read(path, text.as_bytes(), &base());
        assert_eq!(reading.editions().iter().any(|read| read.date_from_name), date.is_some());
        match (&reading.post, date) {
            (Post::Editions(read), Some(date)) => assert_eq!(read[0].edition.date.to_rfc3339(), date),
            (Post::Broken, None) => assert!(reading.complaints[0].message.contains("no date")),
            other => panic!("{path}: {other:?}"),
        }
        assert_eq!(
            inspect_json(path, &reading)["date_from_name"],
            if date.is_some() { Json::from(true) } else { Json::Null }
        );
    }
    let dated = "---\ntitle: a\ndate: 2024-01-01\n---\n### 一\n\n正文\n";
    let reading = read("posts/2026-05-09-x.md", dated.as_bytes(), &base());
    let [read] = reading.editions() else { panic!("{reading:?}") };
    assert_eq!((read.edition.date.to_rfc3339().as_str(), read.date_from_name), ("2024-01-01T00:00:00+08:00", false));
}

#[test]
fn a_zone_that_nobody_knows_is_told() {
    for (date, warnings) in [("2024-01-01 10:00 XYZT", 1), ("2024-01-01 10:00 NZDT", 0), ("2024-01-01 10:00", 0)] {
        let text = format!("---\ntitle: a\ndate: '{date}'\n---\n### \u{4e00}\n\n\u{6b63}\u{6587}\n");
        let reading = read("p", text.as_bytes(), &base());
        let [ReadEdition { edition, .. }] = reading.editions() else { panic!("{reading:?}") };
        let zone = if date.ends_with("NZDT") { "+13:00" } else { "+08:00" };
        assert_eq!(edition.date.to_rfc3339(), format!("2024-01-01T10:00:00{zone}"));
        let told = reading.complaints.iter().filter(|complaint| complaint.message.contains("`XYZT` is no zone"));
        assert_eq!(told.count(), warnings, "{date}: {:?}", reading.complaints);
    }
}

#[test]
fn what_nobody_sees_is_neither_tag_nor_title() {
    let edition = edition("title: a\ntags: [AI, \"AI\\u200B\", \"\\uFEFFAI\", \"A\\xADI\", 开源, \"\\u200B\"]");
    assert_eq!(edition.tags, ["AI", "开源"]);
    for title in ["\"\\u200B\"", "\"\\uFEFF \\xAD\"", "\"\\u3164\""] {
        let reading = post(&format!("title: {title}"));
        assert_eq!(reading.post, Post::Broken);
        assert!(reading.complaints[0].message.contains("no title"), "{:?}", reading.complaints);
    }
    let (edition, complaints) = body_of("### a\n\nb\n\n### \u{200b}\n\nc\n");
    assert_eq!((edition.items.len(), complaints.len()), (1, 1));
}
