"""Encodes Python and NumPy values as a JSON tree plus raw bytes, and decodes them, without pickle.

A node of the tree is a list whose first item names its kind::

    ["none"]  ["bool", true]  ["int", 3]  ["float", 0.5]  ["str", "..."]
    ["array", "<f8", [4, 3]]   an array; its bytes are in the payload, in the order of the tree
    ["scalar", "<f8"]          a NumPy scalar; its bytes are in the payload too
    ["list", [...]]  ["tuple", [...]]  ["dict", {"name": ...}]
    ["kept", "params"]         the result of an earlier call that the worker kept under this name, its handle
    ["passed", "tensor", ["array", ...]]   an array that the submission gets as something else, see :mod:`passed_as`
    ["own", "sigmoid"]         the function or class that the submission defines under this name
    ["given", "tanh"]          the function with this name or formula, see :mod:`given_functions`
    ["generator", 3]           a new random number generator of NumPy with this seed
    ["other", "module"]        anything else: only the name of its type is sent
"""

from __future__ import annotations

import contextlib
import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from . import given_functions, passed_as
from .frames import MAX_NESTING, MAX_PAYLOAD, ProtocolError

# bool, signed, unsigned, floating, complex; never object, str, void or datetime
ALLOWED_DTYPES = frozenset(
    np.dtype(code).str for code in ("?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16")
)
Array = np.ndarray[Any, Any]
MAX_NODES = 100_000
MAX_TEXT = 10_000
MAX_DIMENSIONS = 32
MAX_EMPTY = 1_000_000  # longest axis of an array without entries
SMALL = 1 << 16  # bytes
LOST = "the object is lost: it was deleted, or the process that had made it has ended"


@dataclass(frozen=True)
class Opaque:
    """A value that was not sent; only its ``type_name`` is known."""

    type_name: str


@dataclass(frozen=True)
class Kept:
    """A reference to a result that stays in the worker, because it may be any object."""

    name: str


@dataclass(frozen=True)
class Own:
    """A reference to a function or class of the submission, to pass it to another one."""

    name: str


@dataclass(frozen=True)
class Given:
    """A reference to a function of :mod:`given_functions`, by its name or formula, to pass it to a function of the submission."""

    name: str


@dataclass(frozen=True)
class Generator:
    """A random number generator of NumPy that begins with ``seed``, to pass it to a function of the submission."""

    seed: int

    def new(self) -> np.random.Generator:
        """Return the generator, at its start."""
        return np.random.default_rng(self.seed)


class Encoded(NamedTuple):
    """A value as a tree, the buffers of its arrays in order, and the total number of their entries."""

    tree: list[Any]
    parts: list[memoryview]
    entries: int


def encode(value: Any, room: int | None = None) -> tuple[list[Any], bytes]:
    """Return (tree, payload) of ``value``; arrays with more than ``room`` entries in total are left out."""
    tree, parts, _entries = encode_parts(value, room)
    return tree, b"".join(parts)


def encode_parts(value: Any, room: int | None = None) -> Encoded:
    """Return the same as :func:`encode`, without copying contiguous arrays."""
    writer = _Encoder(room)
    return Encoded(writer.node(value, 0), writer.parts, writer.entries)


class _Encoder:
    """Builds a tree and collects the parts of the payload."""

    def __init__(self, room: int | None) -> None:
        self.parts: list[memoryview] = []
        self.entries = 0
        self._room = room
        self._bytes = 0
        self._nodes_left = MAX_NODES

    def node(self, value: Any, depth: int) -> list[Any]:
        self._nodes_left -= 1
        kind = type(value)
        if kind is np.ndarray and value.dtype == object and value.ndim == 1:
            items = value.tolist()
            if any(type(item) is np.ndarray for item in items):  # arrays of several shapes, such as all weights
                value, kind = items, list
        if kind is np.ndarray:  # most values
            return self._array(np.asarray(value), scalar=False)
        if value is None:
            return ["none"]
        if kind is bool:
            return ["bool", value]
        if kind is int and -(2**63) <= value < 2**63:
            return ["int", value]
        if kind is float:
            return ["float", value]
        if kind is str and len(value) <= MAX_TEXT:
            return ["str", value]
        if kind is Kept:
            return ["kept", value.name]
        if kind is Own:
            return ["own", value.name]
        if kind is Given:
            return ["given", value.name]
        if kind is Generator:
            return ["generator", value.seed]
        if isinstance(value, passed_as.PassedArray):
            return ["passed", value.form, self._array(value.sent(), scalar=False)]
        if isinstance(value, np.generic):
            return self._array(np.asarray(value), scalar=True)
        if isinstance(value, np.ndarray):
            return self._array(np.asarray(value), scalar=False)
        if depth < MAX_NESTING // 2 and self._nodes_left > 0:
            if isinstance(value, tuple) and hasattr(value, "_asdict"):
                value = value._asdict()  # keep the names of a named tuple
            if isinstance(value, list | tuple) and len(value) <= self._nodes_left:
                name = "list" if isinstance(value, list) else "tuple"
                return [name, [self.node(item, depth + 1) for item in value]]
            if isinstance(value, dict) and len(value) <= self._nodes_left and all(type(key) is str for key in value):
                return ["dict", {key: self.node(item, depth + 1) for key, item in value.items()}]
            if kind.__name__ == "TensorShape":
                return self.node(tuple(value), depth + 1)
            if hasattr(value, "__array__"):  # tensors of TensorFlow or PyTorch, pandas columns
                return self._array(np.asarray(value), scalar=False)
        return ["other", str.__getitem__(str(kind.__name__), slice(80))]

    def _array(self, array: Array, scalar: bool) -> list[Any]:
        code = array.dtype.str
        if code not in ALLOWED_DTYPES:
            array = _as_float(array)
        size = array.size
        too_many = self._room is not None and self.entries + size > self._room
        if too_many or self._bytes + array.nbytes > MAX_PAYLOAD:
            return ["other", f"array of shape {array.shape} (too large to send)"[:80]]
        if code not in ALLOWED_DTYPES:
            array = array.astype(array.dtype.newbyteorder("<"), copy=False)
            code = array.dtype.str
            if code not in ALLOWED_DTYPES:
                return ["other", "object array" if array.dtype == object else f"array of {array.dtype.name}"[:80]]
        if array.nbytes <= SMALL:  # a copy is faster than a view of its bytes
            self.parts.append(memoryview(array.tobytes()))
        else:
            self.parts.append(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data)
        self._bytes += array.nbytes
        self.entries += size
        return ["scalar", code] if scalar else ["array", code, list(array.shape)]


def _as_float(array: Array) -> Array:
    """Return an array of objects that are numbers, or of long doubles, as float64; other arrays unchanged."""
    if array.dtype == object and all(isinstance(item, int | float | np.number) for item in array.flat):
        with contextlib.suppress(OverflowError, TypeError, ValueError):
            return array.astype(np.float64)
    if array.dtype.kind == "f" and array.dtype.itemsize > 8:  # long double has no portable layout
        return array.astype(np.float64)
    return array


def decode(
    tree: Any,
    payload: bytes | memoryview,
    results: dict[str, Any] | None = None,
    room: int | None = None,
    namespace: dict[str, Any] | None = None,
) -> Any:
    """Return the value that ``tree`` and ``payload`` describe; its arrays are writable.

    Arrays are copies unless the payload is a writable memory view. ``results`` are those that the worker has kept,
    ``namespace`` has the submission's own names; the grader has neither. Raises ProtocolError for a tree or payload that
    :func:`encode` cannot have produced with that ``room``, and LookupError in a worker that lacks an object.
    """
    reader = _Decoder(payload, results or {}, room, namespace or {})
    value = reader.value(tree, 0)
    if reader.position != len(payload):
        raise ProtocolError("the payload is longer than its header says")
    return value


class _Decoder:
    """Walks through a tree and takes the bytes of its arrays from the payload in the same order."""

    def __init__(
        self, payload: bytes | memoryview, results: dict[str, Any], room: int | None, namespace: dict[str, Any]
    ) -> None:
        self.payload = payload
        self.results = results
        self.namespace = namespace
        self.room = math.inf if room is None else room
        self.position = 0
        self.nodes = 0

    def value(self, node: Any, depth: int) -> Any:
        self.nodes += 1
        if self.nodes > 2 * MAX_NODES or depth > MAX_NESTING:
            raise ProtocolError("a value has too many parts")
        match node:  # the most frequent kinds first
            case ["array", str() as code, [*shape]]:
                return self.array(code, shape)
            case ["scalar", str() as code]:
                return self.array(code, [])[()]
            case ["tuple", [*items]]:
                return tuple([self.value(item, depth + 1) for item in items])
            case ["dict", dict() as items]:
                return {str(key): self.value(item, depth + 1) for key, item in items.items()}
            case ["list", [*items]]:
                return [self.value(item, depth + 1) for item in items]
            case ["none"]:
                return None
            case ["float", float() as item]:
                return item
            case ["int", int() as item] if type(item) is int and -(2**63) <= item < 2**63:
                return item
            case ["bool", bool() as item]:
                return item
            case ["str", str() as item]:
                return item
            case ["kept", str() as name] if name in self.results:
                return self.results[name]
            case ["own", str() as name] if name in self.namespace:
                return self.namespace[name]
            case ["passed", str() as form, ["array", str() as code, [*shape]]] if form in passed_as.CLASSES:
                array = self.array(code, shape)
                return passed_as.in_submission(form, array) if self.namespace else passed_as.passed_as(form, array)
            case ["kept" | "own", str()] if self.namespace:
                raise LookupError(LOST)
            case ["given", str() as name] if self.namespace:
                return given_functions.given_function(name)
            case ["generator", int() as seed] if type(seed) is int and seed >= 0 and self.namespace:
                return Generator(seed).new()
            case ["other", str() as name]:
                return Opaque(name[:80])
        raise ProtocolError("a value has an unknown kind")

    def array(self, code: str, shape: list[Any]) -> Any:
        if code not in ALLOWED_DTYPES:
            raise ProtocolError("an array has a dtype that is not allowed")
        if len(shape) > MAX_DIMENSIONS:
            raise ProtocolError("an array has an impossible shape")
        count = 1
        for n in shape:
            if type(n) is not int or not 0 <= n < 2**40:
                raise ProtocolError("an array has an impossible shape")
            count *= n
        if count == 0 and max(shape) > MAX_EMPTY:  # a loop along that axis would never end
            raise ProtocolError("an array has an impossible shape")
        dtype = np.dtype(code)
        size = count * dtype.itemsize
        if size > len(self.payload) - self.position:
            raise ProtocolError("an array is larger than the bytes sent")
        self.room -= count
        if self.room < 0:
            raise ProtocolError("an array has more entries than requested")
        try:
            array = np.ndarray(shape, dtype, self.payload, self.position)
        except ValueError as error:  # e.g. (0, 2**39, 2**39): empty but still too large for NumPy
            raise ProtocolError("an array has an impossible shape") from error
        self.position += size
        return array if array.flags.aligned and array.flags.writeable else array.copy()
