#!/usr/bin/env bash
# Polls per second of several nodes on one PostgreSQL, from the claim of a host to the finish in the store: every feed answers 304.
#
#   STORE=postgres://… benches/polls.sh
#
# STORE is a database of its own, emptied first. FEEDS feeds of one entry over HOSTS hosts of loopback are taken once; then, ROUNDS
# times, all are made due and NODES daemons are told to begin. A round ends when every poll is in the store.
# Environment: WELLSOURCED, FEEDS_SERVER (programs), NODES, FEEDS, HOSTS, ROUNDS, PORT.
# Needs psql, curl and python3; ends by itself.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
target=${CARGO_TARGET_DIR:-$root/target}
wellsourced=${WELLSOURCED:-$target/release/wellsourced}
server=${FEEDS_SERVER:-$target/release/examples/loopback_feeds}
store=${STORE:?a database of its own, as postgres://USER@HOST/DATABASE}
nodes=${NODES:-4} feeds=${FEEDS:-20000} hosts=${HOSTS:-1000} rounds=${ROUNDS:-3} port=${PORT:-8090}

ulimit -n 65536 2>/dev/null || ulimit -n "$(ulimit -Hn)"
folder=$(mktemp -d -p /dev/shm)
daemons=()
# A daemon that ended by itself is no trouble here.
trap 'kill "${daemons[@]}" 2>/dev/null || true; rm -rf "$folder"' EXIT
psql -q "$store" -c 'DROP SCHEMA public CASCADE' -c 'CREATE SCHEMA public' 2>/dev/null

for ((node = 1; node <= nodes; node++)); do
    {
        cat <<TOML
[site]
title = "bench"
base_url = "https://bench.example/"
[store]
url = "$store"
node = "node-$node"
[schedule]
cycle = "0 0 1 1 *"
[net]
allow_networks = ["127.0.0.0/8"]
interval = "0s"
per_host = 16
[verify]
budget = "0s"
[publish]
directory = "$folder/feeds-$node"
[serve]
listen = "127.0.0.1:0"
admin = "127.0.0.1:0"
TOML
        for ((feed = 0; feed < feeds; feed++)); do
            host=$((feed % hosts))
            printf '[[inputs]]\nname = "Feed %d"\nfeed = "http://127.0.%d.%d:%d/feed/%d"\n' \
                $feed $((host / 250 + 1)) $((host % 250 + 1)) "$port" $feed
        done
    } >"$folder/node-$node.toml"
done

# Ends when the pipe to it is closed, that is with this script at the latest.
exec 9> >(exec "$server" --port "$port" --hosts "$hosts" --feeds "$feeds" --entries 1)
for _ in $(seq 100); do
    (: </dev/tcp/127.0.1.1/"$port") 2>/dev/null && break
    sleep 0.1
done
"$wellsourced" --config "$folder/node-1.toml" --once >/dev/null 2>"$folder/log"
for ((node = 1; node <= nodes; node++)); do
    "$wellsourced" --config "$folder/node-$node.toml" >/dev/null 2>"$folder/log-$node" 9>&- &
    daemons+=($!)
done
for ((node = 1; node <= nodes; node++)); do
    until grep -q 'listening: ' "$folder/log-$node"; do
        kill -0 "${daemons[node - 1]}" || { cat "$folder/log-$node" >&2; exit 1; }
        sleep 0.1
    done
done

echo "$feeds feeds on $hosts hosts, $nodes nodes; $(nproc) processors, load $(cut -d' ' -f1-3 /proc/loadavg)"
python3 - "$store" "$port" "$rounds" "$feeds" "${daemons[@]}" <<'PY'
import json, os, signal, subprocess, sys, time, urllib.request

store, port, rounds, feeds = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
daemons = [int(pid) for pid in sys.argv[5:]]
TICKS = os.sysconf("SC_CLK_TCK")
LONGEST = 300  # seconds of a round


def ask(sql):
    return subprocess.run(["psql", "-qAt", store, "-c", sql], check=True, capture_output=True, text=True).stdout.strip()


def counts():
    return json.load(urllib.request.urlopen(f"http://127.0.1.1:{port}/counts"))


def processor():
    fields = [open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split() for pid in daemons]
    return sum(int(field[11]) + int(field[12]) for field in fields) / TICKS


settled = 0
time.sleep(5)
for number in range(1, rounds + 1):
    ask("UPDATE polls SET state = CAST(jsonb_set(CAST(state AS jsonb), '{next}', '\"2001-01-01T00:00:00Z\"') AS TEXT)")
    before, used, began = counts(), processor(), time.monotonic()
    for pid in daemons:
        os.kill(pid, signal.SIGUSR1)
    first = None
    while ask("SELECT COUNT(*) FROM polls WHERE state LIKE '%\"next\":\"2001-%' OR state LIKE '%\"next\": \"2001-%'") != "0":
        if time.monotonic() - began > LONGEST:
            sys.exit(f"round {number} has not ended after {LONGEST} s")
        if first is None and counts()["unchanged"] > before["unchanged"]:
            first = time.monotonic()
        time.sleep(0.1)
    ended, after = time.monotonic(), counts()
    unchanged = after["unchanged"] - before["unchanged"]
    took, asking = ended - began, ended - (first or began)
    print(f"round {number}: {unchanged} polls answered 304, {after['fetched'] - before['fetched']} whole; {took:.2f} s from the signal,"
          f" {feeds / took:.0f} polls/s; from the first answer on {feeds / asking:.0f}/s; {processor() - used:.2f} CPU s of the nodes")
    if unchanged != feeds:
        sys.exit(f"{feeds} were to be asked once")
    time.sleep(5)
PY
exec 9>&-
