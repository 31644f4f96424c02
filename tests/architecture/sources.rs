//! The sources as the tests of the house read them.

use std::fs;
use std::path::{Path, PathBuf};

/// A file of `src`.
pub(crate) struct Source {
    /// Below `src`.
    pub(crate) path: PathBuf,
    /// The module of the crate's root that it belongs to.
    pub(crate) module: String,
    pub(crate) text: String,
}

impl Source {
    /// Its code, without comments and without its test module.
    pub(crate) fn code(&self) -> String {
        code(&self.text)
    }

    pub(crate) fn is_test(&self) -> bool {
        self.path.components().any(|part| part.as_os_str() == "tests" || part.as_os_str() == "tests.rs")
    }

    /// Its path as a module: `store::days` for `store/days.rs`, nothing for `lib.rs`.
    pub(crate) fn module_path(&self) -> Vec<String> {
        let parts = self.path.with_extension("");
        let parts = parts.components().map(|part| part.as_os_str().to_string_lossy().into_owned());
        parts.filter(|part| part != "mod" && part != "lib").collect()
    }
}

/// All of them, in the order of their paths.
pub(crate) fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&root, &mut files);
    files.sort();
    let of = |path: PathBuf| {
        let relative = path.strip_prefix(&root).unwrap().to_path_buf();
        let first = relative.components().next().unwrap().as_os_str().to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).unwrap();
        Source { path: relative, module: first.trim_end_matches(".rs").to_owned(), text }
    };
    files.into_iter().map(of).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// The code of a text, without comments and without its test module.
pub(crate) fn code(text: &str) -> String {
    let own = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let lines = own.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}
