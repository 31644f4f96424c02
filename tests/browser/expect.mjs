// What is expected of the pages, in one place: kinds of pages, limits, the few names of their markup, and what is not built yet.

/** Checks that may fail for now: what they ask for is not built. They are tried and told all the same; take off what passes. */
export const PENDING = new Set([]);

/** Kinds of pages by their path, without `index.html`; each must be reached by links on the first site. */
export const KINDS = [
    ['index', /^$/],
    ['index, numbered', /^page\/\d+\/$/],
    ['tags', /^tags\/$/],
    ['tag', /^tags\/[^/]+\/$/],
    ['tag, numbered', /^tags\/[^/]+\/page\/\d+\/$/],
    ['sources', /^sources\/$/],
    ['source', /^sources\/[^/]+\/$/],
    ['source, numbered', /^sources\/[^/]+\/page\/\d+\/$/],
    ['editions', /^editions\/$/],
    ['month', /^editions\/month\/\d{4}-\d\d\/$/],
    ['editions, numbered', /^editions\/page\/\d+\/$/],
    ['day', /^editions\/\d{4}-\d\d-\d\d\/$/],
    ['day, numbered', /^editions\/\d{4}-\d\d-\d\d\/page\/\d+\/$/],
    ['edition', /^editions\/[^/]+\/$/],
    ['item', /^items\/[^/]+\/$/],
    ['status', /^status\.html$/],
    ['search', /^search\.html$/],
];

/** Kinds with text to be read, of which size and lines are measured; on the others names and numbers stand. */
export const TEXTS = ['index', 'index, numbered', 'tag', 'tag, numbered', 'source', 'source, numbered', 'day', 'day, numbered', 'edition', 'item'];

/** Kinds that offer a channel to subscribe to. */
export const CHANNELS = ['index', 'tag', 'source', 'editions'];

/** The kind of a page; a path of a kind that is not in the table is one by its first segment. */
export function kindOf(path) {
    const plain = path.replace(/(^|\/)index\.html$/, '$1');
    return KINDS.find(([, pattern]) => pattern.test(plain))?.[0] ?? `other: ${plain.split('/')[0]}`;
}

/** An address at which no page stands, for the page that says so. */
export const NOWHERE = 'no-such-page/';

/** The few names of the markup that these tests know. */
export const MARKUP = {
    main: 'main',
    navigation: 'nav',
    copyField: 'input[readonly]',
    feed: 'a[href$="rss.xml"], a[href$="atom.xml"], a[href$="feed.json"]',
    pictures: 'main img',
    search: { link: 'nav a[href="search.html"]', field: 'input[type=search]', found: '[role=status]', hits: '#hits' },
};

export const LIMITS = {
    widths: { narrowest: 320, narrow: 360, wide: 1280 },
    shift: 0.05, // of layout, at 360 px
    body: [17, 18], // pixels
    line: [1.65, 1.8],
    smallest: 14, // pixels
    contrast: 7, // of the body's text
    characters: 43, // of Chinese on a line
    subscribe: 1000, // pixels from the top, within which a channel offers its feed
    index: 30_000, // bytes of the front page, gzipped
    style: 12_000, // bytes of style.css
};

/** Rules of html-validate that are a matter of taste, or that content by others cannot keep. */
export const TASTE = {
    'valid-id': ['error', { relaxed: true }], // anchors are bookmarked: an id of ours may begin with a digit
    'long-title': 'off', // titles are the editor's
    'no-trailing-whitespace': 'off',
    'void-style': 'off',
    'no-inline-style': 'off',
};

/** What axe is asked beside its defaults. */
export const AXE = { rules: { 'target-size': { enabled: true } }, resultTypes: ['violations'] };
