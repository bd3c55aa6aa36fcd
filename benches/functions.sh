#!/usr/bin/env bash
# Start, memory and size of each function, and memory of an idle agent. PROFILE=release measures what is deployed
# (cargo build --workspace --release first: about 30 CPU minutes), the default what the twin runs.
set -euo pipefail
cd "$(dirname "$0")/.."
exec python3 benches/functions.py "target/${PROFILE:-debug}"
