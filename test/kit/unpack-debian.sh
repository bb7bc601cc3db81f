#!/bin/sh
# Unpacks Debian's packages into a directory, once: nothing of the system is changed, and no one has to be root.
# usage: unpack-debian.sh DIR PACKAGE...
set -eu
to=$1
shift
[ -e "$to/complete" ] && exit 0
rm -rf "$to"
mkdir -p "$to/debs" "$to/root"
# Lists of packages may be missing, or old: then they are fetched once.
cd "$to/debs"
apt-get download "$@" >/dev/null 2>&1 || { apt-get update -qq && apt-get download "$@" >/dev/null; }
for deb in *.deb; do dpkg-deb -x "$deb" "$to/root"; done
rm -rf "$to/debs"
touch "$to/complete"
