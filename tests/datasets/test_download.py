"""Tests of downloads from a real server: a file is complete and verified, or missing."""

from __future__ import annotations

import hashlib
import importlib.util
from pathlib import Path

import pytest

from grader import datasets
from grader.datasets import download
from tests.datasets import layouts
from tests.datasets.conftest import equal, small

MNIST = small("mnist")
FILE = layouts.npz(MNIST)
GENUINE = dict(download.REMOTES)  # the fixture of the home replaces them


def leftovers(home):
    return [path.name for path in home.rglob("*") if path.is_file()]


def test_download_goes_to_the_keras_cache(home, server):
    server.serve("mnist", {"mnist.npz": FILE})
    assert equal(datasets.load("mnist"), MNIST)
    assert (home / "mnist.npz").read_bytes() == FILE
    assert leftovers(home) == ["mnist.npz"]


def test_cifar_is_read_from_the_archive_of_keras(home, server):
    arrays = small("cifar10")
    server.serve("cifar10", {"cifar-10-batches-py-target_archive": layouts.cifar_archive(arrays)})
    assert equal(datasets.load("cifar10"), arrays)


def test_existing_files_are_not_downloaded_again(home, server):
    files = layouts.fashion(small("fashion_mnist"))
    layouts.write(home / "fashion-mnist", dict(list(files.items())[:3]))
    server.serve("fashion_mnist", {f"fashion-mnist/{name}": content for name, content in files.items()})
    datasets.load("fashion_mnist")
    assert server.asked == [f"/fashion-mnist/{list(files)[3]}"]


def test_wrong_checksum_leaves_no_file(home, server):
    server.serve("mnist", {"mnist.npz": FILE}, checksum=hashlib.sha256(b"other").hexdigest())
    with pytest.raises(download.DownloadFailed, match="has a wrong sha256 checksum"):
        download.fetch("mnist")
    assert leftovers(home) == []


def test_broken_connection_leaves_no_file(home, server):
    server.serve("mnist", {"mnist.npz": FILE})
    server.cut = True
    with pytest.raises(download.DownloadFailed, match=rf"broke off after {len(FILE) // 2} of {len(FILE)} bytes"):
        download.fetch("mnist")
    assert leftovers(home) == []


def test_missing_file_is_reported(server):
    server.serve("mnist", {"mnist.npz": FILE})
    server.files.clear()
    with pytest.raises(download.DownloadFailed, match=r"mnist.npz cannot be reached \(Not Found\)"):
        download.fetch("mnist")


def test_refused_connection_is_reported():
    with pytest.raises(download.DownloadFailed, match=r"cannot be reached \(.*refused\)"):
        download.fetch("mnist")


def test_silent_server_is_given_up(monkeypatch, server):
    server.serve("mnist", {"mnist.npz": FILE})
    server.silent = True
    monkeypatch.setattr(download, "CONNECT_SECONDS", 0.1)
    with pytest.raises(download.DownloadFailed, match="did not answer within"):
        download.fetch("mnist")


def test_failure_is_remembered_unless_retried(server):
    server.serve("cifar10", {"cifar10": b""}, checksum="none")
    assert datasets.load("cifar10").stand_in
    assert datasets.load("cifar10").stand_in
    assert len(server.asked) == 1
    datasets.find("cifar10", retry=True)
    assert len(server.asked) == 2


def test_old_failure_is_ignored(monkeypatch, server):
    server.serve("cifar10", {"cifar10": b""}, checksum="none")
    datasets.load("cifar10")
    monkeypatch.setattr(download, "AGAIN_SECONDS", 0.0)
    datasets.load("cifar10")
    assert len(server.asked) == 2


def test_nothing_is_downloaded_for_an_unwritable_keras_cache(tmp_path, monkeypatch, server):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "file"))
    server.serve("cifar10", {"cifar10": b""})
    located = datasets.find("cifar10")
    assert located.dataset.stand_in
    assert "Not a directory" in located.problem
    assert server.asked == []


def test_addresses_match_the_installed_keras():
    """The addresses are read from the source of Keras, since importing it takes seconds."""
    keras = importlib.util.find_spec("keras")
    folder = Path(keras.origin).parent / "src" / "datasets"
    for name, remotes in GENUINE.items():
        source = (folder / f"{name}.py").read_text()
        for remote in remotes:
            start, _, file = remote.address.rpartition("/")
            assert start in source
            assert file in source
            assert remote.checksum in source or remote.algorithm == "md5"  # Keras has no checksums for Fashion-MNIST
