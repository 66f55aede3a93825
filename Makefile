# make demo          segments of a built-in customer table, with a report
# make test          the tests
# make test-all      these, and the slow ones: other widths of lanes, whole tables, compiling ahead
# make check         lint, format and types
# make test-oldest   the tests, with the oldest dependencies that pyproject.toml allows
# make bench         every speed claim, beside its peers; PART=kmeans for one part
# make bench-pairs OLD=<commit>  whether a row of bench is slower than at that commit; PART, PAIRS, ROWS
# make same-bits OLD=<commit>    whether results have the bits that they had at that commit; ONLY='kmeans/*'
# make compat        scikit-learn's own checks of our estimators, by several of its versions
#
# Each installs what it needs into $(VENV) the first time, and again only after pyproject.toml or
# the Python has changed, or the folder has moved. Another Python, beside the first:
#   make test PYTHON=python3.13 VENV=.venv-3.13

PYTHON ?= python3
VENV ?= .venv
CONSTRAINTS ?=
PYTEST_ARGS ?=
# Two processes, each with a half of the tests, in order; who is done first takes from the other.
SIDE_BY_SIDE := -n 2 --dist worksteal -p no:benchmark

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
hash = $(shell { $(1); } 2>/dev/null | cksum | cut -d' ' -f1)
PYTHON_STAMP := $(VENV)/.python-$(call hash,pwd; command -v $(PYTHON); $(PYTHON) -VV)
CONTENT := $(call hash,cat pyproject.toml $(CONSTRAINTS))

.PHONY: demo test test-all test-oldest compat checked-by-sklearn check same-bits bench bench-pairs clean
.NOTPARALLEL:

demo: $(VENV)/.segment-$(CONTENT)
	@$(BIN)/segment demo

test: $(VENV)/.test-$(CONTENT)
	$(BIN)/python -m pytest $(SIDE_BY_SIDE) -m "not slow" $(PYTEST_ARGS)

test-all: $(VENV)/.test-$(CONTENT)
	$(BIN)/python -m pytest $(SIDE_BY_SIDE) $(PYTEST_ARGS)

test-oldest:
	$(MAKE) test-all VENV=.venv-oldest CONSTRAINTS=tests/oldest.txt

compat: compat-1.6 compat-1.7 compat-1.8 compat-1.9

compat-%:
	@$(MAKE) --no-print-directory checked-by-sklearn VENV=.venv-sklearn-$* SKLEARN=$*

checked-by-sklearn: $(VENV)/.sklearn-$(CONTENT)
	@$(BIN)/python -W ignore tests/compat/check_estimators.py

check: $(VENV)/.dev-$(CONTENT)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# Shell commands with a checkout of the commit OLD in $$old, which is gone afterwards.
define beside_old
	@test -n "$(OLD)" || { echo "Name the commit to compare with, as in: make $@ OLD=HEAD~1" >&2; exit 2; }
	@folder=$$(mktemp -d); old=$$folder/old; \
	trap 'git worktree remove --force "$$old" 2>/dev/null; rm -rf "$$folder"' EXIT; trap 'exit 130' INT TERM; \
	git worktree add --quiet --detach "$$old" "$(OLD)" || exit 2; \
	$(1)
endef

same-bits: $(VENV)/.test-$(CONTENT)
	$(call beside_old,\
	$(BIN)/python tests/same_bits $(if $(ONLY),--only '$(ONLY)') --checkout "$$old" --out "$$folder/old.txt"; \
	$(BIN)/python tests/same_bits $(if $(ONLY),--only '$(ONLY)') --out "$$folder/new.txt"; \
	$(BIN)/python tests/same_bits --compare "$$folder/old.txt" "$$folder/new.txt")

bench: $(VENV)/.bench-$(CONTENT)
	$(BIN)/python -m benchmarks $(PART)

bench-pairs: $(VENV)/.bench-$(CONTENT)
	$(call beside_old,\
	$(BIN)/python -m benchmarks.pairs --old "$$old" $(if $(PAIRS),--pairs $(PAIRS)) \
	$(if $(ROWS),--rows '$(ROWS)') $(if $(PART),--part $(PART)))

# One stamp an extra; `test` brings `segment` with it. The one of an older pyproject.toml goes first:
# what it stood for is replaced.
$(VENV)/.%-$(CONTENT): $(PYTHON_STAMP)
	@rm -f $(VENV)/.$*-*
	@echo "Installing what '$*' needs into $(VENV), once."
	@$(PIP) install --quiet $(addprefix --constraint ,$(CONSTRAINTS)) --editable '.[$*]'
	@touch $@ $(if $(filter test,$*),$(VENV)/.segment-$(CONTENT))

$(VENV)/.sklearn-$(CONTENT): $(PYTHON_STAMP)
	@echo "Installing scikit-learn $(SKLEARN) into $(VENV), once."
	@$(PIP) install --quiet 'scikit-learn==$(SKLEARN).*' pandas polars --editable .
	@touch $@

$(PYTHON_STAMP):
	@$(PYTHON) -c '' 2>/dev/null || { echo "No '$(PYTHON)' here: install Python 3.11 or newer, or name it, as in: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$$($(PYTHON) -V) is too old: install Python 3.11 or newer, or name it, as in: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "Python's venv module is missing: install it (on Debian and Ubuntu: sudo apt install python3-venv)." >&2; exit 1; }
	@test ! -e $(VENV) -o -e $(VENV)/pyvenv.cfg || { echo "$(VENV) is there and is no virtual environment: name another, as in: make VENV=.venv2" >&2; exit 1; }
	@$(PYTHON) -m venv --clear $(VENV)
	@touch $@

clean:
	rm -rf .venv .venv-* build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .benchmarks
