// The run: makes the sites, serves them, and tries them part by part. main.mjs BINARY FOLDER [--keep FOLDER] [--only PARTS]

import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { Chromium } from './chromium.mjs';
import { digest, late, rss } from './content.mjs';
import { crawl } from './crawl.mjs';
import { tryFeeds } from './feeds.mjs';
import { tryHostile } from './hostile.mjs';
import { tools, tryEyes, tryPages } from './pages.mjs';
import { Report } from './report.mjs';
import { trySearch } from './search.mjs';
import { web } from './server.mjs';
import { Site } from './site.mjs';
import { feeds, posts } from './vectors.mjs';

const DAY = 86_400; // seconds
const VERDICTS = ['reachable', 'moved', 'blocked', 'failing', 'gone', 'replaced', 'refused', 'unchecked'];

const [binary, folder, ...options] = process.argv.slice(2);
const option = (name) => (options.includes(name) ? options[options.indexOf(name) + 1] : null);
const keep = option('--keep');
const only = option('--only')?.split(',') ?? ['pages', 'feeds', 'search', 'hostile'];
const now = Date.now();
const report = new Report();
const began = Date.now();
const step = (what) => console.log(`== ${((Date.now() - began) / 1000).toFixed(0).padStart(3)} s: ${what}`);

/** A library that moves the clock of the binary, or null. */
function clock() {
    try {
        execFileSync('cc', ['-shared', '-fPIC', '-O1', '-o', `${folder}/clock.so`, new URL('../clock.c', import.meta.url).pathname]);
        return `${folder}/clock.so`;
    } catch (error) {
        report.skip(`verdicts that take days (a C compiler: ${error.message.split('\n')[0]})`);
        return null;
    }
}

/** The site with everything: Chinese, 500 tags, one edition a day and three, every verdict. */
async function whole(upstream) {
    const { at } = upstream;
    upstream.files.set('/zh.xml', { type: 'application/rss+xml', body: rss({ at, now, name: '中文站', language: 'zh', entries: 104, ago: 8 }) });
    upstream.files.set('/en.xml', { type: 'application/rss+xml', body: rss({ at, now, name: 'English Paper', language: 'en', entries: 12, ago: 9 }) });
    const inputs = [
        { name: '中文站', feed: at('reachable', '/zh.xml') }, { name: 'English Paper', feed: at('reachable', '/en.xml') }, { name: '坏站', feed: at('failing', '/none.xml') },
    ];
    const site = new Site({ binary, folder: `${folder}/whole`, name: 'whole', language: 'zh-CN', web: upstream, inputs, clock: clock() });
    const last = late({ at, now });
    site.write([...digest({ at, now, language: 'zh-CN', editions: 104, tags: 500, threeADay: true }), last(false)]);
    if (site.clock) {
        // Deaths are believed when they were seen over days.
        await site.once({ shift: -6 * DAY });
        upstream.turn();
        await site.once({ shift: -3 * DAY });
    }
    await site.once();
    site.write([last(true)]);
    await site.once({ more: ['--offline'] });
    return site;
}

/** A small one: English, two tags, one edition a day. */
async function small(upstream) {
    const { at } = upstream;
    const inputs = [{ name: 'English Paper', feed: at('reachable', '/small.xml') }];
    upstream.files.set('/small.xml', { type: 'application/rss+xml', body: rss({ at, now, name: 'English Paper', language: 'en', entries: 12, ago: 1 }) });
    const site = new Site({ binary, folder: `${folder}/small`, name: 'small', language: 'en', web: upstream, inputs });
    site.write(digest({ at, now, language: 'en', editions: 7, tags: 2, threeADay: false }));
    await site.once();
    return site;
}

/** One whose feeds and posts are hostile. */
async function hostile(upstream) {
    const inputs = feeds({ at: upstream.at, now }).map(({ path, type, body }) => {
        upstream.files.set(path, { type, body });
        return { name: `hostile ${type.split(/[/;]/)[1]}`, feed: upstream.at('hostile', path) };
    });
    const site = new Site({ binary, folder: `${folder}/hostile`, name: 'hostile', language: 'en', web: upstream, inputs });
    site.write(posts({ at: upstream.at, now }));
    await site.once();
    return site;
}

async function tryWhole(browser, upstream, sites) {
    step('a site with every kind of page');
    const site = await whole(upstream);
    sites.push(site);
    await site.serve();
    const { links } = JSON.parse((await site.get(`http://${site.host}/status.json`)).body);
    console.log(`links: ${JSON.stringify(links)}`);
    if (site.clock) report.note('the site of these tests has every verdict', site.name, VERDICTS.filter((verdict) => !links[verdict]));
    return site;
}

async function tryAll(browser, upstream, sites) {
    if (['pages', 'feeds', 'search'].some((part) => only.includes(part))) {
        const found = [await tryWhole(browser, upstream, sites)];
        step('a small site in English');
        found.push(await small(upstream));
        sites.push(found[1]);
        await found[1].serve();
        const checkers = await tools(process.env.PACKAGES);
        if (!checkers.axe) report.skip('axe and html-validate');
        if (only.includes('pages')) await tryEyes(browser, report);
        for (const site of found) {
            step(`${site.name}: by links`);
            const crawled = await crawl(site);
            const of = (kind) => crawled.pages.filter((page) => page.kind === kind).length;
            console.log([...new Set(crawled.pages.map(({ kind }) => kind))].map((kind) => `${kind}: ${of(kind)}`).join('; '));
            if (only.includes('feeds')) {
                step(`${site.name}: feeds`);
                await tryFeeds({ browser, site, crawled, report });
            }
            if (only.includes('search')) {
                step(`${site.name}: search`);
                await trySearch({ browser, site, crawled, report });
            }
            if (only.includes('pages')) {
                step(`${site.name}: pages`);
                await tryPages({ browser, site, crawled, tools: checkers, report, isWhole: site === found[0], keep });
            }
        }
    }
    if (only.includes('hostile')) {
        step('a site with a hostile upstream');
        const site = await hostile(upstream);
        sites.push(site);
        await site.serve();
        const crawled = await crawl(site);
        step(`hostile: ${crawled.pages.length} pages, ${crawled.files.size} other files`);
        await tryHostile({ browser, site, crawled, report });
    }
}

if (keep) mkdirSync(keep, { recursive: true });
const upstream = await web();
const browser = await Chromium.start(`${folder}/browser`);
const sites = [];
let isWell = false;
try {
    await tryAll(browser, upstream, sites);
    step('done');
    isWell = report.tell();
} catch (error) {
    report.tell();
    console.error(error);
} finally {
    await Promise.all([browser.end(), ...sites.map((site) => site.end())]);
    upstream.end();
    if (keep) cpSync(folder, `${keep}/sites`, { recursive: true, filter: (path) => !path.includes('/browser/') });
}
process.exit(isWell ? 0 : 1);
