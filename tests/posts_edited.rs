//! Rule 2, ids are for ever: whatever an editor does to a post, and even when the database is lost in between, a story keeps
//! its id and no id goes to another story.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail where it stands")]

mod support;

use chrono::Duration;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use support::{Post, Site, noon, post, prose, story};

/// One edit of one kind.
#[derive(Debug, Clone)]
enum Edit {
    Retitle(usize),
    Reorder(usize, usize),
    Insert(usize),
    Remove(usize),
    Replace(usize),
    MendUrl(usize),
    CorrectText(usize),
    EditionTitle,
    EditionTags,
    LoseSource(usize),
}

fn edit() -> impl Strategy<Value = Edit> {
    let place = 0_usize..6;
    prop_oneof![
        place.clone().prop_map(Edit::Retitle),
        (place.clone(), place.clone()).prop_map(|(from, to)| Edit::Reorder(from, to)),
        place.clone().prop_map(Edit::Insert),
        place.clone().prop_map(Edit::Remove),
        place.clone().prop_map(Edit::Replace),
        place.clone().prop_map(Edit::MendUrl),
        place.clone().prop_map(Edit::CorrectText),
        Just(Edit::EditionTitle),
        Just(Edit::EditionTags),
        place.prop_map(Edit::LoseSource),
    ]
}

/// A post whose stories are known by a name that no edit changes.
struct Desk {
    post: Post,
    names: Vec<u32>,
    next: u32,
}

impl Desk {
    fn fresh(&mut self) -> u32 {
        self.next += 1;
        self.next
    }

    fn apply(&mut self, edit: &Edit) {
        let count = self.names.len();
        let at = |place: usize| if count == 0 { None } else { Some(place % count) };
        let fresh = self.fresh();
        match edit {
            Edit::Retitle(place) => {
                if let Some(at) = at(*place) {
                    self.post.stories[at].title = format!("Retitled {fresh}");
                }
            }
            Edit::Reorder(from, to) => {
                if let (Some(from), Some(to)) = (at(*from), at(*to)) {
                    let story = self.post.stories.remove(from);
                    self.post.stories.insert(to, story);
                    let name = self.names.remove(from);
                    self.names.insert(to, name);
                }
            }
            Edit::Insert(place) => {
                let at = (*place).min(count);
                let mut new = story(fresh);
                if fresh.is_multiple_of(3) {
                    new.url = None;
                }
                self.post.stories.insert(at, new);
                self.names.insert(at, fresh);
            }
            Edit::Remove(place) => {
                if let Some(at) = at(*place).filter(|_| count > 1) {
                    self.post.stories.remove(at);
                    self.names.remove(at);
                }
            }
            Edit::Replace(place) => {
                if let Some(at) = at(*place) {
                    self.post.stories[at] = story(fresh);
                    self.names[at] = fresh;
                }
            }
            Edit::MendUrl(place) => {
                if let Some(at) = at(*place) {
                    self.post.stories[at].url = Some(format!("https://mended.example/{fresh}"));
                }
            }
            Edit::CorrectText(place) => {
                if let Some(at) = at(*place) {
                    let text = &mut self.post.stories[at].text;
                    let mut chars: Vec<char> = text.chars().collect();
                    chars[usize::try_from(fresh).unwrap() % 60] = '改';
                    *text = chars.into_iter().collect();
                }
            }
            Edit::EditionTitle => self.post.title = format!("Edition retitled {fresh}"),
            Edit::EditionTags => self.post.tags = vec!["AI".into(), format!("tag {fresh}")],
            Edit::LoseSource(place) => {
                if let Some(at) = at(*place) {
                    self.post.stories[at].url = None;
                }
            }
        }
    }

    /// Name of each story by its title.
    fn by_title(&self) -> BTreeMap<&str, u32> {
        self.post.stories.iter().map(|story| story.title.as_str()).zip(self.names.iter().copied()).collect()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn ids_survive_any_sequence_of_edits(edits in prop::collection::vec((edit(), any::<bool>()), 1..8), lose in any::<bool>()) {
        let site = Site::new("");
        let mut desk = Desk { post: post(7, &[1, 2, 3]), names: vec![1, 2, 3], next: 10 };
        // A second post that nobody edits must not be disturbed, and is not to be mixed up.
        site.write("posts/8.md", post(8, &[1, 200]).markdown().replace("Story 1", "Elsewhere 1"));
        let mut of_story: BTreeMap<u32, String> = BTreeMap::new();
        let mut taken: BTreeSet<String> = BTreeSet::new();
        for step in 0..=edits.len() {
            if let Some((edit, lost)) = step.checked_sub(1).and_then(|index| edits.get(index)) {
                desk.apply(edit);
                if *lost && lose {
                    site.lose_store();
                }
            }
            site.write("posts/7.md", desk.post.markdown());
            site.cycle(noon() + Duration::hours(i64::try_from(step).unwrap()));
            let ids = site.ids();
            prop_assert_eq!(ids.len(), desk.names.len() + 2);
            for (title, name) in desk.by_title() {
                let id = &ids[title];
                match of_story.get(&name) {
                    Some(before) => prop_assert_eq!(before, id, "{} changed its id", title),
                    None => prop_assert!(taken.insert(id.clone()), "{} has the id of another story", title),
                }
                of_story.insert(name, id.clone());
            }
        }
    }
}

#[test]
fn a_story_that_left_may_come_back_as_itself() {
    let site = Site::new("");
    let mut written = post(7, &[1, 2]);
    site.write("posts/7.md", written.markdown());
    site.cycle(noon());
    let before = site.ids();
    let gone = written.stories.remove(0);
    site.write("posts/7.md", written.markdown());
    site.cycle(noon() + Duration::hours(1));
    assert!(!site.ids().contains_key("Story 1"));
    // Another story that cites the source of the one that left is another story.
    written.stories.push(support::Story { title: "Another".into(), text: prose(99), ..gone.clone() });
    site.write("posts/7.md", written.markdown());
    site.cycle(noon() + Duration::hours(2));
    assert_ne!(site.ids()["Another"], before["Story 1"]);
    written.stories.pop();
    written.stories.insert(0, gone);
    site.write("posts/7.md", written.markdown());
    site.cycle(noon() + Duration::hours(3));
    assert_eq!(site.ids(), before);
}

#[test]
fn ids_survive_a_renamed_file_another_base_url_and_another_order_of_losses() {
    let site = Site::new("");
    site.write("posts/7.md", post(7, &[1, 2]).markdown());
    site.write("posts/no-number.md", Post { number: None, ..post(9, &[5]) }.markdown());
    site.cycle(noon());
    let before = site.ids();
    std::fs::rename(site.path("posts/7.md"), site.path("posts/seven.md")).unwrap();
    std::fs::rename(site.path("posts/no-number.md"), site.path("posts/unnumbered.md")).unwrap();
    site.cycle(noon() + Duration::hours(1));
    assert_eq!(site.ids(), before);
    let config = std::fs::read_to_string(site.path("wellsourced.toml")).unwrap();
    site.write("wellsourced.toml", config.replace("https://feeds.example/", "https://elsewhere.example/feeds/"));
    site.lose_store();
    site.cycle(noon() + Duration::hours(2));
    assert_eq!(site.ids(), before);
}

#[test]
fn items_without_a_source_do_not_collide() {
    let site = Site::new("");
    let mut written = post(7, &[1, 2, 3]);
    for story in &mut written.stories {
        story.url = None;
    }
    // Even the same heading twice is two items.
    written.stories[1].title = "Story 1".into();
    site.write("posts/7.md", written.markdown());
    site.cycle(noon());
    let feed = site.feed("");
    let ids: BTreeSet<&str> =
        feed["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), 3);
}

#[test]
fn updated_moves_only_with_the_content_and_never_coincides() {
    let site = Site::new("");
    let mut written = post(7, &[1, 2, 3]);
    site.write("posts/7.md", written.markdown());
    site.cycle(noon());
    let dates = |field: &str| -> Vec<String> {
        let feed = site.feed("");
        feed["items"].as_array().unwrap().iter().map(|item| item[field].as_str().unwrap().to_owned()).collect()
    };
    let (published, updated) = (dates("date_published"), dates("date_modified"));
    written.tags.push("新标签".into());
    written.stories.swap(0, 2);
    site.write("posts/7.md", written.markdown());
    site.cycle(noon() + Duration::hours(1));
    assert_eq!((dates("date_published"), dates("date_modified")), (published.clone(), updated));
    for story in &mut written.stories {
        story.text.push_str("补充。");
    }
    site.write("posts/7.md", written.markdown());
    site.cycle(noon() + Duration::hours(2));
    let now = dates("date_modified");
    assert_eq!(now.iter().collect::<BTreeSet<_>>().len(), 3, "{now:?}");
    assert!(now.iter().all(|date| date.starts_with("2026-06-01T")), "{now:?}");
    assert_eq!(dates("date_published"), published);
}

/// Gives the input another name, and its posts another folder if told so.
fn rename_input(site: &Site, name: &str, folder: Option<&str>) {
    let config = std::fs::read_to_string(site.path("wellsourced.toml")).unwrap();
    let mut config = config.replacen("name = \"digest\"", &format!("name = \"{name}\""), 1);
    if let Some(folder) = folder {
        config = config.replace("/posts/**", &format!("/{folder}/**"));
        std::fs::rename(site.path("posts"), site.path(folder)).unwrap();
    }
    site.write("wellsourced.toml", config);
}

#[test]
fn an_input_that_is_called_otherwise_keeps_its_items() {
    for (what, folder, edit, lose) in [
        ("in the same folder", None, false, false),
        ("in another folder", Some("moved"), false, false),
        ("in another folder, and edited", Some("moved"), true, false),
        ("after the store was lost", None, false, true),
    ] {
        let site = Site::new("");
        let mut posts = [post(7, &[1, 2]), post(8, &[3])];
        site.write("posts/7.md", posts[0].markdown());
        site.write("posts/8.md", posts[1].markdown());
        site.cycle(noon());
        let (before, published) = (site.ids(), site.bytes());
        rename_input(&site, "Another name", folder);
        if edit {
            for post in &mut posts {
                post.stories[0].text.push_str("补充。");
            }
            site.write("moved/7.md", posts[0].markdown());
            site.write("moved/8.md", posts[1].markdown());
        }
        if lose {
            site.lose_store();
        }
        let report = site.cycle(noon() + Duration::hours(1));
        assert_eq!(site.ids(), before, "{what}");
        assert_eq!(report.renamed, [("digest".to_owned(), "Another name".to_owned())], "{what}");
        assert_eq!((report.inputs[0].new_items, report.inputs[0].removed_items), (0, 0), "{what}");
        let feeds = |bytes: &BTreeMap<std::path::PathBuf, Vec<u8>>| -> Vec<Vec<u8>> {
            let is_feed = |path: &std::path::Path| path.ends_with("feed.json") || path.ends_with("atom.xml");
            bytes.iter().filter(|(path, _)| is_feed(path)).map(|(_, bytes)| bytes.clone()).collect()
        };
        if !edit {
            assert_eq!(feeds(&site.bytes()), feeds(&published), "{what}: no subscriber sees a difference");
        }
        // The journal knows it under the new name.
        site.lose_store();
        let report = site.cycle(noon() + Duration::hours(2));
        assert_eq!((site.ids(), report.renamed), (before, vec![]), "{what}");
    }
}

#[test]
fn an_input_with_other_posts_is_another_input() {
    let site = Site::new("");
    site.write("posts/7.md", post(7, &[1, 2]).markdown());
    site.cycle(noon());
    rename_input(&site, "Another name", Some("moved"));
    site.remove("moved/7.md");
    site.write("moved/other.md", Post { number: None, ..post(99, &[5]) }.markdown());
    let report = site.cycle(noon() + Duration::hours(1));
    assert_eq!((report.renamed, site.ids().len()), (vec![], 1));
}

#[test]
fn the_date_of_an_edition_moves_exactly_when_it_shows_something_else() {
    let site = Site::new("");
    let whole = post(7, &[1, 2, 3]);
    let mut hour = 0;
    let mut moves = |written: Option<&Post>| -> bool {
        let date = || site.feed("editions")["items"][0]["date_modified"].clone();
        let before = (hour > 0).then(date);
        match written {
            Some(post) => site.write("posts/7.md", post.markdown()),
            None => site.remove("posts/7.md"),
        }
        // Another post, so that the folder is never empty.
        site.write("posts/1.md", post(1, &[9]).markdown());
        site.cycle(noon() + Duration::hours(hour));
        hour += 1;
        written.is_some() && before.is_some_and(|before| before != date())
    };
    moves(Some(&whole));
    assert!(!moves(Some(&whole)), "nothing changed");
    let mut other = whole.clone();
    other.stories.swap(0, 2);
    assert!(moves(Some(&other)), "another order");
    assert!(moves(Some(&whole)));
    other = whole.clone();
    other.stories.pop();
    assert!(moves(Some(&other)), "an item left");
    assert!(moves(Some(&whole)), "it returns");
    let date = site.feed("editions")["items"][0]["date_modified"].clone();
    moves(None);
    moves(Some(&whole));
    assert_eq!(site.feed("editions")["items"][0]["date_modified"], date, "deleted and restored as it was");
    moves(None);
    moves(Some(&other));
    assert_ne!(site.feed("editions")["items"][0]["date_modified"], date, "restored with less");
}
