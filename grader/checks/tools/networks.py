"""Judges what network objects have left: their weights before and after calls, and the results of the calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ...assignment.base import Tolerance
from ...assignment.sequences import ObjectSequence
from ...assignment.spec import AssignmentSpec
from ...diagnosis import findings_of_check
from ...expected.probes import Case
from ...judging.compare import Comparison, compare_results
from ...report.evidence import Evidence
from ...student.networks import ObjectsRun, ReadLayers, read_layers, split
from ...support import arrays
from ...support.i18n import _, joined
from ...worker.values import Own
from ..context import Context
from ..outcome import Outcome, number_of_cases
from . import conventions

PARAMETERS, DIMENSIONS = "parameters", "dimensions"
SAME = 1e-12  # relative: the same numbers, computed twice
CLOSE = 1e-6  # the result with these rows is the same
ROUNDED = 0.05  # counts of drawn rows are whole numbers, apart from rounding
Values = dict[str, Any]


def numbers(content: AssignmentSpec, sequence: ObjectSequence, run: ObjectsRun, inputs: Mapping[str, Any]) -> Values:
    """Return {object: its weights and biases} after the calls for all networks of a run, and its last result if it is an array."""
    network = sequence.objects[next(iter(sequence.objects))].class_name
    sizes = [int(size) for size in np.ravel(inputs[DIMENSIONS])]
    values: Values = {
        name: read_layers(run.after[name], sizes, names_of(content, network), network).parameters
        for name, item in sequence.objects.items()
        if item.class_name == network
    }
    result = arrays.numbers([*run.results.values()][-1]) if run.results else None
    return values if result is None else {**values, "result": result}


def names_of(content: AssignmentSpec, class_name: str) -> dict[str, list[str]]:
    """Return the other names of the attributes with weights and biases."""
    names: dict[str, list[str]] = {"weights": [], "biases": []}
    names.update((str(each), others) for each, others in content.classes[class_name].attributes.items())
    return names


def without_mistaken_functions(context: Context, cases: Sequence[Case]) -> tuple[Sequence[Case], list[str]]:
    """Return the cases that pass no function of the submission that failed its own check, and a note; all cases if none is left.

    A mistake counts once: such a case says nothing more about the network.
    """
    mistaken = {case.name: _own_functions(case) & context.log.mistaken_functions for case in cases}
    others = [case for case in cases if not mistaken[case.name]]
    names = sorted(set[str]().union(*mistaken.values()))
    if not names or not others:
        return cases, []
    sentence = _("Judged without the cases that use your own {functions}: a mistake counts once.")
    return others, [sentence.format(functions=joined(f"`{name}`" for name in names))]


def _own_functions(case: Case) -> set[str]:
    return {value.name for value in case.inputs.values() if isinstance(value, Own)}


class Judge:
    """Judges the objects of one check of a submission."""

    def __init__(self, context: Context, sequence: ObjectSequence) -> None:
        self._context = context
        self.sequence = sequence
        self._network = next(iter(sequence.objects))
        self.name = sequence.objects[self._network].class_name

    def layers(self, case: Case, attributes: Mapping[str, Values], name: str = "") -> ReadLayers:
        """Return the layers of an object, by default of the network; raises WrongAnswer."""
        label = self.sequence.objects[name or self._network].class_name
        names = names_of(self._context.content, label)
        return read_layers(attributes[name or self._network], _sizes(case), names, label)

    def results(
        self, function: str, cases: Sequence[Case], runs: Sequence[ObjectsRun]
    ) -> tuple[list[Values], list[Values], list[str]]:
        """Return the results to compare, the inputs of the reference's ``function``, and notes, for each case."""
        results, inputs, notes = [], [], dict[str, None]()
        returns = self._context.content.functions[function].returns
        for case, run in zip(cases, runs, strict=True):
            before = self.layers(case, run.before)
            notes |= dict.fromkeys(before.notes)
            inputs.append({**case.inputs, PARAMETERS: before.parameters.astype(np.float64)})
            if returns == [PARAMETERS]:
                results.append({PARAMETERS: self.layers(case, run.after).parameters})
            else:
                results.append({returns[0]: arrays.as_array([*run.results.values()][-1])})
        return results, inputs, [*notes]

    def compared(
        self, case: Case, result: Mapping[str, Any], right: Mapping[str, Any], tolerance: Tolerance
    ) -> dict[str, Comparison]:
        """Compare a result with the right one; weights and biases layer by layer."""
        if PARAMETERS not in right:
            return compare_results(dict(result), dict(right), tolerance)
        sizes = _sizes(case)
        return compare_results(split(result[PARAMETERS], sizes), dict(split(right[PARAMETERS], sizes)), tolerance)

    def lowered(self, cases: Sequence[Case], runs: Sequence[ObjectsRun], function: str) -> Outcome:
        """Return whether the cost of the reference's ``function`` is lower after the calls than before, in every case."""
        context, notes = self._context, dict[str, None]()
        for case, run in zip(cases, runs, strict=True):
            before, after = self.layers(case, run.before), self.layers(case, run.after)
            notes |= dict.fromkeys(before.notes)
            starts, ends = (
                conventions.expected(context, function, values, context.oracle.results(function, values))
                for values in (
                    {**case.inputs, PARAMETERS: each.parameters.astype(np.float64)} for each in (before, after)
                )
            )
            costs = [(float(next(iter(starts[key].values()))), float(next(iter(ends[key].values())))) for key in starts]
            if not any(end < start for start, end in costs):
                sentence = _(
                    "`{function}`, case '{case}': the cost of the training data is not lower after training than before."
                )
                method = f"{self.name}.{self.sequence.calls[-1].method}"
                return Outcome(0.0, sentence.format(function=method, case=case.name), Evidence(case=case.name))
        sentence = _("The cost of the training data falls, in {cases}.").format(cases=number_of_cases(len(cases)))
        return Outcome(1.0, " ".join([sentence, *notes]), Evidence().with_notes([*notes]))

    def scores(self, cases: Sequence[Case], runs: Sequence[ObjectsRun], epochs: str) -> Outcome:
        """Return whether the last call has returned a dict of lists with one finite number for each epoch."""
        for case, run in zip(cases, runs, strict=True):
            count = int(case.inputs[epochs])
            scores = [*run.results.values()][-1]
            method = f"{self.name}.{self.sequence.calls[-1].method}"
            if not isinstance(scores, dict) or not scores:
                sentence = _("`{function}` returns {value}, expected a dict of lists, one number for each epoch.")
                return Outcome(0.0, sentence.format(function=method, value=arrays.describe(scores)), hint_fits=False)
            for key, value in scores.items():
                numbers = arrays.numbers(value)
                if numbers is None or numbers.size != count or not np.isfinite(numbers).all():
                    sentence = _(
                        "`{function}`: {key} is {value}, expected one finite number for each of the {count} epochs."
                    )
                    text = sentence.format(function=method, key=key[:40], count=count, value=arrays.describe(value))
                    is_last = numbers is not None and numbers.size == 1 < count
                    bugs = findings_of_check("only-the-last-entry", key[:40]) if is_last else None
                    return Outcome(0.0, text, Evidence(case=case.name), bugs)
        return Outcome(1.0, _("Each score has one number for each epoch."))


def _sizes(case: Case) -> list[int]:
    return [int(size) for size in np.ravel(case.inputs[DIMENSIONS])]


def has_used(sequence: ObjectSequence, run: ObjectsRun) -> bool:
    """True if an object that was passed to a call now keeps arrays that it had not before: it was not copied."""
    passed = {name for call in sequence.calls for name in call.arguments.values() if name in sequence.objects}
    return any(_arrays(run.before.get(name, {})) != _arrays(run.after.get(name, {})) for name in passed)


def _arrays(attributes: Values) -> dict[str, tuple[tuple[int, ...], bytes]]:
    values = {name: item for name, item in attributes.items() if isinstance(item, np.ndarray)}
    return {name: (item.shape, item.tobytes()) for name, item in values.items()}


def with_drawn_rows(
    context: Context,
    function: str,
    inputs: Values,
    names: Sequence[str],
    result: Values,
    convention: str,
) -> Values | None:
    """Return the expected results for rows drawn with replacement that explain one step; None without such rows.

    The step of the last layer is the sum of the steps of single rows, so least squares find how often each row was drawn.
    The result is then computed again with these rows.
    """
    count = len(inputs[names[0]])
    start = inputs[PARAMETERS]

    def computed(rows: Any) -> Any:
        values = {**inputs, **{name: inputs[name][rows] for name in names}}
        results = conventions.expected_in(convention, context, function, values)
        return None if results is None else results[PARAMETERS]

    steps = [computed([row]) for row in range(count)]
    if any(step is None for step in steps):
        return None
    before, after = np.ravel(inputs[DIMENSIONS])[-2:]
    last = slice(-int((before + 1) * after), None)
    columns = np.array([(step - start)[last] for step in steps]).T
    counts = np.linalg.lstsq(columns, (result[PARAMETERS] - start)[last], rcond=None)[0]
    if not np.isfinite(counts).all() or counts.sum() <= 0:
        return None
    times = counts * count / counts.sum()
    whole = np.round(times).astype(int)
    if (whole < 0).any() or whole.sum() != count or np.abs(times - whole).max() > ROUNDED:
        return None
    rows = np.repeat(np.arange(count), whole)
    values = computed(rows)
    explains = values is not None and np.allclose(values, result[PARAMETERS], rtol=CLOSE, atol=CLOSE)
    return {PARAMETERS: values} if explains else None
