//! Which landings mean that a page is lost or gated, and which are honest moves.

use super::*;

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

#[test]
fn roots_by_every_name() {
    for root in [
        "https://example.org",
        "https://example.org/index.html",
        "https://example.org/en/",
        "https://example.org/zh-CN",
        "https://example.org/zh-hans/home",
        "https://example.org/?utm_source=x",
        "https://example.org/default.aspx",
        "https://example.org/#top",
        "https://example.org/us/en/",
    ] {
        assert!(is_root(&url(root)), "{root}");
    }
    for deep in [
        "https://example.org/?p=12",
        "https://example.org/a",
        "https://example.org/#/article/1",
        "https://example.org/en/a",
        "https://example.org/#!/a",
        "https://example.org/news",
        "https://example.org/ai",
        "https://example.org/en/tv",
    ] {
        assert!(!is_root(&url(deep)), "{deep}");
    }
}

#[test]
fn pages_that_are_lost() {
    for (asked, end) in [
        ("https://example.org/2020/a", "https://example.org/"),
        ("https://example.org/2020/a", "https://www.example.org/en/"),
        ("https://example.org/?p=12", "https://example.org/"),
        ("https://old.example/2012/05/post", "https://new.example/"),
        ("https://example.org/a", "https://example.org/404.html"),
        ("https://example.org/a", "https://example.org/en/page-not-found?url=/a"),
        ("https://example.org/a", "https://example.org/status?error=404"),
        ("https://example.org/a", "https://www.example.org/"),
        ("https://link.example.org/x/abc", "https://example.org/"),
        ("https://link.someone.example/2020/x/abc", "https://example.org/"),
        ("https://a.example.co.uk/x", "https://b.example.co.uk/"),
    ] {
        assert!(lost(&url(asked), &url(end)).is_some(), "{asked} -> {end}");
    }
}

#[test]
fn honest_moves() {
    for (asked, end) in [
        ("https://example.org/", "https://example.org/en/"),
        ("https://example.org/en", "https://example.org/"),
        ("https://t.co/abc", "https://example.org/"),
        ("https://link.someone.example/x/abc", "https://example.org/"),
        ("https://example.org/blog/", "https://example.org/"),
        ("https://example.org/en/blog/", "https://www.example.org/en/"),
        ("https://example.org/de/blog/", "https://example.org/de/"),
        ("https://someone.example/project", "https://project.example.com/"),
        ("https://example.org/blog/", "https://blog.example.org/"),
        ("https://example.org/docs/x", "https://docs.example.org/"),
        ("https://old.example/tool", "https://tool.example/"),
        ("https://example.org/a", "https://example.org/#/a"),
        ("https://example.org/a", "https://example.org/?p=12"),
        ("https://example.org/how-to-404", "https://example.org/posts/how-to-404"),
        ("https://example.org/docs/404", "https://example.org/docs/v2/404"),
        ("https://example.org/?utm_source=x", "https://example.org/"),
    ] {
        assert_eq!(lost(&url(asked), &url(end)), None, "{asked} -> {end}");
    }
}

#[test]
fn gates() {
    for (asked, end) in [
        ("https://example.org/a", "https://example.org/login?next=/a"),
        ("https://weibo.com/1/a", "https://passport.weibo.com/visitor/visitor?url=x"),
        ("https://example.org/a", "https://accounts.google.com/v3/signin/identifier"),
        ("https://example.org/a", "https://example.org/wp-login.php?redirect_to=a"),
        ("https://www.google.com/a", "https://www.google.com/sorry/index?continue=a"),
        ("https://techcrunch.com/a", "https://consent.yahoo.com/v2/collectConsent"),
    ] {
        assert!(gate(&url(asked), &url(end)).is_some(), "{asked} -> {end}");
    }
    for (asked, end) in [
        ("https://example.org/login", "https://example.org/login/"),
        ("https://example.org/a", "https://example.org/blog/how-to-login"),
        ("https://accounts.example.org/a", "https://accounts.example.org/b"),
        ("https://example.org/a", "https://example.org/author/b"),
        ("https://example.org/a", "https://example.org/docs/auth/overview"),
        ("https://example.org/a", "https://example.org/challenge/2026/a"),
    ] {
        assert_eq!(gate(&url(asked), &url(end)), None, "{asked} -> {end}");
    }
}
