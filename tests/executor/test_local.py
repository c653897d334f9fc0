"""Tests of the number of jobs on this machine."""

from __future__ import annotations

from pathlib import Path

from grader.assignment.base import Limits
from grader.executor import local
from grader.executor.local import fitting_jobs
from grader.machine.capacity import MemoryLimit
from grader.sandbox import memory_needs
from tests.conftest import bundled


def allowing(megabytes):
    content = bundled("single-neuron").content
    return content.model_copy(update={"limits": Limits(memory_mb=megabytes)})


def test_number_of_jobs_fits_into_memory():
    assert fitting_jobs(4, allowing(64)) == 4
    assert fitting_jobs(4, allowing(65536)) < 4
    assert fitting_jobs(1, allowing(65536)) == 1


def test_memory_limit_of_the_container_counts(monkeypatch):
    memory = MemoryLimit(2048 << 20, Path("/sys/fs/cgroup"))
    monkeypatch.setattr(MemoryLimit, "in_use", lambda _: 48 << 20)
    monkeypatch.setattr(local.capacity, "memory", lambda: memory)
    assert fitting_jobs(8, allowing(500 - memory_needs.OWN_MB)) == 4


def test_cores_are_limited_by_the_container(monkeypatch):
    for processors, jobs in ((1.0, 1), (1.5, 1), (3.0, 3)):
        monkeypatch.setattr(local.capacity, "processors", lambda processors=processors: processors)
        assert local.cores() == jobs
