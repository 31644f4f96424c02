//! Bytes of a page to text: mark, declaration, or a guess, in that order. Pure.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::Encoding;
use std::borrow::Cow;

/// The HTML standard looks for a declaration this far into a page.
const PRESCAN: usize = 1024;

/// Begins a shift to another character set within ISO-2022-JP.
const ESCAPE: u8 = 0x1b;

/// The page's text. What cannot be decoded becomes U+FFFD; this never fails.
pub(super) fn text<'a>(bytes: &'a [u8], content_type: Option<&str>) -> Cow<'a, str> {
    let encoding = encoding_of(bytes, content_type);
    let (text, _, _) = encoding.decode(bytes);
    text
}

fn encoding_of(bytes: &[u8], content_type: Option<&str>) -> &'static Encoding {
    if let Some((marked, _)) = Encoding::for_bom(bytes) {
        return marked;
    }
    // Text in another charset is next to never valid UTF-8 by chance, while wrong declarations are common. Of what is
    // all ASCII only ISO-2022-JP is more than that; it escapes.
    let plain = bytes.is_ascii() && !bytes.contains(&ESCAPE);
    if plain || !bytes.is_ascii() && is_utf8_but_for_the_end(bytes) {
        return encoding_rs::UTF_8;
    }
    let declared = content_type
        .and_then(|value| after_charset(value.as_bytes()))
        .or_else(|| after_charset(bytes.get(..PRESCAN).unwrap_or(bytes)));
    // UTF-16 and its like cannot be what the declaration was found in (HTML, 13.2.3.2).
    if let Some(encoding) = declared
        && encoding.is_ascii_compatible()
        && encoding != encoding_rs::UTF_8
    {
        return encoding;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(bytes, true);
    detector.guess(None, Utf8Detection::Allow)
}

/// A cut body may end within a character.
fn is_utf8_but_for_the_end(bytes: &[u8]) -> bool {
    match std::str::from_utf8(bytes) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none() && error.valid_up_to() > 0,
    }
}

/// The encoding named after the first `charset=`.
fn after_charset(bytes: &[u8]) -> Option<&'static Encoding> {
    const KEY: &[u8] = b"charset=";
    let at = bytes.windows(KEY.len()).position(|window| window.eq_ignore_ascii_case(KEY))?;
    let rest = bytes.get(at + KEY.len()..)?;
    let label: Vec<u8> = rest
        .iter()
        .copied()
        .skip_while(|b| matches!(b, b'"' | b'\'' | b' '))
        .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b':' | b'.'))
        .take(40)
        .collect();
    Encoding::for_label(&label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_in_any_charset_become_text() {
        let chinese = "<title>页面不存在</title><p>您访问的页面不存在或已被删除。</p>";
        let russian = "<title>Страница не найдена</title><p>К сожалению, такой страницы нет.</p>";
        let japanese = "<title>ページが見つかりません</title><p>お探しのページは見つかりませんでした。</p>";
        for (page, label) in [(chinese, "gbk"), (chinese, "big5"), (russian, "windows-1251"), (japanese, "shift_jis")] {
            let encoding = Encoding::for_label(label.as_bytes()).unwrap();
            let page = if label == "big5" {
                "<title>頁面不存在</title><p>您所訪問的頁面不存在。</p>"
            } else {
                page
            };
            let bytes = encoding.encode(page).0.into_owned();
            assert_eq!(text(&bytes, Some(&format!("text/html; charset=\"{label}\""))), page, "declared {label}");
            let meta = encoding.encode(&format!("<meta charset={label}>{page}")).0.into_owned();
            assert!(text(&meta, None).ends_with(page), "meta {label}");
        }
        let gbk = encoding_rs::GBK.encode(chinese).0.into_owned();
        assert_eq!(text(&gbk, None), chinese, "sniffed");
        assert_eq!(text(chinese.as_bytes(), Some("text/html; charset=iso-8859-1")), chinese, "declared wrongly");
        assert!(text(&chinese.as_bytes()[..20], None).starts_with("<title>页面不"), "cut within a character");
        let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain("<p>a".encode_utf16().flat_map(u16::to_le_bytes)).collect();
        assert_eq!(text(&utf16, None), "<p>a");
        assert_eq!(text(b"", None), "");
        let escaped = encoding_rs::ISO_2022_JP.encode(japanese).0.into_owned();
        assert_eq!(text(&escaped, None), japanese, "ASCII, but for its escapes");
        assert!(matches!(text(b"<p>plain", Some("text/html; charset=big5")), Cow::Borrowed("<p>plain")));
    }
}
