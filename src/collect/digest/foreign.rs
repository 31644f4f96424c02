//! Files that look like posts and are none that can be read: front matter of another kind, a merge that was left half done.

use super::mistake::Mistake;
use super::notes::Spot;

/// How a front matter begins, told wherever another kind is found.
const OURS: &str =
    "begin the file with a line `---`, then `title: '…'` and `date: 'YYYY-MM-DD HH:MM:SS'`, then a line `---`";

/// Keys by which other programs' front matter is recognised.
const TELLING: [&str; 2] = ["title", "date"];

/// The first mark that a merge left in the file. A row of `=` underlines a heading, and seven `>` are a deep quote: these
/// two count only together.
pub(super) fn conflict(text: &str) -> Option<Spot> {
    let is = |line: &str, mark: &str| {
        line.strip_prefix(mark).is_some_and(|rest| rest.trim_end().is_empty() || rest.starts_with(' '))
    };
    let at = |found: usize| Some(Spot::new(found + 1, 1));
    let mut middle = None;
    for (index, line) in text.lines().enumerate() {
        if is(line, "<<<<<<<") {
            return at(index);
        }
        if line.trim_end() == "=======" {
            middle = middle.or(Some(index));
        } else if let Some(middle) = middle.filter(|_| is(line, ">>>>>>>")) {
            return at(middle);
        }
    }
    None
}

/// What a file without our front matter has instead, where it is a post all the same.
pub(super) fn front_matter(path: &str, text: &str) -> Option<Mistake> {
    let (index, first) = text.lines().enumerate().find(|(_, line)| !line.trim().is_empty())?;
    let mut after = text.lines().skip(index + 1);
    let next = after.next().unwrap_or_default();
    let foreign = |line: usize, message: &str| {
        Some(Mistake {
            spot: Spot::new(line + 1, 1),
            message: message.to_owned(),
            help: OURS.to_owned(),
            is_foreign: true,
        })
    };
    let begins = first.trim();
    let is_rule =
        begins.chars().count() > 1 && begins.chars().all(|c| matches!(c, '-' | '\u{2010}'..='\u{2015}' | '－' | '−'));
    if begins == "+++" {
        foreign(index, "the front matter is TOML (`+++`); only YAML between two lines `---` is read")
    } else if begins == ";;;" || (begins.starts_with('{') && text.contains("\"title\"")) {
        foreign(index, "the front matter is JSON; only YAML between two lines `---` is read")
    } else if is_telling(first) || lines_until_blank(text, index).any(is_telling) {
        foreign(index, "the front matter has no line `---` before it, so that all of it is text")
    } else if begins == "---" && is_telling(next) {
        foreign(index, "the front matter does not begin in the first line, or not at its first column")
    } else if (is_rule || begins.starts_with("```")) && is_telling(next) {
        foreign(index, "the front matter begins with another line than `---`")
    } else if super::date::of_name(path).is_some() && text.lines().any(|line| line.starts_with("### ")) {
        foreign(0, "the file has a date in its name and items, but no front matter")
    } else {
        None
    }
}

/// The lines up to the first blank one, where every one has a key.
fn lines_until_blank(text: &str, from: usize) -> impl Iterator<Item = &str> {
    let lines = || text.lines().skip(from).take_while(|line| !line.trim().is_empty() && line.trim() != "---");
    let all_keyed = lines().all(|line| key(line).is_some());
    lines().take(if all_keyed { 40 } else { 0 })
}

/// Whether a line names a title or a date as front matter does.
fn is_telling(line: &str) -> bool {
    key(line).is_some_and(|key| TELLING.iter().any(|telling| key.eq_ignore_ascii_case(telling)))
}

/// The word before a line's first colon of either width.
fn key(line: &str) -> Option<&str> {
    let (key, _) = line.split_once([':', '：'])?;
    let key = key.trim_end();
    (!key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'))).then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_done_merges_are_found_and_markdown_is_not() {
        for (text, line) in [
            ("a\n<<<<<<< HEAD\nb\n=======\nc\n>>>>>>> other\n", Some(2)),
            ("<<<<<<<\r\n", Some(1)),
            ("a\n=======\nb\n>>>>>>> main\n", Some(2)),
            ("a\n|||||||\n<<<<<<< a\n", Some(3)),
            ("标题\n=======\n\n正文\n", None),
            (">>>>>>> 深\n", None),
            ("x <<<<<<< y\n<<<<<<<<\n", None),
            ("> >>>>>>> a\n=======\n", None),
        ] {
            assert_eq!(conflict(text).map(|spot| spot.line), line, "{text:?}");
        }
    }

    #[test]
    fn other_front_matter_is_recognised_and_no_readme_is() {
        for (text, part) in [
            ("+++\ntitle = \"a\"\n+++\n", "TOML"),
            ("{\n  \"title\": \"a\"\n}\n", "JSON"),
            (";;;\n\"title\": \"a\"\n;;;\n", "JSON"),
            ("title: 观察 6\ndate: 2026-05-01\n---\n\n### 一\n", "no line `---` before"),
            ("Title: 观察 8\nDate: 2026-05-01\n\n### 一\n", "no line `---` before"),
            ("Author: b\nTitle: a\n\nx\n", "no line `---` before"),
            ("title：观察\n\n### 一\n", "no line `---` before"),
            ("\n\n---\ntitle: a\n---\n", "first line"),
            (" ---\ntitle: a\n---\n", "first line"),
            ("———\ntitle: a\n———\n", "another line"),
            ("----\ntitle: a\n----\n", "another line"),
            ("```yaml\ntitle: a\n```\n", "another line"),
        ] {
            let found = front_matter("p.md", text).unwrap_or_else(|| panic!("{text:?}"));
            assert!(found.message.contains(part), "{text:?}: {}", found.message);
        }
        for text in [
            "# README\n\n### Usage\n",
            "Note: this folder\nholds posts\n",
            "",
            "正文：一\n",
            "* * *\ntext\n",
            "{{< x >}}\n",
        ] {
            assert!(front_matter("p.md", text).is_none(), "{text:?}");
        }
        assert!(front_matter("posts/2026-05-09-x.md", "# 观察\n\n### 一\n").is_some());
        assert!(front_matter("posts/2026-05-09-x.md", "# 长文\n\n## 一\n").is_none());
    }
}
