"""The mutations of an assignment: they compute the numbers that each declared bug produces."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from ..assignment import Assignment, is_bundled, lists
from ..assignment.formulas import LIBRARY, Formula, FormulaLayer, Quantities
from ..assignment.statements import CompiledProgram
from ..support.errors import NotGradable
from ..support.reachable import reachable
from ..support.recent import Recent
from ..worker import given_functions
from ..worker import values as encoding
from . import author, compiled, generated, of_classes, recorded_steps, repeated, taken_apart
from .author import Program
from .mutant import Mutant
from .probes import known_digest
from .proof import program_file
from .recomputed import Recomputed

NamedValues = dict[str, Any]
AnyProgram = Program | CompiledProgram
MOST_KEPT = 2**24  # bytes of results for all submissions of a class
OF_SHAPES = (ArithmeticError, LookupError, TypeError, ValueError)  # exceptions of arrays that do not fit


class Mutations:
    """The correct steps of an assignment and all its mutants."""

    def __init__(self, assignment: Assignment, taken_apart: Mapping[str, taken_apart.Steps] | None = None) -> None:
        """``taken_apart`` are the steps of functions without declared ones, by default those recorded from the solution."""
        self._assignment = assignment
        self._taken_apart = taken_apart
        self._content = assignment.content
        self._own: Mapping[str, Callable[..., Any]] = {}
        self._orders: dict[str, list[str]] = {}
        self._used_in_all: dict[str, set[str]] = {}
        self._compiled_functions: dict[str, Callable[..., Any] | None] = {}
        self._modules: dict[Path, Any] = {}
        self._generated: dict[str, list[Mutant]] = {}
        self.effects: Recent[Any] = Recent(MOST_KEPT)
        """What the diagnosis keeps for all submissions of a class: the numbers of all generated mutants, by inputs."""
        self._known: Recent[tuple[Sequence[Mutant], NamedValues | None]] = Recent(MOST_KEPT)

    def with_own(self, own: Mapping[str, Callable[..., Any]]) -> Mutations:
        """Return a copy in which Python functions, by name, replace the steps of these functions."""
        copy_with_own = copy.copy(self)
        copy_with_own._own = own
        copy_with_own._compiled_functions = {}  # the functions of a submission stay out of the shared ones
        copy_with_own._known = Recent(0)
        copy_with_own.effects = Recent(0)
        return copy_with_own

    @cached_property
    def _steps(self) -> dict[str, FormulaLayer | AnyProgram]:
        """Return the declared steps, and those of a solution for functions without declared ones."""
        others = {*self._content.functions}
        steps: dict[str, FormulaLayer | AnyProgram] = {
            function: CompiledProgram(item, function, others) if isinstance(item, str) else _formulas(item)
            for function, item in self._recorded.items()
        }
        for function, declared in self._content.steps.items():
            steps[function] = self._load(declared) if isinstance(declared, str) else _formulas(declared)
        return steps

    @cached_property
    def _recorded(self) -> Mapping[str, taken_apart.Steps]:
        return recorded_steps.read(self._assignment) if self._taken_apart is None else self._taken_apart

    @cached_property
    def _used(self) -> dict[str, set[str]]:
        called_names: dict[str, set[str]] = {
            function: set(steps.parameters) if callable(steps) else _names(steps)
            for function, steps in self._steps.items()
        }
        return {
            function: (names & self._content.functions.keys()) - {function} for function, names in called_names.items()
        }

    @cached_property
    def _repeated(self) -> dict[str, frozenset[str]]:
        """Return, for each function with declared formulas, the functions whose results they compute again."""
        formulas = {
            name: steps
            for name, steps in self._steps.items()
            if not callable(steps) and name in self._content.steps and name in self._content.functions
        }
        return {name: repeated.repeated(name, self._content.functions, formulas) for name in formulas}

    @cached_property
    def _all(self) -> dict[str, list[Mutant]]:
        mutants: dict[str, list[Mutant]] = {}
        for bug in self._content.bugs:
            if bug.detector is None:
                variants = [Mutant(bug, _formulas(steps)) for steps in bug.variants()]
                mutants.setdefault(bug.function, []).extend(variants)
        return mutants

    def of(self, function: str) -> list[Mutant]:
        """Return the mutants of a function in the order of their declaration."""
        return self._all.get(function, [])

    def generated(self, function: str) -> list[Mutant]:
        """Return the mutants that the operators make of the steps of a function, the most common mistakes first."""
        if function not in self._generated:
            self._generated[function] = self._made(function)
        return self._generated[function]

    def _made(self, function: str) -> list[Mutant]:
        steps = self._steps.get(function)
        if steps is None:
            return []
        if callable(steps):
            return self._made_of_program(function)
        spec = self._content.functions[function]
        callables = frozenset({*self._content.functions} - {function} | LIBRARY.keys() - {"np", "like"})
        if function in self._content.sequences:
            return of_classes.of_sequence(self._content.sequences[function], self._content.classes, callables)
        # An argument with a number as its default is one number; the sizes of the others differ from probe to probe.
        numbers = {name: () for name, value in self.defaults(function).items() if isinstance(value, int | float)}
        return generated.of_formulas(function, steps, dict.fromkeys(spec.argument_names()) | numbers, callables)

    def _made_of_program(self, function: str) -> list[Mutant]:
        """Return the mutants of a program, if it consists of statements that this process may compute."""
        others = {*self._content.functions}
        path = self._content.steps.get(function)
        if not isinstance(path, str):
            return generated.of_program(function, str(self._recorded[function]), function, others)
        file = program_file(self._assignment, path)
        return [] if file is None else generated.of_program(function, file.read_text(), path.rpartition(".")[2], others)

    def changes_of_results(
        self, function: str, mutants: Sequence[Mutant], inputs: NamedValues
    ) -> Iterator[NamedValues | None]:
        """Yield {result: array} of the results that each mutant may change; None if they cannot be computed."""
        steps = self._steps.get(function)
        if not mutants or steps is None:
            return
        inputs = self._with_functions(inputs, [])
        if callable(steps):
            for mutant in mutants:
                try:
                    yield self.results(function, [mutant], inputs)
                except Exception:  # its arrays do not fit here
                    yield None
            return
        names = (self._steps.keys() - LIBRARY.keys()) | self._not_of_library(function, [])
        functions = {name: self._as_function(name, []) for name in names - {function}}
        returns = self._content.functions[function].returns
        with np.errstate(all="ignore"):
            recomputed = Recomputed(steps, inputs, functions)
            for mutant in mutants:
                try:
                    values = recomputed.results(mutant.steps)
                    yield {name: np.asarray(values[name], dtype=np.float64) for name in returns if name in values}
                except Exception:  # its arrays do not fit here
                    yield None

    def defaults(self, function: str) -> dict[str, Any]:
        """Return the defaults of the optional arguments of a function, by name."""
        arguments = self._content.functions[function].arguments
        return {item.name: item.default for item in arguments if item.optional}

    def is_program(self, function: str) -> bool:
        """True if a Python function computes the correct results of ``function``; it may call other functions."""
        return callable(self._steps.get(function))

    def of_used(self, function: str) -> list[Mutant]:
        """Return the mutants of the functions that the Python function for ``function`` takes as arguments."""
        steps = self._steps[function]
        if not callable(steps):
            return []
        return [mutant for name in steps.parameters for mutant in self.of(name)]

    def has_steps(self, function: str) -> bool:
        """True if the assignment declares steps for the correct results of ``function``."""
        return function in self._content.steps and function in self._steps

    def can_compute(self, function: str) -> bool:
        """True if the diagnosis can compute ``function``: by declared steps, or by those taken from the solution.

        Only declared steps may judge a submission.
        """
        return function in self._steps

    def uses(self, function: str) -> set[str]:
        """Return the other functions of the assignment that the declared steps of ``function`` call."""
        try:
            return self._used.get(function, set()) if function in self._content.steps else set()
        except NotGradable:  # a path that does not exist is reported when its steps are needed
            return set()

    def uses_in_all(self, function: str) -> set[str]:
        """Return the functions that the declared steps of ``function`` call or repeat, directly or indirectly."""
        try:
            return self._needed_in_all(function) if function in self._content.steps else set()
        except NotGradable:
            return set()

    def _needed_in_all(self, function: str) -> set[str]:
        """Return the functions that the steps of ``function`` call or repeat, directly or indirectly."""
        if function not in self._used_in_all:
            used = reachable([function], lambda name: self._used.get(name, set()) | self._repeated.get(name, set()))
            self._used_in_all[function] = {*used} - {function}
        return self._used_in_all[function]

    def results(self, function: str, mutants: Sequence[Mutant], inputs: NamedValues) -> NamedValues:
        """Return {result: array} of ``function`` with these mutations of it and of the functions that it uses.

        Arguments that are missing among the ``inputs`` have their defaults. Raises any exception of a mutation: for some
        sizes the shapes do not match.
        """
        spec = self._content.functions[function]
        defaults = {each.name: each.default for each in spec.arguments if each.optional and each.name not in inputs}
        with np.errstate(all="ignore"):
            values = dict(self.each_result(function, mutants, {**inputs, **defaults} if defaults else inputs))
        return {name: values[name] for name in spec.returns}

    def results_or_none(
        self, function: str, mutants: Sequence[Mutant], inputs: Mapping[str, Any]
    ) -> NamedValues | None:
        """Return :meth:`results`; None if they cannot be computed."""
        try:
            return self.results(function, mutants, dict(inputs))
        except Exception:  # shapes that do not fit, or steps that stop with an error
            return None

    def known_results(self, function: str, mutants: Sequence[Mutant], inputs: NamedValues) -> NamedValues | None:
        """Return :meth:`results`, None if they cannot be computed; they are computed once for all submissions of a class."""
        return self.computed_once(function, mutants, inputs, lambda: self.results(function, mutants, inputs))

    def computed_once(
        self, label: str, mutants: Sequence[Mutant], inputs: NamedValues, compute: Callable[[], NamedValues]
    ) -> NamedValues | None:
        """Return the results of ``compute``, or of an earlier call with the same ``label``, mutants and inputs; None if it fails."""
        identities = [(id(mutant.bug), id(mutant.steps), *mutant.constants.items()) for mutant in mutants]
        key = (label, known_digest(inputs), *identities)
        entry = self._known.get(key)
        if entry is not None:
            return entry[1]
        values: NamedValues | None = None
        try:
            values = {name: np.array(array) for name, array in compute().items()}
        except OF_SHAPES:
            pass
        except Exception:  # the author's worker may have ended: the next call may succeed
            return None
        for array in (values or {}).values():
            array.setflags(write=False)  # later submissions are compared with it too
        size = sum(array.nbytes for array in (values or {}).values())
        self._known.add(key, (mutants, values), size)  # the mutants stay alive, so that their identities stay theirs
        return values

    def shapes(self, function: str, inputs: NamedValues) -> dict[str, tuple[int, ...]]:
        """Return the shapes of the correct results for these inputs. Raises any exception of the computation."""
        spec = self._content.functions[function]
        inputs = self._with_functions(inputs, [])
        compiled_function = self._compiled(function)
        if compiled_function is None:
            return {name: value.shape for name, value in self.results(function, [], inputs).items()}
        with np.errstate(all="ignore"):
            answer = compiled_function(*(inputs[name] for name in spec.argument_names()))
        arrays = answer if isinstance(answer, tuple) else (answer,)
        return {name: array.shape for name, array in zip(spec.returns, arrays, strict=True)}

    def each_result(
        self, function: str, mutants: Sequence[Mutant], inputs: NamedValues
    ) -> Iterator[tuple[str, np.ndarray[Any, Any]]]:
        """Yield (result, array) as :meth:`results`, in the order of the computation, so that a caller can stop early."""
        inputs = self._with_functions(inputs, mutants)
        own = [mutant for mutant in mutants if mutant.bug.function == function]
        changed_program = next((mutant.program for mutant in own if mutant.program is not None), None)
        if changed_program is not None:
            yield from self._named(function, self._called(changed_program, mutants, own, inputs), {})
            return
        mutant_program = next((mutant for mutant in own if mutant.bug.mutation), None)
        if mutant_program is not None and mutant_program.bug.mutation is not None:
            program = self._load(mutant_program.bug.mutation)
            returns = self._content.functions[function].returns
            needs_right = self.can_compute(function) and not {*program.parameters}.isdisjoint(
                {*returns} - inputs.keys()
            )
            right = self.results(function, [], inputs) if needs_right else {}
            answer = self._called(program, mutants, [mutant_program], {**right, **inputs})
            if isinstance(answer, dict) and self.can_compute(function):
                right = right or self.results(function, [], inputs)
            yield from self._named(function, answer, right)
            return
        steps = self._steps[function]
        if callable(steps):
            yield from self._named(function, self._called(steps, mutants, own, inputs), {})
            return
        constants = {name: np.float64(value) for mutant in own for name, value in mutant.constants.items()}
        others = {name: self._as_function(name, mutants) for name in self._used_by(function, own)}
        library = {name: self._as_function(name, mutants) for name in self._not_of_library(function, mutants)}
        repeated_values = self._repeated_by_own(function, inputs)
        if repeated_values:
            steps = {name: step for name, step in steps.items() if name not in repeated_values}
        # A changed formula takes the place of the correct one; a declared one may read the correct value.
        changed_steps = {name: step for mutant in own if mutant.is_generated for name, step in mutant.steps.items()}
        layers = [*(mutant.steps for mutant in own if not mutant.is_generated), {**steps, **changed_steps}]
        quantities = Quantities(layers, {**others, **inputs, **repeated_values, **constants}, library)
        for name in self.order(function):
            yield name, np.asarray(quantities[name], dtype=np.float64)

    def _repeated_by_own(self, function: str, inputs: NamedValues) -> NamedValues:
        """Return {quantity: value} of those quantities of ``function`` that are results of functions of :meth:`with_own`."""
        values: NamedValues = {}
        if not self._own:
            return values
        for name in sorted(self._repeated.get(function, frozenset()) & self._own.keys()):
            spec = self._content.functions[name]
            answer = self._own[name](*(inputs[argument] for argument in spec.argument_names()))
            values |= zip(spec.returns, answer if isinstance(answer, tuple) else (answer,), strict=True)
        return values

    def value(self, expression: str, inputs: Mapping[str, Any]) -> Any:
        """Return the value of an expression of inputs and of the assignment's functions, which are computed by their steps.

        Raises any exception of the computation.
        """
        formula = Formula(expression)
        functions = {name: self._as_function(name, []) for name in formula.needs if name in self._steps}
        with np.errstate(all="ignore"):
            return formula({**functions, **inputs})

    def order(self, function: str) -> list[str]:
        """Return the results of a function in the order of the computation, as far as the steps define it."""
        if function not in self._orders:
            returns = self._content.functions[function].returns
            steps = self._steps.get(function)
            names_in_steps = [name for name in steps if name in returns] if isinstance(steps, dict) else []
            self._orders[function] = [*names_in_steps, *(name for name in returns if name not in names_in_steps)]
        return self._orders[function]

    def _called(
        self, program: AnyProgram, mutants: Sequence[Mutant], own: Sequence[Mutant], inputs: NamedValues
    ) -> Any:
        """Call a Python function with the inputs, options and other functions that its parameters name."""
        options = {name: value for mutant in own for name, value in mutant.bug.options.items()}
        arguments: NamedValues = {}
        inputs = {**inputs, **lists.packed(self._content.lists, inputs)}
        for name in program.parameters:
            if name in options or name in inputs:
                arguments[name] = options.get(name, inputs.get(name))
            elif name in self._content.functions:
                arguments[name] = self._as_function(name, mutants)
        return program(**arguments)

    def _used_by(self, function: str, own: Sequence[Mutant]) -> list[str]:
        """Return the other functions of the assignment that its formulas call."""
        needed_names = self._needed[function]
        if own:
            needed_names = needed_names.union(*(mutant.needs for mutant in own))
        return [name for name in needed_names if name in self._steps and name != function]

    @cached_property
    def _needed(self) -> dict[str, frozenset[str]]:
        """Return {function: names that its correct formulas read}."""
        return {
            function: frozenset(name for formula in steps.values() for name in formula.needs)
            for function, steps in self._steps.items()
            if not callable(steps)
        }

    def _not_of_library(self, function: str, mutants: Sequence[Mutant]) -> set[str]:
        """Return the functions with a name of LIBRARY that ``function`` calls and that differ from those of LIBRARY.

        In declared steps, ``softmax`` is that of LIBRARY; in the steps of a solution it is that of the solution.
        """
        own = self._changed(mutants) | (set() if function in self._content.steps else self._recorded.keys())
        return self._used.get(function, set()) & LIBRARY.keys() & own

    def _as_function(self, function: str, mutants: Sequence[Mutant]) -> Callable[..., Any]:
        if function in self._own:
            return self._own[function]
        right = (
            None if self._changed(mutants) & {function, *self._needed_in_all(function)} else self._compiled(function)
        )
        if right is not None:
            return right
        spec = self._content.functions[function]

        def call(*arguments: Any) -> Any:
            inputs = spec.complete(dict(zip(spec.argument_names(), arguments, strict=False)))
            results = list(self.results(function, mutants, inputs).values())
            return results[0] if len(results) == 1 else tuple(results)

        return call

    def _with_functions(self, inputs: NamedValues, mutants: Sequence[Mutant]) -> NamedValues:
        """Return the inputs with functions instead of references to functions of the assignment, or of NumPy.

        A reference to a function without steps stays: only calls of the submission need it.
        """
        references = {
            name: value
            for name, value in inputs.items()
            if isinstance(value, encoding.Given) or (isinstance(value, encoding.Own) and value.name in self._steps)
        }
        if not references:
            return inputs
        functions = {
            name: self._as_function(value.name, mutants)
            if isinstance(value, encoding.Own)
            else _given_function(value.name)
            for name, value in references.items()
        }
        return {**inputs, **functions}

    def _changed(self, mutants: Sequence[Mutant]) -> set[str]:
        """Return the functions that are mutated or replaced."""
        return self._own.keys() | {mutant.bug.function for mutant in mutants}

    def _compiled(self, function: str) -> Callable[..., Any] | None:
        """Return the correct ``function`` as a compiled Python function; None if its steps cannot be compiled."""
        if function not in self._compiled_functions:
            steps = self._steps[function]
            self._compiled_functions[function] = None
            if not callable(steps):
                names = [*self._used_by(function, []), *self._not_of_library(function, [])]
                others = {name: self._as_function(name, []) for name in names}
                self._compiled_functions[function] = compiled.function(self._content.functions[function], steps, others)
        return self._compiled_functions[function]

    def _named(self, function: str, answer: Any, right: NamedValues) -> list[tuple[str, np.ndarray[Any, Any]]]:
        declared = self._content.functions[function]
        returns = declared.returns
        if not isinstance(answer, dict):
            results = answer if isinstance(answer, tuple) else (answer,)
            answer = dict(zip(returns, declared.with_entries(results), strict=True))
        values = {**right, **answer}
        return [(name, np.asarray(values[name], dtype=np.float64)) for name in returns]

    def _load(self, path: str) -> Program:
        """Return the Python function of an import path in the assignment's folder or next to the bundled references."""
        modules, _, name = path.rpartition(".")
        file = program_file(self._assignment, path)
        program: Program | None = None
        if file is not None and is_bundled(file):
            program = author.own_program(file, name, self._modules)
        elif file is not None:
            program = author.author_of(self._assignment).program(file, name)
        if program is not None:
            return program
        raise NotGradable(
            f"{self._assignment.folder / 'assignment.yaml'} names {path}, which does not exist: "
            f"write a function {name} in {modules.replace('.', '/')}.py of the folder."
        )


def _given_function(text: str) -> Callable[[Any], Any]:
    """Return the function that the grader gives, by its name or formula; formulas are computed like steps."""
    if text in given_functions.NAMES:
        return given_functions.given_function(text)
    formula = Formula(text)
    return lambda x: formula({"x": x})


def _formulas(steps: Mapping[str, str]) -> dict[str, Formula]:
    return {name: Formula(text) for name, text in steps.items()}


def _names(steps: FormulaLayer) -> set[str]:
    return {name for formula in steps.values() for name in formula.names}
