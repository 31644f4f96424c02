//! Documents that are packed though nobody said so, and files that are no text at all.

use super::MAX_FEED_BYTES;
use super::notes::{FeedNotes, Repair};
use crate::net;

/// The document in packed bytes, at most a byte more than is read of one; `None` where they are not packed or hold none.
pub(super) fn unpacked(bytes: &[u8], notes: &mut FeedNotes<'_>) -> Option<Vec<u8>> {
    let unpacked = net::unpacked(bytes, MAX_FEED_BYTES + 1)?;
    notes.repaired(Repair::Packed);
    if let Some(problem) = unpacked.problem.filter(|_| !unpacked.cut) {
        notes.cut(format!("the document is cut short or broken, entries may be missing: {problem}"));
    }
    Some(unpacked.bytes)
}

/// What kinds of files begin with, where that stands in them, and what they are.
const FILES: [(usize, &[u8], &str); 16] = [
    (0, b"\x1f\x8b", "it is a gzip file that holds no feed"),
    (0, b"\x28\xb5\x2f\xfd", "it is a zstd file that holds no feed"),
    (0, b"BZh", "it is a bzip2 file"),
    (0, b"\xfd7zXZ\0", "it is an xz file"),
    (0, b"7z\xbc\xaf\x27\x1c", "it is a 7z file"),
    (0, b"PK\x03\x04", "it is a zip file"),
    (0, b"%PDF-", "it is a PDF"),
    (0, b"\x89PNG\r\n", "it is a picture (PNG)"),
    (0, b"\xff\xd8\xff", "it is a picture (JPEG)"),
    (0, b"GIF8", "it is a picture (GIF)"),
    (8, b"WEBP", "it is a picture (WebP)"),
    (4, b"ftyp", "it is a film, a sound or a picture (MP4)"),
    (0, b"ID3", "it is a sound (MP3)"),
    (0, b"OggS", "it is a sound or a film (Ogg)"),
    (0, b"\0\0\x01\0", "it is an icon"),
    (257, b"ustar", "it is a tar file"),
];

/// What bytes are that are no text. Such files may hold markup about themselves, which is no feed.
pub(super) fn file(bytes: &[u8]) -> Option<&'static str> {
    let begins = |(at, magic, _): &&(usize, &[u8], &str)| bytes.get(*at..).is_some_and(|rest| rest.starts_with(magic));
    FILES.iter().find(begins).map(|(_, _, what)| *what)
}
