//! Asks `git` which posts changed, and what they were before. Runs the program; changes nothing.

use anyhow::{Context, anyhow, bail};
use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// How long `git` may take to answer.
const PATIENCE: Duration = Duration::from_mins(1);

/// Most bytes of an answer: the names of some hundred thousand files.
const MAX_ANSWER: u64 = 64 * 1024 * 1024;

/// Variables by which a hook tells `git` of its own repository, which need not be that of the posts.
const OF_HOOKS: [&str; 6] =
    ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR"];

/// What `git` answered.
struct GitAnswer {
    bytes: Vec<u8>,
    worked: bool,
    why: String,
}

/// A work tree, with a revision that it is compared with.
#[derive(Debug)]
pub(super) struct WorkTree {
    pub(super) root: PathBuf,
    revision: String,
    /// Files that changed since, by their real path, with what each was called then; `None`: it was not there.
    pub(super) changed: BTreeMap<PathBuf, Option<String>>,
}

impl WorkTree {
    /// The folder of the work tree that a folder stands in, by its real path.
    pub(super) fn root_of(folder: &Path) -> anyhow::Result<PathBuf> {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let real = std::fs::canonicalize(folder).with_context(|| format!("--since: {}", folder.display()))?;
        let root = real.ancestors().find(|way| way.join(".git").exists()).map(Path::to_path_buf);
        root.ok_or_else(|| {
            let real = real.display();
            anyhow!("--since: {real} stands in no repository of git; name the posts instead, or run `git init` there")
        })
    }

    /// A work tree, compared with a revision.
    pub(super) fn of(root: PathBuf, revision: &str) -> anyhow::Result<Self> {
        let shown = root.display().to_string();
        let commit = format!("{revision}^{{commit}}");
        let known = ask(&root, &["rev-parse", "--verify", "--quiet", "--end-of-options", &commit])?;
        if !known.worked {
            bail!("--since: `{revision}` is no revision of {shown}; `git log` there names some");
        }
        let revision = String::from_utf8_lossy(&known.bytes).trim().to_owned();
        let mut tree = Self { root, revision, changed: BTreeMap::new() };
        let diff =
            ["diff", "--name-status", "-z", "--find-renames", "--no-ext-diff", "--diff-filter=d", &tree.revision, "--"];
        let diff = demand(&tree.root, &diff)?;
        tree.note_diff(&diff);
        let new = demand(&tree.root, &["ls-files", "-z", "--others", "--exclude-standard"])?;
        for path in new.split(|byte| *byte == 0).filter(|path| !path.is_empty()) {
            tree.note(path, None);
        }
        Ok(tree)
    }

    /// `M NUL path NUL`, `R100 NUL before NUL after NUL`, …
    fn note_diff(&mut self, diff: &[u8]) {
        let mut parts = diff.split(|byte| *byte == 0).filter(|part| !part.is_empty());
        while let (Some(status), Some(path)) = (parts.next(), parts.next()) {
            match status.first() {
                Some(b'R' | b'C') => {
                    let Some(after) = parts.next() else { return };
                    self.note(after, Some(path));
                }
                Some(b'A') => self.note(path, None),
                _ => self.note(path, Some(path)),
            }
        }
    }

    fn note(&mut self, path: &[u8], before: Option<&[u8]>) {
        // A post's path is text; what is not is no post.
        let Ok(path) = std::str::from_utf8(path) else { return };
        let before = before.map(|before| String::from_utf8_lossy(before).into_owned());
        self.changed.insert(self.root.join(path), before);
    }

    /// What a file that changed was before; `None` where it was not there.
    pub(super) fn before(&self, path: &Path) -> anyhow::Result<Option<String>> {
        let Some(Some(name)) = self.changed.get(path) else { return Ok(None) };
        let blob = demand(&self.root, &["show", "--no-textconv", &format!("{}:{name}", self.revision)])?;
        Ok(Some(String::from_utf8_lossy(&blob).into_owned()))
    }
}

fn demand(root: &Path, arguments: &[&str]) -> anyhow::Result<Vec<u8>> {
    let answer = ask(root, arguments)?;
    if !answer.worked {
        let what = arguments.first().copied().unwrap_or_default();
        bail!("`git {what}` failed in {}: {}", root.display(), answer.why);
    }
    Ok(answer.bytes)
}

fn ask(root: &Path, arguments: &[&str]) -> anyhow::Result<GitAnswer> {
    let mut command = Command::new("git");
    command.arg("-C").arg(root).args(arguments);
    command.env("GIT_OPTIONAL_LOCKS", "0").env("GIT_TERMINAL_PROMPT", "0").env("LC_ALL", "C");
    for name in OF_HOOKS {
        command.env_remove(name);
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => anyhow!("--since needs the program `git`, which is not there; install it"),
        _ => anyhow!("--since: `git` cannot be run: {error}"),
    })?;
    let (bytes, why) = (drain(child.stdout.take()), drain(child.stderr.take()));
    let bytes = finished(&mut child, &bytes)?;
    let why = finished(&mut child, &why)?;
    let status = child.wait().context("`git` ended oddly")?;
    if bytes.len() as u64 > MAX_ANSWER {
        bail!("`git` answered with more than {MAX_ANSWER} bytes");
    }
    let why = String::from_utf8_lossy(&why).lines().next().unwrap_or_default().to_owned();
    Ok(GitAnswer { bytes, worked: status.success(), why })
}

/// Reads what a child writes, on a thread of its own, so that neither of its pipes runs full.
fn drain(pipe: Option<impl Read + Send + 'static>) -> mpsc::Receiver<Vec<u8>> {
    let (sender, bytes) = mpsc::channel();
    std::thread::spawn(move || {
        let mut read = Vec::new();
        if let Some(pipe) = pipe {
            // What cannot be read is as good as not written: the child's end tells.
            let _ = pipe.take(MAX_ANSWER + 1).read_to_end(&mut read);
        }
        let _ = sender.send(read);
    });
    bytes
}

fn finished(child: &mut Child, bytes: &mpsc::Receiver<Vec<u8>>) -> anyhow::Result<Vec<u8>> {
    bytes.recv_timeout(PATIENCE).map_err(|_late| {
        // It may have ended just now.
        let _ = child.kill();
        anyhow!("`git` did not answer within {} s", PATIENCE.as_secs())
    })
}
