//! A post that says less than before: what was published stays, and the editor is told. Only a deleted file, or the post's own
//! front matter, takes a post out.

#![allow(clippy::unwrap_used, reason = "a test may fail where it stands")]

mod support;

use chrono::Duration;
use support::{Site, noon, post};
use wellsourced::model::Severity;
use wellsourced::pipeline::Report;

/// The errors of a cycle.
fn errors(report: &Report) -> Vec<String> {
    let errors = report.complaints.iter().filter(|complaint| complaint.severity == Severity::Error);
    errors.map(|complaint| format!("{}: {}", complaint.place, complaint.message)).collect()
}

/// A site with two posts that were published.
fn published() -> Site {
    let site = Site::new("");
    site.write("posts/7.md", post(7, &[1, 2]).markdown());
    site.write("posts/8.md", post(8, &[3]).markdown());
    site.cycle(noon());
    assert_eq!(site.ids().len(), 3);
    site
}

#[test]
fn a_post_that_says_nothing_any_more_is_an_error_and_stays_published() {
    let whole = post(7, &[1, 2]).markdown();
    let front = whole.split("### ").next().unwrap().to_owned();
    let body = whole.split("---").last().unwrap().to_owned();
    for (kind, text) in [
        ("empty", String::new()),
        ("white space", "\n\n \n".into()),
        ("front matter cut off", whole.chars().take(20).collect()),
        ("only front matter", front.clone()),
        ("no front matter", body),
        ("headings lost", whole.replace("### ", "")),
        ("headings of another level", whole.replace("### ", "## ")),
        ("another program's bytes", "\0\0\0\0\0\0".into()),
        ("a merge's rest", format!("<<<<<<< HEAD\n=======\n{whole}>>>>>>> theirs\n")),
    ] {
        let site = published();
        let (ids, bytes) = (site.ids(), site.bytes());
        site.write("posts/7.md", &text);
        let report = site.cycle(noon() + Duration::hours(1));
        let told = errors(&report);
        assert!(told.iter().all(|error| error.contains("posts/7.md")) && !told.is_empty(), "{kind}: {told:?}");
        assert_eq!((report.exit_code(false), site.ids()), (3, ids.clone()), "{kind}");
        assert_eq!(site.bytes(), bytes, "{kind}");
        // It is not forgotten in the next cycle, and mended it is the same post.
        assert_eq!(errors(&site.cycle(noon() + Duration::hours(2))), told, "{kind}");
        site.write("posts/7.md", &whole);
        let report = site.cycle(noon() + Duration::hours(3));
        assert_eq!((errors(&report), site.ids(), site.bytes()), (Vec::new(), ids, bytes), "{kind}");
    }
}

#[test]
fn a_deleted_post_leaves_also_after_it_was_emptied() {
    let site = published();
    site.write("posts/7.md", "");
    site.cycle(noon() + Duration::hours(1));
    site.remove("posts/7.md");
    let report = site.cycle(noon() + Duration::hours(2));
    assert_eq!((errors(&report), site.ids().len()), (Vec::new(), 1));
}

#[test]
fn a_file_that_never_was_a_post_is_skipped_without_a_word() {
    let site = published();
    site.write("posts/README.md", "# How we write\n\n### Usage\n");
    site.write("posts/empty.md", "");
    site.write("posts/long.md", "---\ntitle: a\n---\n\n# A long text\n");
    let report = site.cycle(noon() + Duration::hours(1));
    assert_eq!((errors(&report), report.exit_code(false), report.inputs[0].skipped.len()), (Vec::new(), 0, 3));
}

#[test]
fn a_post_of_another_category_leaves_and_takes_none_with_it() {
    let site = Site::new("category = \"news\"\n");
    let of = |category: &str, post: support::Post| {
        post.markdown().replace("tags:\n", &format!("category: {category}\ntags:\n"))
    };
    site.write("posts/7.md", of("news", post(7, &[1, 2])));
    site.write("posts/moved.md", of("news", post(9, &[4])));
    site.cycle(noon());
    let before = site.ids();
    // In the same cycle a post is new and another one moves to a name behind it.
    site.write("posts/1.md", of("news", post(1, &[5])));
    site.write("posts/7.md", of("essays", post(7, &[1, 2])));
    site.write("posts/z.md", of("news", post(9, &[4])));
    site.remove("posts/moved.md");
    let report = site.cycle(noon() + Duration::hours(1));
    assert_eq!((errors(&report), report.inputs[0].kept_out.len()), (Vec::new(), 1));
    let after = site.ids();
    assert_eq!(after.keys().collect::<Vec<_>>(), ["Story 4", "Story 5"]);
    assert_eq!(after["Story 4"], before["Story 4"]);
    // It comes back as itself.
    site.write("posts/7.md", of("news", post(7, &[1, 2])));
    site.cycle(noon() + Duration::hours(2));
    assert_eq!(site.ids()["Story 1"], before["Story 1"]);
}

#[test]
fn an_item_that_lost_its_heading_is_an_error_and_the_post_stays() {
    let whole = post(7, &[1, 2, 3]).markdown();
    for (kind, text) in [
        ("no blank", whole.replace("### Story 2", "###Story 2")),
        ("no sign", whole.replace("### Story 2", "Story 2")),
        ("another level", whole.replace("### Story 2", "## Story 2")),
        ("the first one's", whole.replace("### Story 1", "Story 1")),
        ("bold", whole.replace("### Story 3", "**Story 3**")),
        ("a full-width sign", whole.replace("### Story 2", "＃＃＃ Story 2")),
        ("joined to the line before", whole.replace("\n\n### Story 2", "\nStory 2")),
    ] {
        let site = Site::new("");
        site.write("posts/7.md", &whole);
        site.cycle(noon());
        let (ids, bytes) = (site.ids(), site.bytes());
        site.write("posts/7.md", &text);
        let report = site.cycle(noon() + Duration::hours(1));
        let told = errors(&report);
        let line =
            text.lines().position(|line| line.contains("Story") && !whole.contains(&format!("\n{line}\n"))).unwrap()
                + 1;
        assert!(told.iter().any(|error| error.contains(&format!("posts/7.md:{line}:1: the item"))), "{kind}: {told:?}");
        assert_eq!((report.exit_code(false), site.bytes()), (3, bytes.clone()), "{kind}");
        site.write("posts/7.md", &whole);
        let report = site.cycle(noon() + Duration::hours(2));
        assert_eq!((errors(&report), site.ids(), site.bytes()), (Vec::new(), ids, bytes), "{kind}");
    }
}

#[test]
fn an_item_that_is_taken_out_leaves() {
    let whole = post(7, &[1, 2, 3]).markdown();
    let second = whole.find("### Story 2").unwrap()..whole.find("### Story 3").unwrap();
    let mut taken_out = whole.clone();
    taken_out.replace_range(second, "");
    for (kind, text) in [
        ("the item", taken_out.clone()),
        ("but its title stands in a list", taken_out.replace("---\n\n###", "---\n\n- Story 1\n- Story 2\n\n###")),
        ("but its title is quoted", taken_out.clone() + "> Story 2\n"),
        ("but it is spoken of", taken_out.clone() + "Yesterday's Story 2 was wrong.\n"),
        ("it has another title and source", whole.replace("Story 2", "Another").replace("example/2)", "example/9)")),
    ] {
        let site = Site::new("");
        site.write("posts/7.md", &whole);
        site.cycle(noon());
        site.write("posts/7.md", &text);
        let report = site.cycle(noon() + Duration::hours(1));
        assert_eq!(errors(&report), Vec::<String>::new(), "{kind}");
        assert!(!site.ids().contains_key("Story 2"), "{kind}");
    }
}
