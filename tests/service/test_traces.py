"""The traces of a submission are one trace, with ids and states only; without their variables nothing is imported."""

from __future__ import annotations

import http.server
import logging
import subprocess
import sys
import threading
from datetime import timedelta

import pytest

from grader.service import traces
from grader.service.moments import now
from grader.service.tables import State
from tests.conftest import ROOT
from tests.service import waiting_submissions


@pytest.fixture
def collector(monkeypatch):
    """A server that collects traces; what it has received."""
    pytest.importorskip(
        "opentelemetry.exporter.otlp.proto.http.trace_exporter", reason="OpenTelemetry is not installed"
    )
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    received = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            received.append(ExportTraceServiceRequest.FromString(body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *arguments):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "none")
    for name in ("OTEL_TRACES_EXPORTER", "OTEL_SDK_DISABLED", "OTEL_SERVICE_NAME", "OTEL_TRACES_SAMPLER"):
        monkeypatch.delenv(name, raising=False)
    yield received
    server.shutdown()
    server.server_close()


def spans(received):
    return [
        span for each in received for part in each.resource_spans for scope in part.scope_spans for span in scope.spans
    ]


def test_upload_queue_and_grading_are_one_trace(service, collector):
    begin = now()
    times = {"received": begin, "started": begin + timedelta(seconds=3), "finished": begin + timedelta(seconds=5)}
    waiting_submissions.add(service, "abcdef", "ada", state=State.GRADED, **times)
    own = traces.traces_of_environment()
    assert own.is_on
    own.add_request("POST /api", begin.timestamp(), begin.timestamp() + 1, {"http.route": "/api"}, "abcdef")
    own.add_request("GET /s/{id}", begin.timestamp(), begin.timestamp() + 1, {"http.route": "/s/{id}"})
    with service.database.reading() as session:
        own.add_gradings(session, ["abcdef"])
    own.close()
    by_name = {span.name: span for span in spans(collector)}
    assert by_name.keys() == {"POST /api", "GET /s/{id}", "queue", "grading"}
    assert len({by_name[name].trace_id for name in ("POST /api", "queue", "grading")}) == 1
    assert by_name["GET /s/{id}"].trace_id != by_name["queue"].trace_id
    seconds = {name: (span.end_time_unix_nano - span.start_time_unix_nano) / 1e9 for name, span in by_name.items()}
    assert (seconds["queue"], seconds["grading"]) == (pytest.approx(3, abs=1e-3), pytest.approx(2, abs=1e-3))
    text = str(collector)
    assert "abcdef" in text and "ada" not in text and "a.py" not in text
    assert 'string_value: "grader"' in text


def test_sampler_of_the_variables_decides_for_the_whole_trace(service, collector, monkeypatch):
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "parentbased_traceidratio")
    monkeypatch.setenv("OTEL_TRACES_SAMPLER_ARG", "0.5")
    own = traces.traces_of_environment()
    names = [f"submission-{number}" for number in range(40)]
    for name in names:
        for part in ("upload", "later"):
            own.add_request(part, 1.0, 2.0, {}, name)
    own.close()
    by_part = {part: {span.trace_id for span in spans(collector) if span.name == part} for part in ("upload", "later")}
    assert by_part["upload"] == by_part["later"]
    assert 5 < len(by_part["upload"]) < 35


@pytest.mark.parametrize("variables", [{}, {"OTEL_SDK_DISABLED": "true"}, {"OTEL_TRACES_EXPORTER": "none"}])
def test_nothing_is_sent_unless_it_is_asked_for(monkeypatch, variables):
    for name in traces.ENDPOINTS:
        monkeypatch.delenv(name, raising=False)
        if variables:
            monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    own = traces.traces_of_environment()
    assert not own.is_on
    own.add_request("GET /", 1.0, 2.0, {})
    own.close()


def test_missing_packages_are_named_in_the_log(monkeypatch, caplog):
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    with caplog.at_level(logging.WARNING):
        assert not traces.traces_of_environment().is_on
    assert "pip install 'deep-learning-grader[telemetry]'" in caplog.text


def test_server_imports_nothing_of_it_without_the_variables():
    code = (
        "import os, sys\nfor name in list(os.environ):\n    if name.startswith('OTEL_'): del os.environ[name]\n"
        "from grader.service import traces\ntraces.traces_of_environment()\n"
        "print([name for name in sys.modules if name.startswith('opentelemetry')])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
