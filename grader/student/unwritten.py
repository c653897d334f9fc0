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
    """
    for call in sequence.calls:
        class_name = sequence.objects[call.on].class_name
        spec = methods_of(classes, class_name)[call.method]
        for part, definition in _definitions(code, submitted_names[class_name]):
            own_names = {normal(node.name) for node in definition.body if isinstance(node, ast.FunctionDef)}
            if definition.bases and own_names.isdisjoint(map(normal, [call.method, *spec.aliases])):
                sentence = _(
                    "The class `{name}` does not define `{method}`, and in its base class this method is not written (NotImplementedError). Write `{method}` in `{name}`."
                ).format(name=definition.name, method=call.method)
                return CallError(failure.status, sentence, failure.raised, (part.cell, definition.lineno))
    return failure


def _definitions(code: Sequence[Code], name: str) -> Iterator[tuple[Code, ast.ClassDef]]:
    for part in code:
        with suppress(SyntaxError, ValueError):
            for node in ast.parse(part.text).body:
                if isinstance(node, ast.ClassDef) and node.name == name:
                    yield part, node
