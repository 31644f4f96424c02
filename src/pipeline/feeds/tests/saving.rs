//! Stories that several documents of one batch carry.

use super::*;
use crate::collect::feed::EntryItem;
use crate::collect::feed::stories::story_of;
use crate::model::SourceLink;

fn document(index: usize, links: &[&str]) -> Document {
    let entry = |link: &&str| EntryItem {
        key: format!("{index} {link}"),
        link: story_of(link),
        is_specific: story_of(link).is_some(),
        item: Item {
            title: format!("By {index}"),
            sources: vec![SourceLink { label: format!("Feed {index}"), url: (*link).to_owned() }],
            ..Item::default()
        },
        published: None,
        updated: None,
        author: None,
    };
    let entries: Vec<EntryItem> = links.iter().map(entry).collect();
    let plan = Plan { new: (0..entries.len()).collect(), ..Plan::default() };
    let dates = vec![DateTime::UNIX_EPOCH; entries.len()];
    Document { index, input_id: 0, feed: ReadFeed { entries, ..ReadFeed::default() }, met: Vec::new(), dates, plan }
}

#[test]
fn documents_of_one_batch_carry_one_story() {
    let documents = [
        document(0, &["https://a.example/1", "https://a.example/"]),
        document(1, &["http://www.a.example/1?utm_source=x", "https://a.example/2", "https://a.example/"]),
        document(2, &["https://a.example/2", "https://a.example/1"]),
    ];
    let mut placing = Placing {
        documents: &documents,
        leads: Leads::default(),
        about: HashMap::new(),
        absent: HashMap::new(),
        by_story: HashMap::new(),
        shown: Vec::new(),
        founded: Vec::new(),
        stories: Vec::new(),
        joined: HashMap::new(),
    };
    for (document, found) in documents.iter().enumerate() {
        for entry in &found.plan.new {
            placing.place(At { document, entry: *entry });
        }
    }
    assert_eq!(placing.founded.len(), 4, "two stories, and two front pages that name none");
    let founders: Vec<(usize, usize)> = placing.founded.iter().map(|at| (at.document, at.entry)).collect();
    assert_eq!(founders, [(0, 0), (0, 1), (1, 1), (1, 2)]);
    let joined = |number: usize| placing.joined.get(&number).map_or(0, Vec::len);
    assert_eq!((joined(0), joined(1), joined(2), joined(3)), (2, 0, 1, 0));
}
