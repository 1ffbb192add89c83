# `make run` and `make test` are all a newcomer needs: both set up .venv first, from the lock, when it is missing or out of date.
# Another interpreter: make run PYTHON=/path/to/python3.13 (after `make clean` if .venv exists already).

PYTHON ?=
ARGS ?=

VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check
STAMP := $(VENV)/.installed
RAY_STAMP := $(VENV)/.installed-ray
INTEROP := .venv-interop
INTEROP_STAMP := $(INTEROP)/.installed
LOCKS := requirements-build.lock requirements.lock
UV_COMPILE = uv pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest \
	--generate-hashes --no-emit-index-url --custom-compile-command 'make lock'

.DEFAULT_GOAL := help
.PHONY: help run test test-slow test-interop bench lint lock clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' Makefile

run: $(STAMP) ## the tour; an experiment: make run ARGS="suite=smoke"
	@$(if $(strip $(ARGS)),$(PY) -m pare_runner $(ARGS),$(VENV)/bin/pare tour)

test: lint ## lint, type check and fast tests
	$(PY) -m pytest -n auto --dist loadfile $(ARGS)

test-slow: $(RAY_STAMP) ## the tests marked slow
	$(PY) -m pytest -m slow $(ARGS)

test-interop: $(STAMP) $(INTEROP_STAMP) ## what Meta-ARE's own importer says about our traces
	$(PY) -m pytest -m interop $(ARGS)

bench: $(STAMP) ## the benchmarks: a table, and outputs/bench.json
	$(PY) benchmarks/run.py $(ARGS)

lint: $(STAMP) ## ruff and mypy only
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy

lock: ## renew the lock files (needs uv)
	@command -v uv >/dev/null || { echo "make lock needs uv on the PATH: pip install uv" >&2; exit 2; }
	$(UV_COMPILE) --upgrade --extra dev pyproject.toml --output-file requirements.lock
	printf 'setuptools\nwheel\n' | $(UV_COMPILE) --upgrade --constraint requirements.lock - --output-file requirements-build.lock
	printf 'ray[client]\n' | $(UV_COMPILE) --upgrade --constraint requirements.lock - --output-file requirements-ray.lock
	printf 'meta-agents-research-environments==1.2.0\n' | $(UV_COMPILE) --upgrade - --output-file requirements-interop.lock

clean: ## remove .venv, caches and build products, never outputs/
	rm -rf $(VENV) $(INTEROP) build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamp is written last, so an interrupted installation is simply repeated. Build tools come first and from a lock of
# their own: one dependency (antlr4-python3-runtime) has no wheel and is built here, with known versions.
$(STAMP): $(LOCKS) pyproject.toml
	@if ! $(PIP) --version >/dev/null 2>&1; then \
	  found=; \
	  for candidate in $(if $(PYTHON),"$(PYTHON)",python3.11 python3.12 python3.13 python3); do \
	    if "$$candidate" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
	      found="$$candidate"; break; \
	    fi; \
	  done; \
	  if [ -z "$$found" ]; then \
	    echo "pare_runner needs Python 3.11 or newer with its venv module; tried:" \
	      $(if $(PYTHON),"$(PYTHON)",python3.11 python3.12 python3.13 python3) >&2; \
	    echo "Name one: make $(or $(MAKECMDGOALS),run) PYTHON=/path/to/python3.12" >&2; \
	    exit 2; \
	  fi; \
	  "$$found" -m venv --clear $(VENV); \
	fi
	@echo "Installing into $(VENV) (about a minute, once) ..."
	@$(PIP) install --quiet -r requirements-build.lock
	@$(PIP) install --quiet --no-build-isolation -r requirements.lock
	@$(PIP) install --quiet --no-build-isolation --no-deps -e .
	@touch $@

# For the slow tests alone: Ray is large, and who does not use it need not have it.
$(RAY_STAMP): $(STAMP) requirements-ray.lock
	@echo "Installing ray into $(VENV) ..."
	@$(PIP) install --quiet --no-build-isolation -r requirements-ray.lock
	@touch $@

# An environment of its own: Meta-ARE pins what it needs, and nothing of it may reach the package. The lock is complete, and
# without --no-deps an older pip stumbles over an extra of a package that it has a hash for (datasets wants fsspec[http]).
$(INTEROP_STAMP): $(STAMP) requirements-interop.lock
	@echo "Installing Meta-ARE into $(INTEROP) (about a minute, once) ..."
	@$(PY) -m venv --clear $(INTEROP)
	@$(INTEROP)/bin/python -m pip --disable-pip-version-check install --quiet --no-deps -r requirements-interop.lock
	@touch $@
