//! Inputs that are named on the command line.

use crate::config::Settings;
use crate::pipeline::{DigestInput, FeedInput, Input};
use anyhow::anyhow;

/// Names at least as alike as this are told to whoever mistyped one.
const ALIKE: f64 = 0.7;

/// The configured feed of a name; else why there is none, with the nearest name.
pub(super) fn feed<'s>(settings: &'s Settings, name: &str) -> anyhow::Result<&'s FeedInput> {
    let inputs = &settings.cycle.inputs;
    match inputs.iter().find(|input| input.name() == name) {
        Some(Input::Feed(feed)) => Ok(feed),
        Some(Input::Digest(_)) => {
            Err(anyhow!("`{name}` is a digest, no feed: its posts are read as they stand, in each cycle"))
        }
        None => {
            let feeds = inputs.iter().filter(|input| matches!(input, Input::Feed(_))).map(Input::name);
            Err(match nearest(feeds, name) {
                Some(nearest) => anyhow!("no input is named `{name}`; the nearest name of a feed is `{nearest}`"),
                None => anyhow!("no input is named `{name}`; `status` tells their names"),
            })
        }
    }
}

/// The configured digest of a name; without a name the only one there is. Else why there is none, with the names.
pub(super) fn digest<'s>(settings: &'s Settings, name: Option<&str>) -> anyhow::Result<&'s DigestInput> {
    let digests: Vec<&DigestInput> = settings
        .cycle
        .inputs
        .iter()
        .filter_map(|input| match input {
            Input::Digest(digest) => Some(digest),
            Input::Feed(_) => None,
        })
        .collect();
    let names = || digests.iter().map(|digest| format!("`{}`", digest.name)).collect::<Vec<_>>().join(", ");
    match (name, digests.as_slice()) {
        (_, []) => Err(anyhow!(
            "no input of the configuration is a digest, whose posts one could write: `[[inputs]]` with `digest = \"FOLDER\"` makes one"
        )),
        (None, [digest]) => Ok(digest),
        (None, _) => Err(anyhow!("there are several digests; name one of them: {}", names())),
        (Some(name), _) => digests.iter().find(|digest| digest.name == name).copied().ok_or_else(|| {
            match nearest(digests.iter().map(|digest| digest.name.as_str()), name) {
                Some(nearest) => anyhow!("no digest is named `{name}`; the nearest name is `{nearest}`"),
                None => anyhow!("no digest is named `{name}`; there is {}", names()),
            }
        }),
    }
}

/// The name that is most like a mistyped one.
fn nearest<'n>(names: impl Iterator<Item = &'n str>, name: &str) -> Option<&'n str> {
    let likeness = |known: &str| strsim::jaro_winkler(&name.to_lowercase(), &known.to_lowercase());
    names.max_by(|a, b| likeness(a).total_cmp(&likeness(b))).filter(|nearest| likeness(nearest) > ALIKE)
}
