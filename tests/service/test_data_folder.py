"""A data folder belongs to one server at a time, and other commands find the address of that server."""

from __future__ import annotations

import stat

import pytest

from grader.service import data_folder
from grader.service.configuration import Configuration
from grader.service.service import open_service
from grader.support.errors import UsageError


def test_only_one_server_uses_a_folder(tmp_path):
    with data_folder.used_by_server(tmp_path, "0001"):
        assert data_folder.running_server(tmp_path) == data_folder.RunningServer("", "0001")
        data_folder.write_address(tmp_path, "http://127.0.0.1:8000", "0001")
        assert data_folder.running_server(tmp_path).address == "http://127.0.0.1:8000"
        with pytest.raises(UsageError, match="stop it first"), data_folder.used_by_server(tmp_path, "0001"):
            pass
    assert data_folder.running_server(tmp_path) is None


def test_folder_without_a_server_has_no_address(tmp_path):
    assert data_folder.running_server(tmp_path / "missing") is None


def test_only_the_owner_reads_the_folder(tmp_path):
    folder = tmp_path / "data"
    data_folder.make(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_file_is_not_a_data_folder(tmp_path):
    (tmp_path / "data").write_text("")
    with pytest.raises(UsageError, match="--data-dir"):
        data_folder.make(tmp_path / "data")


def test_permissions_of_a_folder_with_other_files_are_not_changed(tmp_path):
    tmp_path.chmod(0o755)
    (tmp_path / "other.txt").write_text("")
    service = open_service(Configuration(data_dir=tmp_path))
    service.close()
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755
    assert stat.S_IMODE((tmp_path / "grader.sqlite").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "blobs").stat().st_mode) == 0o700
