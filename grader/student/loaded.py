"""A submission that is loaded in the worker of a session: its names, variables, models, figures and training."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from ..assignment.spec import AssignmentSpec
from ..judging.wrong_answer import WrongAnswer
from ..sandbox import observations
from ..sandbox.calls import SubmittedFunction
from ..sandbox.failures import CallError
from ..sandbox.loading import Cause
from ..sandbox.rebuilding import ModelData
from ..sandbox.session import Session
from ..submission import Code
from ..support import arrays
from ..support.i18n import _
from ..worker.left_files import LARGEST, TOO_LARGE
from . import misnamed, sequences, signatures
from .instances import Instances

NOT_VALUES = ("module", "ZMQExitAutocall", "KerasLazyLoader")  # types of variables that are not a student's result
OF_KERAS = {"history": ("History",), "model": ("Sequential", "Functional")}  # types that only such a variable has
MOST_FOUND = 3  # names in a message
MAX_ROWS = 100  # of a variable; no check compares more


class LoadedSubmission:
    """The names that a submission defines, and the values behind them."""

    def __init__(self, content: AssignmentSpec, code: Sequence[Code], session: Session, instances: Instances) -> None:
        self.content = content
        self.code = code
        self.instances = instances
        self._session = session
        self._training: list[list[observations.RecordedCall]] = []  # empty until it is read
        self.samples: dict[str, tuple[Any, Any]] = {}
        """By model: inputs for which it was called, and its answer."""

    def find(self, function: str) -> SubmittedFunction | None:
        """Return the submission's function that plays the part of ``function``."""
        if function in self.content.sequences:
            return self._first_method(function)
        if function in self.content.judged_classes:
            definitions = self._session.definitions
            classes = [
                sequences.find(self.content, name, definitions) for name in self.content.judged_classes[function]
            ]
            return None if classes[0] is None or None in classes else classes[0].constructor
        return self.instances.find(function)

    @cached_property
    def _class_functions(self) -> AssignmentSpec:
        return sequences.as_functions(self.content)

    def _first_method(self, function: str) -> SubmittedFunction | None:
        """Return the method that a sequence calls first, or its class without that method; None if a class is missing."""
        sequence = self.content.sequences[function]
        definitions = self._session.definitions
        own_classes = {
            item.name: sequences.find(self.content, item.class_name, definitions) for item in sequence.objects.values()
        }
        first = own_classes[sequence.calls[0].on]
        if first is None or None in own_classes.values():
            return None
        return (first.methods or {}).get(sequence.calls[0].method, first.constructor)

    def required_class(self, name: str) -> sequences.SubmittedClass:
        """Return the submission's class for a class of the assignment; raises CallError if it is missing."""
        own_class = sequences.find(self.content, name, self._session.definitions)
        if own_class is None:
            message = sequences.missing(self.content, name, self._session.definitions)
            raise self.missing(name, self.content.classes[name].aliases, message)
        return own_class

    def defines(self, function: str) -> bool:
        """True if the submission has a function that plays the part of ``function``."""
        return self.find(function) is not None

    def required(self, function: str) -> SubmittedFunction:
        """Return the submission's function that plays the part of ``function``; raises CallError if it is missing."""
        target = self.find(function)
        if target is None and function in self.content.sequences:
            for item in self.content.sequences[function].objects.values():
                self.required_class(item.class_name)
        if target is None:
            for name in self.content.judged_classes.get(function, []):
                self.required_class(name)
        if target is None:
            functions = self.instances.methods | self._session.definitions.functions
            message = misnamed.missing(self.content, function, functions, self._session.definitions.others, self.code)
            raise self.missing(function, self.content.functions[function].aliases, message)
        return target

    @property
    def spent(self) -> float:
        """The seconds that loading and all calls have taken so far, as limits count them."""
        return self._session.spent

    @property
    def imported(self) -> list[str]:
        """The top-level modules that were imported when the submission had been loaded."""
        return self._session.definitions.modules

    def libraries(self) -> set[str]:
        """Return the packages that the submission has imported so far, or whose libraries it has mapped, under any name."""
        return {*self._session.definitions.modules, *self._session.libraries()}

    def has_module(self, name: str) -> bool:
        """True if the global variable ``name`` of the submission is a module."""
        return self._session.definitions.others.get(name) == "module"

    def find_variable(self, name: str) -> str | None:
        """Return the submission's name of the variable ``name``: this name or a declared alias; None if it is missing."""
        declared = self.content.variables.get(name)
        aliases = {name: [] if declared is None else declared.aliases}
        return next(iter(signatures.match(self._session.definitions.others, aliases, aliases)), None)

    def variable(self, name: str, rows: int = MAX_ROWS) -> observations.ObservedVariable:
        """Return a variable of the submission, arrays cut after ``rows``; raises CallError if it is missing."""
        own_name = self.find_variable(name)
        if own_name is None:
            others = {self.find_variable(other) for other in self.content.variables}  # they have another meaning
            own = [
                other
                for other, kind in self._session.definitions.others.items()
                if kind not in NOT_VALUES and other not in others
            ]
            types = OF_KERAS.get(self.content.variables[name].type, ())
            same_type = [other for other in own if self._session.definitions.others[other] in types]
            near = same_type[:MOST_FOUND] or misnamed.similar(name, own)
            also = _("; found instead: {names}").format(names=", ".join(near)) if near else ""
            message = _("The variable `{name}` is missing: define it under this name at the top level{also}.")
            raise self.missing(name, self.content.variables[name].aliases, message.format(name=name, also=also))
        values = self._session.variables([own_name], rows)
        if own_name not in values:
            raise CallError(
                "protocol", _("The variable `{name}` was deleted while your functions ran.").format(name=name)
            )
        value = values[own_name].value
        if isinstance(value, np.ndarray) and value.ndim and len(value) > rows:
            raise CallError(
                "protocol", _("The variable `{name}` has a different length each time it is read.").format(name=name)
            )
        return values[own_name]

    def value_of(self, name: str) -> Any:
        """Return the value of a variable, which need not be declared; None without it. Raises CallError."""
        own_name = self.find_variable(name)
        values = {} if own_name is None else self._session.variables([own_name], MAX_ROWS)
        return next((variable.value for variable in values.values()), None)

    def model(self, name: str) -> observations.KerasModel:
        """Return the description of a Keras model of the submission; raises CallError for anything else."""
        variable = self.keras_model(name)
        return self._session.validated(observations.MODEL, variable.value, _("Reading `{name}`").format(name=name))

    def keras_model(self, name: str) -> observations.ObservedVariable:
        """Return a variable of the submission that is a Keras model; raises CallError for anything else."""
        variable = self.variable(name)
        if not variable.model and variable.type == "NoneType":
            raise WrongAnswer(_("`{name}` is {value}; it must be a Keras model.").format(name=name, value="None"))
        if not variable.model:
            message = _("`{name}` has the type {type}; it must be a Keras model.").format(name=name, type=variable.type)
            raise WrongAnswer(message)
        return variable

    def numbers(self, name: str) -> np.ndarray[Any, Any]:
        """Return the first entries of a variable that is an array of numbers; raises CallError for anything else."""
        value = self.variable(name).value
        array = arrays.array(value)
        if array is None or not array.ndim:
            raise WrongAnswer(
                _("`{name}` is {value}; it must be an array of numbers.").format(
                    name=name, value=arrays.describe(value)
                ),
            )
        return array

    def files(self, path: str) -> dict[str, bytes | str]:
        """Return {relative path: content} of a file or folder that the submission has left in its working folder.

        A content is a text if the worker did not read it. Raises CallError if there is nothing, or no file that was read.
        """
        contents = self._session.files(path)
        if not contents:
            raise WrongAnswer(_("There is no `{name}` in the working folder: write it there.").format(name=path))
        problems = {content for content in contents.values() if isinstance(content, str)}
        if TOO_LARGE in problems:
            sentence = _("`{name}` is too large: a file may have {most} MB.")
            raise WrongAnswer(sentence.format(name=path, most=LARGEST >> 20))
        if problems:
            raise WrongAnswer(_("`{name}` is not a file that can be read.").format(name=path))
        return contents

    def figures(self) -> list[observations.Figure]:
        """Return the figures that the submission plotted."""
        return self._session.figures()

    def training(self) -> list[observations.RecordedCall]:
        """Return the recorded calls of fit, evaluate and predict."""
        if not self._training:
            self._training.append(self._session.training())
        return self._training[0]

    def predict(self, model: str, inputs: Any) -> Any:
        """Return the predictions of the submission's model in its own worker; raises CallError."""
        own_name = self.find_variable(model)
        assert own_name is not None  # the caller has looked at it
        answer = self._session.predict(own_name, inputs)
        self.samples.setdefault(model, (inputs, answer))
        return answer

    def model_data(self, model: str) -> ModelData:
        """Return the submission's Keras model as data; raises CallError."""
        own_name = self.find_variable(model)
        assert own_name is not None  # the caller has looked at it
        return self._session.take_model(own_name)

    @property
    def level(self) -> str:
        """The isolation level."""
        return self._session.level

    def excuse(self, variables: Iterable[tuple[str, str]], calls: Iterable[str]) -> Cause | None:
        """Return the cause if variables, or the effects of some calls, are missing because of a statement that could not run here."""
        own = [name for variable, _type in variables if (name := self.find_variable(variable)) is not None]
        return self._session.causes.excuse([*own, *(f"{name}()" for name in calls)])

    def missing(self, name: str, aliases: list[str], message: str) -> CallError:
        """Return the failure of a check that needs ``name``: it is not defined, or a statement failed to define it."""
        causes = self._session.causes
        lost_name = next(iter(signatures.match(causes.lost, [name], {name: aliases})), None)
        cause = causes.of(lost_name)
        if cause is None and not any(map(self.defines, self.content.functions)):
            cause = causes.first  # if the submission defines nothing at all, the first failure is more informative
        if cause is None:
            return WrongAnswer(message)
        if lost_name is not None:
            message = _("`{name}` is not defined.").format(name=lost_name)
        return CallError(cause.status, f"{message} {cause.sentence}", place=cause.place)
