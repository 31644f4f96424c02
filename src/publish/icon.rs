//! The site's icon: a built-in drawing, or a file that the configuration names.
//!
//! The file is served under the site's own address, so it must not be able to run anything: a drawing (SVG) is taken only
//! when each of its elements is known to draw and nothing in it leads outside; pictures must be what their name says.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use serde::{Serialize, Serializer};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use thiserror::Error as ThisError;
use xxhash_rust::xxh3::xxh3_128;

/// The built-in drawing.
const BUILT_IN: &[u8] = include_bytes!("../../templates/icon.svg");

/// The largest file, bytes: every page shows it.
const LARGEST: usize = 128 * 1024;

/// The longest side of a picture, pixels.
const LONGEST: u32 = 2048;

/// Elements that draw, or hold what draws.
const DRAWS: [&str; 32] = [
    "svg",
    "g",
    "defs",
    "symbol",
    "use",
    "title",
    "desc",
    "path",
    "rect",
    "circle",
    "ellipse",
    "line",
    "polyline",
    "polygon",
    "text",
    "tspan",
    "linearGradient",
    "radialGradient",
    "stop",
    "clipPath",
    "mask",
    "pattern",
    "marker",
    "filter",
    "feGaussianBlur",
    "feOffset",
    "feBlend",
    "feColorMatrix",
    "feFlood",
    "feComposite",
    "feMerge",
    "feMergeNode",
];

/// What kind of file an icon is, by its ending.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum IconKind {
    /// A drawing.
    #[default]
    Svg,
    /// A picture.
    Png,
    /// Pictures in several sizes.
    Ico,
}

/// The site's icon. Copies are the same one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Icon(Option<Arc<IconFile>>);

#[derive(Debug, PartialEq, Eq)]
struct IconFile {
    path: PathBuf,
    kind: IconKind,
    bytes: Vec<u8>,
}

/// An icon cannot be used.
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum IconError {
    /// The system refused the file.
    #[error("cannot read the icon {}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is no icon, or may do more than be seen.
    #[error("the icon {} {what}; {mend}", path.display())]
    Refused {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
        /// How to mend it.
        mend: &'static str,
    },
}

impl Icon {
    /// Reads the file that the configuration names.
    pub fn read(path: &Path) -> Result<Self, IconError> {
        let refused = |(what, mend): Flaw| IconError::Refused { path: path.to_owned(), what, mend };
        let failed = |source| IconError::Io { path: path.to_owned(), source };
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase();
        let kind = match ending.as_str() {
            "svg" => IconKind::Svg,
            "png" => IconKind::Png,
            "ico" => IconKind::Ico,
            _ => return Err(refused(flaw("is neither .svg nor .png nor .ico", "name one of these"))),
        };
        // Lest a pipe is waited for.
        if !fs::metadata(path).map_err(failed)?.is_file() {
            return Err(refused(flaw("is no file", "put a file there")));
        }
        let mut bytes = Vec::new();
        let limit = u64::try_from(LARGEST).unwrap_or(u64::MAX).saturating_add(1);
        File::open(path).map_err(failed)?.take(limit).read_to_end(&mut bytes).map_err(failed)?;
        if bytes.len() > LARGEST {
            let what = format!("is larger than {} KiB", LARGEST / 1024);
            return Err(refused(flaw(what, "every page shows it; make it smaller")));
        }
        check(kind, &bytes).map_err(refused)?;
        Ok(Self(Some(Arc::new(IconFile { path: path.to_owned(), kind, bytes }))))
    }

    /// Whether it is the built-in one.
    pub(super) fn is_built_in(&self) -> bool {
        self.0.is_none()
    }

    /// The file that it was read from.
    pub fn file(&self) -> Option<&Path> {
        self.0.as_ref().map(|file| file.path.as_path())
    }

    /// Its path below the published directory.
    pub fn path(&self) -> &'static str {
        match self.kind() {
            IconKind::Svg => "icon.svg",
            IconKind::Png => "icon.png",
            IconKind::Ico => "icon.ico",
        }
    }

    /// Its media type.
    pub fn media_type(&self) -> &'static str {
        match self.kind() {
            IconKind::Svg => "image/svg+xml",
            IconKind::Png => "image/png",
            IconKind::Ico => "image/x-icon",
        }
    }

    /// Its bytes.
    pub fn bytes(&self) -> &[u8] {
        self.0.as_ref().map_or(BUILT_IN, |file| &file.bytes)
    }

    pub(super) fn kind(&self) -> IconKind {
        self.0.as_ref().map_or_else(IconKind::default, |file| file.kind)
    }
}

/// As the hash of its bytes: it tells whether what shows it was made with this one.
impl Serialize for Icon {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&format!("{} {:032x}", self.path(), xxh3_128(self.bytes())))
    }
}

/// What is wrong with an icon, and how to mend it.
type Flaw = (String, &'static str);

const PLAIN: &str = "save it as a plain drawing, without scripts, styles that load, or links";

fn flaw(what: impl Into<String>, mend: &'static str) -> Flaw {
    (what.into(), mend)
}

fn check(kind: IconKind, bytes: &[u8]) -> Result<(), Flaw> {
    match kind {
        IconKind::Svg => check_svg(bytes),
        IconKind::Png => check_png(bytes),
        IconKind::Ico => check_ico(bytes),
    }
}

/// A drawing whose every element draws, and that refers to nothing but its own parts.
fn check_svg(bytes: &[u8]) -> Result<(), Flaw> {
    let text = str::from_utf8(bytes).map_err(|_not_utf8| flaw("is not UTF-8", "save it as UTF-8"))?;
    let mut reader = Reader::from_str(text.strip_prefix('\u{feff}').unwrap_or(text));
    let (mut depth, mut elements) = (0_usize, 0_usize);
    loop {
        let event = reader.read_event();
        match event.map_err(|error| flaw(format!("is no well-formed XML: {error}"), PLAIN))? {
            Event::Start(element) => {
                check_element(&element, elements, depth)?;
                elements += 1;
                depth += 1;
            }
            Event::Empty(element) => {
                check_element(&element, elements, depth)?;
                elements += 1;
            }
            Event::End(_) => depth = depth.saturating_sub(1),
            Event::DocType(_) => return Err(flaw("declares a document type", PLAIN)),
            Event::PI(_) => return Err(flaw("holds a processing instruction", PLAIN)),
            Event::Eof if elements == 0 || depth > 0 => return Err(flaw("ends before its end", PLAIN)),
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

fn check_element(element: &BytesStart<'_>, before: usize, depth: usize) -> Result<(), Flaw> {
    let name = element.name().as_ref().to_owned();
    let is_root = before == 0 && depth == 0;
    if is_root != (depth == 0) || is_root != (name == "svg" && depth == 0) {
        return Err(flaw(format!("has <{name}> where one <svg> belongs"), PLAIN));
    }
    if !DRAWS.contains(&name.as_str()) {
        return Err(flaw(format!("holds <{name}>, which does more than draw"), PLAIN));
    }
    let mut is_svg = !is_root;
    for attribute in element.attributes() {
        let attribute = attribute.map_err(|error| flaw(format!("is no well-formed XML: {error}"), PLAIN))?;
        let key = attribute.key.as_ref().to_ascii_lowercase();
        let value = attribute
            .normalized_value(quick_xml::XmlVersion::Implicit1_0)
            .map_err(|error| flaw(format!("is no well-formed XML: {error}"), PLAIN))?;
        is_svg |= key == "xmlns" && value.as_ref() == "http://www.w3.org/2000/svg";
        if key == "xmlns" && value.as_ref() != "http://www.w3.org/2000/svg" {
            return Err(flaw(format!("has elements of {value}"), PLAIN));
        }
        if !is_harmless(&key, &value) {
            return Err(flaw(
                format!("has {key}=\"{}\" on <{name}>", value.chars().take(60).collect::<String>()),
                PLAIN,
            ));
        }
    }
    if is_svg { Ok(()) } else { Err(flaw("is no SVG: its root lacks xmlns=\"http://www.w3.org/2000/svg\"", PLAIN)) }
}

/// Whether an attribute neither runs nor loads anything.
fn is_harmless(key: &str, value: &str) -> bool {
    let local = key.rsplit(':').next().unwrap_or(key);
    if key.starts_with("xmlns") {
        return true;
    }
    if local == "href" {
        return value.trim().starts_with('#');
    }
    let folded: String = value.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_lowercase();
    let loads = folded.split("url(").skip(1).any(|rest| !rest.trim_start_matches(['"', '\'']).starts_with('#'));
    // An escape of CSS would hide a name.
    let is_style = local == "style" && folded.contains(['\\', '@']);
    !(local.starts_with("on")
        || ["src", "base"].contains(&local)
        || loads
        || is_style
        || folded.contains("javascript:"))
}

/// A picture by its header, whole to its end.
fn check_png(bytes: &[u8]) -> Result<(), Flaw> {
    const MEND: &str = "save it as PNG, square, of 512 pixels";
    let header = bytes.strip_prefix(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR").and_then(|rest| rest.first_chunk::<8>());
    let Some(&[w0, w1, w2, w3, h0, h1, h2, h3]) = header else { return Err(flaw("is no PNG", MEND)) };
    let (width, height) = (u32::from_be_bytes([w0, w1, w2, w3]), u32::from_be_bytes([h0, h1, h2, h3]));
    if !(1..=LONGEST).contains(&width) || !(1..=LONGEST).contains(&height) {
        return Err(flaw(format!("has {width} × {height} pixels"), MEND));
    }
    if !bytes.ends_with(b"IEND\xaeB`\x82") {
        return Err(flaw("ends before its end", MEND));
    }
    Ok(())
}

/// Pictures in several sizes, each within the file.
fn check_ico(bytes: &[u8]) -> Result<(), Flaw> {
    const MEND: &str = "save it as ICO, or as PNG or SVG";
    let Some((&[0, 0, 1, 0, low, high], rest)) = bytes.split_first_chunk::<6>() else {
        return Err(flaw("is no ICO", MEND));
    };
    let count = usize::from(u16::from_le_bytes([low, high]));
    let (entries, _) = rest.as_chunks::<16>();
    if count == 0 || entries.len() < count {
        return Err(flaw("holds no picture", MEND));
    }
    let is_within = |entry: &[u8; 16]| {
        let [.., s0, s1, s2, s3, o0, o1, o2, o3] = *entry;
        let (size, offset) = (u32::from_le_bytes([s0, s1, s2, s3]), u32::from_le_bytes([o0, o1, o2, o3]));
        let end = u64::from(size) + u64::from(offset);
        size > 0 && end <= u64::try_from(bytes.len()).unwrap_or(u64::MAX)
    };
    if entries.iter().take(count).all(is_within) { Ok(()) } else { Err(flaw("ends before its end", MEND)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SVG: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 9 9\">";

    fn said(inside: &str) -> String {
        check_svg(format!("{SVG}{inside}</svg>").as_bytes()).err().map(|(what, _)| what).unwrap_or_default()
    }

    #[test]
    fn a_drawing_that_only_draws_is_taken() {
        check_svg(BUILT_IN).unwrap();
        for fine in [
            "<path d=\"M0 0\" style=\"fill: url(#a)\"/><use href=\"#a\"/>",
            "<!-- a remark --><linearGradient id='a' xmlns:xlink='http://www.w3.org/1999/xlink' xlink:href='#b'/>",
            "<title>图标 &amp; onload=</title><g fill=\"url('#a')\"/>",
        ] {
            assert_eq!(said(fine), "", "{fine}");
        }
    }

    #[test]
    fn a_drawing_that_may_run_or_load_something_is_refused() {
        for hostile in [
            "<script>alert(1)</script>",
            "<SCRIPT/>",
            "<svg:script/>",
            "<g onload=\"alert(1)\"/>",
            "<g ONCLICK='x'/>",
            "<a href=\"https://a.example/\"/>",
            "<use href=\"https://a.example/x.svg#a\"/>",
            "<use xlink:href=\"data:image/svg+xml,x\"/>",
            "<image href=\"#a\"/>",
            "<foreignObject/>",
            "<animate attributeName=\"href\" to=\"javascript:alert(1)\"/>",
            "<set attributeName=\"onload\"/>",
            "<style>@import 'x'</style>",
            "<g style=\"fill: url( https://a.example/ )\"/>",
            "<g style=\"fill: u\\72l(x)\"/>",
            "<g fill=\"url(&#104;ttps://a.example/)\"/>",
            "<g xmlns=\"http://www.w3.org/1999/xhtml\"/>",
            "<iframe/>",
            "<g",
            "<g>",
        ] {
            assert_ne!(said(hostile), "", "{hostile}");
        }
        for hostile in [
            "",
            "text",
            "<svg/>",
            "<html xmlns=\"http://www.w3.org/2000/svg\"/>",
            "<?xml-stylesheet href=\"x\"?><svg xmlns=\"http://www.w3.org/2000/svg\"/>",
            "<!DOCTYPE svg [<!ENTITY a 'b'>]><svg xmlns=\"http://www.w3.org/2000/svg\"/>",
            "<svg xmlns=\"http://www.w3.org/2000/svg\"/><svg xmlns=\"http://www.w3.org/2000/svg\"/>",
        ] {
            assert!(check_svg(hostile.as_bytes()).is_err(), "{hostile}");
        }
    }

    #[test]
    fn a_picture_is_what_its_name_says_and_whole() {
        let png = |width: u32, end: &[u8]| {
            let head = [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".as_slice(), &width.to_be_bytes(), &[0, 0, 0, 9]];
            [&head.concat(), end].concat()
        };
        let end = b"IEND\xaeB`\x82";
        check_png(&png(9, end)).unwrap();
        for wrong in [png(0, end), png(4096, end), png(9, b""), b"GIF89a".to_vec(), Vec::new()] {
            assert!(check_png(&wrong).is_err());
        }
        let ico = |size: u8, count: u8| {
            let entry = [9, 9, 0, 0, 1, 0, 32, 0, size, 0, 0, 0, 22, 0, 0, 0];
            [[0, 0, 1, 0, count, 0].as_slice(), &entry, b"pixels"].concat()
        };
        check_ico(&ico(6, 1)).unwrap();
        for wrong in [ico(7, 1), ico(0, 1), ico(6, 0), ico(6, 2), b"\0\0\x01".to_vec(), Vec::new()] {
            assert!(check_ico(&wrong).is_err());
        }
    }

    #[test]
    fn a_file_is_read_once_and_bounded() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, bytes: &[u8]| {
            let path = folder.path().join(name);
            #[allow(clippy::disallowed_methods, reason = "a test makes its own icon")]
            fs::write(&path, bytes).unwrap();
            path
        };
        let drawing = format!("{SVG}</svg>");
        let icon = Icon::read(&write("a.SVG", drawing.as_bytes())).unwrap();
        assert_eq!((icon.path(), icon.media_type(), icon.bytes()), ("icon.svg", "image/svg+xml", drawing.as_bytes()));
        assert!(!icon.is_built_in() && Icon::default().is_built_in());
        let large = format!("{SVG}{}</svg>", " ".repeat(LARGEST));
        for (path, told) in [
            (write("large.svg", large.as_bytes()), "is larger than 128 KiB; every page shows it"),
            (write("a.gif", b"GIF89a"), "is neither .svg nor .png nor .ico"),
            (write("a.png", drawing.as_bytes()), "is no PNG; save it"),
            (folder.path().join("none.svg"), "cannot read the icon"),
            (folder.path().to_owned(), "is neither"),
        ] {
            let said = Icon::read(&path).unwrap_err().to_string();
            assert!(said.contains(told), "{said}");
        }
    }
}
