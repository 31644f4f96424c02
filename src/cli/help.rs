//! What `--help` and the manual say beside the arguments.

use std::fmt::Write;

/// Exit codes and what they mean.
pub const EXIT_STATUS: [(&str, &str); 6] = [
    ("0", "all well, or warnings only"),
    (
        "1",
        "nothing could be published, or the command failed; status: there is no store, or one of an older wellsourced; check: \
         an error was found, or with --strict a warning",
    ),
    ("2", "usage or configuration"),
    (
        "3",
        "published, but with errors, which the summary names; verify: a link is gone, failing or refused; fetch: a feed was not read",
    ),
    ("4", "warnings, with --strict, but for check"),
    ("130", "a signal ended --once before its end"),
];

/// Environment variables and what they do.
pub const ENVIRONMENT: [(&str, &str); 4] = [
    ("WELLSOURCED_CONFIG", "the configuration, where --config names none"),
    ("WELLSOURCED_STORE_URL", "stands before [store] url; so does the systemd credential wellsourced.store-url"),
    ("WELLSOURCED_LOG", "what is logged, as in RUST_LOG: warn, debug, wellsourced=debug,warn …"),
    ("NO_COLOR", "no colours in log lines"),
];

/// Files and what they are.
pub const FILES: [(&str, &str); 4] = [
    ("config/wellsourced.toml", "the configuration, in the working directory"),
    ("/etc/wellsourced/wellsourced.toml", "the configuration, where there is none in the working directory"),
    ("/var/lib/wellsourced/", "posts, store and published directory of the packaged service"),
    (".wellsourced/", "in the published directory: ids given, files written, whose it is; keep it, do not serve it"),
];

/// Signals and what the daemon does about them.
pub const SIGNALS: [(&str, &str); 4] = [
    (
        "SIGTERM",
        "ends: requests and the running transaction are finished, within ten seconds; stands before all others",
    ),
    ("SIGINT", "ends likewise; a second one ends at once"),
    (
        "SIGHUP",
        "reads the configuration and its theme again, once for all that wait; a wrong one is refused and the old one stays",
    ),
    ("SIGUSR1", "runs a cycle now, or once more after the one that runs"),
];

/// What follows the arguments in `--help`.
pub(super) fn after() -> String {
    let mut text = String::new();
    for (heading, rows) in [("Exit status", &EXIT_STATUS[..]), ("Environment", &ENVIRONMENT), ("Files", &FILES)] {
        let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{heading}:");
        for (name, what) in rows {
            let _ = writeln!(text, "  {name:width$}  {what}");
        }
        text.push('\n');
    }
    text.truncate(text.trim_end().len());
    text
}
