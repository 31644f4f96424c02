// Each kind of page as its readers meet it: wide and narrow, light and dark.

import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { gzipSync } from 'node:zlib';
import { samples, tags } from './crawl.mjs';
import { AXE, CHANNELS, KINDS, LIMITS, MARKUP, TASTE, TEXTS } from './expect.mjs';
import { WATCH_SHIFTS, layoutShift, reading, scrollThrough, sideways } from './reading.mjs';
import { foreign, openedOn } from './tab.mjs';

const { narrowest, narrow, wide } = LIMITS.widths;
const SCREENS = 40; // of a page that are scrolled through
const VALIDATED = 8; // pages of a kind that html-validate reads

/** A page with one fault of each kind that is looked for by eyes of ours. */
const BAD = `<!doctype html><html lang="en"><title>Bad</title><link rel="stylesheet" href="http://evil.test/style.css"><body style="background: white">
    <img src="http://pictures.test/late-300x600.png" alt=""><p>${'Words that a late picture pushes down. '.repeat(40)}</p>
    <pre style="width: 3000px">wide</pre><script>console.error('an error')</script>`;

/** axe and html-validate, from where they were installed; nulls without. */
export async function tools(packages) {
    if (!packages) return { axe: null, validator: null };
    const from = createRequire(`${packages}/package.json`);
    const { HtmlValidate, StaticConfigLoader } = from('html-validate');
    const config = { root: true, extends: ['html-validate:recommended'], rules: TASTE };
    return { axe: readFileSync(from.resolve('axe-core/axe.min.js'), 'utf8'), validator: new HtmlValidate(new StaticConfigLoader(config)) };
}

/** Tries every kind of page of a site. */
export async function tryPages({ browser, site, crawled, tools: { axe, validator }, report, isWhole, keep }) {
    const { pages, dead } = crawled;
    report.note('links within the site lead somewhere', site.name, dead);
    if (isWhole) {
        for (const [kind] of KINDS) report.note('every kind of page is reached by links', kind, pages.some((page) => page.kind === kind) ? [] : 'no link leads there');
    }
    for (const page of pages) {
        const scripts = [...tags(page.html)].filter(({ name, attributes }) => name === 'script' && !/json$/.test(attributes.type ?? ''));
        report.note('no script but on the page of the search', page.url, scripts.length && !/^search/.test(page.path) ? `${scripts.length} of them` : []);
    }
    if (validator) await validate(pages, validator, site, report);
    const tab = await openedOn(browser, site);
    await tab.send('Page.addScriptToEvaluateOnNewDocument', { source: WATCH_SHIFTS });
    const tried = new Set();
    for (const page of samples(pages)) {
        const where = `${site.name}, ${page.kind}, ${page.path || '/'}`;
        // The second page of a kind is looked at in one way.
        const wrong = await looks({ tab, site, page, where, axe, report, keep, isFirst: !tried.has(page.kind) }).then(() => [], (error) => error.message);
        report.note('a page can be looked at to its end', where, wrong);
        tried.add(page.kind);
    }
    await tab.close();
    sizes(pages, crawled.files, site, report);
}

/** Sees to it that a bad page is found to be one. */
export async function tryEyes(browser, report) {
    const url = 'http://bad.test/';
    const site = { owns: (asked) => asked.startsWith(url), get: async () => ({ status: 200, headers: { 'content-type': 'text/html' }, body: BAD }) };
    const tab = await openedOn(browser, site);
    await tab.send('Page.addScriptToEvaluateOnNewDocument', { source: WATCH_SHIFTS });
    await tab.look({ width: narrow, scheme: 'dark' });
    await tab.open(url);
    await tab.settle();
    const seen = {
        'a shift of layout': (await tab.run(layoutShift)).worst > LIMITS.shift,
        'a page that is too wide': (await tab.run(sideways)).beyond > 0,
        'an error on the console': tab.errors.includes('an error'),
        'a foreign style sheet': foreign(tab, site).length === 1,
        'a page that is not dark': (await tab.run(reading, MARKUP)).ground > 0.1,
    };
    report.note('a bad page is found bad', url, Object.keys(seen).filter((what) => !seen[what]).map((what) => `${what} is not noticed`));
    await tab.close();
}

async function validate(pages, validator, site, report) {
    for (const page of samples(pages, VALIDATED)) {
        const { results } = await validator.validateString(page.html, page.path || 'index.html');
        const told = new Map();
        for (const { ruleId, message, line } of results.flatMap(({ messages }) => messages)) {
            told.set(ruleId, told.get(ruleId) ?? `${ruleId}: ${message} (line ${line})`);
        }
        report.note('html-validate finds nothing', `${site.name}, ${page.kind}, ${page.path || '/'}`, [...told.values()]);
    }
}

async function looks({ tab, site, page, where, axe, report, keep, isFirst }) {
    const ask = async (look) => {
        if (!axe) return;
        const violations = await tab.run(async (options) => {
            const { violations } = await globalThis.axe.run(document, options);
            return violations.map(({ id, impact, nodes }) => `${id} (${impact}) at ${nodes.length} places: ${nodes[0].target} ${nodes[0].html.slice(0, 120)}`);
        }, AXE);
        report.note('axe finds nothing', `${where}, ${look}`, violations);
    };
    const shot = async (name) => keep && writeFileSync(`${keep}/${site.name}-${page.kind.replaceAll(/\W+/g, '-')}${isFirst ? '' : '-2'}-${name}.png`, await tab.screenshot());
    const scroll = async (width) => {
        const { beyond, culprits } = await tab.run(sideways);
        report.note(`no sideways scroll at ${width} px`, where, beyond > 0 ? `${beyond} px: ${culprits.join(' ')}` : []);
    };

    await tab.look({ width: narrow, scheme: 'light' });
    tab.forget();
    await tab.open(page.url);
    await tab.run(scrollThrough, SCREENS);
    await tab.settle();
    const shift = await tab.run(layoutShift);
    report.note(`layout shift at ${narrow} px is at most ${LIMITS.shift}`, where, shift.worst > LIMITS.shift ? `${shift.worst.toFixed(3)}: ${shift.nodes.join(' ')}` : []);
    await scroll(narrow);
    const expected = page.kind === 'answer 404' ? /the server responded with a status of 404/ : /^$/;
    report.note('no error on the console', where, tab.errors.filter((error) => !expected.test(error)));
    report.note('nothing but pictures comes from other sites', where, foreign(tab, site));
    await tab.run('scrollTo(0, 0)');
    read({ told: await tab.run(reading, MARKUP), page, where, site, report });
    if (axe) await tab.run(`${axe};0`);
    await ask('narrow, light');
    await shot('narrow-light');
    await tab.look({ width: narrow, scheme: 'dark' });
    const dark = await tab.run(reading, MARKUP);
    report.note('dark where readers ask for it', where, dark.ground > 0.1 ? `the ground's luminance is ${dark.ground.toFixed(2)}` : []);
    readContrast(dark, `${where}, dark`, report, TEXTS.includes(page.kind));
    if (isFirst) {
        await ask('narrow, dark');
        await shot('narrow-dark');
    }
    await tab.look({ width: narrowest });
    await scroll(narrowest);
    await tab.look({ width: wide });
    await scroll(wide);
    if (isFirst) await ask('wide, light');
    const broad = await tab.run(reading, MARKUP);
    if (broad.hasText) report.note(`lines of at most ${LIMITS.characters} characters`, where, broad.characters > LIMITS.characters ? broad.characters.toFixed(1) : []);
    if (CHANNELS.includes(page.kind)) {
        const late = broad.firstFeed === null || broad.firstFeed > LIMITS.subscribe;
        report.note('subscribing is at the top of a channel', where, late ? `the first visible link to a feed is ${broad.firstFeed} px below the top` : []);
    }
    await shot('wide-light');
    if (isFirst) {
        await tab.look({ width: wide, scheme: 'dark' });
        await ask('wide, dark');
        await shot('wide-dark');
    }
    await tab.look({ width: wide, media: 'print' });
    const printed = await tab.run(reading, MARKUP);
    report.note('no navigation in print', where, printed.navigation ? `${printed.navigation} are shown` : []);
}

function readContrast(told, where, report, isText) {
    if (isText && told.hasText) report.note(`text has a contrast of at least ${LIMITS.contrast}`, where, told.contrast < LIMITS.contrast ? told.contrast.toFixed(1) : []);
}

/** What one look at a page tells of its type, pictures and head. */
function read({ told, page, where, site, report }) {
    const { copies, data } = told;
    const hasText = told.hasText && TEXTS.includes(page.kind);
    const within = (value, [least, most]) => value >= least && value <= most;
    const isRefusal = page.kind.startsWith('answer');
    readContrast(told, where, report, TEXTS.includes(page.kind));
    if (hasText) report.note(`text of ${LIMITS.body.join('–')} px`, where, within(told.size, LIMITS.body) ? [] : `${told.size} px`);
    if (hasText) report.note(`lines ${LIMITS.line.join('–')} high`, where, within(told.line, LIMITS.line) ? [] : told.line.toFixed(2));
    report.note(`no text below ${LIMITS.smallest} px`, where, told.smallest.size < LIMITS.smallest ? `${told.smallest.size} px: ${told.smallest.text}` : []);
    report.note('a language', where, told.lang ? [] : 'html has no lang');
    report.note('navigation on every page', where, told.navigation ? [] : 'none is shown');
    report.note('a favicon', where, told.icon ? [] : 'no link rel=icon');
    report.note('the place within the site is marked (aria-current)', where, told.current || isRefusal ? [] : 'nowhere');
    if (!isRefusal) {
        report.note('a canonical address', where, told.canonical ? [] : 'none');
        report.note('a description', where, told.description ? [] : 'none');
        report.note('Open Graph', where, told.openGraph ? [] : 'no og:title');
    }
    for (const [name, lacking] of [
        ['pictures are lazy', (one) => !one.lazy], ['pictures tell nobody where they are shown', (one) => one.referrer !== 'no-referrer'], ['pictures have an alt', (one) => !one.hasAlt],
    ]) {
        if (told.pictures.length) report.note(name, where, told.pictures.filter(lacking).slice(0, 1).map(({ src }) => src));
    }
    if (CHANNELS.includes(page.kind)) {
        const wanted = page.alternates.map(({ url }) => url);
        const good = copies.some(({ value, name }) => wanted.includes(value) && name);
        report.note('copy field: a named, read-only field with the address of a feed', where, good ? [] : copies.length ? `it holds ${copies[0].value}` : 'missing');
    }
    if (page.kind === 'item') {
        report.note('JSON-LD of an item', where, data.some((text) => readsAsArticle(text)) ? [] : data.length ? 'it is no NewsArticle' : 'missing');
    }
    const versions = told.versions.filter(([url, date]) => !URL.canParse(url) || !/^\d{4}-\d\d-\d\d/.test(date));
    if (told.versions.length) report.note('Robust Links have an address and a date', where, versions.map(String));
}

function readsAsArticle(text) {
    try {
        const said = JSON.parse(text);
        return said['@type'] === 'NewsArticle' && said['@context'] !== undefined && Boolean(said.headline);
    } catch {
        return false;
    }
}

/** Bytes of what is loaded first. */
function sizes(pages, files, site, report) {
    const packed = (text) => gzipSync(text, { level: 6 }).length;
    const front = packed(pages[0].html);
    const style = [...files].filter(([url]) => url.endsWith('.css')).reduce((sum, [, { body }]) => sum + body.length, 0);
    console.log(`${site.name}: the front page has ${pages[0].html.length} characters, ${front} bytes gzipped; style sheets ${style} bytes; ${pages.length} pages`);
    report.note(`the front page has at most ${LIMITS.index} bytes, gzipped`, site.name, front > LIMITS.index ? `${front}` : []);
    report.note(`style sheets have at most ${LIMITS.style} bytes`, site.name, style > LIMITS.style ? `${style}` : []);
}
