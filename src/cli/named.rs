//! Inputs that are named on the command line.

use crate::config::Settings;
use crate::pipeline::{FeedInput, Input};
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
            let feeds = inputs.iter().filter(|input| matches!(input, Input::Feed(_)));
            let likeness = |known: &str| strsim::jaro_winkler(&name.to_lowercase(), &known.to_lowercase());
            let nearest = feeds.map(Input::name).max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
            Err(match nearest.filter(|nearest| likeness(nearest) > ALIKE) {
                Some(nearest) => anyhow!("no input is named `{name}`; the nearest name of a feed is `{nearest}`"),
                None => anyhow!("no input is named `{name}`; `status` tells their names"),
            })
        }
    }
}
