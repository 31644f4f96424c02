//! What the configuration says of which files are posts.

use crate::support::{Site, binary, noon, post};
use crate::{entries, hours, told};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::symlink;
use wellsourced::pipeline::{Glob, PostFiles};

/// The files of a site's inputs other than its first, relative to its folder.
fn found(site: &Site, keys: &str) -> Vec<String> {
    let root = site.folder.path().display().to_string();
    site.configure("", "");
    let config = fs::read_to_string(site.path("wellsourced.toml")).unwrap();
    let digest = config.lines().find(|line| line.starts_with("digest = ")).unwrap();
    site.write("wellsourced.toml", config.replace(digest, &keys.replace("ROOT", &root)));
    let binary = site.binary(&["--once", "--offline", "--json"]);
    let report: serde_json::Value = serde_json::from_slice(&binary.stdout)
        .unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&binary.stderr)));
    let editions = report["inputs"][0]["editions"].as_array().unwrap();
    let path = |edition: &serde_json::Value| edition["path"].as_str().unwrap().trim_start_matches(&root).to_owned();
    let mut paths: Vec<String> = editions.iter().map(path).collect();
    paths.sort();
    site.lose_store();
    let _ = fs::remove_dir_all(site.path("feeds"));
    paths
}

#[test]
fn a_digest_is_a_glob_a_folder_or_a_list_and_may_exclude() {
    let site = Site::new("");
    for (number, path) in
        (1..).zip(["posts/a.md", "posts/2024/b.md", "notes/c.md", "posts/drafts/d.md", "posts/2024/_e.md"])
    {
        site.write(path, post(number, &[number]).markdown());
    }
    site.write("posts/README.md", "# How we write\n");
    let all = ["/posts/2024/_e.md", "/posts/2024/b.md", "/posts/a.md", "/posts/drafts/d.md"];
    for (keys, expected) in [
        ("digest = \"ROOT/posts\"", &all[..]),
        ("digest = \"ROOT/posts/\"", &all[..]),
        ("digest = [\"ROOT/posts/**/*.md\", \"ROOT/posts\"]", &all[..]),
        ("digest = [\"ROOT/posts/*.md\", \"ROOT/notes\"]", &["/notes/c.md", "/posts/a.md"]),
        ("digest = \"ROOT/{posts/2024,notes}/*.md\"", &["/notes/c.md", "/posts/2024/_e.md", "/posts/2024/b.md"]),
        ("digest = \"ROOT/posts\"\nexclude = [\"drafts\", \"_*\"]", &["/posts/2024/b.md", "/posts/a.md"]),
        ("digest = \"ROOT/posts\"\nexclude = [\"ROOT/posts/{2024,drafts}/**\"]", &["/posts/a.md"]),
        ("digest = \"ROOT/posts\"\nexclude = [\"posts/20??\", \"d.md\"]", &["/posts/a.md"]),
        // What the configuration itself writes out is not excluded by its own folder's name.
        ("digest = \"ROOT/posts/drafts/*.md\"\nexclude = [\"drafts\"]", &["/posts/drafts/d.md"]),
    ] {
        assert_eq!(found(&site, keys), expected, "{keys}");
    }
}

#[test]
fn the_home_folder_is_written_as_a_tilde() {
    let site = Site::new("");
    site.write("home/posts/a.md", post(1, &[1]).markdown());
    let config = fs::read_to_string(site.path("wellsourced.toml")).unwrap();
    let digest = config.lines().find(|line| line.starts_with("digest = ")).unwrap();
    site.write("wellsourced.toml", config.replace(digest, "digest = \"~/posts/**/*.md\""));
    let config = site.path("wellsourced.toml");
    let mut binary = binary();
    let run = binary.env("HOME", site.path("home")).arg("--config").arg(config).args(["--once", "--offline"]);
    assert_eq!(run.output().unwrap().status.code(), Some(0));
    assert_eq!(entries(&site), 1);
}

#[test]
fn a_file_excluded_later_leaves_and_returns_as_itself() {
    let site = Site::new("");
    site.write("posts/a.md", post(1, &[1]).markdown());
    site.write("posts/drafts/b.md", post(2, &[2]).markdown());
    site.cycle(noon());
    let ids = site.ids();
    site.configure("", "exclude = [\"drafts\"]\n");
    site.cycle(hours(1));
    assert_eq!(site.ids().len(), 1);
    site.configure("", "");
    site.cycle(hours(2));
    assert_eq!(site.ids(), ids);
}

#[test]
fn each_glob_of_a_list_keeps_what_it_published_when_all_its_files_are_gone() {
    let site = Site::new("");
    let root = site.folder.path().display().to_string();
    let config = fs::read_to_string(site.path("wellsourced.toml")).unwrap();
    let glob = format!("\"{root}/posts/**/*.md\"");
    site.write("wellsourced.toml", config.replace(&glob, &format!("[{glob}, \"{root}/old\", \"{root}/new/*.md\"]")));
    site.write("posts/a.md", post(1, &[1]).markdown());
    site.write("old/b.md", post(2, &[2]).markdown());
    site.write("old/c.md", post(3, &[3]).markdown());
    let report = site.cycle(noon());
    assert_eq!(told(&report).len(), 1, "{:?}", told(&report));
    assert!(
        told(&report)[0].starts_with("warning ") && told(&report)[0].contains("/new/*.md: `digest`: no file matches")
    );
    let (ids, bytes) = (site.ids(), site.bytes());
    fs::rename(site.path("old"), site.path("unmounted")).unwrap();
    let report = site.cycle(hours(1));
    assert!(
        told(&report).iter().any(|line| line.starts_with("error ") && line.contains("/old: `digest`")),
        "{report:?}"
    );
    assert_eq!((report.exit_code(false), site.bytes()), (3, bytes.clone()));
    // They were not unmounted but moved into another one's folder: they are the same posts, and nothing is missing.
    fs::rename(site.path("unmounted"), site.path("posts/old")).unwrap();
    let report = site.cycle(hours(2));
    assert_eq!((report.exit_code(false), site.ids(), site.bytes()), (0, ids, bytes), "{:?}", told(&report));
}

#[test]
fn inspect_takes_a_folder() {
    let site = Site::new("");
    site.write("posts/2024/b.md", post(2, &[2]).markdown());
    site.write("posts/a.md", post(1, &[1]).markdown());
    site.write("posts/.trash/c.md", post(3, &[3]).markdown());
    site.write("posts/broken.md", "---\ntitle: 'x\n---\n### a\n");
    symlink(".", site.path("posts/self")).unwrap();
    let folder = site.path("posts").display().to_string();
    let output = site.binary(&["inspect", "--json", &folder]);
    let lines = String::from_utf8(output.stdout).unwrap();
    let paths: Vec<_> = lines
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["path"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(paths, ["2024/b.md", "a.md", "broken.md"].map(|name| format!("{folder}/{name}")));
    assert_eq!(output.status.code(), Some(3));
    let text = String::from_utf8(site.binary(&["inspect", &format!("{folder}/")]).stdout).unwrap();
    assert!(text.contains(&format!("{folder}/a.md:\n")) && text.contains("Story 2"), "{text}");
    fs::create_dir(site.path("empty")).unwrap();
    let empty = site.binary(&["inspect", &site.path("empty").display().to_string()]);
    assert_eq!(empty.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&empty.stdout).contains("no post"));
}

#[test]
fn the_examples_have_the_paths_they_always_had() {
    for pattern in
        ["examples/posts/**/*.md", "./examples/posts/**/*.md", "examples/posts/*/*.md", "examples//posts/./**/*.md"]
    {
        let theirs: Vec<String> =
            glob::glob(pattern).unwrap().map(|path| path.unwrap().to_str().unwrap().to_owned()).collect();
        let ours = PostFiles { globs: vec![Glob::of_posts(pattern, None).unwrap()], exclude: Vec::new() };
        let ours: Vec<String> = ours.list(std::iter::empty()).files.into_iter().map(|file| file.path).collect();
        assert!(ours.len() > 4 && ours == theirs, "{pattern}: {ours:?} {theirs:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Configurations were written for the `glob` crate, and paths are what posts are known by.
    #[test]
    fn what_a_glob_finds_is_what_the_glob_crate_finds(
        files in prop::collection::btree_set("(posts|notes|a)(/[ab1]|/2024)?/(a|b|ab)(\\.md|\\.txt)", 1..12),
        pattern in "(\\./|\\.\\./ROOT/|/)?((posts|notes)/(\\*\\*/|\\*/|a/|\\./|\\.\\./posts/|/)?|(\\*|\\*\\*|[pn]\\*|\\[!p\\]\\*)/(\\*\\*/|\\*/|a/)?)(\\*\\.md|\\?b\\.\\*|a\\.md|\\[ab\\]\\.md|\\*)",
    ) {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        for file in &files {
            fs::create_dir_all(root.join(file).parent().unwrap()).unwrap();
            fs::File::create(root.join(file)).unwrap();
        }
        // Relative globs are tried as absolute ones: tests share their working directory.
        let name = root.file_name().unwrap().to_str().unwrap();
        let pattern = format!("{}/{}", root.display(), pattern.trim_start_matches('/').replace("ROOT", name));
        let theirs = glob::glob(&pattern).unwrap().map(Result::unwrap).filter(|path| path.is_file());
        let theirs: BTreeSet<String> = theirs.map(|path| path.to_str().unwrap().to_owned()).collect();
        let ours = PostFiles { globs: vec![Glob::of_posts(&pattern, None).unwrap()], exclude: Vec::new() };
        let ours: BTreeSet<String> = ours.list(std::iter::empty()).files.into_iter().map(|file| file.path).collect();
        prop_assert_eq!(ours, theirs, "{}", pattern);
    }
}
