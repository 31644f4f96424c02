// The search as its readers use it: they follow the link to it, type words, and click on what is found; and what it says to who
// lets no script run.

import { unescape } from './crawl.mjs';
import { MARKUP } from './expect.mjs';
import { foreign, openedOn } from './tab.mjs';

const PATIENCE = 20_000; // milliseconds until something is found, or not

/** What is typed on each site. `titles`: it stands in these titles and nowhere else; the others stand in texts. */
export const QUERIES = {
    whole: [
        { typed: '电饭煲', titles: '电饭煲' },
        { typed: '火候曲线', titles: '电饭煲' },
        { typed: '周末　ＡＩ', titles: null }, // Wide letters, a wide blank.
        { typed: 'laptop TUESDAYS', titles: 'slower on Tuesdays' },
        { typed: '没有这样的词', titles: '' },
    ],
    small: [
        { typed: 'guessing Encodings', titles: 'Mail servers' },
        { typed: 'fortran', titles: 'floating-point' },
        { typed: 'nothing-of-the-kind', titles: '' },
    ],
};

/** Titles of all items of a site, as its pages have them. */
function titlesOf(pages) {
    const titles = [];
    const text = (html) => unescape(html.replace(/<[^>]*>/g, '')).trim();
    for (const { kind, html } of pages) {
        if (kind === 'item') titles.push(text(/<h1>([\s\S]*?)<\/h1>/.exec(html)[1]));
        if (kind.startsWith('day')) titles.push(...[...html.matchAll(/<li id="[^"]*"[^>]*>\s*<h2>([\s\S]*?)<\/h2>/g)].map(([, title]) => text(title)));
    }
    return titles;
}

/** What is found, once all is looked through; runs in the page. */
function found({ found: status, hits }) {
    const links = [...document.querySelectorAll(`${hits} a`)];
    return { said: document.querySelector(status).textContent, titles: links.map((link) => link.textContent), hrefs: links.map((link) => link.getAttribute('href')) };
}

/** Waits until what is found stays the same. */
async function settled(tab) {
    let last = null;
    for (const end = Date.now() + PATIENCE; Date.now() < end;) {
        await tab.settle(700); // Longer than the script waits for the next key.
        const now = await tab.run(found, MARKUP.search);
        if (now.said && JSON.stringify(now) === last) return now;
        last = JSON.stringify(now);
    }
    throw new Error(`the search does not come to an end: ${last}`);
}

async function type(tab, text) {
    await tab.click(MARKUP.search.field);
    await tab.run(`document.querySelector(${JSON.stringify(MARKUP.search.field)}).select()`);
    await tab.send('Input.insertText', { text });
}

export async function trySearch({ browser, site, crawled: { pages }, report }) {
    const tab = await openedOn(browser, site);
    await tab.look({ width: 360 });
    await tab.open(`http://${site.host}/`);
    await tab.follow(() => tab.click(MARKUP.search.link));
    const search = await tab.run('location.href');
    const all = titlesOf(pages);
    for (const { typed, titles } of QUERIES[site.name]) {
        const where = `${site.name}, ${typed}`;
        const wrong = [];
        tab.forget();
        await tab.open(search);
        await type(tab, typed);
        const got = await settled(tab);
        if (titles === '') {
            report.note('search: it says that nothing is found', where, got.titles.length || !got.said ? `${got.titles.length} found, it says ${got.said}` : []);
            continue;
        }
        const expected = titles === null ? got.titles : all.filter((title) => title.includes(titles));
        if (!got.titles.length) wrong.push(`nothing, it says ${got.said}`);
        if ([...expected].sort().join('\n') !== [...got.titles].sort().join('\n')) wrong.push(`${got.titles.length} found, not ${expected.length}: ${got.titles.find((title) => !expected.includes(title)) ?? ''}`);
        report.note('search: what is typed is found, and nothing else', where, wrong);
        if (!got.said.includes(String(got.titles.length))) report.note('search: it says how many', where, got.said);
        const nth = got.hrefs.findIndex((href) => href.startsWith('items/'));
        if (nth >= 0) {
            const title = got.titles[nth];
            await tab.follow(() => tab.click(`${MARKUP.search.hits} a[href="${got.hrefs[nth]}"]`));
            const there = await tab.run("document.querySelector('h1').textContent");
            report.note('search: a click leads to the item', where, there === title ? [] : `to ${there}, not to ${title}`);
        }
        report.note('search: no error, and no request to another site', where, [...tab.errors, ...foreign(tab, site)]);
    }
    // By its address, as a browser's own search or a bookmark does.
    const [{ typed }] = QUERIES[site.name];
    await tab.open(`${search}?q=${encodeURIComponent(typed)}`);
    report.note('search: an address with words finds them', site.name, (await settled(tab)).titles.length ? [] : 'nothing');
    await tab.close();
    await withoutScripts({ browser, site, search, report });
}

/** Who lets no script run is told so, and led on. */
async function withoutScripts({ browser, site, search, report }) {
    const tab = await openedOn(browser, site);
    await tab.send('Emulation.setScriptExecutionDisabled', { value: true });
    await tab.look({ width: 360 });
    await tab.open(search);
    const told = await tab.run(({ field }) => {
        const shown = (node) => Boolean(node?.checkVisibility({ visibilityProperty: true }));
        const leads = [...document.querySelectorAll('noscript a')].filter(shown).map((link) => link.getAttribute('href'));
        return { leads, says: document.querySelector('noscript')?.textContent ?? '', hasField: shown(document.querySelector(field)) };
    }, MARKUP.search);
    const wrong = [];
    if (!/JavaScript/.test(told.says) || !told.leads.length) wrong.push(`it says “${told.says}”`);
    if (told.hasField) wrong.push('a field is shown that does nothing');
    report.note('search: without scripts the page says so', site.name, wrong);
    const tags = told.leads.find((href) => /tags\//.test(href));
    if (tags) await tab.follow(() => tab.click(`noscript a[href="${tags}"]`));
    const there = await tab.run('location.pathname');
    report.note('search: without scripts the tags are a click away', site.name, /\/tags\//.test(there) ? [] : `one is at ${there}`);
    report.note('search: no error, and no request to another site', `${site.name}, without scripts`, [...tab.errors, ...foreign(tab, site)]);
    await tab.close();
}
