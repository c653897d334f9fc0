"""Traces of requests and gradings for OpenTelemetry, if its standard variables name a collector and its packages are installed.

All spans of a submission are one trace: its upload, its time in the queue, and its grading, whichever processes they happen in. The
ids of this trace follow from the id of the submission. A span has ids, patterns of addresses and states; it never has names,
files, answers or points.
"""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from ..machine import distribution
from .tables import Submission

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
NANOSECONDS = 1_000_000_000
_SUBMISSION = Submission.__table__.c
FINISHED = select(
    _SUBMISSION.id, _SUBMISSION.kind, _SUBMISSION.state, _SUBMISSION.received, _SUBMISSION.started, _SUBMISSION.finished
).where(
    _SUBMISSION.id.in_(bindparam("ids", expanding=True)),
    _SUBMISSION.started.is_not(None),
    _SUBMISSION.finished.is_not(None),
)
log = logging.getLogger(__name__)


class Traces:
    """Traces that nobody collects."""

    is_on = False

    def add_request(self, name: str, begin: float, end: float, fields: Mapping[str, Any], submission: str = "") -> None:
        """Add a request that has been answered; ``submission`` is the id of the one that it has handed in. Times are those of ``time.time()``."""

    def add_gradings(self, session: Session, ids: Sequence[str]) -> None:
        """Add submissions whose grading has ended: their time in the queue, and their grading."""

    def close(self) -> None:
        """Send what has not been sent."""


class CollectedTraces(Traces):
    """Traces that a provider sends to a collector."""

    is_on = True

    def __init__(self, provider: TracerProvider) -> None:
        self._provider = provider
        self._tracer = provider.get_tracer("grader")

    def add_request(self, name: str, begin: float, end: float, fields: Mapping[str, Any], submission: str = "") -> None:
        """Add a request; the one that hands in a submission is the first span below the submission's own ids."""
        context = self._context_of(submission) if submission else None
        if submission:
            fields = {**fields, "grader.submission": submission}
        span = self._tracer.start_span(name, context, start_time=_nanoseconds(begin), attributes=dict(fields))
        span.end(_nanoseconds(end))

    def add_gradings(self, session: Session, ids: Sequence[str]) -> None:
        """Add two spans for each grading that has a result, or never will have one."""
        for row in session.execute(FINISHED, {"ids": ids}):
            context = self._context_of(row.id)
            attributes = {"grader.submission": row.id, "grader.kind": row.kind, "grader.state": row.state}
            received, started, finished = (_nanoseconds(moment.timestamp()) for moment in row[3:])
            for name, begin, end in (("queue", received, started), ("grading", started, finished)):
                self._tracer.start_span(name, context, start_time=begin, attributes=attributes).end(max(begin, end))

    def close(self) -> None:
        """Send what has not been sent; a collector that does not answer delays this by some seconds."""
        self._provider.shutdown()

    def _context_of(self, submission: str) -> Any:
        """Return the context of a submission: spans of any process are below the same ids, and sampled in the same way."""
        from opentelemetry.sdk.trace.sampling import Decision
        from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, set_span_in_context

        digest = hashlib.sha256(submission.encode()).digest()
        trace_id, span_id = int.from_bytes(digest[:16]), int.from_bytes(digest[16:24])
        decision = self._provider.sampler.should_sample(None, trace_id, "submission").decision
        flags = TraceFlags(TraceFlags.SAMPLED if decision == Decision.RECORD_AND_SAMPLE else TraceFlags.DEFAULT)
        return set_span_in_context(NonRecordingSpan(SpanContext(trace_id, span_id, is_remote=True, trace_flags=flags)))


def traces_of_environment() -> Traces:
    """Return the traces that the variables of OpenTelemetry ask for. Call it after processes have been forked: it starts a thread."""
    environment = os.environ
    is_off = (
        environment.get("OTEL_SDK_DISABLED", "").lower() == "true" or environment.get("OTEL_TRACES_EXPORTER") == "none"
    )
    if is_off or not any(environment.get(name) for name in ENDPOINTS):
        return Traces()
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import SERVICE_NAME, Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        log.warning("Traces need more packages: run %s.", distribution.command("telemetry"))
        return Traces()
    own = {} if environment.get("OTEL_SERVICE_NAME") else {SERVICE_NAME: "grader"}
    provider = TracerProvider(resource=Resource.create(own), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return CollectedTraces(provider)


def _nanoseconds(seconds: float) -> int:
    return int(seconds * NANOSECONDS)
