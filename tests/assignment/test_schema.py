"""``grader schema assignment``: an editor completes and checks an assignment.yaml with it."""

from __future__ import annotations

import json
import subprocess
import sys

import jsonschema
import pytest
import yaml

from grader.assignment import kinds
from grader.assignment.schema import json_schema
from grader.cli.schemas import schema
from grader.support.places import ASSIGNMENTS

pytestmark = pytest.mark.quick

BUNDLED = sorted(ASSIGNMENTS.glob("*/assignment.yaml"))
CHECK = {"name": "a", "title": "A", "kind": "values", "points": 1, "function": "f", "probes": ["p"]}
SMALL = {"name": "small", "version": 1, "title": "Small", "checks": [CHECK]}


@pytest.fixture(scope="module")
def validator():
    return jsonschema.Draft202012Validator(schema("assignment"))


@pytest.mark.parametrize("file", BUNDLED, ids=[file.parent.name for file in BUNDLED])
def test_a_bundled_assignment_fits_the_schema(validator, file):
    validator.validate(yaml.safe_load(file.read_text()))


@pytest.mark.parametrize(
    "change",
    [
        {"titel": "Small"},
        {"version": None},
        {"pass_mark": 600},
        {"checks": []},
        {"functions": {"f": {"signature": "(z)"}}},
        {"probes": {"p": {"inputs": {"z": {"random": "gauss"}}}}},
        {"checks": [{**CHECK, "kind": "value"}]},
        {"checks": [{**CHECK, "probs": ["p"]}]},
        {"checks": [{**CHECK, "points": "many"}]},
        {"checks": [{key: value for key, value in CHECK.items() if key != "function"}]},
    ],
    ids=lambda change: json.dumps(change)[:40],
)
def test_a_typical_mistake_does_not_fit_the_schema(validator, change):
    validator.validate(SMALL)
    assert not validator.is_valid({**SMALL, **change})


@pytest.mark.parametrize(
    "inputs", [{"random": "normal", "shape": [2]}, {"draw": "normal", "shape": [2]}, {"shape": [2]}], ids=str
)
def test_a_former_key_is_deprecated_not_wrong(validator, inputs):
    probes = {"p": {"inputs": {"z": inputs}}}
    assert validator.is_valid({**SMALL, "probes": probes}) == (inputs != {"shape": [2]})
    assert schema("assignment")["$defs"]["RandomInput"]["properties"]["draw"]["deprecated"]


def test_a_key_and_its_former_name_together_do_not_fit_the_schema(validator):
    inputs = {"random": "normal", "draw": "normal", "shape": [2]}
    assert not validator.is_valid({**SMALL, "probes": {"p": {"inputs": {"z": inputs}}}})
    function = {"signature": "(z)", "returns": ["a"], "seconds": 3}
    assert validator.is_valid({**SMALL, "functions": {"f": function}})
    assert not validator.is_valid({**SMALL, "functions": {"f": {**function, "call_seconds": 3}}})


def test_every_key_has_a_description():
    document = json_schema()
    models = {"": document, **document["$defs"]}
    keys = {
        f"{name}.{key}": value for name, model in models.items() for key, value in model.get("properties", {}).items()
    }
    assert [key for key, value in keys.items() if not value.get("description")] == []


def test_every_kind_of_check_is_in_the_schema():
    items = json_schema()["properties"]["checks"]["items"]
    assert sorted(items["discriminator"]["mapping"]) == kinds.names()


def test_check_jsonschema_accepts_a_bundled_assignment(tmp_path):
    file = tmp_path / "schema.json"
    file.write_text(json.dumps(schema("assignment")))
    command = [sys.executable, "-m", "check_jsonschema", "--schemafile", str(file), str(BUNDLED[0])]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
