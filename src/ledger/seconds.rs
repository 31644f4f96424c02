//! Seconds at which items, or editions, changed. Those of our own never coincide, so that thousands of them that are dated
//! alike need a quick way to the next free one.

use std::collections::HashMap;

/// Seconds that are given out.
#[derive(Debug, Clone, Default)]
pub struct Seconds {
    /// For a second that is taken, one at or before the next free one after it.
    later: HashMap<i64, i64>,
    /// For a second that is taken, one at or behind the next free one before it.
    earlier: HashMap<i64, i64>,
}

impl Seconds {
    /// Whether a second is given out.
    #[cfg(test)]
    pub(super) fn is_taken(&self, second: i64) -> bool {
        self.later.contains_key(&second)
    }

    /// How many seconds are given out.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.later.len()
    }

    /// Notes seconds that are taken.
    pub fn note(&mut self, seconds: impl IntoIterator<Item = i64>) {
        for second in seconds {
            self.take(second);
        }
    }

    /// Takes the first free second from one on, at latest another.
    pub fn take_from(&mut self, second: i64, latest: i64) -> Option<i64> {
        let free = follow(&mut self.later, second);
        (free <= latest).then(|| self.take(free))
    }

    /// Takes the last free second up to one.
    pub fn take_up_to(&mut self, second: i64) -> i64 {
        let free = follow(&mut self.earlier, second);
        self.take(free)
    }

    fn take(&mut self, second: i64) -> i64 {
        self.later.insert(second, second + 1);
        self.earlier.insert(second, second - 1);
        second
    }
}

impl FromIterator<i64> for Seconds {
    fn from_iter<I: IntoIterator<Item = i64>>(seconds: I) -> Self {
        let mut taken = Self::default();
        taken.note(seconds);
        taken
    }
}

/// Follows the steps to the end, and shortens them for the next time.
fn follow(steps: &mut HashMap<i64, i64>, second: i64) -> i64 {
    let mut end = second;
    while let Some(next) = steps.get(&end) {
        end = *next;
    }
    let mut at = second;
    while at != end {
        let Some(step) = steps.get_mut(&at) else { break };
        at = std::mem::replace(step, end);
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_second_is_given_out_twice() {
        let mut seconds: Seconds = [10, 11, 13].into_iter().collect();
        assert_eq!(seconds.take_from(10, 20), Some(12));
        assert_eq!(seconds.take_from(10, 20), Some(14));
        assert_eq!(seconds.take_from(10, 14), None);
        assert_eq!(seconds.take_up_to(13), 9);
        assert_eq!(seconds.take_up_to(15), 15);
        assert_eq!(seconds.take_from(9, 99), Some(16));
        let mut all: Vec<i64> = (0..1000).filter_map(|_| seconds.take_from(10, 10_000)).collect();
        all.dedup();
        assert_eq!(all.len(), 1000);
    }
}
