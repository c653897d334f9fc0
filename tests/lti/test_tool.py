"""This server describes itself, and reads how platforms describe themselves."""

from __future__ import annotations

import pytest

from grader.lti import tool
from grader.lti.outgoing import Unreachable
from tests.lti.platform import Platform

OWN = "https://grader.example"
ISSUER = "https://lms.example"
DESCRIPTION = {
    "issuer": ISSUER,
    "authorization_endpoint": f"{ISSUER}/auth",
    "token_endpoint": f"{ISSUER}/token",
    "jwks_uri": f"{ISSUER}/keys",
    "registration_endpoint": f"{ISSUER}/register",
}


def test_configuration_of_canvas_has_only_own_addresses():
    configuration = tool.canvas_configuration(OWN)
    placements = configuration["extensions"][0]["settings"]["placements"]
    assert {each["placement"]: each["target_link_uri"] for each in placements} == {
        "assignment_selection": f"{OWN}/lti/choose",
        "link_selection": f"{OWN}/lti/choose",
        "course_navigation": f"{OWN}/lti/launch",
    }
    assert configuration["public_jwk_url"] == f"{OWN}/lti/jwks.json"
    assert configuration["extensions"][0]["privacy_level"] == "name_only"


def test_registration_asks_for_no_e_mail_address():
    wanted = tool.registration(OWN)
    assert wanted["redirect_uris"] == [f"{OWN}/lti/launch"]
    assert "email" not in wanted[tool.TOOL_CONFIGURATION]["claims"]


def test_description_of_a_platform_is_read():
    with Platform(OWN) as platform:
        description = tool.platform_description(platform.description(), f"{platform.address}/openid-configuration")
    assert (description.issuer, description.product) == (platform.issuer, "moodle")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"issuer": "https://other.example"}, "another host"),
        ({"jwks_uri": "http://lms.example/keys"}, "jwks_uri"),
        ({"token_endpoint": 7}, "token_endpoint"),
        ({"registration_endpoint": ""}, "registration_endpoint"),
    ],
)
def test_description_that_cannot_be_used_is_refused(changes, sentence):
    with pytest.raises(Unreachable, match=sentence):
        tool.platform_description(DESCRIPTION | changes, f"{ISSUER}/openid-configuration")
    with pytest.raises(Unreachable, match="not a JSON object"):
        tool.platform_description([], ISSUER)


@pytest.mark.parametrize("answer", [None, {}, {"client_id": 7}, {"client_id": ""}], ids=str)
def test_registration_without_a_client_id_is_refused(answer):
    with pytest.raises(Unreachable, match="client id"):
        tool.client_of(answer)


def test_deployment_may_be_missing():
    assert tool.client_of({"client_id": "7"}) == ("7", "")
    assert tool.client_of({"client_id": "7", tool.TOOL_CONFIGURATION: {"deployment_id": "1"}}) == ("7", "1")
