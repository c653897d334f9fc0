"""The jobs of a running server, by their kinds; see :mod:`grader.service.jobs`."""

from __future__ import annotations

from . import regrading, validating
from .jobs import JobRunner
from .regrading import RegradeJobs, Regrader
from .service import Service


def job_runner(service: Service, grader: Regrader) -> JobRunner:
    """Return the runner of all jobs of a server."""
    return JobRunner(service, {validating.KIND: validating.run, regrading.KIND: RegradeJobs(grader)})
