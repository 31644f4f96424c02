//! Checks of one URL, oldest first, to what is published of it. Pure: a fold that remembers a few suspicions.
//!
//! A success clears them. A death needs looks spread over days; a failure becomes a death only after a week of it; a
//! block says that the server lives, so it ends a run of failures, but it does not bring back a page whose death was
//! confirmed: only seeing the page does. A page that looks like nothing that was seen or cited is no success; it needs as
//! many looks as a death before it counts as another one. A redirect to another site is followed, and its address
//! offered, only when it stays and what stands there agrees with what was here.

use super::likeness;
use super::options::{HELD_BACK, Policy};
use crate::model::{Beside, Check, Judgement, Lately, LinkKey, LinkMemory, Portrait, Verdict, registrable_domain};
use chrono::{DateTime, TimeDelta, Utc};

/// Links of one host that must have gone the same way before that says something.
const SEVERAL: usize = 2;

/// What the checks of a link add up to, and what is to be remembered for the next time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weighed {
    /// What is published.
    pub judgement: Judgement,
    /// What is remembered of its page.
    pub memory: LinkMemory,
    /// A suspicion that is to be looked into before the link's age says so.
    pub(super) suspicion: Option<Suspicion>,
}

/// A suspicion that needs more looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Suspicion {
    /// Something else may stand there.
    Replaced,
    /// It may have moved to another site.
    Moved,
}

/// Looks in a row that point the same way.
#[derive(Debug, Clone, Copy)]
struct Run {
    first: DateTime<Utc>,
    last: DateTime<Utc>,
    looks: u32,
}

impl Run {
    fn extend(run: Option<Self>, at: DateTime<Utc>) -> Self {
        match run {
            Some(run) => Self { last: at, looks: run.looks + 1, ..run },
            None => Self { first: at, last: at, looks: 1 },
        }
    }

    fn spans(&self, looks: u32, over: TimeDelta) -> bool {
        self.looks >= looks && self.last - self.first >= over
    }
}

/// What a look that found a page says of that page.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Aspect {
    /// It is what was cited, or nothing says that it is not.
    Itself,
    /// Nothing agrees, but no sign says that it was taken over.
    Changed,
    /// Something else stands there, with the signs of it.
    Odd(String),
}

#[derive(Debug)]
struct Fold<'a> {
    beside: &'a Beside,
    policy: &'a Policy,
    /// Looks that found the page gone; blocks and failures between them say nothing against it.
    gone: Option<Run>,
    /// Looks that did not reach the page at all.
    unreached: Option<Run>,
    /// The trailing run of one verdict.
    same: Option<(Verdict, DateTime<Utc>)>,
    /// The look that confirmed a death, and since when it holds.
    confirmed: Option<(&'a Check, DateTime<Utc>)>,
    /// Looks that found something else there.
    odd: Option<Run>,
    /// The look that confirmed that something else stands there, since when, and the signs.
    replaced: Option<(&'a Check, DateTime<Utc>, String)>,
    /// Looks in a row that found another page, without a sign that it is not the site's own.
    changed: Option<Run>,
    /// Looks that were moved to another site, and to which.
    elsewhere: Option<(String, Run)>,
    /// Whether what stands there agrees with what was here.
    continuous: bool,
    /// What the page looked like, while it was itself.
    first: Option<&'a Portrait>,
    lately: Option<&'a Portrait>,
    /// The signs of the last look, when it saw something else.
    signs: Option<String>,
    last_reached: Option<DateTime<Utc>>,
    last: Option<&'a Check>,
}

/// What the checks of one URL add up to. None: `unchecked`.
pub fn judge(checks: &[Check], beside: &Beside, policy: &Policy) -> Weighed {
    let mut fold = Fold::new(beside, policy);
    for check in checks.iter().filter(|check| check.rule != HELD_BACK && check.verdict != Verdict::Unchecked) {
        fold.take(check);
    }
    fold.weighed()
}

impl<'a> Fold<'a> {
    fn new(beside: &'a Beside, policy: &'a Policy) -> Self {
        Self {
            beside,
            policy,
            gone: None,
            unreached: None,
            same: None,
            confirmed: None,
            odd: None,
            replaced: None,
            changed: None,
            elsewhere: None,
            continuous: false,
            first: beside.memory.first.as_ref(),
            lately: beside.memory.last.as_ref(),
            signs: None,
            last_reached: None,
            last: None,
        }
    }

    fn take(&mut self, check: &'a Check) {
        let policy = self.policy;
        match check.verdict {
            Verdict::Reachable | Verdict::Moved => self.reached(check),
            Verdict::Blocked | Verdict::Refused => self.unreached = None,
            Verdict::Gone => {
                // A page that stands on every path is no page of the site's; whose it is its looks may tell.
                let taken_over = self.note_taken_over(check);
                if !taken_over {
                    self.note_gone(check);
                }
            }
            Verdict::Failing => self.unreached = Some(Run::extend(self.unreached, check.at)),
            // What one look never says.
            Verdict::Unchecked | Verdict::Replaced => {}
        }
        if let Some(run) = self.unreached
            && check.verdict == Verdict::Failing
            && run.spans(policy.failing_checks.max(2), policy.failing_over)
        {
            self.confirmed = self.confirmed.or(Some((check, run.first)));
        }
        let moved_elsewhere = check.verdict == Verdict::Moved
            && self.last.is_some_and(|last| last.verdict == Verdict::Moved && last.final_url != check.final_url);
        if self.same.is_none_or(|(verdict, _)| verdict != check.verdict) || moved_elsewhere {
            self.same = Some((check.verdict, check.at));
        }
        self.last = Some(check);
    }

    fn note_gone(&mut self, check: &'a Check) {
        let policy = self.policy;
        let gone = Run::extend(self.gone, check.at);
        self.gone = Some(gone);
        self.unreached = Some(Run::extend(self.unreached, check.at));
        if gone.spans(policy.looks_needed(&check.rule), policy.confirm_gone_over) {
            self.confirmed = self.confirmed.or(Some((check, gone.first)));
        }
    }

    /// A look that found a page: the one that was cited, or another.
    fn reached(&mut self, check: &'a Check) {
        let (looks, over) = self.policy.replaced_needs();
        let elsewhere = elsewhere(check);
        self.moved(check, elsewhere.as_deref());
        // Somebody else's page is no sign of life of this one.
        if self.note_taken_over(check) {
            return;
        }
        match self.aspect(check) {
            Some(Aspect::Changed) => {
                let run = Run::extend(self.changed, check.at);
                self.changed = Some(run);
                // A site that stays as it is now was made anew by its owner.
                if run.spans(looks, over) && elsewhere.is_none() {
                    self.lately = check.portrait.as_ref().or(self.lately);
                }
            }
            Some(Aspect::Itself) => {
                (self.changed, self.odd, self.replaced, self.signs) = (None, None, None, None);
                self.first = self.first.or(check.portrait.as_ref());
                self.lately = check.portrait.as_ref().or(self.lately);
            }
            // What cannot be compared says nothing against a suspicion.
            None if self.odd.is_some() => return,
            Some(Aspect::Odd(_)) | None => {}
        }
        if self.replaced.is_none() {
            (self.gone, self.unreached, self.confirmed) = (None, None, None);
            self.last_reached = Some(check.at);
        }
    }

    /// Notes a look that saw something else, and says whether it did.
    fn note_taken_over(&mut self, check: &'a Check) -> bool {
        let Some(Aspect::Odd(signs)) = self.aspect(check) else { return false };
        let (looks, over) = self.policy.replaced_needs();
        let run = Run::extend(self.odd, check.at);
        self.odd = Some(run);
        if run.spans(looks, over) && self.replaced.is_none() {
            self.replaced = Some((check, run.first, signs.clone()));
        }
        self.signs = Some(signs);
        true
    }

    fn moved(&mut self, check: &'a Check, elsewhere: Option<&str>) {
        let Some(to) = elsewhere.filter(|_| check.verdict == Verdict::Moved) else {
            (self.elsewhere, self.continuous) = (None, false);
            return;
        };
        let before = self.elsewhere.take().filter(|(known, _)| known == to).map(|(_, run)| run);
        self.elsewhere = Some((to.to_owned(), Run::extend(before, check.at)));
        let likewise =
            self.beside.neighbours.iter().filter(|other| other.moved_to.as_deref() == Some(to)).count() >= SEVERAL;
        let is_spam = check.portrait.as_ref().is_some_and(|portrait| portrait.spam.is_some());
        let old = registrable_domain(&check.url).unwrap_or_default();
        let on_its_own = match &check.portrait {
            Some(now) if self.known().next().is_some() => {
                self.known().any(|known| likeness::same_page(known, now).is_some())
                    || !is_spam && likeness::names_the_old(now, &old)
            }
            Some(now) => likeness::is_cited(&self.beside.citation, now, &old) && !is_spam,
            None => false,
        };
        self.continuous = on_its_own || likewise && !is_spam && keeps_path(check);
    }

    /// What the page looked like while it was itself.
    fn known(&self) -> impl Iterator<Item = &'a Portrait> + use<'a> {
        self.first.into_iter().chain(self.lately)
    }

    /// What a look says of its page; `None` where nothing can be compared.
    fn aspect(&self, check: &Check) -> Option<Aspect> {
        let now = check.portrait.as_ref()?;
        if self.continuous {
            return Some(Aspect::Itself);
        }
        if self.known().next().is_none() {
            return Some(self.first_sight(now, check));
        }
        let asked = registrable_domain(&check.url).unwrap_or_default();
        let spam = now.spam.as_ref().filter(|_| self.known().all(|known| known.spam.is_none()));
        if self.known().any(|known| likeness::same_page(known, now).is_some())
            || likeness::is_cited(&self.beside.citation, now, &asked) && spam.is_none()
        {
            return Some(Aspect::Itself);
        }
        let mut signs = Vec::new();
        let languages = |known: &Portrait| known.language.is_some() && now.language.is_some();
        if self.known().any(languages) && self.known().filter(|k| languages(k)).all(|k| k.language != now.language) {
            signs.push("its language is another one".to_owned());
        }
        if self.known().all(|known| known.domain != now.domain) {
            signs.push(format!("it is answered by {}", now.domain));
        }
        signs.extend(self.neighbours());
        signs.extend(spam.map(|phrase| format!("it speaks of \"{phrase}\"")));
        Some(if signs.is_empty() { Aspect::Changed } else { Aspect::Odd(signs.join(", ")) })
    }

    /// Whether something else stands at several other links of the host too.
    fn neighbours(&self) -> Option<String> {
        let odd = self.beside.neighbours.iter().filter(|other| other.odd).count();
        (odd >= SEVERAL).then(|| format!("{odd} other links of its host changed as well"))
    }

    /// A page that nobody saw before: only spam that is not what was cited, and another sign, make it another one.
    fn first_sight(&self, now: &Portrait, check: &Check) -> Aspect {
        let citation = &self.beside.citation;
        let asked = registrable_domain(&check.url).unwrap_or_default();
        let Some(phrase) = now.spam.as_ref().filter(|_| !likeness::is_cited(citation, now, &asked)) else {
            return Aspect::Itself;
        };
        let mut signs = vec![format!("it speaks of \"{phrase}\"")];
        let foreign = |language: &String| language != "en" && citation.language.as_ref() != Some(language);
        if citation.language.is_some() && now.language.as_ref().is_some_and(foreign) {
            signs.push("its language is not that of the item".to_owned());
        }
        if asked != now.domain {
            signs.push(format!("it is answered by {}", now.domain));
        }
        signs.extend(self.neighbours());
        if signs.len() > 1 { Aspect::Odd(signs.join(", ")) } else { Aspect::Changed }
    }

    fn weighed(self) -> Weighed {
        let last = self.last.filter(|last| last.portrait.is_some() || last.verdict.is_seen());
        let odd = last.is_some_and(|last| matches!(self.aspect(last), Some(Aspect::Odd(_))));
        let moved_to = last.filter(|last| keeps_path(last)).and_then(elsewhere);
        let lately = Some(Lately { odd, moved_to }).filter(|lately| *lately != Lately::default());
        let (first, last) = (self.first.cloned(), self.lately.cloned());
        let suspicion = self.suspicion(odd);
        Weighed { memory: LinkMemory { first, last, lately }, suspicion, judgement: self.judgement() }
    }

    fn suspicion(&self, odd: bool) -> Option<Suspicion> {
        if odd && self.replaced.is_none() {
            return Some(Suspicion::Replaced);
        }
        let (looks, over) = self.policy.moved_needs();
        let is_waiting = |(_, run): &(String, Run)| !run.spans(looks, over);
        self.elsewhere.as_ref().is_some_and(is_waiting).then_some(Suspicion::Moved)
    }

    fn judgement(self) -> Judgement {
        let Some(last) = self.last else {
            return Judgement {
                verdict: Verdict::Unchecked,
                since: None,
                last_reached: None,
                rule: "unchecked".to_owned(),
                evidence: "not checked yet".to_owned(),
                moved_to: None,
            };
        };
        let since_same = self.same.map(|(_, since)| since);
        if let Some((seen, since, signs)) = &self.replaced
            && !(self.confirmed.is_some() && matches!(last.verdict, Verdict::Gone | Verdict::Failing))
        {
            return Judgement {
                verdict: Verdict::Replaced,
                since: Some(*since),
                last_reached: self.last_reached,
                rule: REPLACED.to_owned(),
                evidence: format!("something else stands there now ({signs}); {}", seen.evidence),
                moved_to: None,
            };
        }
        let (verdict, since, seen) = match (self.confirmed, last.verdict) {
            (Some((_, since)), Verdict::Gone | Verdict::Failing) => (Verdict::Gone, Some(since), last),
            (Some((confirming, since)), _) => (Verdict::Gone, Some(since), confirming),
            (None, Verdict::Gone) => (Verdict::Failing, self.unreached.map(|run| run.first), last),
            (None, Verdict::Failing) => (Verdict::Failing, self.unreached.map(|run| run.first), last),
            (None, Verdict::Moved) if !self.may_be_offered() => (Verdict::Reachable, since_same, last),
            (None, verdict) => (verdict, since_same, last),
        };
        let moved_to = last.final_url.as_deref().filter(|_| verdict == Verdict::Moved);
        let moved_to = moved_to.map(|end| LinkKey::without_fragment_of(end, &last.url));
        Judgement {
            verdict,
            since,
            last_reached: self.last_reached,
            rule: seen.rule.clone(),
            evidence: self.evidence(verdict, seen, last),
            moved_to,
        }
    }

    /// Whether a new address is given to readers: at once within one site, elsewhere only when it stays and goes on.
    fn may_be_offered(&self) -> bool {
        let (looks, over) = self.policy.moved_needs();
        let steadily = self.elsewhere.as_ref().is_none_or(|(_, run)| run.spans(looks, over) && self.continuous);
        steadily && self.odd.is_none()
    }

    fn evidence(&self, verdict: Verdict, seen: &Check, last: &Check) -> String {
        let evidence = &seen.evidence;
        if verdict == Verdict::Failing
            && last.verdict == Verdict::Gone
            && let Some(gone) = self.gone
        {
            let needed = self.policy.looks_needed(&last.rule);
            return format!("{evidence} (look {} of {needed} before it counts as gone)", gone.looks.min(needed));
        }
        if verdict != Verdict::Reachable {
            return evidence.clone();
        }
        if let (Some(run), Some(signs)) = (self.odd, &self.signs) {
            let (needed, _) = self.policy.replaced_needs();
            let look = run.looks.min(needed);
            return format!("{evidence}; something else may stand there now, look {look} of {needed} ({signs})");
        }
        let Some((to, run)) = &self.elsewhere else { return evidence.clone() };
        let (needed, over) = self.policy.moved_needs();
        if run.spans(needed, over) {
            return format!("now answered by {to}, where nothing says that it is the same page");
        }
        format!("now answered by {to}, look {} of {needed}", run.looks.min(needed))
    }
}

/// Rule of a judgement that something else stands there.
const REPLACED: &str = "replaced";

/// The site that answered, where it is not the one that was asked.
pub(super) fn elsewhere(check: &Check) -> Option<String> {
    let (asked, end) = (registrable_domain(&check.url)?, registrable_domain(check.final_url.as_deref()?)?);
    (asked != end).then_some(end)
}

/// Whether the path that was asked for is the one that answered.
fn keeps_path(check: &Check) -> bool {
    let path = |url: &str| url::Url::parse(url).ok().map(|url| url.path().trim_end_matches('/').to_owned());
    let asked = path(&check.url);
    asked.as_ref().is_some_and(|path| !path.is_empty()) && asked == check.final_url.as_deref().and_then(path)
}

#[cfg(test)]
#[path = "tests/judge.rs"]
mod tests;

#[cfg(test)]
#[path = "tests/pages.rs"]
mod pages;
