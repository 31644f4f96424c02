//! The texts of a language: the built-in ones, and what a theme's file says in their place, key by key.

use super::error::ThemeError;
use super::fill::names;
use super::words::{Language, Words};
use std::collections::BTreeSet;
use std::ops::Range;
use toml::de::{DeTable, DeValue};
use toml::{Spanned, Table, Value};

/// The longest text, characters.
const LONGEST: usize = 2000;

/// The file of a language's texts.
pub(super) fn file_name(language: Language) -> String {
    format!("words.{}.toml", language.tag())
}

/// A theme's file of texts.
#[derive(Debug, Clone, Copy)]
pub(super) struct TextFile<'f> {
    /// What it is called in messages.
    pub(super) shown: &'f str,
    pub(super) text: &'f str,
}

/// The words of a language, changed by a theme's file.
pub(super) fn words(built_in: &str, changes: Option<TextFile<'_>>) -> Result<Words, ThemeError> {
    let fault = |error: toml::de::Error| ThemeError::file("the built-in words", error.message(), FAULT);
    let mut texts: Table = built_in.parse().map_err(fault)?;
    if let Some(file) = changes {
        let read = DeTable::parse(file.text).map_err(|error| {
            file.wrong(&error.span().unwrap_or(0..0), error.message(), "it is TOML: key = \"text\"")
        })?;
        file.change(&mut texts, "", read.get_ref())?;
    }
    Value::Table(texts).try_into().map_err(fault)
}

const FAULT: &str = "this is a fault of wellsourced";

impl TextFile<'_> {
    fn wrong(self, span: &Range<usize>, what: impl Into<String>, mend: impl Into<String>) -> ThemeError {
        ThemeError::at(self.shown, (self.text.as_bytes(), span.start), what, mend)
    }

    /// Puts what the file says in the place of what is known.
    fn change(self, known: &mut Table, within: &str, given: &DeTable<'_>) -> Result<(), ThemeError> {
        for (key, value) in given {
            let (name, path) = (key.get_ref().as_ref(), format!("{within}{}", key.get_ref()));
            let Some(built_in) = known.get_mut(name) else {
                return Err(self.wrong(&key.span(), format!("unknown key `{path}`"), nearest(name, known)));
            };
            match (&mut *built_in, value.get_ref()) {
                (Value::Table(table), DeValue::Table(given)) if !is_counted(table) => {
                    self.change(table, &format!("{path}."), given)?;
                }
                (Value::Table(table), _) if !is_counted(table) => {
                    return Err(self.wrong(&value.span(), format!("`{path}` is a table of texts"), "write [table]"));
                }
                (built_in, _) => *built_in = self.text(&path, built_in, value)?,
            }
        }
        Ok(())
    }

    /// A text in the place of a built-in one: it has the same places to fill.
    fn text(self, path: &str, built_in: &Value, given: &Spanned<DeValue<'_>>) -> Result<Value, ThemeError> {
        let wanted: BTreeSet<&str> = match built_in {
            Value::Table(forms) => forms.values().filter_map(Value::as_str).flat_map(names).collect(),
            text => names(text.as_str().unwrap_or_default()).collect(),
        };
        match given.get_ref() {
            DeValue::String(text) => {
                self.require(path, (text, &given.span()), &wanted, false)?;
                Ok(Value::String(text.to_string()))
            }
            DeValue::Table(forms) if wanted.contains("n") => self.forms(path, (forms, &given.span()), &wanted),
            _ if wanted.contains("n") => {
                Err(self.wrong(&given.span(), format!("`{path}` is a text"), "or { one = \"…\", other = \"…\" }"))
            }
            _ => Err(self.wrong(&given.span(), format!("`{path}` is a text"), "write it in quotes")),
        }
    }

    /// The two forms of a text with a number in it.
    fn forms(
        self,
        path: &str,
        (forms, span): (&DeTable<'_>, &Range<usize>),
        wanted: &BTreeSet<&str>,
    ) -> Result<Value, ThemeError> {
        let mend = "it has the two forms { one = \"…\", other = \"…\" }";
        let mut table = Table::new();
        for (key, value) in forms {
            let form = key.get_ref().as_ref();
            let is_form = ["one", "other"].contains(&form);
            let (true, DeValue::String(text)) = (is_form, value.get_ref()) else {
                return Err(self.wrong(&key.span(), format!("`{path}.{form}` is no form of a text"), mend));
            };
            self.require(&format!("{path}.{form}"), (text, &value.span()), wanted, form == "one")?;
            table.insert(form.to_owned(), Value::String(text.to_string()));
        }
        if table.len() == 2 {
            return Ok(Value::Table(table));
        }
        Err(self.wrong(span, format!("a form of `{path}` is missing"), mend))
    }

    /// A text has the places to fill that are wanted, and is a line of text. The number may be missing where it says one.
    fn require(
        self,
        path: &str,
        (text, span): (&str, &Range<usize>),
        wanted: &BTreeSet<&str>,
        is_one: bool,
    ) -> Result<(), ThemeError> {
        let had: BTreeSet<&str> = names(text).collect();
        if let Some(missing) = wanted.iter().find(|name| !(had.contains(**name) || is_one && **name == "n")) {
            return Err(self.wrong(span, format!("`{path}` lacks {{{missing}}}"), "it is filled in there; put it in"));
        }
        if let Some(unknown) = had.iter().find(|name| !wanted.contains(**name)) {
            let what = format!("nothing fills {{{unknown}}} in `{path}`");
            return Err(self.wrong(span, what, "take it out; the built-in text has those that are filled"));
        }
        if text.chars().any(char::is_control) {
            return Err(self.wrong(
                span,
                format!("`{path}` holds a control character"),
                "write it as one line of text",
            ));
        }
        if text.chars().count() > LONGEST {
            return Err(self.wrong(span, format!("`{path}` is longer than {LONGEST} characters"), "make it shorter"));
        }
        Ok(())
    }
}

/// Whether a table is a text in two forms.
fn is_counted(table: &Table) -> bool {
    table.get("other").is_some_and(Value::is_str)
}

fn nearest(name: &str, known: &Table) -> String {
    let likeness = |known: &str| strsim::jaro_winkler(name, known);
    let nearest = known.keys().max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
    match nearest.filter(|nearest| likeness(nearest) > 0.8) {
        Some(nearest) => format!("the nearest known key is `{nearest}`"),
        None => "`wellsourced theme export FOLDER` writes all there are".to_owned(),
    }
}
