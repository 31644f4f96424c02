//! Files with the same content, versions of a post, and files that several inputs name.

use crate::support::{Post, Site, noon, post};
use crate::{entries, hours, told};
use std::fs;
use std::os::unix::fs::symlink;

#[test]
fn files_with_the_same_content_are_one_post() {
    let site = Site::new("");
    let first = Post { number: None, ..post(1, &[1, 2]) }.markdown();
    site.write("posts/b.md", &first);
    site.cycle(noon());
    let (ids, bytes) = (site.ids(), site.bytes());
    for copy in ["posts/a.md", "posts/b (conflicted copy).md", "posts/2024/b.md"] {
        site.write(copy, &first);
    }
    let report = site.cycle(hours(1));
    let warnings = told(&report);
    assert_eq!((warnings.len(), report.exit_code(false), report.exit_code(true)), (3, 0, 4), "{warnings:?}");
    assert!(
        warnings.iter().all(|w| w.starts_with("warning ") && w.contains("/posts/b.md, to the byte")),
        "{warnings:?}"
    );
    assert_eq!(site.bytes(), bytes);
    // It is said until it is mended, and nothing is read again meanwhile.
    let report = site.cycle(hours(2));
    assert_eq!((told(&report), report.inputs[0].read), (warnings, 0));
    // The one that counts goes: the first of the others takes over as itself.
    site.remove("posts/b.md");
    let report = site.cycle(hours(3));
    assert_eq!((told(&report).len(), site.ids(), site.bytes()), (2, ids.clone(), bytes.clone()), "{:?}", told(&report));
    assert!(
        told(&report).iter().all(|warning| warning.contains("/posts/2024/b.md, to the byte")),
        "{:?}",
        told(&report)
    );
    site.remove("posts/2024/b.md");
    site.remove("posts/a.md");
    site.cycle(hours(4));
    assert_eq!((site.ids(), site.bytes()), (ids, bytes));
    site.remove("posts/b (conflicted copy).md");
    let report = site.cycle(hours(5));
    assert!(told(&report).iter().any(|line| line.contains("no file matches any more")), "{:?}", told(&report));
}

#[test]
fn at_first_sight_the_first_of_equal_files_counts_and_files_that_are_no_posts_may_be_equal() {
    let site = Site::new("");
    for path in ["posts/b.md", "posts/a.md", "posts/a/a.md"] {
        site.write(path, post(1, &[1]).markdown());
    }
    for path in ["posts/README.md", "posts/2024/README.md", "posts/_index.md", "posts/2024/_index.md"] {
        site.write(path, if path.contains("README") { "# How we write\n" } else { "" });
    }
    let report = site.cycle(noon());
    assert_eq!(report.inputs[0].editions.len(), 1);
    assert!(report.inputs[0].editions[0].path.ends_with("posts/a.md"));
    assert_eq!((told(&report).len(), report.inputs[0].skipped.len(), entries(&site)), (2, 4, 1), "{:?}", told(&report));
    assert_eq!(site.cycle(hours(1)).inputs[0].read, 0);
}

#[test]
fn another_version_of_a_post_is_named_in_an_error_whichever_of_the_two_is_edited() {
    let site = Site::new("");
    let text = |edited: &str| post(1, &[1, 2, 3]).markdown().replace("编者", edited);
    site.write("posts/b.md", text("编者"));
    site.cycle(noon());
    let ids = site.ids();
    // A program that synchronises folders puts the older version aside, before the known name and behind it.
    for (hour, aside) in [(1, "posts/a (conflicted copy).md"), (4, "posts/b (conflicted copy).md")] {
        for (later, (kept, put_aside)) in (0..).zip([("编者二", "编者一"), ("编者一", "编者二"), ("编者三", "编者二")])
        {
            site.write("posts/b.md", text(kept));
            site.write(aside, text(put_aside));
            let report = site.cycle(hours(hour + later));
            let errors = told(&report);
            assert_eq!((errors.len(), report.exit_code(false)), (1, 3), "{errors:?}");
            assert!(errors[0].starts_with("error ") && errors[0].contains(aside), "{errors:?}");
            assert!(
                errors[0].contains("another version of the post in") && errors[0].contains("posts/b.md;"),
                "{errors:?}"
            );
            assert_eq!(site.ids(), ids);
            assert!(site.feed("").to_string().contains(kept));
        }
        site.remove(aside);
        assert_eq!(told(&site.cycle(hours(hour + 20))), Vec::<String>::new());
    }
    // Nor over a lost store.
    site.write("posts/a.md", text("编者五"));
    site.lose_store();
    let report = site.cycle(hours(30));
    assert_eq!((told(&report).len(), site.ids()), (1, ids.clone()), "{:?}", told(&report));
    assert!(told(&report)[0].contains("posts/a.md: holds another version"), "{:?}", told(&report));
    site.remove("posts/a.md");
    // The editor goes on with the other one and deletes the first: it is the same post.
    site.write("posts/c.md", text("编者四"));
    site.cycle(hours(40));
    site.remove("posts/b.md");
    let report = site.cycle(hours(41));
    assert_eq!((told(&report), site.ids()), (Vec::new(), ids));
    assert!(site.feed("").to_string().contains("编者四"));
}

#[test]
fn a_copy_of_which_the_first_was_edited_is_not_published_beside_it() {
    let site = Site::new("");
    site.write("posts/a.md", post(1, &[1, 2]).markdown());
    site.write("posts/copy.md", post(1, &[1, 2]).markdown());
    site.cycle(noon());
    let ids = site.ids();
    site.write("posts/a.md", post(1, &[1, 2]).markdown().replace("编者", "笔者"));
    let report = site.cycle(hours(1));
    assert_eq!((told(&report).len(), report.exit_code(false), site.ids()), (1, 3, ids), "{:?}", told(&report));
}

#[test]
fn a_file_that_is_written_anew_each_day_leaves_its_old_post_to_the_copy_of_it() {
    for (archive, in_the_evening) in
        [("posts/archive/1.md", true), ("posts/archive/1.md", false), ("posts/z/1.md", true), ("posts/z/1.md", false)]
    {
        let site = Site::new("");
        let today = |day: u32| post(day, &[day * 10, day * 10 + 1]).markdown();
        site.write("posts/today.md", today(1));
        site.cycle(noon());
        let ids = site.ids();
        site.write(archive, today(1));
        if in_the_evening {
            assert_eq!(told(&site.cycle(hours(1))).len(), 1);
        }
        site.write("posts/today.md", today(2));
        let report = site.cycle(hours(2));
        assert_eq!((told(&report), site.ids().len()), (Vec::new(), 4), "{archive}");
        assert!(ids.iter().all(|(title, id)| site.ids().get(title) == Some(id)), "{archive}");
        // The old post is in its copy by now: it leaves with it, and only it.
        site.remove(archive);
        site.cycle(hours(3));
        assert_eq!(site.ids().keys().collect::<Vec<_>>(), ["Story 20", "Story 21"], "{archive}");
    }
}

#[test]
fn posts_that_share_a_number_and_little_else_are_two() {
    let site = Site::new("");
    site.write("posts/a.md", post(1, &[1, 2, 3, 4]).markdown());
    site.write("posts/b.md", post(1, &[1, 5, 6, 7]).markdown());
    let report = site.cycle(noon());
    assert_eq!((told(&report).len(), entries(&site)), (1, 8), "{:?}", told(&report));
    assert!(told(&report)[0].starts_with("warning ") && told(&report)[0].contains("#1 is also that of"));
}

/// A site with further digest inputs.
fn with_inputs(inputs: &[(&str, &str)]) -> Site {
    let site = Site::new("");
    configure_inputs(&site, inputs);
    site
}

fn configure_inputs(site: &Site, inputs: &[(&str, &str)]) {
    let root = site.folder.path().display().to_string();
    let more = |(name, keys): &(&str, &str)| {
        let keys = keys.replace("ROOT", &root);
        format!("[[inputs]]\nname = \"{name}\"\nbase_url = \"https://{name}.example/\"\n{keys}\n")
    };
    site.configure("", "");
    let config = fs::read_to_string(site.path("wellsourced.toml")).unwrap();
    let (shared, _) = config.split_once("[[inputs]]").unwrap();
    site.write("wellsourced.toml", format!("{shared}{}", inputs.iter().map(more).collect::<String>()));
}

#[test]
fn a_file_that_two_inputs_name_is_published_once() {
    let all = ("all", "digest = \"ROOT/posts\"");
    for other in
        ["digest = \"ROOT/posts/2024/*.md\"", "digest = \"ROOT/posts/../posts/2024\"", "digest = \"ROOT/link\""]
    {
        let site = with_inputs(&[("some", other), all]);
        site.write("posts/2024/a.md", post(1, &[1, 2]).markdown());
        site.write("posts/b.md", post(2, &[3]).markdown());
        symlink("posts/2024", site.path("link")).unwrap();
        let report = site.cycle(noon());
        assert_eq!((entries(&site), told(&report).len(), report.exit_code(false)), (3, 1, 0), "{:?}", told(&report));
        let told_of = "posts/2024/a.md is a post of `some` too";
        assert!(told(&report)[0].starts_with("warning ") && told(&report)[0].contains(told_of), "{:?}", told(&report));
        let (ids, bytes) = (site.ids(), site.bytes());
        assert_eq!((told(&site.cycle(hours(1))), site.bytes()), (told(&report), bytes));
        // Whose it is does not depend on the order; an edit is the owner's.
        configure_inputs(&site, &[all, ("some", other)]);
        site.write("posts/2024/a.md", post(1, &[1, 2]).markdown().replace("编者", "笔者"));
        let report = site.cycle(hours(2));
        assert_eq!((site.ids(), report.inputs[1].revised_items), (ids, 2), "{:?}", told(&report));
        // The owner goes: it is the other one's.
        configure_inputs(&site, &[all]);
        let report = site.cycle(hours(3));
        assert_eq!((entries(&site), told(&report)), (3, Vec::new()));
    }
}

#[test]
fn two_inputs_may_share_a_folder_and_part_it_by_category() {
    let keys = |category: &str| format!("digest = \"ROOT/posts\"\ncategory = \"{category}\"");
    let site = with_inputs(&[("news", &keys("news")), ("essays", &keys("essays"))]);
    let of = |category: &str, post: Post| post.markdown().replace("tags:\n", &format!("category: {category}\ntags:\n"));
    site.write("posts/a.md", of("news", post(1, &[1])));
    site.write("posts/b.md", of("essays", post(2, &[2])));
    let report = site.cycle(noon());
    assert_eq!((entries(&site), told(&report)), (2, Vec::new()));
    // It moves from one to the other, and back as itself.
    let ids = site.ids();
    for (hour, category) in [(1, "essays"), (3, "news")] {
        site.write("posts/a.md", of(category, post(1, &[1])));
        site.cycle(hours(hour));
        let report = site.cycle(hours(hour + 1));
        assert_eq!((entries(&site), told(&report)), (2, Vec::new()), "{category}");
    }
    assert_eq!(site.ids(), ids);
}
