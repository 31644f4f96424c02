//! Content codings undone under a cap: what a bomb unpacks to is never held.
//!
//! The raw body is in memory (and small), so nothing here waits for the network; brotli reaches a million to one, which
//! is why the cap is on what comes out.

use async_compression::tokio::bufread::{BrotliDecoder, DeflateDecoder, GzipDecoder, ZlibDecoder, ZstdDecoder};
use async_compression::zstd::DParameter;
use std::borrow::Cow;
use tokio::io::{AsyncRead, AsyncReadExt};

/// RFC 9659: a sender may not ask for a window larger than 8 MiB.
const ZSTD_WINDOW_LOG: u32 = 23;

/// Codings on one answer; more than this is nobody's honest configuration.
const MAX_CODINGS: usize = 3;

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
        let step = one(&current, coding, cap).await;
        // A server that declares a coding it did not apply: what came is already the page.
        if step.bytes.is_empty() && step.problem.is_some() && looks_plain(&current) {
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
            if zlib.bytes.is_empty() && zlib.problem.is_some() {
                take(DeflateDecoder::new(input), cap).await
            } else {
                zlib
            }
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
}
