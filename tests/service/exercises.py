"""A small sound exercise as a zip file, and changes of it."""

from __future__ import annotations

from grader.support.zips import zipped

YAML = """\
name: doubling
version: "1"
title: Doubling
task: task.md
solution: solution.py
starters: [starter.py]
reference: reference.py
functions:
  double: {signature: (x), returns: [y]}
probes:
  some: {inputs: {x: {draw: normal, shape: [3]}}}
checks:
  - {name: double, title: double() doubles, kind: values, function: double, probes: [some], points: 10}
known_wrong:
  - {file: wrong.py, fails: double}
"""
FILES = {
    "assignment.yaml": YAML,
    "task.md": "# Doubling\n\nWrite `double(x)`.\n",
    "solution.py": "def double(x):\n    return 2 * x\n",
    "wrong.py": "def double(x):\n    return 2 * x + 1\n",
    "starter.py": "def double(x):\n    raise NotImplementedError\n",
    "reference.py": "import numpy as np\n\n\ndef double(x):\n    return 2 * np.asarray(x)\n",
}


def exercise(**changes):
    """Return the zip file of the exercise; a change is named like a file with an underscore for the point."""
    files = FILES | {name.replace("_", "."): text for name, text in changes.items()}
    return zipped({f"doubling/{name}": text.encode() for name, text in files.items() if text is not None})
