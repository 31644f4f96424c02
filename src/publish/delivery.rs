//! What goes with a published file to whoever asks for it, served by us or by a bucket: media type, how long it may be kept, and
//! whether it is worth compressing.

use super::layout::FileKind;
use super::options::Format;
use async_compression::Level;
use async_compression::tokio::write::GzipEncoder;
use std::io;
use std::time::Duration;
use tokio::io::AsyncWriteExt;

/// From so many bytes on a page is worth compressing; below, a packet or two carry it anyway.
const LARGE_PAGE: usize = 8 * 1024;

/// From so many bytes on anything else is.
const LARGE: usize = 1024;

impl FileKind {
    /// The media type of a file of this kind at a path, with its charset.
    pub fn media_type(self, path: &str) -> &'static str {
        let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
        match (self, extension) {
            (Self::Feed(Format::Rss), _) => "application/rss+xml; charset=utf-8",
            (Self::Feed(Format::Atom), _) => "application/atom+xml; charset=utf-8",
            (Self::Feed(Format::Json), _) => "application/feed+json; charset=utf-8",
            (Self::Page, _) => "text/html; charset=utf-8",
            (Self::Data, "opml") => "text/x-opml; charset=utf-8",
            (Self::Data, _) => "application/json; charset=utf-8",
            (Self::Other, "css") => "text/css; charset=utf-8",
            (Self::Other, "js") => "text/javascript; charset=utf-8",
            (Self::Other, "txt") => "text/plain; charset=utf-8",
            (Self::Other, "xml") => "application/xml; charset=utf-8",
            (Self::Other, "svg") => "image/svg+xml",
            (Self::Other, "png") => "image/png",
            (Self::Other, "ico") => "image/x-icon",
            (Self::Other, _) => "application/octet-stream",
        }
    }

    /// Whether so many bytes of this kind are kept compressed.
    pub fn is_worth_compressing(self, length: usize) -> bool {
        length >= if self == Self::Page { LARGE_PAGE } else { LARGE }
    }
}

/// How long a file may be kept without asking again (RFC 9111, section 5.2).
pub fn cache_control(max_age: Duration) -> String {
    format!("public, max-age={}", max_age.as_secs())
}

/// Bytes in gzip (RFC 1952), always the same for the same bytes.
pub fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzipEncoder::with_quality(Vec::with_capacity(bytes.len() / 3), Level::Precise(6));
    // Writing to memory never has to wait.
    futures::executor::block_on(async {
        encoder.write_all(bytes).await?;
        encoder.shutdown().await
    })?;
    Ok(encoder.into_inner())
}
