"""The JSON schemas of what the grader writes and reads, made from the models."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from ..batch.summary_file import SummaryFile
from ..ci.config import ONE, CiFile
from .model import Report

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema(name: str) -> dict[str, Any]:
    """The schema of a ``report``, a ``summary`` or a configuration for ``ci``, with its version in ``$id``."""
    if name == "ci":
        return _of(CiFile, "grader.ci/1") | _short_form()
    models: dict[str, type[BaseModel]] = {"report": Report, "summary": SummaryFile}
    made = _of(models[name], models[name].model_fields["schema_"].default)
    return {key: _open(value) for key, value in made.items() if key != "additionalProperties"}


def _of(model: type[BaseModel], version: str) -> dict[str, Any]:
    """A document always has its ``schema``, though the model has a default for it."""
    made = model.model_json_schema()
    if "schema" in made["properties"]:
        made["required"] = ["schema", *made["required"]]
    return {"$schema": DIALECT, "$id": f"urn:{version.replace('.', ':').replace('/', ':')}", **made}


def _open(part: Any) -> Any:
    """Keys may be added within a version; what is there keeps its meaning."""
    if isinstance(part, dict):
        return {key: _open(value) for key, value in part.items() if (key, value) != ("additionalProperties", False)}
    return [_open(item) for item in part] if isinstance(part, list) else part


def _short_form() -> dict[str, Any]:
    """With a single assignment its keys may stand at the top."""
    made = CiFile.model_json_schema()
    entry = made["$defs"]["Entry"]
    short = {**made["properties"], **{key: entry["properties"][key] for key in ONE}}
    forms = [{"required": ["assignments"]}, {"required": entry["required"]}]
    return {"properties": short, "required": [], "oneOf": forms}
