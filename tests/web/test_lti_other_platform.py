"""The package lti1p3platform, which somebody else wrote, opens exercises and lets an instructor choose one."""

from __future__ import annotations

from types import SimpleNamespace
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.lti import platform as lti
from tests.lti.platform import CLIENT, CONTEXT, DEPLOYMENT, LEARNER, TEACHER, Platform, document, fields_of
from tests.web.lti import TOOL, browser, connected, send

package = pytest.importorskip("lti1p3platform.ltiplatform")
launching = pytest.importorskip("lti1p3platform.message_launch")
oidc = pytest.importorskip("lti1p3platform.oidc_login")
registrations = pytest.importorskip("lti1p3platform.registration")
EXERCISE = "single-neuron"


class Settings(package.LTI1P3PlatformConfAbstract):
    """The platform of the package, with the keys and the address of a server of the tests."""

    def init_platform_config(self, server):
        key = server.keys[0]
        self._registration = (
            registrations.Registration()
            .set_iss(server.issuer)
            .set_client_id(CLIENT)
            .set_deployment_id(DEPLOYMENT)
            .set_launch_url(f"{TOOL}/lti/launch")
            .set_deeplink_launch_url(f"{TOOL}/lti/choose")
            .set_oidc_login_url(f"{TOOL}/lti/login")
            .set_platform_public_key(key.as_pem(private=False).decode())
            .set_platform_private_key(key.as_pem(private=True).decode())
        )

    def get_registration_by_params(self, **parameters):
        return self._registration


class Login(oidc.OIDCLoginAbstract):
    """The begin of a launch."""

    def set_lti_message_hint(self, **parameters):
        self._lti_message_hint = "hint"

    def get_redirect(self, url):
        return url


class Message(launching.LTIAdvantageMessageLaunchAbstract):
    """A message, as the fields of the form that brings it to the tool."""

    def render_launch_form(self, launch_data, **parameters):
        assert launch_data.pop("launch_url") == f"{TOOL}/lti/launch"
        return launch_data


@pytest.fixture
def world(service):
    """The settings of the package, with its keys at the address that the server knows."""
    with Platform(TOOL) as server:
        settings = Settings(server=server)
        server.route("GET", "/keys", lambda request: document(settings.get_jwks()))
        connected(service, server)
        yield settings, server


def message_for(settings, address, roles, prepare):
    """Return the fields of the package's message for an address at the platform."""
    query = dict(parse_qsl(urlsplit(address).query))
    message = Message(SimpleNamespace(get_data=query, form_data={}), settings)
    message.set_user_data("user-1", roles, full_name="Ada Lovelace", preferred_username="ada")
    message.set_launch_context_claim(CONTEXT, context_title="Deep Learning")
    prepare(message)
    return message.lti_launch()


def begin(client, settings, is_choice=False):
    """Start a launch with the package, and return the address at the platform where the browser is sent."""
    login = Login(None, settings)
    login.set_lti_message_hint()
    if is_choice:
        login.set_deeplinking_launch_url()
    url = login.initiate_login("user-1")
    destination = "iframe" if is_choice else "document"
    answer = client.get(url.removeprefix(TOOL), headers={"sec-fetch-dest": destination})
    return answer.headers["location"]


def test_student_opens_an_exercise(app, world):
    settings, _server = world
    client = browser(app)

    def prepare(message):
        message.set_resource_link_claim("link-1", title="One neuron")
        message.set_custom_parameters_claim({"exercise": EXERCISE})
        message.set_ags("https://lms.example/columns", "https://lms.example/columns/1")
        message.set_nrps("https://lms.example/members")

    fields = message_for(settings, begin(client, settings), [LEARNER], prepare)
    assert lti.arrive(client, fields).headers["location"] == f"/c/demo/a/{EXERCISE}"
    assert lti.arrive(client, fields).status_code == 403


def test_instructor_chooses_an_exercise(app, world):
    settings, server = world
    client = browser(app)
    address = begin(client, settings, is_choice=True)
    fields = message_for(settings, address, [TEACHER], lambda message: message.set_dl(f"{server.address}/return"))
    page = lti.arrive(client, fields, **{"sec-fetch-dest": "iframe"})
    page = send(client, page, "/lti/exercises", exercise=EXERCISE)
    settings.get_registration().set_tool_key_set(client.get("/lti/jwks.json").json())
    (item,) = settings.validate_deeplinking_resp({"JWT": fields_of(page.text)["JWT"]})
    assert item["custom"] == {"exercise": EXERCISE} and item["lineItem"]["resourceId"] == EXERCISE
