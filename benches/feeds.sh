#!/usr/bin/env bash
# Times feed inputs over hosts on loopback, everything stored and published, on tmpfs, links unchecked.
#
#   benches/feeds.sh [limits-off|latency]
#
# limits-off: 1,000 feeds of 50 entries, taken whole, over 50 hosts: a cold cycle, an idle one (all 304), a warm one (2 % changed).
# latency:    500 feeds over 50 hosts that answer after 50 to 250 ms, two connections a host: an idle cycle.
# Environment: STORE (postgres://…, a database of its own, emptied first; needs psql), WELLSOURCED, FEEDS_SERVER (programs), FEEDS, ENTRIES, HOSTS, CHANGE (percent), CONTENT (full), FOLDER, PORT.
# Leaves its folder behind when FOLDER is given. Needs GNU time, curl and python3.
set -euo pipefail

what=${1:-limits-off}
root=$(cd "$(dirname "$0")/.." && pwd)
target=${CARGO_TARGET_DIR:-$root/target}
wellsourced=${WELLSOURCED:-$target/release/wellsourced}
server=${FEEDS_SERVER:-$target/release/examples/loopback_feeds}
port=${PORT:-8089} hosts=${HOSTS:-50} entries=${ENTRIES:-50} change=${CHANGE:-2} content=${CONTENT:-full}
case $what in
    limits-off) feeds=${FEEDS:-1000} delay=0 spread=0 per_host=16 ;;
    latency) feeds=${FEEDS:-500} delay=50 spread=200 per_host=2 ;;
    *) echo "usage: $0 [limits-off|latency]" >&2; exit 2 ;;
esac

ulimit -n 65536 2>/dev/null || ulimit -n "$(ulimit -Hn)"
if [ -n "${FOLDER:-}" ]; then
    folder=$FOLDER
    mkdir -p "$folder"
else
    folder=$(mktemp -d -p /dev/shm)
    trap 'rm -rf "$folder"' EXIT
fi
rm -rf "$folder"/store.db* "$folder/feeds"
store=${STORE:-sqlite:$folder/store.db}
is_served() { [[ $store == postgres* ]]; }
is_served && psql -q "$store" -c 'DROP SCHEMA public CASCADE' -c 'CREATE SCHEMA public' 2>/dev/null
{
    cat <<TOML
[site]
title = "bench"
base_url = "https://bench.example/"
timezone = "Asia/Shanghai"
[store]
url = "$store"
[net]
allow_networks = ["127.0.0.0/8"]
interval = "0s"
per_host = $per_host
[verify]
budget = "0s"
[publish]
directory = "$folder/feeds"
TOML
    for ((feed = 0; feed < feeds; feed++)); do
        host=$((feed % hosts))
        printf '[[inputs]]\nname = "Feed %d"\nfeed = "http://127.0.%d.%d:%d/feed/%d"\ncontent = "%s"\n' \
            $feed $((host / 250 + 1)) $((host % 250 + 1)) "$port" $feed "$content"
    done
} >"$folder/config.toml"

# Ends when the pipe to it is closed, that is with this script at the latest.
exec 9> >(exec "$server" --port "$port" --hosts "$hosts" --feeds "$feeds" --entries "$entries" --delay "$delay" --spread "$spread")
for _ in $(seq 100); do
    (: </dev/tcp/127.0.1.1/"$port") 2>/dev/null && break
    sleep 0.1
done
ask() { curl -sS "http://127.0.1.1:$port/$1"; }

# The clock is the machine's: instead of waiting, every feed is made due.
make_due() {
    if is_served; then
        psql -q "$store" -c "UPDATE polls SET state = CAST(jsonb_set(CAST(state AS jsonb), '{next}', '\"2001-01-01T00:00:00Z\"') AS TEXT)"
        return
    fi
    python3 - "$folder/store.db" <<'PY'
import sqlite3, sys
store = sqlite3.connect(sys.argv[1])
store.execute("UPDATE polls SET state = json_set(state, '$.next', '2001-01-01T00:00:00Z')")
store.commit()
PY
}

# run NAME: wall clock, processor and peak memory of one cycle, and what of it was publishing.
run() {
    /usr/bin/time -o "$folder/time" -f '%e %U %S %M' "$wellsourced" --config "$folder/config.toml" --once --json >"$folder/$1.json"
    python3 - "$1" "$folder/$1.json" "$folder/time" <<'PY'
import json, sys
name, report, time = sys.argv[1], json.load(open(sys.argv[2])), open(sys.argv[3]).read().split()
published = report["published"]
new = sum(one["new_items"] for one in report["inputs"])
cpu = float(time[1]) + float(time[2])
print(f"{name:8} {cpu:6.2f} CPU s ({time[1]} user, {time[2]} system)  {float(time[0]):6.2f} s  "
      f"{int(time[3]) / 1024:4.0f} MB at most  (publishing {published['ms'] / 1000:.2f} s: {published['feeds']} feeds, "
      f"{published['pages']} pages)  "
      f"{new} new, {report['items']} items, {len(report['complaints'])} complaints")
PY
}

# What is stored is what was served.
compare() {
    is_served && return
    ask served | sort >"$folder/served"
    python3 - "$folder/store.db" >"$folder/stored" <<'PY'
import sqlite3, sys
rows = sqlite3.connect(sys.argv[1]).execute(
    "SELECT i.title, s.url FROM entries e JOIN items i ON i.id = e.item_id JOIN item_sources s ON s.item_id = i.id"
    " WHERE e.left_at IS NULL AND i.live = 1")
sys.stdout.writelines(sorted(f"{title}\t{url}\n" for title, url in rows))
PY
    LC_ALL=C sort -o "$folder/served" "$folder/served"
    LC_ALL=C sort -o "$folder/stored" "$folder/stored"
    cmp "$folder/served" "$folder/stored" && echo "stored as served: $(wc -l <"$folder/stored") entries"
}

echo "$what: $feeds feeds of $entries entries, $hosts hosts; $(nproc) processors, load $(cut -d' ' -f1-3 /proc/loadavg)"
run cold
compare
make_due
run idle
if [ "$what" = limits-off ]; then
    make_due
    ask "change/$change"
    run warm
    compare
fi
ask counts
exec 9>&-
