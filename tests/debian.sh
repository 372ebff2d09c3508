#!/usr/bin/env bash
# Unpacks runit and s6 from Debian's packages into a folder, for `make torture` to compare with; installs nothing.
# Where they cannot be had, the folder stays empty and the comparison goes without them.
set -euo pipefail

into=$1
unpacked=$(mktemp -d)
trap 'rm -rf "$unpacked"' EXIT

take() {
    cd "$unpacked"
    # s6 needs its author's libraries too.
    libraries=$(apt-cache depends s6 | sed -n 's/^ *Depends: \(lib.*\)/\1/p' | grep -v '^libc6')
    # shellcheck disable=SC2086
    apt-get download runit s6 $libraries
    for package in *.deb; do
        dpkg -x "$package" "$into"
    done
}

mkdir -p "$into"
if ! command -v apt-get >/dev/null; then
    echo "runit and s6 are not compared: this is no Debian"
elif ! (take || { apt-get update && take; }) >"$unpacked/log" 2>&1; then
    tail -n 3 "$unpacked/log"
    echo "runit and s6 are not compared: Debian's packages cannot be had from here"
fi
