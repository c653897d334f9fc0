"""Dask prints arguments; a sealed one shows nothing."""

from __future__ import annotations

from dataclasses import dataclass

from grader.executor.sealed import Sealed


@dataclass
class Secret:
    seed: int


def test_sealed_object_comes_back_and_is_never_printed():
    sealed = Sealed(Secret(4711))
    assert sealed.open() == Secret(4711)
    assert (repr(sealed), str([sealed])) == ("<sealed>", "[<sealed>]")
