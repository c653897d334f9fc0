"""Every reason for another score leads to a delivery, for the students of the course system and nobody else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from grader.executor.work import TaskResult
from grader.service import (
    accepting,
    exercise_settings,
    extensions,
    finishing,
    hand_marks,
    kept_results,
    lti_launches,
    passback,
    policies,
    regrading,
    retention,
    score_overview,
)
from grader.service.deliveries import GIVEN_UP, PENDING
from grader.service.extension_table import NONE
from grader.service.finishing import GradingOutcome
from grader.service.hand_marks import Wish
from grader.service.lti_tables import LtiContext, LtiResource
from grader.service.lti_tables import LtiPlatform as LtiPlatformRow
from grader.service.moments import now
from grader.service.outside_tables import Delivery, Identity
from grader.service.tables import Exercise, Kind, Membership, Regrade, State, Submission, User
from tests.lti.platform import LEARNER
from tests.lti.platform_services import RESULT
from tests.service.course_system import connected, own_key, platform  # noqa: F401
from tests.service.kept_results import EXERCISE, hand_in, report_with
from tests.service.lti import arrive


def endpoint_of(lms):
    """The claim about columns, without a column of its own."""
    return {"https://purl.imsglobal.org/spec/lti-ags/claim/endpoint": lms.services.endpoint()}


def wishes(service):
    """The login names of the users whose scores must be sent, with the number of wishes."""
    with service.database.reading() as session:
        rows = session.execute(select(User.name, Delivery.wishes).join(User, User.id == Delivery.user_id))
        return dict(rows.all())


@pytest.fixture
def lms(connected):  # noqa: F811
    return connected


@pytest.fixture
def exercise(service, lms):
    with service.database.reading() as session:
        return session.scalar(select(Exercise).where(Exercise.name == EXERCISE))


@pytest.fixture
def change_in(service, exercise):
    """A function that calls another one with a session, and with the exercise and Ada in it."""

    def run(function):
        with service.database.writing() as session:
            function(
                session, session.get(Exercise, exercise.id), session.scalar(select(User).where(User.name == "ada"))
            )
        return wishes(service)

    return run


def graded(session, exercise, user, kind=Kind.ATTEMPT):
    """Add a submission that is being graded."""
    row = Submission(
        user_id=user.id,
        exercise_id=exercise.id,
        version_id=exercise.version_id,
        kind=kind,
        file_name="a.py",
        sha256="0" * 64,
        blob="0" * 64,
        size=1,
        state=State.RUNNING,
        owner="me",
    )
    session.add(row)
    session.flush()
    return row


@pytest.mark.quick
@pytest.mark.parametrize(("kind", "count"), [(Kind.ATTEMPT, {"ada": 1}), (Kind.CHECK, {})])
@pytest.mark.parametrize("is_careful", [True, False])
def test_graded_attempt(service, change_in, kind, count, is_careful):
    def finish(session, exercise, user):
        row = graded(session, exercise, user, kind)
        outcome = GradingOutcome(row, TaskResult(report_with(1.0, "a.py", "0" * 64), "", {}), key="key")
        finishing.finish(session, service, "me", outcome, is_careful)

    assert change_in(finish) == count


def test_attempt_on_which_workers_died(service, change_in):
    def lose(session, exercise, user):
        row = graded(session, exercise, user)
        row.losses = finishing.MOST_LOSSES - 1
        finishing.finish(session, service, "me", GradingOutcome(row, error=finishing.ProcessLost()))

    assert change_in(lose) == {"ada": 1}


def test_marks_of_a_student_and_of_everybody(change_in, caller):
    give = hand_marks.give
    tom = caller("tom")
    assert change_in(lambda session, exercise, user: give(session, tom, exercise, user, {"": Wish("3")}, [])) == {
        "ada": 1
    }
    assert change_in(lambda session, exercise, user: give(session, tom, exercise, user, {"": Wish("3")}, [])) == {
        "ada": 1
    }
    assert change_in(
        lambda session, exercise, user: give(session, tom, exercise, None, {"": Wish("", "A word")}, [])
    ) == {
        "ada": 2,
        "ben": 1,
    }


def test_extension_and_its_end(change_in, caller):
    terms = replace(NONE, is_excused=True)
    iris = caller("iris")
    assert change_in(lambda session, exercise, user: extensions.give(session, iris, exercise, user.id, terms)) == {
        "ada": 1
    }
    assert change_in(lambda session, exercise, user: extensions.remove(session, iris, exercise, user.id)) == {"ada": 2}


def test_deadline_but_not_the_title(change_in, caller):
    def set_to(**values):
        def change(session, exercise, user):
            settings = exercise_settings.ExerciseSettings(
                **{
                    "title": exercise.title,
                    "opens": exercise.opens,
                    "due": exercise.due,
                    "closes": exercise.closes,
                    "attempts": exercise.attempts,
                    "policy": policies.policy_of(exercise),
                    "is_hidden": exercise.is_hidden,
                    "board": exercise.board,
                }
                | values
            )
            exercise_settings.change(session, caller("iris"), exercise, settings)

        return change_in(change)

    assert set_to(title="Another title", is_hidden=True) == {}
    assert set_to(due=now() + timedelta(days=1)) == {"ada": 1, "ben": 1}


def test_accepted_regrade(service, change_in, caller):
    def accept(session, exercise, user):
        regrade = Regrade(exercise_id=exercise.id, version_id=exercise.version_id, state=regrading.COMPARED)
        session.add(regrade)
        session.flush()
        regrading.accept(session, caller("iris"), regrade)

    assert change_in(accept) == {"ada": 1, "ben": 1}


def test_launch_of_a_student_who_handed_in_before(service, lms):
    hand_in(service, "ada")
    with service.database.reading() as session:
        row = session.get(LtiPlatformRow, lms.platform_id)
    claims_of_launch = lms.platform.message(person="lms-ada", roles=[LEARNER])
    claims_of_launch["https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"] = lms.services.endpoint(lms.item)
    arrive(service, row, claims_of_launch)
    assert wishes(service) == {"ada": 1}


@pytest.mark.parametrize(
    ("is_gone", "is_same", "count"),
    [(False, True, {}), (True, True, {"ada": 1, "ben": 1}), (False, False, {"ada": 1, "ben": 1})],
)
def test_other_column_of_a_link(service, lms, change_in, is_gone, is_same, count):
    with service.database.writing() as session:
        resource = session.get(LtiResource, lms.resource_id)
        resource.own_item, resource.item_state = "https://lms.example/own", passback.GONE if is_gone else ""
    address = lms.item if is_same else lms.services.add_item()
    message = lms.platform.message(
        roles=[LEARNER], **{"https://purl.imsglobal.org/spec/lti-ags/claim/endpoint": lms.services.endpoint(address)}
    )
    launch = lti_launches.launch_of(message, "client-1")
    assert (
        change_in(
            lambda session, exercise, user: lti_launches.set_exercise(
                session, session.get(LtiContext, lms.context_id), launch, exercise
            )
        )
        == count
    )
    with service.database.reading() as session:
        resource = session.get(LtiResource, lms.resource_id)
        assert (resource.own_item == "") == bool(count)
        assert (resource.item_state, resource.line_item) == ("", address)


def test_new_link_replaces_one_whose_column_was_deleted(service, lms, change_in):
    with service.database.writing() as session:
        resource = session.get(LtiResource, lms.resource_id)
        passback.want(session, resource.exercise_id)
        resource.item_state = passback.GONE
    launch = lti_launches.launch_of(
        lms.platform.message(link="link-2", roles=[LEARNER], **endpoint_of(lms)), "client-1"
    )

    def open_new_link(session, exercise, user):
        passback.want(session, exercise.id)  # nothing is wanted for the link without a column
        assert {row.wishes for row in session.query(Delivery)} == {1}
        lti_launches.set_exercise(session, session.get(LtiContext, lms.context_id), launch, exercise)

    assert change_in(open_new_link) == {"ada": 1, "ben": 1}
    with service.database.reading() as session:
        resource = session.query(LtiResource).one()
        assert resource.resource_link == "link-2"
        assert {row.place for row in session.query(Delivery)} == {resource.id}


def test_message_without_columns_keeps_them_and_a_new_right_lets_scores_be_sent(service, lms, change_in):
    claim = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"

    def opened(**claims):
        launch = lti_launches.launch_of(lms.platform.message(roles=[LEARNER], **claims), "client-1")
        count = change_in(
            lambda session, exercise, user: lti_launches.set_exercise(
                session, session.get(LtiContext, lms.context_id), launch, exercise
            )
        )
        with service.database.reading() as session:
            return count, session.get(LtiResource, lms.resource_id).line_item

    assert opened() == ({}, lms.item)
    lms.services.scopes.discard(RESULT)
    assert opened(**{claim: lms.services.endpoint(lms.item)}) == ({"ada": 1, "ben": 1}, lms.item)


def test_scores_of_removed_links_are_forgotten(service, lms, exercise):
    with service.database.writing() as session:
        passback.want(session, exercise.id)
        session.delete(session.get(LtiResource, lms.resource_id))
    with service.database.reading() as session:
        assert not score_overview.overview_of(session, session.get(Exercise, exercise.id)).is_connected
        ada = session.scalar(select(User).where(User.name == "ada"))
        assert score_overview.of_student(session, exercise.id, ada.id) == []
    retention.purge(service)
    assert wishes(service) == {}


def test_only_students_of_the_own_course_system_are_meant(service, lms, exercise):
    with service.database.writing() as session:
        ada, ben, iris = (session.scalar(select(User).where(User.name == name)) for name in ("ada", "ben", "iris"))
        issuer = lms.platform.issuer
        session.add(Identity(provider="lti", issuer=issuer, subject="lms-iris", user_id=iris.id))
        session.add(Identity(provider="oidc", issuer=issuer, subject="x", user_id=ada.id))
        session.get(Membership, (exercise.course_id, ben.id)).source = "lti:another course"
        passback.want(session, exercise.id)
    assert wishes(service) == {"ada": 1}
    with service.database.writing() as session:
        session.get(Membership, (exercise.course_id, ben.id)).source = "hub"
        passback.want_in_course(session, exercise.course_id, [ben.id])
    assert wishes(service) == {"ada": 1, "ben": 1}
    with service.database.reading() as session:
        assert {row.target for row in session.query(Delivery)} == {"127.0.0.1"}


def test_link_without_columns_and_strangers_are_named(service, lms, exercise):
    with service.database.writing() as session:
        session.query(Identity).filter_by(subject="lms-ben").delete()
        resource = session.get(LtiResource, lms.resource_id)
        resource.line_item = resource.line_items = ""
        passback.want(session, exercise.id)
    assert wishes(service) == {}
    with service.database.reading() as session:
        own = passback.passback_of(session, exercise.id, exercise.course_id)
        assert [user.name for user in own.strangers] == ["ben"]
        assert [resource.id for resource in own.without_column] == [lms.resource_id]
        users = {user.name: user.id for user in session.query(User)}
        assert [passback.is_stranger(session, exercise.id, users[name]) for name in ("ada", "ben")] == [False, True]
        other = session.scalar(select(Exercise).where(Exercise.name != EXERCISE))
        assert passback.passback_of(session, other.id, other.course_id).resources == []


def test_sending_again_lets_a_deleted_column_be_made(service, lms, exercise):
    with service.database.writing() as session:
        passback.want(session, exercise.id)
        session.query(Delivery).update({"state": GIVEN_UP})
        session.get(LtiResource, lms.resource_id).item_state = passback.GONE
        assert passback.send_again(session, session.query(Delivery).all()) == 2
    with service.database.reading() as session:
        assert session.get(LtiResource, lms.resource_id).item_state == passback.MAKE
        assert {row.state for row in session.query(Delivery)} == {PENDING}


def test_attempt_with_a_kept_report_is_a_reason(service, lms, caller, monkeypatch):
    monkeypatch.setattr(kept_results, "is_kept", lambda session, key: True)
    for kind in (Kind.CHECK, Kind.ATTEMPT):
        assert wishes(service) == {}
        row = accepting.accept(service, caller("ada"), "demo", EXERCISE, kind, {"a.py": b"x = 1\n"}, via="page")
        assert row.state == State.GRADED
    assert wishes(service) == {"ada": 1}
