//! What is recorded of links, whatever the clock says and whether it counts at once.

use super::*;
use crate::store::time;

const LINK: &str = "https://example.org/a";

fn look(at: i64, verdict: Verdict) -> Check {
    Check {
        url: LINK.to_owned(),
        at: time(at),
        verdict,
        rule: "rule".to_owned(),
        evidence: format!("seen at {at}"),
        status: None,
        final_url: None,
        hops: Vec::new(),
        retry_after: None,
        reached_http: true,
        ms: 1,
        portrait: None,
        warning: None,
        face: None,
    }
}

async fn store(folder: &tempfile::TempDir) -> Store {
    let store = Store::open(&format!("sqlite:{}", folder.path().join("store.db").display())).await.unwrap();
    let mut write = store.begin().await.unwrap();
    sqlx::query("INSERT INTO links (key, url, host, newest) VALUES ($1, $1, 'example.org', 7)")
        .bind(LINK)
        .execute(&mut *write.tx)
        .await
        .unwrap();
    write.commit().await.unwrap();
    store
}

async fn record(store: &Store, checks: &[Check], counted: bool) -> Option<History> {
    let looked: Vec<_> = checks.iter().map(|check| NewCheck { key: LINK.to_owned(), check, counted }).collect();
    let mut write = store.begin().await.unwrap();
    let history = write.record_checks(&looked).await.unwrap().remove(LINK);
    write.commit().await.unwrap();
    history
}

fn moments(checks: &[Check]) -> Vec<i64> {
    checks.iter().map(|check| check.at.timestamp()).collect()
}

#[tokio::test]
async fn a_clock_that_was_set_back_does_not_mix_up_the_order() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder).await;
    record(&store, &[look(100, Verdict::Reachable), look(300, Verdict::Reachable)], true).await;
    let history = record(&store, &[look(200, Verdict::Failing)], true).await.unwrap();
    assert_eq!(moments(&history.checks), [100, 200, 300]);
    assert_eq!(history.newest, time(7));
    // Of two in the same second the one recorded later is the later one.
    let history = record(&store, &[look(200, Verdict::Gone)], true).await.unwrap();
    let verdicts: Vec<Verdict> = history.checks.iter().map(|check| check.verdict).collect();
    assert_eq!(verdicts, [Verdict::Reachable, Verdict::Failing, Verdict::Gone, Verdict::Reachable]);
    // What is judged by now is what is read later.
    let mut write = store.begin().await.unwrap();
    assert_eq!(write.check_rows(LINK).await.unwrap().1, history.checks);
}

#[tokio::test]
async fn held_checks_of_this_cycle_are_taken_back_a_few_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder).await;
    record(&store, &[look(1, Verdict::Failing)], false).await;
    let before = store.last_check().await.unwrap();
    let held: Vec<Check> = (2..7).map(|at| look(at, Verdict::Reachable)).collect();
    assert_eq!(record(&store, &held, false).await, None, "nothing to judge by");
    record(&store, &[look(9, Verdict::Refused)], true).await;
    assert!(store.check_totals().await.unwrap().iter().all(|(.., verdict, _)| verdict == "refused"));
    let mut taken = Vec::new();
    for expected in [2, 2, 1, 0] {
        let mut write = store.begin().await.unwrap();
        let checks = write.take_held(before, 2).await.unwrap();
        assert_eq!(checks.len(), expected);
        let looked: Vec<_> =
            checks.iter().map(|check| NewCheck { key: LINK.to_owned(), check, counted: true }).collect();
        write.record_checks(&looked).await.unwrap();
        write.commit().await.unwrap();
        taken.extend(checks);
    }
    assert_eq!(taken, held);
    let counted = store.begin().await.unwrap().check_rows(LINK).await.unwrap().1;
    assert_eq!(moments(&counted), [2, 3, 4, 5, 6, 9], "the one of an earlier cycle stays out");
    let reachable: u64 =
        store.check_totals().await.unwrap().iter().filter(|(.., v, _)| v == "reachable").map(|t| t.3).sum();
    assert_eq!(reachable, 5, "each counts once");
}
