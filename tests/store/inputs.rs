//! Inputs, the files of digest inputs, and complaints.

use crate::backends::each_backend;
use crate::filled::{CARRIED, DIGEST, EDITION, complaint, fill, id, post};
use crate::writes::key;
use std::collections::BTreeSet;
use wellsourced::model::{Complaint, Place};
use wellsourced::store::{InputState, PostRow, PostState, RememberedInput};

#[tokio::test]
async fn an_input_has_one_row_whatever_it_is_called() {
    each_backend(async |place| {
        let store = place.open().await;
        fill(&store).await;
        let mut write = store.begin().await.unwrap();
        let same = InputState { id: DIGEST, same_options: true };
        assert_eq!(write.input("digest", "options").await.unwrap(), same);
        assert_eq!(write.input("digest", "others").await.unwrap(), InputState { same_options: false, ..same });
        assert_eq!(write.input("digest", "others").await.unwrap(), same, "remembered");
        assert!(!write.input("new", "options").await.unwrap().same_options);
        assert!(write.rename_input(DIGEST, "new").await.is_err(), "the name is taken");
        drop(write);
        let mut write = store.begin().await.unwrap();
        write.rename_input(DIGEST, "renamed").await.unwrap();
        assert_eq!(write.meta("published").await.unwrap().as_deref(), Some("again"), "all is looked at again");
        write.commit().await.unwrap();
        assert_eq!(store.input_id("digest").await.unwrap(), None);
        assert_eq!(store.input_id("renamed").await.unwrap(), Some(DIGEST));
        let names = ["a", "b", "renamed"].map(str::to_owned);
        assert!(store.input_names().await.unwrap().is_superset(&BTreeSet::from(names)));
    })
    .await;
}

#[tokio::test]
async fn inputs_that_are_gone_are_told_while_they_have_something() {
    each_backend(async |place| {
        let store = place.open().await;
        fill(&store).await;
        let told = async |names: &[&str]| {
            let gone = store.inputs_gone(names).await.unwrap();
            gone.into_iter().map(|RememberedInput { name, feed, .. }| (name, feed)).collect::<Vec<_>>()
        };
        let digest = ("digest".to_owned(), None);
        let feed = |name: &str| (name.to_owned(), Some(format!("https://{name}.example/")));
        assert_eq!(told(&[]).await, [digest.clone(), feed("a"), feed("b")]);
        assert_eq!(told(&["a", "digest"]).await, [feed("b")]);
        let mut write = store.begin().await.unwrap();
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert_eq!(write.inputs_but(&names(&["other"])).await.unwrap(), [(DIGEST, "digest".to_owned())]);
        assert_eq!(write.inputs_but(&names(&["digest"])).await.unwrap(), []);
        assert_eq!(write.edition_paths(DIGEST).await.unwrap(), [(EDITION, "posts/1000.md".to_owned())]);
        let b = write.feeds_but(&["a"]).await.unwrap();
        assert_eq!(b.len(), 1);
        write.forget_poll(b[0]).await.unwrap();
        assert!(write.feeds_but(&["a"]).await.unwrap().is_empty());
        write.commit().await.unwrap();
        assert_eq!(told(&["digest"]).await, [feed("a")]);
    })
    .await;
}

#[tokio::test]
async fn inputs_are_counted_that_are_configured() {
    each_backend(async |place| {
        let store = place.open().await;
        fill(&store).await;
        let row = |name: &str, editions, items| (name.to_owned(), editions, items);
        let all = [row("digest", 1, 2), row("a", 0, 1), row("b", 0, 1)];
        assert_eq!(store.input_counts().await.unwrap(), all);
        assert_eq!(store.item_count().await.unwrap(), 3, "one is hidden, one carried by two");
        let mut write = store.begin().await.unwrap();
        write.note_inputs(&["b"]).await.unwrap();
        write.commit().await.unwrap();
        assert_eq!(store.input_counts().await.unwrap(), all[2..]);
    })
    .await;
}

#[tokio::test]
async fn a_file_is_remembered_as_it_was_read() {
    each_backend(async |place| {
        let store = place.open().await;
        fill(&store).await;
        let state = PostState {
            size: i64::MAX,
            mtime_ns: -1,
            hash: String::new(),
            held_until: Some(7),
            skipped: Some("why".to_owned()),
            kept_out: Some("draft “’".to_owned()),
            same_as: Some("posts/1000.md".to_owned()),
            edition: Some(id(u128::MAX)),
        };
        let read = PostRow { state: state.clone(), complaints: Vec::new(), ..post("posts/2000.md") };
        let mut write = store.begin().await.unwrap();
        write.put_posts(DIGEST, &[]).await.unwrap();
        write.put_posts(DIGEST, std::slice::from_ref(&read)).await.unwrap();
        write.touch_posts(DIGEST, &[("posts/1000.md".to_owned(), 99), ("nobody.md".to_owned(), 1)]).await.unwrap();
        write.commit().await.unwrap();
        let posts = store.posts(DIGEST).await.unwrap();
        assert_eq!((posts.len(), &posts["posts/2000.md"], posts["posts/1000.md"].mtime_ns), (2, &state, 99));
        assert_eq!(store.unpublished_posts(DIGEST).await.unwrap(), [("posts/2000.md".to_owned(), state)]);
        assert!(store.posts(77).await.unwrap().is_empty());
        let many: Vec<PostRow> = (0..1001).map(|number| post(&format!("{number:04}.md"))).collect();
        let mut write = store.begin().await.unwrap();
        write.put_posts(DIGEST, &many).await.unwrap();
        let paths: Vec<&str> = many[1..].iter().map(|post| post.path.as_str()).collect();
        write.remove_posts(DIGEST, &paths).await.unwrap();
        assert!(write.put_posts(77, &[post("x.md")]).await.is_err(), "there is no such input");
        drop(write);
        assert_eq!(store.posts(DIGEST).await.unwrap().len(), 2);
        let mut write = store.begin().await.unwrap();
        write.put_posts(DIGEST, &many).await.unwrap();
        write.remove_posts(DIGEST, &paths).await.unwrap();
        write.commit().await.unwrap();
        assert_eq!(store.posts(DIGEST).await.unwrap().len(), 3);
        let mut write = store.begin().await.unwrap();
        write.forget_posts(DIGEST).await.unwrap();
        write.commit().await.unwrap();
        assert!(store.posts(DIGEST).await.unwrap().is_empty() && store.complaints().await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn complaints_stand_until_they_are_replaced() {
    each_backend(async |place| {
        let store = place.open().await;
        fill(&store).await;
        let stand = async || store.complaints().await.unwrap();
        assert_eq!(stand().await, [complaint("posts/1000.md"), complaint("posts/2000.md")]);
        let error = Complaint::error(Place::file("posts/1000.md"), "it is broken", "");
        let mut write = store.begin().await.unwrap();
        let both = [error.clone(), complaint("posts/1000.md")];
        write.put_complaints(DIGEST, "posts/1000.md", &both).await.unwrap();
        let of: Vec<_> = write.complained_of().await.unwrap().into_iter().collect();
        assert_eq!(of, [(DIGEST, "posts/1000.md".to_owned()), (DIGEST, "posts/2000.md".to_owned())]);
        write.put_complaints(DIGEST, "posts/2000.md", &[]).await.unwrap();
        assert!(write.put_complaints(77, "x", &both).await.is_err(), "there is no such input");
        drop(write);
        let mut write = store.begin().await.unwrap();
        write.put_complaints(DIGEST, "posts/1000.md", &both).await.unwrap();
        write.put_complaints(DIGEST, "posts/2000.md", &[]).await.unwrap();
        write.commit().await.unwrap();
        assert_eq!(stand().await, both);
    })
    .await;
}

#[tokio::test]
async fn a_post_is_known_by_its_signs_and_by_what_it_cites() {
    each_backend(async |place| {
        let store = place.open().await;
        fill(&store).await;
        let signs: BTreeSet<String> = store.post_signs(DIGEST).await.unwrap().into_iter().collect();
        let cites = key(0x1001);
        let expected =
            ["posts/1000.md", "posts/2000.md", "hash of posts/1000.md", "https://digest.example/4096", &cites];
        assert!(expected.iter().all(|sign| signs.contains(*sign)), "{signs:?}");
        assert!(!signs.contains("https://digest.example/8192"), "it left");
        assert!(store.post_signs(77).await.unwrap().is_empty());
        let places = store.citing_posts(&[&cites, "https://nobody.example/"]).await.unwrap();
        let line = |path: &str| Place { line: Some(7), ..Place::file(path) };
        assert_eq!((places.len(), &places[&cites]), (1, &vec![line("posts/1000.md"), line("posts/2000.md")]));
        assert_eq!(store.known_in_days(&[CARRIED]).await.unwrap().len(), 1);
    })
    .await;
}
