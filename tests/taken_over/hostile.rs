//! Domains that expired and were bought, and what stands there now.

use crate::web::Answer::{Sends, Status};
use crate::web::{Answer, Case, article, page};
use wellsourced::model::Verdict::{self, Failing, Gone, Reachable, Replaced};

/// Reachable until what is seen on the seventh day was seen three times in three days.
const TAKEN_OVER: &[(i64, Verdict)] = &[(0, Reachable), (10, Replaced)];

/// What casinos and the like say of themselves: language, title, description, text.
const SPAM: [(&str, &str, &str, &str); 9] = [
    (
        "zh",
        "百家乐在线娱乐城",
        "真人荷官，注册送彩金",
        "欢迎来到最大的平台，每天都有新的活动等着新会员，客服全天在线。",
    ),
    (
        "id",
        "LUCKY88 Situs Slot Gacor",
        "Judi online terpercaya, rtp slot hari ini",
        "Daftar sekarang dan dapatkan hadiah besar untuk anggota baru.",
    ),
    (
        "vi",
        "Nhà cái số một",
        "Cá cược bóng đá, nổ hũ, tài xỉu",
        "Đăng ký ngay hôm nay để nhận thưởng cho thành viên mới.",
    ),
    ("th", "สล็อตเว็บตรง", "บาคาร่า คาสิโนออนไลน์ เครดิตฟรี", "สมัครวันนี้รับโบนัสสำหรับสมาชิกใหม่ทุกคน"),
    ("ko", "카지노사이트 추천", "온라인카지노 바카라 먹튀검증", "오늘 가입하면 신규 회원에게 보너스를 드립니다."),
    (
        "ru",
        "Онлайн казино 777",
        "Игровые автоматы, бездепозитный бонус",
        "Зарегистрируйтесь сегодня и получите подарок для новых игроков.",
    ),
    (
        "tr",
        "Bahis siteleri 2026",
        "Canlı casino, deneme bonusu",
        "Bugün üye olun ve yeni üyelere verilen hediyeyi alın.",
    ),
    (
        "it",
        "Bonus senza deposito",
        "Scommesse sportive e giri gratis",
        "Registrati oggi e ricevi il regalo per i nuovi giocatori.",
    ),
    (
        "en",
        "Online casino with free spins",
        "Live casino, no deposit bonus",
        "Join today and take the gift for new players, every day of the week.",
    ),
];

fn spam(n: usize) -> Answer {
    let (language, title, description, text) = SPAM[n];
    page(language, title, &format!("<meta name=description content='{description}'>"), text)
}

/// From the third day on, something else.
fn bought(then: impl Fn(&str, &str) -> Answer + Send + Sync + 'static) -> impl Fn(i64, &str, &str) -> Answer {
    move |day, host, path| if day < 2 { article() } else { then(host, path) }
}

fn at_casino(redirect: Answer) -> impl Fn(&str, &str) -> Answer {
    move |host, _| if host == "casino" { spam(1) } else { redirect.clone() }
}

fn shop() -> Answer {
    page(
        "en",
        "Shoes for the whole family",
        "",
        "Every pair in stock is sent the same day, and can be sent back for a month.",
    )
}

fn taken(name: &'static str, serve: impl Fn(&str, &str) -> Answer + Send + Sync + 'static) -> Case {
    Case::new(name, TAKEN_OVER, bought(serve))
}

pub(crate) fn cases() -> Vec<Case> {
    let names = [
        "by 200, Chinese",
        "by 200, Indonesian",
        "by 200, Vietnamese",
        "by 200, Thai",
        "by 200, Korean",
        "by 200, Russian",
        "by 200, Turkish",
        "by 200, Italian",
        "by 200, English",
    ];
    let mut cases: Vec<Case> = names
        .into_iter()
        .enumerate()
        .map(|(n, name)| Case::new(name, TAKEN_OVER, bought(move |_, _| spam(n))))
        .collect();
    let to = |status, path: &str| Sends(status, format!("http://{{casino}}{path}"));
    cases.extend([
        taken("by 301 of the root", at_casino(to(301, "/"))).path("/"),
        taken("by 301 of one segment", at_casino(to(301, "/slots"))).path("/press"),
        taken("by 301 of a deep path", at_casino(to(301, "/2026/press"))),
        taken("by 308 to another path", at_casino(to(308, "/play/now"))),
        taken("by 302", at_casino(to(302, "/play/now"))),
    ]);
    cases.push(Case::new(
        "by a chain of 302",
        TAKEN_OVER,
        bought(|host, path| match (host, path) {
            ("casino", _) => spam(1),
            ("new", _) => Sends(302, "http://{casino}/play/now".to_owned()),
            ("old", "/next") => Sends(302, "http://{new}/out/of/here".to_owned()),
            _ => Sends(302, "/next".to_owned()),
        }),
    ));
    let gone = [(0, Reachable), (7, Failing), (10, Gone)];
    cases.push(Case::new("by 301 to the casino's front page", &gone, bought(at_casino(to(301, "/")))));
    cases.extend([
        taken("another language and nothing suspicious", |_: &str, _: &str| {
            page("pl", "Obuwie dla całej rodziny", "", "Każda para jest wysyłana tego samego dnia i można ją zwrócić.")
        }),
        taken(
            "a shop elsewhere",
            |host: &str, _: &str| {
                if host == "new" { shop() } else { Sends(302, "http://{new}/shoes/all".to_owned()) }
            },
        ),
    ]);
    let same = [(0, Reachable), (7, Failing), (10, Replaced)];
    cases.push(Case::new("the same on every path", &same, bought(|_, _| spam(1))).for_any_path());
    cases.extend(histories());
    cases
}

/// Where more happens than once.
fn histories() -> Vec<Case> {
    let parked = || page("en", "old.test is for sale", "", "This domain is for sale. Buy this domain today.");
    vec![
        Case::new(
            "a parking page that becomes a casino",
            &[(0, Reachable), (7, Failing), (10, Gone), (43, Replaced)],
            {
                move |day, _, _| match day {
                    ..2 => article(),
                    2..20 => parked(),
                    _ => spam(1),
                }
            },
        ),
        Case::new("bought, then given back", &[(0, Reachable), (10, Replaced), (40, Reachable)], |day, _, _| {
            if (2..20).contains(&day) { spam(1) } else { article() }
        }),
        Case::new("given back before it is confirmed", &[(0, Reachable)], |day, _, _| {
            if (2..9).contains(&day) { spam(1) } else { article() }
        }),
        Case::new("first seen when it was taken over already", &[(0, Reachable), (4, Replaced)], |_, _, _| spam(1)),
        Case::new("first seen when it led elsewhere already", &[(0, Reachable), (4, Replaced)], |_, host, _| {
            if host == "casino" { spam(8) } else { Sends(302, "http://{casino}/play/now".to_owned()) }
        }),
        Case::new(
            "taken over after its server was closed",
            &[(0, Reachable), (7, Failing), (14, Gone), (47, Replaced)],
            {
                |day, _, _| match day {
                    ..2 => article(),
                    2..20 => Status(503),
                    _ => spam(1),
                }
            },
        ),
    ]
}
