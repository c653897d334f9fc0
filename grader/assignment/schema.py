"""The JSON schema of ``assignment.yaml``, with which an editor completes and checks the file."""

from __future__ import annotations

import ast
import inspect
import textwrap
from typing import Any

from pydantic import AliasChoices, BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from .spec import AssignmentSpec


def json_schema() -> dict[str, Any]:
    """Return the schema with all kinds of checks that are installed. Each key has its description."""
    document = AssignmentSpec.model_json_schema(schema_generator=DescribedSchema)
    # An included file may have the keys that a function or a variable needs.
    function = document["$defs"]["FunctionSpec"]
    complete = {
        "functions": {"additionalProperties": {key: function.pop(key) for key in ("required", "anyOf")}},
        "variables": {"additionalProperties": {"required": document["$defs"]["VariableSpec"].pop("required")}},
    }
    document.setdefault("allOf", []).append(
        {"if": {"not": {"required": ["include"]}}, "then": {"properties": complete}}
    )
    return document


class DescribedSchema(GenerateJsonSchema):
    """Adds the descriptions of the fields and their former names; a model's own description is its docstring."""

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        document = super().model_schema(schema)
        described = descriptions(schema["cls"])
        for name, field in schema["cls"].model_fields.items():
            key = next((key for key in (name, field.alias) if key in document.get("properties", {})), None)
            if key is not None and name in described:
                document["properties"][key]["description"] = described[name]
            if isinstance(field.validation_alias, AliasChoices):
                _add_former_names(document, [str(choice) for choice in field.validation_alias.choices])
        return document


def _add_former_names(document: JsonSchemaValue, names: list[str]) -> None:
    """Let a schema accept the former names of a key, so that an editor marks them as deprecated, not as wrong.

    Two names of one key together are a mistake, as for the model.
    """
    new, *former = names
    properties = document["properties"]
    for name in former:
        properties[name] = {**properties[new], "deprecated": True, "description": f"The former name of '{new}'."}
        document.setdefault("allOf", []).append({"not": {"required": [new, name]}})
    if new in document.get("required", []):
        document["required"].remove(new)
        document.setdefault("allOf", []).append({"anyOf": [{"required": [name]} for name in names]})


def descriptions(model: type[BaseModel]) -> dict[str, str]:
    """Return {field: the string under it} of a model and its bases."""
    descriptions_by_field: dict[str, str] = {}
    for base in reversed(model.__mro__):
        if not (issubclass(base, BaseModel) and base is not BaseModel):
            continue
        (definition,) = ast.parse(textwrap.dedent(inspect.getsource(base))).body
        assert isinstance(definition, ast.ClassDef)
        for line, below in zip(definition.body, definition.body[1:], strict=False):
            match line, below:
                case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                    descriptions_by_field[name] = " ".join(inspect.cleandoc(text).split())
    return descriptions_by_field
