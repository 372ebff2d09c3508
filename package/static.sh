#!/usr/bin/env bash
# Builds a static issoctl, which runs in any container: static.sh MACHINE FILE, the machine as `uname -m` has it.
#
# Linked with musl wherever Rust's musl target can be had: rustup fetches it, Zig is compiler and linker for its C. Else
# with this system's glibc, which takes a C compiler for that machine.
set -euo pipefail

machine=$1
file=$(realpath --no-symlinks "$2")
mkdir -p "$(dirname "$file")"
# A stale program must not be taken for a new one.
trap '[ $? = 0 ] || rm -f "$file"' EXIT
cd "$(dirname "$0")/.."

tools=$PWD/target/tools/zig
build=(--release --locked -p issoctl)
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-target}

has() { [ -d "$(rustc --print target-libdir --target "$1")" ]; }

missing() {
    printf 'error: no static issoctl for %s: %s\n' "$machine" "$1" >&2
    exit 1
}

install_zig() {
    [ "$tools/.done" -nt package/zig.txt ] && return
    python3 -m venv --clear "$tools" &&
        "$tools/bin/pip" install --quiet --disable-pip-version-check --no-deps --require-hashes -r package/zig.txt &&
        touch "$tools/.done"
}

with_musl() {
    install_zig || missing "Zig cannot be installed from package/zig.txt; Python 3 with venv and its package index are needed"
    PATH=$tools/bin:$PATH CARGO_ZIGBUILD_CACHE_DIR=$tools/cache ZIG_GLOBAL_CACHE_DIR=$tools/cache/zig \
        cargo zigbuild "${build[@]}" --target "$target"
}

with_glibc() {
    local compiler=cc name=${target//-/_}
    if [ "$machine" != "$(uname -m)" ]; then
        compiler=$machine-linux-gnu-gcc
        command -v "$compiler" >/dev/null || missing "$compiler is missing; on Debian: apt install gcc-${machine//_/-}-linux-gnu"
    fi
    # Flags of the linker must not reach build scripts, hence the target's name in each.
    env "CC_$name=$compiler" "CARGO_TARGET_${name^^}_LINKER=$compiler" \
        "CARGO_TARGET_${name^^}_RUSTFLAGS=-C target-feature=+crt-static" \
        cargo build "${build[@]}" --target "$target"
}

target=$machine-unknown-linux-musl
if has "$target" || rustup target add "$target"; then
    with_musl
else
    target=$machine-unknown-linux-gnu
    has "$target" || missing "Rust has no target for it; with rustup (https://rustup.rs): rustup target add $machine-unknown-linux-musl"
    with_glibc
fi

# Left alone if nothing changed, so that make sees that nothing changed.
built=$CARGO_TARGET_DIR/$target/release/issoctl
cmp --silent "$built" "$file" || install "$built" "$file"
