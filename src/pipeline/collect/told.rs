//! What is told of posts: what they became, and what is wrong with them.

use super::TOLD;
use crate::ledger::{Change, Placed};
use crate::model::{Complaint, Edition, Place, SourceLink, Verdict};
use crate::pipeline::{EditionReport, InputReport, ItemChange, ItemReport, SourceReport};
use chrono::{DateTime, FixedOffset};

/// What a post became.
pub(super) fn edition(path: &str, edition: &Edition, placed: &Placed, unmentioned_tags: &[String]) -> EditionReport {
    let source = |source: &SourceLink| SourceReport {
        label: source.label.clone(),
        url: source.url.clone(),
        verdict: Verdict::Unchecked,
        evidence: String::new(),
    };
    let items = edition.items.iter().zip(&placed.items).map(|(item, change)| ItemReport {
        title: item.title.clone(),
        change: match change {
            Change::New => ItemChange::New,
            Change::Revised => ItemChange::Revised,
            Change::Same => ItemChange::Same,
        },
        tags: item.tags.clone(),
        sources: item.sources.iter().map(source).collect(),
    });
    EditionReport {
        path: path.to_owned(),
        title: edition.title.clone(),
        date: edition.date,
        items: items.collect(),
        removed: placed.removed.clone(),
        unmentioned_tags: unmentioned_tags.to_vec(),
    }
}

impl InputReport {
    /// Tells an edition that is new or changed.
    pub(super) fn note_edition(&mut self, edition: EditionReport) {
        self.changed += 1;
        self.new_items += edition.count(ItemChange::New);
        self.revised_items += edition.count(ItemChange::Revised);
        self.removed_items += edition.removed.len();
        self.editions.push(edition);
        if self.editions.len() > 4 * TOLD {
            self.editions.sort_by_key(|edition| std::cmp::Reverse(edition.date));
            self.editions.truncate(TOLD);
        }
    }
}

impl EditionReport {
    fn count(&self, change: ItemChange) -> usize {
        self.items.iter().filter(|item| item.change == change).count()
    }
}

/// Two editions of an input have one number. `slug` is the path of this one.
pub(super) fn same_number(place: &Place, number: u32, other: &str, slug: &str) -> Complaint {
    Complaint::warning(
        place.clone(),
        format!("number #{number} is also that of {other}; this edition's page is editions/{slug}/"),
        "correct the number in the title of one of them",
    )
}

/// A post that says less than before was half saved, or lost in a merge or a crash: taking it out is told by deleting the
/// file.
pub(super) fn says_less(path: &str, why: &str) -> Complaint {
    Complaint::error(
        Place::file(path),
        format!("this was a post, and is none any more: {why}; what was published from it stays"),
        "restore the post; to take it out of the feeds, delete the file or write `draft: true` in its front matter",
    )
}

/// Not the bytes of another file's post, but that post before or after an edit.
pub(super) fn another_version(path: &str, of: &str) -> Complaint {
    Complaint::error(
        Place::file(path),
        format!("holds another version of the post in {of}; only that one is published"),
        "bring what is missing into one of the two files and delete the other",
    )
}

pub(super) fn headless(path: &str, title: &str, line: u32) -> Complaint {
    Complaint::error(
        Place::at(path, line, 1),
        format!("the item `{title}` has lost its heading: its title stands here without one; what was published stays"),
        "begin the line with `### `; to take the item out, take its title out too",
    )
}

pub(super) fn too_far_ahead(place: Place, date: DateTime<FixedOffset>) -> Complaint {
    Complaint::error(
        place,
        format!("`date` is {}, more than seven days ahead", date.format("%Y-%m-%d")),
        "correct `date` in the front matter; up to seven days ahead a post is held until then",
    )
}
