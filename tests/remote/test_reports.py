"""The report is the document of ``grader check``; the ends of a submission without a report are errors with their sentence."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from grader.remote import handing_in, reports
from grader.remote.errors import NoAnswer
from grader.remote.handing_in import RemoteSubmission
from grader.support.errors import UsageError
from tests.service.kept_results import report_with


def submission(state="graded", sentence="It is so."):
    return RemoteSubmission("abc", "a.py", "0" * 64, datetime.now(UTC), False, state, sentence, True, None, None)


@pytest.fixture
def document(monkeypatch):
    """A function that sets the document that the server sends."""

    def sent(text):
        monkeypatch.setattr(handing_in, "report", lambda *_: text)

    return sent


@pytest.mark.parametrize(("share", "code"), [(1, 0), (0, 1)])
def test_report_has_the_path_of_the_command_line(document, share, code):
    report = report_with(share, "a.py", "0" * 64)
    document(report.to_json())
    answer = reports.report_of(None, submission(), "work/a.py")
    named = report.submission.model_copy(update={"path": "work/a.py"})
    assert answer.document == report.model_copy(update={"submission": named}).to_json()
    assert (answer.exit_code, answer.report.score) == (code, report.score)


def test_not_gradable_has_the_exit_code_of_the_command_line(document):
    document(report_with(0, "a.py", "0" * 64).model_copy(update={"ending": "not_gradable", "score": None}).to_json())
    assert reports.report_of(None, submission(), "a.py").exit_code == 3


def test_report_of_a_newer_server_is_kept_as_it_is(document):
    content = json.loads(report_with(1, "a.py", "0" * 64).to_json()) | {"new": "part"}
    document(json.dumps(content))
    answer = reports.report_of(None, submission(), "a.py")
    assert (answer.report, answer.exit_code, json.loads(answer.document)["new"]) == (None, 0, "part")


@pytest.mark.parametrize(
    ("state", "error"),
    [("refused", UsageError), ("cancelled", NoAnswer), ("superseded", NoAnswer), ("not_gradable", NoAnswer)],
)
def test_end_without_a_report_is_an_error_with_its_sentence(document, state, error):
    document(None)
    with pytest.raises(error, match=r"It is so\.") as raised:
        reports.report_of(None, submission(state), "a.py")
    assert raised.value.exit_code == (2 if state == "refused" else 3)
