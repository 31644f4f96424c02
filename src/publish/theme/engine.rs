//! The template engine: what a theme's templates may do, and where one of them is wrong.
//!
//! Nothing is read but the templates of the theme, an unknown name is an error, and a page that takes too much work is given up.

use super::fill::{FillPiece, pieces};
use minijinja::value::{Kwargs, Value};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, Output, State, UndefinedBehavior};
use std::fmt::Write;

/// Work that a page may take: about an instruction, or 64 bytes, each. Listing 500,000 tags takes less.
pub(super) const FUEL: u64 = 20_000_000;

/// What a template is wrong about.
#[derive(Debug)]
pub(super) struct TemplateFault {
    /// The template.
    pub(super) name: String,
    pub(super) line: usize,
    pub(super) what: String,
    pub(super) mend: &'static str,
}

/// An environment without a template.
pub(super) fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_formatter(escape);
    environment.set_fuel(Some(FUEL));
    // So that an error says which name is unknown.
    environment.set_debug(true);
    environment.add_filter("fill", fill);
    environment.remove_global("debug");
    environment
}

/// Writes a value: text escaped, what is none as nothing.
fn escape(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    if value.is_none() || value.is_undefined() {
        return Ok(());
    }
    let is_plain = value.is_safe() || *state.auto_escape() == AutoEscape::None;
    match value.as_str() {
        Some(text) if is_plain => out.write_str(text)?,
        Some(text) => write_escaped(out, text)?,
        None if is_plain || value.is_number() => write!(out, "{value}")?,
        None => write_escaped(out, &value.to_string())?,
    }
    Ok(())
}

/// Escapes text for content and for attributes in either quote.
fn write_escaped(out: &mut Output<'_>, text: &str) -> std::fmt::Result {
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|b| matches!(b, b'"' | b'&' | b'\'' | b'<' | b'>')) {
        let (before, special) = rest.split_at(at);
        let (special, after) = special.split_at(1);
        out.write_str(before)?;
        out.write_str(match special {
            "\"" => "&#34;",
            "&" => "&#38;",
            "'" => "&#39;",
            "<" => "&#60;",
            _ => "&#62;",
        })?;
        rest = after;
    }
    out.write_str(rest)
}

/// The filter `fill`: puts values in the places of a text, `words.more|fill(n=3)`. Of two forms the number `n` chooses one.
#[allow(clippy::needless_pass_by_value, reason = "a filter is given its named values so")]
fn fill(text: &Value, values: Kwargs) -> Result<String, Error> {
    let form = match text.as_str() {
        Some(_) => text.clone(),
        None => text.get_attr(if values.get::<u64>("n")? == 1 { "one" } else { "other" })?,
    };
    let Some(text) = form.as_str() else {
        return Err(Error::new(ErrorKind::InvalidOperation, "`fill` fills texts only"));
    };
    let mut out = String::with_capacity(text.len() + 16);
    for piece in pieces(text) {
        match piece {
            FillPiece::Plain(plain) => out.push_str(plain),
            FillPiece::Named(name) => write!(out, "{}", values.get::<&Value>(name)?)?,
        }
    }
    values.assert_all_used()?;
    Ok(out)
}

impl TemplateFault {
    /// What an error says, and where; the innermost of those that led to it.
    pub(super) fn of(error: &Error, template: &str) -> Self {
        let mut innermost = error;
        while let Some(cause) = std::error::Error::source(innermost).and_then(|cause| cause.downcast_ref::<Error>()) {
            innermost = cause;
        }
        let kind = innermost.kind();
        Self {
            name: innermost.name().or(error.name()).unwrap_or(template).to_owned(),
            line: innermost.line().or(error.line()).unwrap_or(1),
            what: match innermost.detail() {
                Some(detail) if kind == ErrorKind::UndefinedError => detail.to_owned(),
                Some(detail) => format!("{kind}: {detail}"),
                None => kind.to_string(),
            },
            mend: mend(kind),
        }
    }
}

fn mend(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::SyntaxError => "a template is written as for Jinja",
        ErrorKind::UndefinedError => "the README tells what each template is given",
        ErrorKind::TemplateNotFound => "there are the built-in templates, and those of the theme's folder",
        ErrorKind::UnknownFilter | ErrorKind::UnknownTest | ErrorKind::UnknownFunction => {
            "there are those of MiniJinja, and the filter `fill`"
        }
        ErrorKind::OutOfFuel => "the page takes too much work; take loops out",
        _ => "compare it with the built-in one, which `wellsourced theme export FOLDER` writes",
    }
}
