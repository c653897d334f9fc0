"""Well-known packages and their names for pip, and replacements of names that newer releases removed."""

from __future__ import annotations

import pytest

from grader.machine import packages


def test_pip_name_of_a_package():
    assert packages.pip_name("sklearn.metrics") == "scikit-learn"
    assert packages.pip_name("cv2") == "opencv-python-headless"
    assert packages.pip_name("my_own_helper") is None


def test_installed_package_is_found_without_importing_it():
    assert packages.is_installed("numpy.linalg")
    assert not packages.is_installed("pandas_of_the_future")


def test_module_of_an_online_service_is_recognised():
    assert packages.service("google.colab.drive") == "Colab"
    assert packages.service("google.protobuf") is None


@pytest.mark.parametrize(
    ("path", "instead"),
    [
        ("keras.utils.np_utils.to_categorical", "keras.utils.to_categorical"),
        ("tensorflow.keras.layers.core", "keras.layers"),
        ("keras.src.layers.core.Dense", "keras.layers"),
        ("tensorflow._api.v2.train.AdamOptimizer", "tensorflow.keras.optimizers.Adam"),
        ("numpy.float", "float"),
        ("keras.optimizers.adam", "keras.optimizers.Adam"),
    ],
)
def test_removed_name_has_a_successor(path, instead):
    found = packages.successor(path)
    assert found is not None
    assert found[1] == instead


@pytest.mark.parametrize("path", ["keras.layers.Dense", "numpy.floor", "", "tensorflow"])
def test_other_names_have_no_successor(path):
    assert packages.successor(path) is None
