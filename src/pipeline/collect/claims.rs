//! A file that several inputs find is a post of one of them: of the one that published it, else of the first in the
//! configuration. An input that keeps a file out, for its category say, leaves it to the others.

use super::walk::FoundFile;
use super::{FoundPosts, place_of};
use crate::model::Complaint;
use crate::pipeline::DigestInput;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Which input's post a file is.
#[derive(Debug, Default)]
pub(super) struct Claims {
    /// Per file the inputs that find it, with its name there.
    finders: HashMap<(u64, u64), Vec<(usize, String)>>,
    /// Per input, in their order, its posts: those before this cycle until it was collected.
    posts: Vec<HashSet<String>>,
    /// How many inputs were collected.
    collected: usize,
}

/// Whose post a file is, if it is one.
#[derive(Debug)]
pub(super) struct Foreign {
    owner: usize,
    /// Its name there.
    pub(super) name: String,
}

impl Claims {
    /// The claims before anything was collected. With one input there is nothing to claim.
    pub(super) fn of(all: &[FoundPosts]) -> Self {
        let mut claims = Self::default();
        if all.len() < 2 {
            return claims;
        }
        for (index, found) in all.iter().enumerate() {
            for file in &found.files {
                claims.finders.entry(file.identity).or_default().push((index, file.path.clone()));
            }
            let is_post = |post: &crate::store::PostState| post.edition.is_some() || post.held_until.is_some();
            let posts = found.before.iter().filter(|(_, post)| is_post(post)).map(|(path, _)| path.clone());
            claims.posts.push(posts.collect());
        }
        claims
    }

    /// Which files of the input that is collected next are posts of other inputs, by path.
    pub(super) fn foreign(&self, files: &[FoundFile]) -> BTreeMap<String, Foreign> {
        if self.posts.is_empty() {
            return BTreeMap::new();
        }
        let foreign = |file: &FoundFile| {
            let (owner, name) = self.owner(file)?;
            Some((file.path.clone(), Foreign { owner, name: name.clone() }))
        };
        files.iter().filter_map(foreign).collect()
    }

    fn owner(&self, file: &FoundFile) -> Option<(usize, &String)> {
        let next = self.collected;
        let is_post = |index: usize, path: &str| self.posts.get(index).is_some_and(|posts| posts.contains(path));
        let is_own = is_post(next, &file.path);
        let mut finders = self.finders.get(&file.identity)?.iter();
        let owns =
            |(index, path): &&(usize, String)| is_post(*index, path) && (*index < next || (*index > next && !is_own));
        finders.find(owns).map(|(index, path)| (*index, path))
    }

    /// Notes the posts of the input that was collected.
    pub(super) fn collected(&mut self, posts: HashSet<String>) {
        if let Some(before) = self.posts.get_mut(self.collected) {
            *before = posts;
        }
        self.collected += 1;
    }
}

/// A warning per input that publishes posts which this one would publish too.
pub(super) fn complaints<'f>(
    input: &DigestInput,
    inputs: &[&DigestInput],
    twice: impl Iterator<Item = (&'f String, &'f Foreign)>,
) -> Vec<Complaint> {
    let mut by_owner: BTreeMap<usize, Vec<&String>> = BTreeMap::new();
    for (path, foreign) in twice {
        by_owner.entry(foreign.owner).or_default().push(path);
    }
    let complaint = |(owner, paths): (usize, Vec<&String>)| {
        let (owner, first) = (inputs.get(owner)?, *paths.first()?);
        let which = match paths.len() {
            1 => format!("{first} is a post"),
            count => format!("{count} of its files, such as {first}, are posts"),
        };
        Some(Complaint::warning(
            place_of(&input.posts.globs),
            format!("`{}`: {which} of `{}` too, and published there only", input.name, owner.name),
            "name other files in one of the two inputs, or leave them out there with `exclude`",
        ))
    };
    by_owner.into_iter().filter_map(complaint).collect()
}
