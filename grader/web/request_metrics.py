"""Counts and times the requests of this process, for Prometheus."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class RequestMetrics:
    """The metrics of requests, in ``registry``."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._count = Counter(
            "grader_requests",
            "Requests by method, pattern of the address, and status.",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "grader_request_seconds", "Time until the end of an answer.", buckets=SECONDS, registry=self.registry
        )

    def add(self, method: str, pattern: str, status: int, seconds: float) -> None:
        """Add a request that has been answered."""
        label = method if method in METHODS else "other"
        self._count.labels(label, pattern, str(status)).inc()
        self._seconds.observe(seconds)


METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
