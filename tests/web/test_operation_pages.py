"""Programs that watch the server get its health, its readiness and its metrics."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from grader.executor.executor import Machine
from grader.service import machines
from grader.service.tables import Worker
from grader.web import metrics


@pytest.fixture
def local(app):
    """A program on the machine of the server."""
    return TestClient(app, base_url="http://127.0.0.1:8000", client=("127.0.0.1", 50000))


def values(answer):
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


@pytest.mark.quick
def test_process_is_healthy_and_becomes_ready_with_a_worker(local, service):
    assert local.get("/healthz").status_code == 200
    answer = local.get("/readyz")
    assert (answer.status_code, answer.json()["worker"]) == (503, "No worker grades.")
    with service.database.writing() as session:
        session.add(Worker(id="w"))
    answer = local.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"ready": True, "database": "ok", "disk": "ok", "worker": "ok"})


def test_metrics_count_requests_by_pattern_and_name_paused_dask_workers(local, service):
    local.get("/s/abcdefgh")
    with service.database.writing() as session:
        problem = Machine("tls://first:1", "first", 1, is_working=False, problem="No isolation.")
        machines.store(session, "w", [problem])
    numbers = values(local.get("/metrics"))
    assert numbers["grader_ready", "database"] == 1
    assert numbers["grader_dask_worker", "No isolation.", "first", "tls://first:1"] == 0
    assert not any("abcdefgh" in str(key) for key in numbers)
    assert any(key[0] == "grader_requests_total" for key in numbers)


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "Via"])
def test_requests_through_a_proxy_are_not_local(local, header):
    assert local.get("/metrics", headers={header: "10.0.0.1"}).status_code == 404


def test_other_machines_need_the_token_of_an_admin(browser, api, service):
    assert browser("ada").get("/metrics").status_code == 404
    assert api("iris").get("/metrics").status_code == 404
    answer = api("root").get("/metrics")
    assert (answer.status_code, answer.headers["content-type"]) == (200, metrics.CONTENT_TYPE)
