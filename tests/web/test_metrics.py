"""Alerts and dashboard use metrics that the server has."""

from __future__ import annotations

import json
import re
import shutil
import subprocess

import pytest
import yaml
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from tests.conftest import ROOT

MONITORING = ROOT / "deploy" / "monitoring"
SUFFIXES = {
    "counter": ("_total",),
    "histogram": ("_bucket", "_sum", "_count"),
    "summary": ("_sum", "_count"),
    "gauge": ("",),
}


@pytest.fixture
def names(app):
    """The names of all metrics."""
    local = TestClient(app, base_url="http://127.0.0.1:8000", client=("127.0.0.1", 50000))
    local.get("/healthz")
    families = text_string_to_metric_families(local.get("/metrics").text)
    return {family.name + suffix for family in families for suffix in SUFFIXES[family.type]}


def expressions():
    rules = yaml.safe_load((MONITORING / "alerts.yaml").read_text())["groups"][0]["rules"]
    yield from (rule["expr"] for rule in rules)
    for panel in json.loads((MONITORING / "dashboard.json").read_text())["panels"]:
        yield from (target["expr"] for target in panel["targets"])
    for rule in yaml.safe_load((MONITORING / "adapter.yaml").read_text())["rules"]["external"]:
        yield from (rule["seriesQuery"], rule["metricsQuery"])


def test_alerts_and_dashboard_use_metrics_that_exist(names):
    needed = {name for expression in expressions() for name in re.findall(r"\bgrader_\w+", expression)}
    assert len(needed) > 10
    assert needed - names == set()


def test_every_alert_has_a_part_of_the_guide():
    rules = yaml.safe_load((MONITORING / "alerts.yaml").read_text())["groups"][0]["rules"]
    page = (ROOT / "docs" / "serve-deployment.md").read_text()
    assert [rule["alert"] for rule in rules if f"`{rule['alert']}`" not in page] == []


def test_alerts_fire_when_they_should():
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool, of Debian's package prometheus, is not installed")
    done = subprocess.run(
        [promtool, "test", "rules", "alerts_test.yaml"], cwd=MONITORING, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
