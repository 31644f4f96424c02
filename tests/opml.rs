//! `import` and `export` through the real binary: what an operator brings from another reader, and takes to one.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail where it stands")]

mod support;

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Output;
use support::Site;
use wellsourced::config::{self, Environment};
use wellsourced::pipeline::Input;

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn config_of(site: &Site) -> String {
    fs::read_to_string(site.path("wellsourced.toml")).unwrap()
}

fn import(site: &Site, list: impl AsRef<[u8]>, more: &[&str]) -> Output {
    site.write("list.opml", list);
    let path = site.path("list.opml").display().to_string();
    let output = site.binary(&[&["import", path.as_str()], more].concat());
    let beside = fs::read_dir(site.folder.path()).unwrap().filter(|entry| {
        let name = entry.as_ref().unwrap().file_name();
        name.to_string_lossy().ends_with(".new")
    });
    assert_eq!(beside.count(), 0, "nothing is left beside the configuration");
    output
}

/// Name, address and tags of the feed inputs.
fn feeds(site: &Site) -> Vec<(String, String, Vec<String>)> {
    let settings = config::load(&site.path("wellsourced.toml"), &Environment::default()).unwrap();
    let feed = |input| match input {
        Input::Feed(feed) => Some((feed.name, feed.url.to_string(), feed.feed.tags)),
        Input::Digest(_) => None,
    };
    settings.cycle.inputs.into_iter().filter_map(feed).collect()
}

fn named(name: &str, url: &str, tags: &[&str]) -> (String, String, Vec<String>) {
    (name.to_owned(), url.to_owned(), tags.iter().map(|tag| (*tag).to_owned()).collect())
}

const LIST: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<opml version="1.1"><head><title>Subscriptions</title></head><body>
  <outline text="Tech" title="Tech">
    <outline type="rss" text="A &amp; B" xmlUrl="https://a.example/feed?format=rss&amp;n=1" htmlUrl="https://a.example/"/>
    <outline text="Linux"><outline type="rss" title="digest" text="x" xmlUrl="https://b.example/rss"/></outline>
    <outline text="tech"><outline type="rss" text="" xmlUrl="http://www.c.example/rss"/></outline>
  </outline>
  <outline type="rss" text="Twice" xmlUrl="https://A.example:443/feed?format=rss&amp;n=1#x"/>
  <outline type="rss" text="Script" xmlUrl="javascript:alert(1)"/>
  <outline type="rss" text="File" xmlUrl="file:///etc/passwd"/>
  <outline type="rss" text="Secret" xmlUrl="https://me:SECRET@d.example/rss"/>
</body></opml>
"#;

#[test]
fn a_list_is_appended_without_disturbing_what_is_there() {
    let site =
        Site::new("# A comment at the end of the input.\n\n# Names of tags.\n[tags]   # odd   spacing\nslugs={}\n");
    let before = config_of(&site);
    fs::set_permissions(site.path("wellsourced.toml"), fs::Permissions::from_mode(0o640)).unwrap();
    let output = import(&site, LIST, &[]);
    assert_eq!(code(&output), 0, "{}", out(&output));
    assert_eq!(
        feeds(&site),
        [
            named("A & B", "https://a.example/feed?format=rss&n=1", &["Tech"]),
            named("digest 2", "https://b.example/rss", &["Tech", "Linux"]),
            named("c.example", "http://www.c.example/rss", &["Tech"]),
        ]
    );
    let told = out(&output);
    assert!(told.contains("3 inputs added") && told.contains("4 skipped"), "{told}");
    for part in ["it is there already", "javascript:alert(1): it is not", "file:///etc/passwd: it is not", "password"] {
        assert!(told.contains(part), "{part}: {told}");
    }
    assert!(!told.contains("SECRET"), "{told}");
    // The new inputs stand behind the old one and its comment; every other byte is where it was.
    let after = config_of(&site);
    let (first, last) = before.split_once("\n# Names").unwrap();
    assert!(after.starts_with(first) && after.ends_with(&format!("\n# Names{last}")), "{after}");
    let mode = fs::metadata(site.path("wellsourced.toml")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
    // Once more changes nothing, not even the file's time.
    let time = fs::metadata(site.path("wellsourced.toml")).unwrap().modified().unwrap();
    let output = import(&site, LIST, &[]);
    assert!(code(&output) == 0 && out(&output).contains("0 inputs added"), "{}", out(&output));
    assert_eq!(
        (config_of(&site), fs::metadata(site.path("wellsourced.toml")).unwrap().modified().unwrap()),
        (after, time)
    );
    // And a cycle goes on as before.
    assert_eq!(code(&site.binary(&["--once", "--offline"])), 0);
}

#[test]
fn the_default_configuration_takes_a_list_and_keeps_its_comments() {
    let site = Site::new("");
    let default = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("config/wellsourced.toml")).unwrap();
    site.write("wellsourced.toml", &default);
    let output = import(&site, LIST, &["--json"]);
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(told["added"].as_array().unwrap().len(), 3, "{told}");
    assert_eq!(told["added"][1]["tags"], serde_json::json!(["Tech", "Linux"]));
    assert_eq!(told["skipped"].as_array().unwrap().len(), 4, "{told}");
    let new: Vec<String> = config_of(&site).lines().map(str::to_owned).collect();
    let mut lines = new.iter();
    assert!(default.lines().all(|line| lines.any(|new| new == line)), "every line is there, in its order");
    assert_eq!(new.len() - default.lines().count(), 15, "{new:#?}");
}

#[test]
fn what_is_exported_can_be_imported() {
    let site = Site::new("");
    import(&site, LIST, &[]);
    let output = site.binary(&["export"]);
    assert_eq!(code(&output), 0, "{}", out(&output));
    let list = String::from_utf8(output.stdout).unwrap();
    let parsed = opml::OPML::from_str(&list).unwrap();
    assert_eq!((parsed.version.as_str(), parsed.body.outlines.len()), ("2.0", 3));
    assert_eq!(parsed.head.unwrap().title.as_deref(), Some("Tests"));
    let other = Site::new("");
    import(&other, &list, &[]);
    assert_eq!(feeds(&other), feeds(&site));
    let none = Site::new("").binary(&["export"]);
    assert!(code(&none) == 0 && out(&none).contains("<opml"), "{}", out(&none));
}

#[test]
fn what_is_no_list_is_refused_and_the_configuration_stays() {
    let site = Site::new("");
    let before = config_of(&site);
    for no_list in ["", "not XML", "<rss version='2.0'><channel/></rss>", "<html><body>404</body></html>"] {
        let output = import(&site, no_list, &[]);
        assert!(code(&output) == 1 && out(&output).contains("is no OPML"), "{}", out(&output));
    }
    let missing = site.binary(&["import", "/nowhere/list.opml"]);
    assert!(code(&missing) == 1 && out(&missing).contains("cannot be read"), "{}", out(&missing));
    let folder = site.binary(&["import", &site.folder.path().display().to_string()]);
    assert!(code(&folder) == 1 && out(&folder).contains("cannot be read"), "{}", out(&folder));
    let huge = format!("<opml>{}", " ".repeat(9 << 20));
    assert!(out(&import(&site, huge, &[])).contains("at most"));
    assert_eq!(config_of(&site), before);
    // A configuration that is wrong already is not touched either.
    site.write("wellsourced.toml", format!("{before}nonsense = 1\n"));
    let output = import(&site, LIST, &[]);
    assert!(code(&output) == 2 && out(&output).contains("nonsense"), "{}", out(&output));
    let array = before.split("[[inputs]]").next().unwrap().to_owned();
    site.write("wellsourced.toml", format!("inputs = [{{ name = \"x\", digest = \"*.md\" }}]\n{array}"));
    let output = import(&site, LIST, &[]);
    assert!(code(&output) == 2 && out(&output).contains("[[inputs]]"), "{}", out(&output));
}

#[test]
fn hostile_lists_are_bounded_and_told() {
    let site = Site::new("");
    let mut many = "<opml version='2.0'><body>".to_owned();
    for n in 0..100_000 {
        write!(many, "<outline text='F' xmlUrl='https://h{}.example/{n}'/>", n % 7).unwrap();
    }
    let output = import(&site, &many, &["-q"]);
    let told = out(&output);
    assert!(
        code(&output) == 0 && told.contains("5000 inputs added") && told.contains("95000 feeds were left out"),
        "{told}"
    );
    let found = feeds(&site);
    assert_eq!((found.len(), found[0].0.as_str(), found[4999].0.as_str()), (5000, "F", "F 5000"));

    let site = Site::new("");
    let odd = "<!DOCTYPE opml [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;'>]><opml><body>\
        <outline text='a\u{1b}[31m\u{8}\nb \"c\" &#9; &b;' xmlUrl='https://a.example/\"\\x'/>\
        <outline text=']]\n[[inputs]]\nname=' xmlUrl='https://b.example/'/>"
        .to_owned()
        + &"<outline xmlUrl='javascript:\u{1b}[31m'>".repeat(60);
    let output = import(&site, odd, &[]);
    let told = out(&output);
    assert!(
        code(&output) == 0 && told.contains("ends before its end tag") && told.contains("skipped 10 more"),
        "{told}"
    );
    assert!(!told.contains('\u{1b}'), "{told}");
    let found = feeds(&site);
    assert_eq!(found.len(), 2);
    assert_eq!((found[0].0.as_str(), found[1].0.as_str()), ("a[31m b \"c\" &b;", "]] [[inputs]] name="));
    let deep = format!("<opml>{}", "<outline text='x'>".repeat(300_000));
    assert_eq!(code(&import(&site, deep, &[])), 0);
}

#[test]
fn a_link_to_the_configuration_stays_one() {
    let site = Site::new("");
    fs::rename(site.path("wellsourced.toml"), site.path("real.toml")).unwrap();
    symlink("real.toml", site.path("wellsourced.toml")).unwrap();
    assert_eq!(code(&import(&site, LIST, &[])), 0);
    assert!(fs::symlink_metadata(site.path("wellsourced.toml")).unwrap().is_symlink());
    assert!(fs::read_to_string(site.path("real.toml")).unwrap().contains("b.example"));
}
