"""Prepares a submitted notebook for execution, or reports why it cannot be executed."""

from __future__ import annotations

import hashlib
import json
import re
from itertools import count
from typing import Any

from ..support import git_conflicts
from ..support.i18n import _
from ..support.text import clean
from . import python_code, skimming
from .problems import CannotRun, NothingToGrade, too_much_code
from .skimming import MAX_CELLS

EXPLORE = "explore"  # cells with this tag are the student's experiments; they are not run


# Languages, and the names of their kernels without a version.
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
CODE_KEYS = {"outputs", "execution_count", "prompt_number"}  # keys that only code cells have
IDENTITY = re.compile(r"[a-zA-Z0-9_-]{1,64}")
TAG = re.compile(r"[^,]+")


_cache: dict[bytes, tuple[bytes, list[str]]] = {}  # by digest: a notebook is needed twice, to choose and to execute it


def prepare(name: str, raw: bytes) -> tuple[bytes, list[str]]:
    """Return (notebook to execute, its code cells as Python); raises CannotRun, NothingToGrade, UnicodeDecodeError.

    A notebook that a reader of notebooks can open is repaired, see :func:`_parse`. Cells tagged ``explore`` are emptied.
    """
    digest = hashlib.sha256(raw).digest()
    if digest not in _cache:
        entry = _prepare(name, raw)
        while len(_cache) >= REMEMBERED:
            del _cache[next(iter(_cache))]
        _cache[digest] = entry
    notebook, code = _cache[digest]
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
    document = json.dumps(notebook, ensure_ascii=False).encode(errors="replace") + b"\n"
    return document, [plain_python(cell["source"]) for cell in cells]


def cells(name: str, raw: bytes) -> list[tuple[str, str]]:
    """Return (kind, text) of all cells as they were written, also of those tagged ``explore``.

    Raises CannotRun, NothingToGrade, UnicodeDecodeError.
    """
    return [(cell["cell_type"], cell["source"]) for cell in _parse(name, raw)["cells"]]


def with_outputs(
    document: bytes, outputs: dict[int, list[dict[str, Any]]], last: int, about: dict[str, str] | None = None
) -> bytes:
    """Return the notebook with the outputs of its code cells, by number from 1; the cells up to ``last`` were started.

    ``about`` is stored in the metadata and describes how the notebook was executed.
    """
    notebook = json.loads(document)
    if about:
        notebook["metadata"]["grader"] = about
    count = 0
    for number, cell in enumerate((cell for cell in notebook["cells"] if cell["cell_type"] == "code"), start=1):
        if number <= last and "".join(cell["source"]).strip():
            count += 1
            cell |= {"execution_count": count, "outputs": outputs.get(number, [])}
    return json.dumps(notebook, indent=1, ensure_ascii=False).encode(errors="replace") + b"\n"


def _parse(name: str, raw: bytes) -> dict[str, Any]:
    """Return a valid notebook of format 4.5 with the cells of the file; raises CannotRun, NothingToGrade.

    If a key is repeated, the last value counts, as in Jupyter. Only parts that are executed or read are kept: saved
    outputs, widget states, unknown keys and broken metadata are dropped, so they do not have to be valid.
    """
    try:
        value = _read(raw)
    except skimming.NotJSON as error:
        raise CannotRun(_why_no_json(name, error)) from error
    except skimming.TooMuch as error:
        sentence = (
            _("{name} has more than {count} cells: hand in only the solution.")
            if error.cells
            else _("{name} contains more data than a solution needs: hand in only the solution.")
        )
        raise CannotRun(sentence.format(name=name, count=MAX_CELLS)) from error
    except RecursionError as error:
        raise CannotRun(
            _("{name} is not a notebook (it is nested too deeply): save it with Jupyter.").format(name=name)
        ) from error
    cells = [cell for cell in _cells(value) if isinstance(cell, dict)]
    if not cells and not (isinstance(value, dict) and isinstance(value.get("cells", value.get("worksheets")), list)):
        raise NothingToGrade(
            _(
                "{name} is not a valid notebook (it is JSON without cells): hand in the notebook that you worked in."
            ).format(name=name)
        )
    if len(cells) > MAX_CELLS:
        raise CannotRun(
            _("{name} has more than {count} cells: hand in only the solution.").format(name=name, count=MAX_CELLS)
        )
    identities = _Identities(cells)
    return {
        "cells": [_repaired(name, cell, identities.next(cell)) for cell in cells],
        "metadata": _language_metadata(value.get("metadata")),
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def _read(raw: bytes) -> Any:
    """Return the JSON value; of a large file only the parts that are needed."""
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
        _("{name} is not a valid notebook: its JSON is incomplete and ends in line {line}. Download or save it again.")
        if error.ends
        else _("{name} is not a valid notebook: its JSON has an error in line {line}. Download or save it again.")
    )
    return sentence.format(name=name, line=error.line)


def _cells(notebook: Any) -> list[Any]:
    """Return the cells of a notebook of any format; up to format 3 they are in worksheets."""
    if not isinstance(notebook, dict):
        return []
    if isinstance(notebook.get("cells"), list):
        return list(notebook["cells"])
    sheets = notebook.get("worksheets")
    sheets = sheets if isinstance(sheets, list) else []
    lists = [sheet.get("cells") for sheet in sheets if isinstance(sheet, dict)]
    return [cell for cells in lists if isinstance(cells, list) for cell in cells]


def _repaired(name: str, cell: dict[str, Any], identity: str) -> dict[str, Any]:
    """Return the cell in format 4.5 without outputs; raises CannotRun."""
    text = next((cell[key] for key in skimming.TEXTS if key in cell), "")
    source = _text(text)
    kind = str(cell.get("cell_type", "")).lower()
    if kind not in KINDS:
        is_code = "cell_type" not in cell and (CODE_KEYS & cell.keys() or _parses(source))
        kind = "code" if is_code else OLD_TEXT.get(kind, "raw")
    if kind == "code" and isinstance(text, skimming.LongText):
        raise CannotRun(too_much_code(name))
    tags = _dict(cell.get("metadata")).get("tags")
    tags = [tag for tag in tags if isinstance(tag, str) and TAG.fullmatch(tag)] if isinstance(tags, list) else []
    result: dict[str, Any] = {
        "cell_type": kind,
        "id": identity,
        "metadata": {"tags": list(dict.fromkeys(tags))} if tags else {},
        "source": source,
    }
    if kind == "code":
        result |= {"execution_count": None, "outputs": []}
    elif attachments := _attachments(cell.get("attachments")):
        result["attachments"] = attachments
    return result


def _text(source: Any) -> str:
    """Return a text that is stored as a string or as a list of its lines."""
    if isinstance(source, list):
        parts = [part for part in source if isinstance(part, str)]
        text, lines = "".join(parts), "\n".join(parts)
        # All lines but the last should end with a line feed; some tools leave out all line feeds.
        return text if "\n" in text or len(parts) < 2 or _parses(text) or not _parses(lines) else lines
    return source if isinstance(source, str) else ""


def _parses(source: str) -> bool:
    tree = python_code.parse(plain_python(source))
    return tree is not None and bool(tree.body)


def _attachments(value: Any) -> dict[str, dict[str, str]]:
    """Return the valid images of a text cell: {file: {type: content}}."""
    return {
        file: bundle
        for file, bundle in _dict(value).items()
        if isinstance(bundle, dict) and all(isinstance(content, str) for content in bundle.values())
    }


def _language_metadata(metadata: Any) -> dict[str, Any]:
    """Return the parts of a notebook's metadata that name its language, as far as they are valid."""
    spec, info = (_dict(_dict(metadata).get(key)) for key in ("kernelspec", "language_info"))
    spec = {key: spec[key] for key in ("name", "display_name", "language") if isinstance(spec.get(key), str)}
    if spec:  # both names are required
        spec = {"name": spec.get("display_name", "python3"), "display_name": spec.get("name", "Python 3"), **spec}
    result = {"kernelspec": spec} if spec else {}
    if isinstance(info.get("name"), str):
        result["language_info"] = {"name": info["name"]}
    return result


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


class _Identities:
    """Gives each cell an id: the cell's own id, unless it is invalid or already used."""

    def __init__(self, cells: list[dict[str, Any]]) -> None:
        self._ids = {cell["id"] for cell in cells if isinstance(cell.get("id"), str)}
        self._used: set[str] = set()
        self._numbers = count(1)

    def next(self, cell: dict[str, Any]) -> str:
        """Return the id of a cell; call it once for each cell, in order."""
        own = cell.get("id")
        if isinstance(own, str) and IDENTITY.fullmatch(own) and own not in self._used:
            self._used.add(own)
            return own
        return next(new for number in self._numbers if (new := f"cell-{number}") not in self._ids)


def _other_language(metadata: dict[str, Any]) -> str | None:
    """Return the language of a notebook that is not written in Python; None for Python and for unknown languages."""
    spec, info = metadata.get("kernelspec", {}), metadata.get("language_info", {})
    language = spec.get("language") or info.get("name")
    if language:
        return str(language) if language.strip().lower() in NOT_PYTHON else None
    kernel = spec.get("name", "").strip().lower()
    return next((name for name in NOT_PYTHON if re.fullmatch(rf"{re.escape(name)}([-\d].*)?", kernel)), None)


def plain_python(source: str) -> str:
    """Return the code with IPython-only lines blanked: ``%magic``, ``!command``, ``x = !command``. Line numbers stay."""
    first = source.lstrip().split("\n", 1)[0].split(" ")[0]
    if first.startswith("%%") and first not in RUN_AS_PYTHON:
        return "\n" * source.count("\n")
    # Line by line and stripped: on the whole text the pattern would take quadratic time.
    lines = source.split("\n")
    return "\n".join("" if ONLY_IPYTHON.match(line.strip(" \t")) else line for line in lines)
