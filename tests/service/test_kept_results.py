"""A result is kept once under its key, with its files."""

from __future__ import annotations

from grader.executor.work import TaskResult
from grader.service import kept_results
from grader.service.tables import Result
from tests.service.kept_results import report_with


def test_first_result_with_a_key_is_kept(service):
    for share, seconds in ((1.0, 2.5), (0.0, 9.0)):
        graded = TaskResult(report_with(share, "a.py", "a"), "", {}, b"notebook", b"code")
        files = kept_results.write_files(service, graded)
        with service.database.writing() as session:
            kept_results.keep(session, "key", graded, files, seconds)
    with service.database.reading() as session:
        result = session.query(Result).one()
    assert (result.score, result.seconds, result.passed) == (result.max_score, 2.5, True)
    assert (service.blobs.get(result.executed), service.blobs.get(result.source)) == (b"notebook", b"code")


def test_submission_that_cannot_be_read_has_no_result(service):
    with service.database.writing() as session:
        kept_results.keep(session, "key", TaskResult(None, "It is a PDF.", {}), kept_results.ResultFiles())
    with service.database.reading() as session:
        assert session.query(Result).count() == 0
