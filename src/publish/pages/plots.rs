//! Small plots as templates draw them: numbers that became lengths. Inline SVG, which needs neither script nor style.

use super::views::page;
use crate::publish::characters::line;
use crate::publish::theme::Words;
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

/// Height of the tallest bar.
const TALLEST: u64 = 96;

/// Room above the bars, for the number of the tallest.
const ABOVE: u64 = 20;

/// Room below, for the names of the first and the last month.
const BELOW: u64 = 22;

/// A bar for each month.
#[derive(Debug, Serialize)]
#[allow(clippy::struct_field_names, reason = "templates see them by these names")]
pub(super) struct Bars {
    /// The plot in a sentence.
    label: String,
    bars: Vec<PlotBar>,
    /// Where the bars stand.
    base: u64,
    height: u64,
    /// The greatest number, and where it is written.
    peak: u64,
    peak_x: String,
    peak_anchor: &'static str,
    first: String,
    last: String,
}

/// A rectangle: `x` and `width` in percent, `y` and `height` in pixels.
#[derive(Debug, Serialize)]
struct PlotBar {
    x: String,
    width: String,
    y: u64,
    height: u64,
    /// Of the state that its colour tells; empty where all have one colour.
    state: &'static str,
    title: String,
}

impl Bars {
    /// How many each month has, given the names of the months.
    pub(super) fn of_months(words: &Words, labels: &[String], counts: &[u64]) -> Self {
        let most = counts.iter().copied().max().unwrap_or_default();
        let place = counts.iter().position(|count| *count == most).unwrap_or_default();
        let (base, slot) = (TALLEST + ABOVE, 100.0 / float(counts.len().max(1)));
        let named = || labels.iter().zip(counts).enumerate().filter(|(_, (_, count))| **count > 0);
        let bar = |(n, (label, count)): (usize, (&String, &u64))| {
            let height = ((count * TALLEST + most / 2) / most.max(1)).max(1);
            let (x, width) = (float(n) * slot + slot * 0.14, slot * 0.72);
            let title = words.in_month(label, *count);
            PlotBar { x: hundredths(x), width: hundredths(width), y: base - height, height, state: "", title }
        };
        // The number stands over its bar, and not beyond the edge.
        let (peak_anchor, peak_x) = match place * 5 / counts.len().max(1) {
            0 => ("start", float(place) * slot),
            4.. => ("end", float(place + 1) * slot),
            _ => ("middle", (float(place) + 0.5) * slot),
        };
        let label = |place: usize| labels.get(place).cloned().unwrap_or_default();
        let (first, last) = (label(0), label(labels.len().saturating_sub(1)));
        let newest = counts.last().copied().unwrap_or_default();
        Self {
            label: words.months_told((&first, &last), (&label(place), most), newest),
            bars: named().map(bar).collect(),
            base,
            height: base + BELOW,
            peak: most,
            peak_x: hundredths(peak_x),
            peak_anchor,
            first,
            last,
        }
    }
}

/// How the links are that were cited in a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkMonth {
    /// All that are known can be read.
    Open,
    /// Some can be read, some not.
    Mixed,
    /// None can be read.
    Closed,
    /// None was cited, or nothing is known of them.
    Unknown,
}

impl LinkMonth {
    /// By how many can be read and how many cannot.
    pub fn of(open: u64, closed: u64) -> Self {
        match (open, closed) {
            (0, 0) => Self::Unknown,
            (_, 0) => Self::Open,
            (0, _) => Self::Closed,
            _ => Self::Mixed,
        }
    }

    /// Every state, in the order in which they are explained.
    const ALL: [Self; 4] = [Self::Open, Self::Mixed, Self::Closed, Self::Unknown];

    /// How templates and words call it.
    fn as_str(self) -> &'static str {
        match self {
            Self::Open => "good",
            Self::Mixed => "odd",
            Self::Closed => "bad",
            Self::Unknown => "none",
        }
    }
}

/// A mark for each month, by its height and colour.
#[derive(Debug, Serialize)]
pub(super) struct Strip {
    /// The plot in a sentence.
    label: String,
    marks: Vec<PlotBar>,
    /// What the marks mean.
    key: Vec<StripKey>,
    first: String,
    last: String,
}

/// What a mark means.
#[derive(Debug, Serialize)]
struct StripKey {
    state: &'static str,
    name: String,
}

impl Strip {
    /// How the links are that were cited in each month, given the names of the months.
    pub(super) fn of_months(words: &Words, host: &str, labels: &[String], months: &[LinkMonth]) -> Self {
        let slot = 100.0 / float(months.len().max(1));
        let mark = |(n, (label, month)): (usize, (&String, &LinkMonth))| {
            let height = match month {
                LinkMonth::Open => 28,
                LinkMonth::Mixed => 20,
                LinkMonth::Closed => 12,
                LinkMonth::Unknown => 4,
            };
            let (x, width) = (hundredths(float(n) * slot), hundredths(slot * 0.8));
            let title = format!("{label}{}{}", words.colon, words.reach(month.as_str()));
            PlotBar { x, width, y: 28 - height, height, state: month.as_str(), title }
        };
        let count = |wanted: LinkMonth| months.iter().filter(|month| **month == wanted).count();
        let name = |state: LinkMonth| StripKey { state: state.as_str(), name: words.reach(state.as_str()).to_owned() };
        Self {
            label: words.reach_told(host, LinkMonth::ALL.map(count)),
            marks: labels.iter().zip(months).enumerate().map(mark).collect(),
            key: LinkMonth::ALL.into_iter().map(name).collect(),
            first: labels.first().cloned().unwrap_or_default(),
            last: labels.last().cloned().unwrap_or_default(),
        }
    }
}

fn float(n: usize) -> f64 {
    u32::try_from(n).unwrap_or(u32::MAX).into()
}

fn hundredths(n: f64) -> String {
    format!("{n:.2}")
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
