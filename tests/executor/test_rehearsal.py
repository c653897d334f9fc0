"""The server process has done what every grading process would do first."""

from __future__ import annotations

import subprocess
import sys

SHOW = """
import sys
from pydantic import BaseModel
from grader.executor import rehearsal
from grader.sandbox import filesystem
models = rehearsal.subclasses(BaseModel)
print(all(model.__pydantic_complete__ for model in models), {"CheckResult", "AssignmentSpec"} <= {model.__name__ for model in models})
print(filesystem.data_files.cache_info().currsize, "tensorflow" in sys.modules, "grader.checks.gradients" in sys.modules)
"""


def test_models_are_complete_and_nothing_heavy_is_imported():
    result = subprocess.run([sys.executable, "-c", SHOW], capture_output=True, text=True, check=False)
    assert result.stdout.split() == ["True", "True", "1", "False", "True"], result.stderr
