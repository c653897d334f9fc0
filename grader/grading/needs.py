"""What an assignment needs in addition to a plain installation of the grader: packages and optional dependencies."""

from __future__ import annotations

import shlex

from ..assignment import Assignment
from ..expected.reference import Oracle
from ..machine import distribution, packages
from ..support.errors import NotGradable
from ..support.i18n import _, joined

KERAS_TYPES = ("model", "history")  # of a variable of the submission


def packages_of(assignment: Assignment) -> list[str]:
    """Return the packages that submissions must be able to import, as pip requirements."""
    named = assignment.content.packages
    types = {declared.type for declared in assignment.content.variables.values()}
    return [*named, *(["tensorflow"] if types & {*KERAS_TYPES} and not packages.includes(named, "tensorflow") else [])]


def extras_of(assignment: Assignment) -> list[str]:
    """Return the optional dependencies of the grader that grading needs for any seed: ["tensorflow"] or []."""
    asked = packages.includes(packages_of(assignment), "tensorflow")
    return ["tensorflow"] if asked or Oracle(assignment).needs_tensorflow(assignment.content.asked_on_probes()) else []


def refuse_missing_packages(assignment: Assignment) -> None:
    """Raise NotGradable if a package that submissions need is not installed, or has another version."""
    lacking = packages.missing(packages_of(assignment))
    if not lacking:
        return
    command = f"pip install {' '.join(map(shlex.quote, lacking))}"
    if lacking == ["tensorflow"]:  # in a version that this grader supports
        command = distribution.command("tensorflow")
    sentence = _("This assignment needs packages that this machine does not have ({names}): run {command}.")
    raise NotGradable(sentence.format(names=joined(lacking), command=command))
