//! What holds of any text: nothing of it ends the proofreader, every place is one of the text, and what was mended is mended.

use super::*;
use crate::collect::digest::{self, DigestOptions};
use crate::model::Severity;
use proptest::prelude::*;

/// What posts are made of, and what they should not be.
const PIECES: &str = "(---|\\+\\+\\+|title: '#7 一'|date: 2026-05-01|tags: \\[AI, ＡＩ\\]|tag: x|### 一|##### 二|> |\\*\\*|\\[消息来源：|\
    \\[消息来原: |老王點评：|点评 |出处：|\\]|\\(|\\)|（|）|<|>|\"|'|`|```|<!--|-->|\\{\\{|\\}\\}|!\\[x\\]\\(|\\[x\\]: |\
    https://|hhttps://|ttp://|http//|https：//|https:/|a\\.example|/路|\\?utm_source=x|&amp;fbclid=1|&id=7|#y|。|，|——|\u{200b}|\u{feff}|\
    \u{fffd}|\u{0}|\r\n|\n|\n\n|\t| |    |字|t\\.co/)";

fn marks(text: &str) -> Vec<ProofMark> {
    let digest = DigestOptions::default();
    let has_file = |_: &str| false;
    let now = DateTime::UNIX_EPOCH;
    let options = ProofOptions { digest: &digest, known_as: "p.md", tags: &[], has_file: &has_file, now };
    let reading = digest::read("p.md", text.as_bytes(), &digest);
    let mut neighbours = Neighbours::new(Neighbour::of("p.md", &reading).into_iter().collect());
    neighbours.note_words("p.md", text, &digest.source_words);
    proofread(("p.md", text), &reading, &neighbours, &options)
}

fn mended(text: &str, marks: &[ProofMark]) -> String {
    let edits = marks.iter().filter_map(|mark| mark.edit.as_ref());
    String::from_utf8(edited(text.as_bytes(), edits)).expect("edits cut no character")
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 100, ..ProptestConfig::default() })]
    #[test]
    fn any_text_is_proofread_and_mended_for_good(
        pieces in proptest::collection::vec(PIECES, 0..60),
        is_post in any::<bool>(),
    ) {
        let head = if is_post { "---\ntitle: '#7 一'\ndate: 2026-05-01\n---\n### 一\n" } else { "" };
        let mut text = format!("{head}{}", pieces.concat());
        let found = marks(&text);
        let lines = u32::try_from(text.lines().count()).expect("few lines").max(1);
        for mark in &found {
            prop_assert!(mark.place.line.is_none_or(|line| (1..=lines).contains(&line)), "{mark:?}");
            prop_assert!(!mark.message.is_empty() && !mark.help.is_empty());
            let range = mark.edit.as_ref().map_or(0..0, |edit| edit.range.clone());
            prop_assert!(text.get(range).is_some(), "{mark:?}");
        }
        for _ in 0..4 {
            text = mended(&text, &marks(&text));
        }
        let again = marks(&text);
        prop_assert_eq!(mended(&text, &again), text);
    }
}

#[test]
fn a_file_of_several_years_repeats_only_what_is_lately() {
    let digest = DigestOptions::default();
    let cited = |date: &str| {
        let text = format!("---\ntitle: '#1 一'\ndate: {date}\n---\n### 一\n\n> [来源：甲](https://a.example/x)\n");
        digest::read("p.md", text.as_bytes(), &digest)
    };
    let before = |date: &str| {
        let neighbours = Neighbours::new(Neighbour::of("a.md", &cited(date)).into_iter().collect());
        let reading = cited("2026-05-01");
        let (key, _, date) = neighbours::dated(&reading).next().expect("a source");
        neighbours.cited_before(key, date, None).map(|(path, line)| format!("{path}:{line}"))
    };
    assert_eq!(before("2026-04-01").as_deref(), Some("a.md:7"));
    assert_eq!(before("2026-02-01").as_deref(), Some("a.md:7"));
    assert_eq!(before("2026-01-01"), None);
    assert_eq!(before("2026-06-01"), None);
}

#[test]
fn what_the_reader_complains_of_is_taken_over_as_it_is() {
    let text = "---\ntitle: '#7 一'\ndate: 2026-13-01\n---\n### 一\n\n> 消息来源：甲\n";
    let told = digest::read("p.md", text.as_bytes(), &DigestOptions::default()).complaints;
    let found = marks(text);
    assert!(told.len() == 2 && told.iter().any(|complaint| complaint.severity == Severity::Error));
    for complaint in told {
        let same = |mark: &&ProofMark| mark.message == complaint.message && mark.place == complaint.place;
        assert_eq!(found.iter().filter(same).count(), 1, "{}", complaint.message);
    }
}

#[test]
fn what_stands_outside_the_sections_that_a_profile_wants_is_left_alone() {
    let text = "---\ntitle: '#1 一'\ndate: 2026-05-01\n---\n引言，见 <https://t.co/0>。\n\n## 招聘\n\n某公司招人 <https://t.co/1>。\n\n\
                ### 岗位\n\n[去](https://t.co/2)。\n\n## 新闻\n\n### 一\n\n看[这里](https://t.co/3)。\n\n## 尾声\n\n尾巴 <https://t.co/4>。\n";
    let line = u32::try_from(text.split("看[").next().unwrap().lines().count() + 1).unwrap();
    let only = TextPattern(regex::Regex::new("^新闻").unwrap());
    for base in ["observation", "headings"] {
        let mut profile = Profile::built_in(base).unwrap();
        profile.items.only = vec![only.clone()];
        let digest = DigestOptions { profile: profile.into(), ..DigestOptions::default() };
        let has_file = |_: &str| false;
        let now = DateTime::UNIX_EPOCH;
        let options = ProofOptions { digest: &digest, known_as: "p.md", tags: &[], has_file: &has_file, now };
        let reading = digest::read("p.md", text.as_bytes(), &digest);
        let Post::Editions(editions) = &reading.post else { panic!("{base}: {reading:?}") };
        let titles: Vec<&str> = editions[0].edition.items.iter().map(|item| item.title.as_str()).collect();
        assert_eq!(titles, ["一"], "{base}");
        let lines: Vec<u32> = proofread(("p.md", text), &reading, &Neighbours::default(), &options)
            .iter()
            .filter_map(|mark| mark.place.line)
            .filter(|line| *line > 4) // Of the header other things may be said.
            .collect();
        assert!(!lines.is_empty() && lines.iter().all(|at| *at == line), "{base}: {lines:?}");
    }
}
