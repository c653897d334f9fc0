"""Signing in with a strict provider of OpenID Connect, which misbehaves in every way: docs/serve-logins.md lists these refusals."""

from __future__ import annotations

import time

import httpx
import pytest

from grader.logins import failures
from grader.logins.failures import Cancelled, Forged, ProviderSilent, TooOld, WronglySetUp
from grader.logins.oidc import OpenIdConnect
from grader.logins.proved import Secrets
from grader.logins.web_client import WebClient
from grader.service.login_settings import GroupRule
from tests.conftest import ROOT
from tests.logins.strict_provider import CLIENT, ISSUER, SECRET, ec_key, rsa_key


@pytest.mark.quick
def test_person_has_issuer_subject_and_names(sign_in, provider):
    person = sign_in().person
    assert (person.provider, person.issuer, person.subject) == ("oidc", ISSUER, "248289761001")
    assert (person.name, person.full_name, person.email) == ("ada", "Ada Lovelace", "ada@example.org")
    assert "/userinfo" not in provider.requests  # the token says everything


def other_key(provider):
    provider.key = rsa_key("second")  # with the same name as the right one


def sign_with(algorithm, key=None):
    def change(provider):
        provider.algorithm, provider.key = algorithm, key or provider.key

    return change


def claim(**values):
    def change(provider):
        provider.change = lambda claims: {key: value for key, value in (claims | values).items() if value is not None}

    return change


def header(**values):
    return lambda provider: provider.header.update(values)


def token(text):
    return lambda provider: setattr(provider, "token_text", text)


def now(seconds):
    return int(time.time()) + seconds


def answer(**values):
    return lambda answer: {key: value for key, value in (answer | values).items() if value is not None}


FORGED_TOKENS = {
    "signed by another key with the same name": other_key,
    "alg none, without a signature": sign_with("none"),
    "HS256 with the public key as the secret": sign_with("HS256"),
    "an algorithm that the provider does not use": sign_with("RS512"),
    "a key that the provider has not published": lambda provider: provider.header.update(kid="unknown"),
    "without the name of a key, when there are several": header(kid=None),
    "an extension in the header that must be understood": header(crit=["exp"], exp=1),
    "another audience": claim(aud="another-client"),
    "several audiences, without azp": claim(aud=[CLIENT, "another-client"]),
    "azp of another client": claim(azp="another-client"),
    "another audience with azp of this client": claim(aud="another-client", azp=CLIENT),
    "another issuer": claim(iss="https://evil.example"),
    "issuer with another ending": claim(iss=f"{ISSUER}/"),
    "another nonce": claim(nonce="another"),
    "without nonce": claim(nonce=None),
    "expired": claim(exp=now(-600)),
    "without exp": claim(exp=None),
    "exp that is not a number": claim(exp="never"),
    "issued in the future": claim(iat=now(600)),
    "valid only in the future": claim(nbf=now(600)),
    "without sub": claim(sub=None),
    "empty sub": claim(sub=""),
    "sub that is a number": claim(sub=7),
    "sub of more than 255 characters": claim(sub="x" * 256),
    "at_hash of another access token": claim(at_hash="x" * 22),
    "not a token": token("x"),
    "empty token": token("a..b"),
    "encrypted token": token("a.b.c.d.e"),
}


@pytest.mark.parametrize("forge", FORGED_TOKENS.values(), ids=FORGED_TOKENS)
def test_forged_token_is_refused(sign_in, provider, forge):
    forge(provider)
    with pytest.raises(Forged, match="so nobody was signed in") as caught:
        sign_in()
    assert caught.value.reason.startswith("id_token: ")


FORGED_ANSWERS = {
    "from another provider (RFC 9207)": answer(iss="https://evil.example"),
    "without issuer, although the provider sends it": answer(iss=None),
    "without a code": answer(code=None),
    "error from another provider": answer(iss="https://evil.example", error="access_denied", code=None),
}


@pytest.mark.parametrize("forge", FORGED_ANSWERS.values(), ids=FORGED_ANSWERS)
def test_forged_answer_is_refused(sign_in, provider, forge):
    with pytest.raises(Forged):
        sign_in(forge)
    assert "/token" not in provider.requests


def test_documentation_lists_every_forgery():
    page = (ROOT / "docs" / "serve-logins.md").read_text()
    assert [name for name in FORGED_TOKENS if f"| {name} |" not in page] == []
    assert [name for name in FORGED_ANSWERS if name not in page] == []


def test_code_works_once_and_only_with_its_verifier(sign_in, provider):
    first = {}
    begun = Secrets.new()

    def keep(answer):
        first.update(answer)
        return answer

    with pytest.raises(TooOld):
        sign_in(keep, Secrets(begun.nonce, "v" * 64))  # a stolen code, without the verifier of the browser that began
    with pytest.raises(TooOld, match="used already"):
        sign_in(lambda _answer: first)


def test_code_of_another_persons_sign_in_is_refused(sign_in, provider):
    """Somebody puts an own code into the sign-in of another browser: neither verifier nor nonce fit."""
    stolen = provider.authorize(sign_in.protocol.address(provider.return_address, "s" * 32, Secrets.new()))
    with pytest.raises(TooOld):
        sign_in(lambda answer: answer | {"code": stolen["code"]})


def test_clocks_may_differ_by_two_minutes(sign_in, provider):
    claim(iat=now(100), nbf=now(100), exp=now(-100))(provider)
    assert sign_in().person.subject == "248289761001"


def test_several_audiences_are_possible_with_azp(sign_in, provider):
    claim(aud=["another-client", CLIENT], azp=CLIENT)(provider)
    assert sign_in().person.name == "ada"


def test_keys_can_be_of_elliptic_curves(sign_in, provider):
    sign_with("ES256", ec_key())(provider)
    assert sign_in().person.name == "ada"


@pytest.mark.parametrize("name", ["signing", "new"])
def test_new_keys_of_the_provider_are_used_at_once(sign_in, provider, monkeypatch, name):
    sign_in()
    monkeypatch.setattr("grader.logins.discovery.PAUSE_SECONDS", 0)
    new = type(rsa_key("second")).import_key(rsa_key("second").as_dict(private=True) | {"kid": name})
    provider.key = provider.published = new
    assert sign_in().person.name == "ada"
    assert provider.requests.count("/keys") == 2


def test_wrong_tokens_do_not_ask_for_keys_all_the_time(sign_in, provider):
    header(kid="unknown")(provider)
    for _ in range(3):
        with pytest.raises(Forged):
            sign_in()
    assert provider.requests.count("/keys") == 1


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({"name": None}, ("ada", "", "ada@example.org")),
        ({"name": None, "given_name": "Ada", "family_name": "Byron"}, ("ada", "Ada Byron", "ada@example.org")),
        ({"preferred_username": "ada@example.org"}, ("ada", "Ada Lovelace", "ada@example.org")),
        ({"preferred_username": None}, ("ada", "Ada Lovelace", "ada@example.org")),
        ({"preferred_username": None, "email": None}, ("Ada Lovelace", "Ada Lovelace", "")),
        ({"email_verified": False}, ("ada", "Ada Lovelace", "")),
        ({"preferred_username": ["x"], "name": 7, "email": {}}, ("", "", "")),
    ],
)
def test_names_are_what_the_provider_says(sign_in, provider, claims, expected):
    claim(**claims)(provider)
    provider.metadata["userinfo_endpoint"] = None
    person = sign_in().person
    assert (person.name, person.full_name, person.email) == expected


def test_user_info_adds_and_never_changes(sign_in, provider):
    claim(name=None)(provider)
    provider.user_info |= {"name": "Ada L.", "preferred_username": "root", "email": "root@example.org"}
    person = sign_in().person
    assert (person.name, person.full_name, person.email) == ("ada", "Ada L.", "ada@example.org")


@pytest.mark.parametrize("document", [{"sub": "1"}, {}, {"sub": 248289761001}, [], "x"], ids=str)
def test_user_info_of_somebody_else_is_refused(sign_in, provider, document):
    claim(name=None)(provider)
    provider.user_document = document
    with pytest.raises(Forged) as caught:
        sign_in()
    assert "userinfo" in caught.value.reason


def test_user_info_that_does_not_answer_costs_only_what_it_says(sign_in, provider, settings):
    claim(name=None)(provider)
    provider.answers["/userinfo"] = httpx.Response(500)
    proved = sign_in()
    assert (proved.person.full_name, proved.groups) == ("", None)


@pytest.mark.parametrize(
    ("claims", "groups"),
    [
        ({"groups": ["a", "b", 7]}, {"a", "b"}),
        ({"groups": "a"}, {"a"}),
        ({}, set()),
        ({"_claim_names": {"groups": "src1"}}, None),  # more than 200 groups in Entra ID
    ],
)
def test_groups_come_from_their_claim(provider, settings, claims, groups):
    settings = settings.model_copy(update={"groups": [GroupRule(group="a", course="demo")]})
    protocol = OpenIdConnect(settings, WebClient(transport=provider.transport))
    claim(**claims)(provider)
    begun = Secrets.new()
    answer = provider.authorize(protocol.address(provider.return_address, "s" * 32, begun))
    assert protocol.person(provider.return_address, answer, begun).groups == groups


HTML = httpx.Response(200, html="<h1>Maintenance</h1>")


@pytest.mark.parametrize(
    ("path", "result", "failure", "reason"),
    [
        ("/.well-known/openid-configuration", httpx.ConnectError("refused"), ProviderSilent, "refused"),
        ("/.well-known/openid-configuration", httpx.ReadTimeout("slow"), ProviderSilent, "no answer within 10 seconds"),
        ("/.well-known/openid-configuration", HTML, ProviderSilent, "not JSON, but text/html"),
        ("/.well-known/openid-configuration", httpx.Response(302, headers={"location": "/"}), ProviderSilent, "status 302"),
        ("/.well-known/openid-configuration", httpx.Response(200, content=b" " * 2_000_000), ProviderSilent, "more than 1 MB"),
        ("/keys", HTML, ProviderSilent, "not JSON"),
        ("/keys", httpx.Response(200, json={"keys": [{"kty": "oct", "k": "c2VjcmV0"}, {"kty": "RSA"}, 7]}), ProviderSilent, "no keys"),
        ("/token", httpx.ConnectError("refused"), ProviderSilent, "refused"),
        ("/token", HTML, ProviderSilent, "not that of a token endpoint"),
        ("/token", httpx.Response(503, html="busy"), ProviderSilent, "not that of a token endpoint"),
        ("/token", httpx.Response(200, json=["x"]), ProviderSilent, "not that of a token endpoint"),
        ("/token", httpx.Response(200, json={"access_token": "a"}), WronglySetUp, "no id_token"),
        ("/token", httpx.Response(401, json={"error": "invalid_client"}), WronglySetUp, "invalid_client"),
    ],
)  # fmt: skip
def test_provider_that_does_not_work_has_a_sentence(sign_in, provider, path, result, failure, reason):
    provider.answers[path] = result
    with pytest.raises(failure) as caught:
        sign_in()
    assert reason in caught.value.reason
    assert "University" in str(caught.value)
    assert SECRET not in f"{caught.value} {caught.value.reason}"


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://login.example.org/realms/student"},
        {"issuer": f"{ISSUER}/"},
        {"token_endpoint": "http://login.example.org/token"},
        {"token_endpoint": "http://127.0.0.1/token"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"jwks_uri": None},
    ],
    ids=str,
)
def test_settings_that_do_not_fit_are_the_administrators(sign_in, provider, metadata):
    provider.metadata = metadata
    with pytest.raises(WronglySetUp, match="tell the people who run this server") as caught:
        sign_in.protocol.check()
    assert next(iter(metadata)) in caught.value.reason


def test_provider_that_does_not_answer_is_not_asked_again_at_once(sign_in, provider, monkeypatch):
    """Everybody who waits gets the sentence as soon as the first one has it."""
    provider.answers["/.well-known/openid-configuration"] = httpx.ReadTimeout("slow")
    for _ in range(3):
        with pytest.raises(ProviderSilent):
            sign_in()
    assert len(provider.requests) == 1
    provider.answers.clear()
    monkeypatch.setattr("grader.logins.discovery.PAUSE_SECONDS", 0)
    assert sign_in().person.name == "ada"


def test_provider_that_works_is_said_with_its_keys(sign_in):
    assert sign_in.protocol.check() == f"{ISSUER} answers, and has 2 keys"


def test_person_can_cancel(sign_in, provider):
    provider.is_cancelled = True
    with pytest.raises(Cancelled, match="You have cancelled the sign-in with University"):
        sign_in()


def test_secret_of_the_client_is_read_at_each_sign_in(sign_in, monkeypatch):
    monkeypatch.setenv("GRADER_TEST_SECRET", "another")
    with pytest.raises(WronglySetUp) as caught:
        sign_in()
    assert "invalid_client" in caught.value.reason


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ("access_denied", Cancelled),
        ("server_error", ProviderSilent),
        ("invalid_grant", TooOld),
        ("bad_verification_code", TooOld),
        ("invalid_scope", WronglySetUp),
        ("<script>" * 100, WronglySetUp),
    ],
)
def test_errors_of_the_provider_have_a_sentence_each(error, kind):
    failure = failures.of_answer("University", error)
    assert type(failure) is kind
    assert "<script>" not in str(failure)
    assert len(failure.reason) < 150
