"""Requests that come too often are refused for a while; one user does not shut out another."""

from __future__ import annotations

import time

import pytest

from grader.service.configuration import ServiceLimits
from grader.service.errors import TooMany
from grader.service.rates import Rates


@pytest.fixture
def rates():
    return Rates(ServiceLimits(logins_a_minute=3, uploads_a_minute=2, api_a_minute=2))


@pytest.mark.quick
def test_sign_ins_of_one_account_are_limited(rates):
    for _ in range(3):
        rates.count_sign_in("ada", "192.0.2.1")
    with pytest.raises(TooMany, match=r"try again in \d+ seconds") as refusal:
        rates.count_sign_in("ADA", "192.0.2.1")
    assert 1 <= refusal.value.retry_after <= 60
    rates.count_sign_in("ben", "192.0.2.1")
    rates.count_sign_in("ada", "192.0.2.2")


def test_account_is_limited_over_all_addresses(rates):
    addresses = iter(range(1000))
    with pytest.raises(TooMany):
        while True:
            rates.count_sign_in("ada", f"192.0.2.{next(addresses)}")
    assert next(addresses) == 3 * 60 + 1


def test_address_is_limited_over_all_accounts(rates):
    names = iter(range(1000))
    with pytest.raises(TooMany):
        while True:
            rates.count_sign_in(f"user{next(names)}", "192.0.2.1")
    assert next(names) == 3 * 30 + 1


def test_launches_of_one_address_are_limited_and_a_lecture_can_begin(rates):
    for _ in range(4 * 30 * 3):
        rates.count_launch("192.0.2.1")
    with pytest.raises(TooMany):
        rates.count_launch("192.0.2.1")
    rates.count_form("192.0.2.1")
    rates.count_launch("192.0.2.2")


@pytest.mark.parametrize("count", [Rates.count_upload, Rates.count_api])
def test_others_are_limited_by_user_or_token(rates, count):
    count(rates, "a")
    count(rates, "a")
    count(rates, "b")
    with pytest.raises(TooMany):
        count(rates, "a")


def test_right_password_forgets_the_attempts(rates):
    for _ in range(5):
        rates.count_sign_in("ada", "192.0.2.1")
        rates.count_sign_in("ada", "192.0.2.1")
        rates.forget_sign_ins("Ada", "192.0.2.1")


def test_old_requests_are_forgotten(rates, monkeypatch):
    rates.count_api("a")
    rates.count_api("a")
    moment = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: moment + 61)
    rates.count_api("a")
    monkeypatch.setattr(time, "monotonic", lambda: moment + 200)
    rates.count_api("b")
    assert [who for _seconds, *who in rates._windows] == [["api", "b"]]
