//! What is told of cycles: a line for each, and each trouble once when it begins, when it changes, and when it is over.

use crate::model::{Complaint, Place, Severity};
use crate::pipeline::Report;
use crate::telemetry::{Lasted, StandingTrouble};
use std::collections::{BTreeMap, HashSet};
use std::fmt::Display;
use std::time::Instant;

/// What was told already.
#[derive(Debug, Default)]
pub(super) struct CycleLog {
    /// What is wrong in the inputs.
    places: BTreeMap<Place, TroubledPlace>,
    cycles: StandingTrouble,
    network: StandingTrouble,
    slot: StandingTrouble,
    health: StandingTrouble,
}

/// What is wrong in a place, and since when something is.
#[derive(Debug)]
struct TroubledPlace {
    since: Instant,
    complaints: Vec<Complaint>,
}

impl CycleLog {
    /// Tells of a cycle that came to its end.
    pub(super) fn cycle(&mut self, report: &Report, now: Instant) {
        self.complaints(report, now);
        match &report.failure {
            Some(failure) => {
                self.failure(
                    &format!("nothing could be published, readers still get what was published before: {failure}"),
                    now,
                );
            }
            None => over(&mut self.cycles, "cycles publish again", now),
        }
        match &report.checks.network_down {
            Some(why) if self.network.stands(why, now) => {
                tracing::warn!("the network is down here, verdicts stay as they are: {why}");
            }
            Some(_) => {}
            None => over(&mut self.network, "the network is up again", now),
        }
        tracing::info!(ms = report.ms, "cycle: {}", in_words(report));
    }

    /// Tells why a cycle did not come to its end, or published nothing.
    pub(super) fn failure(&mut self, what: &str, now: Instant) {
        if self.cycles.stands(what, now) {
            tracing::error!("{what}");
        }
    }

    /// Tells who keeps a cycle from running.
    pub(super) fn held(&mut self, holder: &impl Display, now: Instant) {
        let what = format!("a cycle waits, the store is in use: {holder}");
        if self.cycles.stands(&what, now) {
            tracing::warn!("{what}");
        }
    }

    /// Tells whether the store remembers the slot that was run.
    pub(super) fn slot(&mut self, remembered: Result<(), impl Display>, now: Instant) {
        match remembered {
            Ok(()) => over(&mut self.slot, "slots that were run are remembered again", now),
            Err(error) => {
                let error = error.to_string();
                if self.slot.stands(&error, now) {
                    tracing::error!("the slot that was run could not be remembered, a restart repeats it: {error}");
                }
            }
        }
    }

    /// Tells whether a sign of life is given to the service manager.
    pub(super) fn health(&mut self, ill: Option<&str>, now: Instant) {
        match ill {
            Some(ill) if self.health.stands(ill, now) => {
                tracing::error!("{ill}; no sign of life is given to the service manager");
            }
            Some(_) => {}
            None => over(&mut self.health, "signs of life are given again", now),
        }
    }

    fn complaints(&mut self, report: &Report, now: Instant) {
        for complaint in self.new_complaints(report, now) {
            let Complaint { place, message, .. } = complaint;
            match complaint.severity {
                Severity::Error => tracing::error!(%place, "{message}"),
                Severity::Warning => tracing::warn!(%place, "{message}"),
            }
        }
        for (complaint, lasted) in self.mended(report, now) {
            tracing::info!(place = %complaint.place, %lasted, "no more: {}", complaint.message);
        }
    }

    /// Complaints that did not stand after the cycle before.
    fn new_complaints<'a>(&mut self, report: &'a Report, now: Instant) -> Vec<&'a Complaint> {
        let mut new = Vec::new();
        for complaint in &report.complaints {
            let none = || TroubledPlace { since: now, complaints: Vec::new() };
            let troubled = self.places.entry(complaint.place.clone()).or_insert_with(none);
            if !troubled.complaints.contains(complaint) {
                troubled.complaints.push(complaint.clone());
                new.push(complaint);
            }
        }
        new
    }

    /// The last complaints of places where nothing is wrong any more, and how long something was. Where another complaint took
    /// its place, that one was told, and says enough.
    fn mended(&mut self, report: &Report, now: Instant) -> Vec<(Complaint, Lasted)> {
        // A cycle that could not publish has not looked at everything that may be wrong.
        if report.failure.is_some() {
            return Vec::new();
        }
        let standing: HashSet<&Complaint> = report.complaints.iter().collect();
        let mut mended = Vec::new();
        self.places.retain(|_, troubled| {
            let gone: Vec<_> = troubled.complaints.extract_if(.., |complaint| !standing.contains(complaint)).collect();
            let is_well = troubled.complaints.is_empty();
            if is_well {
                let lasted = Lasted(now.saturating_duration_since(troubled.since));
                mended.extend(gone.into_iter().map(|complaint| (complaint, lasted)));
            }
            !is_well
        });
        mended
    }
}

/// Tells of a trouble that is over.
fn over(trouble: &mut StandingTrouble, what: &str, now: Instant) {
    if let Some(lasted) = trouble.over(now) {
        tracing::info!(%lasted, "{what}");
    }
}

/// What came of a cycle, in a few words.
pub(super) fn in_words(report: &Report) -> String {
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
    let bucket = published.bucket.as_ref().map(|bucket| format!("; {bucket}")).unwrap_or_default();
    format!(
        "{items} items, {new} new, {checked} links checked, {written}{bucket}; {errors} errors, {warnings} warnings"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn report(messages: &[&str]) -> Report {
        let complaint = |message: &&str| Complaint::warning(Place::file("a.md"), *message, "");
        Report { complaints: messages.iter().map(complaint).collect(), ..Report::default() }
    }

    #[test]
    fn a_complaint_is_told_once_and_again_when_it_comes_back() {
        let (mut told, now) = (CycleLog::default(), Instant::now());
        let mut new = |messages: &[&str]| {
            let report = report(messages);
            let new = told.new_complaints(&report, now).len();
            told.mended(&report, now);
            new
        };
        assert_eq!([new(&["a", "b"]), new(&["a", "b", "c"]), new(&["b"]), new(&["a", "b"])], [2, 1, 0, 1]);
    }

    #[test]
    fn the_last_complaint_of_a_place_is_told_to_be_over() {
        let (mut told, began) = (CycleLog::default(), Instant::now());
        let mut mended = |messages: &[&str], minutes| {
            let (report, now) = (report(messages), began + Duration::from_mins(minutes));
            told.new_complaints(&report, now);
            told.mended(&report, now)
                .into_iter()
                .map(|(complaint, lasted)| format!("{}, {lasted}", complaint.message))
                .collect::<Vec<_>>()
        };
        assert_eq!(mended(&["a"], 0), Vec::<String>::new());
        assert_eq!(mended(&["b"], 5), Vec::<String>::new(), "it changed");
        assert_eq!(mended(&["b"], 10), Vec::<String>::new());
        assert_eq!(mended(&[], 12), ["b, 12 min"], "since something is wrong there");
    }

    #[test]
    fn a_cycle_that_could_not_publish_mends_nothing() {
        let (mut told, now) = (CycleLog::default(), Instant::now());
        told.new_complaints(&report(&["a"]), now);
        let failed = Report { failure: Some("disk full".to_owned()), ..Report::default() };
        assert!(told.mended(&failed, now).is_empty());
        assert!(told.new_complaints(&report(&["a"]), now).is_empty());
    }
}
