"""The checks of a grading: which checks run, and in which order."""

from __future__ import annotations

from collections.abc import Sequence

from ..assignment import Assignment
from ..assignment.check import Check
from ..expected.mutations import Mutations
from ..support import similar_names
from ..support.errors import UsageError
from ..support.i18n import _


def select(assignment: Assignment, names: Sequence[str], include_hidden: bool) -> list[Check]:
    """Return the checks with these names, or all checks if there are no names, in the order of the assignment.

    Without ``include_hidden``, only checks that are open are returned. Raises UsageError for an unknown name.
    """
    visible: list[Check] = [c for c in assignment.content.checks if include_hidden or c.visibility == "open"]
    visible_names = [check.name for check in visible]
    for name in names:
        if name not in visible_names:
            suggestion = similar_names.nearest(name, visible_names)
            sentence = _("{assignment} has no check '{name}': did you mean '{meant}'?")
            if suggestion is None:
                sentence = _("{assignment} has no check '{name}': use one of {names}.")
            all_names = ", ".join(visible_names)
            raise UsageError(sentence.format(assignment=assignment.name, name=name, names=all_names, meant=suggestion))
    return [check for check in visible if not names or check.name in names]


def with_dependents(assignment: Assignment, checks: Sequence[Check], names: Sequence[str]) -> list[Check]:
    """Return those of ``checks`` that have one of these names or depend on such a check, directly or indirectly."""
    mutations = Mutations(assignment)
    selected = set(names)
    functions: set[str] = set()
    for check in checks:  # the checks that a check requires are above it
        used = set(check.functions()).union(*map(mutations.uses_in_all, check.functions()))
        if check.name in selected or selected & set(check.requires) or functions & used or check.accepts_empty():
            selected.add(check.name)
            functions |= set(check.functions())
    return [check for check in checks if check.name in selected]


def in_running_order(checks: Sequence[Check]) -> list[Check]:
    """Return the checks in the order in which they run; those that need the results of others come last.

    Open checks come first, so that a submission cannot store hidden inputs and reveal them in the message of an open
    check. Checks that a person marks come at the end.
    """
    late: set[str] = set()
    for check in checks:
        if check.accepts_empty() or late & set(check.requires):
            late.add(check.name)
    return sorted(checks, key=lambda check: (check.needs_person, check.visibility != "open", check.name in late))
