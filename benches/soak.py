"""The upstream feeds, the readers and the looking on of benches/soak.sh: soak.py BINARY FOLDER MINUTES."""

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import time
from email.utils import formatdate
from pathlib import Path

FEEDS = 200
READERS = 1000
ENTRIES = 20  # in a feed
CHANGES = 60  # seconds between two new entries of a feed
POSTS = 3  # seconds between two posts of the digest
LOOK = 5  # seconds between two looks
WARM = 0.3  # of the time, before which nothing is judged
GROWTH = 1.10  # of memory after that
PUBLIC, ADMIN = 18080, 19188

CONFIG = """
[site]
title = "Soak"
base_url = "http://127.0.0.1:{public}/"
[store]
url = "sqlite:{folder}/store.db"
[schedule]
cycle = "* * * * *"
[net]
interval = "0ms"
per_host = 8
allow_networks = ["127.0.0.0/8"]
resolve = {{ {resolve} }}
[publish]
directory = "{folder}/feeds"
[serve]
listen = "127.0.0.1:{public}"
admin = "127.0.0.1:{admin}"
[[inputs]]
name = "Digest"
digest = "{folder}/posts/*.md"
"""

POST = """---
title: 'Digest #{n}'
date: '{date}'
tags: [tag 7, tag 8]
---

### Item {n} of the digest

Some words about tag 7.

> **[消息来源：Feed](http://feed-{host}.test:{port}/digest/{n})**
"""

INPUT = """
[[inputs]]
name = "Feed {n}"
feed = "http://feed-{n}.test:{port}/feed.xml"
schedule = "* * * * *"
"""


class Upstream:
    """Answers every host name: /feed.xml with entries that come in time, everything else with a small page."""

    def __init__(self):
        self.began = time.time()
        self.feeds = self.unchanged = self.pages = 0

    def newest(self, n):
        return ENTRIES + int((time.time() - self.began + n * CHANGES / FEEDS) // CHANGES)

    def feed(self, n, newest, host):
        entries = "".join(
            f"<item><guid isPermaLink='false'>feed-{n}-{k}</guid><title>Entry {k} of feed {n}</title>"
            f"<link>http://{host}/entry/{k}</link><pubDate>{formatdate(self.began + (k - ENTRIES) * CHANGES)}</pubDate>"
            f"<category>tag {k % 40}</category><description>{'Some words about entry %d. ' % k * 20}</description></item>"
            for k in range(newest, newest - ENTRIES, -1)
        )
        return f"<rss version='2.0'><channel><title>Feed {n}</title><link>http://{host}/</link>{entries}</channel></rss>"

    async def answer(self, reader, writer):
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                lines = head.split("\r\n")
                path = lines[0].split(" ")[1]
                fields = {k.lower(): v for k, v in (line.split(": ", 1) for line in lines[1:] if ": " in line)}
                host = fields.get("host", "")
                status, more, body = "200 OK", "Content-Type: text/html\r\n", b"<title>An entry</title><p>Words.</p>"
                if path == "/feed.xml":
                    n = int(host.split(".")[0].split("-")[1])
                    newest = self.newest(n)
                    more = f'Content-Type: application/rss+xml\r\nETag: "{n}-{newest}"\r\nCache-Control: max-age=1\r\n'
                    if fields.get("if-none-match") == f'"{n}-{newest}"':
                        status, body = "304 Not Modified", b""
                        self.unchanged += 1
                    else:
                        body = self.feed(n, newest, host).encode()
                        self.feeds += 1
                elif path == "/robots.txt":
                    status, body = "404 Not Found", b""
                else:
                    self.pages += 1
                length = "" if status.startswith("304") else f"Content-Length: {len(body)}\r\n"
                writer.write(f"HTTP/1.1 {status}\r\n{more}{length}\r\n".encode() + (b"" if head.startswith("HEAD") else body))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


class Readers:
    """Ask for a feed once a second each, as readers do: with the last ETag, on a kept connection."""

    PATHS = ["/rss.xml", "/atom.xml", "/feed.json", "/tags/tag-7/rss.xml", "/index.html", "/feed"]

    def __init__(self):
        self.answers = {}
        self.failed = []

    async def read(self, n, end):
        path = self.PATHS[n % len(self.PATHS)]
        tag, reader, writer = None, None, None
        await asyncio.sleep(n / READERS)
        while time.time() < end:
            try:
                if writer is None:
                    reader, writer = await asyncio.open_connection("127.0.0.1", PUBLIC)
                conditional = f"If-None-Match: {tag}\r\n" if tag else ""
                ask = f"GET {path} HTTP/1.1\r\nHost: soak\r\nAccept-Encoding: gzip\r\n{conditional}\r\n"
                writer.write(ask.encode())
                head = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)).decode("latin-1")
                status = head.split(" ")[1]
                fields = {k.lower(): v for k, v in (line.split(": ", 1) for line in head.split("\r\n") if ": " in line)}
                if "content-length" in fields and status != "304":
                    await reader.readexactly(int(fields["content-length"]))
                tag = fields.get("etag", tag)
                self.answers[status] = self.answers.get(status, 0) + 1
            except (OSError, asyncio.IncompleteReadError, asyncio.TimeoutError) as error:
                self.failed.append(f"{path}: {error!r}")
                writer = None
            await asyncio.sleep(1)


async def is_ready():
    """Whether the first publish is being served."""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", PUBLIC)
    except OSError:
        return False
    writer.write(b"GET /tags/tag-7/rss.xml HTTP/1.1\r\nHost: soak\r\nConnection: close\r\n\r\n")
    line = await reader.readline()
    writer.close()
    return b" 200 " in line


def looked(pid, folder):
    """What the process and the store take now."""
    status = dict(line.split(":\t", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":\t" in line)
    size = sum(path.stat().st_size for path in folder.glob("store.db*"))
    return {
        "rss": int(status["VmRSS"].split()[0]) / 1024,
        "threads": int(status["Threads"]),
        "files": len(os.listdir(f"/proc/{pid}/fd")),
        "store": size / 1e6,
    }


def rows(folder):
    """Rows by table: what the store grew by."""
    with sqlite3.connect(f"file:{folder}/store.db?mode=ro", uri=True, timeout=5) as store:
        names = [name for (name,) in store.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        return {name: store.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}


async def soak(binary, folder, minutes):
    upstream, readers = Upstream(), Readers()
    server = await asyncio.start_server(upstream.answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    resolve = ", ".join(f'"feed-{n}.test" = "127.0.0.1"' for n in range(FEEDS))
    config = CONFIG.format(folder=folder, resolve=resolve, public=PUBLIC, admin=ADMIN)
    config += "".join(INPUT.format(n=n, port=port) for n in range(FEEDS))
    (folder / "wellsourced.toml").write_text(config)
    (folder / "posts").mkdir()
    log = open(folder / "log", "wb")
    daemon = subprocess.Popen([binary, "--config", folder / "wellsourced.toml"], stderr=log, stdout=log)
    began, end = time.time(), time.time() + minutes * 60
    looks, first_rows = [], None
    try:
        while not await is_ready():
            if daemon.poll() is not None or time.time() > began + 60:
                raise SystemExit(f"it does not get ready:\n{(folder / 'log').read_text()}")
            await asyncio.sleep(0.2)
        reading = [asyncio.create_task(readers.read(n, end)) for n in range(READERS)]
        print("   s  memory MB  threads  descriptors  store MB  feeds read  unchanged  pages checked")
        next_look = next_post = time.time()
        posts = 0
        while time.time() < end:
            daemon.send_signal(signal.SIGUSR1)  # a cycle now
            if time.time() >= next_post:
                next_post += POSTS
                posts += 1
                date = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime())
                post = POST.format(n=posts, date=date, host=posts % FEEDS, port=port)
                (folder / "posts" / f"{posts}.md").write_text(post)
            if time.time() >= next_look:
                next_look += LOOK
                look = looked(daemon.pid, folder) | {"at": time.time() - began}
                looks.append(look)
                if first_rows is None and look["at"] > minutes * 60 * WARM:
                    first_rows = rows(folder)
                print(
                    f"{look['at']:4.0f}  {look['rss']:9.1f}  {look['threads']:7}  {look['files']:11}  {look['store']:8.1f}"
                    f"  {upstream.feeds:10}  {upstream.unchanged:9}  {upstream.pages:13}",
                    flush=True,
                )
            await asyncio.sleep(1)
        await asyncio.gather(*reading)
        last_rows = rows(folder)
    finally:
        daemon.terminate()
        code = daemon.wait(15)
        server.close()
    return judge(looks, first_rows, last_rows, readers, code, folder)


def judge(looks, first_rows, last_rows, readers, code, folder):
    """Says whether it stayed flat after the warm-up."""
    steady = [look for look in looks if look["at"] > WARM * looks[-1]["at"]]
    half = len(steady) // 2
    early, late = (max(look["rss"] for look in part) for part in (steady[:half], steady[half:]))
    files_early, files_late = (max(look["files"] for look in part) for part in (steady[:half], steady[half:]))
    grown = {name: count - first_rows.get(name, 0) for name, count in last_rows.items() if count != first_rows.get(name)}
    print(f"answers by status: {dict(sorted(readers.answers.items()))}, failed: {len(readers.failed)} {readers.failed[:3]}")
    print(f"memory after warm-up: at most {early:.1f} MB in the first half, {late:.1f} MB in the second")
    print(f"descriptors after warm-up: at most {files_early} in the first half, {files_late} in the second")
    print(f"store: {steady[0]['store']:.1f} MB after warm-up, {steady[-1]['store']:.1f} MB at the end; rows added: {grown}")
    print(f"exit code {code}; warnings and errors logged: {len((folder / 'log').read_text().splitlines())} lines in all")
    wrong = []
    if late > early * GROWTH:
        wrong.append("memory grew")
    if files_late > files_early + 20:
        wrong.append("descriptors leak")
    if readers.failed or any(status not in ("200", "304") for status in readers.answers):
        wrong.append("readers were let down")
    if code != 0:
        wrong.append("it did not end well")
    print("*** " + ", ".join(wrong) if wrong else "all flat")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(soak(sys.argv[1], Path(sys.argv[2]), float(sys.argv[3]))))
