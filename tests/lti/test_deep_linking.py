"""The answer to a platform has the chosen exercises as links with columns for marks."""

from __future__ import annotations

from datetime import UTC, datetime

from grader.lti import deep_linking
from grader.lti.claims import DeepLinkSettings
from grader.lti.deep_linking import ChosenExercise

NEURON = ChosenExercise(name="single-neuron", title="One neuron", text="Write a neuron.", most=10)
DATED = ChosenExercise(
    name="mnist",
    title="MNIST",
    text="",
    most=4,
    opens=datetime(2026, 10, 1, 8, tzinfo=UTC),
    due=datetime(2026, 10, 8, 21, 59, 59, tzinfo=UTC),
)


def items(*exercises, accepts_line_items=True, data="opaque"):
    settings = DeepLinkSettings(
        return_url="https://lms.example", accepts_several=True, accepts_line_items=accepts_line_items, data=data
    )
    claims = deep_linking.response(
        exercises,
        settings=settings,
        issuer="https://lms.example",
        client_id="client",
        deployment="deployment",
        launch_address="https://grader.example/lti/launch",
        nonce="n",
        moment=1000,
    )
    assert (claims["iss"], claims["aud"], claims["iat"], claims["exp"]) == ("client", "https://lms.example", 1000, 1300)
    assert claims.get(f"{deep_linking.DEEP_LINK}data") == data
    return claims[f"{deep_linking.DEEP_LINK}content_items"]


def test_exercise_is_a_link_with_a_column_for_marks():
    assert items(NEURON) == [
        {
            "type": "ltiResourceLink",
            "url": "https://grader.example/lti/launch",
            "title": "One neuron",
            "text": "Write a neuron.",
            "custom": {"exercise": "single-neuron"},
            "window": {"targetName": "_blank"},
            "lineItem": {"label": "One neuron", "scoreMaximum": 10, "resourceId": "single-neuron"},
        }
    ]


def test_dates_are_in_utc():
    item = items(NEURON, DATED)[1]
    assert item["available"] == {"startDateTime": "2026-10-01T08:00:00Z"}
    assert item["submission"] == {"endDateTime": "2026-10-08T21:59:59Z"}


def test_platform_without_columns_gets_none_and_nothing_can_be_chosen():
    assert "lineItem" not in items(NEURON, accepts_line_items=False)[0]
    assert items(data=None) == []
