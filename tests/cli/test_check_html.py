"""Tests of ``grader check --html FILE``."""

from __future__ import annotations

import base64
import json
import re

import pytest

from tests.conftest import known_wrong


@pytest.fixture(scope="module")
def wrong(tmp_path_factory):
    """Return the path of a submission with the wrong sign of the gradient."""
    path = tmp_path_factory.mktemp("submission") / "flipped_sign.py"
    path.write_text(known_wrong("single-neuron", "flipped-sign"))
    return path


def test_page_is_written_in_addition_to_the_output(grader_here, wrong, tmp_path):
    done = grader_here("check", "single-neuron", wrong, "--json", "--html", "page.html")
    report = json.loads(done.stdout)
    page = (tmp_path / "page.html").read_text()
    assert (done.returncode, done.stderr, page.startswith("<!DOCTYPE html>")) == (1, "", True)
    assert f">{report['score']:g}</span>" in page and "flipped_sign.py" in page and "sign-flipped" in page
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]
    (file,) = re.findall(r'href="data:application/octet-stream;base64,([^"]*)" download="flipped_sign.py"', page)
    assert base64.b64decode(file) == wrong.read_bytes()
    (line,) = [check["evidence"]["location"]["line"] for check in report["checks"] if check["name"] == "gradients"]
    assert "(y - y_hat) * y_hat" in wrong.read_text().splitlines()[line - 1]
    assert re.search(rf'id="check-gradients">.*?href="#line-{line}"', page, re.DOTALL)
    assert re.search(rf'id="line-{line}">[^\n]*\n</span><a class="finding \w+" href="#check-gradients"', page)


def test_large_notebook_is_linked(grader_here, wrong, tmp_path):
    plot = {"output_type": "display_data", "metadata": {}, "data": {"image/png": "A" * (13 << 20)}}
    cell = {"cell_type": "code", "metadata": {}, "execution_count": 1, "source": wrong.read_text(), "outputs": [plot]}
    (tmp_path / "a #1").mkdir()
    notebook = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    (tmp_path / "a #1" / "mine.ipynb").write_text(json.dumps(notebook))
    grader_here("check", "single-neuron", "a #1", "--only", "loss", "--html", "page.html")
    page = (tmp_path / "page.html").read_text()
    assert 'href="a%20%231/mine.ipynb" download="mine.ipynb"' in page and len(page) < 1_000_000
    assert 'id="cell-1-line-2"' in page


def test_first_level_of_hints_does_not_name_the_bug(grader_here, wrong, tmp_path):
    grader_here("check", "single-neuron", wrong, "--hints", 1, "--html", "page.html")
    assert "sign-flipped" not in (tmp_path / "page.html").read_text()


@pytest.mark.parametrize("path", ["nowhere/page.html", "/dev/null", ".", "/proc/page.html"])
def test_unwritable_page_is_refused_before_grading(grader_here, wrong, path):
    done = grader_here("check", "single-neuron", wrong, "--html", path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("Error: ") and "Traceback" not in done.stderr
    assert ": choose another" in done.stderr or ": choose another name." in done.stderr
