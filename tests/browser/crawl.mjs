// Walks a site from its front page by links only, as a reader's browser would ask for them, without running one.

import { NOWHERE, kindOf } from './expect.mjs';

const MOST = 20_000; // pages; a site that has more does not end

/** Text of what is escaped in a page. */
export const unescape = (text) =>
    text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(amp|lt|gt|quot|apos));/gi, (whole, hex, decimal, name) =>
        name ? { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }[name.toLowerCase()] : String.fromCodePoint(hex ? parseInt(hex, 16) : Number(decimal)),
    );

/** Start tags of a page with their attributes. */
export function* tags(html) {
    const plain = html.replace(/<!--[\s\S]*?-->/g, '').replace(/(<script\b[^>]*>)[\s\S]*?(<\/script>)/gi, '$1$2');
    for (const [, name, rest] of plain.matchAll(/<([a-z][a-z0-9]*)\b((?:[^>"']|"[^"]*"|'[^']*')*)>/gi)) {
        const attributes = {};
        for (const [, key, double, single, bare] of rest.matchAll(/([^\s=/>"']+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/g)) {
            attributes[key.toLowerCase()] = unescape(double ?? single ?? bare ?? '');
        }
        yield { name: name.toLowerCase(), attributes };
    }
}

/** Everything that can be reached: pages `{url, path, kind, html}`, other files, and links that lead nowhere. */
export async function crawl(site) {
    const start = `http://${site.host}/`;
    const queue = [start];
    const seen = new Set(queue);
    const pages = [];
    const files = new Map();
    const dead = [];
    const anchors = new Map(); // page → ids
    const fragments = []; // [from, page, fragment]
    for (let next = 0; next < queue.length && next < MOST; next += 1) {
        const url = queue[next];
        const answer = await site.get(url);
        const path = decodeURIComponent(new URL(url).pathname.slice(1));
        if (answer.status !== 200) {
            dead.push(`${url} answers ${answer.status}`);
            continue;
        }
        const html = answer.body.toString();
        if (!/^text\/html/.test(answer.headers['content-type'])) {
            files.set(url, { ...answer, text: html });
            continue;
        }
        const page = { url, path, kind: kindOf(path), html, headers: answer.headers, alternates: [] };
        pages.push(page);
        anchors.set(url, new Set());
        for (const { name, attributes } of tags(html)) {
            if (attributes.id) anchors.get(url).add(attributes.id);
            const link = attributes.href ?? (['img', 'script', 'source'].includes(name) ? attributes.src : undefined);
            if (link === undefined || !URL.canParse(link, url)) continue;
            const target = new URL(link, url);
            const { hash } = target;
            target.hash = '';
            target.pathname = target.pathname.replace(/(^|\/)index\.html$/, '$1'); // The same page.
            if (name === 'link' && /\balternate\b/.test(attributes.rel ?? '')) page.alternates.push({ url: target.href, type: attributes.type, title: attributes.title });
            if (!site.owns(target.href)) continue;
            if (hash.length > 1) fragments.push([url, target.href, decodeURIComponent(hash.slice(1))]);
            if (!seen.has(target.href)) {
                seen.add(target.href);
                queue.push(target.href);
            }
        }
    }
    for (const [from, page, fragment] of fragments) {
        if (anchors.has(page) && !anchors.get(page).has(fragment)) dead.push(`${from} links to ${page}#${fragment}, which has no such place`);
    }
    const nowhere = await site.get(start + NOWHERE);
    pages.push({ url: start + NOWHERE, path: NOWHERE, kind: `answer ${nowhere.status}`, html: nowhere.body.toString(), headers: nowhere.headers, alternates: [] });
    return { pages, files, dead };
}

/** Of each kind the page that was reached first, and those others that have the most to show. */
export function samples(pages, each = 2) {
    const weight = ({ html }) => html.length + 2000 * html.split('<img').length;
    const kinds = new Map();
    for (const page of pages) kinds.set(page.kind, [...(kinds.get(page.kind) ?? []), page]);
    return [...kinds.values()].flatMap(([first, ...others]) => [first, ...others.sort((a, b) => weight(b) - weight(a)).slice(0, each - 1)]);
}
