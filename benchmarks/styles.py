"""Rewrite submissions in other styles: code that looks different but gives the same numbers, up to rounding.

Each style is a function (source, content of the assignment) -> source, by name in ``STYLES``. Mistakes of a
submission are preserved, including in-place changes and errors about shapes. Comments are lost, except in notebooks.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Iterator
from itertools import pairwise, takewhile

import nbformat

from grader.assignment.spec import AssignmentSpec
from grader.support.similar_names import normal

Style = Callable[[str, AssignmentSpec], str]

LOOPED_PRODUCT = """
def product(left, right):
    left, right = np.asarray(left), np.asarray(right)
    if left.ndim == 0 or right.ndim == 0:
        return left * right
    rows = left if left.ndim == 2 else left.reshape(1, -1)
    columns = right if right.ndim == 2 else right.reshape(-1, 1)
    if rows.shape[1] != columns.shape[0]:
        raise ValueError(f"shapes {left.shape} and {right.shape} do not fit")
    result = np.zeros((rows.shape[0], columns.shape[1]), np.result_type(left, right))
    for i in range(rows.shape[0]):
        for j in range(columns.shape[1]):
            for k in range(rows.shape[1]):
                result[i, j] += rows[i, k] * columns[k, j]
    return result.reshape(left.shape[:-1] + right.shape[1:])[()]
"""

LOOPED_SUM = """
def total(array, axis=None, keepdims=False):
    array = np.asarray(array)
    if array.dtype.kind in "biu":
        array = array.astype(int)
    shape = list(array.shape)
    for length in range(array.ndim):
        if axis is None or length == axis % array.ndim:
            shape[length] = 1
    result = np.zeros(shape, array.dtype)
    for index in np.ndindex(*array.shape):
        place = tuple(0 if shape[n] == 1 else index[n] for n in range(array.ndim))
        result[place] += array[index]
    if not keepdims:
        result = result.reshape(()) if axis is None else result.squeeze(axis)
    return result[()]
"""

EINSUM_PRODUCT = """
def product(left, right):
    left, right = np.asarray(left), np.asarray(right)
    if left.ndim == 0 or right.ndim == 0:
        return left * right
    if left.shape[-1] != right.shape[0]:
        raise ValueError(f"shapes {left.shape} and {right.shape} do not fit")
    first, second = "ij"[2 - left.ndim :], "jk"[: right.ndim]
    return np.einsum(f"{first},{second}->{first[:-1]}{second[1:]}", left, right)
"""

EINSUM_SUM = """
def total(array, axis=None, keepdims=False):
    array = np.asarray(array)
    if array.dtype.kind in "biu":
        array = array.astype(int)
    letters = "ijkl"[: array.ndim]
    if axis is None:
        result = np.einsum(f"{letters}->", array)
        return result.reshape((1,) * array.ndim) if keepdims else result
    kept = letters.replace(letters[axis], "")
    result = np.einsum(f"{letters}->{kept}", array)
    return np.expand_dims(result, axis) if keepdims else result
"""

SINGLE = """
def single(value):
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        return value.astype(np.float32)
    return value
"""


ARRAY_OR_ARRAYS = """
def array_or_arrays(value):
    try:
        return np.asarray(value)
    except ValueError:  # arrays of different shapes, one for each layer
        return [arrays(item) for item in value]
"""

LISTS = """
def listed(value):
    if isinstance(value, dict):
        return {name: listed(item) for name, item in value.items()}
    if isinstance(value, list):
        return [listed(item) for item in value]
    return value.tolist() if isinstance(value, np.ndarray) and value.ndim else value

def arrays(value):
    if isinstance(value, dict):
        return {name: arrays(item) for name, item in value.items()}
    if isinstance(value, tuple):
        return tuple(map(arrays, value))
    return array_or_arrays(value) if isinstance(value, list) else value
"""

TUPLES = """
class Numbers(tuple):
    pass

def listed(value):
    if isinstance(value, dict):
        return {name: listed(item) for name, item in value.items()}
    if isinstance(value, np.ndarray):
        value = value.tolist()
    return Numbers(map(listed, value)) if isinstance(value, list | Numbers) else value

def arrays(value):
    if isinstance(value, dict):
        return {name: arrays(item) for name, item in value.items()}
    if isinstance(value, Numbers):
        return array_or_arrays(value)
    return tuple(map(arrays, value)) if isinstance(value, tuple) else value
"""


TURNED = """
def turned(value):
    if isinstance(value, dict):
        return {name: turned(item) for name, item in value.items()}
    if isinstance(value, tuple):
        return tuple(map(turned, value))
    return value.T if isinstance(value, np.ndarray) and value.ndim == 2 else value
"""


FAILING_TOP = """
import matplotlib.pyplot as plt
plt.style.use("seaborn-whitegrid-of-the-course")
with open("points_of_the_course.csv") as points_file:
    points_text = points_file.read()
"""

FAILING_END = """

first_picture = open("drawn_by_hand.png", "rb").read()
print("The final result:", result_of_the_last_cell)
"""

EXIT_AT_END = """

def main():
    print("Everything is defined.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
"""

OTHER_PACKAGES = {"numpy": "cupy", "keras": "tensorflow.keras"}
GUARDED_PROGRESS = """
try:
    from tqdm.notebook import tqdm
except ImportError:
    tqdm = iter
"""

# An installation of the grader never contains imutils or torch.
UNUSED = (
    "import seaborn as sns",
    "import imutils",
    "from google.colab import drive",
    "from keras.utils import np_utils",
    "import torch",
)


class Products(ast.NodeTransformer):
    """Replaces ``a @ b``, ``np.dot(a, b)``, ``np.matmul(a, b)`` and ``a.dot(b)`` by ``product(a, b)``."""

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        return _call("product", [node.left, node.right]) if isinstance(node.op, ast.MatMult) else node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        operands = _operands(node, ("dot", "matmul"))
        return _call("product", operands) if len(operands) == 2 and not node.keywords else node


class Sums(ast.NodeTransformer):
    """Replaces ``np.sum(a, ...)`` and ``a.sum(...)``, over all axes or one, by ``total(a, ...)``."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        operands = _operands(node, ("sum",))
        axes = [*operands[1:], *(keyword.value for keyword in node.keywords if keyword.arg == "axis")]
        known = {keyword.arg for keyword in node.keywords} <= {"axis", "keepdims"}
        simple = 1 <= len(operands) <= 2 and known and all(map(_is_integer, axes))
        return _call("total", operands, node.keywords) if simple else node


class Renamed(ast.NodeTransformer):
    """Renames variables, functions, classes, parameters, attributes of ``self``, methods of the task, and the keywords in
    calls of all of these."""

    def __init__(self, names: dict[str, str], functions: set[str], methods: set[str]) -> None:
        self._names = names
        self._functions = functions
        self._methods = methods

    def visit_Name(self, node: ast.Name) -> ast.AST:
        node.id = self._names.get(node.id, node.id)
        return node

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.arg = self._names.get(node.arg, node.arg)
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.name = self._names.get(node.name, node.name)
        return self.generic_visit(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        node.name = self._names.get(node.name, node.name)
        return self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        of_self = isinstance(node.value, ast.Name) and node.value.id == "self"
        if of_self or (node.attr in self._methods and not _is_of_numpy(node)):
            node.attr = self._names.get(node.attr, node.attr)
        return self.generic_visit(node)

    def visit_Global(self, node: ast.Global) -> ast.AST:
        node.names = [self._names.get(name, name) for name in node.names]
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        is_function = isinstance(node.func, ast.Name) and node.func.id in self._functions
        is_method = isinstance(node.func, ast.Attribute) and node.func.attr in self._methods
        if is_function or (is_method and not _is_of_numpy(node.func)):
            for keyword in node.keywords:
                keyword.arg = self._names.get(keyword.arg, keyword.arg) if keyword.arg else None
        return self.generic_visit(node)


class Converted(ast.NodeTransformer):
    """Replaces the calls of the file's own functions, and of the methods of the task, by ``inward(f(outward(a), ...))``, and
    converts their results with ``outward``; names in a ``return`` stay names, unless it computes with them."""

    def __init__(
        self, functions: set[str], inward: str, outward: str, arguments: bool, methods: frozenset[str] = frozenset()
    ) -> None:
        self._functions = functions
        self._methods = methods
        self._is_other = False  # inside a function whose results are not converted
        self._inward = inward
        self._outward = outward
        self._arguments = arguments

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        outer = self._is_other
        self._is_other |= bool(self._methods) and node.name not in self._methods
        self.generic_visit(node)
        self._is_other = outer
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        is_function = isinstance(node.func, ast.Name) and node.func.id in self._functions
        is_method = (
            isinstance(node.func, ast.Attribute) and node.func.attr in self._methods and not _is_of_numpy(node.func)
        )
        if not is_function and not is_method:
            return node
        if self._arguments:
            node.args = [_call(self._outward, [argument]) for argument in node.args]
            for keyword in node.keywords:
                keyword.value = _call(self._outward, [keyword.value])
        return _call(self._inward, [node])

    def visit_Return(self, node: ast.Return) -> ast.AST | list[ast.stmt]:
        self.generic_visit(node)
        if node.value is None or self._is_other:
            return node
        parts = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
        before: list[ast.stmt] = []
        needed = {name for part in parts if not isinstance(part, ast.Name) for name in _names(part)}
        for place, part in enumerate(parts):
            converted = _call(self._outward, [part])
            if isinstance(part, ast.Name) and part.id not in needed:
                before.append(ast.Assign([ast.Name(part.id, ast.Store())], converted))
            else:
                parts[place] = converted
        if not isinstance(node.value, ast.Tuple):
            node.value = parts[0]
        return [*before, node]


class Kept(ast.NodeTransformer):
    """Reads the names in ``state`` from their owner: no function has a parameter for them, or returns them."""

    def __init__(self, functions: set[str], state: set[str], owner: str) -> None:
        """``owner`` is "" for global variables, or the name of the instance whose attributes they are."""
        self._functions = functions
        self._state = state
        self._owner = owner

    def visit_Name(self, node: ast.Name) -> ast.AST:
        kept = self._owner and node.id in self._state
        return ast.Attribute(ast.Name(self._owner, ast.Load()), node.id, node.ctx) if kept else node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if isinstance(node.func, ast.Name) and node.func.id in self._functions:
            node.args = [a for a in node.args if not (isinstance(a, ast.Name) and a.id in self._state)]
            node.keywords = [keyword for keyword in node.keywords if keyword.arg not in self._state]
        return self.generic_visit(node)

    def visit_Return(self, node: ast.Return) -> ast.AST:
        parts = node.value.elts if isinstance(node.value, ast.Tuple) else []
        kept = [part for part in parts if not (isinstance(part, ast.Name) and part.id in self._state)]
        if len(kept) < len(parts):
            node.value = kept[0] if len(kept) == 1 else ast.Tuple(kept, ast.Load()) if kept else None
        return self.generic_visit(node)


class Owned(ast.NodeTransformer):
    """Calls the functions that have become methods through ``owner``: ``self`` inside them, ``Net()`` outside."""

    def __init__(self, functions: set[str], owner: ast.expr) -> None:
        self._functions = functions
        self._owner = owner

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if node.id in self._functions and isinstance(node.ctx, ast.Load):
            return ast.Attribute(self._owner, node.id, node.ctx)
        return node


class Private(ast.NodeTransformer):
    """Renames attributes: ``self._x`` for ``self.x``."""

    def __init__(self, attributes: set[str]) -> None:
        self._attributes = attributes

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        if node.attr in self._attributes and not _is_of_numpy(node):
            node.attr = f"_{node.attr}"
        return self.generic_visit(node)


def as_written(source: str, content: AssignmentSpec) -> str:
    """Return the source unchanged."""
    return source


def loops(source: str, content: AssignmentSpec) -> str:
    """Compute matrix products and sums with a helper that uses plain loops, without the bonus, whose training would take too long."""
    return _with_helpers(_without_bonus(source, content), {"product": LOOPED_PRODUCT, "total": LOOPED_SUM})


def einsum(source: str, content: AssignmentSpec) -> str:
    """Compute matrix products and sums with a helper that calls ``np.einsum``."""
    return _with_helpers(source, {"product": EINSUM_PRODUCT, "total": EINSUM_SUM})


def float32(source: str, content: AssignmentSpec) -> str:
    """Convert the arrays of floats to float32 at the beginning of each function.

    An array that the function changes in place, directly or through a call, is not converted, because the copy would hide
    the change.
    """
    tree = ast.parse(source)
    all_changed = _changed_in_all(_functions(tree))
    for function in (*_functions(tree), *_methods(tree)):
        changed = {"self", *all_changed.get(function.name, _changed_in_place(function))}
        first = 1 if ast.get_docstring(function) is not None else 0
        function.body[first:first] = [
            ast.Assign([ast.Name(name, ast.Store())], _call("single", [ast.Name(name, ast.Load())]))
            for name in _parameters(function)
            if name not in changed
        ]
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "astype":
            node.args = [ast.parse("np.float32", mode="eval").body if _is_float(a) else a for a in node.args]
    return _written(_after_imports(tree, [SINGLE]))


def lists(source: str, content: AssignmentSpec) -> str:
    """Return nested lists from each function, and convert the results of other functions to arrays."""
    return _returning(source, content, LISTS + ARRAY_OR_ARRAYS)


def tuples(source: str, content: AssignmentSpec) -> str:
    """Return nested tuples from each function, and convert the results of other functions to arrays."""
    return _returning(source, content, TUPLES + ARRAY_OR_ARRAYS)


def rows(source: str, content: AssignmentSpec) -> str:
    """Transpose every matrix in arguments and results."""
    tree = ast.parse(source)
    functions = _functions(tree)
    Converted({function.name for function in functions}, "turned", "turned", arguments=True).visit(tree)
    for function in functions:
        first = 1 if ast.get_docstring(function) is not None else 0
        function.body[first:first] = [
            ast.Assign([ast.Name(name, ast.Store())], _call("turned", [ast.Name(name, ast.Load())]))
            for name in _parameters(function)
        ]
    return _written(_after_imports(tree, [TURNED]))


def other_names(source: str, content: AssignmentSpec) -> str:
    """Rename every function, argument and result to its first alias that is free in this file.

    A function or variable whose alias is in use keeps its name, so that the two are not confused; and so does one whose name
    is also a string, since it may be looked up by it.
    """
    tree = ast.parse(source)
    used = list(dict.fromkeys(_identifiers(tree)))
    taken = {normal(name) for name in [*used, *content.all_names(), *content.functions, *content.variables]}
    taken |= {normal(name) for name in dir(builtins)}
    strings = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    names: dict[str, str] = {}
    for name in [name for name in used if name not in strings]:
        free = [alias for alias in _aliases(name, content, used) if normal(alias) not in taken]
        if free:
            names[name] = free[0]
            taken.add(normal(free[0]))
    functions = {item.name for item in (*_functions(tree), *_classes(tree))}
    return _written(Renamed(names, functions, set(_methods_of_task(content))).visit(tree))


def as_class(source: str, content: AssignmentSpec) -> str:
    """Make all functions methods of one class ``Net``; constants and the defaults of arguments stay outside."""
    tree = ast.parse(source)
    defaults = _used_as_defaults(_functions(tree))
    functions = [function for function in _functions(tree) if function.name not in defaults]
    names = {function.name for function in functions}
    for function in functions:
        inside = Owned(names - set(_bound(function)), ast.Name("self", ast.Load()))
        function.body = [inside.visit(statement) for statement in function.body]
        function.args.args.insert(0, ast.arg("self"))
    outside = Owned(names, ast.parse("Net()", mode="eval").body)
    body: list[ast.stmt] = []
    for statement in tree.body:
        if statement is functions[-1]:
            body.append(ast.ClassDef("Net", [], [], list(functions), []))
        elif statement not in functions:
            body.append(outside.visit(statement))
    tree.body = body
    return _written(tree)


def in_globals(source: str, content: AssignmentSpec) -> str:
    """Keep the parameters of the network in global variables that the functions read and change."""
    tree = ast.parse(source)
    functions, state = _functions(tree), _state(tree, content)
    for function in functions:
        assigned = state & set(_assigned(function))
        _without(function, state)
        Kept({other.name for other in functions}, state, "").visit(function)
        first = 1 if ast.get_docstring(function) is not None else 0
        function.body[first:first] = [ast.Global(sorted(assigned))] if assigned else []
    beginning = "".join(f"{name} = None\n" for name in sorted(state))
    return _written(_after_imports(tree, [beginning]))


def with_state(source: str, content: AssignmentSpec) -> str:
    """Keep the parameters of the network as attributes of an instance of a class ``Net``."""
    tree = ast.parse(source)
    functions, state = _functions(tree), _state(tree, content)
    for function in functions:
        _without(function, state)
        Kept({other.name for other in functions}, state, "self").visit(function)
    begun = "".join(f"\n    self.{name} = None" for name in sorted(state)) or "\n    pass"
    made = ast.parse(f"def __init__(self):{begun}").body[0]
    return as_class(ast.unparse(ast.fix_missing_locations(tree)), content).replace(
        "class Net:\n", "class Net:\n\n" + "".join(f"    {line}\n" for line in ast.unparse(made).splitlines()), 1
    )


def private(source: str, content: AssignmentSpec) -> str:
    """Begin the names of all attributes that the task does not ask for with an underscore."""
    tree = ast.parse(source)
    asked = {
        alias for spec in content.classes.values() for key, names in spec.attributes.items() for alias in (key, *names)
    }
    of_classes = {
        name
        for item in _classes(tree)
        for statement in item.body
        for name in _identifiers(statement)
        if not isinstance(statement, ast.FunctionDef)
    }
    stored = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and not node.attr.startswith("_")
    }
    methods = {method.name for method in _methods(tree)}
    return _written(Private(stored - asked - of_classes - methods).visit(tree))


def inherited(source: str, content: AssignmentSpec) -> str:
    """Let each class of the task inherit all its methods from a class of its own."""
    tree = ast.parse(source)
    body: list[ast.stmt] = []
    for statement in tree.body:
        body.append(statement)
        if isinstance(statement, ast.ClassDef):
            name, statement.name = statement.name, f"{statement.name}Methods"
            body.append(ast.ClassDef(name, [ast.Name(statement.name, ast.Load())], [], [ast.Pass()], []))
    tree.body = body
    return _written(tree)


def notebook(source: str, content: AssignmentSpec) -> str:
    """Return a notebook with a cell for each function, and for each paragraph between functions."""
    lines = ["", *source.splitlines()]
    tops = [_with_comments(lines, statement.lineno) for statement in ast.parse(source).body]
    starts = [1, *(top for top in tops if top > 1 and not lines[top - 1].strip())]
    cells = ["\n".join(lines[start:end]).strip() for start, end in pairwise([*starts, len(lines)])]
    made = nbformat.v4.new_notebook()
    made.cells = [nbformat.v4.new_code_cell(cell, id=f"cell-{number}") for number, cell in enumerate(cells, start=1)]
    return str(nbformat.writes(made))


def failing_top(source: str, content: AssignmentSpec) -> str:
    """Use an unknown matplotlib style and a missing file at the beginning."""
    return _inserted(source, FAILING_TOP)


def failing_end(source: str, content: AssignmentSpec) -> str:
    """Use a missing image and an undefined name at the end."""
    return source + FAILING_END


def exit_at_end(source: str, content: AssignmentSpec) -> str:
    """Call ``sys.exit(main())`` at the end, as in a script."""
    return _inserted(source, "import sys\n") + EXIT_AT_END


def exported(source: str, content: AssignmentSpec) -> str:
    """Return the notebook as Jupyter saves it as a script: with ``# In[1]:`` and ``get_ipython()``."""
    made = nbformat.reads(notebook(source, content), as_version=4)
    cells = ["get_ipython().run_line_magic('matplotlib', 'inline')\nget_ipython().system('pip install seaborn')"]
    cells += [cell.source for cell in made.cells]
    parts = [f"# In[{number}]:\n\n\n{cell}\n\n\n" for number, cell in enumerate(cells, start=1)]
    return "#!/usr/bin/env python\n# coding: utf-8\n\n# # Exercise\n\n" + "".join(parts)


def guarded_imports(source: str, content: AssignmentSpec) -> str:
    """Put each import of NumPy and Keras in a ``try``, after another package that may be missing."""
    tree = ast.parse(source)
    for place, statement in enumerate(tree.body):
        other = _from_another_package(statement)
        if other is not None:
            missing = ast.ExceptHandler(ast.Name("ImportError", ast.Load()), None, [statement])
            tree.body[place] = ast.Try([other], [missing], [], [])
    return _inserted(_written(tree), GUARDED_PROGRESS)


def unused_imports(source: str, content: AssignmentSpec) -> str:
    """Import missing packages and removed names that nothing uses."""
    lines = [line for line in UNUSED if line.split()[1].partition(".")[0] not in content.forbidden_imports]
    return _inserted(source, "".join(f"{line}\n" for line in lines))


STYLES: dict[str, Style] = {
    "as written": as_written,
    "loops": loops,
    "einsum": einsum,
    "float32": float32,
    "lists": lists,
    "tuples": tuples,
    "rows": rows,
    "other names": other_names,
    "class": as_class,
    "globals": in_globals,
    "class with state": with_state,
    "private attributes": private,
    "inherited methods": inherited,
    "notebook": notebook,
    "failing top": failing_top,
    "failing end": failing_end,
    "exit at end": exit_at_end,
    "exported": exported,
    "guarded imports": guarded_imports,
    "unused imports": unused_imports,
}
# These styles change only code around the functions.
LOADING = ["failing top", "failing end", "exit at end", "exported", "guarded imports", "unused imports"]
# These styles rewrite the functions at the top level, so they need a submission without classes; and those of classes need classes.
OF_FUNCTIONS = ["rows", "class", "globals", "class with state"]
OF_CLASSES = ["private attributes", "inherited methods"]
# In exercises with figures or Keras, plain loops, einsum and float32 change little, or far too much. In float32,
# 1 - 1e-15 is 1, so that the clipped probabilities of losses really have an infinite cost.
FITTING = {
    "cifar-grayscale": ["as written", "other names", "notebook", *LOADING],
    "clothing-mlp": ["as written", "notebook", *LOADING],
    "ffnn": [
        style for style in STYLES if style not in ("rows", "loops")
    ],  # its training on the digits is too slow in loops
    "losses": [style for style in STYLES if style not in ("rows", "float32")],
    "numpy-mnist": list(STYLES),  # the only exercise with another layout
}


def fitting(exercise: str) -> list[str]:
    """Return the names of the styles that apply to an exercise."""
    return FITTING.get(exercise, [style for style in STYLES if style != "rows"])


def applies(style: str, source: str) -> bool:
    """True if the source can be rewritten in a style: those about functions need one without classes, others one with classes."""
    has_classes = bool(_classes(ast.parse(source)))
    return not has_classes if style in OF_FUNCTIONS else has_classes or style not in OF_CLASSES


def suffix(style: str) -> str:
    """Return the suffix of a file in this style."""
    return ".ipynb" if style == "notebook" else ".py"


def _with_helpers(source: str, helpers: dict[str, str]) -> str:
    tree = Sums().visit(Products().visit(ast.parse(source)))
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    return _written(_after_imports(tree, [text for name, text in helpers.items() if name in called]))


def _state(tree: ast.Module, content: AssignmentSpec) -> set[str]:
    """Return the parameters of the network: the names that a function both takes and returns.

    Return None if they cannot be kept elsewhere, because a function is called with other values for them, or with positional
    arguments behind them."""
    names = {name for f in content.functions.values() for name in f.returns if name in f.argument_names()}
    functions = {function.name: function for function in _functions(tree)}
    state = names & {name for function in functions.values() for name in _parameters(function)}
    for function in functions.values():
        if function.args.vararg or function.args.kwarg:
            return set()
    for node in ast.walk(tree):
        called = functions.get(node.func.id) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else None
        if isinstance(node, ast.Call) and called is not None:
            pairs = [*zip(_parameters(called), node.args, strict=False), *((k.arg, k.value) for k in node.keywords)]
            for parameter, value in pairs:
                same = isinstance(value, ast.Name) and value.id == parameter
                if (parameter in state or (isinstance(value, ast.Name) and value.id in state)) and not same:
                    return set()
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            target = node.value.func
            kept = isinstance(target, ast.Name) and target.id in functions and state & set(_names(node.targets[0]))
            if kept:  # the result of the function is now in the state
                return set()
    return state


def _names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.id


def _assigned(function: ast.FunctionDef) -> Iterator[str]:
    """Return the names that a function assigns, ``a = ...`` and ``a -= ...``."""
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def _without(function: ast.FunctionDef, names: set[str]) -> None:
    """Remove parameters, with their defaults, from a function."""
    plain = function.args.args
    defaults = [*[None] * (len(plain) - len(function.args.defaults)), *function.args.defaults]
    pairs = [(a, default) for a, default in zip(plain, defaults, strict=True) if a.arg not in names]
    function.args.args = [argument for argument, _ in pairs]
    function.args.defaults = [default for _, default in pairs if default is not None]


def _returning(source: str, content: AssignmentSpec, helpers: str) -> str:
    tree = ast.parse(source)
    # A function that is passed to a class is called under another name, so only the methods of classes return lists.
    methods = frozenset(_methods_of_task(content)) if _classes(tree) else frozenset()
    functions = {function.name for function in _functions(tree)} if not methods else set()
    Converted(functions, "arrays", "listed", arguments=False, methods=methods).visit(tree)
    return _written(_after_imports(tree, [helpers]))


def _without_bonus(source: str, content: AssignmentSpec) -> str:
    """Return the submission without the functions of a bonus."""
    tree = ast.parse(source)
    bonus = {name for check in content.checks if check.bonus for name in check.functions()}
    asked = {name for check in content.checks if not check.bonus for name in check.functions()}
    tree.body = [s for s in tree.body if not (isinstance(s, ast.FunctionDef) and s.name in bonus - asked)]
    return _written(tree)


def _with_comments(lines: list[str], number: int) -> int:
    """Return the first line of the comments directly above line ``number``, or ``number``."""
    while lines[number - 1].startswith("#"):
        number -= 1
    return number


def _inserted(source: str, text: str) -> str:
    """Insert ``text`` as the first statements, below the docstring and the imports from ``__future__``."""
    above = 0
    for statement in ast.parse(source).body:
        docstring = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
        if not (docstring or (isinstance(statement, ast.ImportFrom) and statement.module == "__future__")):
            break
        above = statement.end_lineno or above
    lines = source.splitlines(keepends=True)
    return "".join(lines[:above]) + text + "".join(lines[above:])


def _from_another_package(statement: ast.stmt) -> ast.stmt | None:
    """Return the same import from another package, under the same names, or None."""
    package = ""
    if isinstance(statement, ast.ImportFrom):
        package = statement.module or ""
    elif isinstance(statement, ast.Import) and len(statement.names) == 1:
        package = statement.names[0].name
    first, _, rest = package.partition(".")
    if first not in OTHER_PACKAGES:
        return None
    other = f"{OTHER_PACKAGES[first]}.{rest}".rstrip(".")
    if isinstance(statement, ast.ImportFrom):
        return ast.ImportFrom(other, statement.names, 0)
    return (
        ast.Import([ast.alias(other, statement.names[0].asname or first)])
        if isinstance(statement, ast.Import)
        else None
    )


def _written(tree: ast.Module) -> str:
    return ast.unparse(ast.fix_missing_locations(tree)) + "\n"


def _after_imports(tree: ast.Module, helpers: list[str]) -> ast.Module:
    """Put helpers after the import of NumPy, which they need as ``np``, or after an import of their own."""
    places = [
        index
        for index, statement in enumerate(tree.body, start=1)
        if isinstance(statement, ast.Import) and any(alias.asname == "np" for alias in statement.names)
    ]
    place, lines = (places[0], helpers) if places else (0, ["import numpy as np", *helpers])
    tree.body[place:place] = [statement for line in lines for statement in ast.parse(line).body]
    return tree


def _functions(tree: ast.Module) -> list[ast.FunctionDef]:
    return [statement for statement in tree.body if isinstance(statement, ast.FunctionDef)]


def _classes(tree: ast.Module) -> list[ast.ClassDef]:
    return [statement for statement in tree.body if isinstance(statement, ast.ClassDef)]


def _methods(tree: ast.Module) -> list[ast.FunctionDef]:
    return [item for owner in _classes(tree) for item in owner.body if isinstance(item, ast.FunctionDef)]


def _methods_of_task(content: AssignmentSpec) -> Iterator[str]:
    """Return the names of the methods that the task asks for, with their aliases; its functions, if it asks for no class."""
    methods = [item for spec in content.classes.values() for item in spec.methods.items()]
    for name, declared in methods or content.functions.items():
        yield from (name, *declared.aliases)


def _used_as_defaults(functions: list[ast.FunctionDef]) -> set[str]:
    """Return the names of the functions that are the default of an argument, and of those that they call."""
    used = {name for function in functions for default in function.args.defaults for name in _names(default)}
    for _ in functions:  # the longest chain of calls
        used |= {name for function in functions if function.name in used for name in _names(function)}
    return used


def _parameters(function: ast.FunctionDef) -> list[str]:
    return [argument.arg for argument in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)]


def _changed_in_place(function: ast.FunctionDef) -> Iterator[str]:
    """Return the names ``a`` with ``a -= ...`` or ``a[...] = ...`` in a function."""
    for node in ast.walk(function):
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            yield node.target.id
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store) and isinstance(node.value, ast.Name):
            yield node.value.id


def _changed_in_all(functions: list[ast.FunctionDef]) -> dict[str, set[str]]:
    """Return {function: names of the arrays that it changes in place, directly or through another function of the file}."""
    parameters = {function.name: _parameters(function) for function in functions}
    changed = {function.name: set(_changed_in_place(function)) for function in functions}
    for _ in functions:  # the longest chain of calls
        for function in functions:
            for node in ast.walk(function):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in changed:
                    handed = zip(parameters[node.func.id], node.args, strict=False)
                    names = {p: a.id for p, a in handed if isinstance(a, ast.Name)}
                    changed[function.name] |= {a for p, a in names.items() if p in changed[node.func.id]}
    return changed


def _bound(function: ast.FunctionDef) -> Iterator[str]:
    """Return the local names of a function: its parameters and the names that it assigns."""
    yield from _parameters(function)
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def _identifiers(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.alias):
            yield node.asname or node.name
        elif isinstance(node, ast.Attribute):
            yield node.attr


def _aliases(name: str, content: AssignmentSpec, used: list[str]) -> list[str]:
    """Return the names that may replace ``name`` in each of its roles: function, variable, argument or result."""
    parts: list[list[str]] = [content.aliases[name]] if name in content.aliases else []
    others = {normal(other) for other in used if other != name}
    methods = {method: spec for item in content.classes.values() for method, spec in item.methods.items()}
    for declared in (content.functions, content.variables, content.classes, methods):
        if name in declared:
            parts.append(list(takewhile(lambda alias: normal(alias) not in others, declared[name].aliases)))
    attributes = [names for item in content.classes.values() for key, names in item.attributes.items() if key == name]
    parts += [list(takewhile(lambda alias: normal(alias) not in others, names)) for names in attributes]
    return [alias for alias in parts[0] if all(alias in part for part in parts)] if parts else []


def _operands(node: ast.Call, methods: tuple[str, ...]) -> list[ast.expr]:
    """Return [a, b] for ``np.dot(a, b)`` and ``a.dot(b)``, and [] for other calls."""
    if not isinstance(node.func, ast.Attribute) or node.func.attr not in methods:
        return []
    of_numpy = isinstance(node.func.value, ast.Name) and node.func.value.id == "np"
    return node.args if of_numpy else [node.func.value, *node.args]


def _is_of_numpy(node: ast.Attribute) -> bool:
    """True for ``np.a`` and ``np.random.a``."""
    inner = node.value
    return (isinstance(inner, ast.Name) and inner.id == "np") or (
        isinstance(inner, ast.Attribute) and _is_of_numpy(inner)
    )


def _is_integer(node: ast.expr) -> bool:
    inner = node.operand if isinstance(node, ast.UnaryOp) else node
    return isinstance(inner, ast.Constant) and isinstance(inner.value, int)


def _is_float(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "float"


def _call(function: str, arguments: list[ast.expr], keywords: list[ast.keyword] | None = None) -> ast.Call:
    return ast.Call(ast.Name(function, ast.Load()), arguments, keywords or [])
