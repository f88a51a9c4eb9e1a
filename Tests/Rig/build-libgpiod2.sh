#!/bin/bash
# Builds libgpiod 2.x, which Debian 12 has not, into the rig's cache, so that the 2.x half of CGPIOD is compiled and run
# too. The Python binding's source archive carries the C library. Prints a folder with include/gpiod.h and
# libgpiod2.a; does nothing where it stands there already.
set -euo pipefail
version=2.5.0 # of the binding; it carries C library 2.3
cache=${XDG_CACHE_HOME:-$HOME/.cache}/gatehouse-rig
folder=$cache/libgpiod2-$version

if [ ! -f "$folder/libgpiod2.a" ]; then
    mkdir -p "$cache"
    work=$(mktemp -d "$cache/libgpiod2.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    python3 -m pip download -q --disable-pip-version-check --no-deps --no-binary gpiod -d "$work" "gpiod==$version" >&2
    tar -C "$work" --strip-components=1 -xf "$work"/gpiod-*.tar.gz
    cd "$work"
    library=$(<libgpiod-version.txt)
    for file in lib/*.c; do
        gcc -std=gnu11 -D_GNU_SOURCE -O2 -fPIC -Iinclude -Ilib -DGPIOD_API_VERSION_STR="\"$library\"" -c "$file" -o "${file%.c}.o"
    done
    ar rcs libgpiod2.a lib/*.o
    rm -rf "$folder"
    mkdir -p "$folder/include"
    cp include/gpiod.h "$folder/include/"
    mv libgpiod2.a "$folder/"
fi
echo "$folder"
