//! What the front matter says of the edition: number, headline, permalink.

use super::address::{self, Address};
use super::front::Front;
use super::links::LinkReader;
use super::notes::{Notes, Spot, shown};
use crate::collect::html;
use crate::model::is_blank;

/// An edition's title and its parts.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Title {
    pub(super) full: String,
    pub(super) number: Option<u32>,
    pub(super) headline: String,
}

/// The title, with a complaint where there is none.
pub(super) fn read(front: &Front, notes: &mut Notes<'_>) -> Option<Title> {
    let legal = front.title.as_ref().map(|value| html::fold(&notes.legal(&value.text, "the title", value.spot)));
    match legal {
        Some(full) if !is_blank(&full) => Some(split(&full)),
        _ if front.lost_title => None,
        _ => {
            notes.error(Spot::new(1, 1), "the post has no title", "add `title:` to its front matter");
            None
        }
    }
}

/// Splits `NAME #N HEADLINE` or `NAME | HEADLINE`.
fn split(full: &str) -> Title {
    let words: Vec<&str> = full.split(' ').collect();
    let at = words.iter().position(|word| number(word).is_some());
    let (number, headline) = match at {
        Some(at) => (words.get(at).and_then(|word| number(word)), words.get(at + 1..).unwrap_or_default().join(" ")),
        None => (
            None,
            full.split_once(" | ")
                .or_else(|| full.split_once(['|', '｜']))
                .map_or("", |(_, rest)| rest.trim())
                .to_owned(),
        ),
    };
    let headline = headline.trim_start_matches(['：', ':', '|', '｜', ' ']).to_owned();
    Title { number, headline: if headline.is_empty() { full.to_owned() } else { headline }, full: full.to_owned() }
}

fn number(word: &str) -> Option<u32> {
    let digits = word.strip_prefix('#')?.trim_end_matches(['：', ':']);
    if digits.bytes().all(|b| b.is_ascii_digit()) { digits.parse().ok() } else { None }
}

/// The post's own address; as written where it is relative and no base is known.
pub(super) fn permalink(front: &Front, reader: &LinkReader<'_>, notes: &mut Notes<'_>) -> Option<String> {
    let value = front.permalink.as_ref()?;
    match address::of(&value.text, reader.base) {
        Address::Web(url) => Some(url),
        Address::Relative => Some(html::strip_illegal(&value.text).into_owned()),
        Address::Fragment | Address::Odd => {
            let message =
                format!("the permalink `{}` is not an http or https address; it was left out", shown(&value.text));
            notes.warning(value.spot, message, "write it as an http or https URL, or relative to the input's base_url");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_split() {
        for (full, number, headline) in [
            ("硬核观察 #992 谷歌内部备忘录", Some(992), "谷歌内部备忘录"),
            ("硬核观察 | 微软 Defender", None, "微软 Defender"),
            ("每日观察 #12", Some(12), "每日观察 #12"),
            ("每日观察 #12：标题", None, "每日观察 #12：标题"),
            ("每日观察 #12： 标题", Some(12), "标题"),
            ("C# 12 发布", None, "C# 12 发布"),
            ("只有标题", None, "只有标题"),
        ] {
            let title = split(full);
            assert_eq!((title.number, title.headline.as_str(), title.full.as_str()), (number, headline, full));
        }
    }
}
