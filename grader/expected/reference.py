"""The expected answers: recorded for the default seed, else computed by the assignment's steps or its reference.

The key of an answer is a hash of the reference's code and the inputs, so an answer can never be out of date. Neither
recorded answers nor proven NumPy steps (:mod:`grader.expected.proof`) need TensorFlow. Other answers are computed once
with TensorFlow and then kept in the user's cache, separately for each TensorFlow version.
"""

from __future__ import annotations

import contextlib
import copy
import hashlib
import io
import os
import re
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
import platformdirs
from numpy.random import MT19937, RandomState, SeedSequence

from ..assignment import Assignment, is_bundled, lists, recorded_digests
from ..machine import distribution, packages
from ..support.errors import InternalFailure, NotGradable, UsageError
from ..support.i18n import _
from ..support.places import REFERENCE
from ..support.recent import Recent
from ..worker import values
from . import author, proof
from .author import AuthorCodeError, Program
from .cases import Cases
from .mutations import Mutations
from .probes import ProbeInputs

AnswerSource = Literal["recorded", "steps", "reference"]
Array = np.ndarray[Any, Any]
MOST_KEPT = 2**25  # bytes of answers
Visible = Callable[[dict[str, Any]], dict[str, Any]]
DIFFERENCE_STEP = 1e-5  # central differences err by about step**2 = 1e-10 in float64
SMALLER_STEP = 1e-7
MOST_DIFFERENCES = 1000  # entries; for a larger parameter, only some entries and one random direction are tested
SOME_ENTRIES = 8
WITNESS_TOLERANCE = 1e-6  # of the largest entry; central differences with step 1e-5 reach about 1e-9
NEEDS_TENSORFLOW = re.compile(rb"^\s*(?:import|from)\s+(?:tensorflow|keras)\b", re.MULTILINE)


class Oracle:
    """The expected answers of one assignment.

    A process that grades several submissions keeps one, and with it everything that is the same for all of them.
    """

    def __init__(self, assignment: Assignment, live: bool = False, answers: Mapping[str, Array] | None = None) -> None:
        """With ``live`` the reference computes every answer again, for recording and for tests.

        ``answers`` were computed before, for a class: {key: array}. If they are given, further answers are not kept in
        the user's cache, since they will not be needed again.
        """
        self._assignment = assignment
        self._file = assignment.reference_file()
        self._code = assignment.reference_digest()
        self._live = live
        self._modules: dict[Path, Any] = {}
        self._programs: dict[str, Program] = {}
        shipped = shipped_file(assignment)
        self._shipped: Mapping[str, Array] = _archive(shipped) if shipped.is_file() else {}
        self._computed: Mapping[str, Array] = answers or {}
        self._keep = not live and answers is None
        # A submission with its own start has its own answers. An oracle whose answers are saved keeps all of them.
        is_saved = live or (answers is not None and not answers)
        self._answers: Recent[tuple[dict[str, Array], AnswerSource]] = Recent(sys.maxsize if is_saved else MOST_KEPT)
        self._cases: Cases | None = None  # of the last seed
        self.sources: set[AnswerSource] = set()
        """The sources of all requested answers. A caller that grades several submissions must clear it in between."""

    def for_answers(self, answers: Mapping[str, Array]) -> Oracle:
        """Return an oracle with other ``answers``, for another seed; it shares all that does not depend on the seed."""
        _ = self._proof, self.mutations  # made once, for all of them
        other = copy.copy(self)
        other._computed, other._keep = answers, False
        other._answers, other._cases, other.sources = Recent(MOST_KEPT), None, set()
        return other

    @property
    def given(self) -> dict[str, Array]:
        """Return the answers so far by key, for :func:`save`."""
        return {f"{key}/{name}": item for key, (answer, _) in self._answers.items() for name, item in answer.items()}

    @cached_property
    def _proof(self) -> proof.Proof | None:
        return None if self._live else proof.read(self._assignment)

    @cached_property
    def mutations(self) -> Mutations:
        """The assignment's steps and the mutations of them."""
        return Mutations(self._assignment)

    def cases(self, seed: int) -> Cases:
        """Return the cases with this seed; those of the last seed are drawn only once."""
        cases = self._cases
        if cases is None or cases.seed != seed:
            self._cases = cases = Cases(self._assignment.content, self, seed)
        return cases

    def is_proven(self, functions: Iterable[str]) -> bool:
        """True if the assignment's steps are proven to compute the same as the reference's ``functions``."""
        return self._proof is not None and self._proof.functions.keys() >= set(functions)

    def needs_tensorflow(self, functions: Iterable[str]) -> bool:
        """True if the results of these functions for a new seed must be computed with TensorFlow."""
        if self._file is None or not self._not_known(functions):
            return False
        return NEEDS_TENSORFLOW.search(self._file.read_bytes()) is not None

    def _not_known(self, functions: Iterable[str]) -> list[str]:
        """Return the functions whose answers for a new seed are neither recorded nor computed by proven steps."""
        is_needed = self._assignment.content.depends_on_seed
        return [name for name in functions if not self.is_proven([name]) and (not self._shipped or is_needed(name))]

    def refuse_without_answers(self, functions: Iterable[str], seed_has_answers: bool) -> None:
        """Raise NotGradable if answers of these functions need TensorFlow or the reference and it is not installed.

        ``seed_has_answers`` is true if recorded answers, if they exist, are for the seed of this grading.
        """
        if self._computed or (seed_has_answers and self._shipped):
            return
        functions = list(functions)
        if self._assignment.lacks_reference and self._not_known(functions):
            raise distribution.left_out(f"reference/{self._assignment.content.reference}.py")
        if packages.tensorflow_version() is None and self.needs_tensorflow(functions):
            sentence = _("The expected answers need TensorFlow, which is not installed here: run {command}.")
            raise NotGradable(sentence.format(command=distribution.command("tensorflow")))

    def results(self, function: str, inputs: dict[str, Any]) -> dict[str, Array]:
        """Return {result: array} of the reference's ``function``, by the result names of the assignment."""
        spec = self._assignment.content.functions[function]

        def compute() -> list[Any]:
            return self._call(function, spec.complete(inputs))

        return self._answer([function], function, inputs, spec.returns, compute, spec.complete)

    def confirms(
        self,
        function: str,
        objective: str,
        inputs: dict[str, Any],
        parameter: str,
        derivative: Array,
        most: int = MOST_DIFFERENCES,
    ) -> float | None:
        """Test if ``derivative`` is the derivative of ``objective`` with respect to ``parameter``.

        Returns the largest difference from central differences, relative to the largest entry (but at least to 1); None
        if it is too large. Proven steps were tested before, so the result for them is 0. ``most`` has the same meaning
        as in :meth:`central_differences`.
        """
        if not self._has(f"d {objective}/d {parameter}", inputs) and self.is_proven([function]):
            return 0.0
        scale = max(1.0, float(np.max(np.abs(derivative), initial=0.0)))
        # A step may cross the kink of a ReLU; a step that is a hundred times smaller almost never does.
        for step in (DIFFERENCE_STEP, SMALLER_STEP):
            right, slope = self.central_differences(objective, inputs, parameter, derivative, step, most)
            difference = float(np.max(np.abs(right - slope), initial=0.0)) / scale
            if difference <= WITNESS_TOLERANCE:
                return difference
        return None

    def central_differences(
        self,
        objective: str,
        inputs: dict[str, Any],
        parameter: str,
        derivative: Array,
        step: float = DIFFERENCE_STEP,
        most: int = MOST_DIFFERENCES,
    ) -> tuple[Array, Array]:
        """Return ``derivative`` and the central differences of the objective, to be compared with each other.

        ``objective`` is a scalar function of the reference; it gets the ``inputs`` that its parameters name. Both
        results have one number per entry of ``parameter``. If it has more than ``most`` entries, they have one number
        for a random direction and one for each of some entries.
        """
        point = np.array(inputs[parameter], dtype=np.float64)
        directions = None if point.size <= most else _directions(point.shape)

        def slopes(along: Sequence[Array]) -> Array:
            points = [{parameter: point + sign * step * direction} for direction in along for sign in (1, -1)]
            ends = np.array([float(answer[0]) for answer in self._calls(objective, inputs, points)])
            differences: Array = (ends[::2] - ends[1::2]) / (2 * step)
            return differences

        def compute() -> list[Any]:
            if directions is not None:
                return [slopes(directions)]
            entries = np.eye(point.size).reshape(point.size, *point.shape)
            return [slopes([*entries]).reshape(point.shape)]

        label = f"d {objective}/d {parameter}" + ("" if step == DIFFERENCE_STEP else f" by {step:g}")
        differences = self._answer([], label, inputs, ["slope"], compute)["slope"]
        if directions is not None:
            derivative = np.array([np.sum(direction * derivative) for direction in directions])
        return derivative, differences

    def chain(
        self,
        functions: list[str],
        inputs: dict[str, Any],
        steps: int,
        scaled: tuple[str, float] = ("", 1.0),
    ) -> dict[str, Array]:
        """Return the results of the last of ``functions`` when each passes its results to the next, ``steps`` times.

        ``scaled`` is (function, factor): the factor multiplies all results of that function.
        """
        content = self._assignment.content
        scaled_function, factor = scaled
        results = content.functions[functions[-1]].returns

        def compute() -> list[Any]:
            state = dict(inputs)
            for _step in range(steps):
                for function in functions:
                    spec = content.functions[function]
                    answer = [np.asarray(item) for item in self._call(function, spec.complete(state))]
                    answer = [factor * item for item in answer] if function == scaled_function else answer
                    state |= zip(spec.returns, answer, strict=True)
            return [state[name] for name in results]

        # The key contains only the inputs that the functions can see, not the other inputs of the probe.
        def visible(inputs: dict[str, Any]) -> dict[str, Any]:
            argument_names = {name for function in functions for name in content.functions[function].argument_names()}
            return {name: value for name, value in inputs.items() if name in argument_names}

        label = f"chain {' '.join(functions)}, {steps} steps, {factor:g} x {scaled_function or 'nothing'}"
        return self._answer(functions, label, inputs, results, compute, visible)

    def _answer(
        self,
        functions: Sequence[str],
        label: str,
        inputs: dict[str, Any],
        names: list[str],
        compute: Any,
        visible: Visible = dict,
    ) -> dict[str, Array]:
        """Return the answer of an earlier call, a recorded or cached answer, or the result of ``compute``.

        ``functions`` are the reference's functions that it depends on; without them it is not an expected answer and
        has no source. ``visible`` returns the part of the ``inputs`` that the answer depends on.
        """
        key = self._key(label, inputs, visible)
        entry = self._answers.get(key)
        if entry is None:
            entry = self._new_answer(functions, key, label, names, compute)
            for array in entry[0].values():  # later submissions are compared with it too
                array.setflags(write=False)
            self._answers.add(key, entry, sum(array.nbytes for array in entry[0].values()))
        answer, source = entry
        if functions:
            self.sources.add(source)
        return dict(answer)

    def _new_answer(
        self, functions: Sequence[str], key: str, label: str, names: list[str], compute: Any
    ) -> tuple[dict[str, Array], AnswerSource]:
        if not self._live and (answer_on_file := _taken(self._shipped, key, names)) is not None:
            return answer_on_file, "recorded"
        by_steps = bool(functions) and self.is_proven(functions)
        source: AnswerSource = "steps" if by_steps else "reference"
        earlier_answer = None
        if not self._live:
            earlier_answer = _taken(self._computed, key, names) or (None if by_steps else self._kept(key, names))
        if earlier_answer is not None:
            return earlier_answer, source
        results = compute()
        if len(results) != len(names):
            functions_by_name = self._assignment.content.functions
            what = functions_by_name[label].called or label if label in functions_by_name else label
            counts = f"returns {len(results)} arrays or numbers; the assignment names {len(names)}"
            raise UsageError(f"{self._file}: {what} {counts}: {', '.join(names)}.")
        answer = {name: np.array(item) for name, item in zip(names, results, strict=True)}
        if self._keep and not by_steps:
            with contextlib.suppress(
                OSError, RuntimeError
            ):  # the cache is not writable, or the user has no home folder
                save(self._cache_file(key), answer)
        return answer, source

    def _has(self, label: str, inputs: dict[str, Any]) -> bool:
        """True if an answer with that label was recorded."""
        return f"{self._key(label, inputs)}/slope" in self._shipped

    def _key(self, label: str, inputs: dict[str, Any], visible: Visible = dict) -> str:
        known_keys = inputs.keys_of_answers if isinstance(inputs, ProbeInputs) else {}
        if (self._code, label) not in known_keys:
            tree, payload = values.encode(dict(sorted(visible(inputs).items())))
            digest = hashlib.sha256(f"{self._code}\0{label}\0{tree}\0".encode() + payload).hexdigest()
            known_keys[self._code, label] = digest[:32]
        return known_keys[self._code, label]

    def _broken(self, error: AuthorCodeError) -> NotGradable:
        """Return the error for a reference that fails: it names the place for the author."""
        where = error.file.name
        if error.line is not None:
            where = _("{file}, line {line}").format(file=where, line=error.line)
        if error.missing:
            package = error.missing.partition(".")[0]
            extra = "tensorflow" if package in ("keras", "tensorflow") else ""
            command = distribution.command(extra) if extra else f"pip install {packages.pip_name(package) or package}"
            needs = _("The reference ({where}) needs {module}, which is not installed here: run {command}.")
            return NotGradable(needs.format(where=where, module=package, command=command))
        fails = _("The reference fails ({where}, {error}): tell the assignment's author.")
        return InternalFailure(fails.format(where=where, error=author.type_and_message(error)))

    def _kept(self, key: str, names: list[str]) -> dict[str, Array] | None:
        """Return the answer from the user's cache, or None."""
        try:
            with np.load(self._cache_file(key), allow_pickle=False) as cached:
                return {name: cached[name] for name in names}
        except (OSError, RuntimeError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error):
            return None

    def _cache_file(self, key: str) -> Path:
        folder = Path(
            platformdirs.user_cache_dir("grader"), "answers", f"tensorflow-{packages.tensorflow_version()}", key[:2]
        )
        return folder / f"{key}.npz"

    def program(self, function: str) -> Program:
        """Return the reference's ``function``, or ``module.function`` of another bundled reference.

        Raises UsageError if it does not exist, NotGradable if it is not installed or cannot be loaded.
        """
        if function not in self._programs:
            sequence = self._assignment.content.sequences.get(function)
            module, _, name = ("", "", function) if sequence is not None else function.rpartition(".")
            what = name if sequence is None else sequence.plan
            file = REFERENCE / f"{module}.py" if module else self._file
            if file is None or not file.is_file() or (module and not is_bundled(file)):
                module_name = module or str(self._assignment.content.reference)
                if module_name in recorded_digests():
                    raise distribution.left_out(f"reference/{module_name}.py")
                raise UsageError(
                    f"{self._assignment.name} has no reference with {function}; name one in assignment.yaml."
                )
            try:
                program: Program | None
                if is_bundled(file):
                    program = author.own_program(file, what, self._modules)
                else:
                    program = author.author_of(self._assignment).program(file, what)
            except AuthorCodeError as error:
                raise self._broken(error) from error
            if program is None:
                missing = f"function '{name}'" if sequence is None else f"class for each object of the {name}"
                raise UsageError(f"{file} has no {missing}, which the assignment names; add it.")
            self._programs[function] = program
        return self._programs[function]

    def _call(self, function: str, inputs: dict[str, Any]) -> list[Any]:
        """Return the results of proven steps, else of the live reference: tensors, arrays or numbers."""
        return self._calls(function, inputs, [{}])[0]

    def _calls(self, function: str, inputs: dict[str, Any], points: Sequence[Mapping[str, Any]]) -> list[list[Any]]:
        """Return the results of :meth:`_call` for several points, each with its own values for some of the inputs."""
        if self._proof is not None and function in self._proof.functions:
            dtypes = self._proof.functions[function].dtypes
            names = self._assignment.content.functions[function].returns
            each = (self.mutations.results(function, [], {**inputs, **point}) for point in points)
            return [[values[name].astype(dtypes[name]) for name in names] for values in each]
        content = self._assignment.content
        declared = content.functions.get(function)  # None for an objective
        program = self.program(function if declared is None else content.written_name(function))
        later = [] if declared is None else [argument.name for argument in declared.later_arguments]
        parameters = [*program.parameters, *later]

        def arguments(changes: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
            values = {**inputs, **changes}
            values |= lists.packed(content.lists, values)
            return {name: values[name] for name in parameters if name in values and name in names}

        common = arguments({}, parameters)
        own = [arguments(point, {*point, *(content.lists if point else ())}) for point in points]
        try:
            answers = program.each(common, own, later)
        except AuthorCodeError as error:
            raise self._broken(error) from error
        results = [list(answer) if isinstance(answer, tuple) else [answer] for answer in answers]
        return results if declared is None else [declared.with_entries(result) for result in results]


def _directions(shape: tuple[int, ...]) -> list[Array]:
    """Return a random direction of length one, and the directions of some single entries."""
    random = RandomState(MT19937(SeedSequence(list(shape))))
    everywhere = random.standard_normal(shape)
    directions = [everywhere / np.linalg.norm(everywhere)]
    for entry in random.permutation(everywhere.size)[:SOME_ENTRIES]:
        direction = np.zeros(shape)
        direction.flat[entry] = 1
        directions.append(direction)
    return directions


def _archive(file: Path) -> Mapping[str, Array]:
    """Return the arrays of a .npz file, which are read when they are needed; the file does not stay open."""
    archive: Mapping[str, Array] = np.load(io.BytesIO(file.read_bytes()), allow_pickle=False)
    return archive


def _taken(answers: Mapping[str, Array], key: str, names: list[str]) -> dict[str, Array] | None:
    return {name: answers[f"{key}/{name}"] for name in names} if f"{key}/{names[0]}" in answers else None


def shipped_file(assignment: Assignment) -> Path:
    """Return the file of the recorded answers; if it does not exist, the file to which they would be written."""
    files = [folder / f"{assignment.name}.npz" for folder in proof.folders(assignment)]
    return next((file for file in files if file.is_file()), files[0])


def save(path: Path, arrays: dict[str, Array]) -> None:
    """Write ``arrays`` to a .npz file, atomically. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".tmp", delete=False) as file:
        np.savez_compressed(file, **arrays)  # type: ignore[arg-type]
    os.chmod(file.name, 0o644)
    os.replace(file.name, path)
