//! Whether a page moved within its site for good, so that its new address may be written in a post. Pure.
//!
//! What is published needs less: a redirect within a site that says "for good" is followed at once. What is written into a file
//! stays there, so that it needs what a move to another site does.

use super::options::{HELD_BACK, Policy};
use crate::model::{Check, LinkKey, Verdict, registrable_domain};
use chrono::TimeDelta;

/// The new address of a page, when its last looks were all led there, as many and over as long as `confirm_moved` wants.
/// Checks stand in their order, oldest first.
pub fn moved_within_site(checks: &[Check], policy: &Policy) -> Option<String> {
    let (needed, over) = policy.moved_needs();
    let mut looks = checks.iter().rev().filter(|check| check.rule != HELD_BACK);
    let last = looks.next()?;
    let to = within_site(last)?;
    let same = looks.take_while(|check| within_site(check).as_deref() == Some(to.as_str()));
    let (count, first) = same.fold((1_u32, last), |(count, _), check| (count + 1, check));
    let spans: TimeDelta = last.at - first.at;
    (count >= needed && spans >= over).then_some(to)
}

/// Where a look was led for good, without the fragment that was asked for, when that is within the site.
fn within_site(check: &Check) -> Option<String> {
    let end = check.final_url.as_deref().filter(|_| check.verdict == Verdict::Moved)?;
    let is_within = registrable_domain(end).is_some_and(|site| Some(site) == registrable_domain(&check.url));
    is_within.then(|| LinkKey::without_fragment_of(end, &check.url))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;

    fn look(day: i64, verdict: Verdict, to: &str) -> Check {
        Check {
            url: "https://www.site.example/old#part".to_owned(),
            at: DateTime::UNIX_EPOCH + TimeDelta::days(day),
            verdict,
            rule: "rule".to_owned(),
            evidence: String::new(),
            status: Some(200),
            final_url: Some(to.to_owned()),
            hops: Vec::new(),
            retry_after: None,
            reached_http: true,
            ms: 1,
            portrait: None,
            warning: None,
            face: None,
        }
    }

    #[test]
    fn only_a_move_that_lasts_and_stays_is_written() {
        let to = "https://site.example/new";
        let moved = |day| look(day, Verdict::Moved, to);
        let told = |checks: &[Check]| moved_within_site(checks, &Policy::default());
        assert_eq!(told(&[moved(0), moved(4)]).as_deref(), Some(to));
        assert_eq!(
            told(&[look(0, Verdict::Reachable, "https://www.site.example/old"), moved(1), moved(5)]).as_deref(),
            Some(to)
        );
        for unsure in [
            vec![moved(0)],
            vec![moved(0), moved(1)],
            vec![moved(0), look(2, Verdict::Reachable, to), moved(4)],
            vec![moved(0), look(2, Verdict::Moved, "https://site.example/else"), moved(4)],
            vec![moved(0), moved(4), look(5, Verdict::Failing, to)],
            vec![look(0, Verdict::Moved, "https://other.example/"), look(9, Verdict::Moved, "https://other.example/")],
            Vec::new(),
        ] {
            assert_eq!(told(&unsure), None, "{unsure:?}");
        }
        let held = Check { rule: HELD_BACK.to_owned(), ..look(6, Verdict::Blocked, to) };
        assert_eq!(told(&[moved(0), moved(4), held]).as_deref(), Some(to));
    }
}
