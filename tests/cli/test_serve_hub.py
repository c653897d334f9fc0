"""``grader serve --hub`` listens where the hub expects it, below the path of the service."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from grader.cli import main
from grader.cli.serve_hub import with_hub
from grader.service.configuration import Configuration
from tests.service.test_hub_environment import EXTERNAL, MANAGED


@pytest.mark.quick
def test_managed_service_listens_where_the_hub_expects_it(tmp_path):
    configuration = with_hub(Configuration(data_dir=tmp_path), MANAGED, ())
    assert (configuration.host, configuration.port) == ("127.0.0.1", 10101)
    assert (configuration.root, configuration.proxy, configuration.is_secure) == (
        "/jupyter/services/grader",
        "127.0.0.1, ::1",
        False,
    )
    assert [login.kind for login in configuration.logins] == ["hub"]


def test_options_and_the_settings_file_win(tmp_path):
    settings = Configuration(
        data_dir=tmp_path,
        host="0.0.0.0",
        port=9000,
        proxy="10.0.0.0/8",
        address="https://hub.example.org/jupyter/services/grader",
    )
    configuration = with_hub(settings, MANAGED, ["host", "port"])
    assert (configuration.host, configuration.port, configuration.proxy) == ("0.0.0.0", 9000, "10.0.0.0/8")
    assert configuration.is_secure


def serve(*options, **variables):
    names = [*MANAGED, "JUPYTERHUB_SSL_CERTFILE"]
    return CliRunner().invoke(main, ["serve", "--port", "0", *options], env={**dict.fromkeys(names), **variables})


def test_hub_that_is_missing_is_one_sentence():
    done = serve("--hub")
    assert done.exit_code == 2
    assert done.output.startswith("Error: --hub needs JUPYTERHUB_API_URL:")


def test_login_of_a_hub_needs_the_option(tmp_path):
    (tmp_path / "grader.yaml").write_text("logins: [{kind: hub}]\n")
    done = serve("--config", str(tmp_path / "grader.yaml"), **EXTERNAL)
    assert done.exit_code == 2
    assert "add --hub" in done.output
