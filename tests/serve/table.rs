//! How a case of the matrix is written down, and how it is looked at.
//!
//! In header lines `{tag:PATH}` stands for the entity tag of a published file, `{gz:PATH}`, `{br:PATH}`, `{zs:PATH}` for
//! those of its codings, `{date:PATH}` for its date.

use crate::server::{Reply, Server};
use async_compression::tokio::bufread::{BrotliDecoder, GzipDecoder, ZstdDecoder};
use chrono::{DateTime, Utc};
use std::ops::Range;
use tokio::io::AsyncReadExt;
use wellsourced::publish::content_hash;

/// What a body must be.
#[derive(Debug, Clone)]
pub(crate) enum Body {
    /// The bytes of a file.
    File(&'static str),
    /// Some of its bytes.
    Part(&'static str, Range<usize>),
    /// The bytes of a file, once decoded by `Content-Encoding`.
    Coded(&'static str),
    /// Nothing.
    Empty,
    /// A page that holds this.
    Page(&'static str),
}

/// A request and what must come of it. An expectation `name: value` wants that very value, `name: ~part` a part of it,
/// `!name` its absence.
pub(crate) struct Case {
    pub(crate) method: &'static str,
    pub(crate) target: &'static str,
    pub(crate) headers: &'static [&'static str],
    pub(crate) status: u16,
    pub(crate) expected: &'static [&'static str],
    pub(crate) body: Body,
}

/// A case with GET.
pub(crate) const fn get(
    target: &'static str,
    headers: &'static [&'static str],
    status: u16,
    expected: &'static [&'static str],
    body: Body,
) -> Case {
    Case { method: "GET", target, headers, status, expected, body }
}

/// A case with another method.
pub(crate) const fn with(method: &'static str, case: Case) -> Case {
    Case { method, ..case }
}

impl Case {
    /// Asks, and tells what is wrong with the answer.
    pub(crate) async fn run(&self, server: &Server) -> Result<(), String> {
        let headers: Vec<String> = self.headers.iter().map(|line| fill(server, line)).collect();
        let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
        let reply = server.ask(self.method, self.target, &headers).await;
        let case = || format!("{} {} {:?}: {} {:?}", self.method, self.target, headers, reply.status, reply.headers);
        if reply.status != self.status {
            return Err(format!("{}\n  wanted {}", case(), self.status));
        }
        for line in self.expected {
            let line = fill(server, line);
            let is_met = match (line.strip_prefix('!'), line.split_once(": ")) {
                (Some(name), _) => !reply.headers.contains_key(name),
                (None, Some((name, value))) => match value.strip_prefix('~') {
                    Some(part) => reply.header(name).contains(part),
                    None => reply.header(name) == value,
                },
                (None, None) => panic!("{line} is no expectation"),
            };
            if !is_met {
                return Err(format!("{}\n  wanted {line}", case()));
            }
        }
        match self.wrong_body(server, &reply).await {
            Some(wrong) => Err(format!("{}\n  {wrong}", case())),
            None => Ok(()),
        }
    }

    async fn wrong_body(&self, server: &Server, reply: &Reply) -> Option<String> {
        let is_right = match &self.body {
            Body::File(path) => reply.body == server.file(path),
            Body::Part(path, part) => reply.body == server.file(path)[part.clone()],
            Body::Coded(path) => decoded(reply).await == server.file(path),
            Body::Empty => reply.body.is_empty(),
            Body::Page(part) => reply.text().contains(part) && reply.text().starts_with("<!DOCTYPE html>"),
        };
        (!is_right).then(|| format!("wanted {:?}, got {} bytes", self.body, reply.body.len()))
    }
}

/// A body without its content coding.
pub(crate) async fn decoded(reply: &Reply) -> Vec<u8> {
    let (mut bytes, body) = (Vec::new(), reply.body.as_slice());
    match reply.header("content-encoding") {
        "gzip" => GzipDecoder::new(body).read_to_end(&mut bytes).await.unwrap(),
        "br" => BrotliDecoder::new(body).read_to_end(&mut bytes).await.unwrap(),
        "zstd" => ZstdDecoder::new(body).read_to_end(&mut bytes).await.unwrap(),
        other => panic!("unknown coding {other:?}"),
    };
    bytes
}

/// Replaces what stands in braces.
fn fill(server: &Server, line: &str) -> String {
    let Some((before, rest)) = line.split_once('{') else { return line.to_owned() };
    let (what, after) = rest.split_once('}').unwrap();
    let (kind, path) = what.split_once(':').unwrap();
    let value = match kind {
        "date" => {
            let modified = std::fs::metadata(server.path(path)).unwrap().modified().unwrap();
            DateTime::<Utc>::from(modified).format("%a, %d %b %Y %H:%M:%S GMT").to_string()
        }
        "tag" => format!("\"{}\"", content_hash(&server.file(path))),
        coding => format!("\"{}-{coding}\"", content_hash(&server.file(path))),
    };
    format!("{before}{value}{}", fill(server, after))
}
