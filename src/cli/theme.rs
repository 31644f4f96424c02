//! `theme`: the built-in templates, stylesheet and words, written out to be changed. Needs no configuration: it may be the
//! theme that is wrong in it.

use super::args::{Args, ThemeArgs, ThemeCommand};
use super::print;
use crate::publish::Theme;

/// Writes out the built-in theme, and prints the path of each file.
pub(super) fn run(args: &Args, theme: &ThemeArgs) -> anyhow::Result<u8> {
    let ThemeCommand::Export { folder } = &theme.command;
    let paths: Vec<String> = Theme::export(folder)?.iter().map(|path| path.display().to_string()).collect();
    if args.json {
        print(&serde_json::json!({ "files": paths }).to_string())?;
    } else if !args.quiet {
        print(&paths.join("\n"))?;
    }
    Ok(0)
}
