//! Which format `/feed` answers in, by `Accept` (RFC 9110, section 12.5.1). Pure.

use super::quality::{FULL, weighted};
use crate::publish::Format;

/// What a channel can be had as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// A feed.
    Feed(Format),
    /// The page for people.
    Page,
}

impl Form {
    /// In the order of our liking: Atom says the most, the page is no feed.
    pub(super) const ALL: [Self; 4] =
        [Self::Feed(Format::Atom), Self::Feed(Format::Rss), Self::Feed(Format::Json), Self::Page];

    /// Name of the file in the channel's folder.
    pub(super) fn file_name(self) -> &'static str {
        match self {
            Self::Feed(format) => format.file_name(),
            Self::Page => "index.html",
        }
    }

    /// How well a media range names this form: by its own type, by one that stands for it, by `type/*`, by `*/*`; 0: not at all.
    fn fit(self, range: &str) -> u8 {
        let is = |name: &str| range.eq_ignore_ascii_case(name);
        let (own, others, family): (&str, &[&str], &str) = match self {
            Self::Feed(Format::Json) => ("application/feed+json", &["application/json"], "application/*"),
            Self::Feed(format) => (format.media_type(), &["application/xml", "text/xml"], "application/*"),
            Self::Page => ("text/html", &["application/xhtml+xml"], "text/*"),
        };
        if is(own) {
            4
        } else if others.iter().any(|other| is(other)) {
            3
        } else if is(family) {
            2
        } else {
            u8::from(range == "*/*")
        }
    }
}

/// The form that a client wants most among those there are; `None`: none of them.
pub(super) fn choose(accept: &[&str], is_there: impl Fn(Form) -> bool) -> Option<Form> {
    let mut chosen: Option<(Form, u16)> = None;
    for form in Form::ALL.into_iter().filter(|form| is_there(*form)) {
        let weight = weight(form, accept);
        if weight > chosen.map_or(0, |(_, weight)| weight) {
            chosen = Some((form, weight));
        }
    }
    chosen.map(|(form, _)| form)
}

/// The weight that the most specific range gives a form. Who says nothing takes anything.
fn weight(form: Form, accept: &[&str]) -> u16 {
    let (mut best, mut said) = ((0, 0), false);
    for (range, weight) in accept.iter().flat_map(|list| weighted(list)) {
        said = true;
        let fit = form.fit(range);
        if fit > 0 && fit >= best.0 {
            best = (fit, if fit == best.0 { weight.max(best.1) } else { weight });
        }
    }
    if said { best.1 } else { FULL }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readers_and_browsers_get_what_they_ask_for() {
        const ATOM: Option<Form> = Some(Form::Feed(Format::Atom));
        const RSS: Option<Form> = Some(Form::Feed(Format::Rss));
        const JSON: Option<Form> = Some(Form::Feed(Format::Json));
        const PAGE: Option<Form> = Some(Form::Page);
        for (accept, expected) in [
            ("", ATOM),
            ("*/*", ATOM),
            ("application/rss+xml", RSS),
            ("application/atom+xml, application/rss+xml", ATOM),
            ("application/rss+xml, application/atom+xml;q=0.9", RSS),
            ("application/feed+json, application/json;q=0.9, */*;q=0.1", JSON),
            ("application/json", JSON),
            ("application/xml", ATOM),
            ("text/xml, application/atom+xml;q=0", RSS),
            ("text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8", PAGE),
            ("application/rss+xml, application/rdf+xml;q=0.8, text/html;q=0.6, */*;q=0.1", RSS),
            ("text/*", PAGE),
            ("application/*;q=0.5, application/atom+xml;q=0", RSS),
            ("*/*;q=0.5, application/atom+xml;q=0.1", RSS),
            ("Application/RSS+XML", RSS),
            ("image/png", None),
            ("*/*;q=0", None),
        ] {
            assert_eq!(choose(&[accept], |_| true), expected, "{accept}");
        }
        let no_atom = |form| form != Form::Feed(Format::Atom);
        assert_eq!(choose(&["application/atom+xml, */*;q=0.1"], no_atom), RSS);
        assert_eq!(choose(&["a/b", "application/rss+xml"], |_| true), RSS);
    }
}
