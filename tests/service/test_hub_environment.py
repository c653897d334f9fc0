"""The environment of a service of a hub; everything that is missing or does not fit has one sentence."""

from __future__ import annotations

import pytest

from grader.service import hub_environment
from grader.support.errors import UsageError

MANAGED = {  # as JupyterHub 6.1.1 sets it
    "JUPYTERHUB_API_TOKEN": "s3cret",
    "JUPYTERHUB_CLIENT_ID": "service-grader",
    "JUPYTERHUB_HOST": "",
    "JUPYTERHUB_OAUTH_CALLBACK_URL": "/jupyter/services/grader/oauth_callback",
    "JUPYTERHUB_OAUTH_ACCESS_SCOPES": '["access:services", "access:services!service=grader"]',
    "JUPYTERHUB_USER": "",
    "JUPYTERHUB_API_URL": "http://127.0.0.1:8081/jupyter/hub/api",
    "JUPYTERHUB_BASE_URL": "/jupyter/",
    "JUPYTERHUB_SERVICE_URL": "http://127.0.0.1:10101",
    "JUPYTERHUB_PUBLIC_URL": "",
    "JUPYTERHUB_SERVICE_NAME": "grader",
    "JUPYTERHUB_SERVICE_PREFIX": "/jupyter/services/grader/",
}
EXTERNAL = {name: MANAGED[name] for name in ("JUPYTERHUB_API_TOKEN", "JUPYTERHUB_API_URL", "JUPYTERHUB_SERVICE_PREFIX")}


@pytest.mark.quick
def test_managed_service():
    hub = hub_environment.read(MANAGED)
    assert hub.listens == ("127.0.0.1", 10101)
    assert (hub.root, hub.callback) == ("/jupyter/services/grader", "/jupyter/services/grader/oauth_callback")
    assert hub.login_address == "/jupyter/hub/api/oauth2/authorize"
    assert "access:services!service=grader" in hub.access
    assert "s3cret" not in repr(hub)


def test_external_service_needs_three_variables():
    hub, managed = hub_environment.read(EXTERNAL), hub_environment.read(MANAGED)
    assert hub.listens is None
    for name in ("name", "client_id", "login_address", "callback", "root", "access"):
        assert getattr(hub, name) == getattr(managed, name), name


def test_hub_with_a_host_for_each_service():
    host = {
        "JUPYTERHUB_HOST": "https://hub.example.org",
        "JUPYTERHUB_PUBLIC_URL": "https://grader.services.example.org/services/grader/",
    }
    hub = hub_environment.read(
        {**MANAGED, **host, "JUPYTERHUB_BASE_URL": "/", "JUPYTERHUB_SERVICE_PREFIX": "/services/grader/"}
    )
    assert hub.login_address == "https://hub.example.org/hub/api/oauth2/authorize"
    assert hub.address == "https://grader.services.example.org/services/grader"


def test_server_with_its_own_address():
    variables = {
        "JUPYTERHUB_API_TOKEN": "s3cret",
        "JUPYTERHUB_API_URL": "https://hub.example.org/hub/api",
        "JUPYTERHUB_HOST": "https://hub.example.org",
        "JUPYTERHUB_SERVICE_NAME": "grader",
    }
    hub = hub_environment.read(variables, "https://grader.example.org")
    assert (hub.root, hub.callback) == ("", "https://grader.example.org/oauth_callback")
    assert hub.login_address == "https://hub.example.org/hub/api/oauth2/authorize"


@pytest.mark.parametrize(
    ("change", "address", "sentence"),
    [
        ({"JUPYTERHUB_API_TOKEN": ""}, "", "--hub needs JUPYTERHUB_API_TOKEN: a hub sets it for a service that it starts itself"),
        ({"JUPYTERHUB_API_URL": ""}, "", "--hub needs JUPYTERHUB_API_URL"),
        ({"JUPYTERHUB_API_URL": "127.0.0.1:8081"}, "", "JUPYTERHUB_API_URL is not an address"),
        ({"JUPYTERHUB_SERVICE_PREFIX": ""}, "", "--hub needs JUPYTERHUB_SERVICE_PREFIX"),
        ({"JUPYTERHUB_SERVICE_PREFIX": "grader"}, "", "not a path such as /services/grader/"),
        ({"JUPYTERHUB_USER": "ada"}, "", "does not work in a notebook server"),
        ({"JUPYTERHUB_SSL_CERTFILE": "/x.pem"}, "", "internal_ssl"),
        ({}, "https://hub.example.org/grader", "ends with /grader, but the hub says that the service is at /jupyter/services/grader"),
        ({}, "https://hub.example.org", "ends with /, but the hub says"),
        ({"JUPYTERHUB_SERVICE_PREFIX": "", "JUPYTERHUB_SERVICE_NAME": ""}, "https://grader.example.org", "JUPYTERHUB_SERVICE_NAME is missing"),
    ],
)  # fmt: skip
def test_mistake_has_a_sentence_without_the_token(change, address, sentence):
    with pytest.raises(UsageError, match=sentence) as caught:
        hub_environment.read({**MANAGED, **change}, address)
    assert "s3cret" not in str(caught.value)
