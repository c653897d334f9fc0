"""Lists of arrays, such as the weights of all layers, whose length depends on the probe.

``lists: {weights: W}`` says that ``weights`` is a list of the arrays W1, W2, ...; a probe says with ``each`` which nets
it has. :func:`written_out` makes ordinary entries of both before the file is validated: for each number of layers L a
function of its own with the arrays W1 to WL, and the checks, steps and bugs of that function. So expected answers,
comparisons and the diagnosis only know arrays with names. Lists exist where a submission or a reference is called.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ..support.yaml_model import YamlError

YamlPath = tuple[int | str, ...]
Origin = Callable[[YamlPath], YamlPath]

_PLACE = re.compile(r"<(?:(k|L)(?:([+-])(\d+))?|(\d+))>")
RANGES = {"layers": (1, 0), "hidden": (1, -1)}  # of <k> in a bug: from the first to the last layer, relative to L


def written_out(data: Any) -> tuple[Any, Origin]:
    """Return the content of an ``assignment.yaml`` without ``each``, and a function from its places to those of the file.

    A content without ``lists``, or with mistakes in its structure, is returned unchanged.
    """
    if not isinstance(data, dict) or not isinstance(data.get("lists"), dict):
        return data, lambda place: place
    try:
        content = _Content(data)
    except (AttributeError, TypeError, ValueError, KeyError, IndexError):  # validation reports the mistake
        return data, lambda place: place
    return content.data, content.origin


def refuse_nets_without_lists(data: Any) -> None:
    """Raise YamlError if a probe has nets, but the assignment has no lists: then no <k> in it means anything."""
    probes = data.get("probes") if isinstance(data, dict) and not data.get("lists") else None
    for name, probe in probes.items() if isinstance(probes, dict) else ():
        if isinstance(probe, dict) and "each" in probe:
            message = "'each' needs lists of arrays; add 'lists: {weights: W}' with their names at the top."
            raise YamlError(("probes", name), "each", message)


def packed(lists: Mapping[str, str], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return {list: its arrays} for each list whose arrays are among ``values``: W1 and W2 are the list ``weights``."""
    arrays = {name: entries_of(prefix, values) for name, prefix in lists.items() if name not in values}
    return {name: [values[entry] for entry in entries] for name, entries in arrays.items() if entries}


def entries_of(prefix: str, names: Iterable[str]) -> list[str]:
    """Return the names of the arrays of a list among ``names``, in their order: W1, W2, ..."""
    every = set(names)
    entries: list[str] = []
    while f"{prefix}{len(entries) + 1}" in every:
        entries.append(f"{prefix}{len(entries) + 1}")
    return entries


def filled(text: str, layers: int, k: int | None = None) -> str:
    """Return ``text`` with the numbers for <L>, <L-1>, <k>, <k-1> and <k+1>."""

    def number(match: re.Match[str]) -> str:
        base = {"k": k, "L": layers}.get(match[1], 0)
        return match[0] if base is None else str(base + int(f"{match[2] or ''}{match[3] or match[4] or 0}"))

    return _PLACE.sub(number, text)


def _names(function: Any) -> set[str]:
    """Return the names of the arguments and results of a function; those of a missing key, a mistake, are left out."""
    if not isinstance(function, dict):
        return set()
    return {*re.findall(r"\w+", str(function.get("signature") or "")), *(function.get("returns") or ())}


def _going_backwards(steps: Mapping[str, Any]) -> list[str]:
    """Return the steps that need a value of the layer after it, directly or through other steps.

    They are computed from the last layer to the first, so a message names the last layer first.
    """
    backwards: dict[str, None] = {}
    further_steps = [name for name, text in steps.items() if "<k+1>" in str(text)]
    while further_steps:
        backwards |= dict.fromkeys(further_steps)
        uses = re.compile("|".join(rf"\b{re.escape(name)}(?!\w)" for name in backwards))
        further_steps = [name for name, text in steps.items() if name not in backwards and uses.search(str(text))]
    return [*backwards]


class _Content:
    """One file that is written out; ``data`` is the new content."""

    def __init__(self, data: dict[str, Any]) -> None:
        self._lists: dict[str, str] = data["lists"]
        self._origins: dict[YamlPath, YamlPath] = {}
        self._nets: dict[
            str, list[tuple[str, int]]
        ] = {}  # {probe: the probes written out, each with its number of layers}
        self._depths: set[int] = set()
        self.data = dict(data)
        self.data["probes"] = self._probes(data.get("probes", {}))
        self._of_lists = {name for name, item in data.get("functions", {}).items() if self._has_lists(item)}
        self._depths_of = self._depths_in_checks(data.get("checks", []))
        self.data["functions"] = self._by_depth("functions", data.get("functions", {}), self._function)
        self.data["aliases"] = self._aliases(data.get("aliases", {}))
        self._check_names: dict[str, list[tuple[str, int]]] = {}
        self.data["checks"] = self._entries("checks", data.get("checks", []), self._checks)
        self.data["bugs"] = self._entries("bugs", data.get("bugs", []), self._bugs)
        self.data["steps"] = self._by_depth("steps", data.get("steps", {}), self._steps)

    def origin(self, place: YamlPath) -> YamlPath:
        """Return the place in the file of a place in ``data``."""
        before = self._origins.get(place[:2])
        return place if before is None else (*before, *place[2:])

    def _probes(self, probes: dict[str, Any]) -> dict[str, Any]:
        output: dict[str, Any] = {}
        for name, probe in probes.items():
            if not isinstance(probe, dict) or "each" not in probe:  # or an included one
                output[name] = probe
                continue
            for widths in probe["each"]["layers"]:
                written_name = f"{name} {'-'.join(map(str, widths))}"
                inputs: dict[str, Any] = {}
                for key, value in probe["inputs"].items():
                    inputs |= self._inputs(key, value, [int(width) for width in widths])
                output[written_name] = {key: item for key, item in probe.items() if key != "each"} | {"inputs": inputs}
                self._origins["probes", written_name] = ("probes", name)
                for key in (name, written_name):
                    self._nets.setdefault(key, []).append((written_name, len(widths) - 1))
                self._depths.add(len(widths) - 1)
        return output

    def _inputs(self, key: str, value: Any, widths: list[int]) -> dict[str, Any]:
        """Return an input of a net with these widths; a list becomes its arrays."""
        layers = len(widths) - 1
        if key not in self._lists:
            return {key: self._sized(value, widths, None)}
        return {f"{self._lists[key]}{k}": self._sized(value, widths, k) for k in range(1, layers + 1)}

    def _sized(self, value: Any, widths: list[int], k: int | None) -> Any:
        """Return an input whose shape has the widths of the net instead of <0>, <k-1>, <k> and <L>."""
        if not isinstance(value, dict) or "shape" not in value:
            return value
        shape = [
            widths[int(filled(length, len(widths) - 1, k))] if isinstance(length, str) and "<" in length else length
            for length in value["shape"]
        ]
        return value | {"shape": shape}

    def _has_lists(self, function: Any) -> bool:
        return any(name in self._lists for name in _names(function))

    def _name(self, function: str, layers: int) -> str:
        return f"{function}_{layers}" if function in self._of_lists else function

    def _by_depth(self, section: str, entries: dict[str, Any], write: Callable[[Any, int], Any]) -> dict[str, Any]:
        """Return ``entries`` with one entry for each number of layers for each function that has lists."""
        output: dict[str, Any] = {}
        for name, entry in entries.items():
            if name not in self._of_lists:
                output[name] = entry
                continue
            for layers in sorted(self._depths_of.get(name, self._depths)):
                output[self._name(name, layers)] = write(entry, layers)
                if section == "functions":
                    output[self._name(name, layers)].setdefault("called", name)
                self._origins[section, self._name(name, layers)] = (section, name)
        return output

    def _function(self, function: dict[str, Any], layers: int) -> dict[str, Any]:
        names = _names(function)
        entries = {
            name: [f"{prefix}{k}" for k in range(1, layers + 1)]
            for name, prefix in self._lists.items()
            if name in names
        }
        return function | {"entries": entries}

    def _aliases(self, aliases: dict[str, list[str]]) -> dict[str, Any]:
        """Return the aliases, and for the array W1 the names of an entry of a list, such as weights1."""
        output = dict(aliases)
        for name, prefix in self._lists.items():
            for k in range(1, max(self._depths, default=0) + 1):
                others = [f"{alias}{k}" for alias in (name, *aliases.get(name, []))]
                output[f"{prefix}{k}"] = list(dict.fromkeys([*aliases.get(f"{prefix}{k}", []), *others]))
        return output

    def _steps(self, steps: Any, layers: int) -> Any:
        """Return the steps of a net: a step with <k> in its name is one for each layer that has no step of its own."""
        if not isinstance(steps, dict):
            return steps
        single = {filled(name, layers) for name in steps if "<k" not in name}
        backwards = _going_backwards(steps)
        output: dict[str, Any] = {}
        for name, text in steps.items():
            order = [*range(1, layers + 1)]
            for k in (order[::-1] if name in backwards else order) if "<k" in name else (None,):
                key = filled(name, layers, k)
                if k is None or key not in single:
                    output[key] = filled(text, layers, k) if isinstance(text, str) else text
        return output

    def _entries(
        self, section: str, entries: list[Any], write: Callable[[dict[str, Any]], list[dict[str, Any]]]
    ) -> list[Any]:
        output: list[Any] = []
        for index, entry in enumerate(entries):
            for item in write(entry):
                self._origins[section, len(output)] = (section, index)
                output.append(item)
        return output

    def _depths_in_checks(self, checks: list[dict[str, Any]]) -> dict[str, set[int]]:
        """Return the numbers of layers with which the checks call each function; without those that have no net."""
        depths: dict[str, set[int]] = {}
        for check in checks:
            probes = check.get("probes", [check["probe"]] if "probe" in check else [])
            of_check = {layers for probe in probes for _, layers in self._nets.get(probe, [])}
            names = [check[key] for key in ("function", "train", "predict") if key in check]
            for name in [*names, *check.get("functions", []), *check.get("given", [])] if of_check else []:
                depths.setdefault(name, set()).update(of_check)
        return depths

    def _checks(self, check: dict[str, Any]) -> list[dict[str, Any]]:
        """Return a check once for each number of layers in its probes; its points are divided among them."""
        probes = check.get("probes", [check["probe"]] if "probe" in check else [])
        depths = sorted({layers for probe in probes for _, layers in self._nets.get(probe, [])})
        output = [self._check(check, layers, len(depths)) for layers in depths] or [dict(check)]
        self._check_names[check["name"]] = [
            (item["name"], layers) for item, layers in zip(output, depths or [0], strict=True)
        ]
        for item, layers in zip(output, depths or [0], strict=True):
            if "requires" in check:
                item["requires"] = [name for other in check["requires"] for name in self._required(other, layers)]
        return output

    def _required(self, name: str, layers: int) -> list[str]:
        """Return the checks that a check of nets with this number of layers requires."""
        every = self._check_names.get(name, [(name, 0)])
        return [other for other, depth in every if depth == layers] or [other for other, _depth in every]

    def _check(self, check: dict[str, Any], layers: int, count: int) -> dict[str, Any]:
        output = dict(check)
        for key in {"name", "title", "hint"} & check.keys():
            output[key] = filled(check[key], layers)
        if count > 1:
            output |= {"name": f"{output['name']}-{layers}", "points": check["points"] / count}
        for key in {"function", "train", "predict"} & check.keys():
            output[key] = self._name(check[key], layers)
        for key in {"functions", "given"} & check.keys():
            output[key] = [self._name(name, layers) for name in check[key]]
        if "probes" in check:
            output["probes"] = [name for probe in check["probes"] for name in self._probes_with(probe, layers)]
        if "probe" in check:
            output["probe"] = self._probes_with(check["probe"], layers)[0]
        if "parameters" in check:
            output["parameters"] = {
                result: parameter
                for name, other in check["parameters"].items()
                for result, parameter in zip(self._arrays(name, layers), self._arrays(other, layers), strict=True)
            }
        return output

    def _probes_with(self, probe: str, layers: int) -> list[str]:
        return [name for name, depth in self._nets.get(probe, [(probe, layers)]) if depth == layers]

    def _arrays(self, name: str, layers: int) -> list[str]:
        return [f"{self._lists[name]}{k}" for k in range(1, layers + 1)] if name in self._lists else [name]

    def _bugs(self, bug: dict[str, Any]) -> list[dict[str, Any]]:
        """Return a bug once for each number of layers, with the numbers of the layers that <k> stands for."""
        if bug["function"] not in self._of_lists:
            return [bug]
        output = []
        for layers in sorted(self._depths_of.get(bug["function"], self._depths)):
            item = bug | {"function": self._name(bug["function"], layers)}
            if "replace" in bug:
                item["replace"] = {
                    filled(name, layers): filled(str(text), layers) for name, text in bug["replace"].items()
                }
            if any("<k" in name for name in bug.get("replace", {})):
                values = bug.get("for_each", {}).get("k", "layers")
                if isinstance(values, str):
                    first, last = RANGES[values]
                    values = [*range(layers + last, first - 1, -1)]
                if not values:
                    continue
                item["for_each"] = {"k": values}
            output.append(item)
        return output
