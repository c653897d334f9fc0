"""Submissions that are a class: its methods, and the attributes that an instance needs before a method is called.

Each call gets a new instance. The attributes that a method reads are bound by name to the inputs; an attribute that
another method stores, such as a cache, comes from a call of that method.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ..assignment.spec import AssignmentSpec
from ..sandbox.calls import Instance, SubmittedFunction
from ..sandbox.definitions import Definitions
from ..sandbox.failures import CallError
from ..sandbox.session import Session
from ..support.i18n import _
from ..worker.values import Opaque
from . import classes, returned, signatures
from .answers import Pending
from .steps import Steps

Leave = Callable[[str], tuple[dict[str, Any], set[str]]]
"""Calls a function of the assignment; returns the attributes after the call and the arguments that it got."""


class Instances:
    """The class that a submission may consist of, and the instances on which its methods are called."""

    def __init__(self, content: AssignmentSpec, session: Session, steps: Steps) -> None:
        self._content = content
        self._steps = steps
        self._session = session
        self._methods: classes.Methods | None = None
        self._definitions: Definitions | None = None  # those for which ``_targets`` are known
        self._targets: dict[str, SubmittedFunction | None] = {}
        self._built: dict[tuple[int, ...], dict[str, Any]] = {}  # by the sizes of the layers
        self._loaded: dict[str, dict[str, Any]] = {}  # by function: the values of its global variables after loading
        self._globals_of: dict[str, list[str]] = {}  # those that a function of the assignment reads or stores

    @property
    def methods(self) -> classes.Methods:
        """The methods of the class; {} for a submission without a class."""
        if self._methods is None:  # once it is loaded
            self._methods = classes.choose_class(self._content, self._session.definitions.classes)
        return self._methods

    def find(self, function: str) -> SubmittedFunction | None:
        """Return the submitted function for ``function`` of the assignment: at the top level or else in the class."""
        if self._definitions is not self._session.definitions:  # a later worker may have loaded less
            self._definitions, self._targets = self._session.definitions, {}
        if function not in self._targets:
            self._targets[function] = self._search(function)
        return self._targets[function]

    def _search(self, function: str) -> SubmittedFunction | None:
        target = signatures.find_function(self._content, function, self._session.definitions.functions)
        if target is not None and (target.parameters or not self._content.functions[function].arguments):
            return target  # a function without parameters may only run the class
        if self._content.functions[function].returns_function is not None:
            classes_as_functions = {
                name: as_function
                for name, methods in self._session.definitions.classes.items()
                if (as_function := returned.as_function(name, methods)) is not None
            }
            target = target or signatures.find_function(self._content, function, classes_as_functions)
        return signatures.find_function(self._content, function, self.methods) or target

    def prepared(
        self,
        function: str,
        target: SubmittedFunction,
        laid_out: dict[str, Any],
        as_kept: bool,
        pending: Pending,
        leave: Leave,
    ) -> tuple[Instance | None, signatures.State]:
        """Return the instance that ``target`` is called on (None for a function), and the arguments that it holds.

        ``laid_out`` are the inputs in the layout of the submission, in which attributes may be ``as_kept`` by the class.
        ``leave`` calls another method for the attributes that it stores; methods that are ``pending`` are not called.
        """
        if not target.owner:
            return self._with_globals(function, target, laid_out, as_kept)
        attributes: dict[str, Any] = dict.fromkeys(target.reads)
        attributes |= {
            name: value for name, value in self._new_attributes(function, laid_out).items() if name in attributes
        }
        state = classes.bind_state(self._content, function, attributes, laid_out)
        held_names = {path.partition(".")[0] for path in state.bound}
        unbound = [name for name in attributes if name not in held_names]
        stored, arguments = self._stored_by_others(target, unbound, pending, leave)
        if stored:
            attributes |= stored
            state = classes.bind_state(self._content, function, attributes, laid_out)
        values = self._content.functions[function].complete(laid_out) | laid_out
        excused = state.excused | arguments | classes.available_arguments(self._content, self.methods)
        instance = Instance(
            target.owner,
            classes.constructions(self._content, function, self.methods, laid_out),
            stored | classes.filled(attributes, state, values, as_kept),
            list(dict.fromkeys([*target.stores, *target.reads])),
        )
        return instance, signatures.State(state.bound, frozenset(excused))

    def notes(self, functions: list[str]) -> list[str]:
        """Return the sentence about a class or global variables, if it concerns one of ``functions``."""
        held_names = dict.fromkeys(name for function in functions for name in self._globals_of.get(function, []))
        if held_names:
            sentence = _("Your functions keep {names} in global variables: accepted.")
            return [sentence.format(names=", ".join(held_names))]
        owners = [target.owner for name in functions if (target := self.find(name)) is not None and target.owner]
        return [_("Your functions are methods of `{owner}`: accepted.").format(owner=owners[0])] if owners else []

    def _with_globals(
        self, function: str, target: SubmittedFunction, laid_out: dict[str, Any], as_kept: bool
    ) -> tuple[Instance | None, signatures.State]:
        """Return the global variables to set before a function is called, and the arguments that they hold.

        These are variables for arguments without a parameter, and variables in which the function leaves results.
        """
        if not target.reads and not target.stores:
            return None, signatures.NO_STATE
        declared = self._content.functions[function]
        arguments = declared.complete(laid_out)
        bound = signatures.match([name for name, _, _ in target.parameters], laid_out, self._content.aliases)
        missing = [name for name in arguments if name in laid_out and name not in bound.values()]
        unknown = [name for name, kind, default in target.parameters if not default and name not in bound]
        if any(kind.startswith("VAR_") for _, kind, _ in target.parameters) or len(unknown) >= len(missing):
            missing = []
        # A default of the task also replaces the submission's own number: all submissions get the same arguments.
        wanted_names = [*missing, *(name for name in arguments if name not in laid_out and name not in bound.values())]
        if declared.alternatives or self._steps.may_take_step(function):
            # It may compute an argument from these, or change them itself.
            argument_names = {name for other in self._content.functions.values() for name in other.argument_names()}
            others = [
                name for name, value in laid_out.items() if isinstance(value, np.ndarray) and name in argument_names
            ]
            wanted_names += [name for name in (*others, *signatures.RATES) if name not in {*arguments, *bound.values()}]
        history_variables = signatures.match(target.reads, filter(None, [declared.history]), self._content.aliases)
        kept_results = signatures.match(target.stores, declared.returns, self._content.aliases) | history_variables
        if not (target.reads and wanted_names) and not kept_results:
            return None, signatures.NO_STATE
        attributes = dict.fromkeys([*target.reads, *target.stores]) | self._values_of(target)
        state = classes.bind_state(self._content, function, attributes, laid_out)
        bound = {path: name for path, name in state.bound.items() if name in wanted_names}
        held_names = dict.fromkeys([*(path.partition(".")[0] for path in bound), *kept_results])
        if not held_names:
            return None, signatures.NO_STATE
        self._globals_of[function] = list(held_names)
        filled = classes.filled(attributes, signatures.State(bound, frozenset()), arguments | laid_out, as_kept)
        # A list that collects the losses starts empty.
        filled |= {name: [] for name in kept_results if kept_results[name] == declared.history and name not in filled}
        fetch = list(dict.fromkeys([*target.stores, *target.reads]))
        return Instance("", [], filled, fetch), signatures.State(bound, frozenset())

    def _values_of(self, target: SubmittedFunction) -> dict[str, Any]:
        """Return the global variables that a function uses, with their values after loading."""
        if target.name not in self._loaded:
            self._loaded[target.name] = {}
            names = list(dict.fromkeys([*target.reads, *target.stores]))
            with contextlib.suppress(CallError):
                answer = self._session.call(f"?{target.name}", [], {}, instance=Instance("", [], {}, names))
                self._loaded[target.name] = answer.attributes
        return self._loaded[target.name]

    def _new_attributes(self, function: str, laid_out: dict[str, Any]) -> dict[str, Any]:
        """Return the attributes of a newly constructed instance; they show the shapes in which the class keeps its parameters.

        It is constructed for the sizes of the inputs ``laid_out``.
        """
        sizes = tuple(classes.layer_sizes(self._content, laid_out))
        if sizes not in self._built:
            self._built[sizes] = {}
            if "__init__" in self.methods:
                owner = self.methods["__init__"].owner
                constructions = classes.constructions(self._content, function, self.methods, laid_out)
                with contextlib.suppress(CallError):
                    answer = self._session.call("__init__", [], {}, instance=Instance(owner, constructions))
                    self._built[sizes] = answer.attributes
        return self._built[sizes]

    def _stored_by_others(
        self, target: SubmittedFunction, unbound: list[str], pending: Pending, leave: Leave
    ) -> tuple[dict[str, Any], set[str]]:
        """Return the values that other methods store in the attributes ``unbound``, and the arguments that these got."""
        values: dict[str, Any] = {}
        arguments: set[str] = set()
        for name in unbound:
            if name in target.stores or name in values:
                continue
            for function, maker in self._makers(name, target, pending):
                attributes, its_arguments = leave(function)
                if name in attributes:
                    own = [key for key in attributes if key in unbound and key in maker.stores]
                    values |= {key: attributes[key] for key in own if not isinstance(attributes[key], Opaque)}
                    arguments |= its_arguments
                    break
        return values, arguments

    def _makers(
        self, attribute: str, reader: SubmittedFunction, pending: Pending
    ) -> Iterator[tuple[str, SubmittedFunction]]:
        """Yield the methods that store ``attribute``, with the functions of the assignment whose parts they play."""
        for function in self._content.functions:
            maker = self.find(function)
            if maker is None or maker.name in (reader.name, "__init__") or maker.name in pending.methods:
                continue
            if attribute in maker.stores:
                yield function, maker
