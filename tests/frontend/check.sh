#!/usr/bin/env bash
# Format and lint of style sheets and scripts, by programs from npm. Stylelint needs Node 20.19 or later.
set -euo pipefail
cd "$(dirname "$0")"

if ! command -v npm >/dev/null; then
  echo "NO NPM: style sheets and scripts are not checked. Install Debian's “npm”."
  [ "${CI:-}" != true ]
  exit
fi
# No lock file: the versions that decide stand in package.json.
[ node_modules -nt package.json ] || npm install --silent --no-audit --no-fund --package-lock=false
touch node_modules
npm run --silent check
