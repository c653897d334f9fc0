"""The outcome of a check, and the verdict over several cases."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from ..diagnosis import Findings
from ..diagnosis.findings import JudgedResults
from ..judging.compare import Comparison, list_note
from ..report.evidence import Evidence
from ..report.picture_data import Picture
from ..support.i18n import _, ngettext

MOST_NAMED = 12  # right results in a message


@dataclass(frozen=True)
class Outcome:
    """``share`` of the points, from 0 to 1, the sentence about it, the evidence for it, and the bug.

    ``spot`` is a piece of code and a line in it, if the sentence is about that line.
    ``hint_fits`` is True if the check's own hint fits: a hint about a formula does not fit a result that is
    missing or has another type.
    ``diagnose`` adds the bug to an outcome. It may call the submission again, which can change later answers, so it is
    called after all checks have been judged.
    ``judged`` are the right and the wrong results of the function that the diagnosis looked at.
    ``right`` are the results that count as right in all cases, also by the consequences of the submission's other functions.
    """

    share: float
    message: str
    evidence: Evidence = field(default_factory=Evidence)
    bugs: Findings | None = None
    diagnose: Callable[[Outcome], Outcome] | None = None
    pictures: list[Picture] = field(default_factory=list)
    spot: tuple[str, int] | None = None
    hint_fits: bool = True
    judged: JudgedResults | None = None
    right: frozenset[str] = frozenset()


def number_of_cases(count: int) -> str:
    """Return the number of cases in words, e.g. ``3 cases``."""
    return ngettext("{count} case", "{count} cases", count).format(count=count)


class Verdict:
    """Collects comparisons over cases: each result of the function is correct in all cases, or is not."""

    def __init__(self, function: str, notes: Sequence[str] = (), lists: Iterable[str] = ()) -> None:
        """``notes`` are sentences about accepted conventions for any outcome; ``lists`` are results that came as lists."""
        self._function = function
        self._given_notes = list(notes)
        self._right: dict[str, bool] = {}
        self._first: tuple[str, Evidence, bool] | None = None
        self._wrong: dict[str, tuple[str, Comparison]] = {}
        self._notes = list(notes)
        self._noted: set[str] = set()
        self._lists = dict.fromkeys(lists)
        self._of_another_form: set[str] = set()  # results of another type or shape

    def add(self, case: str, comparisons: dict[str, Comparison]) -> None:
        """Add the comparisons of one case."""
        for name, comparison in comparisons.items():
            self._right[name] = self._right.get(name, True) and comparison.problem is None
            if comparison.problem is not None:
                self._wrong.setdefault(name, (case, comparison))
                if not comparison.of_numbers:
                    self._of_another_form.add(name)
            if comparison.problem and self._first is None:
                sentence = _("`{function}`, case '{case}': {problem}")
                message = sentence.format(function=self._function, case=case, problem=comparison.problem)
                self._first = (message, Evidence(case=case) | comparison.evidence, comparison.of_numbers)
            if comparison.note and name not in self._noted and comparison.note not in self._notes:
                self._noted.add(name)
                self._notes.append(comparison.note)

    @property
    def wrong(self) -> dict[str, tuple[str, Comparison]]:
        """For each wrong result, the name of the first case in which it is wrong, and the comparison."""
        return dict(self._wrong)

    def note(self, sentences: Sequence[str], lists: Iterable[str] = ()) -> None:
        """Add sentences about conventions that were accepted in one case, and the results that came as lists."""
        self._notes += [sentence for sentence in sentences if sentence not in self._notes]
        self._lists |= dict.fromkeys(lists)

    @property
    def notes(self) -> list[str]:
        """The sentences about accepted conventions so far, except for lists."""
        return list(self._notes)

    @property
    def lists(self) -> list[str]:
        """Return the results that were returned as lists."""
        return list(self._lists)

    def _with_lists(self, notes: list[str]) -> list[str]:
        """Return the notes and one about lists, without the results that were refused because of their type or shape."""
        accepted = [name for name in self._lists if name not in self._of_another_form]
        return [*notes, list_note(accepted)] if accepted else notes

    @property
    def right(self) -> dict[str, bool]:
        """For each result, True if it is right in all cases so far."""
        return dict(self._right)

    @property
    def share(self) -> float:
        """Return the share of the results that are correct in all cases."""
        return sum(self._right.values()) / len(self._right)

    def outcome(self, praise: str, all_or_nothing: bool = False) -> Outcome:
        """Return the outcome so far; ``praise`` is the sentence if everything is right.

        Otherwise each result that is right earns its part, unless ``all_or_nothing``.
        """
        if self._first is None:
            notes = self._with_lists(self._notes)
            return Outcome(1.0, " ".join([praise, *notes]), Evidence().with_notes(notes))
        message, evidence, of_numbers = self._first
        right = [name for name, is_right in self._right.items() if is_right]
        if 0 < len(right) <= MOST_NAMED:
            message += " " + _("Right: {names}.").format(names=", ".join(right))
        notes = self._with_lists(self._given_notes)
        if notes:
            message = " ".join([message, *notes])
            evidence = evidence.with_notes(notes)
        share = 0.0 if all_or_nothing else len(right) / len(self._right)
        return Outcome(share, message, evidence, hint_fits=of_numbers, right=frozenset(right))
