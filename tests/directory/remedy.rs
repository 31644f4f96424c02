//! The next run ends in what an undisturbed site has, whatever of store, manifest, ids and files was lost, is an older copy
//! or was moved. What nothing remembers any more (the second of an edit, when neither the store nor the ids are of today)
//! is compared with an undisturbed site of that memory.

use crate::support::{Site, copy, noon, post};
use chrono::{DateTime, Duration, Utc};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use wellsourced::model::Severity;
use wellsourced::publish::{Journal, ManifestLine};

/// What became of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Lost,
    Older,
    There,
}

const PARTS: [Part; 3] = [Part::There, Part::Older, Part::Lost];

/// Files of somebody else, by path below the directory.
const FOREIGN: [(&str, &str); 3] =
    [("mine.html", "mine"), ("tags/ai/notes.txt", "mine too"), ("items/mine/index.html", "<html>mine</html>")];

type Files = BTreeMap<String, (Vec<u8>, SystemTime)>;

/// Everything below a folder but what is not served.
fn files(root: &Path) -> Files {
    let (mut found, mut folders) = (Files::new(), vec![root.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().map(Result::unwrap) {
            let name = entry.path().strip_prefix(root).unwrap().to_string_lossy().into_owned();
            if entry.path().is_dir() && name != ".wellsourced" {
                folders.push(entry.path());
            } else if entry.path().is_file() {
                let at = entry.metadata().unwrap().modified().unwrap();
                found.insert(name, (fs::read(entry.path()).unwrap(), at));
            }
        }
    }
    found
}

fn bytes(files: &Files) -> BTreeMap<&str, &[u8]> {
    files.iter().map(|(path, (bytes, _))| (path.as_str(), bytes.as_slice())).collect()
}

/// A site with two days of history, of which copies are kept.
struct History {
    site: Site,
    moved: bool,
}

fn later() -> DateTime<Utc> {
    noon() + Duration::days(4)
}

impl History {
    fn new(moved: bool) -> Self {
        let site = Site::new("");
        for (number, seeds) in [(1, [11, 12]), (2, [21, 22]), (3, [31, 32])] {
            site.write(&format!("posts/{number}.md"), post(number, &seeds).markdown());
        }
        let history = Self { site, moved };
        history.keep("older", noon());
        // An item is edited, one leaves, an edition leaves, and one comes.
        let mut edited = post(1, &[11, 12]);
        edited.stories[0].text.push_str("补充一句。");
        history.site.write("posts/1.md", edited.markdown());
        history.site.write("posts/2.md", post(2, &[21]).markdown());
        history.site.remove("posts/3.md");
        history.site.write("posts/4.md", post(4, &[41, 43]).markdown());
        history.keep("today", noon() + Duration::days(1));
        history
    }

    fn keep(&self, name: &str, now: DateTime<Utc>) {
        assert_eq!(self.site.cycle(now).exit_code(true), 0);
        copy(&self.site.path("feeds"), &self.site.path(name).join("feeds"));
        fs::copy(self.site.path("store.db"), self.site.path(name).join("store.db")).unwrap();
    }

    /// Where the directory and the store are; the configuration says the same.
    fn place(&self) -> (PathBuf, PathBuf) {
        let (feeds, store) = if self.moved { ("moved/feeds", "moved/store.db") } else { ("feeds", "store.db") };
        (self.site.path(feeds), self.site.path(store))
    }

    /// Puts parts into the state in which they are found.
    fn set(&self, store: Part, manifest: Part, ids: Part, served: Part) {
        self.site.lose_store();
        for folder in ["feeds", "moved"] {
            let _ = fs::remove_dir_all(self.site.path(folder));
        }
        self.site.configure("", "");
        let (feeds, database) = self.place();
        if self.moved {
            let config = fs::read_to_string(self.site.path("wellsourced.toml")).unwrap();
            let config = config.replace("/feeds\"", "/moved/feeds\"").replace("/store.db\"", "/moved/store.db\"");
            self.site.write("wellsourced.toml", config);
        }
        fs::create_dir_all(feeds.join(".wellsourced")).unwrap();
        let from = |part| match part {
            Part::Lost => None,
            Part::Older => Some(self.site.path("older")),
            Part::There => Some(self.site.path("today")),
        };
        if let Some(from) = from(store) {
            fs::copy(from.join("store.db"), database).unwrap();
        }
        if let Some(from) = from(served) {
            copy(&from.join("feeds"), &feeds);
        }
        let private = feeds.join(".wellsourced");
        fs::remove_dir_all(&private).unwrap();
        fs::create_dir(&private).unwrap();
        let owner = self.site.path("today/feeds/.wellsourced/owner.jsonl");
        fs::copy(owner, private.join("owner.jsonl")).unwrap();
        for (part, name) in [(manifest, "manifest.jsonl"), (ids, "ids.jsonl")] {
            if let Some(from) = from(part) {
                fs::copy(from.join("feeds/.wellsourced").join(name), private.join(name)).unwrap();
            }
        }
        for (path, text) in FOREIGN {
            let path = feeds.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::copy(self.site.path("posts/1.md"), &path).unwrap();
            fs::OpenOptions::new().write(true).truncate(true).open(&path).unwrap();
            std::io::Write::write_all(&mut fs::File::create(&path).unwrap(), text.as_bytes()).unwrap();
        }
    }

    /// What an undisturbed site has whose memory is of some day.
    fn expected(&self, memory: Part) -> Files {
        self.set(memory, memory, memory, memory);
        assert_eq!(self.site.cycle(later()).exit_code(false), 0);
        files(&self.place().0)
    }
}

/// A file as it is compared. Edits that nothing remembers are dated by the run that meets them, each at a second of its own,
/// in whichever order they are met.
fn read(memory: Part, bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes).into_owned();
    if memory == Part::There {
        return text;
    }
    let dates = regex::Regex::new("(2026-06-05T|05 Jun 2026 )1[12]:[0-9:]{5}").unwrap();
    dates.replace_all(&text, "of this run").into_owned()
}

fn every_combination(moved: bool) {
    let history = History::new(moved);
    let root = history.place().0;
    let expected = PARTS.map(|memory| (memory, history.expected(memory)));
    assert_ne!(bytes(&expected[0].1), bytes(&expected[1].1), "the second of an edit is remembered");
    for (number, store) in PARTS.into_iter().enumerate() {
        for (manifest, ids, served) in
            PARTS.iter().flat_map(|m| PARTS.iter().flat_map(move |i| PARTS.iter().map(move |s| (*m, *i, *s))))
        {
            let case = format!("store {store:?}, manifest {manifest:?}, ids {ids:?}, files {served:?}, moved {moved}");
            history.set(store, manifest, ids, served);
            let before = files(&root);
            let report = history.site.cycle(later());
            assert_eq!(report.exit_code(false), 0, "{case}, {number}: {:#?}", (report.failure, report.complaints));
            let after = files(&root);
            let memory = store.max(ids);
            let (_, wanted) = expected.iter().find(|(of, _)| *of == memory).unwrap();
            let names = |files: &Files| files.keys().cloned().collect::<Vec<_>>();
            assert_eq!(names(&after), names(wanted), "{case}");
            for (path, (bytes, at)) in &after {
                assert_eq!(read(memory, bytes), read(memory, &wanted[path].0), "{case}: {path}");
                let stood = before.get(path).filter(|(before, _)| before == bytes);
                assert!(stood.is_none_or(|(_, before)| before == at), "{case}: {path} was written anew");
            }
            let again = history.site.cycle(later() + Duration::hours(1));
            assert_eq!((again.exit_code(true), again.published.feeds + again.published.pages), (0, 0), "{case}");
            assert_eq!(files(&root), after, "{case}: and then all is quiet");
            let manifest = Journal::<ManifestLine>::open(root.join(".wellsourced/manifest.jsonl")).read().unwrap();
            assert_eq!(
                ManifestLine::replay(manifest).len(),
                after.len() - FOREIGN.len(),
                "{case}: the manifest is whole"
            );
        }
    }
}

#[test]
fn every_combination_of_losses_ends_in_what_an_undisturbed_site_has() {
    every_combination(false);
}

#[test]
fn and_so_it_does_when_all_was_moved_together_with_the_configuration() {
    every_combination(true);
}

/// A manifest that is missing, empty, cut or noise is told and made anew within a cycle, and nothing else is touched.
#[test]
fn a_damaged_manifest_is_told_and_made_anew() {
    let site = Site::new("");
    site.write("posts/1.md", post(1, &[11, 12]).markdown());
    site.cycle(noon());
    let published = site.published();
    let path = site.path("feeds/.wellsourced/manifest.jsonl");
    let whole = fs::read(&path).unwrap();
    let there = || ManifestLine::replay(Journal::<ManifestLine>::open(&path).read().unwrap());
    let expected = there();
    let boundary = whole.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    let noise: Vec<u8> = (0..whole.len()).map(|n| u8::try_from(n * 131 % 251).unwrap()).collect();
    let mut damages: Vec<(String, Option<Vec<u8>>)> = vec![
        ("missing".to_owned(), None),
        ("empty".to_owned(), Some(Vec::new())),
        ("noise".to_owned(), Some(noise)),
        ("cut after a line".to_owned(), Some(whole[..boundary].to_vec())),
    ];
    damages.extend((1..8).map(|n| (format!("cut at {n}/8"), Some(whole[..whole.len() * n / 8].to_vec()))));
    for (damage, bytes) in damages {
        for lost_store in [false, true] {
            if lost_store {
                if damage.starts_with("cut after") {
                    // Nothing remembers that there were more lines.
                    continue;
                }
                site.lose_store();
            }
            match &bytes {
                None => fs::remove_file(&path).unwrap(),
                Some(bytes) => {
                    std::io::Write::write_all(&mut fs::File::create(&path).unwrap(), bytes).unwrap();
                }
            }
            let report = site.cycle(noon() + Duration::hours(1));
            assert_eq!(report.exit_code(false), 0, "{damage}: {:?}", report.complaints);
            let told = report.complaints.iter().find(|told| told.place.path.ends_with("manifest.jsonl"));
            assert!(told.is_some_and(|told| told.severity == Severity::Warning), "{damage}: {:?}", report.complaints);
            assert_eq!((there(), site.published()), (expected.clone(), published.clone()), "{damage}");
            let again = site.cycle(noon() + Duration::hours(2));
            assert_eq!(again.complaints, [], "{damage}: told once");
        }
    }
}

/// Neither options nor posts changed: a front page that somebody emptied or a whole directory that is gone is put back.
#[test]
fn what_was_lost_from_the_front_is_put_back() {
    let site = Site::new("");
    site.write("posts/1.md", post(1, &[11, 12]).markdown());
    site.cycle(noon());
    let before = site.bytes();
    fs::File::create(site.path("feeds/index.html")).unwrap();
    site.cycle(noon() + Duration::hours(1));
    assert_eq!(site.bytes(), before);
    fs::remove_dir_all(site.path("feeds")).unwrap();
    assert_eq!(site.cycle(noon() + Duration::hours(2)).exit_code(false), 0);
    assert_eq!(site.bytes(), before);
}
