#!/bin/sh
# Unpacks Debian's Avro readers into a directory: nothing of the system is changed, and no one has to be root.
# Fails where they cannot be had: that other readers read a dump is a promise, and must not go untested.
set -eu
to=$1
packages='
  avro-bin libavro23 libjansson4 libsnappy1v5
  python3-avro python3-snappy
  libavro-java libjackson-json-java libparanamer-java libsnappy-java libsnappy-jni libcommons-compress-java libxz-java
  libslf4j-java
'
[ -e "$to/complete" ] && exit 0
rm -rf "$to"
mkdir -p "$to/debs" "$to/root"
# Lists of packages may be missing, or old: then they are fetched once.
cd "$to/debs"
# shellcheck disable=SC2086
apt-get download $packages >/dev/null 2>&1 || { apt-get update -qq && apt-get download $packages >/dev/null; }
for deb in *.deb; do dpkg-deb -x "$deb" "$to/root"; done
rm -rf "$to/debs"
touch "$to/complete"
