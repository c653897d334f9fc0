"""The commands of containers have options that exist, and the certificates are those that Dask needs."""

from __future__ import annotations

import shutil
import ssl
import subprocess

import click
import pytest
import yaml

from grader.cli.serve_command import command as serve
from tests.conftest import ROOT
from tools import chart

DEPLOY = ROOT / "deploy"


def commands():
    """Yield (name, words) of each container that runs ``grader``."""
    services = yaml.safe_load((DEPLOY / "compose" / "compose.yaml").read_text())["services"]
    for name, service in services.items():
        if service.get("command"):
            yield f"compose {name}", service["command"]
    for file in chart.VALUES:
        for document in yaml.safe_load_all((chart.RENDERED / f"{file}.yaml").read_text()):
            if document and document["kind"] in ("Deployment", "Job"):
                for container in document["spec"]["template"]["spec"]["containers"]:
                    if "args" in container:
                        yield f"{file} {document['metadata']['name']}", container["args"]


@pytest.mark.parametrize(("name", "words"), [pytest.param(name, words, id=name) for name, words in commands()])
def test_command_has_options_that_exist(name, words):
    first, *rest = words
    assert first == "serve"
    if rest[0] in serve.commands:
        serve.commands[rest[0]].make_context(rest[0], rest[1:], parent=click.Context(serve))
    else:
        serve.make_context("serve", [*rest])


def dask_commands():
    services = yaml.safe_load((DEPLOY / "compose" / "compose.yaml").read_text())["services"]
    yield from (service["entrypoint"] for service in services.values() if "entrypoint" in service)
    for document in yaml.safe_load_all((chart.RENDERED / "default.yaml").read_text()):
        if document and document["kind"] == "Deployment":
            (container,) = document["spec"]["template"]["spec"]["containers"]
            if "command" in container:
                yield container["command"]


def test_scheduler_and_workers_have_options_that_dask_knows():
    scheduler = pytest.importorskip("distributed.cli.dask_scheduler").main
    worker = pytest.importorskip("distributed.cli.dask_worker").main
    programs = {"scheduler": scheduler, "worker": worker}
    words = [*dask_commands()]
    assert len(words) == 4
    for program, name, *rest in words:
        assert program == "dask"
        programs[name].make_context(name, [*rest])
        assert "--no-dashboard" in rest and rest[rest.index("--protocol") + 1] == "tls"


@pytest.mark.long
def test_certificates_are_accepted_only_with_their_authority(tmp_path):
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    for folder in ("own", "other"):
        words = ["sh", str(DEPLOY / "certificates.sh"), str(tmp_path / folder), "scheduler"]
        subprocess.run(words, check=True, capture_output=True)
    own, other = tmp_path / "own", tmp_path / "other"
    ssl.create_default_context(cafile=own / "ca.pem").load_cert_chain(own / "cert.pem", own / "key.pem")
    verify = ["openssl", "verify", "-verify_hostname", "scheduler", "-CAfile"]
    accepted, refused = (
        subprocess.run([*verify, folder / "ca.pem", own / "cert.pem"], capture_output=True).returncode
        for folder in (own, other)
    )
    assert accepted == 0 and refused != 0
    assert (own / "ca-key.pem").stat().st_mode & 0o077 == 0
