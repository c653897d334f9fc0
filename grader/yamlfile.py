"""YAML into a pydantic model, with the file and line of every mistake."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from .errors import UsageError

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml's is ten times faster
MAX_DEPTH = 100
Location = tuple[int | str, ...]
Model = TypeVar("Model", bound=BaseModel)


class MistakeAt(ValueError):
    """Raised by a model's own validator: the mistake is the text ``value`` somewhere below ``location``."""

    def __init__(self, location: Location, value: str, message: str) -> None:
        super().__init__(message)
        self.location = location
        self.value = value


def load(path: Path, model: type[Model]) -> Model:
    """Read ``path`` as ``model``; raises UsageError, one sentence with file and line, if it is not one."""
    try:
        text = path.read_text(encoding="utf-8")
        _refuse_depth(path, text, LOADER)
        root = yaml.compose(text, Loader=LOADER)
        if root is not None:
            _refuse_duplicate_keys(path, root)
        data = yaml.load(text, Loader=LOADER)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: is not UTF-8 text; save it as UTF-8.") from error
    except (yaml.YAMLError, RecursionError) as error:
        # libyaml has a limit of its own, which its look-ahead can reach before the first event; Python's parser has none.
        with suppress(yaml.YAMLError):
            _refuse_depth(path, text, yaml.SafeLoader)
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise UsageError(f"{path}:{line}: not valid YAML ({getattr(error, 'problem', error)}).") from error
    try:
        return model.model_validate(data, context={"folder": path.resolve().parent})
    except ValidationError as error:
        first = error.errors()[0]
        line = _line_of(root, first)
        raise UsageError(f"{path}:{line}: {_sentence(first)}") from error


def _refuse_depth(path: Path, text: str, loader: Any) -> None:
    """Event by event, since libyaml composes by recursion in C, where too much of it kills the process."""
    depth, line = 0, 1
    for event in yaml.parse(text, Loader=loader):
        line = event.start_mark.line + 1 if event.start_mark else line
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise UsageError(f"{path}:{line}: is nested more than {MAX_DEPTH} deep; make it flatter.")


def _refuse_duplicate_keys(path: Path, node: yaml.Node) -> None:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen and key.tag != "tag:yaml.org,2002:merge":
                raise UsageError(f"{path}:{key.start_mark.line + 1}: '{key.value}' is given twice; keep one.")
            seen.add(key.value)
            _refuse_duplicate_keys(path, value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _refuse_duplicate_keys(path, item)


def _line_of(root: yaml.Node | None, error: ErrorDetails) -> int:
    raised = error.get("ctx", {}).get("error")
    if isinstance(raised, MistakeAt):
        line, node = _follow(root, raised.location)
        return next((found for found in _lines_of_text(node, raised.value)), line)
    location = error["loc"]
    return _follow(root, (*location, "kind") if error["type"] == "union_tag_invalid" else location)[0]


def _lines_of_text(node: yaml.Node | None, text: str) -> Iterator[int]:
    if isinstance(node, yaml.ScalarNode) and node.value == text:
        yield node.start_mark.line + 1
    elif isinstance(node, yaml.MappingNode):
        for _, value in node.value:
            yield from _lines_of_text(value, text)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _lines_of_text(item, text)


def _follow(node: yaml.Node | None, location: Location) -> tuple[int, yaml.Node | None]:
    """Follow a pydantic location through the tree as far as it goes (it also names union members)."""
    line = 1
    for step in location:
        found: yaml.Node | None = None
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if key.value == str(step):
                    line, found = key.start_mark.line + 1, value
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            found = node.value[step]
            line = found.start_mark.line + 1
        if found is not None:
            node = found
    return line, node


def _place(location: Location) -> str:
    """``checks.2.points`` for a reader; what pydantic adds to name a member of a union is left out."""
    steps = [str(step) for step in location]
    plain = [step for step in steps if not re.search(r"[\[(]|^[A-Z]\w+$|^(bool|int|float|list)$", step)]
    if len(plain) > 2 and plain[0] == "checks":  # the third names the kind
        del plain[2]
    return ".".join(plain) or "the file"


def _sentence(error: ErrorDetails) -> str:
    where = _place(error["loc"])
    context: dict[str, Any] = error.get("ctx", {})
    match error["type"]:
        case "model_type" | "dict_type" if ".inputs." in where:
            return f"{where} has to be a number, a list of numbers, a list of equal rows, or a mapping with 'draw'."
        case "model_type" | "dict_type" if where.startswith("globals."):
            return f"{where} has to be a number, a list of numbers, or a mapping with 'length_of' or 'file'."
        case "model_type" | "dict_type":
            return f"{where} has to be keys with values."
        case "string_pattern_mismatch":
            return f"{where} is {error['input']!r}; write it in lower case with hyphens, like single-neuron."
        case "missing":
            return f"{where} is missing; add it."
        case "extra_forbidden":
            return f"{where} is not a known key; remove it or correct its spelling."
        case "union_tag_invalid":
            return f"{where}: kind '{context['tag']}' is not known; allowed are {context['expected_tags']}."
        case "union_tag_not_found":
            return f"{where} has no 'kind'; every check needs one."
        case "literal_error" | "enum":
            return f"{where} is {error['input']!r}; allowed are {context['expected']}."
        case "value_error":
            return str(context["error"]) if isinstance(context["error"], MistakeAt) else f"{where}: {context['error']}"
    return f"{where} is {error['input']!r}; {error['msg'][0].lower()}{error['msg'][1:]}."
