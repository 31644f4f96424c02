//! From the path of a request to a published file. Pure, but for the snapshot it looks into.
//!
//! Only what the manifest names is found; a path that means one of its files in other words is told the right one.

use super::accept::Form;
use super::entry::FileEntry;
use super::snapshot::SiteSnapshot;
use crate::model::{slug_of, tag_key};
use crate::publish::{Format, encoded, layout};
use percent_encoding::percent_decode_str;
use std::borrow::Cow;
use std::sync::Arc;

/// Where a path leads.
#[derive(Debug)]
pub(super) enum Route<'a> {
    /// To a file.
    File(&'a Arc<FileEntry>),
    /// To a channel, in the form that the client likes best; its folder, with a slash at the end unless it is the root.
    Channel(String),
    /// Elsewhere, for ever: a relative reference.
    Moved(String),
    /// To what the configuration withdrew.
    Gone,
    /// To an item that has no page of its own, if there is one with this short id.
    Item(String),
    /// Nowhere.
    Unknown,
}

/// Where the path of a request leads.
pub(super) fn route<'a>(snapshot: &'a SiteSnapshot, path: &str) -> Route<'a> {
    let Some(path) = decoded(snapshot, path) else { return Route::Unknown };
    if let Some(entry) = snapshot.entry(&path) {
        return Route::File(entry);
    }
    if path.is_empty() || path.ends_with('/') {
        if let Some(entry) = snapshot.entry(&layout::index(&path)) {
            return Route::File(entry);
        }
    } else if snapshot.entry(&layout::index(&format!("{path}/"))).is_some() {
        return Route::Moved(format!("{}/", encoded(last(&path))));
    }
    if let Some(folder) = path.strip_suffix("feed").filter(|folder| is_channel(snapshot, folder)) {
        return Route::Channel(folder.to_owned());
    }
    if let Some(moved) = respelled(snapshot, &path) {
        return Route::Moved(moved);
    }
    if is_withdrawn(snapshot, &path) {
        return Route::Gone;
    }
    layout::item_at(&path).map_or(Route::Unknown, |short_id| Route::Item(short_id.to_owned()))
}

/// The path below the published directory, decoded. An encoded slash is none, and separates nothing.
fn decoded<'p>(snapshot: &SiteSnapshot, path: &'p str) -> Option<Cow<'p, str>> {
    // A proxy may pass on the path that the site is served under, or take it off.
    let base = snapshot.rules.options.site.base_url.path();
    let path = path.strip_prefix(base).or_else(|| path.strip_prefix('/'))?;
    if !path.contains('%') {
        return Some(Cow::Borrowed(path));
    }
    let slashes = path.matches('/').count();
    percent_decode_str(path).decode_utf8().ok().filter(|path| path.matches('/').count() == slashes)
}

/// Whether a folder is a channel's.
fn is_channel(snapshot: &SiteSnapshot, folder: &str) -> bool {
    layout::is_channel_folder(folder)
        && Form::ALL.iter().any(|form| snapshot.entry(&format!("{folder}{}", form.file_name())).is_some())
}

/// The reference that leads from a tag or host in another spelling to its folder.
fn respelled(snapshot: &SiteSnapshot, path: &str) -> Option<String> {
    let (kind, rest) = path.split_once('/')?;
    let (name, file) = rest.split_once('/').map_or((rest, None), |(name, file)| (name, Some(file)));
    let slug = match kind {
        "tags" => snapshot.slugs.get(&tag_key(name)).cloned().unwrap_or_else(|| slug_of(name)),
        "sources" => name.to_lowercase(),
        _ => return None,
    };
    if slug == name || !is_channel(snapshot, &format!("{kind}/{slug}/")) {
        return None;
    }
    Some(match file {
        None => format!("{}/", encoded(&slug)),
        Some(file) => format!("{}{}/{}", "../".repeat(1 + file.matches('/').count()), encoded(&slug), encoded(file)),
    })
}

/// Whether the configuration withdrew what stood at a path: it was removed, or its format is not offered any more.
fn is_withdrawn(snapshot: &SiteSnapshot, path: &str) -> bool {
    let indexed =
        if path.is_empty() || path.ends_with('/') { Cow::Owned(layout::index(path)) } else { Cow::Borrowed(path) };
    if snapshot.was_withdrawn(&indexed) {
        return true;
    }
    let name = last(path);
    Format::of_file(name).is_some_and(|format| {
        !snapshot.rules.options.site.formats.contains(&format)
            && is_channel(snapshot, path.strip_suffix(name).unwrap_or_default())
    })
}

fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}
