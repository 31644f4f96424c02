//! A small fingerprint of a text by which an edited item is found again: a bottom-k sketch of three-character shingles.
//!
//! Eight hexadecimal digits a hash, so that it can stand in a text column and in the file of ids. Reads no store.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use xxhash_rust::xxh3::xxh3_64;

/// How many of the smallest hashes are kept.
const SIZE: usize = 32;

/// Characters in a shingle.
const SHINGLE: usize = 3;

/// What is kept of a text: the smallest hashes of its shingles, ascending.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sketch(Vec<u32>);

impl Sketch {
    /// The sketch of a text; only letters and digits count.
    pub fn of(text: &str) -> Self {
        let chars: Vec<char> = text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
        let mut hashes = BTreeSet::new();
        let mut buffer = String::new();
        for shingle in chars.windows(SHINGLE.min(chars.len().max(1))) {
            buffer.clear();
            buffer.extend(shingle);
            hashes.insert(u32::try_from(xxh3_64(buffer.as_bytes()) >> 32).unwrap_or_default());
            if hashes.len() > SIZE {
                hashes.pop_last();
            }
        }
        Self(hashes.into_iter().collect())
    }

    /// Whether nothing is kept, of an empty text.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Estimated share of shingles that two texts have in common (Jaccard), 0 to 1.
    pub fn similarity(&self, other: &Self) -> f64 {
        let (a, b): (BTreeSet<_>, BTreeSet<_>) = (self.0.iter().collect(), other.0.iter().collect());
        let union: Vec<_> = a.union(&b).take(SIZE).collect();
        if union.is_empty() {
            return 0.0;
        }
        let shared = union.iter().filter(|h| a.contains(**h) && b.contains(**h)).count();
        #[allow(clippy::cast_precision_loss, reason = "both are at most 32")]
        let similarity = shared as f64 / union.len() as f64;
        similarity
    }

    /// The sketch as hexadecimal text.
    pub fn to_hex(&self) -> String {
        self.0.iter().fold(String::with_capacity(self.0.len() * 8), |mut hex, hash| {
            // Writing to a String cannot fail.
            let _ = write!(hex, "{hash:08x}");
            hex
        })
    }

    /// Reads [`Sketch::to_hex`]; what is not of that form is an empty sketch, similar to nothing.
    pub fn from_hex(hex: &str) -> Self {
        let digits: Vec<char> = hex.chars().collect();
        let hashes = digits.chunks(8).map(|chunk| u32::from_str_radix(&chunk.iter().collect::<String>(), 16));
        Self(hashes.collect::<Result<_, _>>().unwrap_or_default())
    }
}

impl Serialize for Sketch {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_hex())
    }
}

impl<'de> Deserialize<'de> for Sketch {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::from_hex(&String::deserialize(deserializer)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_corrected_text_is_similar_and_another_story_is_not() {
        let story = "树莓派基金会发布了新的教学套件，面向初中课堂，内含传感器和一块小屏幕，定价为一百元，十月上市。";
        let mended = story.replace("初中", "高中");
        let other = "某发行版的维护者决定不再提供三十二位镜像，理由是下载量已经低于百分之一，构建机器也老了。";
        assert!(Sketch::of(story).similarity(&Sketch::of(&mended)) > 0.6);
        assert!(Sketch::of(story).similarity(&Sketch::of(other)) < 0.2);
        assert!(Sketch::default().similarity(&Sketch::default()) < 0.1, "nothing resembles nothing");
    }

    #[test]
    fn hex_keeps_the_sketch() {
        let sketch = Sketch::of("a text long enough to have more than thirty-two shingles, as most items do");
        assert_eq!(Sketch::from_hex(&sketch.to_hex()), sketch);
        assert_eq!(Sketch::from_hex("no hex"), Sketch::default());
    }
}
