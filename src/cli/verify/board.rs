//! What was asked and what of it is told: each line given once, a URL given twice checked once. Prints nothing itself.

use super::row;
use crate::model::{Check, LinkKey, Verdict};
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::rc::Rc;

/// The lines given so far.
#[derive(Debug)]
pub(super) struct Board<'a> {
    json: bool,
    /// With `-q`: the verdicts that are not told.
    unsaid: Option<&'a [Verdict]>,
    /// By what is checked: its check, once it is known.
    links: HashMap<String, Asking>,
    /// Lines that are not told yet, in the order given.
    rows: VecDeque<Given>,
    /// How many lines were told before these.
    told: usize,
    /// Lines that are known, and with `--json` are told as such.
    ready: Vec<usize>,
    counts: BTreeMap<Verdict, usize>,
}

#[derive(Debug)]
enum Asking {
    /// Numbers of the lines that wait for it.
    Asked(Vec<usize>),
    Known(Rc<Check>),
}

#[derive(Debug)]
struct Given {
    url: String,
    check: Option<Rc<Check>>,
    told: bool,
}

/// What is checked: a fragment makes no difference to the server.
fn key(url: &str) -> String {
    LinkKey::of(url).map_or_else(|| url.to_owned(), |key| key.to_string())
}

impl<'a> Board<'a> {
    pub(super) fn new(json: bool, unsaid: Option<&'a [Verdict]>) -> Self {
        Self {
            json,
            unsaid,
            links: HashMap::new(),
            rows: VecDeque::new(),
            told: 0,
            ready: Vec::new(),
            counts: BTreeMap::new(),
        }
    }

    /// How many lines are not told yet.
    pub(super) fn open(&self) -> usize {
        self.rows.len()
    }

    /// How many lines had each verdict.
    pub(super) fn counts(&self) -> &BTreeMap<Verdict, usize> {
        &self.counts
    }

    /// Takes a line; gives its URL back when it must be checked.
    pub(super) fn asked(&mut self, url: String) -> Option<String> {
        let number = self.told + self.rows.len();
        let mut new = None;
        let mut check = None;
        match self.links.get_mut(&key(&url)) {
            Some(Asking::Asked(waiting)) => waiting.push(number),
            Some(Asking::Known(known)) => check = Some(Rc::clone(known)),
            None => {
                self.links.insert(key(&url), Asking::Asked(vec![number]));
                new = Some(url.clone());
            }
        }
        if let Some(check) = &check {
            *self.counts.entry(check.verdict).or_default() += 1;
            self.ready.push(number);
        }
        self.rows.push_back(Given { url, check, told: false });
        new
    }

    /// Takes a check.
    pub(super) fn known(&mut self, check: Check) {
        let (key, check) = (key(&check.url), Rc::new(check));
        let Some(Asking::Asked(waiting)) = self.links.insert(key, Asking::Known(Rc::clone(&check))) else { return };
        *self.counts.entry(check.verdict).or_default() += waiting.len();
        for number in &waiting {
            if let Some(row) = number.checked_sub(self.told).and_then(|at| self.rows.get_mut(at)) {
                row.check = Some(Rc::clone(&check));
            }
        }
        self.ready.extend(waiting);
    }

    /// What can be told by now: with `--json` what is known, else what is known and all before it.
    pub(super) fn told(&mut self) -> anyhow::Result<Vec<u8>> {
        let mut out = Vec::new();
        let ready = std::mem::take(&mut self.ready);
        if self.json {
            for number in ready {
                let row = number.checked_sub(self.told).and_then(|at| self.rows.get_mut(at));
                if let Some(row) = row {
                    row.told = true;
                    tell(&mut out, row, self.json, self.unsaid)?;
                }
            }
        }
        while let Some(row) = self.rows.pop_front_if(|row| row.check.is_some()) {
            self.told += 1;
            if !row.told {
                tell(&mut out, &row, self.json, self.unsaid)?;
            }
        }
        Ok(out)
    }
}

fn tell(out: &mut Vec<u8>, row: &Given, json: bool, unsaid: Option<&[Verdict]>) -> anyhow::Result<()> {
    let Some(check) = &row.check else { return Ok(()) };
    if unsaid.is_some_and(|unsaid| unsaid.contains(&check.verdict)) {
        return Ok(());
    }
    if json { row::json(out, &row.url, check) } else { row::text(out, &row.url, check) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(url: &str, verdict: Verdict) -> Check {
        let at = chrono::DateTime::UNIX_EPOCH;
        Check {
            url: url.to_owned(),
            at,
            verdict,
            rule: "a-rule".to_owned(),
            evidence: "what was seen".to_owned(),
            status: Some(200),
            final_url: Some(url.to_owned()),
            hops: Vec::new(),
            retry_after: None,
            reached_http: true,
            ms: 1,
            portrait: None,
            warning: None,
            face: None,
        }
    }

    fn urls(board: &mut Board<'_>) -> Vec<String> {
        let text = String::from_utf8(board.told().unwrap()).unwrap();
        let words = text.lines().filter_map(|line| line.split_whitespace().find(|word| word.contains("://")));
        words.map(str::to_owned).collect()
    }

    #[test]
    fn rows_come_in_the_order_asked_and_a_url_given_twice_is_checked_once() {
        let mut board = Board::new(false, None);
        let [a, b] = ["https://a.example/", "https://b.example/"];
        assert_eq!(board.asked(a.to_owned()).as_deref(), Some(a));
        assert_eq!(board.asked(b.to_owned()).as_deref(), Some(b));
        assert_eq!(board.asked(format!("{a}#part")), None);
        board.known(check(b, Verdict::Gone));
        assert_eq!(urls(&mut board), [""; 0]);
        board.known(check(a, Verdict::Reachable));
        assert_eq!(urls(&mut board), [a, b, "https://a.example/#part"]);
        // Known long ago.
        assert_eq!(board.asked(b.to_owned()), None);
        assert_eq!(urls(&mut board), [b]);
        assert_eq!(board.open(), 0);
        assert_eq!(board.counts(), &BTreeMap::from([(Verdict::Reachable, 2), (Verdict::Gone, 2)]));
    }

    #[test]
    fn lines_of_json_come_as_soon_as_they_are_known_and_once() {
        let mut board = Board::new(true, None);
        let asked = ["https://a.example/", "https://b.example/", "https://c.example/"];
        for url in asked {
            board.asked(url.to_owned());
        }
        let mut told = Vec::new();
        for url in ["https://b.example/", "https://a.example/", "https://c.example/"] {
            board.known(check(url, Verdict::Reachable));
            let line: serde_json::Value = serde_json::from_slice(&board.told().unwrap()).unwrap();
            told.push(line["url"].as_str().unwrap().to_owned());
        }
        assert_eq!(told, ["https://b.example/", "https://a.example/", "https://c.example/"]);
        assert!(board.told().unwrap().is_empty());
    }

    #[test]
    fn quiet_tells_only_what_is_not_accepted() {
        let accepted = [Verdict::Reachable, Verdict::Blocked];
        let mut board = Board::new(false, Some(&accepted));
        for (url, verdict) in [
            ("https://a.example/", Verdict::Reachable),
            ("https://b.example/", Verdict::Gone),
            ("https://c.example/", Verdict::Blocked),
        ] {
            board.asked(url.to_owned());
            board.known(check(url, verdict));
        }
        assert_eq!(urls(&mut board), ["https://b.example/"]);
    }
}
