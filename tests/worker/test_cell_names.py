"""The hash in the file name of a cell."""

from __future__ import annotations

import importlib.util
import random

import pytest

from grader.worker import cell_names


def test_hash_is_that_of_ipykernel():
    spec = importlib.util.find_spec("ipykernel.compiler")
    compiler = importlib.util.module_from_spec(spec)  # a second copy: a shell replaces the hash of the first one
    spec.loader.exec_module(compiler)
    random_numbers = random.Random(3)
    seed = compiler.get_tmp_hash_seed()
    for length in range(60):
        text = "".join(random_numbers.choice("abc \n=é€😀\x00\xff") for _ in range(length))
        assert cell_names.murmur2(text, seed) == compiler.murmur2_x86(text, seed)


def test_text_that_cannot_be_encoded_raises_the_same_error():
    with pytest.raises(UnicodeEncodeError):
        cell_names.murmur2("'\ud800'", 0)
