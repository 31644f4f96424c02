// A tab in which a site of ours is open: its requests are answered by the daemon, pictures come late, and nothing else is there.

import { picture } from './server.mjs';

/** Milliseconds after which a picture arrives, so that what is drawn before it is seen. */
const LATE = 300;

/** Answers every request of a tab; `more` is asked first. */
export async function openedOn(browser, site, more = () => null) {
    const tab = await browser.tab();
    await tab.intercept(async (asked) => {
        const own = more(asked);
        if (own) return own;
        const url = new URL(asked.url);
        if (site.owns(asked.url)) {
            const { status, headers, body } = await site.get(asked.url);
            // What belongs to the connection is not the page's.
            for (const name of ['content-length', 'connection', 'date', 'transfer-encoding']) delete headers[name];
            return { status, headers, body };
        }
        if (asked.type === 'Image') return { headers: { 'content-type': 'image/png' }, body: picture(url.pathname), delay: LATE };
        return null;
    });
    return tab;
}

/** Requests that no page may make: to other sites, but for pictures. */
export const foreign = (tab, site) =>
    tab.requests.filter(({ url, type }) => /^https?:/.test(url) && !site.owns(url) && type !== 'Image').map(({ url, type }) => `${type} ${url}`);
