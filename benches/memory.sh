#!/usr/bin/env bash
# What the daemon's memory does when everything is published anew: 500 posts and 200 feeds, ten times over. Exit code 1 when it
# takes more than 200 MB.
#
#   benches/memory.sh
#
# Needs python3. Everything runs on loopback and ends by itself.
set -euo pipefail
cd "$(dirname "$0")/.."
command -v python3 >/dev/null || { echo "python3 is needed" >&2; exit 1; }
cargo build --locked --release --bin wellsourced
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 benches/memory.py "${CARGO_TARGET_DIR:-target}/release/wellsourced" "$work"
