//! Writes mended posts in the place of the old ones: whole or not at all, and never through a link that leads elsewhere.

use super::post::CheckedPost;
use crate::config::replace;
use anyhow::{Context, bail};
use std::path::{Component, Path, PathBuf};

/// Writes a post, if it was mended.
pub(super) fn write(post: &CheckedPost) -> anyhow::Result<()> {
    if post.mended == 0 || post.text.as_bytes() == post.bytes {
        return Ok(());
    }
    let real = real(Path::new(&post.path))?;
    replace(&real, &post.bytes, post.text.as_bytes()).with_context(|| format!("{}: cannot be mended", post.path))
}

/// The file itself. It must stand where its name says: below its folder, and below the working directory where the name does
/// not lead out of it.
fn real(path: &Path) -> anyhow::Result<PathBuf> {
    let shown = path.display();
    let real = std::fs::canonicalize(path).with_context(|| format!("{shown}: cannot be mended"))?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let mut within = vec![std::fs::canonicalize(folder)?];
    let stays = path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    if stays {
        within.push(std::fs::canonicalize(".")?);
    }
    if let Some(folder) = within.iter().find(|folder| !real.starts_with(folder)) {
        let (real, folder) = (real.display(), folder.display());
        bail!("{shown}: not mended, for a link leads to {real}, out of {folder}; mend it there");
    }
    Ok(real)
}
