"""Write the tables of the documentation that are made from the code: kinds of checks, report formats, stored data.

``make docs`` runs it. Each table is between two comments in its page; the text around it is written by hand.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from pathlib import Path

from grader.assignment import kinds
from grader.assignment.check import BandedCheck, Check, ProbedCheck
from grader.assignment.schema import descriptions
from grader.report import formats
from grader.service.stored_data import STORED

DOCS = Path(__file__).resolve().parents[1] / "docs"
COMMON = {*Check.model_fields, "given", "tolerance"}  # described above the table
BANDED = {*BandedCheck.model_fields} - {*Check.model_fields, "dataset"}  # described under "Trained models"


def kinds_table() -> str:
    """Return the table of the grader's own kinds of checks, with their keys."""
    lines = ["| kind | passes if | keys |", "|---|---|---|"]
    for name in kinds.bundled_names():
        model = kinds.model(name)
        lines.append(f"| `{name}` | {_first_paragraph(model.__doc__)} | {'<br>'.join(_keys(model))} |")
    return "\n".join(lines)


def _keys(model: type[Check]) -> Iterable[str]:
    described = descriptions(model)
    for name, field in model.model_fields.items():
        if name in COMMON or (name in BANDED and issubclass(model, BandedCheck)):
            continue
        key = f"`{field.alias or name}`"
        plain = issubclass(model, ProbedCheck) and name in ProbedCheck.model_fields
        yield key if plain else f"{key}: {described[name][0].lower()}{described[name][1:]}"


def formats_table() -> str:
    """Return the table of the grader's own report formats."""
    lines = ["| name | file | content |", "|---|---|---|"]
    for name in formats.bundled_names():
        module = importlib.import_module(f"grader.report.{name}")
        lines.append(f"| `{name}` | `{module.SUFFIX}` | {_first_paragraph(module.__doc__)} |")
    return "\n".join(lines)


def stored_table() -> str:
    """Return the table of the data of people that a server stores."""
    lines = ["| data | purpose | kept | erased |", "|---|---|---|---|"]
    for entry in STORED:
        lines.append(f"| {entry.content} | {entry.purpose} | {entry.kept.format(days=entry.days)} | {entry.erased} |")
    return "\n".join(lines)


def _first_paragraph(text: str | None) -> str:
    return " ".join((text or "").split("\n\n")[0].split()).replace("``", "`").removesuffix(".").replace("|", "\\|")


TABLES = {
    "kinds": (DOCS / "authoring-checks.md", kinds_table),
    "formats": (DOCS / "report-formats.md", formats_table),
    "stored data": (DOCS / "serve-privacy.md", stored_table),
}


def with_table(page: str, name: str, table: str) -> str:
    """Return the page with this table between its two comments."""
    begin, end = f"<!-- table of {name}: make docs -->\n\n", "\n\n<!-- end of the table -->"
    before, _, rest = page.partition(begin)
    _, found, after = rest.partition(end)
    assert found, f"the comments around the table of {name} are missing"
    return f"{before}{begin}{table.replace('``', '`')}{end}{after}"


if __name__ == "__main__":
    for name, (page, table) in TABLES.items():
        page.write_text(with_table(page.read_text(), name, table()))
