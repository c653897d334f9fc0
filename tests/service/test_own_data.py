"""One's own data has the account, the files, the reports and the marks, and nothing of anybody else."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

from grader.service import accounts, own_data
from grader.service.outside_tables import Delivery
from grader.service.tables import Exercise, Extension, Mark, User
from tests.service import kept_results


def archive_of(service, caller, name="ada"):
    stream = io.BytesIO()
    own_data.write(service, caller(name), stream)
    return zipfile.ZipFile(stream)


@pytest.fixture
def secret(service):
    """The secret of a token of ada."""
    with service.database.writing() as session:
        ada = session.query(User).filter_by(name="ada").one()
        return accounts.new_token(session, ada, ["submit"], "laptop")


def test_files_and_reports_are_there(service, caller):
    submission = kept_results.hand_in(service, "ada", 0.5, content=b"x = 1\n", file_name="Übung 1.py")
    archive = archive_of(service, caller)
    folder = f"submissions/demo/single-neuron/{submission}"
    assert archive.read(f"{folder}/files/Übung 1.py") == b"x = 1\n"
    assert json.loads(archive.read(f"{folder}/report.json"))["score"] == 50
    assert archive.read(f"{folder}/report.html").startswith(b"<!DOCTYPE html>")
    (row,) = json.loads(archive.read("submissions.json"))
    assert (row["id"], row["exercise"], row["state"]) == (submission, "single-neuron", "graded")


def test_account_has_no_secret(service, caller, secret):
    text = archive_of(service, caller).read("account.json").decode()
    account = json.loads(text)
    assert account["courses"][0]["role"] == "student"
    assert account["tokens"][0]["label"] == "laptop"
    assert secret not in text
    assert "digest" not in text
    assert "password" not in text


def test_marks_are_there_without_the_person_and_without_notes_for_staff(service, caller):
    with service.database.writing() as session:
        exercise = session.query(Exercise).filter_by(name="single-neuron").one()
        ids = {name: session.query(User).filter_by(name=name).one().id for name in ("ada", "ben")}
        for name in ids:
            session.add(Mark(exercise_id=exercise.id, user_id=ids[name], points="3", comment=f"For {name}", by="Iris"))
            session.add(
                Delivery(
                    kind="lti-score", place="x", target=f"{name}.example", user_id=ids[name], exercise_id=exercise.id
                )
            )
        session.add(Extension(exercise_id=exercise.id, user_id=ids["ada"], extra_attempts=2, note="a doctor's letter"))
    text = archive_of(service, caller).read("account.json").decode()
    assert "For ada" in text
    assert [row["target"] for row in json.loads(text)["deliveries"]] == ["ada.example"]
    assert '"extra_attempts": 2' in text
    for foreign in ("For ben", "Iris", "doctor"):
        assert foreign not in text


def test_work_of_others_is_not_there(service, caller):
    other = kept_results.hand_in(service, "ben", content=b"secret of ben\n")
    archive = archive_of(service, caller)
    assert not [name for name in archive.namelist() if other in name]


def test_deleted_file_leaves_the_rest(service, caller):
    submission = kept_results.hand_in(service, "ada", content=b"x = 1\n")
    for name in [*service.blobs.names()]:
        service.blobs.delete_old(name, -1)
    names = archive_of(service, caller).namelist()
    assert f"submissions/demo/single-neuron/{submission}/report.json" in names
    assert not [name for name in names if "/files/" in name]
