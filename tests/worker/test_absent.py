"""The replacement of a module that could not be imported."""

from __future__ import annotations

import pytest

from grader.worker.absent import Absent


@pytest.fixture
def absent():
    return Absent("torch", ModuleNotFoundError("No module named 'torch'", name="torch"))


def test_inspecting_it_does_not_fail(absent):
    assert repr(absent) == "<torch, which could not be imported>"
    assert not hasattr(absent, "__wrapped__")
    assert not hasattr(absent, "_repr_html_")


@pytest.mark.parametrize(
    "use", [lambda x: x.nn, lambda x: x(), lambda x: x + 1, lambda x: 1 @ x, len, iter, lambda x: x.__version__, bool]
)
def test_any_use_raises_the_import_error(absent, use):
    with pytest.raises(ModuleNotFoundError, match="No module named 'torch'") as raised:
        use(absent)
    assert raised.value.name == "torch"


def test_subclass_of_the_import_error_is_not_called_again():
    class OwnError(ImportError):
        def __init__(self):
            super().__init__("own")

    with pytest.raises(ImportError, match="own") as raised:
        Absent("x", OwnError())()
    assert type(raised.value) is ImportError
