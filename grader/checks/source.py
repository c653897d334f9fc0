"""``source``: what the code imports, read from its text and from what had been imported at the end of its load."""

from __future__ import annotations

import ast

from ..assignment.checks import SourceCheck
from .context import Context, Outcome


def run(check: SourceCheck, context: Context) -> Outcome:
    """Look for imports of the assignment's ``forbidden_imports``, in the code and in what it had imported."""
    forbidden = set(context.content.forbidden_imports)
    found = [
        (f"{code.place}, line {line}".removeprefix(", "), name)
        for code in context.code
        for line, name in imports(code.text)
        if name.split(".")[0] in forbidden
    ]
    found += [("while it loaded", name) for name in context.imported if name in forbidden]
    if not found:
        return Outcome(1.0, "Nothing is imported that the task forbids.")
    listed = ", ".join(sorted({name for _, name in found}))
    return Outcome(
        0.0,
        f"Your code imports {listed} ({found[0][0]}): the task is to compute this with NumPy alone.",
        {"imports": [{"where": where, "name": name} for where, name in found[:20]]},
    )


def imports(source: str) -> list[tuple[int, str]]:
    """Return (line, module) of every import, also by ``__import__`` and ``import_module`` with a text."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []  # it does not run either
    found: list[tuple[int, str]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.append((node.lineno, node.module))
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in ("__import__", "import_module") and isinstance(node.args[0].value, str):
                found.append((node.lineno, node.args[0].value))
    return found
