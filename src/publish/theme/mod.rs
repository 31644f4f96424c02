//! What pages look like and what they say: templates, stylesheet and words, the built-in ones or those of a theme's folder.
//!
//! A theme is read once and never changes: two that hold the same are equal, and the same hash tells whether pages were made
//! with it. It knows no page; what each template is given, `pages` says.

mod channel_words;
mod counted;
mod engine;
mod error;
mod files;
mod fill;
mod status_words;
mod texts;
mod words;

pub use error::ThemeError;
pub use words::Language;

pub(super) use counted::Counted;
pub(super) use status_words::StatusWords;
pub(super) use words::Words;

use engine::TemplateFault;
use files::STYLE;
use minijinja::Environment;
use minijinja::value::{Serde, Value};
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};
use texts::TextFile;
use xxhash_rust::xxh3::xxh3_128;

/// A theme. Copies are the same one.
#[derive(Clone)]
pub struct Theme(Arc<ThemeParts>);

#[derive(Default)]
struct ThemeParts {
    folder: Option<PathBuf>,
    /// What is not as built in, by file.
    changed: BTreeMap<String, String>,
    /// Of what is not as built in; empty where all is.
    hash: String,
    languages: Vec<(Language, ThemeLanguage)>,
}

/// A theme in one language.
#[derive(Default)]
struct ThemeLanguage {
    words: Words,
    templates: Environment<'static>,
}

/// The built-in theme.
static BUILT_IN: LazyLock<Theme> = LazyLock::new(|| {
    // A test makes it. Were it wrong all the same, each page would say that its template is missing.
    Theme(Arc::new(ThemeParts::make(None, BTreeMap::new()).unwrap_or_default()))
});

impl Theme {
    /// Reads the theme in a folder: files of the names of built-in ones stand in their place. Whether every page can be made
    /// with it is told by [`load_theme`](super::load_theme).
    pub(super) fn read(folder: &Path) -> Result<Self, ThemeError> {
        let changed = files::read(folder)?;
        Ok(Self(Arc::new(ThemeParts::make(Some(folder.to_owned()), changed)?)))
    }

    /// Writes the built-in files into a folder, to be changed; gives their paths. Nothing is overwritten.
    pub fn export(folder: &Path) -> Result<Vec<PathBuf>, ThemeError> {
        files::write(folder)
    }

    /// The folder that it was read from.
    pub fn folder(&self) -> Option<&Path> {
        self.0.folder.as_deref()
    }

    /// The files of the folder that are part of it, as they are there now.
    pub fn files(&self) -> Vec<PathBuf> {
        let of = |folder: &Path| {
            files::names(folder).unwrap_or_default().into_iter().map(|name| folder.join(name)).collect()
        };
        self.folder().map(of).unwrap_or_default()
    }

    /// The stylesheet of all pages.
    pub fn stylesheet(&self) -> &[u8] {
        self.0.changed.get(STYLE).map(String::as_str).or(files::built_in(STYLE)).unwrap_or_default().as_bytes()
    }

    /// Whether nothing in it is otherwise than built in.
    pub(super) fn is_built_in(&self) -> bool {
        self.0.changed.is_empty()
    }

    /// The words of a language.
    pub(super) fn words(&self, language: Language) -> &Words {
        static NONE: LazyLock<Words> = LazyLock::new(Words::default);
        self.0.language(language).map_or(&NONE, |language| &language.words)
    }

    /// A page of a template, given what it shows.
    pub(super) fn render(
        &self,
        language: Language,
        template: &str,
        view: &impl Serialize,
    ) -> Result<String, ThemeError> {
        let Some(ThemeLanguage { templates, .. }) = self.0.language(language) else {
            return Err(ThemeError::file(template, "there is no template", "this is a fault of wellsourced"));
        };
        let page = templates.get_template(template).and_then(|page| page.render(Value::from(Serde(view))));
        page.map_err(|error| self.0.wrong(&error, template))
    }

    /// The same theme, whose pages may take so much work.
    pub(super) fn with_fuel(&self, fuel: u64) -> Self {
        let language = |(language, parts): &(Language, ThemeLanguage)| {
            let mut templates = parts.templates.clone();
            templates.set_fuel(Some(fuel));
            (*language, ThemeLanguage { words: parts.words.clone(), templates })
        };
        Self(Arc::new(ThemeParts {
            folder: self.0.folder.clone(),
            changed: self.0.changed.clone(),
            hash: self.0.hash.clone(),
            languages: self.0.languages.iter().map(language).collect(),
        }))
    }
}

impl ThemeParts {
    fn make(folder: Option<PathBuf>, changed: BTreeMap<String, String>) -> Result<Self, ThemeError> {
        let mut told = Vec::new();
        for text in changed.iter().flat_map(|(name, text)| [name, text]) {
            told.extend_from_slice(&text.len().to_le_bytes());
            told.extend_from_slice(text.as_bytes());
        }
        let hash = if changed.is_empty() { String::new() } else { format!("{:032x}", xxh3_128(&told)) };
        let mut parts = Self { folder, changed, hash, languages: Vec::new() };
        let templates = parts.templates()?;
        for language in Language::ALL {
            let words = parts.words_of(language)?;
            let mut templates = templates.clone();
            templates.add_global("words", Value::from(Serde(&words)));
            parts.languages.push((language, ThemeLanguage { words, templates }));
        }
        Ok(parts)
    }

    fn templates(&self) -> Result<Environment<'static>, ThemeError> {
        let mut environment = engine::environment();
        let built_in = files::BUILT_IN.iter().filter(|(name, _)| !self.changed.contains_key(*name));
        let built_in = built_in.map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
        let changed = self.changed.iter().map(|(name, text)| (name.clone(), text.clone()));
        for (name, text) in changed.chain(built_in).filter(|(name, _)| files::is_template(name)) {
            environment.add_template_owned(name.clone(), text).map_err(|error| self.wrong(&error, &name))?;
        }
        Ok(environment)
    }

    fn words_of(&self, language: Language) -> Result<Words, ThemeError> {
        let name = texts::file_name(language);
        let shown = self.shown(&name);
        let changes = self.changed.get(&name).map(|text| TextFile { shown: &shown, text });
        texts::words(files::built_in(&name).unwrap_or_default(), changes)
    }

    fn language(&self, wanted: Language) -> Option<&ThemeLanguage> {
        self.languages.iter().find(|(language, _)| *language == wanted).map(|(_, parts)| parts)
    }

    /// What a file is called in messages.
    fn shown(&self, name: &str) -> String {
        match &self.folder {
            Some(folder) if self.changed.contains_key(name) => folder.join(name).display().to_string(),
            _ => format!("{name} (built in)"),
        }
    }

    fn wrong(&self, error: &minijinja::Error, template: &str) -> ThemeError {
        let TemplateFault { name, line, what, mend } = TemplateFault::of(error, template);
        ThemeError::Wrong { file: self.shown(&name), line, what, mend: mend.to_owned() }
    }
}

impl Default for Theme {
    fn default() -> Self {
        BUILT_IN.clone()
    }
}

impl PartialEq for Theme {
    fn eq(&self, other: &Self) -> bool {
        self.0.hash == other.0.hash
    }
}

impl Eq for Theme {}

impl fmt::Debug for Theme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Theme").field("folder", &self.0.folder).field("hash", &self.0.hash).finish()
    }
}

/// As the hash of what is not built in: it tells whether pages were made with this theme.
impl Serialize for Theme {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.hash)
    }
}
