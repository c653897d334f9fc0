"""Submissions of one function that needs TensorFlow, judged in the process of the tests: a worker for each would import it again."""

from __future__ import annotations

import yaml

from grader.checks.context import context_of
from grader.checks.tools import tapes
from grader.expected.reference import Oracle
from grader.sandbox.calls import Answer
from grader.sandbox.failures import CallError
from grader.submission import read_file
from grader.worker import values
from tests.checks.one_check import bugs, check_of, diagnosed
from tests.conftest import ROOT, bundled
from tests.student.in_process import InProcess

IMPORTS = "import numpy as np\nimport tensorflow as tf\n"


class Encoded(InProcess):
    """Calls with arguments and answers that are encoded and decoded, as between grader and worker."""

    def _outcome(self, call):
        arguments, named = values.decode(*values.encode((call.positional, call.keywords)), namespace=self.namespace)
        try:
            value = self.namespace[call.function](*arguments, **named)
        except Exception as error:
            raised = f"{type(error).__name__}: {error}"
            return CallError("error", f"`{call.function}` stopped with {raised}.", raised)
        passed = [*arguments, *named.values()] if call.give_back else []
        return Answer(*values.decode(*values.encode((value, passed))), {})


def judged(exercise, check, source):
    """Return (share of the points, names of the bugs, message) of a check."""
    assignment, source = bundled(exercise), IMPORTS + source
    submission = read_file("submission.py", source.encode())
    context = context_of(assignment, submission, Encoded(source), Oracle(assignment), 0, {}, None)
    declared = check_of(exercise, check)
    try:
        outcome = diagnosed(declared.run(context))
    except CallError as failure:
        bug = tapes.reason_for_failure(context, declared, failure) if failure.status == "error" else ""
        return 0, [bug] if bug else [], failure.message
    return outcome.share, bugs(outcome), outcome.message


def table(exercise):
    """Return the right and the wrong submissions of an exercise."""
    return yaml.safe_load((ROOT / "tests" / "exercises" / f"{exercise.replace('-', '_')}.yaml").read_text())
