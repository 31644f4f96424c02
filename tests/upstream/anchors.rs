//! Items of feeds have no page of their own: each is an anchor in the edition of its day, and its entry links to the source.

use crate::support::{Post, Site, Story, noon, post, story};
use crate::upstream::{Entry, Upstream, by_title, cycle};
use chrono::{Duration, TimeZone, Utc};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use wellsourced::config::{self, Environment};
use wellsourced::serve::{self, Limits};
use wellsourced::store::Store;

const DAY: &str = "feeds/editions/2026-06-01";

fn page(site: &Site, path: &str) -> String {
    std::fs::read_to_string(site.path(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// The short id under which an item of a day is an anchor, by the page that shows its title.
fn anchor(page: &str, title: &str) -> String {
    let (before, _) = page.split_once(&format!(">{title}</a></h2>")).unwrap_or_else(|| panic!("{title} in {page}"));
    before.rsplit_once("<li id=\"").unwrap().1.split('"').next().unwrap().to_owned()
}

fn url(site: &Site, folder: &str, title: &str) -> String {
    let feed = site.feed(folder);
    let found = feed["items"].as_array().unwrap().iter().find(|item| item["title"] == title).unwrap();
    found["url"].as_str().unwrap().to_owned()
}

/// What is published piece by piece is what everything composed anew comes to.
async fn assert_same_anew(site: &Site, hours: i64) {
    let bytes = site.bytes();
    std::fs::remove_dir_all(site.path("feeds/.wellsourced")).unwrap();
    site.cycle_async(noon() + Duration::hours(hours), true).await;
    assert_eq!(site.bytes().keys().collect::<Vec<_>>(), bytes.keys().collect::<Vec<_>>());
    let new = site.bytes();
    let others: Vec<_> = bytes.iter().filter(|(path, now)| new[*path] != **now).map(|(path, _)| path).collect();
    assert!(others.is_empty(), "{others:?}");
}

fn without_link(number: u32) -> Entry {
    let date = Utc.with_ymd_and_hms(2026, 6, 1, 1, 0, 0).unwrap() + Duration::minutes(i64::from(number));
    Entry { link: None, date: Some(date), ..Entry::number(number) }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_links_to_its_source_and_its_day_shows_it() {
    let upstream = Upstream::start().await;
    upstream.serve("/a", "Alpha", &[Entry::number(2), Entry { link: None, ..Entry::number(1) }.tagged(&["Chips"])]);
    let site = upstream.site(&["/a"], "");
    cycle(&site, noon()).await;
    assert!(!site.path("feeds/items").exists());
    let day = page(&site, &format!("{DAY}/index.html"));
    let (two, one) = (anchor(&day, "News 2"), anchor(&day, "News 1"));
    assert!(day.contains(">Chips<"), "{day}");
    let at = format!("https://feeds.example/editions/2026-06-01/#{one}");
    assert_eq!([url(&site, "", "News 2"), url(&site, "", "News 1")], ["https://news.example/2".to_owned(), at.clone()]);
    assert!(page(&site, "feeds/atom.xml").contains("<link href=\"https://news.example/2\" rel=\"alternate\"/>"));
    assert!(page(&site, "feeds/rss.xml").contains(&format!("<link>{at}</link>")));
    let list = page(&site, "feeds/index.html");
    assert!(list.contains("<a href=\"https://news.example/2\">News 2</a>"), "{list}");
    assert!(list.contains(&format!("<a href=\"editions/2026-06-01/index.html#{one}\">News 1</a>")), "{list}");
    assert_ne!(one, two);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_links_to_an_anchor_follows_it_from_page_to_page() {
    let upstream = Upstream::start().await;
    let entries = |count: u32| -> Vec<Entry> {
        let tagged = |n| if n == 60 { without_link(n).tagged(&["Chips"]) } else { without_link(n) };
        (1..=count).rev().map(tagged).collect()
    };
    upstream.serve("/a", "Alpha", &entries(120));
    let site = upstream.site(&["/a"], "");
    cycle(&site, noon() + Duration::hours(24)).await;
    let index = page(&site, &format!("{DAY}/index.html"));
    let short_id = anchor(&index, "News 60");
    assert!(index.contains("共 120 条") && !index.contains("News 50<"), "the first page holds the newest seventy");
    assert_eq!(url(&site, "tags/chips", "News 60"), format!("https://feeds.example/editions/2026-06-01/#{short_id}"));
    let oldest = page(&site, &format!("{DAY}/page/1/index.html"));
    upstream.serve("/a", "Alpha", &entries(150));
    cycle(&site, noon() + Duration::hours(50)).await;
    let address = format!("https://feeds.example/editions/2026-06-01/page/2/#{short_id}");
    assert_eq!(url(&site, "tags/chips", "News 60"), address);
    assert!(page(&site, "feeds/tags/chips/index.html").contains(&format!("2026-06-01/page/2/index.html#{short_id}")));
    assert_eq!(anchor(&page(&site, &format!("{DAY}/page/2/index.html")), "News 60"), short_id);
    let still = page(&site, &format!("{DAY}/page/1/index.html"));
    assert_eq!(
        still.replace("../../page/2/index.html", "../../index.html"),
        oldest,
        "but for where the newer ones are"
    );
    // One more leaves full pages as they are.
    let before = site.published();
    upstream.serve("/a", "Alpha", &entries(151));
    cycle(&site, noon() + Duration::hours(76)).await;
    let folder = Path::new("editions/2026-06-01/page");
    let of_pages = |files: &BTreeMap<PathBuf, _>| -> Vec<_> {
        files
            .iter()
            .filter(|(path, _)| path.to_string_lossy().contains(folder.to_str().unwrap()))
            .map(|(p, f)| (p.clone(), f))
            .map(|(p, f): (_, &(Vec<u8>, std::time::SystemTime))| (p, f.clone()))
            .collect()
    };
    assert_eq!((of_pages(&site.published()).len(), of_pages(&site.published())), (2, of_pages(&before)));
    assert_same_anew(&site, 77).await;
    // Pages that are not needed any more go.
    upstream.configure(&site, &[], "");
    cycle(&site, noon() + Duration::hours(78)).await;
    assert!(!site.path(DAY).exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_has_a_page_while_an_editor_has_it() {
    let upstream = Upstream::start().await;
    upstream.serve("/a", "Alpha", &[Entry::number(1), Entry::number(2)]);
    let site = upstream.site(&["/a"], "");
    cycle(&site, noon()).await;
    let short_id = anchor(&page(&site, &format!("{DAY}/index.html")), "News 1");
    let own = format!("feeds/items/{short_id}/index.html");
    assert!(!site.path(&own).exists());
    let stories = vec![Story { url: Some("https://news.example/1".to_owned()), ..story(7) }, story(57)];
    let text = Post { date: "2026-06-01 18:00:00".to_owned(), stories, ..post(7, &[]) }.markdown();
    site.write("posts/7.md", text);
    cycle(&site, noon() + Duration::hours(1)).await;
    assert!(page(&site, &own).contains("Story 7"));
    assert_eq!(url(&site, "", "Story 7"), format!("https://feeds.example/items/{short_id}/"));
    assert!(!page(&site, &format!("{DAY}/index.html")).contains(&short_id));
    assert_same_anew(&site, 2).await;
    // The post leaves; the feed has its item back.
    site.remove("posts/7.md");
    site.write("posts/8.md", post(8, &[9]).markdown());
    cycle(&site, noon() + Duration::hours(3)).await;
    assert!(!site.path(&own).exists() && !site.path(&own).parent().unwrap().exists());
    assert_eq!(anchor(&page(&site, &format!("{DAY}/index.html")), "News 1"), short_id);
    assert_eq!(url(&site, "", "News 1"), "https://news.example/1");
    assert_same_anew(&site, 3).await;
}

/// The site that the version before left, in a folder of its own.
async fn before() -> Site {
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/before");
    let site = Site::new("");
    copy(&fixture.join("published"), &site.path("feeds"));
    copy(&fixture.join("posts"), &site.path("posts"));
    let root = site.folder.path().display();
    let text = format!(
        "[site]\ntitle = \"Before\"\nbase_url = \"https://before.example/\"\ntimezone = \"Asia/Shanghai\"\n\
         [store]\nurl = \"sqlite:{root}/store.db\"\n[publish]\ndirectory = \"{root}/feeds\"\nformats = [\"json\"]\n\
         [[inputs]]\nname = \"digest\"\ndigest = \"{root}/posts/*.md\"\nbase_url = \"https://digest.example/\"\n\
         [[inputs]]\nname = \"news\"\nfeed = \"http://127.0.0.1:9781/feed.xml\"\n[net]\nallow_networks = [\"127.0.0.0/8\"]\n"
    );
    site.write("wellsourced.toml", text);
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(site.path("store.db")).create_if_missing(true);
    let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
    sqlx::raw_sql(include_str!("../fixtures/before/store.sql")).execute(&pool).await.unwrap();
    pool.close().await;
    site
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).map(drop).unwrap();
        }
    }
}

/// Status and `Location` of an answer.
async fn get(address: std::net::SocketAddr, path: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!("GET {path} HTTP/1.1\r\nHost: before.example\r\nConnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let location = answer.lines().find_map(|line| line.strip_prefix("location: ")).unwrap_or_default().to_owned();
    (answer.split(' ').nth(1).unwrap().parse().unwrap(), location)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_of_the_version_before_is_upgraded_and_its_addresses_lead_on() {
    let site = before().await;
    let (ids, old) = (site.ids(), site.bytes());
    let editors: Vec<&PathBuf> = old
        .keys()
        .filter(|path| {
            ["items/5ce54b34275a", "items/bdd8adb07f7c", "editions/7"]
                .iter()
                .any(|part| path.to_string_lossy().contains(part))
        })
        .collect();
    assert_eq!((ids.len(), editors.len()), (4, 3));
    assert!(site.path("feeds/items/a399445c2145/index.html").exists());
    let report = site.cycle_async(noon() + Duration::days(180), true).await;
    assert!(report.complaints.is_empty(), "{:?}", report.complaints);
    assert_eq!(site.ids(), ids);
    let new = site.bytes();
    for path in editors {
        // What it looks like is the version's.
        assert!(new.contains_key(path), "{} is gone", path.display());
    }
    for gone in ["feeds/items/a399445c2145", "feeds/items/bb1b48df0411"] {
        assert!(!site.path(gone).exists(), "{gone}");
    }
    let urls = by_title(&site, "url");
    assert_eq!(urls["With a link"], "\"https://news.example/1\"");
    assert_eq!(urls["Without one"], "\"https://before.example/editions/2026-06-01/#bb1b48df0411\"");
    assert_eq!(urls["第二条"], "\"https://before.example/items/bdd8adb07f7c/\"");
    let settings = config::load(&site.path("wellsourced.toml"), &Environment::default()).unwrap();
    let mut options =
        serve::Options::new(site.path("feeds"), settings.cycle.publish.clone(), std::time::Duration::from_mins(1));
    options.store = Some(Store::open(&settings.store_url).await.unwrap());
    let served = serve::ServedSite::open(options).await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, stop) = (listener.local_addr().unwrap(), CancellationToken::new());
    let serving = tokio::spawn(serve::public(listener, served, Limits::default(), stop.clone().cancelled_owned()));
    let day = "editions/2026-06-01/";
    for (path, status, location) in [
        ("/items/a399445c2145/", 308, format!("../../{day}#a399445c2145")),
        ("/items/a399445c2145", 308, format!("../{day}#a399445c2145")),
        ("/items/bb1b48df0411/index.html?a=b", 308, format!("../../{day}?a=b#bb1b48df0411")),
        ("/items/bdd8adb07f7c/", 200, String::new()),
        ("/items/bdd8adb07f7c", 308, "bdd8adb07f7c/".to_owned()),
        ("/items/nobody/", 404, String::new()),
        ("/items/a399445c2145/else", 404, String::new()),
        ("/items/", 404, String::new()),
    ] {
        assert_eq!(get(address, path).await, (status, location), "{path}");
    }
    stop.cancel();
    serving.await.unwrap().unwrap();
}

/// Id, title and dates of each item of a feed.
fn identities(site: &Site, folder: &str) -> Vec<[String; 4]> {
    let feed = site.feed(folder);
    let fields = ["id", "title", "date_published", "date_modified"];
    feed["items"].as_array().unwrap().iter().map(|item| fields.map(|field| item[field].to_string())).collect()
}

/// The store of the version before is migrated; where it was lost, one of today is filled from that version's directory.
#[tokio::test(flavor = "multi_thread")]
async fn a_site_of_the_version_before_repeats_nothing_with_its_store_or_without() {
    let upstream = Upstream::start().await;
    // Of another day than before: ids made anew would be other ones.
    let at = |hour| Some(Utc.with_ymd_and_hms(2026, 6, 2, hour, 0, 0).unwrap());
    let with = Entry {
        id: Some("urn:n:1".to_owned()),
        text: "What happened.".to_owned(),
        date: at(2),
        more: "<enclosure url=\"https://news.example/1.mp3\" type=\"audio/mpeg\" length=\"5\"/><language>en</language>"
            .into(),
        ..Entry::number(1).titled("With a link")
    };
    let without = Entry {
        id: Some("urn:n:2".to_owned()),
        text: "What was said.".to_owned(),
        date: at(1),
        link: None,
        more: "<enclosure url=\"https://news.example/2.mp3\" type=\"audio/mpeg\" length=\"5\"/>".into(),
        ..Entry::number(2).titled("Without one")
    };
    upstream.serve("/feed.xml", "News", &[with, without]);
    for is_lost in [false, true] {
        let site = before().await;
        let config = std::fs::read_to_string(site.path("wellsourced.toml")).unwrap();
        let config = config.replace("http://127.0.0.1:9781/feed.xml", &upstream.url("/feed.xml"));
        site.write("wellsourced.toml", format!("{config}interval = \"0s\"\n[verify]\nbudget = \"0s\"\n"));
        let (old, items, editions) = (site.bytes(), identities(&site, ""), identities(&site, "editions"));
        if is_lost {
            site.lose_store();
        }
        let now = noon() + Duration::days(180);
        let report = cycle(&site, now).await;
        assert_eq!((report.exit_code(true), report.complaints.len()), (0, 0), "{is_lost}: {:?}", report.complaints);
        assert_eq!(report.inputs[1].feed.as_ref().unwrap().fetched, wellsourced::pipeline::Fetched::Changed);
        assert_eq!(identities(&site, ""), items, "{is_lost}");
        assert_eq!(identities(&site, "editions"), editions, "{is_lost}");
        let new = site.bytes();
        for path in ["items/5ce54b34275a/index.html", "items/bdd8adb07f7c/index.html", "editions/7/index.html"] {
            let path = site.path("feeds").join(path);
            assert!(old.contains_key(&path) && new.contains_key(&path), "{is_lost}: {} is gone", path.display());
        }
        let day = page(&site, &format!("{DAY}/index.html"));
        assert_eq!(anchor(&day, "With a link"), "a399445c2145", "{is_lost}");
        // What was not read before is there now, and is no edit.
        let files = by_title(&site, "attachments");
        assert!(files["With a link"].contains("1.mp3") && files["Without one"].contains("2.mp3"), "{files:?}");
        assert_eq!(by_title(&site, "external_url")["Without one"], "\"https://news.example/2.mp3\"");
        cycle(&site, now + Duration::hours(30)).await;
        assert_eq!(identities(&site, ""), items, "{is_lost}: and so it stays");
    }
}
