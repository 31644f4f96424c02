//! The words of pages and labels in each language: one table, so that a missing translation does not compile.

use super::options::Language;
use crate::model::Verdict;

/// Labels in one language.
#[derive(Debug)]
pub(super) struct Words {
    pub(super) source: &'static str,
    pub(super) colon: &'static str,
    pub(super) open: &'static str,
    pub(super) close: &'static str,
    pub(super) comma: &'static str,
    pub(super) illustration: &'static str,
    pub(super) moved_to: &'static str,
    pub(super) archived: &'static str,
    pub(super) verdicts: [&'static str; 7],
    pub(super) since: fn(&str, &str) -> String,
    pub(super) combined_subtitle: &'static str,
    pub(super) tag: &'static str,
    pub(super) source_host: &'static str,
    pub(super) editions: &'static str,
    pub(super) tags: &'static str,
    pub(super) sources: &'static str,
    pub(super) status: &'static str,
    pub(super) subscribe: &'static str,
    pub(super) subscribe_all: &'static str,
    pub(super) original: &'static str,
    pub(super) pages: &'static str,
    pub(super) newer: &'static str,
    pub(super) older: &'static str,
    pub(super) page: fn(u32) -> String,
    pub(super) items: fn(u64) -> String,
    pub(super) edition_count: fn(u64) -> String,
    pub(super) skip: &'static str,
    pub(super) empty: &'static str,
    pub(super) inputs: &'static str,
    pub(super) links: &'static str,
    pub(super) troubled: &'static str,
    pub(super) no_trouble: &'static str,
    pub(super) name: &'static str,
    pub(super) number_of_items: &'static str,
    pub(super) number_of_editions: &'static str,
    pub(super) verdict: &'static str,
    pub(super) number_of_links: &'static str,
    pub(super) evidence: &'static str,
    pub(super) cited_in: &'static str,
    pub(super) refusal: fn(u16) -> (&'static str, &'static str),
}

impl Words {
    /// The words of a language.
    pub(super) fn of(language: Language) -> &'static Self {
        match language {
            Language::ZhCn => &ZH_CN,
            Language::En => &EN,
        }
    }

    /// A verdict in words.
    pub(super) fn verdict(&self, verdict: Verdict) -> &'static str {
        let [reachable, moved, blocked, failing, gone, refused, unchecked] = self.verdicts;
        match verdict {
            Verdict::Reachable => reachable,
            Verdict::Moved => moved,
            Verdict::Blocked => blocked,
            Verdict::Failing => failing,
            Verdict::Gone => gone,
            Verdict::Refused => refused,
            Verdict::Unchecked => unchecked,
        }
    }
}

static ZH_CN: Words = Words {
    source: "来源",
    colon: "：",
    open: "（",
    close: "）",
    comma: "，",
    illustration: "插图",
    moved_to: "已迁至",
    archived: "存档副本",
    verdicts: ["可访问", "已迁移", "拒绝自动检查", "暂时无法访问", "已失效", "不予检查", "尚未检查"],
    since: |date, verdict| format!("自 {date} 起{verdict}"),
    combined_subtitle: "全部条目，来源均经检查",
    tag: "标签",
    source_host: "来源",
    editions: "各期",
    tags: "标签",
    sources: "来源",
    status: "状态",
    subscribe: "订阅",
    subscribe_all: "全部订阅（OPML）",
    original: "原文",
    pages: "翻页",
    newer: "较新",
    older: "较早",
    page: |n| format!("第 {n} 页"),
    items: |n| format!("共 {n} 条"),
    edition_count: |n| format!("共 {n} 期"),
    skip: "跳到正文",
    empty: "目前没有条目。",
    inputs: "输入",
    links: "链接",
    troubled: "有问题的链接",
    no_trouble: "没有有问题的链接。",
    name: "名称",
    number_of_items: "条目数",
    number_of_editions: "期数",
    verdict: "结论",
    number_of_links: "链接数",
    evidence: "依据",
    cited_in: "引用于",
    refusal: |status| match status {
        404 => ("找不到", "这里没有内容：地址可能有误，或条目已经离开。"),
        405 => ("不支持此方法", "这里只能读取（GET 和 HEAD）。"),
        406 => ("没有合适的格式", "此处没有所要的格式；请改用 Atom、RSS、JSON Feed 或网页。"),
        410 => ("已停止提供", "这里曾经发布的内容已由本站撤下，请不要再订阅。"),
        503 => ("稍候", "此文件正在更新，请稍后再试。"),
        _ => ("无效的请求", "无法理解此请求。"),
    },
};

static EN: Words = Words {
    source: "Source",
    colon: ": ",
    open: " (",
    close: ")",
    comma: ", ",
    illustration: "Illustration",
    moved_to: "moved to",
    archived: "archived copy",
    verdicts: [
        "reachable",
        "moved",
        "closed to automated checks",
        "failing",
        "gone",
        "not checked by policy",
        "unchecked",
    ],
    since: |date, verdict| format!("{verdict} since {date}"),
    combined_subtitle: "All items, every source checked",
    tag: "tag",
    source_host: "source",
    editions: "Editions",
    tags: "Tags",
    sources: "Sources",
    status: "Status",
    subscribe: "Subscribe",
    subscribe_all: "All subscriptions (OPML)",
    original: "Original post",
    pages: "Pages",
    newer: "Newer",
    older: "Older",
    page: |n| format!("Page {n}"),
    items: |n| if n == 1 { "1 item".to_owned() } else { format!("{n} items") },
    edition_count: |n| if n == 1 { "1 edition".to_owned() } else { format!("{n} editions") },
    skip: "Skip to content",
    empty: "There are no items at present.",
    inputs: "Inputs",
    links: "Links",
    troubled: "Links in trouble",
    no_trouble: "No link is in trouble.",
    name: "Name",
    number_of_items: "Items",
    number_of_editions: "Editions",
    verdict: "Verdict",
    number_of_links: "Links",
    evidence: "Evidence",
    cited_in: "Cited in",
    refusal: |status| match status {
        404 => ("Not found", "There is nothing here: the address may be wrong, or the item has left."),
        405 => ("Method not allowed", "This can only be read (GET and HEAD)."),
        406 => {
            ("No such format", "It is not to be had in the format asked for; take Atom, RSS, JSON Feed or the page.")
        }
        410 => ("Gone", "What was published here was withdrawn for good; please unsubscribe."),
        503 => ("One moment", "This file is being renewed; please try again."),
        _ => ("Bad request", "The request could not be understood."),
    },
};
