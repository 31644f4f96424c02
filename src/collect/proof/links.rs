//! What is wrong with an address as it is written: mistyped, tracked, shortened, or with signs glued to it.

use super::address::{Setting, WrittenAddress};
use super::mark::Edit;
use super::rules;
use super::sheet::Sheet;
use crate::collect::digest::shown;
use crate::model::{LinkKey, is_ignorable, is_tracking};

/// Hosts whose addresses only lead to other ones, and may stop to.
const SHORTENERS: [&str; 34] = [
    "0rz.tw",
    "amzn.to",
    "bit.ly",
    "bitly.com",
    "buff.ly",
    "cutt.ly",
    "dlvr.it",
    "dwz.cn",
    "fb.me",
    "feedproxy.google.com",
    "flip.it",
    "g.co",
    "git.io",
    "goo.gl",
    "hubs.ly",
    "ift.tt",
    "is.gd",
    "j.mp",
    "lnkd.in",
    "nyti.ms",
    "on.ft.com",
    "ow.ly",
    "rb.gy",
    "reurl.cc",
    "shorturl.at",
    "suo.im",
    "t.cn",
    "t.co",
    "tiny.cc",
    "tinyurl.com",
    "trib.al",
    "url.cn",
    "v.gd",
    "w.url.cn",
];

/// Marks what is wrong with the addresses of a post.
pub(super) fn mark(sheet: &mut Sheet<'_>, addresses: &[&WrittenAddress<'_>]) {
    for address in addresses {
        mistyped(sheet, address);
        glued(sheet, address);
        tracked(sheet, address);
        shortened(sheet, address);
        with_unseen(sheet, address);
    }
}

fn mistyped(sheet: &mut Sheet<'_>, address: &WrittenAddress<'_>) {
    let Some(meant) = address.meant else { return };
    let message = format!("`{}` does not begin with `{meant}://`", shown(address.text));
    let help = format!("write `{}`", shown(&address.url()));
    let edit = Edit { range: address.scheme.clone(), text: format!("{meant}://") };
    sheet.mark(rules::SCHEME, address.range.clone(), (message, help), Some(edit));
}

/// Punctuation of Chinese and Japanese, which no address ends with.
fn is_wide_sign(c: char) -> bool {
    matches!(c, '\u{3001}'..='\u{3003}' | '\u{3008}'..='\u{3011}' | '\u{3014}'..='\u{301f}' | '\u{2018}'..='\u{201f}' | '…' | '—')
        || matches!(c, '\u{ff01}'..='\u{ff0f}' | '\u{ff1a}'..='\u{ff20}' | '\u{ff3b}'..='\u{ff40}' | '\u{ff5b}'..='\u{ff65}')
}

fn glued(sheet: &mut Sheet<'_>, address: &WrittenAddress<'_>) {
    let end = address.range.end;
    match address.setting {
        Setting::WrongBracket(at) => {
            let message = format!(
                "the address `{}` is closed by a full-width bracket, so that this is no link",
                shown(address.text)
            );
            sheet.mark(
                rules::LINK_BRACKET,
                at..at + '）'.len_utf8(),
                (message, "write `[NAME](URL)` with `)`".to_owned()),
                None,
            );
        }
        Setting::Bare => {
            if let Some(sign) = sheet.page.char_at(end).filter(|c| is_wide_sign(*c)) {
                let message = format!(
                    "`{sign}` is glued to the address `{}`, and some programs take it for a part of it",
                    shown(address.text)
                );
                let help = "put a blank between them, or write the address as a link: [NAME](URL)".to_owned();
                let edit = Edit { range: end..end, text: " ".to_owned() };
                sheet.mark(
                    rules::GLUED_PUNCTUATION,
                    address.range.start..end + sign.len_utf8(),
                    (message, help),
                    Some(edit),
                );
            }
        }
        Setting::Brackets | Setting::Angles => ends_in_sign(sheet, address),
        Setting::Delimited => {}
    }
}

/// `[NAME](https://a.example/x。)`: the sign belongs behind the bracket.
fn ends_in_sign(sheet: &mut Sheet<'_>, address: &WrittenAddress<'_>) {
    let plain = address.text.trim_end_matches(is_wide_sign);
    let signs = address.text.get(plain.len()..).unwrap_or_default();
    let closes_own = signs.starts_with(['）', '】', '》', '」']) && plain.contains(['（', '【', '《', '「']);
    if signs.is_empty() || closes_own {
        return;
    }
    let end = address.range.end;
    let message =
        format!("`{signs}` stands at the end of the address `{}`, which leads elsewhere with it", shown(address.text));
    let help = format!("put it behind the link; the address is `{}`", shown(plain));
    let close = sheet.page.char_at(end).filter(|c| matches!(c, ')' | '>'));
    let edit = close.map(|close| Edit { range: end - signs.len()..end + 1, text: format!("{close}{signs}") });
    sheet.mark(rules::GLUED_PUNCTUATION, end - signs.len()..end, (message, help), edit);
}

fn tracked(sheet: &mut Sheet<'_>, address: &WrittenAddress<'_>) {
    let Some((range, text, names)) = without_tracking(address.text) else { return };
    let start = address.range.start;
    let range = start + range.start..start + range.end;
    let names = names.join("`, `");
    let message = format!("the address has parameters that only tell how you came to it: `{}`", shown(&names));
    let help = format!(
        "remove them; `--fix` does: `{}`",
        shown(&[sheet.page.get(start..range.start), &text, sheet.page.get(range.end..address.range.end)].concat())
    );
    sheet.mark(rules::TRACKING, range.clone(), (message, help), Some(Edit { range, text }));
}

/// The bytes of an address that only track, with what takes their place, and the names of the parameters. Byte for byte:
/// everything else stays as it is written.
fn without_tracking(written: &str) -> Option<(std::ops::Range<usize>, String, Vec<&str>)> {
    let end = written.find('#').unwrap_or(written.len());
    let question = written.get(..end)?.find('?')?;
    let query = written.get(question + 1..end)?;
    // In HTML, and by those who think of it, `&` is written `&amp;`.
    let plain = |part: &str| part.strip_prefix("amp;").map_or(0, |_| "amp;".len());
    let parts: Vec<&str> = query.split('&').collect();
    let name =
        |part: &'_ str| part.get(plain(part)..).unwrap_or_default().split('=').next().unwrap_or_default().to_owned();
    let is_gone = |part: &&str| is_tracking(&name(part));
    let names: Vec<&str> = parts
        .iter()
        .filter(|part| is_gone(part))
        .filter_map(|part| part.get(plain(part)..)?.split('=').next())
        .collect();
    if names.is_empty() {
        return None;
    }
    let kept: Vec<&str> = parts.iter().copied().filter(|part| !is_gone(part)).collect();
    let mut text = kept.join("&");
    if let Some(first) = kept.first() {
        text = text.get(plain(first)..).unwrap_or_default().to_owned();
        text.insert(0, '?');
    }
    Some((question..end, text, names))
}

fn shortened(sheet: &mut Sheet<'_>, address: &WrittenAddress<'_>) {
    let url = address.url();
    let Some(host) = LinkKey::host_of(&url).filter(|host| SHORTENERS.contains(&host.as_str())) else { return };
    let message = format!("`{}` is an address of the shortener {host}, which may stop to lead anywhere", shown(&url));
    let help = "open it, and write the address at which you end".to_owned();
    sheet.mark(rules::SHORTENER, address.range.clone(), (message, help), None);
}

fn with_unseen(sheet: &mut Sheet<'_>, address: &WrittenAddress<'_>) {
    let end = address.range.end;
    let inside =
        address.text.char_indices().find(|(_, c)| is_ignorable(*c)).map(|(at, c)| (address.range.start + at, c));
    let behind = || sheet.page.char_at(end).filter(|c| is_ignorable(*c)).map(|c| (end, c));
    let Some((at, c)) = inside.or_else(behind) else { return };
    let message = format!(
        "a character that nobody sees, U+{:04X}, stands in the address `{}`",
        u32::from(c),
        shown(address.text)
    );
    sheet.mark(rules::INVISIBLE, at..at + c.len_utf8(), (message, "type the address anew from there".to_owned()), None);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_tracking_goes_and_every_other_byte_stays() {
        for (written, clean) in [
            ("https://A.example/路?utm_source=x", "https://A.example/路"),
            ("https://a.example/?utm_source=x&id=7", "https://a.example/?id=7"),
            ("https://a.example/?id=7&UTM_Medium=x&b[]=%20#c?d", "https://a.example/?id=7&b[]=%20#c?d"),
            ("https://a.example/?id=7&amp;fbclid=x", "https://a.example/?id=7"),
            ("https://a.example/?fbclid=x&amp;id=7&amp;q", "https://a.example/?id=7&amp;q"),
            ("https://a.example/?gclid#top", "https://a.example/#top"),
        ] {
            let (range, text, names) = without_tracking(written).expect(written);
            let mut new = written.to_owned();
            new.replace_range(range, &text);
            assert_eq!(new, clean, "{written}");
            assert_eq!(names.len(), 1);
            assert!(without_tracking(clean).is_none(), "{clean}");
        }
        for plain in ["https://a.example/?id=7", "https://a.example/#?utm_source=x", "https://a.example/?", "x"] {
            assert!(without_tracking(plain).is_none(), "{plain}");
        }
    }

    #[test]
    fn shorteners_are_in_order_and_in_lower_case() {
        assert!(SHORTENERS.is_sorted_by(|a, b| a < b));
        assert!(SHORTENERS.iter().all(|host| *host == host.to_ascii_lowercase()));
    }
}
