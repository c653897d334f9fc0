"""Creates the inputs of function calls from their declaration and a seed."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Never

import numpy as np
from numpy.random import MT19937, RandomState, SeedSequence

from .. import datasets
from ..assignment import expressions
from ..assignment.formulas import Formula
from ..assignment.probes import (
    ArrayInput,
    ConstantInput,
    FormulaInput,
    FunctionInput,
    GeneratorInput,
    ImagesInput,
    Probe,
    RandomInput,
    TextInput,
    TupleInput,
)
from ..assignment.spec import AssignmentSpec
from ..support.errors import NotGradable
from ..support.i18n import _
from ..worker import values as encoding
from ..worker.passed_as import passed_as

MOST_KEPT = 200  # cached inputs
DTYPES = {"float": np.float64, "float32": np.float32, "int": np.int64, "uint8": np.uint8}


class ProbeInputs(dict[str, Any]):
    """The inputs of a case. All submissions share them, so neither they nor their arrays can be changed."""

    def __init__(self, inputs: dict[str, Any]) -> None:
        super().__init__(inputs)
        self.keys_of_answers: dict[tuple[str, str], str] = {}
        """The keys of the reference's answers for these inputs, which :class:`grader.expected.reference.Oracle` computes once."""
        for value in inputs.values():
            if isinstance(value, np.ndarray):
                value.setflags(write=False)

    @cached_property
    def digest(self) -> bytes:
        """The digest of these inputs, computed once."""
        return digest_of(self)

    def _refuse(self, *_arguments: Any, **_keywords: Any) -> Never:
        raise TypeError("the inputs of a case cannot be changed")

    __setitem__ = __delitem__ = __ior__ = update = setdefault = pop = popitem = clear = _refuse

    def __reduce__(self) -> tuple[type[ProbeInputs], tuple[dict[str, Any]]]:
        """Let another process make these inputs at once: pickle would add them one by one, which is refused."""
        return ProbeInputs, (dict(self),)


def digest_of(inputs: Mapping[str, Any]) -> bytes:
    """Return a digest of the names and values of inputs."""
    tree, payload = encoding.encode(dict(sorted(inputs.items())))
    return hashlib.sha256(f"{tree}\0".encode() + payload).digest()


def known_digest(inputs: Mapping[str, Any]) -> bytes:
    """Return the digest of inputs, which those of a case keep."""
    return inputs.digest if isinstance(inputs, ProbeInputs) else digest_of(inputs)


@dataclass(frozen=True)
class Case:
    """One set of inputs; messages refer to it by ``name``."""

    name: str
    inputs: dict[str, Any]


def cases(
    content: AssignmentSpec, probe_names: list[str], seed: int, widths: dict[str, int] | None = None
) -> list[Case]:
    """Return the cases of some probes. They depend only on the seed, not on the machine or the NumPy version.

    ``widths`` replaces widths that the assignment declares.
    """
    all_widths = content.widths() | (widths or {})
    all_cases = []
    for name in probe_names:
        probe = content.probes[name]
        for repetition in range(probe.times):
            inputs: dict[str, Any] = {}
            for key, value in probe.inputs.items():
                sized = _sized(value, all_widths) if isinstance(value, RandomInput) else value
                inputs[key] = _value(sized, inputs, (seed, f"{name}/{key}", repetition))
            label = name if probe.times == 1 else f"{name} {repetition + 1}"
            all_cases.append(Case(label, ProbeInputs(inputs)))
    return all_cases


def _sized(draw: RandomInput, widths: dict[str, int]) -> RandomInput:
    """Return the declaration with numbers instead of the names of widths."""
    if not any(isinstance(length, str) for length in draw.shape):
        return draw
    return draw.model_copy(update={"shape": [widths.get(str(length), length) for length in draw.shape]})


def as_constants(probe: Probe, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return the declarations of inputs, with the numbers of a case instead of what is computed or has a type.

    Lists, tuples, strings and functions are left out, since small examples do not change them.
    """
    return {
        name: np.asarray(inputs[name]).tolist()
        if isinstance(value, ArrayInput) and not isinstance(value, RandomInput)
        else value
        for name, value in probe.inputs.items()
        if not isinstance(inputs[name], list | tuple | str) and not isinstance(value, FunctionInput | GeneratorInput)
    }


def replaced(inputs: dict[str, Any], place: str, other: str) -> dict[str, Any]:
    """Return ``inputs`` with the value of ``other`` for the argument ``place``; unchanged if ``place`` is empty."""
    return {**inputs, place: inputs[other]} if place else inputs


def _value(declared: Any, inputs: Mapping[str, Any], draw: tuple[int, str, int]) -> Any:
    """Return the value of an input; ``inputs`` are those above it, and ``draw`` is what random numbers depend on."""
    match declared:
        case RandomInput():
            value = _drawn(declared.model_dump_json(exclude={"passed_as"}), *draw).copy()
        case TextInput():
            return declared.text
        case TupleInput():
            return tuple(inputs[name] for name in declared.together)
        case ConstantInput():
            value = _typed(declared.value, declared.dtype)
        case FormulaInput():
            own_inputs = {name: inputs[name] for name in expressions.needs_of(declared.formula) if name in inputs}
            arrays = {
                name: np.asarray(item) if isinstance(item, list | tuple) else item for name, item in own_inputs.items()
            }
            value = _typed(_computed(declared.formula, arrays), declared.dtype)
        case ImagesInput():
            value = _typed(_images(declared, np.asarray(inputs[declared.labels]), *draw), declared.dtype)
        case FunctionInput():
            return encoding.Own(declared.own) if declared.own else encoding.Given(str(declared.given))
        case GeneratorInput():
            return encoding.Generator(declared.generator)
        case _:
            return _constant(declared)
    match declared.passed_as:
        case "array":
            return value
        case "list":
            return value.tolist()
        case "tuple":
            return tuple(value.tolist())
        case form:
            return passed_as(form, value)


def _computed(formula: str, inputs: Mapping[str, Any]) -> Any:
    """Return the value of a formula; raises NotGradable with a sentence for the author if it fails."""
    try:
        return Formula(formula)(inputs)
    except Exception as error:  # of any expression that an author may write
        sentence = _("The formula '{formula}' of a probe cannot be computed ({error}): correct the assignment.")
        raise NotGradable(sentence.format(formula=formula, error=f"{type(error).__name__}: {error}")) from error


def _typed(value: Any, dtype: str) -> Any:
    array = np.array(value, dtype=DTYPES[dtype])  # a copy, since a formula may return one of its inputs
    return array if array.ndim else array[()]


def _images(declared: ImagesInput, labels: Any, seed: int, label: str, repetition: int) -> Any:
    """Return a training image for each label, float64 (number of labels, *shape)."""
    dataset = datasets.load(declared.images)
    random = _random(seed, label, repetition)
    chosen = [random.choice(np.flatnonzero(dataset.y_train == each)) for each in np.ravel(labels)]
    return dataset.x_train[chosen].reshape(len(chosen), *declared.shape).astype(np.float64)


@lru_cache(maxsize=MOST_KEPT)
def _drawn(declaration: str, seed: int, label: str, repetition: int) -> Any:
    """Return the values of a declaration in JSON. Cached, since several checks of a submission need the same values."""
    draw = RandomInput.model_validate_json(declaration)
    shape = [int(length) for length in draw.shape]  # names of widths were replaced before
    random = _random(seed, label, repetition)
    if draw.random == "normal":
        values = draw.scale * random.standard_normal(shape)
    elif draw.random == "labels":
        count = int(np.prod(shape))
        values = random.permutation(np.resize(np.asarray(draw.values, dtype=np.float64)[::-1], count)).reshape(shape)
    elif draw.random == "uniform":
        values = random.uniform(draw.low, draw.high, shape)
    else:
        values = random.choice(np.asarray(draw.values, dtype=np.float64), shape)
    values = np.asarray(values, dtype=DTYPES[draw.dtype])
    return values if shape else values[()]


def _random(seed: int, label: str, repetition: int) -> RandomState:
    # RandomState instead of Generator: its streams never change, so recorded answers stay valid.
    return RandomState(MT19937(SeedSequence([seed, zlib.crc32(label.encode()), repetition])))


def _constant(value: Any) -> Any:
    # A NumPy number instead of a Python float, since a function for arrays may index its argument.
    if isinstance(value, list):
        return np.asarray(value, dtype=np.float64)
    return np.float64(value) if isinstance(value, float) else value
