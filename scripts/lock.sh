#!/bin/sh
# lock.sh UV: write the lock files anew, with hashes and without any address.
set -eu
uv="$1"
compile() {
    "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
        --no-emit-find-links --no-annotate --no-header --custom-compile-command "make lock" "$@"
}
compile pyproject.toml --output-file requirements/run.lock
compile pyproject.toml --group dev --output-file requirements/dev.lock
echo "hatchling" | compile - --constraint requirements/run.lock --output-file requirements/build.lock
echo "python-multipart" | compile - --constraint requirements/dev.lock --output-file requirements/example.lock
echo "uv" | compile - --output-file requirements/bootstrap.lock
echo "thumbor==7.8.0" | compile - --output-file bench/peers/thumbor.lock # a peer of the bench, never of ours
