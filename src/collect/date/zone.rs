//! Zones behind a time: offsets, the names that mail and newspapers use, and those of the time zone database. A test holds the
//! abbreviations against those that are in use there.

use super::month;
use chrono_tz::Tz;
use regex::Regex;
use std::sync::LazyLock;

/// What a date says about its zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meant {
    /// Seconds east of Greenwich.
    Offset(i32),
    Zone(Tz),
}

/// Hours and minutes east. Where a name has several meanings, the one of RFC 822, else the one with more feeds: `cst` is Chicago's
/// and neither China's nor Cuba's, `ist` India's and neither Ireland's nor Israel's, `pst` Los Angeles' and not Manila's, `bst`
/// Britain's and not Bangladesh's.
const NAMED: [(&str, i32, i32); 81] = [
    ("z", 0, 0),
    ("ut", 0, 0),
    ("utc", 0, 0),
    ("gmt", 0, 0),
    ("zulu", 0, 0),
    ("wet", 0, 0),
    ("est", -5, 0),
    ("edt", -4, 0),
    ("cst", -6, 0),
    ("cdt", -5, 0),
    ("mst", -7, 0),
    ("mdt", -6, 0),
    ("pst", -8, 0),
    ("pdt", -7, 0),
    ("akst", -9, 0),
    ("akdt", -8, 0),
    ("hst", -10, 0),
    ("hdt", -9, 0),
    ("ast", -4, 0),
    ("adt", -3, 0),
    ("nst", -3, -30),
    ("ndt", -2, -30),
    ("brt", -3, 0),
    ("brst", -2, 0),
    ("art", -3, 0),
    ("uyt", -3, 0),
    ("clt", -4, 0),
    ("clst", -3, 0),
    ("bot", -4, 0),
    ("cot", -5, 0),
    ("pet", -5, 0),
    ("vet", -4, 0),
    ("west", 1, 0),
    ("bst", 1, 0),
    ("wat", 1, 0),
    ("cet", 1, 0),
    ("met", 1, 0),
    ("mez", 1, 0),
    ("cest", 2, 0),
    ("mest", 2, 0),
    ("mesz", 2, 0),
    ("eet", 2, 0),
    ("cat", 2, 0),
    ("sast", 2, 0),
    ("idt", 3, 0),
    ("eest", 3, 0),
    ("eat", 3, 0),
    ("msk", 3, 0),
    ("msd", 4, 0),
    ("trt", 3, 0),
    ("gst", 4, 0),
    ("irst", 3, 30),
    ("aft", 4, 30),
    ("pkt", 5, 0),
    ("uzt", 5, 0),
    ("ist", 5, 30),
    ("npt", 5, 45),
    ("ict", 7, 0),
    ("wib", 7, 0),
    ("hkt", 8, 0),
    ("sgt", 8, 0),
    ("myt", 8, 0),
    ("pht", 8, 0),
    ("wita", 8, 0),
    ("awst", 8, 0),
    ("acwst", 8, 45),
    ("jst", 9, 0),
    ("kst", 9, 0),
    ("wit", 9, 0),
    ("acst", 9, 30),
    ("aest", 10, 0),
    ("chst", 10, 0),
    ("acdt", 10, 30),
    ("lhst", 10, 30),
    ("aedt", 11, 0),
    ("lhdt", 11, 0),
    ("nzst", 12, 0),
    ("nzdt", 13, 0),
    ("chast", 12, 45),
    ("chadt", 13, 45),
    ("sst", -11, 0),
];

/// Names that leave open whether it is summer.
const ALL_YEAR: [(&str, Tz); 7] = [
    ("et", Tz::America__New_York),
    ("ct", Tz::America__Chicago),
    ("mt", Tz::America__Denver),
    ("pt", Tz::America__Los_Angeles),
    ("akt", Tz::America__Anchorage),
    ("aet", Tz::Australia__Sydney),
    ("nzt", Tz::Pacific__Auckland),
];

/// `+0800`, `+08:00`, `+8`, `GMT+8`; not what is a number of its own.
static OFFSET: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"^\s*,?\s*(?:(?:gmt|utc|ut|z)\s*)?([+-])(\d{1,2})(?:\s*:\s*)?(\d{2})?(?:[^\d-]|$)").ok()
});

static WORD: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"[a-z]+").ok());
static PLACE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"[A-Z][A-Za-z]+(?:/[A-Za-z_+-]+)+").ok());

/// What stands behind a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TakenZone {
    pub(super) meant: Option<Meant>,
    /// The text without its zone.
    pub(super) rest: String,
    /// What looks like a zone, and is none that is known.
    pub(super) unknown: Option<String>,
}

/// The zone that `after`, the text behind a time, begins with or names, and what is left. `written` is the whole date
/// as it was written, for names of places and for capitals.
pub(super) fn take(after: &str, written: &str) -> TakenZone {
    let known = |meant, rest: &str| TakenZone { meant: Some(meant), rest: rest.to_owned(), unknown: None };
    if let Some((meant, rest)) = offset(after) {
        return known(meant, &rest);
    }
    let place = LazyLock::force(&PLACE).as_ref().and_then(|place| Some(place.find(written)?.as_str()));
    if let Some(zone) = place.and_then(|place| place.parse::<Tz>().ok()) {
        return known(Meant::Zone(zone), after);
    }
    let words = LazyLock::force(&WORD).iter().flat_map(|word| word.find_iter(after));
    let named = words.filter_map(|word| {
        let rest = format!("{} {}", after.get(..word.start())?, after.get(word.end()..)?);
        Some(known(named(word.as_str())?, &rest))
    });
    let named = named.into_iter().next();
    named.unwrap_or_else(|| {
        let letters = letters(after, written);
        // RFC 5322, 4.3: nobody agrees on what a single letter means, so that it says nothing but that it is no local time.
        let meant = letters.filter(|letters| letters.len() == 1).map(|_| Meant::Offset(0));
        let unknown = letters.filter(|letters| letters.len() > 1).or(place).map(str::to_owned);
        TakenZone { meant, rest: after.to_owned(), unknown }
    })
}

fn named(word: &str) -> Option<Meant> {
    let all_year = ALL_YEAR.iter().find(|(name, _)| *name == word).map(|(_, zone)| Meant::Zone(*zone));
    all_year.or_else(|| {
        let (_, hours, minutes) = NAMED.iter().find(|(name, ..)| *name == word)?;
        Some(Meant::Offset((hours * 60 + minutes) * 60))
    })
}

/// Capitals directly behind a time that look like the name of a zone: neither a month nor a day of the week nor an hour.
fn letters<'w>(after: &str, written: &'w str) -> Option<&'w str> {
    const OTHERS: [&str; 12] = ["am", "pm", "h", "hr", "hrs", "uhr", "mon", "tue", "wed", "thu", "fri", "sat"];
    let after = after.trim_start();
    let word = after.get(..after.find(|c: char| !c.is_alphabetic()).unwrap_or(after.len()))?;
    let is_name = (1..=5).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_lowercase());
    if !is_name || OTHERS.contains(&word) || word == "sun" || word == "j" || month::named(word).is_some() {
        return None;
    }
    let mut words = written.split(|c: char| !c.is_alphanumeric());
    words.find(|written| written.bytes().all(|b| b.is_ascii_uppercase()) && written.eq_ignore_ascii_case(word))
}

fn offset(after: &str) -> Option<(Meant, String)> {
    let found = LazyLock::force(&OFFSET).as_ref()?.captures(after)?;
    let part = |at: usize| found.get(at).map_or(Some(0), |digits| digits.as_str().parse::<i32>().ok());
    let (hours, minutes) = (part(2)?, part(3)?);
    if hours > 15 || minutes > 59 {
        return None;
    }
    let sign = if found.get(1)?.as_str() == "-" { -1 } else { 1 };
    let end = found.get(3).or_else(|| found.get(2))?.end();
    Some((Meant::Offset(sign * (hours * 60 + minutes) * 60), after.get(end..)?.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{Offset, TimeZone, Utc};
    use chrono_tz::{OffsetName, TZ_VARIANTS};
    use std::collections::{BTreeMap, BTreeSet};

    /// Seconds east that each abbreviation stands for somewhere, in winter or summer.
    fn in_use() -> BTreeMap<String, BTreeSet<i32>> {
        let mut all = BTreeMap::<String, BTreeSet<i32>>::new();
        for zone in TZ_VARIANTS {
            for month in 1..=12 {
                let at = Utc.with_ymd_and_hms(2025, month, 15, 12, 0, 0).unwrap().with_timezone(&zone);
                let name = at.offset().abbreviation().unwrap_or_default().to_ascii_lowercase();
                if !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphabetic()) {
                    all.entry(name).or_default().insert(at.offset().fix().local_minus_utc());
                }
            }
        }
        all
    }

    #[test]
    fn every_abbreviation_that_is_in_use_is_known() {
        let all = in_use();
        assert!(all.len() > 40, "{all:?}");
        let mut ambiguous = Vec::new();
        for (name, offsets) in &all {
            let Some(Meant::Offset(seconds)) = named(name) else { panic!("{name} is not known: {offsets:?}") };
            assert!(offsets.contains(&seconds), "{name}: {seconds}, not one of {offsets:?}");
            if offsets.len() > 1 {
                ambiguous.push(name.as_str());
            }
        }
        assert_eq!(ambiguous, ["cdt", "cst", "ist", "pst"], "whose meaning is a choice, which is told above");
    }

    #[test]
    fn no_name_stands_twice() {
        let names: BTreeSet<&str> =
            NAMED.iter().map(|(name, ..)| *name).chain(ALL_YEAR.map(|(name, _)| name)).collect();
        assert_eq!(names.len(), NAMED.len() + ALL_YEAR.len());
    }

    #[test]
    fn what_is_no_zone_is_not_taken_for_one() {
        for (after, written, unknown) in [
            (" xyz", "15:04 XYZ", Some("XYZ")),
            (" xyz 2024", "Tue Mar 5 15:04:05 XYZ 2024", Some("XYZ")),
            (" uhr", "15:04 UHR", None),
            (" uhr", "15:04 Uhr", None),
            (" mar 2024", "15:04 MAR 2024", None),
            (" sun", "15:04 SUN", None),
            (" mars/phobos", "15:04 Mars/Phobos", Some("Mars/Phobos")),
            (" published", "15:04 PUBLISHED", None),
            ("", "15:04", None),
        ] {
            assert_eq!(take(after, written).unknown.as_deref(), unknown, "{written}");
        }
    }
}
