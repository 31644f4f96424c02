//! The profiles of a configuration: each changes rules of another one, a built-in one or one of the file.

use super::Error;
use super::text::{FileText, compiled};
use crate::collect::digest::{
    BUILT_IN, Counting, Cover, DateFrom, Every, HeaderKind, ItemStart, Profile, RemarkStyle, TextPattern, TitleFrom,
    Way,
};
use chrono::NaiveDate;
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;

/// Longest chain of profiles that change each other; a longer one goes in a circle.
const MAX_CHAIN: usize = 8;

/// A profile as written.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub(super) struct ProfileTable {
    base: Option<Spanned<String>>,
    #[serde(default)]
    post: PostTable,
    #[serde(default)]
    items: ItemsTable,
    #[serde(default)]
    sources: SourcesTable,
    remark: Option<WrittenRemark>,
    remark_pattern: Option<Spanned<String>>,
    credit_pattern: Option<Spanned<String>>,
    cover: Option<WrittenCover>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
struct PostTable {
    header: Option<WrittenHeader>,
    title: Option<Vec<WrittenTitle>>,
    only_titles: Option<Vec<Spanned<String>>>,
    only_paths: Option<Vec<Spanned<String>>>,
    number: Option<Vec<Spanned<String>>>,
    date: Option<Spanned<Vec<WrittenDate>>>,
    date_pattern: Option<Spanned<String>>,
    counted_from: Option<Spanned<BTreeMap<String, toml::Value>>>,
    every: Option<Spanned<String>>,
    editions: Option<Spanned<String>>,
    is_item: Option<bool>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
struct ItemsTable {
    start: Option<Vec<WrittenStart>>,
    levels: Option<Spanned<Vec<u8>>>,
    one_level: Option<bool>,
    pattern: Option<Spanned<String>>,
    linked: Option<bool>,
    only: Option<Vec<Spanned<String>>>,
    except: Option<Vec<Spanned<String>>>,
    until: Option<Vec<Spanned<String>>>,
    strip: Option<Vec<Spanned<String>>>,
    skip: Option<Vec<Spanned<String>>>,
    section_tags: Option<bool>,
    strip_tags: Option<Vec<Spanned<String>>>,
    skip_intro: Option<bool>,
    pictures_before: Option<bool>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
struct SourcesTable {
    ways: Option<Vec<WrittenWay>>,
    words: Option<Vec<String>>,
    via: Option<Spanned<String>>,
    submitter: Option<Spanned<String>>,
    unwrap: Option<Vec<Spanned<String>>>,
}

/// Names of rules as written, and what they mean.
macro_rules! written {
    ($written:ident => $meant:ident { $($name:ident),+ }) => {
        #[derive(Debug, Clone, Copy, Deserialize)]
        #[serde(rename_all = "lowercase")]
        enum $written { $($name),+ }

        impl $written {
            fn meant(self) -> $meant {
                match self { $(Self::$name => $meant::$name),+ }
            }
        }
    };
}

written!(WrittenHeader => HeaderKind { Any, Yaml, Toml, Lines, None });
written!(WrittenTitle => TitleFrom { Header, Heading, Name });
written!(WrittenDate => DateFrom { Header, Title, Heading, Path, Text, Number });
written!(WrittenStart => ItemStart { Headings, List, Ordered, Paragraphs });
written!(WrittenWay => Way { Header, Label, Heading, Line, Via, First, Body });
written!(WrittenRemark => RemarkStyle { Named, Labelled, None });
written!(WrittenCover => Cover { Largepic, First, None });

/// A profile, and the words of its own that begin source lines.
#[derive(Debug, Clone)]
pub struct MeantProfile {
    /// Its rules.
    pub profile: Profile,
    /// Words that begin a source line, where it has its own.
    pub source_words: Option<Vec<String>>,
}

/// The profile of a name: of the file, or built in.
pub(super) fn find(
    text: &FileText<'_>,
    tables: &BTreeMap<String, ProfileTable>,
    name: &Spanned<String>,
) -> Result<MeantProfile, Error> {
    chain(text, tables, name, 0)
}

/// All profiles of the file are looked at, used or not.
pub(super) fn check(
    text: &FileText<'_>,
    tables: &BTreeMap<String, ProfileTable>,
) -> Result<BTreeMap<String, MeantProfile>, Error> {
    tables.iter().map(|(name, table)| Ok((name.clone(), of_table(text, tables, (name, table), 0)?))).collect()
}

fn chain(
    text: &FileText<'_>,
    tables: &BTreeMap<String, ProfileTable>,
    name: &Spanned<String>,
    depth: usize,
) -> Result<MeantProfile, Error> {
    let wanted = name.as_ref().trim();
    if depth > MAX_CHAIN {
        return Err(
            text.wrong(&name.span(), format!("`{wanted}` is based on itself; name a built-in profile as `base`"))
        );
    }
    match (tables.get(wanted), Profile::built_in(wanted)) {
        (Some(table), _) => of_table(text, tables, (wanted, table), depth),
        (None, Some(profile)) => Ok(MeantProfile { profile, source_words: None }),
        (None, None) => {
            let known = BUILT_IN.into_iter().chain(tables.keys().map(String::as_str));
            let nearest =
                known.max_by(|a, b| strsim::jaro_winkler(wanted, a).total_cmp(&strsim::jaro_winkler(wanted, b)));
            let message = format!(
                "no profile is called `{wanted}`; the nearest is `{}`, built in are {}",
                nearest.unwrap_or_default(),
                BUILT_IN.join(", ")
            );
            Err(text.wrong(&name.span(), message))
        }
    }
}

fn of_table(
    text: &FileText<'_>,
    tables: &BTreeMap<String, ProfileTable>,
    (name, table): (&str, &ProfileTable),
    depth: usize,
) -> Result<MeantProfile, Error> {
    let mut meant = match &table.base {
        // A profile may change the built-in one of its own name.
        Some(base) if base.as_ref().trim() == name => {
            let built_in = Profile::built_in(name);
            let profile = built_in.ok_or_else(|| text.wrong(&base.span(), format!("`{name}` is based on itself")))?;
            MeantProfile { profile, source_words: None }
        }
        Some(base) => chain(text, tables, base, depth + 1)?,
        None => MeantProfile { profile: Profile::default(), source_words: None },
    };
    name.clone_into(&mut meant.profile.name);
    post(text, &table.post, &mut meant.profile)?;
    items(text, &table.items, &mut meant.profile)?;
    let SourcesTable { ways, words, via, submitter, unwrap } = &table.sources;
    let rules = &mut meant.profile.sources;
    put(&mut rules.ways, ways.as_ref().map(|ways| ways.iter().map(|way| way.meant()).collect()));
    put(&mut rules.unwrap, unwrap.as_ref().map(|names| parameters(text, names)).transpose()?);
    put_pattern(text, &mut rules.via, via.as_ref())?;
    put_pattern(text, &mut rules.submitter, submitter.as_ref())?;
    put(&mut meant.source_words, words.clone().map(Some));
    put(&mut meant.profile.remark, table.remark.map(WrittenRemark::meant));
    put_pattern(text, &mut meant.profile.remark_pattern, table.remark_pattern.as_ref())?;
    put_pattern(text, &mut meant.profile.credit_pattern, table.credit_pattern.as_ref())?;
    put(&mut meant.profile.cover, table.cover.map(WrittenCover::meant));
    Ok(meant)
}

fn post(text: &FileText<'_>, table: &PostTable, profile: &mut Profile) -> Result<(), Error> {
    let rules = &mut profile.post;
    put(&mut rules.header, table.header.map(WrittenHeader::meant));
    put(&mut rules.title, table.title.as_ref().map(|ways| ways.iter().map(|way| way.meant()).collect()));
    put(&mut rules.date, table.date.as_ref().map(|ways| ways.as_ref().iter().map(|way| way.meant()).collect()));
    put(&mut rules.only_titles, patterns(text, table.only_titles.as_ref())?);
    put(&mut rules.only_paths, patterns(text, table.only_paths.as_ref())?);
    put(&mut rules.number, patterns(text, table.number.as_ref())?);
    put_pattern(text, &mut rules.date_pattern, table.date_pattern.as_ref())?;
    put_pattern(text, &mut rules.editions, table.editions.as_ref())?;
    put(&mut rules.is_item, table.is_item);
    if rules.is_item && rules.editions.is_some() {
        let span = table.editions.as_ref().map_or(0..0, Spanned::span);
        return Err(text.wrong(&span, "a post that is one item holds no several editions"));
    }
    if let Some(from) = &table.counted_from {
        let every = table.every.as_ref().map_or(Ok(Every::Days(7)), |every| {
            every_of(every.as_ref()).ok_or_else(|| {
                text.wrong(&every.span(), format!("`{}` is neither days nor months: write 7d or 1m", every.as_ref()))
            })
        })?;
        rules.counting = Some(Counting { from: counted_from(text, from)?, every });
    } else if let Some(every) = &table.every {
        let message =
            "`every` counts from `counted_from`: name the day of one edition at least, as in { \"1\" = 2016-05-28 }";
        return Err(text.wrong(&every.span(), message));
    }
    if rules.date.contains(&DateFrom::Number) && rules.counting.is_none() {
        let span = table.date.as_ref().map_or(0..0, Spanned::span);
        return Err(
            text.wrong(&span, format!("the profile `{}` dates by number and lacks `counted_from`", profile.name))
        );
    }
    Ok(())
}

/// Names of query parameters.
fn parameters(text: &FileText<'_>, names: &[Spanned<String>]) -> Result<Vec<String>, Error> {
    let is_name = |name: &str| !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || "?&=/:#".contains(c));
    let of = |name: &Spanned<String>| {
        let message = || {
            let written = name.as_ref();
            format!(
                "`{written}` is no name of a parameter; of https://a.example/click?target=https://b.example/ it is \"target\""
            )
        };
        is_name(name.as_ref()).then(|| name.as_ref().clone()).ok_or_else(|| text.wrong(&name.span(), message()))
    };
    names.iter().map(of).collect()
}

/// `7d`, `1m`.
fn every_of(written: &str) -> Option<Every> {
    let (number, unit) = written.trim().split_at_checked(written.trim().len().checked_sub(1)?)?;
    let number: u32 = number.trim().parse().ok().filter(|number| (1..=3660).contains(number))?;
    match unit {
        "d" => Some(Every::Days(number)),
        "m" => Some(Every::Months(number)),
        _ => None,
    }
}

fn counted_from(
    text: &FileText<'_>,
    written: &Spanned<BTreeMap<String, toml::Value>>,
) -> Result<BTreeMap<u32, NaiveDate>, Error> {
    let wrong = |what: &str| text.wrong(&written.span(), format!("{what}: write {{ \"1\" = 2016-05-28 }}"));
    if written.as_ref().is_empty() {
        return Err(wrong("`counted_from` names no edition"));
    }
    let of = |(number, day): (&String, &toml::Value)| {
        let number = number.parse().map_err(|_odd| wrong(&format!("`{number}` is no number of an edition")))?;
        let day = match day {
            toml::Value::String(day) => day.clone(),
            day => day.to_string(),
        };
        let day = day.parse().map_err(|_odd| wrong(&format!("`{day}` is no day")))?;
        Ok((number, day))
    };
    written.as_ref().iter().map(of).collect()
}

fn items(text: &FileText<'_>, table: &ItemsTable, profile: &mut Profile) -> Result<(), Error> {
    let rules = &mut profile.items;
    put(&mut rules.start, table.start.as_ref().map(|start| start.iter().map(|start| start.meant()).collect()));
    if let Some(levels) = &table.levels {
        if levels.as_ref().is_empty() || !levels.as_ref().iter().all(|level| (1..=6).contains(level)) {
            return Err(text.wrong(&levels.span(), "headings have the levels 1 to 6"));
        }
        rules.levels.clone_from(levels.as_ref());
    }
    put(&mut rules.one_level, table.one_level);
    put_pattern(text, &mut rules.pattern, table.pattern.as_ref())?;
    put(&mut rules.linked, table.linked);
    put(&mut rules.only, patterns(text, table.only.as_ref())?);
    put(&mut rules.except, patterns(text, table.except.as_ref())?);
    put(&mut rules.until, patterns(text, table.until.as_ref())?);
    put(&mut rules.strip, patterns(text, table.strip.as_ref())?);
    put(&mut rules.skip, patterns(text, table.skip.as_ref())?);
    put(&mut rules.section_tags, table.section_tags);
    put(&mut rules.strip_tags, patterns(text, table.strip_tags.as_ref())?);
    put(&mut rules.skip_intro, table.skip_intro);
    put(&mut rules.pictures_before, table.pictures_before);
    Ok(())
}

fn put<T>(rule: &mut T, written: Option<T>) {
    if let Some(written) = written {
        *rule = written;
    }
}

/// An empty pattern takes the base's away.
fn put_pattern(
    text: &FileText<'_>,
    rule: &mut Option<TextPattern>,
    written: Option<&Spanned<String>>,
) -> Result<(), Error> {
    if let Some(written) = written {
        *rule = if written.as_ref().is_empty() { None } else { Some(TextPattern(compiled(text, written)?)) };
    }
    Ok(())
}

fn patterns(text: &FileText<'_>, written: Option<&Vec<Spanned<String>>>) -> Result<Option<Vec<TextPattern>>, Error> {
    let compile = |pattern: &Spanned<String>| compiled(text, pattern).map(TextPattern);
    written.map(|patterns| patterns.iter().map(compile).collect()).transpose()
}
