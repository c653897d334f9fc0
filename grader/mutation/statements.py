"""Operators for statements: one is left out, changes its argument in place, or has the wrong place."""

from __future__ import annotations

import ast
import itertools
import textwrap
from collections.abc import Iterator

from . import roles
from .editing import Edit, Function, is_record, parameters_updated, reads, writes

_AUGMENTED = {ast.Add: "+=", ast.Sub: "-=", ast.Mult: "*=", ast.Div: "/="}


def left_out(function: Function) -> Iterator[Edit]:
    """Leave out a statement that changes something which has a value before."""
    for block in function.blocks:
        known_names = block.known_names
        for statement in block.statements:
            names = writes(statement)
            if _is_simple(statement) and names and names <= known_names:
                text = "" if len(block.statements) > 1 else "pass"
                yield from function.edit(_bug_of_missing(names), min(names), (statement, text))
            known_names |= names


def in_place(function: Function) -> Iterator[Edit]:
    """Change an array of the caller instead of a new one."""
    for block in function.blocks:
        for statement in block.statements:
            match statement:
                case ast.Assign(
                    targets=[ast.Name(id=name)], value=ast.BinOp(left=ast.Name(id=start), op=operation, right=right)
                ) if name == start and name in function.arguments and type(operation) in _AUGMENTED:
                    text = f"{name} {_AUGMENTED[type(operation)]} {ast.unparse(right)}"
                    yield from function.edit("argument-changed-in-place", name, (statement, text))


def overwritten(function: Function) -> Iterator[Edit]:
    """Subtract where a statement adds, or assign where it adds."""
    for block in function.blocks:
        in_loop = isinstance(block.owner, ast.For | ast.While)
        for statement in block.statements:
            match statement:
                case ast.AugAssign(target=target, op=ast.Add() | ast.Sub() as operation, value=value):
                    adds = isinstance(operation, ast.Add)
                    left, right = ast.unparse(target), ast.unparse(value)
                    quantity = min(writes(statement), default=function.name)
                    is_update = roles.role_of(quantity) in roles.PARAMETERS
                    bug = "steps-uphill" if is_update else "sign-flipped"
                    yield from function.edit(bug, quantity, (statement, f"{left} {'-=' if adds else '+='} {right}"))
                    bug = "only-the-last-sample" if in_loop and not is_update else "start-not-kept"
                    text = f"{left} = {right if adds else f'-({right})'}"
                    yield from function.edit(bug, quantity, (statement, text))


def exchanged(function: Function) -> Iterator[Edit]:
    """Exchange two neighbouring statements of which one changes what the other reads."""
    for block in function.blocks:
        known_names = block.known_names
        for first, second in itertools.pairwise(block.statements):
            depends = writes(first) & reads(second) or writes(second) & reads(first)
            is_possible = reads(second) & writes(first) <= known_names
            if depends and is_possible and _is_simple(first) and _is_simple(second):
                changes = (first, function.text(second)), (second, function.text(first))
                yield from function.edit(_bug_of_order(first, second), min(writes(first)), *changes)
            known_names |= writes(first)


def moved(function: Function) -> Iterator[Edit]:
    """Do in every round of a loop what belongs after it, or only once what belongs into every round."""
    for block, position, loop in function.loops:
        following = block.statements[position + 1 : position + 2]
        for statement in following:
            if _is_simple(statement) and writes(statement) & reads(statement) & writes(*loop.body):
                text = f"{_header(loop)}\n{textwrap.indent(function.text(*loop.body, statement), '    ')}"
                quantity = min(writes(statement))
                yield from function.edit(
                    "done-in-every-round", quantity, (loop, text), (statement, ""), line=statement.lineno
                )
        last, rest = loop.body[-1], loop.body[:-1]
        if rest and isinstance(last, ast.AugAssign) and writes(last) and not writes(last) & reads(*rest):
            text = f"{_header(loop)}\n{textwrap.indent(function.text(*rest), '    ')}\n{function.text(last)}"
            yield from function.edit("done-only-once", min(writes(last)), (loop, text), line=last.lineno)


def started_anew(function: Function) -> Iterator[Edit]:
    """Give a value its start in every round of a loop, so that nothing is kept from the round before."""
    for block, position, loop in function.loops:
        starts = [
            statement
            for statement in block.statements[:position]
            if isinstance(statement, ast.Assign) and writes(statement) <= writes(*loop.body) & reads(*loop.body)
        ]
        numbers = [start for start in starts if not isinstance(start.value, ast.List)]  # a history is created elsewhere
        if loop in (statement for statement in function.definition.body):
            yield from _arguments_anew(function, loop)
        for group in [*([start] for start in starts), *([numbers] if len(numbers) > 1 else [])]:
            body = textwrap.indent(function.text(*group, *loop.body), "    ")
            changes = *((start, "") for start in group), (loop, f"{_header(loop)}\n{body}")
            quantity = min(writes(group[0]))
            yield from function.edit("started-anew-in-every-round", quantity, *changes, line=group[0].lineno)


def _arguments_anew(function: Function, loop: ast.For) -> Iterator[Edit]:
    """Give the parameters that a training loop updates their values from before the loop in every round."""
    updated = {
        name
        for statement in ast.walk(loop)
        if isinstance(statement, ast.stmt)
        for name in parameters_updated(statement)
    }
    names = sorted(updated & {*function.arguments})
    if names:
        start = "\n".join(f"{name}_start = {name}" for name in names)
        anew = "\n".join(f"{name} = {name}_start" for name in names)
        body = textwrap.indent(f"{anew}\n{function.text(*loop.body)}", "    ")
        text = f"{start}\n{_header(loop)}\n{body}"
        yield from function.edit("started-anew-in-every-round", names[0], (loop, text))


def _header(loop: ast.For) -> str:
    return f"for {ast.unparse(loop.target)} in {ast.unparse(loop.iter)}:"


def results(function: Function) -> Iterator[Edit]:
    """Return two results in the wrong order, or take them so."""
    for block in function.blocks:
        for statement in block.statements:
            match statement:
                case ast.Return(value=ast.Tuple(elts=elements)):
                    parts = [ast.unparse(element) for element in elements]
                    for place in range(len(parts) - 1):
                        order = [*parts[:place], parts[place + 1], parts[place], *parts[place + 2 :]]
                        yield from function.edit(
                            "permuted-results", parts[place], (statement, f"return {', '.join(order)}")
                        )
                case ast.Assign(targets=[ast.Tuple(elts=[ast.Name(id=one), ast.Name(id=other)])], value=ast.Call()):
                    text = f"{other}, {one} = {ast.unparse(statement.value)}"
                    yield from function.edit("permuted-results", one, (statement, text))


def conditions(function: Function) -> Iterator[Edit]:
    """Negate the condition of an if, or do its body in any case."""
    for block in function.blocks:
        for statement in block.statements:
            if isinstance(statement, ast.If):
                test = ast.unparse(statement.test)
                is_switch = test in function.arguments
                quantity = test if is_switch else min(writes(statement), default=function.name)
                for bug_of_switch, bug, other in (
                    ("switch-inverted", "comparison-inverted", f"not {test}" if is_switch else f"not ({test})"),
                    ("argument-ignored", "branch-missing", "True"),
                ):
                    for edit in function.edit(
                        bug_of_switch if is_switch else bug, quantity, (statement, _with_test(statement, other))
                    ):
                        yield Edit(edit.bug, quantity, f"if {test}", f"if {other}", edit.line, edit.source)


def _with_test(statement: ast.If, test: str) -> str:
    """Return the source of an if statement with another condition."""
    return ast.unparse(ast.If(ast.parse(test, mode="eval").body, statement.body, statement.orelse))


def _is_simple(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Assign | ast.AugAssign) or is_record(statement)


def _bug_of_missing(names: set[str]) -> str:
    kinds = {roles.role_of(name) for name in names}
    if kinds == {"bias"}:
        return "bias-never-updated"
    return "parameter-never-updated" if kinds & roles.PARAMETERS else "step-left-out"


def _bug_of_order(first: ast.stmt, second: ast.stmt) -> str:
    if is_record(first) or is_record(second):
        return "history-taken-elsewhere"
    is_update = any(roles.role_of(name) in roles.PARAMETERS for name in writes(first) | writes(second))
    return "updated-weights" if is_update else "steps-exchanged"
