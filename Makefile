PYTHON ?= python3
BIN := .venv/bin
EXERCISES := cifar-grayscale data-preparation activations losses single-neuron minimizer optimizers \
    by-hand relu-swap initialisation gates backprop ffnn numpy-mnist tensors gradient-tape \
    clothing-mlp regularization cnn-shapes
LONG := two-gaussians playground mnist-mlp optimizers-keras callbacks mnist-cnn clothing-cnn

.PHONY: demo demo-all test test-all quick coverage renew pins lint docs picture messages messages-complete benchmark clean

# requirements/ pins exact releases with hashes, so that this installation still works in a year.
# The grader is installed without dependencies, because they are installed before it.
INSTALL := $(BIN)/pip install --quiet --disable-pip-version-check

TESTS := $(BIN)/pytest -n auto --maxprocesses 4

# One stamp file for each kind of installation: it is made again when its sources change.
.venv/installed: pyproject.toml requirements/tensorflow.txt
	@echo 'Installing into .venv; this takes a minute or more.'
	@$(PYTHON) -m venv .venv
	@$(INSTALL) --require-hashes --requirement requirements/tensorflow.txt
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q grader # pip compiles no editable installation, and a worker compiles its code each time
	@touch $@

.venv/installed-dev: .venv/installed requirements/test.txt
	@$(INSTALL) --require-hashes --requirement requirements/test.txt
	@touch $@

# Grades a correct and a wrong submission (exit code 1) of each exercise that does not train for long. Without datasets it
# uses stand-ins.
demo: .venv/installed
	@for exercise in $(EXERCISES); do \
	    echo "== $$exercise, a correct submission"; \
	    $(BIN)/grader check $$exercise examples/$$exercise/correct.* || exit 1; \
	    echo "== $$exercise, a wrong submission"; \
	    $(BIN)/grader check $$exercise examples/$$exercise/wrong.py; test $$? -eq 1 || exit 1; \
	done
	@echo '== Demo finished: all correct submissions passed and all wrong ones failed, as expected.'

# Also grades the exercises whose networks train for up to a minute.
demo-all:
	$(MAKE) demo EXERCISES="$(EXERCISES) $(LONG)"

test: .venv/installed-dev
	$(TESTS) --dist loadfile

# Tests of every package in less than a minute, to run while you work.
quick: .venv/installed-dev
	$(TESTS) -m quick

# Also runs the long tests, many of which train models, and all rows of the large tables. For releases.
test-all: test
	$(TESTS) -m long

# Shows the lines of the grader that the tests run. Takes about twice as long as the tests.
coverage: .venv/installed-dev
	$(TESTS) --cov --dist loadfile

# Pins the newest releases and runs the tests with them.
renew: pins
	$(MAKE) test

# Every file gets the same releases: those of the tests.
PIN := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
    --no-emit-index-url --no-annotate --custom-compile-command 'make pins' pyproject.toml requirements/build.in
SAME := --constraint requirements/test.txt
pins: .venv/installed-dev
	$(PIN) --upgrade --extra dev --extra serve --extra postgresql --extra student --extra tensorflow --output-file requirements/test.txt
	$(PIN) --upgrade $(SAME) --output-file requirements/plain.txt
	$(PIN) --upgrade $(SAME) --extra tensorflow --output-file requirements/tensorflow.txt
	$(PIN) --upgrade $(SAME) --extra cluster --extra postgresql --extra s3 --extra serve --extra student --extra telemetry --extra tensorflow --output-file requirements/image.txt
	$(PIN) --upgrade $(SAME) --extra cluster --extra postgresql --extra s3 --extra serve --extra student --extra telemetry --extra gpu --output-file requirements/image-gpu.txt

lint: .venv/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# The page of bugs, and the tables of kinds of checks and report formats, are made from the code. Commit them.
docs: .venv/installed
	$(BIN)/python -m grader.diagnosis.documentation > docs/bugs.md
	$(BIN)/python tools/tables.py

# The picture of a report in README.md, made with Chromium. Commit it.
picture: .venv/installed-dev
	$(BIN)/python tools/picture.py

# Adds new sentences to the catalogues of translations.
messages: .venv/installed-dev
	$(BIN)/python tools/messages.py

# Before a release: fails if a sentence has no translation. Until then it is printed in English.
messages-complete: .venv/installed-dev
	$(BIN)/python tools/messages.py --complete

benchmark: .venv/installed-dev
	$(BIN)/python benchmarks/single_check.py
	$(BIN)/python benchmarks/exercises.py

clean:
	rm -rf .venv build dist .coverage .mypy_cache .pytest_cache .ruff_cache
