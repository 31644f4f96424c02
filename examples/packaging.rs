//! What a package holds beside the binary: `packaging DIR` writes the manual page and the completions of shells, both made
//! from the arguments, and the default configuration with the paths of the packaged service.

use anyhow::{Context, ensure};
use clap::Command;
use clap_complete::aot::{Shell, generate_to};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};
use std::path::Path;
use wellsourced::cli;

const NAME: &str = "wellsourced";

/// What a packaged service has elsewhere than a clone of the sources.
const PATHS: [(&str, &str); 3] = [
    ("sqlite:var/wellsourced.db", "sqlite:/var/lib/wellsourced/wellsourced.db"),
    ("\"examples/posts/**/*.md\"", "\"/var/lib/wellsourced/posts/**/*.md\""),
    ("directory = \"feeds\"", "directory = \"/var/lib/wellsourced/feeds\""),
];

fn main() -> anyhow::Result<()> {
    let directory = std::env::args_os().nth(1).context("packaging DIR")?;
    let directory = Path::new(&directory);
    std::fs::create_dir_all(directory)?;
    for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
        generate_to(shell, &mut cli::command(), NAME, directory)?;
    }
    write(&directory.join("wellsourced.1"), &manual()?)?;
    let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/wellsourced.toml");
    write(&directory.join("wellsourced.toml"), configuration(&std::fs::read_to_string(default)?)?.as_bytes())
}

#[allow(clippy::disallowed_methods, reason = "what is packaged is no published file")]
fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    std::fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}

/// The default configuration with the paths of the packaged service.
pub(crate) fn configuration(default: &str) -> anyhow::Result<String> {
    let mut text = default.to_owned();
    for (ours, packaged) in PATHS {
        ensure!(text.matches(ours).count() == 1, "`{ours}` stands not once in the default configuration");
        text = text.replace(ours, packaged);
    }
    Ok(text)
}

/// The manual page, in roff.
pub(crate) fn manual() -> anyhow::Result<Vec<u8>> {
    let mut command = cli::command().disable_help_subcommand(true);
    command.build();
    let mut page = Vec::new();
    let man = Man::new(command.clone());
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    synopsis(&command).to_writer(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    Roff::default().control("SH", ["COMMANDS"]).to_writer(&mut page)?;
    for subcommand in subcommands(&command) {
        write_subcommand(subcommand, &mut page)?;
    }
    for (heading, rows) in [
        ("SIGNALS", &cli::SIGNALS[..]),
        ("EXIT STATUS", &cli::EXIT_STATUS),
        ("ENVIRONMENT", &cli::ENVIRONMENT),
        ("FILES", &cli::FILES),
    ] {
        table(heading, rows).to_writer(&mut page)?;
    }
    let mut end = Roff::default();
    end.control("SH", ["SEE ALSO"]).text([roman("crontab(5), systemctl(1), journalctl(1)")]);
    end.to_writer(&mut page)?;
    Ok(page)
}

/// The commands; in the place of one that has commands of its own, these.
fn subcommands(command: &Command) -> Vec<&Command> {
    let shown = command.get_subcommands().filter(|subcommand| !subcommand.is_hide_set());
    shown.flat_map(|of| if of.has_subcommands() { subcommands(of) } else { vec![of] }).collect()
}

/// How a command is written: its usage without the word.
fn usage(command: &Command) -> String {
    let usage = command.clone().render_usage().to_string();
    usage.trim_start_matches("Usage:").trim().to_owned()
}

fn synopsis(command: &Command) -> Roff {
    let mut roff = Roff::default();
    roff.control("SH", ["SYNOPSIS"]);
    for line in std::iter::once(usage(command)).chain(subcommands(command).into_iter().map(usage)) {
        let rest = line.strip_prefix(NAME).unwrap_or(&line);
        roff.text([bold(NAME), roman(rest)]).control("br", []);
    }
    roff
}

/// A command with what only it understands; the options of all stand above.
fn write_subcommand(command: &Command, page: &mut Vec<u8>) -> anyhow::Result<()> {
    let mut roff = Roff::default();
    roff.control("SS", [usage(command).as_str()]);
    let about = command.get_long_about().or(command.get_about()).map(ToString::to_string).unwrap_or_default();
    roff.text([roman(about)]).to_writer(page)?;
    let own = command.clone().disable_help_flag(true).mut_args(|argument| {
        let hidden = argument.is_global_set() || argument.get_id() == "help";
        argument.hide(hidden)
    });
    let mut options = Vec::new();
    Man::new(own).render_options_section(&mut options)?;
    let options = String::from_utf8(options)?;
    let listed = options.lines().filter(|line| !line.starts_with(".SH"));
    page.extend(listed.flat_map(|line| [line.as_bytes(), b"\n"]).flatten());
    Ok(())
}

fn table(heading: &str, rows: &[(&str, &str)]) -> Roff {
    let mut roff = Roff::default();
    roff.control("SH", [heading]);
    for (name, what) in rows {
        roff.control("TP", []).text([bold(*name)]).text([roman(*what)]);
    }
    roff
}
