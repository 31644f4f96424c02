//! Marks for other programs: lines of JSON, commands of GitHub's workflows, a document of SARIF.

use crate::collect::proof::{Level, ProofMark, rules};
use clap::ValueEnum;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::{Value, json};

/// How marks are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(in crate::cli) enum OutputFormat {
    /// For people: the line with the place drawn under it
    #[default]
    Text,
    /// An object per line
    Json,
    /// Annotations of a workflow on GitHub
    Github,
    /// A document of SARIF 2.1.0
    Sarif,
}

/// Where the schema of such documents stands.
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// What may not stand in the path of a URI.
const NO_PATH: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// A mark as an object.
pub(super) fn json(mark: &ProofMark) -> Value {
    let edit =
        mark.edit.as_ref().map(|edit| json!({"start": edit.range.start, "end": edit.range.end, "text": edit.text}));
    json!({
        "path": mark.place.path,
        "line": mark.place.line,
        "column": mark.place.column,
        "length": mark.length,
        "severity": mark.level.as_str(),
        "rule": mark.rule.id,
        "message": mark.message,
        "help": mark.help,
        "edit": edit,
    })
}

/// A mark as a command of a workflow.
pub(super) fn github(mark: &ProofMark) -> String {
    let command = match mark.level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "notice",
    };
    let line = mark.place.line.map(|line| format!(",line={line}")).unwrap_or_default();
    let column = mark.place.column.map(|column| format!(",col={column}")).unwrap_or_default();
    let end = mark.place.column.filter(|_| mark.length > 0).map(|column| column.saturating_add(mark.length));
    let end = end.map(|end| format!(",endColumn={end}")).unwrap_or_default();
    let properties = format!("file={}{line}{column}{end}", property(&mark.place.path));
    let said = data(&format!("{}\n→ {}", mark.message, mark.help));
    format!("::{command} {properties},title={}::{said}", property(mark.rule.id))
}

/// The text of a command, as the workflow's own library writes it.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// All marks as a document.
pub(super) fn sarif<'m>(marks: impl Iterator<Item = &'m ProofMark>) -> Value {
    let rules: Vec<Value> =
        rules::ALL.iter().map(|rule| json!({"id": rule.id, "shortDescription": {"text": rule.about}})).collect();
    let results: Vec<Value> = marks.map(result).collect();
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "wellsourced",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn result(mark: &ProofMark) -> Value {
    let uri = utf8_percent_encode(&mark.place.path, NO_PATH).to_string();
    let artifact = json!({"uri": uri});
    let mut location = json!({"artifactLocation": artifact});
    if let Some(line) = mark.place.line {
        let mut region = json!({"startLine": line});
        if let Some(column) = mark.place.column {
            region["startColumn"] = json!(column);
            if mark.length > 0 {
                region["endColumn"] = json!(column.saturating_add(mark.length));
            }
        }
        location["region"] = region;
    }
    let mut result = json!({
        "ruleId": mark.rule.id,
        "ruleIndex": rules::ALL.iter().position(|rule| *rule == mark.rule),
        "level": mark.level.as_str(),
        "message": {"text": format!("{}\n→ {}", mark.message, mark.help)},
        "locations": [{"physicalLocation": location}],
    });
    if let Some(edit) = &mark.edit {
        let deleted = json!({"byteOffset": edit.range.start, "byteLength": edit.range.len()});
        let replacement = json!({"deletedRegion": deleted, "insertedContent": {"text": edit.text}});
        let change = json!({"artifactLocation": artifact, "replacements": [replacement]});
        result["fixes"] = json!([{"description": {"text": mark.help}, "artifactChanges": [change]}]);
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Place;

    #[test]
    fn commands_of_workflows_are_escaped() {
        let mark = ProofMark {
            rule: rules::TRACKING,
            level: Level::Warning,
            place: Place::at("posts/a,b: 100%.md", 3, 5),
            length: 4,
            message: "50% of\r\nit: a, b".to_owned(),
            help: "mend".to_owned(),
            edit: None,
        };
        assert_eq!(
            github(&mark),
            "::warning file=posts/a%2Cb%3A 100%25.md,line=3,col=5,endColumn=9,title=tracking-parameter::\
             50%25 of%0D%0Ait: a, b%0A→ mend"
        );
        let file = ProofMark { level: Level::Note, place: Place::file("a.md"), length: 0, ..mark };
        assert!(github(&file).starts_with("::notice file=a.md,title="));
    }
}
