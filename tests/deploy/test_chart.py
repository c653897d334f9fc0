"""The Helm chart, as Helm renders it: what reaches what, limits, and secrets by reference only."""

from __future__ import annotations

import pytest
import yaml

from tests.conftest import ROOT
from tools import chart

GRADING = {"default": "strong", "scaled": "medium"}


def documents(name):
    """Return the objects of a rendered chart, {(kind, name without that of the release): object}."""
    text = (chart.RENDERED / f"{name}.yaml").read_text()
    found = {}
    for document in yaml.safe_load_all(text):
        if document:
            found[document["kind"], document["metadata"]["name"].removeprefix("demo").removeprefix("-")] = document
    return found


@pytest.fixture(params=chart.VALUES)
def rendered(request):
    return request.param, documents(request.param)


def pods(objects):
    """Yield (name, specification of its pods) of everything that runs."""
    for (kind, name), document in objects.items():
        if kind in ("Deployment", "StatefulSet", "Job"):
            yield name, document["spec"]["template"]["spec"]


def test_recorded_chart_is_that_of_the_repository():
    for name in chart.VALUES:
        first = (chart.RENDERED / f"{name}.yaml").read_text().partition("\n")[0]
        assert first == f"# digest: {chart.digest()}", "run python tools/chart.py"


@pytest.mark.parametrize("name", chart.VALUES)
def test_helm_renders_what_is_recorded(name):
    pytest.importorskip("helm_python", reason="helm-python-sdk, which contains Helm, is not installed")
    assert chart.rendered(name) == (chart.RENDERED / f"{name}.yaml").read_text()


def test_objects_follow_the_schemas_of_kubernetes(rendered):
    validate = pytest.importorskip("kubernetes_validate", reason="kubernetes-validate is not installed")
    for document in rendered[1].values():
        validate.validate(document, "1.33", strict=True)


def test_wrong_values_are_refused():
    helm = pytest.importorskip("helm_python", reason="helm-python-sdk, which contains Helm, is not installed")
    with helm.Chart.load(chart.CHART) as loaded:
        for values in (
            {"blobs": {"address": "/data"}},
            {"worker": {"isolation": "none"}},
            {"database": {"password": "x"}},
        ):
            with pytest.raises(helm.HelmError):
                loaded.render(values=values, name="demo")


def test_scheduler_is_reached_by_web_and_worker_only(rendered):
    _, objects = rendered
    policy = objects["NetworkPolicy", "scheduler"]["spec"]
    (rule,) = policy["ingress"]
    callers = {each["podSelector"]["matchLabels"]["app.kubernetes.io/component"] for each in rule["from"]}
    assert (callers, rule["ports"], policy["policyTypes"]) == (
        {"web", "worker"},
        [{"port": 8786}],
        ["Ingress", "Egress"],
    )
    everything = objects["NetworkPolicy", "nothing"]["spec"]
    assert "ingress" not in everything and everything["policyTypes"] == ["Ingress"]


def test_worker_reaches_no_database_and_no_other_network(rendered):
    _, objects = rendered
    policy = objects["NetworkPolicy", "worker"]["spec"]
    assert "Egress" in policy["policyTypes"]
    targets = [target for rule in policy["egress"] for target in rule["to"]]
    components = {
        each["podSelector"]["matchLabels"]["app.kubernetes.io/component"] for each in targets if "podSelector" in each
    }
    assert components == {"scheduler", "worker"}
    assert not any("ipBlock" in target for target in targets)
    (container,) = dict(pods(objects))["worker"]["containers"]
    assert not {"PGPASSWORD", "GRADER_DATABASE"} & {each["name"] for each in container["env"]}
    assert "envFrom" not in container


def test_web_and_workers_have_the_same_datasets():
    containers = {name: pod["containers"][0] for name, pod in pods(documents("scaled"))}
    for name in ("web", "worker"):
        assert {"name": "GRADER_DATA", "value": "/datasets"} in containers[name]["env"]
        assert {"name": "datasets", "mountPath": "/datasets", "readOnly": True} in containers[name]["volumeMounts"]


def test_every_process_is_limited_and_has_no_rights(rendered):
    level, objects = rendered
    for name, pod in pods(objects):
        assert pod["automountServiceAccountToken"] is False, name
        assert pod["securityContext"]["runAsNonRoot"] is True, name
        for container in pod["containers"]:
            assert container["resources"]["limits"].keys() == {"cpu", "memory"}, name
            security = container["securityContext"]
            assert (security["allowPrivilegeEscalation"], security["capabilities"]) == (False, {"drop": ["ALL"]}), name
            is_open = name in ("web", "worker") and GRADING[level] == "strong"
            assert security["seccompProfile"]["type"] == ("Unconfined" if is_open else "RuntimeDefault"), name
            assert ("procMount" in security, "hostUsers" in pod) == (is_open, is_open), name


def test_secrets_are_references(rendered):
    _, objects = rendered
    assert not any(kind in ("Secret", "ConfigMap") for kind, _ in objects)
    for name, pod in pods(objects):
        for container in pod["containers"]:
            for variable in container.get("env", []):
                if any(word in variable["name"] for word in ("PASSWORD", "SECRET", "ACCESS_KEY")):
                    assert "secretKeyRef" in variable["valueFrom"], name
    values = yaml.safe_load((chart.CHART / "values.yaml").read_text())
    assert [
        key for part in values.values() if isinstance(part, dict) for key in part if "password" in key.lower()
    ] == []


def test_workers_scale_by_a_metric_of_the_server():
    objects = documents("scaled")
    (metric,) = objects["HorizontalPodAutoscaler", "worker"]["spec"]["metrics"]
    assert metric["external"]["metric"]["name"] == "grader_queue_oldest_seconds"
    assert "replicas" not in objects["Deployment", "worker"]["spec"]
    adapter = yaml.safe_load((ROOT / "deploy" / "monitoring" / "adapter.yaml").read_text())
    assert adapter["rules"]["external"][0]["seriesQuery"] == metric["external"]["metric"]["name"]
