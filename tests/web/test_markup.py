"""Markup in everything that people can write is text on every page, and no page fails because of it."""

from __future__ import annotations

import json
import re
import time
import zlib

import pytest
from sqlalchemy import select

from grader.service import accounts, users
from grader.service.access import SCOPES
from grader.service.repository_tables import ClassRepository, RepositoryPush, RepositorySource
from grader.service.tables import Audit, Course, Exercise, Extension, Mark, Membership, Result, Role, Token, Version
from tests.service import kept_results

from .test_other_people import routes_of

MARKUP = "\"><script>zz</script><img src=x onerror=zz>'{{7*7}}"
FORMULA = "=1+1"
BAD = {"html": re.compile(r"<script>zz|<img src=x|'49"), "csv": re.compile(r"(?m:^|[,;\t])\"?=1\+1")}
TABLES = ("gradebook.csv", "overrides.csv", "status.csv", "summary.json")


@pytest.fixture
def values(service):
    """Values for the parameters of addresses, of things that have markup wherever somebody can write."""
    with service.database.writing() as session:
        ada = users.find(session, "ada")
        course = session.scalar(select(Course))
        exercise = session.scalar(select(Exercise).where(Exercise.name == kept_results.EXERCISE))
        course.title, exercise.title = f"Course {MARKUP}", f"Exercise {MARKUP}"
        ada.full_name, ada.email = MARKUP, f"{MARKUP}@x"
        session.get(Membership, (course.id, ada.id)).section = MARKUP
        other = users.new(session, "o\"<script>zz'", FORMULA)
        session.add(Membership(course_id=course.id, user_id=other.id, role=Role.STUDENT, section=FORMULA))
        version = Version(name=MARKUP, digest="x", message=MARKUP, course_id=course.id)
        session.add_all(
            [
                version,
                Extension(exercise_id=exercise.id, user_id=ada.id, note=MARKUP, by=MARKUP),
                Mark(exercise_id=exercise.id, user_id=ada.id, points="1", comment=MARKUP, by=MARKUP),
                Audit(who=MARKUP, what=MARKUP, about=MARKUP),
            ]
        )
        accounts.new_token(session, ada, SCOPES, MARKUP)
        token = session.scalar(select(Token))
        other_name = other.name
    name = MARKUP.replace("/", "")
    content = f"# {MARKUP}".encode()
    submission = kept_results.hand_in(service, "ada", 0.5, content=content, file_name=f"{name}.py", sentence=MARKUP)
    kept_results.hand_in(service, other_name, 0.5, file_name=f"{FORMULA}.py")
    with service.database.writing() as session:
        for kept in session.scalars(select(Result)):
            report = json.loads(zlib.decompress(kept.report))
            for check in report["checks"]:
                check["message"] = f"It is `{MARKUP}` {MARKUP}"
            kept.report = zlib.compress(json.dumps(report).encode())
    with service.database.writing() as session:
        source = RepositorySource(exercise_id=exercise.id, host="x", organisation=MARKUP, account="1")
        source.account_name = source.beginning = source.pattern = source.branch = source.problem = MARKUP
        session.add(source)
        session.flush()
        repository = ClassRepository(source_id=source.id, number="1", name=MARKUP, problem=MARKUP, is_private=False)
        session.add(repository)
        session.flush()
        session.add(
            RepositoryPush(repository_id=repository.id, sha=MARKUP, branch=MARKUP, sentence=MARKUP, state="refused")
        )
    return {
        "source_id": source.id,
        "slug": "demo",
        "course": "demo",
        "name": exercise.name,
        "exercise": exercise.name,
        "submission_id": submission,
        "submission": submission,
        "user_id": ada.id,
        "version_id": version.id,
        "token_id": token.id,
        "student": "ada",
    }


def pages_of_the_class(client, address):
    """Yield the addresses of the class page and of the pages that it links to, when it has been written."""
    for _ in range(100):
        page = client.get(f"{address}/index.html")
        if page.status_code == 200:
            break
        time.sleep(0.2)
    yield f"{address}/index.html"
    for name in sorted(set(re.findall(r'href="([^"#:]+\.html)"', page.text))):
        yield f"{address}/{name}"


@pytest.mark.parametrize("who", ["ada", "iris", "root"])
def test_markup_is_text_on_every_page(app, browser, api, values, who):
    page, client = browser(who), api(who)
    problems = []
    for method, path in routes_of(app):
        if method != "GET" or path.endswith("/events"):
            continue
        address = re.sub(r"\{(\w+)(:\w+)?\}", lambda match: values.get(match[1], "none"), path)
        addresses = [address]
        if path.endswith("/desk/class/{file:path}") and who != "ada":
            addresses = [*pages_of_the_class(page, address.removesuffix("/none"))]
            assert len(addresses) > 3
        if path.endswith("/desk/files/{file}"):
            addresses = [address.removesuffix("none") + name for name in TABLES]
        for each in addresses:
            answer = (client if path.startswith("/api/") else page).get(each)
            kind = answer.headers.get("content-type", "")
            if answer.status_code >= 500 and path != "/readyz":
                problems.append(f"{each}: {answer.status_code}")
            matches = [bad.search(answer.text) for name, bad in BAD.items() if name in kind]
            for match in filter(None, matches):
                problems.append(f"{each}: {answer.text[max(match.start() - 60, 0) : match.end() + 20]!r}")
    assert not problems, "\n".join(problems)
