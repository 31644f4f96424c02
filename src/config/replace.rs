//! Replaces a file that a person keeps, the configuration or a post: whole or not at all, with the same owner and permissions, and
//! not when somebody else changed it meanwhile.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, fchown};
use std::path::Path;

/// Puts new bytes in the place of the old ones. The path names the file itself: a link would be replaced, not what it points to.
pub fn replace(path: &Path, old: &[u8], new: &[u8]) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside = folder.join(format!(".{name}.{}.new", std::process::id()));
    let written = write_beside(path, &beside, new).and_then(|()| {
        if fs::read(path)? == old {
            fs::rename(&beside, path)
        } else {
            Err(io::Error::other("it was changed by somebody else in the meantime; nothing was written"))
        }
    });
    if written.is_err() {
        // What is left of it helps nobody.
        let _ = fs::remove_file(&beside);
    }
    written?;
    File::open(folder)?.sync_all()
}

fn write_beside(path: &Path, beside: &Path, bytes: &[u8]) -> io::Result<()> {
    let like = fs::metadata(path)?;
    // Nobody else reads it before it has the old one's permissions.
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(beside)?;
    file.write_all(bytes)?;
    let ours = file.metadata()?;
    if (ours.uid(), ours.gid()) != (like.uid(), like.gid()) {
        fchown(&file, Some(like.uid()), Some(like.gid()))?;
    }
    file.set_permissions(like.permissions())?;
    file.sync_all()
}
