"""Every route is walked by people whom it does not concern: for them the things of others are exactly like missing ones.

The routes come from the application, so a new one is walked without a change here. A new parameter in an address needs an
entry in ``values_of``.
"""

from __future__ import annotations

import re
import zlib

import pytest
from sqlalchemy import select

from grader.service import accounts, users
from grader.service.access import SCOPES
from grader.service.identifiers import new_id
from grader.service.repository_tables import RepositorySource
from grader.service.tables import (
    Audit,
    Course,
    Exercise,
    Extension,
    Mark,
    Membership,
    Result,
    Role,
    Table,
    Token,
    Version,
)
from tests.service import kept_results

SECRET = "Zebra"  # in everything that belongs to ada
PUBLIC = {
    "",
    "hooks",
    "lti",
    "login",
    "register",
    "logout",
    "start",
    "invite",
    "reset",
    "join",
    "language",
    "me",
    "static",
}
PUBLIC |= {
    "healthz",
    "readyz",
    "metrics",
    "privacy",
    "welcome",
    "oauth_callback",
    "new-course",
    "tokens",
    "courses",
    "exercises",
    "openapi.json",
}
OF_A_COURSE = {
    "/c/{}",
    "/c/{}/a/{}",
    "/c/{}/a/{}/hand-in",
    "/c/{}/a/{}/board",
    "/c/{}/a/{}/files/{}",
    "/api/v1/courses/{}",
    "/api/v1/courses/{}/exercises",
    "/api/v1/courses/{}/exercises/{}",
    "/api/v1/courses/{}/exercises/{}/board",
    "/api/v1/courses/{}/exercises/{}/submissions",
}
"""The addresses that all students of a course have."""
FIELDS = {
    "kind": "check",
    "title": "x",
    "slug": "x",
    "name": "x",
    "role": "3",
    "points": "1",
    "comment": "x",
    "note": "x",
}
UNCHANGED = [
    table
    for table in Table.metadata.sorted_tables
    if table.name not in ("login", "audit", "link", "setting", "lti_key")
]


def routes_of(app):
    """Return all pairs of a method and an address with parameters."""
    routes = [
        route for entry in app.routes for route in getattr(getattr(entry, "original_router", None), "routes", [entry])
    ]
    return sorted({(method, route.path) for route in routes for method in route.methods - {"HEAD"}})


@pytest.fixture
def world(service):
    """Values for the parameters of addresses: those of ada, and the same for things that do not exist."""
    submission = kept_results.hand_in(service, "ada", 0.5, content=f"# {SECRET}".encode(), file_name=f"{SECRET}.py")
    with service.database.writing() as session:
        ada = users.find(session, "ada")
        course = session.scalar(select(Course))
        course.registration = "closed"
        exercise = session.scalar(select(Exercise).where(Exercise.name == kept_results.EXERCISE))
        ada.full_name, ada.email = f"Ada {SECRET}", f"{SECRET}@example.org"
        session.get(Membership, (course.id, ada.id)).section = SECRET
        accounts.new_token(session, ada, SCOPES, SECRET)
        session.add(Extension(exercise_id=exercise.id, user_id=ada.id, note=SECRET))
        mark = Mark(exercise_id=exercise.id, user_id=ada.id, points="1", comment=SECRET, by="iris")
        version = Version(name=SECRET, digest=SECRET, message=SECRET)
        source = RepositorySource(exercise_id=exercise.id, host="x", organisation=SECRET, account="1", secret=SECRET)
        session.add_all([mark, version, source])
        kept = session.scalar(select(Result))
        report = zlib.decompress(kept.report).decode().replace("It is partial.", f"It is {SECRET}.")
        kept.report = zlib.compress(report.encode())
        other = Course(slug="other", title="Other")
        session.add(other)
        session.flush()
        for name, role in (("olga", Role.INSTRUCTOR), ("otto", Role.STUDENT)):
            session.add(Membership(course_id=other.id, user_id=users.new(session, name).id, role=role))
        users.new(session, "zoe")
        token = session.scalar(select(Token))
        return {
            ("slug", "course"): ("demo", "no-course"),
            ("exercise",): (exercise.name, "no-exercise"),
            ("name",): (exercise.name, "no-exercise"),
            ("submission", "submission_id"): (submission, new_id()),
            ("token_id", "token"): (token.id, new_id()),
            ("version_id", "version"): (version.id, new_id()),
            ("user_id", "user", "student", "member", "person"): (ada.id, new_id()),
            ("student_name",): ("ada", "nobody"),
            ("mark_id", "mark"): (mark.id, new_id()),
            ("platform_id", "context_id", "delivery_id", "job_id", "job", "regrade_id", "regrade", "item", "link_id"): (
                new_id(),
                new_id(),
            ),
            ("file", "path", "page"): (f"{SECRET}.py", "none.py"),
            ("check",): ("shapes", "none"),
            ("kind",): ("github", "none"),
            ("source_id",): (source.id, new_id()),
            ("code", "format", "secret", "system"): ("none", "none"),
        }


def values_of(world, path, column):
    """Return an address with values for its parameters: those of ada (0), or others that do not exist (1)."""
    values = {name: pair[column] for names, pair in world.items() for name in names}
    if "/students/{student}" in path:
        values["student"] = values["student_name"]
    return re.sub(r"\{(\w+)(:\w+)?\}", lambda match: str(values[match[1]]), path)


def body_of(method, path):
    """Return the arguments of a request that could be accepted."""
    if method == "GET":
        return {}
    if path.startswith("/api/") and path.endswith(("/regrades", "/marks")):
        return {"json": {}}
    return {"data": FIELDS, "files": {"file": ("answer.py", b"x = 1")}}


def is_of_a_course(path):
    return re.sub(r"\{[^}]*\}", "{}", path) in OF_A_COURSE


def is_personal(path):
    """Return whether an address names a thing that belongs to somebody."""
    return path.removeprefix("/api/v1").split("/")[1] not in PUBLIC or "{token" in path or "{course" in path


def content(answer, values):
    """Return an answer without the values of its address."""
    text = answer.text
    for value in values:
        text = text.replace(value, "")
    return answer.status_code, re.sub(r'value="[0-9a-f]{64}"', "", text)


def stored(service):
    with service.database.reading() as session:
        return {table.name: sorted(map(repr, session.execute(table.select()))) for table in UNCHANGED}


@pytest.mark.parametrize("who", ["ben", "zoe", "otto", "olga", ""])
def test_things_of_others_are_like_missing_ones(app, service, browser, api, world, who):
    page, client = browser(who), (api(who) if who else browser())
    before = stored(service)
    problems = []
    for method, path in routes_of(app):
        is_shared = not is_personal(path) or (who == "ben" and is_of_a_course(path))
        if is_shared and method != "GET":
            continue
        body = body_of(method, path)
        answers = [
            (client if path.startswith("/api/") else page).request(method, values_of(world, path, column), **body)
            for column in (0, 1)
        ]
        where = f"{method} {path}: {answers[0].status_code}"
        if SECRET in answers[0].text.replace(f"{SECRET}.py", ""):
            problems.append(f"{where} shows something of ada")
        if answers[0].status_code >= 500 and path != "/readyz":
            problems.append(where)
        if is_shared:
            continue
        values = [str(value) for pair in world.values() for value in pair]
        if content(answers[0], values) != content(answers[1], values):
            problems.append(f"{where} differs from the answer for a missing thing, {answers[1].status_code}")
        is_redirect = answers[0].headers.get("location", "").startswith("/c/demo/a/")  # and that page is missing
        if answers[0].status_code not in ((404,) if who else (401, 303)) and not is_redirect:
            problems.append(f"{where} is not 404")
    assert not problems, "\n".join(problems)
    assert stored(service) == before | {"token": stored(service)["token"]}


@pytest.mark.parametrize(
    ("name", "scopes"), [("ada", []), ("iris", []), ("root", []), ("ada", ["read"]), ("iris", ["read"])]
)
def test_token_without_the_scope_does_nothing(app, service, api, world, name, scopes):
    client = api(name, scopes)
    before = stored(service)
    problems = []
    for method, path in routes_of(app):
        if not path.startswith("/api/") or path in ("/api/v1/me", "/api/v1/openapi.json"):
            continue
        if method == "GET" and scopes:
            continue
        body = body_of(method, path)
        answer = client.request(method, values_of(world, path, 0), **body)
        if answer.status_code not in (403, 404):
            problems.append(f"{method} {path}: {answer.status_code}")
    assert not problems, "\n".join(problems)
    assert stored(service) == before


def test_reading_token_of_staff_shows_no_student(app, api, world):
    client = api("iris", ["read"])
    problems = []
    for method, path in routes_of(app):
        if method == "GET" and path.startswith("/api/"):
            answer = client.get(values_of(world, path, 0))
            if SECRET in answer.text.replace(f"{SECRET}.py", ""):
                problems.append(path)
    assert not problems, "\n".join(problems)


@pytest.mark.quick
def test_owner_and_staff_see_what_the_others_do_not(browser, api, world):
    """The walk would find a leak: the same addresses show it to ada and to the staff."""
    submission = world["submission", "submission_id"][0]
    for name in ("ada", "tom", "iris", "root"):
        assert SECRET in browser(name).get(f"/s/{submission}/file").text
        assert SECRET in api(name).get(f"/api/v1/submissions/{submission}/report").text


@pytest.mark.parametrize("part", ["", "/report", "/files"])
def test_look_of_an_admin_is_written_down(service, browser, api, world, part):
    submission = world["submission", "submission_id"][0]
    browser("root").get(f"/s/{submission}{part.replace('/files', '/file')}")
    api("root").get(f"/api/v1/submissions/{submission}{part}")
    api("iris").get(f"/api/v1/submissions/{submission}{part}")
    with service.database.reading() as session:
        rows = session.scalars(select(Audit).where(Audit.about == submission)).all()
    assert [(row.who, row.what) for row in rows] == [("root", "looked at a submission")] * 2
