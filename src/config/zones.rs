//! Which time zone was meant by a name that is none.

/// Cities that people name and the tz database does not, with the zone whose clocks they keep.
const CITIES: [(&str, &str); 28] = [
    ("Asia/Beijing", "Asia/Shanghai"),
    ("Asia/Chengdu", "Asia/Shanghai"),
    ("Asia/Guangzhou", "Asia/Shanghai"),
    ("Asia/Hangzhou", "Asia/Shanghai"),
    ("Asia/Nanjing", "Asia/Shanghai"),
    ("Asia/Shenzhen", "Asia/Shanghai"),
    ("Asia/Tianjin", "Asia/Shanghai"),
    ("Asia/Wuhan", "Asia/Shanghai"),
    ("Asia/Osaka", "Asia/Tokyo"),
    ("Asia/Kyoto", "Asia/Tokyo"),
    ("Asia/Busan", "Asia/Seoul"),
    ("Asia/Hanoi", "Asia/Ho_Chi_Minh"),
    ("Asia/Mumbai", "Asia/Kolkata"),
    ("Asia/Delhi", "Asia/Kolkata"),
    ("Asia/Bangalore", "Asia/Kolkata"),
    ("Asia/Islamabad", "Asia/Karachi"),
    ("Asia/Abu_Dhabi", "Asia/Dubai"),
    ("Europe/Munich", "Europe/Berlin"),
    ("Europe/Frankfurt", "Europe/Berlin"),
    ("Europe/Hamburg", "Europe/Berlin"),
    ("Europe/Milan", "Europe/Rome"),
    ("Europe/Barcelona", "Europe/Madrid"),
    ("Europe/Geneva", "Europe/Zurich"),
    ("America/San_Francisco", "America/Los_Angeles"),
    ("America/Seattle", "America/Los_Angeles"),
    ("America/Boston", "America/New_York"),
    ("America/Washington", "America/New_York"),
    ("Australia/Wellington", "Pacific/Auckland"),
];

/// The zone that is written most like `name`.
pub(super) fn nearest(name: &str) -> &'static str {
    let zones = chrono_tz::TZ_VARIANTS.iter().map(|zone| (zone.name(), zone.name()));
    let likeness = |known: &str| strsim::jaro_winkler(&name.to_lowercase(), &known.to_lowercase());
    let nearest = zones.chain(CITIES).max_by(|a, b| likeness(a.0).total_cmp(&likeness(b.0)));
    nearest.map_or("UTC", |(_, zone)| zone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_meant_is_found() {
        for (written, meant) in [
            ("Asia/Bejing", "Asia/Shanghai"),
            ("asia/beijing", "Asia/Shanghai"),
            ("Asia/Shangai", "Asia/Shanghai"),
            ("Europe/Berln", "Europe/Berlin"),
            ("America/SanFrancisco", "America/Los_Angeles"),
            ("Asia/Delhi", "Asia/Kolkata"),
        ] {
            assert_eq!(nearest(written), meant, "{written}");
        }
    }

    #[test]
    fn every_city_keeps_a_known_zone_and_is_none_itself() {
        for (city, zone) in CITIES {
            assert!(zone.parse::<chrono_tz::Tz>().is_ok() && city.parse::<chrono_tz::Tz>().is_err(), "{city}");
        }
    }
}
