"""The codec of the channel: values survive encoding and decoding, and garbage raises only ProtocolError."""

from __future__ import annotations

import contextlib
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from grader.worker import values
from grader.worker.frames import ProtocolError
from grader.worker.values import Opaque

pytestmark = pytest.mark.quick

plain = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | st.text(max_size=50)
trees = st.recursive(
    plain,
    lambda inner: st.lists(inner, max_size=4) | st.tuples(inner, inner) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=20,
)
arrays = hnp.arrays(
    st.sampled_from(["?", "i1", "u2", "i8", "f2", "f4", "f8", "c16"]),
    hnp.array_shapes(min_dims=0, max_dims=3, min_side=0),
)


@given(trees)
def test_plain_values_survive_the_channel(value):
    assert values.decode(*through_json(values.encode(value))) == value


@given(arrays)
def test_arrays_survive_with_dtype_and_shape(array):
    back = values.decode(*through_json(values.encode(array)))
    assert back.dtype == array.dtype
    assert back.shape == array.shape
    assert np.array_equal(back, array, equal_nan=True)


def test_decoded_arrays_are_writable():
    back = values.decode(*values.encode(np.zeros(3)))
    back[0] = 1


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ((x for x in []), "generator"),
        (np.array([object()]), "object array"),
        (np.array(["a"]), "array of str32"),
        (2**70, "int"),
        (object(), "object"),
        ({1: 2}, "dict"),
    ],
)
def test_unsupported_value_becomes_the_name_of_its_type(value, name):
    assert values.decode(*values.encode(value)) == Opaque(name)


def test_recursive_list_is_encoded_without_endless_recursion():
    endless: list = []
    endless.append(endless)
    values.decode(*values.encode(endless))


def test_tensors_become_arrays():
    class Tensor:
        def __array__(self, dtype=None, copy=None):
            return np.ones(2)

    assert values.decode(*values.encode(Tensor())).tolist() == [1, 1]


@pytest.mark.parametrize(
    ("tree", "payload"),
    [
        (["array", "|O", [1]], b"\0" * 8),
        (["array", "<f8", [2]], b"\0" * 8),
        (["array", "<f8", [1]], b"\0" * 16),
        (["array", "<f8", [-1]], b""),
        (["array", "<f8", [2**39, 2**39, 0]], b""),
        (["array", "<f8", [True]], b"\0" * 8),
        (["array", "<f8", [1] * 40], b"\0" * 8),
        (["array", "<f8", "1"], b"\0" * 8),
        (["int", True], b""),
        (["int", 1.5], b""),
        (["nothing"], b""),
        (["generator", 3], b""),  # only a worker makes one
        ("none", b""),
        (None, b""),
    ],
)
def test_impossible_values_are_refused(tree, payload):
    with pytest.raises(ProtocolError):
        values.decode(tree, payload)


def test_generator_begins_with_its_seed_in_the_worker():
    tree, payload = values.encode(values.Generator(3))
    generator = values.decode(tree, payload, namespace={"dropout": None})
    assert generator.random() == np.random.default_rng(3).random()


def test_deep_nesting_is_refused():
    tree = ["none"]
    for _ in range(1000):
        tree = ["list", [tree]]
    with pytest.raises(ProtocolError):
        values.decode(tree, b"")


json_values = st.recursive(
    plain, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner), max_leaves=10
)
kinds = st.sampled_from(
    ["none", "bool", "int", "float", "str", "array", "scalar", "list", "tuple", "dict", "other", "<f8"]
)


@given(
    st.recursive(json_values | kinds, lambda inner: st.lists(kinds | inner, max_size=4), max_leaves=15),
    st.binary(max_size=64),
)
def test_any_tree_raises_only_protocol_errors(tree, payload):
    with contextlib.suppress(ProtocolError):
        values.decode(tree, payload)


def through_json(encoded):
    tree, payload = encoded
    return json.loads(json.dumps(tree)), payload
