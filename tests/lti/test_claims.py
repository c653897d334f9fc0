"""A message is read part by part; a part of a wrong type is as if it were missing."""

from __future__ import annotations

import pytest

from grader.lti.claims import launch_of
from grader.lti.refusals import LaunchRefused
from tests.lti.platform import CHOICE, CLIENT, DEEP_LINK, LEARNER, Platform

ENDPOINT = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
MEMBERS = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"


@pytest.fixture(scope="module")
def platform():
    with Platform("https://grader.example") as running:
        yield running


def test_everything_that_a_platform_sends_is_read(platform):
    message = platform.message(custom={"exercise": "single-neuron", "number": 7}, email="ada@example.org")
    message[ENDPOINT] = {"scope": ["a", "b"], "lineitem": "https://lms.example/1", "lineitems": "https://lms.example/"}
    message[MEMBERS] = {"context_memberships_url": "https://lms.example/members"}
    launch = launch_of(message, CLIENT)
    assert (launch.subject, launch.full_name, launch.email) == ("student-1", "Ada Lovelace", "ada@example.org")
    assert (launch.context, launch.context_title, launch.resource_link) == ("context-1", "Deep Learning 2026", "link-1")
    assert (launch.custom, launch.roles, launch.scopes) == ({"exercise": "single-neuron"}, (LEARNER,), ("a", "b"))
    assert (launch.line_item, launch.line_items) == ("https://lms.example/1", "https://lms.example/")
    assert launch.members_url == "https://lms.example/members"
    assert launch.settings is None


def test_name_may_be_in_parts_or_missing(platform):
    message = platform.message(name="")
    assert launch_of(message, CLIENT).full_name == ""
    assert launch_of({**message, "given_name": "Ada", "family_name": "L."}, CLIENT).full_name == "Ada L."


@pytest.mark.parametrize("value", [None, 7, "text", [], {"id": 7}, {"id": "x" * 300}, {"id": "a\nb"}], ids=str)
def test_part_of_a_wrong_type_is_left_out(platform, value):
    assert launch_of(platform.message(context=value), CLIENT).context == ""


def test_text_that_no_database_can_store_is_changed(platform):
    message = platform.message(name="A\ud800\0", custom={"exercise": "\ud800"})
    message[ENDPOINT] = {"scope": ["\0"], "lineitem": "\ud800"}
    launch = launch_of({**message}, CLIENT)
    assert (launch.full_name, launch.custom, launch.scopes, launch.line_item) == ("A??", {"exercise": "?"}, ("?",), "?")


def test_settings_of_a_choice_are_read(platform):
    settings = launch_of(platform.message(CHOICE), CLIENT).settings
    assert (settings.return_url, settings.accepts_several) == (f"{platform.address}/return", False)
    assert (settings.accepts_line_items, settings.data) == (True, "opaque")


def test_choice_that_accepts_no_exercise_is_refused(platform):
    wanted = {"deep_link_return_url": "https://lms.example", "accept_types": ["file"]}
    with pytest.raises(LaunchRefused, match="settings"):
        launch_of(platform.message(CHOICE, **{f"{DEEP_LINK}deep_linking_settings": wanted}), CLIENT)
