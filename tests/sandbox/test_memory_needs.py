"""Tests of the memory that assignments need."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.assignment import bundled_names
from grader.assignment.limits import Limits
from grader.grading.grade import grade
from grader.machine.capacity import MemoryLimit
from grader.sandbox import memory_needs
from grader.sandbox.session import Session
from grader.submission import read
from grader.support.errors import NotGradable
from tests.conftest import bundled

GROUP = Path("/sys/fs/cgroup")
KERAS = "callbacks clothing-cnn clothing-mlp gradient-tape mnist-cnn mnist-mlp optimizers-keras playground tensors two-gaussians"
LARGE = dict.fromkeys(KERAS.split(), 1536) | {"numpy-mnist": 1536, "cifar-grayscale": 3072}  # all others need 768 MB


def container(megabytes):
    return MemoryLimit(megabytes << 20, GROUP)


@pytest.mark.parametrize("name", bundled_names())
def test_recommended_container_is_the_smallest_that_is_large_enough(name):
    assignment = bundled(name)
    chosen = memory_needs.container_for(memory_needs.needed_mb(assignment.content))
    assert chosen[1] == LARGE.get(name, 768)
    assert memory_needs.limits_here(assignment, container(chosen[1])).memory_mb >= assignment.content.limits.honest_mb
    for _, smaller in memory_needs.CONTAINERS:
        if smaller < chosen[1]:
            with pytest.raises(
                NotGradable, match=f"but {name} needs {memory_needs.size_text(chosen[1])}: choose at least "
            ):
                memory_needs.limits_here(assignment, container(smaller))


def test_message_names_both_sizes():
    with pytest.raises(NotGradable) as raised:
        memory_needs.limits_here(bundled("numpy-mnist"), container(768))
    assert str(raised.value) == (
        "This container has 768 MB of memory, but numpy-mnist needs 1.5 GB: choose at least 1 processor and 1.5 GB "
        "in the container settings."
    )


def test_machine_without_container_gets_no_container_advice():
    with pytest.raises(
        NotGradable, match=r"This machine has 512 MB of memory, but numpy-mnist needs 1\.3 GB: grade on"
    ):
        memory_needs.limits_here(bundled("numpy-mnist"), MemoryLimit(512 << 20))


def test_small_container_reduces_the_memory_limit():
    assignment = bundled("numpy-mnist")
    limits = memory_needs.limits_here(assignment, container(1536))
    assert limits.memory_mb == 1536 - memory_needs.OWN_MB_WITH_DATA
    assert "A container with 2 processors and 3 GB is large enough." in memory_needs.less_than_allowed(
        assignment, limits
    )
    assert memory_needs.limits_here(assignment, container(3072)) == assignment.content.limits
    assert not memory_needs.less_than_allowed(assignment, assignment.content.limits)


def test_assignment_without_needed_mb_needs_its_full_limit():
    assert Limits(memory_mb=700).honest_mb == 700
    assert Limits(memory_mb=700, needed_mb=300).honest_mb == 300
    assert Limits(memory_mb=200, needed_mb=300).honest_mb == 200


def test_nothing_starts_without_enough_memory(monkeypatch):
    monkeypatch.setattr(memory_needs, "memory", lambda: container(256))
    monkeypatch.setattr(Session, "start", None)
    assignment = bundled("single-neuron")
    report = grade(assignment, read(assignment.file(assignment.content.solution), assignment))
    assert report.ending == "not_gradable"
    assert report.score is None
    assert report.problem().startswith("This container has 256 MB of memory, but single-neuron needs 768 MB: choose")


@pytest.mark.parametrize(("megabytes", "shown"), [(768, "768 MB"), (1536, "1.5 GB"), (3072, "3 GB"), (1348, "1.3 GB")])
def test_sizes_have_readable_units(megabytes, shown):
    assert memory_needs.size_text(megabytes) == shown
