//! The files of an entry: what is enclosed, and the pictures.

use crate::model::{Attachment, Entry, Item, MAX_ATTACHMENTS, Medium, web_uri};
use std::collections::HashSet;

/// What is said of a file of which nobody says what it is, where a format wants it said.
pub(super) const UNKNOWN_TYPE: &str = "application/octet-stream";

/// The files of an item, each once under an address that is a URI, pictures last.
pub(super) fn of_item(item: &Item) -> Vec<Attachment> {
    let pictures = item.images.iter().filter_map(|image| Attachment::picture(image));
    as_published(item.attachments.iter().cloned().chain(pictures))
}

/// Files as they are published.
pub(super) fn as_published(files: impl Iterator<Item = Attachment>) -> Vec<Attachment> {
    let mut seen = HashSet::new();
    let files = files.filter_map(|file| Some(Attachment { url: with_path(&web_uri(&file.url)?), ..file }));
    let mut files: Vec<Attachment> = files.filter(|file| seen.insert(file.url.clone())).collect();
    files.sort_by_key(|file| file.medium == Medium::Image);
    files.truncate(MAX_ATTACHMENTS);
    files
}

/// A URI with at least `/` for its path, which means the same (RFC 3986, 6.2.3) and which RSS wants of an enclosure.
fn with_path(uri: &str) -> String {
    let bare = uri.split_once("://").and_then(|(scheme, rest)| {
        let (host, more) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        (!more.starts_with('/')).then(|| format!("{scheme}://{host}/{more}"))
    });
    bare.unwrap_or_else(|| uri.to_owned())
}

/// The one file that RSS has room for: what is to be heard or watched, else a document, else a picture whose type is known.
pub(super) fn best(entry: &Entry) -> Option<&Attachment> {
    let fits = entry.attachments.iter().filter(|file| file.medium != Medium::Image || file.media_type.is_some());
    fits.min_by_key(|file| match file.medium {
        Medium::Audio | Medium::Video => 0,
        Medium::Document => 1,
        Medium::Image => 2,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(url: &str) -> Attachment {
        Attachment::of(url, None, None).unwrap()
    }

    #[test]
    fn files_are_few_each_stands_once_and_pictures_are_last() {
        let many = (0..40).map(|n| format!("https://a.example/{n}.png"));
        let item = Item {
            attachments: vec![file("https://a.example/图.png"), file("https://a.example/1.mp3")],
            images: [String::from("https://a.example/%E5%9B%BE.png"), "/relative.png".into()]
                .into_iter()
                .chain(many)
                .collect(),
            ..Item::default()
        };
        let files = of_item(&item);
        assert_eq!(with_path("https://a.example?b=/c"), "https://a.example/?b=/c");
        assert_eq!(
            (with_path("https://a.example").as_str(), with_path("https://a.example/b?c").as_str()),
            ("https://a.example/", "https://a.example/b?c")
        );
        assert_eq!(files.len(), MAX_ATTACHMENTS);
        let urls: Vec<&str> = files.iter().take(3).map(|file| file.url.as_str()).collect();
        assert_eq!(urls, ["https://a.example/1.mp3", "https://a.example/%E5%9B%BE.png", "https://a.example/0.png"]);
    }
}
