//! What the words say of channels, months and plots.

use super::fill::filled;
use super::words::{Words, nth};
use crate::publish::months::Month;

impl Words {
    /// A month of a year.
    pub(in crate::publish) fn month_of(&self, month: Month) -> String {
        let name = nth(&self.month_names, month.month - 1);
        filled(&self.month, pairs(&[("year", &month.year.to_string()), ("month", name)]))
    }

    /// A month where its year stands beside it.
    pub(in crate::publish) fn month_in_year(&self, month: Month) -> &str {
        nth(&self.month_short, month.month - 1)
    }

    /// Since when a tag is there, and how many items it has.
    pub(in crate::publish) fn tag_facts(&self, month: &str, items: u64) -> String {
        self.tag_facts.with_all(items, pairs(&[("month", month)]))
    }

    /// Since when a host is cited, by how many items, and how many links there are and open.
    pub(in crate::publish) fn source_facts(&self, month: &str, items: u64, (links, open): (u64, u64)) -> String {
        let (links, open) = (links.to_string(), open.to_string());
        self.source_facts.with_all(items, pairs(&[("month", month), ("links", &links), ("open", &open)]))
    }

    /// The day of the newest item.
    pub(in crate::publish) fn latest_item(&self, date: &str) -> String {
        filled(&self.latest_item, pairs(&[("date", date)]))
    }

    /// That a link leads to a host.
    pub(in crate::publish) fn visit(&self, host: &str) -> String {
        filled(&self.visit, pairs(&[("host", host)]))
    }

    /// How many items a month has.
    pub(in crate::publish) fn in_month(&self, month: &str, items: u64) -> String {
        self.in_month.with_all(items, pairs(&[("month", month)]))
    }

    /// The plot of items per month in a sentence: from when to when, the month with the most, and how many the last one has.
    pub(in crate::publish) fn months_told(
        &self,
        (first, last): (&str, &str),
        (peak, most): (&str, u64),
        newest: u64,
    ) -> String {
        let (most, newest) = (most.to_string(), newest.to_string());
        let values = [("first", first), ("last", last), ("peak", peak), ("most", &most), ("newest", &newest)];
        filled(&self.months_told, pairs(&values))
    }

    /// How the links of a month are.
    pub(in crate::publish) fn reach<'w>(&'w self, state: &'w str) -> &'w str {
        self.reach_states.get(state).map_or(state, String::as_str)
    }

    /// The plot of a host's links in a sentence: how many months are in each state.
    pub(in crate::publish) fn reach_told(&self, host: &str, months: [usize; 4]) -> String {
        let [good, odd, bad, none] = months.map(|count| count.to_string());
        filled(
            &self.reach_told,
            pairs(&[("host", host), ("good", &good), ("odd", &odd), ("bad", &bad), ("none", &none)]),
        )
    }
}

/// Values by their names.
fn pairs<'a>(values: &'a [(&'a str, &'a str)]) -> impl Fn(&str) -> Option<String> + 'a {
    |wanted| values.iter().find(|(name, _)| *name == wanted).map(|(_, value)| (*value).to_owned())
}
