#!/usr/bin/env bash
# Everything “make test” checks, in the order in which it is cheapest to fail.
set -euo pipefail
cd "$(dirname "$0")/.."

tests/lint.sh
echo "== Programs from the system: a browser, GDAL to read the GeoJSON with, nginx in front, Redis, wrk for the benchmark"
missing=()
command -v chromium >/dev/null || command -v google-chrome >/dev/null || missing+=(chromium)
command -v ogrinfo >/dev/null || missing+=(gdal-bin)
command -v nginx >/dev/null || [ -x /usr/sbin/nginx ] || missing+=(nginx-light)
command -v redis-server >/dev/null || missing+=(redis-server)
command -v wrk >/dev/null || missing+=(wrk)
if [ ${#missing[@]} -gt 0 ] && command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
  { apt-get update -qq && apt-get install -y -qq "${missing[@]}"; } >/dev/null || true
fi
command -v chromium || command -v google-chrome || echo "NO CHROMIUM: the browser journeys will be skipped. Install Debian's “chromium” to run them."
command -v ogrinfo || echo "NO GDAL: one test will be skipped. Install Debian's “gdal-bin” to run it."
PATH="$PATH:/usr/sbin"
command -v nginx || echo "NO NGINX: what stands in front of legalmap is not tested. Install Debian's “nginx-light”."
command -v redis-server || echo "NO REDIS: the queue and the limits are not tried on it. Install Debian's “redis-server”."
command -v wrk || echo "NO WRK: the benchmark is not tried. Install Debian's “wrk”."
echo "== Tests"
# Three also on two cores, because many tests wait; not more, because each worker has databases of its own.
pytest -n 3 --dist loadgroup "${@:-tests}"
