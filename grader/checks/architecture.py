"""``architecture``: the layers of a Keras model, and whether its loss fits its output.

Training does not show a mistake: Keras 3 notices and corrects a softmax with ``from_logits=True``. Output and loss are
judged by the values that they compute (:mod:`outputs`, :mod:`losses`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from pydantic import Field

from ..assignment.check import Check
from ..diagnosis import findings_of_check
from ..judging.wrong_answer import WrongAnswer
from ..report.evidence import Evidence
from ..sandbox.observations import KerasLayer, KerasModel
from ..support.i18n import _, ngettext
from .context import Context
from .outcome import Outcome
from .tools import (
    failed_fit,
    layer_mistakes,
    layer_rules,
    loss_mistakes,
    losses,
    model_mistakes,
    outputs,
    training,
    two_models,
)
from .tools.outputs import Outputs
from .tools.two_models import ModelProblem

NOT_COUNTED = ("InputLayer",)
UNTRAINED = 0.5  # of the points, for correct layers and a correct loss


class ArchitectureCheck(Check):
    """A Keras model has the required layers and no others, the right number of outputs, an activation in a hidden layer, and a matching loss."""

    depends_on_calls = training.FIT_CALLS

    kind: Literal["architecture"]
    model: str
    """The variable that holds the model."""
    outputs: int = Field(ge=1)
    """The number of outputs."""
    layers: list[str] = []
    """The types of layers that the task allows, e.g. ``Dense``; without it, any."""
    hidden_layers: int = Field(0, ge=0)
    """The minimum number of hidden layers."""
    order: list[str | list[str]] = []
    """Types of layers that occur in this order, with any others between them, e.g. ``[Conv2D, Flatten, Dense]``; of a list of types, one
    is enough."""
    units: list[int] = []
    """The units of all Dense layers, in their order."""
    shapes: list[list[int | None]] = []
    """Output shapes of layers, without the samples, that occur in this order, e.g. ``[[26, 26, null], [1600]]``."""
    parameters: int | None = Field(None, ge=1)
    """The number of parameters, without those of normalisations."""
    differs_from: str | None = None
    """Another model; the two must differ in layers, regularizers or training."""

    def variables(self) -> Iterable[tuple[str, str]]:
        return [(name, "model") for name in (self.model, self.differs_from) if name]

    def run(self, context: Context) -> Outcome:
        """Judge the layers, the output and its loss, and the difference from another model."""
        model = context.student.model(self.model)
        layers = [layer for layer in model.layers if layer.type not in NOT_COUNTED]
        observed = outputs.of(context, self.model, model)
        problem = (
            failed_fit.of(context, self.model)
            or layer_mistakes.flatten_missing(self.model, model, self.outputs)
            or _count_problem(self, layers, model, observed)
            or _layers_problem(self, layers, model, observed)
        )
        own_loop = training.has_own_loop(context.student.training(), context.student.find_variable(self.model))
        if problem is None and (not model.built or (model.loss is None and not own_loop)):
            raise WrongAnswer(
                _("`{model}` has not been trained: call its compile() and fit().").format(model=self.model)
            )
        expects = losses.input_of(model)
        problem = problem or model_mistakes.of(context, self.model, model, observed)
        problem = problem or loss_mistakes.metrics(self.model, model, model_mistakes.labels_of(context, self.model))
        if problem is None and self.differs_from is not None:
            problem = two_models.problem(context, self.model, self.differs_from)
        evidence = Evidence(
            layers=[layer.model_dump(exclude={"settings"}, exclude_defaults=True) for layer in layers],
            loss=None if model.loss is None else model.loss.model_dump(exclude={"settings", "values"}),
        )
        if problem is not None:
            return Outcome(
                0.0, problem.sentence, evidence, findings_of_check(problem.bug, self.model) if problem.bug else None
            )
        names = ", ".join(layer.type for layer in layers)
        if not _is_trained(self, context, model):
            untrained = _(
                "`{model}` has the layers {layers}, but it has not been trained: no epoch of fit() has been completed."
            )
            return Outcome(UNTRAINED, untrained.format(model=self.model, layers=names), evidence, hint_fits=False)
        notes = _notes(self, model, observed, expects)
        metric = loss_mistakes.metric_of_logits(self.model, model, observed)
        if metric is not None:
            notes.append(metric.sentence)
        praise = (
            _("`{model}` has the layers {layers} and a loss that fits its output.")
            if observed and model.loss is not None
            else _("`{model}` has the layers {layers}.")
        )
        sentence = praise.format(model=self.model, layers=names)
        bugs = findings_of_check(metric.bug, self.model) if metric is not None else None
        return Outcome(1.0, " ".join([sentence, *notes]), evidence.with_notes(notes), bugs)


def _layers_problem(
    check: ArchitectureCheck, layers: list[KerasLayer], model: KerasModel, observed: Outputs | None
) -> ModelProblem | None:
    """Return the problem with the layers, or None; a model without weights has neither shapes nor parameters."""
    name = check.model
    return (
        layer_rules.forbidden(name, layers, check.layers)
        or layer_rules.order(name, layers, check.order)
        or layer_rules.hidden(name, layers, check.hidden_layers, observed)
        or layer_rules.units(name, layers, check.units)
        or (layer_rules.shapes(name, layers, check.shapes) if model.built else None)
        or (layer_rules.parameters(name, layers, check.parameters) if model.built else None)
    )


def _count_problem(
    check: ArchitectureCheck, layers: list[KerasLayer], model: KerasModel, observed: Outputs | None
) -> ModelProblem | None:
    """Return the problem if the number of outputs is wrong, or None; for two classes one output is enough."""
    if observed is not None:
        count = observed.count
    elif model.outputs:
        count = model.outputs[-1]
    else:
        count = next((layer.units for layer in reversed(layers) if layer.units is not None), 0)
    if count == check.outputs or (check.outputs == 2 and count == 1):
        return None
    sentence = ngettext(
        "`{model}` has {units} output; the task has {classes} classes and needs one output for each.",
        "`{model}` has {units} outputs; the task has {classes} classes and needs one output for each.",
        count,
    ).format(model=check.model, units=count, classes=check.outputs)
    return ModelProblem("wrong-number-of-outputs", sentence)


def _is_trained(check: ArchitectureCheck, context: Context, model: KerasModel) -> bool:
    if model.steps:
        return True
    # The optimizer of a model that is compiled again, or that only loads weights, has not taken a step.
    record = context.student.training()
    name = context.student.find_variable(check.model)
    own = [call for call in record if name in call.model]
    return training.trained(own) or (training.trained(record) and not training.fits(own))


def _notes(
    check: ArchitectureCheck,
    model: KerasModel,
    observed: Outputs | None,
    expects: losses.LossInput,
) -> list[str]:
    """Return notes about unusual choices that are accepted."""
    notes: list[str] = []
    if model.loss is None:  # in a training loop of the submission
        return notes
    if observed is not None and expects.of == "logits" and observed.kind == "probabilities":
        notes.append(_("The output of `{model}` is already a softmax, so from_logits=True is wrong: accepted."))
    elif observed is not None and expects.of == "logits" and observed.kind == "independent":
        notes.append(_("The outputs of `{model}` are already between 0 and 1, so from_logits=True is wrong: accepted."))
    elif observed is not None and expects.of is not None and observed.kind == "independent" and observed.count > 1:
        notes.append(
            _(
                "Each output of `{model}` is an independent probability (sigmoid); softmax is usual if each image has exactly one class: accepted."
            )
        )
    elif not expects.of or (expects.binary and observed is not None and observed.count > 1):
        notes.append(_("The loss {loss} is unusual for classes; cross-entropy learns faster: accepted."))
    return [note.format(model=check.model, loss=model.loss.name) for note in notes]
