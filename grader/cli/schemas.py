"""The JSON schemas of the documents that the grader writes and reads, made from the models."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from ..assignment.schema import DescribedSchema, json_schema
from ..batch.summary_file import SummaryFile
from ..ci.config import ENTRY_KEYS, CiFile
from ..report.model import Report
from ..service.login_settings import ServerSettings

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema(name: str) -> dict[str, Any]:
    """Return the schema of a ``report``, a ``summary``, a ``ci`` or ``server`` configuration or an ``assignment``.

    Its version is in ``$id``.
    """
    if name == "assignment":
        return _versioned(json_schema(), "grader.assignment/1")
    if name == "ci":
        return _of(CiFile, "grader.ci/1") | _short_form()
    if name == "server":
        return _of(ServerSettings, "grader.server/1")
    models: dict[str, type[BaseModel]] = {"report": Report, "summary": SummaryFile}
    document = _of(models[name], models[name].model_fields["schema_"].default)
    return {key: _open(value) for key, value in document.items() if key != "additionalProperties"}


def _of(model: type[BaseModel], version: str) -> dict[str, Any]:
    """Return the schema of a model. A document must have its ``schema``, though the model has a default for it."""
    document = model.model_json_schema(schema_generator=DescribedSchema)
    if "schema" in document["properties"]:
        document["required"] = ["schema", *document["required"]]
    return _versioned(document, version)


def _versioned(document: dict[str, Any], version: str) -> dict[str, Any]:
    return {"$schema": DIALECT, "$id": f"urn:{version.replace('.', ':').replace('/', ':')}", **document}


def _open(part: Any) -> Any:
    """Return the part so that it allows further keys: keys may be added within a version."""
    if isinstance(part, dict):
        return {key: _open(value) for key, value in part.items() if (key, value) != ("additionalProperties", False)}
    return [_open(item) for item in part] if isinstance(part, list) else part


def _short_form() -> dict[str, Any]:
    """Return the keys of the short form: with a single assignment, its keys may be at the top of the file."""
    document = CiFile.model_json_schema()
    entry = document["$defs"]["AssignmentEntry"]
    short = {**document["properties"], **{key: entry["properties"][key] for key in ENTRY_KEYS}}
    forms = [{"required": ["assignments"]}, {"required": entry["required"]}]
    return {"properties": short, "required": [], "oneOf": forms}
