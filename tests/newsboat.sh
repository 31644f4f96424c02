#!/usr/bin/env bash
# A real feed reader on our combined feed, built from three upstream feeds that carry the same stories: each story once, with
# the right date, title and link, before and after an edit upstream. Needs newsboat and python3. Loopback only.
#   tests/newsboat.sh WELLSOURCED
set -euo pipefail
wellsourced=$(realpath "$1")
work=$(mktemp -d)
upstream=
trap '[ -z "$upstream" ] || kill "$upstream" 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"
mkdir upstream

# The port is the first thing the server says; it ends with this script.
python3 - upstream >port <<'PY' &
import functools, http.server, sys
handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=sys.argv[1])
handler.func.log_message = lambda *ignored: None
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
print(server.server_port, flush=True)
server.serve_forever()
PY
upstream=$!
for _ in $(seq 100); do [ -s port ] && break; sleep 0.1; done
site="http://127.0.0.1:$(cat port)"

for story in compiler kernel desktop; do
    { printf '<!doctype html><title>%s</title><h1>%s</h1><p>' "$story" "$story"
      printf 'Long enough to be an article about the %s. ' $(yes "$story" | head -n 120)
    } >"upstream/$story.html"
done
feed() { # feed NAME ITEM…: an RSS feed
    printf '<?xml version="1.0"?>\n<rss version="2.0"><channel><title>%s</title><link>%s/</link><description>-</description>\n' "$1" "$site"
    shift
    printf '%s\n' "$@" '</channel></rss>'
}
item() { # item TITLE PATH DATE GUID
    printf '<item><title>%s</title><link>%s/%s</link><pubDate>%s</pubDate><guid isPermaLink="false">%s</guid><description>What %s is about.</description></item>' \
        "$1" "$site" "$2" "$3" "$4" "$1"
}
feed "First Paper" "$(item 'The compiler learns' compiler.html 'Tue, 03 Mar 2026 10:00:00 +0000' a1)" \
    "$(item 'The kernel rests' kernel.html 'Wed, 04 Mar 2026 10:00:00 +0000' a2)" >upstream/one.xml
feed "Second Paper" "$(item 'The kernel rests' 'kernel.html?utm_source=second' 'Wed, 04 Mar 2026 10:00:00 +0000' b2)" \
    "$(item 'The desktop moves' desktop.html 'Thu, 05 Mar 2026 10:00:00 +0000' b3)" >upstream/two.xml
feed "Third Paper" "$(item 'The compiler learns' 'compiler.html#top' 'Tue, 03 Mar 2026 10:00:00 +0000' c1)" \
    "$(item 'The desktop moves' desktop.html 'Thu, 05 Mar 2026 10:00:00 +0000' c3)" >upstream/three.xml

cat >wellsourced.toml <<TOML
[site]
title = "Papers"
base_url = "https://papers.example/"
language = "en"
[store]
url = "sqlite:$work/store.db"
[publish]
directory = "$work/feeds"
[net]
allow_networks = ["127.0.0.0/8"]
interval = "0s"
TOML
for name in one two three; do
    printf '[[inputs]]\nname = "%s"\nfeed = "%s/%s.xml"\n' "$name" "$site" "$name" >>wellsourced.toml
done

read_with_newsboat() { # prints date, title, link of every article that newsboat holds
    echo "file://$work/feeds/rss.xml" >urls
    printf 'cleanup-on-quit no\n' >newsboat.conf
    HOME=$work newsboat -u urls -c cache.db -C newsboat.conf -x reload >/dev/null
    python3 - <<'PY'
import datetime, sqlite3
for date, title, url in sqlite3.connect("cache.db").execute("SELECT pubDate, title, url FROM rss_item ORDER BY pubDate, title"):
    print(datetime.datetime.fromtimestamp(date, datetime.timezone.utc).strftime("%Y-%m-%d %H:%M"), title, url.split("?")[0], sep="|")
PY
}
expect() { # expect WHAT LINES: what newsboat must hold
    if ! diff <(printf '%s\n' "$2") <(read_with_newsboat) >difference; then
        printf 'newsboat: %s:\n' "$1" >&2
        cat difference >&2
        exit 1
    fi
}
"$wellsourced" --config wellsourced.toml --once --quiet
expect "the stories of three feeds" "2026-03-03 10:00|The compiler learns|$site/compiler.html
2026-03-04 10:00|The kernel rests|$site/kernel.html
2026-03-05 10:00|The desktop moves|$site/desktop.html"

# Lost store, edited post upstream, new ids: the reader sees nothing twice.
rm store.db*
feed "First Paper" "$(item 'The compiler learns more' compiler.html 'Tue, 03 Mar 2026 10:00:00 +0000' z1)" \
    "$(item 'The kernel rests' kernel.html 'Wed, 04 Mar 2026 10:00:00 +0000' z2)" >upstream/one.xml
feed "Third Paper" "$(item 'The compiler learns more' compiler.html 'Tue, 03 Mar 2026 10:00:00 +0000' c1)" \
    "$(item 'The desktop moves' desktop.html 'Thu, 05 Mar 2026 10:00:00 +0000' c3)" >upstream/three.xml
"$wellsourced" --config wellsourced.toml --once --quiet
expect "after a lost store and an edit upstream" "2026-03-03 10:00|The compiler learns more|$site/compiler.html
2026-03-04 10:00|The kernel rests|$site/kernel.html
2026-03-05 10:00|The desktop moves|$site/desktop.html"
# An episode keeps its file.
episode="<item><title>The podcast speaks</title><guid isPermaLink=\"false\">p1</guid><pubDate>Fri, 06 Mar 2026 10:00:00 +0000</pubDate>"
episode="$episode<enclosure url=\"$site/compiler.html?episode.mp3\" type=\"audio/mpeg\" length=\"5\"/></item>"
feed "Third Paper" "$episode" "$(item 'The desktop moves' desktop.html 'Thu, 05 Mar 2026 10:00:00 +0000' c3)" >upstream/three.xml
rm store.db*
"$wellsourced" --config wellsourced.toml --once --quiet
read_with_newsboat >/dev/null
enclosed=$(python3 -c 'import sqlite3
print(*sqlite3.connect("cache.db").execute("SELECT enclosure_url, enclosure_type FROM rss_item WHERE title LIKE ?", ("%podcast%",)).fetchone())')
[ "$enclosed" = "$site/compiler.html?episode.mp3 audio/mpeg" ] || { echo "newsboat: the enclosure is $enclosed" >&2; exit 1; }
echo "newsboat shows 3 stories of 3 feeds once each, before and after an edit and a lost store, and the file of an episode"
