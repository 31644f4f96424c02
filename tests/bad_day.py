"""The parts of tests/bad-day.sh: bad_day.py BINARY FOLDER MAY_MOUNT [PART...].

Each part is a function with a site of its own; it asserts what an operator may expect. They run beside each other.
"""

import concurrent.futures
import glob
import http.server
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import xml.etree.ElementTree as xml
from email.utils import formatdate
from pathlib import Path

BINARY, ROOT, MAY_MOUNT = sys.argv[1], Path(sys.argv[2]), sys.argv[3] != "0"
PATIENCE = 60  # seconds; what takes longer hangs
END = 10  # seconds within which SIGTERM ends the daemon

CONFIG = """
[site]
title = "{title}"
base_url = "https://feeds.example/"
[store]
url = "sqlite:{folder}/store/store.db"
[schedule]
cycle = "{cycle}"
[publish]
directory = "{folder}/feeds"
[net]
interval = "0ms"
per_host = 8
allow_networks = ["127.0.0.0/8"]
[verify]
budget = "1s"
[serve]
listen = "127.0.0.1:0"
admin = "127.0.0.1:0"
[[inputs]]
name = "digest"
digest = "{folder}/posts/*.md"
"""


TWO_DAYS = 2 * 86400


class Skipped(Exception):
    """This machine does not allow what the part needs."""


class Site:
    """Posts, configuration, store and published directory in a folder."""

    def __init__(self, name, posts=5, more="", cycle="0 0 1 1 *"):
        self.folder = ROOT / name
        self.more, self.cycle = more, cycle
        for folder in ["posts", "store", "feeds"]:
            (self.folder / folder).mkdir(parents=True)
        self.feeds = self.folder / "feeds"
        self.store = self.folder / "store" / "store.db"
        self.configure("Bad day")
        for number in range(posts):
            self.post(number)

    def configure(self, title, wrong=""):
        text = CONFIG.format(title=title, folder=self.folder, cycle=self.cycle) + self.more + wrong
        (self.folder / "new.toml").write_text(text)
        (self.folder / "new.toml").rename(self.folder / "wellsourced.toml")

    def post(self, number, items=3, words=40):
        stories = "".join(
            f"### Story {number}-{n}\n\n{'words of story %d of %d, ' % (n, number) * words}\n\n"
            f"> **[消息来源：Somewhere](https://source{n}.example/{number}/{n})**\n\n"
            for n in range(items)
        )
        date = time.strftime("%Y-%m-%d 08:00:00", time.gmtime(time.time() - (1000 - number) * 86400))
        text = f"---\ntitle: 'Digest #{number}'\ndate: '{date}'\ntags: [tag {number % 3}, story]\n---\n\n{stories}"
        (self.folder / "posts" / f"{number}.md").write_text(text)

    def command(self, *arguments):
        return [BINARY, "--config", str(self.folder / "wellsourced.toml"), *arguments]

    def once(self, expected=0, env=None):
        ran = subprocess.run(self.command("--once"), capture_output=True, text=True, timeout=PATIENCE, env=env)
        told = ran.stdout + ran.stderr
        assert ran.returncode == expected, f"--once ended with {ran.returncode}, not {expected}:\n{told}"
        return told

    def files(self):
        """Path → (bytes, time of change) of everything that is published."""
        found = {}
        for path in sorted(self.feeds.rglob("*")):
            if path.is_file() and ".wellsourced" not in path.parts:
                found[str(path.relative_to(self.feeds))] = (path.read_bytes(), path.stat().st_mtime_ns)
        return found

    def assert_whole(self):
        """Every feed can be read by a reader."""
        for path, (content, _) in self.files().items():
            if path.endswith(".xml"):
                xml.fromstring(content)
            elif path.endswith(".json"):
                json.loads(content)

    def ids(self):
        return [item["id"] for item in json.loads((self.feeds / "feed.json").read_text())["items"]]


class Daemon:
    """A running daemon of a site."""

    def __init__(self, site, env=None):
        self.site = site
        self.log = site.folder / f"log-{time.monotonic_ns()}"
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(site.command(), stderr=log, stdout=log, env=env)
        line = self.until("listening")
        self.public, self.admin = (re.search(rf"{name}=(\S+)", line)[1] for name in ["public", "admin"])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def told(self):
        return self.log.read_text(errors="replace")

    def until(self, words, count=1):
        """Waits until the log has a line with these words so many times; gives the last one."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            lines = [line for line in self.told().splitlines() if words in line]
            if len(lines) >= count:
                return lines[count - 1]
            assert self.process.poll() is None, f"it ended without {words!r}:\n{self.told()}"
            time.sleep(0.05)
        raise AssertionError(f"{words!r} was not told {count} times:\n{self.told()[-2000:]}")

    def cycle(self):
        """Asks for a cycle and waits for its end, however it ends."""
        before = self.ended()
        self.process.send_signal(signal.SIGUSR1)
        end = time.monotonic() + PATIENCE
        while self.ended() == before:
            assert time.monotonic() < end, f"a cycle does not end:\n{self.told()[-2000:]}"
            time.sleep(0.05)

    def ended(self):
        counts = re.findall(r'^wellsourced_cycles_total\{result="\w+"\} (\d+)', self.get("/metrics", self.admin)[1], re.M)
        return sum(map(int, counts))

    def failed(self):
        return int(re.search(r'result="failed"\} (\d+)', self.get("/metrics", self.admin)[1])[1])

    def get(self, path, address=None):
        """Status and text of an answer."""
        try:
            with urllib.request.urlopen(f"http://{address or self.public}{path}", timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def ready(self):
        return self.get("/readyz", self.admin)

    def end(self):
        """SIGTERM ends it in time and well."""
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(END)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"SIGTERM does not end it:\n{self.told()[-2000:]}") from None
        assert code == 0, f"it ended with {code}:\n{self.told()[-2000:]}"
        assert "panicked" not in self.told(), self.told()[-2000:]


class Upstream:
    """Feeds that have another entry each time they are fetched."""

    def __init__(self, feeds):
        upstream = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                upstream.answer(self)

            do_HEAD = do_GET

            def log_message(self, *_):
                pass

        self.fetched = {}
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        port = self.server.server_address[1]
        feed = '[[inputs]]\nname = "feed {0}"\nfeed = "http://127.0.0.1:{1}/feed-{0}.xml"\nschedule = "* * * * *"\n'
        self.config = "".join(feed.format(n, port) for n in range(feeds))

    def answer(self, request):
        body = b"<title>An entry</title><p>Words.</p>"
        if request.path.startswith("/feed-"):
            newest = self.fetched[request.path] = self.fetched.get(request.path, 20) + 1
            entries = "".join(
                f"<item><guid isPermaLink='false'>{request.path}-{n}</guid><title>Entry {n} of {request.path}</title>"
                f"<link>http://{request.headers['Host']}/{request.path}/{n}</link>"
                f"<pubDate>{formatdate(1.7e9 + n * 60)}</pubDate><description>Words about {n}.</description></item>"
                for n in range(newest, newest - 20, -1)
            )
            body = f"<rss version='2.0'><channel><title>F</title><link>http://x/</link>{entries}</channel></rss>".encode()
        try:
            request.send_response(200)
            request.send_header("Content-Length", str(len(body)))
            request.end_headers()
            request.wfile.write(body)
        except ConnectionError:
            pass


def small_disk(folder, size):
    """A small file system in place of a folder."""
    if not MAY_MOUNT:
        raise Skipped("mounting a small file system is not allowed here")
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], check=True)


def fill(folder):
    """Takes what is left of a file system."""
    with open(folder / "filler", "wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            pass


# The parts ---------------------------------------------------------------------------------------------------------------


def burst_and_slow_readers():
    """1,000 readers at once, and 300 that are slow, keep nobody from reading."""
    site = Site("burst")
    with Daemon(site) as daemon:
        daemon.until("cycle: ")
        host, port = daemon.public.rsplit(":", 1)
        slow = [socket.create_connection((host, int(port)), 10) for _ in range(300)]
        for number, connection in enumerate(slow):
            # Half never end their head, half never read their answer.
            head = b"GET /atom.xml HTTP/1.1\r\nHost: x\r\n" + (b"\r\n" if number % 2 else b"")
            connection.sendall(head)
        burst = [socket.socket() for _ in range(1000)]
        began = time.monotonic()
        for connection in burst:
            connection.setblocking(False)
            connection.connect_ex((host, int(port)))
        for connection in burst:
            connection.settimeout(10)
            connection.sendall(b"GET /rss.xml HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        for connection in burst:
            answer = b""
            while part := connection.recv(65536):
                answer += part
            assert answer.startswith(b"HTTP/1.1 200"), answer[:100]
            connection.close()
        took = time.monotonic() - began
        assert took < 10, f"the burst took {took:.1f} s"
        assert daemon.get("/feed.json")[0] == 200
        for connection in slow:
            connection.close()
        daemon.end()


def a_row_of_signals():
    """100 SIGHUPs, good and bad, hold up neither a cycle nor the end."""
    site = Site("signals")
    with Daemon(site) as daemon:
        daemon.until("cycle: ")
        for number in range(100):
            site.configure(f"Title {number}", wrong="nonsense\n" if number % 2 else "")
            daemon.process.send_signal(signal.SIGHUP)
        daemon.cycle()
        for number in range(100):
            site.configure(f"Other {number}", wrong="nonsense\n" if number % 2 else "")
            daemon.process.send_signal(signal.SIGHUP)
        daemon.end()


def full_store_disk():
    """A store without room: the cycle ends and says why, readers are served, and it goes on when there is room."""
    upstream = Upstream(40)
    site = Site("full-store", more=upstream.config)
    small_disk(site.folder / "store", "24m")
    with Daemon(site) as daemon:
        daemon.until("cycle: ")
        before = daemon.get("/feed.json")
        fill(site.store.parent)
        for number in range(10, 60):
            site.post(number)
        for _ in range(3):
            daemon.cycle()
        assert daemon.failed() == 3, daemon.told()
        status, why = daemon.ready()
        assert status == 503 and "last cycle failed" in why, (status, why)
        errors = [line for line in daemon.told().splitlines() if "ERROR" in line]
        assert len(errors) == 1, "\n".join(errors)
        assert daemon.get("/feed.json") == before, "what readers had is changed"
        (site.store.parent / "filler").unlink()
        subprocess.run(["mount", "-o", "remount,size=200m", str(site.store.parent)], check=True)
        daemon.cycle()
        daemon.until("cycles publish again")
        assert daemon.ready()[0] == 200, daemon.ready()
        daemon.end()
    site.assert_whole()


def a_first_run_on_a_full_store_disk():
    """200 feeds into a store of 2 MB: `--once` ends with 1 and says why."""
    upstream = Upstream(200)
    site = Site("full-first", more=upstream.config)
    small_disk(site.folder / "store", "2m")
    told = site.once(expected=1)
    assert "full" in told, told


def full_published_disk():
    """A published directory without room: readers keep whole feeds, and it goes on when there is room."""
    site = Site("full-feeds")
    small_disk(site.feeds, "20m")
    with Daemon(site) as daemon:
        daemon.until("cycle: ")
        before = {path: content for path, (content, _) in site.files().items()}
        fill(site.feeds)
        for number in range(10, 40):
            site.post(number, words=400)
        daemon.cycle()
        assert daemon.failed() == 1, daemon.told()
        status, why = daemon.ready()
        assert status == 503 and "last cycle failed" in why, (status, why)
        (site.feeds / "filler").unlink()
        after = {path: content for path, (content, _) in site.files().items()}
        assert after == before, "what readers had is changed"
        daemon.cycle()
        assert daemon.ready()[0] == 200, daemon.told()
        assert "Story 39-0" in daemon.get("/feed.json")[1]
        daemon.end()
    site.assert_whole()


def a_lost_manifest():
    """The manifest is removed, emptied, cut or noise: readers notice nothing, and a cycle mends it."""
    site = Site("manifest")
    manifest = site.feeds / ".wellsourced" / "manifest.jsonl"
    with Daemon(site) as daemon:
        daemon.until("cycle: ")
        files = site.files()
        whole = manifest.read_bytes()
        noise = random.Random(1).randbytes(len(whole))
        for what in [None, b"", whole[: len(whole) // 2], noise]:
            manifest.unlink()
            if what is not None:
                manifest.write_bytes(what)
            # The daemon looks at the manifest each second.
            time.sleep(1.5)
            for path in files:
                if path != "style.css":
                    status = daemon.get("/" + urllib.request.quote(path))[0]
                    assert status == 200, f"/{path} is {status} with a manifest of {what and what[:40]!r}"
            daemon.cycle()
            told = manifest.read_text()
            missing = [path for path in files if json.dumps(path, ensure_ascii=False) not in told]
            assert not missing, f"after a cycle the manifest does not name {missing[:3]}:\n{daemon.told()[-1500:]}"
            assert site.files() == files, "a file or its time has changed"
            assert daemon.get("/tags/story/atom.xml")[0] == 200 and daemon.ready()[0] == 200, daemon.ready()
        daemon.end()


def a_damaged_store():
    """A store that is truncated, flipped or another program's is named with the way out, and the way out works."""
    for name, damage in [
        ("truncated", lambda content: content[: len(content) // 3]),
        ("flipped", lambda content: content[:4096] + bytes(255 - byte for byte in content[4096:])),
        ("foreign", lambda _: b"This is the database of another program. " * 500),
    ]:
        site = Site(f"damaged-{name}")
        site.once()
        ids, files = site.ids(), site.files()
        content = damage(site.store.read_bytes())
        for suffix in ["-wal", "-shm"]:
            Path(f"{site.store}{suffix}").unlink(missing_ok=True)
        site.store.write_bytes(content)
        told = site.once(expected=1)
        assert str(site.store) in told and "move" in told, f"{name}: neither file nor way out:\n{told}"
        assert site.files() == files, f"{name}: what readers had is changed"
        for path in glob.glob(f"{site.store}*"):
            shutil.move(path, path + ".away")
        site.once()
        assert site.ids() == ids, f"{name}: ids have changed"
        assert site.files() == files, f"{name}: a file or its time has changed"


def a_clock_that_jumps():
    """The clock jumps two days ahead and back: cycles go on, nothing is published twice."""
    site = Site("clock", cycle="*/15 * * * *")
    library, source, shift = site.folder / "clock.so", Path(__file__).with_name("clock.c"), site.folder / "shift"
    if not shutil.which("cc"):
        raise Skipped("the clock is moved by a library that takes a C compiler")
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, source], check=True)
    shift.write_text("0")
    env = os.environ | {"LD_PRELOAD": str(library), "CLOCK_SHIFT": str(shift)}
    with Daemon(site, env=env) as daemon:
        daemon.until("cycle: ")
        files = site.files()
        shift.write_text(str(TWO_DAYS))
        # The clock is looked at anew each minute; two days of slots are one cycle.
        end = time.monotonic() + 90
        while daemon.ended() < 2:
            assert time.monotonic() < end, f"no cycle after two days:\n{daemon.told()[-1500:]}"
            time.sleep(0.5)
        shift.write_text("0")
        for seconds in [-TWO_DAYS, 0]:
            daemon.cycle()
            assert daemon.ready()[0] == 200, daemon.ready()
            shift.write_text(str(seconds))
        site.post(100)
        daemon.cycle()
        assert "Story 100-0" in daemon.get("/feed.json")[1]
        after = site.files()
        changed = [path for path in files if path.startswith("items/") and after.get(path) != files[path]]
        # The last item before the new post names it as what comes next.
        others = [path for path in changed if path not in after or b"editions/100/" not in after[path][0]]
        assert len(changed) <= 1 and not others, f"pages of items have changed: {changed}"
        assert "ERROR" not in daemon.told(), daemon.told()
        daemon.end()


def killed_again_and_again():
    """SIGKILL at 30 moments of cycles with feeds: what readers have is whole, no id is given twice, nothing is lost."""
    upstream = Upstream(15)
    site = Site("killed", more=upstream.config)
    dice = random.Random(7)
    for number in range(30):
        site.post(number)
        with Daemon(site) as daemon:
            time.sleep(dice.uniform(0, 0.6))
            daemon.process.kill()
            daemon.process.wait()
        site.assert_whole()
    site.once()
    told = site.once()
    site.assert_whole()
    ids = site.ids()
    assert len(ids) == len(set(ids)), "an id stands twice in the feed"
    titles = [item["title"] for item in json.loads((site.feeds / "feed.json").read_text())["items"]]
    assert len(titles) == len(set(titles)), "an item stands twice in the feed"
    pages = list((site.feeds / "items").iterdir())
    assert len(pages) >= 90, f"{len(pages)} pages of 90 items"
    assert "ERROR" not in told, told


PARTS = [
    a_clock_that_jumps,
    burst_and_slow_readers,
    a_row_of_signals,
    full_store_disk,
    a_first_run_on_a_full_store_disk,
    full_published_disk,
    a_lost_manifest,
    a_damaged_store,
    killed_again_and_again,
]


def live(part):
    """Lives through a part; gives whether all went well."""
    began = time.monotonic()
    try:
        part()
    except Skipped as why:
        print(f"*** skipped: {part.__name__}: {why}", file=sys.stderr, flush=True)
        return True
    except (AssertionError, OSError, subprocess.SubprocessError, xml.ParseError, ValueError, KeyError) as why:
        told = f"{type(why).__name__}: {why}"
        print(f"*** went wrong: {part.__name__} ({time.monotonic() - began:.1f} s)\n{told[:4000]}\n", flush=True)
        return False
    print(f"ok {part.__name__} ({time.monotonic() - began:.1f} s)", flush=True)
    return True


def main():
    wanted = sys.argv[4:]
    if wanted == ["--list"]:
        print("\n".join(f"{part.__name__}: {part.__doc__}" for part in PARTS))
        return 0
    parts = [part for part in PARTS if not wanted or part.__name__ in wanted]
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        return 0 if all(list(pool.map(live, parts))) else 1


if __name__ == "__main__":
    sys.exit(main())
