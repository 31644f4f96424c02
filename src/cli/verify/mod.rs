//! `verify`: checks URLs now and says what this one check says. The store is untouched.

mod board;
mod row;

use super::args::{Args, Verify};
use super::{now, print, settings_or_default, write_out};
use crate::config::Environment;
use crate::model::Verdict;
use crate::net::{self, Client};
use crate::verify::{CheckOptions, Target, check_all};
use board::Board;
use futures::StreamExt;
use futures::channel::mpsc as futures_mpsc;
use std::collections::BTreeMap;
use std::io::BufRead;
use tokio::sync::mpsc;

/// Longest line taken from stdin, bytes; a URL that long is nobody's.
const LONGEST: usize = 64 * 1024;

/// Checks told in one go when they end at the same time.
const TOLD_AT_ONCE: usize = 64;

/// Lines taken in that are not told yet; more are read as these are told, which bounds memory.
const MOST_OPEN: usize = 1 << 16;

/// Some link is not accepted.
const NOT_WELL: u8 = 3;

/// Checks every URL given: with `--json` a line each as soon as it is known, else a row each in the order given.
pub(super) async fn run(args: &Args, verify: &Verify, environment: &Environment) -> anyhow::Result<u8> {
    let settings = settings_or_default(args, environment)?;
    let (net, check) = match settings {
        Some(settings) => (settings.cycle.net, settings.cycle.verify.check),
        None => (net::Options::default(), CheckOptions::default()),
    };
    let client = Client::new(net)?;
    // Without a bound of its own: what is not told yet is bounded, and who waits here could not tell.
    let (to_check, targets) = futures_mpsc::unbounded();
    let mut to_check = Some(to_check);
    let checks = check_all(&client, &check, targets, now(), std::future::pending());
    // What is known at the same time is told at once: a line at a time would cost more than many a check.
    let mut checks = checks.ready_chunks(TOLD_AT_ONCE);
    let mut lines = given(verify.urls.clone());
    let mut board = Board::new(args.json, args.quiet.then_some(verify.accept.as_slice()));
    loop {
        let may_read = to_check.is_some() && board.open() < MOST_OPEN;
        tokio::select! {
            known = checks.next() => match known {
                Some(known) => known.into_iter().for_each(|check| board.known(check)),
                None => break,
            },
            line = lines.recv(), if may_read => match line.transpose()? {
                Some(url) => {
                    if let (Some(new), Some(to_check)) = (board.asked(url), &to_check) {
                        // It ends only when the checks have ended, and then nothing is told any more.
                        let _ = to_check.unbounded_send(Target::new(new));
                    }
                }
                None => to_check = None,
            },
        }
        let told = board.told()?;
        if !told.is_empty() {
            write_out(&told)?;
        }
    }
    if !args.json && !args.quiet {
        print(&totals(board.counts()))?;
    }
    let accepted = board.counts().keys().all(|verdict| verify.accept.contains(verdict));
    Ok(if accepted { 0 } else { NOT_WELL })
}

/// The lines given, as they come: stdin is read on a thread of its own, so that what is there already is checked meanwhile.
fn given(urls: Vec<String>) -> mpsc::Receiver<std::io::Result<String>> {
    let (sender, lines) = mpsc::channel(TOLD_AT_ONCE);
    tokio::task::spawn_blocking(move || {
        for url in urls {
            if url != "-" {
                // Nobody listens any more: there is nothing left to do.
                let Ok(()) = sender.blocking_send(Ok(url)) else { return };
                continue;
            }
            for line in std::io::stdin().lock().split(b'\n') {
                let line = line.map(|mut line| {
                    line.truncate(LONGEST);
                    String::from_utf8_lossy(&line).trim_end_matches('\r').to_owned()
                });
                let Ok(()) = sender.blocking_send(line) else { return };
            }
        }
    });
    lines
}

/// How many links there were, and how many of them had each verdict.
fn totals(counts: &BTreeMap<Verdict, usize>) -> String {
    let all: usize = counts.values().sum();
    let each: Vec<String> = counts.iter().map(|(verdict, count)| format!("{count} {verdict}")).collect();
    format!("{all} URL{}: {}.", if all == 1 { "" } else { "s" }, each.join(", "))
}
