//! The files of a theme: the built-in ones, and what a folder puts in their place.

use super::error::ThemeError;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

/// The stylesheet.
pub(super) const STYLE: &str = "style.css";

/// The largest file of a theme, bytes.
const LARGEST: u64 = 512 * 1024;

/// Most files of a theme.
const MOST: usize = 200;

/// The built-in files. A new one stands here, and where a page names it as its template.
pub(super) const BUILT_IN: [(&str, &str); 20] = [
    ("base.html", include_str!("../../../templates/base.html")),
    ("catalogue.html", include_str!("../../../templates/catalogue.html")),
    ("channel.html", include_str!("../../../templates/channel.html")),
    ("condition.html", include_str!("../../../templates/condition.html")),
    ("day.html", include_str!("../../../templates/day.html")),
    ("edition.html", include_str!("../../../templates/edition.html")),
    ("editions.html", include_str!("../../../templates/editions.html")),
    ("feed.svg.html", include_str!("../../../templates/feed.svg.html")),
    ("index.html", include_str!("../../../templates/index.html")),
    ("item.html", include_str!("../../../templates/item.html")),
    ("list.html", include_str!("../../../templates/list.html")),
    ("operator.html", include_str!("../../../templates/operator.html")),
    ("parts.html", include_str!("../../../templates/parts.html")),
    ("plots.html", include_str!("../../../templates/plots.html")),
    ("refusal.html", include_str!("../../../templates/refusal.html")),
    ("search.html", include_str!("../../../templates/search.html")),
    ("status.html", include_str!("../../../templates/status.html")),
    (STYLE, include_str!("../../../templates/style.css")),
    ("words.en.toml", include_str!("../../../templates/words.en.toml")),
    ("words.zh-CN.toml", include_str!("../../../templates/words.zh-CN.toml")),
];

/// The text of a built-in file.
pub(super) fn built_in(name: &str) -> Option<&'static str> {
    BUILT_IN.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

/// Whether a file of a theme's folder is one of its templates.
pub(super) fn is_template(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|extension| extension == "html")
}

/// Whether a file is one of a theme. Others may lie beside: pictures, notes, what an editor keeps.
fn is_of_theme(name: &str) -> bool {
    is_template(name) || Path::new(name).extension().is_some_and(|extension| extension == "css" || extension == "toml")
}

/// What a folder says that the built-in files do not, by name.
pub(super) fn read(folder: &Path) -> Result<BTreeMap<String, String>, ThemeError> {
    let mut changed = BTreeMap::new();
    for name in names(folder)? {
        let path = folder.join(&name);
        let text = read_text(&path)?;
        if built_in(&name) != Some(text.as_str()) {
            changed.insert(name, text);
        }
    }
    for name in changed.keys().filter(|name| built_in(name).is_none()) {
        require_use(folder, name, &changed)?;
    }
    Ok(changed)
}

/// The files of a theme that lie in a folder. Names that begin with a dot are none.
pub(super) fn names(folder: &Path) -> Result<Vec<String>, ThemeError> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(ThemeError::io("read the theme's folder", folder))? {
        let entry = entry.map_err(ThemeError::io("read the theme's folder", folder))?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        if !name.starts_with('.') && is_of_theme(&name) {
            names.push(name);
        }
    }
    if names.len() > MOST {
        let what = format!("{} files are more than {MOST}", names.len());
        return Err(ThemeError::file(
            &folder.display().to_string(),
            what,
            "keep what is no part of the theme elsewhere",
        ));
    }
    names.sort();
    Ok(names)
}

/// A file as text, without the mark that some editors put in front.
fn read_text(path: &Path) -> Result<String, ThemeError> {
    let shown = path.display().to_string();
    // Lest a pipe is waited for.
    let found = fs::metadata(path).map_err(ThemeError::io("read", path))?;
    if !found.is_file() {
        return Err(ThemeError::file(&shown, "is no file", "put a file there, or take it away"));
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(ThemeError::io("read", path))?;
    file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(ThemeError::io("read", path))?;
    if bytes.len() as u64 > LARGEST {
        let mend = "pages would carry all of it; make it shorter";
        return Err(ThemeError::file(&shown, format!("is larger than {} KiB", LARGEST / 1024), mend));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        ThemeError::at(&shown, (error.as_bytes(), at), "what stands here is not UTF-8", "save the file as UTF-8")
    })?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

/// A file that is none of the built-in ones must be a template that another file names: else its name is mistyped.
fn require_use(folder: &Path, name: &str, changed: &BTreeMap<String, String>) -> Result<(), ThemeError> {
    let quoted = [format!("\"{name}\""), format!("'{name}'")];
    let names_it = |text: &String| quoted.iter().any(|quoted| text.contains(quoted));
    if is_template(name) && changed.iter().any(|(other, text)| other != name && names_it(text)) {
        return Ok(());
    }
    let likeness = |known: &str| strsim::jaro_winkler(name, known);
    let nearest = BUILT_IN.iter().map(|(known, _)| *known).max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
    let mend = match nearest.filter(|nearest| likeness(nearest) > 0.8) {
        Some(nearest) => format!("the nearest is {nearest}"),
        None => "`wellsourced theme export FOLDER` writes all there are".to_owned(),
    };
    let what = "is no file of a theme, and no template of it names it";
    Err(ThemeError::file(&folder.join(name).display().to_string(), what, mend))
}

/// Writes the built-in files into a folder; gives their paths. Where one of them is there already, none is written.
pub(super) fn write(folder: &Path) -> Result<Vec<PathBuf>, ThemeError> {
    let paths = || BUILT_IN.iter().map(|(name, text)| (folder.join(name), *text));
    let there_already = |path: &Path| {
        let mend = "take it away, or name another folder; nothing is overwritten";
        ThemeError::file(&path.display().to_string(), "is there already", mend)
    };
    if let Some((path, _)) = paths().find(|(path, _)| fs::symlink_metadata(path).is_ok()) {
        return Err(there_already(&path));
    }
    fs::create_dir_all(folder).map_err(ThemeError::io("create", folder))?;
    let mut written = Vec::with_capacity(BUILT_IN.len());
    for (path, text) in paths() {
        let mut file = match File::options().write(true).create_new(true).open(&path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => return Err(there_already(&path)),
            made => made.map_err(ThemeError::io("write", &path))?,
        };
        file.write_all(text.as_bytes()).map_err(ThemeError::io("write", &path))?;
        written.push(path);
    }
    Ok(written)
}
