"""The sentence for a method that a class of a submission inherits from a base class in which it is not written."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

from ..assignment.classes import ClassSpec
from ..assignment.sequences import ObjectSequence, methods_of
from ..sandbox.failures import CallError
from ..submission import Code
from ..support.i18n import _
from ..support.similar_names import normal


def with_class(
    failure: CallError,
    sequence: ObjectSequence,
    classes: Mapping[str, ClassSpec],
    submitted_names: Mapping[str, str],
    code: Sequence[Code],
) -> CallError:
    """Return the failure of a call that raised NotImplementedError, at the class that lacks the method.

    Without such a class the failure itself is returned. ``submitted_names`` are the names of the classes in the submission.
    Keras writes all methods of a callback, so only a base class in the submission may lack one.
    """
    for call in sequence.calls:
        class_name = sequence.objects[call.on].class_name
        spec = methods_of(classes, class_name)[call.method]
        methods = {*map(normal, [call.method, *spec.aliases])}
        for part, definition in _definitions(code, submitted_names[class_name]):
            bases = [base for node in definition.bases for _part, base in _definitions(code, ast.unparse(node))]
            may_lack = any(_defines(base, methods) for base in bases) or call.on not in sequence.driven
            if definition.bases and may_lack and not _defines(definition, methods):
                sentence = _(
                    "The class `{name}` does not define `{method}`, and in its base class this method is not written (NotImplementedError). Write `{method}` in `{name}`."
                ).format(name=definition.name, method=call.method)
                return CallError(failure.status, sentence, failure.raised, (part.cell, definition.lineno))
    return failure


def _defines(definition: ast.ClassDef, methods: set[str]) -> bool:
    return any(isinstance(node, ast.FunctionDef) and normal(node.name) in methods for node in definition.body)


def _definitions(code: Sequence[Code], name: str) -> Iterator[tuple[Code, ast.ClassDef]]:
    for part in code:
        with suppress(SyntaxError, ValueError):
            for node in ast.parse(part.text).body:
                if isinstance(node, ast.ClassDef) and node.name == name:
                    yield part, node
