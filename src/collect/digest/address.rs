//! Addresses as an editor writes them: what each comes to, and what is wrong with one that was meant otherwise.

use crate::collect::html;
use crate::model::web_uri;
use url::Url;

/// What an address as written comes to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Address {
    /// An http or https URL, verbatim where it was written absolute.
    Web(String),
    /// Relative, and no base is known.
    Relative,
    /// Only a fragment of the post itself.
    Fragment,
    /// Another scheme, or no URL at all.
    Odd,
}

/// Judges an address as written.
pub(super) fn of(written: &str, base: Option<&Url>) -> Address {
    let legal = html::strip_illegal(written.trim());
    let written = legal.as_ref();
    if html::is_own_fragment(written) {
        return Address::Fragment;
    }
    match Url::parse(written) {
        Ok(_) if web_uri(written).is_some() => Address::Web(written.to_owned()),
        Err(url::ParseError::RelativeUrlWithoutBase) => match base.map(|base| base.join(written)) {
            Some(Ok(url)) if web_uri(url.as_str()).is_some() => Address::Web(url.into()),
            Some(_) => Address::Odd,
            None if written.starts_with("//") => of(&format!("https:{written}"), None),
            None => Address::Relative,
        },
        _ => Address::Odd,
    }
}

/// The address that a redirecting one leads to, where it stands in one of these parameters.
pub(super) fn unwrapped(url: &str, parameters: &[String]) -> Option<String> {
    if parameters.is_empty() || !url.contains('?') {
        return None;
    }
    let parsed = Url::parse(url).ok()?;
    let (_, value) = parsed.query_pairs().find(|(name, _)| parameters.iter().any(|parameter| parameter == name))?;
    // What follows an address that is not encoded belongs to it.
    let written = url
        .split_once(&format!("={value}"))
        .map_or(value.as_ref(), |(before, _)| url.get(before.len() + 1..).unwrap_or(&value));
    web_uri(written).is_some().then(|| written.to_owned())
}

/// Top-level domains by which an address without a path is told from a file's name.
const DOMAINS: &str = " com org net cn io dev gov edu info me app ai co uk de fr jp tw hk eu us tv cc example ";

/// Endings of files, which are no domains.
const FILES: &str = " html htm md markdown php asp aspx jsp png jpg jpeg gif webp svg pdf txt xml json zip gz mp3 mp4 ";

/// What is wrong with an address that would be read as one of a page below our own site.
pub(super) fn slip(written: &str) -> Option<(&'static str, &'static str)> {
    let written = written.trim();
    if written.starts_with(['“', '”', '‘', '’', '"', '\'', '「', '《', '（', '<']) {
        return Some(("begins with a quotation mark", "write only the address between the brackets"));
    }
    let is_absolute = Url::parse(written).is_ok() || written.starts_with("//");
    let has_scheme = |scheme: &str| written.get(..scheme.len()).is_some_and(|head| head.eq_ignore_ascii_case(scheme));
    let is_broken = written.contains("://") && !written.starts_with(['/', '.', '?', '#']) && !written.contains('?');
    if let Some(scheme) = misspelt_scheme(written) {
        return Some(scheme);
    }
    if !is_absolute && (is_broken || has_scheme("http") && written.contains("//")) {
        return Some(("is no URL, though it looks like one", "write it from `https://` on"));
    }
    (!is_absolute && (begins_as_host(written) || is_host(written)))
        .then_some(("lacks its `https://`", "write the whole URL, with `https://`"))
}

/// Whether an address is one but for a letter of its scheme.
pub(super) fn has_misspelt_scheme(written: &str) -> bool {
    misspelt_scheme(written).is_some()
}

/// Schemes that are `https` but for a letter.
fn misspelt_scheme(written: &str) -> Option<(&'static str, &'static str)> {
    let (scheme, _) = written.split_once("://")?;
    let scheme = scheme.to_ascii_lowercase();
    let is_known = matches!(scheme.as_str(), "http" | "https" | "ftp" | "ftps" | "sftp" | "ssh" | "git" | "file");
    let is_near = scheme.len() > 2 && scheme.len() < 9 && strsim::damerau_levenshtein(&scheme, "https") < 2
        || strsim::damerau_levenshtein(&scheme, "http") < 2;
    (!is_known && is_near).then_some(("has a misspelt scheme", "write it from `https://` on"))
}

/// Whether an address begins with `www.`.
pub(super) fn begins_as_host(written: &str) -> bool {
    written.trim_start().get(..4).is_some_and(|head| head.eq_ignore_ascii_case("www."))
}

/// Whether a relative address begins with a host's name: `d.example/x`, `example.com`.
fn is_host(written: &str) -> bool {
    let end = written.find(['/', '?', '#']).unwrap_or(written.len());
    let (Some(host), Some(rest)) = (written.get(..end), written.get(end..)) else { return false };
    let Some((name, domain)) = host.rsplit_once('.') else { return false };
    let is_name = !name.is_empty()
        && !name.starts_with('.')
        && host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'));
    let listed = |list: &str| list.contains(&format!(" {} ", domain.to_ascii_lowercase()));
    let is_domain = domain.len() > 1 && domain.bytes().all(|b| b.is_ascii_alphabetic()) && !listed(FILES);
    is_name && is_domain && (rest.starts_with('/') || listed(DOMAINS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_judged() {
        let base = Url::parse("https://linux.cn/").expect("a URL");
        for (written, with_base, without) in [
            ("https://a.example//x?y=1&z", Address::Web("https://a.example//x?y=1&z".into()), None),
            ("HTTP://A.example", Address::Web("HTTP://A.example".into()), None),
            ("/a.html", Address::Web("https://linux.cn/a.html".into()), Some(Address::Relative)),
            (
                "//b.example/c",
                Address::Web("https://b.example/c".into()),
                Some(Address::Web("https://b.example/c".into())),
            ),
            ("javascript:alert(1)", Address::Odd, None),
            ("JaVaScRiPt:alert(1)", Address::Odd, None),
            ("mailto:a@b.example", Address::Odd, None),
            ("data:text/html,x", Address::Odd, None),
            ("ftp://a.example/", Address::Odd, None),
            ("https://", Address::Odd, None),
            ("https://{a}.example/", Address::Odd, None),
            ("https://例子.example/路", Address::Web("https://例子.example/路".into()), None),
            (" #top", Address::Fragment, None),
            ("#top", Address::Fragment, None),
            ("", Address::Fragment, None),
        ] {
            assert_eq!(of(written, Some(&base)), with_base, "{written}");
            assert_eq!(of(written, None), without.unwrap_or(with_base), "{written}");
        }
    }

    #[test]
    fn addresses_that_are_none_are_told_from_relative_ones() {
        for written in [
            "www.d.example/x",
            "WWW.d.example",
            "d.example/x",
            "example.com",
            "“https://a.example/”",
            "https//a.example",
            "（https://a.example",
            "http:a//",
        ] {
            let is_named = slip(written).is_some() || Url::parse(written).is_ok();
            assert!(is_named, "{written}");
        }
        for written in [
            "/a.html",
            "page.html",
            "../x",
            "a/b.c/d",
            "?u=https://a.example",
            "https://www.a.example/",
            "//a.example/x",
            "article-1.2/x",
            "#a",
            "v1.10/notes",
        ] {
            assert_eq!(slip(written), None, "{written}");
        }
    }
}
