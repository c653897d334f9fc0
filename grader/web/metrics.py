"""The metrics of a server in the format of Prometheus."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric, SummaryMetricFamily
from prometheus_client.registry import Collector, CollectorRegistry

from ..service import health, measures
from ..service.service import Service
from .request_metrics import RequestMetrics

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def page(service: Service, requests: RequestMetrics) -> bytes:
    """Return all metrics."""
    registry = CollectorRegistry()
    registry.register(_ServiceCollector(service))
    return generate_latest(requests.registry) + generate_latest(registry)


class _ServiceCollector(Collector):
    """Makes metrics from the database."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def collect(self) -> Iterator[Metric]:
        numbers = measures.measure(self._service)
        labels = ["course", "exercise", "kind", "state"]
        submissions = GaugeMetricFamily("grader_submissions", "Submissions that are kept, by state.", labels=labels)
        for names, count in numbers.submissions.items():
            submissions.add_metric(names, count)
        yield submissions
        gradings = SummaryMetricFamily(
            "grader_grading_seconds", "Seconds that gradings took.", labels=["course", "exercise"]
        )
        for exercise, (count, seconds) in numbers.gradings.items():
            gradings.add_metric(exercise, count, seconds)
        yield gradings
        queue = GaugeMetricFamily("grader_queue_length", "Submissions that wait, by priority.", labels=["priority"])
        for priority in sorted({0, 1, *numbers.queue}):
            queue.add_metric([str(priority)], numbers.queue.get(priority, 0))
        yield queue
        workers = GaugeMetricFamily("grader_workers", "Processes that claim submissions, by state.", labels=["state"])
        for state, count in numbers.workers.items():
            workers.add_metric([state], count)
        yield workers
        cluster = GaugeMetricFamily(
            "grader_dask_worker",
            "1 if a Dask worker grades, 0 if it is paused.",
            labels=["worker", "host", "reason"],
        )
        for machine in numbers.machines:
            cluster.add_metric([machine.address, machine.host, machine.problem], float(machine.is_working))
        yield cluster
        yield GaugeMetricFamily(
            "grader_queue_oldest_seconds", "How long the first submission has waited.", numbers.oldest_seconds
        )
        yield CounterMetricFamily("grader_lost", "Grading processes that died.", numbers.losses)
        yield GaugeMetricFamily(
            "grader_quarantined", "Submissions that are not graded because workers died on them.", numbers.quarantined
        )
        yield GaugeMetricFamily("grader_jobs", "Jobs that wait or run.", numbers.jobs)
        messages = GaugeMetricFamily(
            "grader_deliveries", "Messages to other systems, by kind and state.", labels=["kind", "state"]
        )
        for (kind, state), count in sorted(numbers.deliveries.items()):
            messages.add_metric([kind, state], count)
        yield messages
        pauses = GaugeMetricFamily(
            "grader_delivery_paused", "1 for another system that is left alone because it fails.", labels=["target"]
        )
        for target in numbers.pauses:
            pauses.add_metric([target], 1.0)
        yield pauses
        yield GaugeMetricFamily("grader_users", "Accounts.", numbers.users)
        yield GaugeMetricFamily(
            "grader_disk_free_bytes", "Free bytes on the disk of the data folder.", numbers.free_bytes
        )
        yield GaugeMetricFamily("grader_disk_total_bytes", "Size of this disk.", numbers.total_bytes)
        ready = GaugeMetricFamily("grader_ready", "1 if a part of the server works, else 0.", labels=["part"])
        for part in health.examine(self._service):
            ready.add_metric([part.name], float(part.is_good))
        yield ready
