//! The servers that there are: honest, careless, broken, moving, dying, and those that ask for silence.

use super::server::{Asked, Personality, Said};
use crate::model::{PollState, Rhythm};
use crate::net::FailureKind;
use chrono::{DateTime, TimeDelta, Timelike, Utc, Weekday};
use std::ops::RangeInclusive;
use std::time::Duration;

const HOUR: TimeDelta = TimeDelta::hours(1);
const DAY: TimeDelta = TimeDelta::days(1);

fn p(name: &'static str, answer: fn(&Asked<'_>) -> Said, asked: RangeInclusive<usize>) -> Personality {
    Personality {
        name,
        answer,
        rhythm: Rhythm::default(),
        posts_every: Some(HOUR * 4),
        spared: |_| false,
        wrong_by: |_| TimeDelta::zero(),
        slots: None,
        asked,
        at_last: well,
    }
}

fn well(state: &PollState) -> bool {
    state.failures == 0 && state.last_error.is_none() && state.stopped.is_none() && state.instead.is_none()
}

fn failing(state: &PollState) -> bool {
    state.failures > 0 && state.last_error.is_some() && state.failing_since.is_some()
}

fn any(_: &PollState) -> bool {
    true
}

/// A well-behaved feed with a new document every four hours.
fn fine(asked: &Asked<'_>) -> Said {
    let version = asked.now.timestamp() / 14_400;
    Said::feed(format!("version {version}"))
        .with("etag", format!("\"v{version}\""))
        .with("last-modified", format!("version {version}"))
        .unless_known(asked)
}

/// The same document for ever.
fn quiet(asked: &Asked<'_>) -> Said {
    Said::feed("the same").with("etag", "\"same\"").unless_known(asked)
}

/// Asked every hour, give or take.
const USUAL: RangeInclusive<usize> = 550..=720;

/// Asked less and less, as nothing new comes.
const FADING: RangeInclusive<usize> = 105..=130;

pub(super) fn all() -> Vec<Personality> {
    [honest(), odd_validators(), caches(), own_words(), broken(), busy(), moving(), clocks()]
        .into_iter()
        .flatten()
        .collect()
}

fn honest() -> Vec<Personality> {
    vec![
        p("fine", fine, USUAL),
        p("always 304", quiet, FADING),
        p("no validators", |asked| Said::feed(format!("at {}", asked.day())), USUAL),
        p("a new etag for each same body", |a| Said::feed("same").with("etag", format!("\"{}\"", a.visit)), FADING),
        p(
            "only a date",
            |a| Said::feed("x").with("last-modified", "Mon, 02 Mar 2026 00:00:00 GMT").unless_known(a),
            FADING,
        ),
        p(
            "only sometimes validators",
            |a| if a.visit % 2 == 0 { fine(a) } else { Said::feed(a.visit.to_string()) },
            USUAL,
        ),
        p("validators renewed by 304", renewing, FADING),
        Personality { posts_every: None, ..p("no dates", fine, 600..=720) },
        Personality { posts_every: Some(TimeDelta::minutes(5)), ..p("something every minute", fine, 1400..=2880) },
        Personality { posts_every: Some(DAY * 30), ..p("once a month", quiet, 28..=31) },
        Personality { slots: Some(TimeDelta::minutes(30)), ..p("a schedule", fine, 1438..=1441) },
        Personality { slots: Some(DAY * 7), ..p("a weekly schedule", fine, 4..=6) },
    ]
}

/// RFC 9111, 3.2: a 304 may bring a new validator for what is known.
fn renewing(asked: &Asked<'_>) -> Said {
    let said = Said::feed("same").with("etag", format!("\"{}\"", asked.visit)).with("last-modified", "once");
    if asked.visit == 0 { said } else { Said { status: 304, body: String::new(), ..said } }
}

fn odd_validators() -> Vec<Personality> {
    let odd = |name, answer| p(name, answer, FADING);
    vec![
        odd("a weak etag", |a| Said::feed("x").with("etag", "W/\"x\"").unless_known(a)),
        odd("an etag without quotes", |a| Said::feed("x").with("etag", "x1,y").unless_known(a)),
        odd("an etag of bytes", |a| Said::feed("x").with("etag", b"\"\xe4\xbd\xa0\xff\x80\"").unless_known(a)),
        odd("an etag with one quote", |a| Said::feed("x").with("etag", "\"x-gzip").unless_known(a)),
        p(
            "an etag that means everything",
            |a| Said::feed(a.day().to_string()).with("etag", "*").unless_known(a),
            USUAL,
        ),
        odd("an empty etag", |_| Said::feed("x").with("etag", "")),
        odd("a date that is none", |a| Said::feed("x").with("last-modified", "gestern, 25:61").unless_known(a)),
        odd("a date of the future", |a| {
            Said::feed("x").with("last-modified", "Fri, 31 Dec 9999 23:59:59 GMT").unless_known(a)
        }),
        p("304 to whom it gave nothing", |_| Said::status(304), 28..=60).fails(),
        p(
            "flapping between two",
            |a| {
                let side = a.visit % 2;
                Said::feed(format!("side {side}")).with("etag", format!("\"{side}\"")).unless_known(a)
            },
            USUAL,
        ),
    ]
}

fn caches() -> Vec<Personality> {
    vec![
        p("max-age of an hour", |a| fine(a).with("cache-control", "public, max-age=3600").rest(HOUR), USUAL),
        p("max-age of six hours", |a| fine(a).with("cache-control", "max-age=21600").rest(HOUR * 6), 100..=120),
        p(
            "max-age with its age",
            |a| fine(a).with("cache-control", "max-age=21600").with("age", "3600").rest(HOUR * 5),
            120..=144,
        ),
        p("max-age of a year", |a| quiet(a).with("cache-control", "max-age=31536000, immutable").rest(DAY), 28..=30),
        p(
            "max-age beyond counting",
            |a| quiet(a).with("cache-control", "max-age=99999999999999999999").rest(DAY),
            28..=30,
        ),
        p("max-age below nothing", |a| fine(a).with("cache-control", "max-age=-1"), USUAL),
        p("max-age of a second", |a| fine(a).with("cache-control", "max-age=1"), USUAL),
        p(
            "max-age that 304 does not repeat",
            |a| {
                let said = quiet(a);
                let first = said.status == 200;
                if first { said.with("cache-control", "max-age=36000").rest(HOUR * 10) } else { said.rest(HOUR * 10) }
            },
            55..=65,
        ),
        p("no-cache", |a| fine(a).with("cache-control", "no-cache, max-age=86400"), USUAL),
        p("expires in the past", |a| fine(a).with("expires", "Thu, 01 Jan 1970 00:00:00 GMT"), USUAL),
        p("expires 0", |a| fine(a).with("expires", "0"), USUAL),
        p(
            "expires in five hours",
            |a| {
                let form = "%a, %d %b %Y %H:%M:%S GMT";
                let said = fine(a).with("date", a.now.format(form).to_string());
                said.with("expires", (a.now + HOUR * 5).format(form).to_string()).rest(HOUR * 5)
            },
            120..=144,
        ),
    ]
}

fn own_words() -> Vec<Personality> {
    let wishes = |rhythm: Rhythm, of: Personality| Personality { rhythm, ..of };
    let nights: Vec<u8> = vec![22, 23, 0, 1, 2, 3, 4, 5];
    let skip_days = vec![Weekday::Sat, Weekday::Sun];
    let hours = |hours: u64| Some(Duration::from_hours(hours));
    vec![
        wishes(Rhythm { ttl: hours(8), ..Rhythm::default() }, p("a ttl", |a| fine(a).rest(HOUR * 8), 80..=90)),
        wishes(
            Rhythm { ttl: hours(1 << 40), ..Rhythm::default() },
            p("a ttl for ever", |a| fine(a).rest(DAY * 29), 1..=1),
        ),
        wishes(
            Rhythm { update_period: hours(168), ..Rhythm::default() },
            p("weekly", |a| quiet(a).rest(DAY * 7), 5..=5),
        ),
        wishes(Rhythm { skip_hours: (0..24).collect(), ..Rhythm::default() }, p("skips all hours", fine, USUAL)),
        Personality {
            spared: |now| (now.hour() >= 22 || now.hour() < 6) && now > super::server::start() + HOUR,
            ..wishes(Rhythm { skip_hours: nights, ..Rhythm::default() }, p("skips nights", fine, 440..=500))
        },
        Personality {
            spared: |now: DateTime<Utc>| chrono::Datelike::weekday(&now).num_days_from_monday() >= 5,
            ..wishes(Rhythm { skip_days, ..Rhythm::default() }, p("skips weekends", fine, 470..=530))
        },
    ]
}

fn broken() -> Vec<Personality> {
    vec![
        p("500 for ever", |_| Said::status(500), 28..=45).fails(),
        p("500 for a day in the middle", |a| if a.day() == 10 { Said::status(500) } else { fine(a) }, USUAL),
        p("500 every other time", |a| if a.visit % 2 == 0 { fine(a) } else { Said::status(500) }, USUAL).may_fail(),
        p("404 for ever", |_| Said::status(404).rest(HOUR), 18..=28).fails(),
        p("403 for ever", |_| Said::status(403).rest(HOUR), 18..=28).fails(),
        p("no such host", |_| Said::fails(FailureKind::Dns).rest(HOUR), 18..=28).fails(),
        p("no such host for a week", |a| if a.day() < 7 { Said::fails(FailureKind::Dns) } else { fine(a) }, 450..=560),
        p("no connection", |_| Said::fails(FailureKind::Connect), 28..=45).fails(),
        p("refused by policy", |_| Said::fails(FailureKind::Refused).rest(HOUR), 18..=28).fails(),
        p("we run out of something", |_| Said::fails(FailureKind::Ours), 600..=720)
            .with_last(|state| state.failures == 0),
        p("an empty body", |_| Said { body: " \n".to_owned(), ..Said::feed("").with("etag", "\"e\"") }, 28..=45)
            .fails(),
        p("a page that is no feed", |a| Said { feed: false, ..quiet(a) }, 28..=45).fails(),
        p(
            "a page that becomes a feed",
            |a| if a.day() < 3 { Said { feed: false, ..quiet(a) } } else { fine(a) },
            USUAL,
        ),
        p("410 at once", |_| Said::status(410), 1..=1).with_last(|state| state.stopped.is_some()),
        p("410 after a week", |a| if a.day() < 7 { fine(a) } else { Said::status(410) }, 150..=180)
            .with_last(|state| state.stopped.is_some() && state.last_success.is_some()),
    ]
}

fn busy() -> Vec<Personality> {
    vec![
        p(
            "429 for two hours, then fine",
            |a| if a.visit == 0 { Said::status(429).with("retry-after", "7200").rest(HOUR * 2) } else { fine(a) },
            USUAL,
        ),
        p("429 for six hours each time", |_| Said::status(429).with("retry-after", "21600").rest(HOUR * 6), 28..=60)
            .fails(),
        p("429 with a date", until_tomorrow, 14..=30).fails(),
        p("429 with garbage", |_| Said::status(429).with("retry-after", "soon"), 28..=45).fails(),
        p("429 below nothing", |_| Said::status(429).with("retry-after", "-60"), 28..=45).fails(),
        p("429 for ever", |_| Said::status(429).with("retry-after", "99999999999999999999").rest(DAY * 30), 1..=1)
            .fails(),
        p(
            "503 for a fortnight",
            |a| if a.visit == 3 { Said::status(503).with("retry-after", "1209600").rest(DAY * 14) } else { fine(a) },
            340..=400,
        ),
        p("a document that asks for silence", |a| fine(a).with("retry-after", "36000").rest(HOUR * 10), 62..=73),
    ]
}

/// By a server whose clock is an hour fast.
fn until_tomorrow(asked: &Asked<'_>) -> Said {
    let form = "%a, %d %b %Y %H:%M:%S GMT";
    let date = |moment: DateTime<Utc>| moment.format(form).to_string();
    let its_now = asked.now + HOUR;
    Said::status(429).with("date", date(its_now)).with("retry-after", date(its_now + DAY)).rest(DAY)
}

fn moving() -> Vec<Personality> {
    fn there(asked: &Asked<'_>, status: u16) -> Said {
        if asked.path == "/feed" { Said::to(status, "/new") } else { fine(asked) }
    }
    let adopted =
        |state: &PollState| state.instead.as_ref().is_some_and(|it| it.url.ends_with("/new")) && state.failures == 0;
    vec![
        p("301 for good", |a| there(a, 301), USUAL).with_last(adopted),
        p("308 for good", |a| there(a, 308), USUAL).with_last(adopted),
        p("302 for ever", |a| there(a, 302), USUAL),
        p("307 for ever", |a| there(a, 307), USUAL),
        p("301 for a day", |a| if a.day() == 5 { there(a, 301) } else { fine(a) }, USUAL),
        p(
            "301 to somewhere else each time",
            |a| if a.path == "/feed" { Said::to(301, &format!("/{}", a.visit)) } else { fine(a) },
            USUAL,
        ),
        p(
            "302, then 301",
            |a| match a.path {
                "/feed" => Said::to(302, "/a"),
                "/a" => Said::to(301, "/new"),
                _ => fine(a),
            },
            USUAL,
        ),
        p(
            "301, then 302",
            |a| match a.path {
                "/feed" => Said::to(301, "/new"),
                "/new" => Said::to(302, "/c"),
                _ => fine(a),
            },
            USUAL,
        )
        .with_last(adopted),
        p("in circles", |a| Said::to(301, if a.path == "/feed" { "/b" } else { "/feed" }), 28..=45).fails(),
        p(
            "301 to where nothing stays",
            |a| match a.path {
                "/feed" if a.day() < 10 => Said::to(301, "/new"),
                "/new" if a.day() >= 10 => Said::status(500),
                _ => fine(a),
            },
            600..=720,
        ),
        p("301 to 410", |a| if a.path == "/feed" { Said::to(301, "/b") } else { Said::status(410) }, 1..=1)
            .with_last(|state| state.stopped.is_some()),
    ]
}

fn clocks() -> Vec<Personality> {
    let clock = |wrong_by: fn(TimeDelta) -> TimeDelta, of: Personality| Personality { wrong_by, ..of };
    let hourly: fn(&Asked<'_>) -> Said = |a| fine(a).with("cache-control", "max-age=3600").rest(HOUR);
    vec![
        clock(
            |passed| if passed > DAY * 10 { -DAY * 3 } else { TimeDelta::zero() },
            p("our clock is set back", hourly, 600..=720),
        ),
        clock(
            |passed| if passed < DAY { DAY * 4000 } else { TimeDelta::zero() },
            p("our clock was years ahead", hourly, USUAL),
        ),
        clock(
            |passed| if passed < DAY { -DAY * 4000 } else { TimeDelta::zero() },
            p("our clock was years behind", fine, USUAL),
        ),
        clock(
            |passed| if passed.num_hours() % 2 == 0 { TimeDelta::minutes(20) } else { TimeDelta::zero() },
            p("our clock goes to and fro", |a| fine(a).with("cache-control", "max-age=3600"), 550..=720),
        ),
    ]
}

impl Personality {
    fn fails(self) -> Self {
        Self { at_last: failing, ..self }
    }

    fn may_fail(self) -> Self {
        Self { at_last: any, ..self }
    }

    fn with_last(self, at_last: fn(&PollState) -> bool) -> Self {
        Self { at_last, ..self }
    }
}
