#!/usr/bin/env bash
# Everything a change must pass: lint, types, imports, fast tests, one smoke run of every recipe.
#   tools/test.sh          all of that
#   tools/test.sh --slow   only the tests marked slow
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

case "${1:-}" in
    "") sessions=(lint types imports tests recipes) ;;
    --slow) sessions=(slow) ;;
    *) printf 'test.sh: unknown option %s; usage: tools/test.sh [--slow]\n' "$1" >&2; exit 2 ;;
esac
bash tools/setup.sh
exec .venv/bin/nox --no-color -s "${sessions[@]}" </dev/null
