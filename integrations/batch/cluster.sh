#!/usr/bin/env bash
# A cluster on this machine, to try it: one scheduler and some executors, until Ctrl-C.
#
#   integrations/batch/cluster.sh [executors] [cores of each]
#   etiology-batch attribute --cluster 127.0.0.1:50050 …
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

executors=${1:-2}
cores=${2:-1}
scheduler=${SCHEDULER:-127.0.0.1:50050}
cargo build --package etiology-batch
batch=${CARGO_TARGET_DIR:-target}/debug/etiology-batch

trap 'kill $(jobs -p) 2>/dev/null || true; wait' EXIT
"$batch" scheduler --bind "$scheduler" &
for ((number = 1; number <= executors; number++)); do
    # Each needs two ports.
    "$batch" executor --scheduler "$scheduler" --bind "127.0.0.1:$((50050 + 10 * number))" --cores "$cores" &
done
wait
