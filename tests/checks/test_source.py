"""``source``: which rules a check can have, and the calls in a text."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from grader.checks.source import SourceCheck

ABOUT = {"kind": "source", "name": "source", "title": "t", "points": 1}


def test_check_of_imports_alone_accepts_an_empty_submission():
    assert SourceCheck(**ABOUT).accepts_empty()
    assert not SourceCheck(**ABOUT, rules=["imports", "leakage"]).accepts_empty()


def test_check_without_rules_is_refused():
    with pytest.raises(ValidationError, match="neither rules nor forbidden_calls"):
        SourceCheck(**ABOUT, rules=[])
