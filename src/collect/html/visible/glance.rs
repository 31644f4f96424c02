//! Whether HTML holds anything for the pass to do, told without a tree: most has nothing, and a tree costs as much as the
//! sanitiser.
//!
//! Refuses to be sure: it says yes more often than needed, and never no where something is to be done.

use super::{address, pictures};
use url::Url;

/// Elements for which the pass is made; an `img` is looked at more closely.
const CONCERNED: [&str; 28] = [
    "noscript",
    "iframe",
    "video",
    "audio",
    "embed",
    "object",
    "picture",
    "source",
    "svg",
    "math",
    "template",
    "noembed",
    "noframes",
    "xmp",
    "plaintext",
    "listing",
    "image",
    "input",
    "amp-img",
    "amp-anim",
    "amp-video",
    "amp-audio",
    "amp-iframe",
    "amp-youtube",
    "lite-youtube",
    "lite-vimeo",
    "youtube-video",
    "vimeo-video",
];

/// Whether the pass might change anything. Looks at nothing twice.
pub(super) fn is_concerned(html: &str, base: Option<&Url>) -> bool {
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        rest = rest.get(at + 1..).unwrap_or_default();
        let end = rest.find(|c: char| c.is_ascii_whitespace() || matches!(c, '/' | '<' | '>')).unwrap_or(rest.len());
        let (name, after) = rest.split_at_checked(end).unwrap_or_default();
        rest = after;
        if name.eq_ignore_ascii_case("img") {
            let Some((attributes, after)) = rest.split_once('>') else { return true };
            if !is_plain_picture(attributes, base) {
                return true;
            }
            rest = after;
        } else if CONCERNED.iter().any(|concerned| concerned.eq_ignore_ascii_case(name)) {
            return true;
        }
    }
    false
}

/// Whether the attributes of an `img` give it an address that no other could take the place of. They end with the tag, or
/// before it.
fn is_plain_picture(attributes: &str, base: Option<&Url>) -> bool {
    let (mut src, mut has_other, mut is_dot) = (None, false, false);
    let mut rest = attributes;
    while let Some((name, after)) = rest.split_once('=') {
        let name = name.trim_matches(|c: char| c.is_ascii_whitespace() || c == '/').to_ascii_lowercase();
        let after = after.trim_ascii_start();
        let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''));
        let value = match quote {
            Some(quote) => after.get(1..).and_then(|after| after.split_once(quote)),
            None => Some(after.split_once(|c: char| c.is_ascii_whitespace()).unwrap_or((after, ""))),
        };
        let Some((value, next)) = value else { return false };
        rest = next;
        if name == "src" {
            src = src.or(Some(value));
        } else {
            has_other |= name.contains("data-") || name.contains("src") || matches!(name.as_str(), "original" | "file");
            is_dot |= matches!(name.as_str(), "width" | "height") && matches!(value, "0" | "1" | "0px" | "1px");
        }
    }
    src.is_some_and(|src| {
        let is_written_out = !src.replace("&amp;", "").contains('&');
        let is_kept = !has_other || !is_dot && !pictures::stands_in(src);
        is_written_out && is_kept && address(src, base).is_some()
    })
}
