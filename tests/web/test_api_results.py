"""The API shows the report in every format, without what students must not see, and the files as they were handed in."""

from __future__ import annotations

import json

import pytest

from grader.report.model import Report
from grader.service.tables import Exercise, State
from grader.web import api_results
from tests.service import kept_results


@pytest.fixture
def address(service):
    return f"/api/v1/submissions/{kept_results.hand_in(service, 'ada', 0.5)}"


@pytest.mark.quick
def test_report_is_the_document_of_the_command_line(api, address):
    answer = api("ada").get(f"{address}/report")
    report = Report.model_validate_json(answer.text)
    assert (answer.headers["content-type"], report.score, report.submission.path) == (
        "application/json",
        50.0,
        "answer.py",
    )
    assert answer.text == report.to_json()


@pytest.mark.parametrize("name", api_results.MEDIA_TYPES)
def test_every_format_can_be_chosen_in_two_ways(api, address, name):
    client, media_type = api("ada"), api_results.MEDIA_TYPES[name]
    by_query = client.get(f"{address}/report", params={"format": name}, headers={"Accept": "image/png"})
    by_header = client.get(f"{address}/report", headers={"Accept": f"image/png, {media_type};q=0.9, */*"})
    assert by_query.headers["content-type"].startswith(media_type)
    assert by_query.status_code == 200
    assert by_query.content == by_header.content != b""


def test_unknown_format_is_refused(api, address):
    assert api("ada").get(f"{address}/report", params={"format": "pdf"}).status_code == 422
    assert api("ada").get(f"{address}/report", headers={"Accept": "image/png"}).json()["schema"] == "grader.report/1"


def test_every_bundled_format_has_a_media_type():
    from grader.report import formats

    assert {*api_results.MEDIA_TYPES} == {"html", *formats.bundled_names()}


def test_unchanged_report_is_not_sent_again(api, address):
    client = api("ada")
    tag = client.get(f"{address}/report").headers["etag"]
    assert client.get(f"{address}/report", headers={"If-None-Match": tag}).status_code == 304
    other = client.get(f"{address}/report", headers={"If-None-Match": tag, "Accept": "text/plain"})
    assert other.status_code == 200


def test_student_sees_no_evidence_of_hidden_checks(api, service, monkeypatch):
    address = f"/api/v1/submissions/{kept_results.hand_in(service, 'ada', 0.0)}/report"
    hidden = api("ada").get(address).json()["checks"][0]["name"]
    from grader.assignment.spec import AssignmentSpec

    monkeypatch.setattr(AssignmentSpec, "visibility", lambda self: {hidden: "hidden"})
    checks = {check["name"]: check["message"] for check in api("ada").get(address).json()["checks"]}
    assert checks == {hidden: "This check is hidden: its inputs are not shown."}
    assert api("tom").get(address).json()["checks"][0]["message"] == "It is failed."


def test_submission_without_a_report_has_none(api, service):
    waiting = kept_results.hand_in(service, "ada", state=State.QUEUED)
    answer = api("ada").get(f"/api/v1/submissions/{waiting}/report")
    assert (answer.status_code, answer.json()["detail"]) == (404, "This submission has no report.")


def test_files_are_what_was_handed_in(api, service, address):
    answer = api("ada").get(f"{address}/files")
    assert answer.content.startswith(b"answer = ")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert "answer.py" in answer.headers["content-disposition"]


def test_several_files_come_as_a_zip(api):
    files = [("file", ("a.py", b"x = 1\n")), ("file", ("b.py", b"y = 1\n"))]
    document = api("ada").post("/api/v1/courses/demo/exercises/single-neuron/submissions", files=files).json()
    assert document["files"] == 2
    assert api("ada").get(document["links"]["files"]).content.startswith(b"PK")


def test_notebook_that_was_not_executed_is_missing(api, address):
    answer = api("ada").get(f"{address}/notebook")
    assert (answer.status_code, json.loads(answer.text)["detail"]) == (404, "This submission has no executed notebook.")


def test_page_of_a_report_names_the_exercise(api, service, address):
    page = api("ada").get(f"{address}/report", params={"format": "html"}).text
    with service.database.reading() as session:
        assert session.query(Exercise).filter_by(name="single-neuron").one()
    assert "answer.py" in page
