//! One name, one type: whoever reads `Reader` need not ask whose.

use super::sources::sources;
use std::collections::BTreeMap;

/// Names that every room may use, for they are said with the room in front: `store::Error`, `net::Options`.
const OF_EACH_ROOM: [&str; 2] = ["Error", "Options"];

/// The type that a line defines.
fn defined(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let words = line.strip_prefix("pub").map_or(line, |rest| rest.split_once(' ').map_or("", |(_, rest)| rest));
    let kinds = ["struct ", "enum ", "trait "];
    let name = kinds.iter().find_map(|kind| words.strip_prefix(kind))?;
    name.split(|c: char| !(c.is_alphanumeric() || c == '_')).next()
}

#[test]
fn one_name_is_one_type() {
    let mut places = BTreeMap::<String, Vec<String>>::new();
    for source in sources().into_iter().filter(|source| !source.is_test()) {
        for name in source.code().lines().filter_map(defined) {
            places.entry(name.to_owned()).or_default().push(source.path.display().to_string());
        }
    }
    places.retain(|name, places| places.len() > 1 && !OF_EACH_ROOM.contains(&name.as_str()));
    let several: Vec<_> = places.iter().map(|(name, places)| format!("{name}: {}", places.join(", "))).collect();
    assert!(several.is_empty(), "a name of its own for each, or the room's word in front: {several:#?}");
}

#[test]
fn definitions_are_seen() {
    assert_eq!(defined("    pub(super) struct Links<'a> {"), Some("Links"));
    assert_eq!(defined("enum Kept {"), Some("Kept"));
    assert_eq!(defined("let structure = 1;"), None);
}
