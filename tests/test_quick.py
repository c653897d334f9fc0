"""``make quick`` tests every package."""

from __future__ import annotations

import re

import pytest

from tests.conftest import ROOT

MARK = re.compile(r"^(@|pytestmark = )pytest\.mark\.quick$", re.MULTILINE)
PACKAGES = sorted(path.parent.name for path in (ROOT / "grader").glob("*/__init__.py"))


@pytest.mark.quick
def test_every_package_has_a_quick_test():
    """The files are searched for the mark, because collecting all tests takes as long as many of them."""
    tests = ROOT / "tests"

    def is_tested(package):
        files = [*(tests / package).rglob("test_*.py"), tests / f"test_{package}.py"]
        return any(MARK.search(file.read_text(encoding="utf-8")) for file in files if file.is_file())

    assert [package for package in PACKAGES if not is_tested(package)] == []
