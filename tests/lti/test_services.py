"""Requests to the services of a platform: one access token for many requests, a new one after status 401, and lists of many pages."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from grader.lti import grades, outgoing, services
from grader.lti.outgoing import PlatformAnswer, Unreachable
from grader.lti.services import ServiceRefused
from tests.lti.platform import Reply, document
from tests.lti.platform_services import SCORE


def answer(content=b"", **headers):
    return PlatformAnswer(400, {name.replace("_", "-"): value for name, value in headers.items()}, content)


@pytest.mark.quick
def test_many_requests_share_one_token(lms):
    reached = lms.reach()
    threads = [
        threading.Thread(target=reached.tokens.token, args=(reached.access, grades.SCORE_SCOPE)) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(lms.services.token_requests) == 1
    assert lms.services.token_requests[0]["scope"] == SCORE


def test_token_is_renewed_shortly_before_it_expires(lms, monkeypatch):
    reached, moment = lms.reach(), services.time.monotonic()
    first = reached.tokens.token(reached.access, grades.SCORE_SCOPE)
    for seconds, is_same in [(3500, True), (3541, False)]:
        monkeypatch.setattr(services.time, "monotonic", lambda seconds=seconds: moment + seconds)
        assert (reached.tokens.token(reached.access, grades.SCORE_SCOPE) == first) is is_same


def test_unknown_token_is_replaced_once(lms):
    reached, item = lms.reach(), lms.services.add_item()
    lms.services.failures.append("expired")
    grades.send_score(reached, item, score())
    assert (len(lms.services.token_requests), len(lms.services.accepted)) == (2, 1)
    lms.services.failures.extend(["expired", "expired"])
    with pytest.raises(ServiceRefused) as refusal:
        grades.send_score(reached, item, score())
    assert (refusal.value.status, refusal.value.is_token) == (401, False)


def test_platform_that_gives_no_token_is_named_with_its_reason(lms):
    reached = lms.reach(audience="https://another.example")
    with pytest.raises(ServiceRefused) as refusal:
        grades.send_score(reached, lms.services.add_item(), score())
    assert (refusal.value.status, refusal.value.detail, refusal.value.is_token) == (400, "invalid_client", True)


@pytest.mark.parametrize(
    "reply", [document([]), document({"access_token": 3}), document({"access_token": "a\nb"}), Reply("<html>", 200)]
)
def test_answer_without_a_token_is_no_access(lms, reply):
    lms.platform.route("POST", "/token", lambda request: reply)
    with pytest.raises(Unreachable):
        grades.send_score(lms.reach(), lms.services.add_item(), score())


def test_page_for_people_is_not_a_success(lms):
    lms.services.failures.append("html")
    with pytest.raises(Unreachable, match="page for people"):
        grades.send_score(lms.reach(), lms.services.add_item(), score())


def test_reset_connection_may_have_been_a_success_but_a_closed_port_is_not(lms):
    lms.services.failures.append("recorded reset")
    reached, item = lms.reach(), lms.services.add_item()
    with pytest.raises(Unreachable) as lost:
        grades.send_score(reached, item, score())
    assert (lost.value.was_sent, len(lms.services.accepted)) == (True, 1)
    with pytest.raises(Unreachable) as closed:
        outgoing.ask("POST", "http://127.0.0.1:9/")
    assert not closed.value.was_sent


def test_platform_elsewhere_cannot_name_an_address_on_this_machine(lms):
    reached = services.PlatformServices(
        lms.reach().tokens, services.PlatformAccess("c", "https://lms.example/token", "a")
    )
    with pytest.raises(Unreachable, match="this machine"):
        grades.send_score(reached, "http://127.0.0.1:9/line_items/1", score())


@pytest.mark.parametrize("link", ['<http://127.0.0.2:9/x>; rel="next"', '<?page=0>; rel="next"'])
def test_next_page_elsewhere_or_read_already_is_refused(lms, link):
    reached = lms.reach()
    lms.platform.route("GET", "/list", lambda request: document([1], link=link))
    pages = reached.pages(grades.SCORE_SCOPE, f"{lms.platform.address}/list?page=0", "application/json")
    assert next(pages) == [1]
    with pytest.raises(Unreachable, match="next page"):
        next(pages)


def test_list_that_takes_too_long_is_refused_and_not_returned_in_part(lms, monkeypatch):
    monkeypatch.setattr(services, "LIST_SECONDS", -1.0)
    with pytest.raises(Unreachable, match="not complete"):
        next(lms.reach().pages(grades.SCORE_SCOPE, f"{lms.platform.address}/list", "application/json"))


@pytest.mark.parametrize(
    ("link", "following"),
    [
        ('<https://a.example/2>; rel="next"', "https://a.example/2"),
        (
            '<https://a.example/1>; rel="first", <https://a.example/2?x=1,2>; rel=next; title="a, b"',
            "https://a.example/2?x=1,2",
        ),
        ("</2>;rel='prev next'", None),
        ('</2>; title="x"; rel="last next"', "https://a.example/2"),
        ('<https://a.example/1>; rel="last"', None),
        ("", None),
    ],
)
def test_link_to_the_next_page_is_read(link, following):
    assert services.next_page(answer(link=link), "https://a.example/1") == following


def test_time_to_wait_is_a_number_or_a_date():
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=90))
    assert services.wait_of(answer(retry_after="120")) == 120
    assert 80 < services.wait_of(answer(retry_after=later)) <= 90
    assert [services.wait_of(answer(retry_after=text)) for text in ("soon", "-5", "")] == [0, 0, 0]


@pytest.mark.parametrize(
    ("content", "detail"),
    [
        (b'{"errors": [{"message": "User not\\nfound"}]}', "User not found"),
        (b"Incorrect score", "Incorrect score"),
        (b"<!DOCTYPE html><p>Error</p>", ""),
        (b"\xff\x00", "??"),
        (b"[" * 100_000, ""),
    ],
)
def test_words_of_a_platform_are_one_line(content, detail):
    words = services.detail_of(answer(content))
    assert words == detail or (detail in ("", "??") and len(words) <= services.LONGEST_DETAIL and words.isprintable())


def score(user="student-1", points=1.0):
    return {
        "userId": user,
        "activityProgress": "Completed",
        "gradingProgress": "FullyGraded",
        "scoreGiven": points,
        "scoreMaximum": 2.0,
        "timestamp": grades.moment_text(datetime.now(UTC)),
    }
