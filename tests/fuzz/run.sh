#!/bin/sh
# Fuzzes every decoder for at most SECONDS each (default 60): tests/fuzz/run.sh [SECONDS [TARGET...]]
# Needs cargo-fuzz (cargo install cargo-fuzz). What is found stays in tests/fuzz/corpus; a failing input in tests/fuzz/artifacts: mend
# it, and keep the input in tests/fuzz/seeds. PEDKAI_FUZZ_SEED and PEDKAI_FUZZ_RUNS make it the same run every time.
# What longer runs found is kept, at its smallest, in corpus.tar.gz; PEDKAI_FUZZ_KEEP=1 adds what this run found to it.
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
if [ ! -d tests/fuzz/corpus ]; then
    mkdir tests/fuzz/corpus
    tar -xzf tests/fuzz/corpus.tar.gz -C tests/fuzz/corpus
fi
cargo fuzz build --fuzz-dir tests/fuzz --sanitizer none
for target in "$@"; do
    echo "== $target, $seconds s"
    mkdir -p "tests/fuzz/corpus/$target" "tests/fuzz/seeds/$target"
    cargo fuzz run --fuzz-dir tests/fuzz --sanitizer none "$target" "tests/fuzz/corpus/$target" "tests/fuzz/seeds/$target" -- \
        -max_total_time="$seconds" -seed="${PEDKAI_FUZZ_SEED:-0}" -runs="${PEDKAI_FUZZ_RUNS:--1}" \
        -timeout=10 -rss_limit_mb=1024 -max_len=65536 -verbosity=0 -print_final_stats=1
done

[ -n "${PEDKAI_FUZZ_KEEP:-}" ] || exit 0
least=$(mktemp -d)
trap 'rm -rf "$least"' EXIT
for target in $(ls tests/fuzz/targets | sed 's/\.rs$//'); do
    mkdir -p "$least/$target"
    cargo fuzz run --fuzz-dir tests/fuzz --sanitizer none "$target" "$least/$target" "tests/fuzz/corpus/$target" "tests/fuzz/seeds/$target" -- \
        -set_cover_merge=1 -use_counters=0 -max_len=4096 -verbosity=0
done
tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -C "$least" -cf - . | gzip -9n >tests/fuzz/corpus.tar.gz
