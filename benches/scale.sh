#!/usr/bin/env bash
# How a large digest scales: a first run, one with nothing changed, and one after a new post, on tmpfs, without a network.
#   benches/scale.sh [POSTS]        default 5000; needs GNU time. WELLSOURCED names another program than the one built here.
set -euo pipefail
cd "$(dirname "$0")/.."
posts=${1:-5000}
[ -n "${NO_BUILD:-}" ] || cargo build --locked --release --bins --examples
wellsourced=${WELLSOURCED:-${CARGO_TARGET_DIR:-target}/release/wellsourced}
work=$(mktemp -d -p /dev/shm)
trap 'rm -rf "$work"' EXIT
"${CARGO_TARGET_DIR:-target}/release/examples/generate_posts" "$work/posts" "$posts"
# A larger digest begins with the posts of a smaller one: the rest comes one by one.
"${CARGO_TARGET_DIR:-target}/release/examples/generate_posts" "$work/more" $((posts + 5))
cat >"$work/wellsourced.toml" <<T
[site]
title = "Scale"
base_url = "https://scale.example/"
timezone = "Asia/Shanghai"
[store]
url = "sqlite:$work/store.db"
[publish]
directory = "$work/feeds"
[[inputs]]
name = "scale"
digest = "$work/posts/**/*.md"
base_url = "https://scale.example/"
T
run() {
    /usr/bin/time -o "$work/time" -f '%U %S %e %M' \
        "$wellsourced" --config "$work/wellsourced.toml" --once --offline --json >"$work/report"
    python3 - "$1" "$work/report" "$work/time" <<'PY'
import json, sys
name, published = sys.argv[1], json.load(open(sys.argv[2]))["published"]
user, system, wall, peak = open(sys.argv[3]).read().split()
print(f"{name:28} {float(user) + float(system):6.2f} CPU s ({user} user, {system} system)  {float(wall):6.2f} s  "
      f"{int(peak) / 1024:4.0f} MB at most  (publishing {published['ms'] / 1000:.2f} s)")
PY
}
run "first run over $posts posts"
run "nothing changed"
(cd "$work/more" && find . -name '*.md' | sort) >"$work/all"
(cd "$work/posts" && find . -name '*.md' | sort) >"$work/there"
comm -23 "$work/all" "$work/there" | while read -r post; do
    mkdir -p "$work/posts/$(dirname "$post")"
    cp "$work/more/$post" "$work/posts/$post"
    run "one new post"
done
