//! What a package holds: the configuration of the packaged service is understood and names absolute paths only, the manual
//! tells every command and option.

#![allow(clippy::unwrap_used, reason = "a test may fail where it stands")]

#[allow(dead_code, reason = "a test does not write the files")]
#[path = "../examples/packaging.rs"]
mod packaging;

use std::path::Path;
use wellsourced::cli;
use wellsourced::config::{self, Environment};
use wellsourced::pipeline::Input;

#[test]
fn the_packaged_configuration_is_the_default_one_elsewhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let default = std::fs::read_to_string(root.join("config/wellsourced.toml")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("wellsourced.toml");
    #[allow(clippy::disallowed_methods, reason = "a test makes its own configuration")]
    std::fs::write(&path, packaging::configuration(&default).unwrap()).unwrap();
    let settings = config::load(&path, &Environment::default()).unwrap();
    let home = "/var/lib/wellsourced";
    assert!(settings.store_url.starts_with(&format!("sqlite:{home}/")), "{}", settings.store_url);
    assert!(settings.cycle.directory.starts_with(home));
    for input in &settings.cycle.inputs {
        if let Input::Digest(digest) = input {
            let glob = digest.posts.globs[0].to_string();
            assert!(glob.starts_with(home), "{glob}");
        }
    }
    assert!(packaging::configuration("[site]").is_err());
}

#[test]
fn the_manual_tells_everything() {
    let page = String::from_utf8(packaging::manual().unwrap()).unwrap().replace("\\-", "-");
    for section in ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "COMMANDS", "SIGNALS", "ENVIRONMENT", "FILES"] {
        assert!(page.contains(&format!(".SH {section}\n")), "{section} is missing\n{page}");
    }
    assert!(page.contains(".SH \"EXIT STATUS\"\n"), "{page}");
    let command = cli::command();
    let commands = std::iter::once(&command).chain(command.get_subcommands());
    for argument in commands.flat_map(clap::Command::get_arguments).filter_map(|argument| argument.get_long()) {
        assert!(page.contains(&format!("--{argument}")), "--{argument} is missing\n{page}");
    }
    for subcommand in command.get_subcommands() {
        assert!(page.contains(&format!(".SS \"wellsourced {}", subcommand.get_name())), "{subcommand:?}\n{page}");
    }
    assert!(page.contains(".SS \"wellsourced theme export"), "commands of commands too\n{page}");
}
