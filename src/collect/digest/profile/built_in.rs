//! The profiles that need no configuration.

use super::{
    Cover, DateFrom, HeaderKind, ItemRules, ItemStart, PostRules, Profile, RemarkStyle, SourceRules, TextPattern,
    TitleFrom, Way,
};

/// Their names.
pub const BUILT_IN: [&str; 5] = ["observation", "headings", "list", "numbered", "post"];

impl Profile {
    /// A built-in profile by its name.
    pub fn built_in(name: &str) -> Option<Self> {
        let profile = match name {
            "observation" => observation(),
            "headings" => headings(),
            "list" => list(),
            "numbered" => numbered(),
            "post" => post(),
            _ => return None,
        };
        Some(Self { name: name.to_owned(), ..profile })
    }
}

impl Profile {
    /// Whether it reads as the observation column is read, so that it is left out where options are told.
    pub(in crate::collect::digest) fn is_default(&self) -> bool {
        serde_json::to_value(self).ok() == serde_json::to_value(Self::default()).ok()
    }
}

impl Default for Profile {
    fn default() -> Self {
        observation()
    }
}

/// A digest of `###` items with labelled sources and remarks.
pub(super) fn observation() -> Profile {
    Profile {
        name: "observation".to_owned(),
        post: PostRules {
            header: HeaderKind::Yaml,
            title: vec![TitleFrom::Header],
            only_titles: Vec::new(),
            only_paths: Vec::new(),
            number: Vec::new(),
            date: vec![DateFrom::Header, DateFrom::Path],
            date_pattern: None,
            counting: None,
            editions: None,
            is_item: false,
        },
        items: ItemRules {
            start: vec![ItemStart::Headings],
            levels: vec![3, 4],
            one_level: true,
            pattern: None,
            linked: false,
            only: Vec::new(),
            except: Vec::new(),
            until: Vec::new(),
            strip: Vec::new(),
            skip: Vec::new(),
            section_tags: false,
            strip_tags: Vec::new(),
            skip_intro: false,
            pictures_before: false,
        },
        sources: SourceRules {
            ways: vec![Way::Heading, Way::Label, Way::Body],
            via: None,
            submitter: None,
            unwrap: Vec::new(),
        },
        remark: RemarkStyle::Named,
        remark_pattern: None,
        credit_pattern: None,
        cover: Cover::Largepic,
    }
}

/// What the profiles for other digests share.
fn general() -> Profile {
    let observation = observation();
    Profile {
        post: PostRules {
            header: HeaderKind::Any,
            title: vec![TitleFrom::Header, TitleFrom::Heading, TitleFrom::Name],
            number: patterns(&[r"第\s*(\d+)\s*[期号]", r"(?i)(?:^|\s)(?:issue|no\.|#)\s*#?(\d+)\b"]),
            date: vec![DateFrom::Header, DateFrom::Title, DateFrom::Path, DateFrom::Heading],
            ..observation.post
        },
        items: ItemRules { one_level: false, skip_intro: true, ..observation.items },
        sources: SourceRules {
            ways: vec![Way::Line, Way::Label, Way::Via, Way::Body],
            via: TextPattern::new(r"(?i)^(?:via|来自|来源|消息来源|转自)$"),
            submitter: TextPattern::new(r"投稿|分享|推荐"),
            unwrap: Vec::new(),
        },
        remark: RemarkStyle::Labelled,
        cover: Cover::None,
        ..observation
    }
}

/// Every `##` and `###` is an item.
fn headings() -> Profile {
    let general = general();
    Profile {
        items: ItemRules { levels: vec![2, 3], strip: prefixes(), ..general.items },
        sources: SourceRules { ways: vec![Way::Heading, Way::Label, Way::Via, Way::Body], ..general.sources },
        ..general
    }
}

/// Every entry of a list that has a link is an item.
fn list() -> Profile {
    let general = general();
    Profile {
        items: ItemRules { start: vec![ItemStart::List], linked: true, strip: patterns(&[EMOJI]), ..general.items },
        ..general
    }
}

/// Every paragraph `1、[T](URL)` is an item.
fn numbered() -> Profile {
    let general = general();
    Profile {
        items: ItemRules {
            start: vec![ItemStart::Paragraphs],
            pattern: TextPattern::new(r"^\d+\s*[、．.，]"),
            strip: prefixes(),
            ..general.items
        },
        ..general
    }
}

/// The post is the item.
fn post() -> Profile {
    let general = general();
    Profile {
        post: PostRules { is_item: true, ..general.post },
        sources: SourceRules { ways: vec![Way::Via, Way::Header, Way::Label, Way::First], ..general.sources },
        ..general
    }
}

/// Numbers before a title: `1、`, `12. `, `3.标题`.
const NUMBERS: [&str; 3] =
    [r"^\d{1,3}\s*[、．，]\s*", r"^\d{1,3}\.\s+", r"^\d{1,3}\.(?<rest>[\[【《\p{Han}\p{Hiragana}\p{Katakana}])"];

/// Pictures before a title.
const EMOJI: &str = r"^(?:[\p{Extended_Pictographic}&&[^0-9#*©®™]]|[\x{200d}\x{fe0f}\x{1f3fb}-\x{1f3ff}])+\s*";

/// Numbers and pictures before a title.
fn prefixes() -> Vec<TextPattern> {
    let mut prefixes = patterns(&NUMBERS);
    prefixes.extend(TextPattern::new(EMOJI));
    prefixes
}

fn patterns(written: &[&str]) -> Vec<TextPattern> {
    written.iter().filter_map(|written| TextPattern::new(written)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::digest::tree;
    use comrak::Arena;
    use comrak::nodes::NodeValue;

    #[test]
    fn every_name_has_a_profile_and_every_pattern_is_one() {
        for name in BUILT_IN {
            assert_eq!(Profile::built_in(name).map(|profile| profile.name).as_deref(), Some(name));
        }
        assert!(Profile::built_in("observations").is_none());
        let general = general();
        assert_eq!((general.post.number.len(), prefixes().len()), (2, 4));
        assert!(general.sources.via.is_some() && general.sources.submitter.is_some());
        assert!(numbered().items.pattern.is_some());
        assert!(observation().is_default() && !list().is_default());
    }

    #[test]
    fn numbers_and_pictures_before_a_title_are_prefixes() {
        for (title, rest) in [
            ("1、标题", "标题"),
            ("12. 标题", "标题"),
            ("3.标题", "标题"),
            ("🎉 标题", "标题"),
            ("👩‍💻🚙 标题", "标题"),
            ("3D 打印", "3D 打印"),
            ("2048.cpp", "2048.cpp"),
            ("2.5 hours", "2.5 hours"),
            ("2021，一年", "2021，一年"),
        ] {
            let paragraph = NodeValue::Paragraph;
            let arena = Arena::new();
            let node = tree::new_node(&arena, paragraph);
            node.append(tree::new_node(&arena, NodeValue::Text(title.into())));
            crate::collect::digest::start_line::strip(node, &prefixes());
            assert_eq!(tree::text(node), rest, "{title}");
        }
    }
}
