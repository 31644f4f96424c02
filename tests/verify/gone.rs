//! Pages that are no longer there, whatever their status says.

use super::case::Case;
use super::server::Reply;
use wellsourced::model::Verdict::Gone;

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = vec![
        Case::new("404", Gone, "http-404").reply(Reply::html(404, "<p>no")),
        Case::new("404 without a body", Gone, "http-404").reply(Reply::with(404, "", "")),
        Case::new("410", Gone, "http-410").reply(Reply::html(410, "<p>gone")),
        Case::new("404 after a redirect", Gone, "http-404")
            .reply(Reply::redirect(301, "/elsewhere"))
            .at("/elsewhere", Reply::html(404, "<p>no")),
        Case::new("404 with a login in its head", Gone, "http-404")
            .reply(Reply::html(404, "<title>Nope</title><form><input type=password></form>")),
    ];
    for (language, title) in [
        ("en", "Page not found"),
        ("en", "404 Not Found"),
        ("en", "Error 404 (Not Found)!!1"),
        ("en", "Oops! That page can’t be found. | Example"),
        ("en", "Sorry, this page isn't available."),
        ("zh", "页面不存在 - 某某网"),
        ("zh", "抱歉，您访问的页面不存在"),
        ("zh", "该内容已被发布者删除"),
        ("zh-Hant", "找不到頁面"),
        ("ja", "ページが見つかりません"),
        ("de", "Seite nicht gefunden"),
        ("fr", "Page introuvable"),
        ("es", "Página no encontrada"),
        ("ru", "Страница не найдена"),
        ("pt", "Página não encontrada"),
        ("ko", "페이지를 찾을 수 없습니다"),
    ] {
        let page = format!("<title>{title}</title><nav><a href=/>Home</a></nav><p>Try the search.</p>");
        cases.push(Case::new(format!("soft 404 ({language}: {title})"), Gone, "soft-404").page(&page));
    }
    cases.push(
        Case::new("soft 404 in a heading", Gone, "soft-404")
            .page("<title>Example News</title><h1>We couldn't find that page</h1><p>Sorry about that.</p>"),
    );
    for (label, title) in [("gbk", "页面不存在"), ("big5", "頁面不存在"), ("shift_jis", "ページが見つかりません")]
    {
        let encoding = encoding_rs::Encoding::for_label(label.as_bytes()).unwrap();
        let body = encoding.encode(&format!("<title>{title}</title><p>{title}</p>")).0.into_owned();
        let declared = Reply::with(200, &format!("Content-Type: text/html; charset={label}\r\n"), body);
        cases.push(Case::new(format!("soft 404 in {label}"), Gone, "soft-404").reply(declared));
    }
    cases.extend(landings());
    cases.extend(messages());
    cases.extend(parked());
    cases.extend(same_as_made_up());
    cases
}

/// Pages that say next to nothing, say it to robots only, or say it above a long list of other things.
fn messages() -> Vec<Case> {
    let gone = |name: &str| Case::new(name, Gone, "soft-404");
    let message = |text: &str| format!("<body><div class=msg><div>{text}</div></div><script>var a = 1</script></body>");
    let menus =
        "<p>Have a look at what others read these days, there is a lot of it and all of it is good.</p>".repeat(20);
    vec![
        gone("a message of a page drawn by script").page(&message("该内容已被发布者删除")),
        gone("another").page(&message("此内容因违规无法查看")),
        gone("a link that expired").page(&message("链接已过期")),
        gone("a message in English").page(&message("Page not found")),
        gone("a status for robots")
            .page("<meta name='prerender-status-code' content='404'><div id=app></div><script src=a.js></script>"),
        gone("suggestions below").page(&format!("<title>Example News</title><h1>Page not found</h1>{menus}")),
        gone("suggestions below, titled so")
            .page(&format!("<title>Page not found</title><h1>Page not found</h1>{menus}")),
    ]
}

fn landings() -> Vec<Case> {
    let home = || Reply::html(200, "<title>Example</title><p>All our news.</p>");
    let mut cases = Vec::new();
    for (status, to) in [
        (301, "/"),
        (302, "/"),
        (302, "/en/"),
        (301, "/zh-CN"),
        (302, "/index.html"),
        (302, "/404.html"),
        (302, "/page-not-found?from=x"),
        (302, "/status?error=404"),
        (307, "/?utm_source=lost"),
    ] {
        cases.push(
            Case::new(format!("{status} to {to}"), Gone, "lost").reply(Reply::redirect(status, to)).at(to, home()),
        );
    }
    cases.push(
        Case::new("another site's root", Gone, "lost").reply(Reply::redirect(301, "http://{o}/")).other("/", home()),
    );
    cases.push(
        Case::new("a meta refresh to the root", Gone, "lost")
            .page("<meta http-equiv=refresh content='0; url=/'>")
            .at("/", home()),
    );
    cases
}

fn parked() -> Vec<Case> {
    [
        ("for sale", "<title>case.test is for sale</title><h1>This domain is for sale</h1>"),
        ("for sale, by name", "<title>{name} is for sale</title><p>Make an offer.</p>"),
        ("buy this domain", "<title>Buy this domain</title>"),
        ("a parking service", "<html data-adblockkey='MFww'><title>news</title><p>Related searches</p>"),
        ("a lander", "<script>window.onload=function(){window.location.href=\"/lander\"}</script>"),
        (
            "suspended",
            "<title>Account Suspended</title><h1>Account Suspended</h1><p>Contact your hosting provider.</p>",
        ),
        ("expired", "<title>Domain has expired</title>"),
        ("域名出售", "<title>域名出售</title><p>联系我们</p>"),
        ("域名已过期", "<title>域名已过期</title>"),
        ("sedo", "<script src='https://img.sedoparking.com/x.js'></script><p>Ads</p>"),
        ("only in the text", "<title>welcome</title><p>The domain is for sale. Contact the owner.</p>"),
        ("zu verkaufen", "<title>Domain zu verkaufen</title>"),
    ]
    .map(|(name, page)| {
        Case::new(format!("parked: {name}"), Gone, "parked").page(&page.replace("{name}", "this domain"))
    })
    .into()
}

fn same_as_made_up() -> Vec<Case> {
    let same = || Reply::html(200, "<title>Example</title><p>Welcome to our all new and improved site.</p>");
    let echo = Reply::html(200, "<title>Oops</title><p>There is nothing at {path} on this server</p>");
    vec![
        Case::new("every path reads the same", Gone, "soft-404").at("*", same()),
        Case::new("every path says sorry", Gone, "soft-404").at("*", Reply::html(200, "<title>Sorry</title>x")),
        Case::new("the page repeats its address", Gone, "soft-404").at("*", echo),
    ]
}
