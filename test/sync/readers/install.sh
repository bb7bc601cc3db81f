#!/bin/sh
# Unpacks Debian's Avro readers into a directory.
# Fails where they cannot be had: that other readers read a dump is a promise, and must not go untested.
set -eu
exec "$(dirname "$0")/../../kit/unpack-debian.sh" "$1" \
  avro-bin libavro23 libjansson4 libsnappy1v5 \
  python3-avro python3-snappy \
  libavro-java libjackson-json-java libparanamer-java libsnappy-java libsnappy-jni libcommons-compress-java libxz-java \
  libslf4j-java
