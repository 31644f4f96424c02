// The web of these tests: one server on loopback that is every host of them, told apart by the name that is asked for.

import { createServer } from 'node:http';
import { deflateSync, crc32 } from 'node:zlib';

/** CRC of a chunk of a picture; `zlib.crc32` came with Node 22. */
function checksum(bytes) {
    if (crc32) return crc32(bytes);
    let crc = ~0;
    for (const byte of bytes) {
        crc ^= byte;
        for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
    }
    return ~crc >>> 0;
}

function chunk(type, data) {
    const named = Buffer.concat([Buffer.from(type), data]);
    const whole = Buffer.alloc(data.length + 12);
    whole.writeUInt32BE(data.length, 0);
    named.copy(whole, 4);
    whole.writeUInt32BE(checksum(named), data.length + 8);
    return whole;
}

/** A grey PNG of a size. */
export function png(width, height) {
    const head = Buffer.alloc(13);
    head.writeUInt32BE(width, 0);
    head.writeUInt32BE(height, 4);
    head[8] = 8; // bits, of grey
    const lines = Buffer.alloc((width + 1) * height, 0x99);
    for (let line = 0; line < height; line += 1) lines[line * (width + 1)] = 0;
    return Buffer.concat([
        Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]),
        chunk('IHDR', head), chunk('IDAT', deflateSync(lines)), chunk('IEND', Buffer.alloc(0)),
    ]);
}

/** A picture by the size in its name, `/wide-1600x900.png`. */
export function picture(path) {
    const [, width, height] = /(\d+)x(\d+)\.png$/.exec(path) ?? [0, 300, 200];
    return png(Number(width), Number(height));
}

const article = (title) =>
    `<!doctype html><html lang="zh"><head><title>${title}</title></head><body><h1>${title}</h1><p>${`这里是${title}，写的是原来的那件事。`.repeat(12)}</p></body></html>`;
const SPAM = `<!doctype html><html lang="zh"><head><title>真人娱乐城 在线赌场 老虎机 注册送彩金</title><meta name="description" content="在线博彩平台，百家乐，老虎机，体育投注，六合彩"></head><body><p>${'真人娱乐城 在线赌场 百家乐 老虎机 体育投注 六合彩 注册送彩金 彩票平台。'.repeat(20)}</p></body></html>`;

/** The server; `files` are paths that any host has, `turn()` lets what was bought show its new face. */
export async function web() {
    const files = new Map();
    let bought = false;
    const answer = (host, path) => {
        const file = files.get(path);
        if (file) return [200, file.type, file.body];
        // What the checker makes up, to see whether a host has a page for any path.
        if (/\/[0-9a-f]{16}(\.\w+)?$/.test(path)) return [404, 'text/html', '<title>Not found</title>'];
        if (path.endsWith('.png')) return [200, 'image/png', picture(path)];
        switch (host) {
            case 'moved':
                return [301, null, '', { location: at('new', path) }];
            case 'blocked':
                return [403, 'text/html', '<title>Forbidden</title>'];
            case 'failing':
                return [500, 'text/html', '<title>Broken</title>'];
            case 'gone':
                return [404, 'text/html', '<title>Not found</title>'];
            case 'replaced':
                return [200, 'text/html; charset=utf-8', bought ? SPAM : article(`旧报道 ${path}`)];
            case 'archive': {
                const original = path.replace(/^\/web\/\d+\//, '');
                if (path.startsWith('/web/20260501000000/')) return [200, 'text/html', article('Copy')];
                return [302, null, '', { location: at('archive', `/web/20260501000000/${original}`) }];
            }
            default:
                return [200, 'text/html; charset=utf-8', article(`报道 ${path}`)];
        }
    };
    const server = createServer((request, response) => {
        const host = (request.headers.host ?? '').split('.')[0];
        const [status, type, body, more] = answer(host, request.url);
        response.writeHead(status, { ...(type ? { 'content-type': type } : {}), ...more });
        response.end(request.method === 'HEAD' ? undefined : body);
    });
    await new Promise((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.address();
    const at = (host, path) => `http://${host}.test:${port}${path}`;
    return { at, files, port, turn: () => (bought = true), end: () => (server.close(), server.closeAllConnections()) };
}
