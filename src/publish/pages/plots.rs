//! Small plots as templates draw them: numbers that became lengths. Inline SVG, which needs neither script nor style.

use super::views::page;
use crate::publish::characters::line;
use serde::Serialize;

/// A link with how much stands behind it, and a bar as long as that is compared with the greatest.
#[derive(Debug, Serialize)]
pub(super) struct WeightedLink {
    name: String,
    href: String,
    count: u64,
    /// Percent.
    share: String,
}

impl WeightedLink {
    /// Links to folders (name, folder, weight), in the order given; `up` leads to where the folders are.
    pub(super) fn all<'a>(up: &str, rows: impl Iterator<Item = (&'a str, &'a str, u64)> + Clone) -> Vec<Self> {
        let most = rows.clone().map(|(_, _, count)| count).max().unwrap_or_default();
        let link = |(name, folder, count): (&str, &str, u64)| Self {
            name: line(name),
            href: page(up, &format!("{folder}/")),
            count,
            share: percent(count, most),
        };
        rows.map(link).collect()
    }
}

/// A part of a whole in percent, to the tenth.
pub(super) fn percent(part: u64, whole: u64) -> String {
    let tenths = u128::from(part) * 1000 / u128::from(whole.max(1));
    format!("{}.{}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_told_to_the_tenth() {
        for (part, whole, told) in
            [(604, 604, "100.0"), (512, 604, "84.7"), (0, 3, "0.0"), (0, 0, "0.0"), (1, 3000, "0.0")]
        {
            assert_eq!(percent(part, whole), told, "{part} of {whole}");
        }
    }
}
