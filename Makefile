# Two commands do everything: `make benchmark` and `make test`.
# `make test PYTHON=python3.13` does it with another Python, in an environment of its own.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
ifeq ($(origin PYTHON),file)
VENV := .venv
else
VENV := .venv-$(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])')
endif
BIN := $(VENV)/bin
PIP := -m pip install --quiet --disable-pip-version-check
# Where the shapes of arrays are checked at each call while tests run.
SHAPES_OF := aifgym.envs,aifgym.agents.models,aifgym.agents.planning.tree,aifgym.training.objectives
# Which tests the environments with the oldest and the newest dependencies run.
TESTS ?= tests

.PHONY: benchmark speed docs docs-check test lint format hooks fuzz chaos soak test-oldest test-newest test-slow \
	release-check clean

benchmark: $(VENV)/installed
	$(BIN)/aifgym benchmark

speed: $(VENV)/installed
	$(BIN)/aifgym speed

# The documentation's site, in build/site: opens without a server, fetches nothing.
docs: $(VENV)/installed
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --strict

# All that the documentation prints, also what takes minutes.
docs-check: $(VENV)/installed
	$(BIN)/pytest tests/docs -m "long or not long"

test: lint
	$(BIN)/pytest --numprocesses auto --jaxtyping-packages=$(SHAPES_OF),array_types.checked --cov --cov-report=
	@echo "coverage: $$($(BIN)/coverage report --format=total) %"

lint: $(VENV)/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/basedpyright --pythonpath $(BIN)/python

format: $(VENV)/installed
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# From then on, `git commit` checks as `make lint` does.
hooks: $(VENV)/installed
	$(BIN)/pre-commit install

# Damaged files of all formats; faults while commands run; a million steps. Each prints a tally.
fuzz chaos soak: $(VENV)/installed
	$(BIN)/python tests/reliability/$@.py

# The lower bounds of setup.cfg, and the newest versions that they admit.
test-oldest:
	$(PYTHON) -m venv .venv-oldest
	.venv-oldest/bin/python $(PIP) --constraint constraints-oldest.txt --editable ".[test]"
	.venv-oldest/bin/pytest --numprocesses auto $(TESTS)

test-newest:
	$(PYTHON) -m venv .venv-newest
	.venv-newest/bin/python $(PIP) --upgrade --upgrade-strategy eager --editable ".[test]"
	.venv-newest/bin/pytest --numprocesses auto $(TESTS)

# RL-Zoo's commands as docs/tooling.md shows them, imitation, and a notebook. imitation asks for
# older versions of Gymnasium and Stable-Baselines3 than ours, and works with these.
test-slow:
	$(PYTHON) -m venv .venv-slow
	.venv-slow/bin/python $(PIP) --constraint constraints.txt --editable ".[test,zoo]" \
		nbclient ipykernel ipywidgets
	.venv-slow/bin/python $(PIP) --no-deps imitation==1.0.1
	.venv-slow/bin/pytest -m slow tests/training

# What a release is made by: two builds with one hash, which install and run in an empty environment.
release-check:
	$(PYTHON) -m venv .venv-release
	.venv-release/bin/python $(PIP) --constraint constraints.txt build twine
	rm -rf dist build
	.ci/release $(PYTHON) .venv-release/bin/python

clean:
	rm -rf .venv .venv-* build dist *.egg-info .coverage* .pytest_cache .ruff_cache .hypothesis

# The stamp is written last, so that an interrupted install starts over. What was put into the
# environment first is kept, such as a CPU build of torch.
$(VENV)/installed: setup.cfg pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python $(PIP) --constraint constraints.txt --editable ".[dev]"
	touch $@
