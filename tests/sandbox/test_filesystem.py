"""The paths of this machine that a worker can see."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from grader.sandbox import filesystem
from grader.support.places import PACKAGE


def test_python_and_its_packages_are_visible():
    real_paths = [real for _, real in filesystem.readable()]
    for needed in (os.__file__, sys.modules["numpy"].__file__):
        real = os.path.realpath(needed)
        assert any(real.startswith(path + "/") for path in real_paths), needed


def test_paths_below_other_visible_paths_are_not_repeated():
    pairs = filesystem.readable()
    for path, real in pairs:
        assert not any(path.startswith(f"{outer}/") and real == target + path[len(outer) :] for outer, target in pairs)


def test_grader_and_given_folders_are_hidden(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path)
    paths = filesystem.hidden([tmp_path / "link"])
    assert str(PACKAGE) in paths
    assert str(tmp_path.resolve()) in paths
    assert len(paths) == len(set(paths))


def test_private_folder_is_not_readable_for_other_users(tmp_path):
    tmp_path.chmod(0o700)
    assert not filesystem.readable_for_others(tmp_path / "data.npz")


def test_uid_changes_only_for_root(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert not filesystem.can_change_uid()


def test_rootless_container_has_no_spare_uids(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    for text, expected in (("0 1000 1\n", False), ("0 0 4294967295\n", True)):
        monkeypatch.setattr(Path, "read_text", lambda _, text=text: text)
        assert filesystem.can_change_uid() is expected


def test_folder_of_unpacked_packages_on_the_path_is_visible(monkeypatch, tmp_path):
    (tmp_path / "site/numpy-2.4.0.dist-info").mkdir(parents=True)
    (tmp_path / "code").mkdir()
    monkeypatch.setattr(sys, "path", [*sys.path, "", *map(str, (tmp_path / "site", tmp_path / "code"))])
    assert filesystem.python_path()[-1] == str(tmp_path / "site")


def test_folders_of_libraries_are_those_that_are_not_visible_anyway(monkeypatch, tmp_path):
    monkeypatch.setenv("LD_LIBRARY_PATH", f"relative:{tmp_path}::/usr/lib:{tmp_path / 'missing'}")
    assert filesystem.gpu_libraries() == [(str(tmp_path), str(tmp_path.resolve()))]
