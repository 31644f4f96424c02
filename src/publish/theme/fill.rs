//! Texts with places to fill: `第 {n} 页`.

/// The pieces of a text: what stands as it is, and the names in braces.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum FillPiece<'t> {
    Plain(&'t str),
    Named(&'t str),
}

/// A text in pieces. A brace that encloses no name is plain.
pub(super) fn pieces(text: &str) -> Vec<FillPiece<'_>> {
    let (mut found, mut rest, mut from) = (Vec::new(), text, 0);
    while let Some((before, after)) = rest.get(from..).and_then(|rest| rest.split_once('{')) {
        let named = after.split_once('}').filter(|(name, _)| is_name(name));
        let start = from + before.len();
        let Some((name, behind)) = named else {
            from = start + 1;
            continue;
        };
        found.push(FillPiece::Plain(rest.get(..start).unwrap_or_default()));
        found.push(FillPiece::Named(name));
        (rest, from) = (behind, 0);
    }
    found.push(FillPiece::Plain(rest));
    found
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
}

/// The names in a text.
pub(super) fn names(text: &str) -> impl Iterator<Item = &str> {
    pieces(text).into_iter().filter_map(|piece| match piece {
        FillPiece::Named(name) => Some(name),
        FillPiece::Plain(_) => None,
    })
}

/// A text with its places filled. A name of which nothing is known stays as it stands.
pub(super) fn filled(text: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for piece in pieces(text) {
        match piece {
            FillPiece::Plain(plain) => out.push_str(plain),
            FillPiece::Named(name) => match value(name) {
                Some(value) => out.push_str(&value),
                None => out.extend(["{", name, "}"]),
            },
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_in_braces_are_filled_and_what_fills_them_is_not_looked_at() {
        let fill = |text| filled(text, |name| ["a", "n"].contains(&name).then(|| format!("<{name}>{{n}}")));
        assert_eq!(fill("第 {n} 页"), "第 <n>{n} 页");
        assert_eq!(fill("{a}{n}"), "<a>{n}<n>{n}");
        assert_eq!(fill("{unknown} {} {N} {a b} {{n}} {"), "{unknown} {} {N} {a b} {<n>{n}} {");
        assert_eq!(names("{date} {} {n}").collect::<Vec<_>>(), ["date", "n"]);
    }
}
