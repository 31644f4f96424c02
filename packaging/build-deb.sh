#!/usr/bin/env bash
# Builds the Debian package: build-deb.sh [OUT_DIR]. Prints its path, the rest goes to stderr.
# Needs cargo-deb (cargo install --locked cargo-deb) and dpkg-dev.
set -euo pipefail
cd "$(dirname "$0")/.."

out=${1:-target/debian}
export PATH="$PATH:${CARGO_HOME:-$HOME/.cargo}/bin"
command -v cargo-deb >/dev/null || { echo "cargo-deb is needed: cargo install --locked cargo-deb" >&2; exit 1; }

cargo build --locked --release --bin wellsourced >&2
# The manual, the completions and the configuration of the package; Cargo.toml names them below target/packaging.
cargo run --locked --quiet --example packaging -- target/packaging >&2
# Line tables stay in the binary for cargo's own use; the package has none.
cargo deb --locked --no-build --strip --output "$out"
