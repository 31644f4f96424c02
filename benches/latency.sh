#!/usr/bin/env bash
# How long readers wait for a 304 while the daemon, in the same process, works: p99 over a cold cycle and over a full publish.
#
#   benches/latency.sh
#
# 2,000 posts are published; then 1,000 feeds of 50 entries over 50 hosts on loopback are added (the cold cycle), then everything
# is published anew under another option. Forty readers on kept connections ask every 20 ms meanwhile, for as long as the cycle lasts.
# Environment: POSTS, FEEDS, CONNECTION (close: a new connection for each request), NO_BUILD. Needs wrk, curl and pgrep.
set -euo pipefail
cd "$(dirname "$0")/.."
posts=${POSTS:-2000} feeds=${FEEDS:-1000} hosts=50
for tool in wrk curl; do
    command -v "$tool" >/dev/null || { echo "benches/latency.sh needs $tool" >&2; exit 1; }
done
[ -n "${NO_BUILD:-}" ] || cargo build --locked --release --bins --examples
bin=${CARGO_TARGET_DIR:-target}/release
ulimit -n 65536 2>/dev/null || ulimit -n "$(ulimit -Hn)"
work=$(mktemp -d -p /dev/shm)
daemon='' asking=''
finish() {
    exec 9>&- || true
    for process in $daemon $asking; do kill "$process" 2>/dev/null || true; done
    wait 2>/dev/null || true
    rm -rf "$work"
}
trap finish EXIT
port=$((20000 + RANDOM % 10000))
public=$((port + 1)) admin=$((port + 2))

"$bin/examples/generate_posts" "$work/posts" "$posts"
cat >"$work/wellsourced.toml" <<T
[site]
title = "Bench"
base_url = "http://127.0.0.1:$public/"
timezone = "Asia/Shanghai"
[store]
url = "sqlite:$work/store.db"
[schedule]
cycle = "0 0 1 1 *"
[net]
allow_networks = ["127.0.0.0/8"]
interval = "0s"
per_host = 16
[verify]
budget = "0s"
[publish]
items_per_feed = 50
directory = "$work/feeds"
[serve]
listen = "127.0.0.1:$public"
admin = "127.0.0.1:$admin"
[[inputs]]
name = "posts"
digest = "$work/posts/**/*.md"
base_url = "http://127.0.0.1:$public/"
T
"$bin/wellsourced" --config "$work/wellsourced.toml" --once --offline -q
for ((feed = 0; feed < feeds; feed++)); do
    printf '[[inputs]]\nname = "Feed %d"\nfeed = "http://127.0.1.%d:%d/feed/%d"\ncontent = "full"\n' \
        $feed $((feed % hosts + 1)) "$port" $feed
done >>"$work/wellsourced.toml"
# Ends when the pipe to it is closed, that is with this script at the latest.
exec 9> >(exec "$bin/examples/loopback_feeds" --port "$port" --hosts "$hosts" --feeds "$feeds" --entries 50)
for _ in $(seq 100); do (: </dev/tcp/127.0.1.1/"$port") 2>/dev/null && break; sleep 0.1; done

url=http://127.0.0.1:$public/atom.xml
cycles() { curl -sS "http://127.0.0.1:$admin/metrics" | awk '/^wellsourced_cycles_total/ { n += $2 } END { print n + 0 }'; }
echo 'function delay() return 20 end' >"$work/rest.lua"
ask() {
    local tag
    tag=$(curl -sI -H 'Accept-Encoding: gzip' "$url" | tr -d '\r' | awk 'tolower($1) == "etag:" { print $2 }')
    wrk -t 1 -c 40 -d 300 --latency -s "$work/rest.lua" -H 'Accept-Encoding: gzip' -H "If-None-Match: $tag" \
        ${CONNECTION:+-H "Connection: $CONNECTION"} "$url" >"$work/out" &
    asking=$!
}
# during NAME CYCLES: waits until so many cycles ended, and tells what readers saw meanwhile.
during() {
    local began=$EPOCHREALTIME
    until [ "$(cycles)" -ge "$2" ]; do kill -0 "$daemon"; sleep 0.1; done
    local took
    took=$(awk "BEGIN { printf \"%.1f\", $EPOCHREALTIME - $began }")
    kill -INT "$asking"
    wait "$asking" || true
    asking=''
    awk -v what="$1" -v took="$took" '$1 == "50%" { p50 = $2 } $1 == "99%" { p99 = $2 } $1 == "Latency" && NF == 5 { most = $4 }
        /requests in/ { n = $1 } /Non-2xx|Socket errors/ { wrong = $0 }
        END { printf "%s, %s s: %s requests, median %s, p99 %s, most %s, %s\n",
              what, took, n, p50, p99, most, wrong == "" ? "no errors" : wrong }' "$work/out"
}

"$bin/wellsourced" --config "$work/wellsourced.toml" 2>"$work/log" &
daemon=$!
until [ "$(curl -s -o "$work/page" -w '%{http_code}' "$url")" = 200 ]; do kill -0 "$daemon"; sleep 0.01; done
ask
during "a cold cycle of $feeds feeds beside $posts posts" 1
grep -ciE ' (WARN|ERROR) ' "$work/log" || true
sed -i 's|^items_per_feed.*|items_per_feed = 49|' "$work/wellsourced.toml"
ask
kill -HUP "$daemon"
kill -USR1 "$daemon"
during "everything published anew" 2
