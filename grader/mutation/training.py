"""Operators for loops, above all for training: left too early, once instead of in every round, per sample, with kept state."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterator

from . import roles
from .editing import Edit, Function, is_record, parameters_updated, reads, slice_of, with_names, writes

SAMPLE = "i"


def left_early(function: Function) -> Iterator[Edit]:
    """Return at the end of the first round of a loop."""
    for block, position, loop in function.loops:
        following = block.statements[position + 1 :]
        returns = [statement for statement in following if isinstance(statement, ast.Return)]
        if returns and not isinstance(loop.body[-1], ast.Return):
            bug = "stops-early" if _is_training(function, loop) else "loop-left-early"
            body = function.text(*loop.body, *following[: following.index(returns[0]) + 1])
            for edit in function.edit(bug, function.name, (loop, _loop(loop, body))):
                yield Edit(bug, function.name, "", function.text(returns[0]), loop.body[-1].lineno, edit.source)


def once(function: Function) -> Iterator[Edit]:
    """Compute something once before a loop that should be computed in every round."""
    for block, position, loop in function.loops:
        before = block.known_names | writes(*block.statements[:position])
        for statement in loop.body:
            if not isinstance(statement, ast.Assign) or writes(statement) & reads(statement):
                continue
            parts = slice_of(loop.body, statement)
            changing = writes(*loop.body) - writes(*parts)
            if reads(*parts) & changing and reads(*parts) - writes(*parts) <= before | _functions(parts):
                rest = [other for other in loop.body if other is not statement]
                if rest:
                    text = "\n".join([function.text(*parts), _loop(loop, function.text(*rest))])
                    bug = "gradient-computed-once" if _is_training(function, loop) else "step-left-out"
                    yield from function.edit(bug, sorted(writes(statement))[0], (loop, text), line=statement.lineno)


def history(function: Function) -> Iterator[Edit]:
    """Record the history after the update instead of before it, or only the first value."""
    for block, position, loop in function.loops:
        before = block.known_names | writes(*block.statements[:position])
        for statement in loop.body:
            if not is_record(statement):
                continue
            assert isinstance(statement, ast.Expr)
            assert isinstance(statement.value, ast.Call)
            name = sorted(writes(statement))[0]
            others = [other for other in loop.body if other is not statement]
            for order in ([*others, statement], [statement, *others]):
                known_names = before | _functions([statement])
                is_possible = order[0] is not statement or reads(statement) <= known_names
                if order != loop.body and is_possible:
                    text = _loop(loop, function.text(*order))
                    yield from function.edit("history-taken-elsewhere", name, (loop, text), line=statement.lineno)
            parts = slice_of(loop.body, statement)
            if reads(*parts) - writes(*parts) <= before | _functions(parts):
                value = ast.unparse(statement.value.args[0])
                first = "\n".join([function.text(*parts[:-1]), f"first = {value}"]).strip()
                record = ast.unparse(statement.value.func) + "(first)"
                body = "\n".join(record if other is statement else function.text(other) for other in loop.body)
                yield from function.edit(
                    "losses-never-change", name, (loop, f"{first}\n{_loop(loop, body)}"), line=statement.lineno
                )


def history_changed(function: Function) -> Iterator[Edit]:
    """Return only the last entry of the history, the entries backwards, or their multiples."""
    records = {
        name for statement in ast.walk(function.definition) if _is_record(statement) for name in writes(statement)
    }
    labels = [name for name in function.arguments if roles.role_of(name) == "labels"]
    for statement in function.blocks[0].statements:
        match statement:
            case ast.Return(value=ast.Tuple(elts=elements)):
                for element in elements:
                    if not reads(element) & records:
                        continue
                    text, name = f"np.array({ast.unparse(element)})", min(reads(element) & records)
                    changes = [("only-the-last-entry", f"{text}[{place}]") for place in (-1, -2)]
                    changes += [("wrong-direction", f"{text}[::-1]")]
                    changes += [("stray-factor-two", f"2 * {text}"), ("missing-factor-two", f"{text} / 2")]
                    changes += [("not-averaged", f"len({label}) * {text}") for label in labels]
                    changes += [("averaged-twice", f"{text} / len({label})") for label in labels]
                    for bug, changed in changes:
                        parts = [changed if other is element else ast.unparse(other) for other in elements]
                        yield from function.edit(bug, name, (statement, f"return {', '.join(parts)}"))


def _is_record(node: ast.AST) -> bool:
    return isinstance(node, ast.stmt) and is_record(node)


def updated(function: Function) -> Iterator[Edit]:
    """Compute the gradient again after each update, so that the next update reads weights that have changed."""
    for _block, _position, loop in function.loops:
        for statement in loop.body:
            results = writes(statement)
            if not isinstance(statement, ast.Assign) or len(results) < 2:
                continue
            updates = [other for other in loop.body if reads(other) & results and parameters_updated(other)]
            for order in (updates, updates[::-1]):
                if len(order) > 1 and reads(statement) & writes(*order):
                    again = function.text(statement)
                    texts = [function.text(order[0]), *(f"{again}\n{function.text(update)}" for update in order[1:])]
                    others = [(place, text) for place, text in zip(updates, texts, strict=True)]
                    yield from function.edit("updated-weights", sorted(writes(order[0]))[0], *others)


def per_sample(function: Function) -> Iterator[Edit]:
    """Update the parameters after each sample instead of once for all samples."""
    samples = [name for name in function.arguments if roles.role_of(name) in ("inputs", "labels")]
    if {roles.role_of(name) for name in samples} != {"inputs", "labels"}:
        return
    labels = next(name for name in samples if roles.role_of(name) == "labels")
    for _block, _position, loop in function.loops:
        body = loop.body
        records = [statement for statement in body if is_record(statement)]
        steps = [statement for statement in body if not is_record(statement)]
        if not _is_training(function, loop) or not reads(*steps) & {*samples}:
            continue
        for size, part in ((f"len({labels})", "{}[i : i + 1]"), (f"{labels}.shape[1]", "{}[:, i : i + 1]")):
            texts = {name: part.format(name) for name in samples}
            inner = "\n".join(with_names(step, texts) for step in steps)
            loop_text = f"for {SAMPLE} in range({size}):\n" + textwrap.indent(inner, "    ")
            recording = "\n".join(function.text(*slice_of(body, record)) for record in records)
            first = bool(records) and body.index(records[0]) < _first_update(body)
            parts = [recording, loop_text] if first else [loop_text, recording]
            text = _loop(loop, "\n".join(filter(None, parts)))
            yield from function.edit("update-per-sample", function.name, (loop, text))


def kept_state(function: Function) -> Iterator[Edit]:
    """Create a list once for all calls instead of in each call."""
    for statement in function.blocks[0].statements:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.List(elts=[]) | ast.Dict(keys=[])):
                text = function.text(statement)
                for edit in function.edit("state-kept-between-calls", name, (statement, "")):
                    yield Edit(edit.bug, name, text, "", edit.line, f"{text}\n{edit.source}")


def start_returned(function: Function) -> Iterator[Edit]:
    """Return the parameters as they were passed."""
    for statement in function.blocks[0].statements:
        if isinstance(statement, ast.Return) and statement.value is not None:
            names = reads(statement) & {*function.arguments} & writes(*function.definition.body)
            first = function.blocks[0].statements[0]
            if names and first is not statement:
                saved = "\n".join(f"{name}_start = {name}" for name in sorted(names))
                returned = with_names(statement, {name: f"{name}_start" for name in names})
                changes = ((first, f"{saved}\n{function.text(first)}"), (statement, returned))
                yield from function.edit("start-returned", sorted(names)[0], *changes, line=statement.lineno)


def _first_update(body: list[ast.stmt]) -> int:
    return next(
        (place for place, statement in enumerate(body) if parameters_updated(statement)),
        len(body),
    )


def _is_training(function: Function, loop: ast.For) -> bool:
    """True if a loop updates the parameters that the function gets."""
    return any(parameters_updated(statement) & {*function.arguments} for statement in loop.body)


def _functions(statements: list[ast.stmt]) -> set[str]:
    """Return the names of the functions and modules that statements use."""
    nodes = [node for statement in statements for node in ast.walk(statement)]
    called = {node.func.id for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    owners = {node.value.id for node in nodes if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)}
    return called | owners


def _loop(loop: ast.For, body: str) -> str:
    """Return a loop with another body."""
    header = f"for {ast.unparse(loop.target)} in {ast.unparse(loop.iter)}:"
    return f"{header}\n{textwrap.indent(body, '    ')}"
