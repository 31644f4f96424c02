// What came of the checks: failures by name, told together. A check that is pending fails nothing.

import { PENDING } from './expect.mjs';

/** One of each sort first; what is wrong begins with its sort. */
function examples(failures) {
    const sorts = new Set();
    const [first, others] = [[], []];
    for (const failure of failures) {
        const sort = failure.what.split(' ')[0];
        (sorts.has(sort) ? others : first).push(failure);
        sorts.add(sort);
    }
    return [...first, ...others];
}

export class Report {
    #checks = new Map(); // name → {tried, failures}
    skipped = [];

    /** Notes that a check was tried somewhere, and what is wrong there. */
    note(name, where, wrong = []) {
        const check = this.#checks.get(name) ?? { tried: 0, failures: [] };
        this.#checks.set(name, check);
        check.tried += 1;
        for (const what of [wrong].flat()) check.failures.push({ where, what: String(what) });
    }

    skip(what) {
        process.stderr.write(`\n*** SKIPPED: ${what}\n`);
        this.skipped.push(what);
    }

    /** Prints everything; whether all is well. */
    tell(most = 8) {
        const count = { passed: 0, failed: 0, pending: 0 };
        for (const [name, { tried, failures }] of this.#checks) {
            const state = failures.length === 0 ? 'passed' : PENDING.has(name) ? 'pending' : 'failed';
            count[state] += 1;
            const mark = { passed: 'ok     ', failed: 'FAILED ', pending: 'pending' }[state];
            console.log(`${mark} ${name} (${tried} times${failures.length ? `, ${failures.length} wrong` : ''})`);
            if (state === 'passed' && PENDING.has(name)) console.log('        it passes now: take it off PENDING in tests/browser/expect.mjs');
            for (const { where, what } of examples(failures).slice(0, most)) console.log(`        ${where}: ${what}`.replace(/\s*\n\s*/g, ' ').slice(0, 400));
            if (failures.length > most) console.log(`        … and ${failures.length - most} more`);
        }
        for (const what of this.skipped) console.log(`SKIPPED ${what}`);
        console.log(`pages in a browser: ${count.passed} passed, ${count.failed} failed, ${count.pending} pending`);
        return count.failed === 0;
    }
}
