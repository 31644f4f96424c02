//! `check`: proofreads posts before readers do. Offline by default; with `--online` their links are checked, with `--fix` what is
//! safe to mend is mended.

mod draw;
mod files;
mod format;
mod git;
mod known;
mod mend;
mod online;
mod post;
mod reader;

pub(super) use format::OutputFormat;

use super::args::{Args, Proofreading};
use super::spell::Count;
use super::{USAGE, now, print, print_painted, settings_or_default, warn};
use crate::collect::digest::DigestOptions;
use crate::collect::proof::{self, Level, Neighbours, ProofMark, rules};
use crate::config::{self, Environment, Settings};
use crate::model::{Complaint, LinkKey};
use crate::net;
use crate::pipeline::{DigestInput, Input};
use crate::verify::{CheckOptions, Policy};
use anyhow::anyhow;
use chrono::{DateTime, Utc};
use files::{InputFiles, PostTask, PostTasks};
use known::Remembered;
use online::{LinkOptions, Verdicts};
use post::{CheckedPost, Surroundings};
use reader::StoreReader;
use std::collections::BTreeSet;
use std::num::NonZeroUsize;

/// Something is wrong.
const NOT_WELL: u8 = 1;

/// What is known of the inputs whose posts are looked at.
struct Desk {
    inputs: Vec<InputFiles>,
    /// Beside each input, what is known of its posts.
    neighbours: Vec<Neighbours>,
    /// What a file of no input is looked at with.
    default: DigestOptions,
    nobody: Neighbours,
    tags: Vec<String>,
    now: DateTime<Utc>,
}

/// Looks at posts and tells what is wrong with them.
pub(super) async fn run(args: &Args, check: &Proofreading, environment: &Environment) -> anyhow::Result<u8> {
    let settings = match settings_or_default(args, environment) {
        Ok(settings) => settings,
        Err(error) => return Ok(refused(&error.into())),
    };
    if settings.is_none() && check.files.is_empty() {
        return Ok(refused(&config::Error::Missing.into()));
    }
    if check.online && args.offline {
        return Ok(refused(&anyhow!("--online and --offline contradict each other; leave one of them out")));
    }
    let inputs = settings.iter().flat_map(|settings| &settings.cycle.inputs).filter_map(digest).cloned();
    let (inputs, complaints) = files::list(inputs.collect());
    let mut tasks = match files::choose(check, &inputs) {
        Ok(tasks) => tasks,
        Err(error) => return Ok(refused(&error)),
    };
    // What the walk of all inputs met is told where all are looked at.
    if check.files.is_empty() {
        tasks.complaints.splice(0..0, complaints);
    }
    let mut store = StoreReader::open(settings.as_ref().map(|settings| settings.store_url.clone())).await;
    let desk = Desk::set(settings.as_ref(), inputs, &tasks, &mut store).await;
    let mut posts = desk.look_at_all(&tasks.tasks, check.fix);
    if check.online {
        let options = links(settings.as_ref());
        desk.check_links(&mut posts, &tasks, check, (&options, &mut store)).await?;
    }
    let mut mended = (0, 0);
    for post in &mut posts {
        match mend::write(post) {
            Ok(()) if post.mended > 0 => mended = (mended.0 + post.mended, mended.1 + 1),
            Ok(()) => {}
            Err(error) => post.marks.push(not_mended(post, &error)),
        }
    }
    let trouble = |complaint| ProofMark::of_complaint(rules::UNREADABLE, complaint);
    let troubles = tasks.complaints.into_iter().map(trouble);
    posts.splice(0..0, troubles.map(CheckedPost::of_trouble));
    tell(args, check, environment, &posts, mended)?;
    Ok(code(&posts, check.strict || args.strict))
}

/// Tells why nothing can be looked at.
fn refused(error: &anyhow::Error) -> u8 {
    warn(error);
    USAGE
}

fn digest(input: &Input) -> Option<&DigestInput> {
    match input {
        Input::Digest(input) => Some(input),
        Input::Feed(_) => None,
    }
}

fn links(settings: Option<&Settings>) -> LinkOptions {
    match settings {
        Some(settings) => LinkOptions {
            net: settings.cycle.net.clone(),
            check: settings.cycle.verify.check.clone(),
            policy: settings.cycle.verify.policy.clone(),
        },
        None => LinkOptions { net: net::Options::default(), check: CheckOptions::default(), policy: Policy::default() },
    }
}

fn not_mended(post: &CheckedPost, error: &anyhow::Error) -> ProofMark {
    let place = crate::model::Place::file(&post.path);
    let why = error.chain().map(ToString::to_string).collect::<Vec<_>>().join(": ");
    let why = why.strip_prefix(&format!("{}: ", post.path)).unwrap_or(&why).to_owned();
    let complaint = Complaint::error(place, why, "mend it by hand, or let wellsourced write the file");
    ProofMark::of_complaint(rules::UNREADABLE, complaint)
}

impl Desk {
    /// Gathers what is known of the posts of the inputs that have a task.
    async fn set(
        settings: Option<&Settings>,
        inputs: Vec<InputFiles>,
        tasks: &PostTasks,
        store: &mut StoreReader,
    ) -> Self {
        let used: BTreeSet<usize> = tasks.tasks.iter().flat_map(|task| &task.inputs).map(|(index, _)| *index).collect();
        let mut neighbours = Vec::with_capacity(inputs.len());
        for (index, of) in inputs.iter().enumerate() {
            if !used.contains(&index) {
                neighbours.push(Neighbours::default());
                continue;
            }
            let remembered = store.ask(async |store| Remembered::of(store, &of.input.name).await).await;
            let names = tasks.tasks.iter().flat_map(|task| &task.inputs);
            let names = names.filter(|(of, _)| *of == index).map(|(_, name)| name.as_str()).collect();
            neighbours.push(known::neighbours(of, remembered, &names));
        }
        let aliases = inputs.first().map(|of| of.input.digest.aliases.clone()).unwrap_or_default();
        let mut tags: Vec<String> = aliases.into_iter().flat_map(|(alias, name)| [alias, name]).collect();
        tags.extend(settings.into_iter().flat_map(|settings| settings.cycle.slugs.keys().cloned()));
        tags.extend(inputs.iter().flat_map(|of| of.input.digest.tags.iter().cloned()));
        let mut default = DigestOptions::default();
        if let Some(settings) = settings {
            default.timezone = settings.cycle.publish.timezone;
        }
        Self { inputs, neighbours, default, nobody: Neighbours::default(), tags, now: now() }
    }

    /// The inputs of which a file may be a post.
    fn arounds<'a>(&'a self, task: &'a PostTask) -> Vec<Surroundings<'a>> {
        let around = |digest, neighbours, known_as| Surroundings {
            digest,
            neighbours,
            known_as,
            tags: &self.tags,
            now: self.now,
        };
        let of = |(index, name): &'a (usize, String)| {
            Some(around(&self.inputs.get(*index)?.input.digest, self.neighbours.get(*index)?, name.as_str()))
        };
        let found: Vec<Surroundings<'_>> = task.inputs.iter().filter_map(of).collect();
        if found.is_empty() { vec![around(&self.default, &self.nobody, &task.path)] } else { found }
    }

    /// Looks at posts on all processors; they stay in their order.
    fn look_at_all(&self, tasks: &[PostTask], is_mended: bool) -> Vec<CheckedPost> {
        let threads = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let look = |task: &PostTask| post::look(task, &self.arounds(task), is_mended);
        std::thread::scope(|scope| {
            let parts: Vec<_> = tasks
                .chunks(tasks.len().div_ceil(threads).max(1))
                .map(|part| (part, scope.spawn(move || part.iter().map(look).collect::<Vec<_>>())))
                .collect();
            // A post that our own fault ended is looked at again here, where the fault is told.
            let again = |part: &[PostTask]| part.iter().map(look).collect();
            parts.into_iter().flat_map(|(part, looked)| looked.join().unwrap_or_else(|_fault| again(part))).collect()
        })
    }

    /// Checks the links of posts: with `--since` those that they add.
    async fn check_links(
        &self,
        posts: &mut [CheckedPost],
        tasks: &PostTasks,
        check: &Proofreading,
        (options, store): (&LinkOptions, &mut StoreReader),
    ) -> anyhow::Result<()> {
        let mut urls = Vec::new();
        for (post, task) in posts.iter().zip(&tasks.tasks) {
            let around = self.arounds(task);
            let base = around.get(post.around).and_then(|around| around.digest.base_url.as_ref());
            let of = |text: &str| proof::links(&post.path, text, base).into_iter().map(|link| link.url);
            let before = match &check.since {
                Some(_) => files::before(&tasks.trees, &post.path)?,
                None => None,
            };
            let known: BTreeSet<LinkKey> =
                before.iter().flat_map(|text| of(text)).filter_map(|url| LinkKey::of(&url)).collect();
            urls.extend(of(&post.text).filter(|url| LinkKey::of(url).is_some_and(|key| !known.contains(&key))));
        }
        let verdicts: Verdicts = online::check(urls, options, store, self.now).await?;
        for (post, task) in posts.iter_mut().zip(&tasks.tasks) {
            let arounds = self.arounds(task);
            let Some(around) = arounds.get(post.around).filter(|_| !post.text.is_empty()) else { continue };
            post.proofread(around, Some(&verdicts));
            if check.fix {
                post.mend(around, Some(&verdicts));
            }
        }
        Ok(())
    }
}

fn code(posts: &[CheckedPost], is_strict: bool) -> u8 {
    let worst = posts.iter().flat_map(|post| &post.marks).map(|mark| mark.level).max();
    match worst {
        Some(Level::Error) => NOT_WELL,
        Some(Level::Warning) if is_strict => NOT_WELL,
        _ => 0,
    }
}

/// Tells what is wrong, in the form that is asked for. `mended` are how many mistakes, in how many posts.
fn tell(
    args: &Args,
    check: &Proofreading,
    environment: &Environment,
    posts: &[CheckedPost],
    mended: (usize, usize),
) -> anyhow::Result<()> {
    let marks = || posts.iter().flat_map(|post| post.marks.iter().map(move |mark| (post, mark)));
    let format = if args.json && check.format == OutputFormat::Text { OutputFormat::Json } else { check.format };
    match format {
        OutputFormat::Sarif => print(&serde_json::to_string_pretty(&format::sarif(marks().map(|(_, mark)| mark)))?),
        OutputFormat::Json => marks().try_for_each(|(_, mark)| print(&format::json(mark).to_string())),
        OutputFormat::Github => marks().try_for_each(|(_, mark)| print(&format::github(mark))),
        OutputFormat::Text => {
            let mut text: String = marks().map(|(post, mark)| draw::mark(mark, &post.text)).collect();
            if !args.quiet {
                text.push_str(&total(posts, mended));
            }
            let text = text.trim_end();
            match text.is_empty() {
                true => Ok(()),
                false if args.color.on_stdout(environment.no_color) => print_painted(text),
                false => print(text),
            }
        }
    }
}

/// How much there is, in a sentence.
fn total(posts: &[CheckedPost], (mended, in_posts): (usize, usize)) -> String {
    let count = |level| posts.iter().flat_map(|post| &post.marks).filter(|mark| mark.level == level).count();
    let (errors, warnings) = (Count(count(Level::Error), "error"), Count(count(Level::Warning), "warning"));
    let looked = posts.iter().filter(|post| !post.is_trouble()).count();
    let did = format!("Mended {} in {}.\n", Count(mended, "mistake"), Count(in_posts, "post"));
    let did = if mended > 0 { did.as_str() } else { "" };
    let notes = Some(count(Level::Note)).filter(|notes| *notes > 0);
    let notes = notes.map(|notes| format!(", {}", Count(notes, "note"))).unwrap_or_default();
    format!("{did}Checked {}: {errors}, {warnings}{notes}.\n", Count(looked, "post"))
}
