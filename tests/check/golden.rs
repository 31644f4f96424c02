//! Mistakes that editors make, `mistakes/NAME.md`, each with exactly what is told of it, `NAME.expected`. Each stands as
//! `posts/next.md` beside the posts in `usual/`. `RECORD=1 cargo test --test check golden` writes what is told now.

use crate::{Desk, here};
use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

fn mistakes() -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(here("mistakes")).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    paths.sort();
    paths
}

#[test]
fn each_mistake_is_told_with_its_place_and_the_way_to_mend_it() {
    let mistakes = mistakes();
    assert!(mistakes.len() >= 60, "{}", mistakes.len());
    let desk = Desk::new("");
    let mut wrong = String::new();
    for path in mistakes {
        desk.write("posts/next.md", fs::read(&path).unwrap());
        let (told, _) = desk.check(&["posts/next.md"]);
        let expected = path.with_extension("expected");
        if std::env::var_os("RECORD").is_some() {
            fs::write(&expected, &told).unwrap();
        }
        if fs::read_to_string(&expected).unwrap_or_default() != told {
            writeln!(wrong, "{}:\n{told}", path.display()).unwrap();
        }
        let marks: Vec<&str> = told.lines().filter(|line| line.starts_with("posts/next.md")).collect();
        let helps = told.lines().filter(|line| line.starts_with("  → ") && line.len() > 10).count();
        assert!(!marks.is_empty() && helps == marks.len(), "{}:\n{told}", path.display());
        assert!(marks.iter().all(|mark| mark.matches(':').count() > 2), "no place in {told}");
    }
    assert!(wrong.is_empty(), "{wrong}");
}
