//! The search: what its index holds, read by another reader; which of its files a change touches; and its script, run by
//! `node`, where there is one, against the published files.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail where it stands")]
#![allow(clippy::print_stderr, reason = "who has no `node` is told what was not tried")]

mod support;

use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use support::{Post, Site, Story, noon};

fn json(site: &Site, path: &str) -> Value {
    let bytes = fs::read(site.path("feeds").join(path)).unwrap_or_else(|e| panic!("{path}: {e}"));
    serde_json::from_slice(&bytes).unwrap()
}

/// Every row of the index, as a script reads it: the title's row with its text.
fn rows(site: &Site) -> Vec<(Vec<String>, String)> {
    let list = json(site, "search.json");
    let all = |folder: &str| -> Vec<Value> {
        let parts = list[folder].as_array().unwrap().iter();
        let rows = parts.flat_map(|part| {
            let rows = json(site, &format!("search/{folder}/{}.json", part[0].as_str().unwrap()))["rows"].clone();
            assert_eq!(rows.as_array().unwrap().len() as u64, part[1].as_u64().unwrap(), "{folder} {part}");
            rows.as_array().unwrap().clone()
        });
        rows.collect()
    };
    let texts = |row: &Value| row.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect();
    let (titles, bodies) = (all("titles"), all("texts"));
    assert_eq!(titles.len(), bodies.len());
    titles.iter().zip(bodies).map(|(title, body)| (texts(title), body.as_str().unwrap().to_owned())).collect()
}

fn story(title: &str, text: &str) -> Story {
    Story { title: title.to_owned(), url: Some("https://source.example/1".to_owned()), text: text.to_owned() }
}

fn edition(site: &Site, number: u32, date: &str, stories: Vec<Story>) {
    let (title, tags) = (format!("Edition {number}"), vec!["AI".to_owned(), "开源".to_owned()]);
    let post = Post { number: Some(number), title, date: format!("{date} 08:00:00"), tags, stories };
    site.write(&format!("posts/{number}.md"), post.markdown());
}

/// A site of items in two languages and three years.
fn site() -> Site {
    let site = Site::new("");
    edition(&site, 1, "2024-12-31", vec![story("长期支持内核只维护两年", "内核社区确认，从 6.18 开始缩短。")]);
    edition(
        &site,
        2,
        "2025-03-02",
        vec![
            story("Debian closes the books on i386", "Multiarch libraries stay, so **Wine** keeps running."),
            story("<b>尖括号</b> & 引号 \"x\"", "模型的缺陷报告减少了一半，ＡＩ 写的要说明。"),
        ],
    );
    edition(&site, 3, "2026-05-20", vec![story("天气预报模型跑进了手机", "离线给出降水，AI 每十分钟重算一次。")]);
    site
}

#[test]
fn the_index_holds_every_item_newest_first() {
    let site = site();
    site.cycle(noon());
    let rows = rows(&site);
    let titles: Vec<&str> = rows.iter().map(|(row, _)| row[1].as_str()).collect();
    assert_eq!(
        titles,
        ["天气预报模型跑进了手机", "Debian closes the books on i386", "尖括号 & 引号 \"x\"", "长期支持内核只维护两年"]
    );
    for (row, text) in &rows {
        assert!(site.path("feeds").join(&row[0]).is_file(), "{row:?} leads to a page");
        assert!(text.ends_with("再看看。"), "with the remark: {text}");
        assert!(!text.contains(['<', '*']) && !text.contains(&row[1]), "{text}");
    }
    assert_eq!(rows[0].0[2], "2026-05-20", "the day in the site's zone");
    let page = fs::read_to_string(site.path("feeds/search.html")).unwrap();
    assert!(page.contains("在 4 条的标题、正文和点评里找。"), "{page}");
    assert!(page.contains("<noscript>") && page.contains("tags/ai/index.html"), "{page}");
    assert_eq!(page.matches("<script").count(), 1);
    assert!(page.contains("<script src=\"search.js\"></script>"), "{page}");
}

/// Files below `search/`, and the list of them, that differ from before or are new.
fn touched(
    before: &std::collections::BTreeMap<PathBuf, (Vec<u8>, std::time::SystemTime)>,
    site: &Site,
) -> BTreeSet<String> {
    let root = site.path("feeds");
    let after = site.published();
    let changed = after.iter().filter(|(path, file)| before.get(*path) != Some(file)).map(|(path, _)| path);
    let gone = before.keys().filter(|path| !after.contains_key(*path));
    let named = changed.chain(gone).map(|path| path.strip_prefix(&root).unwrap().display().to_string());
    named.filter(|path| path.starts_with("search")).collect()
}

#[test]
fn a_change_touches_the_files_of_its_time_only() {
    let site = site();
    site.cycle(noon());
    let before = site.published();
    site.cycle(noon() + chrono::TimeDelta::hours(1));
    assert!(touched(&before, &site).is_empty(), "nothing new, nothing written");
    // A new item.
    edition(&site, 4, "2026-05-21", vec![story("新的一条", "正文。")]);
    site.cycle(noon() + chrono::TimeDelta::hours(2));
    let new = ["search.html", "search.json", "search/texts/2026.json", "search/titles/2026.json"];
    assert_eq!(touched(&before, &site), new.map(str::to_owned).into());
    // An edit of an old one.
    let before = site.published();
    edition(&site, 1, "2024-12-31", vec![story("长期支持内核只维护两年", "内核社区确认，从 6.18 开始缩短了。")]);
    site.cycle(noon() + chrono::TimeDelta::hours(3));
    assert_eq!(touched(&before, &site), ["search/texts/2024.json".to_owned()].into());
    // One that left: its file goes with it.
    site.remove("posts/1.md");
    site.cycle(noon() + chrono::TimeDelta::hours(4));
    assert!(
        !site.path("feeds/search/titles/2024.json").exists()
            && !site.path("feeds/search/texts").join("2024.json").exists()
    );
    assert_eq!(rows(&site).len(), 4);
    // From an empty store it comes to the same.
    let kept = site.bytes();
    site.lose_store();
    site.cycle(noon() + chrono::TimeDelta::hours(5));
    assert_eq!(site.bytes(), kept);
}

#[test]
fn many_items_are_cut_into_files_by_month() {
    let site = Site::new("");
    for month in 1..=2 {
        let mut stories = Vec::new();
        for n in 0..160 {
            stories.push(story(&format!("Item {month} {n}"), &support::prose(month * 1000 + n)));
        }
        edition(&site, month, &format!("2026-{month:02}-10"), stories);
    }
    edition(&site, 3, "2025-02-10", vec![story("Old", "Text.")]);
    site.cycle(noon());
    let list = json(&site, "search.json");
    assert_eq!(list["titles"].to_string(), r#"[["2026",320],["2025",1]]"#);
    assert_eq!(list["texts"].to_string(), r#"[["2026-02",160],["2026-01",160],["2025",1]]"#);
    assert_eq!(rows(&site).len(), 321);
    // A period that shrinks is one file again, and the others go.
    edition(&site, 1, "2026-01-10", vec![story("Item 1 0", &support::prose(1000))]);
    site.cycle(noon());
    assert_eq!(json(&site, "search.json")["texts"].to_string(), r#"[["2026",161],["2025",1]]"#);
    assert!(!site.path("feeds/search/texts/2026-01.json").exists());
    assert_eq!(rows(&site).len(), 162);
}

/// What a browser has of what the script asks for; the files are those of the folder.
const BROWSER: &str = r#"
const fs = require("fs"), vm = require("vm"), [folder, queries] = [process.argv[2], JSON.parse(process.argv[3])];
const element = () => ({
  dataset: { one: "{n} one", other: "{n} others", more: "more than {n}", none: "none", busy: "busy", failed: "failed" },
  children: [], listeners: {}, value: "", hidden: true, textContent: "",
  addEventListener(name, listener) { this.listeners[name] = listener; },
  append(...more) { this.children.push(...more); },
  replaceChildren() { this.children = []; },
});
const run = async query => {
  const of = { find: element(), found: element(), hits: element(), q: element() }, asked = [];
  const context = vm.createContext({
    document: { getElementById: id => of[id], createElement: element, documentElement: { lang: "zh-CN" } },
    location: { search: "?q=" + encodeURIComponent(query) },
    history: { replaceState() {} }, URLSearchParams, setTimeout, clearTimeout, encodeURIComponent, console,
    fetch: async path => {
      asked.push(path);
      const path_on_disk = folder + "/" + path, ok = fs.existsSync(path_on_disk);
      return { ok, status: ok ? 200 : 404, json: async () => JSON.parse(fs.readFileSync(path_on_disk, "utf8")) };
    },
  }, { codeGeneration: { strings: false, wasm: false } });
  vm.runInContext(fs.readFileSync(folder + "/search.js", "utf8"), context);
  for (let n = 0; n < 500 && ["", "busy"].includes(of.found.textContent); n += 1) await new Promise(next => setImmediate(next));
  const hits = of.hits.children.map(li => [li.children[0].children[0].textContent, li.children[0].children[0].href, li.children[1].textContent, li.children[2]?.textContent ?? null]);
  return { query, said: of.found.textContent, hits, asked, shown: !of.find.hidden };
};
(async () => { const told = []; for (const query of queries) told.push(await run(query)); console.log(JSON.stringify(told)); })();
"#;

/// What the published script says of queries; `None` where there is no `node`.
fn searched(site: &Site, queries: &[&str]) -> Option<Vec<Value>> {
    site.write("browser.js", BROWSER);
    let mut command = Command::new("node");
    command.arg(site.path("browser.js")).arg(site.path("feeds")).arg(serde_json::to_string(queries).unwrap());
    let output = match command.output() {
        Ok(output) => output,
        Err(error) => {
            eprintln!("SKIPPED: the search's script was not tried, for `node` cannot be run: {error}");
            return None;
        }
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

#[test]
fn the_script_finds_what_is_written() {
    let site = site();
    site.cycle(noon());
    let weather = "天气预报模型跑进了手机";
    let (kernel, debian, quotes) = ("长期支持内核只维护两年", "Debian closes the books on i386", "尖括号 & 引号 \"x\"");
    let cases: [(&str, &[&str]); 12] = [
        ("内核", &[kernel]),
        ("核", &[kernel]),
        ("debian", &[debian]),
        ("DEBIAN i386", &[debian]),
        ("ｄｅｂｉａｎ", &[debian]),
        ("wine", &[debian]),
        // In a title first, then in a text; full-width letters are the same.
        ("模型", &[weather, quotes]),
        ("ai", &[weather, quotes]),
        ("模型 一半", &[quotes]),
        // One word in the title, the other in the text; the order does not matter.
        ("缩短 长期", &[kernel]),
        ("\"X\"", &[quotes]),
        ("没有这个词", &[]),
    ];
    let queries: Vec<&str> = cases.iter().map(|(query, _)| *query).collect();
    let Some(told) = searched(&site, &queries) else { return };
    for ((query, titles), told) in cases.iter().zip(&told) {
        let found: Vec<&str> = told["hits"].as_array().unwrap().iter().map(|hit| hit[0].as_str().unwrap()).collect();
        assert_eq!(found, *titles, "{query}: {told}");
        let said = match titles.len() {
            0 => "none".to_owned(),
            1 => "1 one".to_owned(),
            n => format!("{n} others"),
        };
        assert_eq!((told["said"].as_str().unwrap(), told["shown"].as_bool()), (said.as_str(), Some(true)), "{told}");
        let asked = told["asked"].as_array().unwrap();
        assert!(asked.iter().all(|path| path.as_str().unwrap().starts_with("search")), "{told}");
    }
    assert_eq!(told[0]["hits"][0][2], "2024年12月31日");
    assert_eq!(told[5]["hits"][0][3], "Multiarch libraries stay, so Wine keeps running. 再看看。");
    assert_eq!(told[2]["hits"][0][3], Value::Null, "a title says enough");
}

#[test]
fn the_script_stops_when_there_are_enough_and_says_when_it_cannot_read() {
    let site = Site::new("");
    let stories = |_: u32| (0..80).map(|n| story(&format!("Item {n}"), "Alike.")).collect::<Vec<_>>();
    for year in 2020..=2026 {
        edition(&site, year, &format!("{year}-01-10"), stories(year));
    }
    site.cycle(noon());
    let Some(told) = searched(&site, &["item", "alike", "zzz"]) else { return };
    assert_eq!((told[0]["hits"].as_array().unwrap().len(), told[0]["said"].as_str()), (100, Some("more than 100")));
    let asked = |n: usize| told[n]["asked"].as_array().unwrap().iter().map(|path| path.as_str().unwrap().to_owned());
    assert!(asked(0).all(|path| !path.contains("texts")), "texts are not asked for where titles are enough");
    assert_eq!((told[1]["hits"].as_array().unwrap().len(), told[1]["said"].as_str()), (100, Some("more than 100")));
    assert_eq!(told[2]["said"], "none");
    let mut list = String::new();
    for path in asked(2) {
        writeln!(list, "{path}").unwrap();
    }
    assert_eq!(list.matches("texts/").count(), 7, "{list}");
    // A file of another time is left out, and one that is missing; without the list nothing is found.
    site.write("feeds/search/titles/2026.json", "{\"rows\":[]}");
    site.remove("feeds/search/texts/2025.json");
    let told = searched(&site, &["item 1"]).unwrap();
    assert!(
        told[0]["hits"].as_array().unwrap().iter().all(|hit| !hit[2].as_str().unwrap().contains("2026")),
        "{told:?}"
    );
    site.remove("feeds/search.json");
    assert_eq!(searched(&site, &["item"]).unwrap()[0]["said"], "failed");
}
