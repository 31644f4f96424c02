#!/usr/bin/env bash
# An operator's bad day, lived through by the real binary: bursts and slow readers, a row of signals, full disks, a lost
# manifest, a damaged store, a clock that jumps, kills. About two minutes; exit code 1 when a part of it goes wrong.
#
#   tests/bad-day.sh [PART…]      (default: all; --list names them)
#
# Needs python3; full disks need the right to mount, the clock needs a C compiler. What cannot be had is skipped, loudly.
set -euo pipefail
cd "$(dirname "$0")/.."
command -v python3 >/dev/null || { echo "*** python3 is missing: the bad day is skipped" >&2; exit 0; }
binary=${WELLSOURCED_BINARY:-}
if [[ -z $binary ]]; then
    cargo build --locked --quiet --bin wellsourced
    binary=${CARGO_TARGET_DIR:-target}/debug/wellsourced
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Small file systems are mounted where nobody else sees them, and go with the last process.
alone=()
for way in "unshare --mount" "unshare --map-root-user --mount"; do
    if $way mount -t tmpfs -o size=1m tmpfs "$work" 2>/dev/null; then
        alone=($way)
        break
    fi
done
ulimit -n "$(ulimit -Hn)"
"${alone[@]}" python3 tests/bad_day.py "$(realpath "$binary")" "$work" "${#alone[@]}" "$@"
