// What the sites of these tests say: posts in Chinese and English of real length, with everything that strains a page, and feeds.
// Pure: values in, text out. `at(host, path)` makes an address on our own server.

const ZH = [
    ['Debian 13 冻结在即，安装器终于默认开启 zram', '发行团队宣布本周日进入硬冻结，此后只接受修复发布关键缺陷的更新。安装器在内存不足两吉字节的机器上会默认启用 zram，并在安装结束时提示用户如何关闭。维护者说，过去三年里收到的求助有四成与老机器的交换分区有关，“与其写更长的文档，不如让默认值就是对的”。这一版还移除了 i386 的安装镜像，仍在使用三十二位机器的人需要留在上一版。', '默认值是最好的文档，可惜改默认值比写文档难得多。'],
    ['一行日志拖垮整个机房：复盘一次两小时的故障', '事故报告写得很坦率：凌晨三点，一个常年运行的批处理任务开始把调试日志写到网络盘，写满之后客户端不断重试，重试又产生新的日志。值班工程师花了四十分钟才意识到监控图上的尖峰不是流量，而是监控系统自己。报告最后列出了七条改进，其中第一条是“任何重试都要有上限，并且上限要有人看得见”。', '看得见的上限，才是上限。'],
    ['Unicode 17 收录七千个汉字，地名用字第一次补齐', '新版标准在扩展区增加了 7,046 个字，绝大多数来自地名、姓氏和古籍整理。负责提案的学者用了十一年时间走访县志和户籍档案，其中三百多个字只出现在一两个村名里。字体厂商表示，完整支持要等到明年春天；在此之前，页面上仍可能看到方框。', '一个字只有一个村子用，也是一个字。'],
    ['浏览器厂商同意逐步停用第三方脚本的同步加载', '在上周的工作组会议上，三家引擎的代表就时间表达成一致：先在开发者工具中警告，半年后对跨站的同步脚本加上 200 毫秒的预算，一年后默认延迟执行。反对意见主要来自广告行业。会议纪要显示，参与者反复引用的一个数字是：移动端页面首次可交互时间的中位数里，有三成花在等待别人的服务器上。', '把别人的慢算在自己头上，这样的日子也该过去了。'],
    ['小语言模型跑进了电饭煲，这回真不是玩笑', '一家家电厂商公开了它的固件：一个一千二百万参数的模型，量化到四位，跑在主频 240 MHz 的单片机上，用来把“今天想吃软一点”这样的话变成火候曲线。工程师在文中说，最难的不是模型，而是让厨房里的油烟机声不被听成命令。代码以 Apache 2.0 许可证发布，训练数据没有公开。', '软一点的饭，硬一点的工程。'],
    ['内核维护者请辞：“我想把周末还给家里”', '维护了十四年无线驱动的开发者在邮件列表上宣布退出，没有争吵，也没有控诉，只说自己算了一笔账：每周十六小时，没有一小时有人付钱。邮件发出后两天里，三家公司表示愿意雇人接手。社区讨论的焦点很快从挽留转向一个老问题——为什么总要等到人走了，钱才会来。', '开源最稀缺的从来不是代码，而是有人愿意在星期天看代码。'],
];
const EN = [
    ['A forty-year-old floating-point bug is found by a student reading the manual', 'The routine had been translated from FORTRAN to C to Go without anybody asking why it subtracted a number from itself. A second-year student, told to document the function, tried the example of the manual and got a result that was off in the seventh digit. The fix is one line; the discussion about who depends on the wrong answer has reached its third page.', 'Documentation is a debugger that runs slowly.'],
    ['Mail servers quietly agree to stop guessing encodings', 'Four of the largest operators published a joint note: from March on, a message that does not say how it is encoded is taken for UTF-8, and nothing else is tried. Archives will keep their guesses. The authors estimate that one message in nine thousand will look worse than it does today, and that nobody has been able to explain the heuristics since 2011 anyway.', 'The best heuristic is the one that can be deleted.'],
    ['The archive of a small-town paper is online, typos and all', 'Volunteers photographed and transcribed a hundred and twelve years of a weekly that never sold more than nine hundred copies. Nothing was corrected. A historian of prices says the classified advertisements alone are worth the eleven thousand hours; a linguist has already found a verb that no dictionary has.', 'Nine hundred readers, and now the rest of us.'],
    ['Why your laptop is slower on Tuesdays', 'It is not the moon. A vendor’s updater wakes up once a week, asks a server for a list, fails to parse it, and retries with a back-off that was meant to be in seconds but is in frames. The author found it with nothing but a power meter, a calendar and patience, and tells the story in the order in which he was wrong.', 'Measure first; be wrong in order.'],
];
const NOISE = 'DonaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaftPneumonoultramicroscopicsilicovolcanoconiosis';

/** Pieces that strain a layout; each item has one of them behind its text. */
const STRAINS = [
    (at) => `![一张宽图：机房里的旧机柜](${at('pictures', '/wide-1600x900.png')})\n\n图片后面还有一句话。`,
    () => '| 版本 | 发布日 | 支持到 | 默认编译器 | 镜像大小 | 备注 |\n| :--- | :---: | ---: | :--- | ---: | --- |\n| 11 bullseye | 2021-08-14 | 2026-08-31 | GCC 10.2 | 378 MB | 最后一个支持旧 BIOS 引导菜单的版本 |\n| 12 bookworm | 2023-06-10 | 2028-06-30 | GCC 12.2 | 628 MB | 非自由固件进入镜像 |\n| 13 trixie | 2025-08-09 | 2030-06-30 | GCC 14.2 | 702 MB | 移除 i386 安装镜像 |',
    () => '```c\nstatic int __attribute__((always_inline)) very_long_function_name_that_goes_on(struct wellsourced_context *context, const char *restrict source, size_t length, unsigned flags) { return context->operations->dispatch(context, source, length, flags | WELLSOURCED_FLAG_DO_NOT_WRAP); }\nint main(void) { return 0; }\n```',
    () => `一个不能断开的词：${NOISE}${NOISE}，以及行内的 \`${NOISE}\`。`,
    (at) => `长地址：${at('reachable', `/a/${'very-long-segment-of-a-path/'.repeat(8)}index.html?${'parameter=value&'.repeat(12)}end=1`)} 之后继续。`,
    () => '这里有一个注[^1]，后面还有一个[^two]。\n\n[^1]: 注文一，带一个 [链接](https://example.org/note)。\n[^two]: 注文二，\n    两行。',
    (at) => `- 第一点\n  - 第二层\n    1. 第三层，数一\n    2. 数二\n- 带图的一点 ![小图](${at('pictures', '/small-64x64.png')})\n\n> 正文里的引文，不是点评。\n>\n> > 引文里的引文。`,
    (at) => `![](/images/tall-600x1400.png)\n\n<ruby>漢<rt>hàn</rt>字<rt>zì</rt></ruby>，<kbd>Ctrl</kbd>+<kbd>C</kbd>，H<sub>2</sub>O，<del>旧</del><ins>新</ins>，<audio src="${at('pictures', '/episode.mp3')}" controls></audio>`,
    () => '#### 条目里的小标题\n\n小标题下面的一段。\n\n##### 再小一级\n\n再一段，末尾没有句号',
    () => '',
];

/** Hosts by the verdict that their links come to. */
export const BY_VERDICT = ['reachable', 'reachable', 'reachable', 'moved', 'reachable', 'blocked', 'reachable', 'failing', 'gone', 'replaced', 'reachable'];

const day = (now, ago) => new Date(now - ago * 86_400_000).toISOString().slice(0, 10);

/** One post of a digest: `{path, text}`. */
function post({ at, number, date, hour, language, items, tags, cover }) {
    const texts = language === 'en' ? EN : ZH;
    const [label, remark, name] = language === 'en' ? ['Source: ', '', 'Daily Watch'] : ['消息来源：', '编者点评：', '每日观察'];
    const bodies = [];
    for (let n = 0; n < items; n += 1) {
        const seed = number * 7 + n;
        // Now and then an item in the other language.
        const [title, text, said] = seed % 9 === 8 ? (language === 'en' ? ZH : EN)[seed % 4] : texts[seed % texts.length];
        const strain = STRAINS[seed % STRAINS.length](at);
        const verdict = BY_VERDICT[seed % BY_VERDICT.length];
        const source = verdict === 'refused' ? 'http://10.11.12.13/private' : at(verdict, `/${number}/${n}/story.html`);
        const second = seed % 6 === 0 ? `\n\n> **[${label}${at(`site${seed % 40}`, '/')}](${at(`site${seed % 40}`, `/${number}/second`)})**` : '';
        bodies.push(
            `### ${title}（${number}.${n + 1}）\n\n${text}标签有 ${tags[seed % tags.length]} 等。\n\n${strain}\n\n` +
                (seed % 13 === 5 ? '' : `> **[${label}${verdict} 新闻社](${source})**${second}\n\n`) +
                (seed % 5 === 4 ? '' : `> ${remark}${said}\n`),
        );
    }
    const own = tags.filter((_, n) => n % 3 === number % 3).slice(0, 12);
    const head = [
        `title: '${name} #${number} ${texts[number % texts.length][0].replaceAll("'", '’')}'`,
        `date: '${date} ${hour}:00:00'`, `author: ${language === 'en' ? 'Jo Field' : '小满'}`,
        `tags: [${own.map((tag) => JSON.stringify(tag)).join(', ')}]`,
        ...(cover ? [`largepic: ${cover}`] : []),
    ];
    const picture = cover ? `![](${cover})\n\n` : '';
    return { path: `${date}-${number}.md`, text: `---\n${head.join('\n')}\n---\n\n${picture}${bodies.join('\n')}` };
}

/** A digest: one edition on most days, three on some, with so many tags. */
export function digest({ at, now, language, editions, tags, threeADay }) {
    const names = Array.from({ length: tags }, (_, n) => ['AI', '开源', 'Linux', 'C++', '安全', 'Rust', '浏览器'][n] ?? `标签 ${n} ${'甲乙丙丁戊己庚辛壬癸'[n % 10]}`);
    const posts = [];
    for (let number = editions, ago = 1; number >= 1; ago += 1) {
        const today = threeADay && ago % 4 === 1 ? ['20', '14', '08'] : ['20'];
        for (const hour of today) {
            if (number < 1) break;
            // Each edition uses some of the tags, so that hundreds of them are in use.
            const some = names.slice(0, 3).concat(names.filter((_, n) => n >= 3 && n % editions === number - 1));
            const cover = number % 3 === 0 ? at('pictures', '/cover-1200x630.png') : null;
            posts.push(post({ at, number, date: day(now, ago), hour, language, items: 2 + (number % 2), tags: some, cover }));
            number -= 1;
        }
    }
    return posts;
}

/** A post whose links are never checked, and one that is refused. */
export function late({ at, now }) {
    const refused = '### 内网里的消息（refused）\n\n这一条的来源在私有地址上，不会被查。\n\n> **[消息来源：内网](http://10.11.12.13/private)**\n\n> 编者点评：自己看看就好。\n';
    return (withUnchecked) => ({
        path: 'late.md',
        text: `---\ntitle: '每日观察 #9001 迟到的一期'\ndate: '${day(now, 0)} 00:01:00'\ntags: [AI]\n---\n\n${refused}` +
            (withUnchecked ? `\n### 还没来得及查的消息（unchecked）\n\n这一条刚写好，AI 还没有看过。\n\n> **[消息来源：待查](${at('reachable', '/unchecked')})**\n` : ''),
    });
}

const escape = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** An RSS feed of so many entries, a few minutes apart. */
export function rss({ at, now, name, language, entries, ago }) {
    const texts = language === 'en' ? EN : ZH;
    const items = Array.from({ length: entries }, (_, n) => {
        const [title, text] = texts[n % texts.length];
        const time = new Date(Math.floor(now / 86_400_000) * 86_400_000 - ago * 86_400_000 + n * 60_000).toUTCString();
        const table = n % 8 === 3 ? '<table><tr><th>a</th><th>b</th></tr><tr><td align="right">1</td><td>2</td></tr></table>' : '';
        const code = n % 8 === 5 ? `<pre><code>${'let quite_a_long_line = 1; '.repeat(12)}</code></pre>` : '';
        const picture = n % 4 === 1 ? `<p><img src="${at('pictures', `/feed-${800 + n}x450.png`)}" alt="A picture"></p>` : '';
        const headings = n % 8 === 6 ? '<h1>A heading of theirs</h1><p>Words.</p><h3>Another</h3>' : '';
        const html = `${picture}<p>${text}</p>${headings}${table}${code}<p>${text} <a href="${at('reachable', `/more/${n}`)}">more</a></p>`;
        return `<item><title>${escape(`${title} (${name} ${n})`)}</title><link>${at('reachable', `/${name}/${n}`)}</link><guid isPermaLink="false">${name}-${n}</guid>` +
            `<pubDate>${time}</pubDate><dc:creator>${n % 2 ? 'Jo Field' : '小满'}</dc:creator><category>${n % 3 ? 'AI' : 'Linux'}</category>` +
            (n % 10 === 7 ? `<enclosure url="${at('pictures', `/episode-${n}.mp3`)}" length="1000" type="audio/mpeg"/>` : '') +
            `<description>${escape(html)}</description></item>`;
    });
    return `<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>${name}</title><link>${at('reachable', '/')}</link><description>-</description><language>${language}</language>${items.join('')}</channel></rss>`;
}
