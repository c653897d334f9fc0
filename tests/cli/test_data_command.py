"""Tests of ``grader data``: one line for each dataset, and exit code 3 while one is missing."""

from __future__ import annotations

import os
import socket

import numpy as np
import pytest

from grader.datasets import NAMES
from tests.datasets import layouts
from tests.datasets.conftest import small


@pytest.fixture
def environment(tmp_path):
    """Return an environment with an empty home and a proxy that refuses every request."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        proxy = f"http://127.0.0.1:{unused.getsockname()[1]}"
    folders = {"KERAS_HOME": str(tmp_path / "keras"), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    proxies = {"https_proxy": proxy, "HTTPS_PROXY": proxy, "no_proxy": "", "NO_PROXY": "", "COLUMNS": "200"}
    return {**os.environ, **folders, **proxies}


def given(tmp_path, *names):
    files = {f"{name}.npz": layouts.npz(small(name)) for name in names}
    layouts.write(tmp_path / "given", files)
    return tmp_path / "given"


def test_data_folder_is_used(tmp_path, grader, environment):
    folder = given(tmp_path, *NAMES)
    done = grader("data", "--data", folder, env=environment)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    for line, name in zip(done.stdout.splitlines(), NAMES, strict=True):
        assert line.split() == [*f"{name} {name}.npz 20 training, 10 test images".split(), str(folder / f"{name}.npz")]


def test_data_folder_of_the_environment_is_used(tmp_path, grader, environment):
    folder = given(tmp_path, *NAMES)
    done = grader("data", env={**environment, "GRADER_DATA": str(folder)})
    assert done.returncode == 0
    assert str(folder / "cifar10.npz") in done.stdout


def test_failed_download_is_reported_and_the_stand_in_used(tmp_path, grader, environment):
    folder = given(tmp_path, "mnist", "fashion_mnist")
    done = grader("data", "--data", folder, env=environment)
    assert done.returncode == 3
    assert "cifar10        stand-in           2000 training, 1000 test images" in done.stdout
    assert done.stderr.startswith("Error: The dataset cifar10 could not be downloaded (https://www.cs.toronto.edu/")
    assert "Its stand-in is used until" in done.stderr
    assert done.stderr.count("\n") == 1


def test_damaged_file_does_not_hide_the_others(tmp_path, grader, environment):
    folder = given(tmp_path, *NAMES)
    np.savez(folder / "mnist.npz", x_train=np.zeros(3))
    done = grader("data", "--data", folder, env=environment)
    assert done.returncode == 3
    assert done.stdout.splitlines()[0] == "mnist          damaged"
    assert len(done.stdout.splitlines()) == len(NAMES)
    assert "mnist.npz is not the dataset mnist: it cannot be read (ValueError: it contains no y_train)" in done.stderr


def test_missing_folder_is_wrong_usage(grader, environment):
    done = grader("data", "--data", "nowhere", env=environment)
    assert done.returncode == 2
    assert done.stderr == (
        "Error: The data folder nowhere (--data) does not exist or cannot be read: choose an existing folder.\n"
    )
