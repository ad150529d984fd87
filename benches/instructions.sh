#!/usr/bin/env bash
# How many instructions one attribution takes, counted by valgrind on one thread: a figure that a busy machine does not
# change. Each case runs with one event and with two; the difference is one event, from the fitted model on.
#
#   benches/instructions.sh                 all cases, some minutes
#   benches/instructions.sh shop_default    one or several
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
command -v valgrind >/dev/null || { echo "valgrind is not installed" >&2; exit 1; }

cases=(shop_normal shop_default shop_default_prepared usual_prepared slow_prepared usual_diagnosed slow_diagnosed chosen_slow
    chosen_slow_diagnosed shop_permutations shop_permutations_sampled
    shop_permutations_counted shop_exact_sampled fan_out_default non_linear_permutations)
(($# == 0)) || cases=("$@")

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Cargo starts the executable under this, so that its path need not be known.
host=$(rustc -vV | sed -n 's/^host: //p' | tr 'a-z-' 'A-Z_')
runner="valgrind --tool=callgrind --callgrind-out-file=/dev/null"

instructions() {
    env RAYON_NUM_THREADS=1 "CARGO_TARGET_${host}_RUNNER=$runner" \
        cargo bench --quiet --bench instructions -- --case "$1" --events "$2" >"$work/log" 2>&1 ||
        { tail -n 20 "$work/log" >&2; return 1; }
    sed -n 's/^==[0-9]*== Collected : //p' "$work/log"
}

cargo bench --quiet --bench instructions --no-run
printf '%-28s %18s %18s\n' "millions of instructions" "one event" "making the model"
for case in "${cases[@]}"; do
    one=$(instructions "$case" 1)
    two=$(instructions "$case" 2)
    awk -v name="$case" -v one="$one" -v two="$two" \
        'BEGIN { printf "%-28s %18.2f %18.2f\n", name, (two - one) / 1e6, (2 * one - two) / 1e6 }'
done
