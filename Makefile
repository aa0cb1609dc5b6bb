# “make run” serves the site, “make check” is for in between, “make test” runs everything the project promises.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000

.PHONY: data names run check test soak bench bench-quick bench-search bench-pages bench-api pictures clean help

help: ## list the commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

run: $(VENV)/.run ## make a virtual environment and the database if need be, then serve
	$(BIN)/legalmap init --if-missing
	$(BIN)/legalmap run --demo --port $(PORT)

check: $(VENV)/.test ## in a minute: format, lint, types, import contracts, and what “pytest” alone runs
	PATH="$(CURDIR)/$(BIN):$$PATH" tests/lint.sh
	PATH="$(CURDIR)/$(BIN):$$PATH" pytest -q -n 2

test: $(VENV)/.test ## format, lint, types, import contracts, all tests
	PATH="$(CURDIR)/$(BIN):$$PATH" tests/run.sh

$(VENV)/.run: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "legalmap needs Python 3.11 or later: make run PYTHON=python3.11"; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.test: pyproject.toml $(VENV)/.run
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test,bench]'
	@touch $@

soak: $(VENV)/.test ## twenty times as many cases made up by chance as “make test” tries: an hour or more
	LEGALMAP_TEST_DEPTH=20 LEGALMAP_FUZZ_CASES=10000 $(BIN)/pytest -n 3 -m "hypothesis or soak" tests

bench: $(VENV)/.test ## ratios of speed and scale, measured side by side, into docs/measurements.md
	@tests/bench/speed/programs.sh
	$(BIN)/python -m tests.bench.speed

bench-quick: $(VENV)/.test ## the same, small, in one to two minutes: it shows that it runs, its figures say nothing
	@tests/bench/speed/programs.sh
	$(BIN)/python -m tests.bench.speed --quick

bench-search: $(VENV)/.test ## how many of what people type is found first, by kind, with the misses, and how fast
	@$(BIN)/python -m tests.bench.search $(LISTS)

names: $(VENV)/.test ## write data/names anew, from packages of named versions (needs npm and apt)
	@folder=$$(mktemp -d) && data/build/fetch_names.sh "$$folder" && PYTHONPATH=. $(BIN)/python data/build/names.py "$$folder"; \
	code=$$?; rm -rf "$$folder"; exit $$code

bench-pages: $(VENV)/.test ## Lighthouse, axe, bytes and hover times of the pages (needs npm and chromium)
	$(BIN)/python -m tests.bench.pages

pictures: $(VENV)/.test ## take the README's pictures anew
	$(BIN)/python -m tests.bench.pictures

bench-api: $(VENV)/.test ## schemathesis with 10,000 cases over the whole API
	LEGALMAP_FUZZ_CASES=10000 $(BIN)/python -m pytest -n 0 -q -s tests/web/api/test_fuzzing.py

data: $(VENV)/.run ## build what data/build/ builds anew, from named packages: the same bytes every time
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement data/build/requirements.txt
	$(BIN)/python data/build/tree.py data
	$(BIN)/python data/build/time_zones.py data

clean: ## forget the virtual environment and caches; the database stays
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
