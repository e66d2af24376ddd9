# Two commands on a machine with python3 (>= 3.11) and make, nothing else: `make demo` and `make test`.
# Everything lives in .venv. uv is used when it is there, else fetched into .venv, else pip does the work.

VENV ?= .venv
BIN := $(VENV)/bin
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)

PLUGINS := $(patsubst %/pyproject.toml,%,$(wildcard plugins/*/pyproject.toml))
PINS := pyproject.toml constraints.txt $(PLUGINS:%=%/pyproject.toml)
PLUGIN_SOURCES := $(wildcard $(PLUGINS:%=%/src))
TESTS ?=
empty :=
space := $(empty) $(empty)

.PHONY: help demo test check format bench load soak soak-real constraints wheel clean
.DEFAULT_GOAL := help

help:
	@echo "make demo         set up and run the demo: a fictional market, watched over real HTTP on this machine"
	@echo "make test         set up and run the tests (TESTS=tests/store runs a part)"
	@echo "make check        formatting, lint, types, layers"
	@echo "make bench        the benchmarks, one table"
	@echo "make load         1,000 webhooks a second for a minute, the daemon killed in the middle (SECONDS=60 RATE=1000 URL=postgresql://...)"
	@echo "make soak         thirty days of a daemon in minutes, with everything going wrong (DAYS=30 ACCOUNTS=200 SEED=7)"
	@echo "make soak-real    a real daemon on this machine: nothing of it may grow (MINUTES=15)"
	@echo "make format       format and fix what can be fixed"
	@echo "make constraints  renew the pins in constraints.txt"
	@echo "make wheel        build the distribution into dist/"
	@echo "make clean        remove everything that was made here, .venv included"

demo: $(VENV)/.base
	@$(BIN)/capteur demo

test: $(VENV)/.dev
	$(BIN)/pytest -n auto --dist worksteal $(TESTS)

check: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	MYPYPATH=$(subst $(space),:,$(PLUGIN_SOURCES)) $(BIN)/mypy core sensors $(PLUGIN_SOURCES)
	$(BIN)/lint-imports
	$(BIN)/pyright examples/01_smallest_sensor.py

format: $(VENV)/.dev
	$(BIN)/ruff check --fix --exit-zero .
	$(BIN)/ruff format .

bench: $(VENV)/.bench
	$(BIN)/python benchmarks/table.py

load: $(VENV)/.dev
	$(BIN)/python benchmarks/load.py --seconds $(or $(SECONDS),60) --rate $(or $(RATE),1000) $(if $(URL),--url $(URL))

soak: $(VENV)/.dev
	$(BIN)/python benchmarks/soak.py --days $(or $(DAYS),30) --accounts $(or $(ACCOUNTS),200) --seed $(or $(SEED),7)

soak-real: $(VENV)/.dev
	$(BIN)/python benchmarks/soak_real.py --minutes $(or $(MINUTES),15)

wheel: $(VENV)/.dev
	$(BIN)/python -m build --outdir dist .

# What the distribution and everything under plugins/ needs, on every platform, with every extra; our own names are no pins.
constraints: $(VENV)/.made
	@$(uv); [ -n "$$uv" ] || { echo "error: this needs uv" >&2; exit 2; }; \
	for folder in . $(PLUGINS); do echo "-e $$folder$$(cd $$folder && $(abspath $(BIN))/python -c 'import tomllib; print([*tomllib.load(open("pyproject.toml", "rb"))["project"].get("optional-dependencies", {})])' | tr -d "' ")"; done | \
	"$$uv" pip compile --quiet --universal --no-header --no-annotate --python-version 3.11 - | grep -E '^[a-z0-9._-]+==' | grep -v '^capteur' > constraints.new
	@mv constraints.new constraints.txt

clean:
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# --- the environment; a stamp file says what is installed, so that a second call costs nothing ---------------------------------

uv = uv="$(BIN)/uv"; [ -x "$$uv" ] || uv="$$(command -v uv)" || uv=""

# $(call install,REQUIREMENTS)
define install
	@$(uv); if [ -n "$$uv" ]; then \
	    echo "installing with uv"; UV_PYTHON_DOWNLOADS=never "$$uv" pip install --quiet --python $(BIN)/python --constraint constraints.txt $(1); \
	else \
	    echo "installing with pip (slower than uv)"; $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt $(1); \
	fi
endef

, := ,

$(VENV)/.base: $(PINS) | $(VENV)/.made
	$(call install,-e '.[adoption$(,)receiving$(,)visits]' -e plugins/capteur-rss)
	@touch $@

$(VENV)/.dev: $(PINS) | $(VENV)/.made
	$(call install,-e '.[dev]' $(PLUGINS:%=-e %))
	@touch $(VENV)/.base $@

$(VENV)/.bench: $(PINS) | $(VENV)/.dev
	$(call install,-e '.[dev$(,)bench]')
	@touch $@

# An environment that is there already is used as it is, unless its Python no longer runs or is too old.
$(VENV)/.made:
	@if [ -z "$(PYTHON)" ]; then \
	    echo "error: capteur needs Python 3.11 or later" >&2; \
	    echo "  found: $$(python3 --version 2>&1 || echo 'no python3')" >&2; \
	    echo "  fix: install one, or name it: make PYTHON=/path/to/python3 ..." >&2; exit 2; \
	fi
	@if $(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    touch $@; exit 0; \
	fi; \
	$(uv); echo "making $(VENV) with $$($(PYTHON) --version)"; \
	if [ -n "$$uv" ]; then UV_PYTHON_DOWNLOADS=never "$$uv" venv --quiet --clear --python "$$($(PYTHON) -c 'import sys; print(sys.executable)')" $(VENV); \
	elif $(PYTHON) -m venv --clear $(VENV); then \
	    $(BIN)/python -m pip install --quiet --disable-pip-version-check uv || echo "uv cannot be fetched here; pip will do"; \
	else \
	    echo "error: $(PYTHON) cannot make a virtual environment" >&2; \
	    echo "  fix: install its venv module (Debian, Ubuntu: apt install python3-venv) or uv" >&2; exit 2; \
	fi
	@touch $@
