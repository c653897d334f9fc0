"""The paths that Landlock allows, if some below them are hidden."""

from __future__ import annotations

from grader.worker import landlock


def test_hidden_folder_is_not_reachable_by_a_link_at_medium(tmp_path):
    (tmp_path / "lib" / "grader").mkdir(parents=True)
    (tmp_path / "lib" / "numpy").mkdir()
    (tmp_path / "lib64").symlink_to("lib")
    allowed = dict(landlock.carve(str(tmp_path), [str(tmp_path / "lib" / "grader")]))
    assert allowed == {
        str(tmp_path): landlock.READ_DIR,
        str(tmp_path / "lib"): landlock.READ_DIR,
        str(tmp_path / "lib" / "numpy"): landlock.READ,
    }


def test_folder_without_hidden_paths_is_allowed_as_a_whole(tmp_path):
    assert landlock.carve(str(tmp_path), ["/elsewhere"]) == [(str(tmp_path), landlock.READ)]


def test_hidden_folder_is_not_allowed(tmp_path):
    assert landlock.carve(str(tmp_path), [str(tmp_path)]) == []
    (tmp_path / "data-2").mkdir()
    allowed = dict(landlock.carve(str(tmp_path), [str(tmp_path / "data")]))
    assert allowed == {str(tmp_path): landlock.READ_DIR, str(tmp_path / "data-2"): landlock.READ}
