//! No file of `src` names another that leads back to it, rooms inside included.
//!
//! A file names those whose items it uses; what it uses of another file's imports is followed to where it is defined, and handing on
//! (`pub use`) is no use. A file with files below it (`mod.rs`) is its room's face and counts item by item: those below may name its
//! options and errors while it calls them, but no item of it that leads back to them.

use super::sources::{Source, sources};
use std::collections::{BTreeMap, BTreeSet};

/// An item of a face, or a whole file: `pipeline/feeds/mod.rs#Days`, `store/days.rs`.
type Node = String;

struct House {
    files: Vec<Source>,
    /// Files by their path as modules: `store::days`.
    modules: BTreeMap<Vec<String>, usize>,
    /// What each file imports: the name there, its full path, and whether it is handed on.
    imports: Vec<BTreeMap<String, Vec<String>>>,
}

impl House {
    fn read() -> Self {
        let files: Vec<_> =
            sources().into_iter().filter(|source| !source.is_test() && source.module != "main").collect();
        let modules = files.iter().enumerate().map(|(index, source)| (source.module_path(), index)).collect();
        let mut house = Self { files, modules, imports: Vec::new() };
        for index in 0..house.files.len() {
            let (used, _) = uses(&house.files[index].code());
            let here = house.files[index].module_path();
            let absolute =
                used.into_iter().filter_map(|(name, path)| Some((name, house.absolute(&here, &path)?))).collect();
            house.imports.push(absolute);
        }
        house
    }

    /// A path as written in a module, from the crate's root on; `None` where it leads out of the crate.
    fn absolute(&self, here: &[String], path: &[String]) -> Option<Vec<String>> {
        let first = path.first()?.as_str();
        let (mut at, mut rest) = match first {
            "crate" => (Vec::new(), &path[1..]),
            "self" => (here.to_vec(), &path[1..]),
            "super" => (here.to_vec(), path),
            _ => {
                let child = [here, &path[..1]].concat();
                return self.modules.contains_key(&child).then(|| [here, path].concat());
            }
        };
        while rest.first().is_some_and(|part| part == "super") {
            at.pop();
            rest = &rest[1..];
        }
        Some([at.as_slice(), rest].concat())
    }

    /// The file in which what a full path names is defined, and its name there.
    fn defined(&self, path: &[String], depth: usize) -> Option<(usize, Option<String>)> {
        let length = (0..=path.len()).rev().find(|length| self.modules.contains_key(&path[..*length]))?;
        let file = self.modules[&path[..length]];
        let Some(name) = path.get(length) else { return Some((file, None)) };
        match self.imports[file].get(name) {
            Some(further) if depth < 8 => {
                let further = [further.as_slice(), &path[length + 1..]].concat();
                self.defined(&further, depth + 1)
            }
            _ => Some((file, Some(name.clone()))),
        }
    }

    fn is_face(&self, file: usize) -> bool {
        let here = self.files[file].module_path();
        self.modules.keys().any(|module| module.len() == here.len() + 1 && module.starts_with(&here))
    }

    fn node(&self, file: usize, item: Option<&str>) -> Node {
        let path = self.files[file].path.display();
        match item {
            Some(item) if self.is_face(file) => format!("{path}#{item}"),
            _ => path.to_string(),
        }
    }

    /// Who names whom.
    fn edges(&self) -> BTreeMap<Node, BTreeSet<Node>> {
        let mut edges = BTreeMap::<Node, BTreeSet<Node>>::new();
        for (file, source) in self.files.iter().enumerate() {
            let (_, code) = uses(&source.code());
            let chunks = if self.is_face(file) { items(&code) } else { vec![(String::new(), code)] };
            let own: BTreeSet<_> = chunks.iter().map(|(name, _)| name.as_str()).collect();
            for (item, text) in &chunks {
                let from = self.node(file, Some(item));
                let mut named = BTreeSet::new();
                let beside = own.iter().filter(|_| self.is_face(file)).filter(|name| is_named(text, name));
                named.extend(beside.map(|name| self.node(file, Some(name))));
                for path in paths(text) {
                    let full = match self.imports[file].get(&path[0]) {
                        Some(import) => Some([import.as_slice(), &path[1..]].concat()),
                        None if path.len() > 1 => self.absolute(&source.module_path(), &path),
                        None => None,
                    };
                    let target = full.and_then(|full| self.defined(&full, 0));
                    named.extend(target.map(|(target, item)| self.node(target, item.as_deref())));
                }
                named.remove(&from);
                edges.entry(from).or_default().extend(named);
            }
        }
        edges
    }
}

/// The names that a file imports with their paths, and its code without the imports.
fn uses(code: &str) -> (Vec<(String, Vec<String>)>, String) {
    let (mut found, mut rest, mut import) = (Vec::new(), String::new(), None::<String>);
    for line in code.lines() {
        let start = line.trim_start();
        let begins = start.starts_with("use ") || start.starts_with("pub") && start.contains(" use ");
        if begins && import.is_none() {
            import = Some(start.split_once("use ").unwrap().1.to_owned());
        } else if let Some(import) = &mut import {
            import.push_str(start);
        } else {
            rest.push_str(line);
            rest.push('\n');
        }
        if import.as_ref().is_some_and(|import| import.ends_with(';')) {
            let tree = import.take().unwrap();
            flatten(tree.trim_end_matches(';'), &[], &mut found);
        }
    }
    (found, rest)
}

/// `a::{b, c as d}` are `a::b` under the name `b` and `a::c` under the name `d`.
fn flatten(tree: &str, before: &[String], found: &mut Vec<(String, Vec<String>)>) {
    let (head, group) = tree.split_once('{').map_or((tree, None), |(head, group)| (head, Some(group)));
    let (head, alias) = head.split_once(" as ").map_or((head, None), |(head, alias)| (head, Some(alias.trim())));
    let own = head.split("::").map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned);
    let path: Vec<String> = before.iter().cloned().chain(own).collect();
    let Some(group) = group else {
        let path: Vec<_> =
            if path.last().is_some_and(|last| last == "self") { path[..path.len() - 1].to_vec() } else { path };
        let name = alias.map(str::to_owned).or_else(|| path.last().cloned());
        return found.extend(name.map(|name| (name, path)));
    };
    let (mut depth, mut part) = (0, String::new());
    for c in group.trim_end().strip_suffix('}').unwrap_or(group).chars() {
        match c {
            ',' if depth == 0 => flatten(&std::mem::take(&mut part), &path, found),
            _ => {
                depth += i32::from(c == '{') - i32::from(c == '}');
                part.push(c);
            }
        }
    }
    if !part.trim().is_empty() {
        flatten(&part, &path, found);
    }
}

/// Each item of a formatted file with its text; what implements something for a type belongs to the type.
fn items(code: &str) -> Vec<(String, String)> {
    let mut chunks: Vec<(String, String)> = Vec::new();
    let mut name = String::new();
    for line in code.lines() {
        name = begun(line).unwrap_or(name);
        match chunks.iter_mut().find(|(known, _)| *known == name) {
            Some((_, text)) => {
                text.push_str(line);
                text.push('\n');
            }
            None => chunks.push((name.clone(), format!("{line}\n"))),
        }
    }
    chunks
}

/// The item that a line begins.
fn begun(line: &str) -> Option<String> {
    const KINDS: [&str; 8] = ["fn", "struct", "enum", "trait", "type", "const", "static", "macro_rules"];
    if !line.starts_with(|c: char| c.is_ascii_lowercase()) {
        return None;
    }
    if let Some(head) = line.strip_prefix("impl") {
        // `impl<T: A> B<T> for C<T>`: the type stands behind `for`, or behind the parameters.
        let parameters = head.starts_with('<').then(|| head.split_once("> "));
        let target = head.split_once(" for ").or(parameters.flatten()).map_or(head, |(_, target)| target);
        return paths(target).first().and_then(|path| path.last().cloned());
    }
    let words: Vec<_> = paths(line).into_iter().flatten().collect();
    let at = words.iter().position(|word| KINDS.contains(&word.as_str()))?;
    words.into_iter().skip(at).find(|word| !KINDS.contains(&word.as_str()))
}

/// Whether a text names an item of its own file. A function is called, or handed over alone: fields and variables have such names too.
fn is_named(text: &str, name: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let is_function = name.starts_with(|c: char| c.is_lowercase());
    let mut pieces = text.split(name).peekable();
    let mut found = false;
    while let (Some(piece), Some(next)) = (pieces.next(), pieces.peek()) {
        let (before, after) = (piece.chars().next_back(), next.chars().next());
        let is_whole = !before.is_some_and(is_part) && !after.is_some_and(is_part);
        let is_method = before == Some('.') || piece.ends_with("fn ");
        let is_called = after == Some('(') && !is_method || before == Some('(') && after == Some(')');
        found |= is_whole && (!is_function || is_called);
    }
    found && !name.is_empty()
}

/// All paths of a text: `a::b::c`, `d`; strings left out.
fn paths(text: &str) -> Vec<Vec<String>> {
    let (mut found, mut path, mut word) = (Vec::new(), Vec::<String>::new(), String::new());
    let text = without_strings(text);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c.is_alphanumeric() || c == '_' {
            word.push(c);
            continue;
        }
        if !word.is_empty() {
            path.push(std::mem::take(&mut word));
        }
        if c == ':' && chars.peek() == Some(&':') {
            chars.next();
        } else if !path.is_empty() {
            found.push(std::mem::take(&mut path));
        }
    }
    path.extend(Some(word).filter(|word| !word.is_empty()));
    found.extend(Some(path).filter(|path| !path.is_empty()));
    found
}

fn without_strings(text: &str) -> String {
    let mut kept = String::new();
    let (mut inside, mut escaped) = (false, false);
    let text = text.replace("'\"'", "' '");
    for c in text.chars() {
        match c {
            '"' if !escaped => {
                inside = !inside;
                kept.push(' ');
            }
            _ if inside => {}
            c => kept.push(c),
        }
        escaped = inside && c == '\\' && !escaped;
    }
    kept
}

/// Sets of nodes that lead to each other, as the files they lie in.
fn circles(edges: &BTreeMap<Node, BTreeSet<Node>>) -> BTreeSet<BTreeSet<String>> {
    let reached = |from: &Node| {
        let (mut seen, mut open) = (BTreeSet::new(), vec![from]);
        while let Some(node) = open.pop() {
            let new = edges.get(node).into_iter().flatten().filter(|next| seen.insert((*next).clone()));
            open.extend(new.collect::<Vec<_>>());
        }
        seen
    };
    let all: BTreeMap<_, _> = edges.keys().map(|node| (node, reached(node))).collect();
    let mut circles = BTreeSet::new();
    for (node, seen) in &all {
        let back = seen.iter().filter(|other| all.get(other).is_some_and(|seen| seen.contains(*node)));
        let files: BTreeSet<_> = back.map(|node| node.split('#').next().unwrap().to_owned()).collect();
        if files.len() > 1 {
            circles.insert(files);
        }
    }
    circles
}

#[test]
fn no_file_leads_back_to_itself() {
    let edges = House::read().edges();
    let found = circles(&edges);
    let why = |circle: &BTreeSet<String>| {
        let among = |node: &Node| node.split('#').next().is_some_and(|file| circle.contains(file));
        let ties = edges.iter().filter(|(node, _)| among(node)).flat_map(|(node, named)| {
            named.iter().filter(|named| among(named)).map(move |named| format!("\n  {node} -> {named}"))
        });
        format!("\n{circle:?}:{}", ties.collect::<String>())
    };
    let told: String = found.iter().map(why).collect();
    assert!(told.is_empty(), "circles:{told}");
}

#[test]
fn the_reading_of_names_is_right() {
    let (found, rest) = uses("use super::{a::{self, B}, c as d};\npub(super) use e::F;\nlet x = g::h(\"i::j\");\n");
    let found: Vec<_> = found.iter().map(|(name, path)| format!("{name}={}", path.join("::"))).collect();
    assert_eq!(found, ["a=super::a", "B=super::a::B", "d=super::c", "F=e::F"]);
    assert!(paths(&rest).contains(&vec!["g".to_owned(), "h".to_owned()]) && !rest.contains("super"));
    assert!(!paths(&rest).concat().contains(&"i".to_owned()));
    let names: Vec<_> =
        items("pub struct A;\nimpl<'a> A {\n}\nimpl fmt::Display for B<'_> {\n}\npub async fn c() {\n}\n");
    assert_eq!(names.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["A", "B", "c"]);
    let edge = |from: &str, to: &[&str]| (from.to_owned(), to.iter().map(|to| (*to).to_owned()).collect());
    let ring = BTreeMap::from([edge("a.rs", &["m.rs#X"]), edge("m.rs#X", &["a.rs"]), edge("m.rs#Y", &["a.rs"])]);
    assert_eq!(circles(&ring).len(), 1);
    let none = BTreeMap::from([edge("a.rs", &["m.rs#X"]), edge("m.rs#X", &[]), edge("m.rs#Y", &["a.rs"])]);
    assert!(circles(&none).is_empty());
}
