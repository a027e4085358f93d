#!/usr/bin/env bash
# Compile the hashed requirement files anew from pyproject.toml. `tools/pin.sh --upgrade` also takes newer versions.
# The files name no host: where packages come from is the business of whoever installs.
set -euo pipefail
cd "$(dirname "$0")/.."
uv=${UV:-.venv/bin/uv}
[ -x "$uv" ] || .venv/bin/pip install --quiet uv
compile() {
  "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes \
    --no-emit-index-url --no-emit-find-links --no-annotate --custom-compile-command tools/pin.sh "$@"
}
compile pyproject.toml -o requirements.txt "${@}"
compile --group pyproject.toml:build -c requirements.txt -o requirements-build.txt "${@}"
compile pyproject.toml --group build --group dev -c requirements.txt -o requirements-dev.txt "${@}"
compile requirements-node.in -o requirements-node.txt "${@}"
if grep -nE 'https?://|^--(index|extra|find|trusted)' requirements*.txt; then
  echo "a requirement file names an address" >&2
  exit 1
fi
