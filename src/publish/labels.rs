//! The words on pages and in closing lines, per language, in one table.

use super::Language;
use crate::model::Verdict;

/// Words in one language.
#[derive(Debug)]
pub(super) struct Labels {
    pub(super) source: &'static str,
    pub(super) colon: &'static str,
    pub(super) gone_since: &'static str,
    pub(super) gone: &'static str,
    pub(super) archived: &'static str,
    pub(super) moved_to: &'static str,
    pub(super) image_credit: &'static str,
    pub(super) home: &'static str,
    pub(super) tags: &'static str,
    pub(super) sources: &'static str,
    pub(super) editions: &'static str,
    pub(super) status: &'static str,
    pub(super) feeds: &'static str,
    pub(super) older: &'static str,
    pub(super) newer: &'static str,
    pub(super) items: &'static str,
    pub(super) nothing: &'static str,
    pub(super) original: &'static str,
    pub(super) edition: &'static str,
    pub(super) page: &'static str,
    pub(super) skip: &'static str,
    pub(super) inputs: &'static str,
    pub(super) links: &'static str,
    pub(super) to_look_at: &'static str,
    pub(super) cited_by: &'static str,
    pub(super) since: &'static str,
}

const ZH_CN: Labels = Labels {
    source: "来源",
    colon: "：",
    gone_since: "已失效，自",
    gone: "已失效",
    archived: "存档副本",
    moved_to: "已迁至",
    image_credit: "插图",
    home: "首页",
    tags: "标签",
    sources: "来源站点",
    editions: "各期",
    status: "状态",
    feeds: "订阅",
    older: "更早",
    newer: "更新",
    items: "条",
    nothing: "这里暂时没有内容。",
    original: "原文",
    edition: "所属期次",
    page: "第",
    skip: "跳到正文",
    inputs: "输入",
    links: "来源链接",
    to_look_at: "需要留意的链接",
    cited_by: "被引用于",
    since: "自",
};

const EN: Labels = Labels {
    source: "Source",
    colon: ": ",
    gone_since: "gone since",
    gone: "gone",
    archived: "archived copy",
    moved_to: "moved to",
    image_credit: "Image",
    home: "Home",
    tags: "Tags",
    sources: "Sources",
    editions: "Editions",
    status: "Status",
    feeds: "Subscribe",
    older: "Older",
    newer: "Newer",
    items: "items",
    nothing: "Nothing here at present.",
    original: "Original post",
    edition: "Edition",
    page: "Page",
    skip: "Skip to content",
    inputs: "Inputs",
    links: "Source links",
    to_look_at: "Links to look at",
    cited_by: "cited by",
    since: "since",
};

impl Language {
    /// Its words.
    pub(super) fn labels(self) -> &'static Labels {
        match self {
            Self::ZhCn => &ZH_CN,
            Self::En => &EN,
        }
    }

    /// A verdict's word for readers; the others' is that of the feeds.
    pub(super) fn verdict(self, verdict: Verdict) -> &'static str {
        match (self, verdict) {
            (Self::En, verdict) => verdict.as_str(),
            (Self::ZhCn, Verdict::Reachable) => "可访问",
            (Self::ZhCn, Verdict::Moved) => "已迁移",
            (Self::ZhCn, Verdict::Blocked) => "拒绝检查",
            (Self::ZhCn, Verdict::Failing) => "暂时无法访问",
            (Self::ZhCn, Verdict::Gone) => "已失效",
            (Self::ZhCn, Verdict::Refused) => "不予检查",
            (Self::ZhCn, Verdict::Unchecked) => "尚未检查",
        }
    }
}
