"""The score that the gradebook has arrives in the course system: once for each state, whatever fails on the way."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from grader.assignment.spec import AssignmentSpec
from grader.lti import outgoing
from grader.service import passback, standings
from grader.service.deliveries import GIVEN_UP, PENDING, SENT
from grader.service.delivery_sender import DeliveryRunner
from grader.service.lti_columns import DELETED, NO_COLUMN
from grader.service.lti_services import NO_ACCESS, NO_ANSWER, NOT_ACCEPTED, NOT_ALLOWED, TOO_MANY, CourseSystems
from grader.service.lti_tables import LtiPlatform, LtiResource
from grader.service.moments import now
from grader.service.outside_tables import Delivery, DeliveryPause, Identity
from grader.service.score_sender import NEWER, ScoreSender
from grader.service.tables import Exercise, Extension, Mark, Membership, State, Submission, User
from grader.support import i18n
from tests.lti.platform_services import LINE_ITEM, SCORE
from tests.service.course_system import connected, own_key, platform  # noqa: F401
from tests.service.kept_results import EXERCISE, NOON, hand_in

CANVAS = "https://canvas.instructure.com/lti/submission"


@pytest.fixture
def lms(service, connected):  # noqa: F811
    """The course system; ``pass_back()`` sends what has changed, ``again()`` what waits, and ``row()`` is the delivery of Ada."""
    lms = connected
    runner = DeliveryRunner(service, {passback.KIND: ScoreSender(service, CourseSystems(service))})

    def pass_back():
        with service.database.writing() as session:
            passback.want(session, session.scalar(select(Exercise.id).where(Exercise.name == EXERCISE)))
        return runner.run_due()

    def again():
        with service.database.writing() as session:
            session.query(Delivery).update({"due": now()})
            session.query(DeliveryPause).update({"until": now()})
        return runner.run_due()

    def row(name="ada"):
        with service.database.reading() as session:
            return session.query(Delivery).join(User, User.id == Delivery.user_id).filter(User.name == name).one()

    lms.pass_back, lms.again, lms.row = pass_back, again, row
    return lms


def sent(lms, name="ada"):
    """The scores of a student that the course system has accepted."""
    return lms.services.scores(f"lms-{name}")


@pytest.fixture
def put(service):
    """A function that adds a row about a student and the exercise."""

    def add(table, name="ada", **values):
        with service.database.writing() as session:
            exercise = session.scalar(select(Exercise).where(Exercise.name == EXERCISE))
            user = session.scalar(select(User).where(User.name == name))
            session.add(table(exercise_id=exercise.id, user_id=user.id, **values))

    return add


@pytest.mark.quick
def test_score_of_the_gradebook_arrives_with_a_comment(service, lms):
    submission = hand_in(service, "ada", 0.5)
    lms.pass_back()
    (score,) = sent(lms)
    assert (score["activityProgress"], score["gradingProgress"]) == ("Completed", "FullyGraded")
    assert (score["scoreGiven"], score["scoreMaximum"]) == (50, 100)
    assert score["comment"] == "50 of 100 points. It is partial."
    assert score["submission"] == {"submittedAt": "2026-11-20T12:00:00.000Z"}
    assert score[CANVAS] == {"new_submission": True, "submitted_at": "2026-11-20T12:00:00.000Z"}
    assert "submission_id" not in score
    assert submission not in str(score)
    assert (lms.row().state, lms.row("ben").sent, sent(lms, "ben")) == (SENT, None, [])


def test_comment_is_in_the_language_of_the_student(service, lms, put):
    hand_in(service, "ada", 0.5)
    lms.pass_back()
    put(Extension, is_excused=True)
    comments = []
    for table, language in [(Submission, "de"), (User, "es")]:  # the language of the account comes first
        with service.database.writing() as session:
            session.query(table).update({"language": language})
        lms.pass_back()
        comments.append(sent(lms)[-1]["comment"])
    with i18n.use("de"):
        assert comments[0] == i18n._("Excused.") != "Excused."
    with i18n.use("es"):
        assert comments[1] == i18n._("Excused.") != comments[0]


def test_lateness_marks_and_the_attempt_that_counts_are_those_of_the_gradebook(service, lms, put, change):
    policy = '{"percent_a_day": 10, "attempts": "best"}'
    change(due=NOON - timedelta(hours=30), policy=policy)
    hand_in(service, "ada", 1.0)
    hand_in(service, "ada", 0.1, received=NOON + timedelta(hours=1))
    lms.pass_back()
    assert sent(lms)[-1]["scoreGiven"] == 80
    assert "20 points taken off" in sent(lms)[-1]["comment"]
    put(Mark, check="", points="99", comment="Well explained.")
    lms.pass_back()
    assert sent(lms)[-1]["scoreGiven"] == 99
    assert "Well explained." in sent(lms)[-1]["comment"]
    with service.database.writing() as session:
        session.query(Mark).delete()
    put(Extension, due=NOON)
    lms.pass_back()
    assert sent(lms)[-1]["scoreGiven"] == 100
    assert [score[CANVAS]["new_submission"] for score in sent(lms)] == [True, False, False]
    assert [score["scoreGiven"] for score in sent(lms)] == [80, 99, 100]


@pytest.mark.parametrize(
    ("visibility", "sentence"), [("hidden", "This check is hidden"), ("instructor", "0 of 100 points.")]
)
def test_comment_has_nothing_of_hidden_checks(service, lms, monkeypatch, visibility, sentence):
    visibility_of = AssignmentSpec.visibility
    monkeypatch.setattr(AssignmentSpec, "visibility", lambda content: dict.fromkeys(visibility_of(content), visibility))
    hand_in(service, "ada", 0.0)
    lms.pass_back()
    comment = sent(lms)[0]["comment"]
    assert sentence in comment
    assert "It is failed." not in comment


def test_excused_student_loses_the_score_and_gets_it_again(service, lms, put):
    put(Extension, "ben", is_excused=True)
    hand_in(service, "ada")
    hand_in(service, "ben")
    lms.pass_back()
    assert sent(lms, "ben") == []
    put(Extension, is_excused=True)
    lms.pass_back()
    assert lms.services.points() == {"lms-ada": None}
    assert (sent(lms)[-1]["gradingProgress"], sent(lms)[-1]["comment"]) == ("NotReady", "Excused.")
    with service.database.writing() as session:
        session.query(Extension).delete()
    lms.pass_back()
    assert lms.services.points() == {"lms-ada": 100, "lms-ben": 100}


def test_submission_that_cannot_be_graded_has_no_score_and_one_that_waits_changes_nothing(service, lms):
    hand_in(service, "ada", state=State.NOT_GRADABLE, sentence="The grader failed.")
    hand_in(service, "ben", state=State.QUEUED)
    lms.pass_back()
    (score,) = sent(lms)
    assert (score["activityProgress"], score["gradingProgress"], "scoreGiven" in score) == (
        "Submitted",
        "NotReady",
        False,
    )
    assert sent(lms, "ben") == []


def test_part_that_a_person_marks_holds_the_score_back(service, lms, monkeypatch):
    hand_in(service, "ada", 0.5)
    line_of = standings.gradebook_line

    def provisional_line(*arguments):
        line = line_of(*arguments)
        return line and replace(line, row=replace(line.row, provisional=True))

    with monkeypatch.context() as changes:
        changes.setattr(standings, "gradebook_line", provisional_line)
        lms.pass_back()
    (score,) = sent(lms)
    assert (score["gradingProgress"], "scoreGiven" in score) == ("PendingManual", False)
    lms.pass_back()
    assert sent(lms)[-1]["gradingProgress"] == "FullyGraded"


def test_staff_strangers_and_deleted_work_get_nothing(service, lms):
    hand_in(service, "ada")
    hand_in(service, "ben")
    lms.pass_back()
    with service.database.writing() as session:
        session.query(Submission).delete()
        session.query(Identity).filter_by(subject="lms-ben").delete()
    lms.pass_back()
    assert lms.services.points() == {"lms-ada": 100, "lms-ben": 100}
    hand_in(service, "ada", 0.5)
    with service.database.writing() as session:
        user = session.scalar(select(User).where(User.name == "ada"))
        session.query(Membership).filter_by(user_id=user.id).update({"role": 2})
    lms.pass_back()
    assert len(sent(lms)) == 1


@pytest.mark.table
@pytest.mark.parametrize("has_results", [True, False])
@pytest.mark.parametrize("failure", ["recorded reset", "recorded 500", "recorded slow"])
def test_score_whose_answer_was_lost_is_there_once(service, lms, monkeypatch, failure, has_results):
    lms.services.slow_seconds, lms.services.shows_results = 60, has_results
    hand_in(service, "ben")
    lms.pass_back()  # there is a token now
    hand_in(service, "ada", 0.5)
    lms.services.failures.append(failure)
    with monkeypatch.context() as changes:
        if failure == "recorded slow":
            changes.setattr(outgoing, "SILENT_SECONDS", 0.5)
        lms.pass_back()
    lms.services.release.set()
    assert (lms.row().state, lms.row().tries) == (PENDING, 1)
    lms.again()
    assert (lms.row().state, len(sent(lms))) == (SENT, 1)
    if failure != "recorded slow":  # on a busy machine, that score may not have arrived in time
        assert len(lms.services.refused) == (0 if has_results else 1)


@pytest.mark.table
@pytest.mark.parametrize(
    ("failure", "sentence"),
    [
        ("500", NO_ANSWER),
        ("503", NO_ANSWER),
        ("429", TOO_MANY),
        ("reset", NO_ANSWER),
        ("html", NO_ANSWER),
        ("slow", NO_ANSWER),
    ],
)
def test_failure_is_tried_again(service, lms, failure, sentence):
    lms.services.slow_seconds = 0.05
    hand_in(service, "ada", 0.5)
    lms.services.failures.append(failure)
    lms.pass_back()
    assert (lms.row().state, lms.row().sentence) == (PENDING, sentence)
    lms.again()
    assert (lms.row().state, len(sent(lms))) == (SENT, 1)


def test_expired_token_is_replaced_without_a_failure(service, lms):
    hand_in(service, "ada", 0.5)
    lms.services.failures.append("expired")
    lms.pass_back()
    assert (lms.row().state, lms.row().tries, len(sent(lms))) == (SENT, 0, 1)


@pytest.mark.table
@pytest.mark.parametrize(("status", "sentence"), [("403", NOT_ALLOWED), ("422", NOT_ACCEPTED), ("400", NOT_ACCEPTED)])
def test_refusal_waits_for_a_person(service, lms, status, sentence):
    hand_in(service, "ada", 0.5)
    lms.services.failures.append(status)
    lms.pass_back()
    assert (lms.row().state, lms.row().sentence) == (GIVEN_UP, sentence)
    assert lms.row().detail == f"{status} It is refused on demand."
    with service.database.writing() as session:
        passback.send_again(session, session.query(Delivery).all())
    lms.again()
    assert (lms.row().state, len(sent(lms))) == (SENT, 1)


def test_score_is_sent_with_a_later_time_if_the_course_system_has_a_newer_one(service, lms):
    hand_in(service, "ada", 0.5)
    lms.services.failures.append("409")
    lms.pass_back()
    assert (lms.row().state, lms.row().sentence) == (PENDING, NEWER)
    stamp = lms.row().stamp
    lms.again()
    assert (lms.row().state, lms.row().stamp > stamp) == (SENT, True)


def test_newer_score_of_somebody_else_is_recognised_after_a_lost_answer(service, lms):
    hand_in(service, "ada", 0.5)
    lms.services.failures.append("500")
    lms.pass_back()
    path = lms.item.removeprefix(lms.platform.address).partition("?")[0]
    other = {
        "userId": "lms-ada",
        "scoreGiven": 1,
        "scoreMaximum": 100,
        "timestamp": "2999-01-01T00:00:00.000Z",
        "comment": "",
    }
    lms.services.accepted.append((path, other))
    lms.again()
    assert (lms.row().state, lms.row().sentence) == (PENDING, NEWER)


def test_platform_that_gives_no_token_names_the_administrator_and_heals(service, lms):
    hand_in(service, "ada", 0.5)
    with service.database.writing() as session:
        session.get(LtiPlatform, lms.platform_id).client_id = "wrong"
    lms.pass_back()
    assert (lms.row().state, lms.row().sentence, lms.row().detail) == (PENDING, NO_ACCESS, "400 invalid_client")
    with service.database.writing() as session:
        session.get(LtiPlatform, lms.platform_id).client_id = lms.platform.settings()["client_id"]
    lms.again()
    assert lms.row().state == SENT


def test_column_is_found_by_the_link_or_by_the_exercise_or_made_once(service, lms):
    def without_column(**fields):
        lms.services.items.clear()
        item = lms.services.add_item(**fields) if fields else ""
        with service.database.writing() as session:
            resource = session.get(LtiResource, lms.resource_id)
            resource.line_item = resource.own_item = ""
            for row in session.query(Delivery):
                row.digest = ""
        return item

    hand_in(service, "ada")
    hand_in(service, "ben")
    for fields in ({"resourceLinkId": "link-1"}, {"resourceId": EXERCISE}, {}):
        item = without_column(**fields)
        lms.services.add_item("Another", resourceLinkId="another link", resourceId=EXERCISE)
        lms.pass_back()
        with service.database.reading() as session:
            resource = session.get(LtiResource, lms.resource_id)
        assert resource.own_item == (item or resource.own_item)
        assert (lms.row().state, lms.row("ben").state) == (SENT, SENT)
    made = [each for each in lms.services.items.values() if each["label"] != "Another"]
    assert [(each["label"], each["scoreMaximum"], each["resourceId"], each["resourceLinkId"]) for each in made] == [
        ("A single neuron, trained by hand", 100, EXERCISE, "link-1")
    ]


@pytest.mark.table
@pytest.mark.parametrize("scopes", [(SCORE,), (SCORE, f"{LINE_ITEM}.readonly")])
def test_link_without_a_column_says_what_to_do(service, lms, scopes):
    lms.services.items.clear()
    lms.services.scopes = {*scopes}
    with service.database.writing() as session:
        resource = session.get(LtiResource, lms.resource_id)
        resource.line_item, resource.scopes = "", " ".join(scopes)
    hand_in(service, "ada")
    lms.pass_back()
    assert (lms.row().state, lms.row().sentence) == (GIVEN_UP, NO_COLUMN)


def test_link_without_the_right_to_write_scores_asks_nobody(service, lms):
    with service.database.writing() as session:
        session.get(LtiResource, lms.resource_id).scopes = LINE_ITEM
    hand_in(service, "ada")
    count = len(lms.platform.requests)
    lms.pass_back()
    assert (lms.row().state, lms.row().sentence, len(lms.platform.requests)) == (GIVEN_UP, NOT_ALLOWED, count)


def test_deleted_column_is_made_again_only_if_a_person_asks(service, lms):
    hand_in(service, "ada")
    hand_in(service, "ben")
    lms.services.delete_item(lms.item)
    lms.pass_back()
    assert [(lms.row(name).state, lms.row(name).sentence) for name in ("ada", "ben")] == [(GIVEN_UP, DELETED)] * 2
    count = len(lms.platform.requests)
    lms.pass_back()
    assert (lms.row().sentence, len(lms.platform.requests)) == (DELETED, count)  # nobody is asked again
    lms.services.links.discard("link-1")  # the link was deleted together with its column
    with service.database.writing() as session:
        assert passback.send_again(session, session.query(Delivery).all()) == 2
    lms.again()
    assert lms.services.points() == {"lms-ada": 100, "lms-ben": 100}
    assert [item.get("resourceLinkId") for item in lms.services.items.values()] == [None]


def test_column_that_replaced_a_deleted_one_is_found(service, lms):
    lms.services.delete_item(lms.item)
    new = lms.services.add_item(resourceLinkId="link-1")
    hand_in(service, "ada")
    lms.pass_back()
    with service.database.reading() as session:
        assert session.get(LtiResource, lms.resource_id).own_item == new
    assert (lms.row().state, len(sent(lms))) == (SENT, 1)


def test_no_secret_is_in_the_database_or_in_the_log(service, lms, caplog):
    hand_in(service, "ada", 0.5)
    lms.services.failures.extend(["500", "422"])
    with caplog.at_level("DEBUG", "grader"):
        lms.pass_back()
        lms.again()
    row = lms.row()
    words = f"{row.sentence} {row.detail} {caplog.text}"
    assert row.state == GIVEN_UP
    assert not [token for token in lms.services.tokens if token in words]
