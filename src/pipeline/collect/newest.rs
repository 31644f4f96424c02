//! Which files of an input hold its newest posts, told without reading any; and where among the input's folders a post stands.

use super::walk::{FoundFile, FoundFiles, PostFiles};
use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::path::PathBuf;

impl FoundFiles {
    /// Paths of files among which the newest posts are: all, where there are not many; else those last by name, numbers in it
    /// compared as numbers, and those changed last.
    pub fn newest(&self, most: usize) -> Vec<&str> {
        if self.files.len() <= most {
            return self.files.iter().map(|file| file.path.as_str()).collect();
        }
        let mut files: Vec<&FoundFile> = self.files.iter().collect();
        let mut newest = BTreeSet::new();
        files.sort_by_cached_key(|file| Reverse(natural(&file.path)));
        newest.extend(files.iter().take(most / 2).map(|file| file.path.as_str()));
        files.sort_by_key(|file| Reverse(file.mtime_ns));
        newest.extend(files.iter().take(most / 2).map(|file| file.path.as_str()));
        newest.into_iter().collect()
    }
}

impl PostFiles {
    /// The part of a post's path that its glob writes out, with the slash behind it: what follows is the post's own.
    pub fn folder_of<'p>(&self, path: &'p str) -> &'p str {
        self.globs.iter().find_map(|glob| glob.folder_of(path)).unwrap_or_default()
    }

    /// The folder in which a first post belongs.
    pub fn first_folder(&self) -> PathBuf {
        self.globs.first().map(super::Glob::first_folder).unwrap_or_default()
    }
}

/// A text as it is sorted: numbers by their value, `issue-9` before `issue-10`.
fn natural(path: &str) -> Vec<(String, u64)> {
    let mut parts: Vec<(String, u64)> = Vec::new();
    let mut rest = path;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        let (text, after) = rest.split_at(digits);
        let end = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
        let (number, after) = after.split_at(end);
        parts.push((text.to_owned(), number.parse().unwrap_or(0)));
        rest = after;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_names_are_compared_as_numbers() {
        let mut names = ["issue-10.md", "issue-9.md", "2026/11/2.md", "2026/2/10.md", "issue-100.md"];
        names.sort_by_key(|name| natural(name));
        assert_eq!(names, ["2026/2/10.md", "2026/11/2.md", "issue-9.md", "issue-10.md", "issue-100.md"]);
    }

    #[test]
    fn the_newest_are_last_by_name_or_changed_last() {
        let file = |at: u32| FoundFile {
            path: format!("issue-{at}.md"),
            identity: (0, u64::from(at)),
            size: 1,
            mtime_ns: if at == 3 { 9 } else { 1 },
            is_real: true,
        };
        let found = FoundFiles { files: (0..200).map(file).collect(), ..FoundFiles::default() };
        let newest = found.newest(4);
        assert!(["issue-199.md", "issue-198.md", "issue-3.md"].iter().all(|path| newest.contains(path)), "{newest:?}");
        assert!(newest.len() <= 4);
        assert_eq!(found.newest(200).len(), 200);
    }
}
