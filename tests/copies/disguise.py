"""Copies of a solution as a student would hide them: other names, comments, order, layout and cells."""

from __future__ import annotations

import ast
import builtins

from grader.copies.compared_code import ComparedCode, Piece

FUNCTIONS = ("sigmoid", "predict", "loss", "gradients", "train")


def module(name, source):
    """Return the work of a student who hands in a module."""
    return ComparedCode(name, name, [Piece("", source)])


class _Renamed(ast.NodeTransformer):
    """Gives all names of a module other ones, but for the functions that the task names."""

    def __init__(self, tree, kept):
        self._kept = {*kept, *dir(builtins)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Import | ast.ImportFrom):
                self._kept |= {alias.asname or alias.name for alias in node.names}
        self._attributes = {
            node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
        } | {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        self._names = {}

    def _new(self, name):
        if name in self._kept or name.startswith("__"):
            return name
        return self._names.setdefault(name, f"thing_{len(self._names)}")

    def visit_Name(self, node):
        node.id = self._new(node.id)
        return node

    def visit_Attribute(self, node):
        if node.attr in self._attributes:
            node.attr = self._new(node.attr)
        return self.generic_visit(node)

    def visit_arg(self, node):
        node.arg = self._new(node.arg)
        return node

    def visit_FunctionDef(self, node):
        node.name = self._new(node.name)
        if ast.get_docstring(node):
            node.body[0].value = ast.Constant("My own words.")
        return self.generic_visit(node)


def renamed(source, kept):
    """Return the source with other names, without its comments, and with the layout of ``ast.unparse``."""
    tree = ast.parse(source)
    return ast.unparse(_Renamed(tree, kept).visit(tree))


def reordered(source):
    """Return the source with its functions in reverse order."""
    tree = ast.parse(source)
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    for place, node in enumerate(tree.body):
        if isinstance(node, ast.FunctionDef):
            tree.body[place] = functions.pop()
    return ast.unparse(tree)


def commented(source):
    """Return the source with a comment in front of each line of a function, and with empty lines."""
    lines = []
    for number, line in enumerate(source.splitlines()):
        indent = line[: len(line) - len(line.lstrip())]
        lines += [f"{indent}# step number {number} of my solution", line, ""]
    return "\n".join(lines)


def in_cells(source):
    """Return the source as the cells of a notebook, one for each statement."""
    statements = [ast.unparse(node) for node in ast.parse(source).body]
    return [Piece(f"Cell {number}", text) for number, text in enumerate(statements, start=1)]
