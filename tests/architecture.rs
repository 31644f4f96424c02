//! The house as DESIGN draws it, read from the sources: who may name whom, who may print, dial, write or read the clock, and
//! how long a file may be. A rule that nobody checks is a wish.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail where it stands")]

#[path = "architecture/circles.rs"]
mod circles;
#[path = "architecture/names.rs"]
mod names;
#[path = "architecture/sources.rs"]
mod sources;

use sources::{Source, code, sources};
use std::path::Path;

/// Floors from the ground up; a module may name only modules on floors below its own.
const FLOORS: [&[&str]; 8] = [
    &["model", "schedule", "telemetry"],
    &["net"],
    &["bucket", "collect", "ledger", "verify", "publish"],
    // It shares their floor in the design, and applies what the ledger decided.
    &["store"],
    &["pipeline", "serve"],
    &["config"],
    // They share a floor in the design; the command line starts the daemon, which knows nothing of it.
    &["daemon"],
    &["cli"],
];

/// Modules that may name less than their floor allows.
const NARROWER: [(&str, &[&str]); 8] = [
    ("net", &["model"]),
    ("bucket", &["net"]),
    ("collect", &["model", "net"]),
    ("verify", &["model", "net"]),
    ("ledger", &["model"]),
    ("publish", &["model"]),
    ("store", &["model", "ledger"]),
    ("serve", &["model", "publish", "store", "telemetry"]),
];

/// Longest file, lines.
const LONGEST: usize = 500;

/// What is done, told by what the source would say; and the modules and files, below `src`, that may.
const PRIVILEGES: [(&str, &[&str], &[&str]); 10] = [
    ("dials", &["reqwest::", "TcpStream::connect", "TcpSocket", "UdpSocket", "lookup_host"], &["net"]),
    // It makes and signs requests; `net` sends them. Its own client, and what reads the environment, are not built in.
    ("stores objects", &["object_store"], &["bucket"]),
    ("reads the environment", &["env::var", "env::vars"], &["config"]),
    ("prints", &["println!", "eprintln!", "print!(", "stdout()", "stderr()", "::stderr"], &["cli", LOGS, BARS]),
    ("writes files", WRITES, &["publish", REPLACED, POST, "store/sqlite.rs", "store/lock.rs"]),
    ("reads the clock", &["Utc::now", "SystemTime::now", "Local::now"], &["cli", "daemon"]),
    ("speaks SQL", SQL, &["store"]),
    ("renders feeds", &["rss::", "atom_syndication"], &["publish"]),
    ("parses Markdown", &["comrak"], &["collect"]),
    ("makes text of errors", &["anyhow"], &["cli", "daemon"]),
];

/// Logs and progress go to stderr; no result does.
const LOGS: &str = "telemetry/logging.rs";
const BARS: &str = "telemetry/progress.rs";

/// `import` adds inputs to the configuration file, `check --fix` mends posts.
const REPLACED: &str = "config/replace.rs";

/// `new` and `draft` make a post where there is none.
const POST: &str = "cli/new.rs";

/// What makes, changes or removes a file. The store's own file is written by SQLite; its folder and its locks are made by `store`.
const WRITES: &[&str] = &[
    "fs::write",
    "fs::rename",
    "fs::copy",
    "fs::remove_",
    "fs::create_dir",
    "fs::hard_link",
    "fs::symlink(",
    "fs::set_permissions",
    "File::create",
    "File::options",
    "OpenOptions",
    "OFlags::CREATE",
    "renameat",
    "mkdirat",
    "unlinkat",
    "linkat",
];

const SQL: &[&str] = &["sqlx::", "SELECT ", "INSERT INTO"];

/// Values in, values out: what these modules and files must not hold.
const PURE: [&str; 11] = [
    "model",
    "schedule",
    "ledger",
    "collect/digest",
    "collect/draft",
    "collect/proof",
    "verify/judge.rs",
    "verify/moved.rs",
    "verify/schedule.rs",
    "publish/compose.rs",
    "daemon/agenda.rs",
];
const IMPURE: [&str; 8] =
    ["async ", ".await", "tokio::", "futures::", "std::fs", "std::net", "std::thread", "Instant::now"];

fn floor(module: &str) -> Option<usize> {
    FLOORS.iter().position(|modules| modules.contains(&module))
}

fn may_name(module: &str, named: &str) -> bool {
    if module == named {
        return true;
    }
    let below = floor(named) < floor(module);
    below && NARROWER.iter().find(|(narrow, _)| *narrow == module).is_none_or(|(_, may)| may.contains(&named))
}

#[test]
fn modules_name_only_modules_on_floors_below() {
    let mut wrong = Vec::new();
    for Source { path, module, text } in sources() {
        if floor(&module).is_none() {
            assert!(["lib", "main"].contains(&module.as_str()), "{} is on no floor", path.display());
            continue;
        }
        // A unit test may make its values with what stands above.
        if path.components().any(|part| part.as_os_str() == "tests") {
            continue;
        }
        let code = code(&text);
        let names = FLOORS.iter().flat_map(|modules| modules.iter());
        for named in names.filter(|named| code.contains(&format!("crate::{named}")) && !may_name(&module, named)) {
            wrong.push(format!("{} names {named}", path.display()));
        }
        // `use crate::{a, b}` names modules too.
        for group in code.split("use crate::{").skip(1) {
            let group = group.split("};").next().unwrap_or_default();
            for named in group.split(',').map(|part| part.trim().split("::").next().unwrap_or_default()) {
                if floor(named).is_some() && !may_name(&module, named) {
                    wrong.push(format!("{} names {named}", path.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Whether a file is, or lies in, a module or file that is named by its path below `src`.
fn is_in(path: &Path, place: &str) -> bool {
    path.starts_with(place) || path == Path::new(&format!("{place}.rs"))
}

#[test]
fn only_some_modules_may() {
    let mut wrong = Vec::new();
    for source in sources().into_iter().filter(|source| !source.is_test() && source.module != "main") {
        let (path, code) = (&source.path, source.code());
        for (what, signs, places) in PRIVILEGES {
            let may = places.iter().any(|place| is_in(path, place));
            if let Some(sign) = signs.iter().find(|sign| !may && code.contains(**sign)) {
                wrong.push(format!("{} {what} ({sign}); only {} may", path.display(), places.join(", ")));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_decides_takes_values_and_returns_values() {
    let mut wrong = Vec::new();
    let is_to_be = |source: &Source| PURE.iter().any(|place| is_in(&source.path, place));
    for source in sources().into_iter().filter(|source| !source.is_test() && is_to_be(source)) {
        let (path, code) = (&source.path, source.code());
        let signs = IMPURE.iter().filter(|sign| code.contains(**sign));
        wrong.extend(signs.map(|sign| format!("{} is to be pure and says {sign}", path.display())));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn files_are_short_and_say_what_they_are_for() {
    let mut wrong = Vec::new();
    for Source { path, text, .. } in sources() {
        let lines = text.lines().count();
        if lines > LONGEST {
            wrong.push(format!("{}: {lines} lines, more than {LONGEST}", path.display()));
        }
        if !text.starts_with("//!") {
            wrong.push(format!("{}: does not begin with what it is for", path.display()));
        }
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        if ["utils", "util", "helpers", "common", "misc", "manager"].contains(&name.as_str()) {
            wrong.push(format!("{}: a name that says nothing", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_test_sees_what_is_forbidden() {
    assert!(!may_name("store", "publish") && !may_name("model", "net") && !may_name("pipeline", "config"));
    assert!(may_name("pipeline", "store") && may_name("cli", "model"));
    assert!(may_name("store", "ledger") && !may_name("ledger", "store") && !may_name("verify", "ledger"));
    let lock = Path::new("store/lock.rs");
    assert!(
        is_in(lock, "store") && is_in(lock, "store/lock.rs") && !is_in(lock, "store/sqlite.rs") && !is_in(lock, "sto")
    );
    assert!(code("//! reqwest::\nlet a = 1; // x\n#[cfg(test)]\nmod tests {\n println!()").contains("let a"));
    assert!(!code("#[cfg(test)]\nmod tests {\n println!()").contains("println"));
}
