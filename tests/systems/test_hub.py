"""A real JupyterHub with its proxy. The server is a service that is started elsewhere: in this process, which takes less time."""

from __future__ import annotations

import json
import sys

import httpx
import pytest

from grader.cli.serve_hub import with_hub
from grader.service.configuration import Configuration
from grader.service.login_settings import GroupRule, HubLogin
from grader.service.service import open_service
from grader.web.app import make_app
from tests import hub as hubs
from tests.remote.conftest import serving
from tools.live_server import free_port

pytest.importorskip("jupyterhub")
RULES = [
    GroupRule(group="staff", course="demo", role="instructor"),
    GroupRule(group="everybody", course="demo"),
    GroupRule(group="bosses", role="admin"),
]
SPAWNED = """\
import http.server, json, os, sys
names = ("GRADER_URL", "JUPYTERHUB_API_TOKEN", "JUPYTERHUB_PUBLIC_HUB_URL")
path = os.path.join(sys.argv[1], os.environ["JUPYTERHUB_USER"] + ".json")
with open(path + ".new", "w") as file:
    json.dump({name: os.environ.get(name, "") for name in names}, file)
os.replace(path + ".new", path)
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
    def log_message(self, *arguments): pass
address = os.environ["JUPYTERHUB_SERVICE_URL"].split("/")[2].split(":")
http.server.HTTPServer((address[0], int(address[1])), Handler).serve_forever()
"""
"""Stands for a notebook server: the hub starts it with the environment and the token that a real one would get."""


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hub")
    (folder / "spawned.py").write_text(SPAWNED)
    spawned = [sys.executable, str(folder / "spawned.py"), str(folder)]
    port, hub_port = free_port(), free_port()
    variables = {
        "JUPYTERHUB_API_TOKEN": hubs.TOKEN,
        "JUPYTERHUB_API_URL": f"http://127.0.0.1:{hub_port}/hub/api",
        "JUPYTERHUB_SERVICE_PREFIX": "/services/grader/",
    }
    settings = Configuration(data_dir=folder / "data", logins=(HubLogin(kind="hub", groups=RULES),))
    service = open_service(with_hub(settings, variables, ()))
    with (  # the hub waits for its services
        serving(make_app(service), port),
        hubs.running_hub(folder, spawned=spawned, external=port, hub_port=hub_port) as hub,
    ):
        yield hub
    service.close()


def test_service_knows_its_hub(hub):
    """The first half of everything: the proxy leads to the service below its path."""
    answer = httpx.get(f"{hub.service}/login?password=1", trust_env=False)
    assert answer.status_code == 200
    assert 'action="/services/grader/login"' in answer.text


def test_one_click_signs_in_with_the_role_of_the_group(hub):
    for name, word in (("ada", "single-neuron"), ("prof", "Settings of the course"), ("boss", "Create a course")):
        with hub.browser(name) as browser:
            page = browser.get(f"{hub.service}/")
            assert str(page.url).startswith(f"{hub.service}/welcome")
            page = browser.get(f"{hub.service}/" if name == "boss" else f"{hub.service}/c/demo")
            assert page.status_code == 200
            assert word in page.text
            (cookie,) = [cookie for cookie in browser.cookies.jar if cookie.name == "grader_login"]
            assert cookie.path == "/services/grader"


def test_person_who_is_not_signed_in_sees_the_hub(hub):
    with hub.browser() as nobody:
        page = nobody.get(f"{hub.service}/c/demo")
        assert str(page.url).startswith(f"{hub.address}/hub/login")


def test_forged_answer_and_forged_token_are_refused(hub):
    with hub.browser("ada") as browser:
        browser.get(f"{hub.service}/login?password=1")
        answer = browser.get(f"{hub.service}/oauth_callback?code=forged&state=forged")
        assert answer.status_code == 401
    refused = httpx.get(
        f"{hub.service}/api/v1/courses", headers={"Authorization": f"Bearer {'0' * 32}"}, trust_env=False
    )
    assert refused.status_code == 401
    assert "JupyterHub does not know this token" in refused.json()["detail"]


def test_token_of_a_notebook_server_works_for_the_api(hub):
    hub.start_server("ada")
    variables = json.loads((hub.folder / "ada.json").read_text())
    assert variables["GRADER_URL"] == hub.service
    headers = {"Authorization": f"Bearer {variables['JUPYTERHUB_API_TOKEN']}"}
    (course,) = httpx.get(f"{variables['GRADER_URL']}/api/v1/courses", headers=headers, trust_env=False).json()
    assert (course["name"], course["role"]) == ("demo", "student")
