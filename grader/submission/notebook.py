"""Gets a submitted notebook ready for execution, or says why it cannot be executed."""

from __future__ import annotations

import hashlib
import json
import re
from itertools import count
from typing import Any

from ..support import git_conflicts
from ..support.i18n import _
from ..support.text import clean
from . import CannotRun, NothingToGrade, defined, skimming, too_much_code
from .skimming import MAX_CELLS

EXPLORE = "explore"  # cells with this tag are the student's own experiments: not run


# Languages, and the names that their kernels have without a version.
NOT_PYTHON = (
    *("r", "ir", "irkernel", "xr", "julia", "octave", "matlab", "javascript", "ijavascript", "typescript", "tslab"),
    *("deno", "scala", "almond", "rust", "evcxr", "bash", "ruby", "iruby", "go", "gophernotes", "java", "ijava"),
    *("c", "c++", "cpp", "xcpp", "c#", ".net-csharp", "f#", ".net-fsharp", "haskell", "ihaskell", "perl", "iperl"),
    *("lua", "ilua", "xlua", "sql", "xsql", "kotlin", "php", "clojure", "ocaml", "ocaml-jupyter", "sas", "stata"),
)
RUN_AS_PYTHON = ("%%time", "%%timeit", "%%capture", "%%prun")
ONLY_IPYTHON = re.compile(r"[%!?]|[\w, ]+=[ \t]*[%!]|[\w.]+\?{1,2}$")
REMEMBERED = 4  # notebooks
KINDS = ("code", "markdown", "raw")
OLD_TEXT = {"heading": "markdown", "text": "markdown", "html": "markdown"}  # of formats 1 to 3
RAN = {"outputs", "execution_count", "prompt_number"}  # what only code cells have
IDENTITY = re.compile(r"[a-zA-Z0-9_-]{1,64}")
TAG = re.compile(r"[^,]+")


_prepared: dict[bytes, tuple[bytes, list[str]]] = {}  # by digest: it is read once to choose it, once to execute it


def prepare(name: str, raw: bytes) -> tuple[bytes, list[str]]:
    """Return (notebook to execute, its code cells as Python); raises CannotRun, NothingToGrade, UnicodeDecodeError.

    Whatever a reader of notebooks can open is repaired, see :func:`_parse`. Cells tagged ``explore`` are emptied.
    """
    digest = hashlib.sha256(raw).digest()
    if digest not in _prepared:
        prepared = _prepare(name, raw)
        while len(_prepared) >= REMEMBERED:
            del _prepared[next(iter(_prepared))]
        _prepared[digest] = prepared
    notebook, code = _prepared[digest]
    return notebook, [*code]


def _prepare(name: str, raw: bytes) -> tuple[bytes, list[str]]:
    notebook = _parse(name, raw)
    language = _other_language(notebook["metadata"])
    if language is not None:
        raise CannotRun(
            _("{name} is written for a kernel of the language {language}: choose a Python kernel and save it.").format(
                name=name, language=clean(language, 40)
            )
        )
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    for cell in cells:
        if EXPLORE in cell["metadata"].get("tags", []):
            cell["source"] = ""
    if not any(cell["source"].strip() for cell in cells):
        raise NothingToGrade(
            _("{name} has no code to run: write your solution in code cells that are not tagged '{tag}'.").format(
                name=name, tag=EXPLORE
            )
        )
    prepared = json.dumps(notebook, indent=1, ensure_ascii=False).encode(errors="replace") + b"\n"
    return prepared, [plain_python(cell["source"]) for cell in cells]


def executed(
    prepared: bytes, outputs: dict[int, list[dict[str, Any]]], last: int, about: dict[str, str] | None = None
) -> bytes:
    """The notebook with what its cells have shown, by their number; those up to ``last`` have begun.

    ``about`` says in its metadata by what it was executed.
    """
    notebook = json.loads(prepared)
    if about:
        notebook["metadata"]["grader"] = about
    count = 0
    for number, cell in enumerate((cell for cell in notebook["cells"] if cell["cell_type"] == "code"), start=1):
        if number <= last and "".join(cell["source"]).strip():
            count += 1
            cell |= {"execution_count": count, "outputs": outputs.get(number, [])}
    return json.dumps(notebook, indent=1, ensure_ascii=False).encode(errors="replace") + b"\n"


def _parse(name: str, raw: bytes) -> dict[str, Any]:
    """A valid notebook of format 4.5 with the cells of the given one; raises CannotRun, NothingToGrade.

    Of a key that is given twice the last value counts, as for Jupyter. Only what is executed or read is kept: saved
    outputs, widget states, unknown keys and broken metadata are dropped, so nothing of them has to be valid.
    """
    try:
        found = _read(raw)
    except skimming.NotJSON as error:
        raise CannotRun(_why_no_json(name, error)) from error
    except skimming.TooMuch as error:
        sentence = (
            _("{name} has more than {count} cells: hand in the solution alone.")
            if error.cells
            else _("{name} holds more than a solution needs: hand in the solution alone.")
        )
        raise CannotRun(sentence.format(name=name, count=MAX_CELLS)) from error
    except RecursionError as error:
        raise CannotRun(
            _("{name} is not a notebook (it is nested too deeply): save it with Jupyter.").format(name=name)
        ) from error
    cells = [cell for cell in _cells(found) if isinstance(cell, dict)]
    if not cells and not (isinstance(found, dict) and isinstance(found.get("cells", found.get("worksheets")), list)):
        raise NothingToGrade(
            _(
                "{name} is not a valid notebook (it is JSON without cells): hand in the notebook that you have worked in."
            ).format(name=name)
        )
    if len(cells) > MAX_CELLS:
        raise CannotRun(
            _("{name} has more than {count} cells: hand in the solution alone.").format(name=name, count=MAX_CELLS)
        )
    identities = _Identities(cells)
    return {
        "cells": [_repaired(name, cell, identities.next(cell)) for cell in cells],
        "metadata": _sound(found.get("metadata")),
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def _read(raw: bytes) -> Any:
    """The JSON value; of a large one only what is needed."""
    if not skimming.is_ordinary(raw):
        return skimming.notebook(raw)
    text = raw.decode("utf-8-sig")
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        line = git_conflicts.first_line(text)
        if line is not None:
            raise skimming.NotJSON(line, conflict=True) from error
        if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string"):
            raise skimming.NotJSON(text.count("\n", 0, len(text.rstrip())) + 1, ends=True) from error
        raise skimming.NotJSON(error.lineno) from error


def _why_no_json(name: str, error: skimming.NotJSON) -> str:
    if error.conflict:
        return git_conflicts.sentence(name, error.line)
    sentence = (
        _(
            "{name} is not a notebook (it is not valid JSON): it ends in the middle, in line {line}; download or save it again."
        )
        if error.ends
        else _(
            "{name} is not a notebook (it is not valid JSON): something is wrong in line {line}; download or save it again."
        )
    )
    return sentence.format(name=name, line=error.line)


def _cells(found: Any) -> list[Any]:
    """The cells of a notebook of any format; up to format 3 they lie in worksheets, as what nbformat 1 calls code."""
    if not isinstance(found, dict):
        return []
    if isinstance(found.get("cells"), list):
        return list(found["cells"])
    sheets = found.get("worksheets")
    sheets = sheets if isinstance(sheets, list) else []
    cells = [sheet.get("cells") for sheet in sheets if isinstance(sheet, dict)]
    return [cell for listed in cells if isinstance(listed, list) for cell in listed]


def _repaired(name: str, cell: dict[str, Any], identity: str) -> dict[str, Any]:
    """The cell as format 4.5 has it, without outputs; raises CannotRun."""
    given = next((cell[key] for key in skimming.TEXTS if key in cell), "")
    source = _text(given)
    kind = str(cell.get("cell_type", "")).lower()
    if kind not in KINDS:
        runs = "cell_type" not in cell and (RAN & cell.keys() or _parses(source))
        kind = "code" if runs else OLD_TEXT.get(kind, "raw")
    if kind == "code" and isinstance(given, skimming.LeftOut):
        raise CannotRun(too_much_code(name))
    tags = _dict(cell.get("metadata")).get("tags")
    tags = [tag for tag in tags if isinstance(tag, str) and TAG.fullmatch(tag)] if isinstance(tags, list) else []
    kept: dict[str, Any] = {
        "cell_type": kind,
        "id": identity,
        "metadata": {"tags": list(dict.fromkeys(tags))} if tags else {},
        "source": source,
    }
    if kind == "code":
        kept |= {"execution_count": None, "outputs": []}
    elif attachments := _attachments(cell.get("attachments")):
        kept["attachments"] = attachments
    return kept


def _text(source: Any) -> str:
    """A text, or a list of its lines."""
    if isinstance(source, list):
        parts = [part for part in source if isinstance(part, str)]
        text, lines = "".join(parts), "\n".join(parts)
        # Each line ends with its line feed, but for the last; some tools forget all of them.
        return text if "\n" in text or len(parts) < 2 or _parses(text) or not _parses(lines) else lines
    return source if isinstance(source, str) else ""


def _parses(source: str) -> bool:
    tree = defined.parse(plain_python(source))
    return tree is not None and bool(tree.body)


def _attachments(found: Any) -> dict[str, dict[str, str]]:
    """Pictures in a text: {file: {type: content}}."""
    return {
        file: bundle
        for file, bundle in _dict(found).items()
        if isinstance(bundle, dict) and all(isinstance(content, str) for content in bundle.values())
    }


def _sound(metadata: Any) -> dict[str, Any]:
    """Of a notebook's metadata what says which language it is in, as far as it is text."""
    spec, info = (_dict(_dict(metadata).get(key)) for key in ("kernelspec", "language_info"))
    spec = {key: spec[key] for key in ("name", "display_name", "language") if isinstance(spec.get(key), str)}
    if spec:  # which needs both names
        spec = {"name": spec.get("display_name", "python3"), "display_name": spec.get("name", "Python 3"), **spec}
    kept = {"kernelspec": spec} if spec else {}
    if isinstance(info.get("name"), str):
        kept["language_info"] = {"name": info["name"]}
    return kept


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


class _Identities:
    """An id for each cell: its own, unless that is not valid or taken already."""

    def __init__(self, cells: list[dict[str, Any]]) -> None:
        self._given = {cell["id"] for cell in cells if isinstance(cell.get("id"), str)}
        self._used: set[str] = set()
        self._numbers = count(1)

    def next(self, cell: dict[str, Any]) -> str:
        """The id of a cell; each has to be asked for once."""
        given = cell.get("id")
        if isinstance(given, str) and IDENTITY.fullmatch(given) and given not in self._used:
            self._used.add(given)
            return given
        return next(made for number in self._numbers if (made := f"cell-{number}") not in self._given)


def _other_language(metadata: dict[str, Any]) -> str | None:
    """The language of a notebook that is not written in Python; None for Python, and for what nobody knows."""
    spec, info = metadata.get("kernelspec", {}), metadata.get("language_info", {})
    told = spec.get("language") or info.get("name")
    if told:
        return str(told) if told.strip().lower() in NOT_PYTHON else None
    kernel = spec.get("name", "").strip().lower()
    return next((name for name in NOT_PYTHON if re.fullmatch(rf"{re.escape(name)}([-\d].*)?", kernel)), None)


def plain_python(source: str) -> str:
    """Blank what only IPython understands, keeping line numbers: ``%magic``, ``!command``, ``x = !command``."""
    first = source.lstrip().split("\n", 1)[0].split(" ")[0]
    if first.startswith("%%") and first not in RUN_AS_PYTHON:
        return "\n" * source.count("\n")
    # Line by line and without the spaces around it: over all of the text the pattern would take quadratic time.
    lines = source.split("\n")
    return "\n".join("" if ONLY_IPYTHON.match(line.strip(" \t")) else line for line in lines)
