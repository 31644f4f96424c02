//! What is not contacted by policy, however it is written and however we are led there.

use super::case::Case;
use super::server::Reply;
use wellsourced::model::Verdict::Refused;

const LINKS: &[(&str, &str)] = &[
    ("ftp://{h}/a", "scheme"),
    ("javascript:alert(1)", "scheme"),
    ("mailto:editor@example.org", "scheme"),
    ("file:///etc/passwd", "scheme"),
    ("data:text/html,hello", "scheme"),
    ("gopher://{h}/", "scheme"),
    ("", "malformed"),
    ("not a url", "malformed"),
    ("/relative", "malformed"),
    ("http://", "malformed"),
    ("http://[::1", "malformed"),
    ("http://exa mple/", "malformed"),
    ("http://{h}x/", "malformed"),
    ("http://./", "malformed"),
    ("http://example.test:22/", "port"),
    ("http://example.test:6667/", "port"),
    ("https://example.test:25/", "port"),
    ("http://127.0.0.2:{trapport}/", "address"),
    ("http://2130706434:{trapport}/", "address"),
    ("http://0x7f.2:{trapport}/", "address"),
    ("http://0177.0.0.2:{trapport}/", "address"),
    ("http://１２７.０.０.２:{trapport}/", "address"),
    ("http://127.0.0.2.:{trapport}/", "address"),
    ("http://[::ffff:127.0.0.2]:{trapport}/", "address"),
    ("http://[::ffff:7f00:2]:{trapport}/", "address"),
    ("http://[64:ff9b::7f00:2]:{trapport}/", "address"),
    ("http://[2002:7f00:2::]:{trapport}/", "address"),
    ("http://[::1]:{trapport}/", "address"),
    ("http://0.0.0.0:{trapport}/", "address"),
    ("http://10.0.0.1/", "address"),
    ("http://192.168.1.1/admin", "address"),
    ("http://169.254.169.254/latest/meta-data/", "address"),
    ("http://100.64.0.1/", "address"),
    ("http://[fd00::1]/", "address"),
    ("http://[fe80::1]/", "address"),
    ("http://224.0.0.1/", "address"),
    ("http://255.255.255.255/", "address"),
    ("http://198.18.0.1/", "address"),
    ("http://trap.test:{trapport}/", "address"),
    ("http://TRAP.test.:{trapport}/", "address"),
    ("http://user:secret@trap.test:{trapport}/", "address"),
];

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (link, rule) in LINKS {
        cases.push(Case::new(format!("link {link}"), Refused, *rule).link(link));
    }
    for (to, rule) in [
        ("http://{trap}/", "address"),
        ("//{trap}/x", "address"),
        ("http://trap.test:{trapport}/", "address"),
        ("http://[::ffff:127.0.0.2]:{trapport}/", "address"),
        ("http://169.254.169.254/", "address"),
        ("http://example.test:25/", "port"),
        ("ftp://{h}/", "scheme"),
        ("javascript:alert(1)", "scheme"),
        ("file:///etc/passwd", "scheme"),
    ] {
        cases.push(Case::new(format!("redirect to {to}"), Refused, rule).reply(Reply::redirect(302, to)));
        let page = format!("<meta http-equiv=refresh content='0; url={to}'>");
        cases.push(Case::new(format!("refresh to {to}"), Refused, rule).page(&page));
    }
    cases.push(
        Case::new("the second redirect leads inside", Refused, "address")
            .reply(Reply::redirect(301, "/b"))
            .at("/b", Reply::redirect(308, "http://{trap}/")),
    );
    cases.push(
        Case::new("a refresh behind a redirect leads inside", Refused, "address")
            .reply(Reply::redirect(301, "/b"))
            .at("/b", Reply::html(200, "<base href='http://{trap}/'><meta http-equiv=refresh content='1;url=x'>")),
    );
    cases
}
