"""The worker: every way in which a call can end, the confinement of student code, and the cleanup."""

from __future__ import annotations

import os
import textwrap
import time
import uuid
from pathlib import Path

import numpy as np
import pytest

from grader.assignment.limits import Limits
from grader.sandbox import confinement
from grader.sandbox.calls import Call
from grader.sandbox.failures import CallError
from grader.sandbox.filesystem import WorkerSetup
from grader.sandbox.session import Session
from grader.sandbox.warm import WarmStart
from grader.sandbox.worker_process import WorkerProcess
from grader.submission import Submission
from grader.support.places import PACKAGE
from tests.conftest import notebook
from tests.processes import processes

LIMITS = Limits(call_seconds=1, load_seconds=10, output_kb=64)
HOW = {}  # arguments for sessions: how they start their workers


def submitted(source, kind="module", **files):
    entry = "mine.py" if kind == "module" else "mine.ipynb"
    content = source if kind == "module" else notebook(*source)
    extra = {name: text.encode() for name, text in files.items()}
    return Submission(entry, "", kind, entry, {entry: content.encode(), **extra}, [], None)


@pytest.fixture(scope="module", params=["cold", "warm"], autouse=True)
def _start(request):
    """Run all tests with workers that are started, and with workers that are forked."""
    with WarmStart() as warm:
        HOW["warm"] = warm if request.param == "warm" else None
        yield
    HOW.clear()


def opened(source, kind="module", level=None, **files):
    session = Session(submitted(source, kind, **files), LIMITS, level, engine="kernel", **HOW)
    session.load()
    return session


ENDINGS = {
    "error": (
        "def f(x):\n    return 1 / 0",
        "`f` stopped at line 2 with ZeroDivisionError: division by zero (`return 1 / 0`).",
    ),
    "waits": (
        "def f(x):\n    return input()",
        "`f` waits for input() at line 2, but nobody can type while your work is graded: write the value into your code.",
    ),
    "exits": (
        "def f(x):\n    exit(0)",
        "`f` ended the program at line 2 (`exit(0)`): remove the calls to exit, quit and sys.exit.",
    ),
    "timeout": ("def f(x):\n    while True: pass", "`f` did not finish in time and was stopped"),
    "stubborn": (
        "def f(x):\n    while True:\n        try:\n            while True: pass\n        except BaseException: pass",
        "`f` did not finish in time",
    ),
    "memory": (
        "import numpy as np\ndef f(x):\n    return np.ones((10**5, 10**5))",
        "`f` needed more memory than allowed at line 3",
    ),
    "output": ("def f(x):\n    while True: print('x' * 1000)", "Your code printed more than 64 KB and was stopped"),
    "crashed": ("import os\ndef f(x):\n    os._exit(0)", "`f` ended the Python process (exit status 0)"),
    "signal": ("import os\ndef f(x):\n    os.kill(os.getpid(), 11)", "`f` killed the Python process (SIGSEGV)"),
    "protocol": (
        "import os\ndef f(x):\n    for n in range(3, 50):\n        try: os.write(n, b'\\xff' * 500)\n        except OSError: pass",
        "broke the connection to the grader",
    ),
    "closed": (
        "import os, time\ndef f(x):\n    os.closerange(3, 50)\n    time.sleep(60)",
        "closed the connection to the grader and kept running",
    ),
}
STATUS = {"waits": "error", "exits": "error", "stubborn": "timeout", "signal": "crashed", "closed": "protocol"}


@pytest.mark.parametrize("name", ENDINGS)
def test_each_failure_has_its_status_and_sentence(name):
    source, message = ENDINGS[name]
    with opened(source) as session, pytest.raises(CallError) as caught:
        session.call("f", [1.0], {})
    assert caught.value.status == STATUS.get(name, name)
    assert message in caught.value.message


def test_killed_worker_is_replaced():
    with opened("import os\ndef die():\n    os._exit(1)\ndef live():\n    return 5") as session:
        with pytest.raises(CallError):
            session.call("die", [], {})
        assert session.call("live", [], {}).value == 5


def test_second_answer_to_one_call_breaks_the_protocol():
    forged = "frames.encode({'id': 2, 'value': ['tuple', [['float', 1.0], ['none']]]})"
    source = (
        "import os, stat\n"
        "from grader_worker import frames\n"
        "def f():\n"
        "    for n in range(3, 50):\n"
        "        try:\n"
        f"            if stat.S_ISSOCK(os.fstat(n).st_mode): os.write(n, {forged})\n"
        "        except OSError: pass\n"
        "    return 2.0\n"
    )
    with opened(source) as session:
        assert (
            session.call("f", [], {}).value == 1.0
        )  # forging its own answer is allowed: it could also have returned it
        with pytest.raises(CallError, match="wrote into the grader's channel") as caught:
            session.call("f", [], {})
    assert caught.value.status == "protocol"


def test_endless_frames_do_not_stop_the_clock():
    source = (
        "import os, stat\n"
        "from grader_worker import frames\n"
        "def f():\n"
        "    (n,) = [n for n in range(3, 50) if is_socket(n)]\n"
        "    while True: os.write(n, frames.encode({'id': 2, 'progress': 1}) * 1000)\n"
        "def is_socket(n):\n"
        "    try: return stat.S_ISSOCK(os.fstat(n).st_mode)\n"
        "    except OSError: return False\n"
    )
    with opened(source) as session, pytest.raises(CallError) as caught:
        session.call("f", [], {})
    assert caught.value.status == "protocol"


def test_total_time_of_a_submission_is_limited():
    source = "import time\ndef f(): time.sleep(0.6)"
    with Session(submitted(source), Limits(call_seconds=5, total_seconds=1), **HOW) as session:
        session.load()
        with pytest.raises(CallError, match="The limit is 1 s in total") as caught:
            for _ in range(3):
                session.call("f", [], {})
        assert caught.value.status == "timeout"
        with pytest.raises(CallError, match="no time is left"):
            session.call("f", [], {})


def test_each_call_may_print_up_to_the_limit():
    with opened("def f(): print('x' * 40_000)") as session:
        for _ in range(5):
            session.call("f", [], {})


HOSTILE_TEXTS = {
    "exception": "def f(): raise type('\\x1b[31m\\nTWO', (Exception,), {})('\\u202e' + 'x' * 10**6)",
    "str subclass": "class S(str):\n    def __getitem__(self, i): return self * 10**6\nclass E(Exception):\n    def __str__(self): return S('x' * 1000)\ndef f(): raise E",
    "surrogate": "def f(): raise ValueError('\\ud800')",
}


@pytest.mark.parametrize("source", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS)
def test_text_of_a_submission_is_cleaned(source):
    with opened(source) as session, pytest.raises(CallError) as caught:
        session.call("f", [], {})
    assert caught.value.status == "error"
    assert caught.value.message.isprintable()
    assert len(caught.value.message) < 1000


@pytest.mark.quick
def test_arrays_are_sent_by_content():
    with opened("def f(a, b, k):\n    a += k\n    return a, {'k': k}, [1, 2.5, None]") as session:
        answer = session.call("f", [np.arange(3.0), np.ones(2)], {"k": 2}, give_back=True)
    assert answer.value[0].tolist() == [2, 3, 4]
    assert answer.value[1:] == ({"k": 2}, [1, 2.5, None])
    assert answer.arguments[0].tolist() == [2, 3, 4]
    assert answer.arguments[1].tolist() == [1, 1]
    assert answer.arguments[2:] == [2]


def test_main_block_of_a_module_is_not_run():
    with opened("def f(): return 1\nif __name__ == '__main__':\n    raise SystemExit") as session:
        assert session.call("f", [], {}).value == 1


def test_helper_files_are_available_and_do_not_replace_libraries():
    with opened(
        "import numpy\nfrom helper import x\ndef f(): return x, open('data.txt').read(), hasattr(numpy, 'ndarray')",
        **{"helper.py": "x = 3", "data.txt": "hello", "numpy.py": "raise ValueError"},
    ) as session:
        assert session.call("f", [], {}).value == (3, "hello", True)


@pytest.mark.parametrize(
    ("source", "status", "message"),
    [
        ("def f(:\n", "error", "Loading mine.py failed at line 1 with SyntaxError: invalid syntax (`def f(:`)."),
        ("def f(): return 1\nreturn 2\n", "error", "Loading mine.py failed at line 2 with SyntaxError"),
        ("\0", "error", "Loading mine.py failed with"),
    ],
)
def test_module_with_a_syntax_error_is_reported_with_its_line(source, status, message):
    with pytest.raises(CallError) as caught:
        opened(source)
    assert caught.value.status == status
    assert message in caught.value.message


@pytest.mark.quick
def test_notebook_has_the_shell_of_a_kernel():
    cells = (
        "%matplotlib inline\nimport numpy as np",
        "!echo from the shell",
        "import asyncio\nawait asyncio.sleep(0)\nip = get_ipython()",
        "def f(x):\n    print('hello')\n    return type(ip).__name__, x * 2",
    )
    with opened(cells, "notebook") as session:
        assert session.causes.notes == []
        assert session.call("f", [2.0], {}).value == ("ZMQInteractiveShell", 4.0)


def test_shell_commands_do_not_stop_a_cell():
    cells = (
        "!pip install numpy\n%pip install numpy\n!ls /nothing\n%cd /tmp\nimport numpy as np",
        "def f(): return np.pi",
    )
    with opened(cells, "notebook") as session:
        assert session.causes.notes == []
        assert session.call("f", [], {}).value == np.pi


def test_notebook_imports_its_helper_files():
    with opened(
        ("%%writefile made.py\ny = 2", "import helper, made\ndef f(): return helper.x + made.y"),
        "notebook",
        **{"helper.py": "x = 1"},
    ) as session:
        assert session.call("f", [], {}).value == 3


@pytest.mark.parametrize("cell", ["get_ipython = None", "del get_ipython", "exit()", "input = print = len = None"])
def test_notebook_may_delete_its_own_names(cell):
    with opened(("def f(): return 1", cell), "notebook") as session:
        assert session.call("f", [], {}).value == 1


def test_notebook_continues_after_a_failed_cell():
    with opened(("x = 1", "def f(): return x", "y = missing", "def g(): return 1 / 0"), "notebook") as session:
        assert session.causes.notes == [
            "Loading mine.ipynb failed at cell 3, line 1 with NameError: name 'missing' is not defined (`y = missing`). "
            "Not defined because of this: y."
        ]
        assert session.call("f", [], {}).value == 1
        with pytest.raises(CallError, match=r"`g` stopped at cell 4, line 1 with ZeroDivisionError"):
            session.call("g", [], {})


@pytest.mark.table
@pytest.mark.parametrize("engine", ["shell", "kernel"])
@pytest.mark.parametrize(
    ("cell", "status", "message"),
    [
        ("while True: pass", "timeout", "did not finish in time at cell 2, line 1 (`while True: pass`)"),
        ("for i in range(10**9): print('x' * 100)", "output", "printed too much at cell 2, line 1"),
        ("import os; os.kill(os.getpid(), 9)", "crashed", "killed the Python process at cell 2, line 1"),
        (
            "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
            "timeout",
            "did not finish in time",
        ),
    ],
)
def test_only_names_of_an_endless_cell_are_lost(engine, cell, status, message):
    submission = submitted(("x = 1", f"{cell}\ny = 2", "def f(): return x + y"), "notebook")
    limits = Limits(load_seconds=2, output_kb=64)
    with Session(submission, limits, engine=engine, **HOW) as session:
        session.load()
        (note,) = session.causes.notes
        assert message in note
        assert {cause.status for cause in map(session.causes.of, session.causes.lost)} <= {status}
        assert session.call("f", [], {}).value == 3


def test_broken_kernel_is_reported():
    submission = submitted(("x = 1", "import builtins; builtins.globals = None"), "notebook")
    with (
        Session(submission, LIMITS, engine="kernel", **HOW) as session,
        pytest.raises(CallError, match="broke the kernel") as caught,
    ):
        session.load()
    assert caught.value.status == "crashed"


INTRUDER = """
import os, socket, subprocess
def reads(path):
    try:
        open(path).read()
        return True
    except OSError:
        return False
def lists(path):
    try: return sorted(os.listdir(path))
    except OSError: return []
def environment(): return dict(os.environ)
def connects(port):
    try:
        socket.create_connection(('127.0.0.1', port), 1)
        return True
    except OSError: return False
def signals(pid):
    try:
        os.kill(pid, 0)
        return True
    except OSError: return False
def identity(): return [os.getuid(), os.geteuid()] + [line for line in open('/proc/self/status') if line.startswith(('CapEff', 'NoNewPrivs', 'Seccomp:'))]
def limits(pid):
    import resource
    try:
        resource.prlimit(pid, resource.RLIMIT_CPU, (0, 0))
        return True
    except OSError: return False
def talks(path):
    try:
        socket.socket(socket.AF_UNIX).connect(path)
        return True
    except OSError: return False
def leaves(mark):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.execv('/bin/sleep', [mark, '60'])
        os._exit(0)
    return True
def writes(path):
    try:
        open(path, 'w').write('x')
        return True
    except OSError: return False
"""


@pytest.fixture(params=["strong", "medium"])
def confined(request):
    with opened(INTRUDER, level=request.param) as session:
        yield session


def test_student_code_cannot_read_files_of_the_grader(confined, tmp_path):
    secret = tmp_path / "other_submission.py"
    secret.write_text("secret")
    secret.chmod(0o644)
    for path in (
        secret,
        PACKAGE / "expected" / "reference.py",
        PACKAGE.parent / "reference" / "single_neuron.py",
        Path("/etc/shadow"),
    ):
        assert confined.call("reads", [str(path)], {}).value is False, path


def test_student_code_does_not_learn_the_hidden_paths(tmp_path):
    """Otherwise the path of a class folder could appear in the output of a cell, which students read."""
    search = """
        import gc
        def told():
            return [str(found["hide"]) for found in gc.get_objects() if type(found) is dict and "hide" in found]
    """
    equipment = WorkerSetup(hide=[tmp_path / "class"])
    with Session(submitted(textwrap.dedent(search)), Limits(), None, equipment, **HOW) as session:
        assert session.call("told", [], {}).value == []


def test_student_code_does_not_see_the_environment(confined, monkeypatch):
    environment = confined.call("environment", [], {}).value
    assert set(environment) <= {
        *("PATH", "HOME", "TMPDIR", "USER", "LANG", "PWD", "LC_CTYPE", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"),
        *(
            "MPLCONFIGDIR",
            "MPLBACKEND",
            "CUDA_VISIBLE_DEVICES",
            "TF_CPP_MIN_LOG_LEVEL",
            "OPENBLAS_NUM_THREADS",
            "OMP_NUM_THREADS",
            "MKL_NUM_THREADS",
            "TF_NUM_INTRAOP_THREADS",
            "TF_NUM_INTEROP_THREADS",
        ),
    }
    assert confined.call("reads", [f"/proc/{os.getpid()}/environ"], {}).value is False


def test_student_code_cannot_reach_network_or_processes(confined):
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        assert confined.call("connects", [server.getsockname()[1]], {}).value is False
    assert confined.call("signals", [os.getpid()], {}).value is False


def test_student_code_cannot_limit_or_contact_other_programs(confined, tmp_path):
    import socket

    path = str(tmp_path / "socket")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen()
        assert confined.call("talks", [path], {}).value is False
    assert confined.call("limits", [os.getpid()], {}).value is False


def test_student_code_has_no_capabilities(confined):
    uid, euid, *lines = confined.call("identity", [], {}).value
    assert uid == euid
    assert [line.split()[1] for line in lines] == ["0000000000000000", "1", "2"]
    if confined.level == "strong":
        assert uid != 0


def test_student_code_writes_only_in_its_own_folder(confined):
    assert confined.call("writes", ["mine.txt"], {}).value is True
    for path in ("/usr/mine.txt", str(PACKAGE / "worker" / "mine.txt"), "/etc/mine.txt"):
        assert confined.call("writes", [path], {}).value is False


@pytest.mark.parametrize("level", ["strong", "medium", "none"])
def test_no_process_outlives_the_session(level):
    mark = f"test-daemon-{uuid.uuid4().hex}"
    with opened(INTRUDER, level=level) as session:
        session.call("leaves", [mark], {})
        deadline = time.monotonic() + 20
        while not processes(mark) and time.monotonic() < deadline:
            time.sleep(0.01)
        assert processes(mark)
    assert not processes(mark)


def test_work_folder_is_removed(tmp_path_factory, monkeypatch):
    folder = tmp_path_factory.mktemp("w")  # a longer path would be replaced by /tmp, because sockets have short names
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    with opened("def f(): open('x', 'w').write('x')", level="none") as session:
        session.call("f", [], {})
        assert list(folder.iterdir())
    assert not list(folder.iterdir())


def test_strictest_level_that_works_is_the_default(monkeypatch):
    real = confinement.WorkerProcess

    def only_none(level, *rest):
        worker = real(level, *rest)
        if level != "none":
            monkeypatch.setattr(worker, "await_ready", lambda: refuse(worker))
        return worker

    def refuse(worker):
        worker.kill()
        raise confinement.SetupFailed("not here")

    monkeypatch.setattr(confinement, "WorkerProcess", only_none)
    with opened("def f(): return 1") as session:
        assert session.level == "none"
        assert session.call("f", [], {}).value == 1


def test_random_numbers_without_a_seed_are_repeatable():
    source = """
import random
import numpy as np
def draw():
    return [random.random(), np.random.rand(), np.random.default_rng().random(), np.random.default_rng().random()]
"""

    def drawn(seed):
        with Session(submitted(source), LIMITS, equipment=WorkerSetup(seed=seed), **HOW) as session:
            session.load()
            return session.call("draw", [], {}).value

    first = drawn(0)
    assert len(set(first)) == 4
    assert drawn(0) == first
    assert not set(drawn(1)) & set(first)


def test_data_larger_than_the_disk_limit_are_copied_at_level_none(tmp_path):
    data = tmp_path / "big.npz"
    np.savez(data, **dict.fromkeys(("x_train", "y_train", "x_test", "y_test"), np.zeros(1 << 19, np.uint8)))
    source = "import os\ndef size(): return os.path.getsize('big.npz')"
    limits = Limits(disk_mb=1, load_seconds=10)
    with Session(submitted(source), limits, "none", WorkerSetup(data={"big": data})) as session:
        session.load()
        assert session.call("size", [], {}).value == data.stat().st_size > 1 << 20


def test_long_path_of_the_temporary_folder_does_not_break_a_kernel(tmp_path, monkeypatch):
    folder = tmp_path / ("long" * 25)
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    kernel = submitted(["def f(): return 7"], "notebook")
    with Session(kernel, LIMITS, "none", engine="kernel", **HOW) as session:
        session.load()
        assert session.call("f", [], {}).value == 7


def counting(body):
    """Return a function that counts its calls in ``calls``, and another one that returns the number."""
    return f"import os, time\ncalls = []\ndef f(x):\n    calls.append(x)\n{body}\n    return x\ndef count(): return len(calls)\n"


def make_five(session, **options):
    return session.call_all([Call("f", [number], {}, **options) for number in range(1, 6)])


def test_calls_travel_in_one_frame_and_are_answered_in_order(monkeypatch):
    frames_sent = []
    send = WorkerProcess.send
    monkeypatch.setattr(WorkerProcess, "send", lambda self, *rest: frames_sent.append(1) or send(self, *rest))
    with opened(counting("    x = calls[-1]")) as session:
        frames_sent.clear()
        assert [answer.value for answer in make_five(session)] == [1, 2, 3, 4, 5]
        assert len(frames_sent) == 1
        assert [answer.value for answer in make_five(session)] == [1, 2, 3, 4, 5]
        assert session.call("count", [], {}).value == 10


@pytest.mark.parametrize(
    ("body", "status", "calls_after"),
    [
        ("    if x == 3: raise ValueError", "error", 3),
        ("    if x == 3: os._exit(0)", "crashed", 0),
        ("    if x == 3: exit()", "error", 3),
        ("    while x == 3: pass", "timeout", 0),
        ("    while x == 3: print('x' * 1000)", "output", 0),
        ("    if x == 3: x = bytearray(1 << 40)", "memory", 3),
    ],
)
def test_failure_belongs_to_its_call_and_ends_the_frame(body, status, calls_after):
    with opened(counting(body)) as session:
        *answers, failure = make_five(session)
        assert [answer.value for answer in answers] == [1, 2]
        assert failure.status == status
        assert session.call("count", [], {}).value == calls_after


def test_each_call_in_a_frame_has_its_own_time_and_output():
    with opened(counting("    time.sleep(0.6)\n    print('x' * 60_000)")) as session:
        assert [answer.value for answer in make_five(session)] == [1, 2, 3, 4, 5]


def test_answer_for_a_later_call_of_the_frame_breaks_the_protocol():
    body = (
        "    from grader_worker import frames\n"
        "    answers = [frames.encode({'id': n, 'value': ['tuple', [['int', 9], ['none']]]}) for n in range(2, 7)]\n"
        "    for n in range(3, 50):\n"
        "        try: os.write(n, b''.join(answers))\n"
        "        except OSError: pass"
    )
    with opened(counting(body)) as session:
        *answers, failure = make_five(session)
    assert failure.status == "protocol"
    assert [answer.value for answer in answers] == [9, 9, 9, 9]


def test_large_calls_travel_alone():
    with opened("def f(x): return x.sum()") as session:
        answers = session.call_all([Call("f", [np.full(20_000, number)], {}) for number in range(3)])
    assert [answer.value for answer in answers] == [0, 20_000, 40_000]


def test_object_lives_across_calls_and_is_lost_with_its_worker():
    source = """\
    import os
    class Counter:
        count = 0
        def add(self, number):
            self.count += number
            return self.count
        def stop(self):
            os._exit(1)
    """
    with opened(textwrap.dedent(source)) as session:
        made = Call("Counter", [], {}, keep="1", describe=True)
        calls = [made, *(Call("add", [k], {}, on="1", shown_as="Counter.add") for k in (1, 2))]
        first, *rest = session.call_all(calls)
        assert session.kept_function("Counter", first) is None
        assert [answer.value for answer in rest] == [1, 3]
        _made, failure = session.call_all([made, Call("stop", [], {}, on="1", shown_as="Counter.stop")])
        assert failure.status == "crashed"
        [failure] = session.call_all([Call("add", [1], {}, on="1", shown_as="Counter.add")])
        assert failure.status == "error"
        assert "has ended" in failure.message


def test_returned_function_is_called_with_its_own_parameters():
    source = "def cost_of(target):\n    def cost(X):\n        return abs(X - target)\n    return cost"
    with opened(source) as session:
        function = session.kept_function("cost_of", session.call("cost_of", [2], {}, keep="1", describe=True))
        assert [name for name, *_ in function.parameters] == ["X"]
        assert session.call("", [], {"X": 5}, on="1", shown_as="cost_of()").value == 3


def test_description_of_a_kept_object_that_is_not_the_workers_is_refused():
    with opened("def f():\n    return {'call': {'parameters': 3}}") as session, pytest.raises(CallError) as caught:
        session.kept_function("f", session.call("f", [], {}))
    assert caught.value.status == "protocol"
