"""Programs of the staff give marks, which count like those of the form."""

from __future__ import annotations

import pytest

from grader.service.tables import Audit, Mark
from tests.service.kept_results import EXERCISE, hand_in

HERE = f"/api/v1/courses/demo/exercises/{EXERCISE}"
ADA = f"{HERE}/students/ada/marks"


@pytest.fixture
def report(api, service):
    """A function that returns the report of Ada's submission as she sees it."""
    submission = hand_in(service, "ada", 0.5)
    return lambda: api("ada").get(f"/api/v1/submissions/{submission}/report").json()


def test_mark_counts_and_can_be_removed(api, report):
    tom = api("tom")
    before, sha256 = report(), report()["submission"]["sha256"]
    wish = {"points": "4,5", "comment": "Nearly right."}
    marks = tom.patch(ADA, json={"checks": {"sigmoid": wish}, "sha256": sha256}).json()
    assert (marks["checks"]["sigmoid"]["points"], marks["checks"]["sigmoid"]["by"], marks["total"]) == (
        "4.5",
        "Tom",
        None,
    )
    assert report()["score"] != before["score"] and "Nearly right." in str(report())
    total = tom.patch(ADA, json={"total": {"points": "7"}}).json()
    assert total["total"]["points"] == "7" and "sigmoid" in total["checks"]
    assert report()["score"] == 7
    tom.patch(ADA, json={"total": {}, "checks": {"sigmoid": {}}})
    assert report()["score"] == before["score"]
    assert tom.get(ADA).json() == {"student": "ada", "total": None, "checks": {}}


@pytest.mark.parametrize(
    "wish",
    [{"checks": {"none": {"points": "1"}}}, {"checks": {"sigmoid": {"points": "many"}}}, {"total": {"points": "out"}}],
)
def test_wrong_mark_changes_nothing(api, service, wish):
    answer = api("tom").patch(ADA, json={**wish, "checks": {**wish.get("checks", {}), "shapes": {"points": "1"}}})
    assert (answer.status_code, answer.json()["title"]) == (422, "unreadable")
    with service.database.reading() as session:
        assert session.query(Mark).count() == 0


def test_marks_do_not_exist_for_students_and_strangers(api, service):
    for client in (api("ada"), api("ben"), api("tom", ["read"])):
        assert client.get(ADA).status_code == client.patch(ADA, json={}).status_code == 404
    assert api("tom").get(f"{HERE}/students/iris/marks").status_code == 404  # she is not a student


def test_look_of_an_admin_is_written_down(api, service):
    assert api("root").get(ADA).status_code == 200
    with service.database.reading() as session:
        assert session.query(Audit).filter_by(who="root", what="looked at a class").count() == 1
