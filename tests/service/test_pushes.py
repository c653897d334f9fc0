"""Pushes become submissions of the right students, with the time of the host, once, and again after failures."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from grader.service import class_repositories, deliveries, hooks, people, repository_overview, repository_owners
from grader.service.identities import OutsidePerson, link
from grader.service.moments import now
from grader.service.repository_tables import ClassRepository, RepositoryPush, RepositorySource
from grader.service.tables import Exercise, Kind, Mark, Role, State, Submission, User
from tests.repositories.conftest import github, gitlab  # noqa: F401
from tests.repositories.hosts import Reply
from tests.service import classroom
from tests.service.classroom import ANSWER, all_pushes, push_event, rows, signed, work

MIDNIGHT = datetime(2026, 11, 20, 23, 0, tzinfo=UTC)
OTHER_ANSWER = {"single_neuron.py": b"def sigmoid(z):\n    return z\n"}


@pytest.fixture
def connect(service, github, caller, tmp_path):  # noqa: F811
    """A function that connects the exercise; by default the repository of ada is there."""

    def connected(kind=Kind.ATTEMPT, is_app=True, **values):
        classroom.configure(service, github, "github", tmp_path, is_app)
        classroom.know(service, "ada", 11)
        return classroom.connect(service, caller, kind, **values)

    return connected


@pytest.fixture
def repo(github):  # noqa: F811
    return github.add("single-neuron-ada", writers={11: "ada-codes", 99: "somebody-else"})


def receive(service, source, event, name="push"):
    body, headers = signed(source.secret, event, name)
    lower = {key.lower(): value for key, value in headers.items()}
    return hooks.receive(service, "github", source.id, lower, body)


def push(service, source, host, repo, files=None, moment=None, **values):
    """Push, let the webhook arrive, and return the commit."""
    moment = moment or datetime.now(UTC)
    sha = host.push(repo, files or ANSWER, moment)
    receive(service, source, push_event(host, repo, sha, moment=moment, **values))
    return sha


def submissions(service):
    with service.database.reading() as session:
        found = session.query(Submission).order_by(Submission.received)
        return [(row, session.get(User, row.user_id).name) for row in found]


@pytest.mark.quick
def test_push_is_a_submission_and_its_result_a_check_run(service, connect, github, repo):  # noqa: F811
    source = connect()
    sha = push(service, source, github, repo)
    work(service)
    [(submission, name)] = submissions(service)
    assert (name, submission.kind, submission.via, submission.file_name) == (
        "ada",
        "attempt",
        "push",
        "single_neuron.py",
    )
    [run] = github.runs.values()
    assert (run["head_sha"], run["status"], run["name"]) == (sha, "in_progress", "grader / single-neuron")
    classroom.grade(service)
    work(service)
    assert (run["status"], run["conclusion"]) == ("completed", "failure")
    assert run["output"]["title"] == "60 of 100 points"
    assert run["details_url"] == f"{classroom.ADDRESS}/s/{submission.id}" in run["output"]["summary"].replace("\\", "")
    assert {each["path"] for each in run["annotations"]} <= {"single_neuron.py"}
    assert [row.state for row, _made in all_pushes(service)] == ["graded"]
    before = len(github.requests)
    work(service)
    assert len(github.requests) == before  # nothing is sent twice


def test_time_of_the_host_counts_and_not_that_of_the_webhook(service, connect, change, github, repo):  # noqa: F811
    """A student pushes two seconds before midnight; the webhook arrives three seconds after it."""
    deadline = now().replace(microsecond=0) - timedelta(seconds=3)
    change(due=deadline, closes=deadline)
    push(service, connect(), github, repo, moment=deadline - timedelta(seconds=2))
    work(service)
    [(submission, _name)] = submissions(service)
    assert submission.received == deadline - timedelta(seconds=2)


def test_push_after_the_end_is_refused_with_a_sentence(service, connect, change, github, repo):  # noqa: F811
    change(closes=now() - timedelta(minutes=1))
    push(service, connect(), github, repo)
    work(service)
    assert submissions(service) == []
    [run] = github.runs.values()
    assert (run["conclusion"], run["output"]["title"]) == ("neutral", "Not handed in")
    assert "closed" in run["output"]["summary"]


@pytest.mark.long
def test_push_to_a_hidden_exercise_says_that_it_is_not_open(service, connect, change, github, repo):  # noqa: F811
    source = connect()
    change(is_hidden=True)
    push(service, source, github, repo)
    work(service)
    [row] = rows(service, RepositoryPush)
    assert row.sentence == "This exercise is not open yet: your instructor decides when it opens."


def test_clock_of_the_host_that_is_ahead_makes_nobody_late(service, connect, github, repo):  # noqa: F811
    push(service, connect(), github, repo, moment=now() + timedelta(hours=1))
    work(service)
    [(submission, _name)] = submissions(service)
    assert submission.received <= now()


def test_missed_push_is_found_with_the_time_of_its_push(service, connect, github, repo):  # noqa: F811
    connect()
    github.push(repo, ANSWER, MIDNIGHT)
    work(service)
    [(submission, _name)] = submissions(service)
    assert submission.received == MIDNIGHT


@pytest.mark.long
def test_commit_is_handed_in_once_by_webhook_and_poll(service, connect, github, repo):  # noqa: F811
    source = connect()
    push(service, source, github, repo)
    work(service)
    with service.database.writing() as session:
        session.query(RepositorySource).one().next_poll = now()
    work(service)
    assert len(submissions(service)) == 1 and len(rows(service, RepositoryPush)) == 1


def test_limited_attempts_are_not_exceeded_and_the_push_becomes_a_self_check(service, connect, change, github, repo):  # noqa: F811
    change(attempts=1)
    source = connect(Kind.ATTEMPT)
    for files in (ANSWER, OTHER_ANSWER):
        push(service, source, github, repo, files)
        work(service)
        classroom.grade(service)
        work(service)
    assert [row.kind for row, _name in submissions(service)] == ["attempt", "check"]
    [_first, run] = github.runs.values()
    assert run["output"]["title"].startswith("Self-check") and "no graded attempts left" in run["output"]["summary"]


def test_newer_push_replaces_one_that_waits_if_both_are_in_time(service, connect, change, github, repo):  # noqa: F811
    source = connect()
    first = now() - timedelta(minutes=10)
    push(service, source, github, repo, ANSWER, first)
    push(service, source, github, repo, OTHER_ANSWER, first + timedelta(minutes=5))
    work(service)
    assert [row.state for row, _made in all_pushes(service)] == ["superseded", "handed_in"]
    change(due=first + timedelta(minutes=7))
    push(service, source, github, repo, {"single_neuron.py": b"a = 1\n"}, first + timedelta(minutes=6))
    push(service, source, github, repo, {"single_neuron.py": b"b = 1\n"}, first + timedelta(minutes=8))
    work(service)
    assert len(submissions(service)) == 3  # the one in time is not replaced by a late one


@pytest.mark.long
def test_waiting_attempt_of_an_older_push_is_replaced(service, connect, change, github, repo):  # noqa: F811
    source, first = connect(), now() - timedelta(minutes=10)
    for minute, files in enumerate((ANSWER, OTHER_ANSWER)):
        push(service, source, github, repo, files, first + timedelta(minutes=minute))
        work(service)
    assert [row.state for row, _name in submissions(service)] == [State.SUPERSEDED, State.QUEUED]
    change(policy='{"attempts": "best"}')
    push(service, source, github, repo, {"single_neuron.py": b"c = 1\n"})
    work(service)
    assert [row.state for row, _name in submissions(service)][1:] == [
        State.QUEUED,
        State.QUEUED,
    ]  # either may be the best


def test_nobody_is_matched_by_names_and_nothing_is_lost(service, connect, caller, github):  # noqa: F811
    source = connect()
    repo = github.add("single-neuron-ben-codes", writers={66: "mallory"})
    classroom.know(service, "ben", 12)
    moment = now() - timedelta(hours=2)
    push(service, source, github, repo, moment=moment)
    work(service)
    [(row, made)] = all_pushes(service)
    assert (row.state, made, github.runs) == ("no_student", [], {})
    with service.database.writing() as session:
        repository = session.query(ClassRepository).one()
        assert repository_owners.suggestion(session, repository).name == "ben-codes"
        ben = session.query(User).filter_by(name="ben").one()
        repository_owners.choose(session, repository, [ben.id])
    work(service)
    [(submission, name)] = submissions(service)
    assert (name, submission.received) == ("ben", moment.replace(microsecond=0))


def test_student_who_signed_in_with_the_account_is_known(service, connect, github):  # noqa: F811
    source = connect()
    with service.database.writing() as session:
        ben = session.query(User).filter_by(name="ben").one()
        for issuer, subject in ((github.address, "12"), ("https://elsewhere.example", "13")):
            link(session, ben, OutsidePerson(provider="github", issuer=issuer, subject=subject))
    for number in (12, 13):
        push(service, source, github, github.add(f"single-neuron-{number}", writers={number: "x"}))
    work(service)
    assert [(row.state, len(made)) for row, made in all_pushes(service)] == [("handed_in", 1), ("no_student", 0)]


@pytest.mark.long
def test_staff_with_access_are_no_students_of_a_repository(service, connect, github, repo):  # noqa: F811
    source = connect()
    classroom.know(service, "tom", 99)
    push(service, source, github, repo)
    work(service)
    assert [name for _row, name in submissions(service)] == ["ada"]


def test_two_students_of_one_repository_both_hand_in(service, connect, github, repo):  # noqa: F811
    source = connect()
    classroom.know(service, "ben", 99)
    push(service, source, github, repo)
    work(service)
    classroom.grade(service)
    work(service)
    assert sorted(name for _row, name in submissions(service)) == ["ada", "ben"]
    assert len(github.runs) == 1


def test_nobody_hands_in_for_a_student_who_has_a_repository_by_adding_the_student_to_another_one(
    service,
    connect,
    github,  # noqa: F811
    repo,
):
    source = connect()
    classroom.know(service, "ben", 12)
    push(service, source, github, repo)
    work(service)
    other = github.add("single-neuron-ben", writers={12: "ben-codes", 11: "ada-codes"})
    push(service, source, github, other, OTHER_ANSWER)
    work(service)
    assert sorted(name for _row, name in submissions(service)) == ["ada", "ben"]
    assert [row.problem for row in rows(service, ClassRepository) if row.problem] == [repository_owners.SECOND]


@pytest.mark.long
def test_second_repository_of_a_student_waits_until_it_is_chosen(service, connect, github, repo):  # noqa: F811
    source = connect()
    push(service, source, github, repo)
    work(service)
    push(service, source, github, github.add("single-neuron-ada-1", writers={11: "ada-codes"}), OTHER_ANSWER)
    work(service)
    [(first, _name)] = submissions(service)
    with service.database.writing() as session:
        second = session.query(ClassRepository).filter_by(name="deep-course/single-neuron-ada-1").one()
        repository_owners.choose(session, second, [first.user_id])
    work(service)
    assert [name for _row, name in submissions(service)] == ["ada", "ada"]


@pytest.mark.long
def test_account_with_another_name_is_the_same_account(service, connect, github, repo):  # noqa: F811
    repo.writers = {11: "ada-lovelace"}
    push(service, connect(), github, repo)
    work(service)
    assert [name for _row, name in submissions(service)] == ["ada"]


@pytest.mark.long
def test_student_who_has_left_the_course_hands_in_nothing(service, connect, caller, github, repo):  # noqa: F811
    source = connect()
    with service.database.writing() as session:
        course = session.query(Exercise).first().course
        ada = session.query(User).filter_by(name="ada").one()
        people.change(session, caller("iris"), course, people.member(session, course, ada.id), Role.TUTOR, "")
    push(service, source, github, repo)
    work(service)
    assert [row.state for row, _made in all_pushes(service)] == ["no_student"]


def test_public_repository_shows_no_points(service, connect, github, repo):  # noqa: F811
    repo.private = False
    source = connect()
    push(service, source, github, repo)
    work(service)
    classroom.grade(service)
    work(service)
    [run] = github.runs.values()
    assert (run["conclusion"], run["output"]) == ("neutral", {"title": "Graded", "summary": "Graded"})
    assert run["annotations"] == []


@pytest.mark.long
def test_repository_that_has_become_public_shows_no_points(service, connect, github, repo):  # noqa: F811
    source = connect()
    push(service, source, github, repo)
    work(service)
    repo.private = False  # and no webhook says so
    classroom.grade(service)
    work(service)
    [run] = github.runs.values()
    assert run["output"]["title"] == "Graded"


@pytest.mark.long
def test_token_shows_a_status_and_no_check_run(service, connect, github, repo):  # noqa: F811
    source = connect(is_app=False)
    push(service, source, github, repo)
    work(service)
    classroom.grade(service, 1.0)
    work(service)
    assert [(each["state"], each["description"]) for each in github.statuses] == [
        ("pending", "It is being graded."),
        ("success", "100 of 100 points"),
    ]


@pytest.mark.long
def test_failed_grader_is_not_a_failure_of_the_student(service, connect, github, repo):  # noqa: F811
    source = connect()
    push(service, source, github, repo)
    work(service)
    with service.database.writing() as session:
        session.query(Submission).one().state = State.NOT_GRADABLE
    work(service)
    [run] = github.runs.values()
    assert (run["conclusion"], run["output"]["title"]) == ("neutral", "Not graded")


@pytest.mark.long
def test_repository_without_a_solution_is_told_so(service, connect, github, repo):  # noqa: F811
    push(service, connect(), github, repo, {"README.md": b"# Task\n"})
    work(service)
    assert submissions(service) == []
    [run] = github.runs.values()
    assert "single-neuron-ada contains no notebook" in run["output"]["summary"]


@pytest.mark.long
def test_file_in_a_folder_with_its_module_is_found_by_the_pattern(service, connect, github, repo):  # noqa: F811
    files = {"week1/work.py": b"import tools\n" + ANSWER["single_neuron.py"], "week1/tools.py": b"x = 1\n"}
    files |= {"week2/work.py": b"y = 2\n", ".github/workflows/x.yml": b"", "week1/image.png": b"x"}
    push(service, connect(pattern="week1/work.py"), github, repo, files)
    work(service)
    [(submission, _name)] = submissions(service)
    assert (submission.file_name, submission.file_count) == ("work.py", 2)
    assert rows(service, RepositoryPush)[0].path == "week1/work.py"


@pytest.mark.long
def test_push_waits_while_the_host_fails_and_the_staff_reads_why(service, connect, github, repo):  # noqa: F811
    source = connect()
    push(service, source, github, repo)
    github.token = "another"
    github.trouble += [Reply(401, {"message": "Bad credentials"})] * 4
    work(service)
    [row] = rows(service, RepositorySource)
    assert "expired or were revoked" in row.problem and row.problem_since is not None
    with service.database.writing() as session:
        waiting = session.query(RepositoryPush).one()
        assert waiting.state == "waiting" and waiting.due > now()
        waiting.due = now()
        session.query(RepositorySource).one().next_poll = now()
    github.trouble.clear()
    work(service)
    assert len(submissions(service)) == 1 and rows(service, RepositorySource)[0].problem == ""


@pytest.mark.long
def test_answer_that_the_host_refuses_is_on_the_page_and_sent_again(service, connect, github, repo, caller):  # noqa: F811
    source = connect()
    push(service, source, github, repo)
    github.runs = None  # the host fails at every answer
    work(service)
    with service.database.reading() as session:
        [row] = repository_overview.rows_of(session, session.get(RepositorySource, source.id))
    assert row.answer.state == "pending" and "status 500" in row.answer.sentence
    github.runs = {}
    with service.database.writing() as session:
        deliveries.send_again(session, [session.merge(row.answer)])
        deliveries.end_pause(session, row.answer.target)
    work(service)
    assert len(github.runs) == 1


@pytest.mark.long
def test_rerequested_check_shows_the_result_again(service, connect, github, repo):  # noqa: F811
    source = connect()
    sha = push(service, source, github, repo)
    work(service)
    classroom.grade(service)
    work(service)
    event = {"action": "rerequested", "check_run": {"head_sha": sha}}
    receive(service, source, event | {"repository": push_event(github, repo, sha)["repository"]}, "check_run")
    work(service)
    assert len(github.runs) == 2 and len(submissions(service)) == 1
    assert {run["conclusion"] for run in github.runs.values()} == {"failure"}


@pytest.mark.long
def test_deleted_repository_ends_its_pushes(service, connect, github, repo):  # noqa: F811
    source = connect()
    push(service, source, github, repo)
    github.repos.clear()
    work(service)
    assert [row.state for row, _made in all_pushes(service)] == ["ignored"]
    assert rows(service, ClassRepository)[0].removed is not None


def test_repository_that_went_to_another_organisation_is_not_read(service, connect, github, repo):  # noqa: F811
    source = connect(is_app=False)
    push(service, source, github, repo)
    repo.owner = 6600
    github.renamed["deep-course/single-neuron-ada"] = repo.id
    work(service)
    assert [row.state for row, _made in all_pushes(service)] == ["ignored"]
    assert not any("zipball" in request for request in github.requests)


@pytest.mark.long
def test_push_of_a_program_that_a_poll_finds_is_ignored(service, connect, github, repo):  # noqa: F811
    connect()
    github.push(repo, ANSWER, actor="Bot")
    work(service)
    assert [row.state for row, _made in all_pushes(service)] == ["ignored"]


@pytest.mark.long
def test_erased_student_is_forgotten_and_not_read_again(service, connect, github, repo):  # noqa: F811
    source = connect()
    push(service, source, github, repo)
    work(service)
    with service.database.writing() as session:
        class_repositories.forget(session, session.query(User).filter_by(name="ada").one().id)
        session.query(RepositorySource).one().next_poll = now()
    push(service, source, github, repo, OTHER_ANSWER)
    work(service)
    [row] = rows(service, ClassRepository)
    assert row.name == "" and rows(service, RepositoryPush) == []


def test_gitlab_shows_a_status_and_a_comment(service, caller, gitlab, tmp_path):  # noqa: F811
    classroom.configure(service, gitlab, "gitlab", tmp_path)
    classroom.know(service, "ada", 11, "gitlab")
    classroom.connect(service, caller, Kind.ATTEMPT, "gitlab")
    repo = gitlab.add("single-neuron-ada", writers={11: "ada"})
    gitlab.push(repo, ANSWER, MIDNIGHT)
    work(service)
    classroom.grade(service)
    work(service)
    [(submission, name)] = submissions(service)
    assert (name, submission.received) == ("ada", MIDNIGHT)
    assert [each["state"] for each in gitlab.statuses] == ["running", "failed"]
    assert gitlab.statuses[-1]["description"] == "60 of 100 points" and len(gitlab.comments) == 1


@pytest.mark.long
def test_mark_by_hand_changes_the_answer(service, connect, caller, github, repo):  # noqa: F811
    source = connect()
    push(service, source, github, repo)
    work(service)
    classroom.grade(service)
    work(service)
    with service.database.writing() as session:
        exercise = session.query(Exercise).filter_by(name="single-neuron").one()
        ada = session.query(User).filter_by(name="ada").one()
        session.add(Mark(exercise_id=exercise.id, user_id=ada.id, points="90", comment="Well explained."))
        class_repositories.renew_answers(session, exercise.id, [ada.id])
        class_repositories.renew_answers(session, exercise.id, ["nobody"])
    work(service)
    assert [run["output"]["title"] for run in github.runs.values()] == ["60 of 100 points", "90 of 100 points"]
    with service.database.writing() as session:
        class_repositories.renew_answers(session, source.exercise_id)
    work(service)
    assert len(github.runs) == 2  # nothing has changed
