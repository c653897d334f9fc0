"""Gets a submitted notebook ready for execution, or says why it cannot be executed."""

from __future__ import annotations

import json
import re
import warnings
from typing import Any

import nbformat
from nbformat.reader import NotJSONError

from ..language import _
from ..text import clean
from . import CannotRun

EXPLORE = "explore"  # cells with this tag are the student's own experiments: not run


NOT_PYTHON = ("julia", "ir", "octave", "javascript", "deno", "scala", "rust", "bash")
RUN_AS_PYTHON = ("%%time", "%%timeit", "%%capture", "%%prun")
ONLY_IPYTHON = re.compile(r"[%!?]|[\w, ]+=[ \t]*[%!]|[\w.]+\?{1,2}$")
MAX_CELLS = 5000


def prepare(name: str, text: str) -> tuple[bytes, list[str]]:
    """Return (notebook to execute, its code cells as Python); raises CannotRun.

    Cells tagged ``explore`` are emptied and saved outputs dropped: they prove nothing.
    """
    notebook = _parse(name, text)
    spec, info = notebook.metadata.get("kernelspec", {}), notebook.metadata.get("language_info", {})
    language = spec.get("language") or info.get("name") or _language_of(str(spec.get("name", "")))
    if str(language).lower() not in ("python", "ipython"):
        raise CannotRun(
            _("{name} is written for a kernel of the language {language}: choose a Python kernel and save it.").format(
                name=name, language=clean(language, 40)
            )
        )
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for cell in cells:
        cell.outputs, cell.execution_count = [], None
        if EXPLORE in cell.metadata.get("tags", []):
            cell.source = ""
    if not any(cell.source.strip() for cell in cells):
        raise CannotRun(
            _("{name} has no code to run: write your solution in code cells that are not tagged '{tag}'.").format(
                name=name, tag=EXPLORE
            )
        )
    return nbformat.writes(notebook).encode(errors="replace"), [_plain_python(cell.source) for cell in cells]


def executed(prepared: bytes, outputs: dict[int, list[dict[str, Any]]], last: int) -> bytes:
    """The notebook with what its cells have shown, by their number; those up to ``last`` have begun."""
    notebook = json.loads(prepared)
    count = 0
    for number, cell in enumerate((cell for cell in notebook["cells"] if cell["cell_type"] == "code"), start=1):
        if number <= last and "".join(cell["source"]).strip():
            count += 1
            cell |= {"execution_count": count, "outputs": outputs.get(number, [])}
    return json.dumps(notebook, indent=1, ensure_ascii=False).encode(errors="replace") + b"\n"


def _parse(name: str, text: str) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # missing cell ids are mended on reading
            raw = json.loads(text, object_pairs_hook=_refuse_duplicates)
            if isinstance(raw, dict) and len(raw.get("cells", [])) > MAX_CELLS:  # to validate them takes a minute
                raise CannotRun(
                    _("{name} has more than {count} cells: hand in the solution alone.").format(
                        name=name, count=MAX_CELLS
                    )
                )
            found = nbformat.reads(text, as_version=nbformat.NO_CONVERT).nbformat
            if found != 4:
                raise CannotRun(
                    _(
                        "{name} is in the notebook format {found}, and only format 4 can be graded: run 'jupyter nbconvert --to notebook --nbformat 4 {name}', or save it again with a current Jupyter."
                    ).format(name=name, found=found)
                )
            notebook = nbformat.reads(text, as_version=4)
            nbformat.validate(notebook)
            return notebook
    except CannotRun:
        raise
    except (NotJSONError, json.JSONDecodeError) as error:
        raise CannotRun(
            _("{name} is not a notebook (it is not valid JSON): download or save it again.").format(name=name)
        ) from error
    except Exception as error:  # nbformat fails in many ways on JSON that is no notebook
        raise CannotRun(
            _(
                "{name} is not a valid notebook (its JSON lacks what a notebook has): open and save it with Jupyter."
            ).format(name=name)
        ) from error


def _refuse_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Which of two values a reader of the file sees depends on the reader."""
    if len({key for key, _ in pairs}) < len(pairs):
        raise ValueError("a key is given twice")
    return dict(pairs)


def _language_of(kernel: str) -> str:
    """Guess the language by the name of a kernel, where the notebook does not say it."""
    return next((name for name in NOT_PYTHON if re.fullmatch(rf"{name}(-.*|\d.*)?", kernel.lower())), "python")


def _plain_python(source: str) -> str:
    """Blank what only IPython understands, keeping line numbers: ``%magic``, ``!command``, ``x = !command``."""
    first = source.lstrip().split("\n", 1)[0].split(" ")[0]
    if first.startswith("%%") and first not in RUN_AS_PYTHON:
        return "\n" * source.count("\n")
    # Line by line and without the spaces around it: over all of the text the pattern would take quadratic time.
    lines = source.split("\n")
    return "\n".join("" if ONLY_IPYTHON.match(line.strip(" \t")) else line for line in lines)
