//! What is particular to PostgreSQL: what is wrong with a database is told with the way out, and nothing is lost.

use crate::answers::{differing, told};
use crate::filled::fill;
use crate::support::postgres::{SERVER, Server, Wire};
use wellsourced::store::{Error, Look, Store, StoreTrouble};

/// The server, where there is one.
fn server() -> Option<&'static Server> {
    SERVER.as_ref()
}

/// What is wrong, and how it is told.
async fn trouble(url: &str) -> (StoreTrouble, String) {
    match Store::open(url).await.unwrap_err() {
        Error::Unusable(why) => (why.trouble, why.to_string()),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_database_that_is_not_there_or_not_ours_is_told_with_the_way_out() {
    let Some(server) = server() else { return };
    let at = |user: &str, database: &str| {
        format!("postgres://{user}:hush@127.0.0.1:{}/{database}?sslmode=disable", server.port())
    };
    server.admin("CREATE ROLE poor LOGIN");
    server.admin("CREATE DATABASE others");
    server.run("postgres", "others", "CREATE TABLE songs (name TEXT)");
    server.admin("CREATE DATABASE bare");
    let cases = [
        (at("feeds", "nowhere"), StoreTrouble::Absent, "createdb"),
        (at("nobody", "feeds"), StoreTrouble::Unreachable, "its user and its password"),
        (at("poor", "bare"), StoreTrouble::NoRights, "own the database"),
        (at("postgres", "others"), StoreTrouble::Foreign, "songs"),
    ];
    for (url, expected, way_out) in cases {
        let (trouble, told) = trouble(&url).await;
        assert_eq!(trouble, expected, "{told}");
        assert!(told.contains(way_out) && told.contains("postgres://") && !told.contains("hush"), "{told}");
        // A daemon is up meanwhile, and says the same.
        let shut = Store::open_or_shut(&url).await.unwrap();
        assert!(shut.is_empty().await.unwrap_err().needs_somebody(), "{url}");
    }
    // A role that nobody has, on a port where nobody listens.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let (trouble, told) = trouble(&format!("postgres://feeds:hush@127.0.0.1:{port}/feeds")).await;
    assert!(
        trouble == StoreTrouble::Unreachable && told.contains(&port.to_string()) && !told.contains("hush"),
        "{told}"
    );
}

#[tokio::test]
async fn a_newer_store_is_left_alone() {
    let Some(server) = server() else { return };
    let url = server.place();
    Store::open(&url).await.unwrap().close().await;
    let schema = url.rsplit("%3D").next().unwrap().to_owned();
    let sql = format!(
        "INSERT INTO {schema}._sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (9000, 'later', true, '', 0)"
    );
    server.run("feeds", "feeds", &sql);
    let (trouble, told) = trouble(&url).await;
    assert!(trouble == StoreTrouble::Newer && told.contains("9000"), "{told}");
}

#[tokio::test]
async fn statements_are_planned_for_the_rows_that_there_are() {
    let Some(server) = server() else { return };
    let url = server.place();
    let store = Store::open(&url).await.unwrap();
    fill(&store).await;
    store.gather_statistics().await.unwrap();
    let schema = url.rsplit("%3D").next().unwrap();
    let is_told = format!(
        "DO $$ BEGIN ASSERT (SELECT reltuples FROM pg_class WHERE oid = '{schema}.items'::regclass)
             = (SELECT COUNT(*) FROM {schema}.items), 'items are not counted'; END $$"
    );
    server.run("feeds", "feeds", &is_told);
}

#[tokio::test]
async fn looking_changes_nothing() {
    let Some(server) = server() else { return };
    let url = server.place();
    assert!(matches!(Store::open_to_read(&url).await.unwrap(), Look::Nothing { .. }));
    assert!(matches!(Store::open_to_read(&url).await.unwrap(), Look::Nothing { .. }));
    assert!(!Store::is_current(&url).await.unwrap());
    Store::open(&url).await.unwrap().close().await;
    assert!(Store::is_current(&url).await.unwrap());
    assert!(matches!(Store::open_to_read(&url).await.unwrap(), Look::Ready(_)));
}

#[tokio::test]
async fn many_who_start_at_once_make_the_tables_once() {
    let Some(server) = server() else { return };
    let url = server.place();
    let opened = futures::future::join_all((0..6).map(|_| Store::open(&url))).await;
    for store in opened {
        assert!(store.unwrap().is_empty().await.unwrap());
    }
}

#[tokio::test]
async fn a_server_that_crashes_takes_along_what_was_not_whole_and_no_more() {
    let Some(server) = Server::start() else { return };
    let store = Store::open(&server.place()).await.unwrap();
    fill(&store).await;
    let before = told(&store).await;
    let mut write = store.begin().await.unwrap();
    write.set_meta("half", "written").await.unwrap();
    server.crash_and_restart();
    assert!(write.set_meta("more", "written").await.is_err());
    drop(write);
    // The same store, whose connections are made anew.
    assert_eq!(differing(&before, &told(&store).await), [""; 0]);
    assert_eq!(store.meta("half").await.unwrap(), None);
}

#[tokio::test]
async fn who_hangs_in_the_middle_of_writing_does_not_keep_others_from_it() {
    let Some(server) = Server::start() else { return };
    let url = server.place();
    let (hanging, store) = (Store::open(&url).await.unwrap(), Store::open(&url).await.unwrap());
    let mut write = hanging.begin().await.unwrap();
    write.set_meta("half", "written").await.unwrap();
    // Half a minute is the server's limit; the test does not wait for it but does what the server does then.
    server.admin("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'idle in transaction'");
    store.begin().await.unwrap().set_meta("whole", "written").await.unwrap();
    let told = write.commit().await.unwrap_err().to_string();
    assert!(told.contains("cannot be reached"), "{told}");
    assert_eq!(store.meta("half").await.unwrap(), None);
}

#[tokio::test]
async fn a_cut_network_is_told_and_passes() {
    let Some(server) = server() else { return };
    let wire = Wire::to(server);
    let store = Store::open(&server.place_at(wire.port())).await.unwrap();
    wire.cut(true);
    let told = store.begin().await.err().unwrap().to_string();
    assert!(told.contains("cannot be reached") && told.contains("the next cycle tries again"), "{told}");
    wire.cut(false);
    store.begin().await.unwrap().commit().await.unwrap();
}

#[tokio::test]
async fn a_nul_is_no_reason_to_fail() {
    let Some(server) = server() else { return };
    let store = Store::open(&server.place()).await.unwrap();
    let mut write = store.begin().await.unwrap();
    write.set_meta("nul", "a\0b").await.unwrap();
    write.note_inputs(&["a\0b"]).await.unwrap();
    write.commit().await.unwrap();
    assert_eq!(store.meta("nul").await.unwrap().as_deref(), Some("a\u{fffd}b"));
    assert!(store.input_counts().await.unwrap().is_empty());
}

#[tokio::test]
async fn an_address_as_long_as_a_stranger_likes_is_kept() {
    let Some(server) = server() else { return };
    let store = Store::open(&server.place()).await.unwrap();
    // Nothing that can be packed.
    let long: String =
        (0..9000_u64).map(|n| char::from(b'a' + u8::try_from(((n * 2_654_435_761) >> 7) % 26).unwrap())).collect();
    let mut write = store.begin().await.unwrap();
    write.set_meta(&long, "first").await.unwrap();
    write.set_meta(&long, "second").await.unwrap();
    write.commit().await.unwrap();
    assert_eq!(store.meta(&long).await.unwrap().as_deref(), Some("second"));
}

#[tokio::test]
async fn who_waited_to_write_in_vain_leaves_no_open_transaction_behind() {
    // One of its own: whoever waits there is cancelled.
    let Some(server) = Server::start() else { return };
    let store = Store::open(&server.place()).await.unwrap();
    let first = store.begin().await.unwrap();
    for _ in 0..3 {
        // As when another one writes for longer than it is waited for.
        let waiting = tokio::spawn({
            let store = store.clone();
            async move { store.begin().await.map(drop) }
        });
        while !waiting.is_finished() {
            server.admin(
                "SELECT pg_cancel_backend(pid) FROM pg_stat_activity
                 WHERE wait_event = 'advisory' AND application_name = 'wellsourced'",
            );
            tokio::task::yield_now().await;
        }
        assert!(waiting.await.unwrap().is_err());
    }
    drop(first);
    for _ in 0..20 {
        assert_eq!(store.meta("nothing").await.unwrap(), None);
        let mut write = store.begin().await.unwrap();
        write.set_meta("something", "new").await.unwrap();
        write.commit().await.unwrap();
    }
}
