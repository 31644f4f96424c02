// A headless Chromium of our own, spoken to over the pipe of its DevTools protocol. Knows nothing of pages of ours.

import { spawn } from 'node:child_process';
import { mkdirSync, openSync } from 'node:fs';

const PATIENCE = 120_000; // milliseconds after which something hangs

/** A running browser. */
export class Chromium {
    #process;
    #last = 0;
    #waiting = new Map();
    #listeners = new Map(); // session → listener
    #rest = '';

    /** Starts it with a profile in `folder`; no request leaves the machine, for no name but loopback's resolves. */
    static async start(folder, flags = []) {
        const browser = new Chromium();
        mkdirSync(folder, { recursive: true });
        const log = openSync(`${folder}/log`, 'a');
        browser.#process = spawn(
            'chromium',
            [
                '--headless=new', '--remote-debugging-pipe', '--no-first-run', '--disable-gpu', '--disable-dev-shm-usage',
                '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-extensions',
                '--disable-features=HttpsUpgrades,HttpsFirstBalancedModeAutoEnable', '--hide-scrollbars', '--mute-audio',
                '--force-color-profile=srgb', `--user-data-dir=${folder}/profile`,
                // Its sandbox needs a user that is not root.
                ...(process.getuid() === 0 ? ['--no-sandbox'] : []),
                ...flags, 'about:blank',
            ],
            { stdio: ['ignore', log, log, 'pipe', 'pipe'], env: { ...process.env, HOME: folder } },
        );
        browser.#process.stdio[4].setEncoding('utf8').on('data', (text) => browser.#read(text));
        browser.#process.on('exit', () => browser.#process.stdio[3].destroy());
        browser.#process.stdio[3].on('error', () => {});
        await browser.send('Browser.getVersion');
        return browser;
    }

    #read(text) {
        const parts = (this.#rest + text).split('\0');
        this.#rest = parts.pop();
        for (const part of parts) {
            const message = JSON.parse(part);
            const waiting = this.#waiting.get(message.id);
            if (waiting) {
                this.#waiting.delete(message.id);
                clearTimeout(waiting.timer);
                if (message.error) waiting.fail(new Error(`${waiting.method}: ${message.error.message}`));
                else waiting.done(message.result);
            } else if (message.method) {
                this.#listeners.get(message.sessionId)?.(message.method, message.params);
            }
        }
    }

    /** Sends a command and waits for its answer. */
    send(method, params = {}, sessionId = undefined) {
        const id = ++this.#last;
        return new Promise((done, fail) => {
            const timer = setTimeout(() => fail(new Error(`${method}: no answer`)), PATIENCE);
            this.#waiting.set(id, { done, fail, method, timer });
            this.#process.stdio[3].write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
        });
    }

    /** A new tab in a context of its own. */
    async tab() {
        const { browserContextId } = await this.send('Target.createBrowserContext');
        const { targetId } = await this.send('Target.createTarget', { url: 'about:blank', browserContextId });
        const { sessionId } = await this.send('Target.attachToTarget', { targetId, flatten: true });
        const tab = new Tab(this, sessionId, browserContextId);
        this.#listeners.set(sessionId, (method, params) => tab.heard(method, params));
        for (const domain of ['Page', 'Runtime', 'Log', 'Network']) await tab.send(`${domain}.enable`);
        return tab;
    }

    /** Ends it. */
    async end() {
        await this.send('Browser.close').catch(() => {});
        this.#process.kill('SIGKILL');
    }
}

/** A tab, and what happened in it since `forget`. */
export class Tab {
    #browser;
    #session;
    #context;
    #loaded = null;
    #answer = null; // how requests are answered
    #pending = new Set();

    /** What the console said that is an error, or a word of the browser about one. */
    errors = [];
    /** Dialogs, and calls of the bindings, that happened. */
    calls = [];
    /** Requests: `{url, type}`. */
    requests = [];
    /** Addresses to which a frame went. */
    visits = [];

    constructor(browser, session, context) {
        this.#browser = browser;
        this.#session = session;
        this.#context = context;
    }

    send(method, params) {
        return this.#browser.send(method, params, this.#session);
    }

    forget() {
        this.errors = [];
        this.calls = [];
        this.requests = [];
        this.visits = [];
    }

    heard(method, params) {
        switch (method) {
            case 'Page.loadEventFired':
                this.#loaded?.();
                break;
            case 'Page.frameNavigated':
                this.visits.push(params.frame.url);
                break;
            case 'Page.javascriptDialogOpening':
                this.calls.push(`${params.type}: ${params.message}`);
                this.send('Page.handleJavaScriptDialog', { accept: false }).catch(() => {});
                break;
            case 'Runtime.bindingCalled':
                this.calls.push(params.payload);
                break;
            case 'Runtime.exceptionThrown':
                this.errors.push(params.exceptionDetails.exception?.description ?? params.exceptionDetails.text);
                break;
            case 'Runtime.consoleAPICalled':
                if (['error', 'assert', 'warning'].includes(params.type)) {
                    this.errors.push(params.args.map((value) => value.value ?? value.description).join(' '));
                }
                break;
            case 'Log.entryAdded':
                if (['error', 'warning'].includes(params.entry.level)) this.errors.push(`${params.entry.text} (${params.entry.url ?? ''})`);
                break;
            case 'Fetch.requestPaused':
                this.#paused(params);
                break;
        }
    }

    /** Has every request answered by `answer({url, type, method})`: null, or `{status, headers, body, delay}`. */
    async intercept(answer) {
        this.#answer = answer;
        await this.send('Fetch.enable', { patterns: [{ urlPattern: '*' }] });
    }

    #paused({ requestId, request, resourceType }) {
        const asked = { url: request.url, type: resourceType, method: request.method };
        this.requests.push(asked);
        const answering = (async () => {
            const answer = await this.#answer(asked);
            if (!answer) return this.send('Fetch.failRequest', { requestId, errorReason: 'BlockedByClient' });
            if (answer.delay) await new Promise((done) => setTimeout(done, answer.delay));
            const responseHeaders = Object.entries(answer.headers ?? {}).map(([name, value]) => ({ name, value: String(value) }));
            const body = Buffer.from(answer.body ?? '').toString('base64');
            return this.send('Fetch.fulfillRequest', { requestId, responseCode: answer.status ?? 200, responseHeaders, body });
        })().catch(() => {}); // The frame that asked may be gone.
        this.#pending.add(answering);
        answering.finally(() => this.#pending.delete(answering));
    }

    /** Ends when the next page is loaded. */
    #load(what) {
        const loaded = new Promise((done, fail) => {
            const timer = setTimeout(() => fail(new Error(`${what} does not load`)), PATIENCE);
            this.#loaded = () => (clearTimeout(timer), done());
        });
        loaded.catch(() => {});
        return loaded;
    }

    /** Does something that leads to another page, and waits until that is loaded. */
    async follow(act) {
        const loaded = this.#load('what is led to');
        await act();
        await loaded;
    }

    /** Clicks on an element, with the mouse. */
    async click(selector) {
        const [x, y] = await this.run((wanted) => {
            const node = document.querySelector(wanted);
            if (!node) throw new Error(`there is no ${wanted}`);
            node.scrollIntoView({ block: 'center', behavior: 'instant' });
            const { left, top, width, height } = node.getClientRects()[0];
            return [left + width / 2, top + height / 2];
        }, selector);
        for (const type of ['mousePressed', 'mouseReleased']) await this.send('Input.dispatchMouseEvent', { type, x, y, button: 'left', clickCount: 1 });
    }

    /** Goes to an address and waits until it is loaded. */
    async open(url) {
        const loaded = this.#load(url);
        const { errorText, isDownload } = await this.send('Page.navigate', { url });
        if (isDownload) return 'download';
        if (errorText) throw new Error(`${url}: ${errorText}`);
        await loaded;
        return 'loaded';
    }

    /** Waits until every request that was made is answered. */
    async settle(milliseconds = 60) {
        for (let quiet = 0; quiet < 2; quiet += 1) {
            await Promise.all([...this.#pending]);
            await this.run(`new Promise((done) => setTimeout(done, ${milliseconds / 2}))`);
        }
    }

    /** What an expression of the page's is worth; a function is called with the arguments, in a world of its own. */
    async run(code, ...values) {
        const expression = typeof code === 'function' ? `(${code})(...${JSON.stringify(values)})` : code;
        const { result, exceptionDetails } = await this.send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
        if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
        return result.value;
    }

    /** A window so wide, in a scheme of colours. As on a desk: a phone changes its viewport while it loads, which hides shifts. */
    async look({ width, height = 800, scheme = 'light', media = '' }) {
        await this.send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: false });
        await this.send('Emulation.setEmulatedMedia', { media, features: [{ name: 'prefers-color-scheme', value: scheme }] });
    }

    /** A picture of the page from its top on, so high at most. */
    async screenshot(most = 3000) {
        const [width, height] = await this.run('[innerWidth, document.documentElement.scrollHeight]');
        const clip = { x: 0, y: 0, width, height: Math.min(height, most), scale: 1 };
        const { data } = await this.send('Page.captureScreenshot', { format: 'png', captureBeyondViewport: true, clip });
        return Buffer.from(data, 'base64');
    }

    async close() {
        await this.#browser.send('Target.disposeBrowserContext', { browserContextId: this.#context });
    }
}
