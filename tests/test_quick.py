"""``make quick`` touches every package."""

from __future__ import annotations

import pytest

from tests.conftest import ROOT

PACKAGES = sorted(path.parent.name for path in (ROOT / "grader").glob("*/__init__.py"))


@pytest.mark.quick
def test_every_package_has_a_quick_test():
    files = [
        file.relative_to(ROOT / "tests")
        for file in (ROOT / "tests").rglob("test_*.py")
        if "mark.quick" in file.read_text()
    ]
    tested = {file.parts[0] for file in files}
    tested = {name.removeprefix("test_").removesuffix(".py") for name in tested}
    assert [name for name in PACKAGES if name not in tested] == []
