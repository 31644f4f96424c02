//! Servers that live but do not let us look.

use super::case::{Case, article};
use super::server::Reply;
use wellsourced::model::Verdict::Blocked;

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = shields();
    for status in [400, 401, 402, 403, 405, 406, 407, 409, 418, 421, 422, 423, 428, 431, 444, 451, 499, 999] {
        cases.push(
            Case::new(format!("{status}"), Blocked, format!("http-{status}")).reply(Reply::html(status, "<p>no")),
        );
    }
    cases.push(Case::new("429 that persists", Blocked, "http-429").reply(Reply::html(429, "slow down")));
    cases.push(Case::new("429 for an hour", Blocked, "http-429").reply(Reply::with(
        429,
        "Retry-After: 3600\r\n",
        "slow down",
    )));
    cases.push(Case::new("403 with an article", Blocked, "http-403").reply(Reply::html(403, &article())));
    for (name, status, header) in [
        ("Cloudflare 403", 403, "cf-mitigated: challenge"),
        ("Cloudflare 503", 503, "cf-mitigated: challenge"),
        ("Cloudflare 404", 404, "CF-Mitigated: challenge"),
        ("AWS WAF 202", 202, "x-amzn-waf-action: challenge"),
        ("AWS WAF 405", 405, "x-amzn-waf-action: captcha"),
        ("Vercel", 429, "x-vercel-mitigated: challenge"),
        ("DataDome", 403, "x-datadome: protected"),
        ("Akamai 404", 404, "Server: AkamaiGHost"),
        ("DDoS-Guard 503", 503, "Server: ddos-guard"),
    ] {
        let reply = Reply::with(status, &format!("{header}\r\nContent-Type: text/html\r\n"), "<p>wait</p>");
        cases.push(Case::new(format!("header of {name}"), Blocked, "challenge").reply(reply));
    }
    for (status, title) in [
        (200, "Just a moment..."),
        (503, "Just a moment..."),
        (403, "Attention Required! | Cloudflare"),
        (200, "Robot Check"),
        (200, "Access Denied"),
        (404, "Access to this page has been denied."),
        (200, "Making sure you're not a bot!"),
        (200, "Vercel Security Checkpoint"),
        (200, "Pardon Our Interruption..."),
        (200, "Client Challenge"),
        (200, "百度安全验证"),
        (200, "安全验证 - 知乎"),
        (200, "人机验证"),
        (521, "请输入验证码"),
        (200, "安全驗證"),
        (200, "Sind Sie ein Roboter?"),
    ] {
        let body = format!("<title>{title}</title><script src=/x.js></script><p>One moment.</p>");
        cases.push(Case::new(format!("{status} {title}"), Blocked, "challenge").reply(Reply::html(status, &body)));
    }
    for (name, body) in [
        ("DataDome's frame", "<p>wait</p><iframe src='https://geo.captcha-delivery.com/captcha/'></iframe>"),
        ("Cloudflare's script", "<script>window._cf_chl_opt={cvId:'3'}</script>"),
        ("Incapsula's frame", "<iframe src='/_Incapsula_Resource?CWUDNSAI=9'>Request unsuccessful.</iframe>"),
        ("Aliyun's script", "<script>var arg1='A'; var acw_sc__v2='x';</script>"),
        ("PerimeterX's box", "<div id='px-captcha'></div>"),
    ] {
        cases.push(Case::new(name, Blocked, "challenge").page(body));
    }
    cases.extend(gates());
    cases
}

fn gates() -> Vec<Case> {
    let form = "<form><input name=user><input type=password name=p><button>Go</button></form>";
    vec![
        Case::new("lands on /login", Blocked, "log-in")
            .reply(Reply::redirect(302, "/login?next=x"))
            .at("/login?next=x", Reply::html(200, form)),
        Case::new("lands on another host's sign-in", Blocked, "log-in")
            .reply(Reply::redirect(302, "http://{o}/signin"))
            .other("/signin", Reply::html(200, form)),
        Case::new("lands on a visitor system", Blocked, "log-in")
            .reply(Reply::redirect(302, "http://{o}/visitor/visitor?a=enter"))
            .other("/visitor/visitor?a=enter", Reply::html(200, "<title>Sina Visitor System</title>")),
        Case::new("lands on a robot check", Blocked, "log-in")
            .reply(Reply::redirect(302, "/sorry/index?continue=x"))
            .at("/sorry/index?continue=x", Reply::html(200, "<p>Our systems have detected something")),
        Case::new("a log-in form and nothing else", Blocked, "log-in").page(&format!("<title>Example</title>{form}")),
        Case::new("a log-in form with a heading", Blocked, "log-in")
            .page(&format!("<title>Log in | Example</title><h1>Log in</h1>{form}")),
        Case::new("请登录", Blocked, "log-in").page(&format!("<title>请登录 - 某某网</title>{form}")),
        Case::new("sign in without a form", Blocked, "log-in")
            .page("<title>Sign in to continue</title><p>Use the app.</p>"),
        Case::new("Anmelden", Blocked, "log-in").page(&format!("<title>Anmelden</title>{form}")),
    ]
}

/// Shields that answer with an error and a script, or with a frame.
fn shields() -> Vec<Case> {
    let challenge = |name: &str| Case::new(name, Blocked, "challenge");
    let cookie = "<script>document.cookie=('__clearance=')+('1')+';Max-age=3600;path=/';location.href=location.pathname</script>";
    let frame = "<html style=height:100%><body><iframe id=\"main-iframe\" src=\"/_Incapsula_Resource?SWUDNSAI=31\">\
                 Request unsuccessful.</iframe></body></html>";
    vec![
        challenge("521 with a cookie").reply(Reply::html(521, cookie)),
        challenge("412 with a cookie").reply(Reply::html(412, cookie)),
        challenge("a frame in a 200").page(frame),
        challenge("a message that wants a human").page(
            "<body><div>环境异常</div><p>当前环境异常，完成验证后即可继续访问。</p><a>去验证</a><script>1</script></body>",
        ),
    ]
}
