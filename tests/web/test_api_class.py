"""Staff get the gradebook and the submissions of a class through the API; for students they do not exist."""

from __future__ import annotations

import csv
import io
import json
import zipfile

import pytest

from grader.service.tables import Audit
from grader.web import api_class
from tests.service.kept_results import EXERCISE, hand_in

HERE = f"/api/v1/courses/demo/exercises/{EXERCISE}"


@pytest.fixture
def tutor(api, service):
    """A client of a tutor of a class in which Ada handed in."""
    hand_in(service, "ada", 0.5)
    return api("tom")


def test_gradebook_is_that_of_the_class(tutor):
    answer = tutor.get(f"{HERE}/gradebook")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert answer.headers["content-type"].startswith("text/csv")
    assert {row["id"]: row["score"] for row in rows}["ada"] == "50"
    assert tutor.get(f"{HERE}/gradebook", headers={"If-None-Match": answer.headers["etag"]}).status_code == 304


def test_every_table_has_its_type(tutor):
    answers = {name: tutor.get(f"{HERE}/gradebook", params={"format": name}) for name in api_class.FILES}
    assert {name: answer.status_code for name, answer in answers.items()} == {
        "csv": 200,
        "xlsx": 200,
        "json": 200,
        "canvas": 404,
        "moodle": 404,
        "overrides": 200,
    }
    assert "seed" not in json.loads(answers["json"].text)
    assert tutor.get(f"{HERE}/gradebook", params={"format": "pdf"}).status_code == 422


def test_archive_has_the_submissions(tutor):
    with zipfile.ZipFile(io.BytesIO(tutor.get(f"{HERE}/archive").content)) as archive:
        assert any("ada" in name for name in archive.namelist())


@pytest.mark.parametrize("path", ["gradebook", "archive"])
def test_class_does_not_exist_for_students(api, path):
    assert api("ada").get(f"{HERE}/{path}").status_code == 404


@pytest.mark.parametrize("path", ["gradebook", "archive"])
def test_token_needs_the_scope(api, service, path):
    hand_in(service, "ada")
    assert api("tom", ["read", "submit"]).get(f"{HERE}/{path}").status_code == 404
    assert api("tom", ["class"]).get(f"{HERE}/{path}").status_code == 200


def test_token_for_ones_own_work_shows_no_other(api, service):
    address = f"/api/v1/submissions/{hand_in(service, 'ada', 0.5)}"
    for rest in ("", "/report", "/files", "/notebook", "/events"):
        assert api("tom", ["read", "submit"]).get(f"{address}{rest}").status_code == 404


def test_look_of_an_admin_is_written_down(api, service):
    hand_in(service, "ada", 0.5)
    api("root").get(f"{HERE}/archive")
    with service.database.reading() as session:
        assert session.query(Audit).filter_by(who="root", what="looked at a class").count() == 1
