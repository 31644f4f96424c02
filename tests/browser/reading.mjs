// What a page looks like to its reader: functions that run within the page and return plain values.

/** Sees to it that shifts of layout are summed up from the beginning on. To be evaluated on each new document. */
export const WATCH_SHIFTS = `
    globalThis.shifts = [];
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) {
            if (entry.hadRecentInput) continue;
            const nodes = entry.sources.map(({ node }) => node && (node.nodeType === 1 ? node : node.parentElement)).filter(Boolean);
            shifts.push({ at: entry.startTime, value: entry.value, nodes: nodes.slice(0, 3).map((node) => node.outerHTML.slice(0, 80)) });
        }
    }).observe({ type: 'layout-shift', buffered: true });`;

/** Scrolls to the end as a reader does, a screen at a time. */
export async function scrollThrough(most) {
    const screens = Math.min(most, Math.ceil(document.documentElement.scrollHeight / innerHeight));
    for (let screen = 0; screen <= screens; screen += 1) {
        scrollTo({ top: screen * innerHeight, behavior: 'instant' });
        await new Promise((done) => setTimeout(done, 60));
    }
}

/** The cumulative layout shift as it is defined: the worst window of at most five seconds without a pause of one. */
export function layoutShift() {
    let [worst, sum, first, last] = [0, 0, 0, -Infinity];
    for (const { at, value } of shifts) {
        if (at - last > 1000 || at - first > 5000) [sum, first] = [0, at];
        sum += value;
        last = at;
        worst = Math.max(worst, sum);
    }
    return { worst, nodes: [...shifts].sort((a, b) => b.value - a.value)[0]?.nodes ?? [] };
}

/** How far the page goes beyond the window, and what does. */
export function sideways() {
    const root = document.documentElement;
    const beyond = Math.max(root.scrollWidth, document.body.scrollWidth) - root.clientWidth;
    const scrolls = (node) => node && node !== document.body && node !== root && (getComputedStyle(node).overflowX !== 'visible' || scrolls(node.parentElement));
    const culprits = beyond <= 0 ? [] : [...document.body.querySelectorAll('*')].filter((node) => node.getBoundingClientRect().right > root.clientWidth + 0.5 && !scrolls(node.parentElement));
    return { beyond, culprits: culprits.slice(-3).map((node) => node.outerHTML.slice(0, 100)) };
}

/** Figures of type and of what else is to be had on a page. */
export function reading({ main, navigation, copyField, feed, pictures }) {
    const colour = (text) => (text.match(/[\d.]+/g) ?? [0, 0, 0]).map(Number);
    const luminance = (text) => {
        const [r, g, b] = colour(text).map((value) => ((value /= 255) <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const ground = (node) => {
        for (; node; node = node.parentElement) {
            const { backgroundColor } = getComputedStyle(node);
            if ((colour(backgroundColor)[3] ?? 1) > 0) return backgroundColor;
        }
        return matchMedia('(prefers-color-scheme: dark)').matches && /dark/.test(getComputedStyle(document.documentElement).colorScheme) ? 'rgb(18, 18, 18)' : 'rgb(255, 255, 255)';
    };
    const area = document.querySelector(main) ?? document.body;
    const paragraphs = [...area.querySelectorAll('p')].filter((node) => node.textContent.length > 80 && node.checkVisibility());
    const text = paragraphs.sort((a, b) => b.textContent.length - a.textContent.length)[0] ?? area;
    const style = getComputedStyle(text);
    const [fore, back] = [luminance(style.color), luminance(ground(text))];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    let smallest = { size: Infinity, text: '' };
    while (walker.nextNode()) {
        const node = walker.currentNode;
        const parent = node.parentElement;
        if (!node.data.trim() || parent.closest('rt, rp, sub, sup, svg, script, style, template') || !parent.checkVisibility()) continue;
        const size = parseFloat(getComputedStyle(parent).fontSize);
        if (size < smallest.size) smallest = { size, text: node.data.trim().slice(0, 40) };
    }
    const meta = (name) => document.querySelector(`meta[name="${name}"], meta[property="${name}"]`)?.content;
    const feeds = [...document.querySelectorAll(feed)].filter((node) => node.checkVisibility());
    return {
        hasText: paragraphs.length > 0,
        size: parseFloat(style.fontSize),
        line: parseFloat(style.lineHeight) / parseFloat(style.fontSize),
        characters: text.getBoundingClientRect().width / parseFloat(style.fontSize),
        contrast: (Math.max(fore, back) + 0.05) / (Math.min(fore, back) + 0.05),
        ground: luminance(ground(document.body)),
        smallest,
        firstFeed: feeds.length ? Math.min(...feeds.map((node) => node.getBoundingClientRect().top + scrollY)) : null,
        copies: [...document.querySelectorAll(copyField)].map((node) => ({ value: node.value, name: node.labels?.length > 0 || node.ariaLabel != null })),
        pictures: [...document.querySelectorAll(pictures)].map((node) => ({
            src: node.currentSrc || node.src, lazy: node.loading === 'lazy' || node.fetchPriority === 'high', referrer: node.referrerPolicy, hasAlt: node.hasAttribute('alt'),
        })),
        current: document.querySelectorAll('[aria-current]').length,
        navigation: [...document.querySelectorAll(navigation)].filter((node) => node.checkVisibility()).length,
        canonical: document.querySelector('link[rel=canonical]')?.href,
        description: meta('description'),
        openGraph: meta('og:title'),
        icon: document.querySelector('link[rel~=icon]')?.href,
        data: [...document.querySelectorAll('script[type="application/ld+json"]')].map((node) => node.textContent),
        versions: [...document.querySelectorAll('a[data-versionurl]')].map((node) => [node.dataset.versionurl, node.dataset.versiondate]),
        lang: document.documentElement.lang,
    };
}
