"""``files``: files that a submission has left in its working folder are evidence of its training.

A log has the losses of the history, epoch by epoch; a file of weights has those of the model, which are the weights of the best
epoch; event files of TensorBoard have the losses and histograms. A file may contain anything: one that cannot be read is wrong.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Literal

import numpy as np
from pydantic import Field, model_validator

from ..assignment.check import Check
from ..diagnosis import findings_of_check
from ..judging import event_files
from ..judging.wrong_answer import WrongAnswer
from ..report.evidence import Evidence
from ..sandbox.failures import CallError
from ..sandbox.rebuilding import CannotRebuild
from ..support import arrays
from ..support.i18n import _, joined
from .context import Context
from .outcome import Outcome
from .tools import training, weight_files

Array = np.ndarray[Any, Any]
SAME = 1e-4  # relative: a loss may be stored in float32, or with five digits
SAME_LOSS = 1e-2  # relative: a loss that is computed once more
MOST_ROWS = 10_000


class FilesCheck(Check):
    """A file in the working folder contains what the training of the submission must have left there."""

    depends_on_calls = ("fit",)

    kind: Literal["files"]
    path: str = Field(min_length=1)
    """The file, or the folder with event files, relative to the working folder."""
    format: Literal["csv", "weights", "events"]
    """A table with a row for each epoch, weights in HDF5, or event files of TensorBoard."""
    history: str
    """The variable of type ``history`` of the same training."""
    entries: list[str] = ["loss", "val_loss"]
    """The entries of the history that a log or the event files contain."""
    histograms: bool = False
    """The event files contain histograms as well."""
    model: str = ""
    """The variable with the model, which has the weights of the file."""
    inputs: str = ""
    """The variable with the validation inputs: with the weights of the best epoch the model reaches the smallest ``val_loss``."""
    targets: str = ""
    """The variable with their targets; the loss is the mean squared error."""
    restored_by: str = ""
    """The check of the callback that gives the model its best weights. If it fails, only the file counts here."""

    @model_validator(mode="after")
    def _keys_fit_the_format(self) -> FilesCheck:
        of_weights = [bool(self.model), bool(self.inputs), bool(self.targets)]
        if of_weights != [self.format == "weights"] * 3:
            raise ValueError("model, inputs and targets belong to the format weights; give all or none.")
        if self.restored_by and self.format != "weights":
            raise ValueError("restored_by belongs to the format weights; remove it.")
        if self.histograms and self.format != "events":
            raise ValueError("histograms belong to the format events; remove them.")
        return self

    def variables(self) -> Iterable[tuple[str, str]]:
        yield self.history, "history"
        if self.model:
            yield from ((self.model, "model"), (self.inputs, "array"), (self.targets, "array"))

    def other_checks(self) -> Iterable[str]:
        return [self.restored_by] if self.restored_by else []

    def run(self, context: Context) -> Outcome:
        """Read the file, and compare it with the history or with the model. Raises CallError for a file that is missing."""
        contents = context.student.files(self.path)
        curves = self._curves(context)
        if self.format == "csv":
            return self._judged_log(contents, curves)
        if self.format == "events":
            return self._judged_events(contents, curves)
        return self._judged_weights(context, contents, curves["val_loss"])

    def _curves(self, context: Context) -> dict[str, Array]:
        """Return the entries of the history; raises CallError if one is missing, or does not come from fit()."""
        curves = training.curves(context.student.variable(self.history).value)
        names = ["val_loss"] if self.format == "weights" else self.entries
        missing = [name for name in names if name not in curves]
        if missing:
            sentence = _("`{history}` has no {entries}: it must be the result of fit() with validation data.")
            raise WrongAnswer(sentence.format(history=self.history, entries=joined(missing)))
        claimed = {name: curves[name] for name in names}
        if training.is_invented(claimed, context.student.training()):
            sentence = _("the values of `{history}` were not returned by fit() in this run.")
            raise WrongAnswer(sentence.format(history=self.history))
        return claimed

    def _judged_log(self, contents: Mapping[str, bytes | str], curves: Mapping[str, Array]) -> Outcome:
        columns = _columns(contents.get("", b""))
        if columns is None:
            raise WrongAnswer(
                _("`{name}` is not a table in CSV: its first row has the names of the columns.").format(name=self.path)
            )
        missing = [name for name in curves if name not in columns]
        if missing:
            sentence = _("`{name}` has no column {entries}.")
            return Outcome(0.0, sentence.format(name=self.path, entries=joined(missing)))
        epochs = len(next(iter(curves.values())))
        rows = len(columns[next(iter(curves))])
        if rows < epochs:
            sentence = _("`{name}` has {rows} rows, but the training had {epochs} epochs.")
            return Outcome(0.0, sentence.format(name=self.path, rows=rows, epochs=epochs), Evidence(entries=rows))
        for name, curve in curves.items():
            # A log that is continued has the last training at its end.
            if not _agree(columns[name][rows - epochs :], curve):
                return self._of_another_training(name)
        return self._praise(epochs)

    def _judged_events(self, contents: Mapping[str, bytes | str], curves: Mapping[str, Array]) -> Outcome:
        series: list[dict[int, float]] = []
        histograms: set[str] = set()
        is_read = False
        for name, content in contents.items():
            if "tfevents" not in name or not isinstance(content, bytes):
                continue
            try:
                events = event_files.read(content)
            except event_files.NotAnEventFile as error:
                sentence = _("`{name}` has a file that is not an event file of TensorBoard.")
                raise WrongAnswer(sentence.format(name=self.path)) from error
            is_read = True
            series += events.scalars.values()
            histograms |= events.histograms
        if not is_read:
            raise WrongAnswer(_("`{name}` has no event file of TensorBoard.").format(name=self.path))
        for name, curve in curves.items():
            if not any(_has_curve(one, curve) for one in series):
                sentence = _("no scalar in `{name}` has the {entry} of each epoch.")
                return Outcome(0.0, sentence.format(name=self.path, entry=name), Evidence(entries=len(series)))
        if self.histograms and not histograms:
            sentence = _("`{name}` has the losses, but no histogram: the callback writes none unless you ask for them.")
            return Outcome(0.5, sentence.format(name=self.path))
        return self._praise(len(next(iter(curves.values()))))

    def _judged_weights(self, context: Context, contents: Mapping[str, bytes | str], losses: Array) -> Outcome:
        assert context.rebuilder is not None
        context.student.keras_model(self.model)
        weights = context.student.model_data(self.model).weights
        try:
            content = contents.get("", b"")
            datasets = context.rebuilder.datasets(content if isinstance(content, bytes) else b"", context.student.level)
        except CannotRebuild as error:
            sentence = _("`{name}` cannot be read as a file of weights (HDF5).")
            raise WrongAnswer(sentence.format(name=self.path)) from error
        of_model = weight_files.with_shapes(datasets, weights)
        if of_model is None:
            sentence = _("`{name}` does not contain weights with the shapes of those of `{model}`.")
            return Outcome(0.0, sentence.format(name=self.path, model=self.model))
        words = {"name": self.path, "model": self.model, "epoch": int(np.nanargmin(losses)) + 1, "epochs": len(losses)}
        if not self._is_smallest(context, losses, context.student.predict(self.model, self._inputs(context))):
            if self._is_restored_wrongly(context) and self._has_best(context, of_model, losses):
                sentence = _("`{name}` has the weights of the best epoch, {epoch} of {epochs}.")
                return Outcome(1.0, sentence.format(**words))
            sentence = _(
                "`{model}` does not have the weights of the best epoch: its validation loss is larger than the smallest one, of epoch {epoch} of {epochs}."
            )
            bugs = findings_of_check("best-weights-not-restored", self.model)
            return Outcome(0.0, sentence.format(**words), bugs=bugs)
        if not weight_files.contain(datasets, weights):
            sentence = _(
                "`{name}` does not have the weights of `{model}`, which are those of the best epoch, {epoch} of {epochs}."
            )
            bugs = findings_of_check("other-weights-saved", self.path)
            return Outcome(0.0, sentence.format(**words), bugs=bugs)
        sentence = _("`{name}` has the weights of the best epoch, {epoch} of {epochs}, and so has `{model}`.")
        return Outcome(1.0, sentence.format(**words))

    def _inputs(self, context: Context) -> Array:
        return context.student.numbers(self.inputs)

    def _is_smallest(self, context: Context, losses: Array, answer: Any) -> bool:
        """True if these outputs for the validation inputs have the smallest of the ``losses``; raises CallError for another form."""
        outputs, targets = arrays.numbers(answer), context.student.numbers(self.targets)
        if outputs is None or outputs.size != targets.size:
            sentence = _("`{model}` does not return one number for each entry of `{targets}`.")
            raise WrongAnswer(sentence.format(model=self.model, targets=self.targets))
        loss = float(np.mean((outputs.ravel().astype(np.float64) - targets.ravel().astype(np.float64)) ** 2))
        return abs(loss - float(np.nanmin(losses))) <= SAME_LOSS * abs(loss)

    def _is_restored_wrongly(self, context: Context) -> bool:
        """True if the callback that gives the model its weights fails its own check."""
        for check in context.content.checks:
            if check.name == self.restored_by:
                try:
                    return bool(check.run(context).share < 1)
                except CallError:
                    return True
        return False

    def _has_best(self, context: Context, weights: list[Array], losses: Array) -> bool:
        """True if the model with these weights has the smallest loss; False if only the submission can build the model."""
        assert context.rebuilder is not None
        model = replace(context.student.model_data(self.model), weights=weights)
        try:
            answer = context.rebuilder.predictions(model, context.student.level, self._inputs(context))
        except CannotRebuild:
            return False
        return self._is_smallest(context, losses, answer)

    def _of_another_training(self, entry: str) -> Outcome:
        sentence = _("`{name}` does not have the {entry} of `{history}`: it belongs to another training.")
        return Outcome(0.0, sentence.format(name=self.path, entry=entry, history=self.history))

    def _praise(self, epochs: int) -> Outcome:
        sentence = _("`{name}` has the values of all {epochs} epochs.")
        return Outcome(1.0, sentence.format(name=self.path, epochs=epochs))


def _columns(content: bytes | str) -> dict[str, Array] | None:
    """Return {name: its column as float64} of a CSV file; NaN for cells that are not numbers, None for another file."""
    if not isinstance(content, bytes) or b"\0" in content:
        return None
    try:
        text = content.decode("utf-8-sig")
        delimiter = ";" if ";" in text.partition("\n")[0] else ","
        header, *rows = list(csv.reader(io.StringIO(text), delimiter=delimiter))[: MOST_ROWS + 1]
    except (ValueError, csv.Error):
        return None
    names = [name.strip() for name in header]
    rows = [row for row in rows if row and [cell.strip() for cell in row] != names]
    return {
        name: np.array([_number(row[place]) if place < len(row) else np.nan for row in rows], dtype=np.float64)
        for place, name in enumerate(names)
    }


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return np.nan


def _has_curve(series: Mapping[int, float], curve: Array) -> bool:
    """True if a series, in the order of its steps, has the values of a curve at its end."""
    values = np.array([series[step] for step in sorted(series)], dtype=np.float64)
    return len(values) >= len(curve) and _agree(values[len(values) - len(curve) :], curve)


def _agree(values: Array, curve: Array) -> bool:
    return np.allclose(values, curve, rtol=SAME, atol=1e-7, equal_nan=True)
