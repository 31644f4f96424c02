//! Content codings undone under a cap: what a bomb unpacks to is never held.
//!
//! The raw body is in memory (and small), so nothing here waits for the network; brotli reaches a million to one, which
//! is why the cap is on what comes out.

use async_compression::tokio::bufread::{BrotliDecoder, DeflateDecoder, GzipDecoder, ZlibDecoder, ZstdDecoder};
use async_compression::zstd::DParameter;
use futures::FutureExt;
use std::borrow::Cow;
use tokio::io::{AsyncRead, AsyncReadExt};

/// RFC 9659: a sender may not ask for a window larger than 8 MiB.
const ZSTD_WINDOW_LOG: u32 = 23;

/// Codings on one answer; more than this is nobody's honest configuration.
pub(super) const MAX_CODINGS: usize = 3;

/// How much is unpacked to see what it is.
const GLANCE: usize = 1024;

/// A body with its codings undone.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Decoded {
    /// What came out, at most as much as was asked for.
    pub bytes: Vec<u8>,
    /// Whether there was more than the cap let through.
    pub cut: bool,
    /// Why decoding stopped early, when it did. What came out until then is kept.
    pub problem: Option<String>,
    /// Whether a coding was declared that had not been applied; the bytes are whole all the same.
    pub plain: bool,
}

/// Undoes `codings` (in the order they were applied), at most `cap` bytes of each.
pub(super) async fn decoded(raw: &[u8], codings: &[String], cap: usize) -> Decoded {
    if codings.len() > MAX_CODINGS {
        return Decoded {
            problem: Some(format!("{} content codings on one answer", codings.len())),
            ..Decoded::default()
        };
    }
    let mut result = Decoded::default();
    let mut current = Cow::Borrowed(raw);
    for coding in codings.iter().rev().filter(|_| !raw.is_empty()) {
        let mut step = one(&current, coding, cap).await;
        // One that was applied in place of the one that is declared tells itself.
        if let Some(other) = packed_as(&current).filter(|other| **other != **coding && step.came_to_nothing()) {
            step = one(&current, other, cap).await;
        }
        // A server that declares a coding it did not apply: what came is already the page.
        if step.came_to_nothing() && looks_plain(&current) {
            result.problem = Some(format!("declared as {coding}, sent plain"));
            result.plain = true;
            break;
        }
        result.cut |= step.cut;
        result.problem = result.problem.or(step.problem);
        current = Cow::Owned(step.bytes);
    }
    result.cut |= current.len() > cap;
    result.bytes = match current {
        Cow::Borrowed(raw) => raw.get(..cap).unwrap_or(raw).to_vec(),
        Cow::Owned(mut bytes) => {
            bytes.truncate(cap);
            bytes
        }
    };
    result
}

impl Decoded {
    /// Whether it was in another coding, or in none.
    fn came_to_nothing(&self) -> bool {
        self.bytes.is_empty() && self.problem.is_some()
    }
}

/// A document that is packed though nobody said so, unpacked under a cap; `None` where it is not, or where no document is in it.
pub fn unpacked(packed: &[u8], cap: usize) -> Option<Decoded> {
    let unpacking = async {
        let mut result: Option<Decoded> = None;
        for _ in 0..MAX_CODINGS {
            let bytes = result.as_ref().map_or(packed, |result| result.bytes.as_slice());
            let Some(coding) = undeclared(bytes).await else { break };
            let step = one(bytes, coding, cap).await;
            let before = result.unwrap_or_default();
            result = Some(Decoded { cut: before.cut | step.cut, problem: before.problem.or(step.problem), ..step });
        }
        result
    };
    // All of it is in memory, so that there is nothing to wait for.
    unpacking.now_or_never().flatten()
}

/// The coding that bytes are in though nobody said so, when it leads to a document: markup or JSON, perhaps packed once more.
pub(super) async fn undeclared(bytes: &[u8]) -> Option<&'static str> {
    let named = packed_as(bytes);
    // What these make of a document does not tell itself, but that it is no text.
    let guesses = ["br", "deflate"].into_iter().filter(|_| named.is_none() && !looks_plain(bytes));
    for coding in named.into_iter().chain(guesses) {
        let mut inside = one(bytes, coding, GLANCE).await.bytes;
        for _ in 1..MAX_CODINGS {
            let Some(coding) = packed_as(&inside) else { break };
            inside = one(&inside, coding, GLANCE).await.bytes;
        }
        if is_document(&inside) {
            return Some(coding);
        }
    }
    None
}

/// The coding that bytes say they are in: RFC 1952, 2.3.1; RFC 8878, 3.1.1; RFC 1950, 2.2.
fn packed_as(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x1f, 0x8b, 8, ..] => Some("gzip"),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Some("zstd"),
        [method, flags, ..] if method & 0x8f == 8 && u16::from_be_bytes([*method, *flags]) % 31 == 0 => Some("deflate"),
        _ => None,
    }
}

/// Whether bytes begin as markup or JSON do, or with the byte order mark of a text that cannot be looked at so.
fn is_document(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let wide = bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff");
    wide || (matches!(bytes.trim_ascii_start().first(), Some(b'<' | b'{')) && looks_plain(bytes))
}

async fn one(input: &[u8], coding: &str, cap: usize) -> Decoded {
    match coding {
        "gzip" | "x-gzip" => {
            let mut decoder = GzipDecoder::new(input);
            decoder.multiple_members(true);
            take(decoder, cap).await
        }
        "br" => take(BrotliDecoder::new(input), cap).await,
        "zstd" => take(ZstdDecoder::with_params(input, &[DParameter::window_log_max(ZSTD_WINDOW_LOG)]), cap).await,
        // RFC 9110, 8.4.1.2: `deflate` is zlib, but some send the bare stream.
        "deflate" => {
            let zlib = take(ZlibDecoder::new(input), cap).await;
            if zlib.came_to_nothing() { take(DeflateDecoder::new(input), cap).await } else { zlib }
        }
        other => Decoded { problem: Some(format!("content coding `{other}` is not known")), ..Decoded::default() },
    }
}

async fn take(mut decoder: impl AsyncRead + Unpin, cap: usize) -> Decoded {
    let mut result = Decoded::default();
    let mut chunk = vec![0; 16 * 1024];
    loop {
        match decoder.read(&mut chunk).await {
            Ok(0) => return result,
            Ok(n) => {
                let room = cap - result.bytes.len();
                result.bytes.extend(chunk.iter().take(n.min(room)));
                if n > room {
                    result.cut = true;
                    return result;
                }
            }
            Err(error) => {
                result.problem = Some(error.to_string());
                return result;
            }
        }
    }
}

/// Text of some kind: no control characters but white space among the first bytes.
fn looks_plain(bytes: &[u8]) -> bool {
    bytes.iter().take(256).all(|b| *b >= b' ' || b.is_ascii_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_compression::tokio::bufread::{BrotliEncoder, DeflateEncoder, GzipEncoder, ZlibEncoder, ZstdEncoder};

    async fn all(mut encoder: impl AsyncRead + Unpin) -> Vec<u8> {
        let mut out = Vec::new();
        encoder.read_to_end(&mut out).await.unwrap();
        out
    }

    async fn undo(raw: &[u8], codings: &[&str], cap: usize) -> Decoded {
        let codings: Vec<String> = codings.iter().map(|c| (*c).to_owned()).collect();
        decoded(raw, &codings, cap).await
    }

    #[tokio::test]
    async fn each_coding_comes_back_whole_and_bombs_are_cut() {
        let page = b"<title>page</title>".repeat(20);
        let zeros = vec![0_u8; 4_000_000];
        for (coding, small, bomb) in [
            ("gzip", all(GzipEncoder::new(&page[..])).await, all(GzipEncoder::new(&zeros[..])).await),
            ("br", all(BrotliEncoder::new(&page[..])).await, all(BrotliEncoder::new(&zeros[..])).await),
            ("zstd", all(ZstdEncoder::new(&page[..])).await, all(ZstdEncoder::new(&zeros[..])).await),
            ("deflate", all(ZlibEncoder::new(&page[..])).await, all(ZlibEncoder::new(&zeros[..])).await),
            ("deflate", all(DeflateEncoder::new(&page[..])).await, all(DeflateEncoder::new(&zeros[..])).await),
        ] {
            assert_eq!(undo(&small, &[coding], 100_000).await.bytes, page, "{coding}");
            let cut = undo(&bomb, &[coding], 100_000).await;
            assert!(cut.cut && cut.bytes.len() == 100_000, "{coding}: {}", cut.bytes.len());
            let half = undo(&small[..small.len() / 2], &[coding], 100_000).await;
            assert!(page.starts_with(&half.bytes), "{coding}");
        }
    }

    #[tokio::test]
    async fn codings_stack_and_lies_are_seen_through() {
        let page = b"<title>page</title>".repeat(20);
        let inner = all(GzipEncoder::new(&page[..])).await;
        let outer = all(BrotliEncoder::new(&inner[..])).await;
        assert_eq!(undo(&outer, &["gzip", "br"], 100_000).await.bytes, page);
        let lie = undo(&page, &["gzip"], 100_000).await;
        assert_eq!(lie.bytes, page);
        assert!(lie.problem.is_some());
        assert!(undo(&page, &["gzip", "gzip", "gzip", "gzip"], 100_000).await.problem.is_some());
        assert_eq!(undo(b"", &["gzip"], 10).await, Decoded::default());
        assert_eq!(undo(&page, &[], 10).await.bytes.len(), 10);
    }

    /// A feed in each coding, and how each is called.
    async fn packings(page: &[u8]) -> [(&'static str, Vec<u8>); 5] {
        [
            ("gzip", all(GzipEncoder::new(page)).await),
            ("br", all(BrotliEncoder::new(page)).await),
            ("zstd", all(ZstdEncoder::new(page)).await),
            ("deflate", all(ZlibEncoder::new(page)).await),
            ("deflate", all(DeflateEncoder::new(page)).await),
        ]
    }

    #[tokio::test]
    async fn what_nobody_declared_is_seen() {
        let page = "\u{feff} <rss>\u{89c2}\u{5bdf}</rss>".repeat(50).into_bytes();
        for (coding, packed) in packings(&page).await {
            let once = unpacked(&packed, 100_000).unwrap_or_else(|| panic!("{coding}"));
            assert_eq!((once.bytes == page, once.cut, once.problem), (true, false, None), "{coding}");
            let twice = all(GzipEncoder::new(&packed[..])).await;
            if packed_as(&packed).is_some() {
                assert_eq!(unpacked(&twice, 100_000).unwrap().bytes, page, "gzip of {coding}");
            }
            assert!(unpacked(&packed, 100).unwrap().cut, "{coding}");
            let half = unpacked(&packed[..packed.len() - 10], 100_000).map(|half| (half.bytes.len(), half.problem));
            assert!(half.is_none_or(|(length, problem)| length <= page.len() && problem.is_some()), "{coding}");
            // Another one than was declared.
            let declared = if coding == "gzip" { "zstd" } else { "gzip" };
            if packed_as(&packed).is_some() {
                assert_eq!(undo(&packed, &[declared], 100_000).await.bytes, page, "{coding} called {declared}");
            }
        }
        let layers = (0..10).fold(page.clone(), |inner, _| all(GzipEncoder::new(&inner[..])).now_or_never().unwrap());
        assert_eq!(unpacked(&layers, 100_000), None, "ten layers are nobody's mistake");
    }

    #[tokio::test]
    async fn what_holds_no_document_stays_packed() {
        for inside in [&b"PK\x03\x04 a book"[..], b"\0\0\0\0<rss>", b"a text", b""] {
            for (coding, packed) in packings(inside).await {
                assert_eq!(unpacked(&packed, 100_000), None, "{coding} of {inside:?}");
            }
        }
        let wide: Vec<u8> =
            "<rss>a feed in two bytes a letter</rss>".encode_utf16().flat_map(u16::to_le_bytes).collect();
        for plain in [&b"<rss>"[..], b"", b"x^2 is no header", b"\x89PNG\r\n\x1a\n\0\0", &wide] {
            assert_eq!(unpacked(plain, 100_000), None, "{plain:?}");
        }
    }

    #[tokio::test]
    async fn bombs_in_bombs_are_cut() {
        let zeros = [&b"<rss>"[..], &vec![b' '; 4_000_000]].concat();
        let once = all(GzipEncoder::new(&zeros[..])).await;
        let twice = all(GzipEncoder::new(&once[..])).await;
        assert!(twice.len() < 2_000);
        for bomb in [once, twice] {
            let cut = unpacked(&bomb, 100_000).unwrap();
            assert!(cut.cut && cut.bytes.len() == 100_000, "{}", cut.bytes.len());
        }
    }
}
