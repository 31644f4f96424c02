//! Signs in headers and source by which firewalls, parking companies and hosters are known, as tables. Pure.

use super::page::{Page, SHORT};
use super::phrases::{PhraseKind, holds, says};
use crate::net::Answer;

/// A challenge page says even less.
const CHALLENGE_SHORT: usize = 700;

/// A page that says no more than this is a message, whatever it is drawn by.
const MESSAGE: usize = 120;

/// Name, header, what its value holds (`""`: anything), statuses it counts with (empty: any).
const CHALLENGE_HEADERS: &[(&str, &str, &str, &[u16])] = &[
    ("Cloudflare", "cf-mitigated", "challenge", &[]),
    ("Cloudflare", "cf-mitigated", "block", &[]),
    ("AWS WAF", "x-amzn-waf-action", "", &[]),
    ("Vercel", "x-vercel-mitigated", "", &[]),
    ("DataDome", "x-datadome", "protected", &[202, 401, 403, 404, 405, 429, 503]),
    ("DataDome", "x-dd-b", "", &[202, 401, 403, 404, 405, 429, 503]),
    ("Sucuri", "x-sucuri-block", "", &[]),
    ("PerimeterX", "x-px-block", "", &[]),
    ("hCaptcha", "x-captcha", "", &[]),
    ("captcha", "x-captcha-required", "", &[]),
    ("Kasada", "x-kpsdk-ct", "", &[403, 429]),
    ("Tencent Cloud", "x-waf-uuid", "", &[403, 404, 405, 418, 429, 503]),
    ("DDoS-Guard", "server", "ddos-guard", &[403, 404, 429, 503]),
    ("Akamai", "server", "akamaighost", &[403, 404, 503]),
];

/// Name and what the source of a short page holds, in lower case. Only what stands in challenges: firewalls put scripts
/// of theirs into honest pages too, and captchas guard honest forms.
const CHALLENGE_MARKS: &[(&str, &str)] = &[
    ("Cloudflare", "/orchestrate/chl_page/"),
    ("Cloudflare", "window._cf_chl_opt"),
    ("Cloudflare", "id=\"challenge-form\""),
    ("DataDome", "captcha-delivery.com"),
    ("PerimeterX", "px-captcha"),
    ("Incapsula", "_incapsula_resource?cwudnsai="),
    ("Incapsula", "incapsula incident id"),
    ("Incapsula", "id=\"main-iframe\" src=\"/_incapsula_resource"),
    ("AWS WAF", "window.gokuprops"),
    ("Anubis", "id=\"anubis_challenge\""),
    ("Google", "/sorry/index"),
    ("Aliyun", "aliyun_waf"),
    ("Aliyun", "acw_sc__v2"),
    ("Baidu", "wappass.baidu.com/static/captcha"),
    ("Sucuri", "sucuri_cloudproxy_js"),
    ("SiteGround", "sgcaptcha"),
];

/// Name and what the source of a page holds that a parking company serves, in lower case.
const PARKING_MARKS: &[(&str, &str)] = &[
    ("a parking service", "data-adblockkey="),
    ("Sedo", "sedoparking.com"),
    ("ParkingCrew", "parkingcrew.net"),
    ("Bodis", "bodis.com"),
    ("ParkLogic", "parklogic.com"),
    ("Above", "above.com/marketplace"),
    ("GoDaddy", "window.location.href=\"/lander\""),
    ("GoDaddy", "img1.wsimg.com/parking-lander"),
    ("Afternic", "afternic.com/forsale"),
    ("HugeDomains", "hugedomains.com/domain_profile"),
    ("Dan", "dan.com/buy-domain"),
    ("Namecheap", "parkingpage.namecheap.com"),
    ("cPanel", "cgi-sys/suspendedpage.cgi"),
    ("cPanel", "/cgi-sys/defaultwebpage.cgi"),
    ("阿里云万网", "wanwang.aliyun.com/domain/parking"),
];

/// Signs of a challenge that count before the status does: who asks, and by what we know.
pub(super) fn challenge_header(answer: &Answer) -> Option<(&'static str, String)> {
    CHALLENGE_HEADERS.iter().filter(|(.., statuses)| statuses.is_empty() || statuses.contains(&answer.status)).find_map(
        |(name, header, holds, _)| {
            let value = answer.header(header)?;
            value.to_ascii_lowercase().contains(holds).then(|| (*name, format!("{header}: {value}")))
        },
    )
}

/// A short page that asks whether we are human.
pub(super) fn challenge_page(page: &Page) -> Option<String> {
    if page.prose > CHALLENGE_SHORT {
        return None;
    }
    let titles = std::iter::once(&page.title).chain(page.headings.first()).chain(message(page));
    if let Some(phrase) = titles.into_iter().find_map(|title| says(PhraseKind::Challenge, title)) {
        return Some(format!("the page says \"{phrase}\""));
    }
    CHALLENGE_MARKS
        .iter()
        .find(|(_, mark)| page.source.contains(mark))
        .filter(|_| page.prose < CHALLENGE_SHORT / 2)
        .map(|(name, _)| format!("a challenge of {name}"))
}

/// A page that a parking company, a domain broker or a hoster serves in the place of a site.
pub(super) fn parked(page: &Page, host: &str) -> Option<String> {
    if page.is_article() {
        return None;
    }
    if let Some((name, _)) = PARKING_MARKS.iter().find(|(_, mark)| page.source.contains(mark)) {
        return Some(format!("a parking page of {name}"));
    }
    let host = host.trim_start_matches("www.");
    let titles = std::iter::once(&page.title).chain(page.headings.iter().take(2));
    titles
        .map(|title| title.to_lowercase().replace(host, "domain"))
        .find_map(|title| says(PhraseKind::Parked, &title))
        .or_else(|| if page.shown < SHORT / 3 { names_domain_for_sale(&page.text) } else { None })
        .map(|phrase| format!("the page says \"{phrase}\""))
}

/// In running text only phrases count that speak of the domain itself: bicycles are for sale as well.
fn names_domain_for_sale(text: &str) -> Option<&'static str> {
    const DOMAIN: [&str; 7] = ["domain", "域名", "網域", "ドメイン", "dominio", "домен", "domaine"];
    holds(PhraseKind::Parked, text).filter(|phrase| DOMAIN.iter().any(|word| phrase.contains(word)))
}

/// A page that is a log-in form and nothing else.
pub(super) fn login_page(page: &Page) -> Option<String> {
    const FORM_SHORT: usize = 350;
    if page.prose > FORM_SHORT {
        return None;
    }
    let phrase =
        std::iter::once(&page.title).chain(page.headings.first()).find_map(|title| says(PhraseKind::Login, title));
    match (page.password_fields, phrase) {
        (0, Some(phrase)) if page.shown <= FORM_SHORT => Some(format!("the page says \"{phrase}\"")),
        (1.., Some(phrase)) => Some(format!("a log-in form (\"{phrase}\")")),
        (1.., None) if page.headings.is_empty() && page.shown <= FORM_SHORT => Some("a log-in form only".to_owned()),
        _ => None,
    }
}

/// Nothing is shown without running scripts: what the page says cannot be seen by us.
pub(super) fn drawn_by_script(page: &Page) -> bool {
    const NEXT_TO_NOTHING: usize = 40;
    page.scripts > 0 && page.shown <= NEXT_TO_NOTHING && page.headings.is_empty()
}

/// All that a page shows, when that is next to nothing.
fn message(page: &Page) -> Option<&String> {
    Some(&page.text).filter(|text| page.shown <= MESSAGE && page.headings.is_empty() && !text.is_empty())
}

/// A page that says that there is nothing here: its title or a heading, of a short one; its first heading, where menus and
/// suggestions make it long; all of it, where it says next to nothing; or what it tells those who draw pages for robots.
pub(super) fn missing_page(page: &Page) -> Option<String> {
    if let Some(status) = page.head.prerender_status.as_deref().filter(|status| matches!(status.trim(), "404" | "410"))
    {
        return Some(format!("it gives robots the status {}", status.trim()));
    }
    let heading = |heading| ("heading", heading);
    if drawn_by_script(page) {
        return message(page).and_then(|text| is_missing("text", text));
    }
    if page.is_article() {
        let first = page.headings.first()?;
        return if is_subject(first, &page.title) { None } else { is_missing("heading", first) };
    }
    let texts = std::iter::once(("title", &page.title)).chain(page.headings.iter().map(heading));
    texts.chain(message(page).map(|text| ("text", text))).find_map(|(place, text)| is_missing(place, text))
}

/// Whether a heading is what an article is about: its title says more in the same breath, and not only whose site it is.
fn is_subject(heading: &str, title: &str) -> bool {
    const SETS_OFF: [&str; 8] = ["|", "–", "—", "·", "»", "-", "｜", "_"];
    let Some((before, after)) = title.split_once(heading) else { return false };
    let (before, after) = (before.trim_end(), after.trim_start());
    let goes_on = !after.is_empty() && !SETS_OFF.iter().any(|mark| after.starts_with(mark));
    goes_on || !before.is_empty() && !SETS_OFF.iter().any(|mark| before.ends_with(mark))
}

fn is_missing(place: &str, text: &str) -> Option<String> {
    says(PhraseKind::Missing, text).map(|phrase| format!("its {place} says \"{phrase}\""))
}

/// A shield that answers with an error and a script that sets a cookie, by which browsers come back.
pub(super) fn shield(status: u16, page: &Page) -> Option<String> {
    let sets_cookie = page.source.contains("document.cookie") || page.source.contains("document['cookie']");
    let is_shield = matches!(status, 412 | 521) && page.prose < CHALLENGE_SHORT / 2 && page.scripts > 0 && sets_cookie;
    is_shield.then(|| format!("{status} with a script that sets a cookie"))
}

/// A page of which nothing can be told: one that stands before every page of its site, or is drawn by scripts.
pub(super) fn is_before_every_page(page: &Page) -> bool {
    drawn_by_script(page) || !page.is_article() && (is_wall(page) || login_page(page).is_some())
}

/// A page that stands before every page of its site (consent, age, region, subscription) is no death of any of them.
fn is_wall(page: &Page) -> bool {
    const WORDS: [&str; 26] = [
        "cookie",
        "consent",
        "privacy",
        "javascript",
        "browser",
        "robot",
        "human",
        "verify",
        "verification",
        "region",
        "country",
        "subscribe",
        "subscription",
        "years old",
        "log in",
        "sign in",
        "loading",
        "redirecting",
        "maintenance",
        "登录",
        "验证",
        "浏览器",
        "地区",
        "加载中",
        "维护",
        "跳转",
    ];
    let text = format!("{} {}", page.title, page.text).to_lowercase();
    WORDS.iter().any(|word| text.contains(word))
}

/// Whether a short page is worth comparing with the answer to a made-up path.
pub(super) fn is_suspicious(page: &Page) -> bool {
    const SHORT_TITLE: usize = 45;
    const SAYS_SOMETHING: usize = 24;
    if page.is_article() || page.title.is_empty() || drawn_by_script(page) || is_wall(page) {
        return false;
    }
    let trouble =
        std::iter::once(&page.title).chain(&page.headings).any(|text| says(PhraseKind::Trouble, text).is_some());
    trouble || (super::page::weight(&page.title) <= SHORT_TITLE && page.shown >= SAYS_SOMETHING)
}
