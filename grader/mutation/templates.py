"""Templates of expressions: Python source in which names that begin with an underscore stand for any expression."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from functools import cache

Parts = dict[str, ast.expr]


@cache
def _tree(template: str) -> ast.expr:
    return ast.parse(template, mode="eval").body


def filled(template: str, **parts: ast.expr | str | float) -> ast.expr:
    """Return the expression of a template. A part is an expression, the source of one, or a number.

    Every name of the template that begins with an underscore needs a part.
    """
    trees = {name: _expression(part) for name, part in parts.items()}
    result = _filled(_tree(template), trees)
    assert isinstance(result, ast.expr)
    return result


def matched(template: str, node: ast.expr) -> Parts | None:
    """Return the parts of an expression that has the form of ``template``, None if it has another form.

    A name that occurs twice in the template must stand for equal expressions.
    """
    pattern = _tree(template)
    if type(pattern) is not type(node) and not _stands_for_any(pattern):  # most templates have another form
        return None
    parts: Parts = {}
    return parts if _matches(pattern, node, parts) else None


def first_match(templates: Iterable[str], node: ast.expr) -> Parts | None:
    """Return the parts for the first template that the expression matches, None if it matches none."""
    return next((parts for parts in (matched(template, node) for template in templates) if parts is not None), None)


def same(one: ast.AST, other: ast.AST) -> bool:
    """True if both expressions have the same source."""
    return ast.dump(one) == ast.dump(other)


def _expression(part: ast.expr | str | float) -> ast.expr:
    match part:
        case ast.expr():
            return part
        case str():
            return _tree(part)
    return ast.UnaryOp(ast.USub(), ast.Constant(-part)) if part < 0 else ast.Constant(part)


def _filled(tree: ast.AST, parts: Parts) -> ast.AST:
    if isinstance(tree, ast.Name) and tree.id.startswith("_"):
        return parts[tree.id]
    fields: dict[str, object] = {}
    for name, value in ast.iter_fields(tree):
        if isinstance(value, ast.AST):
            fields[name] = _filled(value, parts)
        elif isinstance(value, list):
            fields[name] = [_filled(item, parts) if isinstance(item, ast.AST) else item for item in value]
        else:
            fields[name] = value
    return type(tree)(**fields)


def _stands_for_any(template: ast.AST) -> bool:
    return type(template) is ast.Name and template.id.startswith("_")


def _matches(template: ast.AST, node: ast.AST, parts: Parts) -> bool:
    if type(template) is ast.Name and template.id.startswith("_"):
        if not isinstance(node, ast.expr):
            return False
        earlier = parts.setdefault(template.id, node)
        return earlier is node or same(earlier, node)
    if type(template) is not type(node):
        return False
    return all(
        _field_matches(value, getattr(node, name, None), parts)
        for name, value in ast.iter_fields(template)
        if name not in ("ctx", "kind")
    )


def _field_matches(template: object, value: object, parts: Parts) -> bool:
    if isinstance(template, ast.AST):
        return isinstance(value, ast.AST) and _matches(template, value, parts)
    if isinstance(template, list):
        return (
            isinstance(value, list)
            and len(template) == len(value)
            and all(_field_matches(one, other, parts) for one, other in zip(template, value, strict=True))
        )
    return template == value  # 1 equals 1.0
