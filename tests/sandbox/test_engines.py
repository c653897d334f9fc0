"""Both engines give the same report for the same notebook."""

from __future__ import annotations

import ast
import random

import pytest

from grader.grading.grade import grade
from grader.grading.options import GradeOptions
from grader.grading.wrong_solutions import wrong_solutions
from grader.sandbox import engines
from grader.sandbox.warm import WarmStart
from grader.submission import read
from tests.conftest import ROOT, bundled, notebook

ASSIGNMENTS = ROOT / "assignments"
QUICK = ("single-neuron", "relu-swap", "numpy-mnist", "cifar-grayscale")
EXERCISES = [pytest.param(name, marks=pytest.mark.long if name in QUICK[1:] else ()) for name in QUICK]
WRONG = [solution for name in QUICK for solution in wrong_solutions(bundled(name))]
SOLUTION = (ASSIGNMENTS / "single-neuron" / "solution.py").read_text()


@pytest.fixture(scope="module")
def warm():
    with WarmStart() as started:
        yield started


@pytest.fixture
def reports(warm, tmp_path):
    """Return a function that grades a notebook with both engines, without fields that always differ."""

    def run(assignment, text, **options):
        (tmp_path / "mine.ipynb").write_text(text)
        results = []
        for how in ({"engine": "kernel"}, {"engine": "shell", "warm": warm}):
            report = grade(
                bundled(assignment),
                read(tmp_path / "mine.ipynb", "mine"),
                GradeOptions(include_hidden=True, **how, **options),
            )
            results.append(report.model_dump(exclude={"seconds": True, "environment": {"engine"}}))
        return results

    return run


def in_cells(source):
    """Return the cells of a notebook for a module, with one definition in each cell."""
    lines = source.splitlines(keepends=True)
    starts = [
        min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))]) for node in ast.parse(source).body
    ]
    ends = [*starts[1:], len(lines) + 1]
    return ["".join(lines[start - 1 : end - 1]).strip("\n") for start, end in zip(starts, ends, strict=True)]


@pytest.mark.parametrize("name", EXERCISES)
def test_solution_in_cells_gets_the_same_report(reports, name):
    cells = in_cells((ASSIGNMENTS / name / "solution.py").read_text())
    by_kernel, by_shell = reports(name, notebook(*cells))
    assert by_kernel["passed"]
    assert by_shell == by_kernel


@pytest.mark.parametrize("name", EXERCISES)
def test_starter_gets_the_same_report(reports, name):
    by_kernel, by_shell = reports(name, (ASSIGNMENTS / name / "starter.ipynb").read_text())
    assert by_shell == by_kernel


@pytest.mark.long
@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: f"{wrong.assignment.name}-{wrong.name}")
def test_known_wrong_solution_gets_the_same_report(reports, wrong):
    by_kernel, by_shell = reports(wrong.assignment.name, notebook(*in_cells(wrong.content().decode())))
    assert by_shell == by_kernel


TRAPS = {
    "magics": ["%time x = 1\n%config InlineBackend.figure_format = 'svg'\n%load_ext autoreload\n%autoreload 2\n%who", "%%capture out\nprint(1)", "%%timeit -n 1 -r 1\n2 + 2", "%%writefile made.py\ny = 2", "import made; assert made.y == 2", "%store x\n%history", "%nothing", "%%nothing\n1"],
    "commands": ["!echo hi; ls /nothing", "results = !echo one two\nassert results == ['one two']", "%%bash\necho hi; exit 3", "%%sh\necho", "%pip install numpy\n!pip install numpy", "%cd /tmp\n%env A=1\nimport os; assert os.environ['A'] == '1'"],
    "await": ["import asyncio\nawait asyncio.sleep(0)", "asyncio.run(asyncio.sleep(0))", "asyncio.get_event_loop().run_until_complete(asyncio.sleep(0))", "async def fail():\n    raise KeyError('in a task')\nawait fail()", "task = asyncio.create_task(fail())", "async for x in 3: pass"],
    "input": ["x = input('name: ')", "import getpass; getpass.getpass()"],
    "input caught": ["try:\n    x = input()\nexcept Exception as error:\n    raise ValueError(str(error))"],
    "syntax": ["x = (1", "def f(:\n  pass", "  x = 1\n y = 2", "for i in range(3):\nprint(i)", "print 1", "x = 1 +* 2", "'\\0' \0"],
    "errors": ["import numpy as np\n\ndef inner(x):\n    return x.missing\n\n\ninner(np.ones(3))"],
    "library errors": ["import numpy as np\nnp.linalg.inv(np.zeros((2, 2)))"],
    "error in a helper": ["%%writefile helper.py\n\n\ndef f():\n    raise ValueError('there')", "import helper\nhelper.f()"],
    "own exceptions": ["class Mine(Exception):\n    def __str__(self): raise ValueError\nraise Mine"],
    "long message": ["raise ValueError('x' * 3000 + '\\n\\x1b[31m')"],
    "group": ["raise ExceptionGroup('many', [ValueError(1), KeyError(2)])"],
    "chained": ["try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    raise KeyError('second') from error"],
    "memory": ["import numpy as np", "x = np.ones((10**6, 10**6))"],
    "recursion": ["def f(): return f()\nf()"],
    "exits": ["raise SystemExit(3)", "import sys; sys.exit('bye')"],
    "interrupt": ["raise KeyboardInterrupt"],
    "os._exit": ["import os", "os._exit(0)"],
    "killed": ["x = 1", "import os; os.kill(os.getpid(), 11)"],
    "aborts": ["import ctypes; ctypes.string_at(0)"],
    "prints": ["print('x' * 100_000)"],
    "prints without end": ["x = 1", "while True: print('x' * 1000)"],
    "displays without end": ["from IPython.display import HTML, display\nwhile True: display(HTML('x' * 1000))"],
    "writes to the terminal": ["import os\nos.write(1, b'hello')\nimport sys\nsys.__stdout__.write('hello')"],
    "streams": ["import sys\nprint(sys.stdout.isatty(), sys.stdout.encoding, file=sys.stderr)\nsys.stdout.fileno()", "sys.stdout.buffer", "sys.stdout.write(1)"],
    "stdin": ["import sys\nassert sys.stdin.read() == ''"],
    "results": ["1", "assert _ == 1 and Out[1] == 1 and In[1] == '1'", "_i1\n_1", "x = 1;\nx"],
    "result that fails": ["class R:\n    def __repr__(self): raise ValueError('no repr')\nR()"],
    "display": ["from IPython.display import display, Markdown, clear_output\nh = display(Markdown('a'), display_id=True)\nh.update('b')\nclear_output()", "import numpy as np\nnp.ones(2)"],
    "plots": ["%matplotlib inline\nimport matplotlib.pyplot as plt", "plt.plot([1, 2])\nplt.title('t')\nplt.show()", "fig, ax = plt.subplots()\nax.imshow([[1, 2]])\nfig"],
    "plots without a magic": ["import matplotlib\nimport matplotlib.pyplot as plt\nassert 'inline' in matplotlib.get_backend()", "plt.plot([1])", "plt.figure(); plt.gcf()"],
    "another backend": ["import matplotlib\nmatplotlib.use('Agg')\nimport matplotlib.pyplot as plt\nplt.plot([1])\nplt.show()"],
    "widgets": ["import ipywidgets", "get_ipython().kernel.session"],
    "arguments": ["import argparse\nargparse.ArgumentParser().parse_args()"],
    "main": ["if __name__ != '__main__':\n    raise ValueError", "import __main__\nassert __main__.__dict__ is globals()", "import pickle\nclass A: pass\npickle.loads(pickle.dumps(A()))"],
    "names": ["get_ipython = None", "input = print = len = None", "del get_ipython"],
    "exit": ["exit()"],
    "quit": ["quit"],
    "breaks the builtins": ["import builtins; builtins.globals = None"],
    "breaks the shell": ["get_ipython().transform_cell = None", "x = 1"],
    "threads": ["import threading\nt = threading.Thread(target=print, args=['hi']); t.start(); t.join()", "t = threading.Thread(target=lambda: 1 / 0); t.start(); t.join()"],
    "processes": ["import multiprocessing\ndef f(x):\n    print(x)\n    return 2 * x\nwith multiprocessing.Pool(2) as pool:\n    assert pool.map(f, [1, 2]) == [2, 4]", "import subprocess\nassert subprocess.run(['true']).returncode == 0"],
    "hooks": ["ip = get_ipython()\nip.events.register('post_run_cell', lambda result: 1 / 0)", "ip.set_custom_exc((ValueError,), lambda *a, **k: print('caught'))\nraise ValueError(1)", "ip.input_transformers_cleanup.append(lambda lines: ['y = 3\\n'])", "x = 1", "assert y == 3"],
    "streams replaced": ["import sys\nsys.stdout = sys.stderr = None", "print(1)", "1"],
    "streams closed": ["import sys\nsys.stdout.close()", "print(1)"],
    "warnings": ["import warnings\nwarnings.warn('careful')\nimport logging\nlogging.warning('x')"],
    "debugger": ["breakpoint()", "%debug", "%pdb on\n1 / 0"],
    "random": ["import random, numpy as np\nraise ValueError(f'{random.random()} {np.random.rand()} {np.random.default_rng().random()}')"],
    "where it is": ["import os, sys\nraise ValueError(f'{os.getcwd()} {sys.path[-1]} {sorted(os.listdir())} {sys.argv[1:]} {os.environ[\"HOME\"]}')"],
    "type of the shell": ["raise ValueError(f'{type(get_ipython()).__name__} {\"IPKernelApp\" in get_ipython().config}')"],
    "locals": ["x = 1\nclass A:\n    y = [x for _ in range(2)]\nexec('z = 3')\nassert z == 3\n%reset -f", "import numpy as np"],
}  # fmt: skip


# Each of the others starts a kernel; together they take minutes.
ALWAYS = ("magics", "commands", "await", "input", "syntax", "errors", "memory", "exits", "killed", "prints without end", "plots", "main", "names", "hooks", "random", "where it is")  # fmt: skip


@pytest.mark.parametrize("name", [pytest.param(n, marks=() if n in ALWAYS else pytest.mark.long) for n in TRAPS])
def test_unusual_cells_get_the_same_report(reports, name):
    """The last cells are correct, if they are reached; each report names the first cell that fails."""
    by_kernel, by_shell = reports("single-neuron", notebook(*TRAPS[name], SOLUTION))
    assert by_shell == by_kernel


@pytest.mark.long
def test_cell_that_catches_the_limit_of_output_is_stopped_by_both_and_the_rest_is_graded(reports):
    """A kernel reaches the time limit then, because its limit of output is an exception; a shell ends the process."""
    cell = "while True:\n    try: print('x' * 1000)\n    except BaseException: pass"
    both = reports("single-neuron", notebook(cell, SOLUTION))
    for report in both:
        [note] = report["checks"][0]["evidence"].pop("notes")
        assert "at cell 1, line 1 (`while True:`) and was stopped" in note
        assert report["passed"]
    by_kernel, by_shell = both
    assert by_shell == by_kernel


def test_calls_get_the_same_answers(reports):
    source = SOLUTION + "\ncalls = 0\n"
    for trap in random.Random(0).sample(
        ["print('x' * 10**6)", "input()", "1 / 0", "import os; os._exit(3)", "exit()"], 5
    ):
        changed = source.replace("def loss(y, y_hat):\n", f"def loss(y, y_hat):\n    {trap}\n")
        by_kernel, by_shell = reports("single-neuron", notebook(*in_cells(changed)), only=["loss"])
        assert by_shell == by_kernel


@pytest.mark.parametrize(
    ("text", "engine"),
    [
        ("import ipywidgets as w", "kernel"),
        ("get_ipython().kernel.log", "kernel"),
        ("%matplotlib widget", "kernel"),
        ("%matplotlib inline", "shell"),
        ("layer.kernel = 3", "shell"),
        ("import communication", "shell"),
    ],
)
def test_code_that_needs_a_kernel_gets_one(tmp_path, text, engine):
    (tmp_path / "mine.ipynb").write_text(notebook("x = 1", text))
    assert engines.engine_of(read(tmp_path / "mine.ipynb", "mine"), "shell") == engine
