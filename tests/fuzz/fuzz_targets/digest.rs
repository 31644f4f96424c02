//! Any bytes as a post, read by every built-in profile: the reading ends, and what came out can be told and published.

#![no_main]

use libfuzzer_sys::fuzz_target;
use wellsourced::collect::digest::{self, DigestOptions, Reading};

mod published;

fuzz_target!(|bytes: &[u8]| {
    for options in [DigestOptions::default()] {
        let reading = digest::read("p.md", bytes, &options);
        told(&reading);
        for read in reading.editions() {
            published::everywhere(&read.edition);
        }
    }
});

/// What `inspect` and the log say of a post.
fn told(reading: &Reading) {
    let json = digest::inspect_json("p.md", reading).to_string();
    assert!(!json.is_empty());
    for complaint in &reading.complaints {
        assert!(!complaint.place.to_string().is_empty());
        assert!(
            !complaint.message.trim().is_empty() && !complaint.help.trim().is_empty(),
            "says nothing: {complaint:?}"
        );
    }
}
