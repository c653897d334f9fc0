"""The exercises of docs/first-exercises.md are sound: an instructor can copy them."""

from __future__ import annotations

import re

import pytest
import yaml

from grader.assignment import load
from grader.grading.validate import validate
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "first-exercises.md").read_text()
DECLARATIONS = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
SOLUTIONS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


def stubs(source):
    """Return the functions and methods of a source without their bodies, as a starter has them."""
    lines = re.findall(r"^ *(?:class|def) .*:$", source, re.MULTILINE)
    return "\n".join(line if "class" in line else f"{line} ..." for line in lines) + "\n"


@pytest.mark.long
@pytest.mark.parametrize(
    ("text", "source"),
    [pytest.param(*pair, id=yaml.safe_load(pair[0])["name"]) for pair in zip(DECLARATIONS, SOLUTIONS, strict=True)],
)
def test_exercise_of_the_page_is_sound(tmp_path, text, source):
    folder = tmp_path / yaml.safe_load(text)["name"]
    folder.mkdir()
    files = {"assignment.yaml": text, "task.md": "# A task", "starter.py": stubs(source)}
    for name, content in {**files, "solution.py": source, "reference.py": source}.items():
        (folder / name).write_text(content)
    lines = list(validate(load(str(folder))))
    assert len(lines) >= 5
    assert [line.sentence for line in lines if not line.holds] == []
