//! The inputs as meant: each is a digest or a feed, and has only the keys of its kind.

use super::Error;
use super::file::{self, File, OneOrMore};
use super::profiles;
use super::text::{FileText, compiled};
use crate::collect::digest::{DigestOptions, Profile};
use crate::collect::feed::{ContentKind, FeedOptions, Filter, TagRule};
use crate::pipeline::{DigestInput, FeedInput, Glob, Input, PostFiles};
use chrono_tz::Tz;
use regex::Regex;
use std::collections::HashSet;
use std::ops::Range;
use std::path::Path;
use toml::Spanned;
use url::Url;

/// What the inputs of a configuration file mean.
pub(super) fn mean(text: &FileText<'_>, file: &File, timezone: Tz, home: Option<&Path>) -> Result<Vec<Input>, Error> {
    let around = Around { text, file, rules: rules(text, &file.tags.rules)?, timezone, home };
    let mut inputs = Vec::with_capacity(file.inputs.len());
    let mut names = HashSet::new();
    let mut urls = HashSet::new();
    for written in &file.inputs {
        let name = written.name.as_ref().trim();
        if name.is_empty() || !names.insert(name) {
            let message =
                format!("an input's name seeds the ids of its items: `{name}` must not be empty or used twice");
            return Err(text.wrong(&written.name.span(), message));
        }
        inputs.push(match (&written.digest, &written.feed) {
            (Some(globs), None) => Input::Digest(around.digest(written, globs)?),
            (None, Some(url)) => {
                let input = around.feed(written, url)?;
                if !urls.insert(input.url.clone()) {
                    let message = format!("`{}` is the feed of another input already", url.as_ref());
                    return Err(text.wrong(&url.span(), message));
                }
                Input::Feed(input)
            }
            (Some(_), Some(url)) => {
                let message = format!("`{name}` has both `digest` and `feed`; an input is one of the two");
                return Err(text.wrong(&url.span(), message));
            }
            (None, None) => {
                let message = format!("`{name}` has neither `digest` (a glob of posts) nor `feed` (a URL)");
                return Err(text.wrong(&written.name.span(), message));
            }
        });
    }
    Ok(inputs)
}

/// What all inputs share.
struct Around<'a> {
    text: &'a FileText<'a>,
    file: &'a File,
    rules: Vec<TagRule>,
    timezone: Tz,
    home: Option<&'a Path>,
}

impl Around<'_> {
    fn digest(&self, written: &file::InputTable, globs: &Spanned<OneOrMore>) -> Result<DigestInput, Error> {
        let of_feeds = [
            ("schedule", written.schedule.as_ref().map(Spanned::span)),
            ("content", written.content.as_ref().map(Spanned::span)),
            ("include", written.include.as_ref().map(Spanned::span)),
            ("strip_tracking", written.strip_tracking.as_ref().map(Spanned::span)),
        ];
        refuse(self.text, of_feeds, "a feed", "a digest")?;
        let posts = self.posts(globs, written.exclude.as_ref())?;
        let meant =
            written.profile.as_ref().map(|name| profiles::find(self.text, &self.file.profiles, name)).transpose()?;
        let (profile, source_words) =
            meant.map_or((Profile::default(), None), |meant| (meant.profile, meant.source_words));
        let digest = DigestOptions {
            timezone: self.timezone,
            base_url: written.base_url.as_ref().map(|url| self.text.url(url)).transpose()?,
            category: written.category.as_ref().map(|category| category.as_ref().clone()),
            tags: written.tags.clone(),
            aliases: self.file.tags.aliases.clone(),
            source_words: source_words.unwrap_or_else(|| DigestOptions::default().source_words),
            profile: Box::new(profile),
        };
        Ok(DigestInput { name: written.name.as_ref().trim().to_owned(), posts, digest })
    }

    fn posts(
        &self,
        globs: &Spanned<OneOrMore>,
        exclude: Option<&Spanned<Vec<Spanned<String>>>>,
    ) -> Result<PostFiles, Error> {
        let of = |span: Range<usize>, text: &str, meaning: fn(&str, Option<&Path>) -> Result<Glob, String>| {
            meaning(text, self.home)
                .map_err(|why| self.text.wrong(&span, format!("`{text}` is not a pattern of file names: {why}")))
        };
        let globs = match globs.as_ref() {
            OneOrMore::One(text) => vec![of(globs.span(), text, Glob::of_posts)?],
            OneOrMore::More(texts) if texts.is_empty() => {
                return Err(self.text.wrong(&globs.span(), "an empty list names no posts; name a glob or a folder"));
            }
            OneOrMore::More(texts) => {
                texts.iter().map(|text| of(text.span(), text.as_ref(), Glob::of_posts)).collect::<Result<_, _>>()?
            }
        };
        let exclude = exclude.into_iter().flat_map(Spanned::as_ref);
        let exclude =
            exclude.map(|text| of(text.span(), text.as_ref(), Glob::of_excluded)).collect::<Result<_, _>>()?;
        Ok(PostFiles { globs, exclude })
    }

    fn feed(&self, written: &file::InputTable, url: &Spanned<String>) -> Result<FeedInput, Error> {
        let of_digests = [
            ("base_url", written.base_url.as_ref().map(Spanned::span)),
            ("category", written.category.as_ref().map(Spanned::span)),
            ("profile", written.profile.as_ref().map(Spanned::span)),
        ];
        refuse(self.text, of_digests, "a digest", "a feed")?;
        let feed = FeedOptions {
            timezone: self.timezone,
            content: match written.content.as_ref().map(Spanned::as_ref) {
                Some(file::WrittenContent::Full) => ContentKind::Full,
                Some(file::WrittenContent::None) => ContentKind::None,
                Some(file::WrittenContent::Summary) | None => ContentKind::Summary,
            },
            filter: Filter {
                include: patterns(self.text, written.include.as_ref())?,
                exclude: patterns(self.text, written.exclude.as_ref())?,
            },
            tags: written.tags.clone(),
            aliases: self.file.tags.aliases.clone(),
            rules: self.rules.clone(),
            strip_tracking: written.strip_tracking.as_ref().is_some_and(|strip| *strip.as_ref()),
        };
        Ok(FeedInput {
            name: written.name.as_ref().trim().to_owned(),
            url: address(self.text, url)?,
            schedule: written
                .schedule
                .as_ref()
                .map(|written| self.text.schedule(written, self.timezone))
                .transpose()?,
            feed,
        })
    }
}

/// The address of a feed, query and all; without a fragment, which is never sent.
fn address(text: &FileText<'_>, written: &Spanned<String>) -> Result<Url, Error> {
    let mut url = text.exact_url(written)?;
    if !url.username().is_empty() || url.password().is_some() {
        // Not repeated: it may hold a password.
        let message =
            "an address that names a user is not fetched: complaints and lists of inputs would tell its password";
        return Err(text.wrong(&written.span(), message));
    }
    url.set_fragment(None);
    Ok(url)
}

/// Keys of the other kind of input would be without effect.
fn refuse<const N: usize>(
    text: &FileText<'_>,
    keys: [(&str, Option<Range<usize>>); N],
    whose: &str,
    not_of: &str,
) -> Result<(), Error> {
    match keys.into_iter().find_map(|(key, span)| Some((key, span?))) {
        Some((key, span)) => {
            Err(text
                .wrong(&span, format!("`{key}` is a key of {whose}; this input is {not_of}, where it does nothing")))
        }
        None => Ok(()),
    }
}

fn patterns(text: &FileText<'_>, written: Option<&Spanned<Vec<Spanned<String>>>>) -> Result<Vec<Regex>, Error> {
    written.into_iter().flat_map(Spanned::as_ref).map(|pattern| compiled(text, pattern)).collect()
}

fn rules(text: &FileText<'_>, written: &[file::TagRuleTable]) -> Result<Vec<TagRule>, Error> {
    let rule = |written: &file::TagRuleTable| {
        let tag = written.tag.as_ref().trim();
        if tag.is_empty() {
            return Err(text.wrong(&written.tag.span(), "a tag has a name"));
        }
        Ok(TagRule { pattern: compiled(text, &written.pattern)?, tag: tag.to_owned() })
    };
    written.iter().map(rule).collect()
}
