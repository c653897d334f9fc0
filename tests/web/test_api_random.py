"""Random requests, made from the API's own description: no answer is a failure, and all are as described (schemathesis)."""

from __future__ import annotations

import dataclasses

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from grader.service.access import SCOPES
from grader.service.accounts import new_token
from grader.service.configuration import ServiceLimits
from grader.service.rates import Rates
from grader.service.tables import User
from grader.web.app import make_app
from tests.remote.conftest import serving
from tests.service import kept_results

CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
)
UNLIMITED = ServiceLimits(api_a_minute=10**6, uploads_a_minute=10**6, checks_an_hour=10**6, checks_a_day=10**6)


@pytest.fixture
def described(service):
    """The description of a server without limits for requests."""
    service.configuration = dataclasses.replace(service.configuration, limits=UNLIMITED)
    service.rates = Rates(UNLIMITED)
    with serving(make_app(service)) as port:
        yield schemathesis.openapi.from_url(f"http://127.0.0.1:{port}/api/v1/openapi.json")


def requests_of(described, service, user, examples, names):
    """Send random requests as a user; a part of an address that has one of these names gets its value."""
    with service.database.writing() as session:
        token = new_token(session, session.query(User).filter_by(name=user).one(), SCOPES)
    settled = settings(
        max_examples=examples, deadline=None, database=None, derandomize=True, suppress_health_check=[*HealthCheck]
    )
    answers = []
    for operation in described.get_all_operations():

        @settled
        @given(case=operation.ok().as_strategy())
        def send(case):
            case.headers = {**(case.headers or {}), "Authorization": f"Bearer {token}"}
            for name in {*(case.path_parameters or {})} & {*names}:
                case.path_parameters[name] = names[name]
            answer = case.call()
            answers.append((case.method, case.path, answer.status_code))
            case.validate_response(answer, checks=CHECKS)

        send()
    return answers


def existing(service):
    return {
        "course": "demo",
        "exercise": "single-neuron",
        "submission": kept_results.hand_in(service, "ada", 0.5),
        "student": "ada",
    }


def test_random_requests_are_answered_as_described(described, service):
    answers = requests_of(described, service, "ada", 8, {})
    assert {path for _, path, _ in answers} == {*described.raw_schema["paths"]}


def test_requests_for_existing_things_are_answered_as_described(described, service):
    answers = requests_of(described, service, "ada", 8, existing(service))
    assert {200, 404} <= {status for _, _, status in answers}


@pytest.mark.long
@pytest.mark.parametrize("user", ["ada", "iris", "root"])
def test_many_random_requests_are_answered_as_described(described, service, user):
    requests_of(described, service, user, 100, {})
    requests_of(described, service, user, 100, existing(service))
