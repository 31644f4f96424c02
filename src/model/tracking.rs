//! What makes the links of two entries one story: a link without what only says how a reader came to it.
//!
//! A table, because the list is a matter of experience: only parameters that are known to carry nothing but tracking stand
//! in it. `ref`, `source`, `from`, `id`, `s` and the like choose the page on many sites and are left alone.

use super::LinkKey;
use std::borrow::Cow;
use url::Url;

/// How a parameter is recognised, in lower case.
#[derive(Debug, Clone, Copy)]
enum Named {
    /// By its whole name.
    Exactly(&'static str),
    /// By how its name begins.
    Beginning(&'static str),
}

/// Parameters that never choose a page, with whose they are.
const TRACKING: [(Named, &str); 48] = [
    (Named::Beginning("utm_"), "Google Analytics and everybody after it: campaign"),
    (Named::Exactly("gclid"), "Google Ads: click"),
    (Named::Exactly("gclsrc"), "Google Ads: kind of click"),
    (Named::Exactly("dclid"), "Google Display: click"),
    (Named::Exactly("gbraid"), "Google Ads in apps: click"),
    (Named::Exactly("wbraid"), "Google Ads from apps: click"),
    (Named::Exactly("gad_source"), "Google Ads: where the click came from"),
    (Named::Exactly("_gl"), "Google Analytics: visitor handed from site to site"),
    (Named::Exactly("fbclid"), "Facebook: click"),
    (Named::Exactly("igshid"), "Instagram: who shared it"),
    (Named::Exactly("igsh"), "Instagram: who shared it"),
    (Named::Exactly("msclkid"), "Microsoft Advertising: click"),
    (Named::Exactly("twclid"), "Twitter: click"),
    (Named::Exactly("ref_src"), "Twitter: embedding widget"),
    (Named::Exactly("ref_url"), "Twitter: embedding page"),
    (Named::Exactly("__twitter_impression"), "Twitter: shown in its app"),
    (Named::Exactly("ttclid"), "TikTok: click"),
    (Named::Exactly("li_fat_id"), "LinkedIn: click"),
    (Named::Exactly("yclid"), "Yandex: click"),
    (Named::Exactly("ysclid"), "Yandex: search"),
    (Named::Exactly("rdt_cid"), "Reddit: click"),
    (Named::Exactly("mc_cid"), "Mailchimp: campaign"),
    (Named::Exactly("mc_eid"), "Mailchimp: recipient"),
    (Named::Exactly("mkt_tok"), "Marketo: recipient"),
    (Named::Exactly("_hsenc"), "HubSpot: recipient"),
    (Named::Exactly("_hsmi"), "HubSpot: message"),
    (Named::Exactly("hsctatracking"), "HubSpot: button"),
    (Named::Exactly("vero_id"), "Vero: recipient"),
    (Named::Exactly("vero_conv"), "Vero: campaign"),
    (Named::Exactly("oly_enc_id"), "Omeda: recipient"),
    (Named::Exactly("oly_anon_id"), "Omeda: visitor"),
    (Named::Exactly("wickedid"), "Wicked Reports: click"),
    (Named::Exactly("__s"), "Drip: recipient"),
    (Named::Beginning("mtm_"), "Matomo: campaign"),
    (Named::Exactly("pk_campaign"), "Matomo, formerly Piwik: campaign; other names in pk_ may be a primary key"),
    (Named::Exactly("pk_kwd"), "Matomo: keyword"),
    (Named::Exactly("pk_source"), "Matomo: source"),
    (Named::Exactly("pk_medium"), "Matomo: medium"),
    (Named::Exactly("pk_content"), "Matomo: content"),
    (Named::Exactly("piwik_campaign"), "Piwik: campaign"),
    (Named::Exactly("at_campaign"), "Piano Analytics: campaign"),
    (Named::Exactly("at_medium"), "Piano Analytics: medium"),
    (Named::Exactly("ns_campaign"), "comScore: campaign"),
    (Named::Exactly("ns_mchannel"), "comScore: channel"),
    (Named::Exactly("wt.mc_id"), "Webtrends: campaign"),
    (Named::Exactly("s_kwcid"), "Adobe Analytics: keyword"),
    (Named::Exactly("guce_referrer"), "Yahoo: page before the consent"),
    (Named::Exactly("guce_referrer_sig"), "Yahoo: its signature"),
];

/// Whether a parameter of a query only tracks. The name as written, percent-encoding and all: no tracker encodes its own.
pub fn is_tracking(parameter: &str) -> bool {
    let name = parameter.split('=').next().unwrap_or_default().to_ascii_lowercase();
    TRACKING.iter().any(|(named, _)| match named {
        Named::Exactly(known) => name == *known,
        Named::Beginning(known) => name.starts_with(known),
    })
}

/// A query without tracking, each parameter as it is written; `None` where nothing is left.
fn stripped(query: &str) -> Option<String> {
    let kept: Vec<&str> = query.split('&').filter(|parameter| !is_tracking(parameter)).collect();
    Some(kept.join("&")).filter(|query| !query.is_empty())
}

/// A link as it may be shown where tracking is not wanted; verbatim where there is none.
pub fn without_tracking(link: &str) -> Cow<'_, str> {
    let Ok(mut url) = Url::parse(link) else { return Cow::Borrowed(link) };
    match url.query().filter(|query| query.split('&').any(is_tracking)).map(stripped) {
        Some(query) => {
            url.set_query(query.as_deref());
            Cow::Owned(url.into())
        }
        None => Cow::Borrowed(link),
    }
}

/// What the links of two entries have in common when they are one story: the [`LinkKey`] (no fragment, no credentials, no
/// default port) without tracking parameters, with `https` for `http` and without a leading `www.`, since sites that
/// answer differently under these are hardly to be found. `None` when it is no http or https URL.
pub fn compare_key(link: &str) -> Option<String> {
    let key = LinkKey::of(link)?;
    let rest = key.as_str().split_once("://")?.1;
    let has_dot = |rest: &&str| rest.split(['/', ':']).next().is_some_and(|host| host.contains('.'));
    let rest = rest.strip_prefix("www.").filter(has_dot).unwrap_or(rest);
    Some(match rest.split_once('?') {
        None => format!("https://{rest}"),
        Some((page, query)) => match stripped(query) {
            None => format!("https://{page}"),
            Some(query) => format!("https://{page}?{query}"),
        },
    })
}

/// Whether a link can name a story at all: a site's front page names none. That no other entry of the same document has
/// the link is known to [`super::EntryItem`] only.
pub fn is_specific(link: &str) -> bool {
    let Some((_, rest)) = link.split_once("://") else { return false };
    let rest = rest.split('#').next().unwrap_or_default();
    rest.split_once(['/', '?']).is_some_and(|(_, page)| page.contains(|c| !matches!(c, '/' | '?')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_story_has_one_key_however_it_is_reached() {
        for (link, key) in [
            ("https://example.org/a?utm_source=rss&id=7&UTM_Medium=x", "https://example.org/a?id=7"),
            ("http://www.example.org/a?fbclid=1", "https://example.org/a"),
            ("https://EXAMPLE.org:443/a#comments", "https://example.org/a"),
            ("http://example.org:80/a", "https://example.org/a"),
            ("https://user:secret@example.org/a?", "https://example.org/a"),
            (
                "https://example.org/a?ref=home&source=x&from=y&s=1",
                "https://example.org/a?ref=home&source=x&from=y&s=1",
            ),
            ("https://example.org/a?q=%E4%B8%AD&mc_cid=1", "https://example.org/a?q=%E4%B8%AD"),
            ("https://www.com/a", "https://www.com/a"),
            ("https://example.org/中?gclid", "https://example.org/%E4%B8%AD"),
            ("https://example.org/a?utmost=1", "https://example.org/a?utmost=1"),
        ] {
            assert_eq!(compare_key(link).as_deref(), Some(key), "{link}");
            assert_eq!(compare_key(key).as_deref(), Some(key), "a key is its own key");
        }
        for no_link in ["", "urn:uuid:1", "ftp://example.org/a", "/a", "mailto:a@example.org", "https://"] {
            assert_eq!(compare_key(no_link), None, "{no_link}");
        }
    }

    #[test]
    fn what_is_shown_changes_only_where_there_was_tracking() {
        assert_eq!(without_tracking("https://Example.org/a?b=1#c"), "https://Example.org/a?b=1#c");
        assert_eq!(without_tracking("https://example.org/a?utm_source=x&b=1#c"), "https://example.org/a?b=1#c");
        assert_eq!(without_tracking("no link"), "no link");
    }

    #[test]
    fn front_pages_name_no_story() {
        for (link, specific) in [
            ("https://example.org/", false),
            ("https://example.org", false),
            ("https://example.org//", false),
            ("https://example.org/?", false),
            ("https://example.org/#top", false),
            ("https://example.org?p=7", true),
            ("https://example.org/?p=7", true),
            ("https://example.org/a", true),
            ("no link", false),
        ] {
            assert_eq!(is_specific(link), specific, "{link}");
        }
    }

    #[test]
    fn the_table_is_in_lower_case_and_names_nothing_twice() {
        let names: Vec<&str> =
            TRACKING.iter().map(|(Named::Exactly(name) | Named::Beginning(name), _)| *name).collect();
        for (n, name) in names.iter().enumerate() {
            assert_eq!(*name, name.to_ascii_lowercase());
            assert!(!names.iter().skip(n + 1).any(|other| other == name), "{name}");
        }
    }
}
