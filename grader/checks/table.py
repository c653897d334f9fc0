"""``table``: a table of results is complete, its numbers come from runs, and the best entry is the smallest one.

The grader runs three entries again with the submission's own function: the smallest and the largest, which differ most from
other numbers of their runs, and one that is drawn.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field, model_validator

from ..assignment.base import Scalar, Tolerance
from ..assignment.check import Check, Problem, unknown
from ..assignment.declarations import Declarations
from ..diagnosis import Findings, findings_of_check
from ..judging.wrong_answer import WrongAnswer
from ..report.evidence import Evidence
from ..report.picture_data import Picture, ResultTable, TableEntry
from ..student.answers import PlannedCall
from ..support import arrays
from ..support.arrays import describe
from ..support.i18n import _, ngettext
from ..support.text import clean, plain_number
from .context import Context
from .outcome import Outcome
from .tools import result_tables
from .tools.pictures import harmless
from .tools.result_tables import Key, as_text

MOST_ENTRIES = 200
AGAIN = 2  # more runs of a wrong entry, if runs with the same arguments are known to differ
FACTOR = 10.0  # between two ends of such runs
TINY = 1e-300
EQUAL = 1e-6  # relative difference of two entries that are both the best one
Values = Annotated[list[str | Scalar], Field(min_length=1)]


@dataclass(frozen=True)
class _Repeated:
    """An entry that was run again: its key, its number in the table, and the numbers that the run has returned."""

    key: Key
    own: float
    values: np.ndarray[Any, Any]

    @property
    def last(self) -> float:
        return float(self.values[-1])


class TableCheck(Check):
    """A dict of results has an entry for each combination, three of them agree with another run, and the best one is named."""

    kind: Literal["table"]
    variable: str
    """The variable with the table, of type ``table``."""
    keys: dict[str, Values] = Field(min_length=1)
    """The parts of a key in their order, each with the values that the table must contain. They are arguments of ``function``."""
    function: str = ""
    """The function that runs one entry again. The entry is its result, or the last number of it."""
    inputs: dict[str, str | Scalar] = {}
    """Further arguments of ``function``, with which the entries were made."""
    tolerance: Tolerance = Tolerance(relative=1e-3, absolute=1e-6)
    """The largest accepted difference between an entry and another run."""
    best: str = ""
    """The variable of type ``key`` that has to be the key of the smallest entry."""

    @model_validator(mode="after")
    def _something_to_judge(self) -> TableCheck:
        if not (self.function or self.best):
            raise ValueError("a table has either a function that runs its entries again, or a best entry; give one.")
        if self.inputs and not self.function:
            raise ValueError("inputs belong to a function; give both or neither.")
        if len(result_tables.grid(self.keys)) > MOST_ENTRIES:
            raise ValueError(f"a table has at most {MOST_ENTRIES} entries; remove values of the keys.")
        return self

    def functions(self) -> Iterable[str]:
        return (self.function,) if self.function else ()

    def variables(self) -> Iterable[tuple[str, str]]:
        yield self.variable, "table"
        if self.best:
            yield self.best, "key"

    def problems(self, assignment: Declarations) -> Iterator[Problem]:
        yield from super().problems(assignment)
        for name in self.functions():
            arguments = assignment.functions[name].arguments
            yield from unknown("argument", [*self.keys, *self.inputs], [item.name for item in arguments])
            missing = {item.name for item in arguments if not item.optional} - {*self.keys, *self.inputs}
            if missing:
                names = " and ".join(sorted(missing))
                yield Problem(self.name, f"'{self.name}' has no {names}, which {name} needs; add it to 'inputs'.")

    def run(self, context: Context) -> Outcome:
        """Read the table, run some entries again, and compare the best entry with the smallest one."""
        table = self._table(context)
        if self.best:
            outcome = self._judged_best(context, table)
            if outcome.share < 1 or not self.function:
                return outcome
        return self._judged_entries(context, table)

    def _table(self, context: Context) -> dict[Key, Any]:
        """Return the entries of the table by key. Raises CallError if it is not a complete table of numbers."""
        keys = result_tables.grid(self.keys)
        value = context.student.variable(self.variable).value
        if not isinstance(value, Mapping):
            sentence = _("`{name}` is {value}; it must be a dict, with one entry for each ({keys}).")
            raise WrongAnswer(sentence.format(name=self.variable, value=describe(value), keys=", ".join(self.keys)))
        table = result_tables.entries(value, keys)
        missing = [key for key in keys if key not in table]
        if missing:
            sentence = ngettext(
                "`{name}` lacks {count} of {total} entries, the first is `{name}[{key}]`.",
                "`{name}` lacks {count} of {total} entries, the first is `{name}[{key}]`.",
                len(missing),
            )
            raise WrongAnswer(
                sentence.format(name=self.variable, count=len(missing), total=len(keys), key=as_text(missing[0]))
            )
        for key in keys:
            if result_tables.number(table[key]) is None:
                sentence = _("`{name}[{key}]` is {value}; it must be one number.")
                raise WrongAnswer(sentence.format(name=self.variable, key=as_text(key), value=describe(table[key])))
        return table

    def _judged_best(self, context: Context, table: Mapping[Key, Any]) -> Outcome:
        """Return whether the best entry is the smallest one; a NaN is never the best."""
        value = context.student.variable(self.best).value
        finite = [float(result_tables.number(table[other]) or 0.0) for other in result_tables.finite(table)]
        key = result_tables.key_in(value, table)
        if key is None:
            sentence = _("`{best}` is {value}; it must be a key of `{name}`, such as `({key})`.")
            example = as_text(next(iter(table)))
            raise WrongAnswer(sentence.format(best=self.best, value=_briefly(value), name=self.variable, key=example))
        own = result_tables.number(table[key])
        words = {"best": self.best, "key": as_text(key), "name": self.variable}
        if own is None or not math.isfinite(own):
            sentence = _("`{best}` is `({key})`, but `{name}[{key}]` is not a finite number: this run diverged.")
            return self._wrong_best(sentence.format(**words), "diverged-run-as-best")
        if own <= finite[0] + EQUAL * abs(own):
            sentence = _("`{best}` is the key of the smallest entry of `{name}`.")
            return Outcome(1.0, sentence.format(**words))
        sentence = _("`{best}` is `({key})`, but `{name}` has a smaller entry.")
        if own >= finite[-1]:
            return self._wrong_best(sentence.format(**words), "largest-as-best")
        return self._wrong_best(sentence.format(**words), "best-not-smallest")

    def _wrong_best(self, sentence: str, bug: str) -> Outcome:
        return Outcome(0.0, sentence, bugs=findings_of_check(bug, self.best))

    def _judged_entries(self, context: Context, table: Mapping[Key, Any]) -> Outcome:
        """Run some entries again; each must be the number that the run ends with."""
        repeated = [self._repeated(context, table, key) for key in self._chosen(context, table)]
        pictures = _drawn(self, table, repeated)
        wrong = [one for one in repeated if not self.agrees(one.own, one.last)]
        if not wrong:
            sentence = ngettext(
                "`{name}` is complete, and {count} entry agrees with another run of `{function}`.",
                "`{name}` is complete, and {count} entries agree with another run of `{function}`.",
                len(repeated),
            )
            message = sentence.format(name=self.variable, count=len(repeated), function=self.function)
            return Outcome(1.0, message, pictures=pictures)
        first = wrong[0]
        if self.function in context.log.mistaken_functions and all(
            self._is_random(context, table, one) for one in wrong
        ):
            sentence = _("Judged by the results of your own {functions}: a mistake counts once.")
            return Outcome(1.0, sentence.format(functions=f"`{self.function}`"), pictures=pictures)
        sentence = _("`{name}[{key}]` is {own}, but another run of `{function}` with these arguments gives {last}.")
        message = sentence.format(
            name=self.variable,
            key=as_text(first.key),
            own=plain_number(first.own, 4),
            function=self.function,
            last=plain_number(first.last, 4),
        )
        reason, bugs = self._reason(repeated, first, self._repeated(context, table, first.key))
        evidence = Evidence(right=len(repeated) - len(wrong), runs=len(repeated))
        return Outcome(0.0, f"{message} {reason}".strip(), evidence, bugs, pictures=pictures)

    def _chosen(self, context: Context, table: Mapping[Key, Any]) -> list[Key]:
        """Return the keys that are run again: the smallest and the largest finite entry, and one of the others that is drawn."""
        keys = result_tables.grid(self.keys)
        ordered = result_tables.finite({key: table[key] for key in keys})
        ends = [*dict.fromkeys([*ordered[:1], *ordered[-1:]])]
        others = [key for key in keys if key not in ends]
        generator = context.generator(f"entries of {self.name}")
        return [*ends, *(others[index] for index in generator.permutation(len(others))[:1])]

    def _repeated(self, context: Context, table: Mapping[Key, Any], key: Key) -> _Repeated:
        inputs = {**dict(zip(self.keys, key, strict=True)), **self.inputs}
        answer = context.student.call(PlannedCall(self.function, inputs))
        (value,) = answer.values.values()
        values = arrays.numbers(value)
        if values is None or not values.size:
            sentence = _("`{function}` returns {value}; it must return numbers.")
            raise WrongAnswer(sentence.format(function=self.function, value=describe(value)))
        own = result_tables.number(table[key])
        assert own is not None  # the table was read
        return _Repeated(key, own, values.reshape(-1).astype(np.float64))

    def _is_random(self, context: Context, table: Mapping[Key, Any], wrong: _Repeated) -> bool:
        """True if runs with the arguments of an entry end with different numbers, and the entry may be one of them.

        A run that goes on with weights that are NaN has no number.
        """
        ends = [wrong.last, *(self._repeated(context, table, wrong.key).last for _number in range(AGAIN))]
        if math.isfinite(wrong.own) and not any(map(math.isfinite, ends)):
            return True
        if all(self.agrees(end, ends[0]) for end in ends):
            return False
        sizes = [abs(end) for end in ends if math.isfinite(end)]
        if not sizes or not math.isfinite(wrong.own):
            return len(sizes) < len(ends)
        spread = max(FACTOR, max(sizes) / max(min(sizes), TINY))
        return min(sizes) / spread <= abs(wrong.own) <= max(sizes) * spread

    def agrees(self, own: float, again: float) -> bool:
        """Return True if an entry and the number of another run are the same within the tolerance."""
        if not (math.isfinite(own) and math.isfinite(again)):
            return math.isfinite(own) == math.isfinite(again)  # a run that diverges may end in infinity or in NaN
        return abs(own - again) <= self.tolerance.absolute + self.tolerance.relative * abs(again)

    def _reason(self, repeated: list[_Repeated], wrong: _Repeated, again: _Repeated) -> tuple[str, Findings | None]:
        """Return a sentence about other numbers of the runs that explain all entries, and the bug.

        ``wrong`` is the first wrong entry, and ``again`` is its run once more.
        """
        if not self.agrees(again.last, wrong.last):
            sentence = _("Two runs with the same arguments give different numbers.")
            return sentence, findings_of_check("not-deterministic", self.function)
        explained = {
            "first": (_("It is the first number of the run, not the last one."), "first-instead-of-last"),
            "smallest": (_("It is the smallest number of the run, not the last one."), "smallest-instead-of-last"),
            "mean": (_("It is the mean of the numbers of the run, not the last one."), "mean-instead-of-last"),
        }
        for kind, (sentence, bug) in explained.items():
            if all(len(one.values) > 1 and self.agrees(one.own, _part(one.values, kind)) for one in repeated):
                return sentence, findings_of_check(bug, self.variable)
        return "", findings_of_check("results-not-from-runs", self.variable)


def _part(values: np.ndarray[Any, Any], kind: str) -> float:
    if kind == "first":
        return float(values[0])
    return float(np.nanmin(values)) if kind == "smallest" else float(values.mean())


def _briefly(value: Any) -> str:
    """Return a value that is short, else its type."""
    if isinstance(value, str | int | float | tuple):
        return clean(repr(value), 60)
    return describe(value)


@harmless
def _drawn(check: TableCheck, table: Mapping[Key, Any], repeated: list[_Repeated]) -> list[Picture]:
    """Return the picture of the entries of a table, and of those that were run again."""
    again = {one.key: one for one in repeated}
    items = [
        TableEntry(
            label=as_text(key),
            value=result_tables.number(table[key]),
            again=again[key].last if key in again else None,
            right=check.agrees(again[key].own, again[key].last) if key in again else None,
        )
        for key in result_tables.grid(check.keys)[:32]
    ]
    return [ResultTable(name=check.variable, function=f"{check.function}()", entries=items)]
