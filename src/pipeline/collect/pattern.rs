//! Globs of files: `*`, `?` and `[…]` within a name, `**` for any folders, `{a,b}` for either. Pure: touches no file.
//!
//! A name is matched by the `glob` crate, whose language configurations are written in. What begins with a dot is matched
//! only by a dot.

use glob::MatchOptions;
use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};

/// What a plain folder stands for, below itself.
const POSTS: &str = "**/*.md";

/// Most alternatives that the braces of one glob come to.
const MAX_ALTERNATIVES: usize = 256;

const DOTS_ARE_WRITTEN: MatchOptions =
    MatchOptions { case_sensitive: true, require_literal_separator: true, require_literal_leading_dot: true };
const ANY_NAME: MatchOptions = MatchOptions { require_literal_leading_dot: false, ..DOTS_ARE_WRITTEN };

/// A glob as written, and what it stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glob {
    written: String,
    alternatives: Vec<Pattern>,
}

impl Glob {
    /// A glob of posts. A plain folder, and what ends in `/` or `/**`, stands for the `.md` files in it and below.
    pub fn of_posts(written: &str, home: Option<&Path>) -> Result<Self, String> {
        let mut alternatives = Vec::new();
        for text in expand(written)? {
            let folder = folder(&text);
            if let Some(folder) = &folder {
                alternatives.push(Pattern::new(&format!("{folder}{POSTS}"), home)?);
            }
            if folder.is_none() || is_written_out(&text) {
                alternatives.push(Pattern::new(&text, home)?);
            }
        }
        Ok(Self { written: written.to_owned(), alternatives })
    }

    /// The posts in a folder and below, whatever characters its name has.
    pub(super) fn of_folder(folder: &Path) -> Self {
        let parts = POSTS.split('/').filter_map(|name| PatternPart::new(name).ok()).collect();
        let posts = Pattern { start: folder.to_path_buf(), parts };
        Self { written: folder.to_string_lossy().into_owned(), alternatives: vec![posts] }
    }

    /// A glob of what is left out: one that does not say where it begins, at any depth.
    pub fn of_excluded(written: &str, home: Option<&Path>) -> Result<Self, String> {
        let texts = expand(written.trim_end_matches('/'))?;
        let anywhere = |text: String| if text.starts_with(['/', '~']) { text } else { format!("**/{text}") };
        let alternatives =
            texts.into_iter().map(|text| Pattern::new(&anywhere(text), home)).collect::<Result<_, _>>()?;
        Ok(Self { written: written.to_owned(), alternatives })
    }

    /// What its braces come to.
    pub(super) fn alternatives(&self) -> &[Pattern] {
        &self.alternatives
    }

    /// For each alternative that a path matches, how many leading folders of it are written out there.
    pub(super) fn finds<'a>(&'a self, path: &'a str) -> impl Iterator<Item = usize> + 'a {
        let found = self.alternatives.iter().filter(move |pattern| pattern.is_all_of(path, DOTS_ARE_WRITTEN));
        found.map(Pattern::folders_written_out)
    }

    /// The folders of a path that are written out in the alternative that it matches, with the slash behind them.
    pub(super) fn folder_of<'p>(&self, path: &'p str) -> Option<&'p str> {
        let pattern = self.alternatives.iter().find(|pattern| pattern.is_all_of(path, DOTS_ARE_WRITTEN))?;
        let below = path.strip_prefix(pattern.start.to_str()?)?.trim_start_matches('/');
        let deepest = pattern.folders_written_out().checked_sub(1);
        let end = deepest.and_then(|at| below.match_indices('/').nth(at)).map_or(0, |(slash, _)| slash + 1);
        path.get(..path.len() - below.len() + end)
    }

    /// The folders that its first alternative writes out.
    pub(super) fn first_folder(&self) -> PathBuf {
        let Some(pattern) = self.alternatives.first() else { return PathBuf::new() };
        let names = pattern.parts.iter().take(pattern.folders_written_out()).filter_map(|part| match part {
            PatternPart::Name(name) => Some(name.as_str()),
            PatternPart::Like(_) | PatternPart::Folders => None,
        });
        names.fold(pattern.start.clone(), |folder, name| folder.join(name))
    }

    /// Whether it leaves out a file or folder.
    pub(super) fn excludes(&self, path: &str) -> bool {
        let below = path.trim_start_matches('/');
        self.alternatives.iter().any(|pattern| {
            let is_anywhere = pattern.start.as_os_str().is_empty();
            pattern.is_all_of(if is_anywhere { below } else { path }, ANY_NAME)
        })
    }
}

impl fmt::Display for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

/// Places in a pattern that the names walked so far have led to; the one behind its end means that they match it.
pub(super) type At = BTreeSet<usize>;

/// A glob without braces: where it starts, and what the names below have to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern {
    start: PathBuf,
    parts: Vec<PatternPart>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum PatternPart {
    /// A name written out.
    Name(String),
    /// A name with wildcards.
    Like(glob::Pattern),
    /// `**`: any folders, or none.
    Folders,
}

impl Pattern {
    fn new(text: &str, home: Option<&Path>) -> Result<Self, String> {
        let (start, below) = match (text.strip_prefix('/'), text.strip_prefix('~')) {
            (Some(below), _) => (PathBuf::from("/"), below),
            (None, Some(below)) if below.is_empty() || below.starts_with('/') => {
                let home = home.ok_or("`~` is the home folder, and HOME is not set; write the folder out")?;
                (home.to_path_buf(), below)
            }
            (None, Some(_)) => return Err("only `~/` is understood; write the folder out".to_owned()),
            (None, None) => (PathBuf::new(), text),
        };
        // A leading `./` is no part of the paths that are found, and these are kept.
        let names = below.split('/').filter(|name| !name.is_empty());
        let names = names.skip_while(|name| *name == "." && start.as_os_str().is_empty());
        let parts = names.map(PatternPart::new).collect::<Result<_, _>>()?;
        Ok(Self { start, parts })
    }

    pub(super) fn start(&self) -> &Path {
        &self.start
    }

    /// The places before any name was walked.
    pub(super) fn begin(&self) -> At {
        self.opened(At::from([0]))
    }

    pub(super) fn is_end(&self, at: &At) -> bool {
        at.contains(&self.parts.len())
    }

    /// The names that may come next and are written out.
    pub(super) fn named_next<'a>(&'a self, at: &At) -> impl Iterator<Item = &'a str> {
        let parts: Vec<&PatternPart> = at.iter().filter_map(|place| self.parts.get(*place)).collect();
        parts.into_iter().filter_map(|part| match part {
            PatternPart::Name(name) => Some(name.as_str()),
            PatternPart::Like(_) | PatternPart::Folders => None,
        })
    }

    /// Whether a folder must be listed to know what comes next.
    pub(super) fn must_list(&self, at: &At) -> bool {
        at.iter().filter_map(|place| self.parts.get(*place)).any(|part| !matches!(part, PatternPart::Name(_)))
    }

    /// The places that a name leads to.
    pub(super) fn next(&self, at: &At, name: &str) -> At {
        self.step(at, name, DOTS_ARE_WRITTEN)
    }

    fn step(&self, at: &At, name: &str, options: MatchOptions) -> At {
        let next = at.iter().filter_map(|place| match self.parts.get(*place)? {
            PatternPart::Name(written) => (written == name).then_some(place + 1),
            PatternPart::Like(pattern) => pattern.matches_with(name, options).then_some(place + 1),
            PatternPart::Folders => (!options.require_literal_leading_dot || !name.starts_with('.')).then_some(*place),
        });
        self.opened(next.collect())
    }

    /// `**` may be no folder at all.
    fn opened(&self, mut at: At) -> At {
        for (place, part) in self.parts.iter().enumerate() {
            if matches!(part, PatternPart::Folders) && at.contains(&place) {
                at.insert(place + 1);
            }
        }
        at
    }

    fn is_all_of(&self, path: &str, options: MatchOptions) -> bool {
        let path = Path::new(path);
        let below = path.strip_prefix(&self.start).ok().filter(|_| path.is_absolute() == self.start.is_absolute());
        let Some(below) = below.and_then(Path::to_str) else { return false };
        let names = below.split('/').filter(|name| !name.is_empty());
        self.is_end(&names.fold(self.begin(), |at, name| self.step(&at, name, options)))
    }

    fn folders_written_out(&self) -> usize {
        let written = self.parts.iter().take_while(|part| matches!(part, PatternPart::Name(_))).count();
        written.min(self.parts.len().saturating_sub(1))
    }
}

impl PatternPart {
    fn new(text: &str) -> Result<Self, String> {
        Ok(match text {
            "**" => Self::Folders,
            name if is_written_out(name) => Self::Name(name.to_owned()),
            name => Self::Like(glob::Pattern::new(name).map_err(|error| error.msg.to_owned())?),
        })
    }
}

/// The folder whose posts a glob means, where it names a folder; with its slash.
fn folder(glob: &str) -> Option<String> {
    match glob.strip_suffix("**") {
        Some(folder) if folder.is_empty() || folder.ends_with('/') => Some(folder.to_owned()),
        _ if glob.ends_with('/') => Some(glob.to_owned()),
        _ => is_written_out(glob).then(|| format!("{glob}/")),
    }
}

fn is_written_out(glob: &str) -> bool {
    !glob.contains(['*', '?', '['])
}

/// The globs that a glob with braces stands for.
fn expand(text: &str) -> Result<Vec<String>, String> {
    let mut open = vec![text.to_owned()];
    let mut plain = Vec::new();
    while let Some(text) = open.pop() {
        match first_braces(&text)? {
            None if text.is_empty() => return Err("it names nothing".to_owned()),
            Some((before, choices, after)) => {
                open.extend(choices.iter().rev().map(|choice| format!("{before}{choice}{after}")));
            }
            None => plain.push(text),
        }
        if open.len() + plain.len() > MAX_ALTERNATIVES {
            return Err(format!("its braces come to more than {MAX_ALTERNATIVES} globs"));
        }
    }
    Ok(plain)
}

/// What stands before the first braces of a glob, between their commas, and behind them.
type Braces<'t> = (&'t str, Vec<&'t str>, &'t str);

fn first_braces(text: &str) -> Result<Option<Braces<'_>>, String> {
    let mut depth = 0_usize;
    // Where the braces open, and behind that and each of their commas.
    let mut cuts: Vec<usize> = Vec::new();
    let mut class_until = 0;
    for (index, c) in text.char_indices() {
        match c {
            _ if index < class_until => {}
            '[' => class_until = end_of_class(text, index),
            '{' => {
                depth += 1;
                if depth == 1 {
                    cuts.push(index);
                }
            }
            ',' if depth == 1 => cuts.push(index),
            '}' if depth > 0 => {
                depth -= 1;
                if depth == 0 {
                    cuts.push(index);
                    return Ok(parts(text, &cuts));
                }
            }
            _ => {}
        }
    }
    if depth > 0 { Err("a `{` is never closed; write `[{]` for the character itself".to_owned()) } else { Ok(None) }
}

/// Cuts a text at one-byte characters: what stands before the first, between them, and behind the last.
fn parts<'t>(text: &'t str, cuts: &[usize]) -> Option<Braces<'t>> {
    let (first, last) = (*cuts.first()?, *cuts.last()?);
    let between = cuts.iter().zip(cuts.iter().skip(1)).filter_map(|(from, to)| text.get(from + 1..*to)).collect();
    Some((text.get(..first)?, between, text.get(last + 1..)?))
}

/// Where a `[…]` ends: the `]` that is its first character, behind a `!` or not, does not end it. Without an end it is
/// only itself; the pattern of the name says what is wrong with it.
fn end_of_class(text: &str, start: usize) -> usize {
    let inner = text.get(start + 1..).unwrap_or_default();
    let skipped = if inner.starts_with("!]") { 2 } else { usize::from(inner.starts_with([']', '!'])) };
    let end = inner.get(skipped..).and_then(|rest| rest.find(']'));
    end.map_or(start + 1, |end| start + 1 + skipped + end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finds(glob: &str, path: &str) -> bool {
        Glob::of_posts(glob, None).unwrap_or_else(|e| panic!("{glob}: {e}")).finds(path).next().is_some()
    }

    #[test]
    fn a_glob_finds_what_its_names_say() {
        for (glob, path, expected) in [
            ("posts/**/*.md", "posts/a.md", true),
            ("posts/**/*.md", "posts/2024/05/a.md", true),
            ("posts/**/*.md", "posts/a.txt", false),
            ("posts/**/*.md", "post/a.md", false),
            ("posts/*.md", "posts/2024/a.md", false),
            ("./posts/*.md", "posts/a.md", true),
            ("../posts/*.md", "../posts/a.md", true),
            ("/srv/posts/*.md", "/srv/posts/a.md", true),
            ("/srv/posts/*.md", "srv/posts/a.md", false),
            ("posts/[!_]*.md", "posts/_a.md", false),
            // Names that begin with a dot are no posts, unless the dot is written.
            ("posts/**/*.md", "posts/.trash/a.md", false),
            ("posts/**/*.md", "posts/._a.md", false),
            ("posts/*/a.md", "posts/.git/a.md", false),
            ("posts/[.]*.md", "posts/.a.md", false),
            ("posts/.drafts/*.md", "posts/.drafts/a.md", true),
            ("posts/.*/a.md", "posts/.drafts/a.md", true),
            // Folders.
            ("posts", "posts/2024/a.md", true),
            ("posts/", "posts/a.md", true),
            ("posts/**", "posts/2024/a.md", true),
            ("posts/20*/", "posts/2024/a.md", true),
            ("**", "2024/a.md", true),
            ("**", "2024/a.txt", false),
            ("posts", "posts/a.txt", false),
            ("posts/a.md", "posts/a.md", true),
            ("/", "/a.md", true),
            (".", "2024/a.md", true),
            // Braces.
            ("{posts,notes}/*.md", "notes/a.md", true),
            ("{posts,notes}", "notes/x/a.md", true),
            ("posts/{2024/*,2025}/a{,b}.md", "posts/2024/05/ab.md", true),
            ("posts/{a,{b,c}d}.md", "posts/cd.md", true),
            ("posts/{a,{b,c}d}.md", "posts/c.md", false),
            ("posts/[{]a,b}.md", "posts/{a,b}.md", true),
            ("posts/[]{]a.md", "posts/{a.md", true),
            ("posts/a}.md", "posts/a}.md", true),
        ] {
            assert_eq!(finds(glob, path), expected, "{glob} {path}");
        }
    }

    #[test]
    fn what_is_excluded_is_so_at_any_depth_and_a_folder_with_it() {
        for (glob, path, expected) in [
            ("README.md", "posts/2024/README.md", true),
            ("README.md", "posts/README.md.md", false),
            ("drafts", "posts/drafts", true),
            ("drafts/", "posts/drafts", true),
            ("drafts/**", "posts/drafts", true),
            ("posts/2019/**", "posts/2019/a.md", true),
            ("_*", "/srv/.hidden/_a.md", true),
            ("/srv/drafts", "/srv/drafts", true),
            ("/srv/drafts", "/mnt/srv/drafts", false),
            ("{a,b}.md", "posts/b.md", true),
        ] {
            assert_eq!(Glob::of_excluded(glob, None).unwrap().excludes(path), expected, "{glob} {path}");
        }
    }

    #[test]
    fn the_folder_of_a_glob_is_what_it_writes_out() {
        for (glob, path, expected) in [
            ("posts/**/*.md", "posts/2026/a.md", "posts/"),
            ("/srv/20/posts", "/srv/20/posts/2026/a.md", "/srv/20/posts/"),
            ("*.md", "a.md", ""),
            ("{a,b}/c/*.md", "b/c/x.md", "b/c/"),
            ("../posts/20*/*.md", "../posts/2026/a.md", "../posts/"),
            ("/*/a.md", "/x/a.md", "/"),
        ] {
            assert_eq!(Glob::of_posts(glob, None).unwrap().folder_of(path), Some(expected), "{glob}");
        }
        let first = |glob| Glob::of_posts(glob, Some(Path::new("/home/a"))).unwrap().first_folder();
        assert_eq!(first("~/posts/**/*.md"), Path::new("/home/a/posts"));
        assert_eq!(first("{b,c}/d"), Path::new("b/d"));
        assert_eq!(first("**"), Path::new(""));
    }

    #[test]
    fn mistakes_are_told() {
        for (glob, told) in [
            ("posts/{a,b", "never closed"),
            ("posts/**.md", "single path component"),
            ("posts/[a.md", "invalid range pattern"),
            ("{posts,[a}.md", "invalid range pattern"),
            ("", "names nothing"),
            ("{posts,}", "names nothing"),
            ("{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}", "more than 256"),
        ] {
            let error = Glob::of_posts(glob, None).unwrap_err();
            assert!(error.contains(told), "{glob}: {error}");
        }
    }

    #[test]
    fn the_home_folder_is_meant_whatever_its_name() {
        for home in ["/home/editor", "/home/a*b", "/home/[x]", "/home/{a,b}", "/home/.editor"] {
            let glob = |text| Glob::of_posts(text, Some(Path::new(home))).unwrap();
            let path = format!("{home}/posts/a.md");
            for text in ["~/posts/*.md", "~/posts", "~", "{~/posts,~/notes}/*.md"] {
                assert!(glob(text).finds(&path).next().is_some(), "{text} {path}");
            }
            assert!(glob("~").finds(&format!("{home}s/a.md")).next().is_none());
            let excluded = Glob::of_excluded("~/posts", Some(Path::new(home))).unwrap();
            assert!(excluded.excludes(&format!("{home}/posts")) && !excluded.excludes("/srv/posts"));
        }
        assert!(Glob::of_posts("~/posts", None).unwrap_err().contains("HOME"));
        assert!(Glob::of_posts("~editor/posts", None).unwrap_err().contains("only `~/`"));
    }
}
