//! What is to be mended: mistakes of one kind are told together, how to mend them once.

use crate::cli::spell::Count;
use crate::model::{Complaint, Severity};
use crate::telemetry::OneLine;
use std::collections::HashMap;
use std::fmt::{self, Write};

/// Kinds told; the rest is counted.
const KINDS: usize = 50;

/// Places told of one kind.
const PLACES: usize = 10;

/// Tells complaints, errors first, else in the order in which they came.
pub(super) fn write(out: &mut String, complaints: &[Complaint]) -> fmt::Result {
    let kinds = kinds(complaints);
    for kind in kinds.iter().take(KINDS) {
        write_kind(out, kind)?;
    }
    let untold: usize = kinds.iter().skip(KINDS).map(Vec::len).sum();
    if untold > 0 {
        writeln!(out, "… and {} more of {}; --json has them all", untold, Count(kinds.len() - KINDS, "other kind"))?;
    }
    Ok(())
}

/// How many of each severity there are.
pub(super) fn write_total(out: &mut String, complaints: &[Complaint]) -> fmt::Result {
    if complaints.is_empty() {
        return Ok(());
    }
    let errors = complaints.iter().filter(|complaint| complaint.severity == Severity::Error).count();
    let warnings = complaints.len() - errors;
    writeln!(out, "To mend: {}, {}.", Count(errors, "error"), Count(warnings, "warning"))
}

/// Complaints that differ in their place and values only.
fn kinds(complaints: &[Complaint]) -> Vec<Vec<&Complaint>> {
    let mut kinds: Vec<Vec<&Complaint>> = Vec::new();
    let mut known = HashMap::new();
    let mut ordered: Vec<&Complaint> = complaints.iter().collect();
    ordered.sort_by_key(|complaint| std::cmp::Reverse(complaint.severity));
    for complaint in ordered {
        let kind = (complaint.severity, pattern(&complaint.message), complaint.help.as_str());
        let at = *known.entry(kind).or_insert(kinds.len());
        match kinds.get_mut(at) {
            Some(kind) => kind.push(complaint),
            None => kinds.push(vec![complaint]),
        }
    }
    kinds
}

/// A message without what stands in backticks and without numbers, which are its values.
fn pattern(message: &str) -> String {
    let mut pattern = String::with_capacity(message.len());
    let mut within = false;
    for c in message.chars() {
        match c {
            '`' => {
                within = !within;
                pattern.push_str(if within { "`…" } else { "`" });
            }
            _ if within => {}
            _ if c.is_ascii_digit() => {
                if !pattern.ends_with('…') {
                    pattern.push('…');
                }
            }
            _ => pattern.push(c),
        }
    }
    pattern
}

/// The first of a kind, how to mend it, and then the others with their places.
fn write_kind(out: &mut String, kind: &[&Complaint]) -> fmt::Result {
    let Some((first, others)) = kind.split_first() else { return Ok(()) };
    write_complaint(out, first)?;
    writeln!(out, "  → {}", OneLine(&first.help))?;
    for other in others.iter().take(PLACES - 1) {
        out.push_str("  ");
        write_complaint(out, other)?;
    }
    match kind.len().saturating_sub(PLACES) {
        0 => Ok(()),
        more => writeln!(out, "  … and {}; --json has them all", Count(more, "more place")),
    }
}

fn write_complaint(out: &mut String, complaint: &Complaint) -> fmt::Result {
    let severity = match complaint.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    writeln!(out, "{}: {severity}: {}", OneLine(&complaint.place.to_string()), OneLine(&complaint.message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Place;

    fn told(complaints: &[Complaint]) -> String {
        let mut out = String::new();
        write(&mut out, complaints).unwrap();
        write_total(&mut out, complaints).unwrap();
        out
    }

    #[test]
    fn one_kind_is_told_once_with_its_places() {
        let at = |line| Place::at("a.md", line, 1);
        let complaints = [
            Complaint::warning(at(1), "the tag `a b` holds a blank", "write a list"),
            Complaint::error(at(2), "a key stands twice", "remove one"),
            Complaint::warning(at(3), "the tag `c d` holds a blank", "write a list"),
        ];
        assert_eq!(
            told(&complaints),
            "a.md:2:1: error: a key stands twice\n  → remove one\n\
             a.md:1:1: warning: the tag `a b` holds a blank\n  → write a list\n  \
             a.md:3:1: warning: the tag `c d` holds a blank\n\
             To mend: 1 error, 2 warnings.\n"
        );
    }

    #[test]
    fn what_is_not_told_is_counted() {
        let many: Vec<Complaint> =
            (0..30).map(|line| Complaint::warning(Place::at("a.md", line, 1), "the same", "mend it")).collect();
        let text = told(&many);
        assert_eq!((text.matches("the same").count(), text.matches("mend it").count()), (10, 1), "{text}");
        assert!(text.contains("… and 20 more places"), "{text}");
        let letters =
            |index: u32| char::from_u32(u32::from('a') + index % 26).map(|c| c.to_string().repeat(3)).unwrap();
        let kinds: Vec<Complaint> = (0..60)
            .map(|n| Complaint::warning(Place::file("a.md"), format!("{} {}", letters(n), letters(n / 26)), "mend it"))
            .collect();
        let text = told(&kinds);
        assert!(text.contains("… and 10 more of 10 other kinds"), "{text}");
    }
}
