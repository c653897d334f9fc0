"""The pinned releases are complete, agree with each other, and work with any index."""

from __future__ import annotations

import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from grader.machine import distribution
from tests.conftest import ROOT

pytestmark = pytest.mark.quick

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = PROJECT["optional-dependencies"]
CONTENTS = {
    "plain": PROJECT["dependencies"],
    "tensorflow": [*PROJECT["dependencies"], *EXTRAS["tensorflow"]],
    "test": [*PROJECT["dependencies"], *EXTRAS["dev"], *EXTRAS["student"], *EXTRAS["tensorflow"]],
    "image": [*PROJECT["dependencies"], *EXTRAS["student"], *EXTRAS["tensorflow"]],
    "image-gpu": [*PROJECT["dependencies"], *EXTRAS["student"], *EXTRAS["gpu"]],
}
BUILD = (ROOT / "requirements" / "build.in").read_text()


def text_of(name):
    return (ROOT / "requirements" / f"{name}.txt").read_text()


def pinned(name):
    """Return {package: versions}; there may be one version for each range of Python versions."""
    found = {}
    for package, version in re.findall(r"^([A-Za-z0-9._-]+)==([^ ;]+)", text_of(name), re.MULTILINE):
        found.setdefault(canonicalize_name(package), set()).add(version)
    return found


def test_messages_name_the_distribution_and_its_extras():
    assert PROJECT["name"] == distribution.NAME
    assert {"tensorflow", "gpu", "cluster", "s3", "student", "telemetry", "all"} <= EXTRAS.keys()
    (everything,) = map(Requirement, EXTRAS["all"])
    assert everything.name == PROJECT["name"]
    assert everything.extras == EXTRAS.keys() - {"all", "dev", "gpu"}  # the last replaces tensorflow
    assert distribution.command("tensorflow") == "pip install 'deep-learning-grader[tensorflow]'"


def test_plain_installation_has_no_tensorflow():
    assert pinned("plain").keys().isdisjoint({"tensorflow", "keras", "distributed", "pandas"})
    assert "tensorflow" in pinned("tensorflow")


@pytest.mark.parametrize("name", CONTENTS)
def test_every_release_has_hashes_and_no_address(name):
    text = text_of(name)
    assert "://" not in text
    assert not re.search(r"^(-|\.|/)", text, re.MULTILINE)  # no option, no folder
    entries = re.split(r"^(?=\S)", text, flags=re.MULTILINE)
    releases = [entry for entry in entries if entry and not entry.startswith("#")]
    assert len(releases) > 50
    assert [entry for entry in releases if "==" not in entry or "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize("name", CONTENTS)
def test_requirements_of_the_project_are_pinned_within_their_ranges(name):
    releases = pinned(name)
    for line in (*CONTENTS[name], *re.findall(r"^[a-z].*", BUILD, re.MULTILINE)):
        wanted = Requirement(line)
        versions = releases[canonicalize_name(wanted.name)]
        assert all(wanted.specifier.contains(version, prereleases=True) for version in versions), line


@pytest.mark.parametrize("name", [name for name in CONTENTS if name != "test"])
def test_releases_are_those_of_the_tests(name):
    """Packages that only CUDA needs are not installed for tests."""
    tested = pinned("test")
    others = {package for package, versions in pinned(name).items() if versions != tested.get(package, versions)}
    assert others == set()


@pytest.mark.parametrize("file", ["Makefile", "Dockerfile"])
def test_only_pinned_packages_are_installed(file):
    text = (ROOT / file).read_text()
    commands = re.findall(r"(?:pip install|\$\(INSTALL\)) (.*)", text)
    assert len(commands) >= 2
    for command in commands:
        if "--quiet" in command and "--editable" not in command:  # the variable itself
            continue
        assert "--require-hashes" in command or "--no-deps --no-build-isolation" in command, command
