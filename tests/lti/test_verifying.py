"""The token of a message is believed only if all of it is right."""

from __future__ import annotations

import base64
import hmac
import json
import time

import pytest
from joserfc import jws

from grader.lti import verifying
from grader.lti.platform_keys import keys_of
from grader.lti.refusals import LaunchRefused
from grader.lti.verifying import LEEWAY_SECONDS, Expected
from tests.lti.platform import CHOICE, CLAIM, CLIENT, DEEP_LINK, DEPLOYMENT, MISSING, Platform, new_key

TOOL = "https://grader.example"
NONCE = "n" * 32
OTHER = "https://other.example"
TARGETS = (f"{TOOL}/lti/launch", f"{TOOL}/lti/choose")


@pytest.fixture(scope="module")
def platform():
    with Platform(TOOL) as running:
        yield running


def expected(platform):
    return Expected(
        issuer=platform.issuer, client_id=CLIENT, deployments=(DEPLOYMENT, "other"), nonce=NONCE, targets=TARGETS
    )


def check(platform, token):
    keys = keys_of(platform.key_set())

    def key_of(key_id):
        if key_id not in keys:
            raise LaunchRefused("key", "unknown")
        return keys[key_id]

    return verifying.check(token, expected(platform), key_of, time.time())


def since_now(changes):
    """Return changes of a message with the times counted from this moment."""
    times = {
        name: time.time() + value for name, value in changes.items() if type(value) in (int, float) and value < 1e9
    }
    return {**changes, **{name: value for name, value in times.items() if name in ("exp", "iat")}}


@pytest.mark.quick
def test_right_messages_are_accepted(platform):
    for kind in ("LtiResourceLinkRequest", CHOICE):
        claims = platform.timed(platform.message(kind), NONCE)
        assert check(platform, platform.sign(claims)) == claims


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": [CLIENT]},
        {"azp": CLIENT},
        {"aud": [CLIENT], "azp": CLIENT},
        {"deployment_id": "other"},
        {"exp": -LEEWAY_SECONDS / 2},
        {"iat": LEEWAY_SECONDS / 2},
        {"roles": []},
        {"context": MISSING},
    ],
    ids=str,
)
def test_variants_that_the_specification_allows_are_accepted(platform, changes):
    assert check(platform, platform.sign(platform.timed(platform.message(**since_now(changes)), NONCE)))


@pytest.mark.parametrize(
    ("problem", "changes"),
    [
        ("issuer", {"iss": OTHER}),
        ("issuer", {"iss": MISSING}),
        ("audience", {"aud": "client-2"}),
        ("audience", {"aud": MISSING}),
        ("audience", {"aud": []}),
        ("audience", {"aud": [CLIENT, "client-2"]}),
        ("azp", {"azp": "client-2"}),
        ("deployment", {"deployment_id": "deployment-2"}),
        ("deployment", {"deployment_id": MISSING}),
        ("expired", {"exp": -3600}),
        ("clock", {"iat": 3600}),
        ("times", {"exp": "soon"}),
        ("times", {"exp": float("inf")}),
        ("times", {"iat": True}),
        ("times", {"exp": 10**400}),
        ("nonce", {"nonce": "m" * 32}),
        ("nonce", {"nonce": None}),
        ("version", {"version": "1.1"}),
        ("version", {"version": MISSING}),
        ("message", {"message_type": "LtiSubmissionReviewRequest"}),
        ("message", {"message_type": MISSING}),
        ("target", {"target_link_uri": f"{OTHER}/lti/launch"}),
        ("target", {"target_link_uri": f"{TOOL}/lti/launch@other.example"}),
        ("target", {"target_link_uri": f"{TOOL}/logout"}),
        ("target", {"target_link_uri": MISSING}),
        ("anonymous", {"sub": MISSING}),
        ("anonymous", {"sub": ""}),
        ("subject", {"sub": "x" * 256}),
        ("subject", {"sub": 7}),
        ("roles", {f"{CLAIM}roles": MISSING}),
        ("roles", {f"{CLAIM}roles": "Instructor"}),
        ("resource", {"resource_link": MISSING}),
        ("resource", {"resource_link": {"title": "no id"}}),
    ],
    ids=str,
)
def test_signed_message_with_a_wrong_claim_is_refused(platform, problem, changes):
    token = platform.sign(platform.timed(platform.message(**since_now(changes)), NONCE))
    with pytest.raises(LaunchRefused) as refusal:
        check(platform, token)
    assert refusal.value.problem == problem


@pytest.mark.parametrize("address", ["http://lms.example/return", "javascript:alert(1)", ""])
def test_answer_is_not_sent_to_an_impossible_address(platform, address):
    settings = {"deep_link_return_url": address, "accept_types": ["ltiResourceLink"]}
    claims = platform.message(CHOICE, **{f"{DEEP_LINK}deep_linking_settings": settings})
    with pytest.raises(LaunchRefused, match="settings"):
        check(platform, platform.sign(platform.timed(claims, NONCE)))


def part(document):
    return base64.urlsafe_b64encode(json.dumps(document).encode()).rstrip(b"=").decode()


def forged(platform, how):
    claims = platform.timed(platform.message(), NONCE)
    right, key = platform.sign(claims), platform.keys[-1]
    head, body, signature = right.split(".")
    if how == "rogue key with the id of the platform's":
        return platform.sign(claims, new_key(key.kid))
    if how == "unknown key":
        return platform.sign(claims, new_key())
    if how == "alg none":
        return f"{part({'alg': 'none', 'kid': key.kid})}.{body}."
    if how == "HS256 with the public key":
        signed = f"{part({'alg': 'HS256', 'kid': key.kid})}.{body}"
        digest = hmac.digest(key.as_pem(private=False), signed.encode(), "sha256")
        return f"{signed}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"
    if how == "no signature":
        return f"{head}.{body}."
    if how == "signature of another message":
        return ".".join((head, part(claims | {"sub": "somebody else"}), signature))
    if how == "no key id":
        registry = jws.JWSRegistry(algorithms=["RS256"])
        return jws.serialize_compact({"alg": "RS256"}, json.dumps(claims), key, registry=registry)
    if how == "not an object":
        registry = jws.JWSRegistry(algorithms=["RS256"])
        return jws.serialize_compact({"alg": "RS256", "kid": key.kid}, "[1]", key, registry=registry)
    return {"nothing": "", "words": "a.b.c", "two parts": f"{head}.{body}", "huge": right + "A" * 200_000}[how]


@pytest.mark.parametrize(
    ("problem", "how"),
    [
        ("signature", "rogue key with the id of the platform's"),
        ("key", "unknown key"),
        ("algorithm", "alg none"),
        ("algorithm", "HS256 with the public key"),
        ("signature", "no signature"),
        ("signature", "signature of another message"),
        ("key", "no key id"),
        ("token", "not an object"),
        ("token", "nothing"),
        ("token", "words"),
        ("token", "two parts"),
        ("token", "huge"),
    ],
)
def test_token_with_a_wrong_signature_is_refused(platform, problem, how):
    with pytest.raises(LaunchRefused) as refusal:
        check(platform, forged(platform, how))
    assert refusal.value.problem == problem
