"""How much memory an assignment needs to be graded, whether this machine has it, and which container to choose."""

from __future__ import annotations

import os

from ..assignment import Assignment
from ..assignment.base import Limits
from ..assignment.spec import AssignmentFile
from ..machine.capacity import Memory, memory, share_of_processors
from ..support.errors import NoMemory
from ..support.i18n import _

# Megabytes of the grader's own processes, measured with all bundled assignments: at most 70, and 430 with a data set.
# Where models are rebuilt, the second worker takes 340, and the grader 120; 190 where student code prepares the images.
OWN_MB = 128
OWN_MB_WITH_DATA = 448
# What Gradescope lets instructors choose from: processors, and megabytes of memory.
CONTAINERS = ((0.5, 768), (1.0, 1536), (2.0, 3072), (4.0, 6144))


def own_mb(content: AssignmentFile) -> int:
    """Megabytes that the grader takes beside the worker."""
    return OWN_MB_WITH_DATA if content.datasets else OWN_MB


def needed_mb(content: AssignmentFile) -> int:
    """Megabytes that grading one submission takes in all; with less none is graded."""
    return content.limits.honest_mb + own_mb(content)


def limits_here(assignment: Assignment, found: Memory | None = None) -> Limits:
    """The assignment's limits, with the memory that this machine can give a submission where that is less.

    Raises NoMemory where it is less than the assignment needs. ``found`` replaces the memory of this machine.
    """
    found = found or memory()
    limits = assignment.content.limits
    if found is None:
        return limits
    if found.size >> 20 < needed_mb(assignment.content):
        raise NoMemory(too_small(assignment, found))
    left = (found.size >> 20) - own_mb(assignment.content)
    return limits if left >= limits.memory_mb else limits.model_copy(update={"memory_mb": left})


def too_small(assignment: Assignment, found: Memory) -> str:
    """The sentence for a machine that has too little memory, with the size to choose."""
    needed = needed_mb(assignment.content)
    container = container_for(needed)
    has = {"size": written(found.size >> 20), "name": assignment.name}
    if found.group is None:
        sentence = _("This machine has {size} of memory, and {name} needs {needed}: grade on a larger machine.")
        return sentence.format(needed=written(needed), **has)
    if container is None:
        sentence = _("This container has {size} of memory, and {name} needs {needed}: give it that much.")
        return sentence.format(needed=written(needed), **has)
    sentence = _(
        "This container has {size} of memory, and {name} needs {needed}: choose at least {container} in the container settings."
    )
    return sentence.format(needed=written(container[1]), container=described(container), **has)


def ran_out() -> str:
    """The sentence for memory that ran out, though the submission did not take more than its share."""
    found = memory()
    if found is None or found.group is None:
        return _(
            "The memory of this machine ran out, which is not the submission's fault: end other programs, or grade fewer submissions at a time (--jobs)."
        )
    larger = container_for((found.size >> 20) + 1)
    if larger is None:
        return _(
            "The memory of this container ({size}) ran out, which is not the submission's fault: give it more, or grade fewer submissions at a time."
        ).format(size=written(found.size >> 20))
    return _(
        "The memory of this container ({size}) ran out, which is not the submission's fault: choose {container} in the container settings."
    ).format(size=written(found.size >> 20), container=described(larger))


def container_for(megabytes: int) -> tuple[float, int] | None:
    """The smallest of Gradescope's containers with so much memory; None if no one has."""
    return next((container for container in CONTAINERS if container[1] >= megabytes), None)


def described(container: tuple[float, int]) -> str:
    """E.g. "1 processor and 1.5 GB"."""
    processors, megabytes = container
    sentence = _("{count} processor and {size}") if processors == 1 else _("{count} processors and {size}")
    return sentence.format(count=f"{processors:g}", size=written(megabytes))


def written(megabytes: int) -> str:
    """E.g. "768 MB", "1.5 GB"."""
    return f"{megabytes} MB" if megabytes < 1024 else f"{round(megabytes / 1024, 1):g} GB"


def less_than_allowed(assignment: Assignment, limits: Limits) -> str:
    """The sentence for instructors on limits that are below the assignment's; "" where they are not."""
    allowed = assignment.content.limits.memory_mb
    if limits.memory_mb >= allowed:
        return ""
    told = _("A submission may use {left} here; the assignment allows {allowed}.")
    told = told.format(left=written(limits.memory_mb), allowed=written(allowed))
    roomy = container_for(allowed + own_mb(assignment.content))
    if roomy is None:
        return told
    return f"{told} " + _("All of it takes a container of {container}.").format(container=described(roomy))


def here() -> str:
    """What this process may use, as in "0.5 processors, 768 MB of memory (limits of this container)"."""
    found = memory()
    count = share_of_processors()
    told = _("{count} processor") if count == 1 else _("{count} processors")
    parts = [told.format(count=f"{count:g}")]
    if found is not None:
        parts.append(_("{size} of memory").format(size=written(found.size >> 20)))
    limited = (found is not None and found.group is not None) or count < (os.cpu_count() or 1)
    return ", ".join(parts) + (_(" (limits of this container)") if limited else "")
