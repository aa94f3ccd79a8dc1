#!/bin/sh
# make_venv.sh PYTHON FOLDER: a virtual environment, or a sentence that says what is missing.
set -eu
"$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "media VM needs Python 3.11 or newer; '$1' is $("$1" --version 2>&1). Try: make PYTHON=python3.11" >&2
    exit 1
}
"$1" -m venv "$2" || {
    echo "'$1 -m venv' failed; on Debian and Ubuntu: apt-get install python3-venv" >&2
    exit 1
}
