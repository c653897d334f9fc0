"""``make quick`` tests every package."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.conftest import ROOT

PACKAGES = sorted(path.parent.name for path in (ROOT / "grader").glob("*/__init__.py"))


@pytest.mark.quick
def test_every_package_has_a_quick_test():
    command = [sys.executable, "-m", "pytest", "--collect-only", "-m", "quick"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    tested = {line.removeprefix("tests/").split("/")[0].split("::")[0] for line in listed if "::" in line}
    tested = {name.removeprefix("test_").removesuffix(".py") for name in tested}
    assert [name for name in PACKAGES if name not in tested] == []
