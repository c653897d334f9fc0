"""In a JupyterHub the address and the token of the server come from the environment; the token goes nowhere else."""

from __future__ import annotations

import pytest

from grader.remote import hub_server
from grader.remote.address import server_address
from grader.support.errors import UsageError

URL = "https://hub.example.org/services/grader"
TOKEN = {"JUPYTERHUB_API_TOKEN": "0123456789abcdef"}


@pytest.mark.quick
@pytest.mark.parametrize(
    ("variables", "address"),
    [
        ({"GRADER_URL": f" {URL}/ "}, f"{URL}/"),
        ({"JUPYTERHUB_PUBLIC_HUB_URL": "https://hub.example.org/hub/"}, URL),
        (
            {"JUPYTERHUB_PUBLIC_HUB_URL": "https://example.org/jupyter/hub/"},
            "https://example.org/jupyter/services/grader",
        ),
        ({"GRADER_URL": URL, "JUPYTERHUB_PUBLIC_HUB_URL": "https://other.example.org/hub/"}, URL),
        ({"JUPYTERHUB_PUBLIC_HUB_URL": ""}, ""),
        ({"JUPYTERHUB_PUBLIC_HUB_URL": "/hub/"}, ""),
        (
            {"JUPYTERHUB_API_URL": "http://127.0.0.1:8081/hub/api"},
            "",
        ),  # the hub itself, not the proxy with its services
    ],
)
def test_address_of_the_environment(variables, address):
    assert hub_server.address_of(variables) == address


@pytest.mark.parametrize(
    ("variables", "address", "token"),
    [
        ({"GRADER_URL": f"{URL}/", **TOKEN}, URL, "0123456789abcdef"),
        ({"GRADER_URL": URL, **TOKEN}, "https://hub.example.org.evil.example/services/grader", None),
        ({"GRADER_URL": URL, **TOKEN}, "http://hub.example.org/services/grader", None),
        ({"GRADER_URL": URL, **TOKEN}, "https://hub.example.org", None),
        ({"GRADER_URL": "what?", **TOKEN}, URL, None),
        ({"GRADER_URL": URL}, URL, None),
        (TOKEN, URL, None),
    ],
)
def test_token_of_the_hub_is_only_for_the_server_that_the_hub_names(variables, address, token):
    assert hub_server.token_for(server_address(address), variables) == token


def test_typed_address_comes_first():
    assert (
        hub_server.chosen("https://other.example.org", {"GRADER_URL": URL}, "--to").url == "https://other.example.org"
    )
    assert hub_server.chosen(None, {"GRADER_URL": URL}, "--to").url == URL
    with pytest.raises(UsageError, match="missing: write it as in --to https://"):
        hub_server.chosen("", {}, "--to")
