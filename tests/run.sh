#!/usr/bin/env bash
# Everything “make test” checks, in the order in which it is cheapest to fail.
set -euo pipefail
cd "$(dirname "$0")/.."

echo "== Format and lint"
ruff format --check .
ruff check .
echo "== Types"
mypy
echo "== Import contracts"
lint-imports
echo "== A browser"
if ! command -v chromium >/dev/null && ! command -v google-chrome >/dev/null; then
  if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
    apt-get update -qq && apt-get install -y -qq chromium >/dev/null || true
  fi
fi
command -v chromium || command -v google-chrome || echo "NO CHROMIUM: the browser journeys will be skipped. Install Debian's “chromium” to run them."
echo "== Tests"
pytest -n 2 --dist loadgroup "$@"
