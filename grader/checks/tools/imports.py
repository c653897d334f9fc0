"""The imports of the code, from its source and from the modules that were imported after loading."""

from __future__ import annotations

import ast
import contextlib
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import metadata

from ...diagnosis import findings_of_check
from ...report.evidence import Evidence
from ...submission.python_code import Source
from ...support.i18n import _
from ..context import Context
from ..outcome import Outcome


@dataclass(frozen=True)
class Import:
    """One import: the module, and the ``name`` ("" for none) that is bound to the module or attribute ``bound``."""

    line: int
    module: str
    name: str
    bound: str


def outcome(context: Context) -> Outcome | None:
    """Return the outcome for the use of one of the assignment's ``forbidden_imports``, or None.

    Modules below one of the ``allowed_imports`` may be imported, also through their package, if nothing else of the package
    is used.
    """
    forbidden, allowed = set(context.content.forbidden_imports), context.content.allowed_imports
    all_imports = [(code.place, item) for code in context.student.code for item in imports(code.source)]
    suspected = [(place, item) for place, item in all_imports if item.module.split(".")[0] in forbidden]
    uses = [use for code in context.student.code for use in uses_of(code.source)] if suspected and allowed else []
    used = [(place, item) for place, item in suspected if not _is_allowed(item, allowed, uses)]
    places = [(at_line(place, item.line), item.module) for place, item in used]
    # An allowed module also loads its package, so loaded modules prove no more than that.
    excused = {path.split(".")[0] for path in allowed} if len(places) < len(suspected) else set()
    loaded = set(context.student.imported)
    later = context.student.libraries() - loaded - excused
    if (loaded - excused | later) & forbidden:
        excused |= _brought_by({item.module.split(".")[0] for _place, item in all_imports} - forbidden)
    places += [(_("while it loaded"), name) for name in context.student.imported if name in forbidden - excused]
    # It is not known which of them loads the others: the assignment names the largest first.
    later -= excused
    places += [(_("while it ran"), name) for name in context.content.forbidden_imports if name in later][:1]
    if not places:
        return None
    names = ", ".join(sorted({name for _, name in places}))
    return Outcome(
        0.0,
        _("Your code imports {listed} ({where}): the task is to compute this with NumPy only.").format(
            listed=names, where=places[0][0]
        ),
        Evidence(imports=[{"where": where, "name": name} for where, name in places[:20]]),
        findings_of_check("forbidden-library", places[0][1]),
        spot=(used[0][0], used[0][1].line) if used else None,
    )


def _brought_by(packages: set[str]) -> set[str]:
    """Return what the packages may load themselves, as seaborn loads SciPy: their dependencies, also the optional ones."""
    requirements: list[str] = []
    for package in packages - set(sys.stdlib_module_names):
        with contextlib.suppress(metadata.PackageNotFoundError, ValueError):
            requirements += metadata.requires(package) or []
    return {re.split(r"[^\w.-]", text, maxsplit=1)[0].lower().replace("-", "_") for text in requirements}


def _is_allowed(item: Import, allowed: Iterable[str], uses: list[str]) -> bool:
    """True if an import is below an allowed one, or contains one and is used only for that."""

    def below(path: str) -> bool:
        return any(f"{path}.".startswith(f"{other}.") for other in allowed)

    def holds(path: str) -> bool:
        return any(f"{other}.".startswith(f"{path}.") for other in allowed)

    if below(item.bound):
        return True
    if not (item.name and holds(item.bound) and (holds(item.module) or below(item.module))):
        return False
    used = [use.removeprefix(item.name) for use in uses if use.split(".")[0] == item.name]
    return all(below(item.bound + rest) for rest in used)


def at_line(place: str, line: int) -> str:
    """Return the place of a line, e.g. ``cell 3, line 5``."""
    return ", ".join(filter(None, [place, _("line {line}").format(line=line)]))


def imports(source: Source) -> list[Import]:
    """Return every import, also by ``__import__`` and ``import_module`` with a string."""
    all_imports: list[Import] = []
    for node in source.of(ast.Import, ast.ImportFrom, ast.Call):
        if isinstance(node, ast.Import):
            for alias in node.names:
                root = alias.name.split(".")[0]  # without "as", this name is bound
                all_imports.append(
                    Import(node.lineno, alias.name, alias.asname or root, alias.name if alias.asname else root)
                )
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            all_imports += [
                Import(node.lineno, node.module, alias.asname or alias.name, f"{node.module}.{alias.name}")
                for alias in node.names
            ]
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            callee = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if callee in ("__import__", "import_module") and isinstance(node.args[0].value, str):
                all_imports.append(Import(node.lineno, node.args[0].value, "", node.args[0].value))
    return all_imports


def uses_of(source: Source) -> list[str]:
    """Return every name that is read, with the attributes that follow it: "np.random.rand", "keras"."""
    names: list[str] = []
    below: set[int] = set()  # parts of a longer chain, which was visited first
    for node in source.nodes:
        chain, attributes = node, []
        while isinstance(chain, ast.Attribute):
            attributes.append(chain.attr)
            chain = chain.value
            below.add(id(chain))
        if isinstance(chain, ast.Name) and isinstance(chain.ctx, ast.Load) and id(node) not in below:
            names.append(".".join([chain.id, *reversed(attributes)]))
    return names
