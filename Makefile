# Two commands are all there is to set up: make demo, make test. Everything lives in .venv.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed

.PHONY: help demo torture test test-bluez fuzz sbom audit check tables bench validate elsewhere sensitivity peers lint format types imports services clean
.DEFAULT_GOAL := help

help:  ## what there is to make
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(STAMP): pyproject.toml constraints.txt tests/install_services.sh
	@sh tests/install_services.sh venv "$(PYTHON)"
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

demo: $(STAMP)  ## two virtual sensors, the whole way, live in the terminal
	$(BIN)/kneeload demo --duration 60 --data-dir .demo

test: $(STAMP) services  ## all tests, with private mosquitto, InfluxDB, VictoriaMetrics and Chromium
	$(BIN)/pytest

check: $(STAMP) lint types imports tables test  ## what CI runs: format, lint, types, import contracts, tables, tests

lint: $(STAMP)  ## formatting and lint
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

format: $(STAMP)  ## write the formatting
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

types: $(STAMP)  ## mypy --strict over everything
	$(BIN)/mypy

imports: $(STAMP)  ## imports point one way
	$(BIN)/lint-imports

tables: $(STAMP)  ## generated tables and dashboards are up to date
	$(BIN)/python -m kneeload.docs_tables --check
	$(BIN)/python -m grafana --check
	$(BIN)/python -m deploy.licences --check

bench: $(STAMP)  ## costs, as ratios to something named in the same run
	$(BIN)/python -m benchmarks

validate: $(STAMP)  ## accuracy on recordings and on the simulator
	$(BIN)/python -m benchmarks.validate

elsewhere: $(STAMP)  ## accuracy on other people's recordings, where they were fetched: docs/elsewhere.md
	$(BIN)/python -m benchmarks.elsewhere --write

sensitivity: $(STAMP)  ## each constant of the signal core changed, one at a time: docs/sensitivity.md
	$(BIN)/python -m benchmarks.sensitivity --write

peers: $(STAMP)  ## other Python packages on what they are meant for, in environments of their own: docs/peers.md
	$(BIN)/python -m benchmarks.peers.external --write

test-bluez: $(STAMP)  ## virtual sensors over the real Linux Bluetooth stack, in a small guest: long
	$(BIN)/python -m tests.bluez

fuzz: $(STAMP)  ## hostile input, guided by coverage: FUZZ_SECONDS (600) for each target
	nice $(BIN)/python -m tests.fuzz --seconds $${FUZZ_SECONDS:-600}

sbom: $(STAMP)  ## sbom.json: what an installation is made of, in CycloneDX
	$(BIN)/python -m deploy.sbom

audit: $(STAMP)  ## known vulnerabilities, where the advisory service can be asked
	$(BIN)/python -m deploy.audit

torture: $(STAMP) services  ## every fault there is, in full: writes docs/reliability.md (about an hour and a half)
	$(BIN)/python -m tests.torture

services:
	@sh tests/install_services.sh services

clean:  ## remove what was built
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .demo .validation .fuzz sbom.json build dist
