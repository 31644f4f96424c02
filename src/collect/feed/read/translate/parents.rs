//! What belongs to what: a field is its parent's, and only feeds, entries, persons and a few wrappers are parents that
//! concern us.
//!
//! An element that lost its end tag would take everything behind it along. So when something outside ends while it is
//! still open, the text is read once more from its beginning, as if the element had ended there.

use super::stack::ElementKind;
use super::{Person, Translator};
use crate::collect::feed::read::names::{Element, FeedField, Space};
use crate::collect::feed::read::notes::Repair;

/// How many times the bytes of a document may be read once more; elements without end beyond that keep what follows.
pub(super) const MOST_REREAD: usize = 4;

/// Whether a field in a parent says something of the feed, of the entry or of the person that is open.
fn belongs(parent: Option<ElementKind>, field: FeedField, space: Space) -> bool {
    let of_person = matches!(field, FeedField::Name | FeedField::Email);
    match parent {
        None | Some(ElementKind::Feed | ElementKind::Entry) => !of_person,
        Some(ElementKind::Person) => of_person,
        Some(ElementKind::Media) => space == Space::Media,
        Some(ElementKind::Category) => space == Space::Itunes && field == FeedField::Category,
        Some(ElementKind::Skip) => matches!(field, FeedField::SkipHour | FeedField::SkipDay),
        Some(ElementKind::Foreign) => false,
    }
}

impl Translator<'_, '_, '_> {
    /// Whether an element of a name that we know means here what it usually does.
    pub(super) fn is_at_home(&self, element: Element, space: Space) -> bool {
        let parent = self.stack.parent().map(|parent| parent.kind);
        let is_structure = matches!(parent, None | Some(ElementKind::Feed | ElementKind::Entry));
        match element {
            Element::Feed | Element::Entry => !self.is_nested(),
            Element::Field(field) => belongs(parent, field, space),
            Element::Person | Element::Skip => is_structure,
            Element::Group => is_structure || parent == Some(ElementKind::Media),
            Element::Hidden => false,
        }
    }

    /// Whether what begins stands in something that stands in an entry, as conflicts and replies do. Until an end of that is
    /// met it is a guess, and no longer made while less than all that is behind it could be read again with ease.
    fn is_nested(&self) -> bool {
        let holder = self.stack.unended(self.stack.structure());
        self.entry.is_some() && holder.is_some_and(|(_, inside)| self.at.saturating_sub(inside) <= self.may_reread / 3)
    }

    /// A person without end ends where something else begins.
    pub(super) fn end_endless_person(&mut self, element: Option<Element>) {
        let is_own = matches!(element, None | Some(Element::Field(FeedField::Name | FeedField::Email)));
        let is_endless = |translator: &Self| {
            let parent = translator.stack.parent();
            parent.is_some_and(|parent| parent.is_endless && parent.kind == ElementKind::Person)
        };
        if !is_own && is_endless(self) {
            self.notes.repaired(Repair::MissingEnd);
            while is_endless(self) {
                self.pop();
            }
        }
    }

    /// Goes back into the outermost element above a depth that is still open, which is known from now on to have no end.
    /// Says whether there is one, and reading goes on there.
    pub(super) fn go_back(&mut self, above: Option<usize>) -> bool {
        let Some((depth, inside)) = self.stack.unended(above) else { return false };
        let Some(left) = self.may_reread.checked_sub(self.at.saturating_sub(inside)) else { return false };
        self.may_reread = left;
        // What it holds is read again.
        self.capture = None;
        while self.stack.depth() > depth + 1 {
            if let Some(within) = self.stack.pop() {
                self.spaces.back_to(within.mark);
            }
        }
        if let Some(endless) = self.stack.mark_endless() {
            if endless.kind == ElementKind::Person {
                self.person = Some(Person::default());
            }
            // What it declares is not meant for what follows.
            self.spaces.back_to(endless.mark);
        }
        self.go_on_at = Some(inside);
        true
    }
}
