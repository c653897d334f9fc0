"""Count the lines that are marked in the known-wrong solutions: ``python benchmarks/lines.py [EXERCISE ...] [--styles a,b]``.

A line inside a function is right if its statement is not in the correct solution. Prints how often the check that must fail
has a line inside a function, how often that is right, and each wrong one. Exit code 1 if a line is wrong.
"""

from __future__ import annotations

import argparse
import ast
import json
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import diagnosis
import styles

from grader import assignment

KINDS = ("inside", "definition", "elsewhere", "wrong")


def main() -> int:
    """Grade the known-wrong solutions and print the counts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("exercises", nargs="*", default=diagnosis.numpy_exercises())
    parser.add_argument("--styles", default="as written")
    options = parser.parse_args()
    total: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        diagnosis.use_stand_ins(Path(folder))
        for exercise in options.exercises:
            for style in [style for style in styles.fitting(exercise) if style in options.styles.split(",")]:
                counts = counted(exercise, style, Path(folder, f"submission{styles.suffix(style)}"))
                print(f"{exercise}, {style}:", *(f"{counts[kind]} {kind}" for kind in KINDS), flush=True)
                total += counts
    print(f"{total['inside'] + total['wrong']} of {total.total()} inside a function, {total['wrong']} of them wrong")
    return 1 if total["wrong"] else 0


def counted(exercise: str, style: str, path: Path) -> Counter[str]:
    """Return how many lines are of each kind; print the wrong ones."""
    loaded = assignment.load(exercise)
    right = styles.STYLES[style](Path(loaded.file(loaded.content.solution)).read_text(), loaded.content)
    counts: Counter[str] = Counter()
    for case in diagnosis.cases(exercise, [style]):
        if case.fails is None:
            continue
        text = styles.STYLES[style](diagnosis.source(case), loaded.content)
        path.write_text(text)
        report = diagnosis.graded(exercise, path)
        for check in report["checks"]:
            if check["name"] == case.fails:
                kind, line = judged(text, right, check["evidence"].get("location"))
                counts[kind] += 1
                if kind == "wrong":
                    print(f"  {case.file}: {line}")
    return counts


def judged(text: str, right: str, location: dict[str, Any] | None) -> tuple[str, str]:
    """Return the kind of a line, and its text."""
    if location is None:
        return "elsewhere", ""
    code = cells(text)[location["cell"] - 1] if location["cell"] else text
    number = location["line"]
    expected = functions("\n".join(cells(right)) if location["cell"] else right)
    for name, function in functions(code).items():
        if function.lineno < number <= (function.end_lineno or 0):
            right_parts = {ast.dump(node) for node in ast.walk(expected[name])} if name in expected else set()
            statements = [
                node for node in ast.walk(function) if isinstance(node, ast.stmt) and not hasattr(node, "body")
            ]
            own = [node for node in statements if node.lineno <= number <= (node.end_lineno or 0)]
            is_right = any(ast.dump(node) not in right_parts for node in own)
            return "inside" if is_right else "wrong", code.split("\n")[number - 1].strip()
        if function.lineno == number:
            return "definition", ""
    return "elsewhere", ""


def cells(text: str) -> list[str]:
    """Return the code cells of a notebook, without lines that are not Python."""
    sources = ["".join(cell["source"]) for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]
    return ["\n".join("" if line.startswith(("%", "!")) else line for line in source.split("\n")) for source in sources]


def functions(text: str) -> dict[str, ast.FunctionDef]:
    """Return the functions and methods of a module, by name."""
    tree = ast.parse(text)
    owners = [tree, *(node for node in tree.body if isinstance(node, ast.ClassDef))]
    return {node.name: node for owner in owners for node in owner.body if isinstance(node, ast.FunctionDef)}


if __name__ == "__main__":
    sys.exit(main())
