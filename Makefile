PYTHON ?= python3
BIN := .venv/bin
SINGLE_NEURON := examples/single-neuron

.PHONY: demo test lint benchmark clean

# A stamp a kind of installation, so that each is made once and again when pyproject.toml changes.
.venv/installed: pyproject.toml
	@$(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check --editable .
	@touch $@

.venv/installed-dev: .venv/installed
	@$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

# Grades a correct notebook, a correct module in another style and a wrong one (exit code 1).
demo: .venv/installed
	@$(BIN)/grader check single-neuron $(SINGLE_NEURON)/correct.ipynb
	@$(BIN)/grader check single-neuron $(SINGLE_NEURON)/another_style.py
	@$(BIN)/grader check single-neuron $(SINGLE_NEURON)/wrong.py || test $$? -eq 1

test: .venv/installed-dev
	$(BIN)/pytest --cov

lint: .venv/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

benchmark: .venv/installed-dev
	$(BIN)/python benchmarks/single_check.py

clean:
	rm -rf .venv build dist .coverage .mypy_cache .pytest_cache .ruff_cache
