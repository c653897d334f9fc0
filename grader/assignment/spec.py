"""The model of an ``assignment.yaml``. It also checks that all names in the file exist."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PrivateAttr, ValidationInfo, WithJsonSchema, model_validator

from ..support import yaml_model
from ..support.errors import UsageError
from . import expressions, including, known_wrong, lists
from .accepted import Accepted
from .base import Identifier, Name
from .bugs import Bug, StepDeclarations
from .check import Check
from .declarations import Declarations
from .functions import FunctionSpec
from .given import Computed, FileName, Global, PackageName
from .kinds import CheckOfAnyKind
from .known_wrong import KnownWrong, KnownWrongList
from .limits import Limits
from .lists import Origin
from .policy import Policy
from .sequence_steps import Replaced, bug_in, bugs_of_state, formulas, replaced_in, unknown_in_bug, unknown_names
from .sequences import ObjectSequence, SequenceError


class AssignmentSpec(Declarations):
    """The contents of an ``assignment.yaml``."""

    @staticmethod
    def written_out(data: Any, folder: Path) -> tuple[Any, Origin]:
        """Return the content of the file with lists of arrays written out, and where each part of it is in the file.

        Functions and probes that it includes may have lists too. Validation reports mistakes in what it includes.
        """
        if isinstance(data, dict) and "lists" in data:
            with suppress(UsageError, ValueError):
                data = including.completed(data, folder)
        return lists.written_out(data)

    name: Name
    """The name on the command line, in lower case with hyphens."""
    version: Annotated[
        str,
        BeforeValidator(lambda value: str(value) if isinstance(value, int | float) else value),
        WithJsonSchema({"type": ["string", "number"]}),
    ]
    """The version in reports; change it if the same submission can get other points."""
    title: str
    """The title in lists and reports."""
    chapter: str = ""
    """The chapter of the course, under which lists show the exercise, e.g. ``2. Gradient descent``; its number orders them."""
    deck: str = ""
    """The slides of the lecture that the exercise follows."""
    minutes: int | None = Field(None, ge=1, le=10_000)
    """The time that a student needs, roughly."""
    include: list[str] = []
    """Files with names, functions and probes that exercises share: ``names.yaml`` of the folder, or a name of the grader's own."""
    task: str = "task.md"
    """The file with the task, for ``grader show``. A translation has the language in its name: ``task.de.md``."""
    pass_mark: float = Field(60, ge=0, le=100)
    """The percentage of the points from which a submission passes."""
    limits: Limits = Limits()
    """The resources of one submission."""
    grading: Policy = Policy()
    """The deadline, the penalty after it, and the rounding of scores."""
    forbidden_imports: list[str] = []
    """Packages that a submission must not import, for a check with the rule ``imports``."""
    allowed_imports: list[str] = []
    """Modules of these packages that it may import all the same."""
    packages: list[PackageName] = []
    """Packages that a submission may need, e.g. ``pandas>=2``. Without them on the machine it is not graded."""
    files: list[FileName] = []
    """Files of the folder that lie next to the submission when it runs."""
    globals: dict[Identifier, Global] = {}
    """Values of global names that a function uses but that could not be computed here."""
    steps: dict[str, StepDeclarations] = {}
    """{function: its steps}, the quantities in the order of the computation. The diagnosis of bugs computes with them."""
    bugs: list[Bug] = []
    """Known bugs of the functions."""
    hints: Literal[1, 2, 3] = 2
    """The level of hints: 1 the place, 2 the kind of mistake, 3 how to find the correct computation."""
    checks: list[CheckOfAnyKind] = Field(min_length=1)
    """The checks, in the order of the report."""
    solution: str = "solution.py"
    """The file with the solution, for ``grader validate``."""
    starters: list[str] = []
    """The files that students start from, for ``grader new``."""
    known_wrong: KnownWrongList = []
    """Known-wrong solutions, for ``grader validate``, or the YAML file with their list."""
    accepted: list[Accepted] = []
    """Changes of the solution that no check needs to notice, for ``grader validate --mutants``."""

    _sequences: dict[str, ObjectSequence] = PrivateAttr(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _with_shared_entries(cls, data: Any, info: ValidationInfo) -> Any:
        completed = including.completed(data, (info.context or {}).get("folder"))
        lists.refuse_nets_without_lists(completed)
        return completed

    @model_validator(mode="after")
    def _names_exist(self) -> AssignmentSpec:
        if self.max_score <= 0:
            raise ValueError("no check has points; give points to at least one.")
        if 0 < self.pass_mark <= 1:
            raise ValueError("pass_mark is a percentage; write 60 for 60 %.")
        self._check_given()
        if self.classes:
            self._add_sequences()
        for index, check in enumerate(self.checks):
            self._check_exists(("checks", index), check, [other.name for other in self.checks[:index]])
        self._refuse_unknown(("steps",), "function", self.steps, self.functions)
        for index, bug in enumerate(self.bugs):
            self._check_bug(("bugs", index), bug)
        self._check_expressions()
        every = [check.name for check in self.checks if not check.needs_person]
        for index, value, message in known_wrong.problems(self._listed(), every, self.files):
            raise yaml_model.YamlError(("known_wrong", index), value, message)
        return self

    @property
    def max_score(self) -> float:
        """Return the full marks: the points of all checks, without bonus points."""
        return math.fsum(check.points for check in self.checks if not check.bonus)

    @property
    def sequences(self) -> dict[str, ObjectSequence]:
        """The sequences of calls that checks make, by the name of the function that each counts as."""
        return self._sequences

    @cached_property
    def judged_classes(self) -> dict[str, list[str]]:
        """The classes of a submission that play the part of functions of the reference: {function: classes}."""
        judged: dict[str, dict[str, None]] = {}
        for check in self.checks:
            classes = dict.fromkeys(check.classes_judged())
            for function in check.functions() if classes else ():
                judged[function] = judged.get(function, {}) | classes
        return {function: [*classes] for function, classes in judged.items()}

    def _known_names(self) -> set[str]:
        """Return the names that the formulas of a class may use besides its own; empty if there are no classes."""
        if not self.classes:
            return set()
        from .formulas import LIBRARY  # NumPy is slow to import, and a process that only hands over tasks needs none

        return {*LIBRARY, *expressions.BUILTINS, *self.functions}

    def _add_sequences(self) -> None:
        """Add each sequence of calls as a function with steps and bugs."""
        for class_name, method, name, allowed in unknown_names(self.classes, self._known_names()):
            message = f"'{name}' in the steps of {class_name}.{method} is not known there; allowed are {allowed}."
            raise yaml_model.YamlError(("classes", class_name, "steps", method), name, message)
        for index, check in enumerate(self.checks):
            try:
                sequence = check.sequence(self.classes)
            except SequenceError as error:
                raise yaml_model.YamlError(("checks", index), error.value, str(error)) from error
            if sequence is not None:
                self._sequences[sequence.function] = sequence
                self.functions[sequence.function] = FunctionSpec(signature=sequence.signature, returns=sequence.returns)
                if steps := formulas(sequence, self.classes):
                    self.steps[sequence.function] = steps
        if self._sequences:  # an outline of the checks has none
            self._check_probes({name for check in self.checks for name in check.named_inputs()})
        conventions = [bug for bug in self.bugs if bug.accepted and bug.function in self.classes]
        bugs = []
        for index, bug in enumerate(self.bugs):
            try:
                bugs += self._in_sequences(bug, self._replaced(conventions))
            except SequenceError as error:
                raise yaml_model.YamlError(("bugs", index), error.value, str(error)) from error
        general = [
            bug
            for name, sequence in self._sequences.items()
            if name in self.steps
            for bug in bugs_of_state(sequence, self.classes, self._replaced(conventions))
        ]
        self.bugs[:] = [*bugs, *general]

    def _replaced(self, conventions: Sequence[Bug]) -> list[Replaced]:
        """Return the formulas that accepted conventions of classes replace."""
        return [
            replaced_in(bug.function, self.classes[bug.function], variant)
            for bug in conventions
            for variant in bug.variants()
        ]

    def _in_sequences(self, bug: Bug, conventions: Sequence[Replaced]) -> list[Bug]:
        """Return a bug of a class as bugs of the sequences; another bug as it is."""
        if bug.function not in self.classes:
            return [bug]
        for name, allowed in unknown_in_bug(bug, self.classes, self._known_names()):
            message = f"'{name}' in the bug '{bug.name}' of {bug.function} is not known there; allowed are {allowed}."
            raise SequenceError(name, message)
        bugs = [
            each
            for name, sequence in self._sequences.items()
            if name in self.steps
            for each in bug_in(bug, sequence, self.classes, conventions)
        ]
        if not bugs and self._sequences:
            message = f"the bug '{bug.name}' changes no formula of {bug.function} that a sequence uses; remove it."
            raise SequenceError(bug.name, message)
        return bugs

    def visibility(self) -> dict[str, str]:
        """Return the visibility of each check."""
        return {check.name: check.visibility for check in self.checks}

    def functions_on_probes(self, checks: Sequence[Check] | None = None) -> list[str]:
        """Return the functions for which ``checks`` (by default all) need expected answers on probes."""
        names: dict[str, None] = {}
        for check in self.checks if checks is None else checks:
            names |= dict.fromkeys(check.answered_functions())
        return [*names] if self.reference is not None else []

    def depends_on_seed(self, function: str) -> bool:
        """True if checks need expected answers of a function on probes with random inputs."""
        checks = (check for check in self.checks if function in check.answered_functions())
        return any(self.probes[name].depends_on_seed() for check in checks for name in check.probe_names())

    def _check_exists(self, where: yaml_model.YamlPath, check: Check, above: list[str]) -> None:
        """Raise an error unless the checks that a check requires exist, and everything that its kind needs."""
        if check.name in above:
            message = f"two checks have the name '{check.name}'; rename one of them."
            raise yaml_model.YamlError(where, check.name, message)
        self._refuse_unknown(where, "check above this one", check.requires, above)
        closed = [other.name for other in self.checks if other.visibility != "open"]
        if check.visibility == "open":
            self._refuse_unknown(where, "check that students can run", check.requires, set(above) - set(closed))
        marked = [other.name for other in self.checks if other.needs_person]
        self._refuse_unknown(where, "check that needs no person to mark it", check.requires, set(above) - set(marked))
        bonus = [other.name for other in self.checks if other.bonus]
        self._refuse_unknown(where, "check without bonus points", check.requires, set(above) - set(bonus))
        if check.required and (check.bonus or check.needs_person or check.visibility == "instructor"):
            message = (
                f"'{check.name}' cannot be required: it has bonus points, a person marks it, or students do not see it."
            )
            raise yaml_model.YamlError(where, check.name, message)
        self._refuse_unknown(where, "check", check.other_checks(), [other.name for other in self.checks])
        for problem in check.problems(self):
            raise yaml_model.YamlError(where, problem.value, problem.sentence)

    def _check_bug(self, where: yaml_model.YamlPath, bug: Bug) -> None:
        """Raise an error unless the function of a bug and the steps that it replaces exist."""
        self._refuse_unknown(where, "function", [bug.function], self.functions)
        steps = self.steps.get(bug.function, {})
        if bug.replace:
            known_names = [*steps, *self.functions[bug.function].inputs()] if isinstance(steps, dict) else []
            replaced_names = [name for variant in bug.variants() for name in variant]
            if bug.function not in self._sequences:  # their bugs were examined when they were written out
                self._refuse_unknown(where, f"step or input of {bug.function}", replaced_names, known_names)
        if bug.only_with is not None:
            others = [other.function for other in self.bugs if other.accepted and other.name == bug.name]
            self._refuse_unknown(where, f"function with the convention {bug.name}", [bug.only_with], others)
        if bug.options and not bug.mutation and not isinstance(steps, str):
            message = f"options are only for steps that are a Python function, but {bug.function} has none."
            raise yaml_model.YamlError(where, bug.name, message)

    def _check_expressions(self) -> None:
        """Raise an error if an expression uses a forbidden Python function, or if calls would never end."""
        inputs = [name for probe in self.probes.values() for name in probe.inputs]
        known_names = {*self.functions, *self.all_names(), *inputs}
        formulas = {name: list(steps.values()) for name, steps in self.steps.items() if isinstance(steps, dict)}
        entries: list[tuple[yaml_model.YamlPath, str, set[str | None]]] = [
            *((("steps", name), text, {*self.steps[name]}) for name, texts in formulas.items() for text in texts),
            *(
                (("bugs", i), text, {bug.unknown, *self.steps.get(bug.function, ())})
                for i, bug in enumerate(self.bugs)
                for text in bug.expressions()
            ),
        ]
        for where, text, own in entries:
            for name in expressions.examine(text).names:
                if expressions.is_missing(name) and name not in known_names | own:
                    raise yaml_model.YamlError(where, text, f"{text!r} {expressions.not_allowed(repr(name))}.")
        self._refuse_unknown_quantities()
        calls = {name: Counter[str]() for name in formulas}
        for name, texts in formulas.items():
            for text in texts:
                calls[name].update(expressions.examine(text).calls)
        for name in formulas:
            if _all_calls(name, calls, {}) > expressions.MAX_CALLS:
                message = f"the steps of {name} call other functions more than {expressions.MAX_CALLS} times; use fewer calls."
                raise yaml_model.YamlError(("steps", name), name, message)

    def _refuse_unknown_quantities(self) -> None:
        """Raise an error if a formula reads a name that is neither a step nor an input of its function, nor a function."""
        of_probes = [name for probe in self.probes.values() for name in probe.inputs]
        for function, steps in self.steps.items():
            if not isinstance(steps, dict) or function in self._sequences:  # the steps of classes were examined before
                continue
            what = f"step or input of {self.functions[function].called or function}"
            known_names = [*dict.fromkeys([*steps, *self.functions[function].inputs(), *of_probes])]
            for step, text in steps.items():
                self._refuse_unknown(("steps", function, step), what, self._read_names(text), known_names)
            for index, bug in enumerate(self.bugs):
                if bug.function == function and bug.detector is None:
                    own_names = [*known_names, *([bug.unknown] if bug.unknown else [])]
                    for text in bug.expressions():
                        self._refuse_unknown(("bugs", index), what, self._read_names(text), own_names)

    def _read_names(self, text: str) -> list[str]:
        """Return the names in a formula that are not functions."""
        return [name for name in expressions.needs_of(text) if name not in self.functions]

    def _check_given(self) -> None:
        """Raise an error if students would get a secret file, or if a value depends on an unknown input."""
        hidden = {"assignment.yaml", self.reference, *self.include, *self._to_validate(self._listed())}
        for name in self.files:
            if name in hidden or name.split("/")[0] == "answers":
                raise yaml_model.YamlError(("files",), name, f"students must not see '{name}'; remove it from files.")
        for name, value in self.globals.items():
            if isinstance(value, Computed) and value.length_of is not None:
                inputs = {input_name for probe in self.probes.values() for input_name in probe.inputs}
                self._refuse_unknown(("globals", name), "input of a probe", [value.length_of], sorted(inputs))
            elif isinstance(value, Computed) and value.file is not None and value.file in hidden:
                raise yaml_model.YamlError(
                    ("globals", name), value.file, f"students must not see '{value.file}'; use another file."
                )

    def only_to_validate(self, entries: Sequence[KnownWrong]) -> set[str]:
        """Return the files that only ``grader validate`` reads: the solution and the known-wrong solutions in ``entries``.

        A file that is also a starter, the reference or a program of the steps is not included.
        """
        paths = [*self.steps.values(), *(bug.mutation for bug in self.bugs)]
        programs = {f"{path.rpartition('.')[0].replace('.', '/')}.py" for path in paths if isinstance(path, str)}
        return self._to_validate(entries) - {self.task, self.reference, *self.starters, *self.files, *programs}

    def _to_validate(self, entries: Sequence[KnownWrong]) -> set[str]:
        file = {self.known_wrong} if isinstance(self.known_wrong, str) else set()
        return {self.solution, *file, *(entry.file for entry in entries if entry.file is not None)}

    def _listed(self) -> list[KnownWrong]:
        """Return the known-wrong solutions of this file; none if they are in a separate file."""
        return [] if isinstance(self.known_wrong, str) else self.known_wrong


def _all_calls(function: str, calls: dict[str, Counter[str]], counts: dict[str, int]) -> int:
    """Return how many functions run for one result of ``function``: itself and all direct and indirect calls."""
    if function not in counts:
        counts[function] = 1  # ends the recursion for functions that call each other; Python stops those at run time
        counts[function] += sum(
            times * _all_calls(name, calls, counts)
            for name, times in calls.get(function, {}).items()
            if name in calls and name != function
        )
    return counts[function]
