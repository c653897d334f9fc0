"""The jobs and the deliveries of a running server, by their kinds; see :mod:`grader.service.jobs`, :mod:`grader.service.delivery_sender`."""

from __future__ import annotations

from . import lti_members, passback, regrading, validating
from .delivery_sender import DeliveryRunner
from .jobs import Handler, JobRunner
from .lti_members import MembersJobs
from .lti_services import CourseSystems
from .regrading import RegradeJobs, Regrader
from .repository_answers import RepositoryAnswers
from .repository_settings import GITHUB, GITLAB
from .score_sender import ScoreSender
from .service import Service


def job_runner(service: Service, grader: Regrader) -> JobRunner:
    """Return the runner of all jobs of a server."""
    handlers: dict[str, Handler] = {
        validating.KIND: validating.run,
        regrading.KIND: RegradeJobs(grader),
        lti_members.KIND: MembersJobs(CourseSystems(service)),
    }
    return JobRunner(service, handlers)


def delivery_runner(service: Service) -> DeliveryRunner:
    """Return the runner of all deliveries of a server."""
    answers = RepositoryAnswers()
    scores = ScoreSender(service, CourseSystems(service))
    return DeliveryRunner(service, {passback.KIND: scores, GITHUB: answers, GITLAB: answers})
