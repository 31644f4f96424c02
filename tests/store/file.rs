//! The store's file on a bad day, through the real binary: looked at, of an older version, damaged, another program's.

use crate::support::{Site, binary, noon, post};
use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};
use sqlx::{ConnectOptions, Connection};
use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tokio_util::sync::CancellationToken;
use wellsourced::config::{self, Environment};
use wellsourced::pipeline;
use wellsourced::store::Store;
use wellsourced::telemetry::Progress;

static MIGRATIONS: Migrator = sqlx::migrate!("src/store/migrations");

/// A site whose paths are as in the default configuration, and README.
fn site() -> Site {
    let site = Site::new("");
    site.write(
        "wellsourced.toml",
        "[site]\ntitle = \"Tests\"\nbase_url = \"https://feeds.example/\"\n[store]\nurl = \"sqlite:var/wellsourced.db\"\n\
         [[inputs]]\nname = \"digest\"\ndigest = \"posts/**/*.md\"\n",
    );
    site.write("posts/1.md", post(1, &[1, 2]).markdown());
    site.write("posts/2.md", post(2, &[3, 4, 5]).markdown());
    fs::create_dir(site.path("var")).unwrap();
    site
}

fn store(site: &Site) -> PathBuf {
    site.path("var/wellsourced.db")
}

fn command(site: &Site, arguments: &[&str]) -> Command {
    let mut command = binary();
    command.current_dir(site.folder.path()).args(["--config", "wellsourced.toml"]).args(arguments);
    command
}

fn run(site: &Site, arguments: &[&str]) -> (Option<i32>, String) {
    told(&command(site, arguments).output().unwrap())
}

fn told(output: &Output) -> (Option<i32>, String) {
    let told = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.code(), told)
}

/// Everything below a folder, with its bytes.
fn all(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            files.extend(all(&path));
        } else {
            files.insert(path.clone(), fs::read(&path).unwrap());
        }
    }
    files
}

fn options(site: &Site) -> SqliteConnectOptions {
    SqliteConnectOptions::new().filename(store(site)).create_if_missing(true)
}

async fn execute(options: SqliteConnectOptions, sql: &'static str) {
    let mut connection = options.connect().await.unwrap();
    sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

/// A store as an older wellsourced left it.
async fn older(site: &Site, version: i64) {
    let mut connection = options(site).journal_mode(SqliteJournalMode::Wal).connect().await.unwrap();
    MIGRATIONS.run_to(version, &mut connection).await.unwrap();
    connection.close().await.unwrap();
}

#[test]
fn status_makes_no_store_and_says_that_there_is_none() {
    let site = site();
    let before = all(site.folder.path());
    let (code, told) = run(&site, &["status"]);
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("there is no store yet (var/wellsourced.db)"), "{told}");
    let (code, told) = run(&site, &["status", "--json"]);
    assert!(code == Some(1) && told.contains(r#""state":"none""#), "{told}");
    fs::remove_dir(site.path("var")).unwrap();
    assert_eq!(run(&site, &["status"]).0, Some(1));
    site.write("var/wellsourced.db", "");
    let (code, told) = run(&site, &["status"]);
    assert!(code == Some(1) && told.contains("there is no store yet"), "an empty file: {told}");
    site.remove("var/wellsourced.db");
    assert_eq!(all(site.folder.path()), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn status_brings_no_store_up_to_date() {
    let site = site();
    older(&site, 1).await;
    let before = all(site.folder.path());
    let (code, told) = run(&site, &["status"]);
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("var/wellsourced.db is of an older wellsourced") && told.contains("next cycle"), "{told}");
    assert_eq!(all(site.folder.path()), before);
    assert_eq!(run(&site, &["--once", "--offline"]).0, Some(0));
    let (code, told) = run(&site, &["status"]);
    assert!(code == Some(0) && told.contains("digest: 2 editions, 5 items"), "{told}");
    execute(options(&site), "UPDATE _sqlx_migrations SET version = 999 WHERE version = 3").await;
    for arguments in [&["status"][..], &["--once", "--offline"]] {
        let (code, told) = run(&site, arguments);
        assert!(code == Some(1) && told.contains("var/wellsourced.db was written by a newer wellsourced"), "{told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn status_reads_beside_who_writes_and_leaves_nothing_behind() {
    let site = site();
    assert_eq!(run(&site, &["--once", "--offline"]).0, Some(0));
    let before = all(site.folder.path());
    let (code, told) = run(&site, &["status"]);
    assert!(code == Some(0) && told.contains("digest: 2 editions, 5 items"), "{told}");
    assert_eq!(all(site.folder.path()), before, "beside nobody");
    let open = Store::open(&format!("sqlite:{}", store(&site).display())).await.unwrap();
    let mut write = open.begin().await.unwrap();
    write.set_meta("test", "half").await.unwrap();
    let (code, told) = run(&site, &["status", "--json"]);
    assert!(code == Some(0) && told.contains(r#""state":"ready""#), "{told}");
    write.commit().await.unwrap();
    assert_eq!(run(&site, &["status"]).0, Some(0), "what is written lies in the write-ahead log");
    open.close().await;
}

#[test]
fn status_reads_in_a_folder_that_may_not_be_written() {
    let site = site();
    assert_eq!(run(&site, &["--once", "--offline"]).0, Some(0));
    let mine = site.path("wellsourced");
    fs::copy(env!("CARGO_BIN_EXE_wellsourced"), &mine).unwrap();
    let may = |path: &Path, mode| fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    may(site.folder.path(), 0o755);
    may(&store(&site), 0o444);
    may(&site.path("var"), 0o555);
    let mut command = Command::new(&mine);
    command.current_dir(site.folder.path()).args(["--config", "wellsourced.toml", "status"]);
    if fs::File::create(site.path("var/x")).is_ok() {
        // Root may write everywhere.
        command.uid(65534).gid(65534);
    }
    let (code, told) = told(&command.output().unwrap());
    may(&site.path("var"), 0o755);
    assert!(code == Some(0) && told.contains("digest: 2 editions, 5 items"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_that_start_on_an_old_store_one_migrates_and_the_others_wait() {
    for version in [0, 1, 2] {
        let site = site();
        if version > 0 {
            older(&site, version).await;
        }
        let start =
            |_| command(&site, &["--once", "--offline"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let running: Vec<_> = (0..4).map(start).collect();
        for process in running {
            let (code, told) = told(&process.wait_with_output().unwrap());
            assert_eq!(code, Some(0), "from {version}: {told}");
        }
        assert!(run(&site, &["status"]).1.contains("digest: 2 editions, 5 items"));
    }
}

/// What becomes of a file's bytes.
type Damage<'a> = &'a dyn Fn(&[u8]) -> Vec<u8>;

/// What README says is to be done about a damaged store, as a command.
fn way_out() -> String {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let row = readme.lines().find(|line| line.starts_with("| `the store FILE is damaged")).unwrap();
    row.split('`').find(|code| code.starts_with("mkdir")).unwrap().to_owned()
}

#[test]
fn a_damaged_store_names_its_file_and_the_way_out_which_works() {
    let flip = |bytes: &[u8]| bytes.iter().map(|byte| !byte).collect::<Vec<u8>>();
    let cases: [(&str, Damage<'_>); 6] = [
        ("cut in half", &|bytes| bytes[..bytes.len() / 2].to_vec()),
        ("cut to its first page", &|bytes| bytes[..4096].to_vec()),
        ("cut within a page", &|bytes| bytes[..bytes.len() / 3 + 7].to_vec()),
        ("its head flipped", &|bytes| [flip(&bytes[..100]), bytes[100..].to_vec()].concat()),
        ("all but its first page flipped", &|bytes| [bytes[..4096].to_vec(), flip(&bytes[4096..])].concat()),
        ("a text", &|_| b"Dear diary, today my store was overwritten.\n".repeat(300)),
    ];
    for (name, damage) in cases {
        let site = site();
        assert_eq!(run(&site, &["--once", "--offline"]).0, Some(0));
        let (ids, published) = (site.ids(), site.published());
        let bytes = damage(&fs::read(store(&site)).unwrap());
        site.write("var/wellsourced.db", &bytes);
        for arguments in [&["status"][..], &["--once", "--offline"]] {
            let (code, told) = run(&site, arguments);
            assert_eq!(code, Some(1), "{name}: {told}");
            assert!(
                told.contains("var/wellsourced.db is damaged (") || told.contains("var/wellsourced.db is no store"),
                "{name}: {told}"
            );
            assert!(
                told.contains("move var/wellsourced.db, var/wellsourced.db-wal and") && told.contains("same ids"),
                "{name}: {told}"
            );
            assert_eq!(site.published(), published, "{name}: readers have what they had");
        }
        if name == "a text" {
            assert_eq!(fs::read(store(&site)).unwrap(), bytes, "it may be another program's");
        }
        let moved = Command::new("sh").arg("-c").arg(way_out()).current_dir(site.folder.path()).status().unwrap();
        assert!(moved.success() && !store(&site).exists());
        let (code, told) = run(&site, &["--once", "--offline"]);
        assert_eq!((code, site.ids()), (Some(0), ids), "{name}: {told}");
        assert_eq!(site.published(), published, "{name}: no byte and no time has changed");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_programs_database_is_left_as_it_is() {
    for journal in [SqliteJournalMode::Delete, SqliteJournalMode::Wal] {
        let site = site();
        execute(options(&site).journal_mode(journal), "CREATE TABLE notes (text); INSERT INTO notes VALUES ('mine')")
            .await;
        let before = all(&site.path("var"));
        for arguments in [&["status"][..], &["--once", "--offline"]] {
            let (code, told) = run(&site, arguments);
            assert_eq!(code, Some(1), "{told}");
            assert!(
                told.contains("var/wellsourced.db is another program's database") && told.contains("notes"),
                "{told}"
            );
            let mut after = all(&site.path("var"));
            after.remove(&site.path("var/wellsourced.db.lock"));
            assert_eq!(after, before);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_write_ahead_log_is_a_lost_store() {
    let site = site();
    // As after a kill: what was written lies in the log, which somebody did not copy.
    site.configure("", "");
    let settings = config::load(&site.path("wellsourced.toml"), &Environment::default()).unwrap();
    let open = Store::open(&settings.store_url).await.unwrap();
    let mut options = settings.cycle;
    options.offline = true;
    pipeline::run(&open, &options, &Progress::hidden(), noon(), &CancellationToken::new()).await.unwrap();
    let copied = fs::read(site.path("store.db")).unwrap();
    assert!(fs::metadata(site.path("store.db-wal")).unwrap().len() > 0);
    open.close().await;
    let (ids, published) = (site.ids(), site.published());
    site.write("store.db", copied);
    let (code, told) = told(&site.binary(&["--once", "--offline"]));
    assert_eq!((code, site.ids()), (Some(0), ids), "{told}");
    assert_eq!(site.published(), published);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_an_upgrade_all_is_read_again_and_nothing_changes() {
    let site = site();
    assert_eq!(run(&site, &["--once", "--offline"]).0, Some(0));
    let published = site.published();
    let before =
        "UPDATE inputs SET fingerprint = 'of before'; UPDATE meta SET value = 'of before' WHERE key = 'published'";
    execute(options(&site), before).await;
    let (code, told) = run(&site, &["--once", "--offline", "--json"]);
    assert_eq!(code, Some(0), "{told}");
    let report: serde_json::Value = serde_json::from_str(told.lines().next().unwrap()).unwrap();
    let input = &report["inputs"][0];
    assert_eq!((&input["read"], &input["changed"], &input["new_items"]), (&2.into(), &0.into(), &0.into()), "{input}");
    assert_eq!(site.published(), published);
    let (_, told) = run(&site, &["--once", "--offline", "--json"]);
    let report: serde_json::Value = serde_json::from_str(told.lines().next().unwrap()).unwrap();
    assert_eq!(report["inputs"][0]["read"], 0, "once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_is_not_the_same_in_everything_is_refused() {
    let site = site();
    assert_eq!(run(&site, &["--once", "--offline"]).0, Some(0));
    // More rows than are copied at once, ordered by text and by numbers.
    let many = "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 4100)
                INSERT INTO meta SELECT 'n' || n, n FROM n;
                WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 4100)
                INSERT INTO complaints SELECT 1, 'p' || n % 7, n, '{}' FROM n";
    execute(options(&site), many).await;
    let copy = |to: &str| {
        let url = |name: &str| format!("sqlite:{}", site.path(&format!("var/{name}")).display());
        run(&site, &["store", "copy", &url("wellsourced.db"), &url(to), "--json"])
    };
    let (code, told) = copy("copy.db");
    let report: serde_json::Value = serde_json::from_str(told.lines().next().unwrap()).unwrap();
    assert!(code == Some(0) && report["rows"]["meta"].as_i64() > Some(4100), "{told}");
    assert_eq!(report["rows"]["complaints"], 4100, "{told}");
    // A disk that keeps something else than it was given, or somebody who writes.
    for (name, trouble) in [
        ("other.db", "UPDATE meta SET value = 'other' WHERE key = 'n4099'"),
        ("more.db", "INSERT OR IGNORE INTO meta VALUES ('more', '')"),
        ("fewer.db", "DELETE FROM meta WHERE key = 'n4099'"),
    ] {
        let there = SqliteConnectOptions::new().filename(site.path(&format!("var/{name}")));
        drop(Store::open(&format!("sqlite:{}", there.get_filename().display())).await.unwrap());
        let trigger = format!("CREATE TRIGGER t AFTER INSERT ON meta WHEN NEW.key = 'n999' BEGIN {trouble}; END");
        let mut connection = there.connect().await.unwrap();
        sqlx::raw_sql(sqlx::AssertSqlSafe(trigger)).execute(&mut connection).await.unwrap();
        let (code, told) = copy(name);
        assert!(code == Some(1) && told.contains("meta would not be the same in the copy"), "{name}: {told}");
        let rows: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM meta WHERE key LIKE 'n%'")
            .fetch_one(&mut connection)
            .await
            .unwrap();
        assert_eq!(rows, 0, "{name}: nothing was copied");
        connection.close().await.unwrap();
    }
}

#[test]
fn who_looks_closer_reads_what_is_done_and_no_statements() {
    let site = site();
    let done = command(&site, &["--once", "--offline"]).env("WELLSOURCED_LOG", "debug").output().unwrap();
    let log = String::from_utf8(done.stderr).unwrap();
    assert!(done.status.success() && log.contains("composed and staged"), "{log}");
    assert!(!log.contains("SELECT") && !log.contains("INSERT"), "{log}");
}
