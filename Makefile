# `make help` lists the targets. Everything runs in .venv, which is made on first use and brought
# up to date when pyproject.toml changes. PYTHON chooses the interpreter: make test PYTHON=python3.12

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO := demo
# More for pytest: make test PYTEST="-k tour"
PYTEST ?=
# More for the benchmark: make bench BENCH="--quick"
BENCH ?=
# How often a soak kills on each server, and when it ends at the latest: make soak KILLS=1000
KILLS ?= 200
SOAK_SECONDS ?= 3600
# Twice as many as CI services have cores, for servers, failures and other processes are waited for;
# a worker that has run out of tests takes some of another's.
WORKERS := -n 4 --dist worksteal
# The fast suite's files are in memory where there is room for them: whatever is written is also
# synced, which takes a disk as long as all else. The other suites write to the disk.
test laws: export PYTEST_DEBUG_TEMPROOT := $(shell \
  df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 && $$4 > 1000000 {print "/dev/shm"}')
# The tests that look at the code base itself: its modules, documents and packaging.
STRUCTURE := $(wildcard tests/test_*.py)

# Compiled once, and not by each of the many processes of the tests; `make clean` removes it.
unexport PYTHONDONTWRITEBYTECODE

.DELETE_ON_ERROR:
.PHONY: help demo test laws ceph slow browser screenshots soak bench lint types architecture check wheel clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/sandbox.stamp ## Tour all of it: an embedded S3, two workspaces, real commands; needs no account
	$(BIN)/manifest-sync sandbox $(DEMO) --tour

test: $(VENV)/dev.stamp ## The fast suite
	$(BIN)/python -m pytest $(WORKERS) $(PYTEST)

laws: $(VENV)/dev.stamp ## The properties in the fast suite again, with ten times as many examples
	HYPOTHESIS_PROFILE=ci $(BIN)/python -m pytest $(WORKERS) \
	  -m "hypothesis and not ceph and not slow and not browser" $(PYTEST)

ceph: $(VENV)/dev.stamp ## The suite on a real S3 server (Debian: radosgw ceph-mon ceph-osd)
	$(BIN)/python -m pytest $(WORKERS) -m ceph $(PYTEST)

slow: $(VENV)/dev.stamp ## Crash loops, large data, more of the real command
	$(BIN)/python -m pytest $(WORKERS) -m "slow and not ceph and not browser" $(PYTEST)

browser: $(VENV)/dev.stamp ## The page in a browser (Debian: chromium)
	$(BIN)/python -m pytest -m browser $(PYTEST)

screenshots: $(VENV)/dev.stamp ## Take the pictures in docs/images anew (Debian: chromium fonts-noto-color-emoji)
	$(BIN)/python -m tests.web.browser.screenshots

bench: $(VENV)/dev.stamp ## Beside other tools on the same work; bench/README.md says what it needs
	$(BIN)/python -m bench $(BENCH)

soak: $(VENV)/dev.stamp ## Kill runs at random times, on moto and on Ceph: some twenty minutes
	MANIFEST_SYNC_KILLS=$(KILLS) MANIFEST_SYNC_SOAK_SECONDS=$(SOAK_SECONDS) \
	  $(BIN)/python -m pytest $(WORKERS) -o timeout=0 -m "slow or ceph" -k killed_at_any_time \
	  tests/e2e/test_crashes.py $(PYTEST)

lint: $(VENV)/dev.stamp ## Style and common mistakes
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(VENV)/dev.stamp ## Types, strictly
	$(BIN)/mypy

architecture: $(VENV)/dev.stamp ## Which module may import which, and whether the documents are true
	$(BIN)/lint-imports
	$(BIN)/python -m pytest $(STRUCTURE)

check: lint types architecture test ## All that must pass before a commit

wheel: $(VENV)/dev.stamp ## Build dist/*.whl and dist/*.tar.gz
	rm -rf dist
	$(BIN)/python -m build

clean: ## Remove all that these targets made
	rm -rf $(VENV) $(DEMO) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find manifest_sync tests -name __pycache__ -prune -exec rm -rf {} +

$(VENV)/python.stamp:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "manifest-sync needs Python 3.11 or newer, and $(PYTHON) is not; name one that is: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' || { \
	  echo "$(PYTHON) cannot make virtual environments; on Debian: apt install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/sandbox.stamp: pyproject.toml $(VENV)/python.stamp
	$(BIN)/python -m pip install --quiet --editable '.[sandbox]'
	@touch $@

# The extra `dev` holds the extra `sandbox`, so that the demo installs nothing more after it.
$(VENV)/dev.stamp: pyproject.toml $(VENV)/python.stamp
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $@ $(VENV)/sandbox.stamp
