// Nothing of what others wrote runs: not on a page, not in a feed that a permissive reader shows. Every vector is first let loose
// in a bare document, to see that these eyes would notice.

import { samples } from './crawl.mjs';
import { foreign, openedOn } from './tab.mjs';
import { VECTORS } from './vectors.mjs';

const NOTICED = 100; // vectors that must be noticed in bare documents
const EXAMPLES = 40; // entries that stand together in one document

/** In every document and frame: what a vector calls. */
const MARKER = `(() => {
    const told = globalThis.told ?? (() => {});
    globalThis.boom = (n) => (told('ran ' + n), true);
    for (const name of ['BOOM', 'OOM']) Object.defineProperty(globalThis, name, { get: () => (told('ran ' + name), true) });
})()`;

/** Looks for what could run, in a tree that is loaded and in one that was parsed without scripts; runs in the page. */
function dangers() {
    const found = [];
    const never = new Set('iframe frame frameset object embed applet portal fencedframe base handler set animate animatemotion animatetransform foreignobject use bgsound'.split(' '));
    const addresses = new Set('href src action formaction data poster background ping cite longdesc manifest codebase srcset values to from profile usemap'.split(' '));
    const look = (node) => {
        const name = node.localName;
        if (node.id === 'xml-viewer-style') return; // The browser's own.
        const tell = (why) => found.push(`${why}: ${node.outerHTML.slice(0, 140)}`);
        if (never.has(name.toLowerCase())) tell(name);
        if (name === 'script' && (!/^application\/(ld\+)?json$/.test(node.type) && (!node.src || new URL(node.src, location).host !== location.host))) tell('script');
        if (name === 'meta' && node.httpEquiv && node.httpEquiv.toLowerCase() !== 'content-type') tell('http-equiv');
        if (name === 'style' || node.getAttribute('style')?.match(/url\(|expression|binding|behavior|position/i)) tell('style');
        if (name === 'link' && /stylesheet|preload|prefetch|import|manifest/.test(node.rel) && new URL(node.href, location).host !== location.host) tell('link');
        if (name === 'form' && node.hasAttribute('action') && new URL(node.getAttribute('action'), location).host !== location.host) tell('form');
        for (const { localName, value } of node.attributes) {
            if (/^on/i.test(localName)) tell('handler');
            // As the URL standard reads it: no tabs and line ends, nothing of C0 or spaces in front.
            const scheme = value.replace(/[\t\n\r]/g, '').replace(/^[\u0000-\u0020]+/, '').match(/^([a-z][a-z0-9+.-]*):/i)?.[1].toLowerCase();
            if (addresses.has(localName.toLowerCase()) && scheme && !['http', 'https', 'mailto'].includes(scheme)) tell('address');
        }
    };
    const walk = (root) => {
        for (const node of root.querySelectorAll('*')) {
            look(node);
            if (node.localName === 'template' && node.content) walk(node.content);
            if (node.shadowRoot) walk(node.shadowRoot);
        }
    };
    walk(document);
    return found;
}

/** The same in a tree without scripts, in which `<noscript>` holds elements. */
async function dangersWithoutScripts(tab, html) {
    return tab.run(`((document) => (${dangers})())(new DOMParser().parseFromString(${JSON.stringify(html)}, 'text/html'))`);
}

/** Touches everything as a reader might. */
function touch() {
    addEventListener('click', (event) => event.preventDefault());
    for (const node of document.querySelectorAll('body, body *')) {
        for (const type of ['pointerenter', 'mouseover', 'focus', 'focusin', 'click', 'auxclick', 'submit', 'animationend', 'transitionend', 'copy', 'wheel', 'toggle', 'error', 'load']) {
            if (!node.isConnected) break;
            node.dispatchEvent(new Event(type, { bubbles: true, cancelable: true }));
        }
    }
}

/** What happened since the tab was told to forget: calls, foreign requests, frames that went elsewhere. */
function harm(tab, site, url) {
    const gone = tab.visits.filter((visit) => ![url, 'about:blank'].includes(visit)).map((visit) => `a frame went to ${visit}`);
    return [...tab.calls, ...foreign(tab, site).map((request) => `asked for ${request}`), ...gone];
}

async function watched(browser, site, more) {
    const tab = await openedOn(browser, site, more);
    await tab.send('Runtime.addBinding', { name: 'told' });
    await tab.send('Page.addScriptToEvaluateOnNewDocument', { source: MARKER });
    return tab;
}

/** Opens an address and tells what is wrong there. */
async function shown(tab, site, url, { html, isTouched = true } = {}) {
    tab.forget();
    if ((await tab.open(url)) === 'download') return [];
    await tab.settle(20);
    const found = (await tab.run(`(${dangers})()`)).concat(html === undefined ? [] : await dangersWithoutScripts(tab, html));
    if (isTouched) await tab.run(touch).catch(() => {});
    await tab.settle(10);
    return [...new Set([...harm(tab, site, url), ...found])];
}

export async function tryHostile({ browser, site, crawled, report }) {
    const documents = new Map();
    const more = ({ url, type }) => {
        if (documents.has(url)) return { headers: { 'content-type': 'text/html; charset=utf-8' }, body: documents.get(url) };
        return type === 'Image' ? { status: 404, headers: {}, body: '' } : null;
    };
    const reader = { name: 'reader', host: 'reader.test', owns: (url) => /^http:\/\/reader\.test\//.test(url), get: async () => ({ status: 404, headers: {}, body: Buffer.alloc(0) }) };
    await eyes({ browser, reader, documents, more, report });

    // As served, and as by a web server that says nothing of policies.
    const served = await watched(browser, site);
    const bare = await watched(browser, site);
    await bare.send('Page.setBypassCSP', { enabled: true });
    for (const page of samples(crawled.pages, 3)) {
        report.note('hostile: nothing runs on a page as it is served', page.url, await shown(served, site, page.url, { html: page.html }));
        report.note('hostile: no error on the console', page.url, page.kind.startsWith('answer') ? [] : served.errors);
    }
    for (const page of crawled.pages) {
        report.note('hostile: nothing runs on a page without its policy', page.url, await shown(bare, site, page.url, { html: page.html }));
    }
    const feeds = [...crawled.files.keys()].filter((url) => /\.(xml|json|opml)$/.test(url));
    for (const url of feeds.filter((url, n) => new URL(url).pathname.split('/').length <= 3 || n % 8 === 0)) {
        report.note('hostile: nothing runs in a feed that is opened', url, await shown(bare, site, url, { isTouched: false }));
    }
    await Promise.all([served.close(), bare.close()]);
    await inReaders({ browser, reader, documents, more, crawled, report });
}

/** Lets every vector loose in a document of its own. */
async function eyes({ browser, reader, documents, more, report }) {
    const tab = await watched(browser, reader, more);
    let noticed = 0;
    let ran = 0;
    for (const { n, html } of VECTORS) {
        const url = `http://reader.test/vector/${n}`;
        documents.set(url, `<!doctype html><meta charset=utf-8><title>Vector</title><body>${html}`);
        const found = await shown(tab, reader, url).catch((error) => [error.message]);
        noticed += found.length > 0;
        ran += tab.calls.length > 0;
    }
    documents.clear();
    console.log(`of ${VECTORS.length} vectors ${noticed} are noticed in a bare document, ${ran} of them run by themselves or by a touch`);
    report.note(`hostile: at least ${NOTICED} vectors are noticed in a bare document`, 'vectors', noticed < NOTICED ? `${noticed}` : []);
    await tab.close();
}

/** Runs in a page: entries of a feed, each with what is HTML in it; titles of RSS too, of which RSS does not say what they are. */
function entries(text, isJson) {
    if (isJson) return JSON.parse(text).items.map(({ content_html: html }) => ({ html: [html] }));
    const read = new DOMParser().parseFromString(text, 'application/xml');
    const serial = new XMLSerializer();
    const isHtml = (node) => {
        if (node.localName === 'content' || node.localName === 'summary') return /html$/.test(node.getAttribute('type') ?? '');
        return node.localName === 'encoded' || (node.localName === 'description' && node.namespaceURI === null);
    };
    return [...read.querySelectorAll('item, entry')].map((entry) => {
        const all = [...entry.children];
        const html = all.filter(isHtml).map((node) => (node.getAttribute('type') === 'xhtml' ? serial.serializeToString(node) : node.textContent));
        return { html, title: entry.localName === 'item' ? all.find(({ localName }) => localName === 'title')?.textContent : undefined };
    });
}

/** Entries of the feeds in a reader that shows their HTML as it is. */
async function inReaders({ browser, reader, documents, more, crawled, report }) {
    const tab = await watched(browser, reader, more);
    documents.set('http://reader.test/', '<!doctype html><title>Reader</title>');
    await tab.open('http://reader.test/');
    const contents = new Map(); // what is shown → by which feed
    const titles = new Set();
    let count = 0;
    for (const [url, { text }] of crawled.files) {
        if (!/(rss|atom)\.xml$|feed\.json$/.test(url)) continue;
        for (const { title, html } of await tab.run(entries, text, url.endsWith('.json'))) {
            count += 1;
            if (title) titles.add(title);
            for (const one of html.filter(Boolean)) if (!contents.has(one)) contents.set(one, url);
        }
    }
    console.log(`${count} entries of hostile feeds have ${contents.size} different contents and ${titles.size} titles`);
    report.note('hostile: feeds hold what was sent', 'entries', contents.size < VECTORS.length ? `only ${contents.size} different contents` : []);
    const all = [...contents];
    const show = async (name, parts) => {
        const url = 'http://reader.test/entry';
        const html = `<!doctype html><meta charset=utf-8><title>Entry</title><body>${parts.map((part) => `<div>${part}</div>`).join('\n')}`;
        documents.set(url, html);
        return shown(tab, reader, url, { html });
    };
    for (let first = 0; first < all.length; first += EXAMPLES) {
        const some = all.slice(first, first + EXAMPLES);
        report.note("hostile: nothing runs in a reader that shows a feed's HTML", some[0][1], await show('contents', some.map(([html]) => html)));
    }
    report.note("hostile: nothing runs in a reader that takes titles of RSS for HTML", 'titles', await show('titles', [...titles]));
    await tab.close();
}
