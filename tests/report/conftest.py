"""Fixtures: pages in a browser, and reports on real submissions that are graded once.

Some of their texts were chosen to break the formats.
"""

from __future__ import annotations

import pytest

from grader.grading.grade import grade
from grader.report import formats
from grader.submission import read
from tests.conftest import ROOT, bundled, notebook

# Each part tries to end its context: a line, an attribute, CDATA, a cell, a fence, a tag, a fence of commands.
EVIL = "\\n::error::forged%0A\\r##[set-output name=result;]x ]]> \"' <script>alert(1)</script> | ``` [a](http://b.c) **x** @all \\x1b[31m \\u202e \\ud800"
HOSTILE = notebook(
    "import numpy as np",
    f"def sigmoid(z):\n    raise ValueError('''{EVIL}''')",
    "class Löss(Exception): pass\nLöss.__name__ = ']]><b>|`'\n\ndef loss(y, y_hat):\n    raise Löss('1. # x\\n- y')",
)


@pytest.fixture(scope="session")
def browser(chromium):
    """A headless Chromium."""
    return chromium


class Opened:
    """A page in the browser, with its requests and its errors."""

    def __init__(self, browser, path, **options):
        self._context = browser.new_context(**options)
        self.page = self._context.new_page()
        self.complaints, self.requests = [], []
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.complaints.append(dialog.message), dialog.dismiss()))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(path.as_uri())

    def close(self):
        self._context.close()


@pytest.fixture
def opened(browser, tmp_path):
    """Return a function that writes a page to a file and opens it; options are those of a browser context, e.g. color_scheme."""
    pages = []

    def open_page(text, **options):
        file = tmp_path / f"page{len(pages)}.html"
        file.write_text(text, encoding="utf-8")
        pages.append(Opened(browser, file, **options))
        return pages[-1]

    yield open_page
    for page in pages:
        page.close()


@pytest.fixture(scope="session")
def reports(tmp_path_factory):
    """Return {name: report} on single-neuron; ``broken`` did not load, ``not gradable`` is the grader's fault."""
    folder = tmp_path_factory.mktemp("reports")
    evil = folder / "a ::error::,b%0A]]><i>|`$x`"
    evil.mkdir()
    (evil / "mine.ipynb").write_text(HOSTILE)
    (folder / "broken.py").write_text("def f(:\n")
    assignment = bundled("single-neuron")
    examples = ROOT / "examples" / "single-neuron"
    paths = {
        "correct": examples / "correct.ipynb",
        "wrong": examples / "wrong.py",
        "hostile": evil,
        "broken": folder / "broken.py",
    }
    reports_by_name = {name: grade(assignment, read(path, assignment.name)) for name, path in paths.items()}
    failed = [
        check.model_copy(update={"status": "not_gradable", "score": None, "message": "No worker could be started."})
        for check in reports_by_name["wrong"].checks
    ]
    update = {"score": None, "passed": False, "ending": "not_gradable", "checks": failed}
    return reports_by_name | {"not gradable": reports_by_name["wrong"].model_copy(update=update)}


@pytest.fixture(scope="session")
def content():
    return bundled("single-neuron").content


@pytest.fixture(params=["correct", "wrong", "hostile", "broken", "not gradable"])
def report(request, reports):
    return reports[request.param]


@pytest.fixture
def rendered(report, content):
    """Return a function that renders the report in a format."""
    return lambda name: formats.render(name, report, content)
