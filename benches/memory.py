"""The upstream feeds, the posts and the looking on of benches/memory.sh: memory.py BINARY FOLDER."""

import http.server
import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from email.utils import formatdate
from pathlib import Path

POSTS = int(os.environ.get("POSTS", 500))
FEEDS = int(os.environ.get("FEEDS", 200))
ENTRIES = 30  # in a feed
REPUBLISHES = int(os.environ.get("REPUBLISHES", 10))
MOST = 200  # MB that may be resident after any of them
PUBLIC, ADMIN = 18081, 19189

CONFIG = """
[site]
title = "Memory {title}"
base_url = "http://127.0.0.1:{public}/"
[store]
url = "sqlite:{folder}/store.db"
[schedule]
cycle = "0 0 1 1 *"
[net]
interval = "0ms"
per_host = 8
allow_networks = ["127.0.0.0/8"]
resolve = {{ {resolve} }}
[verify]
budget = "1s"
[publish]
directory = "{folder}/feeds"
[serve]
listen = "127.0.0.1:{public}"
admin = "127.0.0.1:{admin}"
[[inputs]]
name = "Digest"
digest = "{folder}/posts/*.md"
"""

INPUT = '[[inputs]]\nname = "Feed {n}"\nfeed = "http://feed-{n}.test:{port}/feed.xml"\n'


class Upstream(http.server.BaseHTTPRequestHandler):
    """Answers every host name: /feed.xml with entries that never change, everything else with a small page."""

    protocol_version = "HTTP/1.1"
    began = time.time()

    def do_GET(self):
        host = self.headers["Host"]
        body = b"<title>An entry</title><p>Words.</p>"
        if self.path == "/feed.xml":
            n = int(host.split(".")[0].split("-")[1])
            entries = "".join(
                f"<item><guid isPermaLink='false'>feed-{n}-{k}</guid><title>Entry {k} of feed {n}</title>"
                f"<link>http://{host}/entry/{k}</link><pubDate>{formatdate(self.began - k * 3600)}</pubDate>"
                f"<category>tag {(n + k) % 300}</category><description>{'Words about entry %d of %d. ' % (k, n) * 40}"
                f"</description></item>"
                for k in range(ENTRIES)
            )
            body = f"<rss version='2.0'><channel><title>Feed {n}</title><link>http://{host}/</link>{entries}</channel></rss>".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            self.wfile.write(body)
        except ConnectionError:
            pass

    do_HEAD = do_GET

    def log_message(self, *_):
        pass


def post(n):
    stories = "".join(
        f"### Story {n}-{k}\n\n{'第 %d 天的第 %d 件事。' % (n, k) * 30}\n\n> **[消息来源：Somewhere](http://feed-{n % FEEDS}.test/{n}/{k})**\n\n"
        for k in range(3)
    )
    date = time.strftime("%Y-%m-%d 08:00:00", time.gmtime(time.time() - (POSTS - n + 1) * 86400))
    return f"---\ntitle: 'Digest #{n}'\ndate: '{date}'\ntags: [tag {n % 300}, tag {(n + 1) % 300}]\n---\n\n{stories}"


def resident(pid):
    status = dict(line.split(":\t", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":\t" in line)
    return int(status["VmRSS"].split()[0]) / 1024, int(status["VmHWM"].split()[0]) / 1024, int(status["Threads"])


def metrics():
    return urllib.request.urlopen(f"http://127.0.0.1:{ADMIN}/metrics", timeout=10).read().decode()


def cycles():
    return sum(int(n) for n in re.findall(r'wellsourced_cycles_total\{result="\w+"\} (\d+)', metrics()))


def wait_for(count):
    until = time.time() + 300
    while True:
        try:
            if cycles() >= count:
                return
        except OSError:
            pass
        if time.time() > until:
            raise SystemExit("a cycle does not end")
        time.sleep(0.2)


def main(binary, folder):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Upstream)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    port = server.server_address[1]
    resolve = ", ".join(f'"feed-{n}.test" = "127.0.0.1"' for n in range(FEEDS))
    inputs = "".join(INPUT.format(n=n, port=port) for n in range(FEEDS))

    def configure(title):
        config = CONFIG.format(title=title, folder=folder, resolve=resolve, public=PUBLIC, admin=ADMIN)
        (folder / "wellsourced.toml").write_text(config + inputs)

    configure(0)
    (folder / "posts").mkdir()
    for n in range(POSTS):
        (folder / "posts" / f"{n}.md").write_text(post(n))
    log = open(folder / "log", "wb")
    prefix = os.environ.get("UNDER", "").split()
    daemon = subprocess.Popen([*prefix, binary, "--config", folder / "wellsourced.toml"], stderr=log, stdout=log)
    most = 0
    try:
        wait_for(1)
        print("republish   s  memory MB  peak MB  threads  prepared MB")
        for n in range(REPUBLISHES + 1):
            began = time.time()
            if n:
                configure(n)
                daemon.send_signal(signal.SIGHUP)
                daemon.send_signal(signal.SIGUSR1)
                wait_for(n + 1)
            took = time.time() - began
            now, peak, threads = resident(daemon.pid)
            most = max(most, now)
            prepared = re.search(r"^wellsourced_served_prepared_bytes (\S+)", metrics(), re.M)
            print(f"{n:9}  {took:4.1f} {now:9.0f} {peak:8.0f} {threads:8} {float(prepared[1]) / 1e6:8.1f}", flush=True)
        time.sleep(float(os.environ.get("REST", 0)))
        prepared = re.search(r"^wellsourced_served_prepared_bytes (\S+)", metrics(), re.M)
        print(f"afterwards: {resident(daemon.pid)[0]:.0f} MB, {float(prepared[1]) / 1e6:.1f} MB prepared")
    finally:
        daemon.terminate()
        daemon.wait(15)
    lines = (folder / "log").read_text().splitlines()
    print("\n".join(line for line in lines if " INFO " not in line)[:2000] or "nothing was wrong")
    if most > MOST:
        print(f"*** {most:.0f} MB are more than {MOST}")
    return int(most > MOST)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2])))
