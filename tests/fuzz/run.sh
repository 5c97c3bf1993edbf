#!/bin/sh
# Fuzzes every decoder for SECONDS each (default 60): tests/fuzz/run.sh [SECONDS [TARGET...]]
# Needs cargo-fuzz (cargo install cargo-fuzz). What is found stays in tests/fuzz/corpus; a failing input in tests/fuzz/artifacts.
set -eu
cd "$(dirname "$0")/../.."
seconds=${1:-60}
[ $# -gt 0 ] && shift
[ $# -gt 0 ] || set -- $(ls tests/fuzz/targets | sed 's/\.rs$//')
export RUSTC_BOOTSTRAP=1
if ! cargo fuzz --version >/dev/null 2>&1; then
    echo "cargo-fuzz is missing: cargo install cargo-fuzz" >&2
    exit 1
fi
cargo fuzz build --fuzz-dir tests/fuzz --sanitizer none
for target in "$@"; do
    echo "== $target, $seconds s"
    mkdir -p "tests/fuzz/corpus/$target"
    cargo fuzz run --fuzz-dir tests/fuzz --sanitizer none "$target" "tests/fuzz/corpus/$target" "tests/fuzz/seeds/$target" -- \
        -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -max_len=65536 -print_final_stats=1
done
