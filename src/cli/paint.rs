//! Colours of what is printed on a terminal. They are put on finished lines, in which nothing from outside can command
//! the terminal any more; what is printed elsewhere stays as it is.

use clap::ValueEnum;
use std::io::IsTerminal;

/// Whether there are colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum Colour {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Wherever it is printed.
    Always,
    /// Nowhere.
    Never,
}

impl Colour {
    /// Whether stdout gets colours.
    pub(super) fn on_stdout(self, no_color: bool) -> bool {
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto => !no_color && std::io::stdout().is_terminal(),
        }
    }
}

const RED: &str = "\u{1b}[31m";
const YELLOW: &str = "\u{1b}[33m";
const BOLD: &str = "\u{1b}[1m";
const PLAIN: &str = "\u{1b}[0m";

/// Words that say how a line is meant, where they stand in it, and their colour.
const MARKS: [(&str, &str); 11] = [
    ("error: ", RED),
    ("warning: ", YELLOW),
    ("NOT PUBLISHED", RED),
    ("— gone", RED),
    ("— failing", RED),
    ("— refused", RED),
    ("— moved", YELLOW),
    ("— blocked", YELLOW),
    ("To mend:", BOLD),
    ("Not well:", BOLD),
    ("Published ", BOLD),
];

/// The text with the first mark of each line in its colour.
pub(super) fn painted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 64);
    for line in text.split_inclusive('\n') {
        let mark = MARKS.iter().filter_map(|(mark, colour)| Some((line.find(mark)?, mark.trim_end(), colour))).min();
        match mark.and_then(|(at, mark, colour)| Some((line.split_at_checked(at)?, mark, colour))) {
            Some(((before, rest), mark, colour)) => {
                let after = rest.strip_prefix(mark).unwrap_or_default();
                out.extend([before, colour, mark, PLAIN, after]);
            }
            None => out.push_str(line),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_mark_of_a_line_is_painted() {
        assert_eq!(
            painted("a.md:1:2: error: no\nplain — gone\n"),
            "a.md:1:2: \u{1b}[31merror:\u{1b}[0m no\nplain \u{1b}[31m— gone\u{1b}[0m\n"
        );
        assert_eq!(painted("nothing to say\n"), "nothing to say\n");
    }

    #[test]
    fn colours_are_where_they_are_asked_for() {
        assert!(Colour::Always.on_stdout(true));
        assert!(!Colour::Never.on_stdout(false) && !Colour::Auto.on_stdout(true));
    }
}
