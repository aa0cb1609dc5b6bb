#!/usr/bin/env bash
# Format, lint, types and import contracts, in the order in which it is cheapest to fail.
set -euo pipefail
cd "$(dirname "$0")/.."

echo "== Format and lint"
ruff format --check .
ruff check .
echo "== Templates, style sheets and scripts"
djlint templates --lint --quiet
tests/frontend/check.sh
echo "== Types"
mypy
echo "== Import contracts"
lint-imports
