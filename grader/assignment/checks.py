"""The kinds of checks as an ``assignment.yaml`` declares them; ``grader/checks/`` carries them out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field, model_validator

from .parts import Name, Part, Rows, Scalar, Tolerance


class BaseCheck(Part):
    """What every check has, whatever its kind."""

    name: Name
    title: str = Field(min_length=1)
    points: float = Field(ge=0)
    requires: list[Name] = []
    visibility: Literal["open", "hidden", "instructor"] = "open"
    hint: str = ""

    def functions(self) -> Iterable[str]:
        """The submitted functions that this check calls."""
        return ()

    def probe_names(self) -> Iterable[str]:
        """The probes that this check uses."""
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
    """The results equal the reference's."""

    kind: Literal["values"]


class GradientsCheck(ProbedCheck):
    """The results are the derivatives of ``objective`` (a function of the reference).

    ``parameters`` maps each result to the input that it is the derivative by, e.g. ``dw: w``.
    """

    kind: Literal["gradients"]
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
    """Trained on the probe, the submission classifies ``inputs`` that it has not seen as ``labels``."""

    kind: Literal["generalisation"]
    train: str
    predict: str
    probes: list[str] = Field(min_length=1)
    argument: str
    inputs: Rows
    labels: list[int] = Field(min_length=1)
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
    """The source imports none of the assignment's ``forbidden_imports``."""

    kind: Literal["source"]


Check = Annotated[
    ValuesCheck
    | GradientsCheck
    | TrajectoryCheck
    | ChainCheck
    | InitialisationCheck
    | GeneralisationCheck
    | ArgumentsUsedCheck
    | ArgumentsUnchangedCheck
    | SourceCheck,
    Field(discriminator="kind"),
]
