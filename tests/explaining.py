"""A tiny assignment with parts that a person marks, and submissions to it."""

from __future__ import annotations

import json

ASSIGNMENT = """
name: explaining
version: "1"
title: Double and explain
reference: reference.py
solution: solution.ipynb
starters: [starter.ipynb]
limits: {load_seconds: 6, call_seconds: 2, total_seconds: 20, memory_mb: 256, processes: 24, open_files: 128, disk_mb: 8}
functions:
  double: {signature: (x), returns: [y]}
probes:
  numbers: {inputs: {x: {draw: normal, shape: [4]}}}
checks:
  - {name: double, title: double(x) is 2 x, kind: values, function: double, probes: [numbers], points: 50}
  - name: explain
    title: The text explains the factor
    kind: manual
    points: 40
    rubric:
      - {title: The rule, points: 30, description: The text names the factor two.}
      - {title: The limits, points: 10}
    shows: {functions: [double], cells: [Discussion]}
  - {name: style, title: The code is readable, kind: manual, points: 10, visibility: hidden}
"""
REFERENCE = "def double(x):\n    return 2 * x\n"


def notebook(code: str = REFERENCE, text: str = "It is *twice* x.", heading: str = "## 2. Discussion") -> str:
    """Return a notebook with one function and the text below a heading."""
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": "# Doubling", "id": "title"},
        {"cell_type": "code", "metadata": {}, "source": code, "id": "code", "outputs": [], "execution_count": None},
        {"cell_type": "markdown", "metadata": {}, "source": f"{heading}\n\n{text}", "id": "text"},
        {"cell_type": "markdown", "metadata": {}, "source": "## 3. End\n\nThank you.", "id": "end"},
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


FILES = {
    "assignment.yaml": ASSIGNMENT,
    "task.md": "# Double and explain\n",
    "reference.py": REFERENCE,
    "solution.ipynb": notebook(),
    "starter.ipynb": notebook("def double(x):\n    ...\n", "Write here."),
}
