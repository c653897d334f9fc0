"""Tests of the files of one student: their content, and the ending if one cannot be made or written."""

from __future__ import annotations

import json

import pytest

from grader.batch import page_files, pages
from grader.batch.page_files import FILES, write_pages
from grader.batch.store import Page, Record, Store
from grader.support.errors import UsageError
from tests.conftest import bundled
from tests.report.made import report


@pytest.fixture
def stored_pages(tmp_path):
    """Return the stored pages of two students: the notebook of the first is damaged."""
    with Store(tmp_path / "out") as store:
        for name, executed in (("Anna", b"no JSON"), ("Ben", b"")):
            store.put(
                "key", Record(identity=name, name=name, sha256="0", report=report()), executed, [Page(name, name, name)]
            )
        return [*store.pages()]


@pytest.fixture
def settings():
    return pages.settings_of(bundled("single-neuron").content)


def test_files_of_a_student_are_those_that_the_digest_is_about(tmp_path, stored_pages, settings):
    written_pages, problems = write_pages(tmp_path / "out", settings, stored_pages)
    ((name, _key, digest),) = written_pages
    assert name == "Ben" and digest == page_files.digest_of_files(tmp_path / "out", "Ben")
    assert len(problems) == 1 and problems[0].startswith("Anna: ")
    files = {(kind, suffix): tmp_path / "out" / kind / f"Ben{suffix}" for kind, suffix in FILES}
    assert json.loads(files["instructor", ".json"].read_text())["schema"] == "grader.report/1"
    assert not files["executed", ".ipynb"].exists()


def test_folder_that_cannot_be_written_is_reported(tmp_path, stored_pages, settings):
    (tmp_path / "out" / "reports" / "Ben.json").mkdir(parents=True)
    with pytest.raises(UsageError, match="cannot be written"):
        write_pages(tmp_path / "out", settings, stored_pages[1:])
