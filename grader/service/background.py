"""The jobs and the deliveries of a running server, by their kinds; see :mod:`grader.service.jobs`, :mod:`grader.service.delivery_sender`."""

from __future__ import annotations

from . import regrading, validating
from .delivery_sender import DeliveryRunner
from .jobs import JobRunner
from .regrading import RegradeJobs, Regrader
from .service import Service


def job_runner(service: Service, grader: Regrader) -> JobRunner:
    """Return the runner of all jobs of a server."""
    return JobRunner(service, {validating.KIND: validating.run, regrading.KIND: RegradeJobs(grader)})


def delivery_runner(service: Service) -> DeliveryRunner:
    """Return the runner of all deliveries of a server."""
    return DeliveryRunner(service, {})
