//! The same for the operator, with what is not for the public: where posts are to be mended, when cycles ran and run next.

use super::StatusView;
use super::told::{ToldStatus, grouped};
use crate::model::{Complaint, Place, Severity};
use crate::publish::Error;
use crate::publish::characters::line;
use crate::publish::options::Options;
use crate::publish::pages::{PageView, SiteView, render};
use chrono::{DateTime, Utc};
use serde::Serialize;

/// What the operator sees beside the status.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OperatorView {
    /// Links that are not well, with where posts cite them.
    pub posts: Vec<(String, Vec<Place>)>,
    /// What is wrong in posts and inputs.
    pub complaints: Vec<Complaint>,
    /// How many complaints there are in all.
    pub complaint_count: u64,
    /// The last cycles, the newest first.
    pub cycles: Vec<CycleLine>,
    /// What runs next, the soonest first.
    pub planned: Vec<PlannedRun>,
    /// The nodes that share the store, each with how it is, in a line.
    pub nodes: Vec<(String, String)>,
}

/// A cycle that ran.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CycleLine {
    /// When it began.
    pub began: DateTime<Utc>,
    /// When it ended.
    pub ended: DateTime<Utc>,
    /// Whether nothing could be published.
    pub failed: bool,
    /// What came of it, in a line.
    pub told: String,
}

/// Something that runs next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedRun {
    /// The input; none for a cycle.
    pub input: Option<String>,
    /// When; `None`: at once, or with the next cycle.
    pub at: Option<DateTime<Utc>>,
    /// Why then.
    pub why: String,
}

#[derive(Serialize)]
struct OperatorPage<'a> {
    site: SiteView<'a>,
    /// The way to the public pages.
    root: &'a str,
    status: ToldStatus,
    posts: Vec<PostsView>,
    complaints: Vec<ComplaintView>,
    complaint_count: String,
    cycles: Vec<CycleView>,
    planned: Vec<PlannedView>,
    nodes: Vec<NodeView>,
}

impl PageView for OperatorPage<'_> {
    const TEMPLATE: &'static str = "operator.html";
}

#[derive(Serialize)]
struct PostsView {
    link: String,
    places: Vec<String>,
}

#[derive(Serialize)]
struct ComplaintView {
    place: String,
    is_error: bool,
    message: String,
    mend: String,
}

#[derive(Serialize)]
struct NodeView {
    name: String,
    told: String,
}

#[derive(Serialize)]
struct CycleView {
    began: String,
    took: String,
    failed: bool,
    told: String,
}

#[derive(Serialize)]
struct PlannedView {
    input: Option<String>,
    at: String,
    why: String,
}

/// The operator's page. Its links lead to the public site; it is asked for and never published.
pub fn operator_page(site: &Options, status: &StatusView, operator: &OperatorView) -> Result<Vec<u8>, Error> {
    let root = site.base_url.as_str();
    let posts = operator.posts.iter().map(|(link, places)| PostsView {
        link: line(link),
        places: places.iter().map(|place| line(&place.to_string())).collect(),
    });
    let complaints = operator.complaints.iter().map(|complaint| ComplaintView {
        place: line(&complaint.place.to_string()),
        is_error: complaint.severity == Severity::Error,
        message: line(&complaint.message),
        mend: line(&complaint.help),
    });
    let view = OperatorPage {
        site: SiteView::new(site),
        root,
        status: ToldStatus::new(site, root, status),
        posts: posts.collect(),
        complaints: complaints.collect(),
        complaint_count: grouped(operator.complaint_count),
        cycles: operator.cycles.iter().map(|cycle| CycleView::new(site, cycle)).collect(),
        planned: operator.planned.iter().map(|run| PlannedView::new(site, run)).collect(),
        nodes: operator.nodes.iter().map(|(name, told)| NodeView { name: line(name), told: line(told) }).collect(),
    };
    render(site, &view)
}

fn minute(site: &Options, at: DateTime<Utc>) -> String {
    at.with_timezone(&site.timezone).format("%Y-%m-%d %H:%M").to_string()
}

impl CycleView {
    fn new(site: &Options, cycle: &CycleLine) -> Self {
        let seconds = (cycle.ended - cycle.began).num_seconds().max(0);
        Self {
            began: minute(site, cycle.began),
            took: format!("{}:{:02}", seconds / 60, seconds % 60),
            failed: cycle.failed,
            told: line(&cycle.told),
        }
    }
}

impl PlannedView {
    fn new(site: &Options, run: &PlannedRun) -> Self {
        Self {
            input: run.input.as_deref().map(line),
            at: run.at.map(|at| minute(site, at)).unwrap_or_default(),
            why: line(&run.why),
        }
    }
}
