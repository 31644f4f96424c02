//! Somebody who answers in the place of the whole web: a log-in of a hotel, a tunnel that expired, a provider's notice.

use crate::citing;
use crate::support::noon;
use crate::web::Answer::{self, Sends, Status};
use crate::web::{Case, Web, page};
use chrono::Duration;
use std::collections::BTreeSet;
use wellsourced::model::Verdict;
use wellsourced::store::Store;

/// Days on which the portal stands before the network.
const AWAY: std::ops::Range<i64> = 30..32;

/// Links to sites of their own, which the portal answers for.
fn cases(answer: fn() -> Answer) -> Vec<Case> {
    let names = ["mills", "presses", "bridges", "rivers", "orchards", "stations", "harbours", "valleys"];
    let case = |name: &'static str| {
        Case::new(name, &[], move |day, host, _| match host {
            "new" => page("en", "Welcome to the hotel", "", "Sign in with the number of your room."),
            _ if AWAY.contains(&day) => answer(),
            _ => page(
                "en",
                &format!("All about {name}"),
                "",
                &format!("What there is to know of {name}, and of {name} only."),
            ),
        })
    };
    names.into_iter().map(case).collect()
}

async fn verdicts_stay(answer: fn() -> Answer) {
    let cases = cases(answer);
    let web = Web::start(cases.clone()).await;
    let (site, keys) = citing(&web, &cases);
    let mut told = BTreeSet::new();
    for (hour, late) in (0..40 * 24).step_by(12).zip(0..) {
        web.set_hour(hour);
        let now = noon() + Duration::hours(hour) + Duration::seconds(10 * late);
        let report = site.cycle_async(now, false).await;
        let day = hour / 24;
        if report.checks.checked > 0 {
            assert_eq!(report.checks.network_down.is_some(), AWAY.contains(&day), "day {day}: {report:?}");
            told.extend(report.checks.network_down.map(|_| day));
        }
        let store = Store::open(&site.store_url()).await.unwrap();
        let verdicts = store.link_verdicts(&keys).await.unwrap();
        store.close().await;
        assert!(verdicts.values().all(|(verdict, _)| *verdict == Verdict::Reachable), "day {day}: {verdicts:?}");
    }
    assert_eq!(told, AWAY.collect(), "it was asked again while it lasted, and once it was over");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_portal_that_redirects_changes_no_verdict() {
    verdicts_stay(|| Sends(302, "http://{portal}/login".to_owned())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_portal_that_answers_itself_changes_no_verdict() {
    verdicts_stay(|| page("en", "Welcome to the hotel", "", "Sign in with the number of your room.")).await;
}

/// All die at once, and nothing shows that it is not them.
#[tokio::test(flavor = "multi_thread")]
async fn deaths_at_once_are_believed() {
    let cases = cases(|| Status(404));
    let web = Web::start(cases.clone()).await;
    let (site, keys) = citing(&web, &cases);
    for hour in [0, 24, 7 * 24 + 1, 30 * 24 + 2] {
        web.set_hour(hour);
        site.cycle_async(noon() + Duration::hours(hour), false).await;
    }
    let store = Store::open(&site.store_url()).await.unwrap();
    let verdicts = store.link_verdicts(&keys).await.unwrap();
    store.close().await;
    assert!(verdicts.values().all(|(verdict, _)| *verdict == Verdict::Failing), "{verdicts:?}");
}
