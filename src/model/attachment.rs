//! Files that belong to an item: what an address and a declared type say of them. Contacts nothing.

use super::web_uri;
use serde::{Deserialize, Serialize};

/// Most files of an item that are published.
pub const MAX_ATTACHMENTS: usize = 20;

/// What a file is for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Medium {
    /// To be heard.
    Audio,
    /// To be watched.
    Video,
    /// To be read, or anything else.
    Document,
    /// To be seen.
    Image,
}

/// A file that belongs to an item. RSS `enclosure` and `media:content`, Atom `link rel=enclosure`, JSON Feed `attachments`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// Absolute http or https URL.
    pub url: String,
    /// What it is.
    pub medium: Medium,
    /// Media type without parameters; `None` where nobody says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// Bytes as declared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length: Option<u64>,
}

/// Endings of file names, with the media type that each is known for.
const ENDINGS: [(&str, &str); 49] = [
    ("aac", "audio/aac"),
    ("flac", "audio/flac"),
    ("m4a", "audio/mp4"),
    ("m4b", "audio/mp4"),
    ("mp3", "audio/mpeg"),
    ("oga", "audio/ogg"),
    ("ogg", "audio/ogg"),
    ("opus", "audio/ogg"),
    ("wav", "audio/wav"),
    ("weba", "audio/webm"),
    ("wma", "audio/x-ms-wma"),
    ("3gp", "video/3gpp"),
    ("avi", "video/x-msvideo"),
    ("m4v", "video/mp4"),
    ("mkv", "video/matroska"),
    ("mov", "video/quicktime"),
    ("mp4", "video/mp4"),
    ("mpeg", "video/mpeg"),
    ("mpg", "video/mpeg"),
    ("ogv", "video/ogg"),
    ("webm", "video/webm"),
    ("wmv", "video/x-ms-wmv"),
    ("apng", "image/apng"),
    ("avif", "image/avif"),
    ("bmp", "image/bmp"),
    ("gif", "image/gif"),
    ("heic", "image/heic"),
    ("ico", "image/vnd.microsoft.icon"),
    ("jpe", "image/jpeg"),
    ("jpeg", "image/jpeg"),
    ("jpg", "image/jpeg"),
    ("jxl", "image/jxl"),
    ("png", "image/png"),
    ("svg", "image/svg+xml"),
    ("tif", "image/tiff"),
    ("tiff", "image/tiff"),
    ("webp", "image/webp"),
    ("csv", "text/csv"),
    ("doc", "application/msword"),
    ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("epub", "application/epub+zip"),
    ("mobi", "application/x-mobipocket-ebook"),
    ("odt", "application/vnd.oasis.opendocument.text"),
    ("pdf", "application/pdf"),
    ("pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    ("torrent", "application/x-bittorrent"),
    ("txt", "text/plain"),
    ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("zip", "application/zip"),
];

impl Attachment {
    /// The file at an address, by the type that is declared, else by the ending of its name. `None` where the address is no
    /// http or https URL. A declared medium without more (`image`, `image/*`) is believed before the ending.
    pub fn of(url: &str, declared: Option<&str>, length: Option<u64>) -> Option<Self> {
        web_uri(url)?;
        let declared = declared.unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let ending = type_by_ending(url);
        let media_type = if is_telling(&declared) { Some(declared.as_str()) } else { ending };
        let medium = match (medium_of(&declared), media_type.and_then(medium_of)) {
            (Some(Medium::Document) | None, by_type) => by_type.unwrap_or(Medium::Document),
            (Some(declared), _) => declared,
        };
        let media_type = media_type.filter(|kind| medium_of(kind) == Some(medium)).map(str::to_owned);
        Some(Self { url: url.trim().to_owned(), medium, media_type, length })
    }

    /// The picture at an address.
    pub fn picture(url: &str) -> Option<Self> {
        Self::of(url, Some("image"), None)
    }
}

/// The media type that the ending of the file's name is known for.
pub fn type_by_ending(url: &str) -> Option<&'static str> {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let (_, name) = path.split_once("://").and_then(|(_, rest)| rest.rsplit_once('/'))?;
    let (_, ending) = name.trim_end().rsplit_once('.')?;
    ENDINGS.iter().find(|(known, _)| ending.eq_ignore_ascii_case(known)).map(|(_, kind)| *kind)
}

/// Whether a declared type is a media type (RFC 6838, 4.2) that says more than that there are bytes.
fn is_telling(declared: &str) -> bool {
    let is_name = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_alphanumeric())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || "!#$&-^_.+".contains(c))
    };
    declared.split_once('/').is_some_and(|(kind, sub)| is_name(kind) && is_name(sub))
        && !matches!(declared, "application/octet-stream" | "binary/octet-stream" | "application/x-download")
}

/// What a type, or its first half alone, is for people; `None` where it says nothing.
fn medium_of(kind: &str) -> Option<Medium> {
    match kind.split('/').next().unwrap_or_default() {
        "audio" => Some(Medium::Audio),
        "video" => Some(Medium::Video),
        "image" => Some(Medium::Image),
        _ if kind == "application/ogg" => Some(Medium::Audio),
        _ => is_telling(kind).then_some(Medium::Document),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_declared_type_is_believed_and_the_ending_is_second() {
        use Medium::{Audio, Document, Image, Video};
        for (url, declared, medium, media_type) in [
            ("https://a.example/1.mp3", "audio/mpeg", Audio, "audio/mpeg"),
            ("https://a.example/1.mp3", "", Audio, "audio/mpeg"),
            ("https://a.example/1.MP3?x=.pdf#y.png", "application/octet-stream", Audio, "audio/mpeg"),
            ("https://a.example/1", "Audio/MPEG; charset=binary", Audio, "audio/mpeg"),
            ("https://a.example/1.ogg", "application/ogg", Audio, "application/ogg"),
            ("https://a.example/1.mp4", "video", Video, "video/mp4"),
            ("https://a.example/1.jpg", "image/*", Image, "image/jpeg"),
            ("https://a.example/show?id=1", "image", Image, ""),
            ("https://a.example/1.php", "image", Image, ""),
            ("https://a.example/1.mp3", "image", Image, ""),
            ("https://a.example/1.pdf", " ", Document, "application/pdf"),
            ("https://a.example/get", "", Document, ""),
            ("https://a.example/get", "mp3", Document, ""),
            ("https://a.example/1.png", "a b/c<d", Image, "image/png"),
            ("https://mp3", "", Document, ""),
            ("https://a.mp3", "", Document, ""),
            ("https://a.example/", "text/html", Document, "text/html"),
        ] {
            let found = Attachment::of(url, Some(declared), None).unwrap();
            assert_eq!((found.medium, found.media_type.as_deref().unwrap_or_default()), (medium, media_type), "{url}");
        }
        assert_eq!(Attachment::of("ftp://a.example/1.mp3", None, None), None);
        assert_eq!(Attachment::of("/1.mp3", None, None), None);
        assert_eq!(Attachment::picture("https://a.example/a").unwrap().medium, Image);
    }

    #[test]
    fn every_ending_stands_once_with_a_type() {
        for (at, (ending, kind)) in ENDINGS.iter().enumerate() {
            assert!(is_telling(kind) && ENDINGS.iter().skip(at + 1).all(|(other, _)| other != ending), "{ending}");
        }
    }
}
