//! Appends feed inputs to a configuration file, and changes nothing else in it: no comment, no order, no line end.
//!
//! The only place that makes a new configuration of an old one. The new text is read as any other before it takes the old one's place.

use super::replace::replace;
use super::text::wrong;
use super::{Environment, Error, file, settings};
use crate::collect::opml::Subscription;
use crate::model::{LinkKey, tag_key};
use crate::pipeline::Input;
use std::collections::{HashMap, HashSet};
use std::fs;
use std::io;
use std::path::Path;
use toml_edit::{Array, ArrayOfTables, Document, DocumentMut, Item, Table, value};
use url::Url;

/// Longest address that is taken; longer ones are no feeds.
const MAX_URL: usize = 2000;

/// What became of a list of subscriptions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Subscribed {
    /// Inputs that were added.
    pub added: Vec<Added>,
    /// Addresses that were not, and why.
    pub skipped: Vec<(String, &'static str)>,
}

/// An input that was added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Added {
    /// Its name.
    pub name: String,
    /// The feed's address.
    pub url: Url,
    /// Its tags.
    pub tags: Vec<String>,
}

/// Adds what is not there yet to the configuration file at `path`. Nothing to add leaves the file untouched.
pub fn subscribe(path: &Path, feeds: &[Subscription], environment: &Environment) -> Result<Subscribed, Error> {
    let name = path.display().to_string();
    let unreadable = |source| Error::Unreadable { path: name.clone(), source };
    // What a link points to is replaced, not the link.
    let real = fs::canonicalize(path).map_err(unreadable)?;
    let text = fs::read_to_string(&real).map_err(unreadable)?;
    let settings = settings::mean(&name, &text, &file::parse(&name, &text)?, environment)?;
    let subscribed = choose(&settings.cycle.inputs, feeds);
    if subscribed.added.is_empty() {
        return Ok(subscribed);
    }
    let new = appended(&name, &text, &subscribed.added)?;
    let meant = settings::mean(&name, &new, &file::parse(&name, &new)?, environment)?;
    if meant.cycle.inputs.len() != settings.cycle.inputs.len() + subscribed.added.len() {
        let reason = "the inputs could not be added without changing others; nothing was written".to_owned();
        return Err(Error::Unwritable { path: name, source: io::Error::other(reason) });
    }
    replace(&real, text.as_bytes(), new.as_bytes()).map_err(|source| Error::Unwritable { path: name, source })?;
    Ok(subscribed)
}

/// Which of the feeds become inputs, beside those that are there.
fn choose(inputs: &[Input], feeds: &[Subscription]) -> Subscribed {
    let mut names: HashSet<String> = inputs.iter().map(|input| input.name().to_owned()).collect();
    let mut numbers = HashMap::new();
    let mut urls: HashSet<Url> = inputs
        .iter()
        .filter_map(|input| match input {
            Input::Feed(feed) => Some(feed.url.clone()),
            Input::Digest(_) => None,
        })
        .collect();
    let mut subscribed = Subscribed::default();
    for feed in feeds {
        match address(&feed.url) {
            Err(why) => subscribed.skipped.push((shown(&feed.url), why)),
            Ok(url) if !urls.insert(url.clone()) => subscribed.skipped.push((url.into(), "it is there already")),
            Ok(url) => {
                let called = Some(feed.title.clone()).filter(|title| !title.is_empty());
                let called = called.or_else(|| LinkKey::host_of(url.as_str())).unwrap_or_else(|| "feed".to_owned());
                let name = unique(&called, &mut names, &mut numbers);
                subscribed.added.push(Added { name, url, tags: tags(&feed.folders) });
            }
        }
    }
    subscribed
}

/// The address of a feed as an input may have it.
fn address(written: &str) -> Result<Url, &'static str> {
    if written.len() > MAX_URL {
        return Err("its address is too long");
    }
    // `feed:` was once in fashion, before either another scheme or a host.
    let plain = written.strip_prefix("feed://").map(|rest| format!("http://{rest}"));
    let plain = plain.as_deref().or_else(|| written.strip_prefix("feed:")).unwrap_or(written);
    let no_url = "it is not an absolute http or https URL";
    let mut url = Url::parse(plain).map_err(|_unparsable| no_url)?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(no_url);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("its address names a user; complaints and lists of inputs would tell the password");
    }
    url.set_fragment(None);
    Ok(url)
}

/// An address that was not taken, without what would trouble a terminal or tell a password.
fn shown(written: &str) -> String {
    let mut url = written.to_owned();
    if let Ok(mut parsed) = Url::parse(written)
        && (!parsed.username().is_empty() || parsed.password().is_some())
    {
        let _ = parsed.set_username("");
        let _ = parsed.set_password(None);
        url = parsed.into();
    }
    url.chars().map(|c| if c.is_control() { ' ' } else { c }).take(200).collect()
}

/// A name that no other input has: with a number behind it where it must be.
fn unique(called: &str, names: &mut HashSet<String>, numbers: &mut HashMap<String, u32>) -> String {
    if names.insert(called.to_owned()) {
        return called.to_owned();
    }
    let number = numbers.entry(called.to_owned()).or_insert(1);
    loop {
        *number += 1;
        let name = format!("{called} {number}");
        if names.insert(name.clone()) {
            return name;
        }
    }
}

fn tags(folders: &[String]) -> Vec<String> {
    let mut keys = HashSet::new();
    folders.iter().filter(|folder| keys.insert(tag_key(folder))).cloned().collect()
}

/// The text with the inputs behind the last one that it has, else at its end.
fn appended(path: &str, text: &str, added: &[Added]) -> Result<String, Error> {
    let wrong = |message: &str| wrong(path, text, &(0..0), message.to_owned());
    let document = Document::parse(text).map_err(|error| wrong(&error.to_string()))?;
    let at = match document.get("inputs") {
        None => text.len(),
        Some(Item::ArrayOfTables(inputs)) => inputs.iter().last().map_or(text.len(), |last| end_of(text, last)),
        Some(_) => {
            return Err(wrong("the inputs are written as one array; write each as [[inputs]] to append to them"));
        }
    };
    let (before, after) = text.split_at_checked(at).unwrap_or((text, ""));
    let end = if before.is_empty() || before.ends_with('\n') { "" } else { "\n" };
    let gap = if before.is_empty() { "" } else { "\n" };
    let mut inserted = format!("{end}{gap}{}", written(added));
    if text.contains("\r\n") {
        inserted = inserted.replace('\n', "\r\n");
    }
    Ok([before, &inserted, after].concat())
}

fn written(added: &[Added]) -> String {
    let mut inputs = ArrayOfTables::new();
    for input in added {
        let mut table = Table::new();
        table.insert("name", value(&input.name));
        table.insert("feed", value(input.url.as_str()));
        if !input.tags.is_empty() {
            table.insert("tags", value(Array::from_iter(&input.tags)));
        }
        inputs.push(table);
    }
    let mut document = DocumentMut::new();
    document.insert("inputs", Item::ArrayOfTables(inputs));
    document.to_string()
}

/// Where a table ends: behind the line of its last value and the comments that directly follow it, unless those stand over
/// the next table.
fn end_of(text: &str, table: &Table) -> usize {
    let values = table.iter().filter_map(|(_, item)| Some(item.span()?.end));
    let last = values.chain(table.span().map(|span| span.end)).max().unwrap_or(text.len());
    let rest = text.get(last..).unwrap_or_default();
    let mut lines = rest.split_inclusive('\n');
    let end = last + lines.next().map_or(0, str::len);
    let comments: Vec<&str> = lines.clone().take_while(|line| line.trim_start().starts_with('#')).collect();
    let stands_over_a_table = lines.nth(comments.len()).is_some_and(|next| next.trim_start().starts_with('['));
    if stands_over_a_table { end } else { end + comments.iter().map(|line| line.len()).sum::<usize>() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn added(name: &str, tags: &[&str]) -> Added {
        let tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
        Added { name: name.into(), url: Url::parse("https://a.example/feed").expect("a URL"), tags }
    }

    const NEW: &str = "[[inputs]]\nname = \"A\"\nfeed = \"https://a.example/feed\"\ntags = [\"x\", \"y\"]\n";

    #[test]
    fn inputs_are_appended_behind_the_last_one_and_nothing_else_changes() {
        let first = "# top\n[site] # here\ntitle='x'\n\n[[inputs]]\nname = 'one'   # kept\n";
        for (before, after) in [
            (first.to_owned(), String::new()),
            (first.to_owned(), "\n# Of tags.\n[tags]\nslugs = {}\n".to_owned()),
            (format!("{first}tags = [\n  'a', # first\n]\n# include = []\n"), "\n[tags]\n".to_owned()),
            (first.to_owned(), "# Of tags.\n[tags]\n".to_owned()),
            (format!("{first}digest = \"\"\"\n[[x]]\n# no comment\n\"\"\"\n"), "  \n  [tags]".to_owned()),
            ("[site]\ntitle = 'x'\n".to_owned(), String::new()),
        ] {
            let text = format!("{before}{after}");
            assert_eq!(
                appended("f", &text, &[added("A", &["x", "y"])]).expect("a text"),
                format!("{before}\n{NEW}{after}")
            );
        }
        assert_eq!(appended("f", "a = 1", &[added("A", &["x", "y"])]).expect("a text"), format!("a = 1\n\n{NEW}"));
        let crlf = appended("f", &first.replace('\n', "\r\n"), &[added("A", &["x", "y"])]).expect("a text");
        assert_eq!(crlf, format!("{first}\n{NEW}").replace('\n', "\r\n"));
        assert!(appended("f", "inputs = [{ name = 'x' }]", &[added("A", &[])]).is_err());
    }

    #[test]
    fn odd_names_are_written_so_that_they_are_read_again() {
        for name in ["a \"quoted\" 'name'", "back\\slash", "]] = #", "日报 🚀", "'''", "\u{7f}"] {
            let text = appended("f", "", &[added(name, &[name])]).expect("a text");
            let table: toml::Table = text.parse().expect("TOML");
            assert_eq!(table["inputs"][0]["name"].as_str(), Some(name), "{text}");
            assert_eq!(table["inputs"][0]["tags"][0].as_str(), Some(name), "{text}");
        }
    }

    #[test]
    fn names_are_made_unique() {
        let mut names: HashSet<String> = ["A", "A 2"].map(str::to_owned).into();
        let mut numbers = HashMap::new();
        let given: Vec<String> =
            ["A", "A", "B", "B"].iter().map(|name| unique(name, &mut names, &mut numbers)).collect();
        assert_eq!(given, ["A 3", "A 4", "B", "B 2"]);
    }

    #[test]
    fn addresses_are_http_and_tell_no_password() {
        for (written, url) in [
            ("https://a.example/f?x=1#top", Ok("https://a.example/f?x=1")),
            ("feed://a.example/f", Ok("http://a.example/f")),
            ("feed:https://a.example/f", Ok("https://a.example/f")),
            ("javascript:alert(1)", Err("absolute")),
            ("file:///etc/passwd", Err("absolute")),
            ("/feed", Err("absolute")),
            ("https://me:SECRET@a.example/f", Err("password")),
        ] {
            match (address(written), url) {
                (Ok(found), Ok(url)) => assert_eq!(found.as_str(), url),
                (Err(why), Err(part)) => assert!(why.contains(part), "{written}: {why}"),
                (found, _) => panic!("{written}: {found:?}"),
            }
        }
        assert_eq!(shown("https://me:SECRET@a.example/f"), "https://a.example/f");
        assert_eq!(shown("x\u{1b}[31m"), "x [31m");
    }
}
