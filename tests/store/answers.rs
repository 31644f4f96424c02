//! Everything that a store can be asked, by the names of its methods.

use crate::filled::{CARRIED, DAY, DIGEST, EDITION, HIDDEN, ITEM, at, url};
use std::collections::BTreeMap;
use wellsourced::model::{ChannelKind, LinkKey, Verdict};
use wellsourced::store::{Error, ItemOrder, Store, Tags};

/// What a store answers, as text.
pub(crate) type Answers = BTreeMap<&'static str, Result<String, Error>>;

/// As text that does not depend on the order of maps.
fn plain(answer: &impl std::fmt::Debug) -> String {
    let text = format!("{answer:#?}");
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    lines.join("\n")
}

/// Puts questions, and notes the answers by the names of the methods.
macro_rules! ask {
    ($answers:ident, $store:ident: $($method:ident($($argument:expr),*)),* $(,)?) => {
        $($answers.insert(stringify!($method), $store.$method($($argument),*).await.map(|answer| plain(&answer)));)*
    };
}

/// Asks a store everything.
pub(crate) async fn ask(store: &Store) -> Answers {
    let mut answers = Answers::new();
    of_inputs(store, &mut answers).await;
    of_items(store, &mut answers).await;
    of_links(store, &mut answers).await;
    of_publishing(store, &mut answers).await;
    answers
}

async fn of_inputs(store: &Store, answers: &mut Answers) {
    ask!(answers, store:
        brought_since(at(-1), 9),
        complaints(),
        entry_counts(at(-1)),
        founders(None),
        failing_feeds(),
        feed_states(&["a", "b"]),
        held_feeds(),
        input_counts(),
        input_id("digest"),
        input_names(),
        inputs_gone(&[]),
        meta("published"),
        known_feeds(),
        polls(),
        post_signs(DIGEST),
        post_summaries(DIGEST),
        posts(DIGEST),
        unpublished_posts(DIGEST),
    );
}

async fn of_items(store: &Store, answers: &mut Answers) {
    let tags = store.tags().await.unwrap_or_else(|_| Tags::new());
    ask!(answers, store:
        days(&[DAY]),
        days_to_lay_out(true),
        edition_count(),
        edition_dates(),
        edition_ids(ItemOrder::Oldest, 0, 9),
        edition_neighbours(&[EDITION]),
        edition_slugs(&[EDITION]),
        edition_times(),
        editions(&[EDITION, DAY], &tags, 100),
        editions_within(at(0), at(99_999)),
        editors_editions(),
        front_editions(7),
        hidden_items(),
        is_empty(),
        item_count(),
        items(&[ITEM, CARRIED], &tags),
        items_after(None, 9),
        known(None),
        known_in_days(&[ITEM, CARRIED]),
        known_of_day(DAY),
        newest_left_edition(),
        own_pages(&[ITEM, HIDDEN]),
        place_in_day("000000003001"),
        shown_items(&[Verdict::Gone]),
        tags(),
    );
}

async fn of_links(store: &Store, answers: &mut Answers) {
    let key = LinkKey::of(&url(0x1001)).unwrap();
    ask!(answers, store:
        canaries(&[], 9),
        check_totals(),
        citing_posts(&[key.as_str()]),
        closed_hosts(),
        due(at(0)),
        due_hosts(at(0)),
        due_links(at(0), None, 9),
        due_links_of(at(0), &["host1.example", "host2.example"]),
        failing_hosts(9),
        histories(&[key.as_str()]),
        host_counts(9),
        last_check(),
        link_ages([at(0); 4]),
        link_counts(),
        link_verdicts(std::slice::from_ref(&key)),
        links_to_save(&Verdict::ALL, at(0), 9),
        links_with_old_checks("", at(9), 9),
        links_without_copy(&Verdict::ALL, at(0), 9),
        newest_item(),
        newly_lost(9),
        recently_reached(),
        troubled_links(9, 9),
    );
}

async fn of_publishing(store: &Store, answers: &mut Answers) {
    ask!(answers, store:
        bodies(&["another"]),
        bucket_objects(),
        changes(),
        channel_ages(&[1]),
        channel_items(1, ItemOrder::Newest, 0, 9),
        channels(ChannelKind::Tag),
        changed_days(),
        channels_of(&[ITEM, CARRIED]),
        changed_items(),
        editions_from(&[0]),
        file_hash("feed.json"),
        file_hashes(&["feed.json"]),
        files(),
        files_below("search/"),
        files_without_body("", 9),
        item_days(),
        host_links(&[1, 2, 3, 4, 5, 6]),
        host_links_within(&[(1, 0, i64::MAX), (2, 0, i64::MAX), (3, 0, i64::MAX)]),
        host_trouble(&[1, 2, 3, 4, 5, 6], 9),
        last_cycle(),
        last_cycles(9),
        last_published(),
        left_objects(),
        member_counts(),
        members_from(&[(1, 0)]),
        members_within(&[(1, 0, i64::MAX)]),
        newest_items(&[1], 9),
        nodes(),
        page_dates(),
        publisher(),
        search_items(at(0), at(9)),
        tags_beside(&[1], 9, 9),
        unput_files(),
    );
}

/// The same as text, where nothing fails.
pub(crate) async fn told(store: &Store) -> BTreeMap<&'static str, String> {
    ask(store).await.into_iter().map(|(method, answer)| (method, answer.unwrap())).collect()
}

/// The methods that answer otherwise.
pub(crate) fn differing<'m>(before: &BTreeMap<&'m str, String>, after: &BTreeMap<&'m str, String>) -> Vec<&'m str> {
    before.iter().filter(|(method, answer)| after.get(*method) != Some(*answer)).map(|(method, _)| *method).collect()
}
