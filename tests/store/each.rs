//! What holds for each public method, whatever it does.

use crate::answers::{ask, differing, told};
use crate::backends::each_backend;
use crate::filled::fill;
use crate::writes::{ASKED, UNSEEN, WRITES};
use std::collections::BTreeMap;
use wellsourced::store::Store;

/// Those that record what happened: done twice, it happened twice.
const RECORDS: [&str; 2] = ["record_checks", "record_cycle"];

#[tokio::test]
async fn an_empty_store_answers_everything() {
    each_backend(async |place| {
        let store = place.open().await;
        let answers = told(&store).await;
        let something: Vec<_> = answers.iter().filter(|(_, answer)| !is_nothing(answer)).collect();
        let fixed = [("is_empty", "true")];
        for (method, answer) in something {
            // It says of each channel that is asked for that it has nobody.
            let has_nobody = ["members_from", "members_within"].contains(method) && answer.contains("): 0,");
            assert!(has_nobody || fixed.contains(&(method, answer)), "{method}: {answer}");
        }
        for (method, act) in WRITES.iter().chain(UNSEEN).chain(ASKED) {
            let mut write = store.begin().await.unwrap();
            // What is said of an input that is not there is refused, or nothing is done.
            let done = act(&mut write).await;
            drop(write);
            assert_eq!(differing(&answers, &told(&store).await), [""; 0], "{method}: {done:?}");
        }
    })
    .await;
}

/// Whether an answer has nothing in it but zeros.
fn is_nothing(answer: &str) -> bool {
    let is_empty = |line: &str| {
        let value = line.rsplit(": ").next().unwrap_or_default().trim_end_matches(',');
        ["0", "None", "[]", "{}", "[", "{", "Stale {", "Shift {", "Due {", "PageDates {", "FrontEditions {", "}", ""]
            .contains(&value.trim())
    };
    answer.lines().all(is_empty)
}

#[tokio::test]
async fn a_dropped_write_undoes_everything_and_a_committed_one_lasts() {
    for (method, act) in WRITES {
        each_backend(async |place| {
            let store = place.open().await;
            fill(&store).await;
            let before = told(&store).await;
            let mut write = store.begin().await.unwrap();
            act(&mut write).await.unwrap();
            assert_eq!(differing(&before, &told(&store).await), [""; 0], "{method}: nobody sees it before it is whole");
            drop(write);
            assert_eq!(differing(&before, &told(&store).await), [""; 0], "{method} was dropped");
            let after = done(&store, *act).await;
            assert!(!differing(&before, &after).is_empty(), "{method} changes something");
            store.close().await;
            let store = place.open().await;
            assert_eq!(differing(&after, &told(&store).await), [""; 0], "{method} lasts");
        })
        .await;
    }
}

async fn done(
    store: &Store,
    act: impl AsyncFn(&mut wellsourced::store::Write) -> wellsourced::store::Result<()>,
) -> BTreeMap<&'static str, String> {
    let mut write = store.begin().await.unwrap();
    act(&mut write).await.unwrap();
    write.commit().await.unwrap();
    told(store).await
}

#[tokio::test]
async fn what_is_done_twice_is_as_if_it_was_done_once() {
    for (method, act) in WRITES.iter().chain(UNSEEN).chain(ASKED).filter(|(method, _)| !RECORDS.contains(method)) {
        each_backend(async |place| {
            let store = place.open().await;
            fill(&store).await;
            let once = done(&store, *act).await;
            assert_eq!(differing(&once, &done(&store, *act).await), [""; 0], "{method}");
        })
        .await;
    }
}

#[tokio::test]
async fn what_only_asks_changes_nothing() {
    for (method, act) in ASKED {
        each_backend(async |place| {
            let store = place.open().await;
            fill(&store).await;
            let before = told(&store).await;
            assert_eq!(differing(&before, &done(&store, *act).await), [""; 0], "{method}");
        })
        .await;
    }
}

#[tokio::test]
async fn a_store_that_fails_says_so_whatever_it_is_asked_and_goes_on_when_it_works_again() {
    each_backend(async |place| {
        let (store, failing) = place.open_failing().await;
        fill(&store).await;
        let before = told(&store).await;
        failing.set(true);
        let silent: Vec<_> = ask(&store).await.into_iter().filter(|(_, answer)| answer.is_ok()).collect();
        assert!(silent.is_empty(), "{silent:#?}");
        assert!(store.begin().await.is_err());
        for (method, act) in WRITES.iter().chain(UNSEEN).chain(ASKED) {
            failing.set(false);
            let mut write = store.begin().await.unwrap();
            failing.set(true);
            let done = act(&mut write).await;
            // The row of the days is known since the transaction began.
            assert!(done.is_err() || *method == "days_input", "{method}");
            drop(write);
            failing.set(false);
            assert_eq!(differing(&before, &told(&store).await), [""; 0], "{method}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_closed_store_answers_nothing_and_breaks_nothing() {
    each_backend(async |place| {
        let store = place.open().await;
        fill(&store).await;
        let before = told(&store).await;
        store.clone().close().await;
        let silent: Vec<_> = ask(&store).await.into_iter().filter(|(_, answer)| answer.is_ok()).collect();
        assert!(silent.is_empty() && store.begin().await.is_err(), "{silent:#?}");
        assert_eq!(differing(&before, &told(&place.open().await).await), [""; 0]);
    })
    .await;
}
