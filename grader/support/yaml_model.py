"""Reads YAML into a pydantic model and reports every mistake with file and line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from . import git_conflicts
from .errors import UsageError
from .similar_names import nearest

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml's is ten times faster
MAX_DEPTH = 100
MAX_SIZE = 4 << 20  # bytes
MAX_NODES = 1_000_000  # nodes of an alias count each time that it is used: ten lines can expand to billions
YamlPath = tuple[int | str, ...]
ModelT = TypeVar("ModelT", bound=BaseModel)


class Mistakes(UsageError):
    """All mistakes in a file: (line, sentence) for each, sorted by line."""

    def __init__(self, path: Path, mistakes: Sequence[tuple[int, str]]) -> None:
        self.path = path
        self.mistakes = sorted(mistakes, key=lambda mistake: mistake[0])
        super().__init__("\n".join(self.lines()))

    def __reduce__(self) -> tuple[type[Mistakes], tuple[Path, Sequence[tuple[int, str]]]]:
        """Say how to pickle it: a process that grades reports it to the one that waits."""
        return Mistakes, (self.path, self.mistakes)

    def lines(self) -> list[str]:
        """Return each mistake with file and line."""
        return [f"{self.path}:{line}: {sentence}" for line, sentence in self.mistakes]


class YamlError(ValueError):
    """Raised by a validator of a model: the mistake is the string ``value`` somewhere below ``location``."""

    def __init__(self, location: YamlPath, value: str, message: str) -> None:
        super().__init__(message)
        self.location = location
        self.value = value


def load(path: Path, model: type[ModelT], **context: Any) -> ModelT:
    """Return the model read from ``path``. Raises UsageError with one sentence, file and line per mistake.

    Validators get ``context``, and the folder of the file as ``folder``.
    """
    return load_with_lines(path, model, **context)[0]


def load_with_lines(path: Path, model: type[ModelT], **context: Any) -> tuple[ModelT, Callable[[YamlPath], int]]:
    """Return the model and a function that maps a location to its line in the file. Raises UsageError as :func:`load`.

    Messages name a key by its path in the file, with the names of list entries, or else their numbers from 1. If the model
    has ``LINES_NAME_ENTRIES``, they name the keys of list entries without the path. A model with a function ``written_out``
    validates what this makes of the content and the folder of the file; it also returns a function from the places in that to those in the file.
    """
    try:
        if path.stat().st_size > MAX_SIZE:
            raise UsageError(f"{path}: the file is larger than {MAX_SIZE >> 20} MB; move data to separate files.")
        text = path.read_text(encoding="utf-8")
        _refuse_depth(path, text, LOADER)
        root = yaml.compose(text, Loader=LOADER)
        if root is not None:
            _refuse_duplicate_keys(path, root)
        data = LOADER("").construct_document(root) if root is not None else None
    except OSError as error:
        raise UsageError(f"{path}: the file cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: the file is not UTF-8 text; save it as UTF-8.") from error
    except (yaml.YAMLError, RecursionError) as error:
        # libyaml has its own limit, and its look-ahead can reach that before the first event. Python's parser has no limit.
        with suppress(yaml.YAMLError):
            _refuse_depth(path, text, yaml.SafeLoader)
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1

        conflict = git_conflicts.first_line(text)
        if conflict is not None:
            raise UsageError(git_conflicts.sentence(str(path), conflict)) from error
        problem = str(getattr(error, "problem", error))
        raise UsageError(f"{path}:{line}: not valid YAML ({problem}); {_remedy(problem)}") from error

    @cache
    def nodes() -> Any:
        return yaml.compose(text, Loader=LOADER)  # again, because construction has replaced the merge keys

    written_out = getattr(model, "written_out", lambda content, _folder: (content, lambda place: place))
    content, origin = written_out(data, path.resolve().parent)
    try:
        instance = model.model_validate(content, context={**context, "folder": path.resolve().parent})
    except ValidationError as error:
        all_errors = [_at(origin, each) for each in error.errors()]
        errors = _first_of_each_place(_without_consequences(all_errors, model))

        def name_of(place: str, each: ErrorDetails) -> str:
            names_entries = getattr(model, "LINES_NAME_ENTRIES", False)
            return _by_the_line(place) if names_entries else _readable(each["loc"], data)

        raise Mistakes(
            path, [(_line_of(nodes(), each), _sentence(each, name_of(place, each), model)) for place, each in errors]
        ) from error
    return instance, lambda location: _follow(nodes(), location)[0]


def _remedy(problem: str) -> str:
    """Return what usually repairs a problem that the parser of YAML has found."""
    if "cannot start any token" in problem:
        return "put texts with @, %, ` or brackets in quotes, and indent with spaces instead of tabs."
    if "',' or" in problem:
        return "close the bracket, and put texts that contain a comma, a bracket or a colon in quotes."
    if "mapping values" in problem:
        return "put a text that contains a colon and a space in quotes, and check the indentation."
    return "check the indentation, and put texts with special characters in quotes."


def _at(origin: Callable[[YamlPath], YamlPath], error: ErrorDetails) -> ErrorDetails:
    """Return an error with its place in the file."""
    raised = error.get("ctx", {}).get("error")
    if isinstance(raised, YamlError):
        raised.location = origin(raised.location)
    return {**error, "loc": origin(error["loc"])}


def _without_consequences(errors: Sequence[ErrorDetails], model: type[BaseModel]) -> list[ErrorDetails]:
    """Return the errors without those about keys that seem to be missing because they are misspelt."""
    unknown = [error for error in errors if error["type"] == "extra_forbidden"]
    misspelt = {(error["loc"][:-1], _meant(error, model)) for error in unknown}

    def follows(error: ErrorDetails) -> bool:
        if error["type"] != "missing":
            return False
        *outer, key = error["loc"]
        return bool({(tuple(outer), key), ((), key)} & misspelt)

    return [error for error in errors if not follows(error)]


def _meant(error: ErrorDetails, model: type[BaseModel]) -> str | None:
    """Return the key that an unknown key is probably a misspelling of, or None."""
    unknown_key = str(error["loc"][-1])
    return nearest(unknown_key, {key for key in _keys(model.model_json_schema()) if key != unknown_key})


def _first_of_each_place(errors: Sequence[ErrorDetails]) -> list[tuple[str, ErrorDetails]]:
    """Return one (place, error) per place. For a union, pydantic lists errors for each member and inside each member."""
    first_errors: list[tuple[str, ErrorDetails]] = []
    whole: list[str] = []
    for error in errors:
        place = _place(error["loc"])
        if not any(f"{place}.".startswith(f"{other}.") or other.startswith(f"{place}.") for other in whole):
            whole.append(place)
            first_errors.append((place, error))
    return first_errors


def _by_the_line(place: str) -> str:
    """Return the place without the lists around it, since the line number identifies the entry."""
    inner = re.sub(r"^(?:\w+\.\d+\.)+", "", place)
    return re.sub(r"^(\w+)\.\d+$", r"an entry of \1", inner)


def _refuse_depth(path: Path, text: str, loader: Any) -> None:
    """Raise UsageError if the file is nested too deep, or becomes too large through aliases.

    It reads event by event, since libyaml composes nodes by recursion in C and would crash the process.
    """
    open_nodes: list[tuple[str | None, int]] = []  # (anchor, number of nodes before it)
    sizes: dict[str, int] = {}
    line = nodes = 0
    for event in yaml.parse(text, Loader=loader):
        line = event.start_mark.line + 1 if event.start_mark else line
        if isinstance(event, yaml.AliasEvent):
            nodes += sizes.get(str(event.anchor), 0)  # an unknown anchor is a mistake that is reported later
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, before = open_nodes.pop()
            if anchor:
                sizes[anchor] = nodes - before
        elif isinstance(event, yaml.NodeEvent):
            nodes += 1
            if isinstance(event, yaml.CollectionStartEvent):
                open_nodes.append((event.anchor, nodes - 1))
        if len(open_nodes) > MAX_DEPTH:
            raise UsageError(f"{path}:{line}: the nesting is more than {MAX_DEPTH} levels deep; make it flatter.")
        if nodes > MAX_NODES:
            raise UsageError(f"{path}:{line}: the file becomes too large through its aliases; write it without them.")


def _refuse_duplicate_keys(path: Path, node: yaml.Node) -> None:
    if isinstance(node, yaml.MappingNode):
        seen_keys: set[str] = set()
        for key, value in node.value:
            if key.value in seen_keys and key.tag != "tag:yaml.org,2002:merge":
                raise UsageError(f"{path}:{key.start_mark.line + 1}: the key '{key.value}' appears twice; keep one.")
            seen_keys.add(key.value)
            _refuse_duplicate_keys(path, value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _refuse_duplicate_keys(path, item)


def _line_of(root: yaml.Node | None, error: ErrorDetails) -> int:
    raised = error.get("ctx", {}).get("error")
    if isinstance(raised, YamlError):
        line, node = _follow(root, raised.location)
        return next((line_number for line_number in _lines_of_text(node, raised.value)), line)
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


def _follow(node: yaml.Node | None, location: YamlPath) -> tuple[int, yaml.Node | None]:
    """Return line and node of a pydantic location, as far as it exists in the tree (locations also name union members)."""
    line = 1
    for step in location:
        child: yaml.Node | None = None
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if key.value == str(step):
                    line, child = key.start_mark.line + 1, value
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            child = node.value[step]
            line = child.start_mark.line + 1
        if child is not None:
            node = child
    return line, node


def _place(location: Sequence[int | str]) -> str:
    """Return a location such as ``checks.2.points``, without pydantic's names of union members."""
    return ".".join(map(str, _steps(location))) or "the file"


def _readable(location: YamlPath, data: Any) -> str:
    """Return a location such as ``checks.loss.points``: a list entry has its name, or else its number, counted from 1."""
    readable: list[str] = []
    for step in _steps(location):
        if isinstance(data, list) and isinstance(step, int) and step < len(data):
            data = data[step]
            name = data.get("name") if isinstance(data, dict) else None
            readable.append(name if isinstance(name, str) and name else str(step + 1))
        elif isinstance(data, dict) and step not in data and data.get("kind") == step:
            continue  # pydantic names the member of a union by the kind of the entry
        else:
            data = data.get(step) if isinstance(data, dict) else None
            readable.append(str(step))
    return ".".join(readable) or "the file"


def _steps(location: Sequence[int | str]) -> list[int | str]:
    """Return the steps of a location without pydantic's names of union members."""
    members = re.compile(r"[\[(]|^[A-Z]\w+$|^(bool|int|float|str|list|constrained-\w+)$")
    return [step for step in location if not members.search(str(step))]


def _sentence(error: ErrorDetails, where: str, model: type[BaseModel]) -> str:
    context: dict[str, Any] = error.get("ctx", {})
    match error["type"]:
        case "model_type" | "dict_type" if ".inputs." in where:
            return f"{where} must be a number, a list of numbers, a list of rows of equal length, or a mapping with 'random', 'value', 'formula', 'images' or 'text'."
        case "model_type" | "dict_type" if where.startswith("globals."):
            return f"{where} must be a number, a list of numbers, or a mapping with 'length_of' or 'file'."
        case "model_type" | "dict_type":
            return f"{where} must be a mapping of keys to values."
        case "string_pattern_mismatch":
            return f"{where} is {error['input']!r}; write it in lower case with hyphens, like single-neuron."
        case "missing":
            return f"{where} is missing; add it."
        case "extra_forbidden":
            suggestion = _meant(error, model)
            sentence = f"{where} is not a known key; remove it or correct its spelling."
            return f"{sentence} Did you mean {suggestion}?" if suggestion else sentence
        case "union_tag_invalid":
            suggestion = nearest(context["tag"], re.findall(r"'(\w+)'", context["expected_tags"]))
            sentence = f"{where}: unknown kind '{context['tag']}'; allowed are {context['expected_tags']}."
            return f"{sentence} Did you mean {suggestion}?" if suggestion else sentence
        case "union_tag_not_found":
            return f"{where} has no 'kind'; every {'check' if where.startswith('checks') else 'entry'} needs one."
        case "literal_error" | "enum":
            return f"{where} is {error['input']!r}; allowed are {context['expected']}."
        case _ if error["loc"] and error["input"] is None and error["type"].endswith("_type"):
            return f"{where} is empty; write its value after the colon."
        case "list_type":
            return f"{where} must be a list: write each entry on its own line after a '-'."
        case "value_error":
            return str(context["error"]) if isinstance(context["error"], YamlError) else f"{where}: {context['error']}"
    return f"{where} is {error['input']!r}; {error['msg'][0].lower()}{error['msg'][1:]}."


def _keys(schema: Any) -> list[str]:
    """Return the keys of a model and of all models inside it, from its JSON schema."""
    if not isinstance(schema, dict):
        return []
    nested = [name for part in schema.values() for name in _keys(part)]
    return [*schema.get("properties", {}), *nested]
