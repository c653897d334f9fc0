"""The kinds of checks as an ``assignment.yaml`` declares them; ``grader/checks/`` carries them out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field, model_validator

from .base import Band, DatasetName, Name, Panel, Part, Rows, Scalar, Spread, Tolerance


class BaseCheck(Part):
    """What every check has, whatever its kind.

    ``bonus`` points come on top of full marks. A ``fresh`` one gets a worker in which nothing has been called yet.
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
        """The submitted functions that this check calls."""
        return ()

    def probe_names(self) -> Iterable[str]:
        """The probes that this check uses."""
        return ()

    def variables(self) -> Iterable[tuple[str, str]]:
        """The submitted variables that this check looks at, each with the type that it has to have ("" for any)."""
        return ()


class ProbedCheck(BaseCheck):
    """A check of one function on some probes.

    ``given`` names functions whose results, computed by the reference on the same probe, are inputs
    too: an error in one submitted function then does not make the next look wrong.
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
    """The results equal the reference's; with ``any_shape`` the same entries in the same order will do."""

    kind: Literal["values"]
    any_shape: bool = False


class GradientsCheck(ProbedCheck):
    """The results are the derivatives of ``objective`` (a function of the reference).

    ``parameters`` maps each result to the input that it is the derivative by, e.g. ``dw: w``. With ``by_hand`` they
    have to come from a formula: neither from difference quotients nor from a library.
    """

    kind: Literal["gradients"]
    by_hand: bool = False
    objective: str
    parameters: dict[str, str] = Field(min_length=1)


class TrajectoryCheck(ProbedCheck):
    """A training loop ends at the same parameters as the reference, by the same history."""

    kind: Literal["trajectory"]


class ChainCheck(BaseCheck):
    """The grader passes the results of each function on to the next, ``steps`` times round.

    What the last function returns in the end is compared with the reference's functions, chained alike.
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

    ``targets`` is the input with the classes of what is trained on, for the picture in a report.
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
            raise ValueError(f"{len(self.inputs)} inputs and {len(self.labels)} labels; give as many.")
        return self

    def functions(self) -> Iterable[str]:
        return (self.train, self.predict)

    def probe_names(self) -> Iterable[str]:
        return self.probes


class ArgumentsUsedCheck(BaseCheck):
    """Changing each argument in ``vary`` changes the result, and as it changes the reference's."""

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
    """Arrays that are passed to the functions are the same after the call."""

    kind: Literal["arguments_unchanged"]
    functions_called: list[str] = Field(min_length=1, alias="functions")
    probe: str

    def functions(self) -> Iterable[str]:
        return self.functions_called

    def probe_names(self) -> Iterable[str]:
        return (self.probe,)


class SourceCheck(BaseCheck):
    """What the code says and how it trained: each of ``rules`` is kept, and none of ``forbidden_calls`` is called.

    imports         none of the assignment's ``forbidden_imports``; data sets may be loaded with any library
    leakage         no test data in training, validation or early stopping
    early-stopping  it watches a value of validation data
    scaling         test data are scaled like training data
    labels          images of the data sets are trained with their own labels
    """

    kind: Literal["source"]
    rules: list[Literal["imports", "leakage", "early-stopping", "scaling", "labels"]] = ["imports"]
    forbidden_calls: list[str] = []

    def asks_for_training(self) -> bool:
        """Whether a rule is about what ``fit`` was given, so that a submission without training breaks it."""
        return any(rule != "imports" for rule in self.rules)

    @model_validator(mode="after")
    def _something_to_look_for(self) -> SourceCheck:
        if not self.rules and not self.forbidden_calls:
            raise ValueError("neither rules nor forbidden_calls; name some.")
        return self


class NamespaceCheck(BaseCheck):
    """The variables are what the assignment's ``variables`` say."""

    kind: Literal["namespace"]
    names: list[str] = Field(min_length=1, alias="variables")

    def variables(self) -> Iterable[tuple[str, str]]:
        return [(name, "") for name in self.names]


class FiguresCheck(BaseCheck):
    """Each of ``panels`` has been drawn; each earns its part of the points."""

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
    """A Keras model has ``outputs`` outputs, only layers of the types ``layers`` (any if empty), and a loss that fits.

    ``differs_from`` names another model that must not be the same in layers, regularizers and training.
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
    """A check of something measured after training, judged in bands around what the reference reaches.

    ``reference`` names functions of the reference, ``(images, labels, seed) -> predict``, and ``spread`` what
    they reach on the real data and on the stand-in; ``grader reference`` computes it anew.
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
            raise ValueError("no band has the share 1, so nobody gets full marks; add one.")
        for unit in ("at_least", "deviations"):
            bands = [(getattr(band, unit), band.share) for band in self.bands if getattr(band, unit) is not None]
            shares = [share for _, share in sorted(bands, reverse=unit == "deviations")]
            if shares != sorted(set(shares)):
                raise ValueError(f"a better value of {unit} has to give a larger share; order the bands so.")
        return self


class AccuracyCheck(BandedCheck):
    """The accuracy on held-out images, of a ``model`` whose inputs ``preprocess`` makes of images, or of
    what ``train`` returns and ``predict`` uses.

    ``train`` gets as ``images`` a float array (pixels, n) in [0, 1] and as ``labels`` integers (n,). More than ``at_most``, on
    the real data or on the stand-in, no network of this kind reaches: it is reported and not scored.
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
            raise ValueError("give either model and preprocess, or train and predict.")
        return self

    def functions(self) -> Iterable[str]:
        return [name for name in (self.preprocess, self.train, self.predict) if name]

    def variables(self) -> Iterable[tuple[str, str]]:
        return [(self.model, "model")] if self.model else []


class OverfittingCheck(BandedCheck):
    """The generalisation gap of ``model``: its accuracy on training images minus that on held-out ones.

    With ``less_than`` it is how much smaller the gap is than that model's, and the held-out accuracy may
    be lower by ``accuracy_margin`` at most.
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
            raise ValueError("name as many references as models: that of less_than first.")
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
