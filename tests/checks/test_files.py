"""Logs, weights and event files in the working folder, right and hostile; the training is a double of Keras's record."""

from __future__ import annotations

import numpy as np
import pytest

from grader.support.errors import UsageError
from tests.assignment.tiny import load
from tests.judging.test_event_files import HEAD, event, field, tensor

FILES = """\
name: left
version: "1"
title: Files
variables: {history: {type: history}, net: {type: model}, x: {type: array}, y: {type: array}}
checks:
  - {name: log, title: The log, kind: files, path: log.csv, format: csv, history: history, points: 4}
  - {name: events, title: The events, kind: files, path: logs, format: events, history: history, histograms: true, points: 4}
"""
LOSSES = {"loss": [0.5, 0.25], "val_loss": [1.0, 0.75]}
LOG = "epoch,loss,val_loss\n0,0.5,1.0\n1,0.25,0.75\n"


def scalars(name, values):
    return [
        event(step, field(1, name) + tensor(b"scalars", np.float32(value).tobytes()))
        for step, value in enumerate(values)
    ]


HISTOGRAM = event(1, field(1, b"kernel") + tensor(b"histograms", bytes(8)))
TRAIN, VALIDATION = (HEAD + b"".join(scalars(b"epoch_loss", values)) for values in LOSSES.values())


def source(log=LOG, train=TRAIN + HISTOGRAM, validation=VALIDATION, more=""):
    """Return a submission that writes these files."""
    return f"""\
import os
history = {LOSSES}
open("log.csv", "wb").write({log.encode() if isinstance(log, str) else log!r})
os.makedirs("logs/train"), os.makedirs("logs/validation")
open("logs/train/events.out.tfevents.1", "wb").write({train!r})
open("logs/validation/events.out.tfevents.2", "wb").write({validation!r})
{more}
"""


@pytest.fixture
def checked(tmp_path, graded):
    load(tmp_path, FILES)
    (tmp_path / "task.md").write_text("files")

    def run(text):
        return {check.name: check for check in graded(str(tmp_path), text).checks}

    return run


@pytest.mark.parametrize(
    "log", [LOG, LOG.replace(",", ";"), "\ufeff" + LOG, "epoch,loss,val_loss\n0,9,9\n" + LOG, LOG.replace("\n", "\r\n")]
)
def test_right_files_earn_all_points(checked, log):
    assert [check.score for check in checked(source(log)).values()] == [4, 4]


@pytest.mark.parametrize(
    ("log", "words"),
    [
        (LOG.replace("0.25", "0.3"), "it belongs to another training"),
        (LOG.replace("1,0.25,0.75\n", ""), "has 1 rows, but the training had 2 epochs"),
        (LOG.replace("val_loss", "accuracy"), "has no column val_loss"),
        (LOG.replace("0.25", "much"), "it belongs to another training"),
        ("", "is not a table in CSV"),
        (b"\xff\xfe\x00", "is not a table in CSV"),
        (b"\0" * 100, "is not a table in CSV"),
        ('"' * 10_000, "has no column loss"),
        (LOG + "1\n" * 5, "it belongs to another training"),
    ],
)
def test_another_log_is_refused_in_a_sentence(checked, log, words):
    check = checked(source(log))["log"]
    assert check.score == 0 and words in check.message


@pytest.mark.parametrize(
    ("changes", "score", "words"),
    [
        ({"train": TRAIN}, 2, "no histogram"),
        (
            {"train": HEAD + scalars(b"epoch_loss", [0.5])[0] + HISTOGRAM},
            0,
            "no scalar in `logs` has the loss of each epoch",
        ),
        ({"validation": HEAD}, 0, "has the val_loss of each epoch"),
        ({"train": b"\xff" * 50}, 0, "not an event file of TensorBoard"),
        ({"more": "import shutil\nshutil.rmtree('logs')"}, 0, "There is no `logs`"),
        ({"more": "import shutil\nshutil.rmtree('logs'); os.mkdir('logs'); open('logs/a', 'w')"}, 0, "no event file"),
        ({"more": "import shutil\nshutil.rmtree('logs'); os.symlink('/', 'logs')"}, 0, "not a file that can be read"),
        ({"more": "open('logs/large', 'wb').truncate(10 << 20)"}, 0, "is too large"),
    ],
)
def test_other_event_files_are_refused_in_a_sentence(checked, changes, score, words):
    check = checked(source(**changes))["events"]
    assert check.score == score and words in check.message


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("format: csv", "format: weights", "model, inputs and targets"),
        ("format: csv", "format: csv, histograms: true", "histograms belong"),
        ("format: csv", "format: csv, restored_by: events", "restored_by belongs"),
        (
            "format: csv",
            "format: weights, model: net, inputs: x, targets: y, restored_by: evens",
            "'evens' is not a known check",
        ),
        ("type: history", "type: array", "type history"),
    ],
)
def test_mistakes_in_the_file_are_reported(tmp_path, old, new, words):
    with pytest.raises(UsageError) as mistake:
        load(tmp_path, FILES.replace(old, new))
    assert words in str(mistake.value)
