"""A message answers one login, once."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from grader.lti.login import request_of
from grader.lti.refusals import LaunchRefused
from grader.service import lti_logins, lti_platforms, one_time
from tests.lti.platform import Platform
from tests.service.lti import register

OWN = "https://grader.example"


@pytest.fixture(scope="module")
def platform():
    with Platform(OWN) as running:
        yield running


def begin(service, platform, **changes):
    return lti_logins.begin(service, request_of(platform.open(platform.message(), **changes)), OWN)


def query(start):
    return {name: values[0] for name, values in parse_qs(urlsplit(start.address).query).items()}


def test_login_goes_to_the_platform_and_is_taken_once(service, platform):
    register(service, platform)
    start = begin(service, platform)
    fields = query(start)
    assert fields["redirect_uri"] == f"{OWN}/lti/launch" and start.secret not in start.address
    launch = lti_logins.take(service, fields["state"])
    assert (launch.nonce, launch.path) == (fields["nonce"], "/lti/launch")
    assert launch.is_bound_to(start.secret) and not launch.is_bound_to("")
    token = platform.sign(platform.timed(platform.message(), launch.nonce))
    assert lti_logins.claims_of(service, launch, token, OWN)["sub"] == "student-1"
    with pytest.raises(LaunchRefused, match="opened twice"):
        lti_logins.take(service, fields["state"])


@pytest.mark.parametrize(
    ("problem", "changes"),
    [
        ("issuer", {"iss": "https://other.example"}),
        ("issuer", {"client_id": "client-2"}),
        ("deployment", {"lti_deployment_id": "deployment-2"}),
        ("target", {"target_link_uri": "https://other.example/lti/launch"}),
        ("target", {"target_link_uri": f"{OWN}/logout"}),
    ],
)
def test_login_of_nobody_is_refused(service, platform, problem, changes):
    register(service, platform)
    with pytest.raises(LaunchRefused) as refusal:
        begin(service, platform, **changes)
    assert refusal.value.problem == problem


def test_message_for_another_address_than_its_login_is_refused(service, platform):
    register(service, platform)
    launch = lti_logins.take(service, query(begin(service, platform, target_link_uri=f"{OWN}/lti/choose"))["state"])
    token = platform.sign(platform.timed(platform.message(), launch.nonce))
    with pytest.raises(LaunchRefused, match="target"):
        lti_logins.claims_of(service, launch, token, OWN)


def test_platform_may_be_removed_meanwhile(service, platform, caller):
    row = register(service, platform)
    launch = lti_logins.take(service, query(begin(service, platform))["state"])
    with service.database.writing() as session:
        lti_platforms.remove(session, caller("root"), lti_platforms.one(session, row.id))
    with pytest.raises(LaunchRefused, match="issuer"):
        lti_logins.claims_of(service, launch, "token", OWN)


def test_secret_of_another_purpose_is_not_a_state(service):
    with service.database.writing() as session:
        secret = one_time.remember(session, "other", {}, 10)
    with pytest.raises(LaunchRefused):
        lti_logins.take(service, secret)
