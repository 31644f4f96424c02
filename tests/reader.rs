//! The feed reader from outside: damaged and odd feeds, each a file with its expectation beside it.
//!
//! An expectation names what matters of each entry, all repairs by how their words begin, and all complaints by a part of
//! theirs. So a repair that nobody expected fails as much as one that is missing.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail where it stands")]

use chrono_tz::Tz;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use url::Url;
use wellsourced::collect::feed::{Document, Origin, inspect_json, read};
use wellsourced::model::Rhythm;

fn fixtures() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/feeds");
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| !path.to_string_lossy().ends_with(".expected.json"));
    files.sort();
    files
}

#[test]
fn every_damaged_feed_is_read_as_it_is_meant() {
    let files = fixtures();
    assert!(files.len() >= 120, "{} fixtures", files.len());
    let mut wrong = String::new();
    for path in files {
        let expected = fs::read_to_string(path.with_extension("expected.json")).unwrap();
        let expected: Value = serde_json::from_str(&expected).unwrap();
        let problems = problems(&fs::read(&path).unwrap(), &expected["given"], &expected["expect"]);
        if !problems.is_empty() {
            let name = path.file_name().unwrap().to_string_lossy();
            writeln!(wrong, "{name}\n  {}", problems.join("\n  ")).unwrap();
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

fn problems(bytes: &[u8], given: &Value, expected: &Value) -> Vec<String> {
    let base = given["base"].as_str().map(|base| Url::parse(base).unwrap());
    let timezone = given["timezone"].as_str().map_or(Tz::UTC, |zone| zone.parse().unwrap());
    let content_type = given["content_type"].as_str();
    let document = read(bytes, &Origin { place: "it", base: base.as_ref(), content_type, timezone });
    let read = inspect_json("it", &document);
    let mut problems = Vec::new();
    for (name, meant) in expected.as_object().unwrap() {
        match name.as_str() {
            "entries" => compare_entries(&mut problems, read["entries"].as_array(), meant.as_array().unwrap()),
            "repairs" => compare_words(&mut problems, name, &read[name], meant, |told, meant| told.starts_with(meant)),
            "complaints" => {
                let told = read[name].as_array().map(|all| all.iter().map(|one| one["message"].clone()).collect());
                compare_words(&mut problems, name, &told.unwrap_or(Value::Null), meant, |told, meant| {
                    told.contains(meant)
                });
            }
            "ttl" | "skip_hours" | "skip_days" | "update_period" => {
                let Document::Feed(feed) = &document else { continue };
                compare(&mut problems, name, &rhythm(&feed.rhythm)[name], meant);
            }
            _ => compare(&mut problems, name, &read[name], meant),
        }
    }
    problems
}

fn compare_entries(problems: &mut Vec<String>, read: Option<&Vec<Value>>, meant: &[Value]) {
    let Some(read) = read else { return problems.push("no entries, and no feed".to_owned()) };
    if read.len() != meant.len() {
        let titles: Vec<_> = read.iter().map(|entry| &entry["title"]).collect();
        problems.push(format!("{} entries, not {}: {titles:?}", read.len(), meant.len()));
    }
    for (at, (read, meant)) in read.iter().zip(meant).enumerate() {
        for (name, meant) in meant.as_object().unwrap() {
            compare(problems, &format!("{at}.{name}"), &read[name], meant);
        }
    }
}

/// Each expected once, and nothing else.
fn compare_words(problems: &mut Vec<String>, name: &str, read: &Value, meant: &Value, is: fn(&str, &str) -> bool) {
    let words = |value: &Value| -> Vec<String> {
        let all = value.as_array().cloned().unwrap_or_default();
        all.iter().map(|words| words.as_str().unwrap().to_owned()).collect()
    };
    let (mut read, mut missing) = (words(read), Vec::new());
    for meant in words(meant) {
        match read.iter().position(|told| is(told, &meant)) {
            Some(at) => drop(read.remove(at)),
            None => missing.push(meant),
        }
    }
    if !read.is_empty() || !missing.is_empty() {
        problems.push(format!("{name}: unexpected {read:?}, missing {missing:?}"));
    }
}

fn compare(problems: &mut Vec<String>, name: &str, read: &Value, meant: &Value) {
    if read != meant {
        problems.push(format!("{name}: {read}, not {meant}"));
    }
}

fn rhythm(rhythm: &Rhythm) -> Value {
    json!({
        "ttl": rhythm.ttl.map(|ttl| ttl.as_secs()),
        "skip_hours": rhythm.skip_hours,
        "skip_days": rhythm.skip_days.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "update_period": rhythm.update_period.map(|period| period.as_secs()),
    })
}
