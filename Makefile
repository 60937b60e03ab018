# Needs make and Python 3.11 or newer, nothing else. `make PYTHON=python3.13 setup` chooses the Python.
.DEFAULT_GOAL := help
.PHONY: help setup run test slow browser wheel-test interpreters lint format types contracts check wheel bench lock clean

CANDIDATES := python3 python3.14 python3.13 python3.12 python3.11
PYTHON ?= $(shell for python in $(CANDIDATES); do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
BIN := .venv/bin
ARGS ?=
# How many tests run at a time: one for each core. `make JOBS=0 test` runs one after the other in this process, as a debugger needs.
JOBS ?= auto

help: ## Say what each command does
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: ## Make .venv and the front end; quick where nothing changed
	@test -n "$(PYTHON)" || { echo "No Python 3.11 or newer found; name one: make PYTHON=/path/to/python3 setup" >&2; exit 1; }
	@$(PYTHON) scripts/setup.py

run: setup ## Start the todo site with everything on, at 127.0.0.1:$PORT (default 8000)
	@exec $(BIN)/python example/run.py $(ARGS)

test: setup ## Run the tests, but those of the browser, the wheel and the slow ones (ARGS="-k journal" chooses)
	@$(BIN)/python -m pytest -n $(JOBS) -m "not browser and not wheel and not slow" $(ARGS)

slow: setup ## Run the tests that take more than a few seconds each, such as a hundred kills
	@$(BIN)/python -m pytest -n $(JOBS) --dist loadfile -m "slow and not browser and not wheel" $(ARGS)

browser: setup ## Run the tests that drive pages in headless Chromium
	@$(BIN)/python -m pytest -m browser $(ARGS)

wheel-test: setup ## Build the wheel, install it where there is no Node, and test what a user gets
	@$(BIN)/python -m pytest -m wheel $(ARGS)

interpreters: setup ## Run the quick tests on each other Python that this machine has
	@$(BIN)/python scripts/interpreters.py

lint: setup ## Check style and formatting
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

format: setup ## Put style and formatting right where a tool can
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

types: setup ## Check the types of the package, the tests, the scripts and the front end
	@$(BIN)/mypy
	@$(BIN)/python scripts/build_frontend.py --check

contracts: setup ## Check which module imports which
	@$(BIN)/lint-imports

check: lint types contracts test browser ## Everything that must hold before a commit

wheel: setup ## Build dist/*.whl with the front end inside
	@$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir dist .

bench: setup ## Measure what Vedette adds to a request, beside its peers (ARGS="--json out.json")
	@$(PYTHON) scripts/setup.py --venv build/bench --group bench --group example --no-frontend
	@build/bench/bin/python benchmarks/overhead.py $(ARGS)

lock: setup ## Choose the newest versions of all dependencies anew
	@$(BIN)/python scripts/lock.py

clean: ## Remove what the commands above made
	rm -rf .venv build dist frontend/node_modules src/vedette/web/static/vedette
	rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +
