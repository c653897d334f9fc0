"""The kinds of checks as an ``assignment.yaml`` declares them; ``grader/checks/`` runs them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field, model_validator

from .base import Band, DatasetName, Name, Panel, Part, Rows, Scalar, Spread, Tolerance


class BaseCheck(Part):
    """The keys of every check, whatever its kind.

    ``bonus`` points are added to the full marks. A ``fresh`` check gets a new worker in which nothing was called before.
    """

    name: Name
    title: str = Field(min_length=1)
    points: float = Field(ge=0)
    bonus: bool = False
    fresh: bool = False
    requires: list[Name] = []
    visibility: Literal["open", "hidden", "instructor"] = "open"
    hint: str = ""

    def functions(self) -> Iterable[str]:
        """Return the submitted functions that this check calls."""
        return ()

    def probe_names(self) -> Iterable[str]:
        """Return the probes that this check uses."""
        return ()

    def variables(self) -> Iterable[tuple[str, str]]:
        """Return (name, type) of each submitted variable that this check reads; the type is "" if any is allowed."""
        return ()


class ProbedCheck(BaseCheck):
    """A check of one function on some probes.

    ``given`` names functions whose results are inputs too. The reference computes these results on the same probe, so
    an error in one submitted function does not make the next one look wrong.
    """

    function: str
    probes: list[str] = Field(min_length=1)
    given: list[str] = []
    tolerance: Tolerance = Tolerance()

    def functions(self) -> Iterable[str]:
        return (self.function,)

    def probe_names(self) -> Iterable[str]:
        return self.probes


class ValuesCheck(ProbedCheck):
    """The results equal those of the reference. ``any_shape`` accepts the same entries in the same order in any shape."""

    kind: Literal["values"]
    any_shape: bool = False


class GradientsCheck(ProbedCheck):
    """The results are the derivatives of ``objective`` (a function of the reference).

    ``parameters`` maps each result to the input for which it is the derivative, e.g. ``dw: w``. With ``by_hand`` the
    results must come from a formula, not from difference quotients or a library.
    """

    kind: Literal["gradients"]
    by_hand: bool = False
    objective: str
    parameters: dict[str, str] = Field(min_length=1)


class TrajectoryCheck(ProbedCheck):
    """A training loop returns the same parameters and the same history as the reference."""

    kind: Literal["trajectory"]


class ChainCheck(BaseCheck):
    """The grader passes the results of each function on to the next, ``steps`` times.

    The final results of the last function must equal those of the reference's functions, called in the same way.
    """

    kind: Literal["chain"]
    functions_called: list[str] = Field(min_length=2, alias="functions")
    steps: int = Field(ge=1, le=1000)
    probes: list[str] = Field(min_length=1)
    given: list[str] = []
    tolerance: Tolerance = Tolerance()

    def functions(self) -> Iterable[str]:
        return self.functions_called

    def probe_names(self) -> Iterable[str]:
        return self.probes


class InitialisationCheck(BaseCheck):
    """The results of a function without arguments have their declared shapes and are all finite.

    Those in ``spread`` are random: no two rows and no two columns are the same.
    """

    kind: Literal["initialisation"]
    function: str
    spread: list[str] = Field(min_length=1)

    def functions(self) -> Iterable[str]:
        return (self.function,)


class GeneralisationCheck(BaseCheck):
    """Trained on the probe, the submission classifies ``inputs`` that it has not seen as ``labels``.

    ``targets`` is the input with the classes of the training data, for the figure in a report.
    """

    kind: Literal["generalisation"]
    train: str
    predict: str
    probes: list[str] = Field(min_length=1)
    argument: str
    inputs: Rows
    labels: list[int] = Field(min_length=1)
    targets: str | None = None
    threshold: float = 0.5

    @model_validator(mode="after")
    def _as_many_labels_as_inputs(self) -> GeneralisationCheck:
        if len(self.labels) != len(self.inputs):
            raise ValueError(f"{len(self.inputs)} inputs but {len(self.labels)} labels; give one label per input.")
        return self

    def functions(self) -> Iterable[str]:
        return (self.train, self.predict)

    def probe_names(self) -> Iterable[str]:
        return self.probes


class ArgumentsUsedCheck(BaseCheck):
    """Changing an argument in ``vary`` changes the result, in the same way as the result of the reference."""

    kind: Literal["arguments_used"]
    function: str
    probe: str
    vary: dict[str, Scalar] = Field(min_length=1)
    tolerance: Tolerance = Tolerance()

    def functions(self) -> Iterable[str]:
        return (self.function,)

    def probe_names(self) -> Iterable[str]:
        return (self.probe,)


class ArgumentsUnchangedCheck(BaseCheck):
    """The functions do not change the arrays that are passed to them."""

    kind: Literal["arguments_unchanged"]
    functions_called: list[str] = Field(min_length=1, alias="functions")
    probe: str

    def functions(self) -> Iterable[str]:
        return self.functions_called

    def probe_names(self) -> Iterable[str]:
        return (self.probe,)


class SourceCheck(BaseCheck):
    """The source code and the training follow all ``rules``, and the code does not call any of ``forbidden_calls``.

    imports         none of the assignment's ``forbidden_imports``; datasets may be loaded with any library
    leakage         no test data in training, validation or early stopping
    early-stopping  early stopping watches a value of the validation data
    scaling         test data are scaled like training data
    labels          images of the datasets are trained with their own labels
    """

    kind: Literal["source"]
    rules: list[Literal["imports", "leakage", "early-stopping", "scaling", "labels"]] = ["imports"]
    forbidden_calls: list[str] = []

    def asks_for_training(self) -> bool:
        """True if a rule is about the arguments of ``fit``, so that a submission without training breaks it."""
        return any(rule != "imports" for rule in self.rules)

    @model_validator(mode="after")
    def _something_to_look_for(self) -> SourceCheck:
        if not self.rules and not self.forbidden_calls:
            raise ValueError("neither rules nor forbidden_calls; give at least one of them.")
        return self


class NamespaceCheck(BaseCheck):
    """The variables match their declarations in the assignment's ``variables``."""

    kind: Literal["namespace"]
    names: list[str] = Field(min_length=1, alias="variables")

    def variables(self) -> Iterable[tuple[str, str]]:
        return [(name, "") for name in self.names]


class FiguresCheck(BaseCheck):
    """Each of ``panels`` was plotted; each one earns an equal part of the points."""

    kind: Literal["figures"]
    panels: list[Panel] = Field(min_length=1)

    @model_validator(mode="after")
    def _panels_have_titles_of_their_own(self) -> FiguresCheck:
        if len({panel.title for panel in self.panels}) < len(self.panels):
            raise ValueError("two panels have the same title; give each its own.")
        return self

    def variables(self) -> Iterable[tuple[str, str]]:
        for panel in self.panels:
            yield from [(panel.images, "array")] if panel.images else []
            yield from [(panel.titles, "texts")] if panel.titles else []
            yield from ((line.history, "history") for line in panel.lines)


class ArchitectureCheck(BaseCheck):
    """A Keras model has ``outputs`` outputs, only layers of the types ``layers`` (any if empty), and a matching loss.

    ``differs_from`` names another model; the two must differ in layers, regularizers or training.
    """

    kind: Literal["architecture"]
    model: str
    outputs: int = Field(ge=1)
    layers: list[str] = []
    hidden_layers: int = Field(0, ge=0)
    differs_from: str | None = None

    def variables(self) -> Iterable[tuple[str, str]]:
        return [(name, "model") for name in (self.model, self.differs_from) if name]


class BandedCheck(BaseCheck):
    """A check of a value measured after training, judged in bands around the value of the reference.

    ``reference`` names functions of the reference, ``(images, labels, seed) -> predict``. ``spread`` describes their
    values on the real data and on the stand-in; ``grader reference`` computes it again.
    """

    dataset: DatasetName
    bands: list[Band] = Field(min_length=1)
    reference: list[str] = []
    spread: dict[Literal["real", "stand-in"], Spread] = {}

    @model_validator(mode="after")
    def _bands_have_a_spread(self) -> BandedCheck:
        if any(band.deviations is not None for band in self.bands) and self.spread.keys() != {"real", "stand-in"}:
            raise ValueError("bands in deviations need the reference's spread on 'real' and 'stand-in'; give both.")
        if not any(band.share == 1 for band in self.bands):
            raise ValueError("no band has the share 1, so full marks are impossible; add one.")
        for unit in ("at_least", "deviations"):
            bands = [(getattr(band, unit), band.share) for band in self.bands if getattr(band, unit) is not None]
            shares = [share for _, share in sorted(bands, reverse=unit == "deviations")]
            if shares != sorted(set(shares)):
                raise ValueError(f"a better value of {unit} must give a larger share; correct the bands.")
        return self


class AccuracyCheck(BandedCheck):
    """The accuracy on held-out images, either of a ``model`` that gets the results of ``preprocess``, or of ``predict``
    with the parameters that ``train`` returns.

    ``train`` gets as ``images`` a float array (pixels, n) in [0, 1] and as ``labels`` integers (n,). An accuracy above
    ``at_most``, for the real data or the stand-in, is implausible for such a network: it is reported and not scored.
    """

    kind: Literal["accuracy"]
    at_most: dict[Literal["real", "stand-in"], Annotated[float, Field(gt=0, le=1)]] = {}
    model: str | None = None
    preprocess: str | None = None
    train: str | None = None
    predict: str | None = None
    images: str = "X"
    labels: str = "labels"

    @model_validator(mode="after")
    def _one_way_to_predict(self) -> AccuracyCheck:
        if (self.model is None, self.preprocess is None) not in ((True, True), (False, False)) or (
            (self.train is None, self.predict is None) != (self.model is not None,) * 2
        ):
            raise ValueError("give either model and preprocess, or train and predict, not a mixture.")
        return self

    def functions(self) -> Iterable[str]:
        return [name for name in (self.preprocess, self.train, self.predict) if name]

    def variables(self) -> Iterable[tuple[str, str]]:
        return [(self.model, "model")] if self.model else []


class OverfittingCheck(BandedCheck):
    """The generalisation gap of ``model``: its accuracy on training images minus its accuracy on held-out images.

    With ``less_than`` the check measures how much smaller the gap is than the gap of that other model; the held-out
    accuracy may be lower by at most ``accuracy_margin``.
    """

    kind: Literal["overfitting"]
    model: str
    preprocess: str
    less_than: str | None = None
    accuracy_margin: float = Field(0.01, ge=0, lt=1)

    def functions(self) -> Iterable[str]:
        return [self.preprocess]

    @model_validator(mode="after")
    def _a_reference_for_each_model(self) -> OverfittingCheck:
        if self.reference and len(self.reference) != (2 if self.less_than else 1):
            raise ValueError("name as many references as models; the reference for less_than comes first.")
        return self

    def variables(self) -> Iterable[tuple[str, str]]:
        return [(name, "model") for name in (self.model, self.less_than) if name]


Check = Annotated[
    ValuesCheck
    | GradientsCheck
    | TrajectoryCheck
    | ChainCheck
    | InitialisationCheck
    | GeneralisationCheck
    | ArgumentsUsedCheck
    | ArgumentsUnchangedCheck
    | SourceCheck
    | NamespaceCheck
    | FiguresCheck
    | ArchitectureCheck
    | AccuracyCheck
    | OverfittingCheck,
    Field(discriminator="kind"),
]
