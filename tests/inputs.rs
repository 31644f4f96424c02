//! Inputs as they are configured: a digest or a feed, and what a mistake in one is told like.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail where it stands")]

mod support;

use support::Site;
use wellsourced::collect::feed::ContentKind;
use wellsourced::config::{self, Environment, Settings};
use wellsourced::pipeline::{FeedInput, Input};

/// What a configuration with `more` behind it means; else the place in `more` of what is wrong, and what.
fn load(more: &str) -> Result<Settings, String> {
    let site = Site::new(more);
    let path = site.path("wellsourced.toml");
    let before = std::fs::read_to_string(&path).unwrap().lines().count() - more.lines().count();
    config::load(&path, &Environment::default()).map_err(|error| match error {
        config::Error::Wrong { line, column, message, .. } => format!("{}:{column}: {message}", line - before),
        other => other.to_string(),
    })
}

fn feeds(more: &str) -> Vec<FeedInput> {
    let feed = |input| match input {
        Input::Feed(feed) => Some(feed),
        Input::Digest(_) => None,
    };
    load(more).unwrap().cycle.inputs.into_iter().filter_map(feed).collect()
}

#[test]
fn a_feed_is_configured_in_two_lines() {
    let feed =
        feeds("[[inputs]]\nname = \" A \"\nfeed = \"https://a.example/feed?format=rss&x=%E4%B8%AD#top\"\n").remove(0);
    assert_eq!((feed.name.as_str(), feed.url.as_str()), ("A", "https://a.example/feed?format=rss&x=%E4%B8%AD"));
    assert_eq!((feed.schedule, feed.feed.content), (None, ContentKind::Summary));
    assert!(!feed.feed.strip_tracking && feed.feed.filter.include.is_empty() && feed.feed.rules.is_empty());
    assert_eq!(feed.feed.timezone, chrono_tz::Tz::Asia__Shanghai);
}

#[test]
fn every_key_of_a_feed_is_taken_over() {
    let feed = feeds(
        "[[inputs]]\nname = \"A\"\nfeed = \"https://a.example/\"\nschedule = \"*/30 * * * *\"\ncontent = \"full\"\n\
         include = [\"(?i)linux\", 'b+']\nexclude = [\"ad\"]\ntags = [\"x\"]\nstrip_tracking = true\n\
         [[tags.rules]]\npattern = '\\bGPU\\b'\ntag = \"hardware\"\n[tags.aliases]\n\"显卡\" = \"GPU\"\n",
    )
    .remove(0);
    assert_eq!(feed.schedule.as_ref().map(ToString::to_string).as_deref(), Some("*/30 * * * *"));
    let options = feed.feed;
    assert_eq!((options.content, options.strip_tracking), (ContentKind::Full, true));
    assert_eq!((options.filter.include.len(), options.filter.exclude.len()), (2, 1));
    assert!(options.filter.include[0].is_match("LINUX") && options.rules[0].pattern.is_match("a GPU"));
    assert_eq!((options.rules[0].tag.as_str(), options.tags.len(), options.aliases.len()), ("hardware", 1, 1));
}

#[test]
fn mistakes_are_named_where_they_stand() {
    let first = "[[inputs]]\nname = \"A\"\n";
    let feed = "[[inputs]]\nname = \"A\"\nfeed = \"https://a.example/\"\n";
    let digest = "[[inputs]]\nname = \"A\"\ndigest = \"*.md\"\n";
    let long = "\\\\w".repeat(2000);
    for (more, place, told) in [
        (first.to_owned(), "2:8", "neither `digest`"),
        (format!("{feed}digest = \"*.md\"\n"), "3:8", "both `digest` and `feed`"),
        (format!("{feed}base_url = \"https://a.example/\"\n"), "4:12", "`base_url` is a key of a digest"),
        (format!("{feed}category = \"x\"\n"), "4:12", "`category` is a key of a digest"),
        (format!("{digest}schedule = \"* * * * *\"\n"), "4:12", "`schedule` is a key of a feed"),
        (format!("{digest}content = \"full\"\n"), "4:11", "`content` is a key of a feed"),
        (format!("{digest}include = []\n"), "4:11", "`include` is a key of a feed"),
        (format!("{digest}exclude = [\"a\", \"[b\"]\n"), "4:17", "`[b` is not a pattern of file names"),
        (format!("{first}digest = \"posts/**.md\"\n"), "3:10", "single path component"),
        (format!("{first}digest = [\"a\", \"{{b\"]\n"), "3:16", "never closed"),
        (format!("{first}digest = []\n"), "3:10", "names no posts"),
        (format!("{first}digest = 3\n"), "3:10", "a text or a list of texts"),
        (format!("{first}digest = [\"a\", 3]\n"), "3:16", "expected a string"),
        (format!("{first}digest = \"~editor/posts\"\n"), "3:10", "only `~/` is understood"),
        (format!("{first}digest = \"~/posts\"\n"), "3:10", "HOME is not set"),
        (format!("{digest}strip_tracking = false\n"), "4:18", "`strip_tracking` is a key of a feed"),
        (format!("{feed}content = \"all\"\n"), "4:11", "`full`, `summary`, `none`"),
        (format!("{feed}schedule = \" \"\n"), "4:13", "five fields"),
        (format!("{feed}schedule = \"*/30 24 * * *\"\n"), "4:18", "`24` is no hour"),
        (format!("{feed}include = [\"a\", \"(\"]\n"), "4:17", "unclosed group"),
        (format!("{feed}exclude = [\"(?=a)\"]\n"), "4:12", "look-around"),
        (format!("{feed}exclude = [\"{long}\"]\n"), "4:12", "too large"),
        (format!("{feed}shedule = \"x\"\n"), "4:1", "nearest known key is `schedule`"),
        (format!("{first}feed = \"a.example/feed\"\n"), "3:8", "absolute http or https"),
        (format!("{first}feed = \"file:///etc/passwd\"\n"), "3:8", "absolute http or https"),
        (format!("{feed}[[inputs]]\nname = \"B\"\nfeed = \"https://A.example#x\"\n"), "6:8", "another input"),
        (format!("{feed}[[inputs]]\nname = \"A \"\nfeed = \"https://b.example/\"\n"), "5:8", "used twice"),
        ("[[tags.rules]]\npattern = '['\ntag = \"x\"\n".to_owned(), "2:11", "unclosed character class"),
        ("[[tags.rules]]\npattern = 'a'\ntag = \" \"\n".to_owned(), "3:7", "a tag has a name"),
        ("[[tags.rules]]\npattern = 'a'\n".to_owned(), "1:1", "missing field `tag`"),
    ] {
        let error = load(&more).expect_err(&more);
        assert!(error.starts_with(&format!("{place}: ")) && error.contains(told), "{more}\n{error}");
    }
    let secret = load(&format!("{first}feed = \"https://me:SECRET@a.example/\"\n")).unwrap_err();
    assert!(secret.starts_with("3:8: ") && !secret.contains("SECRET"), "{secret}");
}
