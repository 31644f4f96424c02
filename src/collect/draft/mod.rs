//! The next post of a digest: what it is called, where it belongs, and its text, empty or filled with items that others brought.
//! Pure: values in, text out.
//!
//! What it does not know it learns from the last posts, and believes only what `digest::read` reads back as it was meant.

mod escape;
mod form;
mod header;
mod pieces;
mod place;
mod rhythm;
mod sections;
mod title;

#[cfg(test)]
mod tests;

pub use form::{DraftItem, DraftWords};

use super::digest::{self, DigestOptions, Post, ReadEdition};
use super::zone::place as in_zone;
use crate::model::{Edition, Item};
use chrono::{DateTime, FixedOffset, NaiveDate, NaiveTime, Timelike, Utc};
use form::ItemForm;
use header::{HeaderForm, KnownHeader, NewValues, PostHeader};
use pieces::Mark;
use rhythm::PostRhythm;
use sections::SectionHeadings;

/// Items of a post that nobody has filled in yet.
const EMPTY: usize = 3;

/// How many of the last posts tell whether the digest has numbers.
const ASKED: usize = 5;

/// A post of the digest.
#[derive(Debug, Clone, PartialEq)]
pub struct KnownPost {
    /// Its path below the folder of the input.
    pub path: String,
    /// Its file.
    pub text: String,
    /// What was read of it.
    pub edition: Edition,
}

/// A digest that goes on.
#[derive(Debug, Clone, Copy)]
pub struct DraftOf<'a> {
    /// How its posts are read.
    pub options: &'a DigestOptions,
    /// What the site is called.
    pub site_title: &'a str,
    /// The words of its language.
    pub words: DraftWords,
    /// Its last posts, the oldest first.
    pub posts: &'a [KnownPost],
}

/// A post that begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NextPost {
    /// Its path below the folder of the input, as the others have theirs.
    pub path: String,
    /// Its name where nothing is learned from others.
    pub dated: String,
    /// Its file.
    pub text: String,
}

impl DraftOf<'_> {
    /// The next post, with these items; without any, with three empty ones.
    pub fn next(&self, now: DateTime<Utc>, items: &[DraftItem]) -> NextPost {
        let date = self.date(now);
        let mark = Mark { day: date.date_naive(), number: self.number() };
        let paths: Vec<(&str, Mark)> =
            self.posts.iter().map(|post| (post.path.as_str(), post.mark(self.options))).collect();
        let titles: Vec<(&str, Mark)> =
            self.posts.iter().map(|post| (post.edition.title.as_str(), post.mark(self.options))).collect();
        let mut title = title::next(&titles, self.site_title, mark);
        let path = place::next(&paths, mark);
        // A title that is left empty is none, and nothing would be read back.
        let framed =
            |title: &str| self.frame(&NewValues { title: if title.is_empty() { "Title" } else { title }, mark, date });
        let tried = framed(&title);
        let form = self.form(&path, &tried);
        // A first post has the number by which the others are counted, where the profile reads one in a title.
        let numbered = format!("{title} #1");
        if mark.number == Some(1) && self.posts.is_empty() && self.reads_number(&path, &(framed(&numbered)), &form) {
            title = numbered;
        }
        let frame = self.frame(&NewValues { title: &title, mark, date });
        let text = if items.is_empty() { self.empty(&path, &tried, &form) } else { written(&form, items) };
        NextPost { dated: place::dated(mark, ".md"), text: frame + &text, path }
    }

    /// Items to fill in: one below each of the headings under which the last posts have theirs; where there are none, three.
    fn empty(&self, path: &str, frame: &str, form: &ItemForm) -> String {
        let sections = sections::usual(self.posts, self.options);
        let anew = self.posts.last().is_some_and(|last| sections::count_anew(last, self.options));
        let samples: Vec<DraftItem> = (1..=sections.len()).map(|at| sample(&at.to_string())).collect();
        let tried = frame.to_owned() + &below(form, &sections, &samples, anew);
        if !sections.is_empty() && !self.has_one_item() && self.reads_back(path, &tried, &samples) {
            return below(form, &sections, &vec![DraftItem::default(); sections.len()], anew);
        }
        written(form, &vec![DraftItem::default(); if self.has_one_item() { 1 } else { EMPTY }])
    }

    /// Whether a post is one item as a whole.
    fn has_one_item(&self) -> bool {
        self.options.profile.post.is_item
    }

    /// When the next post is due, in the zone of the digest.
    fn date(&self, now: DateTime<Utc>) -> DateTime<FixedOffset> {
        let zone = self.options.timezone;
        let local = |post: &KnownPost| post.edition.date.with_timezone(&zone).naive_local();
        let days: Vec<NaiveDate> = self.posts.iter().map(|post| local(post).date()).collect();
        let times: Vec<NaiveTime> = self.posts.iter().map(|post| local(post).time()).collect();
        let here = now.with_timezone(&zone);
        let day = PostRhythm::of(&days).next(days.last().copied(), here.date_naive());
        let time = if times.is_empty() { here.time() } else { rhythm::usual_time(&times) };
        let time = time.with_second(0).and_then(|time| time.with_nanosecond(0)).unwrap_or(time);
        in_zone(day.and_time(time), zone).unwrap_or_else(|| here.fixed_offset())
    }

    /// The number of the next post, where the last one or most of the last ones have a number; of the first one 1.
    fn number(&self) -> Option<u32> {
        if self.posts.is_empty() {
            return Some(1).filter(|_| !self.has_one_item());
        }
        let mut last = self.posts.iter().rev().take(ASKED).map(|post| post.edition.number);
        let newest = last.next()?;
        let others = last.clone().flatten().count();
        let has_numbers = newest.is_some() || others * 2 > last.count();
        self.posts.iter().filter_map(|post| post.edition.number).max()?.checked_add(1).filter(|_| has_numbers)
    }

    /// What stands before the items: the header, and the title where it is the first heading.
    fn frame(&self, values: &NewValues<'_>) -> String {
        let Some(last) = self.posts.last() else {
            let header =
                PostHeader::first(HeaderForm::of(self.options.profile.post.header), self.options.category.as_deref());
            let heading = if header.kind == HeaderForm::None { title_line("#", values.title) } else { String::new() };
            return header::first(&header, values) + "\n" + &heading;
        };
        let written = |post: &'_ KnownPost| KnownHeader {
            header: PostHeader::of(&post.text),
            mark: post.mark(self.options),
            date: post.edition.date,
        };
        let last_written = written(last);
        let before = self.posts.iter().rev().nth(1).map(written);
        let mut frame = header::next(&last_written, before.as_ref(), values);
        if !frame.is_empty() {
            frame.push('\n');
        }
        let mut body = last.text.lines().skip(last_written.header.lines);
        let line = body.find(|line| !line.trim().is_empty()).unwrap_or_default();
        let title = line.trim_start_matches('#');
        let signs = line.get(..line.len() - title.len()).unwrap_or_default();
        let is_title = title.trim() == last.edition.title || (signs == "#" && !last_written.header.has("title"));
        if is_title && title.starts_with(' ') && !signs.is_empty() {
            frame += &title_line(signs, values.title);
        }
        frame
    }

    /// The first form in which items are read back as they were written.
    fn form(&self, path: &str, frame: &str) -> ItemForm {
        let last = self.posts.last().map(|post| (post.text.as_str(), &post.edition));
        let forms = ItemForm::all(self.options, &self.words, last);
        let mut samples: Vec<DraftItem> = ["A", "B"].map(sample).into();
        samples.truncate(if self.has_one_item() { 1 } else { 2 });
        let reads_back =
            |form: &&ItemForm| self.reads_back(path, &(frame.to_owned() + &written(form, &samples)), &samples);
        let found = forms.iter().find(reads_back).or(forms.last());
        found.cloned().unwrap_or_default()
    }

    /// Whether a first post is read as number one.
    fn reads_number(&self, path: &str, frame: &str, form: &ItemForm) -> bool {
        let text = frame.to_owned() + &written(form, &[sample("A")]);
        let Post::Editions(read) = digest::read(path, text.as_bytes(), self.options).post else { return false };
        read.iter().all(|read| read.edition.number == Some(1))
    }

    fn reads_back(&self, path: &str, text: &str, items: &[DraftItem]) -> bool {
        let Post::Editions(read) = digest::read(path, text.as_bytes(), self.options).post else { return false };
        let [ReadEdition { edition, .. }] = read.as_slice() else { return false };
        let reads = |(read, item): (&Item, &DraftItem)| {
            let source = read.sources.first();
            (read.title == item.title || self.has_one_item())
                && source.is_some_and(|source| source.url == item.url)
                && item.tags.iter().all(|tag| read.tags.contains(tag))
        };
        edition.items.len() == items.len() && edition.items.iter().zip(items).all(reads)
    }
}

impl KnownPost {
    /// Its day in the zone of the digest, and its number.
    fn mark(&self, options: &DigestOptions) -> Mark {
        let day = self.edition.date.with_timezone(&options.timezone).date_naive();
        Mark { day, number: self.edition.number }
    }
}

fn title_line(signs: &str, title: &str) -> String {
    format!("{signs} {}\n\n", escape::heading(title))
}

/// Items, one after the other.
fn written(form: &ItemForm, items: &[DraftItem]) -> String {
    let items: String = items.iter().enumerate().map(|(at, item)| form.written(item, at + 1)).collect();
    items.trim_end_matches('\n').to_owned() + "\n"
}

/// An item below the headings of each section.
fn below(form: &ItemForm, sections: &[SectionHeadings], items: &[DraftItem], count_anew: bool) -> String {
    let mut text = String::new();
    for (at, (headings, item)) in sections.iter().zip(items).enumerate() {
        for heading in headings {
            text.push_str(heading);
            text.push_str("\n\n");
        }
        text += &form.written(item, if count_anew { 1 } else { at + 1 });
    }
    text.trim_end_matches('\n').to_owned() + "\n"
}

/// An item by which a form is tried.
fn sample(name: &str) -> DraftItem {
    DraftItem {
        title: format!("Title {name}"),
        url: format!("https://example.org/{name}"),
        label: format!("Label {name}"),
        text: format!("Text {name}"),
        tags: vec![format!("Tag {name}")],
    }
}
