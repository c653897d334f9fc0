"""A report with every kind of check and picture, and texts that would be markup if they were not escaped."""

from __future__ import annotations

import base64
import io

import numpy as np
from PIL import Image

from grader.report.evidence import Evidence
from grader.report.model import (
    AssignmentName,
    CheckResult,
    Diagnosis,
    Environment,
    Isolation,
    NamedBug,
    Report,
    SubmissionName,
)
from grader.report.picture_data import (
    Band,
    Confusion,
    Curves,
    Errors,
    Gap,
    Gaps,
    Images,
    Line,
    Point,
    Points,
    Regions,
    ResultError,
    ResultTable,
    Run,
    Sweep,
    TableEntry,
)

HOSTILE = "</style><script>alert(1)</script><img src=x onerror=alert(2)>\"'\u202egnp.exe\x1b[31m{{ 7*7 }}"
QUOTED = "\" onmouseover=alert(3) x=\"' style='position:fixed"


def png(size: int = 8) -> str:
    stream = io.BytesIO()
    Image.fromarray(np.arange(size * size, dtype=np.uint8).reshape(size, size)).save(stream, "PNG")
    return base64.b64encode(stream.getvalue()).decode()


def pictures(name: str = "model"):
    """Return one picture of each kind; ``name`` is a name from the submission."""
    epochs = list(range(1, 13))
    training, validation = [1 / epoch for epoch in epochs], [0.4 + 0.01 * epoch for epoch in epochs]
    lines = [Line(of="training", values=training), Line(of="validation", values=[*validation[:-1], float("nan")])]
    return [
        Curves(quantity="loss", model=name, epochs=epochs, lines=lines),
        Curves(
            quantity="accuracy",
            model=name,
            epochs=epochs,
            lines=[Line(of="training", values=[0.6 + 0.03 * epoch for epoch in epochs])],
            band=Band(low=0.84, high=0.86),
            measured=0.85,
        ),
        Curves(quantity="loss", model=name, epochs=epochs, lines=[Line(of="yours", values=training)], parts=5),
        Gaps(models=[Gap(model=name, training=0.94, held_out=0.88), Gap(model="other", training=0.91, held_out=0.89)]),
        Errors(
            results=[
                ResultError(name=name, right=False, error=0.79),
                ResultError(name="dB2", right=True, error=0.0),
                ResultError(name="dW1", right=False, error=None),
                ResultError(name="dB1", right=False, error=9.0),
            ]
        ),
        Confusion(labels=[name, *"123456789"], counts=(np.eye(10, dtype=int) * 40 + 3).tolist()),
        Images(original=name, yours="gray", rows=[(png(), png(), png(), png())] * 2),
        Points(
            threshold=0.5,
            points=[
                Point(inputs=[0, 0, 0], value=0.2, label=0, trained=False),
                Point(inputs=[0, 1, 0], value=0.3, label=1, trained=False),
                Point(inputs=[1, 1, 1], value=0.9, label=1, trained=True),
                Point(inputs=[1, 0, 1], value=float("inf"), label=0, trained=True),
            ],
        ),
        Sweep(
            quantity="costs",
            function=f"{name}()",
            case=name,
            runs=[
                Run(label=f"{name}=0.01", change=2e-5, ending="converges", right=True),
                Run(label=f"{name}=0.02", change=0.9, ending="unsettled", right=False),
                Run(label=f"{name}=0.03", change=float("inf"), ending="diverges", right=True),
            ],
        ),
        ResultTable(
            name=name,
            function="run()",
            entries=[
                TableEntry(label="'adam', 0.1", value=0.02, again=0.02, right=True),
                TableEntry(label="'sgd', 0.1", value=0.3, again=0.4, right=False),
                TableEntry(label="'sgd', 10", value=float("nan")),
            ],
        ),
        Regions(function=f"{name}()", case=name, low=-3, high=3, rows=["00b1", "a011"]),
    ]


def report(text: str = "dW1 is wrong: `np.sum` is missing.", name: str = "model") -> Report:
    """Return a report with this text as its sentences and this name."""
    bug = {"bug": "bias-gradient-scalar", "title": f"Summed over both axes {text}", "where": name}
    diagnosis = Diagnosis(**bug, also=[NamedBug(**bug)], alternatives=[NamedBug(**bug)])
    failed = CheckResult(
        name="backward",
        title=f"backward() gives the derivatives {text}",
        status="partial",
        score=12.5,
        max_score=25,
        message=text,
        hint=text,
        diagnosis=diagnosis,
        evidence=Evidence(pictures=pictures(name)),
    )
    endings = ("failed", "error", "timeout", "memory", "output", "crashed", "protocol", "skipped")
    others = [
        CheckResult(name=ending, title=f"It ends as {ending}", status=ending, score=0, max_score=5, message=text)
        for ending in endings
    ]
    passed = CheckResult(
        name="forward",
        title="forward() gives all activations",
        status="passed",
        score=25,
        max_score=25,
        message="fine",
        evidence=Evidence(notes=[text]),
    )
    note = CheckResult(name="note", title="A note", status="passed", score=0, max_score=0, message="")
    return Report(
        assignment=AssignmentName(name="relu-swap", version="1"),
        submission=SubmissionName(path=f"{name}/answer.py", sha256="ab" * 32),
        score=37.5,
        max_score=90,
        passed=False,
        ending="graded",
        checks=[passed, failed, *others, note],
        isolation=Isolation(level="medium", not_enforced=["network"]),
        environment=Environment(python="3.12", numpy="2.0", tensorflow=None, device="cpu", data="mnist: stand-in"),
        seconds=1.5,
    )


NOTEBOOK = {
    "cells": [
        {"cell_type": "markdown", "source": "# Title"},
        {
            "cell_type": "code",
            "source": ["import numpy as np\n", "print('<b>')"],
            "outputs": [
                {
                    "output_type": "stream",
                    "name": "stdout",
                    "text": ["10 %\r", "100 %\n", "\x1b[31mred\x1b[0m <b>\u202e"],
                },
                {
                    "output_type": "display_data",
                    "data": {"text/html": "<script>alert(4)</script>", "text/plain": "a table"},
                },
                {"output_type": "display_data", "data": {"image/svg+xml": "<svg onload=alert(5)>", "image/png": png()}},
                {"output_type": "error", "ename": "E", "evalue": "v", "traceback": ["\x1b[0;31mE\x1b[0m", "line 1"]},
            ],
        },
    ]
}
