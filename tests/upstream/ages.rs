//! A site lives for some days, and copies of its store and its directory are kept. Whichever store meets whichever
//! directory afterwards, readers see nothing twice, and the site ends as it would have without the accident.

use crate::support::{Post, Site, Story, copy, noon, post, story};
use crate::upstream::{A_DAY, Entry, Upstream, configure, cycle};
use chrono::{DateTime, Utc};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

/// How many days the site lives.
const AGES: i32 = 8;

/// Titles bear what a story is told by in this test, whatever else is edited.
fn token(title: &str) -> String {
    title.split(' ').find(|word| word.starts_with('~')).unwrap_or(title).to_owned()
}

fn news(number: u32) -> Entry {
    let day = i32::try_from(number / 10).unwrap();
    let date = noon() + A_DAY * day - chrono::Duration::minutes(600 - i64::from(number));
    Entry::number(number).titled(&format!("News ~n{number} of today")).dated(date)
}

fn told(seed: u32) -> Story {
    Story { title: format!("Story ~s{seed} of today"), ..story(seed) }
}

fn digest(number: u32, stories: Vec<Story>) -> Post {
    Post { stories, date: format!("2026-06-0{number} 08:00:00"), ..post(number, &[]) }
}

/// What becomes of the site on a day: posts, feeds and configuration as they stand from then on.
fn live(site: &Site, upstream: &Upstream, age: i32) {
    let write = |name: &str, post: Post| site.write(&format!("posts/{name}.md"), post.markdown());
    let about = |seed, number: u32| Story { url: Some(format!("https://news.example/{number}")), ..told(seed) };
    let beta = |number| Entry { title: format!("Beta's ~n{number}"), text: "In Beta's words.".into(), ..news(number) };
    let edited = |entry: Entry| Entry { text: format!("{} And more.", entry.text), ..entry };
    match age {
        0 => {
            write("1", digest(1, vec![told(11), told(12)]));
            write("2", digest(2, vec![told(21), told(22)]));
            write("3", digest(3, vec![told(31)]));
            upstream.serve("/a", "Alpha", &[news(2), news(1)]);
            upstream.serve("/b", "Beta", &[news(3), beta(1)]);
        }
        1 => {
            let longer = Story { text: format!("{}补充一句。", told(11).text), ..told(11) };
            write("1", digest(1, vec![longer, told(12)]));
            write("4", digest(4, vec![told(41)]));
            upstream.serve("/a", "Alpha", &[news(14), edited(news(2)), news(1)]);
            upstream.serve("/b", "Beta", &[news(15), news(3), beta(14), beta(1)]);
        }
        2 => {
            site.remove("posts/2.md");
            write("two", digest(2, vec![told(21), told(22)]));
            site.remove("posts/3.md");
            // Alpha's own words of the first story go.
            upstream.serve("/a", "Alpha", &[news(14), edited(news(2))]);
        }
        3 => write("5", digest(5, vec![about(51, 3), about(52, 15), told(53)])),
        4 => {
            write("3", digest(3, vec![told(31)]));
            upstream.serve("/b", "Beta", &[news(46), edited(news(15)), news(3), beta(14), beta(1)]);
        }
        5 => write("5", digest(5, vec![about(51, 3), about(52, 999), told(53)])),
        6 => {
            site.remove("posts/5.md");
            write("1", digest(1, vec![told(11)]));
            write("6", digest(6, vec![told(61), about(62, 46)]));
            upstream.serve("/a", "Alpha", &[news(67), edited(news(2))]);
        }
        _ => {
            write("4", digest(4, vec![told(41), told(42)]));
            let titled = Entry { title: "Edited ~n67 headline".into(), ..news(67) };
            upstream.serve("/a", "Alpha", &[news(78), titled]);
            upstream.serve("/b", "Beta", &[beta(78), news(46), edited(news(15)), news(3), beta(1)]);
        }
    }
    let alpha = if age < 4 { "a" } else { "Alpha News" };
    configure(site, &[(alpha, upstream.url("/a")), ("b", upstream.url("/b"))], "");
    let config = fs::read_to_string(site.path("wellsourced.toml")).unwrap();
    let name = if age < 6 { "digest" } else { "Observations" };
    site.write("wellsourced.toml", config.replace("name = \"digest\"", &format!("name = \"{name}\"")));
}

fn at(age: i32) -> DateTime<Utc> {
    noon() + A_DAY * age
}

/// What readers see of an item.
#[derive(Debug, Clone, PartialEq)]
struct Seen {
    id: String,
    story: String,
    words: Value,
    published: DateTime<Utc>,
    updated: DateTime<Utc>,
}

/// Every item that is published, by id.
fn seen(site: &Site) -> BTreeMap<String, Seen> {
    let feed = site.feed("");
    let text = |item: &Value, key: &str| item[key].as_str().unwrap().to_owned();
    let items = feed["items"].as_array().unwrap().iter().map(|item| Seen {
        id: text(item, "id"),
        story: token(&text(item, "title")),
        words: serde_json::json!([item["title"], item["content_html"], item["tags"], item["_wellsourced"]["sources"]]),
        published: text(item, "date_published").parse().unwrap(),
        updated: text(item, "date_modified").parse().unwrap(),
    });
    let listed: Vec<Seen> = items.collect();
    let by_id: BTreeMap<String, Seen> = listed.iter().map(|seen| (seen.id.clone(), seen.clone())).collect();
    assert_eq!(by_id.len(), listed.len(), "no id stands twice");
    by_id
}

struct Life {
    site: Site,
    /// Answers as long as the site lives.
    _upstream: Upstream,
    /// What was seen after each day.
    ages: Vec<BTreeMap<String, Seen>>,
}

impl Life {
    async fn lived() -> Self {
        let upstream = Upstream::start().await;
        let site = Site::new("");
        let mut ages = Vec::new();
        for age in 0..AGES {
            live(&site, &upstream, age);
            assert_eq!(cycle(&site, at(age)).await.exit_code(false), 0);
            ages.push(seen(&site));
            let kept = site.path(&format!("kept/{age}"));
            copy(&site.path("feeds"), &kept.join("feeds"));
            site.keep_store(&kept.join("store"));
        }
        Self { site, _upstream: upstream, ages }
    }

    /// A store and a directory of some ages meet, and two cycles run.
    async fn met(&self, store: Option<usize>, directory: Option<usize>) -> Result<[BTreeMap<String, Seen>; 2], String> {
        let site = &self.site;
        site.lose_store();
        let _ = fs::remove_dir_all(site.path("feeds"));
        let kept = |age: usize| site.path(&format!("kept/{age}"));
        if let Some(age) = store {
            site.restore_store(&kept(age).join("store"));
        }
        if let Some(age) = directory {
            copy(&kept(age).join("feeds"), &site.path("feeds"));
        }
        let mut after = Vec::new();
        for day in 0..2 {
            let report = cycle(site, at(AGES + day)).await;
            if let Some(failure) = report.failure {
                return Err(failure);
            }
            after.push(seen(site));
        }
        Ok(after.try_into().unwrap())
    }
}

/// Stories whose words stand in no document any more at the end: only a store knows them.
const GONE: [&str; 3] = ["~n1", "~n2", "~n14"];

/// Every item that is published, by id.
type Published = BTreeMap<String, Seen>;

fn stories(site: &Published) -> BTreeSet<(String, String)> {
    site.values().map(|seen| (seen.story.clone(), seen.id.clone())).collect()
}

/// What is wrong with the ids, for readers who saw the site at every age up to `memory`.
fn wrong_ids(life: &Life, memory: usize, site: &Published) -> Vec<String> {
    let pairs: BTreeSet<(String, String)> = life.ages.iter().flat_map(stories).collect();
    let ids: BTreeSet<&String> = life.ages[..=memory].iter().flat_map(BTreeMap::keys).collect();
    let at_end = life.ages.last().unwrap();
    let mut wrong = Vec::new();
    for (id, seen) in site {
        // An editor's item may have gone on as a feed's, and the other way round.
        if ids.contains(id) && !pairs.contains(&(seen.story.clone(), id.clone())) {
            wrong.push(format!("{id} became {}", seen.story));
        }
        let known: Vec<&Seen> = life.ages[memory].values().filter(|known| known.story == seen.story).collect();
        if !known.is_empty() && !known.iter().any(|known| known.id == *id || at_end.contains_key(id)) {
            wrong.push(format!("{} is repeated as {id}", seen.story));
        }
        for known in known.into_iter().filter(|known| known.id == *id) {
            if known.words != seen.words && seen.updated < known.updated {
                wrong.push(format!("{} changed at {}, before {}", seen.story, seen.updated, known.updated));
            }
            if known.published != seen.published {
                wrong.push(format!("{} was of {}, and is of {}", seen.story, known.published, seen.published));
            }
        }
    }
    wrong
}

/// What is not as in the end of the undisturbed life. Words of a feed that several carry are those of whoever was read first,
/// which is remembered by those who saw it; of what neither store nor journal met, nobody knows ids and dates.
fn wrong_end(life: &Life, store: Option<usize>, memory: usize, site: &Published) -> Vec<String> {
    let at_end = life.ages.last().unwrap();
    let of = |site: &Published, story: &str| site.values().find(|seen| seen.story == story).cloned();
    let told: BTreeSet<&String> = at_end.values().chain(site.values()).map(|seen| &seen.story).collect();
    let mut wrong = Vec::new();
    for story in told {
        let (wanted, got) = (of(at_end, story), of(site, story));
        let words = |seen: &Option<Seen>| seen.as_ref().map(|seen| seen.words.clone());
        let has_words = store.is_some_and(|age| words(&of(&life.ages[age], story)) == words(&wanted));
        if GONE.contains(&story.as_str()) && !has_words {
            continue;
        }
        let is_met = life.ages[..=memory].iter().any(|site| of(site, story).is_some());
        if got.is_some() != wanted.is_some() || (is_met && words(&got) != words(&wanted)) {
            wrong.push(format!("{story} says {got:?}, not {wanted:?}"));
        } else if memory + 1 == life.ages.len() && got != wanted {
            wrong.push(format!("{story} is {got:?}, not {wanted:?}"));
        }
    }
    wrong
}

async fn whichever_meet(stores: &[Option<usize>]) {
    let life = Life::lived().await;
    let last = life.ages.len() - 1;
    let [reference, _] = life.met(Some(last), Some(last)).await.unwrap();
    assert_eq!(&reference, &life.ages[last], "nothing happens any more");
    let mut wrong = Vec::new();
    for store in stores.iter().copied() {
        for directory in (0..=last).rev().map(Some).chain([None]) {
            let case = format!("store {store:?}, directory {directory:?}");
            let Some(memory) = store.max(directory) else { continue };
            let told = match life.met(store, directory).await {
                Err(failure) => vec![failure],
                Ok([first, second]) if first != second => {
                    vec![format!("not quiet: {:?} {:?}", stories(&first), stories(&second))]
                }
                Ok([_, site]) => [wrong_ids(&life, memory, &site), wrong_end(&life, store, memory, &site)].concat(),
            };
            wrong.extend(told.into_iter().map(|told| format!("{case}: {told}")));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn newer_stores_and_directories_of_any_age_end_in_the_same_items() {
    whichever_meet(&[Some(7), Some(6), Some(5)]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stores_and_directories_of_any_age_end_in_the_same_items() {
    whichever_meet(&[Some(4), Some(3), Some(2)]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_oldest_stores_or_none_and_directories_of_any_age_end_in_the_same_items() {
    whichever_meet(&[Some(1), Some(0), None]).await;
}
