//! `new`: the next post stands where the others do, and is published once it is filled in.

use crate::support::Site;
use crate::{said, today};

/// A post of a digest whose posts are all alike.
fn post(title: &str, date: &str) -> String {
    format!(
        "---\ntitle: '{title}'\ndate: '{date} 20:30:00'\nauthor: 老王\ntags:\n- AI\n---\n\n### 一\n\n正文。\n\n\
         > **[消息来源：某处](https://a.example/{date})**\n\n> 老王点评：好。\n"
    )
}

/// Starts a post; gives its path below the site's folder.
fn started(site: &Site) -> String {
    let (code, path, told) = said(site, &["new"]);
    assert_eq!(code, 0, "{told}");
    let root = format!("{}/", site.folder.path().display());
    path.trim_end().strip_prefix(&root).unwrap().to_owned()
}

fn text(site: &Site, path: &str) -> String {
    std::fs::read_to_string(site.path(path)).unwrap()
}

#[test]
fn in_an_empty_folder_a_post_begins_that_is_published_once_it_is_filled_in() {
    let site = Site::new("");
    let path = started(&site);
    assert_eq!(path, format!("posts/{}.md", today()));
    let empty = text(&site, &path);
    assert!(empty.starts_with("---\ntitle: 'Tests #1'\ndate: '"), "{empty}");
    let (code, told, _) = said(&site, &["--once", "--offline"]);
    assert!(
        code == 1 && told.contains(&format!("{path}:")) && told.contains("this item has no title"),
        "{code} {told}"
    );
    let filled =
        empty.replacen("### \n\n", "### 第一条\n\n正文。", 1).replacen("：]()", "：某处](https://a.example/)", 1);
    site.write(&path, filled.split("### \n").next().unwrap());
    let (code, told, _) = said(&site, &["--once", "--offline"]);
    assert_eq!(code, 0, "{told}\n{filled}");
    let item = &site.feed("")["items"][0];
    assert_eq!((&item["title"], &item["external_url"]), (&"第一条".into(), &"https://a.example/".into()));
}

#[test]
fn it_stands_where_the_others_do() {
    let day = today();
    for (paths, expected) in [
        (["posts/2020/2020-04-30.md", "posts/2020/2020-05-01.md"], format!("posts/{}.md", day.format("%Y/%Y-%m-%d"))),
        (["posts/issue-300.md", "posts/issue-301.md"], "posts/issue-302.md".to_owned()),
        (["posts/2020-04-30-red.md", "posts/2020-05-01-blue.md"], format!("posts/{day}.md")),
        (["posts/202004/30.md", "posts/202005/01.md"], format!("posts/{}.md", day.format("%Y%m/%d"))),
        (["posts/red.md", "posts/blue.md"], format!("posts/{day}.md")),
    ] {
        let site = Site::new("");
        site.write(paths[0], post("每日观察 #300 红", "2020-04-30"));
        site.write(paths[1], post("每日观察 #301 蓝", "2020-05-01"));
        site.write("posts/README.md", "# Notes\n");
        let path = started(&site);
        assert_eq!(path, expected);
        let begun = text(&site, &path);
        let head = format!("---\ntitle: '每日观察 #302'\ndate: '{day} 20:30:00'\nauthor: 老王\ntags:\n---\n\n### \n");
        assert!(begun.starts_with(&head), "{begun}");
        assert_eq!(begun.matches("> **[消息来源：]()**\n\n> 老王点评：\n").count(), 3, "{begun}");
    }
}

#[test]
fn nothing_is_overwritten() {
    let site = Site::new("");
    let path = started(&site);
    site.write(&path, "mine");
    let (code, out, told) = said(&site, &["new"]);
    assert!(code == 1 && out.is_empty() && told.contains("is there already: fill it in, or remove it"), "{told}");
    assert_eq!(text(&site, &path), "mine");
}

#[test]
fn the_digest_is_named_where_there_are_several() {
    let site = Site::new("");
    let more = format!("[[inputs]]\nname = \"weekly\"\ndigest = \"{}/*.markdown\"\n", site.path("weekly").display());
    site.configure("language = \"en\"", &more);
    let (code, _, told) = said(&site, &["new"]);
    assert!(code == 2 && told.contains("several digests; name one of them: `digest`, `weekly`"), "{told}");
    let (code, _, told) = said(&site, &["new", "weakly"]);
    assert!(code == 2 && told.contains("the nearest name is `weekly`"), "{told}");
    let (code, path, told) = said(&site, &["new", "weekly", "--json"]);
    assert_eq!(code, 0, "{told}");
    let told: serde_json::Value = serde_json::from_str(&path).unwrap();
    let path = site.path("weekly").join(format!("{}.markdown", today()));
    assert_eq!((told["input"].as_str(), told["path"].as_str()), (Some("weekly"), path.to_str()));
    assert!(std::fs::read_to_string(path).unwrap().contains("> **[Source: ]()**"));
}

#[test]
fn a_folder_whose_posts_are_called_otherwise_is_told() {
    let site = Site::new("");
    let more = format!("[[inputs]]\nname = \"odd\"\ndigest = \"{}/odd/issue-*.md\"\n", site.folder.path().display());
    site.configure("", &more);
    let (code, out, told) = said(&site, &["new", "odd"]);
    assert!(code == 1 && out.is_empty() && told.contains("write the first post by hand"), "{told}");
    assert!(!site.path("odd").exists());
}

#[test]
fn every_profile_has_a_form_of_its_own() {
    for (profile, item, filled) in [
        ("observation", "### \n", "### 标题\n"),
        ("headings", "## \n", "## 标题\n"),
        ("list", "- []()\n", "- [标题](https://a.example/)\n"),
        ("numbered", "1、[]()\n", "1、[标题](https://a.example/)\n"),
        ("post", "> **[消息来源：]()**\n", "正文。\n\n> **[消息来源：某处](https://a.example/)**\n"),
    ] {
        let site = Site::new("");
        let more =
            format!("[[inputs]]\nname = \"p\"\ndigest = \"{}\"\nprofile = \"{profile}\"\n", site.path("p").display());
        site.configure("", &more);
        let (code, path, told) = said(&site, &["new", "p"]);
        assert_eq!(code, 0, "{profile}: {told}");
        let text = std::fs::read_to_string(path.trim_end()).unwrap();
        let (before, _) = text.split_once(item).unwrap_or_else(|| panic!("{profile}: {text}"));
        site.write(path.trim_end(), format!("{before}{filled}"));
        let (code, told, _) = said(&site, &["--once", "--offline"]);
        assert!(code == 0 && told.contains("1 new item"), "{profile}: {told}\n{before}{filled}");
    }
}

#[test]
fn a_base_url_of_this_machine_with_another_port_is_told() {
    let site = Site::new("[serve]\nlisten = \"127.0.0.1:8090\"\n");
    let written = text(&site, "wellsourced.toml");
    let base = written.lines().find(|line| line.starts_with("base_url")).unwrap().to_owned();
    for (url, is_told) in [
        ("http://127.0.0.1:8080/", true),
        ("http://localhost/", true),
        ("http://127.0.0.1:8090/", false),
        ("http://[::1]:8090/", false),
        ("https://feeds.example/", false),
    ] {
        site.write("wellsourced.toml", written.replacen(&base, &format!("base_url = \"{url}\""), 1));
        let (_, _, told) = said(&site, &["--once", "--offline"]);
        assert_eq!(told.contains("write the same port in both"), is_told, "{url}: {told}");
    }
}
