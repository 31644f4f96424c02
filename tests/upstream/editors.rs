//! Feeds' items and the editor's, about one story.

use crate::support::{Post, Site, Story, noon, post, story};
use crate::upstream::{A_DAY, Entry, Upstream, by_title, carriers, cycle, titles};
use chrono::{DateTime, Duration, Utc};

const LINK: &str = "https://news.example/1";

/// An observation of the story, dated like the entry.
fn observation(site: &Site, number: u32, link: &str, date: &str) {
    let stories = vec![Story { url: Some(link.to_owned()), ..story(number) }, story(number + 50)];
    let text = Post { date: date.to_owned(), stories, ..post(number, &[]) }.markdown();
    site.write(&format!("posts/{number}.md"), text);
}

fn id_of(site: &Site, title: &str) -> String {
    site.ids()[title].clone()
}

fn later(hours: i64) -> DateTime<Utc> {
    noon() + Duration::hours(hours)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_joins_the_editors_item() {
    let upstream = Upstream::start().await;
    upstream.serve("/a", "Alpha", &[Entry::number(1).tagged(&["Chips"])]);
    let site = upstream.site(&["/a"], "");
    observation(&site, 7, "http://www.news.example/1?utm_source=x", "2026-05-27 08:00:00");
    site.cycle_async(noon(), true).await;
    let (id, dates) = (id_of(&site, "Story 7"), by_title(&site, "date_published"));
    cycle(&site, later(1)).await;
    assert_eq!(titles(&site, ""), ["Story 7", "Story 57"], "the editor's words");
    assert_eq!(carriers(&site, "Story 7"), ["Somewhere", "Alpha"]);
    assert_eq!((id_of(&site, "Story 7"), by_title(&site, "date_published")), (id.clone(), dates));
    assert_eq!(titles(&site, "tags/chips"), ["Story 7"]);
    assert!(!site.path("feeds/editions/2026-06-01").exists(), "its day has no other item");
    // An edit of the post keeps it.
    let text = std::fs::read_to_string(site.path("posts/7.md")).unwrap();
    site.write("posts/7.md", text.replace("再看看", "看过了"));
    cycle(&site, later(2)).await;
    assert_eq!((id_of(&site, "Story 7"), carriers(&site, "Story 7").len()), (id.clone(), 2));
    // The post leaves: the feed's item goes on under the same id.
    site.remove("posts/7.md");
    site.write("posts/8.md", post(8, &[9]).markdown());
    cycle(&site, later(3)).await;
    assert_eq!(id_of(&site, "News 1"), id);
    assert_eq!(carriers(&site, "News 1"), ["Alpha"]);
    assert!(!titles(&site, "").contains(&"Story 57".to_owned()));
    // And it comes back.
    observation(&site, 7, LINK, "2026-05-27 08:00:00");
    cycle(&site, later(4)).await;
    assert_eq!(id_of(&site, "Story 7"), id);
    assert!(!titles(&site, "").contains(&"News 1".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_editors_item_takes_up_the_feeds() {
    let upstream = Upstream::start().await;
    upstream.serve("/a", "Alpha", &[Entry::number(1), Entry::number(2)]);
    let site = upstream.site(&["/a"], "");
    cycle(&site, noon()).await;
    let (id, published) = (id_of(&site, "News 1"), by_title(&site, "date_published")["News 1"].clone());
    let page = std::fs::read_to_string(site.path("feeds/editions/2026-06-01/index.html")).unwrap();
    assert!(page.contains("News 1") && page.contains("News 2"));
    observation(&site, 7, LINK, "2026-06-01 18:00:00");
    cycle(&site, later(1)).await;
    assert_eq!(id_of(&site, "Story 7"), id);
    assert_eq!(by_title(&site, "date_published")["Story 7"], published);
    assert_eq!(titles(&site, "").iter().filter(|title| title.as_str() == "News 1").count(), 0);
    let page = std::fs::read_to_string(site.path("feeds/editions/2026-06-01/index.html")).unwrap();
    assert!(!page.contains("News 1") && page.contains("News 2"));
    // Edited upstream: the editor's words stay.
    let edited = Entry { text: "Quite another text.".to_owned(), ..Entry::number(1) };
    upstream.serve("/a", "Alpha Renamed", &[edited, Entry::number(2)]);
    cycle(&site, noon() + A_DAY).await;
    assert_eq!(
        (id_of(&site, "Story 7"), carriers(&site, "Story 7")),
        (id.clone(), vec!["Somewhere".into(), "Alpha Renamed".into()])
    );
    // A lost store changes nothing of that.
    let ids = site.ids();
    site.lose_store();
    cycle(&site, noon() + A_DAY + Duration::hours(1)).await;
    assert_eq!(site.ids(), ids);
    assert_eq!(carriers(&site, "Story 7").len(), 2);
    // The feed is taken out: the editor's item stays as it is.
    upstream.configure(&site, &[], "");
    cycle(&site, noon() + A_DAY * 2).await;
    assert_eq!((id_of(&site, "Story 7"), carriers(&site, "Story 7")), (id, vec!["Somewhere".to_owned()]));
    assert!(!titles(&site, "").contains(&"News 2".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn more_than_seven_days_apart_they_are_two() {
    let upstream = Upstream::start().await;
    upstream.serve("/a", "Alpha", &[Entry::number(1)]);
    let site = upstream.site(&["/a"], "");
    observation(&site, 7, LINK, "2026-05-20 08:00:00");
    cycle(&site, noon()).await;
    assert_eq!(titles(&site, ""), ["News 1", "Story 7", "Story 57"]);
    assert_eq!(carriers(&site, "Story 7"), ["Somewhere"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn editors_items_stay_two_and_the_feed_joins_one() {
    let upstream = Upstream::start().await;
    upstream.serve("/a", "Alpha", &[Entry::number(1)]);
    let site = upstream.site(&["/a"], "");
    observation(&site, 7, LINK, "2026-05-29 08:00:00");
    observation(&site, 8, LINK, "2026-05-30 08:00:00");
    cycle(&site, noon()).await;
    assert_eq!(titles(&site, "").len(), 4);
    assert_eq!((carriers(&site, "Story 7").len(), carriers(&site, "Story 8").len()), (2, 1));
    // The one leaves, the other is joined.
    site.remove("posts/7.md");
    cycle(&site, later(1)).await;
    assert_eq!(carriers(&site, "Story 8"), ["Somewhere", "Alpha"]);
    assert_eq!(titles(&site, "").len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_source_in_the_post_parts_them_and_brings_them_together() {
    let upstream = Upstream::start().await;
    upstream.serve("/a", "Alpha", &[Entry::number(1), Entry::number(2)]);
    let site = upstream.site(&["/a"], "");
    observation(&site, 7, LINK, "2026-05-29 08:00:00");
    cycle(&site, noon()).await;
    let id = id_of(&site, "Story 7");
    observation(&site, 7, "https://elsewhere.example/x", "2026-05-29 08:00:00");
    cycle(&site, later(1)).await;
    assert_eq!((id_of(&site, "Story 7"), carriers(&site, "Story 7").len()), (id.clone(), 1));
    assert_ne!(id_of(&site, "News 1"), id);
    assert_eq!(titles(&site, "").len(), 4);
    observation(&site, 7, "https://news.example/2", "2026-05-29 08:00:00");
    cycle(&site, later(2)).await;
    assert_eq!(titles(&site, "").len(), 3);
    assert_eq!((id_of(&site, "Story 7"), carriers(&site, "Story 7").len()), (id, 2));
    let before = site.published();
    cycle(&site, later(3)).await;
    assert_eq!(site.published(), before);
}
