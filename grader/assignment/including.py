"""Completes the content of an ``assignment.yaml``: with the files that it includes, and probes that are ``like`` another one.

An included file has names, functions, variables, probes and known bugs that several exercises share. An exercise gets only
those that it uses, and its own entries win, but for aliases, which are added.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ..support import yaml_model
from ..support.places import ASSIGNMENTS
from ..support.similar_names import normal
from . import expressions
from .base import Identifier, StrictModel
from .bugs import Bug, StepDeclarations
from .declarations import Declarations
from .functions import FunctionSpec
from .limits import Limits
from .probes import Probe
from .variables import VariableSpec

FOLDER = ASSIGNMENTS / "shared"
SUFFIX = ".yaml"
MOST_FILES = 20
WHOLE = ("forbidden_imports", "allowed_imports", "limits")


class Shared(StrictModel):
    """The content of a file that assignments include."""

    aliases: dict[str, list[str]] = {}
    """Other names of arguments and results; an exercise gets those of its own arguments and results, but for names
    that it declares itself."""
    functions: dict[Identifier, FunctionSpec] = {}
    """Functions; an exercise gets those that it lists under ``functions``, with its own keys instead of these."""
    variables: dict[str, VariableSpec] = {}
    """Variables; an exercise gets those that it lists under ``variables``, with its own keys instead of these."""
    steps: dict[Identifier, StepDeclarations] = {}
    """Steps of functions; an exercise gets those of its functions for which it has none."""
    bugs: list[Bug] = []
    """Known bugs; an exercise gets those of the functions whose steps it gets from here."""
    probes: dict[str, Probe] = {}
    """Inputs; an exercise gets the probes that it names, without inputs that it does not have."""
    forbidden_imports: list[str] = []
    """For exercises that do not state it."""
    allowed_imports: list[str] = []
    """For exercises that do not state it."""
    limits: Limits | None = None
    """For exercises that do not state it."""


def bundled_names() -> list[str]:
    """Return the names of the files that every assignment may include."""
    return sorted(file.stem for file in FOLDER.glob(f"*{SUFFIX}"))


def bundled_files(names: list[str]) -> list[Path]:
    """Return those of the included files that belong to the grader."""
    return [FOLDER / f"{name}{SUFFIX}" for name in names if not name.endswith(SUFFIX)]


def completed(data: Any, folder: Path | None) -> Any:
    """Return the content of an ``assignment.yaml`` in ``folder`` with the shared entries that it uses.

    Raises UsageError for mistakes in an included file, and YamlError for one that does not exist or a ``like`` that is unknown.
    Content of another type stays as it is: the model reports it.
    """
    parts = ("functions", "variables", "probes", "steps")
    if not isinstance(data, dict) or not all(isinstance(data.get(key) or {}, dict) for key in parts):
        return data
    names = data.get("include")
    names = list(dict.fromkeys(map(str, names))) if isinstance(names, list) else []
    if len(names) > MOST_FILES:
        message = f"'{names[MOST_FILES]}' is one file too many; include at most {MOST_FILES}."
        raise yaml_model.YamlError(("include",), names[MOST_FILES], message)
    files = [_file(name, folder) for name in names]
    if not files and not any(_likes(data.get("probes"))):
        return data
    merged = dict(data)
    contents = [yaml_model.load(file, Shared) for file in reversed(files)]
    for shared in contents:
        _add_keys(merged, "functions", shared.functions)
        _add_keys(merged, "variables", shared.variables)
    for shared in contents:
        _add_steps(merged, shared)
    arguments = _arguments_and_results(merged)
    for shared in contents:
        _add_entries(merged, shared, arguments)
    if merged.get("probes"):
        merged["probes"] = _like_others(merged["probes"])
    return merged


def _file(name: str, folder: Path | None) -> Path:
    """Return the included file: one of the grader, or with the ending ``.yaml`` one of the assignment's folder."""
    if not name.endswith(SUFFIX):
        if name not in bundled_names():
            message = f"'{name}' is not a shared file of the grader; allowed are {', '.join(bundled_names())}, and files of the folder, such as names.yaml."
            raise yaml_model.YamlError(("include",), name, message)
        return FOLDER / f"{name}{SUFFIX}"
    file = (folder or Path()) / name
    if folder is None or "/" in name or "\\" in name or not file.is_file():
        raise yaml_model.YamlError(("include",), name, f"'{name}' is not a file of the folder; add it.")
    if not file.resolve().is_relative_to(folder):
        message = f"'{name}' is a link that leads out of the folder; put the file itself there."
        raise yaml_model.YamlError(("include",), name, message)
    return file


def _add_keys(data: dict[str, Any], key: str, shared: Mapping[str, StrictModel]) -> None:
    """Complete the entries that the assignment lists under ``key``; their own keys stay."""
    entries = data.get(key) or {}
    for name, entry in shared.items():
        own = entries.get(name)
        if isinstance(own, dict):
            entries = {**entries, name: {**entry.model_dump(exclude_unset=True), **own}}
    if entries:
        data[key] = entries


def _add_steps(data: dict[str, Any], shared: Shared) -> None:
    """Add the steps, and with them the known bugs, of functions for which the assignment has no steps."""
    own, bugs = data.get("steps") or {}, data.get("bugs") or []
    added = {
        name: steps for name, steps in shared.steps.items() if name in data.get("functions", {}) and name not in own
    }
    if added and isinstance(bugs, list):
        data["steps"] = {**own, **added}
        data["bugs"] = [*bugs, *(bug for bug in shared.bugs if bug.function in added)]


def _add_entries(data: dict[str, Any], shared: Shared, arguments: set[str]) -> None:
    """Add the entries that the assignment, with these arguments and results, uses and does not state itself."""
    for key in WHOLE:
        if key not in data and key in shared.model_fields_set:
            data[key] = getattr(shared, key)
    key = "names" if "names" in data else "aliases"
    if isinstance(data.get(key) or {}, dict):
        data[key] = _aliases(data.get(key) or {}, shared.aliases, arguments)
    own_probes = data.get("probes") or {}
    mentioned = {*_texts(data.get("checks")), *_texts(own_probes)}
    probes = {}
    for name, probe in reversed(shared.probes.items()):  # a probe may be like one above it
        if name in mentioned:
            mentioned |= {*_texts(probe)}
            probes[name] = _with_inputs(probe, arguments)
    data["probes"] = dict(reversed(probes.items())) | own_probes


def _arguments_and_results(data: Mapping[str, Any]) -> set[str]:
    """Return the names of all arguments and results; none if the declarations have a mistake, which the model reports."""
    keys = [key for key in Declarations.model_fields if key not in ("aliases", "probes")]
    with suppress(ValidationError):
        return {*Declarations.model_validate({key: data[key] for key in keys if key in data}).all_names()}
    return set()


def _with_inputs(probe: Probe, arguments: set[str]) -> Probe:
    """Return the probe with the inputs that are arguments, and those from which they are computed."""
    needed = set(arguments)
    with suppress(expressions.Refused):  # the model reports it
        for name, others in reversed(probe.names_in_formulas().items()):
            needed |= {*others} if name in needed else set()
    return probe.model_copy(update={"inputs": {key: value for key, value in probe.inputs.items() if key in needed}})


def _aliases(own: dict[str, Any], shared: dict[str, list[str]], arguments: set[str]) -> dict[str, Any]:
    """Return the assignment's own aliases and the shared ones of its arguments and results.

    A name that the assignment declares itself means only what it declares.
    """
    declared = {*map(normal, arguments)}
    merged = dict(own)
    for name, aliases in shared.items():
        more = own.get(name) or []
        if name in arguments and isinstance(more, list):
            others = [other for other in aliases if normal(other) not in declared]
            merged[name] = [*dict.fromkeys([*more, *others])] if all(isinstance(each, str) for each in more) else more
    return merged


def _likes(probes: Any) -> Iterator[str]:
    for probe in probes.values() if isinstance(probes, dict) else ():
        if isinstance(probe, dict) and isinstance(probe.get("like"), str):
            yield probe["like"]


def _like_others(probes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the probes, each with its own inputs and those of the probe above it that it is ``like``."""
    complete: dict[str, Any] = {}
    for name, probe in probes.items():
        other = probe.like if isinstance(probe, Probe) else next(_likes({name: probe}), None)
        if other is None:
            complete[name] = probe
            continue
        if other not in complete:
            choices = f"allowed are {', '.join(complete)}" if complete else "there are none"
            raise yaml_model.YamlError(
                ("probes", name), other, f"'{other}' is not a known probe above this one; {choices}."
            )
        own, inherited = _inputs(probe), _inputs(complete[other])
        if isinstance(own, dict) and isinstance(inherited, dict):
            complete[name] = _with(probe, complete[other], inherited | own)
        else:
            complete[name] = probe
    return complete


def _with(probe: Any, other: Any, inputs: dict[str, Any]) -> Any:
    """Return a probe with these inputs and, without nets of its own, those of the probe that it is ``like``."""
    if isinstance(probe, Probe):
        return probe.model_copy(update={"inputs": inputs, "like": None})
    nets = {"each": other["each"]} if isinstance(other, dict) and "each" in other else {}
    return {**nets, **{key: value for key, value in probe.items() if key != "like"}, "inputs": inputs}


def _inputs(probe: Any) -> Any:
    return probe.inputs if isinstance(probe, Probe) else probe.get("inputs") or {} if isinstance(probe, dict) else None


def _texts(value: Any) -> Iterator[str]:
    """Yield all strings in a value of the file, and the probes that a probe names."""
    if isinstance(value, str):
        yield value
    if isinstance(value, Probe):
        yield from filter(None, (value.like, value.fallback))
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _texts(part)
