#!/usr/bin/env bash
# From submit to the first provisioning call, and to the script's start: p50 and p95 of N short jobs on the twin.
# Needs the twin up (cargo xtask up). N and AT_ONCE can be set; the boot delay is the twin's (2 s unless ordered).
set -euo pipefail
cd "$(dirname "$0")/.."
exec python3 benches/latency.py "${SOCA_TWIN_DIR:-target/twin}" "${N:-100}" "${AT_ONCE:-2}"
