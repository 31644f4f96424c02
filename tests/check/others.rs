//! What `check` looks at, with which options, and how it ends.

use crate::support::binary;
use crate::{Desk, GOOD};

const SCHEME: &str = "hhttps://lwn.example/107";

#[test]
fn it_ends_with_one_for_errors_and_with_strict_for_warnings() {
    let desk = Desk::new("");
    desk.write("posts/next.md", GOOD.replace("https://lwn.example/107", SCHEME));
    assert_eq!(desk.check(&["posts/next.md"]).1, 0);
    assert_eq!(desk.check(&["posts/next.md", "--strict"]).1, 1);
    let output = desk.run(&["--strict", "check"]);
    assert_eq!(output.status.code(), Some(1));
    desk.write("posts/next.md", GOOD.replace("2026-04-07", "2026-13-07"));
    assert_eq!(desk.check(&["posts/next.md"]).1, 1);
    let (told, code) = desk.check(&["posts/missing.md"]);
    assert!(code == 1 && told.starts_with("posts/missing.md: error: cannot be read: "), "{told}");
}

#[test]
fn usage_and_configuration_end_with_two() {
    let desk = Desk::new("");
    assert_eq!(desk.check(&["--format", "xml"]).1, 2);
    assert_eq!(desk.run(&["--offline", "check", "--online"]).status.code(), Some(2));
    desk.write("wellsourced.toml", "[site]\ntitle = \"T\"\nbase_url = \"https://a.example/\"\n[pubish]\n");
    let (told, code) = desk.check(&[]);
    assert!(code == 2 && told.contains("wellsourced.toml:4:2: unknown key `pubish`"), "{told}");
}

#[test]
fn an_input_without_posts_is_told() {
    let desk = Desk::new("[[inputs]]\nname = \"second\"\ndigest = \"posst\"\n");
    let (told, code) = desk.check(&["--strict"]);
    assert!(
        code == 1 && told.contains("posst: warning: `second`: no file matches [unreadable]\n  → put posts there"),
        "{told}"
    );
    assert_eq!(desk.check(&["--strict", "posts"]).1, 0);
}

#[test]
fn without_a_configuration_files_are_read_with_the_defaults() {
    let desk = Desk::new("");
    desk.write("next.md", GOOD.replace("https://lwn.example/107", SCHEME));
    let run = |arguments: &[&str]| {
        let output = binary().current_dir(desk.folder.path()).arg("check").args(arguments).output().unwrap();
        (
            String::from_utf8_lossy(&output.stdout).into_owned(),
            String::from_utf8_lossy(&output.stderr).into_owned(),
            output.status.code(),
        )
    };
    let (told, _, code) = run(&["next.md"]);
    assert!(code == Some(0) && told.starts_with("next.md:12:16: warning: `hhttps://"), "{told}");
    let (told, _, _) = run(&["posts"]);
    assert_eq!(told, "Checked 6 posts: 0 errors, 0 warnings.\n");
    let machine_has_one = std::path::Path::new("/etc/wellsourced/wellsourced.toml").exists();
    let (_, errors, code) = run(&[]);
    assert!(machine_has_one || code == Some(2) && errors.contains("no configuration"), "{errors}");
}

#[test]
fn a_file_is_a_post_of_its_input_whatever_it_is_called() {
    let desk = Desk::new("base_url_is_elsewhere = 1\n");
    // The input of the configuration resolves relative links; a file of no input has nothing to resolve them with.
    let text = String::from_utf8(desk.read("wellsourced.toml")).unwrap();
    let text = text
        .replace("base_url_is_elsewhere = 1\n", "")
        .replace("digest = \"posts\"", "digest = \"posts\"\nbase_url = \"https://digest.example/\"");
    desk.write("wellsourced.toml", text);
    let relative = GOOD.replace("https://lwn.example/107", "/107.html");
    desk.write("posts/next.md", &relative);
    desk.write("elsewhere/next.md", &relative);
    std::os::unix::fs::symlink(desk.path("posts"), desk.path("linked")).unwrap();
    let absolute = desk.path("posts/next.md").display().to_string();
    for name in ["posts/next.md", "./posts/../posts/next.md", "linked/next.md", absolute.as_str()] {
        assert_eq!(desk.found(&[name]), [], "{name}");
    }
    assert_eq!(desk.found(&["elsewhere/next.md"]), [("link".to_owned(), 12)]);
}

#[test]
fn an_input_that_takes_another_category_leaves_the_file_to_the_next() {
    let desk = Desk::new("[[inputs]]\nname = \"second\"\ndigest = \"posts\"\nbase_url = \"https://digest.example/\"\n");
    let text = String::from_utf8(desk.read("wellsourced.toml")).unwrap();
    desk.write("wellsourced.toml", text.replacen("digest = \"posts\"", "digest = \"posts\"\ncategory = \"观察\"", 1));
    desk.write("posts/next.md", GOOD.replace("https://lwn.example/107", "/107.html"));
    assert_eq!(desk.found(&["posts/next.md"]), []);
}

#[test]
fn quiet_tells_only_what_is_wrong_and_what_is_no_post_is_a_note() {
    let desk = Desk::new("");
    assert_eq!(desk.check(&["-q"]), (String::new(), 0));
    desk.write("posts/README.md", "# How we write\n");
    desk.write("posts/draft.md", GOOD.replace("tags:", "draft: true\ntags:"));
    assert_eq!(desk.check(&["-q", "--strict"]), (String::new(), 0));
    let (told, code) = desk.check(&["posts/README.md", "posts/draft.md", "--strict"]);
    assert_eq!(code, 0, "{told}");
    assert!(
        told.contains("posts/README.md: note: nothing of this is published: it has no front matter [no-post]"),
        "{told}"
    );
    assert!(told.contains("posts/draft.md: note: nothing of this is published: it is a draft"), "{told}");
    assert!(told.ends_with("Checked 2 posts: 0 errors, 0 warnings, 2 notes.\n"), "{told}");
}

#[test]
fn colours_are_where_they_are_asked_for() {
    let desk = Desk::new("");
    desk.write("posts/next.md", GOOD.replace("https://lwn.example/107", SCHEME));
    let coloured = |when| desk.check(&["posts/next.md", "--color", when]).0.contains("\u{1b}[33mwarning:");
    assert!(coloured("always") && !coloured("auto") && !coloured("never"));
}

/// What the store knows and what is read of the files is the same.
#[test]
fn a_store_changes_nothing_of_what_is_found() {
    let desk = Desk::new("");
    let mistakes = ["cited-before", "tag-letter", "number-twice", "date-twice", "source-word-other"];
    let found = || {
        mistakes.map(|name| {
            desk.write("posts/next.md", std::fs::read(crate::here(&format!("mistakes/{name}.md"))).unwrap());
            desk.check(&["posts/next.md"]).0
        })
    };
    let without = found();
    std::fs::remove_file(desk.path("posts/next.md")).unwrap();
    let output = desk.run(&["--once", "--offline"]);
    assert!(output.status.success(), "{output:?}");
    assert!(desk.path("store.db").exists());
    assert_eq!(found(), without);
    // A post that changed since the store saw it counts as it is.
    let second = String::from_utf8(desk.read("posts/2026-04-02.md")).unwrap();
    desk.write("posts/2026-04-02.md", second.replace("#102", "#190"));
    desk.write("posts/next.md", GOOD.replace("#107", "#190"));
    assert!(desk.found(&["posts/next.md"]).contains(&("number-twice".to_owned(), 2)));
}

#[test]
fn a_folder_is_told_as_its_files_are() {
    let desk = Desk::new("");
    desk.write("other/README.md", "# How we write\n");
    let (of_file, _) = desk.check(&["other/README.md"]);
    let (of_folder, _) = desk.check(&["other"]);
    assert!(of_file.contains("other/README.md: note: nothing of this is published"), "{of_file}");
    assert_eq!(of_file, of_folder);
}

/// What is said of a post in another form than the observation column's names that form, and says nothing of what is not published.
#[test]
fn by_a_profile_its_form_is_told_and_skipped_sections_are_not() {
    let desk = Desk::new(
        "[[inputs]]\nname = \"weekly\"\ndigest = \"weekly\"\nprofile = \"weekly\"\n[profiles.weekly]\nbase = \"headings\"\n\
         [profiles.weekly.items]\nlevels = [3]\nskip = ['^招聘']\n",
    );
    let text = "---\ntitle: 周刊第 1 期\ndate: 2026-04-01\n---\n\n## 工具\n\n### 一\n\n正文。\n\n## 招聘\n\n\
        [A](https://a.example/?utm_source=x)\n\n## 文章\n\n### [二](https://b.example/?utm_source=x)\n";
    desk.write("weekly/1.md", text);
    let (told, code) = desk.check(&["weekly"]);
    assert_eq!(code, 0, "{told}");
    assert!(told.contains("weekly/1.md:18:") && !told.contains("weekly/1.md:14:"), "{told}");
    assert!(
        told.contains("the item `一` names no source") && told.contains("→ link its heading, as in `## [TITLE](URL)`"),
        "{told}"
    );
}

/// `issue-10` follows `issue-9`, though not by its name.
#[test]
fn numbers_are_compared_in_the_order_of_numbers() {
    let desk = Desk::new("[[inputs]]\nname = \"weekly\"\ndigest = \"weekly\"\nprofile = \"list\"\n");
    for number in (1..=1200).filter(|number| *number != 1005) {
        let day = chrono::NaiveDate::from_ymd_opt(2020, 1, 1).unwrap() + chrono::Days::new(number);
        let text = format!("---\ntitle: Issue {number}\ndate: {day}\n---\n\n- [T](https://a.example/{number})\n");
        desk.write(&format!("weekly/issue-{number}.md"), text);
    }
    assert_eq!(desk.check(&["weekly/issue-1000.md"]).0, "Checked 1 post: 0 errors, 0 warnings.\n");
    let (told, _) = desk.check(&["weekly/issue-1006.md"]);
    assert!(told.contains("number #1006 does not follow #1004") && told.contains("write #1005"), "{told}");
}
