//! Which titles say that a page is missing, parked or a challenge, and which are articles.

use super::*;

#[test]
fn titles_that_say_it() {
    for (kind, title) in [
        (Missing, "404"),
        (Missing, "404 Not Found"),
        (Missing, "Page not found | The Example"),
        (Missing, "Page Not Found – Example Blog"),
        (Missing, "Oops! That page can’t be found."),
        (Missing, "Sorry, the page you were looking for could not be found"),
        (Missing, "Error 404 (Not Found)!!1"),
        (Missing, "Example: Page not found"),
        (Missing, "页面不存在 - 某某网"),
        (Missing, "抱歉，您访问的页面不存在"),
        (Missing, "頁面不存在"),
        (Missing, "お探しのページが見つかりませんでした"),
        (Missing, "Seite nicht gefunden - Beispiel"),
        (Missing, "Page introuvable · Exemple"),
        (Missing, "Página no encontrada"),
        (Missing, "Страница не найдена — Пример"),
        (Parked, "This domain is for sale"),
        (Parked, "域名出售"),
        (Challenge, "Just a moment..."),
        (Challenge, "Attention Required! | Cloudflare"),
        (Challenge, "百度安全验证"),
        (Challenge, "Making sure you're not a bot!"),
        (Login, "Log in | Example"),
        (Login, "登录 - 某某网"),
    ] {
        assert!(says(kind, title).is_some(), "{kind:?}: {title}");
    }
}

#[test]
fn titles_that_are_articles() {
    for (kind, title) in [
        (Missing, "How to design a good page not found page in 2026"),
        (Missing, "404 Media raises money"),
        (Missing, "The HTTP 404 status code and what it tells us about the web"),
        (Missing, "Debian drops i386, users not found"),
        (Missing, "Life not found on Mars, scientists say"),
        (Missing, "为什么网站需要一个好看的 404 页面设计指南"),
        (Missing, "Pagefault handling in Linux 7.0"),
        (Missing, "WireGuard 4040 released"),
        (Missing, "Windows 10 is no longer available for purchase from Microsoft"),
        (Parked, "My old bike is for sale"),
        (Parked, "Why the domain market is for sale to the highest bidder and nobody cares"),
        (Challenge, "Cloudflare's new security check explained by its engineers"),
        (Challenge, "Just a moment in the life of a kernel maintainer"),
        (Login, "How GNOME will change the way you log in to your desktop"),
        (Login, "Blogging in 2026"),
    ] {
        assert_eq!(says(kind, title), None, "{kind:?}: {title}");
    }
}

#[test]
fn every_phrase_is_written_as_it_is_looked_for() {
    for (kind, language, phrase) in PHRASES {
        assert_eq!(phrase.to_lowercase(), *phrase, "{kind:?} {language}");
        assert!(says(*kind, phrase).is_some(), "{phrase}");
    }
}
