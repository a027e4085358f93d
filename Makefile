# Two commands matter: `make demo` and `make test`. Both start from a fresh clone and need only git, make and
# Python 3.11 or newer with venv. A second run finds its stamps and is quick.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PORT ?= 8000
JOBS ?= 2
# The tests ask the phone's evaluator in node, so they run with the node that built the phone app.
PYTEST := $(BIN)/python hatch_build.py with-node $(BIN)/python -m pytest -q -rs -n $(JOBS)
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes

.PHONY: help setup demo test test-quick lint format bench nightly pins needs phone clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(VENV)/.ruhu-run phone ## tools, install, phone app: everything but running

demo: setup ## a running demo on 127.0.0.1:8000, with invented people
	@$(BIN)/ruhu demo --port $(PORT)

test: setup $(VENV)/.ruhu-dev needs ## everything, browser tests included
	@$(BIN)/python hatch_build.py npm run --silent typecheck
	@$(BIN)/python hatch_build.py npm test --silent
	@$(PYTEST)

test-quick: setup $(VENV)/.ruhu-dev ## the Python tests without browser and PostgreSQL
	@$(PYTEST) -m "not browser" -k "not postgresql"

lint: setup $(VENV)/.ruhu-dev ## style and types, Python and TypeScript
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/python hatch_build.py npm run --silent typecheck

format: $(VENV)/.ruhu-dev ## let ruff write the style
	@$(BIN)/ruff check --fix --quiet .
	@$(BIN)/ruff format .

bench: setup $(VENV)/.ruhu-dev ## measured figures with their conditions
	@$(BIN)/python hatch_build.py with-node $(BIN)/python -m tools.bench

nightly: setup $(VENV)/.ruhu-dev needs ## the long figures of the test matrix, into docs/reliability.md
	@status=0; RUHU_NIGHTLY=1 $(BIN)/python hatch_build.py npm test --silent || status=1; \
	RUHU_NIGHTLY=1 $(PYTEST) || status=1; \
	$(BIN)/python hatch_build.py with-node $(BIN)/python -m tools.mutants --most 30 || status=1; \
	$(BIN)/python -m tools.reliability || status=1; exit $$status

pins: $(VENV)/.ruhu-dev ## compile requirements*.txt anew from pyproject.toml
	@tools/pin.sh

needs: $(VENV)/.ruhu-dev
	@$(BIN)/python tools/needs.py

phone: $(VENV)/.ruhu-run
	@$(BIN)/python hatch_build.py

clean: ## remove what setup made (never data)
	rm -rf $(VENV) pwa/node_modules app/static/m app/static/verify app/static/m.sources

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Ruhu needs Python 3.11 or newer; name one: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
	  || { echo "Python's venv is missing. Run: sudo apt-get install --yes python3-venv"; exit 1; }
	@echo "setting up $(VENV)"
	@$(PYTHON) -m venv $(VENV)

# The editable install runs the build hook, and so builds the phone app (in time for the first start).
$(VENV)/.ruhu-run: requirements.txt requirements-build.txt pyproject.toml | $(BIN)/python
	@echo "installing what Ruhu runs on"
	@$(PIP) -r requirements.txt -r requirements-build.txt
	@$(BIN)/python hatch_build.py
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.ruhu-dev: requirements-dev.txt $(VENV)/.ruhu-run
	@echo "installing what the tests need"
	@$(PIP) -r requirements-dev.txt
	@touch $@
