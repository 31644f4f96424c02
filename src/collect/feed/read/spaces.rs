//! Which namespace a name is in: what is declared, else what is usual.

use super::lexer::StartTag;
use super::names::{self, Space};
use super::notes::{FeedNotes, Repair};

/// Declarations that are in force at once; more are not looked at.
const MAX_DECLARED: usize = 256;

/// The namespaces declared so far, the innermost last.
#[derive(Debug, Default)]
pub(super) struct Spaces<'t> {
    declared: Vec<(&'t str, Space)>,
    /// The prefix of the document's own names, where the outermost element has one.
    own: Option<&'t str>,
}

impl<'t> Spaces<'t> {
    /// How many declarations there are, for going back to them.
    pub(super) fn mark(&self) -> usize {
        self.declared.len()
    }

    /// Forgets the declarations after a mark.
    pub(super) fn back_to(&mut self, mark: usize) {
        self.declared.truncate(mark);
    }

    /// Takes in what a tag declares. What the outermost element declares as the namespace of names without prefix is the
    /// feed's own, whatever it is called.
    pub(super) fn declare(&mut self, tag: &StartTag<'t>, outermost: bool, notes: &mut FeedNotes<'_>) {
        if !tag.rest.contains("xmlns") {
            return;
        }
        for (name, address) in tag.attributes() {
            let prefix = match name.split_once(':') {
                None if name == "xmlns" => "",
                Some(("xmlns", prefix)) => prefix,
                _ => continue,
            };
            let mut space = names::space_of_address(address);
            if space == Space::Other
                && let Some(usual) = if prefix.is_empty() {
                    Some(Space::Core).filter(|_| outermost && !address.trim().is_empty())
                } else {
                    names::space_of_prefix(prefix)
                }
            {
                notes.repaired(Repair::Namespace);
                space = usual;
            }
            if self.declared.len() < MAX_DECLARED {
                self.declared.push((prefix, space));
            }
        }
    }

    /// The prefix of the outermost element is that of the document's own names.
    pub(super) fn own_prefix(&mut self, prefix: &'t str) {
        self.own = Some(prefix);
    }

    /// The namespace of a name, and the name without its prefix.
    pub(super) fn resolve(&self, name: &'t str, notes: &mut FeedNotes<'_>) -> (Space, &'t str) {
        let (prefix, local) = names::split(name);
        let declared = |prefix: &str| self.declared.iter().rev().find(|(p, _)| p.eq_ignore_ascii_case(prefix));
        let space = match prefix {
            None => declared("").map_or(Space::Core, |(_, space)| *space),
            Some(prefix) => match declared(prefix) {
                Some((_, space)) if *space != Space::Other => *space,
                _ if self.own.is_some_and(|own| own == prefix) => Space::Core,
                Some((_, space)) => *space,
                None => names::space_of_prefix(prefix).map_or(Space::Other, |space| {
                    notes.repaired(Repair::Namespace);
                    space
                }),
            },
        };
        (space, local)
    }
}
