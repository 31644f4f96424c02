//! Which address a picture has: what a browser would load, or what the scripts of its page would have put there.
//!
//! Refuses to judge what a picture shows: an address is taken as it is written.

use scraper::node::Element;

/// Where pages that load their pictures late keep the address, the surest first.
const LATE: [&str; 36] = [
    "data-src",
    "data-original",
    "data-lazy-src",
    "data-lazy",
    "data-original-src",
    "data-lazyload",
    "data-lazy-load",
    "data-ll-src",
    "data-url",
    "data-actualsrc",
    "data-hi-res-src",
    "data-hires",
    "data-img-src",
    "data-img",
    "data-image",
    "data-image-src",
    "data-full-src",
    "data-cfsrc",
    "data-ezsrc",
    "data-pagespeed-lazy-src",
    "data-defer-src",
    "data-echo",
    "data-layzr",
    "data-ks-lazyload",
    "data-runner-src",
    "data-croporisrc",
    "data-backsrc",
    "data-orig-file",
    "data-large-file",
    "data-medium-file",
    "nitro-lazy-src",
    "lazy-src",
    "lazysrc",
    "real_src",
    "original",
    "file",
];

/// What files are called that stand where a picture will be.
const STAND_INS: [&str; 14] = [
    "blank",
    "spacer",
    "placeholder",
    "transparent",
    "1x1",
    "pixel.",
    "loading",
    "lazy",
    "grey.",
    "gray.",
    "empty",
    "trans.",
    "clear.",
    "dot.",
];

const ENDINGS: [&str; 9] = [".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif", ".svg", ".bmp", ".jxl"];

/// The address of a picture, as written, among those that are `usable`: its `src`, else where it is loaded late, else the best
/// of its sets, else of those of the `sources` beside it.
pub(super) fn address<'e>(
    image: &'e Element,
    sources: &[&'e Element],
    usable: &dyn Fn(&str) -> bool,
) -> Option<&'e str> {
    let own = image.attr("src").map(str::trim).filter(|src| usable(src));
    own.filter(|src| !(stands_in(src) || is_dot(image) && has_other(image)))
        .or_else(|| late(image, usable))
        .or_else(|| named_late(image, usable))
        .or_else(|| best(image, usable))
        .or_else(|| of_sources(sources, usable))
        .or(own)
}

/// Where an element keeps an address that scripts would load.
pub(super) fn late<'e>(element: &'e Element, usable: &dyn Fn(&str) -> bool) -> Option<&'e str> {
    let ranked = element.attrs().filter_map(|(name, value)| {
        let rank = LATE.iter().position(|late| *late == name)?;
        Some((rank, value.trim())).filter(|(_, value)| is_address(value) && usable(value))
    });
    ranked.min_by_key(|(rank, _)| *rank).map(|(_, value)| value)
}

/// An attribute that nobody lists, but that can hold nothing else.
fn named_late<'e>(image: &'e Element, usable: &dyn Fn(&str) -> bool) -> Option<&'e str> {
    let others = image.attrs().filter(|(name, _)| name.starts_with("data-") && !name.ends_with("srcset"));
    others.map(|(_, value)| value.trim()).find(|value| is_address(value) && is_picture(value) && usable(value))
}

/// The largest of the pictures in an element's sets.
fn best<'e>(element: &'e Element, usable: &dyn Fn(&str) -> bool) -> Option<&'e str> {
    let sets = element.attrs().filter(|(name, _)| name.ends_with("srcset"));
    let all = sets.flat_map(|(_, set)| candidates(set)).filter(|(url, _)| usable(url) && !stands_in(url));
    let larger = |best: (&'e str, f64), next: (&'e str, f64)| if next.1 > best.1 { next } else { best };
    all.reduce(larger).map(|(url, _)| url)
}

/// Of the sources of a `picture` the first that every reader can show, else the first.
fn of_sources<'e>(sources: &[&'e Element], usable: &dyn Fn(&str) -> bool) -> Option<&'e str> {
    let is_new = |source: &Element| {
        source.attr("type").is_some_and(|kind| ["avif", "jxl", "webp"].iter().any(|new| kind.contains(new)))
    };
    let (new, old): (Vec<&Element>, Vec<&Element>) = sources.iter().partition(|source| is_new(source));
    let of = |source: &'e Element| best(source, usable).or_else(|| late(source, usable));
    old.into_iter().chain(new).find_map(of)
}

/// The addresses of a set with their sizes: widths, or densities (HTML, 4.8.4.2.1).
fn candidates(set: &str) -> impl Iterator<Item = (&str, f64)> {
    let mut rest = set;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == ',');
        let end = rest.find(|c: char| c.is_ascii_whitespace()).unwrap_or(rest.len());
        let (url, after) = rest.split_at_checked(end)?;
        if url.is_empty() {
            return None;
        }
        if url.ends_with(',') {
            rest = after;
            return Some((url.trim_end_matches(','), 1.0));
        }
        let (size, after) = after.split_once(',').unwrap_or((after, ""));
        rest = after;
        let number = size.split_ascii_whitespace().next().unwrap_or_default().trim_end_matches(['w', 'x']);
        let size = number.parse().ok().filter(|size: &f64| size.is_finite());
        Some((url, size.unwrap_or(1.0)))
    })
}

/// Whether what is written can be an address: `true`, `1` and `{…}` are found where scripts look.
fn is_address(written: &str) -> bool {
    written.contains(['/', '.'])
        && !written.contains(|c: char| c.is_whitespace() || matches!(c, '{' | '<'))
        && !stands_in(written)
}

/// Whether an address names a picture by its ending.
pub(super) fn is_picture(written: &str) -> bool {
    let path = written.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase();
    ENDINGS.iter().any(|ending| path.ends_with(ending))
}

/// Whether an address only keeps the place of another.
pub(super) fn stands_in(written: &str) -> bool {
    let path = written.split(['?', '#']).next().unwrap_or_default();
    let file = path.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    STAND_INS.iter().any(|name| file.contains(name))
}

/// Whether an element is as large as a dot.
pub(super) fn is_dot(element: &Element) -> bool {
    ["width", "height"]
        .iter()
        .any(|side| element.attr(side).is_some_and(|value| matches!(value.trim().trim_end_matches("px"), "0" | "1")))
}

fn has_other(image: &Element) -> bool {
    image.attrs().any(|(name, _)| name.ends_with("srcset") || LATE.contains(&name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use scraper::Html;

    /// The address of the first `img` or, without one, of a fragment's sources.
    fn found(html: &str) -> Option<String> {
        let fragment = Html::parse_fragment(html);
        let all = || fragment.tree.nodes().filter_map(|node| node.value().as_element());
        let sources: Vec<_> = all().filter(|element| element.name() == "source").collect();
        let image = all().find(|element| element.name() == "img").expect("an img");
        let usable = |written: &str| !written.is_empty() && !written.starts_with("data:");
        address(image, &sources, &usable).map(str::to_owned)
    }

    #[test]
    fn a_picture_has_the_address_that_would_be_loaded() {
        for (html, url) in [
            ("<img src=a.jpg data-src=b.jpg srcset='c.jpg 2x'>", Some("a.jpg")),
            ("<img src=' a.jpg\n'>", Some("a.jpg")),
            ("<img src=data:image/gif;base64,R0 data-src=/b.jpg data-original=/c.jpg>", Some("/b.jpg")),
            ("<img data-original=//e.org/c.jpg data-srcset='d.jpg 2x'>", Some("//e.org/c.jpg")),
            ("<img src='' data-lazy-src='https://e.org/i?id=1'>", Some("https://e.org/i?id=1")),
            ("<img src=/img/blank.gif data-actualsrc=https://e.org/z.jpg>", Some("https://e.org/z.jpg")),
            ("<img src=/img/blank.gif>", Some("/img/blank.gif")),
            ("<img src=/t width=1 height=1 data-hi-res-src=/h.png>", Some("/h.png")),
            ("<img src=/t width=1 height=1>", Some("/t")),
            ("<img data-lazy=true data-src={x/y} data-url=/u.png>", Some("/u.png")),
            ("<img data-src=data:x data-strange=/s.webp?v=2 data-id=5>", Some("/s.webp?v=2")),
            ("<img srcset='a.jpg, b.jpg 1.5x,c.jpg 3x, d.jpg 2x'>", Some("c.jpg")),
            ("<img srcset='a.jpg 320w, b,2.jpg 1280w 720h, c.jpg 640w'>", Some("b,2.jpg")),
            ("<img src=data:, srcset='data:x 9x, a.jpg nanx' data-srcset='b.jpg 2x'>", Some("b.jpg")),
            (
                "<picture><source type=image/avif srcset=a.avif><source data-srcset='b.jpg 1x,c.jpg 2x'><img></picture>",
                Some("c.jpg"),
            ),
            ("<picture><source type=image/webp srcset=a.webp><img src=data:x></picture>", Some("a.webp")),
            ("<picture><source srcset=a.webp><img src=b.png></picture>", Some("b.png")),
            ("<img src=data:image/png;base64,x alt=y>", None),
            ("<img data-src='no address' data-lazy>", None),
            ("<img srcset=',, ,'>", None),
        ] {
            assert_eq!(found(html).as_deref(), url, "{html}");
        }
    }
}
