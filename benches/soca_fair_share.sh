#!/usr/bin/env bash
# Fair share by SOCA's formula: its quadratic loop in Python, then the planner's whole pass over the same number of jobs.
set -euo pipefail
cd "$(dirname "$0")/.."
python3 benches/soca_fair_share.py
exec cargo bench --locked -p soca-planner -- SOCA
