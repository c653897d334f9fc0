"""The keys of a platform are read when they are needed, and not more often than a platform can bear."""

from __future__ import annotations

import time
from contextlib import ExitStack

import pytest

from grader.lti import outgoing
from grader.lti.outgoing import Unreachable
from grader.lti.platform_keys import FRESH_SECONDS, MOST_WAITING, PAUSE_SECONDS, USABLE_SECONDS, PlatformKeys, keys_of
from grader.lti.refusals import LaunchRefused
from tests.lti.platform import Platform, Reply, document, new_key

URL = "https://lms.example/keys"


class Source:
    """The keys at an address, a clock that can be set, and the number of times that the keys were read."""

    def __init__(self):
        self.key = new_key()
        self.time = 1000.0
        self.reads = 0
        self.is_down = False
        self.keys = PlatformKeys(self.read, lambda: self.time)

    def read(self, address):
        self.reads += 1
        if self.is_down:
            raise Unreachable("It is down.")
        return {"keys": [self.key.as_dict(private=False)]}

    def find(self, key_id=None):
        return self.keys.key(URL, key_id or self.key.kid)


@pytest.fixture
def source():
    return Source()


@pytest.mark.quick
def test_keys_are_read_once(source):
    for _ in range(3):
        assert source.find().thumbprint() == source.key.thumbprint()
    assert source.reads == 1


def test_new_key_is_found_by_reading_again_after_a_pause(source):
    source.find()
    source.key = new_key()
    with pytest.raises(LaunchRefused, match="key"):
        source.find()
    source.time += PAUSE_SECONDS
    assert source.find().thumbprint() == source.key.thumbprint()
    assert source.reads == 2


def test_invented_ids_do_not_make_the_server_read_again_and_again(source):
    for number in range(20):
        with pytest.raises(LaunchRefused):
            source.find(f"invented-{number}")
    assert source.reads == 1


def test_old_keys_are_used_for_a_day_while_the_platform_is_down(source):
    source.find()
    source.is_down = True
    source.time += FRESH_SECONDS
    source.find()
    assert source.reads == 2
    source.time += USABLE_SECONDS
    with pytest.raises(LaunchRefused) as refusal:
        source.find()
    assert refusal.value.problem == "keys" and "It is down." in refusal.value.detail


@pytest.mark.parametrize(
    "entry",
    [
        {"kty": "oct", "k": "c2VjcmV0", "kid": "1"},
        {"kty": "RSA", "kid": "1"},
        {"kty": "RSA", "n": "AQAB", "e": "AQAB", "kid": "1"},
        {"kty": "RSA", "n": 5, "e": [], "kid": "1"},
        "no object",
    ],
    ids=str,
)
def test_set_without_a_usable_key_is_refused(entry):
    with pytest.raises(Unreachable, match="2048"):
        keys_of({"keys": [entry]})


@pytest.mark.parametrize("value", [[], {}, {"keys": {}}, "keys", None], ids=str)
def test_document_that_is_no_set_of_keys_is_refused(value):
    with pytest.raises(Unreachable, match="not a set of keys"):
        keys_of(value)


def test_key_for_encryption_or_without_an_id_is_left_out():
    key = new_key().as_dict(private=False)
    others = [{**key, "use": "enc"}, {**key, "alg": "RS512"}, {name: key[name] for name in ("kty", "n", "e")}]
    assert [*keys_of({"keys": [*others, {**key, "kid": "right"}]})] == ["right"]


def slow(request):
    time.sleep(0.5)
    return document({"keys": []})


@pytest.mark.parametrize(
    ("sentence", "handler"),
    [
        ("more than", lambda request: Reply(b" " * (outgoing.MOST_BYTES + 1))),
        ("leads to another one", lambda request: Reply("", 302, headers={"location": "/keys"})),
        ("status 500", lambda request: Reply("", 500)),
        ("not JSON", lambda request: Reply("<html>")),
        ("no answer within", slow),
    ],
)
def test_answer_that_is_huge_slow_or_elsewhere_is_refused(sentence, handler, monkeypatch):
    monkeypatch.setattr(outgoing, "SILENT_SECONDS", 0.2)
    with Platform("https://grader.example") as platform:
        platform.route("GET", "/bad", handler)
        with pytest.raises(Unreachable, match=sentence):
            outgoing.read_json(f"{platform.address}/bad")


def test_slow_platform_holds_only_some_threads_and_nobody_who_can_use_older_keys(source):
    source.find()
    entry = source.keys._kept[URL]
    source.time += FRESH_SECONDS
    with ExitStack() as stack:
        for _ in range(MOST_WAITING):  # messages that wait for the platform
            entry.places.acquire()
            stack.callback(entry.places.release)
        assert source.find().thumbprint() == source.key.thumbprint()
        with pytest.raises(LaunchRefused, match="cannot read the keys") as refusal:
            source.find("unknown")
        assert (refusal.value.problem, source.reads) == ("keys", 1)
    assert source.find() and source.reads == 2
