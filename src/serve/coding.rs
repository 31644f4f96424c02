//! Content codings: which one a client gets, and the compressed bytes, made once per published file.
//!
//! Levels were chosen for a feed of 126 kB: a notch below the best ratio, at a tenth of its time.

use super::quality::{FULL, weighted};
use crate::publish::gzip;
use async_compression::Level;
use async_compression::tokio::write::{BrotliEncoder, ZstdEncoder};
use std::io;
use tokio::io::{AsyncWrite, AsyncWriteExt};

/// How a body is coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    /// As it was published.
    Identity,
    /// gzip (RFC 1952).
    Gzip,
    /// Brotli (RFC 7932).
    Brotli,
    /// Zstandard (RFC 8878); its window stays below the 8 MB that browsers take (RFC 9659).
    Zstd,
}

impl Coding {
    /// Those that take work.
    pub(super) const COMPRESSED: [Self; 3] = [Self::Gzip, Self::Brotli, Self::Zstd];

    /// Its registered name.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Gzip => "gzip",
            Self::Brotli => "br",
            Self::Zstd => "zstd",
        }
    }

    /// What tells its entity tag from the one of the published bytes.
    pub(super) fn tag_suffix(self) -> &'static str {
        match self {
            Self::Identity => "",
            Self::Gzip => "-gz",
            Self::Brotli => "-br",
            Self::Zstd => "-zs",
        }
    }

    /// The bytes in this coding, without room to spare: they are kept for long. Always the same for the same bytes.
    pub(super) fn encode(self, bytes: &[u8]) -> io::Result<Box<[u8]>> {
        let room = || Vec::with_capacity(bytes.len() / 3);
        let coded: io::Result<Vec<u8>> = match self {
            Self::Identity => Ok(bytes.to_vec()),
            Self::Gzip => gzip(bytes),
            Self::Brotli => {
                let mut encoder = BrotliEncoder::with_quality(room(), Level::Precise(5));
                through(&mut encoder, bytes)?;
                Ok(encoder.into_inner())
            }
            Self::Zstd => {
                let mut encoder = ZstdEncoder::with_quality(room(), Level::Precise(6));
                through(&mut encoder, bytes)?;
                Ok(encoder.into_inner())
            }
        };
        coded.map(Vec::into_boxed_slice)
    }
}

/// Writing to memory never has to wait.
fn through(encoder: &mut (impl AsyncWrite + Unpin), bytes: &[u8]) -> io::Result<()> {
    futures::executor::block_on(async {
        encoder.write_all(bytes).await?;
        encoder.shutdown().await
    })
}

/// What a client takes: a weight per coding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Accepted {
    gzip: u16,
    brotli: u16,
    zstd: u16,
    identity: u16,
}

impl Accepted {
    /// Nothing was said: the published bytes.
    pub(super) const PLAIN: Self = Self { gzip: 0, brotli: 0, zstd: 0, identity: FULL };

    /// Reads the values of `Accept-Encoding`.
    pub(super) fn read<'a>(values: impl Iterator<Item = &'a str>) -> Self {
        let (mut named, mut star) = ([None; 4], None);
        for (name, weight) in values.flat_map(weighted) {
            let [gzip, brotli, zstd, identity] = &mut named;
            let place = match name {
                name if name.eq_ignore_ascii_case("gzip") || name.eq_ignore_ascii_case("x-gzip") => gzip,
                name if name.eq_ignore_ascii_case("br") => brotli,
                name if name.eq_ignore_ascii_case("zstd") => zstd,
                name if name.eq_ignore_ascii_case("identity") => identity,
                "*" => &mut star,
                _ => continue,
            };
            *place = Some(weight);
        }
        let [gzip, brotli, zstd, identity] = named;
        let or_star = |weight: Option<u16>| weight.or(star).unwrap_or(0);
        Self {
            gzip: or_star(gzip),
            brotli: or_star(brotli),
            zstd: or_star(zstd),
            // Not named, it is acceptable but the last choice (section 12.5.3).
            identity: identity.unwrap_or(u16::from(star != Some(0))),
        }
    }

    /// How much the client wants a coding; 0: not at all.
    pub(super) fn weight(self, coding: Coding) -> u16 {
        match coding {
            Coding::Identity => self.identity,
            Coding::Gzip => self.gzip,
            Coding::Brotli => self.brotli,
            Coding::Zstd => self.zstd,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codings_are_weighed() {
        let read = |list| {
            let accepted = Accepted::read(std::iter::once(list));
            [Coding::Gzip, Coding::Brotli, Coding::Zstd, Coding::Identity].map(|coding| accepted.weight(coding))
        };
        assert_eq!(read("gzip, deflate, br, zstd"), [1000, 1000, 1000, 1]);
        assert_eq!(read("x-gzip;q=0.5, *;q=0.1"), [500, 100, 100, 1]);
        assert_eq!(read("*;q=0"), [0, 0, 0, 0]);
        assert_eq!(read("identity;q=0.3, GZIP;q=0"), [0, 0, 0, 300]);
        assert_eq!(read(""), [0, 0, 0, 1]);
    }

    #[test]
    fn bytes_in_every_coding_are_the_same_each_time_and_smaller() {
        let text = "<entry><title>每日观察</title></entry>\n".repeat(3000);
        for coding in Coding::COMPRESSED {
            let once = coding.encode(text.as_bytes()).unwrap();
            assert_eq!(once, coding.encode(text.as_bytes()).unwrap(), "{coding:?}");
            assert!(once.len() * 10 < text.len(), "{coding:?}: {}", once.len());
        }
    }
}
