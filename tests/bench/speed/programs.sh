#!/usr/bin/env bash
# What the benchmark needs from the system: nginx and wrk, installed where we may.
set -euo pipefail
PATH="$PATH:/usr/sbin"
missing=()
command -v nginx >/dev/null || missing+=(nginx-light)
command -v wrk >/dev/null || missing+=(wrk)
if [ ${#missing[@]} -gt 0 ] && command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >/dev/null || true
fi
command -v nginx >/dev/null && command -v wrk >/dev/null || {
  echo "The benchmark needs nginx and wrk. Install Debian's “nginx-light” and “wrk”." >&2
  exit 2
}
