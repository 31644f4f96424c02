#!/usr/bin/env bash
# A day of the daemon squeezed into minutes: 200 feeds that change, a cycle every second, 1,000 readers on kept connections.
# Memory, descriptors, threads and the store are looked at meanwhile; exit code 1 when they do not stay flat.
#
#   benches/soak.sh [MINUTES]      (default: 10)
#
# Needs python3. Everything runs on loopback and ends by itself.
set -euo pipefail
cd "$(dirname "$0")/.."
minutes=${1:-10}
command -v python3 >/dev/null || { echo "python3 is needed" >&2; exit 1; }
cargo build --locked --release --bin wellsourced
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 benches/soak.py "${CARGO_TARGET_DIR:-target}/release/wellsourced" "$work" "$minutes"
