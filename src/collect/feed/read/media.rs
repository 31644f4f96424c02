//! What kind of file an enclosure is: as declared, else as its medium or the ending of its name tells.

use crate::model::type_by_ending;

/// Types that say no more than that it is a file.
const ANY_FILE: [&str; 3] = ["application/octet-stream", "binary/octet-stream", "application/x-download"];

/// Media of `media:content` that are the first half of a type.
const MEDIA: [&str; 3] = ["image", "audio", "video"];

/// The type of a file: as declared, unless that says only that it is a file. Where nothing is declared a medium is enough to
/// know (`image/*` and its like), and a picture by its ending; what else an ending may mean is left to who needs a type.
pub(super) fn media_type(declared: &str, medium: &str, url: &str) -> Option<String> {
    let is_any = ANY_FILE.contains(&declared.to_ascii_lowercase().as_str());
    if !declared.is_empty() && !is_any {
        return Some(declared.to_owned());
    }
    let by_ending = type_by_ending(url);
    let is_of = |found: &&str, medium: &str| found.split('/').next() == Some(medium);
    if let Some(medium) = MEDIA.into_iter().find(|known| known.eq_ignore_ascii_case(medium)) {
        let found = by_ending.filter(|found| is_of(found, medium));
        return Some(found.map_or_else(|| [medium, "/*"].concat(), str::to_owned));
    }
    let found = by_ending.filter(|found| is_any || is_of(found, "image"));
    found.or(Some(declared).filter(|_| is_any)).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::media_type;

    #[test]
    fn what_is_declared_stays_and_what_is_not_is_seen() {
        let at = |path: &str| format!("https://cdn.example.org/{path}");
        for (declared, medium, path, meant) in [
            ("audio/x-m4a", "", "a.m4a", Some("audio/x-m4a")),
            ("text/html", "image", "a.jpg", Some("text/html")),
            ("ogg", "", "a.ogg", Some("ogg")),
            ("", "image", "a.jpg", Some("image/jpeg")),
            ("", "Image", "a", Some("image/*")),
            ("", "image", "a.mp3", Some("image/*")),
            ("", "audio", "stream", Some("audio/*")),
            ("", "video", "a.mp4?t=1", Some("video/mp4")),
            ("", "", "A.PNG?width=100#x", Some("image/png")),
            ("", "", "a.mp3", None),
            ("application/octet-stream", "", "a.webp", Some("image/webp")),
            ("application/octet-stream", "", "a.mp3", Some("audio/mpeg")),
            ("Application/Octet-Stream", "", "a.epub", Some("application/epub+zip")),
            ("application/octet-stream", "", "a.bin", Some("application/octet-stream")),
            ("", "", "a.php?file=b.jpg", None),
            ("", "", "", None),
            ("", "", ".jpg/", None),
        ] {
            let found = media_type(declared, medium, &at(path));
            assert_eq!(found.as_deref(), meant, "{declared:?} {medium} {path}");
        }
        assert_eq!(media_type("", "", "https://site.jpg"), None, "a host has no ending");
    }
}
