"""The user's cache exists for users with a home, and locks work without one."""

from __future__ import annotations

import platformdirs
import pytest

from grader.support import user_cache

pytestmark = pytest.mark.quick


def test_folder_is_in_the_cache_of_the_user(tmp_path, monkeypatch):
    monkeypatch.setattr(platformdirs, "user_cache_dir", lambda name: str(tmp_path / name))
    assert user_cache.folder() == tmp_path / "grader" / "datasets"
    assert user_cache.folder("fonts") == tmp_path / "grader" / "fonts"
    with user_cache.lock("mnist"):
        assert (tmp_path / "grader" / "datasets" / "mnist.lock").exists()


def test_user_without_a_home_has_no_folder(monkeypatch):
    monkeypatch.setattr(platformdirs, "user_cache_dir", lambda name: f"~/.cache/{name}")
    assert user_cache.folder() is None
    with user_cache.lock("mnist"):
        pass  # nothing can be locked, and the work is done all the same
