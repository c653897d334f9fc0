"""The models of classes that a submission defines: their constructor, their methods, and the formulas of their state."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field

from .base import Identifier, StrictModel
from .bugs import Expression
from .functions import Argument, FunctionSpec, Signature, parsed_signature

START = "start"  # the formulas of the state of a new object


class MethodSpec(StrictModel):
    """A method, e.g. ``signature: (gradient)``, ``returns: [change]``; without ``returns`` its result does not count."""

    signature: Signature = "()"
    """The arguments without ``self``."""
    returns: list[Identifier] = []
    """The names of the results, in their order."""
    aliases: list[str] = []
    """Other names that the method may have in a submission."""

    @cached_property
    def arguments(self) -> tuple[Argument, ...]:
        """The arguments in the order of the signature."""
        return parsed_signature(self.signature)

    def as_function(self) -> FunctionSpec:
        """Return the method as a function, to bind arguments and results by name."""
        return FunctionSpec(signature=self.signature, returns=self.returns or ["nothing"], aliases=self.aliases)


class ClassSpec(StrictModel):
    """A class that a submission defines, e.g. ``signature: (eta, rho)``."""

    signature: Signature = "()"
    """The arguments of the constructor, without ``self``."""
    aliases: list[str] = []
    """Other names that the class may have in a submission."""
    callback: bool = False
    """The objects are Keras callbacks, which the grader drives through a scripted training. Their methods are those of a callback:
    the arguments ``weights`` and ``learning_rate`` set the model, and all others are entries of ``logs``. The results are
    ``stop_training``, ``learning_rate`` and ``weights`` of the model after the call."""
    like: str = ""
    """Another class of the assignment whose methods this one has too."""
    methods: dict[Identifier, MethodSpec] = {}
    """The methods that checks call."""
    attributes: dict[Literal["weights", "biases"], list[str]] = {}
    """Other names of the attributes that hold the weights and the biases of all layers, for checks of kind ``network``."""
    steps: dict[Identifier, dict[Identifier, Expression]] = {}
    """{method: its quantities in the order of the computation}. A quantity keeps its value until the next call, and a
    formula that is above the one of a quantity, or in it, reads the value from before the call. ``start`` has the values
    in a new object. The diagnosis of bugs computes with them."""

    @cached_property
    def arguments(self) -> tuple[Argument, ...]:
        """The arguments of the constructor in the order of the signature."""
        return parsed_signature(self.signature)

    def names(self) -> list[str]:
        """Return the names of all arguments and results of the constructor and the methods."""
        arguments = [*self.arguments, *(argument for method in self.methods.values() for argument in method.arguments)]
        return [*(item.name for item in arguments), *(name for m in self.methods.values() for name in m.returns)]


Classes = dict[Identifier, ClassSpec]
CallOfMethod = Annotated[list[str | dict[Identifier, str | bool | int | float]], Field(min_length=1, max_length=2)]
