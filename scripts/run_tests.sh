#!/bin/sh
# run_tests.sh PYTHON [pytest's arguments]: all tests, or those that are named.
#
# Three runs at once, for much of every test is waiting: for leases to expire (faults), for processes that start and are
# polled (acceptance), for servers that hang on purpose (integration/test_v*). A fourth only makes two cores thrash. What
# they cover is `make coverage`: tracing takes a third as long again. The bench's own tests are run by `make bench`.
#
# At the end no secret that a test planted may stand in what they printed or left (scripts/canaries.py).
set -u
python=$1
shift
if [ $# -gt 0 ]; then
    exec "$python" -m pytest "$@"
fi

told=$(mktemp -d)
chmod 755 "$told" # some tests become nobody, who has to get through
mkdir "$told/left" "$told/tmp"
export TMPDIR="$told/tmp"
code=0
kept=
"$python" -m pytest tests/faults tests/integration/test_*_killed.py tests/integration/test_crowd.py \
    --basetemp="$told/left/faults" >"$told/faults" 2>&1 &
faults=$!
others_then_acceptance() {
    trap 'kill "$!"; exit 1' TERM
    "$python" -m pytest tests --ignore=tests/faults --ignore=tests/acceptance \
        --ignore-glob='*/integration/test_[!av]*' --basetemp="$told/left/others" >"$told/others" 2>&1 &
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
    "$python" -m pytest tests/integration --ignore-glob='*/test_[av]*' --ignore-glob='*/test_bench*' \
        --ignore-glob='*/test_*_killed.py' --ignore=tests/integration/test_crowd.py \
        --basetemp="$told/left/integration" 2>&1 || touch "$told/integration_failed"
} | tee "$told/integration"
[ ! -e "$told/integration_failed" ] || code=1
wait "$rest" || code=1
wait "$faults" || code=1
for name in others acceptance faults; do
    echo "$name:"
    cat "$told/$name"
done
"$python" -m scripts.canaries "$told" || { code=1 kept=yes; }  # to look at what it names
exit "$code"
