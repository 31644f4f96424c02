#!/usr/bin/env bash
# Times the verifier beside lychee over hosts on loopback, checks recorded in SQLite included.
#
#   benches/verify.sh [rates|polite]
#
# rates:  20,000 links over 50 hosts, limits off, twice each, in turns.
# polite: 4,000 links over 1,000 hosts with the default limits.
# Environment: WELLSOURCED, HOSTS_SERVER, LYCHEE (programs), LINKS, HOSTS, ROUNDS, MISSING (percent), DELAY (ms), FOLDER, PORT.
# Leaves its folder behind when FOLDER is given. Needs GNU time.
set -euo pipefail

what=${1:-rates}
root=$(cd "$(dirname "$0")/.." && pwd)
target=${CARGO_TARGET_DIR:-$root/target}
wellsourced=${WELLSOURCED:-$target/release/wellsourced}
server=${HOSTS_SERVER:-$target/release/examples/loopback_hosts}
lychee=${LYCHEE:-lychee}
port=${PORT:-8088}
rounds=${ROUNDS:-2}
per_post=100
case $what in
    rates) links=${LINKS:-20000} hosts=${HOSTS:-50} ;;
    polite) links=${LINKS:-4000} hosts=${HOSTS:-1000} rounds=1 ;;
    *) echo "usage: $0 [rates|polite]" >&2; exit 2 ;;
esac

ulimit -n 65536 2>/dev/null || ulimit -n "$(ulimit -Hn)"
if [ -n "${FOLDER:-}" ]; then
    folder=$FOLDER
    mkdir -p "$folder"
else
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' EXIT
fi

# A digest of $links links, $per_post to a post, and the same links as a list.
rm -rf "$folder/posts"
mkdir -p "$folder/posts"
awk -v links="$links" -v hosts="$hosts" -v per_post="$per_post" -v port="$port" -v folder="$folder" '
BEGIN {
    list = folder "/links.txt"
    for (n = 0; n < links; n++) {
        if (n % per_post == 0) {
            if (post) close(post)
            serial = n / per_post
            day = sprintf("%d-%02d-%02d", 2000 + int(serial / 336), int(serial / 28) % 12 + 1, serial % 28 + 1)
            post = sprintf("%s/posts/%s.md", folder, day)
            printf "---\nauthor: bench\ncategory: bench\ndate: \x27%s 20:00:00\x27\ntags:\n- bench\ntitle: \x27bench #%d\x27\n---\n", day, serial + 1 > post
        }
        host = n % hosts
        url = sprintf("http://127.0.%d.%d:%d/news/%d", int(host / 250) + 1, host % 250 + 1, port, n)
        print url > list
        printf "\n### 条目 %d\n\n一段文字。\n\n> \n> **[消息来源：站点 %d](%s)**\n> \n> \n", n, host, url > post
    }
}'

limits='interval = "0s"
per_host = 64
concurrency = 1024'
[ "$what" = polite ] && limits=
cat >"$folder/config.toml" <<TOML
[site]
title = "bench"
base_url = "https://bench.example/"
[store]
url = "sqlite:$folder/store.db"
[[inputs]]
name = "bench"
digest = "$folder/posts/*.md"
[net]
allow_networks = ["127.0.0.0/8"]
$limits
[verify]
budget = "30m"
[publish]
directory = "$folder/feeds"
TOML

# Ends when the pipe to it is closed, that is with this script at the latest.
exec 9> >(exec "$server" --port "$port" --hosts "$hosts" --missing "${MISSING:-0}" --delay "${DELAY:-0}")
for _ in $(seq 100); do
    (: </dev/tcp/127.0.1.1/"$port") 2>/dev/null && break
    sleep 0.1
done

# timed NAME COMMAND…: wall clock, links per second, processor and peak memory of one run.
timed() {
    local name=$1 status=0
    shift
    /usr/bin/time -o "$folder/time" -f '%e %U %S %M' "$@" >"$folder/$name.out" 2>"$folder/$name.err" || status=$?
    tail -n 1 "$folder/time" | awk -v name="$name" -v links="$links" -v status="$status" '{
        printf "%-22s %7.2f s %8.0f links/s  cpu %6.2f user %6.2f system  peak %6.1f MB  exit %d\n",
            name, $1, links / $1, $2, $3, $4 / 1024, status }'
}

echo "$what: $links links, $hosts hosts; $(nproc) processors, load $(cut -d' ' -f1-3 /proc/loadavg)"
for _ in $(seq "$rounds"); do
    if [ "$what" = rates ]; then
        timed lychee "$lychee" --no-progress --config /dev/null --max-concurrency 1024 --host-concurrency 1024 \
            --host-request-interval 0ms --accept '100..=103,200..=299' "$folder/links.txt"
    fi
    # Collecting and publishing are not what is compared: they are timed alone, and a cycle tells what checking took.
    rm -rf "$folder"/store.db* "$folder/feeds"
    timed wellsourced-offline "$wellsourced" --config "$folder/config.toml" --once --offline --json
    rm -rf "$folder"/store.db* "$folder/feeds"
    timed wellsourced-cycle "$wellsourced" --config "$folder/config.toml" --once --json
    grep -o '"checks":{.*"published"' "$folder/wellsourced-cycle.out" | grep -o '"ms":[0-9]*' | cut -d: -f2 |
        awk -v links="$links" '{ printf "%-22s %7.2f s %8.0f links/s  checking and recording within that cycle\n",
            "wellsourced-checks", $1 / 1000, links * 1000 / $1 }'
    grep -o '"verdicts":\[\[[^}]*\]\]' "$folder/wellsourced-cycle.out" || true
    # Checks alone, nothing recorded: the verifier's own memory.
    timed wellsourced-verify sh -c '"$1" --config "$2" verify --json - <"$3"' - \
        "$wellsourced" "$folder/config.toml" "$folder/links.txt"
done
exec 9>&-
