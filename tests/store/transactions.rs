//! Transactions: one writer at a time, whom nobody sees before it is done; values that are remembered.

use crate::answers::{differing, told};
use crate::backends::each_backend;
use crate::filled::{DIGEST, fill};

#[tokio::test]
async fn a_remembered_value_is_replaced_and_is_seen_by_others_when_it_is_whole() {
    each_backend(async |place| {
        let store = place.open().await;
        assert_eq!(store.meta("a").await.unwrap(), None);
        let mut write = store.begin().await.unwrap();
        for value in ["", "1", "2 “’\u{1f600}\n"] {
            write.set_meta("a", value).await.unwrap();
            assert_eq!(write.meta("a").await.unwrap().as_deref(), Some(value), "the writer sees it");
            assert_eq!(store.meta("a").await.unwrap(), None, "others do not");
        }
        write.commit().await.unwrap();
        assert_eq!(store.meta("a").await.unwrap().as_deref(), Some("2 “’\u{1f600}\n"));
        assert_eq!(store.meta("b").await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn of_two_who_opened_the_store_each_sees_what_the_other_did() {
    each_backend(async |place| {
        let (one, two) = (place.open().await, place.open().await);
        fill(&one).await;
        assert_eq!(differing(&told(&one).await, &told(&two).await), [""; 0]);
        let mut write = two.begin().await.unwrap();
        write.forget_posts(DIGEST).await.unwrap();
        write.commit().await.unwrap();
        assert!(one.posts(DIGEST).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn two_who_write_at_once_do_so_one_after_the_other() {
    each_backend(async |place| {
        let (one, two) = (place.open().await, place.open().await);
        let count = async |store: &wellsourced::store::Store| {
            for _ in 0..20 {
                let mut write = store.begin().await.unwrap();
                let before: u32 = write.meta("count").await.unwrap().map_or(0, |count| count.parse().unwrap());
                write.set_meta("count", &(before + 1).to_string()).await.unwrap();
                write.commit().await.unwrap();
            }
        };
        tokio::join!(Box::pin(count(&one)), Box::pin(count(&two)));
        assert_eq!(one.meta("count").await.unwrap().as_deref(), Some("40"), "nothing is lost");
    })
    .await;
}

#[tokio::test]
async fn whoever_reads_does_not_wait_for_a_writer() {
    each_backend(async |place| {
        let store = place.open().await;
        fill(&store).await;
        let before = told(&store).await;
        let mut write = store.begin().await.unwrap();
        write.forget_posts(DIGEST).await.unwrap();
        assert_eq!(differing(&before, &told(&place.open().await).await), [""; 0]);
    })
    .await;
}
