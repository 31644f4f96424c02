//! What editors are helped with, with the real binary: `new`, `draft` and `watch`.

#![allow(clippy::unwrap_used, reason = "a test may fail where it stands")]

mod draft;
mod new;
#[path = "../support/mod.rs"]
mod support;
#[path = "../upstream/upstream.rs"]
#[allow(dead_code, reason = "a part of it is used")]
mod upstream;
mod watch;

use support::Site;

/// Exit code, stdout and stderr.
fn said(site: &Site, arguments: &[&str]) -> (i32, String, String) {
    let output = site.binary(arguments);
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// Today, where the sites of the tests are.
#[allow(clippy::disallowed_methods, reason = "the binary reads the clock too")]
fn today() -> chrono::NaiveDate {
    chrono::Utc::now().with_timezone(&chrono_tz::Asia::Shanghai).date_naive()
}
