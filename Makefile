# `make run` brings Isso up; `make test` runs exactly what CI runs. `make help` lists the rest.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

DATA ?= data
LISTEN ?= 127.0.0.1:8080
TOOLS := $(CURDIR)/target/tools
PYTHON_ENV := $(TOOLS)/python
SDK := crates/actions/tests/sdk

# The tests' own Python, with what the tests drive: Isso, gunicorn and an SMTP server.
export ISSO_TEST_PYTHON := $(PYTHON_ENV)/bin/python
export ISSO_TEST_RUNTIME := $(PYTHON_ENV)
# runit and s6, to compare with.
export ISSO_TEST_DEBIAN := $(TOOLS)/debian

.PHONY: help
help: ## List what there is to make
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 18

.PHONY: run
run: build ## Bring up Isso on http://127.0.0.1:8080 (LISTEN=…), its files in ./data (DATA=…)
	exec target/release/issoctl --data "$(DATA)" up --listen "$(LISTEN)" --create-password

.PHONY: build
build: need-build ## Build target/release/issoctl
	cargo build --release --locked -p issoctl

# Flags of the linker must not reach build scripts, hence the target's name.
STATIC := $(shell uname -m)-unknown-linux-gnu
.PHONY: static
static: need-build ## Build target/static/issoctl, which needs nothing of the system, for containers
	RUSTFLAGS="-C target-feature=+crt-static" \
		cargo build --release --locked -p issoctl --target $(STATIC) --target-dir target/static
	ln -sf $(STATIC)/release/issoctl target/static/issoctl

.PHONY: test
test: lint deny test-tools ## Check and test everything, with real Isso
	cargo test --workspace --locked

.PHONY: lint
lint: need-build ## Formatting and clippy
	cargo fmt --check
	cargo clippy --workspace --all-targets --locked -- -D warnings

.PHONY: deny
deny: $(TOOLS)/bin/cargo-deny ## Licences, sources and, where their database can be reached, advisories
	$< --log-level error check bans licenses sources
	@if $< --log-level off fetch db 2>/dev/null; then \
		$< --log-level error check --disable-fetch advisories; \
	else \
		echo "cargo deny: the advisory database cannot be reached from here, so advisories were NOT checked"; \
	fi

.PHONY: bench
bench: build test-tools ## Measure against plain gunicorn, side by side
	cargo bench --quiet --locked -p isso-tests --bench issoctl

.PHONY: torture
torture: build test-tools $(TOOLS)/debian ## Do to Isso what nobody should, for some minutes (ONLY=kill for a part)
	cargo bench --quiet --locked -p isso-tests --bench torture -- $(ONLY)

.PHONY: test-tools
test-tools: need-test $(PYTHON_ENV)/.done $(SDK)/node_modules/.done

$(TOOLS)/bin/cargo-deny:
	cargo install cargo-deny --version 0.20.2 --locked --debug --root $(TOOLS)

# Isso is put there by the code that puts it on a user's machine.
$(PYTHON_ENV)/.done: crates/daemon/requirements.txt crates/daemon/gunicorn.conf.py tests/requirements.txt
	cargo run --quiet --locked -p isso-daemon --example runtime -- $(PYTHON_ENV)
	$(PYTHON_ENV)/bin/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r tests/requirements.txt
	touch $@

$(TOOLS)/debian: tests/debian.sh
	tests/debian.sh $@

$(SDK)/node_modules/.done: $(SDK)/package-lock.json
	cd $(SDK) && npm ci --silent --no-audit --no-fund
	touch $@

# What cannot be installed from here is named.
.PHONY: need-build need-test
need-build:
	@command -v cargo >/dev/null || { echo "error: Rust is missing; install rustup (https://rustup.rs)"; exit 1; }
	@command -v cc >/dev/null || { echo "error: a C compiler is missing; on Debian: apt install gcc"; exit 1; }
	@command -v python3 >/dev/null || { echo "error: Python 3 is missing; on Debian: apt install python3 python3-venv"; exit 1; }
need-test: need-build
	@python3 -c 'import ensurepip' 2>/dev/null || { echo "error: Python's venv module is missing; on Debian: apt install python3-venv"; exit 1; }
	@command -v npm >/dev/null || { echo "error: Node.js with npm is missing (the tests compare with StartOS's SDK); on Debian: apt install nodejs npm"; exit 1; }
