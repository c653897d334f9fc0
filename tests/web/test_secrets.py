"""Seeds, hidden inputs and expected answers are planted, and no byte that students get, and no line of the log, has them."""

from __future__ import annotations

import re

import httpx
import numpy as np
import pytest

from grader.expected.reference import Oracle
from grader.grading.grade import grade
from grader.grading.options import GradeOptions
from grader.service import courses, validating
from grader.service.configuration import Configuration
from grader.service.service import open_service
from grader.service.tables import Course, Role, Seed, Version
from grader.submission import read
from grader.support.zips import zipped
from tests import doubling
from tests.conftest import ROOT, bundled
from tools.live_server import add_people, live_server

EXERCISE = "single-neuron"
SEEDS = {"check": 7_313_171_923, "attempt": 8_191_655_361}
CURIOUS = b"""
import numpy as np, os, sys

def sigmoid(z):
    print("INPUT", repr(z), file=sys.stderr)
    print("INPUT", repr(z))
    raise ValueError(repr(np.asarray(z).tolist()) + repr(dict(os.environ)) + repr(sys.argv))

def predict(X, w, b=0.0):
    return np.asarray(X)[:, 0]

def loss(y, y_hat):
    return float(np.sum(y)) * 1.2345
"""
NOSY = b"""
import sys

def double(x):
    print(f"size={len(x)};")
    raise ValueError(f"size={len(x)};")

def total(x):
    print(f"size={len(x)};", file=sys.stderr)
    return float(len(x))
"""
PLACES = ("", "/receipt", "/receipt.txt", "/report", "/file", "/notebook", "/events")
API_PLACES = ("", "/events", "/report", "/notebook", "/files")
FORMATS = ("sarif", "junit", "html", "markdown")
NUMBER = re.compile(r"-?\d+\.\d+(?:e[-+]\d+)?")


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """Everything that a student gets in one text, and the log."""
    folder = tmp_path_factory.mktemp("secrets")
    people = add_people(folder / "data", {"ada": Role.STUDENT})
    service = open_service(Configuration(data_dir=folder / "data"))
    with service.database.writing() as session:
        for seed in session.query(Seed):
            seed.seed = SEEDS[seed.purpose]
        _add_doubling(service, session)
    service.close()
    ada = people["ada"]
    wrong = (ROOT / "examples" / EXERCISE / "wrong.py").read_bytes()
    notebook = (ROOT / "examples" / EXERCISE / "correct.ipynb").read_bytes()
    works = [(EXERCISE, "wrong.py", wrong), (EXERCISE, "curious.py", CURIOUS), (EXERCISE, "right.ipynb", notebook)]
    works += [("doubling", "short.py", doubling.SHORT.encode()), ("doubling", "nosy.py", NOSY)]
    parts = []
    with live_server(folder / "data", "--jobs", "2") as server:
        browser = {"Cookie": f"grader_login={ada.cookie}"}
        token = {"Authorization": f"Bearer {ada.token}"}
        with httpx.Client(base_url=server.address, timeout=60, trust_env=False) as client:

            def fetch(path, **options):
                answer = client.get(path, **options)
                assert answer.status_code < 500, path
                parts.append(f"{path}\n{answer.headers}\n{answer.content.decode(errors='replace')}")

            for kind in SEEDS:
                for exercise, name, content in works:
                    submission = server.hand_in(ada, exercise, name, content, kind)
                    fetch(f"/s/{submission}", headers=browser)
                    fetch(f"/api/v1/submissions/{submission}/events", headers=token)
                    server.wait_for(ada, submission)
                    for place in PLACES:
                        fetch(f"/s/{submission}{place}", headers=browser)
                    for place in API_PLACES:
                        fetch(f"/api/v1/submissions/{submission}{place}", headers=token)
                    for name in FORMATS:
                        fetch(f"/api/v1/submissions/{submission}/report?format={name}", headers=token)
            for path in ("/", "/c/demo", f"/c/demo/a/{EXERCISE}", "/c/demo/a/doubling", "/me", "/me/data.zip"):
                fetch(path, headers=browser)
            for path in ("/me", "/courses", "/exercises", f"/courses/demo/exercises/{EXERCISE}/submissions"):
                fetch(f"/api/v1{path}", headers=token)
            fetch("/metrics")
        return "\n".join(parts), server.log()


def _add_doubling(service, session):
    """Add an uploaded exercise with a check that is hidden, and one that only instructors see."""
    files = {"assignment.yaml": doubling.ASSIGNMENT, "reference.py": doubling.REFERENCE}
    blob = service.blobs.put(zipped({f"doubling/{name}": text.encode() for name, text in files.items()}))
    course = session.query(Course).one()
    version = Version(name="doubling", digest="doubling", blob=blob, state=validating.VALID, course_id=course.id)
    session.add(version)
    session.flush()
    courses.add_exercise(session, course, version, attempts=None)


def test_student_gets_reports_with_the_mistakes(told):
    assert "52.5" in told[0] and "gradients" in told[0] and "event: done" in told[0]


def test_no_seed_is_told(told):
    for text in told:
        for seed in SEEDS.values():
            assert not any(form in text for form in (str(seed), f"{seed:,}", f"{seed:x}"))


def test_no_expected_answer_is_told(told):
    shown = {significant(number) for text in told for number in NUMBER.findall(text)}
    assignment = bundled(EXERCISE)
    submission = read(ROOT / "examples" / EXERCISE / "wrong.py", EXERCISE)
    for seed in SEEDS.values():
        oracle = Oracle(assignment)
        grade(assignment, submission, GradeOptions(seed=seed, oracle=oracle, include_hidden=True))
        right = {significant(value) for answer in oracle.given.values() for value in np.ravel(answer).tolist()}
        assert {number for number in shown & right if len(number.strip("-0.")) > 5} == set()


def test_nothing_of_the_inputs_of_hidden_checks_is_told(told):
    assert "size=4;" in told[0]  # what the student's code prints in an open check
    for text in told:
        for words in ("size=977", "secret", "double(x) of many"):
            assert words not in text


def test_log_has_nothing_of_a_submission_or_of_the_server_s_secrets(told):
    log = told[1]
    for words in ("INPUT", "ValueError", "curious", "right.ipynb", "grd_"):
        assert words not in log
    assert not re.search(r"\bada\b", log)  # a random id may have these letters inside


def significant(number):
    """Return six digits, enough to copy the value."""
    return f"{float(number):.6g}"
