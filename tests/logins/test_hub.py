"""A person is who the hub says; everything else that a hub, or somebody between, may answer is refused."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest

from grader.logins.failures import Cancelled, Forged, ProviderSilent, TooOld, WronglySetUp
from grader.logins.hub import Hub, NoAccess, UnknownToken
from grader.logins.proved import Secrets
from grader.logins.web_client import WebClient
from grader.service.login_settings import ADMINS, GroupRule, HubLogin
from tests.logins.fake_hub import ENVIRONMENT, FakeHub

RETURN = "https://hub.example.org/services/grader/login/hub/return"
LOGIN = HubLogin(kind="hub")


@pytest.fixture
def hub():
    return FakeHub()


@pytest.fixture
def protocol(hub):
    def made(settings=LOGIN, environment=ENVIRONMENT):
        return Hub(settings, environment, WebClient(transport=hub.transport))

    return made


@pytest.fixture
def sign_in(hub, protocol):
    """A function that does a whole sign-in; ``answer`` changes what the browser brings back."""

    def signed_in(name="ada", answer=lambda answer: answer, random=None, **options):
        begun = Secrets.new()
        address = protocol(**options).address(RETURN, "s" * 32, begun)
        return protocol(**options).person(RETURN, answer(hub.authorize(address, name)), random or begun)

    return signed_in


@pytest.mark.quick
def test_person_has_the_name_and_the_groups_of_the_hub(sign_in):
    proved = sign_in()
    assert (proved.person.provider, proved.person.issuer, proved.person.subject) == ("hub", "jupyterhub", "ada")
    assert proved.groups == {"everybody"}


def test_browser_goes_to_the_hub_on_the_same_host(protocol):
    address = protocol().address(RETURN, "state", Secrets.new())
    assert address.startswith("https://hub.example.org/hub/api/oauth2/authorize?client_id=service-grader&")
    other = replace(ENVIRONMENT, login_address="https://other.example.org/hub/api/oauth2/authorize")
    assert protocol(environment=other).address(RETURN, "state", Secrets.new()).startswith("https://other.example.org/")


@pytest.mark.parametrize("name", [" ada", "Ada", "ada@example.org", "a/b", "ä"])
def test_name_is_the_subject_letter_by_letter(sign_in, name):
    assert sign_in(name).person.subject == name


def test_administrators_of_the_hub_are_a_group_only_if_the_settings_say_so(sign_in, hub):
    assert sign_in("boss").groups == set()
    assert sign_in("boss", settings=HubLogin(kind="hub", admins=True)).groups == {ADMINS}
    assert sign_in("ada", settings=HubLogin(kind="hub", admins=True)).groups == {"everybody"}
    hub.people["ada"] = [ADMINS]  # nobody can give a group this name, but if so
    assert sign_in("ada", settings=HubLogin(kind="hub", admins=True)).groups == set()


def test_hub_that_hides_groups_and_administrators_is_in_the_log(sign_in, hub, caplog):
    hub.more = {"groups": None, "admin": None}
    settings = HubLogin(kind="hub", admins=True, groups=[GroupRule(group="staff", course="demo")])
    assert sign_in("boss", settings=settings).groups is None
    assert "read:users:groups!user" in caplog.text
    hub.more = {"admin": None}
    assert sign_in("boss", settings=settings).groups == set()
    assert "read:users:name!user" in caplog.text


def changed(**values):
    return lambda answer: {key: value for key, value in (answer | values).items() if value is not None}


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (changed(code="forged"), TooOld),
        (changed(code=None), Forged),
        (changed(error="access_denied"), Cancelled),
        (changed(error="server_error"), ProviderSilent),
    ],
)
def test_forged_code_is_refused(sign_in, answer, kind):
    with pytest.raises(kind):
        sign_in(answer=answer)


def test_code_of_another_sign_in_is_refused(sign_in):
    with pytest.raises(TooOld):
        sign_in(random=Secrets.new())


def test_code_works_once(hub, protocol):
    random = Secrets.new()
    answer = hub.authorize(protocol().address(RETURN, "state", random), "ada")
    protocol().person(RETURN, answer, random)
    with pytest.raises(TooOld):
        protocol().person(RETURN, answer, random)


@pytest.mark.parametrize("scopes", [[], ["read:users"], ["access:services!service=other"], "access:services", None])
def test_token_without_the_scope_is_refused(sign_in, hub, scopes):
    hub.scopes = scopes
    with pytest.raises(NoAccess, match="access:services!service=grader is missing") as caught:
        sign_in()
    assert caught.value.status == 403


def test_token_of_a_service_is_nobody(hub, protocol):
    with pytest.raises(NoAccess, match="does not belong to a person"):
        protocol().person_of(ENVIRONMENT.token)


@pytest.mark.parametrize("name", [None, "", 7, ["ada"]])
def test_person_without_a_name_is_nobody(sign_in, hub, name):
    hub.more = {"name": name}
    with pytest.raises(NoAccess):
        sign_in()


def test_unknown_token_is_unknown(protocol):
    with pytest.raises(UnknownToken):
        protocol().person_of("0" * 32)


@pytest.mark.parametrize(
    "answer",
    [
        httpx.ConnectError("refused"),
        httpx.ReadTimeout("slow"),
        httpx.Response(500, text="Internal Server Error"),
        httpx.Response(404, text="not a hub"),
        httpx.Response(503, json={"message": "starting"}),
        httpx.Response(302, headers={"Location": "https://evil.example"}),
        httpx.Response(200, text="<html>a page</html>"),
        httpx.Response(200, json=["a list"]),
        httpx.Response(200, content=b"x" * (1 << 21)),
    ],
    ids=str,
)
def test_hub_that_does_not_answer_is_never_an_unknown_token(hub, protocol, answer):
    token = hub.token_of("ada")
    hub.answer = answer
    with pytest.raises(ProviderSilent) as caught:
        protocol().person_of(token)
    assert caught.value.status == 503
    assert token not in f"{caught.value} {caught.value.reason}"


def test_check_says_what_is_wrong(hub, protocol):
    assert protocol().check() == "the hub at http://127.0.0.1:8081/hub/api knows the service grader"
    with pytest.raises(WronglySetUp) as caught:
        protocol(environment=replace(ENVIRONMENT, token="another")).check()
    assert "does not accept JUPYTERHUB_API_TOKEN: it must be the api_token of the service grader" in caught.value.reason
    with pytest.raises(WronglySetUp) as caught:
        protocol(environment=replace(ENVIRONMENT, name="other")).check()
    assert "belongs to 'grader', not to the service other" in caught.value.reason
    with pytest.raises(WronglySetUp) as caught:
        protocol(environment=replace(ENVIRONMENT, token="another")).person(RETURN, {"code": "x"}, Secrets.new())
    assert "does not accept client_id service-grader" in caught.value.reason
