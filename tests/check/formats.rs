//! What other programs are told.

use crate::{Desk, GOOD};
use serde_json::Value;

fn desk() -> Desk {
    let desk = Desk::new("");
    let bad = GOOD
        .replace("https://lwn.example/107", "hhttps://lwn.example/107")
        .replace("跑的是 Linux。", "跑的是 Linux。见https://a.example/x。");
    desk.write("posts/a, b: 100%.md", bad);
    desk
}

#[test]
fn lines_of_json_have_all_that_is_known() {
    let (told, code) = desk().check(&["--format", "json"]);
    let marks: Vec<Value> = told.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((marks.len(), code), (2, 0), "{told}");
    assert_eq!(
        marks[1],
        serde_json::json!({
            "path": "posts/a, b: 100%.md",
            "line": 12,
            "column": 16,
            "length": 24,
            "severity": "warning",
            "rule": "scheme-typo",
            "message": "`hhttps://lwn.example/107` does not begin with `https://`",
            "help": "write `https://lwn.example/107`",
            "edit": {"start": 203, "end": 212, "text": "https://"},
        })
    );
    // The switch of all commands means the same.
    let (same, _) = desk().check(&["--json"]);
    assert_eq!(same, told);
}

#[test]
fn workflows_of_github_get_annotations() {
    let (told, _) = desk().check(&["--format", "github"]);
    let lines: Vec<&str> = told.lines().collect();
    assert_eq!(lines.len(), 2, "{told}");
    assert_eq!(
        lines[1],
        "::warning file=posts/a%2C b%3A 100%25.md,line=12,col=16,endColumn=40,title=scheme-typo::\
         `hhttps://lwn.example/107` does not begin with `https://`%0A→ write `https://lwn.example/107`"
    );
}

/// What the schema of SARIF 2.1.0 requires, and what those who read such documents need of the rest.
#[test]
fn sarif_is_a_whole_document() {
    let (told, _) = desk().check(&["--format", "sarif"]);
    let document: Value = serde_json::from_str(&told).unwrap();
    assert_eq!(document["version"], "2.1.0");
    let run = &document["runs"][0];
    assert_eq!(document["runs"].as_array().unwrap().len(), 1);
    assert_eq!(run["tool"]["driver"]["name"], "wellsourced");
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    assert!(rules.iter().all(|rule| rule["id"].is_string() && rule["shortDescription"]["text"].is_string()));
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 2);
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert!(["note", "warning", "error"].contains(&result["level"].as_str().unwrap()));
        assert!(result["message"]["text"].as_str().unwrap().contains("→ "));
        let location = &result["locations"][0]["physicalLocation"];
        assert_eq!(location["artifactLocation"]["uri"], "posts/a,%20b:%20100%25.md");
        let region = &location["region"];
        assert!(
            region["startLine"].as_u64() > Some(0) && region["endColumn"].as_u64() > region["startColumn"].as_u64()
        );
        let replacement = &result["fixes"][0]["artifactChanges"][0]["replacements"][0];
        assert!(
            replacement["deletedRegion"]["byteLength"].is_u64() && replacement["insertedContent"]["text"].is_string()
        );
    }
    let (told, code) = Desk::new("").check(&["--format", "sarif"]);
    let empty: Value = serde_json::from_str(&told).unwrap();
    assert_eq!((empty["runs"][0]["results"].as_array().map(Vec::len), code), (Some(0), 0));
}
