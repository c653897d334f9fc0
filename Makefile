PYTHON ?= python3
BIN := .venv/bin
EXERCISES := single-neuron relu-swap numpy-mnist cifar-grayscale clothing-mlp

.PHONY: demo test test-long lint docs messages benchmark clean

# A stamp a kind of installation, so that each is made once and again when pyproject.toml changes.
.venv/installed: pyproject.toml
	@echo 'Installing into .venv; this takes a minute or more.'
	@$(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check --editable .
	@touch $@

.venv/installed-dev: .venv/installed
	@$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

# Grades a correct and a wrong submission (exit code 1) of each exercise; without data sets, on stand-ins.
demo: .venv/installed
	@for exercise in $(EXERCISES); do \
	    echo "== $$exercise, a correct submission"; \
	    $(BIN)/grader check $$exercise examples/$$exercise/correct.* || exit 1; \
	    echo "== $$exercise, a wrong submission"; \
	    $(BIN)/grader check $$exercise examples/$$exercise/wrong.py; test $$? -eq 1 || exit 1; \
	done
	@echo '== The demo is over: the correct submissions passed, the wrong ones did not, as it should be.'

test: .venv/installed-dev
	$(BIN)/pytest --cov -n auto --maxprocesses 4 --dist loadfile

# Minutes each, and trains for real; before a release.
test-long: .venv/installed-dev
	$(BIN)/pytest -m long

lint: .venv/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# The page of bugs is generated from their declarations; commit it.
docs: .venv/installed
	$(BIN)/python -m grader.diagnosis.documentation > docs/bugs.md

# New sentences join the catalogues, to be translated there.
messages: .venv/installed-dev
	$(BIN)/python tools/messages.py

benchmark: .venv/installed-dev
	$(BIN)/python benchmarks/single_check.py
	$(BIN)/python benchmarks/exercises.py

clean:
	rm -rf .venv build dist .coverage .mypy_cache .pytest_cache .ruff_cache
