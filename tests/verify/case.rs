//! A row of the table: what the server does, and what one check must say of it.

use super::server::{Reply, Wire, relength};
use wellsourced::model::Verdict;

/// One case. In texts `{h}` is the case's own host with its port, `{o}` another host of the same server, `{s}` a
/// shortener's, `{trap}` the address that may not be contacted, `{port}` the server's port.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) link: String,
    pub(crate) serve: Vec<(char, String, Vec<Reply>)>,
    pub(crate) verdict: Verdict,
    pub(crate) rule: String,
    /// Whether it plays with time: such cases get a short deadline.
    pub(crate) slow: bool,
    /// Whether it guards against a false alarm.
    pub(crate) guard: bool,
}

impl Case {
    pub(crate) fn new(name: impl Into<String>, verdict: Verdict, rule: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            link: "http://{h}/news/2026/article".to_owned(),
            serve: Vec::new(),
            verdict,
            rule: rule.into(),
            slow: false,
            guard: false,
        }
    }

    /// A page that must not be called anything but reachable.
    pub(crate) fn guard(name: impl Into<String>) -> Self {
        Self { guard: true, ..Self::new(name, Verdict::Reachable, "ok") }
    }

    pub(crate) fn link(mut self, link: &str) -> Self {
        link.clone_into(&mut self.link);
        self
    }

    /// The reply to the default link.
    pub(crate) fn reply(self, reply: Reply) -> Self {
        self.at("/news/2026/article", reply)
    }

    pub(crate) fn page(self, body: &str) -> Self {
        self.reply(Reply::html(200, body))
    }

    pub(crate) fn at(mut self, path: &str, reply: Reply) -> Self {
        self.serve.push(('h', path.to_owned(), vec![reply]));
        self
    }

    pub(crate) fn each(mut self, path: &str, replies: Vec<Reply>) -> Self {
        self.serve.push(('h', path.to_owned(), replies));
        self
    }

    pub(crate) fn other(mut self, path: &str, reply: Reply) -> Self {
        self.serve.push(('o', path.to_owned(), vec![reply]));
        self
    }

    pub(crate) fn shortener(mut self, path: &str, reply: Reply) -> Self {
        self.serve.push(('s', path.to_owned(), vec![reply]));
        self
    }

    pub(crate) fn slow(mut self) -> Self {
        self.slow = true;
        self
    }

    /// Puts the case on the wire as number `n`; what is to be checked.
    pub(crate) fn install(&self, wire: &Wire, n: usize) -> String {
        for (host, path, replies) in &self.serve {
            let replies = replies.iter().map(|reply| filled_reply(reply, wire, n)).collect();
            wire.add(&host_name(*host, n), path, replies);
        }
        filled(&self.link, wire, n)
    }
}

/// Host names of case `n`. The shortener's is one that the rules know, so it is shared.
pub(crate) fn host_name(host: char, n: usize) -> String {
    match host {
        's' => "bit.ly".to_owned(),
        'o' => format!("other-{n}.example"),
        _ => format!("case-{n}.test"),
    }
}

fn filled(text: &str, wire: &Wire, n: usize) -> String {
    let port = wire.address.port();
    text.replace("{h}", &format!("{}:{port}", host_name('h', n)))
        .replace("{o}", &format!("{}:{port}", host_name('o', n)))
        .replace("{s}", &format!("{}:{port}", host_name('s', n)))
        .replace("{trap}", &wire.trap.to_string())
        .replace("{closed}", &wire.closed.to_string())
        .replace("{trapport}", &wire.trap.port().to_string())
        .replace("{port}", &port.to_string())
}

fn filled_reply(reply: &Reply, wire: &Wire, n: usize) -> Reply {
    use super::server::Step;
    let step = |step: &Step| match step {
        Step::Send(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => Step::Send(relength(&filled(text, wire, n)).into_bytes()),
            Err(_) => step.clone(),
        },
        other => other.clone(),
    };
    Reply {
        steps: reply.steps.iter().map(step).collect(),
        if_sent: reply.if_sent.as_ref().map(|(sent, steps)| (sent.clone(), steps.iter().map(step).collect())),
    }
}

/// So much prose that no page with it is short.
pub(crate) fn article() -> String {
    "<p>The maintainers of the project wrote at length about what they changed, why it took them so long, and what \
     everybody who depends on their work will have to do before the next release is made in the autumn.</p>"
        .repeat(12)
}
