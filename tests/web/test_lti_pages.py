"""Launches of a course system: the right ones sign in, and every forged one is refused with a sentence and a line in the log."""

from __future__ import annotations

import base64
import hmac
import json
import logging
import re
import shutil
import time
from datetime import timedelta
from functools import cache

import pytest
from sqlalchemy import select

from grader.lti import outgoing
from grader.service import one_time
from grader.service.configuration import Configuration
from grader.service.lti_tables import LtiPlatform
from grader.service.outside_tables import Identity
from grader.service.service import open_service
from grader.service.tables import Exercise, Login, User
from grader.web.app import make_app
from tests.lti import platform as lti
from tests.lti.platform import CHOICE, CLAIM, CLIENT, MISSING, Platform, Reply, document, fields_of, new_key
from tests.service.lti import register
from tests.web.lti import TOOL, browser, choose, connected, teacher

EXERCISE = "single-neuron"
PAGE = f"/c/demo/a/{EXERCISE}"
NAMED = {"custom": {"exercise": EXERCISE}}


@pytest.fixture(scope="module")
def service(new_data, tmp_path_factory):
    """A service whose course "demo" is connected with a course of the platform; the tests share it."""
    folder = shutil.copytree(new_data, tmp_path_factory.mktemp("lti") / "data")
    opened = open_service(Configuration(data_dir=folder))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def app(service):
    return make_app(service)


@pytest.fixture(scope="module")
def platform(service):
    with Platform(TOOL) as running:
        connected(service, running)
        yield running


@cache
def rogue(key_id=None):
    """Return a key that is not the platform's, perhaps with its id."""
    return new_key(key_id)


def people(service):
    with service.database.reading() as session:
        return session.query(User).count()


@pytest.mark.quick
def test_student_opens_the_exercise_and_is_signed_in(service, app, platform):
    client = browser(app)
    answer = lti.launch(client, platform, platform.message(**NAMED))
    assert (answer.status_code, answer.headers["location"]) == (303, PAGE)
    page = client.get(PAGE)
    assert page.status_code == 200 and "Ada Lovelace" in page.text
    with service.database.reading() as session:
        assert session.scalar(select(Login.via).order_by(Login.created.desc())) == "lti"


def test_cookie_of_a_launch_is_kept_for_this_site_alone_and_for_ten_minutes(app, platform):
    answer = browser(app).get(
        "/lti/login", params=platform.open(platform.message()), headers={"sec-fetch-dest": "document"}
    )
    parts = answer.headers["set-cookie"].split("; ")
    assert {*parts[1:]} == {"Path=/", "Max-Age=600", "HttpOnly", "Secure", "SameSite=None", "Partitioned"}


def test_two_launches_in_one_browser_do_not_disturb_each_other(app, platform):
    client = browser(app)
    addresses = [lti.begin(client, platform.open(platform.message(**NAMED))) for _ in range(2)]
    for address in reversed(addresses):
        assert lti.arrive(client, lti.message_at(address)).headers["location"] == PAGE


def test_login_may_come_as_a_form_and_without_client_id(app, platform):
    client = browser(app)
    fields = platform.open(platform.message(**NAMED))
    del fields["client_id"], fields["lti_deployment_id"]
    headers = {"origin": platform.address, "sec-fetch-site": "cross-site", "sec-fetch-dest": "document"}
    answer = client.post("/lti/login", data=fields, headers=headers)
    assert answer.status_code == 303
    assert lti.arrive(client, lti.message_at(answer.headers["location"])).headers["location"] == PAGE


def test_signed_in_browser_of_the_same_site_can_be_launched(service, app, platform):
    client = browser(app)  # lms.example.edu and grader.example.edu are one site: cookies are sent
    lti.launch(client, platform, platform.message(**NAMED))
    assert lti.launch(client, platform, platform.message(person="other", **NAMED)).headers["location"] == PAGE


def test_link_to_the_course_opens_its_page(app, platform):
    answer = lti.launch(browser(app), platform, platform.message(custom={"page": "course"}))
    assert answer.headers["location"] == "/c/demo"


def test_exercise_that_is_not_open_has_a_sentence_for_students(service, app, platform):
    custom = {"custom": {"exercise": "gates"}}
    with service.database.writing() as session:
        session.scalar(select(Exercise).where(Exercise.name == "gates")).is_hidden = True
    answer = lti.launch(browser(app), platform, platform.message(**custom))
    assert answer.status_code == 409 and "not open yet" in answer.text
    assert lti.launch(browser(app), platform, teacher(platform, lti.RESOURCE, **custom)).status_code == 303


# The ideas of a forger. Each gets the fields of a right message, and returns those that are sent.


def signed(platform, fields, key=None, **changes):
    nonce = json.loads(base64.urlsafe_b64decode(fields["id_token"].split(".")[1] + "=="))["nonce"]
    claims = platform.timed(platform.message(**{**NAMED, **changes}), nonce)
    return {**fields, "id_token": platform.sign(claims, key)}


def unsigned(platform, fields):
    head = base64.urlsafe_b64encode(b'{"alg":"none","kid":"%s"}' % platform.keys[0].kid.encode()).decode().rstrip("=")
    return {**fields, "id_token": f"{head}.{fields['id_token'].split('.')[1]}."}


def signed_with_the_public_key(platform, fields):
    head = base64.urlsafe_b64encode(b'{"alg":"HS256","kid":"%s"}' % platform.keys[0].kid.encode()).decode().rstrip("=")
    content = f"{head}.{fields['id_token'].split('.')[1]}"
    digest = hmac.digest(platform.keys[0].as_pem(private=False), content.encode(), "sha256")
    return {**fields, "id_token": f"{content}.{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"}


FORGED = {
    "rogue key with the id of the platform's key": (
        "signature",
        lambda platform, fields: signed(platform, fields, rogue(platform.keys[0].kid)),
    ),
    "rogue key": ("key", lambda platform, fields: signed(platform, fields, rogue())),
    "alg none": ("algorithm", unsigned),
    "HS256 with the public key": ("algorithm", signed_with_the_public_key),
    "changed content": (
        "signature",
        lambda platform, fields: {
            **fields,
            "id_token": ".".join(
                signed(platform, fields, person="boss")["id_token"].split(".")[:2] + fields["id_token"].split(".")[2:]
            ),
        },
    ),
    "no token": ("token", lambda platform, fields: {"state": fields["state"]}),
    "other audience": ("audience", lambda platform, fields: signed(platform, fields, aud="client-2")),
    "second audience": ("audience", lambda platform, fields: signed(platform, fields, aud=[CLIENT, "client-2"])),
    "other azp": ("azp", lambda platform, fields: signed(platform, fields, azp="client-2")),
    "other issuer": ("issuer", lambda platform, fields: signed(platform, fields, iss="https://other.example")),
    "other deployment": ("deployment", lambda platform, fields: signed(platform, fields, deployment_id="2")),
    "other nonce": ("nonce", lambda platform, fields: signed(platform, fields, nonce="0" * 32)),
    "expired": ("expired", lambda platform, fields: signed(platform, fields, exp=int(time.time()) - 61)),
    "issued in the future": ("clock", lambda platform, fields: signed(platform, fields, iat=int(time.time()) + 90)),
    "no time of its end": ("times", lambda platform, fields: signed(platform, fields, exp=None)),
    "no version": ("version", lambda platform, fields: signed(platform, fields, version=MISSING)),
    "no message type": ("message", lambda platform, fields: signed(platform, fields, message_type=MISSING)),
    "no resource link": ("resource", lambda platform, fields: signed(platform, fields, resource_link=MISSING)),
    "no roles": ("roles", lambda platform, fields: signed(platform, fields, **{f"{CLAIM}roles": MISSING})),
    "no person": ("anonymous", lambda platform, fields: signed(platform, fields, sub=MISSING)),
    "no course": ("context", lambda platform, fields: signed(platform, fields, context=MISSING)),
    "no role in the course": ("role", lambda platform, fields: signed(platform, fields, roles=[])),
    "address of another site": (
        "target",
        lambda platform, fields: signed(platform, fields, target_link_uri="https://other.example/lti/launch"),
    ),
    "unknown state": ("state", lambda platform, fields: {**fields, "state": "0" * 32}),
    "no state": ("state", lambda platform, fields: {"id_token": fields["id_token"]}),
    "refused by the platform": (
        "platform",
        lambda platform, fields: {"state": fields["state"], "error": "login_required"},
    ),
}


@pytest.mark.parametrize("name", FORGED)
def test_forged_launch_is_refused(service, app, platform, caplog, name):
    problem, forge = FORGED[name]
    client, before = browser(app), people(service)
    fields = lti.message_at(lti.begin(client, platform.open(platform.message(**NAMED))))
    with caplog.at_level(logging.WARNING):
        answer = lti.arrive(client, forge(platform, fields))
    assert answer.status_code == 403 and "<h1>This did not work</h1>" in answer.text
    assert "grader_login" not in answer.headers.get("set-cookie", "") and people(service) == before
    (record,) = [record for record in caplog.records if record.name == "grader.web.lti_frames"]
    assert record.fields == {"problem": problem}
    assert not any(value and value in record.getMessage() + answer.text for value in fields.values())


def test_replayed_launch_is_refused(app, platform):
    client = browser(app)
    fields = lti.message_at(lti.begin(client, platform.open(platform.message(**NAMED))))
    assert lti.arrive(client, fields).status_code == 303
    answer = lti.arrive(client, fields)
    assert answer.status_code == 403 and "opened twice" in answer.text


def test_token_of_an_earlier_launch_is_refused_with_a_new_state(app, platform):
    client = browser(app)
    old = lti.message_at(lti.begin(client, platform.open(platform.message(**NAMED))))
    new = lti.message_at(lti.begin(client, platform.open(platform.message(**NAMED))))
    answer = lti.arrive(client, {**new, "id_token": old["id_token"]})
    assert answer.status_code == 403 and "(nonce)" in answer.text


def test_state_of_another_browser_is_refused(app, platform):
    fields = lti.message_at(lti.begin(browser(app), platform.open(platform.message(**NAMED))))
    other = browser(app)
    lti.begin(other, platform.open(platform.message(**NAMED)))
    answer = lti.arrive(other, fields)
    assert answer.status_code == 403 and "another browser" in answer.text


def test_state_of_another_platform_is_refused(service, app, platform):
    with Platform(TOOL) as other:
        other.keys = [rogue()]
        row = register(service, other)
        client = browser(app)
        fields = lti.message_at(lti.begin(client, platform.open(platform.message(**NAMED))))
        token = other.sign(other.timed(other.message(iss=platform.issuer), "x"))
        assert "(key)" in lti.arrive(client, {**fields, "id_token": token}).text
        state = lti.message_at(lti.begin(client, other.open(other.message(**NAMED))))["state"]
        answer = lti.arrive(client, {**fields, "state": state})
        assert answer.status_code == 403 and "(key)" in answer.text
    with service.database.writing() as session:
        session.delete(session.get_one(LtiPlatform, row.id))


def test_old_state_is_refused(service, app, platform, monkeypatch):
    client = browser(app)
    address = lti.begin(client, platform.open(platform.message(**NAMED)))
    moment = one_time.now() + timedelta(minutes=11)
    monkeypatch.setattr(one_time, "now", lambda: moment)
    assert "opened too long ago" in lti.arrive(client, lti.message_at(address)).text


@pytest.mark.parametrize(
    ("problem", "changes"),
    [
        ("issuer", {"iss": "https://other.example"}),
        ("issuer", {"client_id": "client-2"}),
        ("deployment", {"lti_deployment_id": "2"}),
        ("target", {"target_link_uri": "https://other.example/lti/launch"}),
        ("target", {"target_link_uri": f"{TOOL}/c/demo"}),
        ("login", {"login_hint": ""}),
    ],
)
def test_forged_login_goes_nowhere(app, platform, problem, changes):
    request = platform.open(platform.message(), **changes)
    for destination in ("document", "iframe"):
        answer = browser(app).get("/lti/login", params=request, headers={"sec-fetch-dest": destination})
        if destination == "document" or problem in ("issuer", "login"):
            assert answer.status_code == 403 and f"({problem})" in answer.text and "location" not in answer.headers


@pytest.mark.parametrize(
    "handler",
    [
        lambda request: Reply(b" " * (outgoing.MOST_BYTES + 1)),
        lambda request: Reply("", 302, headers={"location": "https://other.example/keys"}),
        lambda request: document({"keys": []}),
        lambda request: Reply("", 503),
    ],
    ids=["huge", "redirect", "empty", "failure"],
)
def test_launch_without_readable_keys_is_refused(app, platform, handler):
    keys = app.state.service.platform_keys
    keys._kept.clear()
    platform.route("GET", "/keys", handler)
    answer = lti.launch(browser(app), platform, platform.message(**NAMED))
    platform.route("GET", "/keys", lambda request: document(platform.key_set()))
    keys._kept.clear()
    assert answer.status_code == 403 and "cannot read the keys of your course system" in answer.text


def test_new_key_of_the_platform_is_found(app, platform):
    platform.keys.append(new_key())
    for kept in app.state.service.platform_keys._kept.values():
        kept.asked -= 60  # the pause between two requests
    assert lti.launch(browser(app), platform, platform.message(**NAMED)).headers["location"] == PAGE


def test_exercise_in_a_frame_is_opened_in_a_new_window(app, platform):
    request = platform.open(platform.message(**NAMED))
    client = browser(app)
    page = client.get("/lti/login", params=request, headers={"sec-fetch-dest": "iframe"})
    assert page.status_code == 200 and "set-cookie" not in page.headers
    (link,) = re.findall(r'href="(/lti/login\?[^"]+)" target="_blank" rel="noopener"', page.text)
    answer = client.get(link.replace("&amp;", "&"), headers={"sec-fetch-dest": "document"})
    assert lti.arrive(client, lti.message_at(answer.headers["location"])).headers["location"] == PAGE


def test_old_browser_that_does_not_say_where_it_is_gets_the_window_once(app, platform):
    request = platform.open(platform.message(**NAMED))
    assert "new window" in browser(app).get("/lti/login", params=request).text
    assert browser(app).get("/lti/login", params={**request, "window": "1"}).status_code == 303


def test_only_registered_platforms_may_show_pages_in_a_frame(service, app, platform):
    client = browser(app)
    with service.database.writing() as session:
        session.scalar(select(LtiPlatform)).address = "https://school.example/"
    page = client.get("/lti/login", params=platform.open(platform.message()), headers={"sec-fetch-dest": "iframe"})
    policy = page.headers["content-security-policy"]
    assert policy.endswith(f"frame-ancestors {platform.address} https://school.example")
    assert "x-frame-options" not in page.headers
    for path in ("/login", "/privacy"):
        assert client.get(path).headers["content-security-policy"].endswith("frame-ancestors 'self'")
        assert client.get(path).headers["x-frame-options"] == "SAMEORIGIN"


def stored(client, platform):
    """Begin a choice in a frame of a browser that keeps no cookies, and return the page that puts the secret into the storage."""
    fields = platform.open(
        teacher(platform), target_link_uri=f"{TOOL}/lti/choose", lti_storage_target="post_message_forwarding"
    )
    page = client.get("/lti/login", params=fields, headers={"sec-fetch-dest": "iframe"})
    client.cookies.clear()
    data = dict(re.findall(r'data-(\w+)="([^"]*)"', page.text))
    address = re.search(r'id="lti-next" class="button" href="([^"]*)"', page.text)[1].replace("&amp;", "&")
    return data, address


def test_storage_of_the_platform_replaces_the_cookie_in_a_frame(app, platform):
    client = browser(app)
    data, address = stored(client, platform)
    assert (data["step"], data["frame"], data["origin"]) == ("put", "post_message_forwarding", platform.address)
    page = lti.arrive(client, lti.message_at(address), **{"sec-fetch-dest": "iframe"})
    asked = dict(re.findall(r'data-(\w+)="([^"]*)"', page.text))
    assert (asked["step"], asked["name"], asked["value"]) == ("get", data["name"], "")
    secret = fields_of(page.text)["secret"]
    answer = client.post("/lti/storage", data={"secret": secret, "value": data["value"]})
    assert answer.status_code == 200 and "Choose an exercise" in answer.text
    assert client.post("/lti/storage", data={"secret": secret, "value": data["value"]}).status_code == 403


def test_storage_without_the_secret_is_refused(app, platform):
    client = browser(app)
    _data, address = stored(client, platform)
    page = lti.arrive(client, lti.message_at(address), **{"sec-fetch-dest": "iframe"})
    answer = client.post("/lti/storage", data={"secret": fields_of(page.text)["secret"], "value": "guess"})
    assert answer.status_code == 403 and "another browser" in answer.text


def test_choice_without_a_storage_needs_the_cookie(app, platform):
    client = browser(app)
    fields = platform.open(teacher(platform), target_link_uri=f"{TOOL}/lti/choose")
    address = lti.begin(client, fields, **{"sec-fetch-dest": "iframe"})
    client.cookies.clear()
    assert lti.arrive(client, lti.message_at(address), **{"sec-fetch-dest": "iframe"}).status_code == 403


def test_keys_and_configuration_are_public(app):
    client = browser(app)
    (key,) = client.get("/lti/jwks.json").json()["keys"]
    assert {*key} == {"kty", "n", "e", "kid", "use", "alg"}
    assert client.get("/lti/canvas.json").json()["oidc_initiation_url"] == f"{TOOL}/lti/login"


def test_anonymous_student_is_signed_in_with_a_neutral_name(app, platform, service):
    assert lti.launch(browser(app), platform, platform.message(name="", person="7", **NAMED)).status_code == 303
    with service.database.reading() as session:
        assert session.scalar(select(Identity).where(Identity.subject == "7")).user.shown_name == "person"


def test_choice_of_a_student_is_refused(app, platform):
    answer = choose(browser(app), platform, platform.message(CHOICE))
    assert answer.status_code == 403 and "Only an instructor" in answer.text


def test_page_for_signing_in_leads_people_of_a_course_system_back_there(app, platform):
    assert "Open the exercise there again" in browser(app).get("/login").text
