//! `--once` through the real binary: what an editor and an operator meet.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail where it stands")]

mod support;

use std::fs;
use std::path::Path;
use std::process::Output;
use support::{Post, Site, Story, binary, noon, post};

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

#[test]
fn the_default_configuration_publishes_the_examples() {
    let folder = tempfile::tempdir().unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let config = fs::read_to_string(root.join("config/wellsourced.toml")).unwrap();
    let here = folder.path().display();
    let config = config
        .replace("sqlite:var/wellsourced.db", &format!("sqlite:{here}/var/store.db"))
        .replace("directory = \"feeds\"", &format!("directory = \"{here}/feeds\""));
    let path = folder.path().join("wellsourced.toml");
    #[allow(clippy::disallowed_methods, reason = "a test makes its own configuration")]
    fs::write(&path, config).unwrap();
    let output = binary().current_dir(root).arg("--config").arg(&path).args(["--once", "--offline"]).output().unwrap();
    assert_eq!(code(&output), 0, "{}", out(&output));
    assert!(out(&output).contains("Offline"), "{}", out(&output));
    for file in [
        "index.html",
        "rss.xml",
        "atom.xml",
        "feed.json",
        "tags/ai/rss.xml",
        "tags/开源/index.html",
        "tags/x-org/atom.xml",
        "tags/index.html",
        "sources/index.html",
        "sources/phoronix.com/feed.json",
        "editions/rss.xml",
        "editions/index.html",
        "feeds.opml",
        "icon.svg",
        "robots.txt",
        "search.html",
        "search.js",
        "search.json",
        "sitemap.xml",
        "status.html",
        "404.html",
        "status.json",
    ] {
        assert!(folder.path().join("feeds").join(file).is_file(), "{file} is missing\n{}", out(&output));
    }
}

#[test]
fn a_second_run_and_one_after_touching_change_nothing() {
    let site = Site::new("");
    site.write("posts/7.md", post(7, &[1, 2, 3]).markdown());
    site.write("posts/8.md", post(8, &[4, 5, 6]).markdown());
    assert_eq!(code(&site.binary(&["--once", "--offline"])), 0);
    let before = site.published();
    assert!(out(&site.binary(&["--once", "--offline"])).contains("up to date"));
    assert_eq!(site.published(), before);
    for name in ["posts/7.md", "posts/8.md"] {
        let file = fs::File::open(site.path(name)).unwrap();
        file.set_modified(std::time::UNIX_EPOCH + std::time::Duration::from_hours(24)).unwrap();
    }
    assert_eq!(code(&site.binary(&["--once", "--offline"])), 0);
    assert_eq!(site.published(), before);
}

#[test]
fn losing_the_database_changes_no_byte() {
    let site = Site::new("");
    site.write("posts/7.md", post(7, &[1, 2, 3]).markdown());
    site.write("posts/8.md", post(8, &[4, 5, 6]).markdown());
    site.cycle(noon());
    // An edit and a removal leave traces that only the published directory can keep.
    let mut edited = post(7, &[1, 2]);
    edited.stories[0].text.push_str("补充一句。");
    site.write("posts/7.md", edited.markdown());
    site.cycle(noon() + chrono::Duration::hours(1));
    let before = site.published();
    site.lose_store();
    site.cycle(noon() + chrono::Duration::days(3));
    assert_eq!(site.bytes(), before.iter().map(|(path, (bytes, _))| (path.clone(), bytes.clone())).collect());
    assert_eq!(site.published(), before, "and writes nothing");
}

#[test]
fn the_order_in_which_posts_arrive_does_not_matter() {
    let (at_once, one_by_one) = (Site::new(""), Site::new(""));
    for number in 1..=4_u32 {
        let text = post(number, &[number * 10, number * 10 + 1]).markdown();
        at_once.write(&format!("posts/{number}.md"), &text);
        one_by_one.write(&format!("posts/{number}.md"), &text);
        one_by_one.cycle(noon());
    }
    at_once.cycle(noon());
    let relative = |site: &Site| -> Vec<_> {
        let strip = |path: &Path| path.strip_prefix(site.path("feeds")).unwrap().to_path_buf();
        site.bytes().iter().map(|(path, bytes)| (strip(path), bytes.clone())).collect()
    };
    assert_eq!(relative(&at_once), relative(&one_by_one));
}

#[test]
fn a_removed_post_leaves_its_channel_empty_but_valid() {
    let site = Site::new("");
    site.write("posts/7.md", Post { tags: vec!["Rust".into()], ..post(7, &[1]) }.markdown());
    site.write("posts/8.md", post(8, &[4]).markdown());
    site.cycle(noon());
    assert_eq!(site.feed("tags/rust")["items"].as_array().unwrap().len(), 1);
    site.remove("posts/7.md");
    site.cycle(noon() + chrono::Duration::hours(1));
    assert_eq!(site.feed("tags/rust")["items"].as_array().unwrap().len(), 0);
    let atom = fs::read_to_string(site.path("feeds/tags/rust/atom.xml")).unwrap();
    assert!(atom.contains("2026-06-01T13:00:00"), "dated by the removal: {atom}");
    assert_eq!(fs::read_dir(site.path("feeds/items")).unwrap().count(), 1, "the item's page is gone");
}

#[test]
fn a_broken_post_leaves_its_last_good_state_and_the_rest_goes_on() {
    let site = Site::new("");
    site.write("posts/7.md", post(7, &[1, 2]).markdown());
    site.cycle(noon());
    site.write("posts/7.md", "---\ntitle: 'unclosed\n");
    site.write("posts/8.md", post(8, &[4]).markdown());
    let output = site.binary(&["--once", "--offline"]);
    assert_eq!(code(&output), 3, "{}", out(&output));
    assert!(out(&output).contains("posts/7.md:"), "{}", out(&output));
    assert_eq!(site.ids().len(), 3);
    // It is told again as long as it stands.
    let again = site.binary(&["--once", "--offline"]);
    assert_eq!(code(&again), 3);
    assert!(out(&again).contains("posts/7.md:"), "{}", out(&again));
}

#[test]
fn a_folder_that_vanished_takes_nothing_from_readers() {
    let site = Site::new("");
    site.write("posts/7.md", post(7, &[1, 2]).markdown());
    site.cycle(noon());
    let before = site.published();
    site.remove("posts/7.md");
    let output = site.binary(&["--once", "--offline"]);
    assert_eq!(code(&output), 3, "{}", out(&output));
    assert_eq!(site.published(), before);
}

#[test]
fn foreign_files_stay() {
    let site = Site::new("");
    site.write("feeds/rss.xml", "mine");
    site.write("feeds/tags/ai/notes.txt", "mine too");
    site.write("posts/7.md", post(7, &[1]).markdown());
    let output = site.binary(&["--once", "--offline"]);
    assert_eq!(code(&output), 3, "{}", out(&output));
    assert!(out(&output).contains("rss.xml"), "{}", out(&output));
    assert_eq!(fs::read(site.path("feeds/rss.xml")).unwrap(), b"mine");
    // It is complained of until it is out of the way, and then the feed appears.
    assert_eq!(code(&site.binary(&["--once", "--offline"])), 3);
    site.remove("feeds/rss.xml");
    assert_eq!(code(&site.binary(&["--once", "--offline"])), 0);
    assert!(fs::read_to_string(site.path("feeds/rss.xml")).unwrap().contains("<rss"));
    site.remove("posts/7.md");
    site.write("posts/8.md", post(8, &[2]).markdown());
    site.binary(&["--once", "--offline"]);
    assert_eq!(fs::read(site.path("feeds/tags/ai/notes.txt")).unwrap(), b"mine too");
}

#[test]
fn configuration_mistakes_are_named_with_line_column_and_the_nearest_key() {
    let site = Site::new("");
    let good = fs::read_to_string(site.path("wellsourced.toml")).unwrap();
    for (wrong, told) in [
        (good.replace("directory =", "directroy ="), "`directory`"),
        (good.replace("Asia/Shanghai", "Asia/Shanghei"), "`Asia/Shanghai`"),
        (good.replace("https://feeds.example/", "feeds.example"), "absolute"),
        (good.replace("posts/**/*.md", "posts/***.md"), "pattern"),
        (format!("{good}[net]\ntimeout = \"soon\"\n"), "duration"),
        (format!("{good}[net]\nallow_networks = [\"all\"]\n"), "network"),
        (format!("{good}[[inputs]]\nname = \"digest\"\ndigest = \"x\"\n"), "twice"),
    ] {
        site.write("wellsourced.toml", &wrong);
        let output = site.binary(&["--once"]);
        assert_eq!(code(&output), 2, "{}", out(&output));
        let place = regex_free_place(&out(&output));
        assert!(place && out(&output).contains(told), "{told}: {}", out(&output));
    }
    let nowhere = binary().current_dir(site.folder.path()).args(["--once"]).output().unwrap();
    assert_eq!(code(&nowhere), 2);
    assert!(out(&nowhere).contains("--config"), "{}", out(&nowhere));
}

/// Whether a message names `wellsourced.toml:LINE:COLUMN:`.
fn regex_free_place(message: &str) -> bool {
    let Some(rest) = message.split("wellsourced.toml:").nth(1) else { return false };
    let mut parts = rest.split(':');
    parts.next().is_some_and(|line| line.parse::<u32>().is_ok())
        && parts.next().is_some_and(|c| c.parse::<u32>().is_ok())
}

#[test]
fn every_key_of_the_default_configuration_parses_also_the_commented_ones() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join("config/wellsourced.toml")).unwrap();
    let site = Site::new("");
    let uncommented: Vec<String> = text
        .lines()
        .map(|line| {
            let bare = line.trim_start_matches("# ");
            let is_key =
                bare.split_once(" = ").is_some_and(|(key, _)| key.chars().all(|c| c.is_ascii_lowercase() || c == '_'));
            if is_key || bare.starts_with('[') { bare.to_owned() } else { line.to_owned() }
        })
        .collect();
    // The files that two of them name must be there.
    site.write("theme/style.css", "");
    site.write("icon.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>");
    let quoted = |key: &str, path: &str| format!("{key} = \"{}\"", site.path(path).display());
    let all = uncommented.join("\n");
    let all = all.replace("theme = \"theme\"", &quoted("theme", "theme"));
    site.write("all.toml", all.replace("icon = \"icon.svg\"", &quoted("icon", "icon.svg")));
    let settings =
        wellsourced::config::load(&site.path("all.toml"), &wellsourced::config::Environment::default()).unwrap();
    let names: Vec<&str> = settings.cycle.inputs.iter().map(wellsourced::pipeline::Input::name).collect();
    assert_eq!(names, ["每日观察", "Semi Analysis", "The Washington Post", "Phoronix"]);
}

#[test]
fn bad_input_is_a_complaint_and_the_rest_is_published() {
    let site = Site::new("");
    site.write("posts/1.md", post(1, &[1]).markdown());
    let tags = ["../../etc/passwd", "C", "\"C#\"", "C++", "AI/ML", "ai", "AI", "🚀"];
    let tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
    let odd = Story { title: "控制\u{8}字符 ]]> 与 <b>".into(), ..support::story(2) };
    site.write("posts/2.md", Post { tags, stories: vec![odd, support::story(3)], ..post(2, &[]) }.markdown());
    let script = Story { url: Some("javascript:alert(1)".into()), ..support::story(4) };
    site.write("posts/3.md", Post { stories: vec![script], ..post(3, &[]) }.markdown());
    site.write("posts/unclosed.md", "---\ntitle: x\n\n### A\n\ntext\n");
    site.write("posts/latin1.md", b"---\ntitle: caf\xe9\ndate: 2026-05-01\n---\n\n### A\n\ntext\n");
    site.write("posts/zero.md", Post { date: "0000-00-00 00:00:00".into(), ..post(5, &[6]) }.markdown());
    site.write("posts/far.md", Post { date: "2099-01-01 00:00:00".into(), ..post(6, &[7]) }.markdown());
    site.write("posts/twice.md", post(1, &[8]).markdown());
    site.write("posts/brackets.md", format!("{}{}", post(9, &[9]).markdown(), "[".repeat(1_000_000)));
    let huge = fs::File::create(site.path("posts/huge.md")).unwrap();
    huge.set_len(50 << 20).unwrap();
    let output = site.binary(&["--once", "--offline"]);
    let told = out(&output);
    assert_eq!(code(&output), 3, "{told}");
    for file in ["unclosed.md", "latin1.md", "zero.md", "far.md", "twice.md", "brackets.md", "huge.md", "3.md", "2.md"]
    {
        assert!(told.contains(&format!("posts/{file}")), "{file} is not complained of:\n{told}");
    }
    let ids = site.ids();
    assert!(ids.contains_key("Story 1") && ids.contains_key("Story 4") && ids.contains_key("Story 8"), "{ids:?}");
    assert!(!told.contains("panicked"), "{told}");
    assert!(!site.path("etc").exists() && site.path("feeds/tags/etc-passwd/rss.xml").exists());
    for slug in ["c", "csharp", "cplusplus", "ai-ml", "ai"] {
        assert!(site.path(&format!("feeds/tags/{slug}/atom.xml")).exists(), "{slug}");
    }
}

#[test]
fn readers_comments_are_never_published() {
    let site = Site::new("");
    let text = post(1, &[1]).markdown().replace(
        "tags:\n",
        "comments_data:\n- date: '2026-05-02'\n  message: SECRETREMARK\n  postip: 203.0.113.75\n  username: SECRETNAME\ntags:\n",
    );
    site.write("posts/1.md", text);
    let output = site.binary(&["--once", "--offline", "--json"]);
    assert_eq!(code(&output), 0);
    let all: Vec<u8> = site.bytes().into_values().flatten().chain(output.stdout).collect();
    let store = fs::read(site.path("store.db")).unwrap();
    for bytes in [all, store] {
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains("SECRET") && !text.contains("203.0.113.75"));
    }
}

#[test]
fn a_post_dated_tomorrow_is_held_until_then() {
    let site = Site::new("");
    site.write("posts/1.md", post(1, &[1]).markdown());
    site.write("posts/2.md", Post { date: "2026-06-02 08:00:00".into(), ..post(2, &[2]) }.markdown());
    let report = site.cycle(noon());
    assert_eq!((report.exit_code(true), report.inputs[0].held.len()), (0, 1));
    assert_eq!(site.ids().len(), 1);
    site.cycle(noon() + chrono::Duration::hours(11));
    assert_eq!(site.ids().len(), 1);
    site.cycle(noon() + chrono::Duration::hours(12));
    assert_eq!(site.ids().len(), 2);
}

#[test]
fn an_unquoted_title_is_warned_of() {
    let site = Site::new("");
    let text = post(7, &[1]).markdown().replace("'每日观察 #7 Edition 7'", "每日观察 #7 Edition 7");
    site.write("posts/7.md", text);
    let told = out(&site.binary(&["--once", "--offline"]));
    assert!(told.contains("posts/7.md:2:13: warning") && told.contains("quotes"), "{told}");
}

#[test]
fn what_is_held_skipped_or_removed_is_told_each_time() {
    let site = Site::new("");
    site.write("posts/1.md", post(1, &[1]).markdown());
    site.write("posts/2.md", post(2, &[2]).markdown());
    site.write("posts/README.md", "# How we write\n");
    site.binary(&["--once", "--offline"]);
    assert!(out(&site.binary(&["--once", "--offline"])).contains("skipped"));
    site.remove("posts/2.md");
    let told = out(&site.binary(&["--once", "--offline"]));
    assert!(told.contains("1 removed item") && told.contains("Edition 2"), "{told}");
}

#[test]
fn damaged_ids_are_told_when_the_store_is_lost() {
    let site = Site::new("");
    site.write("posts/1.md", post(1, &[1]).markdown());
    site.cycle(noon());
    let ids = site.path("feeds/.wellsourced/ids.jsonl");
    let length = fs::metadata(&ids).unwrap().len();
    fs::OpenOptions::new().write(true).open(&ids).unwrap().set_len(length - 20).unwrap();
    site.lose_store();
    let told = out(&site.binary(&["--once", "--offline"]));
    assert!(told.contains("ids.jsonl: warning"), "{told}");
}

#[test]
fn a_store_that_is_not_understood_is_refused_without_repeating_it() {
    let site = Site::new("");
    let config = fs::read_to_string(site.path("wellsourced.toml")).unwrap();
    site.write("wellsourced.toml", config.replace("sqlite:", "mysql://user:SECRET@"));
    let output = site.binary(&["--once"]);
    assert_eq!(code(&output), 2);
    assert!(!out(&output).contains("SECRET") && out(&output).contains("wellsourced.toml:"), "{}", out(&output));
}

#[test]
fn a_tag_that_no_item_mentions_is_a_hint_and_no_warning() {
    let site = Site::new("");
    site.write(
        "posts/a.md",
        "---\ntitle: a\ndate: 2026-05-01 20:30:00\ntags: [AI, Space]\n---\n### AI\n\nText.\n\n### Weather\n\nText.\n",
    );
    let report = site.cycle(noon());
    assert_eq!(report.inputs[0].editions[0].unmentioned_tags, ["Space"]);
    assert_eq!(report.complaints, []);
    let output = site.binary(&["--once", "--offline", "--strict"]);
    assert_eq!(code(&output), 0, "{}", out(&output));
    site.write("posts/a.md", "---\ntitle: a\ndate: 2026-05-01 20:30:00\ntags: [AI, Space]\n---\n### AI\n\nTexts.\n");
    let told = out(&site.binary(&["--once", "--offline"]));
    assert!(told.contains("hint: no item mentions Space"), "{told}");
}

#[test]
fn pictures_are_published_with_what_they_show_and_where_they_stand() {
    let site = Site::new("");
    site.write(
        "posts/a.md",
        "---\ntitle: a\ndate: 2026-05-01 20:30:00\n---\n### One\n\n![A \"cat\" & dog](/lead.png)\n\nPress ![the knob](/knob.png) twice.\n",
    );
    site.cycle(noon());
    let feed = fs::read_to_string(site.path("feeds/feed.json")).unwrap();
    let feed: serde_json::Value = serde_json::from_str(&feed).unwrap();
    let html = feed["items"][0]["content_html"].as_str().unwrap();
    let lead = "<figure><img src=\"https://digest.example/lead.png\" alt=\"A &quot;cat&quot; &amp; dog\"></figure>";
    assert!(html.starts_with(lead), "{html}");
    assert!(html.contains("Press <img src=\"https://digest.example/knob.png\" alt=\"the knob\""), "{html}");
    assert_eq!(html.matches("knob.png").count(), 1, "{html}");
}
