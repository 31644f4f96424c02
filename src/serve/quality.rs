//! Lists with weights, as in `Accept` and `Accept-Encoding` (RFC 9110, section 12.4.2). Pure.

/// Full weight, in thousandths.
pub(super) const FULL: u16 = 1000;

/// The members of a list with their weights in thousandths; other parameters are passed over.
pub(super) fn weighted(list: &str) -> impl Iterator<Item = (&str, u16)> {
    list.split(',').filter_map(|member| {
        let mut parts = member.split(';');
        let name = parts.next().map(str::trim).filter(|name| !name.is_empty())?;
        let mut parameters = parts.filter_map(|parameter| parameter.split_once('='));
        let weight = parameters.find(|(name, _)| name.trim().eq_ignore_ascii_case("q"));
        Some((name, weight.map_or(FULL, |(_, value)| thousandths(value.trim()))))
    })
}

/// What is no weight counts as full: the member was at least named.
fn thousandths(value: &str) -> u16 {
    let (whole, rest) = value.split_once('.').unwrap_or((value, ""));
    let is_below_one = matches!(whole, "0" | "") && !value.is_empty() && rest.bytes().all(|b| b.is_ascii_digit());
    if !is_below_one {
        return FULL;
    }
    let digits = rest.bytes().chain(std::iter::repeat(b'0')).take(3);
    digits.fold(0, |sum, digit| sum * 10 + u16::from(digit - b'0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_read_and_odd_ones_forgiven() {
        let read = |list| weighted(list).collect::<Vec<_>>();
        assert_eq!(read("gzip"), [("gzip", 1000)]);
        assert_eq!(read(" gzip ; q=0.5 , br;Q=1.000,zstd;q=0"), [("gzip", 500), ("br", 1000), ("zstd", 0)]);
        assert_eq!(read("a;level=1;q=0.05,,b;q=.3,c;q=0.1234"), [("a", 50), ("b", 300), ("c", 123)]);
        assert_eq!(read("a;q=,b;q=x,c;q=7,d;q=-1"), [("a", 1000), ("b", 1000), ("c", 1000), ("d", 1000)]);
        assert_eq!(read(""), []);
    }
}
