// A site in a folder: posts, configuration, store and directory, made and served by the real binary.

import { execFile, spawn } from 'node:child_process';
import { mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { promisify } from 'node:util';

const PATIENCE = 300_000; // milliseconds after which the binary hangs
const HOSTS = ['reachable', 'moved', 'new', 'blocked', 'failing', 'gone', 'replaced', 'archive', 'pictures', 'posts', 'hostile', 'evil',
    ...Array.from({ length: 40 }, (_, n) => `site${n}`)];

export class Site {
    #daemon = null;

    constructor({ binary, folder, name, language, web, inputs, clock = null }) {
        Object.assign(this, { binary, folder, name, language, clock, host: `${name}.test` });
        mkdirSync(`${folder}/posts`, { recursive: true });
        const resolve = HOSTS.map((host) => `"${host}.test" = "127.0.0.1"`).join(', ');
        writeFileSync(`${folder}/wellsourced.toml`, `
[site]
title = "${language === 'en' ? 'Daily Watch' : '每日观察'}"
base_url = "http://${this.host}/"
language = "${language}"
author = "${language === 'en' ? 'The editors' : '每日观察编辑部'}"
timezone = "Asia/Shanghai"
[store]
url = "sqlite:${folder}/store.db"
[schedule]
cycle = "0 0 1 1 *"
[publish]
directory = "${folder}/feeds"
[net]
interval = "0s"
per_host = 16
allow_networks = ["127.0.0.0/8"]
resolve = { ${resolve} }
[verify]
confirm_gone = { checks = 2, over = "1d" }
confirm_moved = { checks = 2, over = "1d" }
[archive]
url = "${web.at('archive', '/')}"
budget = "20s"
[serve]
listen = "127.0.0.1:0"
admin = "127.0.0.1:0"
[[inputs]]
name = "${language === 'en' ? 'Daily Watch' : '每日观察'}"
digest = "${folder}/posts/*.md"
base_url = "${web.at('posts', '/')}"
${inputs.map(({ name: input, feed }) => `[[inputs]]\nname = "${input}"\nfeed = "${feed}"\ncontent = "full"\n`).join('')}`);
    }

    write(posts) {
        for (const { path, text } of posts) writeFileSync(`${this.folder}/posts/${path}`, text);
    }

    #arguments(...more) {
        return ['--config', `${this.folder}/wellsourced.toml`, '--color', 'never', ...more];
    }

    /** One cycle, so many seconds from now; what it said. */
    async once({ shift = 0, more = [] } = {}) {
        const env = shift ? { ...process.env, LD_PRELOAD: this.clock, CLOCK_SHIFT: `${this.folder}/shift` } : process.env;
        writeFileSync(`${this.folder}/shift`, String(shift));
        try {
            const { stdout, stderr } = await promisify(execFile)(this.binary, this.#arguments('--once', ...more), { env, timeout: PATIENCE, maxBuffer: 1 << 28 });
            return stdout + stderr;
        } catch (error) {
            // Published, but with errors.
            if (error.code === 3) return error.stdout + error.stderr;
            throw new Error(`--once ended with ${error.code}:\n${error.stdout}\n${error.stderr}`);
        }
    }

    /** Serves what is published, offline. */
    async serve() {
        const path = `${this.folder}/daemon.log`;
        const log = openSync(path, 'w');
        this.#daemon = spawn(this.binary, this.#arguments('--offline'), { stdio: ['ignore', log, log] });
        for (const end = Date.now() + PATIENCE; Date.now() < end; await new Promise((done) => setTimeout(done, 50))) {
            const told = /listening.*public=\S*?(\d+\.\d+\.\d+\.\d+):(\d+)/.exec(readFileSync(path, 'utf8'));
            if (told) {
                [, this.address, this.port] = told;
                return;
            }
            if (this.#daemon.exitCode !== null) break;
        }
        throw new Error(`the daemon does not listen:\n${readFileSync(path, 'utf8')}`);
    }

    /** Whether an address is one of this site. */
    owns(url) {
        return new URL(url).origin === `http://${this.host}`;
    }

    /** Asks the daemon for an address of the site: `{status, headers, body}`. */
    get(url, headers = {}) {
        const { pathname, search } = new URL(url);
        return new Promise((done, fail) => {
            request({ host: this.address, port: this.port, path: pathname + search, headers: { host: this.host, ...headers } }, (answer) => {
                const parts = [];
                answer.on('data', (part) => parts.push(part));
                answer.on('end', () => done({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(parts) }));
                answer.on('error', fail);
            }).on('error', fail).end();
        });
    }

    async end() {
        const daemon = this.#daemon;
        if (!daemon || daemon.exitCode !== null) return;
        daemon.kill('SIGTERM');
        await Promise.race([new Promise((done) => daemon.on('exit', done)), new Promise((done) => setTimeout(done, 10_000))]);
        daemon.kill('SIGKILL');
    }
}
