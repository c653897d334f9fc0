"""Unknown magics are explained, with a suggestion, in notebooks and in exported modules."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from grader.worker.magics import CELL, LINE
from tests.sandbox.test_loading import loaded

CELLS = {
    "below a comment": ("# training\n%%time\nx = 1", "`%%time` must be the first line of its cell"),
    "below code": ("x = 1\n%%capture out\ny = 2", "`%%capture` must be the first line of its cell"),
    "misspelt": ("%matplotib inline", "there is no magic `%matplotib`. Did you mean `%matplotlib`?"),
    "misspelt, of a cell": ("%%tiem\nx = 1", "there is no magic `%%tiem`. Did you mean `%%time`? The other lines"),
    "of Colab": ("%tensorflow_version 2.x", "the magic `%tensorflow_version` exists only on Colab."),
    "of a cell of Colab": ("%%shell\nls", "the magic `%%shell` exists only on Colab."),
    "of an extension": ("%%sql\nselect 1", "there is no magic `%%sql` here. Check its name, or load the extension"),
    "of the other kind": ("%writefile a.py", "there is no magic `%writefile`. Did you mean `%%writefile`?"),
    "of a line": ("%%cd x\ny = 1", "there is no magic `%%cd`. Did you mean `%cd`?"),
    "an extension that is absent": ("%load_ext watermark", "This extension is not installed here"),
    "in an if": ("if True:\n    %matplotib inline", "at cell 1, line 2: there is no magic `%matplotib`."),
}
HARMLESS = {
    "time": "%%time\nx = 1",
    "a known extension": "%load_ext autoreload\n%autoreload 2",
    "autosave": "%autosave 60",
    "config": "%config InlineBackend.figure_format = 'retina'",
    "a command": "!nosuchcommand --version",
    "bash": "%%bash\necho hello",
}
EXPORTED = {
    "misspelt": ("get_ipython().run_line_magic('matplotib', 'inline')", "there is no magic `%matplotib`. Did you mean"),
    "of a cell": ("get_ipython().run_cell_magic('tiem', '', 'def g(): return 1')", "Did you mean `%%time`?"),
    "of Colab": ("get_ipython().run_line_magic('tensorflow_version', '2.x')", "exists only on Colab"),
    "as once": ("get_ipython().magic('tensorflow_version 2.x')", "exists only on Colab"),
}
EXPORTED_HARMLESS = {
    "an extension": "get_ipython().run_line_magic('load_ext', 'x')\nget_ipython().run_line_magic('anything', '2')",
    "known": "get_ipython().run_line_magic('autosave', '60')\nget_ipython().run_line_magic('matplotlib', 'widget')",
    "in try": "try:\n    get_ipython().run_line_magic('tensorflow_version', '2.x')\nexcept Exception:\n    pass",
    "of a cell": "get_ipython().run_cell_magic('html', '', '<b>')",
}


@pytest.mark.parametrize(("cell", "message"), CELLS.values(), ids=CELLS)
def test_unknown_magic_is_explained(cell, message):
    with loaded([cell, "def f(): return 1"]) as session:
        assert len(session.causes.notes) == 1
        assert message in session.causes.notes[0]
        assert session.call("f", [], {}).value == 1


def test_unknown_magic_is_explained_in_a_kernel():
    with loaded(["# a comment\n%%time\nx = 1", "%matplotib inline"], engine="kernel") as session:
        first, second = session.causes.notes
        assert "cell 1, line 2: `%%time` must be the first line" in first
        assert "Did you mean `%matplotlib`?" in second


@pytest.mark.parametrize("cell", HARMLESS.values(), ids=HARMLESS)
def test_known_magic_gives_no_note(cell):
    with loaded([cell]) as session:
        assert session.causes.notes == []


@pytest.mark.parametrize(("line", "message"), EXPORTED.values(), ids=EXPORTED)
def test_unknown_magic_of_an_exported_notebook_is_explained(line, message):
    with loaded(f"{line}\ndef f(): return 1\n") as session:
        assert message in session.causes.notes[0]
        assert session.call("f", [], {}).value == 1


@pytest.mark.parametrize("lines", EXPORTED_HARMLESS.values(), ids=EXPORTED_HARMLESS)
def test_known_magic_of_an_exported_notebook_gives_no_note(lines):
    with loaded(f"{lines}\ndef f(): return 1\n") as session:
        assert session.causes.notes == []


@pytest.mark.parametrize(
    "source",
    [["%%tiem\ndef f(): return 1"], "get_ipython().run_cell_magic('tiem', '', 'def f(): return 1')\n"],
    ids=["notebook", "module"],
)
def test_names_below_an_unknown_cell_magic_are_lost(source):
    with loaded(source) as session:
        assert "f" in session.causes.lost
        assert "Not defined because of this: f." in session.causes.notes[0]


def test_lists_of_magics_match_the_shell():
    code = (
        "import json; from IPython.core.interactiveshell import InteractiveShell as S; "
        "print(json.dumps({kind: [*names] for kind, names in S.instance().magics_manager.lsmagic().items()}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    known = json.loads(done.stdout)
    assert set(known["line"]) <= LINE
    assert set(known["cell"]) == CELL
