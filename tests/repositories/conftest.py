"""GitHub and GitLab as servers of the tests."""

from __future__ import annotations

import pytest

from .hosts import FakeGitHub, FakeGitLab, running


@pytest.fixture
def github():
    """GitHub without repositories; at the end, all requests must have been right."""
    with running(FakeGitHub()) as host:
        yield host
    assert host.violations == []


@pytest.fixture
def gitlab():
    """GitLab without projects; at the end, all requests must have been right."""
    with running(FakeGitLab()) as host:
        yield host
    assert host.violations == []
