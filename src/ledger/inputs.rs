//! Which inputs are ones that were there before under another name. Pure.

use std::collections::{BTreeSet, HashMap};

/// How inputs are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum InputKind {
    /// Posts of an editor.
    Digest,
    /// An upstream feed.
    Feed,
}

/// What an input is recognised by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputSigns {
    /// What it brings.
    pub kind: InputKind,
    /// Its name.
    pub name: String,
    /// What tells it from others of its kind: the address of a feed; permalinks, paths and hashes of posts.
    pub signs: BTreeSet<String>,
}

/// An input that bears another name now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renamed {
    /// The name that it had.
    pub from: String,
    /// The name that it has.
    pub to: String,
}

/// Which of the inputs that came are ones that went, in the order of those that came. They are of one kind and share more
/// signs than either does with any other; where two went that are equally like one that came, nobody can tell.
pub fn renamed(went: &[InputSigns], came: &[InputSigns]) -> Vec<Renamed> {
    let best = |of: &InputSigns, among: &[InputSigns]| -> Option<usize> {
        let shared = |other: &InputSigns| if other.kind == of.kind { (&other.signs & &of.signs).len() } else { 0 };
        let most = among.iter().map(shared).max().filter(|most| *most > 0)?;
        let mut alike = among.iter().enumerate().filter(|(_, other)| shared(other) == most).map(|(at, _)| at);
        alike.next().filter(|_| alike.next().is_none())
    };
    let of_went: HashMap<usize, usize> =
        went.iter().enumerate().filter_map(|(at, input)| Some((at, best(input, came)?))).collect();
    let pair = |(at, input): (usize, &InputSigns)| {
        let before = best(input, went).filter(|before| of_went.get(before) == Some(&at))?;
        Some(Renamed { from: went.get(before)?.name.clone(), to: input.name.clone() })
    };
    came.iter().enumerate().filter_map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(kind: InputKind, name: &str, signs: &[&str]) -> InputSigns {
        InputSigns { kind, name: name.to_owned(), signs: signs.iter().map(|sign| (*sign).to_owned()).collect() }
    }

    #[test]
    fn an_input_with_the_signs_of_one_that_went_is_that_one() {
        use InputKind::{Digest, Feed};
        let feed = |name, address: &str| input(Feed, name, &[address]);
        let told = |went: &[InputSigns], came: &[InputSigns]| -> Vec<(String, String)> {
            renamed(went, came).into_iter().map(|renamed| (renamed.from, renamed.to)).collect()
        };
        let pair = |from: &str, to: &str| (from.to_owned(), to.to_owned());
        assert_eq!(told(&[feed("A", "u")], &[feed("B", "u")]), [pair("A", "B")]);
        assert_eq!(told(&[feed("A", "u")], &[feed("B", "v")]), []);
        assert_eq!(told(&[feed("A", "u")], &[input(Digest, "B", &["u"])]), [], "another kind");
        let swapped = told(&[feed("A", "u"), feed("B", "v")], &[feed("C", "v"), feed("D", "u")]);
        assert_eq!(swapped, [pair("B", "C"), pair("A", "D")]);
        assert_eq!(told(&[feed("A", "u")], &[feed("B", "u"), feed("C", "u")]), [], "it may be either");
        assert_eq!(told(&[feed("A", "u"), feed("B", "u")], &[feed("C", "u")]), []);
        let digest = |name, posts: &[&str]| input(Digest, name, posts);
        let split = [digest("B", &["1", "2"]), digest("C", &["3"])];
        assert_eq!(told(&[digest("A", &["1", "2", "3"])], &split), [pair("A", "B")], "most of its posts");
        assert_eq!(told(&[], &[feed("B", "u")]), []);
    }
}
