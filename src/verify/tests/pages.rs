//! Links over simulated months, as what their pages look like changes: on which day the verdict does.

use super::*;
use crate::model::{Citation, Sketch, Verdict};
use crate::verify::next_check;
use Verdict::{Failing, Gone, Moved, Reachable, Replaced};

const ASKED: &str = "https://paper.example/2026/printing";

fn start() -> DateTime<Utc> {
    "2026-01-01T00:00:00Z".parse().unwrap()
}

/// The page as it was cited.
fn article() -> Portrait {
    Portrait {
        title: "Printing gets simpler - Paper & Ink".to_owned(),
        language: Some("en".to_owned()),
        domain: "paper.example".to_owned(),
        sketch: Sketch::of("The 3.2 release of the printing system drops the last of the old drivers, at long last."),
        ..Portrait::default()
    }
}

fn casino(domain: &str, language: &str) -> Portrait {
    Portrait {
        title: "LUCKY77: Situs Slot Gacor Hari Ini".to_owned(),
        language: Some(language.to_owned()),
        site_name: Some("LUCKY77".to_owned()),
        domain: domain.to_owned(),
        sketch: Sketch::of("Daftar sekarang dan dapatkan bonus besar untuk setiap anggota baru setiap hari."),
        spam: Some("situs slot".to_owned()),
        ..Portrait::default()
    }
}

/// A page that has nothing in common with the article, and nothing suspicious either.
fn other(title: &str) -> Portrait {
    Portrait { title: title.to_owned(), sketch: Sketch::of(title), ..article() }
}

fn elsewhere(page: Portrait) -> Portrait {
    Portrait { domain: "ink.example".to_owned(), ..page }
}

/// What a server does on a day.
#[derive(Clone)]
enum Answer {
    /// It shows a page, at the address or by way of redirects that are not for good.
    Shows(Portrait),
    /// It sends readers to another place for good.
    Sends(&'static str, Portrait),
    /// It shows what nothing can be told of.
    Wall,
    Says404,
    Closed,
}

use Answer::{Closed, Says404, Sends, Shows, Wall};

fn look(at: DateTime<Utc>, answer: Answer) -> Check {
    let (verdict, rule, end, portrait) = match answer {
        Shows(page) => (Reachable, "ok", None, Some(page)),
        Sends(to, page) => (Moved, "moved", Some(to), Some(page)),
        Wall => (Reachable, "ok", None, None),
        Says404 => (Gone, "http-404", None, None),
        Closed => (Failing, "connect", None, None),
    };
    Check {
        url: ASKED.to_owned(),
        at,
        verdict,
        rule: rule.to_owned(),
        evidence: "seen".to_owned(),
        status: None,
        final_url: Some(end.unwrap_or(ASKED).to_owned()),
        hops: Vec::new(),
        retry_after: None,
        reached_http: true,
        ms: 1,
        portrait,
        warning: None,
        face: None,
    }
}

/// A link that is looked at whenever it is due: the days on which its verdict changed. What is remembered goes from look to
/// look, as in the store.
fn live(days: i64, neighbours: &[Lately], server: impl Fn(i64) -> Answer) -> Vec<(i64, Verdict)> {
    let policy = Policy::default();
    let words = vec!["打印系统不再需要驱动".to_owned(), "纸墨周刊".to_owned()];
    let citation = Citation { words, language: Some("zh".to_owned()) };
    let mut beside = Beside { citation, neighbours: neighbours.to_vec(), ..Beside::default() };
    let (mut checks, mut published): (Vec<Check>, Vec<(i64, Verdict)>) = (Vec::new(), Vec::new());
    let mut now = start();
    while now < start() + TimeDelta::days(days) {
        checks.push(look(now, server((now - start()).num_days())));
        let weighed = judge(&checks, &beside, &policy);
        let verdict = weighed.judgement.verdict;
        if published.last().is_none_or(|(_, last)| *last != verdict) {
            published.push(((now - start()).num_days(), verdict));
        }
        now = next_check(&weighed, &checks, start(), &policy, now);
        beside.memory = weighed.memory;
    }
    published
}

const OFFERED: &str = "https://ink.example/2026/printing";

fn odd() -> Vec<Lately> {
    vec![Lately { odd: true, moved_to: None }; 2]
}

fn moved_likewise() -> Vec<Lately> {
    vec![Lately { odd: false, moved_to: Some("ink.example".to_owned()) }; 2]
}

type Case<'a> = (&'a str, &'a [Lately], Box<dyn Fn(i64) -> Answer>, &'a [(i64, Verdict)]);

fn since(day: i64, before: Answer, after: Answer) -> Box<dyn Fn(i64) -> Answer> {
    Box::new(move |now| if now < day { before.clone() } else { after.clone() })
}

/// It dies, and is then bought.
fn bought_when_dead(day: i64) -> Answer {
    match day {
        ..10 => Shows(article()),
        10..40 => Says404,
        _ => Shows(casino("paper.example", "id")),
    }
}

/// Its owner gets it back.
fn given_back(day: i64) -> Answer {
    match day {
        10..60 => Shows(casino("paper.example", "id")),
        _ => Shows(article()),
    }
}

/// Who took it over leaves it too.
fn dies_later(day: i64) -> Answer {
    match day {
        ..10 => Shows(article()),
        10..60 => Shows(casino("paper.example", "id")),
        _ => Says404,
    }
}

#[test]
fn what_was_taken_over_is_replaced_on_the_day_the_rule_says() {
    let (odd, here) = (odd(), || Shows(article()));
    let plain = |domain: &str| Portrait { spam: None, ..casino(domain, "id") };
    let cases: Vec<Case<'_>> = vec![
        ("by 200", &[], since(10, here(), Shows(casino("paper.example", "id"))), &[(0, Reachable), (33, Replaced)]),
        (
            "in the same language",
            &[],
            since(10, here(), Shows(casino("paper.example", "en"))),
            &[(0, Reachable), (33, Replaced)],
        ),
        (
            "without its phrases",
            &[],
            since(10, here(), Shows(plain("paper.example"))),
            &[(0, Reachable), (33, Replaced)],
        ),
        ("by 302", &[], since(2, here(), Shows(casino("lucky.example", "id"))), &[(0, Reachable), (10, Replaced)]),
        (
            "by 301",
            &[],
            since(2, here(), Sends("https://lucky.example/", casino("lucky.example", "en"))),
            &[(0, Reachable), (10, Replaced)],
        ),
        (
            "another site for sale",
            &[],
            since(2, here(), Sends("https://ink.example/", elsewhere(other("A shop for shoes")))),
            &[(0, Reachable), (10, Replaced)],
        ),
        (
            "with its neighbours",
            &odd,
            since(2, here(), Shows(other("A shop for shoes"))),
            &[(0, Reachable), (10, Replaced)],
        ),
        (
            "before it was first seen",
            &[],
            since(0, here(), Shows(casino("paper.example", "id"))),
            &[(0, Reachable), (4, Replaced)],
        ),
        (
            "after it died",
            &[],
            Box::new(bought_when_dead),
            &[(0, Reachable), (30, Failing), (33, Gone), (66, Replaced)],
        ),
        ("and given back", &[], Box::new(given_back), &[(0, Reachable), (33, Replaced), (63, Reachable)]),
        ("and then dead", &[], Box::new(dies_later), &[(0, Reachable), (33, Replaced), (123, Gone)]),
    ];
    for (name, neighbours, server, expected) in cases {
        assert_eq!(live(150, neighbours, server), expected, "{name}");
    }
}

#[test]
fn what_its_owner_changed_stays_reachable() {
    let here = || Shows(article());
    let retitled = Portrait { title: "Drivers are history - Paper & Ink".to_owned(), ..other("") };
    let redesigned =
        Portrait { sketch: Sketch::of("menu and a banner"), generator: Some("Hugo".to_owned()), ..article() };
    let rewritten = Portrait { title: "Drivers are history".to_owned(), ..article() };
    let german = Portrait {
        title: "Drucken wird einfacher".to_owned(),
        language: Some("de".to_owned()),
        alternates: vec!["en".to_owned()],
        ..other("Seit Montag gibt es keine Treiber mehr")
    };
    let gambling = Portrait { spam: Some("online casino".to_owned()), ..rewritten.clone() };
    let daily =
        |day: i64| Shows(Portrait { front: true, title: "Paper & Ink".to_owned(), ..other(&format!("news {day}")) });
    let flapping = |day: i64| if day % 2 == 0 { Shows(article()) } else { Shows(casino("paper.example", "id")) };
    let relaunched = |day: i64| match day {
        ..10 => Shows(article()),
        10..200 => Shows(other("A shop for shoes")),
        _ => Shows(Portrait { language: Some("de".to_owned()), ..other("A shop for shoes") }),
    };
    let reached: &[(i64, Verdict)] = &[(0, Reachable)];
    let cases: Vec<Case<'_>> = vec![
        ("a retitled article", &[], since(10, here(), Shows(retitled)), reached),
        ("a redesign", &[], since(10, here(), Shows(redesigned)), reached),
        ("another title, the same text", &[], since(10, here(), Shows(rewritten)), reached),
        ("the visitor's language", &[], since(10, here(), Shows(german)), reached),
        ("one that writes of gambling by now", &[], since(10, here(), Shows(gambling.clone())), reached),
        (
            "one that always did",
            &[],
            since(10, Shows(gambling.clone()), Shows(Portrait { title: "Bets".to_owned(), ..gambling })),
            reached,
        ),
        ("a front page of every day", &[], Box::new(daily), reached),
        ("a wall before it", &[], since(10, here(), Wall), reached),
        ("all is another, and nothing suspicious", &[], since(10, here(), Shows(other("A shop for shoes"))), reached),
        ("a relaunch, then translated", &[], Box::new(relaunched), reached),
        ("a page that flaps", &[], Box::new(flapping), reached),
        (
            "spam, cited as what it is",
            &[],
            since(0, here(), Shows(Portrait { title: "纸墨周刊：百家乐".to_owned(), ..casino("paper.example", "zh") })),
            reached,
        ),
        (
            "spam at first sight, and no other sign",
            &[],
            since(0, here(), Shows(casino("paper.example", "en"))),
            reached,
        ),
        (
            "an outage, then itself",
            &[],
            Box::new(|day| if (10..12).contains(&day) { Closed } else { Shows(article()) }),
            reached,
        ),
    ];
    for (name, neighbours, server, expected) in cases {
        assert_eq!(live(400, neighbours, server), expected, "{name}");
    }
}

#[test]
fn a_new_address_is_offered_when_it_stays_and_goes_on() {
    let likewise = moved_likewise();
    let here = || Shows(article());
    let named = Portrait { site_name: Some("New Ink, once Paper".to_owned()), ..elsewhere(other("Welcome to us")) };
    let canonical = Portrait { canonical: Some("paper.example".to_owned()), ..elsewhere(other("Welcome to us")) };
    let within = |to| Sends(to, Portrait { title: "Drivers".to_owned(), ..other("") });
    let briefly =
        |day: i64| if (10..31).contains(&day) { Sends(OFFERED, elsewhere(article())) } else { Shows(article()) };
    let wanders = |day: i64| {
        let (to, domain) =
            if day % 2 == 0 { (OFFERED, "ink.example") } else { ("https://b.example/2026/printing", "b.example") };
        Sends(to, Portrait { domain: domain.to_owned(), ..article() })
    };
    let cases: Vec<Case<'_>> = vec![
        (
            "within one site",
            &[],
            since(2, here(), within("https://paper.example/printing")),
            &[(0, Reachable), (7, Moved)],
        ),
        (
            "to a host of the same site",
            &[],
            since(2, here(), within("https://www.paper.example/2026/printing")),
            &[(0, Reachable), (7, Moved)],
        ),
        (
            "the same page elsewhere",
            &[],
            since(2, here(), Sends(OFFERED, elsewhere(article()))),
            &[(0, Reachable), (10, Moved)],
        ),
        (
            "a company that was renamed",
            &[],
            since(2, here(), Sends("https://ink.example/", named)),
            &[(0, Reachable), (10, Moved)],
        ),
        (
            "by its canonical address",
            &[],
            since(2, here(), Sends("https://ink.example/", canonical)),
            &[(0, Reachable), (10, Moved)],
        ),
        (
            "with two others of its host",
            &likewise,
            since(2, here(), Sends(OFFERED, elsewhere(other("Welcome to us")))),
            &[(0, Reachable), (10, Moved)],
        ),
        ("for one look only", &[], Box::new(briefly), &[(0, Reachable)]),
        ("to another place each time", &[], Box::new(wanders), &[(0, Reachable)]),
    ];
    for (name, neighbours, server, expected) in cases {
        assert_eq!(live(60, neighbours, server), expected, "{name}");
    }
    let all_bought = Sends(OFFERED, casino("ink.example", "id"));
    assert_eq!(live(60, &likewise, since(2, here(), all_bought)), [(0, Reachable), (10, Replaced)], "ten links bought");
}

#[test]
fn what_is_suspected_is_told() {
    let checks = |pages: Vec<Answer>| -> Vec<Check> {
        pages.into_iter().zip(0..).map(|(page, day)| look(start() + TimeDelta::days(day), page)).collect()
    };
    let told = |pages| judge(&checks(pages), &Beside::default(), &Policy::default()).judgement.evidence;
    let odd = told(vec![Shows(article()), Shows(casino("paper.example", "id"))]);
    assert!(odd.contains("something else may stand there now, look 1 of 3") && odd.contains("situs slot"), "{odd}");
    let moved = told(vec![Shows(article()), Sends(OFFERED, elsewhere(article()))]);
    assert_eq!(moved, "now answered by ink.example, look 1 of 2");
    let replaced = vec![Shows(article()), Shows(casino("l.example", "id")), Says404, Shows(casino("l.example", "id"))];
    let many = [replaced, vec![Wall, Shows(casino("l.example", "id"))]].concat();
    let judgement = judge(&checks(many), &Beside::default(), &Policy::default()).judgement;
    assert_eq!((judgement.verdict, judgement.since), (Replaced, Some(start() + TimeDelta::days(1))));
    assert!(judgement.evidence.starts_with("something else stands there now (its language"), "{}", judgement.evidence);
    assert_eq!(judgement.last_reached, Some(start()), "what was cited was not seen since");
}
