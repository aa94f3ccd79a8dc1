#!/bin/sh
# run_tests.sh PYTHON [pytest's arguments]: all tests, or those that are named.
#
# Three runs at once, for much of every test is waiting: for leases to expire (faults), for processes that start and are
# polled (acceptance), for servers that hang on purpose (integration/test_v*). A fourth only makes two cores thrash. Covered
# are the rules alone, and not by the first two runs: tracing everything takes a third as long again.
#
# At the end no secret that a test planted may stand in what they printed or left (scripts/canaries.py).
set -u
python=$1
shift
if [ $# -gt 0 ]; then
    exec "$python" -m pytest "$@" --cov --cov-report=term:skip-covered --cov-report=json:.coverage.json
fi

told=$(mktemp -d)
mkdir "$told/left" "$told/tmp"
export TMPDIR="$told/tmp"
code=0
kept=
"$python" -m pytest tests/faults --basetemp="$told/left/faults" >"$told/faults" 2>&1 &
faults=$!
others_then_acceptance() {
    trap 'kill "$!"; exit 1' TERM
    COVERAGE_FILE="$told/coverage.others" "$python" -m pytest tests --ignore=tests/faults --ignore=tests/acceptance \
        --ignore-glob='*/integration/test_[!av]*' --basetemp="$told/left/others" --cov --cov-report= \
        >"$told/others" 2>&1 &
    wait "$!"
    others=$?
    "$python" -m pytest tests/acceptance --basetemp="$told/left/acceptance" >"$told/acceptance" 2>&1 &
    wait "$!" && exit "$others"
    exit 1
}
others_then_acceptance &
rest=$!
trap 'kill "$faults" "$rest" 2>/dev/null; [ -n "$kept" ] || rm -rf "$told"' EXIT
trap 'exit 130' INT TERM
{
    COVERAGE_FILE="$told/coverage.integration" "$python" -m pytest tests/integration --ignore-glob='*/test_[av]*' \
        --basetemp="$told/left/integration" --cov --cov-report= 2>&1 || touch "$told/integration_failed"
} | tee "$told/integration"
[ ! -e "$told/integration_failed" ] || code=1
wait "$rest" || code=1
wait "$faults" || code=1
for name in others acceptance faults; do
    echo "$name:"
    cat "$told/$name"
done
"$python" -m scripts.canaries "$told" || { code=1 kept=yes; }  # to look at what it names
export COVERAGE_FILE="$told/coverage"
"$python" -m coverage combine --quiet "$told/coverage.others" "$told/coverage.integration" || code=1
"$python" -m coverage report --skip-covered
"$python" -m coverage json --quiet -o .coverage.json
exit "$code"
