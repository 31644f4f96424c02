//! The contract is whole, and names no backend: read from the sources.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Opening, locking and what is known of rows belong to the backend; they are tested with it.
const OF_THE_BACKEND: [&str; 11] = [
    "address",
    "gather_statistics",
    "open",
    "open_failing",
    "open_or_shut",
    "open_to_read",
    "is_current",
    "is_shared",
    "mend",
    "was_overtaken",
    "file",
];

/// Files that are about one backend, and this one, which says what is not to be named.
const OUTSIDE: [&str; 4] = ["backends.rs", "file.rs", "server.rs", "complete.rs"];

fn files(folder: &str) -> Vec<(PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let sources = paths.filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
    sources.map(|path| (path.clone(), fs::read_to_string(path).unwrap())).collect()
}

fn contract() -> Vec<(PathBuf, String)> {
    let mut files = files("tests/store");
    files.retain(|(path, _)| OUTSIDE.iter().all(|outside| !path.ends_with(outside)));
    files
}

/// The public methods of [`Store`](wellsourced::store::Store) and [`Write`](wellsourced::store::Write).
fn methods(source: &str) -> BTreeSet<&str> {
    let mut methods = BTreeSet::new();
    for block in
        source.split("\nimpl ").skip(1).filter(|block| ["Store {", "Write {"].iter().any(|of| block.starts_with(of)))
    {
        let block = block.split("\n}\n").next().unwrap_or_default();
        let after =
            |sign| block.split(sign).skip(1).map(|text: &str| text.split(['(', '<']).next().unwrap_or_default());
        methods.extend(after("\n    pub async fn ").chain(after("\n    pub fn ")));
    }
    methods
}

#[test]
fn every_public_method_is_in_the_contract() {
    let sources = files("src/store");
    let methods: BTreeSet<&str> = sources.iter().flat_map(|(_, source)| methods(source)).collect();
    assert!(methods.len() > 80, "{methods:?}");
    let contract = contract();
    let is_called = |method: &&&str| {
        let signs = [format!(".{method}("), format!("act!({method}("), format!("        {method}(")];
        contract.iter().any(|(_, test)| signs.iter().any(|sign| test.contains(sign)))
    };
    let missing: Vec<_> =
        methods.iter().filter(|method| !OF_THE_BACKEND.contains(method) && !is_called(method)).collect();
    assert!(missing.is_empty(), "no test of {missing:?}");
    let unknown: Vec<_> = OF_THE_BACKEND.iter().filter(|method| !methods.contains(*method)).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

#[test]
fn every_public_method_is_driven_through_failures() {
    let of = |name: &str| contract().into_iter().find(|(path, _)| path.ends_with(name)).unwrap().1;
    let (answers, writes) = (of("answers.rs"), of("writes.rs"));
    let sources = files("src/store");
    let methods = sources.iter().flat_map(|(_, source)| methods(source));
    let is_driven = |method: &&str| {
        let asked = answers.contains(&format!("        {method}("));
        asked || writes.contains(&format!("act!({method}(")) || writes.contains(&format!("(\"{method}\","))
    };
    let elsewhere = ["begin", "close", "commit", "copy_into"];
    let left: Vec<&str> =
        methods.filter(|m| !OF_THE_BACKEND.contains(m) && !elsewhere.contains(m) && !is_driven(m)).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn the_contract_names_no_backend() {
    for (path, text) in contract() {
        for sign in ["sqlx", "SQL", "sqlite", "SELECT ", "std::fs", "fs::", "db-wal"] {
            assert!(!text.contains(sign), "{} says {sign}", path.display());
        }
    }
}
