//! Whose fault it is when many links fail at once.

use super::*;
use crate::verify::HELD_BACK;

fn look(host: usize, verdict: Verdict, reached_http: bool) -> Check {
    Check {
        url: format!("https://host{host}.example/a"),
        at: "2026-01-01T00:00:00Z".parse().unwrap(),
        verdict,
        rule: "rule".to_owned(),
        evidence: String::new(),
        status: None,
        final_url: None,
        hops: Vec::new(),
        retry_after: None,
        reached_http,
        ms: 1,
        portrait: None,
        warning: None,
        face: None,
    }
}

fn down(hosts: std::ops::Range<usize>) -> impl Iterator<Item = Check> {
    hosts.map(|host| look(host, Verdict::Failing, false))
}

fn up(hosts: std::ops::Range<usize>) -> impl Iterator<Item = Check> {
    hosts.map(|host| look(host, Verdict::Reachable, true))
}

fn reach<'a>(checks: impl IntoIterator<Item = &'a Check>) -> Reach {
    let mut reach = Reach::default();
    for check in checks {
        reach.note(check, LinkBefore::default());
    }
    reach
}

fn network_is_down(checks: &[Check]) -> Option<String> {
    reach(checks).network_is_down()
}

#[test]
fn the_network_is_down_when_nothing_or_little_is_reached() {
    let says = |checks: Vec<Check>| network_is_down(&checks);
    assert!(says(down(0..1).collect()).is_some());
    assert!(says(down(0..20).collect()).is_some());
    assert!(says(down(0..4).chain(up(4..6)).collect()).is_some());
}

#[test]
fn some_hosts_that_fail_are_their_own_fault() {
    let says = |checks: Vec<Check>| network_is_down(&checks);
    assert_eq!(says(Vec::new()), None);
    assert_eq!(says(down(0..10).chain(up(10..100)).collect()), None);
    assert_eq!(says(down(0..3).chain(up(3..4)).collect()), None, "too few hosts to tell");
    assert_eq!(says((0..600).map(|_| look(0, Verdict::Failing, false)).chain(up(1..6)).collect()), None, "one host");
    assert_eq!(says((0..9).map(|host| look(host, Verdict::Failing, true)).collect()), None, "answers with 503");
}

#[test]
fn links_that_were_not_tried_do_not_count() {
    let mut held = look(0, Verdict::Blocked, false);
    held.rule = HELD_BACK.to_owned();
    assert_eq!(network_is_down(&[held.clone(), look(1, Verdict::Refused, false)]), None);
    assert!(network_is_down(&[held, look(1, Verdict::Failing, false)]).is_some());
}

#[test]
fn it_is_sure_as_soon_as_no_rest_of_the_sweep_can_change_it() {
    const HOSTS: usize = 9;
    for reached in 0..=HOSTS {
        let begun: Vec<Check> = up(0..reached).collect();
        let sure = reach(&begun).is_sure(HOSTS);
        assert_eq!(sure, reached >= 5, "{reached} of {HOSTS}");
        let all: Vec<Check> = begun.into_iter().chain(down(reached..HOSTS)).collect();
        assert!(!sure || network_is_down(&all).is_none(), "{reached} of {HOSTS}");
    }
    assert!(!Reach::default().is_sure(0), "nothing was tried");
    let reach = reach(&[look(0, Verdict::Failing, false), look(0, Verdict::Reachable, true)]);
    assert!(reach.is_sure(2) && reach.any());
}

/// What a portal before the network answers for a host.
fn portal(host: usize, by_redirect: bool) -> Check {
    let end = by_redirect.then(|| "https://portal.example/welcome".to_owned());
    Check { final_url: end, face: Some(1), ..look(host, Verdict::Reachable, true) }
}

fn own(host: usize) -> Check {
    Check {
        face: Some(100 + host as u64),
        final_url: Some(format!("https://host{host}.example/a")),
        ..look(host, Verdict::Reachable, true)
    }
}

fn distrust(checks: impl Iterator<Item = Check>, was_well: bool) -> Option<bool> {
    let mut reach = Reach::default();
    checks.for_each(|check| reach.note(&check, LinkBefore::new(was_well, None)));
    assert!(reach.network_is_down().is_none());
    assert!(reach.distrust().is_none() || !reach.is_sure(reach.hosts().count()), "what is sure is trusted");
    reach.distrust().map(|distrust| distrust.is_plain)
}

#[test]
fn many_hosts_that_show_the_same_do_not_speak_for_themselves() {
    for by_redirect in [true, false] {
        let portal = |hosts: std::ops::Range<usize>| hosts.map(move |host| portal(host, by_redirect));
        assert_eq!(distrust(portal(0..3), true), Some(true));
        assert_eq!(distrust(portal(0..3), false), Some(false), "nobody knows how it was before");
        assert_eq!(distrust(portal(0..6).chain((6..9).map(own)), true), Some(true));
        assert_eq!(distrust(portal(0..2), true), None, "two may be of one owner");
        assert_eq!(distrust(portal(0..4).chain((4..9).map(own)), true), None, "domains that were parked");
        assert_eq!(distrust((0..9).map(own), true), None);
    }
    let seen = Portrait { title: "The same mirror".to_owned(), ..Portrait::default() };
    let mut reach = Reach::default();
    for host in 0..9 {
        let mirror = Check { portrait: Some(seen.clone()), ..portal(host, false) };
        reach.note(&mirror, LinkBefore::new(true, Some(&seen)));
    }
    assert!(reach.distrust().is_none() && reach.is_sure(9), "they did before, too");
}

#[test]
fn hosts_that_turn_all_at_once_are_looked_into() {
    let turned = |hosts: std::ops::Range<usize>| hosts.map(|host| look(host, Verdict::Gone, true));
    assert_eq!(distrust(turned(0..1), true), Some(false));
    assert_eq!(distrust(turned(0..9), true), Some(false), "never enough by itself: they may be dead");
    assert_eq!(distrust(turned(0..9), false), None, "they were before");
    assert_eq!(distrust(turned(0..4).chain((4..9).map(own)), true), None);
}
