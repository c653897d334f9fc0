"""The memory that grading an assignment needs, whether this machine has it, and the container to choose."""

from __future__ import annotations

import os

from ..assignment import Assignment
from ..assignment.limits import Limits
from ..assignment.spec import AssignmentSpec
from ..machine.capacity import MemoryLimit, memory, share_of_processors
from ..support.errors import NoMemory
from ..support.i18n import _

# Megabytes for the grader's own processes, measured with all bundled assignments: at most 70, and 430 with a dataset.
# If models are rebuilt, the second worker needs 340 and the grader 120, or 190 if student code prepares the images.
OWN_MB = 128
OWN_MB_WITH_DATA = 448
# The containers that Gradescope offers: (processors, megabytes of memory).
CONTAINERS = ((0.5, 768), (1.0, 1536), (2.0, 3072), (4.0, 6144))


def own_mb(content: AssignmentSpec) -> int:
    """Return the megabytes that the grader needs in addition to the worker."""
    return OWN_MB_WITH_DATA if content.datasets else OWN_MB


def needed_mb(content: AssignmentSpec) -> int:
    """Return the total megabytes for grading one submission; with less memory nothing is graded."""
    return content.limits.honest_mb + own_mb(content)


def limits_here(assignment: Assignment, limit: MemoryLimit | None = None) -> Limits:
    """Return the assignment's limits; the memory limit is reduced if this machine has less for a submission.

    Raises NoMemory if the machine has less than the assignment needs. ``limit`` replaces the memory of this machine.
    """
    limit = limit or memory()
    limits = assignment.content.limits
    if limit is None:
        return limits
    if limit.size >> 20 < needed_mb(assignment.content):
        raise NoMemory(too_small(assignment, limit))
    available = (limit.size >> 20) - own_mb(assignment.content)
    return limits if available >= limits.memory_mb else limits.model_copy(update={"memory_mb": available})


def too_small(assignment: Assignment, limit: MemoryLimit) -> str:
    """Return the sentence for a machine with too little memory, with the size to choose."""
    needed = needed_mb(assignment.content)
    container = container_for(needed)
    has = {"size": size_text(limit.size >> 20), "name": assignment.name}
    if limit.group is None:
        sentence = _("This machine has {size} of memory, but {name} needs {needed}: grade on a larger machine.")
        return sentence.format(needed=size_text(needed), **has)
    if container is None:
        sentence = _("This container has {size} of memory, but {name} needs {needed}: give the container that much.")
        return sentence.format(needed=size_text(needed), **has)
    sentence = _(
        "This container has {size} of memory, but {name} needs {needed}: choose at least {container} in the container settings."
    )
    return sentence.format(needed=size_text(container[1]), container=container_text(container), **has)


def ran_out() -> str:
    """Return the sentence for memory that ran out although the submission did not use more than its limit."""
    limit = memory()
    if limit is None or limit.group is None:
        return _(
            "The memory of this machine ran out; this is not the submission's fault. Close other programs, or grade fewer submissions at a time (--jobs)."
        )
    larger = container_for((limit.size >> 20) + 1)
    if larger is None:
        return _(
            "The memory of this container ({size}) ran out; this is not the submission's fault. Give the container more memory, or grade fewer submissions at a time."
        ).format(size=size_text(limit.size >> 20))
    return _(
        "The memory of this container ({size}) ran out; this is not the submission's fault. Choose {container} in the container settings."
    ).format(size=size_text(limit.size >> 20), container=container_text(larger))


def container_for(megabytes: int) -> tuple[float, int] | None:
    """Return the smallest of Gradescope's containers with this much memory, or None if all are smaller."""
    return next((container for container in CONTAINERS if container[1] >= megabytes), None)


def container_text(container: tuple[float, int]) -> str:
    """Return a container as text, such as "1 processor and 1.5 GB"."""
    processors, megabytes = container
    sentence = _("{count} processor and {size}") if processors == 1 else _("{count} processors and {size}")
    return sentence.format(count=f"{processors:g}", size=size_text(megabytes))


def size_text(megabytes: int) -> str:
    """Return a size as text, such as "768 MB" or "1.5 GB"."""
    return f"{megabytes} MB" if megabytes < 1024 else f"{round(megabytes / 1024, 1):g} GB"


def less_than_allowed(assignment: Assignment, limits: Limits) -> str:
    """Return the sentence for instructors if the limits are below the assignment's, else ""."""
    allowed = assignment.content.limits.memory_mb
    if limits.memory_mb >= allowed:
        return ""
    sentence = _("A submission may use {left} here; the assignment allows {allowed}.")
    sentence = sentence.format(left=size_text(limits.memory_mb), allowed=size_text(allowed))
    roomy = container_for(allowed + own_mb(assignment.content))
    if roomy is None:
        return sentence
    return f"{sentence} " + _("A container with {container} is large enough.").format(container=container_text(roomy))


def here() -> str:
    """Return the resources of this process, such as "0.5 processors, 768 MB of memory (limits of this container)"."""
    limit = memory()
    count = share_of_processors()
    sentence = _("{count} processor") if count == 1 else _("{count} processors")
    parts = [sentence.format(count=f"{count:g}")]
    if limit is not None:
        parts.append(_("{size} of memory").format(size=size_text(limit.size >> 20)))
    is_limited = (limit is not None and limit.group is not None) or count < (os.cpu_count() or 1)
    return ", ".join(parts) + (_(" (limits of this container)") if is_limited else "")
