//! What is told of cycles: a line for each, and each problem once for as long as it stands.

use crate::model::{Complaint, Severity};
use crate::pipeline::Report;
use std::collections::HashSet;

/// What was told already.
#[derive(Debug, Default)]
pub(super) struct Told {
    complaints: HashSet<Complaint>,
    failure: Option<String>,
    network_down: bool,
    holder: Option<String>,
}

impl Told {
    /// Tells of a cycle; gives the result in a few words.
    pub(super) fn cycle(&mut self, report: &Report) -> String {
        for complaint in self.new_complaints(report) {
            let Complaint { place, message, .. } = complaint;
            match complaint.severity {
                Severity::Error => tracing::error!(%place, "{message}"),
                Severity::Warning => tracing::warn!(%place, "{message}"),
            }
        }
        if self.failure != report.failure
            && let Some(failure) = &report.failure
        {
            tracing::error!("nothing could be published, readers still get what was published before: {failure}");
        }
        self.failure.clone_from(&report.failure);
        if let Some(why) = report.checks.network_down.as_ref().filter(|_| !self.network_down) {
            tracing::warn!("the network is down here, verdicts stay as they are: {why}");
        }
        self.network_down = report.checks.network_down.is_some();
        self.holder = None;
        let result = result(report);
        tracing::info!(ms = report.ms, "cycle: {result}");
        result
    }

    /// Tells who keeps a cycle from running.
    pub(super) fn held(&mut self, holder: &str) {
        if self.holder.as_deref() != Some(holder) {
            tracing::warn!("a cycle waits, the store is in use: {holder}");
            self.holder = Some(holder.to_owned());
        }
    }

    /// Complaints that did not stand after the cycle before.
    fn new_complaints<'a>(&mut self, report: &'a Report) -> Vec<&'a Complaint> {
        let new = report.complaints.iter().filter(|complaint| !self.complaints.contains(*complaint)).collect();
        self.complaints = report.complaints.iter().cloned().collect();
        new
    }
}

fn result(report: &Report) -> String {
    let new: usize = report.inputs.iter().map(|input| input.new_items).sum();
    let published = &report.published;
    let written = match (&report.failure, published.feeds + published.pages + published.removed) {
        (Some(_), _) => "nothing published".to_owned(),
        (None, 0) => "nothing to write".to_owned(),
        (None, _) => format!("{} feeds and {} pages written", published.feeds, published.pages),
    };
    let errors = report.count(Severity::Error);
    let warnings = report.count(Severity::Warning);
    let items = report.items;
    let checked = report.checks.checked;
    format!("{items} items, {new} new, {checked} links checked, {written}; {errors} errors, {warnings} warnings")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Place;

    fn report(messages: &[&str]) -> Report {
        let complaint = |message: &&str| Complaint::warning(Place::file("a.md"), *message, "");
        Report { complaints: messages.iter().map(complaint).collect(), ..Report::default() }
    }

    #[test]
    fn a_problem_is_told_once_and_again_when_it_comes_back() {
        let mut told = Told::default();
        let mut new = |messages: &[&str]| told.new_complaints(&report(messages)).len();
        assert_eq!([new(&["a", "b"]), new(&["a", "b", "c"]), new(&["b"]), new(&["a", "b"])], [2, 1, 0, 1]);
    }
}
