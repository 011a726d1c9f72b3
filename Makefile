# Two commands do everything: `make benchmark` and `make test`.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin

.PHONY: benchmark speed test lint format clean

benchmark: $(VENV)/installed
	$(BIN)/aifgym benchmark

speed: $(VENV)/installed
	$(BIN)/aifgym speed

test: lint
	$(BIN)/pytest --numprocesses auto

lint: $(VENV)/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(VENV)/installed
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .ruff_cache .hypothesis

# The stamp is written last, so that an interrupted install starts over.
$(VENV)/installed: setup.cfg pyproject.toml constraints.txt
	rm -rf $(VENV)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[dev]"
	touch $@
