#!/usr/bin/env python3
"""Reads every published feed below the given directories back and compares the formats of each channel.

RSS and Atom are read by feedparser, JSON Feed by the standard library (feedparser does not know it). Every folder's
feeds must be well-formed and list the same entries, in the same order, with the same ids, links, dates, titles, tags,
authors, languages, files and content. Prints what differs and exits with 1, or prints a count and exits with 0.

    python3 tests/readback.py feeds
"""

import json
import re
import sys
from calendar import timegm
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path

import feedparser

UNKNOWN = "application/octet-stream"
FILES = ("rss.xml", "atom.xml", "feed.json")


class Content(HTMLParser):
    """What is left to compare when a reader has written HTML anew: its text and where it leads."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.text, self.addresses = "", []
        self.feed(html)
        self.close()
        self.parts = ("".join(self.text.split()), self.addresses)

    def handle_starttag(self, tag, attrs):
        self.addresses += [(tag, value) for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data):
        self.text += data


def title_of(entry):
    """RSS does not say whether titles are HTML, so feedparser takes them for it, and what is escaped is left out. Behind `<`
    stands a space of no width, lest a tag begins there."""
    title = entry["title"].replace("\u200b", "")
    return None if re.search(r"[<>&]", title) else title


def files_of(entry):
    """Address, type and length of each file; RSS has room for one as `enclosure` and for all as `media:content`."""
    named = [(link.href, link.get("type", ""), link.get("length", "0")) for link in entry.get("links", []) if link.rel == "enclosure"]
    media = [(file["url"], file.get("type", ""), file.get("filesize", "0")) for file in entry.get("media_content", [])]
    if media and not set(url for url, _, _ in named) <= set(url for url, _, _ in media):
        raise ValueError(f"enclosure {named} is not among {media}")
    return sorted((url, kind or UNKNOWN, int(length or 0)) for url, kind, length in media or named)


def by_feedparser(path):
    feed = feedparser.parse(path.read_bytes())
    if feed.bozo:
        raise ValueError(f"not well-formed: {feed.bozo_exception}")
    expected = "rss20" if path.name == "rss.xml" else "atom10"
    if feed.version != expected:
        raise ValueError(f"is {feed.version or 'no feed'}, not {expected}")
    selves = [link.href for link in feed.feed.get("links", []) if link.rel == "self"]
    if len(selves) != 1 or not selves[0].endswith(path.name):
        raise ValueError(f"rel=self is {selves}")
    default = feed.feed.get("author")
    site = feed.feed.get("language") or feed.feed.title_detail.get("language") or ""
    entries = [
        {
            "id": entry.id,
            "link": entry.link,
            "title": title_of(entry),
            "published": timegm(entry.published_parsed),
            "updated": timegm(entry.updated_parsed),
            "tags": [tag.term for tag in entry.get("tags", [])],
            "author": entry.get("author", default),
            "language": (entry.get("language") or entry.title_detail.get("language") or site).lower(),
            "files": files_of(entry),
            "content": Content(entry.content[0].value).parts if entry.get("content") else [],
        }
        for entry in feed.entries
    ]
    return feed.feed.title, timegm(feed.feed.updated_parsed), entries


def by_json(path):
    def moment(text):
        return int(datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp())

    feed = json.loads(path.read_text(encoding="utf-8"))
    if feed["version"] != "https://jsonfeed.org/version/1.1" or not feed["feed_url"].endswith(path.name):
        raise ValueError(f"version {feed['version']}, feed_url {feed['feed_url']}")
    entries = [
        {
            "id": item["id"],
            "link": item["url"],
            "title": title_of(item),
            "published": moment(item["date_published"]),
            "updated": moment(item["date_modified"]),
            "tags": item.get("tags", []),
            "author": item.get("authors", feed["authors"])[0]["name"],
            "language": item.get("language", feed["language"]).lower(),
            "files": sorted((f["url"], f["mime_type"], f.get("size_in_bytes", 0)) for f in item.get("attachments", [])),
            "content": Content(item["content_html"]).parts,
        }
        for item in feed["items"]
    ]
    return feed["title"], moment(feed["_wellsourced"]["updated"]), entries


def differences(one, other):
    if one[:2] != other[:2]:
        yield f"title and date {one[:2]} and {other[:2]}"
    if len(one[2]) != len(other[2]):
        yield f"{len(one[2])} and {len(other[2])} entries"
    for number, (a, b) in enumerate(zip(one[2], other[2])):
        for field in a:
            if a[field] != b[field]:
                yield f"entry {number}: {field} {str(a[field])[:300]!r} and {str(b[field])[:300]!r}"


def check(folder):
    read = {}
    for name in FILES:
        path = folder / name
        if not path.exists():
            continue
        try:
            read[name] = by_json(path) if name.endswith(".json") else by_feedparser(path)
        except (ValueError, KeyError, AttributeError, TypeError, IndexError) as error:
            yield f"{path}: {type(error).__name__}: {error}"
    for name, feed in read.items():
        ids = [entry["id"] for entry in feed[2]]
        if len(ids) != len(set(ids)):
            yield f"{folder / name}: the same id twice"
    names = list(read)
    for name in names[1:]:
        for difference in differences(read[names[0]], read[name]):
            yield f"{folder}: {names[0]} and {name}: {difference}"


def main(directories):
    folders = sorted({path.parent for top in directories for name in FILES for path in Path(top).rglob(name)})
    wrong = [line for folder in folders for line in check(folder)]
    for line in wrong:
        print(line, file=sys.stderr)
    print(f"{len(folders)} channels read back, {len(wrong)} differences")
    return 1 if wrong or not folders else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or ["feeds"]))
