//! What owners, editors and servers change, and what only looks suspicious.

use crate::web::Answer::{self, File, Sends, Status};
use crate::web::{Case, TEXT, article, page};
use wellsourced::model::Verdict::{self, Blocked, Failing, Gone, Moved, Reachable};

const STAYS: &[(i64, Verdict)] = &[(0, Reachable)];

/// Seen on the seventh day, within one site.
const MOVED: &[(i64, Verdict)] = &[(0, Reachable), (7, Moved)];

/// Seen on the seventh day, and again three days later.
const MOVED_AWAY: &[(i64, Verdict)] = &[(0, Reachable), (10, Moved)];

/// From the third day on, something else.
fn then(answer: Answer) -> impl Fn(i64, &str, &str) -> Answer {
    move |day, _, _| if day < 2 { article() } else { answer.clone() }
}

/// The old host sends readers to a page of the new one.
fn sends(status: u16, to: &'static str, answer: Answer) -> impl Fn(i64, &str, &str) -> Answer {
    move |day, host, path| match host {
        "new" | "www.old" => answer.clone(),
        _ if day < 2 || to.ends_with(path) && to.starts_with("http://{old}") => article(),
        _ => Sends(status, to.to_owned()),
    }
}

fn other_text() -> &'static str {
    "A new design, a new menu, and everything that was here before in another order than last year, with larger pictures."
}

pub(crate) fn cases() -> Vec<Case> {
    [edits(), fronts(), walls(), moves(), deaths()].concat()
}

fn edits() -> Vec<Case> {
    let stays = |name, answer| Case::new(name, STAYS, then(answer));
    let gambling = "<meta name=description content='Sports betting and free spins: an inquiry'>";
    vec![
        stays(
            "a redesign",
            page("en", "The press in the mill - Valley Paper", "<meta name=generator content=Hugo>", other_text()),
        ),
        stays("a new title", page("en", "Three neighbours and a press - Valley Paper", "", TEXT)),
        stays("a new title, rewritten", page("en", "Three neighbours - Valley Paper", "", other_text())),
        stays("a title without its site", page("en", "The press in the mill", "", other_text())),
        stays("a corrected text, without its title", page("en", "Valley", "", &TEXT.replace("Three", "Four"))),
        stays(
            "the site's name in a tag",
            page("en", "Neighbours", "<meta property=og:site_name content='Valley Paper'>", other_text()),
        ),
        stays(
            "another language of it",
            page(
                "de",
                "Die Presse",
                "<link rel=alternate hreflang=en href=/en>",
                "In der alten Mühle druckt man wieder.",
            ),
        ),
        stays(
            "a translation that names its site",
            page("de", "Die Presse - Valley Paper", "", "In der alten Mühle druckt man wieder."),
        ),
        stays(
            "a paper that writes of gambling",
            page("en", "Why an online casino advertises - Valley Paper", gambling, other_text()),
        ),
        stays("everything anew, in the same language", page("en", "Shoes", "", "Every pair is sent the same day.")),
        stays("a counter in its title", page("en", "(3) The press in the mill - Valley Paper", "", TEXT)),
        stays("a maintenance page", page("en", "Back soon", "", "We are moving to new machines this week.")),
        stays("no title any more", page("en", "", "", TEXT)),
        stays("a file in its place", File),
        Case::new("a page of pills that was cited as such", STAYS, |_, _, _| {
            page("en", "Online pharmacy without prescription", "", "An inquiry into buy viagra pages.")
        })
        .cited("Online pharmacy without prescription"),
        Case::new("a casino that was cited as such", STAYS, |_, _, _| {
            page("zh", "百家乐的历史：真人荷官从哪里来", "", "一篇考证。")
        })
        .cited("百家乐的历史"),
        Case::new("a page without anything to compare", STAYS, |_, _, _| page("en", "", "", "")),
    ]
}

fn fronts() -> Vec<Case> {
    let news =
        |day: i64| format!("Today, the {day}th, the valley has other news than yesterday, as on each day of the year.");
    vec![
        Case::new("a front page of every day", STAYS, move |day, _, _| {
            page("en", "Valley Paper", "", &news(day * 7919))
        })
        .path("/"),
        Case::new("a front page with the day's title", STAYS, move |day, _, _| {
            page("en", &format!("News {} | Valley Paper", day * 7919), "", &news(day))
        })
        .path("/"),
        Case::new("a live page", STAYS, move |day, _, _| {
            page("en", "Live: the election - Valley Paper", "", &news(day * 31))
        })
        .path("/live/election"),
        Case::new("a page that flaps", STAYS, |day, _, _| {
            if day % 2 == 0 { article() } else { page("en", "Shoes", "", "Every pair is sent the same day.") }
        }),
    ]
}

fn walls() -> Vec<Case> {
    vec![
        Case::new(
            "consent",
            STAYS,
            then(page("de", "Ihre Privatsphäre", "", "Cookies: bitte stimmen Sie zu. consent")),
        ),
        Case::new("a paywall", STAYS, then(page("en", "Read on", "", "Subscribe to read the rest of this text."))),
        Case::new(
            "drawn by script",
            STAYS,
            then(Answer::Page("<title>App</title><script src=/a.js></script>".to_owned())),
        ),
        Case::new("a robot check", &[(0, Reachable), (7, Blocked)], then(page("en", "Just a moment...", "", ""))),
        Case::new("turned away", &[(0, Reachable), (7, Blocked)], then(Status(403))),
    ]
}

fn moves() -> Vec<Case> {
    let named = page(
        "en",
        "New Valley, once old paper",
        "<meta property=og:site_name content='New Valley, once {old}'>",
        other_text(),
    );
    let canonical = page("en", "Welcome", "<link rel=canonical href='http://{old}/2026/press'>", other_text());
    let inside = page("en", "Three neighbours - Valley Paper", "", other_text());
    vec![
        Case::new("to another path", MOVED, |day, _, path| match (day, path) {
            (2.., "/2026/press") => Sends(301, "/press".to_owned()),
            _ => article(),
        }),
        Case::new("to another path, retitled", MOVED, move |day, _, path| match (day, path) {
            (2.., "/2026/press") => Sends(308, "/press".to_owned()),
            (2.., _) => inside.clone(),
            _ => article(),
        }),
        Case::new("to www", MOVED, sends(301, "http://{www.old}/2026/press", article())),
        Case::new("a blog with a domain of its own", MOVED_AWAY, sends(301, "http://{new}/press", article())),
        Case::new("the same path elsewhere", MOVED_AWAY, sends(308, "http://{new}/2026/press", article())),
        Case::new(
            "a company with another name",
            MOVED_AWAY,
            sends(301, "http://{new}/about/us", {
                page("en", "About us - Valley Paper", "", "We have another name since Monday.")
            }),
        ),
        Case::new("a new site that names the old one", MOVED_AWAY, sends(301, "http://{new}/welcome/all", named)),
        Case::new("a canonical address of the old one", MOVED_AWAY, sends(301, "http://{new}/welcome/all", canonical)),
        Case::new("a mirror", STAYS, sends(302, "http://{new}/2026/press", article())),
        Case::new("for a week only", STAYS, |day, host, _| {
            if host == "old" && (5..9).contains(&day) {
                Sends(301, "http://{new}/2026/press".to_owned())
            } else {
                article()
            }
        }),
        Case::new("a section to the root of its site", &[(0, Reachable)], |day, _, path| {
            if day >= 2 && path != "/" { Sends(302, "/".to_owned()) } else { article() }
        })
        .path("/blog/"),
    ]
}

fn deaths() -> Vec<Case> {
    let gone = [(0, Reachable), (7, Failing), (10, Gone)];
    vec![
        Case::new("deleted", &gone, then(Status(404))),
        Case::new("deleted, with 200", &gone, then(page("en", "Page not found - Valley Paper", "", "Try the search."))),
        Case::new(
            "an outage of two days",
            STAYS,
            |day, _, _| if (2..4).contains(&day) { Status(503) } else { article() },
        ),
    ]
}
