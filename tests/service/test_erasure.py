"""Of a person who is erased, no name, file or mark is left in the data folder."""

from __future__ import annotations

import os
import time

import pytest

from grader.service import accounts, desk_folder, erasure, hand_marks
from grader.service.tables import Audit, Exercise, Extension, Mark, Membership, Result, State, Submission, User
from grader.support.errors import UsageError

SECRET = b"the work of Ada Lovelace"


@pytest.fixture
def filled(service):
    """A service in which ada has submissions, a mark, an extension, a token, and rows of the audit."""
    blob = service.blobs.put(SECRET)
    with service.database.writing() as session:
        exercise = session.query(Exercise).filter_by(name="single-neuron").one()
        ada = session.query(User).filter_by(name="ada").one()
        ada.email = "ada@example.org"
        iris = session.query(User).filter_by(name="iris").one()
        for user, kind, state in (
            (ada, "attempt", State.GRADED),
            (ada, "check", State.QUEUED),
            (iris, "check", State.GRADED),
        ):
            session.add(
                Submission(
                    user_id=user.id,
                    exercise_id=exercise.id,
                    version_id=exercise.version_id,
                    kind=kind,
                    file_name="lovelace.py" if user is ada else "iris.py",
                    sha256=blob,
                    blob=blob if user is ada else service.blobs.put(b"other"),
                    size=1,
                    state=state,
                    result_key="key" if user is ada else None,
                )
            )
        session.add(
            Result(key="key", report=SECRET, score=1, max_score=1, passed=True, ending="graded", seconds=1, grader="0")
        )
        session.add(Mark(exercise_id=exercise.id, user_id=ada.id, comment="Well done, Ada", by="iris"))
        session.add(Mark(exercise_id=exercise.id, user_id=None, by="ada"))
        session.add(Extension(exercise_id=exercise.id, user_id=ada.id, note="Lovelace is ill"))
        session.add(Audit(who="ada", what="token"))
        session.add(Audit(who="iris", what="mark", about="ada in single-neuron (adam is not changed)"))
        accounts.new_token(session, ada, ["read"])
        accounts.sign_in(session, ada)
    for path in service.configuration.blob_dir.glob("??/*"):
        os.utime(path, (time.time() - 1000,) * 2)
    return service


def user_id(service, name):
    with service.database.reading() as session:
        return session.query(User).filter_by(name=name).one().id


def test_nothing_of_an_erased_person_is_left(filled):
    erased = user_id(filled, "ada")
    name = erasure.erase(filled, erased)
    with filled.database.reading() as session:
        assert {row.file_name for row in session.query(Submission)} == {"iris.py"}
        assert session.query(Membership).filter_by(user_id=erased).count() == 0
        assert [row.by for row in session.query(Mark)] == [name]
        assert [(row.who, row.about) for row in session.query(Audit)] == [
            (name, ""),
            ("iris", f"{name} in single-neuron (adam is not changed)"),
        ]
    filled.database.close()
    for path in filled.configuration.data_dir.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not any(word in content for word in (b"Lovelace", b"lovelace", b"ada@example.org", SECRET)), path


def test_erased_person_cannot_sign_in_and_erasing_again_changes_nothing(filled):
    erased = user_id(filled, "ada")
    name = erasure.erase(filled, erased)
    assert erasure.erase(filled, erased) == name
    with filled.database.reading() as session:
        user = session.get(User, erased)
        assert user.disabled is not None and user.erased is not None and not user.password


def test_the_only_administrator_is_not_erased(service):
    with pytest.raises(UsageError, match="only administrator"):
        erasure.erase(service, user_id(service, "root"))


def test_name_of_an_erased_tutor_is_not_left_at_marks(filled, caller):
    with filled.database.writing() as session:
        exercise = session.query(Exercise).filter_by(name="single-neuron").one()
        ada = session.query(User).filter_by(name="ada").one()
        hand_marks.give(session, caller("tom"), exercise, ada, {"total": hand_marks.Wish("1")}, ["total"])
    name = erasure.erase(filled, user_id(filled, "tom"))
    with filled.database.reading() as session:
        assert {row.by for row in session.query(Mark)} == {"ada", "iris", name}


def test_files_of_a_class_that_list_an_erased_person_without_a_submission_are_deleted(service):
    with service.database.reading() as session:
        folder = desk_folder.of_exercise(service.configuration, session.query(Exercise).first().id, "en")
    folder.out.mkdir(parents=True)
    (folder.out / "gradebook.csv").write_text("Ben,missing")
    erasure.erase(service, user_id(service, "ben"))
    assert not folder.path.exists()
