#!/bin/bash
# solve.sh DIRECTORY [options of make_deck.py]: makes the deck there, solves it with CalculiX, checks the deflection.
# DIVISIONS=60x6x6 in the environment makes a smaller model, CCX names another solver program.
set -euo pipefail

ccx=${CCX:-ccx}
if ! command -v "$ccx" > /dev/null; then
    cat >&2 << END
solve.sh: CalculiX ($ccx) is not installed on this node.
  Debian, Ubuntu: apt-get install calculix-ccx
  Elsewhere:      build it from www.calculix.de, put ccx on PATH or its path into the variable CCX
                  (soca submit -v CCX=/path/to/ccx ...), best in the image of the nodes.
END
    exit 127
fi

directory=$1
shift
tools=$PWD
# Nothing of an earlier run may pass for this one's result.
rm -rf "$directory"
mkdir -p "$directory"
cd "$directory"
python3 "$tools/make_deck.py" beam.inp --divisions "${DIVISIONS:-100x10x10}" "$@"

export OMP_NUM_THREADS=${NCPUS:-1}
started=$SECONDS
if ! "$ccx" beam > ccx.log 2>&1; then
    tail -n 20 ccx.log >&2
    echo "solve.sh: CalculiX failed; all it said is in $directory/ccx.log." >&2
    exit 1
fi
echo "Solved in about $(( SECONDS - started )) s with $OMP_NUM_THREADS thread(s)."
python3 "$tools/check.py" beam
