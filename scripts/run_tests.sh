#!/bin/sh
# run_tests.sh PYTHON [pytest's arguments]: all tests, or those that are named.
#
# The tests of tests/faults mostly wait, for leases to expire and servers to come back: they run beside all others.
# They are no part of the coverage, for tracing makes simulated days twice as long.
set -u
python=$1
shift
coverage="--cov --cov-report=term:skip-covered --cov-report=json:.coverage.json"
if [ $# -gt 0 ]; then
    # shellcheck disable=SC2086 # several words
    exec "$python" -m pytest "$@" $coverage
fi

told=$(mktemp)
"$python" -m pytest tests/faults >"$told" 2>&1 &
faults=$!
trap 'kill "$faults" 2>/dev/null; rm -f "$told"' EXIT
trap 'exit 130' INT TERM
# shellcheck disable=SC2086 # several words
"$python" -m pytest tests --ignore=tests/faults $coverage
others=$?
echo "tests/faults:"
wait "$faults"
code=$?
cat "$told"
[ "$others" -eq 0 ] && [ "$code" -eq 0 ]
