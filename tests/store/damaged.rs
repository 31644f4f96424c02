//! A value that we would never write is told as damage, with its place; it is never taken for something else.

use crate::answers::ask;
use crate::backends::each_backend;
use crate::filled::fill;
use crate::writes::{ASKED, UNSEEN, WRITES};
use wellsourced::store::{Error, Store};

/// A column, what stands in it, and the methods that have to say so.
const CASES: &[(&str, &str, &[&str])] = &[
    ("checks.seen", "{\"url\": 1}", &["check_rows", "record_checks", "take_held"]),
    ("checks.seen", "no JSON", &["check_rows", "record_checks", "take_held"]),
    ("complaints.written", "{}", &["complaints"]),
    ("editions.date", "yesterday", &["known", "load"]),
    ("editions.header_hash", "-1", &["known", "load"]),
    ("editions.shows", "x", &["known", "load"]),
    ("editions.showed", "x", &["load"]),
    ("editions.written", "{", &["editions", "items", "load"]),
    ("entries.content_hash", "x", &["load"]),
    ("entries.hash", "x", &["load"]),
    ("entries.written", "{", &["load"]),
    ("items.content_hash", "18446744073709551616", &["known", "known_of_day", "known_in_days", "load"]),
    ("items.tags", "x", &["editions", "items"]),
    ("items.written", "{}", &["editions", "items", "load"]),
    (
        "links.verdict",
        "splendid",
        &["editions", "items", "link_counts", "link_verdicts", "hidden_items", "judge_links"],
    ),
    ("polls.state", "{\"failures\": -1}", &["feed_inputs", "polls"]),
    ("polls.state", "no JSON", &["feed_inputs", "polls", "inputs_gone"]),
    ("posts.cited", "no JSON", &["citing_posts"]),
];

/// What a method that writes says, where there is one of that name.
async fn refused(store: &Store, method: &str) -> Option<Error> {
    let mut all = WRITES.iter().chain(UNSEEN).chain(ASKED);
    let (_, act) = all.find(|(name, _)| *name == method)?;
    act(&mut store.begin().await.ok()?).await.err()
}

#[tokio::test]
async fn a_damaged_value_is_told_as_damage() {
    for (column, value, methods) in CASES {
        each_backend(async |place| {
            let store = place.open().await;
            fill(&store).await;
            store.close().await;
            place.damage(column, value).await;
            let store = place.open().await;
            let mut answers = ask(&store).await;
            for method in *methods {
                let failed = answers.remove(method).map_or(refused(&store, method).await, Result::err);
                let told = failed.as_ref().is_some_and(Error::needs_somebody);
                assert!(told, "{column} holds {value}, and {method} says {failed:?}");
            }
            // Whoever does not read it does not mind; whoever does says that it is damaged, and nothing else.
            for (method, answer) in answers {
                let told = answer.as_ref().err().is_none_or(Error::needs_somebody);
                assert!(told, "{column} holds {value}, and {method} says {answer:?}");
            }
        })
        .await;
    }
}
