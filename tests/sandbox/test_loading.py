"""Loading continues after a failure: it is reported once, and names that do not depend on it are defined."""

from __future__ import annotations

import pytest

from grader.assignment.limits import Limits
from grader.machine import packages
from grader.sandbox.failures import CallError
from grader.sandbox.session import Session
from grader.submission import Code, Submission
from tests.conftest import notebook

LIMITS = Limits(load_seconds=3, call_seconds=5, output_kb=64)


def loaded(source, *, forbidden=(), engine="shell", limits=LIMITS, **files):
    """Load a module, or a notebook of several cells."""
    if isinstance(source, str):
        kind, entry, content, texts = "module", "mine.py", source, [source]
    else:
        kind, entry, content, texts = "notebook", "mine.ipynb", notebook(*source), list(source)
    contents = {entry: content.encode(), **{name: text.encode() for name, text in files.items()}}
    code = [Code("", text) for text in texts]
    session = Session(
        Submission(entry, "", kind, entry, contents, code, None), limits, engine=engine, forbidden=forbidden
    )
    session.load()
    return session


MODULES = {
    "a failing statement": ("x = 1\ny = missing\ndef f(): return x\n", 1),
    "a file that is not there": ("import numpy as np\ndata = np.loadtxt('train.csv')\ndef f(): return 1\n", 1),
    "several on a line": ("a = 1; b = 1 / 0; c = 3\ndef f(): return a + c\n", 4),
    "in an if": ("if True:\n    a = 1\n    1 / 0\n    b = 2\ndef f(): return a + b\n", 3),
    "in an else below an if": (
        "if False:\n    pass\nelse:\n    if True:\n        1 / 0\n        a = 1\n    b = 2\ndef f(): return a + b\n",
        3,
    ),
    "in a with": ("import io\nwith io.StringIO() as s:\n    1 / 0\n    a = 1\ndef f(): return a\n", 1),
    "suppressed": (
        "import contextlib\na = 1\nwith contextlib.suppress(ImportError):\n    import nothing_here\n    a = 2\ndef f(): return a\n",
        1,
    ),
    "a fallback": ("try:\n    import cupy as np\nexcept ImportError:\n    import numpy as np\ndef f(): return int(np.sum([1, 2]))", 3),
    "a fallback of a function": (
        "def choose():\n    import cupy\n    return cupy\ntry:\n    xp = choose()\nexcept Exception:\n    xp = None\ndef f(): return xp is None",
        True,
    ),
    "find_spec": ("import importlib.util\ndef f(): return importlib.util.find_spec('cupy') is None", True),
    "exit at the end": ("import sys\ndef f(): return 1\nsys.exit(0)\n", 1),
    "the docstring": ("'''of the module'''\n'another text'\ndef f(): return __doc__", "of the module"),
    "annotations from the future": (
        "from __future__ import annotations\ndef f(x: nothing = 1) -> nothing: return x\n",
        1,
    ),
    "an annotation from an absent module": ("import torch\ndef f(x: torch.Tensor = 1) -> torch.Tensor: return x\n", 1),
    "the source of a function": ("import inspect\n\ndef f(): return inspect.getsource(f)\n", "def f(): return inspect.getsource(f)\n"),
    "a decorator": ("import functools\n@functools.cache\ndef f():\n    return 1\n", 1),
    "a class": ("class A:\n    x = 1\n    def get(self): return self.x\ndef f(): return A().get()", 1),
    "a global": ("n = 1\ndef change():\n    global n\n    n = 5\nchange()\ndef f(): return n", 5),
    "a guarded block": ("def f(): return 1\nif __name__ == '__main__':\n    raise SystemExit\n", 1),
    "several imports in one": ("import math, imutils\nfrom math import floor, nothing\ndef f(): return math.pi > floor(3.5)", True),
    "an import below a package": ("import numpy.nothing_here\ndef f(): return int(numpy.sum([1, 2]))", 3),
    "argparse": ("import argparse\np = argparse.ArgumentParser()\np.add_argument('x', nargs='?')\na = p.parse_args()\ndef f(): return a.x", None),
    "argparse with a required argument": (
        "import argparse\np = argparse.ArgumentParser()\np.add_argument('--x', required=True)\na = p.parse_args()\ndef f(): return 1",
        1,
    ),
    "get_ipython": (
        "get_ipython().run_line_magic('matplotlib', 'inline')\nget_ipython().system('echo hello')\n"
        "get_ipython().magic('load_ext autoreload')\nget_ipython().events.register('x', print)\n"
        "get_ipython().run_cell_magic('time', '', 'a = 1\\n1 / 0\\nb = 2\\ndef g(): return a + b')\n"
        "get_ipython().run_cell_magic('html', '', '<b>')\ndisplay(a)\n"
        "lines = get_ipython().getoutput('echo two')\ndef f(): return [g(), lines]",
        [3, ["two"]],
    ),
    "get_ipython from IPython": ("from IPython import get_ipython\nget_ipython().run_line_magic('pylab', 'inline')\ndef f(): return 1", 1),
    "a backend that needs a screen": (
        "import matplotlib\nmatplotlib.use('TkAgg')\nimport matplotlib.pyplot as plt\nplt.plot([1])\n"
        "def f(): return len(plt.gcf().axes)",
        1,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MODULES)
def test_names_that_do_not_depend_on_a_failure_are_defined(name):
    source, expected = MODULES[name]
    with loaded(source) as session:
        assert session.call("f", [], {}).value == expected


@pytest.mark.parametrize("engine", ["shell", "kernel"])
def test_cell_continues_after_a_failed_statement(engine):
    cells = [
        "import imutils\nfrom __future__ import annotations\nx = 1 / 0\ndef a(): return 1",
        "%%time\ndata = open('nothing')\ndef b():\n    first, second = 1, 2\n    return first, second\nb()",
        "# a comment\n%%time\ndef c(): return 3",
        "def d(:\n    pass\nlater = 2",
        "import asyncio\nawait asyncio.sleep(0)\nif True:\n    missing\n    def e(): return 5\n5",
        "import sys\nsys.exit()\ndef g(): return 1",
        "def h(): return [a(), b(), c(), e()]",
    ]
    with loaded(cells, engine=engine) as session:
        assert session.call("h", [], {}).value == [1, (1, 2), 3, 5]
        assert session.definitions.functions["b"].returns == ["first", "second"]
        assert session.causes.notes[0] == (
            "Loading mine.ipynb failed at cell 1, line 3 with ZeroDivisionError: division by zero (`x = 1 / 0`). "
            "Not defined because of this: x."
        )
        assert "cell 2, line 2 with FileNotFoundError" in session.causes.notes[1]
        assert "cell 3, line 2: `%%time` must be the first line of its cell" in session.causes.notes[2]
        assert "cell 4, line 1 with SyntaxError" in session.causes.notes[3]
        assert {"x", "data", "d", "later", "g"} <= set(session.causes.lost)
        assert session.outputs[5][-1]["data"]["text/plain"] == "5"


def test_each_failure_is_reported_once_with_the_lost_names():
    source = (
        "import pandas_from_nowhere as pd\n\ndata = pd.read_csv('train.csv')\nm, n = data.shape\nx = data[0]\n"
        "def f(): return m\n"
    )
    with loaded(source) as session:
        (note,) = session.causes.notes
        assert note.startswith(
            "Loading mine.py failed at line 3 with ModuleNotFoundError: No module named 'pandas_from_nowhere' (`data = pd.read_csv('train.csv')`)."
        )
        assert note.endswith("Not defined because of this: data, m, n, x.")
        with pytest.raises(
            CallError, match=r"name 'm' is not defined.*No module named 'pandas_from_nowhere'"
        ) as caught:
            session.call("f", [], {})
    assert caught.value.status == "error"


@pytest.mark.long
def test_unused_failed_import_is_not_reported():
    source = "import imutils\nfrom google.colab import drive\nfrom keras.utils import np_utils\n"
    with loaded(source, limits=Limits(load_seconds=60, memory_mb=4096)) as session:
        assert session.causes.notes == []
        assert session.definitions.functions == {}


# Packages that students import and that are not dependencies of the grader.
MISSING = {
    "a known package": ("import imutils as iu\ndef f(): return iu.color()", "not_gradable", "python -m pip install imutils"),
    "another name": ("import skimage\ndef f(): return skimage.io", "not_gradable", "python -m pip install scikit-image"),
    "from a package": ("from skimage.metrics import mean_squared_error\ndef f(): return mean_squared_error(1, 1)", "not_gradable", "scikit-image"),
    "in the function": ("def f():\n    import imutils\n    return imutils.x", "not_gradable", "imutils"),
    "a service": ("from google.colab import drive\ndef f(): return drive.mount('/x')", "not_gradable", "exists only on Colab"),
    "a removed name": ("import numpy as np\ndef f(): return np.float(1)", "not_gradable", "use float instead"),
    "a name that was lost": ("import imutils\ncolours = imutils.colours()\ndef f(): return colours", "not_gradable", "imutils"),
    "a helper": ("from helper import g\ndef f(): return g()", "error", "There is no module helper here"),
    "a package that is here": ("def f(): raise ModuleNotFoundError(\"No module named 'numpy'\")\nimport numpy", "error", "numpy"),
    "a package that is not imported": ("def f(): raise ModuleNotFoundError('No module named \\'imu' + 'tils\\'')", "error", "imutils"),
    "a package that is not forbidden": (
        "import skimage\ndef f(): return skimage.x", "not_gradable", "This exercise needs only NumPy: solve it without skimage, or run",
    ),
    "a forbidden package": ("import skimage\ndef f(): return skimage.x", "error", "this exercise needs only NumPy"),
}  # fmt: skip


@pytest.mark.parametrize("name", MISSING)
def test_missing_package_has_the_right_status(name):
    source, status, message = MISSING[name]
    of_a_numpy_exercise = {"a forbidden package": ["skimage"], "a package that is not forbidden": ["torch"]}
    forbidden = of_a_numpy_exercise.get(name, [])
    with loaded(source, forbidden=forbidden) as session, pytest.raises(CallError) as caught:
        session.call("f", [], {})
    assert caught.value.status == status
    assert message in caught.value.message


@pytest.mark.parametrize(
    ("is_installed", "status", "words"),
    [
        (
            False,
            "not_gradable",
            "TensorBoard is not installed here; this is not your mistake. Run 'python -m pip install",
        ),
        (True, "error", "TBNotInstalledError"),
    ],
)
def test_log_for_tensorboard_without_this_package_is_not_a_mistake(monkeypatch, is_installed, status, words):
    monkeypatch.setattr(packages, "is_installed", lambda name: is_installed)
    source = """\
class TBNotInstalledError(ImportError): pass
def TensorBoard(): raise TBNotInstalledError("TensorBoard is not installed, missing implementation for summaries")
history = TensorBoard()
def f(): return history
"""
    with loaded(source) as session, pytest.raises(CallError) as caught:
        session.call("f", [], {})
    assert (caught.value.status, words in caught.value.message) == (status, True), caught.value.message


@pytest.mark.parametrize(
    "use",
    ["x()", "x.y", "x[0]", "x + 1", "1 @ x", "-x", "list(x)", "len(x)", "float(x)", "x < 1", "1 in x", "isinstance(1, x)", "f'{x}'"],
)  # fmt: skip
def test_use_of_an_absent_module_raises_its_import_error(use):
    source = f"import nothing_here as x\ndef f(): return {use}"
    with loaded(source) as session, pytest.raises(CallError, match="No module named 'nothing_here'"):
        session.call("f", [], {})


@pytest.mark.parametrize(
    "statement", ["class A(x): pass", "@x\ndef g(): pass", "with x: pass", "with x as y: pass", "x.a = 1"]
)
def test_statement_that_uses_an_absent_module_fails(statement):
    with loaded(
        f"import nothing_here as x\n{statement}\ndef f(): return repr(x), hasattr(x, '__wrapped__')"
    ) as session:
        (note,) = session.causes.notes
        assert "No module named 'nothing_here'" in note
        assert session.call("f", [], {}).value == ("<x, which could not be imported>", False)


ENDLESS = {
    "sleeps": ("import time\ntime.sleep(100)", "timeout", "at line 4 (`time.sleep(100)`)"),
    "computes": ("while True: pass", "timeout", "at line 3"),
    "catches everything": ("while True:\n    try:\n        while True: pass\n    except BaseException: pass", "timeout", "did not finish in time at line"),
    "prints": ("while True: print('x' * 1000)", "output", "printed too much at line 3"),
    "dies": ("import os\nos._exit(1)", "crashed", "killed the Python process at line 4"),
    "takes memory": ("import numpy as np\nx = np.ones((10**6, 10**6))", "memory", "needed more memory than allowed at line 4"),
}  # fmt: skip


@pytest.mark.table
@pytest.mark.parametrize("name", ENDLESS)
def test_only_names_of_an_endless_statement_are_lost(name):
    source, status, message = ENDLESS[name]
    with loaded(f"def f(): return 1\ndef die(): import os; os._exit(1)\n{source}\ndef g(): return 2\n") as session:
        (note,) = session.causes.notes
        assert message in note
        assert session.call("f", [], {}).value == 1
        with pytest.raises(CallError):
            session.call("die", [], {})
        if status == "crashed":  # the program ended there
            assert session.causes.of("g").status == status
        else:
            assert session.call("g", [], {}).value == 2  # by another worker, which does not run the endless statement
        assert session.spent < 3 * LIMITS.load_seconds
        assert [cause.status for cause in {session.causes.of(name) for name in session.causes.lost}] in ([], [status])


DEAF = "while True: time.sleep(100)"


@pytest.mark.table
@pytest.mark.parametrize("engine", ["module", "shell", "kernel"])
def test_many_endless_statements_take_bounded_time(engine):
    """Names before the last statement that was left out are defined, names after it are not."""
    blocked = "import signal, time\nsignal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGIO])"
    parts = [blocked, "def f(): return 1", DEAF, DEAF, "def g(): return 2", DEAF, DEAF, DEAF, "def h(): return 3"]
    limits = Limits(load_seconds=2, call_seconds=5)
    with (
        loaded("\n".join(parts), limits=limits)
        if engine == "module"
        else loaded(parts, engine=engine, limits=limits) as session
    ):
        assert session.spent < 4.5 * limits.load_seconds
        assert session.call("f", [], {}).value == 1
        assert session.call("g", [], {}).value == 2
        cause = session.causes.of("h")
        assert cause is not None
        assert cause.status == "timeout"
        assert f"(`{DEAF}`)" in cause.sentence


def test_interrupt_at_the_end_of_a_statement_does_not_hit_the_next():
    """The submission blocks the signal until the statement has ended; it must not interrupt the next one."""
    source = (
        "import signal, time\nsignal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGIO])\n"
        "for _ in range(33): time.sleep(0.1)\nsignal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGIO])\n"
        "def f(): return 1\n"
    )
    with loaded(source, limits=Limits(load_seconds=3, call_seconds=5)) as session:
        assert session.call("f", [], {}).value == 1


@pytest.mark.parametrize("engine", ["module", "shell", "kernel"])
def test_forked_child_does_not_answer(engine):
    parts = ["import os\nchild = os.fork()", "def f(): return os.fork() >= 0", "def g(): return 2"]
    with loaded("\n".join(parts)) if engine == "module" else loaded(parts, engine=engine) as session:
        assert session.causes.notes == []
        assert session.call("f", [], {}).value is True
        assert session.call("g", [], {}).value == 2


def test_excess_output_is_dropped():
    with loaded("for i in range(20_000): print('line', i)\ndef f():\n    print('x' * 10**6)\n    return 1") as session:
        assert session.causes.notes == []
        assert session.call("f", [], {}).value == 1


@pytest.mark.long
def test_training_before_the_time_limit_is_recorded():
    source = (
        "import time\nimport numpy as np\nimport keras\n"
        "model = keras.Sequential([keras.layers.Input((2,)), keras.layers.Dense(1)])\nmodel.compile(loss='mse')\n"
        "class Slow(keras.callbacks.Callback):\n    def on_epoch_end(self, epoch, logs=None): time.sleep(1)\n"
        "model.fit(np.ones((4, 2)), np.ones(4), epochs=10**6, verbose=0, callbacks=[Slow()])\n"
    )
    with loaded(source, limits=Limits(load_seconds=25, total_seconds=200, memory_mb=4096)) as session:
        (call,) = session.training()
        assert (call.method, call.epochs) == ("fit", 10**6)


@pytest.mark.long
def test_keras_error_is_reported_without_its_frames():
    source = (
        "import numpy as np\nimport keras\nmodel = keras.Sequential([keras.layers.Input((2,)), keras.layers.Dense(3)])\n"
        "model.compile(loss='sparse_categorical_crossentropy')\n"
        "def fit(): model.fit(np.ones((4, 2)), np.full(4, 9), verbose=0)\n"
        "def call(): model(np.ones((4, 5)))\n"
    )
    with loaded(source, limits=Limits(load_seconds=60, call_seconds=60, memory_mb=4096)) as session:
        with pytest.raises(
            CallError, match=r"`fit` stopped at line 5 with InvalidArgumentError: .*9.*`def fit\(\)"
        ) as caught:
            session.call("fit", [], {})
        assert "worker" not in caught.value.message
        assert "site-packages" not in caught.value.message
        with pytest.raises(CallError, match=r"`call` stopped at line 6 with .*expected axis -1 of input shape"):
            session.call("call", [], {})


def test_failure_in_a_called_function_names_the_calling_line():
    with loaded("def show(pictures):\n    return pictures / 0\nshow(1)\n") as session:
        (note,) = session.causes.notes
    assert note == (
        "Loading mine.py failed at line 2 with ZeroDivisionError: division by zero (`return pictures / 0`); "
        "called at line 3."
    )
