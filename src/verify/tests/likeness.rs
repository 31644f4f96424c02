//! Pages that are edited, redesigned, moved and taken over.

use super::*;
use crate::model::Sketch;

const PRINTER: &str = "The 3.2 release of the printing system drops the last of the old drivers and speaks to every printer \
    of the past ten years over the network, its maintainers wrote on Monday.";

fn page(title: &str, site: Option<&str>, text: &str) -> Portrait {
    Portrait {
        title: title.to_owned(),
        site_name: site.map(str::to_owned),
        domain: "paper.example".to_owned(),
        sketch: Sketch::of(text),
        language: Some("en".to_owned()),
        ..Portrait::default()
    }
}

#[test]
fn whatever_agrees_makes_it_the_same_page() {
    let before = page("Printing gets simpler - Paper & Ink", None, PRINTER);
    let german = Portrait { language: Some("de".to_owned()), ..page("Drucken wird einfacher", None, "Seit Montag") };
    for (name, now) in [
        ("the same", before.clone()),
        ("another site's design", page("Printing gets simpler | The Ink Blog", Some("The Ink Blog"), "menu")),
        ("a corrected title", page("Printing gets much simpler - Paper & Ink", None, "menu")),
        ("another title, the same text", page("Drivers are gone", None, &PRINTER.replace("Monday", "Tuesday"))),
        ("an article retitled and rewritten", page("Drivers are gone - Paper & Ink", None, "menu")),
        ("the name in a tag of its own", page("Drivers are gone", Some("Paper & Ink"), "menu")),
        ("another language of it", Portrait { alternates: vec!["en".to_owned()], ..german.clone() }),
    ] {
        assert!(same_page(&before, &now).is_some(), "{name}");
        assert!(same_page(&now, &before).is_some(), "{name}, the other way around");
    }
    let casino = "Join today and play more than two thousand of the best machines with a bonus for every new player.";
    for (name, now) in [
        ("a casino", page("Play slots online and win", Some("Lucky Seven"), casino)),
        ("one with a short title", page("The Slots", None, casino)),
        ("another language without a word of it", german),
        ("nothing", page("", None, "")),
    ] {
        assert_eq!(same_page(&before, &now), None, "{name}");
    }
}

#[test]
fn chinese_titles_are_compared_by_pairs() {
    let before = page("打印系统 3.2 版发布，不再需要驱动 - 纸墨周刊", None, "");
    for (title, same) in [
        ("打印系统 3.2 发布：不再需要驱动", true),
        ("驱动终成往事 - 纸墨周刊", true),
        ("百家乐在线娱乐平台", false),
        ("打开新世界的大门，注册就送彩金三百元", false),
    ] {
        assert_eq!(same_page(&before, &page(title, None, "")).is_some(), same, "{title}");
    }
}

#[test]
fn a_page_elsewhere_may_name_the_old_one() {
    let moved = |canonical: Option<&str>, site: &str| Portrait {
        canonical: canonical.map(str::to_owned),
        domain: "new.example".to_owned(),
        ..page("Welcome", Some(site), "")
    };
    assert!(names_the_old(&moved(Some("old-paper.example"), "x"), "old-paper.example"));
    assert!(names_the_old(&moved(None, "Old Paper, now New Ink"), "old-paper.example"));
    assert!(!names_the_old(&moved(None, "New Ink"), "old-paper.example"));
    assert!(!names_the_old(&moved(None, "Inc."), "inc.example"), "too short to say anything");
}

#[test]
fn an_item_says_what_it_cites() {
    let citation = |words: &[&str]| Citation {
        words: words.iter().map(|word| (*word).to_owned()).collect(),
        language: Some("zh".to_owned()),
    };
    let now = page("Printing gets simpler", Some("Paper & Ink"), PRINTER);
    let is = |words: &[&str]| is_cited(&citation(words), &now, "short.example");
    assert!(is(&["打印系统不再需要驱动", "Ink and Paper"]));
    assert!(is(&["Printing gets a lot simpler"]));
    assert!(is(&["Paper.example"]), "its label is the host that it was found at");
    assert!(!is(&["打印系统不再需要驱动", "某站"]) && !is(&[]));
    let bare = page("Play slots and win", None, "");
    assert!(
        !is_cited(&citation(&["Paper.example"]), &bare, "paper.example"),
        "a domain that was bought is called as before"
    );
}
