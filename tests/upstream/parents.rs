//! Entries that carry a person with an address of its own, as those of `OStatus` do, are as many items as there are entries.

use crate::support::noon;
use crate::upstream::{A_DAY, Upstream, by_title, complaints, cycle, titles};
use wiremock::ResponseTemplate;

/// Statuses of one person, the newest first.
fn statuses(numbers: impl DoubleEndedIterator<Item = u32>) -> String {
    let status = |number: u32| {
        format!(
            "<entry><author><id>https://pond.example/u/heron</id><uri>https://pond.example/u/heron</uri><name>heron</name>\
            <link rel='alternate' type='text/html' href='https://pond.example/@heron'/></author>\
            <id>tag:pond.example,2026:{number}</id><title>Status {number}</title><content type='html'>No. {number}</content>\
            <link rel='alternate' type='text/html' href='https://pond.example/@heron/{number}'/>\
            <published>2026-05-31T0{number}:00:00Z</published></entry>"
        )
    };
    let entries: String = numbers.rev().map(status).collect();
    format!("<feed xmlns='http://www.w3.org/2005/Atom'><id>urn:pond</id><title>heron</title>{entries}</feed>")
}

#[tokio::test(flavor = "multi_thread")]
async fn statuses_of_one_person_stay_items_of_their_own_over_five_polls() {
    let upstream = Upstream::start().await;
    let serve = |last: u32| {
        let body = ResponseTemplate::new(200).set_body_raw(statuses(1..=last), "application/atom+xml");
        upstream.answer("/heron", body);
    };
    let site = upstream.site(&["/heron"], "");
    let mut ids = None;
    for (poll, last) in [3, 3, 4, 4, 5].into_iter().enumerate() {
        serve(last);
        let report = cycle(&site, noon() + A_DAY * i32::try_from(poll).unwrap()).await;
        assert_eq!(complaints(&report), Vec::<String>::new());
        let meant: Vec<String> = (1..=last).rev().map(|number| format!("Status {number}")).collect();
        assert_eq!(titles(&site, ""), meant, "poll {poll}");
        let known = ids.get_or_insert_with(|| site.ids());
        assert!(known.iter().all(|(title, id)| site.ids()[title] == *id), "poll {poll}");
    }
    let links = by_title(&site, "external_url");
    assert_eq!(links["Status 1"], "\"https://pond.example/@heron/1\"");
    assert_eq!(links["Status 5"], "\"https://pond.example/@heron/5\"");
}
