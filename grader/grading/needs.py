"""The packages and optional dependencies that an assignment needs in addition to a plain installation of the grader."""

from __future__ import annotations

import shlex

from ..assignment import Assignment
from ..machine import distribution, packages
from ..support.errors import NotGradable
from ..support.i18n import _, joined

KERAS_TYPES = ("model", "history")  # of a variable of the submission


def packages_of(assignment: Assignment) -> list[str]:
    """Return the packages that submissions must be able to import, as pip requirements."""
    packages_named = assignment.content.packages
    types = {variable.type for variable in assignment.content.variables.values()}
    if "tensorflow" in assignment.content.forbidden_imports:  # then a history is a list or a dict of lists
        return [*packages_named]
    if types & {*KERAS_TYPES} and not packages.includes(packages_named, "tensorflow"):
        return [*packages_named, "tensorflow"]
    return [*packages_named]


def extras_of(assignment: Assignment) -> list[str]:
    """Return the optional dependencies of the grader that grading needs for any seed: ["tensorflow"] or []."""
    if packages.includes(packages_of(assignment), "tensorflow"):
        return ["tensorflow"]
    from ..expected.reference import Oracle  # slow to import, and a batch only needs the packages

    needs_tensorflow = Oracle(assignment).needs_tensorflow(assignment.content.functions_on_probes())
    return ["tensorflow"] if needs_tensorflow else []


def refuse_missing_packages(assignment: Assignment) -> None:
    """Raise NotGradable if a package that submissions need is not installed, or has another version."""
    missing_names = packages.missing(packages_of(assignment))
    if not missing_names:
        return
    command = f"pip install {' '.join(map(shlex.quote, missing_names))}"
    if missing_names == ["tensorflow"]:  # in a version that this grader supports
        command = distribution.command("tensorflow")
    sentence = _("This assignment needs packages that this machine does not have ({names}): run {command}.")
    raise NotGradable(sentence.format(names=joined(missing_names), command=command))
