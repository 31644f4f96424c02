//! Writes a made-up digest of any size, for benchmarks: `generate_posts DIR COUNT [--seed N]`.
//!
//! One post a day with three items each, in the later form of real posts; 500 tags and 300 hosts, chosen as unevenly as
//! in life (Zipf). The same arguments give the same bytes. Days count from 1995, so that 10,000 posts
//! still lie in the past.

use anyhow::{Context, bail};
use chrono::{Days, NaiveDate};
use std::fmt::Write as _;
use std::path::PathBuf;

const TAGS: usize = 500;
const HOSTS: usize = 300;
const WORDS: [&str; 48] = [
    "内核",
    "补丁",
    "维护者",
    "发行版",
    "合并窗口",
    "编译器",
    "调度器",
    "文件系统",
    "驱动程序",
    "许可证",
    "社区",
    "贡献者",
    "漏洞",
    "安全",
    "更新",
    "测试版",
    "稳定版",
    "性能",
    "内存",
    "处理器",
    "显卡",
    "芯片",
    "模型",
    "训练",
    "推理",
    "参数",
    "论文",
    "浏览器",
    "标准",
    "协议",
    "加密",
    "证书",
    "数据库",
    "索引",
    "容器",
    "虚拟机",
    "云服务",
    "订阅",
    "邮件列表",
    "会议",
    "路线图",
    "接口",
    "文档",
    "翻译",
    "打包",
    "仓库",
    "镜像站",
    "志愿者",
];
const JOINTS: [&str; 12] = [
    "宣布了",
    "改进了",
    "放弃了",
    "讨论了",
    "依赖于",
    "推迟了",
    "以及",
    "终于支持",
    "重新设计了",
    "公开了",
    "比不上",
    "带来了",
];

/// `SplitMix64`: small, and the same on every machine.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit.max(1) as u64).unwrap_or(0)
    }

    fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of.get(self.below(of.len())).copied().unwrap_or_default()
    }

    /// An index whose odds fall as 1/(n+1): the halves of the range are drawn until one ends.
    fn zipf(&mut self, limit: usize) -> usize {
        let steps = usize::BITS - limit.leading_zeros();
        let reach = 1usize << self.below(steps as usize + 1);
        (reach - 1 + self.below(reach)).min(limit - 1 - self.below(limit / 8))
    }
}

fn tag(index: usize) -> String {
    let known = ["AI", "开源", "Linux", "X.Org", "芯片", "安全", "Rust", "Python", "谷歌", "微软"];
    known.get(index).map_or_else(|| format!("{}{index}", WORDS[index % WORDS.len()]), |&name| name.to_owned())
}

fn sentence(dice: &mut Dice) -> String {
    let mut text = String::new();
    for part in 0..3 + dice.below(4) {
        if part > 0 {
            text.push_str(dice.pick(&["，", "，", "、"]));
        }
        let _ = write!(text, "{}{}{}", dice.pick(&WORDS), dice.pick(&JOINTS), dice.pick(&WORDS));
    }
    text.push('。');
    text
}

fn item(dice: &mut Dice, title: &str, tag: &str, serial: usize, place: usize) -> String {
    let mut text = String::new();
    let _ = write!(text, "\n![](/data/{serial:06}-{place}.jpg)\n\n\n### {title}\n\n\n与 {tag} 有关：");
    for _ in 0..2 + dice.below(4) {
        text.push_str(&sentence(dice));
    }
    let host = dice.zipf(HOSTS);
    let _ = write!(
        text,
        "\n\n\n\n> \n> **[消息来源：站点 {host}](https://site{host}.example/news/{serial}/{place})**\n> \n> \n> \n\n\n\n> \n> 编者点评：{}\n> \n> \n> \n\n",
        sentence(dice)
    );
    text
}

fn post(dice: &mut Dice, serial: usize, day: NaiveDate) -> String {
    let mut tags: Vec<String> = Vec::new();
    while tags.len() < 3 {
        let tag = tag(dice.zipf(TAGS));
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    let titles: Vec<String> = tags
        .iter()
        .map(|tag| format!("{tag} {}{}{}", dice.pick(&WORDS), dice.pick(&JOINTS), dice.pick(&WORDS)))
        .collect();
    let mut text = String::new();
    let headline = titles.first().map_or("", String::as_str);
    let _ = write!(
        text,
        "---\nauthor: 生成器\ncategory: 试验观察\ncomments_data: []\ndate: '{day} 20:{:02}:{:02}'\nlargepic: /data/{serial:06}.jpg\npermalink: /post-{serial}.html\ntags:\n",
        dice.below(60),
        dice.below(60),
    );
    for tag in &tags {
        let _ = writeln!(text, "- {tag}");
    }
    let _ = write!(text, "title: '试验观察 #{serial} {headline}'\n---\n\n![](/data/{serial:06}.jpg)\n\n");
    for (place, (title, tag)) in titles.iter().zip(&tags).enumerate() {
        text.push_str(&item(dice, title, tag, serial, place));
    }
    text
}

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (Some(folder), Some(count)) = (arguments.next().map(PathBuf::from), arguments.next()) else {
        bail!("usage: generate_posts DIR COUNT [--seed N]");
    };
    let count: usize = count.parse().with_context(|| format!("COUNT is `{count}`, not a number"))?;
    let seed = match (arguments.next().as_deref(), arguments.next()) {
        (Some("--seed"), Some(seed)) => seed.parse().with_context(|| format!("the seed is `{seed}`, not a number"))?,
        (None, _) => 1,
        (other, _) => bail!("`{}` is not understood", other.unwrap_or_default()),
    };
    let first = NaiveDate::from_ymd_opt(1995, 1, 1).context("a date")?;
    for serial in 1..=count {
        let day = first.checked_add_days(Days::new(serial as u64 - 1)).context("too many posts for the calendar")?;
        // Seeded for each post, so that a larger digest begins with the smaller one.
        let mut dice = Dice(seed ^ (serial as u64).wrapping_mul(0xa076_1d64_78bd_642f));
        let year = folder.join(day.format("%Y").to_string());
        std::fs::create_dir_all(&year).with_context(|| format!("cannot create {}", year.display()))?;
        let path = year.join(format!("{day}.md"));
        #[expect(clippy::disallowed_methods, reason = "an example that writes posts, not the program that publishes")]
        std::fs::write(&path, post(&mut dice, serial, day))
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}
