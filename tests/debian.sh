#!/usr/bin/env bash
# Unpacks programs from Debian's packages into a folder, for tests to use; installs nothing: debian.sh FOLDER PACKAGE...
# Where they cannot be had, the folder stays empty, and who misses them says so.
set -euo pipefail

into=$1
shift
unpacked=$(mktemp -d)
trap 'rm -rf "$unpacked"' EXIT

take() {
    cd "$unpacked"
    # What a program is linked with may be too special to be on every system.
    libraries=$(apt-cache depends "$@" | sed -n 's/^ *Depends: \(lib.*\)/\1/p' | grep -v '^libc6' || true)
    # shellcheck disable=SC2086
    apt-get download "$@" $libraries
    for package in *.deb; do
        dpkg -x "$package" "$into"
    done
}

mkdir -p "$into"
# make compares it with this script.
touch "$into"
if ! command -v apt-get >/dev/null; then
    echo "$*: left out, for this is no Debian"
elif ! (take "$@" || { apt-get update && take "$@"; }) >"$unpacked/log" 2>&1; then
    tail -n 3 "$unpacked/log"
    echo "$*: left out, for Debian's packages cannot be had from here"
fi
