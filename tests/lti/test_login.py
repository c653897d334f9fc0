"""The begin of a launch: the fields that a platform must send, and the address to which the browser goes."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest

from grader.lti.login import authorisation_address, request_of
from grader.lti.refusals import LaunchRefused

FIELDS = {"iss": "https://lms.example", "login_hint": "7", "target_link_uri": "https://grader.example/lti/launch"}


def test_request_becomes_an_address_with_all_fields():
    request = request_of(FIELDS | {"lti_message_hint": "a b&c", "other": "ignored"})
    options = {"client_id": "client", "redirect_uri": "https://grader.example/lti/launch", "state": "s", "nonce": "n"}
    address = authorisation_address("https://lms.example/auth?tenant=1", request, **options)
    assert dict(parse_qsl(urlsplit(address).query)) == {
        "tenant": "1",
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "login_hint": "7",
        "lti_message_hint": "a b&c",
        **options,
    }


def test_query_of_a_request_makes_the_same_request():
    request = request_of(FIELDS | {"lti_deployment_id": "ä/1", "lti_storage_target": "_parent"})
    assert request_of(dict(parse_qsl(request.query()))) == request


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": ""},
        {"login_hint": ""},
        {"target_link_uri": ""},
        {"iss": "x" * 9000},
        {"login_hint": "a\nb"},
        {"lti_storage_target": "x" * 201},
    ],
)
def test_request_that_lacks_something_is_refused(changes):
    with pytest.raises(LaunchRefused, match="login"):
        request_of(FIELDS | changes)
