//! Headings that are none, and what stands under no item heading.

use super::*;

fn places(markdown: &str) -> Vec<(u32, u32, String)> {
    let reading = read("post.md", format!("{HEAD}{markdown}").as_bytes(), &base());
    let place = |c: &Complaint| (c.place.line.unwrap(), c.place.column.unwrap(), c.message.clone());
    reading.complaints.iter().map(place).collect()
}

#[test]
fn headings_without_a_blank_are_named_with_their_line() {
    for (markdown, lines) in [
        ("### 一\n\n正文。\n\n###二\n\n正文。\n", vec![11]),
        ("### 一\n\n正文。\n####二\n正文。\n##三\n", vec![10, 12]),
        ("###一\n\n正文。\n\n### 二\n\n正文。\n", vec![7, 7, 9]),
        ("### 一\n\n＃＃＃ 二\n", vec![9]),
        ("###一\n\n正文。\n", vec![7]),
        ("### 一\n\n```\n###二\n```\n\n    ###三\n\n#标签 \\###\n", vec![]),
    ] {
        let found = places(markdown);
        assert_eq!(found.iter().map(|(line, ..)| *line).collect::<Vec<_>>(), lines, "{markdown}: {found:?}");
        assert!(found.iter().all(|(_, _, message)| message.contains("blank") || message.contains("no item heading")));
    }
}

#[test]
fn a_post_with_other_headings_is_told_how_they_would_have_to_look() {
    for (title, body, told) in [
        ("'观察 #3'", "## 一\n\n正文。\n", true),
        ("'观察 #3'", "# 一\n\n正文。\n", true),
        ("'观察 #3'", "正文。\n", true),
        ("观察", "## 一\n\n> 消息来源：[P](https://p.example/)\n", true),
        ("观察", "###一\n\n正文。\n", true),
        ("长文", "## 一\n\n正文。\n", false),
    ] {
        let post = format!("---\ntitle: {title}\ndate: 2024-01-01\n---\n{body}");
        let reading = read("post.md", post.as_bytes(), &base());
        assert!(matches!(reading.post, Post::Skipped { .. }), "{body}");
        assert_eq!(reading.complaints.len(), usize::from(told), "{title} {body}: {:?}", reading.complaints);
        assert!(reading.complaints.iter().all(|c| c.severity == Severity::Warning && c.help.contains("### TITLE")));
    }
    let dated = read("posts/2024-01-01-a.md", b"---\ntitle: a\ndate: 2024-01-01\n---\n## b\n", &base());
    assert_eq!(dated.complaints.len(), 1);
}

#[test]
fn every_loose_piece_is_named() {
    let markdown = "引言[甲](https://a.example/)。\n\n另一段。\n\n### 一\n\n正文。\n\n## 没有三级的一条\n\n[b](https://b.example/)。\n\n- 列表\n\n### 二\n\n正文。\n\n## 推荐\n\n![](/p.png)\n";
    let found = places(markdown);
    let lines: Vec<_> = found.iter().map(|(line, ..)| *line).collect();
    assert_eq!(lines, [7, 9, 17, 19, 27], "{found:?}");
    for ((_, _, message), part) in
        found.iter().zip(["https://a.example/", "另一段", "https://b.example/", "列表", "/p.png"])
    {
        assert!(message.contains(part) && message.contains("stands under no item heading"), "{message}");
    }
}

#[test]
fn a_heading_that_divides_is_silent_and_one_that_stands_alone_is_named() {
    assert_eq!(places("# 今天\n\n## 国内\n\n### 一\n\n正文。\n\n## 国外\n\n### 二\n\n正文。\n"), []);
    for (markdown, part) in [
        ("### 一\n\n正文。\n\n## 空的一节\n", "空的一节"),
        ("### 一\n\n正文。\n\n## 甲节\n\n## 乙节\n\n### 二\n\n正文。\n", "甲节"),
        ("## [带链接](https://h.example/)\n\n### 一\n\n正文。\n", "https://h.example/"),
        ("### 一\n\n这一段变成了标题\n---\n\n### 二\n\n正文。\n", "变成了标题"),
    ] {
        let found = places(markdown);
        assert_eq!(found.len(), 1, "{markdown}: {found:?}");
        assert!(found[0].2.contains(part), "{found:?}");
    }
}
