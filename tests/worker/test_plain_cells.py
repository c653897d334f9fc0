"""Cells that are plain Python: a shell that treats them faster shows the same."""

from __future__ import annotations

import asyncio
import json
import random
import re
import sys

import pytest
from IPython.core.inputtransformer2 import TransformerManager
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from grader.worker import plain_cells
from tests.conftest import ROOT

NOTEBOOKS = sorted(path for name in ("assignments", "examples") for path in (ROOT / name).rglob("*.ipynb"))

# Each line is one notebook.
ODD = [
    ["x = 1\nx", "x;", "x # a;", "x;\n", "x\n;", "(x,\n 2)", "'text'", "None", "if x:\n    5", "_", "In[-1]", "Out"],
    ["%time x = 3", "%%time\ny = 3\ny", "%%capture c\nprint('hi'); 5", "c.stdout", "!echo hi", "a = !echo hi", "a", "y?"],
    ["pwd = 3", "pwd", "del pwd\npwd", "who", "time 1", "exit", "quit()", "nothing"],
    ["%automagic off", "time 1", "%automagic on", "%autocall 1", "f = abs", "f 3", "f\n3", "%alias_magic t time", "t 1"],
    ["\n\n1/0", "  x = 1\n  x", "\tx\n", "x = 1\\\n% 2\nx", "x = (5\n% 3)\nx", "x = [5\n,2]\nx", ";x", "/abs 1", ",abs 1"],
    [">>> x = 1\n>>> x", "In [1]: y = 2\n   ...: y", "x = '''\n>>> a\n'''\nx", "'''\n... b\n'''", "...", "x = ...\nx"],
    ["def f():\n    '''Doc.\n\n    >>> f()\n    '''\n    return 1\nf()", "'''\n%time 1\n!echo hi\n'''", "# %time\n5", "5 # why?"],
    ["x = '?'\nx", "'?'", "x?\n", "if 1:\n    %time 1\n    !echo hi", "for i in range(2):\n    i", "print('a')\nx # ?"],
    ["x = 'a\u2028b'\nx", "x = 1\x0c\nx", "x = 1\r\ny = 2", "x = 1\ry = 2", "\x00", "é = 3\né", "'\ud800'", "x\u2003= 4\nx"],
    ["x = 5\nx is 5", "assert (x, 5)", "'\\d'\n1", "[(1, 2) (3, 4)]", "def f():\n    return 'a'(1)"],
    ["def f(:\n  pass", "x = (1", "return 3", "yield 3", "break", "await 3", "del nothing", "1/0", "raise KeyboardInterrupt"],
    ["async def f():\n    return 3", "await f()", "x = await f()\nx", "[i async for i in f()]", "async with f(): pass"],
    ["%autoawait False", "import asyncio\nawait asyncio.sleep(0)", "%autoawait True", "await asyncio.sleep(0)", "'await'"],
    ["from __future__ import annotations\n1", "def f(x: nothing): return x\nf.__annotations__", "x: nothing = 3"],
    ["from __future__ import barry_as_FLUFL\n2", "1 <> 2\n", "1 != 2\n", "1 <> 1"],
    ["import warnings; warnings.simplefilter('error')", "x = 5\nx is 5", "warnings.simplefilter('ignore')", "x = 5\nx is 5"],
    ["import warnings\nwarnings.filters = ()\n2", "3\n4", "warnings.filters = []", "x = 5\nx is 5"],
    ["ip = get_ipython()", "ip.run_cell('3')\n4", "ip.run_cell('def g(): return 2\\ng()', store_history=True)", "g()"],
    ["ip = get_ipython()\nip.input_transformers_post.append(lambda lines: ['5\\n'])", "x = 1\nx", "6"],
    ["ip = get_ipython()\nip.input_transformers_cleanup.append(lambda lines: ['5\\n'])", "x = 1\nx", "6"],
    ["t = get_ipython().input_transformer_manager\nt.line_transforms.append(lambda lines: ['5\\n'])", "x = 1\nx"],
    ["t = get_ipython().input_transformer_manager\nt.transform_cell = lambda cell: '7\\n'", "x = 1\nx"],
    ["import ast\nclass T(ast.NodeTransformer):\n    def visit_Constant(self, node):\n        return ast.Constant(9)\nget_ipython().ast_transformers.append(T())", "1\n2", "1\n2"],
    ["import IPython.core.inputtransformer2 as i\nget_ipython().input_transformer_manager = i.TransformerManager()", "1\n2"],
]  # fmt: skip


@pytest.fixture
def no_loop():
    """Hide the event loop of a browser that other tests of this process may have open: it counts as running here."""
    loop = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    yield
    asyncio._set_running_loop(loop)


@pytest.fixture
def run(monkeypatch, capsys, no_loop):
    """Return a function that runs cells in a new shell and returns what each of them shows and returns."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])

    monkeypatch.setattr("warnings.showwarning", lambda message, *place: print(message, place))

    def run(cells, *, faster):
        monkeypatch.setattr("warnings.filters", [("always", None, Warning, None, 0)])
        shell = InteractiveShell(config=Config(HistoryManager={"enabled": False}), user_ns={})
        if faster:
            plain_cells.install(shell)
        shown = []
        for cell in cells:
            result = shell.run_cell(cell, store_history=True)
            shown.append(
                (
                    cell,
                    capsys.readouterr(),
                    *map(repr, (result.result, result.error_before_exec, result.error_in_exec)),
                    shell.user_ns["In"][-1],
                    result.info.transformed_cell,
                )
            )
        return [re.sub(r"[\d.e+]+ [nμum]?s\b|\b(0x)?[\da-f]{12}", "", str(each)) for each in shown]

    return run


@pytest.mark.parametrize("cells", ODD, ids=range(len(ODD)))
def test_odd_cells_show_the_same(run, cells):
    assert run(cells, faster=True) == run(cells, faster=False)


def is_plain(shell, cell):
    """Return True if the search for magics is left out."""
    searches = []
    plain = plain_cells._PlainCells(shell)
    plain._transform = lambda cell: searches.append(cell)
    shell.transform_cell(cell)
    return not searches


@pytest.fixture
def shell(monkeypatch):
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
    return InteractiveShell(config=Config(HistoryManager={"enabled": False}), user_ns={})


def test_plain_cells_are_recognised(shell):
    assert is_plain(shell, "import numpy as np\n\n\ndef f(x):\n    '''Text: 50 %!'''\n    return x % 3, 'why?' # !\n")
    assert not is_plain(shell, "x = 1\n%time x")
    assert not is_plain(shell, "x = 1\nx?")
    assert not is_plain(shell, "x = 5\nx is 5")  # displays a warning


def test_ipython_would_not_change_plain_cells(shell):
    cells = [
        "".join(cell["source"])
        for path in NOTEBOOKS
        for cell in json.loads(path.read_text())["cells"]
        if cell["cell_type"] == "code"
    ]
    assert sum(is_plain(shell, cell) for cell in cells) > len(cells) / 2
    pieces = [
        *{line for notebook in ODD for cell in notebook for line in cell.split("\n")},
        "'''",
        '"""',
        "x = [",
        "]",
        "\\",
    ]
    generator = random.Random(0)
    cells += ["\n".join(generator.choices(sorted(pieces), k=generator.randint(2, 5))) for _ in range(500)]
    plain = [cell for cell in cells if cell.count("\n") and is_plain(shell, cell)]
    assert len(plain) > 30
    for cell in plain:
        assert TransformerManager().transform_cell(cell).removesuffix("\n") == cell.removesuffix("\n")
