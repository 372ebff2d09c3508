# `make run` brings Isso up; `make test` runs exactly what CI runs. `make help` lists the rest.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

DATA ?= data
LISTEN ?= 127.0.0.1:8080
TOOLS := $(CURDIR)/target/tools
PYTHON_ENV := $(TOOLS)/python
SDK := crates/actions/tests/sdk
BROWSER := tests/browser

# The tests' own Python, with what the tests drive: Isso, gunicorn and an SMTP server.
export ISSO_TEST_PYTHON := $(PYTHON_ENV)/bin/python
export ISSO_TEST_RUNTIME := $(PYTHON_ENV)
# runit and s6, to compare with; nginx and Caddy, to stand before Isso.
export ISSO_TEST_DEBIAN := $(TOOLS)/debian
# An aarch64 processor for machines that have none.
export ISSO_TEST_QEMU := $(or $(shell command -v qemu-aarch64-static),$(TOOLS)/qemu/usr/bin/qemu-aarch64-static)
# A Chromium that needs nothing of the system.
export ISSO_TEST_BROWSER := $(TOOLS)/browser
# What the package's tests run: programs built as they are packed.
export ISSOCTL := $(CURDIR)/target/static/issoctl
export ISSOCTL_AARCH64 := $(CURDIR)/target/static/aarch64/issoctl

.PHONY: help
help: ## List what there is to make
	@grep -E '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9-]+):.*## (.*)/  make \1\t\2/' | expand -t 22

.PHONY: run
run: build ## Bring up Isso on http://127.0.0.1:8080 (LISTEN=…), its files in ./data (DATA=…)
	exec target/release/issoctl --data "$(DATA)" up --listen "$(LISTEN)" --create-password

.PHONY: build
build: need-build ## Build target/release/issoctl
	cargo build --release --locked -p issoctl

.PHONY: static
static: need-build ## Build target/static/issoctl, which needs nothing of the system, for containers
	package/static.sh $(shell uname -m) $(ISSOCTL)

# What the workflows of StartOS's registries ask for: a runner makes each of these, and finds *.s9pk here.
TARGETS := $(shell sed -n 's/^ARCHES := //p' package/s9pk/Makefile)
.PHONY: print-TARGETS
print-TARGETS:
	@echo '$(TARGETS)'

.PHONY: x86 arm universal install
x86: MACHINES = x86_64 ## Pack Isso for StartOS on x86_64: isso_x86_64.s9pk
arm: MACHINES = aarch64 ## Pack Isso for StartOS on aarch64: isso_aarch64.s9pk
universal: MACHINES = x86_64 aarch64 ## Pack Isso for StartOS on either, and no other processor: isso.s9pk
# All of assets/ is packed, so nothing but what belongs in may lie there. start-cli, which packs, comes last.
x86 arm universal: need-build need-npm
	rm -rf $(filter-out $(MACHINES:%=package/s9pk/assets/%),$(wildcard package/s9pk/assets/*))
	$(MAKE) -C package/s9pk --no-print-directory $(MACHINES:%=assets/%/issoctl) javascript/index.js
	$(MAKE) -C package/s9pk --no-print-directory BASE_NAME=../../isso $@
install: ## Install what was packed on your StartOS server
	@ls isso*.s9pk >/dev/null || { echo "error: nothing was packed yet; \`make x86\`, \`make arm\` or \`make universal\` does it"; exit 1; }
	start-cli package install -s "$$(start-cli s9pk select)"

.PHONY: test
test: need-browser lint deny test-tools test-build ## Check and test everything, with real Isso
	ISSO_TEST_PROGRAM=$(TESTED) cargo test --workspace --locked
	$(MAKE) --no-print-directory test-browser
	$(MAKE) --no-print-directory test-package

# One command for all, since cargo builds a dependency anew for each selection of packages and targets.
TESTED := $(abspath $(or $(CARGO_TARGET_DIR),target))/debug/issoctl
.PHONY: test-build
test-build: need-build
	cargo build --workspace --bins --tests --locked

.PHONY: test-browser
test-browser: need-browser test-tools test-build ## Look at Isso and issoctl's pages in a real browser
	ISSOCTL=$(TESTED) node --test --test-reporter=spec $(BROWSER)/*.test.mjs

.PHONY: test-embedding
test-embedding: need-browser test-tools test-build ## Compare a real browser with issoctl doctor on all set-ups: target/embedding.md
	ISSO_TEST_SETUPS=all ISSOCTL=$(TESTED) node --test --test-reporter=spec $(BROWSER)/embedding.test.mjs

# Not every machine can build for, or emulate, another processor. The test says so itself, and fails in CI. What is tested of it
# is that it runs there, so it is not optimised.
.PHONY: test-package
test-package: test-tools static $(ISSO_TEST_QEMU) ## Check and test the StartOS package, with an emulated StartOS
	CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
		package/static.sh aarch64 $(ISSOCTL_AARCH64) || true
	$(MAKE) -C package/s9pk --no-print-directory test

.PHONY: lint
lint: need-build ## Check formatting, clippy and the documentation's links
	cargo fmt --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --document-private-items --locked --quiet

.PHONY: check
check: lint ## Check an everyday change: lint and the unit tests, in under three minutes
	cargo test --workspace --lib --bins --locked

.PHONY: deny
deny: $(TOOLS)/bin/cargo-deny $(TOOLS)/bin/cargo-machete ## Check dependencies: that each is used, licences, sources and, where their database can be reached, advisories
	$(TOOLS)/bin/cargo-machete --skip-target-dir crates tests
	$< --log-level error check bans licenses sources
	@if $< --log-level off fetch db 2>/dev/null; then \
		$< --log-level error check --disable-fetch advisories; \
	else \
		echo "cargo deny: the advisory database cannot be reached from here, so advisories were NOT checked"; \
	fi

.PHONY: bench
bench: build $(if $(ONLY),,static) test-tools $(TOOLS)/debian ## Measure against plain gunicorn and other copies, side by side (ONLY=load RUNS=5 for a part)
	cargo bench --quiet --locked -p isso-tests --bench issoctl -- $(ONLY)
	cargo bench --quiet --locked -p isso-tests --bench backup -- $(ONLY)
	$(if $(ONLY),,$(MAKE) -C package/s9pk --no-print-directory bench)

.PHONY: torture
torture: build static test-tools $(TOOLS)/debian ## Reload, kill and misconfigure Isso under load, for some minutes (ONLY=kill for a part, ONLY=soak MINUTES=30 on demand)
	ISSO_TEST_PACKED=$(ISSOCTL) cargo bench --quiet --locked -p isso-tests --bench torture -- $(ONLY)

.PHONY: test-tools
test-tools: need-test $(TOOLS)/debian $(PYTHON_ENV)/.done $(SDK)/node_modules/.done $(ISSO_TEST_BROWSER)/.done

$(TOOLS)/bin/cargo-deny:
	cargo install cargo-deny --version 0.20.2 --locked --debug --root $(TOOLS)

$(TOOLS)/bin/cargo-machete:
	cargo install cargo-machete --version 0.9.2 --locked --debug --root $(TOOLS)

# Isso is put there by the code that puts it on a user's machine.
$(PYTHON_ENV)/.done: crates/daemon/requirements.txt crates/daemon/gunicorn.conf.py tests/requirements.txt
	cargo build --workspace --examples --locked
	$(or $(CARGO_TARGET_DIR),target)/debug/examples/runtime $(PYTHON_ENV)
	$(PYTHON_ENV)/bin/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r tests/requirements.txt
	touch $@

$(TOOLS)/debian: tests/debian.sh
	tests/debian.sh $@ runit s6 rsync sqlite3 zstd nginx caddy libnss3-tools

$(TOOLS)/qemu/usr/bin/qemu-aarch64-static:
	tests/debian.sh $(TOOLS)/qemu qemu-user-static

$(SDK)/node_modules/.done: $(SDK)/package-lock.json
	cd $(SDK) && npm ci --silent --no-audit --no-fund
	touch $@

$(ISSO_TEST_BROWSER)/.done: $(BROWSER)/package-lock.json $(BROWSER)/unpack.mjs
	rm -rf $(@D)
	cd $(BROWSER) && npm ci --silent --no-audit --no-fund
	node $(BROWSER)/unpack.mjs $(@D)
	touch $@

# What cannot be installed from here is named.
.PHONY: need-build need-npm need-test need-browser
need-build:
	@command -v cargo >/dev/null || { echo "error: Rust is missing; install rustup (https://rustup.rs)"; exit 1; }
	@command -v cc >/dev/null || { echo "error: a C compiler is missing; on Debian: apt install gcc"; exit 1; }
	@command -v python3 >/dev/null || { echo "error: Python 3 is missing; on Debian: apt install python3 python3-venv"; exit 1; }
need-test: need-build need-npm
	@python3 -c 'import ensurepip' 2>/dev/null || { echo "error: Python's venv module is missing; on Debian: apt install python3-venv"; exit 1; }
need-browser:
	@[ "$$(uname -m)" = x86_64 ] && getconf GNU_LIBC_VERSION >/dev/null 2>&1 || { echo "error: the tests in a browser need Linux on x86_64 with glibc, for which their Chromium from npm is built"; exit 1; }
need-npm:
	@command -v npm >/dev/null || { echo "error: Node.js with npm is missing (StartOS's SDK is written for it); on Debian: apt install nodejs npm"; exit 1; }
