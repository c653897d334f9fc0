"""benchmarks/styles.py: the writing styles compute the same numbers as the original."""

from __future__ import annotations

import ast
import copy
import inspect
import sys

import nbformat
import numpy as np
import pytest

from grader import assignment
from grader.expected import probes
from grader.grading.grade import grade
from grader.grading.wrong_solutions import wrong_solutions
from grader.student.signatures import match
from grader.submission import read
from grader.support.arrays import as_array

PROBES = {  # with the inputs that no function returns
    "single-neuron": ["everything"],
    "relu-swap": ["pre-activations", "everything"],
    "numpy-mnist": ["pre-activations", "random net", "random step"],
}
LESS = ["single-neuron", "relu-swap"]  # the network of numpy-mnist takes most of the time
STYLES = ["loops", "einsum", "float32", "lists", "tuples", "other names", "class", "notebook"]
ROUNDING = {"float32": 1e-3}  # relative to the largest entry; otherwise the rounding of another order of summation


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("exercise", [*LESS, pytest.param("numpy-mnist", marks=pytest.mark.long)])
def test_style_keeps_the_numbers(benchmark, monkeypatch, exercise, style):
    for library in ("keras", "autograd"):
        monkeypatch.setitem(sys.modules, library, None)  # code that imports it handles its absence
    styles = benchmark("styles")
    content = assignment.load(exercise).content
    rewritten = 0
    for name, source in sources(exercise):
        other = styles.STYLES[style](source, content)
        rewritten += other != source
        if "numerical" in name:  # its numbers are mostly rounding errors
            continue
        original = answers(content, defined(source))
        for function, answer in answers(content, defined(code(other))).items():
            assert_same(answer, original[function], f"{name}: {function}", ROUNDING.get(style, 1e-10))
    assert rewritten


def test_float32_keeps_in_place_changes_of_called_functions(benchmark):
    content = assignment.load("relu-swap").content
    source = "import numpy as np\ndef slope(z):\n    z[z > 0] = 1\n    return z\ndef backward(A, B):\n    return slope(A) * B\n"
    written = ast.unparse(ast.parse(benchmark("styles").float32(source, content)).body[-1])
    assert "B = single(B)" in written
    assert "A = single(A)" not in written


@pytest.mark.table
@pytest.mark.parametrize("exercise", assignment.bundled_names())
def test_styles_of_loading_do_not_change_the_functions(benchmark, exercise):
    styles = benchmark("styles")
    content = assignment.load(exercise).content
    for name, source in sources(exercise):
        for style in styles.LOADING:
            other = ast.parse(styles.STYLES[style](source, content))
            defined = [ast.dump(node) for node in ast.walk(other) if isinstance(node, ast.FunctionDef)]
            for function in ast.walk(ast.parse(source)):
                if isinstance(function, ast.FunctionDef):
                    assert ast.dump(function) in defined, (name, style)


def test_correct_solution_gets_full_marks_in_the_styles_of_loading(benchmark, tmp_path):
    styles = benchmark("styles")
    loaded = assignment.load("relu-swap")
    source = loaded.file("solution.py").read_text()
    for style in styles.LOADING:
        path = tmp_path / "submission.py"
        path.write_text(styles.STYLES[style](source, loaded.content))
        report = grade(loaded, read(path, loaded.name))
        assert report.score == report.max_score, style
        assert not any(check.diagnosis for check in report.checks), style


def test_unused_imports_are_not_forbidden(benchmark):
    styles = benchmark("styles")
    forbidden, free = (assignment.load(name).content for name in ("relu-swap", "cifar-grayscale"))
    source = "import numpy as np\n"
    assert "seaborn" in styles.unused_imports(source, forbidden)
    assert "keras" not in styles.unused_imports(source, forbidden)
    assert "keras" in styles.unused_imports(source, free)


@pytest.mark.table
@pytest.mark.parametrize("exercise", assignment.bundled_names())
def test_all_known_wrong_solutions_compile_in_the_styles_that_fit(benchmark, exercise):
    styles = benchmark("styles")
    content = assignment.load(exercise).content
    for name, source in sources(exercise):
        for style in set(styles.fitting(exercise)) - set(styles.LOADING):
            if styles.applies(style, source):
                compile(code(styles.STYLES[style](source, content)), f"{name}, {style}", "exec")


def test_names_of_the_task_are_all_replaced(benchmark):
    styles = benchmark("styles")
    content = assignment.load("numpy-mnist").content
    for name, source in sources("numpy-mnist"):
        nodes = ast.walk(ast.parse(styles.other_names(source, content)))
        names = {getattr(node, "id", getattr(node, "arg", getattr(node, "name", None))) for node in nodes}
        assert not names & {"back_propagation", "dW3", "X", "alpha", "labels"}, name


def test_notebook_has_a_cell_with_comments_for_each_function(benchmark):
    source = "import numpy as np\n\nn = 3\nm = 4\n\n# Twice.\ndef f(x):\n\n    return 2 * x\n\n\nprint(f(n))\n"
    made = nbformat.reads(benchmark("styles").notebook(source, None), as_version=4)
    cells = [cell.source for cell in made.cells]
    assert cells == ["import numpy as np", "n = 3\nm = 4", "# Twice.\ndef f(x):\n\n    return 2 * x", "print(f(n))"]


def sources(exercise):
    """Return (name, source) of the solution and the known-wrong solutions."""
    loaded = assignment.load(exercise)
    yield "solution.py", loaded.file("solution.py").read_text()
    for solution in wrong_solutions(loaded):
        yield solution.name, solution.content().decode()


def code(text):
    """Return the Python source of a module or of a notebook's cells."""
    if not text.startswith("{"):
        return text
    return "\n\n".join(cell.source for cell in nbformat.reads(text, as_version=4).cells)


def defined(source):
    """Return the functions of a module, including those of its class."""
    namespace = {"__name__": "submission"}
    exec(compile(source, "submission", "exec"), namespace)
    if "Net" in namespace:
        net = namespace["Net"]()
        namespace |= {name: getattr(net, name) for name in dir(net) if not name.startswith("_")}
    return {name: value for name, value in namespace.items() if inspect.isroutine(value)}


def answers(content, functions):
    """Return {function: its results and arguments after the call, or the type of its exception}, without functions of a bonus.

    Results are passed to later functions, so that back-propagation gets the results of the forward pass.
    """
    known = {
        name: value for case in probes.cases(content, PROBES[content.name], 0) for name, value in case.inputs.items()
    }
    bonus = {name for check in content.checks if check.bonus for name in check.functions()}
    found = {}
    for name, function in content.functions.items():
        bound = match(functions, [name], {name: function.aliases})
        if name in bonus:
            continue
        arguments = [copy.deepcopy(known[argument]) for argument in function.argument_names() if argument in known]
        np.random.seed(0)
        try:
            with np.errstate(all="ignore"):
                results = functions[next(iter(bound))](*arguments)
        except (ValueError, TypeError, IndexError) as error:
            found[name] = type(error)
            continue
        results = results if isinstance(results, tuple) and len(function.returns) > 1 else (results,)
        results = [as_array(result) for result in results]
        found[name] = [*results, *arguments]
        known |= dict(zip(function.returns, results, strict=True))
    return found


def assert_same(answer, original, what, rounding):
    """Assert the same exception, or the same shapes and numbers up to ``rounding`` of the largest."""
    if isinstance(answer, type) or isinstance(original, type):
        assert answer == original, what
        return
    for one, other in zip(answer, original, strict=True):
        one, other = np.asarray(one), np.asarray(other)
        assert one.shape == other.shape, what
        assert one.dtype.kind == other.dtype.kind, what
        if rounding > 1e-6:  # numbers that grow without bound overflow earlier in float32
            assert not (np.isfinite(one) & ~np.isfinite(other)).any(), what
            both = np.isfinite(one)
            one, other = one[both], other[both]
        scale = np.abs(other[np.isfinite(other)]).max(initial=0)
        np.testing.assert_allclose(one, other, rtol=0, atol=rounding * scale, err_msg=what)
