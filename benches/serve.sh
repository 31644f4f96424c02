#!/usr/bin/env bash
# Serving beside nginx, on one machine and in turns: requests per second of the server's CPU time, and the slowest hundredth.
#   benches/serve.sh [SECONDS] [ROUNDS]     default 5 seconds a run, 3 rounds; needs nginx and wrk (Debian: nginx-light wrk)
# nginx serves the same files with one worker, gzip_static, etag and open_file_cache. All of it on loopback.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-5}
rounds=${2:-3}
for tool in nginx wrk curl; do
    command -v "$tool" >/dev/null || { echo "benches/serve.sh needs $tool" >&2; exit 1; }
done
[ -n "${NO_BUILD:-}" ] || cargo build --locked --release --bins --examples
bin=${CARGO_TARGET_DIR:-target}/release
work=$(mktemp -d -p /dev/shm)
chmod 755 "$work"
servers=()
finish() {
    exec 3>&- || true
    for server in "${servers[@]}"; do kill "$server" 2>/dev/null || true; done
    wait 2>/dev/null || true
    rm -rf "$work"
}
trap finish EXIT

# Ten posts of six stories; text of chance words, so that it compresses as prose does.
mkdir "$work/posts"
awk -v folder="$work/posts" 'BEGIN {
    srand(5)
    for (w = 0; w < 1500; w++) words[w] = sprintf("%c%c%c", 228 + int(rand() * 5), 128 + int(rand() * 64), 128 + int(rand() * 64))
    for (post = 1; post <= 10; post++) {
        file = sprintf("%s/%02d.md", folder, post)
        printf "---\ntitle: \"#90%02d Bench\"\ndate: 2026-05-%02d 08:00:00\ntags:\n- AI\n- Linux\n---\n\n", post, post >file
        for (story = 1; story <= 6; story++) {
            text = ""
            for (w = 0; w < 230; w++) text = text words[int(1500 * rand() ^ 3)]
            printf "### %s\n\n%s\n\n> **[消息来源：A](https://source%d.example/%d)**\n\n", substr(text, 1, 30), text, story, post >file
        }
        close(file)
    }
}'
cat >"$work/wellsourced.toml" <<'T' && sed -i "s|WORK|$work|" "$work/wellsourced.toml"
[site]
title = "Bench"
base_url = "https://bench.example/"
timezone = "Asia/Shanghai"
[store]
url = "sqlite:WORK/store.db"
[publish]
directory = "WORK/feeds"
[[inputs]]
name = "bench"
digest = "WORK/posts/**/*.md"
base_url = "https://bench.example/"
T
"$bin/wellsourced" --config "$work/wellsourced.toml" --once --offline -q

# The feed of the measurement: 50 items, about 126 kB.
feed=atom.xml
gzip -6 -k -n "$work/feeds/$feed"
touch -r "$work/feeds/$feed" "$work/feeds/$feed.gz"
printf '%s: %s bytes, %s gzipped\n' "$feed" "$(stat -c %s "$work/feeds/$feed")" "$(stat -c %s "$work/feeds/$feed.gz")"

port=$((20000 + RANDOM % 10000))
cat >"$work/nginx.conf" <<T
worker_processes 1;
pid $work/nginx.pid;
error_log $work/nginx.log;
user root;
events { worker_connections 20000; }
http {
    access_log off;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 100000000;
    open_file_cache max=10000 inactive=60s;
    open_file_cache_valid 60s;
    gzip_static on;
    gzip_vary on;
    etag on;
    types { application/atom+xml xml; }
    server { listen 127.0.0.1:$port backlog=4096; root $work/feeds; expires 900; }
}
T
nginx -c "$work/nginx.conf" -g 'daemon off;' &
servers+=($!)
mkfifo "$work/hold"
"$bin/examples/serve_directory" "$work/wellsourced.toml" <"$work/hold" >"$work/address" &
ours=$!
servers+=("$ours")
exec 3>"$work/hold"
for _ in $(seq 50); do [ -s "$work/address" ] && [ -s "$work/nginx.pid" ] && break; sleep 0.1; done
theirs=$(pgrep -P "$(cat "$work/nginx.pid")")
declare -A url=([nginx]="http://127.0.0.1:$port/$feed" [wellsourced]="http://$(cat "$work/address")/$feed")
declare -A pid=([nginx]=$theirs [wellsourced]=$ours)

ticks() { awk '{ sub(/.*\) /, ""); print $12 + $13 }' "/proc/$1/stat"; }
tag() { curl -sI -H 'Accept-Encoding: gzip' "$1" | tr -d '\r' | awk 'tolower($1) == "etag:" { print $2 }'; }

# run SERVER CASE: appends "requests ticks p99" to a file.
run() {
    local server=$1 case=$2 headers=(-H 'Accept-Encoding: gzip') before after
    case $case in 304*) headers+=(-H "If-None-Match: $(tag "${url[$server]}")") ;; esac
    case $case in *new) headers+=(-H 'Connection: close') ;; esac
    before=$(ticks "${pid[$server]}")
    wrk -t 1 -c 32 -d "$seconds" --latency "${headers[@]}" "${url[$server]}" >"$work/out"
    after=$(ticks "${pid[$server]}")
    if grep -E 'Non-2xx|Socket errors: .*[1-9]' "$work/out" >&2; then echo "errors of $server in $case" >&2; fi
    awk -v used=$((after - before)) '
        function ms(text) { return text ~ /us$/ ? text / 1000 : text ~ /ms$/ ? text + 0 : text * 1000 }
        $1 == "99%" { p99 = ms($2) } /requests in/ { requests = $1 }
        END { print requests, used, p99 }' "$work/out" >>"$work/$server.$case"
}

cases="304-kept 200-kept 304-new 200-new"
for case in $cases; do
    for _ in $(seq "$rounds"); do
        run nginx "$case"
        run wellsourced "$case"
    done
done
printf '\n%-10s %22s %22s %7s   %s\n' case 'nginx req/CPU-s' 'wellsourced req/CPU-s' ratio 'p99 ms nginx / wellsourced (medians)'
for case in $cases; do
    sum() { awk '{ r += $1; t += $2 } END { printf "%.0f", r * 100 / t }' "$work/$1.$case"; }
    median() { sort -g -k3 "$work/$1.$case" | awk '{ p[NR] = $3 } END { printf "%.2f", p[int((NR + 1) / 2)] }'; }
    n=$(sum nginx) w=$(sum wellsourced)
    printf '%-10s %22s %22s %7s   %s / %s\n' "$case" "$n" "$w" "$(awk "BEGIN { printf \"%.3f\", $w / $n }")" \
        "$(median nginx)" "$(median wellsourced)"
done

# Everything is composed and written anew, again and again, while readers ask whether there is something new.
"$bin/examples/generate_posts" "$work/posts/many" 1000
"$bin/wellsourced" --config "$work/wellsourced.toml" --once --offline -q
# 40 readers with a rest of 20 ms: some 2,000 requests a second, which leaves the processors to the publishes.
echo 'function delay() return 20 end' >"$work/rest.lua"
number=0
for server in nginx wellsourced; do
    wrk -t 1 -c 40 -d $((seconds * 3)) --latency -s "$work/rest.lua" -H 'Accept-Encoding: gzip' \
        -H "If-None-Match: $(tag "${url[$server]}")" "${url[$server]}" >"$work/out" &
    asking=$!
    before=$number
    while kill -0 "$asking" 2>/dev/null; do
        number=$((number + 1))
        sed -i "s|^items_per_feed.*||; s|^\[publish\]|[publish]\nitems_per_feed = $((50 + number % 2))|" "$work/wellsourced.toml"
        "$bin/wellsourced" --config "$work/wellsourced.toml" --once --offline -q
    done
    printf '\n%s while everything is published anew (%s times): ' "$server" $((number - before))
    awk '$1 == "99%" { p99 = $2 } /requests in/ { n = $1 } /Non-2xx|Socket errors/ { wrong = $0 }
        END { printf "%s requests, p99 %s, %s\n", n, p99, wrong == "" ? "no errors" : wrong }' "$work/out"
done
