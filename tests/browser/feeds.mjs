// What pages offer to feed readers: every autodiscovery link resolves, and what stands there can be read.

import { CHANNELS } from './expect.mjs';

const TYPES = new Map([['application/rss+xml', 'rss'], ['application/atom+xml', 'feed'], ['application/feed+json', 'json']]);

/** Reads XML as a browser does, strictly; runs in a page. */
function readXml(text) {
    const read = new DOMParser().parseFromString(text, 'application/xml');
    const broken = read.querySelector('parsererror');
    if (broken) return { error: broken.textContent.slice(0, 200) };
    const root = read.documentElement;
    const title = [...(root.localName === 'rss' ? root.firstElementChild : root).children].find((node) => node.localName === 'title')?.textContent;
    return { root: root.localName, title };
}

/** Reads a feed in a tab: an error, or nothing. */
export async function readFeed(tab, text, type) {
    const form = TYPES.get(type);
    if (form === 'json') {
        try {
            const { version, title, items } = JSON.parse(text);
            return /^https:\/\/jsonfeed\.org\/version\//.test(version) && title && Array.isArray(items) ? [] : 'it is no JSON Feed';
        } catch (error) {
            return error.message;
        }
    }
    const { error, root, title } = await tab.run(readXml, text);
    return error ?? (root === form && title ? [] : `it is ${root}, with the title ${title}`);
}

export async function tryFeeds({ browser, site, crawled: { pages, files }, report }) {
    const tab = await browser.tab();
    const read = new Map();
    for (const page of pages) {
        const where = `${site.name}, ${page.kind}, ${page.path || '/'}`;
        if (!page.kind.startsWith('answer')) report.note('autodiscovery: a page offers feeds', where, page.alternates.length ? [] : 'none');
        for (const { url, type, title } of page.alternates) {
            if (read.has(url)) continue;
            read.set(url, true);
            const answer = files.get(url);
            report.note('autodiscovery: it says its type and title', url, TYPES.has(type) && title ? [] : `${type}, ${title}`);
            const served = answer?.headers['content-type']?.split(';')[0];
            report.note('autodiscovery: what it leads to can be read', url, answer ? await readFeed(tab, answer.text, type) : 'nothing stands there');
            // RFC 9110: generic XML is a true, if less exact, type of both.
            report.note('autodiscovery: it is served as what it says', url, [type, 'application/xml'].includes(served) ? [] : `${served}, not ${type}`);
        }
        if (CHANNELS.includes(page.kind)) {
            const own = page.alternates[0]?.url ?? '';
            const folder = page.url.replace(/index\.html$/, '');
            report.note("autodiscovery: a channel's own feeds come first", where, own.startsWith(folder) && !own.slice(folder.length).includes('/') ? [] : own);
            const all = page.alternates.some(({ url }) => new URL(url).pathname.split('/').length === 2);
            report.note("autodiscovery: the site's feeds are offered too", where, all ? [] : 'not here');
        }
    }
    for (const [path, check] of [['robots.txt', /^sitemap:\s*http/im], ['sitemap.xml', /<urlset|<sitemapindex/], ['feeds.opml', /<outline/]]) {
        const { status, body } = await site.get(`http://${site.host}/${path}`);
        report.note(`${path} is there`, site.name, status === 200 && check.test(body.toString()) ? [] : `it answers ${status}`);
    }
    await tab.close();
}
