"""``source``: the imports and calls of the code, and the data that it passed to ``fit``.

Imports are read from the source and from the modules that were imported after loading; training is read from the
record of calls.
"""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Callable, Container, Iterable, Iterator
from typing import Any, Literal

from pydantic import model_validator

from ..assignment.check import Check, Problem
from ..assignment.declarations import Declarations
from ..diagnosis import findings_of_check
from ..report.evidence import Evidence
from ..sandbox.failures import CallError
from ..sandbox.observations import RecordedCall
from ..submission.python_code import Source, nodes_below
from ..support.i18n import _, joined, ngettext
from .context import Context
from .outcome import Outcome
from .tools import imports, quotients, training, validation

TRAINING_RULES: dict[str, Callable[[list[RecordedCall]], training.Broken | None]] = {
    "leakage": training.leakage,
    "early-stopping": training.early_stopping,
    "scaling": training.scaling,
    "validation": validation.validation,
}


class SourceCheck(Check):
    """The submission follows every rule, and does not call a forbidden function."""

    depends_on_calls = training.FIT_CALLS

    kind: Literal["source"]
    rules: list[Literal["imports", "leakage", "early-stopping", "scaling", "labels", "validation"]] = ["imports"]
    """The rules that the submission follows. ``imports``: none of the assignment's ``forbidden_imports`` (datasets may be loaded with
    any library). ``leakage``: no test data in training, validation or early stopping. ``early-stopping``: early
    stopping watches a value of the validation data. ``scaling``: test data are scaled like training data. ``labels``: images of the
    datasets are trained with their own labels. ``validation``: validation data have all classes, and are not training data; those of
    a training loop of the submission are not known, and the message says so."""
    forbidden_calls: list[str] = []
    """Functions that must not be called, e.g. ``np.gradient`` or ``gradient``."""
    required_calls: list[str] = []
    """Functions of which one must be called, e.g. ``GradientTape``."""
    within: list[str] = []
    """The functions of the assignment that ``forbidden_calls`` and ``required_calls`` are about, together with the functions that
    they use; without it, the whole code."""

    def accepts_empty(self) -> bool:
        # Without training the other rules are meaningless.
        return not self.required_calls and all(rule == "imports" for rule in self.rules)

    @model_validator(mode="after")
    def _something_to_look_for(self) -> SourceCheck:
        if not self.rules and not self.forbidden_calls and not self.required_calls:
            raise ValueError("neither rules nor forbidden_calls nor required_calls; give at least one of them.")
        return self

    def problems(self, assignment: Declarations) -> Iterator[Problem]:
        yield from super().problems(assignment)
        for rule, about in (("leakage", "test data"), ("labels", "labels of a dataset")):
            if rule in self.rules and not assignment.datasets:
                sentence = f"the rule {rule} is about {about}, but the file names no datasets; add 'datasets:'."
                yield Problem(self.name, sentence)

    def functions(self) -> Iterable[str]:
        return self.within

    def run(self, context: Context) -> Outcome:
        """Apply each rule and report the first that is broken."""
        broken = imports.outcome(context) if "imports" in self.rules else None
        broken = broken or _calls(self.forbidden_calls, self.within, context)
        broken = broken or _missing_call(self.required_calls, self.within, context)
        rules = [rule for rule in self.rules if rule == "labels" or rule in TRAINING_RULES]
        if broken is not None:
            return broken
        record = context.student.training() if rules else []
        if rules and not training.trainings(record):
            return Outcome(0.0, _("No model was trained with fit(), so there is nothing to check."), hint_fits=False)
        for rule in rules:
            problem = training.labels(record, context.labels()) if rule == "labels" else TRAINING_RULES[rule](record)
            if problem is not None:
                evidence = Evidence(training=[_shown(call) for call in record[:20]])
                return Outcome(0.0, problem.sentence, evidence, findings_of_check(problem.bug, problem.where))
        if rules and not training.trained(record):
            sentence = (
                _("fit() failed, so no model was trained.")
                if any(call.error for call in record)
                else _("fit() has completed no epoch, so no model was trained: set `epochs` to a value above 0.")
            )
            return Outcome(0.0, sentence, hint_fits=False)
        untrained_model = training.untrained(record)
        if untrained_model is not None:
            sentence = _("fit() of `{model}` has completed no epoch, so it was not trained.")
            return Outcome(0.0, sentence.format(model=untrained_model), hint_fits=False)
        unclear = training.unclear(record, _models(context, record), list(context.splits)) if rules else {}
        if unclear:
            message = ngettext(
                "The training of {models} was not recorded, so this check cannot decide whether it follows the task. No points are lost.",
                "The training of {models} was not recorded, so this check cannot decide whether it follows the task. No points are lost.",
                len(unclear),
            ).format(models=", ".join(f"`{name}`" for name in unclear))
            return Outcome(1.0, message, Evidence(notes=[message], for_instructor=list(unclear.values())))
        own_loops = validation.undecided(record) if "validation" in rules else None
        if own_loops is not None:
            return Outcome(1.0, own_loops, Evidence(notes=[own_loops], for_instructor=[own_loops]))
        praise = (
            _("The models are trained as the task requires.")
            if rules
            else _("The code calls what the task requires.")
            if self.required_calls
            else _("The code uses nothing that the task forbids.")
        )
        return Outcome(1.0, praise)


def _models(context: Context, record: list[RecordedCall]) -> list[str]:
    """Return the submission's names of its trained models: those that the task requires, or all if it requires none."""
    required = [name for name, variable in context.content.variables.items() if variable.type == "model"]
    trained = {name for call in record for name in call.model}
    if not required:
        return sorted(trained)
    names = []
    for name in required:
        own = context.student.find_variable(name)
        with contextlib.suppress(CallError):  # other checks report a variable that is not a model
            if own is not None and (own in trained or context.student.variable(name).model):
                names.append(own)
    return names


def _shown(call: RecordedCall) -> dict[str, Any]:
    sampled = {"inputs": {"pairs"}, "validation": {"pairs"}}
    return call.model_dump(exclude=sampled)


def _calls(forbidden: list[str], within: list[str], context: Context) -> Outcome | None:
    """Return the outcome for a call of a forbidden name, ``gradient`` or ``np.gradient``, on any object."""
    nodes = _nodes_of(within, context) if within else None
    for code in context.student.code:
        for line, name in called(code.source, nodes):
            if any(name == other or name.endswith(f".{other}") for other in forbidden):
                sentence = _("Your code calls {name} ({where}): the task is to write this yourself.")
                message = sentence.format(name=name, where=imports.at_line(code.place, line))
                return Outcome(0.0, message, spot=(code.place, line))
    return None


def _nodes_of(functions: list[str], context: Context) -> set[int]:
    """Return the identities of all nodes in the code of these functions and of those that they use."""
    sources = [code.source for code in context.student.code]
    targets = [target for name in functions if (target := context.student.find(name)) is not None]
    definitions = [each for target in targets for each in quotients.used(sources, target.name)]
    return {id(node) for definition in definitions for node in nodes_below(definition)}


def _missing_call(required: list[str], within: list[str], context: Context) -> Outcome | None:
    """Return the outcome if none of the required functions is called, or not by all functions ``within`` that are submitted."""
    if not required:
        return None
    sources = [code.source for code in context.student.code]
    names = " / ".join(f"`{name}`" for name in required)
    targets = {name: target for name in within if (target := context.student.find(name)) is not None}
    if within and not targets:
        sentence = _("None of the functions that have to call {names} is submitted.")
        return Outcome(0.0, sentence.format(names=names), hint_fits=False)
    without = [name for name, target in targets.items() if not quotients.calls(sources, target.name, required)]
    if without:
        sentence = ngettext(
            "{functions} does not call {names}, as the task requires.",
            "{functions} do not call {names}, as the task requires.",
            len(without),
        )
        return Outcome(0.0, sentence.format(functions=joined(f"`{name}`" for name in without), names=names))
    if not within and not quotients.calls(sources, None, required):
        return Outcome(0.0, _("Your code does not call {names}, as the task requires.").format(names=names))
    return None


def called(source: Source, nodes: Container[int] | None = None) -> list[tuple[int, str]]:
    """Return (line, dotted name) of every call, e.g. (3, "np.gradient"); with ``nodes`` only of nodes with these identities."""
    calls = [node for node in source.of(ast.Call) if nodes is None or id(node) in nodes]
    return [(node.lineno, _dotted(node.func)) for node in calls]


def _dotted(callee: ast.expr) -> str:
    """Return the dotted name of the called function; "?" replaces a part that is not a name."""
    attributes: list[str] = []
    while isinstance(callee, ast.Attribute):
        attributes.append(callee.attr)
        callee = callee.value
    return ".".join([callee.id if isinstance(callee, ast.Name) else "?", *reversed(attributes)])
