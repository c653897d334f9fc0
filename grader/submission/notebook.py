"""Gets a submitted notebook ready for execution, or says why it cannot be executed."""

from __future__ import annotations

import re
import warnings

import nbformat
from nbformat.reader import NotJSONError

EXPLORE = "explore"  # cells with this tag are the student's own experiments: not run


def prepare(name: str, text: str) -> tuple[bytes, str, str | None]:
    """Return (notebook to execute, its code as Python, problem in one sentence or None).

    Cells tagged ``explore`` are emptied and saved outputs dropped: they prove nothing.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # missing cell ids are mended below
            notebook = nbformat.reads(text, as_version=nbformat.NO_CONVERT)
            if notebook.nbformat != 4:
                return (
                    b"",
                    "",
                    (
                        f"{name} is in the notebook format {notebook.nbformat}, and only format 4 can be graded: "
                        f"run 'jupyter nbconvert --to notebook --nbformat 4 {name}', or save it again with a current Jupyter."
                    ),
                )
            notebook = nbformat.reads(text, as_version=4)
            nbformat.validate(notebook)
    except NotJSONError:
        return b"", "", f"{name} is not a notebook (it is not valid JSON): download or save it again."
    except nbformat.ValidationError as error:
        return b"", "", f"{name} is not a valid notebook ({error.message[:120]}): open and save it with Jupyter."
    except Exception as error:  # nbformat fails in many ways on JSON that is no notebook
        return b"", "", f"{name} is not a valid notebook ({type(error).__name__}): open and save it with Jupyter."
    metadata = notebook.metadata
    language = metadata.get("kernelspec", {}).get("language") or metadata.get("language_info", {}).get("name")
    if language and str(language).lower() not in ("python", "ipython"):
        return (
            b"",
            "",
            f"{name} is written for a kernel of the language {language}: choose a Python kernel and save it.",
        )
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for cell in cells:
        cell.outputs, cell.execution_count = [], None
        if EXPLORE in cell.metadata.get("tags", []):
            cell.source = ""
    if not any(cell.source.strip() for cell in cells):
        return b"", "", f"{name} has no code to run: write your solution in code cells that are not tagged '{EXPLORE}'."
    source = "\n".join(_plain_python(cell.source) for cell in cells)
    return nbformat.writes(notebook).encode(), source, None


def _plain_python(source: str) -> str:
    """Blank what only IPython understands, keeping line numbers: ``%magic``, ``!command``, ``%%cell``."""
    if source.lstrip().startswith("%%"):
        return "\n" * source.count("\n")
    return re.sub(r"^[ \t]*[%!?].*$|^.*\?[ \t]*$", "", source, flags=re.MULTILINE)
