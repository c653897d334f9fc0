PYTHON ?= python3
BIN := .venv/bin
EXERCISES := single-neuron relu-swap numpy-mnist cifar-grayscale clothing-mlp

.PHONY: demo test test-all quick coverage renew pins lint docs messages benchmark clean

# Exact releases with hashes, requirements/, so that this installation works in a year as it does today.
# The grader itself is installed without its dependencies, which are then there already.
INSTALL := $(BIN)/pip install --quiet --disable-pip-version-check

TESTS := $(BIN)/pytest -n auto --maxprocesses 4

# One stamp for each kind of installation: it is made once, and again when what it is made from changes.
.venv/installed: pyproject.toml requirements/tensorflow.txt
	@echo 'Installing into .venv; this takes a minute or more.'
	@$(PYTHON) -m venv .venv
	@$(INSTALL) --require-hashes --requirement requirements/tensorflow.txt
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

.venv/installed-dev: .venv/installed requirements/test.txt
	@$(INSTALL) --require-hashes --requirement requirements/test.txt
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
	$(TESTS) --dist loadfile

# Tests of every package in less than a minute, for while you work.
quick: .venv/installed-dev
	$(TESTS) -m quick

# With the tests that take long, many of which train for real, and all rows of the large tables; before a release.
test-all: test
	$(TESTS) -m long

# Which lines of the grader the tests run; takes about twice as long as the tests alone.
coverage: .venv/installed-dev
	$(TESTS) --cov --dist loadfile

# Pins the newest releases, and tests with them.
renew: pins
	$(MAKE) test

# The same releases in every file: what the tests install decides.
PIN := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
    --no-emit-index-url --no-annotate --custom-compile-command 'make pins' pyproject.toml requirements/build.in
SAME := --constraint requirements/test.txt
pins: .venv/installed-dev
	$(PIN) --upgrade --extra dev --extra student --extra tensorflow --output-file requirements/test.txt
	$(PIN) --upgrade $(SAME) --output-file requirements/plain.txt
	$(PIN) --upgrade $(SAME) --extra tensorflow --output-file requirements/tensorflow.txt
	$(PIN) --upgrade $(SAME) --extra student --extra tensorflow --output-file requirements/image.txt
	$(PIN) --upgrade $(SAME) --extra student --extra gpu --output-file requirements/image-gpu.txt

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
