"""``arguments_unchanged``: functions do not change the arrays that are passed to them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from pydantic import Field

from ..assignment.check import Check
from ..diagnosis import findings_of_check
from ..report.evidence import Evidence
from ..student import together
from ..student.answers import PlannedCall
from ..support.i18n import _
from .context import Context
from .outcome import Outcome


class ArgumentsUnchangedCheck(Check):
    """The functions do not change the arrays that are passed to them."""

    needs_reference = True

    kind: Literal["arguments_unchanged"]
    functions_called: list[str] = Field(min_length=1, alias="functions")
    """The functions that are called."""
    probe: str
    """The probe whose inputs are used."""

    def functions(self) -> Iterable[str]:
        return self.functions_called

    def probe_names(self) -> Iterable[str]:
        return (self.probe,)

    def answered_functions(self) -> Iterable[str]:
        return ()  # only the arguments are compared

    def run(self, context: Context) -> Outcome:
        """Call each defined function on each case, and compare its arguments before and after the call."""
        changed: dict[str, list[str]] = {}
        functions = [
            name
            for name in self.functions_called
            if context.student.defines(name) and name not in context.log.unwritten_functions
        ]
        planned = [
            PlannedCall(function, case.inputs, watch_arguments=True)
            for function in functions or self.functions_called
            for case in context.cases.draw([self.probe])
        ]
        for each, answer in zip(planned, together.call_all(context.student, planned), strict=True):
            if answer.changed:
                changed[each.function] = answer.changed
        if not changed:
            return Outcome(1.0, _("No function changes its arguments."))
        one = _("`{function}` changes {names} in place")
        changes = "; ".join(
            one.format(function=function, names=", ".join(names)) for function, names in changed.items()
        )
        sentence = _(
            "{changes}: the arrays of the caller are overwritten. Work on a copy, or write a = a - b instead of a -= b."
        )
        first = next(iter(changed.values()))[0]
        return Outcome(
            0.0,
            sentence.format(changes=changes),
            Evidence(changed=changed),
            findings_of_check("argument-changed-in-place", first),
        )
