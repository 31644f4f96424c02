//! What is looked for, each with a name that stays: by it a finding is known in CI and in configurations of other programs.

use crate::model::Complaint;

/// A rule of proofreading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Its name, for ever.
    pub id: &'static str,
    /// What it is about, in a sentence.
    pub about: &'static str,
}

macro_rules! rules {
    ($($name:ident = $id:literal: $about:literal;)*) => {
        $(#[doc = $about] pub const $name: Rule = Rule { id: $id, about: $about };)*
        /// Every rule.
        pub const ALL: &[Rule] = &[$($name),*];
    };
}

rules! {
    ITEM_WITHOUT_SOURCE = "item-without-source": "An item names where it comes from.";
    LABEL_WITHOUT_LINK = "label-without-link": "A source that is named is linked.";
    CITED_BEFORE = "cited-before": "A source that a post of the last 90 days cites is no news.";
    TAG_SPELLING = "tag-spelling": "A tag is spelled as the other posts spell it.";
    NUMBER_SEQUENCE = "number-sequence": "Editions are counted by one.";
    NUMBER_TWICE = "number-twice": "No two editions have one number.";
    DATE_TWICE = "date-twice": "No two editions have one date.";
    DATE_AHEAD = "date-ahead": "A post is dated at most seven days ahead.";
    HEADING_LEVEL = "heading-level": "A heading is at most one level below the one before it.";
    GLUED_PUNCTUATION = "glued-punctuation": "Behind an address stands a blank or an ASCII sign, so that no program takes more for it.";
    LINK_BRACKET = "link-bracket": "The address of a link stands in ASCII brackets.";
    TRACKING = "tracking-parameter": "An address has no parameters that only say how a reader came to it.";
    SHORTENER = "shortener": "An address is that of the page, and not of a service that leads there.";
    SCHEME = "scheme-typo": "An address begins with http:// or https://.";
    PICTURE = "picture-without-file": "A picture has an address that a reader can fetch.";
    INVISIBLE = "invisible-character": "No character that nobody sees stands in an address.";
    LOST_CHARACTER = "lost-character": "No character was lost in a conversion.";
    UNKNOWN_KEY = "unknown-key": "Keys of the front matter are spelled as they are read.";
    SOURCE_WORD = "source-word": "The word before a source is the same in all posts.";
    REMARK_WORD = "remark-word": "The word before a remark is the same in all posts.";
    DEAD_LINK = "dead-link": "What is cited is there.";
    FAILING_LINK = "failing-link": "What is cited can be reached.";
    BLOCKED_LINK = "blocked-link": "What is cited lets itself be looked at.";
    MOVED_LINK = "moved-link": "An address is the one at which the page stands now.";
    NETWORK_DOWN = "network-down": "Links are checked where the network is up.";
    NO_POST = "no-post": "A file that is named is a post.";
    UNREADABLE = "unreadable": "A file can be read, and is UTF-8.";
    MERGE = "merge": "No merge is left half done.";
    FRONT_MATTER = "front-matter": "The front matter can be read.";
    TITLE = "title": "A post has a title.";
    DATE = "date": "A post has a date that can be read.";
    TAG = "tag": "A tag has a name of its own.";
    HEADING = "heading": "Headings are written as Markdown, and items have titles.";
    LINK = "link": "A link leads to an http or https page.";
    NOT_PUBLISHED = "not-published": "What stands in a post is published.";
    CHARACTERS = "characters": "Only characters that XML holds are published.";
    READING = "reading": "A post is read without a complaint.";
}

/// What the complaints of the reader say, by which their rule is known; the first that fits.
const OF_THE_READER: [(&str, Rule); 34] = [
    ("names no source", ITEM_WITHOUT_SOURCE),
    ("has no link", LABEL_WITHOUT_LINK),
    ("cannot be read: ", UNREADABLE),
    ("is not UTF-8", UNREADABLE),
    ("a post has at most", UNREADABLE),
    ("a merge was left", MERGE),
    ("that XML cannot hold", CHARACTERS),
    ("the post has no title", TITLE),
    ("the title", TITLE),
    ("the post has no date", DATE),
    ("is not a date", DATE),
    ("no zone that is known", DATE),
    ("the tag", TAG),
    ("a tag", TAG),
    ("is taken as", TAG),
    ("front matter", FRONT_MATTER),
    ("is written twice", FRONT_MATTER),
    ("full-width colon", FRONT_MATTER),
    ("in YAML", FRONT_MATTER),
    ("YAML", FRONT_MATTER),
    ("neither true nor false", FRONT_MATTER),
    ("is never closed", FRONT_MATTER),
    ("behind the closing quote", FRONT_MATTER),
    ("is no heading", HEADING),
    ("no item heading", HEADING),
    ("this item has no title", HEADING),
    ("is no part of a title", HEADING),
    ("the link", LINK),
    ("the permalink", LINK),
    ("is no link and no picture", LINK),
    ("the image address", PICTURE),
    ("not published", NOT_PUBLISHED),
    ("does not hold these words", NOT_PUBLISHED),
    ("kept as text", NOT_PUBLISHED),
];

/// The rule that a complaint of the reader is about. Values in a message, in backticks, do not count.
pub(super) fn of_complaint(complaint: &Complaint) -> Rule {
    let said: String = complaint.message.split('`').step_by(2).collect::<Vec<_>>().join("`");
    OF_THE_READER.iter().find(|(part, _)| said.contains(part)).map_or(READING, |(_, rule)| *rule)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn names_are_given_once_and_written_alike() {
        let names: HashSet<&str> = ALL.iter().map(|rule| rule.id).collect();
        assert_eq!(names.len(), ALL.len());
        assert!(names.iter().all(|id| id.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')));
        assert!(ALL.iter().all(|rule| rule.about.ends_with('.')));
    }
}
