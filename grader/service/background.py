"""The jobs of a running server, by their kinds; see :mod:`grader.service.jobs`."""

from __future__ import annotations

from . import validating
from .jobs import JobRunner
from .service import Service


def job_runner(service: Service) -> JobRunner:
    """Return what does the jobs of a server."""
    return JobRunner(service, {validating.KIND: validating.run})
