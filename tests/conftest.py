"""Fixtures of all tests: the real command line, and submissions written for one test."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import hypothesis
import nbformat
import pytest
from click.testing import CliRunner

from grader.assignment import load
from grader.cli import main
from grader.grading.grade import grade
from grader.grading.options import GradeOptions
from grader.grading.wrong_solutions import named
from grader.sandbox.warm import WarmStart
from grader.submission import read
from tests.chromium import chromium  # noqa: F401
from tests.doubling import ASSIGNMENT, REFERENCE, RIGHT
from tests.postgresql import cluster  # noqa: F401

hypothesis.settings.register_profile("tests", deadline=None)  # tests do not measure time
hypothesis.settings.load_profile("tests")

ROOT = Path(__file__).resolve().parent.parent
SINGLE_NEURON = ROOT / "assignments" / "single-neuron"

# Tests run on stand-ins, without a network, and without the user's home folder; their caches are their own.
# Tests on real data name their folder themselves.
REAL_DATA = Path(os.environ.pop("GRADER_DATA", ROOT.parent / "shared" / "datasets"))
os.environ |= {
    "KERAS_HOME": str(ROOT / ".pytest_cache" / "keras"),
    "XDG_CACHE_HOME": str(ROOT / ".pytest_cache" / "user"),
    "LC_ALL": "C.UTF-8",  # sentences are compared in English
    "https_proxy": "http://127.0.0.1:9",
    "no_proxy": "",
}
# A shell starts background jobs with Ctrl-C ignored, and child processes inherit that. Tests need Ctrl-C.
signal.signal(signal.SIGINT, signal.default_int_handler)
bundled = cache(load)  # many tests grade against the same few
on_real_data = pytest.mark.skipif(
    not (REAL_DATA / "fashion_mnist.npz").is_file(),
    reason="no real data: set GRADER_DATA to a folder with mnist.npz, fashion_mnist.npz and cifar10.npz",
)


ON_BOTH_DATABASES = {
    "test_accepting",
    "test_claims",
    "test_delivery_sender",
    "test_event_stream",
    "test_finishing",
    "test_jobs",
    "test_queue",
    "test_rates",
    "test_retention",
    "test_supervision",
    "test_waiting",
}


def known_wrong(exercise, name):
    """Return the source of a known-wrong solution of a bundled exercise."""
    return named(bundled(exercise), name).content().decode()


def pytest_xdist_auto_num_workers():
    """Return one process more than there are cores, because many tests wait for processes, time limits and pages."""
    return len(os.sched_getaffinity(0)) + 1


def pytest_generate_tests(metafunc):
    """Run the tests that use a service on both databases, except those marked ``sqlite``.

    `make test` uses PostgreSQL only for the modules in which the database matters most.
    """
    own = [mark for mark in metafunc.definition.iter_markers("parametrize") if "database_kind" in mark.args[0]]
    if "database_kind" in metafunc.fixturenames and not own:
        is_short = metafunc.module.__name__.rpartition(".")[2] in ON_BOTH_DATABASES
        postgresql = pytest.param("postgresql", marks=[] if is_short else [pytest.mark.long])
        is_sqlite = metafunc.definition.get_closest_marker("sqlite") is not None
        metafunc.parametrize("database_kind", ["sqlite"] if is_sqlite else ["sqlite", postgresql])


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Mark all rows of a table as long except every eighth, so that `make test` runs only those."""
    rows = Counter()
    for item in items:
        if item.get_closest_marker("table"):
            table = item.nodeid.partition("[")[0]
            if rows[table] % 8:
                item.add_marker(pytest.mark.long)
            rows[table] += 1


@pytest.fixture
def grader(tmp_path):
    """Return a function that runs ``grader ARGUMENTS`` as a separate process in an empty folder."""

    def run(*arguments, timeout=120, **options):
        command = [sys.executable, "-m", "grader", *map(str, arguments)]
        options = {"cwd": tmp_path, "capture_output": True, "text": True, **options}
        return subprocess.run(command, timeout=timeout, check=False, **options)

    return run


@pytest.fixture
def grader_here(tmp_path, monkeypatch):
    """As :func:`grader`, in the process of the tests, which has the imports: for tests of what a command prints and returns."""

    def run(*arguments):
        monkeypatch.chdir(tmp_path)
        result = CliRunner().invoke(main, [*map(str, arguments)])
        return SimpleNamespace(returncode=result.exit_code, stdout=result.stdout, stderr=result.stderr)

    return run


@pytest.fixture(scope="session")
def distributions(tmp_path_factory):
    """Return a folder with the wheel and the sdist of this clone."""
    folder = tmp_path_factory.mktemp("distributions")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", folder], cwd=ROOT, check=True, capture_output=True
    )
    return folder


@pytest.fixture
def check(grader_here):
    """Return a function that checks a submission of single-neuron and returns (exit code, report)."""

    def run(path, *options):
        done = grader_here("check", "single-neuron", path, "--json", *options)
        assert "Traceback" not in done.stderr + done.stdout
        return done.returncode, json.loads(done.stdout)

    return run


@pytest.fixture
def graded(tmp_path, warm):
    """Return a function that grades the text of a module with an assignment: a bundled name or the text of an assignment.yaml.

    Workers are forked, as in a class: starting a new one takes longer than most checks.
    """

    def run(assignment, source, only=(), **options):
        if "\n" in assignment:
            (tmp_path / "own").mkdir(exist_ok=True)
            (tmp_path / "own" / "assignment.yaml").write_text(assignment)
            loaded = load(str(tmp_path / "own"))
        else:
            loaded = bundled(assignment)
        (tmp_path / "submitted.py").write_text(source)
        return grade(
            loaded,
            read(tmp_path / "submitted.py", "own"),
            GradeOptions(only=only, include_hidden=True, **{"warm": warm, **options}),
        )

    return run


@pytest.fixture(scope="session")
def warm():
    """Return a pool that forks workers, because otherwise each model in a test imports TensorFlow twice."""
    with WarmStart() as started:
        yield started


@pytest.fixture(scope="session")
def solution():
    """Return the source of a correct solution of single-neuron."""
    return (SINGLE_NEURON / "solution.py").read_text()


def notebook(*cells, tags=None, **metadata):
    """Return a notebook of code cells as text; ``tags`` maps a cell's index to its tags."""
    made = nbformat.v4.new_notebook(metadata=metadata)
    made.cells = [nbformat.v4.new_code_cell(cell) for cell in cells]
    for index, given in (tags or {}).items():
        made.cells[index].metadata["tags"] = given
    return nbformat.writes(made)


def ending(report, name):
    """Return the result of one check."""
    return next(result for result in report["checks"] if result["name"] == name)


@pytest.fixture
def doubling(tmp_path):
    """Return the folder of the tiny assignment."""
    folder = tmp_path / "doubling"
    folder.mkdir()
    (folder / "assignment.yaml").write_text(ASSIGNMENT)
    (folder / "reference.py").write_text(REFERENCE)
    (folder / "solution.py").write_text(RIGHT)
    return folder
