//! Zones behind a time: offsets, the names that mail and newspapers use, and those of the time zone database.

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

/// Hours and minutes east. Where a name has several meanings, the one of RFC 822, else the one with more feeds.
const NAMED: [(&str, i32, i32); 62] = [
    ("z", 0, 0),
    ("ut", 0, 0),
    ("utc", 0, 0),
    ("gmt", 0, 0),
    ("zulu", 0, 0),
    ("wet", 0, 0),
    ("est", -5, 0),
    ("edt", -4, 0),
    ("et", -5, 0),
    ("cst", -6, 0),
    ("cdt", -5, 0),
    ("mst", -7, 0),
    ("mdt", -6, 0),
    ("pst", -8, 0),
    ("pdt", -7, 0),
    ("pt", -8, 0),
    ("akst", -9, 0),
    ("akdt", -8, 0),
    ("hst", -10, 0),
    ("ast", -4, 0),
    ("adt", -3, 0),
    ("nst", -3, -30),
    ("ndt", -2, -30),
    ("brt", -3, 0),
    ("brst", -2, 0),
    ("art", -3, 0),
    ("clt", -4, 0),
    ("clst", -3, 0),
    ("cot", -5, 0),
    ("pet", -5, 0),
    ("vet", -4, 0),
    ("west", 1, 0),
    ("bst", 1, 0),
    ("cet", 1, 0),
    ("met", 1, 0),
    ("mez", 1, 0),
    ("cest", 2, 0),
    ("mest", 2, 0),
    ("mesz", 2, 0),
    ("eet", 2, 0),
    ("sast", 2, 0),
    ("eest", 3, 0),
    ("msk", 3, 0),
    ("msd", 4, 0),
    ("trt", 3, 0),
    ("eat", 3, 0),
    ("gst", 4, 0),
    ("pkt", 5, 0),
    ("ist", 5, 30),
    ("npt", 5, 45),
    ("ict", 7, 0),
    ("wib", 7, 0),
    ("hkt", 8, 0),
    ("sgt", 8, 0),
    ("pht", 8, 0),
    ("awst", 8, 0),
    ("jst", 9, 0),
    ("kst", 9, 0),
    ("acst", 9, 30),
    ("aest", 10, 0),
    ("aedt", 11, 0),
    ("nzst", 12, 0),
];

/// `+0800`, `+08:00`, `+8`, `GMT+8`; not what is a number of its own.
static OFFSET: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"^\s*,?\s*(?:(?:gmt|utc|ut|z)\s*)?([+-])(\d{1,2})(?:\s*:\s*)?(\d{2})?(?:[^\d-]|$)").ok()
});

static WORD: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"[a-z]+").ok());
static PLACE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"[A-Z][A-Za-z]+(?:/[A-Za-z_+-]+)+").ok());

/// The zone that `after`, the text behind a time, begins with or names, and what is left. `written` is the whole date
/// as it was written, for names of places.
pub(super) fn take(after: &str, written: &str) -> (Option<Meant>, String) {
    if let Some((meant, rest)) = offset(after) {
        return (Some(meant), rest);
    }
    let place = LazyLock::force(&PLACE).as_ref().and_then(|place| place.find(written)?.as_str().parse::<Tz>().ok());
    if let Some(zone) = place {
        return (Some(Meant::Zone(zone)), after.to_owned());
    }
    let words = LazyLock::force(&WORD).iter().flat_map(|word| word.find_iter(after));
    let named = words.filter_map(|word| {
        let (_, hours, minutes) = NAMED.iter().find(|(name, ..)| *name == word.as_str())?;
        let rest = format!("{} {}", after.get(..word.start())?, after.get(word.end()..)?);
        Some((Some(Meant::Offset((hours * 60 + minutes) * 60)), rest))
    });
    named.into_iter().next().unwrap_or_else(|| (None, after.to_owned()))
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
