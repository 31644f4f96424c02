//! Any bytes as a post, read by every built-in profile: the reading ends, and what came out can be told and published.

#![no_main]

use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;
use wellsourced::collect::digest::{self, BUILT_IN, DigestOptions, Profile, Reading};

mod published;

/// One for each built-in profile. Reading takes patterns that are made once.
static OPTIONS: LazyLock<Vec<DigestOptions>> = LazyLock::new(|| {
    let of = |name: &&str| {
        let profile = Profile::built_in(name).expect("a built-in profile");
        DigestOptions { profile: Box::new(profile), ..DigestOptions::default() }
    };
    BUILT_IN.iter().map(of).collect()
});

fuzz_target!(|bytes: &[u8]| {
    for options in OPTIONS.iter() {
        let reading = digest::read("2024/2024-01-02-post.md", bytes, options);
        told(&reading);
        for read in reading.editions() {
            published::everywhere(&read.edition);
        }
    }
});

/// What `inspect` and the log say of a post.
fn told(reading: &Reading) {
    let json = digest::inspect_json("2024/2024-01-02-post.md", reading).to_string();
    assert!(!json.is_empty());
    for complaint in &reading.complaints {
        assert!(!complaint.place.to_string().is_empty());
        assert!(
            !complaint.message.trim().is_empty() && !complaint.help.trim().is_empty(),
            "says nothing: {complaint:?}"
        );
    }
}
